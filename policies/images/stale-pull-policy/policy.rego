# METADATA
# title: Tag that isn't pulled again
# description: >-
#   Every tag can be moved. Without Always a node that has once pulled it keeps what it has, without
#   the fix that was pushed since, and starts it for whoever may not pull it. A digest is the same
#   everywhere, so it passes with any policy.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy
# custom:
#   severity: low
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Pin the image to its digest, or pull it at each start: `imagePullPolicy: Always`.
#   references:
#   - {framework: CIS, id: 1.2.11}
#   since: "0.1.0"
package policies.images.stale_pull_policy

import data.policies.lib.images
import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, "Always")} if {
	some site in images.named(input.review.object.spec)
	parsed := site.parsed
	parsed.digest == null
	path := _policy_path(site.path)
	policy := object.get(input.review.object, path, null)
	why := _why(policy, parsed)
	msg := sprintf("%v has %v", [images.subject(site), why])
}

_policy_path(path) := ["spec", "volumes", path[2], "image", "pullPolicy"] if {
	path[1] == "volumes"
} else := ["spec", path[1], path[2], "imagePullPolicy"]

# Without a policy the API's default is Always for latest, which no tag means too.
_why(policy, _) := sprintf("the pull policy %v", [policy]) if {
	not policy in {null, "", "Always"}
}

_why(policy, parsed) := "no pull policy, which means IfNotPresent" if {
	policy in {null, ""}
	tag := parsed.tag
	not tag in {null, "latest"}
}
