# METADATA
# title: User who may not
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE]}
package policies.own.user

violation contains {"path": [], "msg": "interns create no pods"} if {
	input.review.userInfo.username == "<intern> & co"
}
