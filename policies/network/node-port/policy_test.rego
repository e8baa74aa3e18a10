package policies.network.node_port_test

import data.policies.network.node_port

test_the_type_is_told if {
	_found({"type": "NodePort"}) == {{
		"path": ["spec", "type"],
		"msg": "service opens a port on every node",
		"details": {"found": "NodePort", "wanted": "ClusterIP"},
	}}
}

test_other_types_are_fine if {
	every type in ["ClusterIP", "LoadBalancer", "ExternalName", "nodeport"] {
		_found({"type": type, "ports": [{"port": 80, "nodePort": 30080}]}) == set()
	}
	_found({"ports": [{"port": 80}]}) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, ["NodePort"], {"a": null}] {
		_found(wrong) == set()
		_found({"type": wrong}) == set()
	}
}

_found(spec) := found if {
	found := node_port.violation with input as {"review": {"object": {"spec": spec}}}
}
