package policies.rbac.escalate_or_bind_test

import data.policies.rbac.escalate_or_bind

test_what_is_told if {
	_all(_role("ClusterRole", [_rule("", "x", "*"), _bad])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": concat(" ", [`cluster role "app" can`, _can]),
		"details": {"found": "clusterroles"},
		"related": [],
	}}
}

test_escalate_bind_and_write_bindings if {
	every resource in ["roles", "clusterroles"] {
		_verbs(resource) == {"escalate", "bind", "*"}
	}
	every resource in ["rolebindings", "clusterrolebindings"] {
		_verbs(resource) == {"create", "update", "patch", "*"}
	}
	_verbs("*") == {"escalate", "bind", "create", "update", "patch", "*"}
	_verbs("roles/*") == set()
}

test_only_of_the_group if {
	every group in ["", "apps", "shop.example.com"] {
		_found(_role("ClusterRole", [_rule(group, "*", "*")])) == set()
	}
	_found(_role("ClusterRole", [_rule("*", "*", "escalate")])) == _first
}

test_a_named_role_may_be_bound_if_it_is_harmless_and_never_escalated if {
	every name, verbs in {
		"shop-viewer": {"escalate"}, "edit": {"escalate"}, "cluster-admins": {"escalate"},
		"cluster-admin": {"escalate", "bind"}, "admin": {"escalate", "bind"},
		"system:node": {"escalate", "bind"},
	} {
		{verb |
			some verb in ["escalate", "bind", "update"]
			_found(_role("ClusterRole", [_named(_group, "clusterroles", verb, [name])])) == _first
		} == verbs
	}
}

test_a_named_binding_may_be_written_if_it_is_there if {
	every verb in ["update", "patch"] {
		_found(_role("Role", [_named(_group, "rolebindings", verb, ["shop"])])) == set()
	}
	_found(_role("Role", [_named(_group, "rolebindings", "create", ["shop"])])) == _first
	_found(_role("Role", [_named(_group, "rolebindings", "patch", ["shop", ""])])) == _first
}

test_all_of_it_is_one_finding if {
	[found] := [v | some v in _all(_role("Role", [_rule(_group, "*", "*")]))]
	found.msg == concat("; ", [
		`role "app" can bind clusterroles, roles`,
		"create, patch, update clusterrolebindings, rolebindings",
		"escalate clusterroles, roles",
	])
}

_verbs(resource) := {verb |
	some verb in [
		"get", "list", "watch", "create", "update", "patch", "delete", "escalate", "bind",
		"Bind", "*",
	]
	_found(_role("ClusterRole", [_rule(_group, resource, verb)])) == _first
}

_group := "rbac.authorization.k8s.io"

_first := {["rules", 0, "resources", 0]}

test_a_binding_hands_out_what_its_role_grants if {
	rules := [_rule("", "x", "*"), _bad]
	every kind in ["RoleBinding", "ClusterRoleBinding"] {
		_all(_binding(kind, rules, {})) == {{
			"path": ["roleRef", "name"],
			"msg": concat(" ", [`binding hands out cluster role "app", which can`, _can]),
			"details": {"found": "app"},
			"related": [{"path": ["rules", 1, "resources", 0], "of": "role", "msg": _can}],
		}}
		_found(_binding(kind, [_rule("", "x", "*")], {})) == set()
	}
}

test_kubernetes_own_and_the_roles_for_users_are_none if {
	rules := [_bad]
	role := _role("ClusterRole", rules)
	_found(object.union(role, {"evidence": {"role": {"value": {"bootstrap": true}}}})) == set()
	_found(_binding("RoleBinding", rules, {"bootstrap": true})) == set()
	every name in ["cluster-admin", "admin", "edit", "view"] {
		user := {"builtIn": true, "metadata": {"name": name}}
		_found(_binding("ClusterRoleBinding", rules, user)) == set()
	}
	system := {"builtIn": true, "metadata": {"name": "system:x"}}
	_found(_binding("ClusterRoleBinding", rules, system)) == {["roleRef", "name"]}
}

test_of_a_role_that_is_unknown_or_absent_nothing_is_found if {
	binding := _binding("RoleBinding", [], {})
	every role in [
		{"state": "unavailable", "why": {"code": "not_scanned", "message": ""}},
		{"state": "known", "value": null},
	] {
		_found({"review": binding.review, "evidence": {"role": role}}) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found(_role("Role", wrong)) == set()
		_found(_role("Role", [wrong])) == set()
		_found(_binding("RoleBinding", wrong, {})) == set()
		every field in ["apiGroups", "resources", "verbs"] {
			rule := object.union(_bad, {field: wrong})
			found := _found(_role("Role", [rule, _bad]))
			found == {["rules", 1, "resources", 0]}
		}
	}
}

_bad := _rule("rbac.authorization.k8s.io", "clusterroles", "bind")

_can := "bind clusterroles"

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

_named(group, resource, verb, names) := rule if {
	rule := object.union(_rule(group, resource, verb), {"resourceNames": names})
}

_found(document) := {v.path | some v in _all(document)}

_all(document) := found if {
	found := escalate_or_bind.violation with input as document
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
