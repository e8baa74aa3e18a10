# METADATA
# title: Role that changes the cluster's own ConfigMaps
# description: >-
#   In kube-system, `aws-auth` says who is an administrator, `coredns` where names lead, and
#   `extension-apiserver-authentication` whose certificates are believed: whoever writes these
#   ConfigMaps takes over the cluster.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
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
#     Write ConfigMaps in a namespace of your own, or name the one: `{apiGroups: [""],
#     resources: [configmaps], resourceNames: [shop-leader], verbs: [get, update]}`.
#   references:
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1098}
#   since: "0.1.0"
package policies.rbac.system_config_map_write

import data.policies.lib.rbac
import data.policies.lib.risks

# A ClusterRole is judged where it is bound, unless it names these ConfigMaps.
violation contains found if {
	_reaches_kube_system(input.review)
	wanted := risks.wanted("system-config-map-write")
	some found in rbac.violations(input.review, input.evidence, wanted)
}

violation contains found if {
	input.review.kind.kind == "ClusterRole"
	wanted := risks.wanted("system-config-map-write")
	some found in rbac.violations(input.review, input.evidence, wanted)
	rbac.narrowed(input.review.object.rules[found.path[1]])
}

_reaches_kube_system(review) if {
	review.kind.kind == "ClusterRoleBinding"
} else if {
	review.kind.kind in {"Role", "RoleBinding"}
	review.namespace == "kube-system"
}
