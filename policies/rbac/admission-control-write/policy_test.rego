package policies.rbac.admission_control_write_test

import data.policies.rbac.admission_control_write

test_what_is_told if {
	_all(_role("ClusterRole", [_rule("", "x", "*"), _bad])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": concat(" ", [`cluster role "app" can`, _can]),
		"details": {"found": "validatingwebhookconfigurations"},
		"related": [],
	}}
}

test_each_verb_that_writes if {
	every verb in ["create", "update", "patch", "delete", "deletecollection", "*"] {
		_found(_role("ClusterRole", [_rule(_group, "mutatingwebhookconfigurations", verb)])) == _first
	}
	every verb in ["get", "list", "watch", "UPDATE"] {
		_found(_role("ClusterRole", [_rule(_group, "mutatingwebhookconfigurations", verb)])) == set()
	}
}

test_each_kind_belongs_to_its_group if {
	every group, resource in {
		_group: "mutatingadmissionpolicybindings",
		"kyverno.io": "clusterpolicies",
		"templates.gatekeeper.sh": "constrainttemplates",
		"external-secrets.io": "clustersecretstores",
	} {
		_found(_role("ClusterRole", [_rule(group, resource, "patch")])) == _first
		_found(_role("ClusterRole", [_rule("apps", resource, "patch")])) == set()
		status := concat("/", [resource, "status"])
		_found(_role("ClusterRole", [_rule(group, status, "patch")])) == set()
	}
	_found(_role("ClusterRole", [_rule("kyverno.io", "policies", "*")])) == set()
	_found(_role("ClusterRole", [_rule("external-secrets.io", "externalsecrets", "*")])) == set()
}

test_a_webhook_that_is_named_may_be_changed_but_not_created if {
	every verb, found in {"patch": set(), "delete": set(), "create": _first} {
		rule := object.union(
			_rule(_group, "validatingwebhookconfigurations", verb),
			{"resourceNames": ["shop"]},
		)
		_found(_role("ClusterRole", [rule])) == found
	}
}

_group := "admissionregistration.k8s.io"

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

_bad := _rule("admissionregistration.k8s.io", "validatingwebhookconfigurations", "patch")

_can := "patch validatingwebhookconfigurations"

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
	found := admission_control_write.violation with input as document
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
