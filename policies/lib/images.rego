# What policies ask of the images that a Pod names, in its containers and in its image volumes.
#
# All are functions of what they read, and nothing of a Pod is ever an evaluation error here; lists
# of entries are parameters, checked before. An image that is absent or null isn't named: a template
# may leave it out.
package policies.lib.images

import data.policies.lib.pods

# Where a Pod's spec names images: what stands there, and how container runtimes read it, null if it
# isn't an image reference.
named(spec) := array.concat(
	[{"path": ["spec", list, i, "image"], "reference": reference, "parsed": parsed} |
		some list in ["initContainers", "containers", "ephemeralContainers"]
		containers := spec[list]
		some i
		reference := containers[i].image
		reference != null
		parsed := image.parse(reference)
	],
	[{"path": path, "reference": reference, "parsed": parsed} |
		some i
		reference := spec.volumes[i].image.reference
		reference != null
		parsed := image.parse(reference)
		path := ["spec", "volumes", i, "image", "reference"]
	],
)

# What a message begins with: `image "nginx" of container "app"`.
subject(site) := sprintf("image of %v", [pods.holder(site.path)]) if {
	site.parsed == null
	refused(site.reference) == null
} else := sprintf("image %q of %v", [site.reference, pods.holder(site.path)])

# A reference that runtimes refuse for its digest alone, parsed; null if there is more to it. Its
# tag isn't used: beside a digest it is only a name.
refused(reference) := object.union(parsed, {"digest": digest}) if {
	is_string(reference)
	[front, digest] := split(reference, "@")
	regex.match(`^[a-z0-9]+([+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$`, digest)
	parsed := image.parse(front)
	is_object(parsed)
} else := null

# Whether what makes runtimes refuse it is only that they don't know the algorithm: such a digest is
# whole for the OCI image specification ("SHOULD allow digests with unrecognized algorithms").
is_unknown_digest(digest) if {
	not regex.match(`^(sha256|sha384|sha512|blake3):`, digest)
} else if regex.match(`^blake3:[0-9a-f]{64}$`, digest)

# A list of registries, paths and images, made ready for `covers`:
#   docker.io, registry.example:5000             a registry
#   docker.io/library, registry.example/shop/*   what lies below a path
#   *.registry.example, *.registry.example/shop  the same on each host below one
#   bitnami, shop/api                            paths of Docker Hub: they begin with no host
#   nginx                                        Docker Hub's user and its official image
#   registry.example/shop/api:1.4                an image with that tag
entries(list) := {"texts": list, "folders": folders, "wild": wild, "tagged": tagged} if {
	# All at once, since this is done for each review: `shop`, `shop/` and `shop/*` become `shop/`.
	text := concat("", [lower(concat("\n", list)), "\n"])
	bare := strings.replace_n({"/*\n": "\n", "/\n": "\n"}, text)
	folders := split(trim_suffix(replace(bare, "\n", "/\n"), "\n"), "\n")
	wild := contains(text, "*.")
	tagged := contains(text, ":")
}

# Whether one of the entries covers a parsed image.
covers(entries, parsed) if {
	# The host is looked at last, since most images have one that looks like it.
	strings.any_prefix_match(concat("", [parsed.name, "/"]), entries.folders)
	_is_host(parsed.registry)
} else if {
	parsed.registry == "docker.io"
	names := [concat("", [name, "/"]) | some name in _hub_names(parsed)]
	strings.any_prefix_match(names, entries.folders)
} else if {
	entries.wild
	strings.any_prefix_match(_wild_names(parsed), entries.folders)
} else if {
	entries.tagged
	some name in array.concat([parsed.name], _hub_names(parsed))
	text := concat(":", [name, _tag(parsed)])
	text in entries.texts
	# `registry:5000` is a host.
	not regex.match(`^[^/]*:[0-9]+$`, text)
}

# What an entry may call an image of Docker Hub besides its whole name.
_hub_names(parsed) := array.concat(short, long) if {
	parsed.registry == "docker.io"
	official := trim_prefix(parsed.repository, "library/")
	long := [
		concat("/", ["docker.io", official]),
		concat("/", ["index.docker.io", parsed.repository]),
	]
	short := [path |
		some path in [parsed.repository, official]
		first := split(path, "/")[0]
		# As an entry this would be a registry.
		not _is_host(first)
	]
} else := []

# `*.example/shop/` and `*.registry.example/shop/` for `eu.registry.example/shop`.
_wild_names(parsed) := [name |
	labels := split(parsed.registry, ".")
	count(labels) > 1
	some n in numbers.range(1, count(labels) - 1)
	host := concat(".", array.concat(["*"], array.slice(labels, n, count(labels))))
	name := concat("/", [host, parsed.repository, ""])
]

_tag(parsed) := parsed.tag if {
	is_string(parsed.tag)
} else := "latest" if parsed.digest == null

# Runtimes take `REGISTRY/shop` for a host too, though it looks like a path; no entry can mean it.
_is_host(segment) if {
	contains(segment, ".")
} else if {
	contains(segment, ":")
} else if segment == "localhost"
