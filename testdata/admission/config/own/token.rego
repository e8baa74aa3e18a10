# METADATA
# title: Token that lives long
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [authentication.k8s.io/TokenRequest], operations: [CREATE], subresources: [token]}
package policies.own.token

violation contains {"path": ["spec", "expirationSeconds"], "msg": "a token for more than an hour"} if {
	input.review.object.spec.expirationSeconds > 3600
}
