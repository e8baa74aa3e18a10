package policies.network.unrestricted_load_balancer_test

import data.policies.network.unrestricted_load_balancer

test_missing_ranges_are_told if {
	every ranges in [null, [], "203.0.113.0/24", {}, 5] {
		spec := {"type": "LoadBalancer", "loadBalancerSourceRanges": ranges}
		_found({"spec": spec}) == {{
			"path": ["spec", "loadBalancerSourceRanges"],
			"msg": "load balancer has no source ranges and isn't internal",
		}}
	}
}

test_a_range_of_every_address_is_told if {
	ranges := ["203.0.113.0/24", "0.0.0.0/0"]
	_found({"spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": ranges}}) == {{
		"path": ["spec", "loadBalancerSourceRanges", 1],
		"msg": "load balancer is open to every address of 0.0.0.0/0",
		"details": {"found": "0.0.0.0/0"},
	}}
}

test_named_ranges_are_fine if {
	spec := {"type": "LoadBalancer", "loadBalancerSourceRanges": ["203.0.113.0/24", null, 5]}
	_found({"spec": spec}) == set()
}

test_only_load_balancers_are_judged if {
	every type in ["ClusterIP", "NodePort", "ExternalName", null, ""] {
		_found({"spec": {"type": type, "loadBalancerSourceRanges": ["0.0.0.0/0"]}}) == set()
		_found({"spec": {"type": type}}) == set()
	}
}

test_ranges_in_annotations_are_fine if {
	every name in ["load-balancer-source-ranges", "azure-allowed-ip-ranges"] {
		key := sprintf("service.beta.kubernetes.io/%v", [name])
		_found(_annotated({key: "203.0.113.0/24,198.51.100.0/24"})) == set()
		every value in ["", "0.0.0.0/0", "203.0.113.0/24, ::/0", "any", null, 5, []] {
			count(_found(_annotated({key: value}))) == 1
		}
	}
}

test_internal_by_a_clouds_annotation if {
	every name, value in {
		"cloud.google.com/load-balancer-type": "Internal",
		"networking.gke.io/load-balancer-type": "Internal",
		"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": "intranet",
		"service.beta.kubernetes.io/aws-load-balancer-internal": "true",
		"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
		"service.beta.kubernetes.io/azure-load-balancer-internal": "true",
		"service.beta.kubernetes.io/oci-load-balancer-internal": "true",
		"service.beta.kubernetes.io/openstack-internal-load-balancer": "true",
		"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": "private",
	} {
		_found(_annotated({name: value})) == set()
		every other in ["false", "", "External", "public", null, true] {
			count(_found(_annotated({name: other}))) == 1
		}
	}
}

test_older_spellings_of_internal if {
	google := {"cloud.google.com/load-balancer-type": "internal"}
	_found(_annotated(google)) == set()
	aws := {"service.beta.kubernetes.io/aws-load-balancer-internal": "0.0.0.0/0"}
	_found(_annotated(aws)) == set()
}

test_internal_load_balancers_may_have_any_range if {
	annotations := {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}
	spec := {"type": "LoadBalancer", "loadBalancerSourceRanges": ["0.0.0.0/0"]}
	_found({"metadata": {"annotations": annotations}, "spec": spec}) == set()
}

test_internal_by_default_of_the_aws_controller if {
	class := {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"}
	_found({"spec": class}) == set()
	count(_found({"spec": {"type": "LoadBalancer", "loadBalancerClass": "other"}})) == 1
	key := "service.beta.kubernetes.io/aws-load-balancer-type"
	scheme := "service.beta.kubernetes.io/aws-load-balancer-scheme"
	every type in ["external", "nlb-ip"] {
		_found(_annotated({key: type})) == set()
		_found(_annotated({key: type, scheme: null})) == set()
	}
	count(_found(_annotated({key: "nlb"}))) == 1
}

test_internet_facing_by_annotation if {
	every name, value in {
		"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
		"service.beta.kubernetes.io/aws-load-balancer-internal": "false",
	} {
		type := {"service.beta.kubernetes.io/aws-load-balancer-type": "external"}
		count(_found(_annotated(object.union(type, {name: value})))) == 1
	}
}

test_internal_by_the_binding if {
	parameters := {"internalClasses": ["a/b"], "internalAnnotations": {"pool": "private"}}
	spec := {"type": "LoadBalancer", "loadBalancerClass": "a/b"}
	_found_with({"spec": spec}, parameters) == set()
	_found_with(_annotated({"pool": "private"}), parameters) == set()
	count(_found_with(_annotated({"pool": "public"}), parameters)) == 1
	count(_found({"spec": spec})) == 1
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, {"a": null}] {
		_found(wrong) == set()
		_found({"spec": wrong, "metadata": wrong}) == set()
		count(_found(_annotated(wrong))) == 1
		count(_found({"metadata": wrong, "spec": {"type": "LoadBalancer"}})) == 1
		count(_found({"spec": {"type": "LoadBalancer", "loadBalancerClass": wrong}})) == 1
	}
}

_annotated(annotations) := {
	"metadata": {"annotations": annotations},
	"spec": {"type": "LoadBalancer"},
}

_found(service) := _found_with(service, {"internalClasses": [], "internalAnnotations": {}})

_found_with(service, parameters) := found if {
	found := unrestricted_load_balancer.violation
		with input as {"review": {"object": service}, "parameters": parameters}
}
