# METADATA
# title: Too many replicas
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [autoscaling/Scale], operations: [UPDATE], subresources: [scale]}
package policies.own.scale

violation contains {"path": ["spec", "replicas"], "msg": "more than ten replicas"} if {
	input.review.object.spec.replicas > 10
}
