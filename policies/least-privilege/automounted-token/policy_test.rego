package policies.least_privilege.automounted_token_test

import data.policies.least_privilege.automounted_token

_path := ["spec", "automountServiceAccountToken"]

test_a_pod_that_asks_is_a_finding_whatever_its_account_says if {
	every account in [_unknown, _known(null), _known({}), _says(true), _says(false)] {
		_told({"automountServiceAccountToken": true}, account) == {
			"path": _path,
			"msg": "pod asks for the API token of its service account",
			"details": {"found": true, "wanted": false},
		}
	}
}

test_a_pod_that_refuses_is_none_whatever_its_account_says if {
	every account in [_unknown, _known(null), _known({}), _says(true), _says(false)] {
		_found({"automountServiceAccountToken": false}, account) == set()
	}
}

test_a_silent_pod_gets_what_its_account_hands_out if {
	_told({}, _says(true)) == {
		"path": _path,
		"msg": "pod gets the API token that its service account hands out",
		"details": {"wanted": false},
		"related": [{
			"path": ["automountServiceAccountToken"],
			"of": "serviceAccount",
			"msg": "hands its token to every pod that doesn't refuse it",
		}],
	}
}

test_an_account_can_refuse_for_a_silent_pod if {
	_found({}, _says(false)) == set()
	_found({"automountServiceAccountToken": null}, _says(false)) == set()
}

test_the_token_is_mounted_where_nobody_speaks if {
	every account in [_unknown, _known(null), _known({}), _says(null)] {
		_told({}, account) == {
			"path": _path,
			"msg": "neither the pod nor its service account keeps the API token out",
			"details": {"wanted": false},
		}
	}
}

test_a_wrong_type_says_nothing if {
	every wrong in [null, 5, "false", "true", [], {}] {
		_found({"automountServiceAccountToken": wrong}, _says(false)) == set()
		_found({"automountServiceAccountToken": wrong}, _says(true)) == {_path}
		_found({}, _says(wrong)) == {_path}
	}
	every wrong in [5, "x", [], true] {
		_found({}, _known(wrong)) == {_path}
	}
}

test_what_has_no_spec_is_no_finding if {
	every wrong in [null, true, 5, "x", []] {
		_found(wrong, _unknown) == set()
	}
}

_unknown := {"state": "unavailable", "why": {"code": "not_scanned", "message": "a part only"}}

_known(value) := {"state": "known", "value": value}

_says(value) := _known({"metadata": {"name": "web"}, "automountServiceAccountToken": value})

_found(spec, account) := paths if {
	found := automounted_token.violation
		with input as {"review": {"object": {"spec": spec}}, "evidence": {"serviceAccount": account}}
	paths := {v.path | some v in found}
}

_told(spec, account) := told if {
	found := automounted_token.violation
		with input as {"review": {"object": {"spec": spec}}, "evidence": {"serviceAccount": account}}
	count(found) == 1
	some told in found
}
