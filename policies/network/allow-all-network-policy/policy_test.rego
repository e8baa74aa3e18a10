package policies.network.allow_all_network_policy_test

import data.policies.network.allow_all_network_policy

test_a_rule_without_peers_is_told if {
	every rule in [{}, null, {"from": null}, {"from": []}, {"ports": [{"port": 80}]}] {
		_found({"podSelector": {}, "ingress": [rule]}) == {{
			"path": ["spec", "ingress", 0, "from"],
			"msg": "policy lets every peer reach every pod of the namespace",
		}}
	}
}

test_every_address_is_told if {
	_found({"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]}) == {{
		"path": ["spec", "ingress", 0, "from", 0, "ipBlock", "cidr"],
		"msg": "policy lets every address of 0.0.0.0/0 reach every pod of the namespace",
		"details": {"found": "0.0.0.0/0"},
	}}
}

test_each_rule_and_peer_is_a_finding if {
	paths := _paths({"ingress": [
		_from(["10.0.0.0/8", "::/0"]),
		_from(["10.0.0.0/8"]),
		_from(["0.0.0.0/0", "::/0"]),
		{},
	]})
	paths == {
		["spec", "ingress", 0, "from", 1, "ipBlock", "cidr"],
		["spec", "ingress", 2, "from", 0, "ipBlock", "cidr"],
		["spec", "ingress", 2, "from", 1, "ipBlock", "cidr"],
		["spec", "ingress", 3, "from"],
	}
}

test_exceptions_narrow_the_addresses if {
	_paths({"ingress": [{"from": [_block("0.0.0.0/0", ["10.0.0.0/8"])]}]}) == set()
	every except in [null, [], "10.0.0.0/8", {"a": 1}] {
		count(_paths({"ingress": [{"from": [_block("0.0.0.0/0", except)]}]})) == 1
	}
}

test_named_peers_are_fine if {
	peers := [{"podSelector": {}}, {"namespaceSelector": {}}, _block("10.0.0.0/8", null)]
	_paths({"podSelector": {}, "ingress": [{"from": peers}]}) == set()
}

test_only_the_empty_selector_selects_all if {
	every selector in [null, {}, {"matchLabels": {}, "matchExpressions": []}] {
		count(_paths({"podSelector": selector, "ingress": [{}]})) == 1
	}
	every selector in [
		{"matchLabels": {"app": "web"}},
		{"matchExpressions": [{"key": "app", "operator": "Exists"}]},
	] {
		_paths({"podSelector": selector, "ingress": [{}, _from(["0.0.0.0/0"])]}) == set()
	}
}

test_rules_without_effect_are_none if {
	_paths({"policyTypes": ["Egress"], "ingress": [{}, _from(["0.0.0.0/0"])]}) == set()
	count(_paths({"policyTypes": ["Ingress"], "ingress": [{}]})) == 1
	count(_paths({"policyTypes": ["Egress", "Ingress"], "ingress": [{}]})) == 1
}

test_no_rule_lets_nobody_in if {
	_paths({}) == set()
	_paths({"ingress": []}) == set()
	_paths({"policyTypes": ["Egress"], "egress": [{}]}) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", {}, {"a": null}] {
		_paths(wrong) == set()
		_paths({"ingress": wrong}) == set()
		_paths({"ingress": [{"from": [wrong]}]}) == set()
		_paths({"ingress": [{"from": [{"ipBlock": wrong}]}]}) == set()
		_paths({"ingress": [{"from": [{"ipBlock": {"cidr": wrong}}]}]}) == set()
	}
}

_from(cidrs) := {"from": [{"ipBlock": {"cidr": cidr}} | some cidr in cidrs]}

_block(cidr, except) := {"ipBlock": {"cidr": cidr, "except": except}}

_paths(spec) := {v.path | some v in _found(spec)}

_found(spec) := found if {
	found := allow_all_network_policy.violation
		with input as {"review": {"object": {"spec": spec}}}
}
