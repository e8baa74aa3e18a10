package policies.least_privilege.privileged_container_test

import data.policies.least_privilege.privileged_container

test_containers_of_all_lists_are_judged if {
	every list in _lists {
		spec := {list: [{"name": "a"}, {"name": "b", "securityContext": {"privileged": true}}]}
		_found(spec, "1.37") == {["spec", list, 1, "securityContext", "privileged"]}
	}
}

test_container_and_value_are_told if {
	_told({"containers": [{"name": "app", "securityContext": {"privileged": true}}]}) == {
		"path": ["spec", "containers", 0, "securityContext", "privileged"],
		"msg": `container "app" is privileged`,
		"details": {"container": "app", "found": true, "wanted": false},
	}
}

test_anything_but_true_is_no_finding if {
	every value in [null, false, 1, "true", [], {}] {
		_found({"containers": [{"securityContext": {"privileged": value}}]}, "1.37") == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found({"containers": wrong}, "1.37") == set()
		_found({"containers": [wrong]}, "1.37") == set()
		_found({"containers": [{"securityContext": wrong}]}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := privileged_container.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := privileged_container.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
