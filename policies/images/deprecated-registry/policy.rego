# METADATA
# title: Image from a registry that Kubernetes left
# description: >-
#   k8s.gcr.io and gcr.io/google_containers are frozen: no release and no fix has come there since
#   April 2023, and they may stop serving at any time. registry.k8s.io has the same images.
# related_resources:
# - ref: https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/
# - ref: https://kubernetes.io/blog/2023/03/10/image-registry-redirect/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Name the image in Kubernetes' own registry: `image: registry.k8s.io/pause:3.10`.
#   references:
#   - {framework: NSA, id: Building secure container images}
#   since: "0.1.0"
package policies.images.deprecated_registry

import data.policies.lib.images
import data.policies.lib.pods

violation contains {"path": site.path, "msg": msg, "details": details} if {
	some site in images.named(input.review.object.spec)
	parsed := site.parsed
	parsed.registry in {"k8s.gcr.io", "gcr.io"}
	repository := _repository(parsed)
	msg := sprintf("%v comes from a registry that is frozen", [images.subject(site)])
	wanted := concat("", ["registry.k8s.io/", repository, _tag(parsed), _digest(parsed)])
	details := pods.details(site.path, wanted)
}

# Where registry.k8s.io has the image.
_repository(parsed) := parsed.repository if {
	parsed.registry == "k8s.gcr.io"
} else := trim_prefix(parsed.repository, project) if {
	some project in ["google_containers/", "google-containers/"]
	startswith(parsed.repository, project)
}

_tag(parsed) := concat("", [":", parsed.tag]) if {
	is_string(parsed.tag)
} else := ""

_digest(parsed) := concat("", ["@", parsed.digest]) if {
	is_string(parsed.digest)
} else := ""
