# METADATA
# title: Pod that no network policy selects
# description: >-
#   A Pod that no NetworkPolicy selects talks with everyone: whoever breaks into one reaches all
#   others, and the internet. Each direction needs a policy that selects the Pod; one without rules
#   denies all and is enough. Pods on the node's network aren't subject to policies. Policies of
#   other kinds, such as Cilium's, aren't read.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE]}
#   evidence: [networkPolicies]
#   parameters:
#     type: object
#     properties:
#       directions:
#         description: The directions that a policy must restrict.
#         type: array
#         items: {enum: [Ingress, Egress]}
#         minItems: 1
#         uniqueItems: true
#         default: [Ingress, Egress]
#   remediation: >-
#     Deny all in the namespace, then allow what is needed by policies that select the Pod: `kind:
#     NetworkPolicy, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}`.
#   references:
#   - {framework: CIS, id: 5.3.2}
#   - {framework: NSA, id: Network policies}
#   - {framework: OWASP, id: K07}
#   since: "0.1.0"
package policies.network.missing_network_policy

import data.policies.lib.networks
import data.policies.lib.selectors

violation contains {"path": ["metadata", "labels"], "msg": msg} if {
	policies := input.evidence.networkPolicies.value
	is_array(policies)
	pod := input.review.object
	not _on_host_network(pod)
	specs := _selecting(policies, selectors.labels(pod))
	open := [lower(direction) |
		some direction in input.parameters.directions
		not _is_restricted(specs, direction)
	]
	count(open) > 0
	msg := sprintf("no network policy selects the pod for %v", [concat(" and ", open)])
}

_on_host_network(pod) if pod.spec.hostNetwork == true

# The specs of the policies that select a Pod with these labels. Most policies of a large namespace
# are for other labels: what tells so at little cost comes first.
_selecting(policies, labels) := specs if {
	others := {i |
		some i
		wanted := policies[i].spec.podSelector.matchLabels
		is_object(wanted)
		not object.subset(labels, wanted)
	}
	specs := [spec |
		some i
		spec := policies[i].spec
		not i in others
		selectors.selects(networks.pod_selector(spec), labels)
	]
}

_is_restricted(specs, direction) if networks.restricts(specs[_], direction)
