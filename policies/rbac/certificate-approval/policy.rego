# METADATA
# title: Role that approves or signs certificates
# description: >-
#   A certificate of the signer `kubernetes.io/kube-apiserver-client` is an identity that nothing
#   revokes, with user and groups of the requester's choice. Whoever approves requests, or signs
#   for Kubernetes' own signers, makes such identities.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
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
#     Leave approval to the administrators, and name a signer of your own: `{apiGroups:
#     [certificates.k8s.io], resources: [signers], resourceNames: [shop.example.com/internal],
#     verbs: [sign]}`.
#   references:
#   - {framework: CIS, id: 5.1.11}
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.certificate_approval

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	wanted := risks.wanted("certificate-approval")
	some found in rbac.violations(input.review, input.evidence, wanted)
}
