package policies.least_privilege.writable_root_filesystem_test

import data.policies.least_privilege.writable_root_filesystem

test_containers_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		_violations({list: [_sets(true), {"name": "b"}]}) == {{
			"path": ["spec", list, 1, "securityContext", "readOnlyRootFilesystem"],
			"msg": `root file system of container "b" is writable`,
			"details": {"container": "b", "wanted": true},
		}}
	}
}

test_only_true_is_read_only if {
	every value in [false, null, "true", 1, [], {}] {
		count(_violations({"containers": [_sets(value)]})) == 1
	}
	_violations({"containers": [_sets(true)]}) == set()
}

test_the_value_found_is_told if {
	some told in _violations({"containers": [_sets(false)]})
	told.details == {"container": "app", "found": false, "wanted": true}
}

test_the_pod_does_not_speak_for_its_containers if {
	spec := {"securityContext": {"readOnlyRootFilesystem": true}, "containers": [{}]}
	count(_violations(spec)) == 1
}

test_windows_pods_pass if {
	_violations({"os": {"name": "windows"}, "containers": [{}]}) == set()
	every os in [{"name": "linux"}, {"name": null}, {}, null, "windows"] {
		count(_violations({"os": os, "containers": [{}]})) == 1
	}
}

test_exempt_images_pass if {
	every image in ["registry.example/a:1", "registry.example/b/c:2", "registry.example/b/"] {
		_exempts(image, ["registry.example/a:1", "registry.example/b/*"])
	}
	every image in ["registry.example/a:11", "registry.example/a", "registry.example/bb", null, 5] {
		not _exempts(image, ["registry.example/a:1", "registry.example/b/*"])
	}
	_exempts("anything", ["*"])
	not _exempts("a-b-c", ["a*c"])
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}] {
		_violations(wrong) == set()
		_violations({"containers": wrong}) == set()
		count(_violations({"containers": [{"securityContext": wrong}]})) == 1
	}
	every wrong in [null, true, 5, "x", []] {
		_violations({"containers": [wrong]}) == set()
	}
}

_exempts(image, patterns) if count(_found({"containers": [{"image": image}]}, patterns)) == 0

_sets(value) := {"name": "app", "securityContext": {"readOnlyRootFilesystem": value}}

_violations(spec) := _found(spec, [])

_found(spec, patterns) := found if {
	found := writable_root_filesystem.violation
		with input as {
			"review": {"object": {"spec": spec}},
			"parameters": {"exemptImages": patterns},
		}
}
