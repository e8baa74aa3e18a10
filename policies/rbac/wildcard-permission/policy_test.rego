package policies.rbac.wildcard_permission_test

import data.policies.rbac.wildcard_permission

test_what_is_told if {
	_all(_role("Role", [_harmless, object.union(_harmless, {"verbs": ["get", "*"]})])) == {{
		"path": ["rules", 1, "verbs", 1],
		"msg": `role "app" has a rule for every verb`,
		"details": {"found": "*"},
		"related": [],
		"severity": "high",
		"confidence": "high",
	}}
}

test_each_list_may_have_one if {
	every list in ["apiGroups", "resources", "verbs"] {
		every kind in ["Role", "ClusterRole"] {
			rule := object.union(_harmless, {list: ["a", "*", "*"]})
			_found(_role(kind, [rule])) == {["rules", 0, list, 1]}
		}
	}
	every url in ["*", "/*"] {
		rule := {"nonResourceURLs": ["/healthz", url], "verbs": ["get"]}
		_found(_role("ClusterRole", [rule])) == {["rules", 0, "nonResourceURLs", 1]}
	}
}

test_one_finding_for_each_rule_at_what_tells_most if {
	all := {"apiGroups": ["*"], "resources": ["a", "*"], "verbs": ["*"]}
	_found(_role("ClusterRole", [all, object.remove(all, ["resources"])])) == {
		["rules", 0, "resources", 1],
		["rules", 1, "verbs", 0],
	}
	_found(_role("ClusterRole", [{"apiGroups": ["*"], "nonResourceURLs": ["*"]}])) == {
		["rules", 0, "apiGroups", 0],
	}
	_found(_role("ClusterRole", [{"verbs": ["*"], "nonResourceURLs": ["*"]}])) == {
		["rules", 0, "verbs", 0],
	}
}

test_near_misses if {
	every entry in ["*/*", "pods/*", "*/scale", "get*", "**", "", "*.example.com"] {
		every list in ["apiGroups", "resources", "verbs", "nonResourceURLs"] {
			_found(_role("ClusterRole", [object.union(_harmless, {list: [entry]})])) == set()
		}
	}
	prefixed := {"nonResourceURLs": ["/healthz/*"], "verbs": ["get"]}
	_found(_role("ClusterRole", [prefixed])) == set()
	_found(_role("Role", [object.union(_harmless, {"resourceNames": ["*"]})])) == set()
}

test_names_do_not_narrow_a_wildcard if {
	rule := object.union(_harmless, {"verbs": ["*"], "resourceNames": ["shop"]})
	_found(_role("Role", [rule])) == {["rules", 0, "verbs", 0]}
}

test_everything_is_critical if {
	all := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
	_severities(_role("ClusterRole", [all])) == {"critical"}
	every list in ["apiGroups", "resources", "verbs"] {
		rule := object.union(all, {list: ["pods"]})
		_severities(_role("ClusterRole", [rule])) == {"high"}
	}
	_severities(_binding([_harmless, object.union(_harmless, {"verbs": ["*"]}), all])) == {"critical"}
	_severities(_binding([object.union(all, {"verbs": ["get"]})])) == {"high"}
}

test_kinds_of_ones_own_are_less_sure if {
	every groups, confidence in {
		["shop.example.com"]: "medium", ["shop.example.com", ""]: "high", [""]: "high",
		["apps"]: "high", ["storage.k8s.io"]: "high", []: "high",
	} {
		rule := {"apiGroups": groups, "resources": ["a"], "verbs": ["*"]}
		_confidences(_role("Role", [rule])) == {confidence}
		_confidences(_binding([rule])) == {confidence}
	}
	own := {"apiGroups": ["shop.example.com"], "resources": ["*"], "verbs": ["*"]}
	_confidences(_binding([own, own])) == {"medium"}
	_confidences(_binding([own, object.union(own, {"apiGroups": [""]})])) == {"high"}
}

test_a_binding_hands_out_what_its_role_has if {
	rules := [
		_harmless,
		object.union(_harmless, {"verbs": ["*"]}),
		object.union(_harmless, {"resources": ["pods", "*"]}),
	]
	_all(_binding(rules)) == {{
		"path": ["roleRef", "name"],
		"msg": concat(" ", [
			`binding hands out cluster role "app", which has a rule for`,
			"every resource; every verb",
		]),
		"details": {"found": "bound"},
		"related": [
			{"path": ["rules", 1, "verbs", 0], "of": "role", "msg": "every verb"},
			{"path": ["rules", 2, "resources", 1], "of": "role", "msg": "every resource"},
		],
		"severity": "high",
		"confidence": "high",
	}}
	_found(_binding([_harmless])) == set()
}

test_roles_and_bindings_are_not_mistaken_for_each_other if {
	rules := [object.union(_harmless, {"verbs": ["*"]})]
	binding := object.union(_binding([_harmless]), {"review": {"object": {"rules": rules}}})
	_found(binding) == set()
	role := object.union(_binding(rules), {"review": {"kind": {"kind": "ClusterRole"}}})
	_found(role) == set()
}

test_a_binding_has_at_most_twenty_related_places if {
	rules := [object.union(_harmless, {"verbs": ["*"]}) | some _ in numbers.range(1, 30)]
	{count(v.related) | some v in _all(_binding(rules))} == {20}
}

test_kubernetes_own_and_the_roles_for_users_are_none if {
	rules := [object.union(_harmless, {"verbs": ["*"]})]
	role := _role("ClusterRole", rules)
	_found(object.union(role, {"evidence": {"role": {"value": {"bootstrap": true}}}})) == set()
	_found(_known(rules, {"bootstrap": true})) == set()
	_found(_known(rules, {"builtIn": true, "metadata": {"name": "cluster-admin"}})) == set()
	system := {"builtIn": true, "metadata": {"name": "system:x"}}
	_found(_known(rules, system)) == {["roleRef", "name"]}
}

test_of_a_role_that_is_unknown_or_absent_nothing_is_found if {
	binding := _binding([])
	every role in [
		{"state": "unavailable", "why": {"code": "not_scanned", "message": ""}},
		{"state": "known", "value": null},
	] {
		_found({"review": binding.review, "evidence": {"role": role}}) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "*", [], {}, [null], [5], [[]], {"a": null}] {
		_found(_role("Role", wrong)) == set()
		_found(_role("Role", [wrong])) == set()
		_found(_binding(wrong)) == set()
		every list in ["apiGroups", "resources", "verbs", "nonResourceURLs"] {
			rule := object.union(_harmless, {list: wrong})
			next := object.union(_harmless, {"verbs": ["*"]})
			_found(_role("Role", [rule, next])) == {["rules", 1, "verbs", 0]}
		}
	}
}

_harmless := {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}

_role(kind, rules) := {
	"review": {"kind": {"kind": kind}, "object": {"metadata": {"name": "app"}, "rules": rules}},
	"evidence": {"role": {"state": "unavailable", "why": {"code": "not_scanned", "message": ""}}},
}

_binding(rules) := _known(rules, {})

_known(rules, more) := {
	"review": {
		"kind": {"kind": "ClusterRoleBinding"},
		"object": {"metadata": {"name": "team"}, "roleRef": {"name": "bound"}},
	},
	"evidence": {"role": {"state": "known", "value": object.union(
		{"kind": "ClusterRole", "metadata": {"name": "app"}, "rules": rules},
		more,
	)}},
}

_found(document) := {v.path | some v in _all(document)}

_severities(document) := {v.severity | some v in _all(document)}

_confidences(document) := {v.confidence | some v in _all(document)}

_all(document) := found if {
	found := wildcard_permission.violation with input as document
}
