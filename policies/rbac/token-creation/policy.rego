# METADATA
# title: Role that makes tokens of ServiceAccounts
# description: >-
#   Whoever asks for a token of a ServiceAccount has its rights, wherever the token is carried. A
#   Secret of the token type does the same for good, for those who may create Secrets and read
#   them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request
# - ref: https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
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
#     Let Pods get their own token by a projected volume, or name the one ServiceAccount:
#     `{apiGroups: [""], resources: [serviceaccounts/token], resourceNames: [shop-issuer],
#     verbs: [create]}`.
#   references:
#   - {framework: CIS, id: 5.1.13}
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1528}
#   since: "0.1.0"
package policies.rbac.token_creation

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	some found in rbac.violations(input.review, input.evidence, _wanted)
}

# Who creates a Secret for a token has the token only by reading it.
_wanted := array.concat(risks.wanted("token-creation"), [_secrets]) if {
	rules := rbac.rules_of(input.review, input.evidence)
	rbac.any_grants(rules, risks.wanted("secret-access"))
} else := risks.wanted("token-creation")

_secrets := {"verbs": {"create"}, "resources": {"": {"secrets"}}}
