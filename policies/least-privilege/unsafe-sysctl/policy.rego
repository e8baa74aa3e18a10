# METADATA
# title: Unsafe sysctl
# description: >-
#   A sysctl that isn't namespaced, or not isolated enough, changes the kernel of the node for
#   every Pod on it.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Drop the sysctl; set what the node needs on the node: `securityContext: {sysctls: []}`.
#   references:
#   - {framework: PSS, id: baseline/Sysctls}
#   since: "0.1.0"
package policies.least_privilege.unsafe_sysctl

import data.policies.lib.kubernetes
import data.policies.lib.pods

# The safe sysctls, each with the minor of Kubernetes that first took it for safe.
_safe_since := {
	"kernel.shm_rmid_forced": 0,
	"net.ipv4.ip_local_port_range": 0,
	"net.ipv4.ip_unprivileged_port_start": 0,
	"net.ipv4.ping_group_range": 0,
	"net.ipv4.tcp_syncookies": 0,
	"net.ipv4.ip_local_reserved_ports": 27,
	"net.ipv4.tcp_fin_timeout": 29,
	"net.ipv4.tcp_keepalive_intvl": 29,
	"net.ipv4.tcp_keepalive_probes": 29,
	"net.ipv4.tcp_keepalive_time": 29,
	"net.ipv4.tcp_rmem": 32,
	"net.ipv4.tcp_wmem": 32,
	"net.ipv4.tcp_notsent_lowat": 37,
	"net.ipv4.tcp_slow_start_after_idle": 37,
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	some i
	sysctl := input.review.object.spec.securityContext.sysctls[i]
	not _is_safe(sysctl)
	path := ["spec", "securityContext", "sysctls", i, "name"]
	msg := sprintf("pod sets the unsafe sysctl %v", [_name(sysctl)])
}

_is_safe(sysctl) if kubernetes.minor >= _safe_since[sysctl.name]

_name(sysctl) := sysctl.name if {
	is_string(sysctl.name)
} else := "without a name"
