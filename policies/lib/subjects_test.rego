package policies.lib.subjects_test

import data.policies.lib.subjects

test_each_kind_of_subject_is_someone if {
	every kind in ["User", "Group", "ServiceAccount"] {
		subjects.reaches_anyone({"subjects": [{"kind": kind, "name": "a"}]})
	}
}

test_the_masters_are_above_it_all if {
	masters := {"kind": "Group", "name": "system:masters"}
	not subjects.reaches_anyone({"subjects": [masters]})
	subjects.reaches_anyone({"subjects": [masters, {"kind": "Group", "name": "team"}]})
	subjects.is_masters(masters)
	every other in [{"kind": "User", "name": "system:masters"}, {"kind": "Group", "name": "team"}] {
		not subjects.is_masters(other)
		subjects.reaches_anyone({"subjects": [other]})
	}
}

test_a_binding_without_subjects_reaches_nobody if {
	every wrong in _wrong {
		not subjects.reaches_anyone(wrong)
		not subjects.reaches_anyone({"subjects": wrong})
		not subjects.reaches_anyone({"subjects": [wrong]})
		not subjects.reaches_anyone({"subjects": [{"kind": wrong, "name": "a"}]})
	}
}

test_cluster_roles_are_known_by_kind_and_name if {
	view := {"kind": "ClusterRole", "name": "view"}
	subjects.hands_out({"roleRef": view}, {"edit", "view"})
	subjects.hands_out({"roleRef": view}, ["view"])
	not subjects.hands_out({"roleRef": view}, {"edit"})
	not subjects.hands_out({"roleRef": {"kind": "Role", "name": "view"}}, {"view"})
	every wrong in _wrong {
		not subjects.hands_out(wrong, {"view"})
		not subjects.hands_out({"roleRef": wrong}, {"view"})
		not subjects.hands_out({"roleRef": {"kind": wrong, "name": "view"}}, {"view"})
		not subjects.hands_out({"roleRef": {"kind": "ClusterRole", "name": wrong}}, {"view"})
		not subjects.hands_out({"roleRef": view}, wrong)
	}
}

test_roles_are_told_with_their_kind if {
	subjects.role(_binding("ClusterRole", "view")) == `cluster role "view"`
	subjects.role(_binding("Role", "view")) == `role "view"`
	subjects.role(_binding("Role", null)) == "role"
	every wrong in _wrong {
		subjects.role(wrong) == "a role"
		subjects.role({"roleRef": wrong}) == "a role"
		subjects.role(_binding(wrong, "view")) == "a role"
	}
}

test_an_account_is_of_its_own_namespace_or_of_the_bindings if {
	binding := {"metadata": {"namespace": "shop"}}
	own := {"kind": "ServiceAccount", "name": "ci", "namespace": "tools"}
	_account(own, binding) == ["ci", "tools"]
	every none in [null, "", 5] {
		_account({"kind": "ServiceAccount", "name": "ci", "namespace": none}, binding) == ["ci", "shop"]
	}
	_account({"kind": "ServiceAccount", "name": "ci"}, binding) == ["ci", "shop"]
	every wrong in array.concat(_wrong, [{"metadata": null}, {"metadata": {"namespace": null}}]) {
		_account({"kind": "ServiceAccount", "name": "ci"}, wrong) == ["ci", ""]
	}
}

test_an_account_is_also_a_user if {
	name := "system:serviceaccount:tools:ci"
	binding := {"metadata": {"namespace": "shop"}}
	_account({"kind": "User", "name": name, "namespace": "other"}, binding) == ["ci", "tools"]
	every other in [
		{"kind": "Group", "name": name},
		{"kind": "User", "name": "ci"},
		{"kind": "User", "name": "system:serviceaccount:tools"},
		{"kind": "User", "name": "system:serviceaccount:tools:ci:ci"},
		{"kind": "User", "name": "system:serviceaccounts:tools:ci"},
		{"kind": "User"},
	] {
		not subjects.service_account(other, binding)
	}
}

test_wrong_types_are_no_account if {
	every wrong in [null, true, 5, [], {}] {
		not subjects.service_account(wrong, {})
		not subjects.service_account({"kind": wrong, "name": "ci"}, {})
		not subjects.service_account({"kind": "ServiceAccount", "name": wrong}, {})
		not subjects.service_account({"kind": "User", "name": wrong}, {})
	}
}

test_accounts_are_told_with_their_namespace if {
	told := `service account "ci" of namespace "tools"`
	subjects.account_name({"name": "ci", "namespace": "tools"}) == told
	subjects.account_name({"name": "ci", "namespace": ""}) == `service account "ci"`
}

_account(subject, binding) := [account.name, account.namespace] if {
	account := subjects.service_account(subject, binding)
}

_binding(kind, name) := {"roleRef": {"kind": kind, "name": name}}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]
