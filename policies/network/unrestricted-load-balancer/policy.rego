# METADATA
# title: Load balancer open to every address
# description: >-
#   Most clouds give a Service of type LoadBalancer a public address, and without source ranges all
#   of the internet may connect. Load balancers that are internal by a cloud's annotation are fine,
#   as are those that the AWS Load Balancer Controller makes internal by default.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer
# custom:
#   severity: medium
#   scope: {kinds: [Service], operations: [CREATE, UPDATE]}
#   parameters:
#     type: object
#     properties:
#       internalClasses:
#         description: Values of loadBalancerClass whose load balancers have private addresses.
#         type: array
#         items: {type: string}
#         default: []
#       internalAnnotations:
#         description: Further annotations that make a load balancer internal, with their values.
#         type: object
#         additionalProperties: {type: string}
#         default: {}
#   remediation: >-
#     Name the clients' addresses, or ask for an internal load balancer by the cloud's annotation:
#     `spec: {type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24]}`.
#   references:
#   - {framework: NSA, id: Network separation and hardening}
#   - {framework: MITRE, id: T1133}
#   since: "0.1.0"
package policies.network.unrestricted_load_balancer

import data.policies.lib.networks

violation contains {"path": ["spec", "loadBalancerSourceRanges"], "msg": msg} if {
	service := input.review.object
	service.spec.type == "LoadBalancer"
	not _has_ranges(service)
	not _is_internal(service)
	msg := "load balancer has no source ranges and isn't internal"
}

violation contains {"path": path, "msg": msg, "details": {"found": range}} if {
	service := input.review.object
	service.spec.type == "LoadBalancer"
	some i
	range := service.spec.loadBalancerSourceRanges[i]
	networks.holds_all(range)
	not _is_internal(service)
	path := ["spec", "loadBalancerSourceRanges", i]
	msg := sprintf("load balancer is open to every address of %v", [range])
}

_has_ranges(service) if {
	is_array(service.spec.loadBalancerSourceRanges)
	count(service.spec.loadBalancerSourceRanges) > 0
}

# What counts if the field is empty, and Azure's own.
_has_ranges(service) if {
	some name in ["load-balancer-source-ranges", "azure-allowed-ip-ranges"]
	ranges := service.metadata.annotations[sprintf("service.beta.kubernetes.io/%v", [name])]
	is_string(ranges)
	contains(ranges, "/")
	not contains(ranges, "/0")
}

_is_internal(service) if service.spec.loadBalancerClass in input.parameters.internalClasses

_is_internal(service) if {
	some name, value in input.parameters.internalAnnotations
	service.metadata.annotations[name] == value
}

_is_internal(service) if {
	some name, values in _internal_by
	service.metadata.annotations[name] in values
}

_is_internal(service) if {
	_is_of_aws_controller(service)
	not _faces_internet(service)
}

_is_of_aws_controller(service) if service.spec.loadBalancerClass == "service.k8s.aws/nlb"

_is_of_aws_controller(service) if {
	type := service.metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-type"]
	type in {"external", "nlb-ip"}
}

_faces_internet(service) if {
	scheme := service.metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-scheme"]
	scheme == "internet-facing"
}

_faces_internet(service) if {
	service.metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-internal"] == "false"
}

# As in Kubernetes' documentation of Services.
_internal_by := {
	"cloud.google.com/load-balancer-type": {"Internal", "internal"},
	"networking.gke.io/load-balancer-type": {"Internal"},
	"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": {"intranet"},
	"service.beta.kubernetes.io/aws-load-balancer-internal": {"true", "0.0.0.0/0"},
	"service.beta.kubernetes.io/aws-load-balancer-scheme": {"internal"},
	"service.beta.kubernetes.io/azure-load-balancer-internal": {"true"},
	"service.beta.kubernetes.io/oci-load-balancer-internal": {"true"},
	"service.beta.kubernetes.io/openstack-internal-load-balancer": {"true"},
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": {"private"},
}
