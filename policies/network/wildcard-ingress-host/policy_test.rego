package policies.network.wildcard_ingress_host_test

import data.policies.network.wildcard_ingress_host

test_a_rule_for_every_host_is_told if {
	every rule in [{}, null, {"host": null}, {"host": ""}, {"host": "*"}] {
		_found({"rules": [rule]}) == {{
			"path": ["spec", "rules", 0, "host"],
			"msg": "rule is for every host",
		}}
	}
}

test_a_wildcard_is_told if {
	_found({"rules": [{"host": "a.example"}, {"host": "*.a.example"}]}) == {{
		"path": ["spec", "rules", 1, "host"],
		"msg": `rule is for every host of "*.a.example"`,
		"details": {"found": "*.a.example"},
	}}
}

test_each_rule_is_a_finding if {
	paths := {v.path | some v in _found({"rules": [{}, {"host": "a.example"}, {"host": "*.b"}]})}
	paths == {["spec", "rules", 0, "host"], ["spec", "rules", 2, "host"]}
}

test_named_hosts_are_fine if {
	_found({"rules": [{"host": "a.example"}, {"host": "www.a.example"}]}) == set()
	_found({"rules": [{"host": "a.example"}], "tls": [{"hosts": ["*.example"]}]}) == set()
}

test_a_default_backend_without_rules_is_told if {
	every field in ["defaultBackend", "backend"] {
		every rules in [null, [], {}, "x"] {
			_found({field: {"service": {"name": "web"}}, "rules": rules}) == {{
				"path": ["spec", field],
				"msg": "default backend without rules is for every host",
			}}
		}
		_found({field: {}, "rules": [{"host": "a.example"}]}) == set()
		_found({field: null}) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", {}, {"a": null}] {
		_found(wrong) == set()
		_found({"rules": wrong}) == set()
	}
	every wrong in [true, 5, "x", [], {}, ["*.a"]] {
		_found({"rules": [{"host": wrong}]}) == set()
	}
}

_found(spec) := found if {
	found := wildcard_ingress_host.violation with input as {"review": {"object": {"spec": spec}}}
}
