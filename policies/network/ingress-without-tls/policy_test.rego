package policies.network.ingress_without_tls_test

import data.policies.network.ingress_without_tls

test_an_ingress_without_tls_is_told if {
	every tls in [null, [], {}, "x", 5] {
		_found({"spec": {"tls": tls, "rules": [{"host": "a.example"}]}}) == {{
			"path": ["spec", "tls"],
			"msg": "ingress has no tls",
		}}
	}
	count(_found({"spec": {"defaultBackend": {}}})) == 1
}

test_a_host_without_tls_is_told if {
	_found(_ingress([{"hosts": ["a.example"]}], ["a.example", "b.example"])) == {{
		"path": ["spec", "rules", 1, "host"],
		"msg": `no tls entry is for the host "b.example"`,
		"details": {"found": "b.example"},
	}}
}

test_entries_without_hosts_are_for_all if {
	every entry in [{}, null, {"hosts": null}, {"hosts": []}, {"secretName": "x"}] {
		_found(_ingress([{"hosts": ["a.example"]}, entry], ["b.example"])) == set()
	}
}

test_a_wildcard_stands_for_one_label if {
	every host in ["b.a.example", "*.a.example"] {
		_found(_ingress([{"hosts": ["*.a.example"]}], [host])) == set()
	}
	every host in ["a.example", "c.b.a.example", "b.xa.example", "example", "*.b.a.example"] {
		count(_found(_ingress([{"hosts": ["*.a.example"]}], [host]))) == 1
	}
	count(_found(_ingress([{"hosts": ["b.example"]}], ["*.example"]))) == 1
}

test_rules_for_every_host_need_some_tls if {
	every host in [null, "", 5] {
		_found(_ingress([{"hosts": ["a.example"]}], [host])) == set()
	}
}

test_certificates_that_lie_elsewhere_are_fine if {
	every name in [
		"alb.ingress.kubernetes.io/certificate-arn",
		"appgw.ingress.kubernetes.io/appgw-ssl-certificate",
		"ingress.gcp.kubernetes.io/pre-shared-cert",
		"networking.gke.io/managed-certificates",
		"nginx.ingress.kubernetes.io/ssl-passthrough",
		"route.openshift.io/termination",
		"traefik.ingress.kubernetes.io/router.tls",
	] {
		_found(_annotated({name: "true"}, [])) == set()
		_found(_annotated({name: "true"}, [{"hosts": ["b.example"]}])) == set()
		every value in ["false", "", null] {
			count(_found(_annotated({name: value}, []))) == 1
			count(_found(_annotated({name: value}, [{"hosts": ["b.example"]}]))) == 1
		}
	}
}

test_refused_http_is_enough_if_the_binding_says_so if {
	refused := _annotated({"kubernetes.io/ingress.allow-http": "false"}, [])
	count(_found(refused)) == 1
	_found_with(refused, "Ingress", {"tlsOptional": true}) == set()
	allowed := _annotated({"kubernetes.io/ingress.allow-http": "true"}, [])
	count(_found_with(allowed, "Ingress", {"tlsOptional": true})) == 1
	count(_found_with(_annotated(null, []), "Ingress", {"tlsOptional": true})) == 1
}

test_acme_challenges_come_without_tls if {
	challenge := {"path": "/.well-known/acme-challenge/x"}
	_found({"spec": {"rules": [_rule([challenge])]}}) == set()
	_found({"spec": {"rules": [_rule([challenge])], "defaultBackend": null}}) == set()
	every spec in [
		{"rules": [_rule([{"path": "/.well-known/other"}])]},
		{"rules": [_rule([{"path": "/x/.well-known/acme-challenge/"}])]},
		{"rules": [_rule([challenge, {"path": "/"}])]},
		{"rules": [_rule([challenge]), _rule([{"path": "/"}])]},
		{"rules": [_rule([challenge])], "defaultBackend": {"service": {"name": "web"}}},
		{"rules": [_rule([{"path": null}])]},
		{"rules": [_rule([null])]},
		{"rules": [_rule(null)]},
		{"rules": [null]},
	] {
		count(_found({"spec": spec})) == 1
	}
}

test_a_listener_without_tls_is_told if {
	listeners := [{"name": "tcp", "protocol": "TCP"}, {"name": "http", "protocol": "HTTP"}]
	_found_listeners(listeners) == {{
		"path": ["spec", "listeners", 1, "protocol"],
		"msg": "listener has no TLS, nor has another one for its host",
		"details": {"found": "HTTP", "wanted": "HTTPS"},
	}}
}

test_a_listener_with_tls_beside_it_is_fine if {
	every protocol in ["HTTPS", "TLS"] {
		every hosts in [
			[null, null], ["a.example", null], [null, "a.example"], ["a.example", ""],
			["a.example", "a.example"], ["b.a.example", "*.a.example"],
		] {
			_found_listeners([
				{"protocol": "HTTP", "hostname": hosts[0]},
				{"protocol": protocol, "hostname": hosts[1]},
			]) == set()
		}
	}
}

test_tls_for_another_host_does_not_help if {
	every hosts in [["a.example", "b.example"], ["a.example", "*.a.example"]] {
		count(_found_listeners([
			{"protocol": "HTTP", "hostname": hosts[0]},
			{"protocol": "HTTPS", "hostname": hosts[1]},
		])) == 1
	}
	count(_found_listeners([{"protocol": "HTTP"}, {"protocol": "TCP"}, {"protocol": "HTTP"}])) == 2
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found_listeners(wrong) == set()
		_found_listeners([wrong, {"protocol": wrong}]) == set()
		listeners := [{"protocol": "HTTPS", "hostname": "*.a"}, {"protocol": "HTTP", "hostname": wrong}]
		count(_found_listeners(listeners)) == _count_of_host(wrong)
		count(_found(wrong)) == 1
		count(_found({"spec": wrong, "metadata": wrong})) == 1
		count(_found({"spec": {"rules": wrong}})) == 1
		count(_found({"metadata": {"annotations": wrong}})) == 1
	}
	every wrong in [true, 5, "x", {}, [null], {"a": null}] {
		_found(_ingress([{"hosts": ["a.example"]}], [wrong, "a.example"])) == _only_text(wrong)
	}
}

# A listener without host is for all, so that one with TLS beside it is enough.
_count_of_host(hostname) := 0 if {
	not is_string(hostname)
} else := 1

# Of what may stand for a host, only a text is one.
_only_text(host) := set() if {
	not is_string(host)
} else := {{
	"path": ["spec", "rules", 0, "host"],
	"msg": sprintf("no tls entry is for the host %q", [host]),
	"details": {"found": host},
}}

_ingress(tls, hosts) := {"spec": {"tls": tls, "rules": [{"host": host} | some host in hosts]}}

_annotated(annotations, tls) := {
	"metadata": {"annotations": annotations},
	"spec": {"tls": tls, "rules": [{"host": "a.example"}]},
}

_rule(paths) := {"host": "a.example", "http": {"paths": paths}}

_found(ingress) := _found_with(ingress, "Ingress", {"tlsOptional": false})

_found_listeners(listeners) := found if {
	gateway := {"spec": {"listeners": listeners}}
	found := _found_with(gateway, "Gateway", {"tlsOptional": false})
}

_found_with(reviewed, kind, parameters) := found if {
	found := ingress_without_tls.violation with input as {
		"review": {"object": reviewed, "kind": {"kind": kind}},
		"parameters": parameters,
	}
}
