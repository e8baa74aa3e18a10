package policies.rbac.token_creation_test

import data.policies.rbac.token_creation

test_what_is_told if {
	_all(_role("ClusterRole", [_rule("", "x", "*"), _bad])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": concat(" ", [`cluster role "app" can`, _can]),
		"details": {"found": "serviceaccounts/token"},
		"related": [],
	}}
}

test_tokens_by_request if {
	every resource in ["serviceaccounts/token", "*/token", "*"] {
		_found(_role("Role", [_rule("", resource, "create")])) == _first
		_found(_role("Role", [_rule("", resource, "*")])) == _first
		_found(_role("Role", [_rule("", resource, "get")])) == set()
	}
	every resource in ["serviceaccounts", "serviceaccounts/*", "*/*", "tokenreviews"] {
		_found(_role("Role", [_rule("", resource, "create")])) == set()
	}
	_found(_role("Role", [_named("", "serviceaccounts/token", "create", ["shop"])])) == set()
}

test_secrets_that_are_created_and_read if {
	created := _rule("", "secrets", "create")
	every verb in ["get", "list", "watch"] {
		_found(_role("Role", [created, _rule("", "secrets", verb)])) == _first
	}
	every other in [
		_rule("", "secrets", "update"), _rule("apps", "secrets", "get"),
		_rule("", "configmaps", "get"), _named("", "secrets", "get", ["shop"]),
	] {
		_found(_role("Role", [created, other])) == set()
	}
	_found(_role("Role", [created])) == set()
	_found(_role("Role", [_rule("", "secrets", "get")])) == set()
	_found(_role("Role", [_rule("", "secrets", "*")])) == _first
}

test_secrets_by_a_binding if {
	rules := [_rule("", "secrets", "get"), _rule("", "secrets", "create")]
	[found] := [v | some v in _all(_binding("RoleBinding", rules, {}))]
	found.msg == `binding hands out cluster role "app", which can create secrets`
	[place.path | some place in found.related] == [["rules", 1, "resources", 0]]
	_found(_binding("RoleBinding", [_rule("", "secrets", "create")], {})) == set()
}

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

_bad := _rule("", "serviceaccounts/token", "create")

_can := "create serviceaccounts/token"

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
	found := token_creation.violation with input as document
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
