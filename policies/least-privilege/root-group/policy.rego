# METADATA
# title: Root group
# description: >-
#   Group 0 owns files of root in the image, on the node and in volumes: its members read, and
#   often write, what isn't theirs. From Kubernetes 1.35 on a Pod in a user namespace of its own
#   passes (hostUsers false), as it does with user 0: its group 0 isn't the node's.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   severity: low
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Use groups other than 0: `securityContext: {runAsGroup: 10001, fsGroup: 10001}`.
#   references:
#   - {framework: NSA, id: Non-root containers}
#   since: "0.1.0"
package policies.least_privilege.root_group

import data.policies.lib.pods
import data.policies.lib.pss

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	spec.securityContext.runAsGroup == 0
	not pss.user_namespace_passes(spec)
	path := ["spec", "securityContext", "runAsGroup"]
	msg := "pod runs with the root group (group 0)"
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	spec[list][i].securityContext.runAsGroup == 0
	not pss.user_namespace_passes(spec)
	path := ["spec", list, i, "securityContext", "runAsGroup"]
	msg := sprintf("%v runs with the root group (group 0)", [pods.holder(path)])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	spec.securityContext.fsGroup == 0
	not pss.user_namespace_passes(spec)
	path := ["spec", "securityContext", "fsGroup"]
	msg := "pod gives its volumes to the root group (group 0)"
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some i
	spec.securityContext.supplementalGroups[i] == 0
	not pss.user_namespace_passes(spec)
	path := ["spec", "securityContext", "supplementalGroups", i]
	msg := "pod joins the root group (group 0)"
}
