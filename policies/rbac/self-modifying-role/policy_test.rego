package policies.rbac.self_modifying_role_test

import data.policies.rbac.self_modifying_role

test_all_that_is_meant_is_told_of_wildcards if {
	_told(_role("ClusterRole", [_rule("*", "*", "*")])) == {
		"path": ["rules", 0, "resources", 0],
		"msg": concat(" ", [
			`cluster role "app" can delete, deletecollection, escalate, patch, update`,
			"clusterrolebindings, clusterroles, rolebindings, roles",
		]),
		"details": {"found": "*"},
		"related": [],
	}
}

test_one_of_the_verbs_is_enough if {
	every resource in ["roles", "rolebindings"] {
		every verb in ["update", "patch", "delete", "deletecollection", "escalate"] {
			_found(_role("Role", [_rule(_group, resource, verb)])) == {["rules", 0, "resources", 0]}
		}
		every verb in ["get", "list", "watch", "create", "bind"] {
			_found(_role("Role", [_rule(_group, resource, verb)])) == set()
		}
		_found(_role("Role", [_rule("", resource, "*")])) == set()
	}
}

test_namespaces_have_no_cluster_roles if {
	every resource in ["clusterroles", "clusterrolebindings"] {
		rules := [_rule(_group, resource, "patch")]
		_found(_role("Role", rules)) == set()
		count(_found(_role("ClusterRole", rules))) == 1
		_found(_binding("RoleBinding", rules, {})) == set()
		count(_found(_binding("ClusterRoleBinding", rules, {}))) == 1
	}
}

test_a_name_counts_if_it_is_its_own if {
	_found(_role("Role", [_named(["app"])])) == {["rules", 0, "resources", 0]}
	_found(_role("Role", [_named(["other", "app"])])) == {["rules", 0, "resources", 0]}
	_found(_role("Role", [_named(["other"])])) == set()
	_found(_role("Role", [_named(["team"])])) == set()
	_found(_role("Role", [_named(["other"]), _named(["app"])])) == {["rules", 1, "resources", 0]}
}

test_a_binding_has_two_names_of_its_own if {
	every name in ["app", "team"] {
		_found(_binding("RoleBinding", [_named([name])], {})) == {["roleRef", "name"]}
	}
	_found(_binding("RoleBinding", [_named(["other"])], {})) == set()
}

test_names_do_not_narrow_the_deletion_of_a_collection if {
	rule := object.union(_named(["other"]), {"verbs": ["deletecollection", "patch"]})
	_told(_role("Role", [rule])).msg == `role "app" can deletecollection roles`
}

test_a_binding_hands_out_what_its_role_grants if {
	told := _told(_binding("RoleBinding", [_rule("", "x", "*"), _named(["app"])], {}))
	told.path == ["roleRef", "name"]
	told.msg == `binding hands out cluster role "app", which can update roles`
	told.details == {"found": "app"}
	[place.path | some place in told.related] == [["rules", 1, "resources", 0]]
	{place.of | some place in told.related} == {"role"}
}

test_what_is_kubernetes_own_is_none if {
	role := _role("ClusterRole", [_rule("*", "*", "*")])
	_found(object.union(role, {"evidence": {"role": {"value": {"bootstrap": true}}}})) == set()
	_found(_binding("RoleBinding", [_rule("*", "*", "*")], {"bootstrap": true})) == set()
	admin := {"builtIn": true, "metadata": {"name": "admin"}}
	_found(_binding("RoleBinding", [_rule(_group, "roles", "*")], admin)) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found(_role("Role", wrong)) == set()
		_found(_role("Role", [wrong])) == set()
		_found(_binding("RoleBinding", wrong, {})) == set()
		every field in ["apiGroups", "resources", "verbs"] {
			rule := object.union(_named(["app"]), {field: wrong})
			_found(_role("Role", [wrong, rule, _named(["app"])])) == {["rules", 2, "resources", 0]}
		}
		_found(_nameless(wrong, _named(["app"]))) == set()
		count(_found(_nameless(wrong, _rule(_group, "roles", "*")))) == 1
	}
}

_nameless(metadata, rule) := {
	"review": {"kind": {"kind": "Role"}, "object": {"metadata": metadata, "rules": [rule]}},
	"evidence": {"role": metadata},
}

_group := "rbac.authorization.k8s.io"

_named(names) := object.union(_rule(_group, "roles", "update"), {"resourceNames": names})

_role(kind, rules) := {
	"review": {"kind": {"kind": kind}, "object": {"metadata": {"name": "app"}, "rules": rules}},
	"evidence": {"role": {"state": "unavailable", "why": {"code": "not_scanned", "message": ""}}},
}

_binding(kind, rules, more) := {
	"review": {"kind": {"kind": kind}, "object": {"metadata": {"name": "team"}}},
	"evidence": {"role": {"state": "known", "value": object.union(
		{"kind": "ClusterRole", "metadata": {"name": "app"}, "rules": rules},
		more,
	)}},
}

_rule(group, resource, verb) := {"apiGroups": [group], "resources": [resource], "verbs": [verb]}

_found(document) := paths if {
	found := self_modifying_role.violation with input as document
	paths := {v.path | some v in found}
}

_told(document) := told if {
	found := self_modifying_role.violation with input as document
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
