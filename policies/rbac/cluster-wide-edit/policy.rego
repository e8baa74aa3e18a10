# METADATA
# title: Write access in every namespace
# description: >-
#   The roles admin and edit are made for one namespace. Bound in the whole cluster they read and
#   write every namespace's workloads and secrets, those of system namespaces and of namespaces to
#   come among them, and so act as every service account.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
# custom:
#   severity: medium
#   scope:
#     kinds: [rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   remediation: >-
#     Bind the role in the namespaces that need it, by a RoleBinding in each: `kind: RoleBinding,
#     metadata: {name: developers, namespace: shop}`.
#   references:
#   - {framework: CIS, id: 5.1.1}
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.cluster_wide_edit

import data.policies.lib.subjects

violation contains {"path": ["roleRef", "name"], "msg": msg, "details": {"found": name}} if {
	binding := input.review.object
	subjects.hands_out(binding, {"admin", "edit"})
	subjects.reaches_anyone(binding)
	name := binding.roleRef.name
	msg := sprintf("binding hands out cluster role %q in every namespace", [name])
}
