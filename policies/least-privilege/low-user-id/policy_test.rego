package policies.least_privilege.low_user_id_test

import data.policies.least_privilege.low_user_id

test_users_of_containers_in_all_lists_are_judged if {
	every list in _lists {
		spec := {"securityContext": {"runAsUser": 20000}, list: [_runs_as(10000), _runs_as(9999)]}
		_violations(spec, 10000) == {{
			"path": ["spec", list, 1, "securityContext", "runAsUser"],
			"msg": `container "app" runs as user 9999, below 10000`,
			"details": {"container": "app", "found": 9999, "wanted": 10000},
		}}
	}
}

test_a_container_in_any_list_inherits_the_user_of_the_pod if {
	every list in _lists {
		spec := {"securityContext": {"runAsUser": 5}, list: [_runs_as(10000), {}, _runs_as(null)]}
		_violations(spec, 10000) == {{
			"path": ["spec", "securityContext", "runAsUser"],
			"msg": "pod runs as user 5, below 10000",
			"details": {"found": 5, "wanted": 10000},
		}}
	}
}

test_a_user_of_the_pod_that_no_container_has_passes if {
	every list in _lists {
		_paths({"securityContext": {"runAsUser": 5}, list: [_runs_as(10000)]}) == set()
	}
	_paths({"securityContext": {"runAsUser": 5}}) == set()
}

test_without_a_user_the_image_decides if {
	every list in _lists {
		_violations({list: [_runs_as(10000), {"name": "b"}]}, 10000) == {{
			"path": ["spec", list, 1, "securityContext", "runAsUser"],
			"msg": `neither the pod nor container "b" says as which user it runs`,
			"details": {"container": "b", "wanted": 10000},
		}}
	}
}

test_the_minimum_passes if {
	_paths({"securityContext": {"runAsUser": 10000}, "containers": [{}]}) == set()
	spec := {"securityContext": {"runAsUser": 99}, "containers": [{}, _runs_as(100)]}
	count(_violations(spec, 100)) == 1
	_violations(spec, 99) == set()
}

test_users_below_zero_and_zero_are_low if {
	every user in [0, -1] {
		count(_paths({"containers": [_runs_as(user)]})) == 1
	}
}

test_a_user_namespace_passes_from_1_35_on if {
	every spec in _low {
		namespaced := object.union(spec, {"hostUsers": false})
		count(_violations_at(namespaced, 10000, "1.34")) == 1
		_violations_at(namespaced, 10000, "1.35") == set()
		count(_violations_at(object.union(spec, {"hostUsers": true}), 10000, "1.37")) == 1
	}
}

test_windows_pods_pass if {
	every spec in _low {
		_paths(object.union(spec, {"os": {"name": "windows"}})) == set()
		count(_paths(object.union(spec, {"os": {"name": "linux"}}))) == 1
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, "x", "5", [], {}] {
		unset := {["spec", "containers", 0, "securityContext", "runAsUser"]}
		_paths({"securityContext": {"runAsUser": wrong}, "containers": [_runs_as(wrong)]}) == unset
		_paths({"securityContext": wrong, "containers": [{"securityContext": wrong}]}) == unset
		_paths(wrong) == set()
		_paths({"containers": wrong}) == set()
	}
	every wrong in [null, true, 5, "x", []] {
		_paths({"containers": [wrong]}) == set()
		_paths({"securityContext": {"runAsUser": 5}, "containers": [wrong]}) == set()
	}
}

_runs_as(user) := {"name": "app", "securityContext": {"runAsUser": user}}

_paths(spec) := {v.path | some v in _violations(spec, 10000)}

_violations(spec, minimum) := _violations_at(spec, minimum, "1.37")

_violations_at(spec, minimum, version) := found if {
	found := low_user_id.violation
		with input as {"review": {"object": {"spec": spec}}, "parameters": {"minimum": minimum}}
		with data.portcullis.kubernetesVersion as version
}

# One specification for each reason.
_low := [
	{"containers": [_runs_as(5)]},
	{"containers": [{}], "securityContext": {"runAsUser": 5}},
	{"containers": [{}]},
]

_lists := ["initContainers", "containers", "ephemeralContainers"]
