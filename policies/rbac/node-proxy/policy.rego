# METADATA
# title: Role that reaches the kubelet through nodes/proxy
# description: >-
#   The kubelet's API runs commands in every Pod of its node and reads their logs, past admission
#   and the audit log. A name helps little: one node is enough to get to the tokens of all its
#   Pods.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
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
#     Name the subresources that are read, which monitoring has of its own: `{apiGroups: [""],
#     resources: [nodes/metrics, nodes/stats], verbs: [get]}`.
#   references:
#   - {framework: CIS, id: 5.1.10}
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1609}
#   since: "0.1.0"
package policies.rbac.node_proxy

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	wanted := risks.wanted("node-proxy")
	some found in rbac.violations(input.review, input.evidence, wanted)
}
