# METADATA
# title: Egress to the cloud's metadata service
# description: >-
#   The metadata service of the cloud hands the node's credentials to whoever asks for them over
#   plain HTTP. A rule that lets Pods reach every address lets them reach 169.254.169.254 and
#   fd00:ec2::254 as well. Rules without TCP port 80, such as those for DNS, don't reach it.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: low
#   scope: {kinds: [networking.k8s.io/NetworkPolicy], operations: [CREATE, UPDATE]}
#   remediation: >-
#     Leave the metadata service out of the addresses: `to: [{ipBlock: {cidr: 0.0.0.0/0, except:
#     [169.254.169.254/32]}}]`.
#   references:
#   - {framework: NSA, id: Network policies}
#   - {framework: MITRE, id: T1552.005}
#   - {framework: OWASP, id: K07}
#   since: "0.1.0"
package policies.network.metadata_service_egress

import data.policies.lib.networks

violation contains {"path": ["spec", "egress", i, "to"], "msg": msg} if {
	some i
	rule := _rules[i]
	networks.is_for_all(rule, "to")
	_has_http(rule)
	msg := "egress to every destination reaches the metadata service"
}

violation contains {"path": path, "msg": msg, "details": {"found": cidr}} if {
	some i, j
	rule := _rules[i]
	block := rule.to[j].ipBlock
	_has_http(rule)
	cidr := block.cidr
	address := _service(cidr)
	networks.holds(cidr, address)
	not _leaves_out(block, address)
	path := ["spec", "egress", i, "to", j, "ipBlock", "cidr"]
	msg := sprintf("egress to %v reaches the metadata service at %v", [cidr, address])
}

# The rules in force.
_rules := spec.egress if {
	spec := input.review.object.spec
	is_array(spec.egress)
	networks.restricts(spec, "Egress")
}

# The service's address of the same family.
_service(cidr) := "fd00:ec2::254" if {
	is_string(cidr)
	contains(cidr, ":")
} else := "169.254.169.254"

_leaves_out(block, address) if networks.holds(block.except[_], address)

# Whether the rule's ports include TCP port 80. A port's name says nothing about an address that
# isn't a Pod's.
_has_http(rule) if not _names_ports(rule)

_has_http(rule) if {
	some k
	port := rule.ports[k]
	not _other_protocol(port)
	_includes_80(port)
}

_names_ports(rule) if {
	is_array(rule.ports)
	count(rule.ports) > 0
}

_other_protocol(port) if {
	is_string(port.protocol)
	port.protocol != "TCP"
}

_includes_80(port) if not _names_port(port)

_includes_80(port) if port.port == 80

_includes_80(port) if {
	port.port < 80
	is_number(port.endPort)
	port.endPort >= 80
}

_names_port(port) if is_number(port.port)

_names_port(port) if is_string(port.port)
