package policies.rbac.node_or_status_write_test

import data.policies.rbac.node_or_status_write

test_all_that_is_meant_is_told_of_wildcards if {
	_told(_role("ClusterRole", [_rule("*", "*", "*")])) == {
		"path": ["rules", 0, "resources", 0],
		"msg": concat(" ", [
			`cluster role "app" can create bindings, pods/binding;`,
			"patch, update nodes, nodes/status, pods/status",
		]),
		"details": {"found": "*"},
		"related": [],
	}
}

test_verbs_belong_to_their_resources if {
	every resource in ["bindings", "pods/binding"] {
		_found(_role("Role", [_rule("", resource, "create")])) == {["rules", 0, "resources", 0]}
		every verb in ["get", "list", "watch", "update", "patch", "delete"] {
			_found(_role("Role", [_rule("", resource, verb)])) == set()
		}
	}
	every resource in ["nodes", "nodes/status", "pods/status"] {
		every verb in ["update", "patch"] {
			count(_found(_role("ClusterRole", [_rule("", resource, verb)]))) == 1
		}
		every verb in ["get", "list", "watch", "create", "delete", "deletecollection"] {
			_found(_role("ClusterRole", [_rule("", resource, verb)])) == set()
		}
	}
}

test_other_resources_are_none if {
	every resource in ["pods", "nodes/metrics", "nodes/*", "pods/*", "services/status", "Nodes"] {
		_found(_role("ClusterRole", [_rule("", resource, "*")])) == set()
	}
	_found(_role("ClusterRole", [_rule("apps", "nodes", "*")])) == set()
}

test_namespaces_have_no_nodes if {
	rules := [_rule("", "nodes", "*"), _rule("", "nodes/status", "*"), _rule("", "pods/status", "*")]
	_found(_role("Role", rules)) == {["rules", 2, "resources", 0]}
	_found(_role("ClusterRole", rules)) == {["rules", i, "resources", 0] | some i in [0, 1, 2]}
	_told(_binding("RoleBinding", rules, {})).msg == concat(" ", [
		`binding hands out cluster role "app", which can patch, update pods/status`,
	])
	_found(_binding("RoleBinding", array.slice(rules, 0, 2), {})) == set()
	_found(_binding("ClusterRoleBinding", array.slice(rules, 0, 2), {})) == {["roleRef", "name"]}
}

test_the_first_resource_of_a_rule_is_its_place if {
	every pair in [["nodes", "pods/binding"], ["pods/binding", "nodes"]] {
		rule := {"apiGroups": [""], "resources": ["x", pair[0], pair[1]], "verbs": ["create", "patch"]}
		told := _told(_role("ClusterRole", [rule]))
		told.path == ["rules", 0, "resources", 1]
		told.msg == `cluster role "app" can create pods/binding; patch nodes`
		told.details == {"found": pair[0]}
	}
}

test_each_rule_is_told_by_itself if {
	rules := [_rule("", "pods/binding", "create"), _rule("", "x", "*"), _rule("", "nodes", "patch")]
	every kind, found in {
		"ClusterRole": {["rules", 0, "resources", 0], ["rules", 2, "resources", 0]},
		"Role": {["rules", 0, "resources", 0]},
	} {
		_found(_role(kind, rules)) == found
	}
}

test_names_narrow_what_has_a_name if {
	named := {"resourceNames": ["edge-1"]}
	_found(_role("ClusterRole", [object.union(_rule("", "nodes", "patch"), named)])) == set()
	count(_found(_role("Role", [object.union(_rule("", "bindings", "create"), named)]))) == 1
}

test_a_binding_hands_out_what_its_role_grants if {
	rules := [_rule("", "pods/status", "patch"), _rule("", "pods/binding", "create")]
	told := _told(_binding("RoleBinding", rules, {}))
	told.path == ["roleRef", "name"]
	told.msg == concat(" ", [
		`binding hands out cluster role "app", which can create pods/binding;`,
		"patch pods/status",
	])
	told.details == {"found": "app"}
	[[place.path, place.of] | some place in told.related] == [
		[["rules", 1, "resources", 0], "role"],
		[["rules", 0, "resources", 0], "role"],
	]
}

test_what_is_kubernetes_own_is_none if {
	role := _role("ClusterRole", [_rule("*", "*", "*")])
	_found(object.union(role, {"evidence": {"role": {"value": {"bootstrap": true}}}})) == set()
	_found(_binding("RoleBinding", [_rule("*", "*", "*")], {"bootstrap": true})) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found(_role("ClusterRole", wrong)) == set()
		_found(_role("ClusterRole", [wrong])) == set()
		_found(_binding("ClusterRoleBinding", wrong, {})) == set()
		every field in ["apiGroups", "resources", "verbs"] {
			rule := object.union(_rule("", "nodes", "patch"), {field: wrong})
			found := _found(_role("ClusterRole", [rule, _rule("*", "*", "*")]))
			found == {["rules", 1, "resources", 0]}
		}
	}
}

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
	found := node_or_status_write.violation with input as document
	paths := {v.path | some v in found}
}

_told(document) := told if {
	found := node_or_status_write.violation with input as document
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
