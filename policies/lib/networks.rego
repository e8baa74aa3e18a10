# What NetworkPolicies say, with the defaults of the API.
#
# All are functions of what they read; a null or a value of the wrong type counts as absent, and
# nothing here is ever an evaluation error.
package policies.lib.networks

# The selector of the Pods that a policy is for: an absent one is empty, so it selects all.
pod_selector(spec) := spec.podSelector if {
	is_object(spec.podSelector)
} else := {}

# Whether a policy restricts a direction, "Ingress" or "Egress": rules of one that it doesn't have
# no effect. Without policyTypes that is ingress always, egress if there are rules for it.
restricts(spec, direction) if spec.policyTypes[_] == direction

restricts(spec, direction) if {
	direction == "Ingress"
	is_object(spec)
	not _is_filled(spec, "policyTypes")
}

restricts(spec, direction) if {
	direction == "Egress"
	_is_filled(spec, "egress")
	not _is_filled(spec, "policyTypes")
}

# Whether a rule names no peer in its `from` or `to`, so that it is for all.
is_for_all(rule, field) if not _is_filled(rule, field)

# Whether a CIDR holds every address of its family.
holds_all(cidr) if {
	is_string(cidr)
	endswith(cidr, "/0")
}

# Whether a CIDR holds an address. Prefix lengths such as +8 and 008 are valid to net.cidr_is_valid,
# but an error to net.cidr_contains.
holds(cidr, address) if {
	is_string(cidr)
	net.cidr_is_valid(cidr)
	_is_plain(split(cidr, "/")[1])
	net.cidr_contains(cidr, address)
}

_is_plain(length) if length == "0"

_is_plain(length) if not strings.any_prefix_match(length, ["+", "-", "0"])

_is_filled(object, field) if {
	is_array(object[field])
	count(object[field]) > 0
}
