package policies.rbac.impersonation_test

import data.policies.rbac.impersonation

test_what_is_told if {
	_all(_role("ClusterRole", [_rule("", "x", "*"), _bad])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": concat(" ", [`cluster role "app" can`, _can]),
		"details": {"found": "users"},
		"related": [],
	}}
}

test_everyone_there_is if {
	every pair in [
		["", "users"], ["", "groups"], ["", "serviceaccounts"], ["", "*"], ["*", "users"],
		["authentication.k8s.io", "uids"], ["authentication.k8s.io", "userextras/scopes"],
		["authentication.k8s.io", "*"],
	] {
		_found(_role("ClusterRole", [_rule(pair[0], pair[1], "impersonate")])) == _first
		_found(_role("ClusterRole", [_rule(pair[0], pair[1], "*")])) == _first
		_found(_role("ClusterRole", [_rule(pair[0], pair[1], "get")])) == set()
	}
}

test_near_misses if {
	every pair in [
		["", "uids"], ["", "userextras/scopes"], ["authentication.k8s.io", "users"],
		["authentication.k8s.io", "userextras/*"], ["authentication.k8s.io", "userextras"],
		["", "serviceaccounts/token"], ["", "User"], ["apps", "*"],
	] {
		_found(_role("ClusterRole", [_rule(pair[0], pair[1], "impersonate")])) == set()
	}
	_found(_role("ClusterRole", [_rule("", "users", "Impersonate")])) == set()
}

test_names_narrow_unless_they_are_the_systems if {
	every name in ["system:masters", "system:serviceaccount:kube-system:a", "system:", ""] {
		every resource in ["users", "groups"] {
			rule := _named("", resource, "impersonate", ["shop", name])
			_found(_role("ClusterRole", [rule])) == _first
		}
	}
	every resource in ["users", "groups", "serviceaccounts"] {
		rule := _named("", resource, "impersonate", ["shop", "my-system:a"])
		_found(_role("ClusterRole", [rule])) == set()
	}
	rule := _named("authentication.k8s.io", "userextras/scopes", "impersonate", ["view"])
	_found(_role("ClusterRole", [rule])) == set()
}

test_the_names_that_matter_are_told if {
	rule := _named("", "groups", "impersonate", ["shop", "system:masters"])
	[found] := [v | some v in _all(_role("ClusterRole", [rule]))]
	found.msg == `cluster role "app" can impersonate groups named "system:masters"`
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

_bad := _rule("", "users", "impersonate")

_can := "impersonate users"

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
	found := impersonation.violation with input as document
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
