# METADATA
# title: SELinux label overridden
# description: >-
#   Nodes with SELinux confine containers by the type container_t. Another type, a user or a role
#   can lift a container out of its confinement.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Drop `type`, `user` and `role`; a `level` may stay: `securityContext: {seLinuxOptions:
#     {level: "s0:c123,c456"}}`.
#   references:
#   - {framework: PSS, id: baseline/SELinux}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.selinux_override

import data.policies.lib.kubernetes
import data.policies.lib.pods

violation contains _violation(path, value) if {
	options := input.review.object.spec.securityContext.seLinuxOptions
	some field in ["type", "user", "role"]
	value := options[field]
	not _is_allowed(field, value)
	path := ["spec", "securityContext", "seLinuxOptions", field]
}

violation contains _violation(path, value) if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	options := input.review.object.spec[list][i].securityContext.seLinuxOptions
	some field in ["type", "user", "role"]
	value := options[field]
	not _is_allowed(field, value)
	path := ["spec", list, i, "securityContext", "seLinuxOptions", field]
}

_violation(path, value) := {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	field := path[count(path) - 1]
	msg := sprintf("%v sets the SELinux %v %v", [pods.holder(path), field, value])
}

_is_allowed(_, value) if value in {"", null}

_is_allowed("type", value) if value in {"container_t", "container_init_t", "container_kvm_t"}

_is_allowed("type", value) if {
	value == "container_engine_t"
	kubernetes.minor >= 31
}
