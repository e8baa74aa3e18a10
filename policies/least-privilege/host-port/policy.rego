# METADATA
# title: Port of the node
# description: >-
#   A hostPort listens on the node itself: it is reachable past Services and network policies, and
#   keeps other Pods off that port of the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Drop `hostPort` and reach the Pod through a Service: `ports: [{containerPort: 8080}]`.
#   references:
#   - {framework: PSS, id: baseline/Host Ports}
#   - {framework: CIS, id: 5.2.13}
#   since: "0.1.0"
package policies.least_privilege.host_port

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, k
	port := spec[list][i].ports[k].hostPort
	not port in {0, null}
	path := ["spec", list, i, "ports", k, "hostPort"]
	msg := sprintf("%v takes port %v of its node", [pods.holder(path), port])
}
