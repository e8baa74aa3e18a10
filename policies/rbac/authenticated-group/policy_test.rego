package policies.rbac.authenticated_group_test

import data.policies.rbac.authenticated_group

test_the_group_is_everyone if {
	_found(_group, "view", _defaults) == {{
		"path": ["subjects", 0, "name"],
		"msg": `group "system:authenticated", everyone with any credentials, gets cluster role "view"`,
		"details": {"found": "system:authenticated"},
	}}
}

test_the_place_of_the_subject_is_told if {
	found := _found([{"kind": "User", "name": "jane"}, null, _group[0]], "view", _defaults)
	{v.path | some v in found} == {["subjects", 2, "name"]}
}

test_a_subject_of_another_kind_is_someone_else if {
	every subject in [
		{"kind": "User", "name": "system:authenticated"},
		{"kind": "ServiceAccount", "name": "system:authenticated"},
		{"kind": "Group", "name": "system:unauthenticated"},
		{"name": "system:authenticated"},
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
	binding := {"roleRef": {"kind": "Role", "name": "system:discovery"}, "subjects": _group}
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
		_found([{"kind": wrong, "name": "system:authenticated"}], "view", _defaults) == set()
		_found([{"kind": "Group", "name": wrong}], "view", _defaults) == set()
		count(_judged({"roleRef": wrong, "subjects": _group}, {}, _defaults)) == 1
		count(_found(_group, wrong, _defaults)) == 1
	}
}

_group := [{"kind": "Group", "name": "system:authenticated"}]

_defaults := ["system:basic-user", "system:discovery", "system:public-info-viewer"]

_found(subjects, role, allowed) := found if {
	binding := {"roleRef": {"kind": "ClusterRole", "name": role}, "subjects": subjects}
	found := _judged(binding, {"role": {"state": "unavailable"}}, allowed)
}

_judged(binding, evidence, allowed) := found if {
	found := authenticated_group.violation with input as {
		"review": {"object": binding},
		"evidence": evidence,
		"parameters": {"allowedRoles": allowed},
	}
}
