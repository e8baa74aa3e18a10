# METADATA
# title: Role that acts as somebody else
# description: >-
#   Whoever impersonates a user, a group or a ServiceAccount has all its rights: as a member of
#   `system:masters` there is nothing the API server would refuse. The audit log names both, but
#   too late.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#impersonate-verb
# custom:
#   severity: critical
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Remove `impersonate`, or name whom it is for, none of `system:`: `{apiGroups: [""],
#     resources: [users], resourceNames: [shop-auditor], verbs: [impersonate]}`.
#   references:
#   - {framework: CIS, id: 5.1.8}
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1078}
#   since: "0.1.0"
package policies.rbac.impersonation

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	wanted := risks.wanted("impersonation")
	some found in rbac.violations(input.review, input.evidence, wanted)
}
