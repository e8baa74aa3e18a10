package policies.rbac.masters_group_test

import data.policies.rbac.masters_group

test_the_group_is_told if {
	_found([{"kind": "User", "name": "jane"}, _masters], {}) == {{
		"path": ["subjects", 1, "name"],
		"msg": `binding names group "system:masters", which passes every authorization check`,
		"details": {"found": "system:masters"},
	}}
}

test_a_subject_of_another_kind_is_someone_else if {
	every subject in [
		{"kind": "User", "name": "system:masters"},
		{"kind": "ServiceAccount", "name": "system:masters"},
		{"kind": "Group", "name": "masters"},
		{"name": "system:masters"},
	] {
		_found([subject], {}) == set()
	}
}

test_what_is_kubernetes_own_is_none if {
	_found([_masters], {"role": {"state": "known", "value": {"bootstrap": true}}}) == set()
	every value in [null, {}, {"bootstrap": false}] {
		count(_found([_masters], {"role": {"state": "known", "value": value}})) == 1
	}
	count(_found([_masters], {"role": {"state": "unavailable"}})) == 1
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong, {}) == set()
		_found([wrong], {}) == set()
		_found([{"kind": wrong, "name": "system:masters"}], {}) == set()
		_found([{"kind": "Group", "name": wrong}], {}) == set()
		count(_found([wrong, _masters], {})) == 1
	}
}

_masters := {"kind": "Group", "name": "system:masters"}

_found(subjects, evidence) := found if {
	binding := {"roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": subjects}
	found := masters_group.violation
		with input as {"review": {"object": binding}, "evidence": evidence}
}
