# METADATA
# title: Role that may change itself or its bindings
# description: >-
#   Who holds such a role can change what it grants and whom, or take it from others. Kubernetes
#   stops an edit that grants more than its author has, until one more rule, `escalate` or `bind`,
#   lifts the limit: then the role is whatever its holder wants. A rule narrowed to the role's own
#   name is the plainest case.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
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
#     Change roles and bindings through what installs them, not from inside; leave the holder to
#     read them: `{apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs:
#     [get, list, watch]}`.
#   references:
#   - {framework: CIS, id: 5.1.8}
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: OWASP, id: K03}
#   since: "0.1.0"
package policies.rbac.self_modifying_role

import data.policies.lib.rbac

violation contains found if {
	rbac.is_role(input.review)
	rules := _opened(input.review.object.rules)
	review := object.union(input.review, {"object": {"rules": rules}})
	some found in rbac.violations(review, input.evidence, _wanted(input.review.kind.kind))
}

violation contains found if {
	rbac.is_binding(input.review)
	rules := _opened(input.evidence.role.value.rules)
	evidence := object.union(input.evidence, {"role": {"value": {"rules": rules}}})
	some found in rbac.violations(input.review, evidence, _wanted(input.review.kind.kind))
}

_wanted(kind) := {
	"verbs": {"update", "patch", "delete", "deletecollection", "escalate"},
	"resources": {"rbac.authorization.k8s.io": _resources(kind)},
}

_resources(kind) := {"roles", "rolebindings", "clusterroles", "clusterrolebindings"} if {
	startswith(kind, "Cluster")
} else := {"roles", "rolebindings"}

# The rules, without the names that narrow them to the role or binding itself.
_opened(rules) := [opened | some rule in rules; opened := _opened_rule(rule)]

_opened_rule(rule) := object.remove(rule, ["resourceNames"]) if {
	some i
	rule.resourceNames[i] in _own_names
} else := rule

_own_names contains input.review.object.metadata.name

_own_names contains input.evidence.role.value.metadata.name
