package policies.rbac.event_deletion_test

import data.policies.rbac.event_deletion

test_all_that_is_meant_is_told_of_wildcards if {
	_told(_role("ClusterRole", [_rule("*", "*", "*")])) == {
		"path": ["rules", 0, "resources", 0],
		"msg": concat(" ", [
			`cluster role "app" can`,
			"delete, deletecollection events, pods/log",
		]),
		"details": {"found": "*"},
		"related": [],
	}
}

test_resources_belong_to_their_group if {
	every group, resources in {"": ["events", "pods/log"], "events.k8s.io": ["events"]} {
		every resource in resources {
			_judged("Role", _rule(group, resource, "*")) == _first
			_judged("Role", _rule("shop.example.com", resource, "*")) == set()
		}
	}
}

test_one_of_the_verbs_is_enough if {
	every verb in ["delete", "deletecollection"] {
		_judged("Role", _rule("", "events", verb)) == _first
	}
	every verb in ["get", "list", "watch", "create", "update", "patch", "Delete"] {
		_judged("Role", _rule("", "events", verb)) == set()
	}
}

test_other_resources_are_none if {
	near_misses := ["pods", "jobs/log", "events/*", "pods/*", "event"]
	every resource in near_misses {
		_judged("Role", _rule("", resource, "*")) == set()
	}
}

test_names_narrow_what_has_a_name if {
	named := {"resourceNames": ["shop"]}
	every verb in ["delete"] {
		rule := object.union(_rule("", "events", verb), named)
		_judged("Role", rule) == set()
	}
	every verb in ["deletecollection"] {
		rule := object.union(_rule("", "events", verb), named)
		_judged("Role", rule) == _first
	}
}

test_a_binding_hands_out_what_its_role_grants if {
	rules := [_rule("", "x", "*"), _rule("", "events", "delete")]
	told := _told(_binding("RoleBinding", rules, {}))
	told.path == ["roleRef", "name"]
	told.msg == `binding hands out cluster role "app", which can delete events`
	told.details == {"found": "app"}
	[place.path | some place in told.related] == [["rules", 1, "resources", 0]]
	{place.of | some place in told.related} == {"role"}
	reading := [_rule("", "events", "get")]
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
			rule := object.union(_rule("", "events", "delete"), {field: wrong})
			found := _found(_role("Role", [rule, _rule("*", "*", "*")]))
			found == {["rules", 1, "resources", 0]}
		}
	}
}

_judged(kind, rule) := _found(_role(kind, [rule]))

_first := {["rules", 0, "resources", 0]}

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
	found := event_deletion.violation with input as document
	paths := {v.path | some v in found}
}

_told(document) := told if {
	found := event_deletion.violation with input as document
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
