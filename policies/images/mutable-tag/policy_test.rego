package policies.images.mutable_tag_test

import data.policies.images.mutable_tag

test_images_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		_found({list: [{"image": "shop:1"}, {"image": "shop"}]}) == {["spec", list, 1, "image"]}
	}
}

test_image_volumes_are_judged if {
	path := ["spec", "volumes", 1, "image", "reference"]
	_found({"volumes": [{}, {"image": {"reference": "shop"}}]}) == {path}
}

test_no_tag_is_told if {
	_told("registry.example:5000/shop") == {
		"path": ["spec", "containers", 0, "image"],
		"msg": `image "registry.example:5000/shop" of container "app" has no tag, which means latest`,
		"details": {"container": "app", "found": "registry.example:5000/shop"},
	}
}

test_a_moving_tag_is_told if {
	every tag in _tags {
		image := concat(":", ["shop", tag])
		_told(image) == {
			"path": ["spec", "containers", 0, "image"],
			"msg": sprintf(`image %q of container "app" has the tag %q, which moves`, [image, tag]),
			"details": {"container": "app", "found": image},
		}
	}
}

test_other_tags_pass if {
	every tag in ["1", "v1.4.2", "Latest", "latest-1", "1-stable", "mainline", "prod"] {
		_found({"containers": [{"image": concat(":", ["shop", tag])}]}) == set()
	}
}

test_a_digest_passes_with_any_tag if {
	every image in ["shop", "shop:latest", "shop:1"] {
		_found({"containers": [{"image": sprintf("%v@sha256:%v", [image, _digits])}]}) == set()
		_found({"containers": [{"image": concat("", [image, "@sha256:123456"])}]}) == set()
	}
}

test_what_is_no_reference_is_denied if {
	every image in [
		"", "a:b:c", "shop:1:2", "@sha256:", "shop@", "Shop", "${IMAGE}", 5, true, {}, [],
	] {
		_told(image) == {
			"path": ["spec", "containers", 0, "image"],
			"msg": `image of container "app" isn't an image reference`,
			"details": {"container": "app", "found": image},
		}
	}
}

test_absent_and_null_are_not_judged if {
	_found({"containers": [{}, {"image": null}], "volumes": [{}, {"image": {}}]}) == set()
}

test_the_parameter_replaces_the_tags if {
	parameters := {"tags": ["prod"], "exemptImages": []}
	_found_with([{"image": "shop:prod"}, {"image": "shop:main"}, {"image": "shop"}], parameters) == {
		["spec", "containers", 0, "image"],
		["spec", "containers", 2, "image"],
	}
	_found_with([{"image": "shop"}], {"tags": [], "exemptImages": []}) == {
		["spec", "containers", 0, "image"],
	}
}

test_exempt_images_pass if {
	parameters := {"tags": _tags, "exemptImages": ["tools", "registry.example/shop:latest"]}
	every image in [
		"tools/shell", "tools/shell:main", "registry.example/shop", "registry.example/shop:latest",
	] {
		_found_with([{"image": image}], parameters) == set()
	}
	every image in [
		"tools2/shell", "registry.example/shop:main", "registry.example/shop/x", "", "a:b:c",
	] {
		_found_with([{"image": image}], parameters) == {["spec", "containers", 0, "image"]}
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong) == set()
		_found({"containers": wrong, "volumes": wrong}) == set()
		_found({"containers": [wrong], "volumes": [{"image": wrong}]}) == set()
	}
}

_tags := ["latest", "stable", "main", "master", "edge", "nightly"]

_digits := "a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333"

_found(spec) := paths if {
	found := mutable_tag.violation
		with input.review.object.spec as spec
		with input.parameters as {"tags": _tags, "exemptImages": []}
	paths := {v.path | some v in found}
}

_found_with(containers, parameters) := paths if {
	found := mutable_tag.violation
		with input.review.object.spec.containers as containers
		with input.parameters as parameters
	paths := {v.path | some v in found}
}

_told(image) := told if {
	found := mutable_tag.violation
		with input.review.object.spec.containers as [{"name": "app", "image": image}]
		with input.parameters as {"tags": _tags, "exemptImages": []}
	some told in found
}
