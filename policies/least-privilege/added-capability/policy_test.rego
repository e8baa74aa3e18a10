package policies.least_privilege.added_capability_test

import data.policies.least_privilege.added_capability

test_capabilities_of_all_lists_are_judged if {
	every list in _lists {
		spec := {list: [_adds(["CHOWN", "SYS_ADMIN"])]}
		_found(spec, "1.37") == {["spec", list, 0, "securityContext", "capabilities", "add", 1]}
	}
}

test_container_and_capability_are_told if {
	_told({"containers": [_adds(["NET_RAW"])]}) == {
		"path": ["spec", "containers", 0, "securityContext", "capabilities", "add", 0],
		"msg": `container "app" adds the capability NET_RAW`,
		"details": {"container": "app", "found": "NET_RAW"},
	}
}

test_case_and_prefix_matter if {
	every name in ["chown", "CAP_CHOWN", "ALL", "", null, 5, {}] {
		count(_found({"containers": [_adds([name])]}, "1.37")) == 1
	}
}

test_a_windows_pod_is_judged_too if {
	spec := {"os": {"name": "windows"}, "containers": [_adds(["SYS_ADMIN"])]}
	count(_found(spec, "1.37")) == 1
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "SYS_ADMIN", [], {}] {
		_found({"containers": wrong}, "1.37") == set()
		_found({"containers": [{"securityContext": wrong}]}, "1.37") == set()
		_found({"containers": [{"securityContext": {"capabilities": wrong}}]}, "1.37") == set()
		_found({"containers": [_adds(wrong)]}, "1.37") == set()
	}
}

_adds(names) := {"name": "app", "securityContext": {"capabilities": {"add": names}}}

_found(spec, version) := paths if {
	found := added_capability.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := added_capability.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
