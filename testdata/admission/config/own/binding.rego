# METADATA
# title: Binding to a node
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [Binding], operations: [CREATE], subresources: [binding]}
package policies.own.binding

violation contains {"path": ["target", "name"], "msg": "only the scheduler binds"} if {
	input.review.object.target.kind == "Node"
	input.review.userInfo.username != "system:kube-scheduler"
}
