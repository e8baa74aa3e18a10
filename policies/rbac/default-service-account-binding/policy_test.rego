package policies.rbac.default_service_account_binding_test

import data.policies.rbac.default_service_account_binding

test_the_account_is_told_with_its_namespace if {
	subject := {"kind": "ServiceAccount", "name": "default", "namespace": "ci"}
	_found([{"kind": "User", "name": "jane"}, subject]) == {{
		"path": ["subjects", 1, "name"],
		"msg": `service account "default" of namespace "ci" gets role "reader"`,
		"details": {"found": "default"},
	}}
}

test_without_a_namespace_it_is_the_bindings if {
	found := _found([{"kind": "ServiceAccount", "name": "default"}])
	{v.msg | some v in found} == {`service account "default" of namespace "shop" gets role "reader"`}
}

test_the_accounts_user_is_the_account if {
	_found([{"kind": "User", "name": "system:serviceaccount:ci:default"}]) == {{
		"path": ["subjects", 0, "name"],
		"msg": `service account "default" of namespace "ci" gets role "reader"`,
		"details": {"found": "system:serviceaccount:ci:default"},
	}}
}

test_others_are_someone_else if {
	every subject in [
		{"kind": "ServiceAccount", "name": "worker"},
		{"kind": "ServiceAccount", "name": "worker", "namespace": "default"},
		{"kind": "User", "name": "default"},
		{"kind": "User", "name": "system:serviceaccount:default:worker"},
		{"kind": "Group", "name": "default"},
		{"name": "default"},
	] {
		_found([subject]) == set()
	}
}

test_null_and_wrong_types_count_as_absent if {
	default_account := {"kind": "ServiceAccount", "name": "default"}
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_judged(wrong) == set()
		_found(wrong) == set()
		_found([wrong]) == set()
		_found([{"kind": wrong, "name": "default"}]) == set()
		_found([{"kind": "ServiceAccount", "name": wrong}]) == set()
		count(_judged({"roleRef": wrong, "metadata": wrong, "subjects": [wrong, default_account]})) == 1
	}
}

_found(subjects) := _judged({
	"metadata": {"namespace": "shop"},
	"roleRef": {"kind": "Role", "name": "reader"},
	"subjects": subjects,
})

_judged(binding) := found if {
	found := default_service_account_binding.violation with input as {"review": {"object": binding}}
}
