# METADATA
# title: Placed on the control plane or ahead of it
# description: >-
#   A Pod that picks its node, or tolerates the control plane's taints, can run beside the API
#   server and etcd, where a break-in is one of the whole cluster; a system priority class evicts
#   others for it. Agents of every node, which tolerate all taints on purpose, need an exemption.
#   kube-system is left to system-namespace-workload; without a namespace no class is judged.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE]}
#   parameters:
#     type: object
#     properties:
#       taints:
#         type: array
#         items: {type: string}
#         default: [node-role.kubernetes.io/control-plane, node-role.kubernetes.io/master]
#         description: The keys of the taints that keep workloads off the control plane.
#   remediation: >-
#     Remove nodeName, the toleration and the priority class; choose nodes by their labels:
#     `nodeSelector: {pool: shop}`.
#   references:
#   - {framework: NSA, id: Control plane hardening}
#   since: "0.1.0"
package policies.least_privilege.control_plane_placement

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	node := input.review.object.spec.nodeName
	is_string(node)
	node != ""
	input.review.namespace != "kube-system"
	not _is_scheduled
	path := ["spec", "nodeName"]
	msg := sprintf("pod picks the node %q itself", [node])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	some i
	taint := input.review.object.spec.tolerations[i].key
	taint in input.parameters.taints
	input.review.namespace != "kube-system"
	path := ["spec", "tolerations", i, "key"]
	msg := sprintf("pod tolerates the taint %v of the control plane", [taint])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	some i
	toleration := input.review.object.spec.tolerations[i]
	toleration.operator == "Exists"
	object.get(toleration, "key", null) in {"", null}
	object.get(toleration, "effect", null) in {"NoSchedule", "", null}
	input.review.namespace != "kube-system"
	path := ["spec", "tolerations", i, "operator"]
	msg := "pod tolerates every taint, those of the control plane too"
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	class := input.review.object.spec.priorityClassName
	is_string(class)
	startswith(class, "system-")
	namespace := input.review.namespace
	not namespace in {"", "kube-system"}
	path := ["spec", "priorityClassName"]
	msg := sprintf("pod outside kube-system has the priority class %q", [class])
}

# Whether it was the scheduler that wrote the node, before this update.
_is_scheduled if {
	input.review.expandedFrom == null
	input.review.oldObject.spec.nodeName == input.review.object.spec.nodeName
}
