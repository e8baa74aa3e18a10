# METADATA
# title: Service account token that lives long
# description: >-
#   A Secret of type kubernetes.io/service-account-token is a password that never expires and is
#   bound to no Pod: one copy in a backup or a log is access for good. A projected token that
#   lives for days is nearly as bad, though the kubelet would renew a short one.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/service-accounts/
# - ref: https://kubernetes.io/docs/concepts/storage/projected-volumes/
# custom:
#   severity: medium
#   scope: {kinds: [Pod, Secret], operations: [CREATE, UPDATE]}
#   parameters:
#     type: object
#     properties:
#       maxSeconds:
#         type: integer
#         minimum: 600
#         default: 86400
#         description: The longest life of a projected token, in seconds.
#   remediation: >-
#     Delete the Secret and have the token projected, or made by `kubectl create token`, for an hour
#     at most: `serviceAccountToken: {path: token, expirationSeconds: 3600}`.
#   references:
#   - {framework: CIS, id: 5.1.6}
#   - {framework: NSA, id: Protecting Pod service account tokens}
#   - {framework: MITRE, id: T1528}
#   since: "0.1.0"
package policies.least_privilege.long_lived_token

import data.policies.lib.pods

violation contains {"path": ["type"], "msg": msg} if {
	input.review.kind.kind == "Secret"
	input.review.object.type == "kubernetes.io/service-account-token"
	msg := "secret is a token of a service account that never expires"
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, most)} if {
	some i, k
	source := input.review.object.spec.volumes[i].projected.sources[k]
	seconds := source.serviceAccountToken.expirationSeconds
	is_number(seconds)
	most := input.parameters.maxSeconds
	seconds > most
	path := [
		"spec", "volumes", i, "projected", "sources", k,
		"serviceAccountToken", "expirationSeconds",
	]
	msg := sprintf("%v holds a token for %v seconds, more than %v", [
		pods.holder(path),
		seconds,
		most,
	])
}
