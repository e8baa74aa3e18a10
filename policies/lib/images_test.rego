package policies.lib.images_test

import data.policies.lib.images

test_images_of_all_lists_and_of_volumes_are_named if {
	spec := {
		"initContainers": [{"image": "a"}],
		"containers": [{}, {"image": null}, {"image": "b:1"}],
		"ephemeralContainers": [{"image": ""}],
		"volumes": [{"emptyDir": {}}, {"image": {"reference": 5}}, {"image": {"reference": null}}],
	}
	images.named(spec) == [
		_site(["spec", "initContainers", 0, "image"], "a"),
		_site(["spec", "containers", 2, "image"], "b:1"),
		_site(["spec", "ephemeralContainers", 0, "image"], ""),
		_site(["spec", "volumes", 1, "image", "reference"], 5),
	]
	images.named(spec)[1].parsed.tag == "1"
	images.named(spec)[2].parsed == null
}

test_wrong_types_name_nothing if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		images.named(wrong) == []
		images.named({"containers": wrong, "volumes": wrong}) == []
		images.named({"containers": [wrong], "volumes": [wrong, {"image": wrong}]}) == []
	}
}

test_a_message_begins_with_image_and_holder if {
	_subject(["spec", "containers", 0, "image"], "nginx") == `image "nginx" of container "app"`
	_subject(["spec", "containers", 0, "image"], "a@b:c") == `image "a@b:c" of container "app"`
	_subject(["spec", "volumes", 0, "image", "reference"], "a:1") == `image "a:1" of volume "data"`
}

test_what_is_no_reference_is_not_repeated if {
	every reference in ["", "a:b:c", "a@b", 5, {}, []] {
		_subject(["spec", "containers", 0, "image"], reference) == `image of container "app"`
	}
}

test_a_reference_refused_for_its_digest_is_parsed if {
	every digest in ["sha256:123456", "b:c", "b+c.d_e-f:g", "multihash+base58:QmRZ=_-x"] {
		images.refused(concat("@", ["registry.example/shop:1", digest])) == {
			"registry": "registry.example",
			"repository": "shop",
			"name": "registry.example/shop",
			"tag": "1",
			"digest": digest,
		}
	}
}

test_what_else_is_no_reference_is_null if {
	every reference in [
		null, 5, true, [], {}, "", "a:b:c", "a/B", "@sha256:", "a@", "a@b", "a@b:", "@b:c", "a@b:c@d:e",
		"A@b:c", "a@B:c", "a@b:c d", "a@-b:c", "a@b-:c", "a:@b:c", "nginx",
	] {
		images.refused(reference) == null
	}
}

test_digests_of_unknown_algorithms if {
	every digest in ["other:a", "sha256sum:a", "x-sha256:a", _digest("blake3", "a", 64)] {
		images.is_unknown_digest(digest)
	}
	every digest in [
		"sha256:a", "sha384:a", "sha512:a", "blake3:a", _digest("blake3", "a", 63),
		_digest("blake3", "a", 65), _digest("blake3", "A", 64),
	] {
		not images.is_unknown_digest(digest)
	}
}

test_entries_cover_whole_segments if {
	every entry, references in _covered {
		every reference in references { _covers(entry, reference) }
	}
	every entry, references in _not_covered {
		every reference in references { not _covers(entry, reference) }
	}
}

_covered := {
	"docker.io": ["nginx", "bitnami/redis", "docker.io/a/b/c", "index.docker.io/a/b", "Docker.IO/a"],
	"index.docker.io": ["nginx"],
	"docker.io/library": ["nginx", "library/nginx:1"],
	"docker.io/nginx": ["nginx", "nginx/agent"],
	"index.docker.io/library/": ["nginx"],
	"bitnami": ["bitnami/redis", "docker.io/bitnami/redis:8"],
	"bitnami/redis": ["bitnami/redis", "bitnami/redis/x"],
	"nginx": ["nginx", "library/nginx", "nginx/agent"],
	"nginx:1.28": ["nginx:1.28", "docker.io/library/nginx:1.28"],
	"nginx:latest": ["nginx", "nginx:latest"],
	"localhost": ["localhost/shop"],
	"localhost:5000": ["localhost:5000/shop"],
	"localhost2": ["localhost2/shop"],
	"mylocalhost": ["mylocalhost/shop"],
	"registry:5000": ["registry:5000/shop"],
	"registry:5000/shop:1": ["registry:5000/shop:1"],
	"Registry.Example": ["registry.example/shop", "REGISTRY.example/a/b"],
	"registry.example/shop": ["registry.example/shop", "registry.example/shop/api:1"],
	"registry.example/shop/": ["registry.example/shop/api"],
	"registry.example/shop/*": ["registry.example/shop/api"],
	"registry.example/*": ["registry.example/shop"],
	"*.registry.example": [
		"eu.registry.example/a", "b.eu.registry.example/a/b", "EU.registry.example/a",
	],
	"*.registry.example:5000": ["eu.registry.example:5000/a"],
	"*.registry.example/shop": ["eu.registry.example/shop", "eu.registry.example/shop/api"],
	"*.registry.example/*": ["eu.registry.example/shop"],
	"*.Registry.example/shop/*": ["eu.registry.example/shop/api"],
}

_not_covered := {
	"docker.io": [
		"docker.io.evil.example/nginx", "registry.example/docker.io/nginx", "docker.io:443/nginx",
	],
	"docker.io/library": ["library2/nginx", "bitnami/redis", "registry.example/library/nginx"],
	"docker.io/library/nginx": ["nginx/agent", "nginx2", "nginxinc/nginx"],
	"bitnami": ["bitnami2/redis", "registry.example/bitnami/redis"],
	"nginx:1.28": [
		"nginx", "nginx:1.2", "nginx:1.28.1", "nginx/agent:1.28", "registry.example/nginx:1.28",
	],
	"nginx:latest": ["nginx:1", "nginx@sha256:aa"],
	"nginx:1": ["nginx@sha256:aa"],
	"*.localhost:5000": ["localhost:5000/shop"],
	"*.example": ["example/shop", "docker.io/eu.example/shop"],
	"registry": ["REGISTRY/shop", "registry.example/registry"],
	"nginx": ["library/nginx2", "nginx2", "registry.example/library/nginx"],
	"localhost": [
		"localhost:5000/shop", "localhost2/shop", "registry.example/localhost",
		"docker.io/localhost/shop", "docker.io/library/localhost",
	],
	"registry:5000": ["registry:5000", "registry/shop", "registry:50001/shop"],
	"registry.example": [
		"registry.example:5000/shop", "registry.example.evil.example/shop", "eu.registry.example/a",
		"docker.io/registry.example/shop", "docker.io/library/registry.example",
	],
	"registry.example/shop": ["registry.example/shop2", "registry.example/a/shop", "shop"],
	"bitnami/redis": ["bitnami", "bitnami/redis2"],
	"*.registry.example": [
		"registry.example/a", "evilregistry.example/a", "eu.registry.example:5000/a",
	],
	"*.registry.example/shop": [
		"eu.registry.example/shop2", "eu.registry.example/a/shop", "registry.example/shop",
	],
}

test_any_entry_suffices_and_none_covers_nothing if {
	_covers_any(["docker.io", "registry.example"], "registry.example/shop")
	every reference in ["nginx", "registry.example/shop", "REGISTRY/shop", "localhost/a"] {
		not _covers_any([], reference)
	}
}

test_what_is_no_reference_is_not_covered if {
	entries := images.entries(["docker.io", "*.example", "nginx:1"])
	not images.covers(entries, null)
}

_covers(entry, reference) if _covers_any([entry], reference)

_covers_any(list, reference) if images.covers(images.entries(list), _parsed(reference))

_parsed(reference) := image.parse(reference) if {
	image.parse(reference) != null
} else := images.refused(reference)

_site(path, reference) := {
	"path": path,
	"reference": reference,
	"parsed": image.parse(reference),
}

_subject(path, reference) := subject if {
	subject := images.subject(_site(path, reference))
		with input.review.object.spec as {"containers": [{"name": "app"}], "volumes": [{"name": "data"}]}
}

_digest(algorithm, digit, length) := concat(":", [
	algorithm,
	concat("", [digit | some _ in numbers.range(1, length)]),
])
