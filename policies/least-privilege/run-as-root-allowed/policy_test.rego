package policies.least_privilege.run_as_root_allowed_test

import data.policies.least_privilege.run_as_root_allowed

test_unset_containers_of_all_lists_are_judged if {
	every list in _lists {
		spec := {list: [_sets(true), {"name": "b"}]}
		_found(spec, "1.0") == {["spec", list, 1, "securityContext", "runAsNonRoot"]}
	}
}

test_the_pod_speaks_for_its_containers if {
	spec := {"securityContext": {"runAsNonRoot": true}, "containers": [{}, null, _sets(null)]}
	_found(spec, "1.37") == set()
}

test_a_container_can_take_it_back if {
	spec := {"securityContext": {"runAsNonRoot": true}, "initContainers": [_sets(false)]}
	_found(spec, "1.37") == {["spec", "initContainers", 0, "securityContext", "runAsNonRoot"]}
}

test_false_of_the_pod_is_a_finding_though_containers_say_true if {
	spec := {"securityContext": {"runAsNonRoot": false}, "containers": [_sets(true), {}]}
	_found(spec, "1.37") == {["spec", "securityContext", "runAsNonRoot"]}
}

test_the_wanted_value_is_told if {
	_told({"containers": [{"name": "app"}]}) == {
		"path": ["spec", "containers", 0, "securityContext", "runAsNonRoot"],
		"msg": `neither the pod nor container "app" forbids root`,
		"details": {"container": "app", "wanted": true},
	}
}

test_a_user_namespace_passes_from_1_35_on if {
	every spec in [
		{"hostUsers": false, "containers": [{}]},
		{"hostUsers": false, "securityContext": {"runAsNonRoot": false}},
	] {
		count(_found(spec, "1.34")) == 1
		_found(spec, "1.35") == set()
	}
}

test_the_value_found_is_told if {
	_told({"containers": [_sets(false)]}) == {
		"path": ["spec", "containers", 0, "securityContext", "runAsNonRoot"],
		"msg": `container "app" allows root`,
		"details": {"container": "app", "found": false, "wanted": true},
	}
}

test_a_wrong_type_says_nothing if {
	every wrong in [null, 5, "true", [], {}] {
		count(_found({"securityContext": {"runAsNonRoot": wrong}, "containers": [{}]}, "1.37")) == 1
		count(_found({"securityContext": wrong, "containers": [{"securityContext": wrong}]}, "1.37")) == 1
		_found({"containers": wrong}, "1.37") == set()
	}
}

_sets(value) := {"name": "app", "securityContext": {"runAsNonRoot": value}}

_found(spec, version) := paths if {
	found := run_as_root_allowed.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := run_as_root_allowed.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
