package policies.network.missing_network_policy_test

import data.policies.network.missing_network_policy

test_without_a_policy_both_directions_lack if {
	_told(_pod({"app": "web"}), _known([])) == {
		"path": ["metadata", "labels"],
		"msg": "no network policy selects the pod for ingress and egress",
	}
}

test_one_direction_alone_is_named if {
	pod := _pod({"app": "web"})
	ingress := {"spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
	_told(pod, _known([ingress])).msg == "no network policy selects the pod for egress"
	egress := {"spec": {"podSelector": {}, "policyTypes": ["Egress"]}}
	_told(pod, _known([egress])).msg == "no network policy selects the pod for ingress"
}

test_two_policies_make_up_for_each_other if {
	policies := [
		{"spec": {"podSelector": {"matchLabels": {"app": "web"}}}},
		{"spec": {"policyTypes": ["Egress"]}},
	]
	_found(_pod({"app": "web"}), _known(policies)) == set()
}

test_rules_for_egress_count_without_policy_types if {
	policy := {"spec": {"podSelector": {}, "egress": [{}]}}
	_found(_pod({}), _known([policy])) == set()
	none := {"spec": {"podSelector": {}, "egress": []}}
	_told(_pod({}), _known([none])).msg == "no network policy selects the pod for egress"
}

test_a_policy_for_other_pods_does_not_count if {
	policy := {"spec": {
		"podSelector": {"matchLabels": {"app": "api"}},
		"policyTypes": ["Ingress", "Egress"],
	}}
	count(_found(_pod({"app": "web"}), _known([policy]))) == 1
	_found(_pod({"app": "api"}), _known([policy])) == set()
}

test_only_the_wanted_directions_are_judged if {
	policies := _known([{"spec": {"podSelector": {}}}])
	_found_for(_pod({}), policies, ["Ingress"]) == set()
	count(_found_for(_pod({}), policies, ["Egress"])) == 1
}

test_the_nodes_network_is_not_subject_to_policies if {
	_found({"spec": {"hostNetwork": true}}, _known([])) == set()
	every value in [false, null, "true"] {
		count(_found({"spec": {"hostNetwork": value}}, _known([]))) == 1
	}
}

test_what_is_unknown_is_no_finding if {
	unavailable := {"state": "unavailable", "why": {"code": "not_scanned", "message": "x"}}
	_found(_pod({}), unavailable) == set()
	every wrong in [null, true, 5, "x", {}] {
		_found(_pod({}), _known(wrong)) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		count(_found(wrong, _known([]))) == 1
		count(_found({"metadata": wrong, "spec": wrong}, _known([]))) == 1
		count(_found({"metadata": {"labels": wrong}}, _known([wrong]))) == 1
		count(_found(_pod({}), _known([{"spec": wrong}]))) == 1
		selector := {"matchLabels": wrong, "matchExpressions": null}
		policy := {"spec": {"podSelector": selector, "policyTypes": ["Ingress", "Egress"]}}
		_found(_pod({}), _known([policy])) == set()
	}
}

_pod(labels) := {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app"}]}}

_known(policies) := {"state": "known", "value": policies}

_told(pod, policies) := told if {
	some told in _found(pod, policies)
}

_found(pod, policies) := _found_for(pod, policies, ["Ingress", "Egress"])

_found_for(pod, policies, directions) := found if {
	found := missing_network_policy.violation with input as {
		"review": {"object": pod},
		"parameters": {"directions": directions},
		"evidence": {"networkPolicies": policies},
	}
}

_wrong := [null, true, 5, "x", [], [null]]
