package policies.rbac.aggregation_into_default_role_test

import data.policies.rbac.aggregation_into_default_role

test_what_is_told if {
	_all(_role(_label("view"), [_rule("", "pods", "get"), _rule("", "secrets", "list")])) == {{
		"path": ["metadata", "labels", "rbac.authorization.k8s.io/aggregate-to-view"],
		"msg": `all who hold "view" can list secrets by cluster role "app"`,
		"details": {"found": "true"},
		"related": [{"path": ["rules", 1, "resources", 0], "msg": "list secrets"}],
	}}
}

test_each_default_role_is_a_finding_of_its_own if {
	labels := {label: value |
		some role in ["admin", "edit", "view"]
		some label, value in _label(role)
	}
	_found(_role(labels, [_rule("", "secrets", "get")])) == {
		["metadata", "labels", label] | some label, _ in labels
	}
}

test_other_labels_and_values_aggregate_nothing if {
	rules := [_rule("*", "*", "*")]
	every role in ["cluster-admin", "monitoring", "", "View"] {
		_found(_role(_label(role), rules)) == set()
	}
	every value in ["false", "True", "", true, null, 1, {}] {
		labels := {"rbac.authorization.k8s.io/aggregate-to-view": value}
		_found(_role(labels, rules)) == set()
	}
}

test_what_each_of_the_policies_looks_for_counts if {
	every rule in [
		_rule("", "secrets", "get"),
		_rule("rbac.authorization.k8s.io", "roles", "escalate"),
		_rule("rbac.authorization.k8s.io", "rolebindings", "create"),
		_rule("", "users", "impersonate"),
		_rule("authentication.k8s.io", "userextras/a", "impersonate"),
		_rule("", "serviceaccounts/token", "create"),
		_rule("", "nodes/proxy", "get"),
		_rule("", "pods/exec", "create"),
		_rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "patch"),
		_rule("certificates.k8s.io", "certificatesigningrequests/approval", "update"),
		_rule("apps", "*", "get"),
		_rule("apps", "deployments", "*"),
		_rule("*", "deployments", "get"),
		{"nonResourceURLs": ["*"], "verbs": ["get"]},
	] {
		count(_found(_role(_label("edit"), [rule]))) == 1
	}
}

test_what_none_of_them_looks_for_is_none if {
	every rule in [
		_rule("", "configmaps", "update"),
		_rule("", "pods", "create"),
		_rule("shop.example.com", "*", "*"),
		_rule("shop.example.com", "orders", "*"),
		object.union(_rule("", "secrets", "get"), {"resourceNames": ["shop"]}),
	] {
		_found(_role(_label("admin"), [rule])) == set()
	}
}

test_a_wildcard_tells_enough if {
	[found] := [v |
		some v in _all(_role(_label("view"), [_rule("", "secrets", "get"), _rule("", "*", "get")]))
	]
	found.msg == `all who hold "view" can use every resource by cluster role "app"`
	[place.path | some place in found.related] == [["rules", 1, "resources", 0]]
}

test_at_most_twenty_related_places if {
	rules := [_rule("", "secrets", "get") | some _ in numbers.range(1, 30)]
	{count(v.related) | some v in _all(_role(_label("view"), rules))} == {20}
}

test_kubernetes_own_is_none if {
	every rule in [_rule("", "secrets", "get"), _rule("*", "*", "*")] {
		role := _role(_label("edit"), [rule])
		_found(object.union(role, {"evidence": {"role": {"value": {"bootstrap": true}}}})) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}] {
		_found(_role(wrong, [_rule("", "secrets", "get")])) == set()
		_found(_role(_label("view"), wrong)) == set()
		_found(_role(_label("view"), [wrong])) == set()
		found := _all(_role(_label("view"), [wrong, _rule("", "secrets", "get")]))
		{place.path | place := found[_].related[_]} == {["rules", 1, "resources", 0]}
	}
	evidence := {"role": {"state": "unavailable"}}
	every object in [null, {}, {"metadata": null}] {
		review := {"kind": {"kind": "ClusterRole"}, "object": object}
		_found({"review": review, "evidence": evidence}) == set()
	}
}

_label(role) := {concat("", ["rbac.authorization.k8s.io/aggregate-to-", role]): "true"}

_role(labels, rules) := {
	"review": {
		"kind": {"kind": "ClusterRole"},
		"object": {"metadata": {"name": "app", "labels": labels}, "rules": rules},
	},
	"evidence": {"role": {"state": "unavailable", "why": {"code": "not_scanned", "message": ""}}},
}

_rule(group, resource, verb) := {"apiGroups": [group], "resources": [resource], "verbs": [verb]}

_found(document) := {v.path | some v in _all(document)}

_all(document) := found if {
	found := aggregation_into_default_role.violation with input as document
}
