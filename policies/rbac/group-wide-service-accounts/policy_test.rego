package policies.rbac.group_wide_service_accounts_test

import data.policies.rbac.group_wide_service_accounts

test_the_accounts_of_the_cluster if {
	_found([{"kind": "Group", "name": "system:serviceaccounts"}], "view", _defaults) == {{
		"path": ["subjects", 0, "name"],
		"msg": concat(", ", [
			`group "system:serviceaccounts"`,
			"every service account of the cluster",
			`gets cluster role "view"`,
		]),
		"details": {"found": "system:serviceaccounts"},
	}}
}

test_the_accounts_of_a_namespace if {
	_found([{"kind": "User", "name": "jane"}, _group[0]], "view", _defaults) == {{
		"path": ["subjects", 1, "name"],
		"msg": concat(", ", [
			`group "system:serviceaccounts:shop"`,
			`every service account of namespace "shop"`,
			`gets cluster role "view"`,
		]),
		"details": {"found": "system:serviceaccounts:shop"},
	}}
}

test_other_subjects_are_someone_else if {
	every subject in [
		{"kind": "User", "name": "system:serviceaccounts"},
		{"kind": "User", "name": "system:serviceaccounts:shop"},
		{"kind": "ServiceAccount", "name": "system:serviceaccounts"},
		{"kind": "Group", "name": "system:serviceaccounts:"},
		{"kind": "Group", "name": "system:serviceaccount:shop"},
		{"kind": "Group", "name": "x:system:serviceaccounts:shop"},
		{"name": "system:serviceaccounts"},
	] {
		_found([subject], "view", _defaults) == set()
	}
}

test_allowed_roles_are_a_list if {
	every role in _defaults {
		count(_found(_group, role, _defaults)) == 0
		count(_found(_group, role, [])) == 1
	}
}

test_only_cluster_roles_are_allowed if {
	binding := {"roleRef": {"kind": "Role", "name": _defaults[0]}, "subjects": _group}
	count(_judged(binding, {}, _defaults)) == 1
}

test_what_is_kubernetes_own_is_none if {
	binding := {"roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": _group}
	_judged(binding, {"role": {"state": "known", "value": {"bootstrap": true}}}, []) == set()
	count(_judged(binding, {"role": {"state": "known", "value": {"bootstrap": false}}}, [])) == 1
	count(_judged(binding, {"role": {"state": "known", "value": null}}, [])) == 1
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_judged(wrong, {}, _defaults) == set()
		_found(wrong, "view", _defaults) == set()
		_found([wrong], "view", _defaults) == set()
		_found([{"kind": wrong, "name": "system:serviceaccounts"}], "view", _defaults) == set()
		_found([{"kind": "Group", "name": wrong}], "view", _defaults) == set()
		count(_judged({"roleRef": wrong, "subjects": _group}, {}, _defaults)) == 1
		count(_found(_group, wrong, _defaults)) == 1
	}
}

_group := [{"kind": "Group", "name": "system:serviceaccounts:shop"}]

_defaults := ["system:service-account-issuer-discovery"]

_found(subjects, role, allowed) := found if {
	binding := {"roleRef": {"kind": "ClusterRole", "name": role}, "subjects": subjects}
	found := _judged(binding, {"role": {"state": "unavailable"}}, allowed)
}

_judged(binding, evidence, allowed) := found if {
	found := group_wide_service_accounts.violation with input as {
		"review": {"object": binding},
		"evidence": evidence,
		"parameters": {"allowedRoles": allowed},
	}
}
