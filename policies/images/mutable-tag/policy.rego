# METADATA
# title: Image by a tag that moves
# description: >-
#   latest, main or nightly name another image after each push, and no tag means latest: what was
#   tested isn't what runs, replicas differ from each other, and whoever can push there deploys to
#   the cluster. With a digest the tag is never asked for.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     properties:
#       tags:
#         type: array
#         items: {type: string, minLength: 1}
#         default: [latest, stable, main, master, edge, nightly]
#         description: The tags that move, spelt exactly. An image without a tag is always denied.
#       exemptImages:
#         type: array
#         items: {type: string, $ref: "#/$defs/entry"}
#         default: []
#         description: >-
#           Registries, paths and images that may have any tag, by whole segments:
#           `registry.example/shop`, `registry.example/shop/tools:latest`.
#     $defs:
#       entry:
#         type: string
#         pattern: '^((\*\.)?[\w.-]+(:\d+)?(/[\w.-]+)*(/\*?)?|[^A-Z*:]+(:\d+/[^A-Z*:]+)?:[\w.-]+)$'
#   remediation: >-
#     Name a version, and the digest it has: `image: registry.example/shop/api:1.4.2@sha256:<64 hex
#     digits>`.
#   references:
#   - {framework: NSA, id: Building secure container images}
#   supersedes: [images/not-pinned-to-digest]
#   since: "0.1.0"
package policies.images.mutable_tag

import data.policies.lib.images
import data.policies.lib.pods

_images := images.named(input.review.object.spec)

violation contains {"path": site.path, "msg": msg, "details": details} if {
	some site in _images
	parsed := site.parsed
	parsed.digest == null
	why := _why(parsed.tag)
	not _is_exempt(parsed)
	msg := sprintf("%v %v", [images.subject(site), why])
	details := pods.details(site.path, null)
}

violation contains {"path": site.path, "msg": msg, "details": details} if {
	some site in _images
	site.parsed == null
	images.refused(site.reference) == null
	msg := sprintf("%v isn't an image reference", [images.subject(site)])
	details := pods.details(site.path, null)
}

_why(tag) := "has no tag, which means latest" if {
	tag == null
} else := sprintf("has the tag %q, which moves", [tag]) if {
	tag in input.parameters.tags
}

_is_exempt(parsed) if images.covers(_exempt, parsed)

_exempt := images.entries(input.parameters.exemptImages)
