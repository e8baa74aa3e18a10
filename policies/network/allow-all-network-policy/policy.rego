# METADATA
# title: Network policy that lets everyone in
# description: >-
#   Policies add up, so one that selects every Pod of the namespace and names no peer, or every
#   address, makes the others void: each Pod is open to the cluster and beyond. Ports don't narrow
#   who comes in. Egress isn't judged here: metadata-service-egress looks at what matters of it.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: medium
#   scope: {kinds: [networking.k8s.io/NetworkPolicy], operations: [CREATE, UPDATE]}
#   remediation: >-
#     Name the peers and ports, or select only the Pods that are for everyone: `podSelector:
#     {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}]`.
#   references:
#   - {framework: CIS, id: 5.3.2}
#   - {framework: NSA, id: Network policies}
#   - {framework: OWASP, id: K07}
#   since: "0.1.0"
package policies.network.allow_all_network_policy

import data.policies.lib.networks
import data.policies.lib.selectors

violation contains {"path": ["spec", "ingress", i, "from"], "msg": msg} if {
	some i
	networks.is_for_all(_rules[i], "from")
	msg := "policy lets every peer reach every pod of the namespace"
}

violation contains {"path": path, "msg": msg, "details": {"found": cidr}} if {
	some i, j
	block := _rules[i].from[j].ipBlock
	cidr := block.cidr
	networks.holds_all(cidr)
	not _has_exceptions(block)
	path := ["spec", "ingress", i, "from", j, "ipBlock", "cidr"]
	msg := sprintf("policy lets every address of %v reach every pod of the namespace", [cidr])
}

# The rules in force of a policy for every Pod.
_rules := spec.ingress if {
	spec := input.review.object.spec
	is_array(spec.ingress)
	selectors.is_empty(networks.pod_selector(spec))
	networks.restricts(spec, "Ingress")
}

_has_exceptions(block) if {
	is_array(block.except)
	count(block.except) > 0
}
