package policies.rbac.cluster_wide_edit_test

import data.policies.rbac.cluster_wide_edit

test_roles_that_write_every_namespace if {
	every name in ["admin", "edit"] {
		_found(_binding("ClusterRole", name)) == {{
			"path": ["roleRef", "name"],
			"msg": sprintf("binding hands out cluster role %q in every namespace", [name]),
			"details": {"found": name},
		}}
	}
}

test_other_roles_have_other_policies if {
	every name in ["view", "cluster-admin", "system:aggregate-to-edit", "Edit"] {
		_found(_binding("ClusterRole", name)) == set()
	}
	_found(_binding("Role", "edit")) == set()
}

test_someone_has_to_have_it if {
	every subjects in [null, [], [{"kind": "Group", "name": "system:masters"}]] {
		_found(object.union(_binding("ClusterRole", "edit"), {"subjects": subjects})) == set()
	}
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong) == set()
		_found(_binding(wrong, "edit")) == set()
		_found(_binding("ClusterRole", wrong)) == set()
		_found({"roleRef": wrong, "subjects": [{"kind": "User", "name": "jane"}]}) == set()
		_found({"roleRef": {"kind": "ClusterRole", "name": "edit"}, "subjects": wrong}) == set()
	}
}

_binding(kind, name) := {
	"roleRef": {"kind": kind, "name": name},
	"subjects": [{"kind": "User", "name": "jane"}],
}

_found(binding) := found if {
	found := cluster_wide_edit.violation with input as {"review": {"object": binding}}
}
