# METADATA
# title: Status that takes an address
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [Service], operations: [UPDATE], subresources: [status]}
package policies.own.status

violation contains {"path": ["status", "loadBalancer", "ingress", i, "ip"], "msg": "an address of somebody else"} if {
	some i
	input.review.object.status.loadBalancer.ingress[i].ip
}
