# METADATA
# title: Running as root not forbidden
# description: >-
#   Without runAsNonRoot the image decides who runs, and most images run as root: who breaks out
#   of such a container is root on the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Forbid root for the whole Pod: `spec: {securityContext: {runAsNonRoot: true}}`.
#   references:
#   - {framework: PSS, id: restricted/Running as Non-root}
#   - {framework: CIS, id: 5.2.7}
#   - {framework: NSA, id: Non-root containers}
#   since: "0.1.0"
package policies.least_privilege.run_as_root_allowed

import data.policies.lib.pods
import data.policies.lib.pss

violation contains _allowed(path) if {
	spec := input.review.object.spec
	spec.securityContext.runAsNonRoot == false
	not pss.user_namespace_passes(spec)
	path := ["spec", "securityContext", "runAsNonRoot"]
}

violation contains _allowed(path) if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	spec[list][i].securityContext.runAsNonRoot == false
	not pss.user_namespace_passes(spec)
	path := ["spec", list, i, "securityContext", "runAsNonRoot"]
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, true)} if {
	spec := input.review.object.spec
	not _decides(spec)
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	not _decides(container)
	not pss.user_namespace_passes(spec)
	path := ["spec", list, i, "securityContext", "runAsNonRoot"]
	msg := sprintf("neither the pod nor %v forbids root", [pods.holder(path)])
}

_allowed(path) := {"path": path, "msg": msg, "details": pods.details(path, true)} if {
	msg := sprintf("%v allows root", [pods.holder(path)])
}

_decides(holder) if is_boolean(holder.securityContext.runAsNonRoot)
