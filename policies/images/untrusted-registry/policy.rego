# METADATA
# title: Image from a registry that isn't trusted
# description: >-
#   Who controls the registry decides what runs. An image from outside the registries that an
#   organisation controls or has vetted passes its scans, its signatures and its reviews by.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     anyOf:
#     - required: [registries]
#     - required: [denied]
#     properties:
#       registries:
#         type: array
#         minItems: 1
#         items: {type: string, $ref: "#/$defs/entry"}
#         description: >-
#           What images may come from: registries and whole segments of paths, `registry.example`,
#           `registry.example:5000/shop`, `*.registry.example`, `docker.io/library`; without a host
#           a path of Docker Hub, `bitnami`; with a tag only that tag, `docker.io/library/redis:8`.
#       denied:
#         type: array
#         minItems: 1
#         items: {type: string, $ref: "#/$defs/entry"}
#         description: >-
#           What they may not come from even so, in the same form; a host stands for all its ports.
#     $defs:
#       entry:
#         type: string
#         pattern: '^((\*\.)?[\w.-]+(:\d+)?(/[\w.-]+)*(/\*?)?|[^A-Z*:]+(:\d+/[^A-Z*:]+)?:[\w.-]+)$'
#   remediation: >-
#     Mirror the image into an allowed registry and name it there: `image:
#     registry.example/mirror/redis:8.2@sha256:<64 hex digits>`.
#   references:
#   - {framework: CIS, id: 5.5.1}
#   since: "0.1.0"
package policies.images.untrusted_registry

import data.policies.lib.images
import data.policies.lib.pods

violation contains {"path": site.path, "msg": msg, "details": details} if {
	some site in images.named(input.review.object.spec)
	parsed := site.parsed
	not _is_trusted(parsed)
	msg := sprintf("%v %v", [images.subject(site), _why(parsed)])
	details := pods.details(site.path, null)
}

_is_trusted(parsed) if {
	not input.parameters.denied
	images.covers(_allowed, parsed)
} else if {
	not input.parameters.registries
	is_object(parsed)
	not _is_denied(parsed)
} else if {
	images.covers(_allowed, parsed)
	not _is_denied(parsed)
}

_why(parsed) := "isn't an image reference" if {
	parsed == null
} else := "comes from a registry or path that is denied" if {
	_is_denied(parsed)
} else := "comes from outside the registries allowed"

_allowed := images.entries(input.parameters.registries)

_denied := images.entries(input.parameters.denied)

# What is denied stays denied with a port, and Docker Hub under its other names.
_is_denied(parsed) if {
	images.covers(_denied, parsed)
} else if {
	contains(parsed.registry, ":")
	images.covers(_denied, _at(parsed, split(parsed.registry, ":")[0]))
} else if {
	split(parsed.registry, ":")[0] in {"registry-1.docker.io", "registry.hub.docker.com"}
	images.covers(_denied, _at(parsed, "docker.io"))
}

_at(parsed, registry) := object.union(parsed, {
	"registry": registry,
	"name": concat("/", [registry, parsed.repository]),
})
