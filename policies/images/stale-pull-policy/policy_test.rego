package policies.images.stale_pull_policy_test

import data.policies.images.stale_pull_policy

test_containers_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		containers := [
			{"image": "shop:1", "imagePullPolicy": "Always"},
			{"image": "shop:1", "imagePullPolicy": "Never"},
		]
		_found({list: containers}) == {["spec", list, 1, "imagePullPolicy"]}
	}
}

test_image_volumes_are_judged if {
	volumes := [
		{"image": {"reference": "shop:1", "pullPolicy": "Always"}},
		{"image": {"reference": "shop:1", "pullPolicy": "Never"}},
		{"image": {"reference": "shop:1"}},
		{"image": {"reference": "shop", "imagePullPolicy": "Never"}},
	]
	_found({"volumes": volumes}) == {
		["spec", "volumes", 1, "image", "pullPolicy"],
		["spec", "volumes", 2, "image", "pullPolicy"],
	}
}

test_the_policy_found_is_told if {
	_told({"name": "app", "image": "shop", "imagePullPolicy": "IfNotPresent"}) == {
		"path": ["spec", "containers", 0, "imagePullPolicy"],
		"msg": `image "shop" of container "app" has the pull policy IfNotPresent`,
		"details": {"container": "app", "found": "IfNotPresent", "wanted": "Always"},
	}
}

test_the_default_is_told if {
	_told({"name": "app", "image": "shop:1"}) == {
		"path": ["spec", "containers", 0, "imagePullPolicy"],
		"msg": `image "shop:1" of container "app" has no pull policy, which means IfNotPresent`,
		"details": {"container": "app", "wanted": "Always"},
	}
}

test_the_default_is_always_for_latest_alone if {
	every absent in [null, ""] {
		every image in ["shop", "shop:latest", "registry.example:5000/shop"] { _passes(image, absent) }
		every image in [
			"shop:1", "shop:main", "shop:Latest", "shop:latest-1",
		] {
			not _passes(image, absent)
		}
	}
}

test_no_other_policy_passes_a_tag if {
	every policy in ["Never", "IfNotPresent", "always", 5, false, {}, []] {
		every image in ["shop", "shop:latest", "shop:1"] { not _passes(image, policy) }
	}
}

test_always_passes if {
	every image in ["shop", "shop:latest", "shop:1"] { _passes(image, "Always") }
}

test_a_digest_passes_with_any_policy if {
	every policy in [null, "", "Never", "IfNotPresent", "Always", 5] {
		_passes("shop@sha256:a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333", policy)
		_passes("shop:1@sha256:123456", policy)
	}
}

test_what_names_no_image_is_not_judged if {
	every image in [null, "", "a:b:c", "shop@", 5, {}, []] { _passes(image, "Never") }
	_found({"containers": [{"imagePullPolicy": "Never"}]}) == set()
	_found({"volumes": [{"image": {"pullPolicy": "Never"}}]}) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong) == set()
		_found({"containers": wrong, "volumes": wrong}) == set()
		_found({"containers": [wrong], "volumes": [{"image": wrong}]}) == set()
	}
}

_passes(image, policy) if {
	_found({"containers": [{"image": image, "imagePullPolicy": policy}]}) == set()
}

_found(spec) := paths if {
	found := stale_pull_policy.violation with input.review.object.spec as spec
	paths := {v.path | some v in found}
}

_told(container) := told if {
	found := stale_pull_policy.violation with input.review.object.spec.containers as [container]
	some told in found
}
