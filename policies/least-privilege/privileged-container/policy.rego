# METADATA
# title: Privileged container
# description: >-
#   A privileged container has every capability and every device of its node, and no seccomp,
#   AppArmor or SELinux around it: who breaks into it has the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: critical
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Set `privileged: false` and add the single capability that the program needs:
#     `securityContext: {privileged: false}`.
#   references:
#   - {framework: PSS, id: baseline/Privileged Containers}
#   - {framework: CIS, id: 5.2.2}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.privileged_container

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	spec[list][i].securityContext.privileged == true
	path := ["spec", list, i, "securityContext", "privileged"]
	msg := sprintf("%v is privileged", [pods.holder(path)])
}
