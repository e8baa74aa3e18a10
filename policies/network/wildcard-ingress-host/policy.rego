# METADATA
# title: Ingress for every host
# description: >-
#   An Ingress whose rule names no host, or a wildcard, takes the requests for hosts that others are
#   meant to serve, with their cookies. A default backend without rules takes all of them. Gateways
#   and HTTPRoutes aren't judged: a route's hosts are bounded by listeners that others own.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
# custom:
#   severity: medium
#   scope:
#     kinds: [networking.k8s.io/Ingress, extensions/Ingress]
#     operations: [CREATE, UPDATE]
#   remediation: >-
#     Name each host that the Ingress is for: `spec: {rules: [{host: shop.example, …}]}`.
#   references:
#   - {framework: NSA, id: Network separation and hardening}
#   - {framework: MITRE, id: T1557}
#   since: "0.1.0"
package policies.network.wildcard_ingress_host

violation contains {"path": ["spec", "rules", i, "host"], "msg": msg} if {
	is_array(input.review.object.spec.rules)
	some i
	rule := input.review.object.spec.rules[i]
	not _names_host(rule)
	msg := "rule is for every host"
}

violation contains {"path": path, "msg": msg, "details": {"found": host}} if {
	some i
	host := input.review.object.spec.rules[i].host
	is_string(host)
	startswith(host, "*.")
	path := ["spec", "rules", i, "host"]
	msg := sprintf("rule is for every host of %q", [host])
}

# `backend` is the field's name in the API's first versions.
violation contains {"path": ["spec", field], "msg": msg} if {
	spec := input.review.object.spec
	some field in ["defaultBackend", "backend"]
	is_object(spec[field])
	not _has_rules(spec)
	msg := "default backend without rules is for every host"
}

_names_host(rule) if {
	host := rule.host
	not host in {null, "", "*"}
}

_has_rules(spec) if {
	is_array(spec.rules)
	count(spec.rules) > 0
}
