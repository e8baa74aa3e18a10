package policies.images.untrusted_registry_test

import data.policies.images.untrusted_registry

test_images_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		containers := [{"image": "registry.example/shop"}, {"image": "shop"}]
		_found({list: containers}, _allowing) == {["spec", list, 1, "image"]}
	}
}

test_image_volumes_are_judged if {
	path := ["spec", "volumes", 1, "image", "reference"]
	_found({"volumes": [{}, {"image": {"reference": "shop"}}]}, _allowing) == {path}
}

test_outside_the_allowed_is_told if {
	_told("shop", _allowing) == {
		"path": ["spec", "containers", 0, "image"],
		"msg": `image "shop" of container "app" comes from outside the registries allowed`,
		"details": {"container": "app", "found": "shop"},
	}
}

test_denied_is_told if {
	_told("shop", {"denied": ["docker.io"]}) == {
		"path": ["spec", "containers", 0, "image"],
		"msg": `image "shop" of container "app" comes from a registry or path that is denied`,
		"details": {"container": "app", "found": "shop"},
	}
}

test_what_is_no_reference_is_denied_by_both_lists if {
	every parameters in [_allowing, {"denied": ["docker.io"]}] {
		every image in ["", "a:b:c", "registry.example/", "registry.example/shop@sha256:123", 5, {}, []] {
			told := _told(image, parameters)
			endswith(told.msg, `of container "app" isn't an image reference`)
		}
	}
}

test_the_allowed_pass if {
	every image in ["registry.example/a", "registry.example/a/b:1", "bitnami/redis"] {
		_is_allowed(image, {"registries": ["registry.example", "bitnami"]})
	}
}

test_the_denied_alone_let_everything_else_pass if {
	every image in ["shop", "registry.example/a"] { _is_allowed(image, {"denied": ["quay.example"]}) }
}

test_denied_wins_over_allowed if {
	parameters := {"registries": ["registry.example"], "denied": ["registry.example/old"]}
	_is_allowed("registry.example/shop", parameters)
	not _is_allowed("registry.example/old/shop", parameters)
}

test_a_denied_host_is_denied_with_any_port if {
	every image in [
		"registry.example:443/shop", "registry.example:5000/shop", "REGISTRY.example:443/a",
	] {
		not _is_allowed(image, {"denied": ["registry.example"]})
		not _is_allowed(image, {"denied": ["*.example"]})
	}
	_is_allowed("registry.example:5000/shop", {"denied": ["registry.example:443"]})
	not _is_allowed("registry.example:443/shop", {"denied": ["registry.example:443"]})
}

test_an_allowed_host_is_allowed_without_a_port if {
	every image in ["registry.example:443/shop", "registry.example:5000/shop"] {
		not _is_allowed(image, {"registries": ["registry.example"]})
	}
}

test_docker_hub_is_denied_under_all_its_names if {
	every host in [
		"index.docker.io", "registry-1.docker.io", "registry.hub.docker.com",
		"registry-1.docker.io:443",
	] {
		image := concat("/", [host, "library/nginx"])
		not _is_allowed(image, {"denied": ["docker.io/library"]})
	}
	_is_allowed("registry-1.docker.io/library/nginx", {"denied": ["bitnami", "quay.example"]})
	every denied in ["registry.hub.docker.com", "registry.hub.docker.com/library"] {
		not _is_allowed("registry.hub.docker.com/library/nginx", {"denied": [denied]})
		not _is_allowed("registry.hub.docker.com:443/library/nginx", {"denied": [denied]})
	}
}

test_docker_hub_is_allowed_under_the_name_that_runtimes_know if {
	_is_allowed("index.docker.io/library/nginx", {"registries": ["docker.io"]})
	not _is_allowed("registry-1.docker.io/library/nginx", {"registries": ["docker.io"]})
}

test_absent_and_null_are_not_judged if {
	spec := {"containers": [{}, {"image": null}], "volumes": [{}, {"image": {}}]}
	_found(spec, _allowing) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong, _allowing) == set()
		_found({"containers": wrong, "volumes": wrong}, _allowing) == set()
		_found({"containers": [wrong], "volumes": [{"image": wrong}]}, _allowing) == set()
	}
}

_allowing := {"registries": ["registry.example"]}

_is_allowed(image, parameters) if _found({"containers": [{"image": image}]}, parameters) == set()

_found(spec, parameters) := paths if {
	found := untrusted_registry.violation
		with input.review.object.spec as spec
		with input.parameters as parameters
	paths := {v.path | some v in found}
}

_told(image, parameters) := told if {
	found := untrusted_registry.violation
		with input.review.object.spec.containers as [{"name": "app", "image": image}]
		with input.parameters as parameters
	some told in found
}
