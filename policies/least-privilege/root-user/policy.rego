# METADATA
# title: User 0
# description: >-
#   A process of user 0 in a container is root on the node as soon as it finds a way out, and owns
#   every file that is mounted into it.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Run as a user other than 0: `securityContext: {runAsUser: 10001}`.
#   references:
#   - {framework: PSS, id: restricted/Running as Non-root user}
#   - {framework: CIS, id: 5.2.7}
#   - {framework: NSA, id: Non-root containers}
#   since: "0.1.0"
package policies.least_privilege.root_user

import data.policies.lib.pods
import data.policies.lib.pss

violation contains _violation(path) if {
	spec := input.review.object.spec
	spec.securityContext.runAsUser == 0
	not pss.user_namespace_passes(spec)
	path := ["spec", "securityContext", "runAsUser"]
}

violation contains _violation(path) if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	spec[list][i].securityContext.runAsUser == 0
	not pss.user_namespace_passes(spec)
	path := ["spec", list, i, "securityContext", "runAsUser"]
}

_violation(path) := {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	msg := sprintf("%v runs as root (user 0)", [pods.holder(path)])
}
