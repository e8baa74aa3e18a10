# METADATA
# title: Binding to nothing
# description: >-
#   A binding may name a role or a service account that doesn't exist. It gives nothing until
#   someone creates one of that name: then it gives what they choose, or to whom they choose, and
#   nobody reviews the binding again.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-example
# custom:
#   severity: low
#   confidence: medium
#   scope:
#     kinds: [rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   evidence: [role, subjects]
#   remediation: >-
#     Correct the name, ship what it names beside the binding, or delete the binding: `roleRef:
#     {apiGroup: rbac.authorization.k8s.io, kind: Role, name: leader-election}`.
#   references:
#   - {framework: CIS, id: "5.1"}
#   since: "0.1.0"
package policies.rbac.dangling_role_ref

import data.policies.lib.rbac
import data.policies.lib.subjects

violation contains {"path": ["roleRef", "name"], "msg": msg, "details": {"found": name}} if {
	binding := input.review.object
	name := binding.roleRef.name
	is_string(name)
	missing := _missing(input.evidence.role)
	msg := sprintf("binding refers to %v, which %v", [subjects.role(binding), missing])
}

violation contains {"path": path, "msg": msg, "details": {"found": name}} if {
	binding := input.review.object
	some i
	input.evidence.subjects.value[i] == false
	subject := binding.subjects[i]
	account := subjects.service_account(subject, binding)
	# Every namespace has this one, made with it.
	account.name != "default"
	evidence := input.evidence
	not rbac.bootstrap(evidence)
	name := subject.name
	path := ["subjects", i, "name"]
	msg := sprintf("binding names %v, which doesn't exist", [subjects.account_name(account)])
}

_missing(role) := "isn't among the scanned objects" if role.why.code == "not_in_set"

_missing(role) := "doesn't exist" if role.value == null
