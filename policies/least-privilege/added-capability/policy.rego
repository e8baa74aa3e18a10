# METADATA
# title: Capability beyond the default
# description: >-
#   A capability beyond those that container runtimes give by default is a part of root on the
#   node: SYS_ADMIN nearly all of it, NET_RAW forged packages, SYS_PTRACE the memory of others.
#   Names are matched as the kernel's, in capitals and without CAP_.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Remove the capability from `add`; add none beyond the runtime's default: `capabilities:
#     {drop: [ALL], add: [NET_BIND_SERVICE]}`.
#   references:
#   - {framework: PSS, id: baseline/Capabilities}
#   - {framework: CIS, id: 5.2.8}
#   - {framework: CIS, id: 5.2.9}
#   - {framework: NSA, id: Pod security enforcement}
#   supersedes: [least-privilege/capabilities-not-dropped]
#   since: "0.1.0"
package policies.least_privilege.added_capability

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, k
	capability := spec[list][i].securityContext.capabilities.add[k]
	not capability in {
		"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
		"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
	}
	path := ["spec", list, i, "securityContext", "capabilities", "add", k]
	msg := sprintf("%v adds the capability %v", [pods.holder(path), capability])
}
