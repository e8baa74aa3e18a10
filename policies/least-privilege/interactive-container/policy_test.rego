package policies.least_privilege.interactive_container_test

import data.policies.least_privilege.interactive_container

test_containers_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		spec := {list: [{}, {"stdin": true}, {"tty": true}]}
		_found(spec, _template, false) == {["spec", list, 1, "stdin"], ["spec", list, 2, "tty"]}
	}
}

test_container_and_field_are_told if {
	every field in ["stdin", "tty"] {
		_violations({"containers": [{"name": "shell", field: true}]}, _template, false) == {{
			"path": ["spec", "containers", 0, field],
			"msg": sprintf("container %q is interactive: it has %v", ["shell", field]),
			"details": {"container": "shell", "found": true, "wanted": false},
		}}
	}
}

test_a_bare_pod_is_judged_if_the_parameter_says_so if {
	spec := {"containers": [{"stdin": true}]}
	_found(spec, null, false) == set()
	count(_found(spec, null, true)) == 1
	count(_found(spec, _template, true)) == 1
}

test_nothing_but_true_is_interactive if {
	every value in [false, null, 5, "true", [], {}] {
		spec := {"containers": [{"stdin": value, "tty": value, "stdinOnce": true}]}
		_found(spec, _template, false) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "stdin", [], {}] {
		_found(wrong, _template, false) == set()
		_found({"volumes": [{"stdin": true}]}, _template, false) == set()
		_found({"containers": wrong}, _template, false) == set()
		_found({"containers": [wrong]}, _template, false) == set()
	}
}

_template := {"kind": "Deployment", "name": "web", "path": ["spec", "template"]}

_found(spec, from, bare) := {v.path | some v in _violations(spec, from, bare)}

_violations(spec, from, bare) := found if {
	found := interactive_container.violation with input as {
		"review": {"expandedFrom": from, "object": {"spec": spec}},
		"parameters": {"barePods": bare},
	}
}
