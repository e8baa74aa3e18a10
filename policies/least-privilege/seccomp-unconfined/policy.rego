# METADATA
# title: Seccomp switched off
# description: >-
#   Seccomp keeps a container from system calls that it has no use for, and that kernel exploits
#   begin with. Unconfined opens them all.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Name a profile that confines: `securityContext: {seccompProfile: {type: RuntimeDefault}}`.
#   references:
#   - {framework: PSS, id: baseline/Seccomp}
#   - {framework: CIS, id: 5.7.2}
#   - {framework: NSA, id: Pod security enforcement}
#   supersedes: [least-privilege/seccomp-missing]
#   since: "0.1.0"
package policies.least_privilege.seccomp_unconfined

import data.policies.lib.kubernetes
import data.policies.lib.pods
import data.policies.lib.pss

violation contains _off(path) if {
	profile := input.review.object.spec.securityContext.seccompProfile
	profile != null
	not pss.confines(profile)
	kubernetes.minor >= 19
	path := ["spec", "securityContext", "seccompProfile", "type"]
}

violation contains _off(path) if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	profile := input.review.object.spec[list][i].securityContext.seccompProfile
	profile != null
	not pss.confines(profile)
	kubernetes.minor >= 19
	path := ["spec", list, i, "securityContext", "seccompProfile", "type"]
}

# Before 1.19 seccomp had annotations and no fields.
violation contains {"path": path, "msg": msg, "details": pods.details(path, "runtime/default")} if {
	prefixes := [
		"seccomp.security.alpha.kubernetes.io/pod",
		"container.seccomp.security.alpha.kubernetes.io/",
	]
	some key, value in pods.annotations(input.review.object.metadata, prefixes)
	_is_in_force(key)
	not _confines(value)
	kubernetes.minor < 19
	path := ["metadata", "annotations", key]
	msg := sprintf("annotation %v switches seccomp off", [key])
}

_off(path) := {"path": path, "msg": msg, "details": pods.details(path, "RuntimeDefault")} if {
	msg := sprintf("%v switches seccomp off", [pods.holder(path)])
}

_is_in_force(key) if key == "seccomp.security.alpha.kubernetes.io/pod"

_is_in_force(key) if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	spec[list][i].name == trim_prefix(key, "container.seccomp.security.alpha.kubernetes.io/")
}

_confines(value) if value in {"runtime/default", "docker/default"}

_confines(value) if {
	is_string(value)
	startswith(value, "localhost/")
}
