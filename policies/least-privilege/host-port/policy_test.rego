package policies.least_privilege.host_port_test

import data.policies.least_privilege.host_port

test_ports_of_all_lists_are_judged if {
	every list in _lists {
		spec := {list: [{"name": "app", "ports": [{"containerPort": 1}, {"hostPort": 8080}]}]}
		_found(spec, "1.37") == {["spec", list, 0, "ports", 1, "hostPort"]}
	}
}

test_container_and_port_are_told if {
	_told({"containers": [{"name": "app", "ports": [{"hostPort": 8080}]}]}) == {
		"path": ["spec", "containers", 0, "ports", 0, "hostPort"],
		"msg": `container "app" takes port 8080 of its node`,
		"details": {"container": "app", "found": 8080},
	}
}

test_zero_and_null_mean_no_host_port if {
	every port in [0, null] {
		_found({"containers": [{"ports": [{"hostPort": port}]}]}, "1.37") == set()
	}
}

test_a_stray_value_is_a_finding if {
	every port in [-1, "8080", true, []] {
		count(_found({"containers": [{"ports": [{"hostPort": port}]}]}, "1.37")) == 1
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found({"containers": wrong}, "1.37") == set()
		_found({"containers": [{"ports": wrong}]}, "1.37") == set()
		_found({"containers": [{"ports": [wrong]}]}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := host_port.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := host_port.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
