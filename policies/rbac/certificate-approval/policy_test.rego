package policies.rbac.certificate_approval_test

import data.policies.rbac.certificate_approval

test_what_is_told if {
	_all(_role("ClusterRole", [_rule("", "x", "*"), _bad])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": concat(" ", [`cluster role "app" can`, _can]),
		"details": {"found": "certificatesigningrequests/approval"},
		"related": [],
	}}
}

test_to_approve_and_to_sign if {
	every resource in ["certificatesigningrequests/approval", "*/approval"] {
		_verbs(resource) == {"update", "patch", "*"}
	}
	_verbs("signers") == {"sign", "*"}
	_verbs("*") == {"update", "patch", "sign", "*"}
	every resource in ["certificatesigningrequests", "certificatesigningrequests/*", "*/status"] {
		_verbs(resource) == set()
	}
	_found(_role("ClusterRole", [_rule("", "*", "*")])) == set()
	_found(_role("ClusterRole", [_rule("*", "signers", "sign")])) == _first
}

test_signers_that_are_named if {
	every name, found in {
		"kubernetes.io/kube-apiserver-client": _first, "kubernetes.io/*": _first, "*": _first,
		"shop.example.com/internal": set(), "issuers.example.com/*": set(),
	} {
		rule := object.union(_rule(_group, "signers", "sign"), {"resourceNames": [name]})
		_found(_role("ClusterRole", [rule])) == found
	}
}

_verbs(resource) := {verb |
	some verb in ["get", "create", "update", "patch", "approve", "sign", "Sign", "*"]
	_found(_role("ClusterRole", [_rule(_group, resource, verb)])) == _first
}

_group := "certificates.k8s.io"

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

_bad := _rule("certificates.k8s.io", "certificatesigningrequests/approval", "update")

_can := "update certificatesigningrequests/approval"

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
	found := certificate_approval.violation with input as document
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
