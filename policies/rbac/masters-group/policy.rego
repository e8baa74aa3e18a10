# METADATA
# title: Binding of the group above access control
# description: >-
#   Members of system:masters pass every authorization check, and no binding that is deleted takes
#   that back: a certificate for the group is good until it expires. A binding to it adds nothing,
#   and shows that someone works with such credentials.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
# custom:
#   severity: critical
#   scope:
#     kinds: [rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Bind the role to a group of your own, and issue no credentials for system:masters: `subjects:
#     [{kind: Group, name: platform-operators, apiGroup: rbac.authorization.k8s.io}]`.
#   references:
#   - {framework: CIS, id: 5.1.7}
#   since: "0.1.0"
package policies.rbac.masters_group

import data.policies.lib.rbac
import data.policies.lib.subjects

violation contains {"path": path, "msg": msg, "details": {"found": name}} if {
	some i
	subject := input.review.object.subjects[i]
	subjects.is_masters(subject)
	evidence := input.evidence
	not rbac.bootstrap(evidence)
	name := subject.name
	path := ["subjects", i, "name"]
	msg := sprintf("binding names group %q, which passes every authorization check", [name])
}
