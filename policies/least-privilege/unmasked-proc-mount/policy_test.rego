package policies.least_privilege.unmasked_proc_mount_test

import data.policies.least_privilege.unmasked_proc_mount

test_containers_of_all_lists_are_judged if {
	every list in _lists {
		found := _found({list: [_container("Unmasked")]}, "1.37", true)
		found == {["spec", list, 0, "securityContext", "procMount"]}
	}
}

test_default_and_null_pass if {
	every mount in ["Default", null] {
		_found({"containers": [_container(mount)]}, "1.37", false) == set()
	}
}

test_a_stray_value_is_a_finding if {
	every mount in ["", "default", 5, {}, false] {
		count(_found({"containers": [_container(mount)]}, "1.37", true)) == 1
	}
}

test_a_user_namespace_excuses_from_1_35_on_where_the_parameter_says_so if {
	spec := {"hostUsers": false, "containers": [_container("Unmasked")]}
	_found(spec, "1.35", true) == set()
	_found(spec, "1.37", true) == set()
	count(_found(spec, "1.34", true)) == 1
	count(_found(spec, "1.35", false)) == 1
}

test_only_host_users_false_is_a_user_namespace if {
	every value in [true, null, 0, "false", {}] {
		count(_found({"hostUsers": value, "containers": [_container("Unmasked")]}, "1.37", true)) == 1
	}
}

test_the_wanted_value_is_told if {
	_told({"containers": [_container("Unmasked")]}) == {
		"path": ["spec", "containers", 0, "securityContext", "procMount"],
		"msg": `container "app" mounts /proc as Unmasked`,
		"details": {"container": "app", "found": "Unmasked", "wanted": "Default"},
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found(wrong, "1.37", true) == set()
		_found({"containers": wrong}, "1.37", true) == set()
		_found({"containers": [{"securityContext": wrong}]}, "1.37", true) == set()
	}
}

_container(mount) := {"name": "app", "securityContext": {"procMount": mount}}

_found(spec, version, exempt) := paths if {
	found := unmasked_proc_mount.violation
		with input.parameters.exemptUserNamespace as exempt
		with input.review.object.spec as spec
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := unmasked_proc_mount.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
