# METADATA
# title: No seccomp profile
# description: >-
#   Unless a profile is asked for, most nodes run containers without seccomp: every system call of
#   the kernel is open to a break-in.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Ask for the runtime's profile for the whole Pod: `spec: {securityContext: {seccompProfile:
#     {type: RuntimeDefault}}}`.
#   references:
#   - {framework: PSS, id: restricted/Seccomp}
#   - {framework: CIS, id: 5.7.2}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.seccomp_missing

import data.policies.lib.pods
import data.policies.lib.pss

violation contains _off(path) if {
	spec := input.review.object.spec
	profile := spec.securityContext.seccompProfile
	profile != null
	not pss.confines(profile)
	not pss.windows_passes(spec)
	path := ["spec", "securityContext", "seccompProfile", "type"]
}

violation contains _off(path) if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	profile := spec[list][i].securityContext.seccompProfile
	profile != null
	not pss.confines(profile)
	not pss.windows_passes(spec)
	path := ["spec", list, i, "securityContext", "seccompProfile", "type"]
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, "RuntimeDefault")} if {
	spec := input.review.object.spec
	not _decides(spec)
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	not _decides(container)
	not pss.windows_passes(spec)
	path := ["spec", list, i, "securityContext", "seccompProfile", "type"]
	msg := sprintf("neither the pod nor %v asks for a seccomp profile", [pods.holder(path)])
}

_off(path) := {"path": path, "msg": msg, "details": pods.details(path, "RuntimeDefault")} if {
	msg := sprintf("%v switches seccomp off", [pods.holder(path)])
}

_decides(holder) if holder.securityContext.seccompProfile != null
