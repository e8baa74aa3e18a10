# METADATA
# title: Rights for every service account
# description: >-
#   The groups system:serviceaccounts and system:serviceaccounts:<namespace> hold each account of
#   the cluster or namespace, those of workloads to come too. Every Pod that mounts a token then has
#   what one of them needed.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#service-account-permissions
# custom:
#   severity: medium
#   scope:
#     kinds: [rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   parameters:
#     type: object
#     properties:
#       allowedRoles:
#         description: Cluster roles that every service account may have.
#         type: array
#         items: {type: string}
#         default: ["system:service-account-issuer-discovery"]
#   remediation: >-
#     Bind the role to the accounts of the workloads that need it: `subjects: [{kind:
#     ServiceAccount, name: worker, namespace: shop}]`.
#   references:
#   - {framework: CIS, id: 5.1.5}
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.group_wide_service_accounts

import data.policies.lib.rbac
import data.policies.lib.subjects

violation contains {"path": path, "msg": msg, "details": {"found": name}} if {
	binding := input.review.object
	some i
	binding.subjects[i].kind == "Group"
	name := binding.subjects[i].name
	members := _members(name)
	allowed := input.parameters.allowedRoles
	not subjects.hands_out(binding, allowed)
	evidence := input.evidence
	not rbac.bootstrap(evidence)
	path := ["subjects", i, "name"]
	msg := sprintf("group %q, %v, gets %v", [name, members, subjects.role(binding)])
}

_members(name) := "every service account of the cluster" if name == "system:serviceaccounts"

_members(name) := sprintf("every service account of namespace %q", [namespace]) if {
	is_string(name)
	startswith(name, "system:serviceaccounts:")
	namespace := trim_prefix(name, "system:serviceaccounts:")
	namespace != ""
}
