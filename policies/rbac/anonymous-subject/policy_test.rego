package policies.rbac.anonymous_subject_test

import data.policies.rbac.anonymous_subject

test_the_user_is_anyone if {
	_found([{"kind": "User", "name": "system:anonymous"}], "view", _public) == {{
		"path": ["subjects", 0, "name"],
		"msg": `user "system:anonymous", anyone without credentials, gets cluster role "view"`,
		"details": {"found": "system:anonymous"},
	}}
}

test_the_group_is_anyone if {
	_found([{"kind": "Group", "name": "system:unauthenticated"}], "view", _public) == {{
		"path": ["subjects", 0, "name"],
		"msg": `group "system:unauthenticated", anyone without credentials, gets cluster role "view"`,
		"details": {"found": "system:unauthenticated"},
	}}
}

test_each_subject_is_a_finding if {
	found := _found(array.concat([{"name": "jane"}, null], _anonymous), "view", _public)
	{v.path | some v in found} == {["subjects", 2, "name"], ["subjects", 3, "name"]}
}

test_a_subject_of_another_kind_is_someone_else if {
	every subject in [
		{"kind": "ServiceAccount", "name": "system:anonymous"},
		{"kind": "Group", "name": "system:anonymous"},
		{"kind": "User", "name": "system:unauthenticated"},
		{"kind": "user", "name": "system:anonymous"},
		{"kind": "Group", "name": "system:authenticated"},
		{"name": "system:anonymous"},
	] {
		_found([subject], "view", _public) == set()
	}
}

test_allowed_roles_are_a_list if {
	count(_found(_anonymous, "system:public-info-viewer", _public)) == 0
	count(_found(_anonymous, "system:public-info-viewer", [])) == 2
	count(_found(_anonymous, "view", ["view", "edit"])) == 0
}

test_only_cluster_roles_are_allowed if {
	role := {"kind": "Role", "name": "system:public-info-viewer"}
	count(_judged({"roleRef": role, "subjects": _anonymous}, {}, _public)) == 2
}

test_what_is_kubernetes_own_is_none if {
	binding := {"roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": _anonymous}
	own := {"role": {"state": "known", "value": {"bootstrap": true}}}
	_judged(binding, own, []) == set()
	count(_judged(binding, {"role": {"state": "known", "value": {"bootstrap": false}}}, [])) == 2
	count(_judged(binding, {"role": {"state": "known", "value": null}}, [])) == 2
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_judged(wrong, {}, _public) == set()
		_found(wrong, "view", _public) == set()
		_found([wrong], "view", _public) == set()
		_found([{"kind": wrong, "name": "system:anonymous"}], "view", _public) == set()
		_found([{"kind": "User", "name": wrong}], "view", _public) == set()
		count(_judged({"roleRef": wrong, "subjects": _anonymous}, {}, _public)) == 2
		count(_found(_anonymous, wrong, _public)) == 2
	}
}

_anonymous := [
	{"kind": "User", "name": "system:anonymous"},
	{"kind": "Group", "name": "system:unauthenticated", "apiGroup": "rbac.authorization.k8s.io"},
]

_public := ["system:public-info-viewer"]

_found(subjects, role, allowed) := found if {
	binding := {"roleRef": {"kind": "ClusterRole", "name": role}, "subjects": subjects}
	found := _judged(binding, {"role": {"state": "unavailable"}}, allowed)
}

_judged(binding, evidence, allowed) := found if {
	found := anonymous_subject.violation with input as {
		"review": {"object": binding},
		"evidence": evidence,
		"parameters": {"allowedRoles": allowed},
	}
}
