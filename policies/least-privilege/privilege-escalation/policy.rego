# METADATA
# title: Privilege escalation not forbidden
# description: >-
#   Unless allowPrivilegeEscalation is false, a process can gain more rights than its parent, by a
#   setuid program or file capabilities: a user other than root is then no barrier.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Forbid it in each container: `securityContext: {allowPrivilegeEscalation: false}`.
#   references:
#   - {framework: PSS, id: restricted/Privilege Escalation}
#   - {framework: CIS, id: 5.2.6}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.privilege_escalation

import data.policies.lib.pods
import data.policies.lib.pss

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	not container.securityContext.allowPrivilegeEscalation == false
	not pss.windows_passes(spec)
	path := ["spec", list, i, "securityContext", "allowPrivilegeEscalation"]
	msg := sprintf("%v doesn't forbid privilege escalation", [pods.holder(path)])
}
