package policies.rbac.network_write_test

import data.policies.rbac.network_write

test_all_that_is_meant_is_told_of_wildcards if {
	_told(_role("ClusterRole", [_rule("*", "*", "*")])) == {
		"path": ["rules", 0, "resources", 0],
		"msg": concat(" ", [
			`cluster role "app" can`,
			"create, delete, deletecollection, patch, update endpoints, endpointslices, ingresses,",
			"networkpolicies, services, services/status",
		]),
		"details": {"found": "*"},
		"related": [],
	}
}

test_resources_belong_to_their_group if {
	every group, resources in {
		"": ["endpoints", "services", "services/status"],
		"discovery.k8s.io": ["endpointslices"],
		"networking.k8s.io": ["ingresses", "networkpolicies"],
	} {
		every resource in resources {
			_judged("Role", _rule(group, resource, "*")) == _first
			_judged("Role", _rule("shop.example.com", resource, "*")) == set()
		}
	}
}

test_one_of_the_verbs_is_enough if {
	every verb in ["create", "update", "patch", "delete", "deletecollection"] {
		_judged("Role", _rule("networking.k8s.io", "ingresses", verb)) == _first
	}
	every verb in ["get", "list", "watch", "proxy"] {
		_judged("Role", _rule("networking.k8s.io", "ingresses", verb)) == set()
	}
}

test_other_resources_are_none if {
	near_misses := ["services", "ingresses/status", "ingressclasses", "networkpolicies/*"]
	every resource in near_misses {
		_judged("Role", _rule("networking.k8s.io", resource, "*")) == set()
	}
}

test_names_narrow_what_has_a_name if {
	named := {"resourceNames": ["shop"]}
	every verb in ["update", "patch", "delete"] {
		rule := object.union(_rule("networking.k8s.io", "ingresses", verb), named)
		_judged("Role", rule) == set()
	}
	every verb in ["create", "deletecollection"] {
		rule := object.union(_rule("networking.k8s.io", "ingresses", verb), named)
		_judged("Role", rule) == _first
	}
}

test_a_binding_hands_out_what_its_role_grants if {
	rules := [_rule("", "x", "*"), _rule("networking.k8s.io", "ingresses", "patch")]
	told := _told(_binding("RoleBinding", rules, {}))
	told.path == ["roleRef", "name"]
	told.msg == `binding hands out cluster role "app", which can patch ingresses`
	told.details == {"found": "app"}
	[place.path | some place in told.related] == [["rules", 1, "resources", 0]]
	{place.of | some place in told.related} == {"role"}
	reading := [_rule("networking.k8s.io", "ingresses", "get")]
	_found(_binding("RoleBinding", reading, {})) == set()
}

test_what_is_kubernetes_own_is_none if {
	role := _role("ClusterRole", [_rule("*", "*", "*")])
	_found(object.union(role, {"evidence": {"role": {"value": {"bootstrap": true}}}})) == set()
	_found(_binding("RoleBinding", [_rule("*", "*", "*")], {"bootstrap": true})) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found(_role("Role", wrong)) == set()
		_found(_role("Role", [wrong])) == set()
		_found(_binding("RoleBinding", wrong, {})) == set()
		every field in ["apiGroups", "resources", "verbs"] {
			rule := object.union(_rule("networking.k8s.io", "ingresses", "patch"), {field: wrong})
			found := _found(_role("Role", [rule, _rule("*", "*", "*")]))
			found == {["rules", 1, "resources", 0]}
		}
	}
}

_judged(kind, rule) := _found(_role(kind, [rule]))

_first := {["rules", 0, "resources", 0]}

test_a_default_role_is_judged_by_what_it_has_beyond_kubernetes if {
	every name in ["admin", "edit", "system:aggregate-to-admin", "system:aggregate-to-edit"] {
		every own in [["", "services"], ["networking.k8s.io", "ingresses"]] {
			_found(_named(name, "ClusterRole", [_rule(own[0], own[1], "*")])) == set()
		}
		every more in [["", "endpoints"], ["", "services/status"], ["discovery.k8s.io", "*"]] {
			count(_found(_named(name, "ClusterRole", [_rule(more[0], more[1], "*")]))) == 1
		}
	}
	count(_found(_named("edit", "Role", [_rule("", "services", "*")]))) == 1
	count(_found(_named("editor", "ClusterRole", [_rule("", "services", "*")]))) == 1
	bound := {"metadata": {"name": "system:aggregate-to-edit"}}
	count(_found(_binding("ClusterRoleBinding", [_rule("", "services", "*")], bound))) == 1
}

test_endpoints_in_a_group_without_them_are_told_of_a_default_role if {
	role := "system:aggregate-to-edit"
	rule := {"apiGroups": ["apps"], "resources": ["jobs", "endpoints"], "verbs": ["get", "patch"]}
	told := _told(_named(role, "ClusterRole", [rule]))
	told.path == ["rules", 0, "resources", 1]
	told.msg == concat(" ", [
		`default role "system:aggregate-to-edit" names endpoints to be written,`,
		"but in a group that has none",
	])
	told.details == {"found": "endpoints"}
	every verb in ["*", "create", "update", "patch", "delete", "deletecollection"] {
		count(_found(_named(role, "ClusterRole", [_rule("apps", "endpoints", verb)]))) == 1
	}
	_found(_named(role, "ClusterRole", [_rule("apps", "endpoints", "get")])) == set()
	_found(_named(role, "ClusterRole", [_rule("apps", "*", "*")])) == set()
	_found(_named("app", "ClusterRole", [_rule("apps", "endpoints", "*")])) == set()
}

test_endpoints_of_the_core_group_are_told_once if {
	every group in ["", "*"] {
		document := _named("edit", "ClusterRole", [_rule(group, "endpoints", "*")])
		count(network_write.violation) == 1 with input as document
	}
}

test_wrong_types_of_a_default_role_count_as_absent if {
	every wrong in _wrong {
		_found(_named(wrong, "ClusterRole", [_rule("apps", "endpoints", "*")])) == set()
		_found(_named("edit", "ClusterRole", wrong)) == set()
		every field in ["resources", "verbs"] {
			rule := object.union(_rule("apps", "endpoints", "*"), {field: wrong})
			_found(_named("edit", "ClusterRole", [wrong, rule])) == set()
		}
		rule := object.union(_rule("", "endpoints", "*"), {"apiGroups": wrong})
		count(_found(_named("edit", "ClusterRole", [rule]))) == 1
	}
}

_named(name, kind, rules) := object.union(_role(kind, rules), {"review": {"object": {
	"metadata": {"name": name},
}}})

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
	found := network_write.violation with input as document
	paths := {v.path | some v in found}
}

_told(document) := told if {
	found := network_write.violation with input as document
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
