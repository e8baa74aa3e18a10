# METADATA
# title: Windows HostProcess container
# description: >-
#   A HostProcess container runs on its Windows node as a process of the host, outside of any
#   isolation.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: critical
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Set `hostProcess: false`, or remove it: `securityContext: {windowsOptions: {hostProcess:
#     false}}`.
#   references:
#   - {framework: PSS, id: baseline/HostProcess}
#   - {framework: CIS, id: 5.2.11}
#   since: "0.1.0"
package policies.least_privilege.host_process

import data.policies.lib.pods

violation contains _violation(path) if {
	input.review.object.spec.securityContext.windowsOptions.hostProcess == true
	path := ["spec", "securityContext", "windowsOptions", "hostProcess"]
}

violation contains _violation(path) if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	input.review.object.spec[list][i].securityContext.windowsOptions.hostProcess == true
	path := ["spec", list, i, "securityContext", "windowsOptions", "hostProcess"]
}

_violation(path) := {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	msg := sprintf("%v runs as a process of its Windows node", [pods.holder(path)])
}
