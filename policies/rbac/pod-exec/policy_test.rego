package policies.rbac.pod_exec_test

import data.policies.rbac.pod_exec

test_what_is_told if {
	_all(_role("ClusterRole", [_rule("", "x", "*"), _bad])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": concat(" ", [`cluster role "app" can`, _can]),
		"details": {"found": "pods/exec"},
		"related": [],
	}}
}

test_each_door_and_what_opens_it if {
	every door in ["pods/exec", "pods/attach", "pods/portforward"] {
		_verbs(door) == {"get", "create", "*"}
	}
	_verbs("pods/ephemeralcontainers") == {"update", "patch", "*"}
	every door in ["pods/proxy", "services/proxy"] {
		_verbs(door) == {"get", "create", "update", "patch", "delete", "*"}
	}
	every resource in ["pods", "pods/*", "*/*", "pods/log", "services", "nodes/proxy"] {
		_verbs(resource) == set()
	}
	_verbs("*/exec") == {"get", "create", "*"}
	_verbs("*") == {"get", "create", "update", "patch", "delete", "*"}
}

test_only_of_the_core_group if {
	_found(_role("Role", [_rule("*", "pods/exec", "get")])) == _first
	every group in ["apps", "subresources.vm.example.com"] {
		_found(_role("Role", [_rule(group, "*", "*")])) == set()
	}
}

test_a_pod_that_is_named_may_be_entered if {
	rule := object.union(_rule("", "*", "*"), {"resourceNames": ["shop-0"]})
	_found(_role("Role", [rule])) == set()
}

_verbs(resource) := {verb |
	some verb in ["get", "list", "watch", "create", "update", "patch", "delete", "Get", "*"]
	_found(_role("Role", [_rule("", resource, verb)])) == _first
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

_bad := _rule("", "pods/exec", "create")

_can := "create pods/exec"

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
	found := pod_exec.violation with input as document
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
