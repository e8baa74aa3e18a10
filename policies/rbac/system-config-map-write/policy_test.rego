package policies.rbac.system_config_map_write_test

import data.policies.rbac.system_config_map_write

test_what_is_told if {
	_all(_role("Role", "kube-system", [_rule("get", []), _rule("patch", [])])) == {{
		"path": ["rules", 1, "resources", 0],
		"msg": `role "app" can patch configmaps`,
		"details": {"found": "configmaps"},
		"related": [],
	}}
	_all(_role("ClusterRole", "", [_rule("update", ["a", "aws-auth"])])) == {{
		"path": ["rules", 0, "resources", 0],
		"msg": `cluster role "app" can update configmaps named "aws-auth"`,
		"details": {"found": "configmaps"},
		"related": [],
	}}
}

test_to_write_what_is_there if {
	every verb in ["update", "patch", "delete", "*"] {
		_found(_role("Role", "kube-system", [_rule(verb, [])])) == _first
	}
	every verb in ["create", "get", "list", "watch", "deletecollection"] {
		_found(_role("Role", "kube-system", [_rule(verb, [])])) == set()
	}
	every resource in ["secrets", "Configmaps", "configmaps/*", "configmap"] {
		rule := object.union(_rule("*", []), {"resources": [resource]})
		_found(_role("Role", "kube-system", [rule])) == set()
	}
}

test_a_role_reaches_its_namespace if {
	every names in [[], ["aws-auth"]] {
		_found(_role("Role", "kube-system", [_rule("patch", names)])) == _first
		every namespace in ["shop", "", "kube-public", "Kube-System"] {
			_found(_role("Role", namespace, [_rule("patch", names)])) == set()
		}
	}
}

test_a_cluster_role_counts_by_name if {
	every name in [
		"aws-auth", "coredns", "extension-apiserver-authentication", "kube-proxy",
		"kubeadm-config",
	] {
		_found(_role("ClusterRole", "", [_rule("patch", ["a", name])])) == _first
	}
	every names in [[], ["a"], ["aws-auth-2"], ["aws-auth", ""]] {
		_found(_role("ClusterRole", "", [_rule("patch", names)])) == set()
	}
	_found(_role("ClusterRole", "", [_rule("get", ["aws-auth"])])) == set()
	_found(_role("ClusterRole", "kube-system", [_rule("patch", [])])) == set()
	_found(_role("ClusterRole", "", [_rule("patch", []), _rule("patch", ["coredns"])])) == {
		["rules", 1, "resources", 0],
	}
}

test_a_binding_reaches_its_namespace_or_all if {
	every names, found in {[]: _bound, ["aws-auth"]: _bound, ["a"]: set()} {
		_found(_binding("ClusterRoleBinding", "", [_rule("patch", names)])) == found
		_found(_binding("RoleBinding", "kube-system", [_rule("patch", names)])) == found
		_found(_binding("RoleBinding", "shop", [_rule("patch", names)])) == set()
	}
	[found] := [v |
		some v in _all(_binding("ClusterRoleBinding", "", [_rule("get", []), _rule("patch", [])]))
	]
	found.msg == `binding hands out cluster role "app", which can patch configmaps`
	[place.path | some place in found.related] == [["rules", 1, "resources", 0]]
}

test_kubernetes_own_and_the_roles_for_users_are_none if {
	own := {"evidence": {"role": {"value": {"bootstrap": true}}}}
	_found(object.union(_role("ClusterRole", "", [_rule("patch", ["coredns"])]), own)) == set()
	_found(object.union(_role("Role", "kube-system", [_rule("patch", [])]), own)) == set()
	binding := _binding("RoleBinding", "kube-system", [_rule("patch", [])])
	_found(object.union(binding, own)) == set()
	edit := {"role": {"value": {"builtIn": true, "metadata": {"name": "edit"}}}}
	_found(object.union(binding, {"evidence": edit})) == set()
}

test_of_a_role_that_is_unknown_or_absent_nothing_is_found if {
	binding := _binding("ClusterRoleBinding", "", [])
	every role in [
		{"state": "unavailable", "why": {"code": "not_scanned", "message": ""}},
		{"state": "known", "value": null},
	] {
		_found({"review": binding.review, "evidence": {"role": role}}) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], [5], [[]], {"a": null}] {
		_found(_role("Role", "kube-system", wrong)) == set()
		_found(_role("ClusterRole", "", [wrong])) == set()
		_found(_role("Role", wrong, [_rule("patch", [])])) == set()
		_found(_binding("ClusterRoleBinding", "", wrong)) == set()
		every field in ["apiGroups", "resources", "verbs"] {
			rule := object.union(_rule("patch", ["coredns"]), {field: wrong})
			found := _found(_role("ClusterRole", "", [rule, _rule("patch", ["coredns"])]))
			found == {["rules", 1, "resources", 0]}
		}
	}
}

_first := {["rules", 0, "resources", 0]}

_bound := {["roleRef", "name"]}

_role(kind, namespace, rules) := {
	"review": {
		"kind": {"kind": kind},
		"namespace": namespace,
		"object": {"metadata": {"name": "app"}, "rules": rules},
	},
	"evidence": {"role": {"state": "unavailable", "why": {"code": "not_scanned", "message": ""}}},
}

_binding(kind, namespace, rules) := {
	"review": {
		"kind": {"kind": kind},
		"namespace": namespace,
		"object": {"metadata": {"name": "team"}},
	},
	"evidence": {"role": {
		"state": "known",
		"value": {"kind": "ClusterRole", "metadata": {"name": "app"}, "rules": rules},
	}},
}

_rule(verb, names) := {
	"apiGroups": [""], "resources": ["configmaps"], "resourceNames": names, "verbs": [verb],
}

_found(document) := {v.path | some v in _all(document)}

_all(document) := found if {
	found := system_config_map_write.violation with input as document
}
