package policies.lib.networks_test

import data.policies.lib.networks

test_an_absent_pod_selector_is_empty if {
	networks.pod_selector({"podSelector": {"matchLabels": {"a": "b"}}}) == {"matchLabels": {"a": "b"}}
	every wrong in _wrong {
		networks.pod_selector(wrong) == {}
		networks.pod_selector({"podSelector": wrong}) == {}
	}
}

test_policy_types_decide_about_directions if {
	both := {"policyTypes": ["Ingress", "Egress"]}
	networks.restricts(both, "Ingress")
	networks.restricts(both, "Egress")
	egress := {"policyTypes": ["Egress"], "ingress": [{}]}
	not networks.restricts(egress, "Ingress")
	networks.restricts(egress, "Egress")
	not networks.restricts({"policyTypes": ["Ingress"], "egress": [{}]}, "Egress")
}

test_ingress_is_the_default if {
	every types in [null, [], 5, "Egress"] {
		networks.restricts({"policyTypes": types}, "Ingress")
		not networks.restricts({"policyTypes": types}, "Egress")
	}
	networks.restricts({}, "Ingress")
}

test_rules_for_egress_make_it_a_default_too if {
	networks.restricts({"egress": [{}]}, "Ingress")
	networks.restricts({"egress": [{}]}, "Egress")
	not networks.restricts({"egress": [{}]}, "egress")
	every wrong in _wrong {
		not networks.restricts({"egress": wrong}, "Egress")
	}
}

test_what_is_no_object_restricts_nothing if {
	every wrong in _wrong {
		not networks.restricts(wrong, "Ingress")
		not networks.restricts(wrong, "Egress")
	}
}

test_a_rule_without_peers_is_for_all if {
	every rule in [{}, null, {"from": null}, {"from": []}, {"from": "x"}, {"to": [{}]}, "x"] {
		networks.is_for_all(rule, "from")
	}
	not networks.is_for_all({"from": [{"podSelector": {}}]}, "from")
	not networks.is_for_all({"to": [{"podSelector": {}}]}, "to")
}

test_prefix_length_0_holds_all if {
	every cidr in ["0.0.0.0/0", "::/0", "10.0.0.0/0"] {
		networks.holds_all(cidr)
	}
	every cidr in ["0.0.0.0/1", "10.0.0.0/10", "0.0.0.0", "", null, true, 0, [], {}] {
		not networks.holds_all(cidr)
	}
}

test_a_cidr_holds_the_addresses_of_its_range if {
	every cidr in ["0.0.0.0/0", "169.254.0.0/16", "169.254.169.254/32", "169.254.169.255/24"] {
		networks.holds(cidr, "169.254.169.254")
	}
	every cidr in ["::/0", "10.0.0.0/8", "169.254.169.253/32"] {
		not networks.holds(cidr, "169.254.169.254")
	}
	networks.holds("fd00::/8", "fd00:ec2::254")
	not networks.holds("0.0.0.0/0", "fd00:ec2::254")
}

test_what_is_no_cidr_holds_nothing if {
	every cidr in [
		"0.0.0.0", "0.0.0.0/", "0.0.0.0/33", "0.0.0.0/+0", "0.0.0.0/-0", "0.0.0.0/00", "0.0.0.0/008",
		"::/129", "::/999", "x/0", "0.0.0.0/0/0", "010.0.0.0/1", " 0.0.0.0/0", "", null, true, 0, [], {},
	] {
		not networks.holds(cidr, "169.254.169.254")
	}
}

_wrong := [null, true, 5, "x", []]
