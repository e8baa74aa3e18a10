package policies.lib.rbac_test

import data.policies.lib.rbac

test_verbs_groups_and_resources_are_met_together if {
	_some([_rule("", "secrets", "get")], _wanted)
	_some([_rule("*", "secrets", "get")], _wanted)
	_some([_rule("", "*", "get")], _wanted)
	_some([_rule("", "secrets", "*")], _wanted)
	_none([_rule("apps", "secrets", "get")], _wanted)
	_none([_rule("", "configmaps", "get")], _wanted)
	_none([_rule("", "secrets", "delete")], _wanted)
}

test_what_is_written_otherwise_grants_nothing if {
	every resource in ["Secrets", "secret", "secrets/*", "*/*", "secrets/status", "", "**"] {
		_none([_rule("", resource, "get")], _wanted)
	}
	every verb in ["GET", "Get", "", "ge*", "**"] {
		_none([_rule("", "secrets", verb)], _wanted)
	}
	every group in ["core", "v1", "*/*", " "] {
		_none([_rule(group, "secrets", "get")], _wanted)
	}
	_none([{"resources": ["secrets"], "verbs": ["get"]}], _wanted)
	_none([{"apiGroups": [], "resources": ["secrets"], "verbs": ["get"]}], _wanted)
}

test_a_resource_belongs_to_its_group if {
	wanted := {"verbs": {"get"}, "resources": {"": {"a"}, "b.example.com": {"b"}}}
	every pair in [["", "a"], ["b.example.com", "b"], ["*", "a"], ["*", "b"]] {
		_some([_rule(pair[0], pair[1], "get")], wanted)
		rbac.matched(_rule(pair[0], pair[1], "get"), wanted).resources == {pair[1]}
	}
	every pair in [["", "b"], ["b.example.com", "a"]] {
		_none([_rule(pair[0], pair[1], "get")], wanted)
	}
}

test_subresources_are_covered_by_name_by_star_and_everywhere if {
	wanted := {"verbs": {"get"}, "resources": {"": {"pods/exec", "pods/attach"}}}
	every resource, covered in {
		"pods/exec": {"pods/exec"}, "*/attach": {"pods/attach"},
		"*": {"pods/exec", "pods/attach"},
	} {
		rule := _rule("", resource, "get")
		_some([rule], wanted)
		rbac.matched(rule, wanted).resources == covered
	}
	every resource in ["pods", "pods/*", "*/*", "*/log", "nodes/exec", "*exec", "*/"] {
		rule := _rule("", resource, "get")
		_none([rule], wanted)
	}
}

test_a_key_is_any_subresource if {
	wanted := {
		"verbs": {"impersonate"},
		"resources": {"authentication.k8s.io": {"userextras/<key>"}},
		"keyed": {"userextras/"},
	}
	every resource, covered in {"userextras/scopes": "userextras/scopes", "*": "userextras/<key>"} {
		every parts in [wanted, [wanted]] {
			rule := _rule("authentication.k8s.io", resource, "impersonate")
			_some([rule], parts)
			rbac.matched(rule, wanted).resources == {covered}
		}
	}
	every resource in ["userextras", "userextras/*", "userextras/", "userextra/a", "users"] {
		rule := _rule("authentication.k8s.io", resource, "impersonate")
		_none([rule], wanted)
	}
	_none([_rule("", "userextras/scopes", "impersonate")], wanted)
	rule := {
		"apiGroups": [""], "resources": ["userextras/scopes", "users"], "verbs": ["impersonate"],
	}
	parts := [wanted, {"verbs": {"impersonate"}, "resources": {"": {"users"}}}]
	[grant] := rbac.grants(_role("Role", [rule]), {}, parts)
	grant.path == ["rules", 0, "resources", 1]
	grant.resources == {"users"}
}

test_names_narrow_if_none_is_empty if {
	every names in [["a"], ["a", "b"], ["a", null], ["*"]] {
		rbac.narrowed({"resourceNames": names})
		_none([_named("secrets", "get", names)], _wanted)
	}
	every names in [[], [""], ["a", ""], ["", "a"], [null], [5], null, "a", 5, true, {}, {"a": "b"}] {
		not rbac.narrowed({"resourceNames": names})
		_some([_named("secrets", "get", names)], _wanted)
	}
	not rbac.narrowed({})
	_none([_named("secrets", "*", ["a"])], _wanted)
}

test_names_narrow_every_verb_but_two if {
	every verb in ["get", "list", "watch", "update", "patch", "delete", "use"] {
		_none([_named("secrets", verb, ["a"])], _any("secrets", verb))
	}
	every verb in ["create", "deletecollection"] {
		_some([_named("secrets", verb, ["a"])], _any("secrets", verb))
		_none([_named("pods/exec", verb, ["a"])], _any("pods/exec", verb))
		_none([_named("*", verb, ["a"])], _any("pods/exec", verb))
	}
	wanted := {"verbs": {"create", "get"}, "resources": {"": {"secrets", "pods/exec"}}}
	rbac.matched(_named("*", "*", ["a"]), wanted) == {
		"at": 0, "verbs": {"create"}, "resources": {"secrets"}, "named": set(),
	}
}

test_some_names_are_wanted if {
	wanted := object.union(_wanted, {"names": {"aws-auth", "b"}, "prefixes": {"system:"}})
	every names in [["aws-auth"], ["a", "b"], ["a", "system:x"], ["system:"]] {
		_some([_named("secrets", "get", names)], wanted)
	}
	every names in [["a"], ["aws-auth-2"], ["x-system:"], ["a", 5, null]] {
		_none([_named("secrets", "get", names)], wanted)
	}
	names := ["a", "system:x", "b", null]
	rbac.matched(_named("secrets", "get", names), wanted).named == {"system:x", "b"}
}

test_whatever_the_name if {
	wanted := object.union(_wanted, {"named": true})
	_some([_named("secrets", "get", ["a"])], wanted)
	rbac.matched(_named("secrets", "get", ["a"]), wanted).named == {"a"}
	rbac.matched(_named("secrets", "get", ["a", ""]), wanted).named == set()
	rbac.matched(_named("secrets", "get", ["a", null, 5]), wanted).named == {"a"}
	every value in [false, null] {
		narrow := object.union(_wanted, {"named": value})
		_none([_named("secrets", "get", ["a"])], narrow)
	}
}

test_a_finding_is_at_the_first_resource_that_matches if {
	rule := {
		"apiGroups": ["apps", ""],
		"resources": ["pods", "secrets", "*", "secrets"],
		"verbs": ["delete", "list", "get"],
	}
	_violations(_role("Role", [_rule("", "pods", "*"), rule])) == [{
		"path": ["rules", 1, "resources", 1],
		"msg": `role "app" can get, list secrets`,
		"details": {"found": "secrets"},
		"related": [],
	}]
}

test_each_rule_is_a_finding_in_its_order if {
	numbered := [rule |
		some i in numbers.range(0, 11)
		rule := _rule("", ["secrets", "pods"][i % 2], "get")
	]
	[v.path[1] | some v in _violations(_role("ClusterRole", numbered))] == [0, 2, 4, 6, 8, 10]
}

test_parts_are_one_finding_for_each_rule if {
	wanted := [
		{"verbs": {"create"}, "resources": {"": {"pods"}}},
		{"verbs": {"get"}, "resources": {"": {"secrets"}}},
		{"verbs": {"get"}, "resources": {"apps": {"deployments"}}},
	]
	rule := {
		"apiGroups": ["", "apps"],
		"resources": ["deployments", "secrets", "pods"],
		"verbs": ["create", "get"],
	}
	[found] := rbac.violations(_role("Role", [rule]), {}, wanted)
	found.path == ["rules", 0, "resources", 0]
	found.msg == `role "app" can create pods; get deployments, secrets`
	_none([_rule("", "secrets", "create")], wanted)
	_none([_rule("apps", "secrets", "get")], wanted)
	rbac.violations(_role("Role", [_rule("", "secrets", "create")]), {}, wanted) == []
}

test_grants_tell_what_was_matched if {
	rules := [_rule("", "*", "*")]
	rbac.grants(_role("Role", rules), {}, _wanted) == [{
		"path": ["rules", 0, "resources", 0],
		"found": "*",
		"can": "get, list secrets",
		"verbs": {"get", "list"},
		"resources": {"secrets"},
		"related": [],
		"rules": rules,
	}]
}

test_names_are_told_if_they_matter if {
	wanted := object.union(_wanted, {"prefixes": {"s"}})
	told := {found.msg |
		some names in [["sa", "b", "sc"], ["sa", ""], []]
		review := _role("ClusterRole", [_named("secrets", "get", names)])
		some found in rbac.violations(review, {}, wanted)
	}
	told == {
		`cluster role "app" can get secrets named "sa", "sc"`,
		`cluster role "app" can get secrets`,
	}
}

test_names_are_not_told_if_another_rule_has_none if {
	wanted := object.union(_wanted, {"names": {"a", "b"}})
	every names, can in {
		["a"]: `get secrets named "a"`, ["b"]: `get secrets named "a", "b"`, []: "get secrets",
	} {
		rules := [_named("secrets", "get", ["a"]), _named("secrets", "get", names)]
		[grant] := rbac.grants(_binding, _evidence(rules, {}), wanted)
		grant.can == can
		grant.verbs == {"get"}
		grant.resources == {"secrets"}
	}
}

test_ten_resources_are_told_in_full if {
	names := {sprintf("kind-%v", [10 + i]) | some i in numbers.range(0, 9)}
	wanted := {"verbs": {"get"}, "resources": {"": names}}
	[found] := rbac.violations(_role("Role", [_rule("", "*", "get")]), {}, wanted)
	endswith(found.msg, ", kind-18, kind-19")
	more := names | {"kind-20"}
	longer := {"verbs": {"get"}, "resources": {"": more}}
	[cut] := rbac.violations(_role("Role", [_rule("", "*", "get")]), {}, longer)
	endswith(cut.msg, ", kind-17 and 3 others")
}

test_many_resources_are_cut_short if {
	names := {sprintf("kind-%v", [10 + i]) | some i in numbers.range(0, 11)}
	wanted := {"verbs": {"get"}, "resources": {"": names}}
	[found] := rbac.violations(_role("Role", [_rule("", "*", "get")]), {}, wanted)
	startswith(found.msg, `role "app" can get kind-10, kind-11, kind-12, `)
	endswith(found.msg, ", kind-16, kind-17 and 4 others")
}

test_a_binding_is_one_finding_with_its_rules_as_related_places if {
	rules := [_rule("", "pods", "get"), _rule("", "secrets", "get"), _rule("*", "*", "list")]
	_violations_of_binding(rules, {}) == [{
		"path": ["roleRef", "name"],
		"msg": `binding hands out cluster role "app", which can get, list secrets`,
		"details": {"found": "app"},
		"related": [
			{"path": ["rules", 1, "resources", 0], "of": "role", "msg": "get secrets"},
			{"path": ["rules", 2, "resources", 0], "of": "role", "msg": "list secrets"},
		],
	}]
	_violations_of_binding([_rule("", "pods", "get")], {}) == []
}

test_a_binding_has_at_most_twenty_related_places if {
	rules := [_rule("", "secrets", "get") | some _ in numbers.range(1, 30)]
	[found] := _violations_of_binding(rules, {})
	count(found.related) == 20
	[grant] := rbac.grants(_binding, _evidence(rules, {}), _wanted)
	count(grant.rules) == 30
}

test_kubernetes_own_objects_are_none if {
	rules := [_rule("", "secrets", "get")]
	own := {"role": {"value": {"bootstrap": true}}}
	rbac.bootstrap(own)
	rbac.violations(_role("ClusterRole", rules), own, _wanted) == []
	_violations_of_binding(rules, {"bootstrap": true}) == []
	every value in [false, null, "true"] {
		count(_violations_of_binding(rules, {"bootstrap": value})) == 1
	}
}

test_roles_for_users_are_left_to_others if {
	rules := [_rule("", "secrets", "get")]
	every name in ["cluster-admin", "admin", "edit", "view"] {
		named := {"metadata": {"name": name}}
		_violations_of_binding(rules, object.union(named, {"builtIn": true})) == []
		count(_violations_of_binding(rules, object.union(named, {"builtIn": false}))) == 1
	}
	system := {"metadata": {"name": "system:node"}, "builtIn": true}
	count(_violations_of_binding(rules, system)) == 1
}

test_without_a_role_a_binding_grants_nothing if {
	every role in [
		{"state": "unavailable", "why": {"code": "not_scanned", "message": ""}},
		{"state": "known", "value": null},
		{"state": "known", "value": {"rules": null}},
		{"state": "known", "value": {}},
	] {
		rbac.violations(_binding, {"role": role}, _wanted) == []
	}
	rbac.violations(_binding, {}, _wanted) == []
}

test_a_binding_of_a_role_without_a_name if {
	evidence := {"role": {"value": {"rules": [_rule("", "secrets", "get")]}}}
	[found] := rbac.violations(_binding, evidence, _wanted)
	found.details.found == "bound"
	found.msg == "binding hands out a role, which can get secrets"
	bare := {"kind": {"kind": "RoleBinding"}, "object": {}}
	[other] := rbac.violations(bare, evidence, _wanted)
	other.details.found == null
}

test_who_can if {
	rbac.holder(_role("Role", []), {}) == `role "app" can`
	rbac.holder(_role("ClusterRole", []), {}) == `cluster role "app" can`
	whose := rbac.holder(_binding, _evidence([], {}))
	whose == `binding hands out cluster role "app", which can`
	rbac.holder(_binding, {}) == "binding hands out a role, which can"
	rbac.role_name("Role", {"metadata": {"name": 5}}) == "role"
	rbac.role_name("ClusterRole", {}) == "cluster role"
}

test_kinds if {
	every kind in ["Role", "ClusterRole"] {
		rbac.is_role(_role(kind, []))
		review := _role(kind, [])
		not rbac.is_binding(review)
	}
	every kind in ["RoleBinding", "ClusterRoleBinding"] {
		rbac.is_binding(_role(kind, []))
		review := _role(kind, [])
		not rbac.is_role(review)
	}
	rbac.rules_of(_role("Role", ["a"]), {}) == ["a"]
	rbac.rules_of(_binding, _evidence(["b"], {})) == ["b"]
	for_users := _evidence(["c"], {"builtIn": true, "metadata": {"name": "view"}})
	not rbac.rules_of(_binding, for_users)
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_violations(_role("Role", wrong)) == []
		_violations(_role("Role", [wrong])) == []
		_violations_of_binding(wrong, {}) == []
		_violations_of_binding([wrong], {}) == []
		every field in ["apiGroups", "resources", "verbs"] {
			rule := object.union(_rule("", "secrets", "get"), {field: wrong})
			rules := [rule, _rule("", "secrets", "list")]
			[found] := _violations(_role("Role", rules))
			found.path == ["rules", 1, "resources", 0]
			count(_violations_of_binding(rules, {})[0].related) == 1
		}
	}
}

test_a_stray_value_hides_nothing_beside_it if {
	rule := {
		"apiGroups": [null, 5, {}, ""],
		"resources": [null, 5, ["secrets"], {}, "secrets"],
		"verbs": [null, 5, true, "get"],
	}
	[found] := _violations(_role("Role", [null, rule, "x"]))
	found.path == ["rules", 1, "resources", 4]
	parts := [_wanted, {"verbs": {"get"}, "resources": {"": {"x/<key>"}}, "keyed": {"x/"}}]
	count(rbac.violations(_role("Role", [null, rule, "x"]), {}, parts)) == 1
}

test_thousands_of_rules if {
	last := [_rule("", "secrets", "get")]
	none := array.concat([_rule("", "pods", "get") | some _ in numbers.range(1, 4999)], last)
	[found] := _violations(_role("Role", none))
	found.path == ["rules", 4999, "resources", 0]
	held := [_named("secrets", "get", ["a"]) | some _ in numbers.range(1, 2000)]
	[other] := _violations(_role("Role", array.concat(held, last)))
	other.path == ["rules", 2000, "resources", 0]
	all := [_rule("", "secrets", "get") | some _ in numbers.range(1, 2000)]
	count(_violations(_role("Role", all))) == 101
}

_wanted := {"verbs": {"get", "list"}, "resources": {"": {"secrets"}}}

_any(resource, verb) := {"verbs": {verb}, "resources": {"": {resource}}}

_some(rules, wanted) if {
	rbac.any_grants(rules, wanted)
	count(rbac.grants(_role("Role", rules), {}, wanted)) == 1
}

_none(rules, wanted) if {
	not rbac.any_grants(rules, wanted)
	rbac.grants(_role("Role", rules), {}, wanted) == []
}

_violations(review) := rbac.violations(review, {"role": {"state": "unavailable"}}, _wanted)

_violations_of_binding(rules, more) := rbac.violations(_binding, _evidence(rules, more), _wanted)

_role(kind, rules) := {
	"kind": {"kind": kind},
	"object": {"metadata": {"name": "app"}, "rules": rules},
}

_binding := {
	"kind": {"kind": "RoleBinding"},
	"object": {"metadata": {"name": "team"}, "roleRef": {"name": "bound"}},
}

_evidence(rules, more) := {"role": {"state": "known", "value": object.union(
	{"kind": "ClusterRole", "metadata": {"name": "app"}, "rules": rules},
	more,
)}}

_rule(group, resource, verb) := {"apiGroups": [group], "resources": [resource], "verbs": [verb]}

_named(resource, verb, names) := object.union(_rule("", resource, verb), {"resourceNames": names})

_wrong := [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}]
