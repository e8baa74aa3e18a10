package policies.least_privilege.system_namespace_workload_test

import data.policies.least_privilege.system_namespace_workload

test_a_workload_in_kube_system_is_told if {
	_violations("Deployment", {"name": "cache"}, "kube-system") == {{
		"path": ["metadata", "namespace"],
		"msg": "workload runs in kube-system, among the cluster's own",
		"details": {"found": "kube-system"},
	}}
}

test_other_namespaces_are_none if {
	every namespace in ["", "shop", "kube-system-2", "kube-public"] {
		_violations("Deployment", {"name": "cache"}, namespace) == set()
	}
}

test_workloads_of_the_list_pass if {
	every kind in ["Pod", "ReplicaSet", "Job", "Deployment", "DaemonSet", "StatefulSet", "CronJob"] {
		_passes(kind, {"name": "coredns"})
	}
}

test_names_of_what_a_controller_makes_may_go_on if {
	every kind in ["Pod", "ReplicaSet", "Job"] {
		_passes(kind, {"name": "coredns-5d78c9869d"})
		not _passes(kind, {"name": "coredns5d78c9869d"})
		not _passes(kind, {"name": "my-coredns-5d78c9869d"})
	}
	every kind in ["Deployment", "DaemonSet", "StatefulSet", "CronJob", "PodTemplate"] {
		not _passes(kind, {"name": "coredns-5d78c9869d"})
	}
}

test_the_beginning_of_a_name_counts_where_there_is_no_name if {
	_passes("Pod", {"generateName": "coredns-"})
	_passes("Pod", {"name": null, "generateName": "etcd-"})
	not _passes("Pod", {"generateName": "cache-"})
	not _passes("Pod", {"name": "cache", "generateName": "coredns-"})
	not _passes("Deployment", {"generateName": "coredns-"})
}

test_a_workload_without_a_name_is_a_finding if {
	every wrong in [
		null, 5, "coredns", [], {},
		{"name": null}, {"name": 5}, {"name": ["coredns"]}, {"generateName": 5},
	] {
		not _passes("Pod", wrong)
	}
}

test_the_list_is_the_parameter if {
	found := system_namespace_workload.violation with input as {
		"review": _review("Deployment", {"name": "coredns"}, "kube-system"),
		"parameters": {"workloads": []},
	}
	count(found) == 1
}

_passes(kind, metadata) if _violations(kind, metadata, "kube-system") == set()

_violations(kind, metadata, namespace) := found if {
	found := system_namespace_workload.violation with input as {
		"review": _review(kind, metadata, namespace),
		"parameters": {"workloads": ["coredns", "etcd"]},
	}
}

_review(kind, metadata, namespace) := {
	"kind": {"kind": kind},
	"namespace": namespace,
	"object": {"metadata": metadata},
}
