package policies.images.not_pinned_to_digest_test

import data.policies.images.not_pinned_to_digest

test_images_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		containers := [{"image": concat("@sha256:", ["shop", _digits])}, {"image": "shop:1"}]
		_found({list: containers}) == {["spec", list, 1, "image"]}
	}
}

test_image_volumes_are_judged if {
	path := ["spec", "volumes", 1, "image", "reference"]
	_found({"volumes": [{}, {"image": {"reference": "shop"}}]}) == {path}
}

test_no_digest_is_told if {
	every image in ["shop", "shop:1.4.2", "registry.example:5000/shop"] {
		_told(image) == {
			"path": ["spec", "containers", 0, "image"],
			"msg": sprintf(`image %q of container "app" has no digest`, [image]),
			"details": {"container": "app", "found": image},
		}
	}
}

test_half_a_digest_is_told if {
	every image in ["shop@sha256:abc", "shop:1@sha512:abc", "shop@blake3:abc", "shop@sha384:abc"] {
		_told(image) == {
			"path": ["spec", "containers", 0, "image"],
			"msg": sprintf(`image %q of container "app" has a digest that isn't whole`, [image]),
			"details": {"container": "app", "found": image},
		}
	}
}

test_what_is_no_reference_is_denied if {
	every image in ["", "a:b:c", "@sha256:", "shop@", 5, true, {}, []] {
		_told(image) == {
			"path": ["spec", "containers", 0, "image"],
			"msg": `image of container "app" isn't an image reference`,
			"details": {"container": "app", "found": image},
		}
	}
}

test_whole_digests_pass if {
	every image in ["shop", "shop:latest", "registry.example:5000/shop/api:1"] {
		every digest in [
			concat("", ["sha256:", _digits]),
			concat("", ["sha512:", _digits, _digits]),
			concat("", ["blake3:", _digits]),
			"other:abc",
		] {
			_found({"containers": [{"image": concat("@", [image, digest])}]}) == set()
		}
	}
}

test_absent_and_null_are_not_judged if {
	_found({"containers": [{}, {"image": null}], "volumes": [{}, {"image": {}}]}) == set()
}

test_exempt_images_pass if {
	exempt := ["tools", "registry.example/shop:1"]
	every image in ["tools/shell", "tools/shell:main", "registry.example/shop:1"] {
		_found_with([{"image": image}], exempt) == set()
	}
	every image in [
		"tools2/shell", "registry.example/shop:2", "registry.example/shop", "", "a:b:c",
		"tools/a@sha256:1",
	] {
		_found_with([{"image": image}], exempt) == {["spec", "containers", 0, "image"]}
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong) == set()
		_found({"containers": wrong, "volumes": wrong}) == set()
		_found({"containers": [wrong], "volumes": [{"image": wrong}]}) == set()
	}
}

_digits := "a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333"

_found(spec) := paths if {
	found := not_pinned_to_digest.violation
		with input.review.object.spec as spec
		with input.parameters.exemptImages as []
	paths := {v.path | some v in found}
}

_found_with(containers, exempt) := paths if {
	found := not_pinned_to_digest.violation
		with input.review.object.spec.containers as containers
		with input.parameters.exemptImages as exempt
	paths := {v.path | some v in found}
}

_told(image) := told if {
	found := not_pinned_to_digest.violation
		with input.review.object.spec.containers as [{"name": "app", "image": image}]
		with input.parameters.exemptImages as []
	some told in found
}
