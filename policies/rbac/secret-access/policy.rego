# METADATA
# title: Role that reads Secrets
# description: >-
#   Secrets hold the credentials of everything that runs in the namespace, or with a
#   ClusterRoleBinding in the cluster. Whoever may list or watch them has all of them: a list
#   carries the contents.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets
# custom:
#   severity: high
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Name the Secrets the workload reads, or let it mount them instead: `{apiGroups: [""],
#     resources: [secrets], resourceNames: [shop-database], verbs: [get]}`.
#   references:
#   - {framework: CIS, id: 5.1.2}
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1552.007}
#   since: "0.1.0"
package policies.rbac.secret_access

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	wanted := risks.wanted("secret-access")
	some found in rbac.violations(input.review, input.evidence, wanted)
}
