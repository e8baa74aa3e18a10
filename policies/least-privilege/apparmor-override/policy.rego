# METADATA
# title: AppArmor profile overridden
# description: >-
#   Nodes with AppArmor confine containers by the runtime's profile. Unconfined takes it away, so
#   that only file permissions and seccomp stand between a break-in and the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Name a profile that confines, or none: `securityContext: {appArmorProfile: {type:
#     RuntimeDefault}}`; drop the annotation.
#   references:
#   - {framework: PSS, id: baseline/AppArmor}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.apparmor_override

import data.policies.lib.pods
import data.policies.lib.pss

violation contains _override(path) if {
	profile := input.review.object.spec.securityContext.appArmorProfile
	profile != null
	not pss.confines(profile)
	path := ["spec", "securityContext", "appArmorProfile", "type"]
}

violation contains _override(path) if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	profile := input.review.object.spec[list][i].securityContext.appArmorProfile
	profile != null
	not pss.confines(profile)
	path := ["spec", list, i, "securityContext", "appArmorProfile", "type"]
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, "runtime/default")} if {
	prefix := "container.apparmor.security.beta.kubernetes.io/"
	some key, value in pods.annotations(input.review.object.metadata, [prefix])
	not _confines(value)
	path := ["metadata", "annotations", key]
	container := trim_prefix(key, prefix)
	msg := sprintf("annotation overrides the AppArmor profile of container %q", [container])
}

_override(path) := {"path": path, "msg": msg, "details": pods.details(path, "RuntimeDefault")} if {
	msg := sprintf("%v overrides the AppArmor profile of the runtime", [pods.holder(path)])
}

_confines(value) if value in {"", null, "runtime/default"}

_confines(value) if {
	is_string(value)
	startswith(value, "localhost/")
}
