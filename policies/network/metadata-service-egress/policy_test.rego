package policies.network.metadata_service_egress_test

import data.policies.network.metadata_service_egress

test_a_rule_without_destination_is_told if {
	every rule in [{}, null, {"to": null}, {"to": []}, {"ports": null}, {"ports": []}] {
		_found({"egress": [rule]}) == {{
			"path": ["spec", "egress", 0, "to"],
			"msg": "egress to every destination reaches the metadata service",
		}}
	}
}

test_the_address_reached_is_told if {
	_found({"egress": [{"to": [{"ipBlock": {"cidr": "169.254.0.0/16"}}]}]}) == {{
		"path": ["spec", "egress", 0, "to", 0, "ipBlock", "cidr"],
		"msg": "egress to 169.254.0.0/16 reaches the metadata service at 169.254.169.254",
		"details": {"found": "169.254.0.0/16"},
	}}
	some told in _found({"egress": [{"to": [{"ipBlock": {"cidr": "fd00::/8"}}]}]})
	told.msg == "egress to fd00::/8 reaches the metadata service at fd00:ec2::254"
}

test_each_block_is_a_finding if {
	to := [_block("10.0.0.0/8", null), _block("0.0.0.0/0", null), _block("::/0", null)]
	_paths({"egress": [{"to": [{"podSelector": {}}]}, {"to": to}]}) == {
		["spec", "egress", 1, "to", 1, "ipBlock", "cidr"],
		["spec", "egress", 1, "to", 2, "ipBlock", "cidr"],
	}
}

test_only_an_exception_with_the_address_covers_it if {
	every except in [
		["169.254.169.254/32"],
		["10.0.0.0/8", "169.254.0.0/16"],
		["128.0.0.0/1"],
	] {
		_paths({"egress": [{"to": [_block("0.0.0.0/0", except)]}]}) == set()
	}
	every except in [
		null,
		[],
		["10.0.0.0/8", "169.254.169.253/32"],
		["fd00:ec2::254/128"],
		"169.254.0.0/16",
		["169.254.169.254"],
		[null, 5],
	] {
		count(_paths({"egress": [{"to": [_block("0.0.0.0/0", except)]}]})) == 1
	}
	_paths({"egress": [{"to": [_block("::/0", ["fd00:ec2::/32"])]}]}) == set()
	count(_paths({"egress": [{"to": [_block("::/0", ["169.254.169.254/32"])]}]})) == 1
}

test_other_destinations_are_fine if {
	peers := [
		{"podSelector": {}},
		{"namespaceSelector": {}},
		_block("10.0.0.0/8", null),
		_block("169.254.169.255/32", null),
		_block("fd00:ec3::/32", null),
	]
	_paths({"egress": [{"to": peers}]}) == set()
}

test_ports_that_hold_80_reach_it if {
	every port in [
		{},
		null,
		{"protocol": "TCP"},
		{"protocol": null, "port": 80},
		{"protocol": "TCP", "port": 80},
		{"port": 80, "endPort": 90},
		{"port": 70, "endPort": 80},
		{"port": 1, "endPort": 65535},
	] {
		count(_paths({"egress": [{"ports": [{"port": 443}, port]}]})) == 1
		rule := {"ports": [{"port": 443}, port], "to": [_block("0.0.0.0/0", null)]}
		count(_paths({"egress": [rule]})) == 1
	}
}

test_other_ports_do_not if {
	every port in [
		{"port": 443},
		{"port": 79},
		{"port": "http"},
		{"port": "80"},
		{"port": 81, "endPort": 90},
		{"port": 70, "endPort": 79},
		{"port": 70, "endPort": null},
		{"port": "http", "endPort": 90},
		{"port": 70, "endPort": "90"},
		{"protocol": "UDP", "port": 80},
		{"protocol": "SCTP"},
	] {
		_paths({"egress": [{"ports": [port]}]}) == set()
		_paths({"egress": [{"ports": [port], "to": [_block("0.0.0.0/0", null)]}]}) == set()
	}
}

test_rules_without_effect_are_none if {
	_paths({"policyTypes": ["Ingress"], "egress": [{}]}) == set()
	count(_paths({"policyTypes": ["Egress"], "egress": [{}]})) == 1
	count(_paths({"policyTypes": [], "egress": [{}]})) == 1
	_paths({"policyTypes": ["Egress"], "egress": []}) == set()
	_paths({"policyTypes": ["Egress"], "ingress": [{}]}) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", {}, {"a": null}] {
		_paths(wrong) == set()
		_paths({"egress": wrong, "policyTypes": ["Egress"]}) == set()
		_paths({"egress": [{"to": [wrong]}]}) == set()
		_paths({"egress": [{"to": [{"ipBlock": wrong}]}]}) == set()
		_paths({"egress": [{"to": [_block(wrong, null)]}]}) == set()
		count(_paths({"egress": [{"ports": wrong}]})) == 1
		count(_paths({"egress": [{"to": [_block("0.0.0.0/0", wrong)]}]})) == 1
	}
}

_block(cidr, except) := {"ipBlock": {"cidr": cidr, "except": except}}

_paths(spec) := {v.path | some v in _found(spec)}

_found(spec) := found if {
	found := metadata_service_egress.violation
		with input as {"review": {"object": {"spec": spec}}}
}
