package policies.network.external_ip_test

import data.policies.network.external_ip

test_an_address_is_told if {
	_found({"externalIPs": ["198.51.100.7"]}, []) == {{
		"path": ["spec", "externalIPs", 0],
		"msg": "service takes over the address 198.51.100.7",
		"details": {"found": "198.51.100.7"},
	}}
}

test_each_address_that_is_not_allowed_is_a_finding if {
	spec := {"type": "LoadBalancer", "externalIPs": ["198.51.100.7", "203.0.113.10", "2001:db8::7"]}
	paths := {v.path | some v in _found(spec, ["203.0.113.10", "198.51.100.8"])}
	paths == {["spec", "externalIPs", 0], ["spec", "externalIPs", 2]}
}

test_allowed_addresses_are_fine if {
	_found({"externalIPs": ["203.0.113.10"]}, ["203.0.113.10"]) == set()
}

test_no_address_is_fine if {
	_found({}, []) == set()
	_found({"externalIPs": []}, []) == set()
	_found({"clusterIP": "10.96.0.7", "loadBalancerIP": "203.0.113.10"}, []) == set()
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", {}, [null], [5, {}], {"a": null}] {
		_found(wrong, []) == set()
		_found({"externalIPs": wrong}, []) == set()
	}
}

_found(spec, allowed) := found if {
	found := external_ip.violation with input as {
		"review": {"object": {"spec": spec}},
		"parameters": {"allowedIPs": allowed},
	}
}
