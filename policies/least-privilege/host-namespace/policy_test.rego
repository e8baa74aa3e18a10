package policies.least_privilege.host_namespace_test

import data.policies.least_privilege.host_namespace

test_each_namespace_is_a_finding if {
	spec := {"hostNetwork": true, "hostPID": true, "hostIPC": true}
	_found(spec, "1.0") == {["spec", "hostNetwork"], ["spec", "hostPID"], ["spec", "hostIPC"]}
}

test_path_and_value_are_told if {
	_told({"hostPID": true}) == {
		"path": ["spec", "hostPID"],
		"msg": "pod shares the process namespace of its node",
		"details": {"found": true, "wanted": false},
	}
}

test_anything_but_true_is_no_finding if {
	every value in [null, false, 0, "true", [], {}] {
		_found({"hostNetwork": value, "hostPID": value, "hostIPC": value}, "1.37") == set()
	}
}

test_a_spec_of_the_wrong_type_has_no_finding if {
	every spec in _wrong {
		_found(spec, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := host_namespace.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := host_namespace.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]
