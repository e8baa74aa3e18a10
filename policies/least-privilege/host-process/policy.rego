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

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	some setting in pods.settings(input.review.object.spec, "windowsOptions")
	setting.value.hostProcess == true
	path := array.concat(setting.path, ["hostProcess"])
	msg := sprintf("%v runs as a process of its Windows node", [pods.holder(path)])
}
