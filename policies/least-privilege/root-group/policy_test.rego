package policies.least_privilege.root_group_test

import data.policies.least_privilege.root_group

test_group_of_the_pod_is_judged if {
	_violations({"securityContext": {"runAsGroup": 0}}, "1.37") == {{
		"path": ["spec", "securityContext", "runAsGroup"],
		"msg": "pod runs with the root group (group 0)",
		"details": {"found": 0},
	}}
}

test_groups_of_containers_in_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		spec := {list: [{}, {"name": "app", "securityContext": {"runAsGroup": 0}}]}
		_violations(spec, "1.37") == {{
			"path": ["spec", list, 1, "securityContext", "runAsGroup"],
			"msg": `container "app" runs with the root group (group 0)`,
			"details": {"container": "app", "found": 0},
		}}
	}
}

test_group_of_volumes_is_judged if {
	_violations({"securityContext": {"fsGroup": 0}}, "1.37") == {{
		"path": ["spec", "securityContext", "fsGroup"],
		"msg": "pod gives its volumes to the root group (group 0)",
		"details": {"found": 0},
	}}
}

test_supplemental_groups_are_judged if {
	_violations({"securityContext": {"supplementalGroups": [5, 0]}}, "1.37") == {{
		"path": ["spec", "securityContext", "supplementalGroups", 1],
		"msg": "pod joins the root group (group 0)",
		"details": {"found": 0},
	}}
}

test_other_groups_pass if {
	every group in [1, 10001, null, "0", false, [], {}] {
		context := {"runAsGroup": group, "fsGroup": group, "supplementalGroups": [group]}
		spec := {"securityContext": context, "containers": [{"securityContext": context}]}
		_violations(spec, "1.37") == set()
	}
}

test_users_and_fields_of_the_pod_in_containers_pass if {
	context := {"runAsUser": 0, "fsGroup": 0, "supplementalGroups": [0]}
	_violations({"containers": [{"securityContext": context}]}, "1.37") == set()
	_violations({"securityContext": {"runAsUser": 0}}, "1.37") == set()
}

test_a_user_namespace_passes_from_1_35_on if {
	every context in [{"runAsGroup": 0}, {"fsGroup": 0}, {"supplementalGroups": [0]}] {
		spec := {"hostUsers": false, "securityContext": context}
		count(_violations(spec, "1.34")) == 1
		_violations(spec, "1.35") == set()
	}
	containers := [{"securityContext": {"runAsGroup": 0}}]
	count(_violations({"hostUsers": false, "containers": containers}, "1.34")) == 1
	_violations({"hostUsers": false, "containers": containers}, "1.35") == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}] {
		_violations(wrong, "1.37") == set()
		_violations({"securityContext": wrong, "containers": wrong}, "1.37") == set()
		_violations({"containers": [wrong]}, "1.37") == set()
		_violations({"containers": [{"securityContext": wrong}]}, "1.37") == set()
		_violations({"securityContext": {"supplementalGroups": wrong}}, "1.37") == set()
	}
}

_violations(spec, version) := found if {
	found := root_group.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
}
