package policies.least_privilege.control_plane_placement_test

import data.policies.least_privilege.control_plane_placement

test_a_node_that_the_pod_picks_is_told if {
	_violations({"nodeName": "control-plane-1"}, {"namespace": "shop"}) == {{
		"path": ["spec", "nodeName"],
		"msg": `pod picks the node "control-plane-1" itself`,
		"details": {"found": "control-plane-1"},
	}}
}

test_the_schedulers_choice_is_no_finding if {
	spec := {"nodeName": "worker-3"}
	_found(spec, {"expandedFrom": null, "oldObject": {"spec": spec}}) == set()
	every old in [null, {}, {"spec": null}, {"spec": {}}, {"spec": {"nodeName": "worker-4"}}] {
		_found(spec, {"expandedFrom": null, "oldObject": old}) == {["spec", "nodeName"]}
	}
}

test_a_template_picks_its_node_in_an_update_too if {
	spec := {"nodeName": "worker-3"}
	template := {"expandedFrom": {"kind": "Deployment"}, "oldObject": {"spec": spec}}
	_found(spec, template) == {["spec", "nodeName"]}
}

test_a_taint_of_the_control_plane_is_told if {
	toleration := {"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}
	_violations({"tolerations": [{"key": "pool"}, toleration]}, {}) == {{
		"path": ["spec", "tolerations", 1, "key"],
		"msg": "pod tolerates the taint node-role.kubernetes.io/master of the control plane",
		"details": {"found": "node-role.kubernetes.io/master"},
	}}
}

test_operator_value_and_effect_of_a_named_taint_make_no_difference if {
	every more in [
		{}, {"operator": "Exists"}, {"operator": "Equal", "value": "true"}, {"effect": "NoExecute"},
	] {
		toleration := object.union({"key": "node-role.kubernetes.io/control-plane"}, more)
		_found({"tolerations": [toleration]}, {}) == {["spec", "tolerations", 0, "key"]}
	}
}

test_other_taints_are_none if {
	every key in ["pool", "node-role.kubernetes.io/control-plane2", "node-role.kubernetes.io/etcd"] {
		_found({"tolerations": [{"key": key, "operator": "Exists"}]}, {}) == set()
	}
}

test_the_taints_are_the_parameters if {
	found := control_plane_placement.violation with input as {
		"review": {"namespace": "shop", "object": {"spec": {"tolerations": [
			{"key": "node-role.kubernetes.io/control-plane"},
			{"key": "etcd"},
		]}}},
		"parameters": {"taints": ["etcd"]},
	}
	{v.path | some v in found} == {["spec", "tolerations", 1, "key"]}
}

test_a_toleration_of_everything_is_told if {
	_violations({"tolerations": [{"operator": "Exists"}]}, {}) == {{
		"path": ["spec", "tolerations", 0, "operator"],
		"msg": "pod tolerates every taint, those of the control plane too",
		"details": {"found": "Exists"},
	}}
}

test_everything_means_no_key_and_scheduling if {
	every more in [
		{"key": ""}, {"key": null},
		{"effect": "NoSchedule"}, {"effect": ""}, {"effect": null},
	] {
		toleration := object.union({"operator": "Exists"}, more)
		_found({"tolerations": [toleration]}, {}) == {["spec", "tolerations", 0, "operator"]}
	}
	every more in [
		{"key": "pool"}, {"operator": "Equal"},
		{"effect": "NoExecute"}, {"effect": "PreferNoSchedule"},
	] {
		_found({"tolerations": [object.union({"operator": "Exists"}, more)]}, {}) == set()
	}
	_found({"tolerations": [{"key": ""}, {"effect": "NoSchedule"}]}, {}) == set()
}

test_a_system_priority_class_is_told if {
	every class in ["system-node-critical", "system-cluster-critical"] {
		_violations({"priorityClassName": class}, {"namespace": "shop"}) == {{
			"path": ["spec", "priorityClassName"],
			"msg": sprintf("pod outside kube-system has the priority class %q", [class]),
			"details": {"found": class},
		}}
	}
}

test_other_priority_classes_are_none if {
	every class in ["shop-system-critical", "system", "", "high"] {
		_found({"priorityClassName": class}, {}) == set()
	}
}

test_kube_system_is_left_out if {
	_found(_everything, {"namespace": "kube-system"}) == set()
	count(_found(_everything, {"namespace": "kube-system-2"})) == 4
}

test_without_a_namespace_no_priority_class_is_judged if {
	_found(_everything, {"namespace": ""}) == {
		["spec", "nodeName"],
		["spec", "tolerations", 0, "operator"],
		["spec", "tolerations", 1, "key"],
	}
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "", [], {}] {
		_found({"nodeName": wrong, "priorityClassName": wrong, "tolerations": wrong}, {}) == set()
		_found({"tolerations": [wrong]}, {}) == set()
		_found({"tolerations": [{"key": wrong}, {"operator": wrong}]}, {}) == set()
		_found(wrong, {}) == set()
	}
	every wrong in [true, 5, [], {}] {
		_found({"tolerations": [{"operator": "Exists", "key": wrong}]}, {}) == set()
		_found({"tolerations": [{"operator": "Exists", "effect": wrong}]}, {}) == set()
	}
}

_everything := {
	"nodeName": "control-plane-1",
	"priorityClassName": "system-node-critical",
	"tolerations": [{"operator": "Exists"}, {"key": "node-role.kubernetes.io/control-plane"}],
}

_found(spec, more) := {v.path | some v in _violations(spec, more)}

_violations(spec, more) := found if {
	bare := {"namespace": "shop", "expandedFrom": null, "oldObject": null, "object": {"spec": spec}}
	taints := ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"]
	found := control_plane_placement.violation
		with input as {"review": object.union(bare, more), "parameters": {"taints": taints}}
}
