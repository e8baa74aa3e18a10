# METADATA
# title: Role that hands out rights its holder does not have
# description: >-
#   With `escalate` one writes a role for everything, with `bind` one binds any role to oneself:
#   either is as good as cluster-admin. Whoever writes bindings passes on what they hold, to
#   whomever they like.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#bind-verb
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
#     Leave roles and bindings to what deploys them. To delegate, name harmless roles:
#     `{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames:
#     [shop-viewer], verbs: [bind]}`.
#   references:
#   - {framework: CIS, id: 5.1.8}
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1098}
#   since: "0.1.0"
package policies.rbac.escalate_or_bind

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	wanted := risks.wanted("escalate-or-bind")
	some found in rbac.violations(input.review, input.evidence, wanted)
}
