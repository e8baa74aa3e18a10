# METADATA
# title: Administrator of everything
# description: >-
#   Whoever holds cluster-admin, or a role with the same rules, reads every secret, becomes every
#   account and runs anything on any node; a RoleBinding gives as much within its namespace. One
#   stolen token of such a subject is the whole cluster.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: critical
#   scope:
#     kinds: [rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Bind a role that names the resources and verbs in use, in the namespace where they are used:
#     `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}`.
#   references:
#   - {framework: CIS, id: 5.1.1}
#   - {framework: NSA, id: Authentication and authorization}
#   supersedes: [
#     rbac/cluster-wide-edit, rbac/wildcard-permission, rbac/secret-access,
#     rbac/workload-creation, rbac/escalate-or-bind, rbac/impersonation, rbac/token-creation,
#     rbac/node-proxy, rbac/pod-exec, rbac/admission-control-write, rbac/certificate-approval,
#     rbac/persistent-volume-creation, rbac/node-or-status-write, rbac/event-deletion,
#     rbac/system-config-map-write, rbac/network-write, rbac/api-extension-write,
#     rbac/self-modifying-role
#   ]
#   since: "0.1.0"
package policies.rbac.cluster_admin_binding

import data.policies.lib.rbac
import data.policies.lib.subjects

violation contains found if {
	binding := input.review.object
	evidence := input.evidence
	rules := _rules(evidence)
	everything := _everything(rules)
	_is_admin(binding, everything)
	subjects.reaches_anyone(binding)
	not rbac.bootstrap(evidence)
	scope := _scope(input.review.kind.kind)
	role := subjects.role(binding)
	found := {
		"path": ["roleRef", "name"],
		"msg": sprintf("binding hands out %v, which can do everything in %v", [role, scope]),
		"details": {"found": _name(binding)},
		"related": [place |
			some i in everything
			msg := "every verb on every resource"
			place := {"path": ["rules", i], "of": "role", "msg": msg}
		],
	}
}

_name(binding) := binding.roleRef.name if {
	binding.roleRef.name
} else := null

# The API server sees to cluster-admin's rules, whatever a file says of them.
_is_admin(binding, _) if subjects.hands_out(binding, {"cluster-admin"})

_is_admin(_, everything) if count(everything) > 0

_rules(evidence) := evidence.role.value.rules if {
	is_array(evidence.role.value.rules)
} else := []

# The positions of the rules for everything, if together they have every verb.
_everything(rules) := broad if {
	broad := [i |
		some i, rule in rules
		"*" in rule.apiGroups
		"*" in rule.resources
		not rbac.narrowed(rule)
	]
	verbs := {verb | some i in broad; verb := rules[i].verbs[_]}
	_has_every_verb(verbs)
} else := []

_has_every_verb(verbs) if "*" in verbs

_has_every_verb(verbs) if {
	count({"get", "list", "watch", "create", "update", "patch", "delete"} - verbs) == 0
}

_scope(kind) := "its namespace" if kind == "RoleBinding"

_scope(kind) := "the cluster" if kind == "ClusterRoleBinding"
