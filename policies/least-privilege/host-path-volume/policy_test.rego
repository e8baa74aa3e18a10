package policies.least_privilege.host_path_volume_test

import data.policies.least_privilege.host_path_volume

test_each_host_path_is_a_finding if {
	spec := {"volumes": [{"name": "a", "hostPath": {"path": "/"}}, {"name": "b"}, {"hostPath": {}}]}
	_found(spec, "1.0") == {["spec", "volumes", 0, "hostPath"], ["spec", "volumes", 2, "hostPath"]}
}

test_volume_and_path_are_told if {
	_told({"volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}]}) == {
		"path": ["spec", "volumes", 0, "hostPath"],
		"msg": `volume "logs" is a part of the node's file system`,
		"details": {"found": {"path": "/var/log"}},
	}
}

test_a_stray_value_is_a_finding if {
	every value in [false, 0, "/", []] {
		count(_found({"volumes": [{"name": "a", "hostPath": value}]}, "1.37")) == 1
	}
}

test_null_and_wrong_types_count_as_absent if {
	_found({"volumes": [{"name": "a", "hostPath": null}]}, "1.37") == set()
	every wrong in _wrong {
		_found({"volumes": wrong}, "1.37") == set()
		_found({"volumes": [wrong]}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := host_path_volume.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := host_path_volume.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]
