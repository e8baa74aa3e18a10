# METADATA
# title: Role that may change nodes, or the state of nodes and Pods
# description: >-
#   The scheduler and the kubelets write these. Whoever binds Pods puts them on any node past
#   taints and affinity; a forged status diverts a Service's traffic to another address; a node's
#   labels and taints decide which Pods, with which secrets, come to it. Nodes belong to the
#   cluster: a namespaced role or binding gives no access to them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/node/
# custom:
#   severity: medium
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Leave these to the scheduler and the kubelets; who watches nodes and Pods only reads them:
#     `{apiGroups: [""], resources: [nodes, pods], verbs: [get, list, watch]}`.
#   references:
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: OWASP, id: K03}
#   since: "0.1.0"
package policies.rbac.node_or_status_write

import data.policies.lib.rbac

violation contains found if {
	scheduling := rbac.grants(input.review, input.evidence, _scheduling)
	writing := rbac.grants(input.review, input.evidence, _writing(input.review.kind.kind))
	grants := array.concat(scheduling, writing)
	some site in {grant.path[1] | some grant in grants}
	found := _merged([grant | some grant in grants; grant.path[1] == site])
}

# One violation for what a rule grants of both, at the first of its resources that does.
_merged(grants) := {"path": path, "msg": msg, "details": {"found": found}, "related": related} if {
	path := sort([grant.path | some grant in grants])[0]
	found := [grant.found | some grant in grants; grant.path == path][0]
	what := [sprintf("%v %v", [concat(", ", grant.verbs), concat(", ", grant.resources)]) |
		some grant in grants
	]
	msg := sprintf("%v %v", [rbac.holder(input.review, input.evidence), concat("; ", what)])
	related := [place | some place in grants[_].related]
}

_scheduling := {"verbs": {"create"}, "resources": {"": {"bindings", "pods/binding"}}}

_writing(kind) := {
	"verbs": {"update", "patch"},
	"resources": {"": {"nodes", "nodes/status", "pods/status"}},
} if {
	startswith(kind, "Cluster")
} else := {"verbs": {"update", "patch"}, "resources": {"": {"pods/status"}}}
