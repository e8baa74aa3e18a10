# METADATA
# title: Workload in kube-system
# description: >-
#   Whatever runs in kube-system shares its service accounts, secrets and config maps with the
#   cluster's own components, and rights given to these are given to it. Policies and quotas often
#   leave that namespace out. Kubernetes' own components pass by their names.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
# custom:
#   severity: medium
#   scope:
#     kinds:
#     - Pod
#     - PodTemplate
#     - ReplicationController
#     - apps/DaemonSet
#     - apps/Deployment
#     - apps/ReplicaSet
#     - apps/StatefulSet
#     - batch/CronJob
#     - batch/Job
#     operations: [CREATE, UPDATE]
#     templates: false
#   parameters:
#     type: object
#     properties:
#       workloads:
#         type: array
#         items: {type: string, minLength: 1}
#         default:
#         - coredns
#         - etcd
#         - kube-apiserver
#         - kube-controller-manager
#         - kube-proxy
#         - kube-scheduler
#         description: >-
#           Names of the workloads that belong there. Pods, replica sets and jobs may add to the
#           name, as controllers do: `coredns-5d78c9869d-x2v4p`.
#   remediation: >-
#     Give the workload a namespace of its own: `metadata: {namespace: monitoring}`.
#   references:
#   - {framework: CIS, id: 5.7.1}
#   - {framework: NSA, id: Namespaces}
#   since: "0.1.0"
package policies.least_privilege.system_namespace_workload

violation contains {"path": path, "msg": msg, "details": {"found": "kube-system"}} if {
	input.review.namespace == "kube-system"
	not _belongs
	path := ["metadata", "namespace"]
	msg := "workload runs in kube-system, among the cluster's own"
}

_belongs if _name in input.parameters.workloads

_belongs if {
	input.review.kind.kind in {"Pod", "ReplicaSet", "Job"}
	some workload in input.parameters.workloads
	startswith(_name, concat("", [workload, "-"]))
}

# A Pod that is being made may have the beginning of a name only.
_name := name if {
	name := input.review.object.metadata.name
	is_string(name)
} else := name if {
	name := input.review.object.metadata.generateName
	is_string(name)
}
