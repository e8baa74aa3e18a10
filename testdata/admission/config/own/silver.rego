# METADATA
# title: Default scheduler left
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE]}
package policies.own.silver

violation contains {"path": ["spec", "schedulerName"], "msg": "only the default scheduler is known"} if {
	input.review.object.spec.schedulerName != "default-scheduler"
}
