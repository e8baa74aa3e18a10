# METADATA
# title: Role that may start workloads
# description: >-
#   Whoever creates or changes a Pod, or a controller that makes Pods, chooses its ServiceAccount,
#   volumes and node: with these they hold every ServiceAccount, Secret and ConfigMap of the
#   namespace. Nothing makes Pods of a PodTemplate by itself, so that doesn't count.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation
# custom:
#   severity: medium
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Leave starting workloads to what deploys them; give the others the verbs they use, in a Role,
#     and change by name: `{apiGroups: [apps], resources: [deployments], verbs: [patch],
#     resourceNames: [shop]}`.
#   references:
#   - {framework: CIS, id: 5.1.4}
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1610}
#   since: "0.1.0"
package policies.rbac.workload_creation

import data.policies.lib.rbac

violation contains found if {
	some found in rbac.violations(input.review, input.evidence, _wanted)
}

_wanted := {
	"verbs": {"create", "update", "patch"},
	"resources": {
		"": {"pods", "replicationcontrollers"},
		"apps": {"daemonsets", "deployments", "replicasets", "statefulsets"},
		"batch": {"cronjobs", "jobs"},
	},
}
