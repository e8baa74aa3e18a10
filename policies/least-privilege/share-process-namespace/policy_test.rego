package policies.least_privilege.share_process_namespace_test

import data.policies.least_privilege.share_process_namespace

test_true_is_a_finding if {
	_violations({"shareProcessNamespace": true}) == {{
		"path": ["spec", "shareProcessNamespace"],
		"msg": "containers of the pod see each other's processes",
		"details": {"found": true, "wanted": false},
	}}
}

test_everything_else_passes if {
	every value in [false, null, "true", 1, [], {}] {
		_violations({"shareProcessNamespace": value}) == set()
	}
	_violations({"containers": [{"shareProcessNamespace": true}]}) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}] {
		_violations(wrong) == set()
	}
}

_violations(spec) := found if {
	found := share_process_namespace.violation with input as {"review": {"object": {"spec": spec}}}
}
