# METADATA
# title: Capability that leads out of the container
# description: >-
#   Each of these capabilities is a known way out of the container: SYS_ADMIN mounts, SYS_MODULE
#   loads code into the kernel, SYS_PTRACE and DAC_READ_SEARCH read what is others', NET_ADMIN
#   redirects the node's traffic, MAC_ADMIN and MAC_OVERRIDE undo SELinux and its kind. ALL is all
#   of them. Names count in any case and with or without CAP_, since runtimes read them so.
# related_resources:
# - ref: https://man7.org/linux/man-pages/man7/capabilities.7.html
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Drop all capabilities and add the one that the program needs: `capabilities: {drop: [ALL],
#     add: [NET_BIND_SERVICE]}`.
#   references:
#   - {framework: CIS, id: 5.2.8}
#   - {framework: CIS, id: 5.2.9}
#   - {framework: NSA, id: Pod security enforcement}
#   - {framework: MITRE, id: T1611}
#   supersedes: [least-privilege/added-capability, least-privilege/capabilities-not-dropped]
#   since: "0.1.0"
package policies.least_privilege.dangerous_capability

import data.policies.lib.pods

violation contains {
	"path": path,
	"msg": msg,
	"severity": severity,
	"details": pods.details(path, null),
} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, k
	capability := spec[list][i].securityContext.capabilities.add[k]
	is_string(capability)
	severity := _severities[trim_prefix(upper(capability), "CAP_")]
	path := ["spec", list, i, "securityContext", "capabilities", "add", k]
	msg := sprintf("%v adds the capability %v", [pods.holder(path), capability])
}

_severities := {
	"ALL": "critical",
	"BPF": "high",
	"DAC_READ_SEARCH": "high",
	"MAC_ADMIN": "high",
	"MAC_OVERRIDE": "high",
	"NET_ADMIN": "high",
	"PERFMON": "high",
	"SYSLOG": "high",
	"SYS_ADMIN": "high",
	"SYS_BOOT": "high",
	"SYS_MODULE": "high",
	"SYS_PTRACE": "high",
	"SYS_RAWIO": "high",
}
