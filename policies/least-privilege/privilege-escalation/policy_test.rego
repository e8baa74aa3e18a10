package policies.least_privilege.privilege_escalation_test

import data.policies.least_privilege.privilege_escalation

test_containers_of_all_lists_are_judged if {
	every list in _lists {
		spec := {list: [_container(false), _container(true), {"name": "c"}]}
		_found(spec, "1.37") == {
			["spec", list, 1, "securityContext", "allowPrivilegeEscalation"],
			["spec", list, 2, "securityContext", "allowPrivilegeEscalation"],
		}
	}
}

test_the_wanted_value_is_told if {
	_told({"containers": [{"name": "app"}]}) == {
		"path": ["spec", "containers", 0, "securityContext", "allowPrivilegeEscalation"],
		"msg": `container "app" doesn't forbid privilege escalation`,
		"details": {"container": "app", "wanted": false},
	}
}

test_anything_but_false_is_a_finding if {
	every value in [true, null, 0, "false", {}] {
		count(_found({"containers": [_container(value)]}, "1.37")) == 1
	}
}

test_a_windows_pod_passes_from_1_25_on if {
	spec := {"os": {"name": "windows"}, "containers": [{"name": "app"}]}
	count(_found(spec, "1.24")) == 1
	_found(spec, "1.25") == set()
}

test_only_windows_passes if {
	every os in [null, {}, {"name": "linux"}, {"name": null}, "windows"] {
		count(_found({"os": os, "containers": [{"name": "app"}]}, "1.37")) == 1
	}
}

test_a_container_of_the_wrong_type_forbids_nothing if {
	every wrong in _wrong {
		count(_found({"containers": [wrong]}, "1.37")) == 1
		count(_found({"containers": [{"securityContext": wrong}]}, "1.37")) == 1
	}
}

test_a_pod_without_containers_has_no_finding if {
	every list in [null, true, 5, "x", [], {}] {
		_found({"containers": list}, "1.37") == set()
	}
}

_container(value) := {"name": "app", "securityContext": {"allowPrivilegeEscalation": value}}

_found(spec, version) := paths if {
	found := privilege_escalation.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := privilege_escalation.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
