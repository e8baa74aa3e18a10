# METADATA
# title: Object of any kind
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: ["*"], operations: [CREATE, UPDATE, DELETE, CONNECT]}
package policies.own.anything

violation contains {"path": ["metadata", "labels", "forbidden"], "msg": "it is forbidden"} if {
	_labels(input.review.object).forbidden
}

_labels(object) := object.metadata.labels
