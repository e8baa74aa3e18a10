# METADATA
# title: Host served without TLS
# description: >-
#   Without TLS everyone on the way reads and changes what a host and its visitors exchange, session
#   cookies first. An Ingress must name each of its hosts in tls, or by annotation a certificate
#   that lies elsewhere; an HTTP listener of a Gateway needs one with TLS for the same host beside
#   it. Whether plain HTTP is only redirected then isn't visible here. What answers nothing but ACME
#   challenges may do so without TLS.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
# - ref: https://gateway-api.sigs.k8s.io/guides/tls/
# custom:
#   severity: medium
#   scope:
#     kinds:
#     - networking.k8s.io/Ingress
#     - extensions/Ingress
#     - gateway.networking.k8s.io/Gateway
#     operations: [CREATE, UPDATE]
#   parameters:
#     type: object
#     properties:
#       tlsOptional:
#         description: >-
#           Whether the annotation `kubernetes.io/ingress.allow-http: "false"` is enough: only GCE's
#           controller heeds it.
#         type: boolean
#         default: false
#   remediation: >-
#     Name the hosts and the Secret with their certificate: `spec: {tls: [{hosts: [shop.example],
#     secretName: shop-tls}]}`.
#   references:
#   - {framework: NSA, id: Network separation and hardening}
#   - {framework: MITRE, id: T1557}
#   - {framework: OWASP, id: K07}
#   since: "0.1.0"
package policies.network.ingress_without_tls

violation contains {"path": ["spec", "tls"], "msg": "ingress has no tls"} if {
	ingress := input.review.object
	input.review.kind.kind == "Ingress"
	not _has_tls(ingress)
	not _is_secured_elsewhere(ingress)
	not _answers_challenges_only(ingress)
}

violation contains {"path": path, "msg": msg, "details": {"found": host}} if {
	ingress := input.review.object
	_has_tls(ingress)
	some i
	host := ingress.spec.rules[i].host
	is_string(host)
	host != ""
	not _is_covered(ingress, host)
	not _is_secured_elsewhere(ingress)
	path := ["spec", "rules", i, "host"]
	msg := sprintf("no tls entry is for the host %q", [host])
}

violation contains {"path": path, "msg": msg, "details": details} if {
	listeners := input.review.object.spec.listeners
	some i
	listener := listeners[i]
	listener.protocol == "HTTP"
	not _is_secured(listener, listeners)
	path := ["spec", "listeners", i, "protocol"]
	msg := "listener has no TLS, nor has another one for its host"
	details := {"found": "HTTP", "wanted": "HTTPS"}
}

_has_tls(ingress) if {
	is_array(ingress.spec.tls)
	count(ingress.spec.tls) > 0
}

# An entry without hosts is for all.
_is_covered(ingress, host) if {
	some i
	entry := ingress.spec.tls[i]
	_is_one_of(host, entry)
}

_is_one_of(_, entry) if not _has_hosts(entry)

_is_one_of(host, entry) if _matches(entry.hosts[_], host)

_has_hosts(entry) if {
	is_array(entry.hosts)
	count(entry.hosts) > 0
}

_matches(pattern, host) if pattern == host

# A wildcard stands for one label.
_matches(pattern, host) if {
	is_string(pattern)
	startswith(pattern, "*.")
	is_string(host)
	contains(host, ".")
	substring(host, indexof(host, "."), -1) == trim_prefix(pattern, "*")
}

_is_secured_elsewhere(ingress) if {
	some name in [
		"alb.ingress.kubernetes.io/certificate-arn",
		"appgw.ingress.kubernetes.io/appgw-ssl-certificate",
		"ingress.gcp.kubernetes.io/pre-shared-cert",
		"networking.gke.io/managed-certificates",
		"nginx.ingress.kubernetes.io/ssl-passthrough",
		"route.openshift.io/termination",
		"traefik.ingress.kubernetes.io/router.tls",
	]
	value := ingress.metadata.annotations[name]
	is_string(value)
	not value in {"", "false"}
}

_is_secured_elsewhere(ingress) if {
	input.parameters.tlsOptional
	ingress.metadata.annotations["kubernetes.io/ingress.allow-http"] == "false"
}

# What cert-manager makes to answer a challenge: one path of one rule.
_answers_challenges_only(ingress) if {
	[rule] := ingress.spec.rules
	[served] := rule.http.paths
	is_string(served.path)
	startswith(served.path, "/.well-known/acme-challenge/")
	object.get(ingress.spec, "defaultBackend", null) == null
}

_is_secured(listener, listeners) if {
	some j
	listeners[j].protocol in {"HTTPS", "TLS"}
	_shares_host(listeners[j], listener)
}

# A listener without hostname is for all.
_shares_host(secure, _) if not _has_hostname(secure)

_shares_host(_, listener) if not _has_hostname(listener)

_shares_host(secure, listener) if _matches(secure.hostname, listener.hostname)

_has_hostname(listener) if {
	is_string(listener.hostname)
	listener.hostname != ""
}
