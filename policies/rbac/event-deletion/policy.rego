# METADATA
# title: Role that may delete events
# description: >-
#   Events tell what was started, changed and refused. Whoever deletes them removes the traces of
#   an attack, and no workload needs to: the API server drops them by itself after an hour.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
# custom:
#   severity: low
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Remove `delete` and `deletecollection`; a workload that reports needs these verbs:
#     `{apiGroups: ["", events.k8s.io], resources: [events], verbs: [create, patch]}`.
#   references:
#   - {framework: MITRE, id: T1070}
#   since: "0.1.0"
package policies.rbac.event_deletion

import data.policies.lib.rbac

violation contains found if {
	some found in rbac.violations(input.review, input.evidence, _wanted)
}

_wanted := {
	"verbs": {"delete", "deletecollection"},
	"resources": {"": {"events", "pods/log"}, "events.k8s.io": {"events"}},
}
