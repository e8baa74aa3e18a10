package policies.least_privilege.root_user_test

import data.policies.least_privilege.root_user

test_pod_and_containers_of_all_lists_are_judged if {
	context := {"runAsUser": 0}
	_found({"securityContext": context}, "1.23") == {["spec", "securityContext", "runAsUser"]}
	every list in _lists {
		container := {"name": "app", "securityContext": context}
		spec := {"securityContext": {"runAsUser": 1}, list: [container]}
		_found(spec, "1.23") == {["spec", list, 0, "securityContext", "runAsUser"]}
	}
}

test_zero_of_the_pod_is_a_finding_though_containers_override_it if {
	container := {"securityContext": {"runAsUser": 1}}
	spec := {"securityContext": {"runAsUser": 0}, "containers": [container]}
	_found(spec, "1.37") == {["spec", "securityContext", "runAsUser"]}
}

test_the_holder_is_told if {
	_told({"containers": [{"name": "app", "securityContext": {"runAsUser": 0}}]}) == {
		"path": ["spec", "containers", 0, "securityContext", "runAsUser"],
		"msg": `container "app" runs as root (user 0)`,
		"details": {"container": "app", "found": 0},
	}
}

test_a_user_namespace_passes_from_1_35_on if {
	spec := {"hostUsers": false, "securityContext": {"runAsUser": 0}}
	count(_found(spec, "1.34")) == 1
	_found(spec, "1.35") == set()
}

test_anything_but_zero_is_no_finding if {
	every value in [null, 1, -1, "0", false, {}] {
		_found({"securityContext": {"runAsUser": value}}, "1.37") == set()
	}
	every wrong in _wrong {
		_found({"securityContext": wrong, "containers": wrong}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := root_user.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := root_user.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
