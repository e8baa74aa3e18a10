# METADATA
# title: Gold without an owner
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [Pod, apps/Deployment], operations: [CREATE, UPDATE], templates: false}
package policies.own.gold

violation contains {"path": ["metadata", "annotations", "owner"], "msg": "gold has an owner"} if {
	not input.review.object.metadata.annotations.owner
}
