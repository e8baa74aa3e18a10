package policies.least_privilege.host_probe_test

import data.policies.least_privilege.host_probe

test_each_probe_and_action_is_judged if {
	every list in _lists {
		every probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
			every action in ["httpGet", "tcpSocket"] {
				spec := {list: [{"name": "app", probe: {action: {"host": "db.example"}}}]}
				_found(spec, "1.37") == {["spec", list, 0, probe, action, "host"]}
			}
		}
	}
}

test_each_hook_and_action_is_judged if {
	every list in _lists {
		every hook in ["postStart", "preStop"] {
			every action in ["httpGet", "tcpSocket"] {
				spec := {list: [{"lifecycle": {hook: {action: {"host": "db.example"}}}}]}
				_found(spec, "1.37") == {["spec", list, 0, "lifecycle", hook, action, "host"]}
			}
		}
	}
}

test_container_and_host_are_told if {
	probe := {"httpGet": {"host": "db.example"}}
	_told({"containers": [{"name": "app", "livenessProbe": probe}]}) == {
		"path": ["spec", "containers", 0, "livenessProbe", "httpGet", "host"],
		"msg": `container "app" is probed on host db.example`,
		"details": {"container": "app", "found": "db.example"},
	}
}

test_empty_and_null_mean_the_pod_itself if {
	every host in ["", null] {
		probe := {"httpGet": {"host": host}}
		container := {"livenessProbe": probe, "lifecycle": {"preStop": probe}}
		_found({"containers": [container]}, "1.37") == set()
	}
}

test_a_hook_is_told_as_such if {
	hook := {"tcpSocket": {"host": "db.example"}}
	_told({"containers": [{"name": "app", "lifecycle": {"preStop": hook}}]}) == {
		"path": ["spec", "containers", 0, "lifecycle", "preStop", "tcpSocket", "host"],
		"msg": `container "app" has a hook that calls host db.example`,
		"details": {"container": "app", "found": "db.example"},
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found({"containers": wrong}, "1.37") == set()
		_found({"containers": [{"livenessProbe": wrong, "lifecycle": wrong}]}, "1.37") == set()
		action := {"tcpSocket": wrong}
		container := {"startupProbe": action, "lifecycle": {"preStop": action}}
		_found({"containers": [container]}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := host_probe.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := host_probe.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
