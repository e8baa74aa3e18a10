# METADATA
# title: Rights without credentials
# description: >-
#   The user system:anonymous and the group system:unauthenticated are everyone who reaches the API
#   server, without a token or certificate. What they may do, a scan of the network may do.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
# custom:
#   severity: critical
#   scope:
#     kinds: [rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   parameters:
#     type: object
#     properties:
#       allowedRoles:
#         description: Cluster roles that anyone may have without credentials.
#         type: array
#         items: {type: string}
#         default: ["system:public-info-viewer"]
#   remediation: >-
#     Name who needs the role, and let them authenticate: `subjects: [{kind: ServiceAccount, name:
#     status-page, namespace: monitoring}]`.
#   references:
#   - {framework: CIS, id: "5.1"}
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.anonymous_subject

import data.policies.lib.rbac
import data.policies.lib.subjects

violation contains {"path": path, "msg": msg, "details": {"found": name}} if {
	binding := input.review.object
	some i
	subject := binding.subjects[i]
	_is_anonymous(subject)
	allowed := input.parameters.allowedRoles
	not subjects.hands_out(binding, allowed)
	evidence := input.evidence
	not rbac.bootstrap(evidence)
	name := subject.name
	path := ["subjects", i, "name"]
	who := sprintf("%v %q, anyone without credentials", [lower(subject.kind), name])
	msg := sprintf("%v, gets %v", [who, subjects.role(binding)])
}

_is_anonymous(subject) if {
	subject.kind == "User"
	subject.name == "system:anonymous"
}

_is_anonymous(subject) if {
	subject.kind == "Group"
	subject.name == "system:unauthenticated"
}
