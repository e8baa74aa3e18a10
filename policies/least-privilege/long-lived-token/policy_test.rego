package policies.least_privilege.long_lived_token_test

import data.policies.least_privilege.long_lived_token

test_a_secret_of_the_token_type_is_a_finding if {
	_told(_secret({"type": "kubernetes.io/service-account-token", "data": {"token": "eA=="}})) == {
		"path": ["type"],
		"msg": "secret is a token of a service account that never expires",
	}
}

test_other_secrets_are_none if {
	every type in [null, "", "Opaque", "kubernetes.io/service-account-token ", 5, [], {}] {
		_found(_secret({"type": type}), 86400) == set()
	}
	_found(_secret({}), 86400) == set()
}

test_the_type_counts_in_a_secret_only if {
	review := {"kind": {"kind": "Pod"}, "object": {"type": "kubernetes.io/service-account-token"}}
	_found(review, 86400) == set()
}

test_a_projected_token_may_live_as_long_as_the_parameter_says if {
	_found(_pod([[_token(86400)]]), 86400) == set()
	_found(_pod([[_token(86401)]]), 86401) == set()
	count(_found(_pod([[_token(86401)]]), 86400)) == 1
	count(_found(_pod([[_token(3601)]]), 3600)) == 1
}

test_every_source_of_every_volume_is_judged if {
	sources := [[_token(9), {"secret": {"name": "a"}}], [], [{}, _token(86401), _token(90000)]]
	_found(_pod(sources), 86400) == {_place(2, 1), _place(2, 2)}
}

test_volume_and_seconds_are_told if {
	_told(_pod([[_token(604800)]])) == {
		"path": _place(0, 0),
		"msg": `volume "tokens" holds a token for 604800 seconds, more than 86400`,
		"details": {"found": 604800, "wanted": 86400},
	}
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, "604800", [], {}] {
		_found(_pod([[_token(wrong)]]), 86400) == set()
		_found(_pod([[{"serviceAccountToken": wrong}]]), 86400) == set()
		_found(_pod([[wrong]]), 86400) == set()
		_found(_pod([wrong]), 86400) == set()
		_found(_volumes([{"projected": wrong}]), 86400) == set()
		_found(_volumes([wrong]), 86400) == set()
		_found(_volumes(wrong), 86400) == set()
		_found({"kind": {"kind": "Pod"}, "object": {"spec": wrong}}, 86400) == set()
	}
}

_token(seconds) := {"serviceAccountToken": {"path": "a", "expirationSeconds": seconds}}

_place(i, k) := [
	"spec", "volumes", i, "projected", "sources", k,
	"serviceAccountToken", "expirationSeconds",
]

_pod(lists) := _volumes([{"name": "tokens", "projected": {"sources": list}} | some list in lists])

_volumes(volumes) := {"kind": {"kind": "Pod"}, "object": {"spec": {"volumes": volumes}}}

_secret(object) := {"kind": {"kind": "Secret"}, "object": object}

_found(review, most) := paths if {
	found := long_lived_token.violation
		with input as {"review": review, "parameters": {"maxSeconds": most}}
	paths := {v.path | some v in found}
}

_told(review) := told if {
	found := long_lived_token.violation
		with input as {"review": review, "parameters": {"maxSeconds": 86400}}
	count(found) == 1
	some told in found
}
