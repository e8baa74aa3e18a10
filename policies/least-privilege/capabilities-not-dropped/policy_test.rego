package policies.least_privilege.capabilities_not_dropped_test

import data.policies.least_privilege.capabilities_not_dropped

test_containers_of_all_lists_are_judged if {
	every list in _lists {
		spec := {list: [_has({"drop": ["ALL"]}), _has({"drop": ["CHOWN"]}), {"name": "c"}]}
		_found(spec, "1.22") == {
			["spec", list, 1, "securityContext", "capabilities", "drop"],
			["spec", list, 2, "securityContext", "capabilities", "drop"],
		}
	}
}

test_only_all_in_capitals_drops_all if {
	every drop in [["all"], ["All"], ["CAP_ALL"], [null], [], null, "ALL", {}, 5] {
		count(_found({"containers": [_has({"drop": drop})]}, "1.37")) == 1
	}
	_found({"containers": [_has({"drop": ["CHOWN", "ALL"]})]}, "1.37") == set()
}

test_only_net_bind_service_may_be_added if {
	path := ["spec", "containers", 0, "securityContext", "capabilities", "add", 1]
	every name in ["CHOWN", "ALL", "net_bind_service", "", null, 5] {
		capabilities := {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", name]}
		_found({"containers": [_has(capabilities)]}, "1.37") == {path}
	}
}

test_the_wanted_value_is_told if {
	_told({"containers": [_has({"drop": ["all"]})]}) == {
		"path": ["spec", "containers", 0, "securityContext", "capabilities", "drop"],
		"msg": `container "app" doesn't drop all capabilities`,
		"details": {"container": "app", "found": ["all"], "wanted": ["ALL"]},
	}
}

test_a_windows_pod_passes_from_1_25_on_whatever_it_adds if {
	spec := {"os": {"name": "windows"}, "containers": [_has({"add": ["SYS_ADMIN"]})]}
	count(_found(spec, "1.24")) == 2
	_found(spec, "1.25") == set()
}

test_the_added_capability_is_told if {
	_told({"containers": [_has({"drop": ["ALL"], "add": ["CHOWN"]})]}) == {
		"path": ["spec", "containers", 0, "securityContext", "capabilities", "add", 0],
		"msg": `container "app" adds the capability CHOWN`,
		"details": {"container": "app", "found": "CHOWN"},
	}
}

test_wrong_types_drop_nothing if {
	every wrong in _wrong {
		count(_found({"containers": [wrong]}, "1.37")) == 1
		count(_found({"containers": [{"securityContext": wrong}]}, "1.37")) == 1
		count(_found({"containers": [_has(wrong)]}, "1.37")) == 1
	}
}

_has(capabilities) := {"name": "app", "securityContext": {"capabilities": capabilities}}

_found(spec, version) := paths if {
	found := capabilities_not_dropped.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := capabilities_not_dropped.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
