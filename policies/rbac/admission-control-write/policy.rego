# METADATA
# title: Role that changes what is admitted
# description: >-
#   A webhook sees every object it registers for, Secrets included, and changes it; whoever
#   deletes one, or a policy, switches its checks off. The policies of Gatekeeper, Kyverno and the
#   like and the cluster-wide stores of External Secrets count as well.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# - ref: https://kubernetes.io/docs/concepts/security/admission-webhooks-good-practices/
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
#     Leave these to what deploys them; a controller that keeps its own webhook's certificate
#     needs its name only: `{apiGroups: [admissionregistration.k8s.io], resources:
#     [validatingwebhookconfigurations], resourceNames: [shop-policy], verbs: [get, patch]}`.
#   references:
#   - {framework: CIS, id: 5.1.12}
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.admission_control_write

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	wanted := risks.wanted("admission-control-write")
	some found in rbac.violations(input.review, input.evidence, wanted)
}
