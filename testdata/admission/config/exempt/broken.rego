# METADATA
# title: Policy that fails
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Mend the policy.
#   scope: {kinds: [ConfigMap], operations: [CREATE]}
package policies.own.broken

violation contains {"path": [], "msg": text} if text := upper(input.review.object)
