package policies.least_privilege.selinux_override_test

import data.policies.least_privilege.selinux_override

test_pod_and_containers_of_all_lists_are_judged if {
	context := {"seLinuxOptions": {"type": "spc_t", "user": "u", "role": "r"}}
	every field in ["type", "user", "role"] {
		path := ["spec", "securityContext", "seLinuxOptions", field]
		path in _found({"securityContext": context}, "1.0")
		every list in _lists {
			found := _found({list: [{"securityContext": context}]}, "1.0")
			["spec", list, 0, "securityContext", "seLinuxOptions", field] in found
			count(found) == 3
		}
	}
}

test_holder_field_and_value_are_told if {
	_told({"securityContext": {"seLinuxOptions": {"user": "system_u"}}}) == {
		"path": ["spec", "securityContext", "seLinuxOptions", "user"],
		"msg": "pod sets the SELinux user system_u",
		"details": {"found": "system_u"},
	}
}

test_types_that_confine_pass if {
	every type in ["", null, "container_t", "container_init_t", "container_kvm_t"] {
		_found({"securityContext": {"seLinuxOptions": {"type": type}}}, "1.0") == set()
	}
}

test_the_type_of_engines_passes_from_1_31_on if {
	spec := {"securityContext": {"seLinuxOptions": {"type": "container_engine_t"}}}
	every version in ["1.0", "1.9", "1.30"] {
		count(_found(spec, version)) == 1
	}
	every version in ["1.31", "1.37"] {
		_found(spec, version) == set()
	}
}

test_a_type_is_no_user if {
	count(_found({"securityContext": {"seLinuxOptions": {"user": "container_t"}}}, "1.37")) == 1
	count(_found({"securityContext": {"seLinuxOptions": {"role": "container_engine_t"}}}, "1.37")) == 1
}

test_empty_null_and_level_pass if {
	options := {"user": "", "role": null, "level": "s0:c1,c2"}
	_found({"securityContext": {"seLinuxOptions": options}}, "1.37") == set()
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found({"securityContext": wrong, "containers": wrong}, "1.37") == set()
		_found({"containers": [{"securityContext": {"seLinuxOptions": wrong}}]}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := selinux_override.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := selinux_override.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
