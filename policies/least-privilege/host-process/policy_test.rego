package policies.least_privilege.host_process_test

import data.policies.least_privilege.host_process

test_pod_and_containers_of_all_lists_are_judged if {
	context := {"windowsOptions": {"hostProcess": true}}
	path := ["spec", "securityContext", "windowsOptions", "hostProcess"]
	_found({"securityContext": context}, "1.0") == {path}
	every list in _lists {
		found := _found({list: [{"name": "app", "securityContext": context}]}, "1.0")
		found == {["spec", list, 0, "securityContext", "windowsOptions", "hostProcess"]}
	}
}

test_the_pod_is_told if {
	_told({"securityContext": {"windowsOptions": {"hostProcess": true}}}) == {
		"path": ["spec", "securityContext", "windowsOptions", "hostProcess"],
		"msg": "pod runs as a process of its Windows node",
		"details": {"found": true, "wanted": false},
	}
}

test_anything_but_true_is_no_finding if {
	every value in [null, false, 1, "true", {}] {
		_found({"securityContext": {"windowsOptions": {"hostProcess": value}}}, "1.37") == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found({"securityContext": wrong, "containers": wrong}, "1.37") == set()
		_found({"securityContext": {"windowsOptions": wrong}}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := host_process.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := host_process.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
