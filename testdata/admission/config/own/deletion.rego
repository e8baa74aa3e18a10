# METADATA
# title: Protected object deleted
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [Namespace, PersistentVolumeClaim, Pod], operations: [DELETE]}
package policies.own.deletion

violation contains {"path": ["metadata", "labels", "protected"], "msg": "it is protected"} if {
	input.review.oldObject.metadata.labels.protected == "true"
}
