package policies.rbac.node_proxy_test

import data.policies.rbac.node_proxy

test_what_is_told if {
	_all(_role("ClusterRole", [_rule("", "x", "*"), _bad])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": concat(" ", [`cluster role "app" can`, _can]),
		"details": {"found": "nodes/proxy"},
		"related": [],
	}}
}

test_every_verb_of_a_request if {
	every verb in ["get", "create", "update", "patch", "delete", "*"] {
		_found(_role("ClusterRole", [_rule("", "nodes/proxy", verb)])) == _first
	}
	every verb in ["list", "watch", "proxy", "connect", ""] {
		_found(_role("ClusterRole", [_rule("", "nodes/proxy", verb)])) == set()
	}
}

test_each_way_to_say_it if {
	every pair in [["", "*"], ["", "*/proxy"], ["*", "nodes/proxy"], ["*", "*"]] {
		_found(_role("ClusterRole", [_rule(pair[0], pair[1], "get")])) == _first
	}
	every pair in [["", "nodes"], ["", "nodes/*"], ["", "*/*"], ["", "pods/proxy"], ["apps", "*"]] {
		_found(_role("ClusterRole", [_rule(pair[0], pair[1], "get")])) == set()
	}
}

test_one_node_is_enough if {
	rule := object.union(_rule("", "nodes/proxy", "get"), {"resourceNames": ["worker-1"]})
	_found(_role("ClusterRole", [rule])) == _first
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

_bad := _rule("", "nodes/proxy", "get")

_can := "get nodes/proxy"

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

_found(document) := {v.path | some v in _all(document)}

_all(document) := found if {
	found := node_proxy.violation with input as document
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
