# METADATA
# title: Role of the default service account
# description: >-
#   A Pod that names no service account runs as the namespace's default one, and by default mounts
#   its token. What is bound to it, every such Pod has, those that someone adds later too.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts
# custom:
#   severity: medium
#   scope:
#     kinds: [rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   remediation: >-
#     Give the workload an account of its own, and bind the role to that: `subjects: [{kind:
#     ServiceAccount, name: worker, namespace: shop}]`.
#   references:
#   - {framework: CIS, id: 5.1.5}
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.default_service_account_binding

import data.policies.lib.subjects

violation contains {"path": path, "msg": msg, "details": {"found": subject.name}} if {
	binding := input.review.object
	some i
	subject := binding.subjects[i]
	account := subjects.service_account(subject, binding)
	account.name == "default"
	path := ["subjects", i, "name"]
	role := subjects.role(binding)
	msg := sprintf("%v gets %v", [subjects.account_name(account), role])
}
