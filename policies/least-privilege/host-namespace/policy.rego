# METADATA
# title: Host namespace
# description: >-
#   A Pod in a namespace of its node sees, and can act on, what runs there: hostNetwork reaches
#   what listens on localhost and the traffic of other Pods, hostPID the environment and the files
#   of every process, hostIPC the shared memory of others.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Remove `hostNetwork`, `hostPID` and `hostIPC`, or set them to false: `spec: {hostNetwork:
#     false, hostPID: false, hostIPC: false}`.
#   references:
#   - {framework: PSS, id: baseline/Host Namespaces}
#   - {framework: CIS, id: 5.2.3}
#   - {framework: CIS, id: 5.2.4}
#   - {framework: CIS, id: 5.2.5}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.host_namespace

import data.policies.lib.pods

violation contains _shares("hostNetwork", "network") if input.review.object.spec.hostNetwork == true

violation contains _shares("hostPID", "process") if input.review.object.spec.hostPID == true

violation contains _shares("hostIPC", "IPC") if input.review.object.spec.hostIPC == true

_shares(field, namespace) := {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	path := ["spec", field]
	msg := sprintf("pod shares the %v namespace of its node", [namespace])
}
