package policies.images.deprecated_registry_test

import data.policies.images.deprecated_registry

test_images_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		containers := [{"image": "registry.k8s.io/pause"}, {"image": "k8s.gcr.io/pause"}]
		_found({list: containers}) == {["spec", list, 1, "image"]}
	}
}

test_image_volumes_are_judged if {
	path := ["spec", "volumes", 0, "image", "reference"]
	_found({"volumes": [{"image": {"reference": "k8s.gcr.io/pause"}}]}) == {path}
}

test_the_image_in_the_new_registry_is_told if {
	_told("k8s.gcr.io/a/pause:1") == {
		"path": ["spec", "containers", 0, "image"],
		"msg": `image "k8s.gcr.io/a/pause:1" of container "app" comes from a registry that is frozen`,
		"details": {
			"container": "app",
			"found": "k8s.gcr.io/a/pause:1",
			"wanted": "registry.k8s.io/a/pause:1",
		},
	}
}

test_tag_and_digest_are_kept if {
	_wanted("K8S.gcr.io/pause") == "registry.k8s.io/pause"
	_wanted("gcr.io/google_containers/pause:3.2") == "registry.k8s.io/pause:3.2"
	every tail in [_digest, concat("", [":3.2", _digest])] {
		wanted := concat("", ["registry.k8s.io/a/pause", tail])
		_wanted(concat("", ["gcr.io/google-containers/a/pause", tail])) == wanted
		_wanted(concat("", ["k8s.gcr.io/a/pause", tail])) == wanted
	}
}

test_other_registries_and_projects_pass if {
	every image in [
		"registry.k8s.io/pause:3.10", "pause", "google_containers/pause", "google-containers/pause",
		"gcr.io/pause", "gcr.io/google_containers", "gcr.io/google_containers2/pause",
		"gcr.io/shop/google_containers/pause", "registry.example/k8s.gcr.io/pause",
		"k8s.gcr.io.example/pause", "evilk8s.gcr.io/pause", "", "a:b:c", 5, {}, [],
	] {
		_found({"containers": [{"image": image}]}) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong) == set()
		_found({"containers": wrong, "volumes": wrong}) == set()
		_found({"containers": [wrong], "volumes": [{"image": wrong}]}) == set()
	}
}

_digest := "@sha256:a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333"

_wanted(image) := _told(image).details.wanted

_found(spec) := paths if {
	found := deprecated_registry.violation with input.review.object.spec as spec
	paths := {v.path | some v in found}
}

_told(image) := told if {
	found := deprecated_registry.violation
		with input.review.object.spec.containers as [{"name": "app", "image": image}]
	some told in found
}
