package policies.rbac.cluster_admin_binding_test

import data.policies.rbac.cluster_admin_binding

test_cluster_admin_is_known_by_its_name if {
	every evidence in [_unknown, {"role": {"state": "known", "value": null}}, _role([])] {
		_violations("ClusterRoleBinding", "cluster-admin", evidence) == {{
			"path": ["roleRef", "name"],
			"msg": `binding hands out cluster role "cluster-admin", which can do everything in the cluster`,
			"details": {"found": "cluster-admin"},
			"related": [],
		}}
	}
}

test_the_rules_are_related_places if {
	rules := [_rule(["get"]), {"nonResourceURLs": ["*"], "verbs": ["*"]}, _rule(["list", "*"])]
	_violations("RoleBinding", "shop", _role(rules)) == {{
		"path": ["roleRef", "name"],
		"msg": `binding hands out cluster role "shop", which can do everything in its namespace`,
		"details": {"found": "shop"},
		"related": [
			{"path": ["rules", 0], "of": "role", "msg": "every verb on every resource"},
			{"path": ["rules", 2], "of": "role", "msg": "every verb on every resource"},
		],
	}}
}

test_all_verbs_by_name_are_every_verb if {
	_count("shop", [_rule(_all_verbs)]) == 1
	writing := ["create", "update", "patch", "delete"]
	_count("shop", [_rule(["get", "list", "watch"]), _rule(writing)]) == 1
	every missing in _all_verbs {
		_count("shop", [_rule([verb | some verb in _all_verbs; verb != missing])]) == 0
	}
}

test_less_than_everything_is_none if {
	every change in [
		{"apiGroups": [""]},
		{"apiGroups": null},
		{"resources": ["pods", "*/*", "*/exec"]},
		{"resources": null},
		{"verbs": ["get"]},
		{"verbs": null},
		{"resourceNames": ["shop"]},
	] {
		_count("shop", [object.union(_rule(["*"]), change)]) == 0
	}
	every same in [
		{"apiGroups": ["", "*"]},
		{"resources": ["pods", "*"]},
		{"resourceNames": []},
		{"resourceNames": null},
	] {
		_count("shop", [object.union(_rule(["*"]), same)]) == 1
	}
}

test_verbs_count_only_where_all_resources_are_meant if {
	rules := [_rule(["get", "list", "watch"]), {"apiGroups": [""], "resources": ["*"], "verbs": ["*"]}]
	_count("shop", rules) == 0
}

test_a_role_is_judged_by_its_rules if {
	binding := object.union(_binding("cluster-admin"), {"roleRef": {"kind": "Role"}})
	count(_found("RoleBinding", binding, _role([]))) == 0
	count(_found("RoleBinding", binding, _unknown)) == 0
	count(_found("RoleBinding", binding, _role([_rule(["*"])]))) == 1
}

test_only_the_masters_may_have_it if {
	masters := {"kind": "Group", "name": "system:masters"}
	every subjects in [null, [], [masters]] {
		binding := object.union(_binding("cluster-admin"), {"subjects": subjects})
		_found("ClusterRoleBinding", binding, _unknown) == set()
	}
	both := [masters, {"kind": "User", "name": "jane"}]
	binding := object.union(_binding("cluster-admin"), {"subjects": both})
	count(_found("ClusterRoleBinding", binding, _unknown)) == 1
}

test_what_is_kubernetes_own_is_none if {
	own := {"role": {"state": "known", "value": {"rules": [_rule(["*"])], "bootstrap": true}}}
	_violations("ClusterRoleBinding", "cluster-admin", own) == set()
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in _wrong {
		every rules in [wrong, [wrong], [object.union(_rule(wrong), {"resources": wrong})]] {
			_count("shop", rules) == 0
			_count("cluster-admin", rules) == 1
		}
		every key in ["apiGroups", "resources", "verbs"] {
			_count("shop", [object.union(_rule(["*"]), {key: wrong}), _rule(["*"])]) == 1
		}
		evidence := {"role": {"state": "known", "value": wrong}}
		_violations("ClusterRoleBinding", "shop", evidence) == set()
		every key in ["roleRef", "subjects"] {
			binding := object.union(_binding("cluster-admin"), {key: null})
			_found("ClusterRoleBinding", object.union(binding, {key: wrong}), _unknown) == set()
		}
	}
	_found("ClusterRoleBinding", null, _unknown) == set()
}

_all_verbs := ["get", "list", "watch", "create", "update", "patch", "delete"]

_rule(verbs) := {"apiGroups": ["*"], "resources": ["*"], "verbs": verbs}

_role(rules) := {"role": {"state": "known", "value": {"rules": rules}}}

_unknown := {"role": {"state": "unavailable", "why": {"code": "not_scanned", "message": ""}}}

_binding(name) := {
	"roleRef": {"kind": "ClusterRole", "name": name},
	"subjects": [{"kind": "User", "name": "jane"}],
}

_count(name, rules) := count(_violations("ClusterRoleBinding", name, _role(rules)))

_violations(kind, name, evidence) := _found(kind, _binding(name), evidence)

_found(kind, binding, evidence) := found if {
	found := cluster_admin_binding.violation
		with input as {"review": {"kind": {"kind": kind}, "object": binding}, "evidence": evidence}
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]
