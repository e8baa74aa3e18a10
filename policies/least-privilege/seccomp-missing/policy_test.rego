package policies.least_privilege.seccomp_missing_test

import data.policies.least_privilege.seccomp_missing

test_unset_containers_of_all_lists_are_judged if {
	every list in _lists {
		spec := {list: [_asks({"type": "RuntimeDefault"}), {"name": "b"}, _asks(null)]}
		_found(spec, "1.19") == {
			["spec", list, 1, "securityContext", "seccompProfile", "type"],
			["spec", list, 2, "securityContext", "seccompProfile", "type"],
		}
	}
}

test_the_pod_asks_for_its_containers if {
	context := {"seccompProfile": {"type": "Localhost"}}
	_found({"securityContext": context, "containers": [{}, null, _asks(null)]}, "1.37") == set()
}

test_a_bad_type_is_a_finding_where_it_stands if {
	every profile in [{}, {"type": "Unconfined"}, {"type": null}, "RuntimeDefault", [], false] {
		spec := {"securityContext": {"seccompProfile": profile}, "containers": [{}]}
		_found(spec, "1.37") == {["spec", "securityContext", "seccompProfile", "type"]}
		path := ["spec", "containers", 0, "securityContext", "seccompProfile", "type"]
		_found({"containers": [_asks(profile)]}, "1.37") == {path}
	}
}

test_the_wanted_value_is_told if {
	_told({"containers": [{"name": "app"}]}) == {
		"path": ["spec", "containers", 0, "securityContext", "seccompProfile", "type"],
		"msg": `neither the pod nor container "app" asks for a seccomp profile`,
		"details": {"container": "app", "wanted": "RuntimeDefault"},
	}
}

test_a_windows_pod_passes_from_1_25_on if {
	every containers in [[{}], [_asks({"type": "Unconfined"})]] {
		spec := {"os": {"name": "windows"}, "containers": containers}
		count(_found(spec, "1.24")) == 1
		_found(spec, "1.25") == set()
	}
}

test_the_type_found_is_told if {
	_told({"containers": [_asks({"type": "Unconfined"})]}) == {
		"path": ["spec", "containers", 0, "securityContext", "seccompProfile", "type"],
		"msg": `container "app" switches seccomp off`,
		"details": {"container": "app", "found": "Unconfined", "wanted": "RuntimeDefault"},
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}] {
		count(_found({"securityContext": wrong, "containers": [{"securityContext": wrong}]}, "1.37")) == 1
		_found({"containers": wrong}, "1.37") == set()
	}
}

_asks(profile) := {"name": "app", "securityContext": {"seccompProfile": profile}}

_found(spec, version) := paths if {
	found := seccomp_missing.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := seccomp_missing.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
