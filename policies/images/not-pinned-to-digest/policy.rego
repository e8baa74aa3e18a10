# METADATA
# title: Image without a digest
# description: >-
#   A tag is a name that its registry can give to another image at any time; a digest is the content
#   itself. Only with it do all nodes run what was built, scanned and signed.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/
# - ref: https://github.com/opencontainers/image-spec/blob/main/descriptor.md
# custom:
#   severity: low
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     properties:
#       exemptImages:
#         type: array
#         items: {type: string, $ref: "#/$defs/entry"}
#         default: []
#         description: >-
#           Registries, paths and images that need no digest, by whole segments:
#           `registry.example/shop`, `registry.example/shop/tools:1.4`.
#     $defs:
#       entry:
#         type: string
#         pattern: '^((\*\.)?[\w.-]+(:\d+)?(/[\w.-]+)*(/\*?)?|[^A-Z*:]+(:\d+/[^A-Z*:]+)?:[\w.-]+)$'
#   remediation: >-
#     Append the digest, and let a bot update it: `image: registry.example/shop/api:1.4.2@sha256:<64
#     hex digits>`.
#   references:
#   - {framework: CIS, id: "5.5"}
#   - {framework: SLSA, id: Dependency threats}
#   since: "0.1.0"
package policies.images.not_pinned_to_digest

import data.policies.lib.images
import data.policies.lib.pods

_images := images.named(input.review.object.spec)

violation contains {"path": site.path, "msg": msg, "details": details} if {
	some site in _images
	parsed := site.parsed
	parsed.digest == null
	not _is_exempt(parsed)
	msg := sprintf("%v has no digest", [images.subject(site)])
	details := pods.details(site.path, null)
}

violation contains {"path": site.path, "msg": msg, "details": details} if {
	some site in _images
	site.parsed == null
	why := _why(images.refused(site.reference))
	msg := sprintf("%v %v", [images.subject(site), why])
	details := pods.details(site.path, null)
}

_why(refused) := "isn't an image reference" if {
	refused == null
} else := "has a digest that isn't whole" if {
	digest := refused.digest
	not images.is_unknown_digest(digest)
}

_is_exempt(parsed) if images.covers(_exempt, parsed)

_exempt := images.entries(input.parameters.exemptImages)
