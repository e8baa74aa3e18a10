# METADATA
# title: Rights for everyone with credentials
# description: >-
#   The group system:authenticated holds every user and every service account, those of other teams
#   and of each Pod too; where a provider signs anyone in, as on GKE, also the owner of any account
#   there. Its rights are nearly public.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
# custom:
#   severity: high
#   scope:
#     kinds: [rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   parameters:
#     type: object
#     properties:
#       allowedRoles:
#         description: Cluster roles that everyone with credentials may have.
#         type: array
#         items: {type: string}
#         default: ["system:basic-user", "system:discovery", "system:public-info-viewer"]
#   remediation: >-
#     Bind the role to the group of those who need it: `subjects: [{kind: Group, name:
#     shop-developers, apiGroup: rbac.authorization.k8s.io}]`.
#   references:
#   - {framework: CIS, id: "5.1"}
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.authenticated_group

import data.policies.lib.rbac
import data.policies.lib.subjects

violation contains {"path": path, "msg": msg, "details": {"found": name}} if {
	binding := input.review.object
	some i
	binding.subjects[i].kind == "Group"
	name := binding.subjects[i].name
	name == "system:authenticated"
	allowed := input.parameters.allowedRoles
	not subjects.hands_out(binding, allowed)
	evidence := input.evidence
	not rbac.bootstrap(evidence)
	path := ["subjects", i, "name"]
	role := subjects.role(binding)
	msg := sprintf("group %q, everyone with any credentials, gets %v", [name, role])
}
