package policies.network.ingress_snippet_test

import data.policies.network.ingress_snippet

test_a_snippet_is_told_without_its_text if {
	_found({"nginx.ingress.kubernetes.io/server-snippet": "alias /etc/;"}) == {{
		"path": ["metadata", "annotations", "nginx.ingress.kubernetes.io/server-snippet"],
		"msg": `annotation "nginx.ingress.kubernetes.io/server-snippet" adds configuration to nginx`,
	}}
}

test_every_kind_of_snippet_is_a_finding if {
	every name in [
		"nginx.ingress.kubernetes.io/configuration-snippet",
		"nginx.ingress.kubernetes.io/auth-snippet",
		"nginx.ingress.kubernetes.io/modsecurity-snippet",
		"nginx.ingress.kubernetes.io/stream-snippet",
		"nginx.org/location-snippets",
		"nginx.org/server-snippets",
	] {
		{v.path[2] | some v in _found({name: "x", "app": "y"})} == {name}
	}
}

test_annotations_of_others_are_fine if {
	every name in [
		"example.com/server-snippet",
		"server-snippet",
		"nginx.ingress.kubernetes.io/snippet-count",
		"nginx.org/rewrites",
		"nginx.org/auth-url",
	] {
		_found({name: "a;b"}) == set()
	}
}

test_an_injected_directive_is_told_without_the_value if {
	_found({"nginx.ingress.kubernetes.io/auth-url": "http://a/;b"}) == {{
		"path": ["metadata", "annotations", "nginx.ingress.kubernetes.io/auth-url"],
		"msg": concat("", [
			`annotation "nginx.ingress.kubernetes.io/auth-url" ends nginx's directive `,
			"and begins another",
		]),
	}}
}

test_a_semicolon_or_line_break_ends_a_directive if {
	every value in ["/;x", "/;", "/\nx", "/\rx", ";", "a;\nb"] {
		every name in _targets {
			key := sprintf("nginx.ingress.kubernetes.io/%v", [name])
			count(_found({key: value})) == 1
		}
	}
}

test_what_stays_in_its_directive_is_fine if {
	every value in ["/$2", "https://a/#/b?c=d&e=f", "~^www\\d{1,3}$", " /a \n", ""] {
		every name in _targets {
			key := sprintf("nginx.ingress.kubernetes.io/%v", [name])
			_found({key: value}) == set()
		}
	}
}

test_annotations_that_may_hold_a_semicolon_are_fine if {
	_found({"nginx.ingress.kubernetes.io/proxy-cookie-path": "/ /; Secure"}) == set()
}

test_empty_snippets_are_fine if {
	every value in ["", " \n", null, 5, true, [], {}] {
		_found({"nginx.ingress.kubernetes.io/server-snippet": value}) == set()
		_found({"nginx.ingress.kubernetes.io/auth-url": value}) == set()
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_found(wrong) == set()
		found := ingress_snippet.violation with input as {"review": {"object": wrong}}
		found == set()
		of_metadata := ingress_snippet.violation
			with input as {"review": {"object": {"metadata": wrong}}}
		of_metadata == set()
	}
}

_targets := [
	"app-root", "auth-proxy-set-headers", "auth-signin", "auth-tls-error-page",
	"auth-tls-match-cn", "auth-url", "mirror-host", "mirror-target", "permanent-redirect",
	"proxy-redirect-from", "proxy-redirect-to", "proxy-ssl-name", "rewrite-target",
	"server-alias", "temporal-redirect", "upstream-vhost", "x-forwarded-prefix",
]

_found(annotations) := found if {
	found := ingress_snippet.violation
		with input as {"review": {"object": {"metadata": {"annotations": annotations}}}}
}
