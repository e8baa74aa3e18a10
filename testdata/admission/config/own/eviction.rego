# METADATA
# title: Eviction
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [policy/Eviction], operations: [CREATE], subresources: [eviction]}
package policies.own.eviction

violation contains {"path": [], "msg": "nobody evicts here"} if input.review.object.kind == "Eviction"
