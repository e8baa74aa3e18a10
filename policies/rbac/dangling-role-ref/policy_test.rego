package policies.rbac.dangling_role_ref_test

import data.policies.rbac.dangling_role_ref

test_a_role_not_among_the_scanned if {
	_found(_unavailable("not_in_set"), _unavailable("not_scanned")) == {{
		"path": ["roleRef", "name"],
		"msg": `binding refers to role "worker", which isn't among the scanned objects`,
		"details": {"found": "worker"},
	}}
}

test_a_role_known_not_to_exist if {
	_found(_known(null), _known([])) == {{
		"path": ["roleRef", "name"],
		"msg": `binding refers to role "worker", which doesn't exist`,
		"details": {"found": "worker"},
	}}
}

test_what_wasnt_scanned_may_exist if {
	_found(_unavailable("not_scanned"), _unavailable("not_scanned")) == set()
	_found(_unavailable("not_scanned"), _unavailable("not_in_set")) == set()
}

test_what_is_known_exists if {
	_found(_known({"rules": []}), _known([true, true, null, null])) == set()
	_found(_known({"builtIn": true}), _known(null)) == set()
}

test_each_missing_account_is_a_finding if {
	_found(_known({}), _known([false, true, null, false])) == {
		{
			"path": ["subjects", 0, "name"],
			"msg": `binding names service account "worker" of namespace "shop", which doesn't exist`,
			"details": {"found": "worker"},
		},
		{
			"path": ["subjects", 3, "name"],
			"msg": `binding names service account "runner" of namespace "ci", which doesn't exist`,
			"details": {"found": "system:serviceaccount:ci:runner"},
		},
	}
}

test_every_namespace_has_its_default_account if {
	found := _judged(
		object.union(_binding, {"subjects": [{"kind": "ServiceAccount", "name": "default"}]}),
		{"role": _known({}), "subjects": _known([false])},
	)
	found == set()
}

test_kubernetes_makes_its_own_accounts if {
	_found(_known({"bootstrap": true}), _known([false])) == set()
	count(_found(_known({"bootstrap": false}), _known([false]))) == 1
}

test_null_and_wrong_types_count_as_absent if {
	evidence := {"role": _unavailable("not_in_set"), "subjects": _known([false])}
	every wrong in [null, true, 5, [], {}, [null], {"a": null}] {
		_judged(wrong, evidence) == set()
		_judged({"roleRef": wrong, "subjects": wrong}, evidence) == set()
		_judged({"roleRef": {"kind": "Role", "name": wrong}, "subjects": [wrong]}, evidence) == set()
		_judged({"subjects": [{"kind": "ServiceAccount", "name": wrong}]}, evidence) == set()
		_found(wrong, wrong) == set()
		_found(_known({}), _known(wrong)) == set()
		_found(_unavailable(wrong), _known([wrong])) == set()
	}
}

_binding := {
	"metadata": {"namespace": "shop"},
	"roleRef": {"kind": "Role", "name": "worker"},
	"subjects": [
		{"kind": "ServiceAccount", "name": "worker"},
		{"kind": "ServiceAccount", "name": "web"},
		{"kind": "User", "name": "jane"},
		{"kind": "User", "name": "system:serviceaccount:ci:runner"},
	],
}

_known(value) := {"state": "known", "value": value}

_unavailable(code) := {"state": "unavailable", "why": {"code": code, "message": ""}}

_found(role, subjects) := _judged(_binding, {"role": role, "subjects": subjects})

_judged(binding, evidence) := found if {
	found := dangling_role_ref.violation
		with input as {"review": {"object": binding}, "evidence": evidence}
}
