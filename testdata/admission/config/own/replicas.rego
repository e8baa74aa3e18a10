# METADATA
# title: Too many replicas written
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [apps/Deployment], operations: [CREATE, UPDATE]}
package policies.own.replicas

violation contains {"path": ["spec", "replicas"], "msg": "more than ten replicas"} if {
	input.review.object.spec.replicas > 10
}
