# METADATA
# title: Role that gets into running Pods
# description: >-
#   Whoever may exec, attach, forward ports, add an ephemeral container or use a proxy has what
#   the Pod has: its token, its Secrets, its network. `get` is enough for some of these, as it
#   opens a websocket.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
# - ref: https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/
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
#     Leave debugging to a role that is bound for the time it takes, and give the workload only
#     what it reads: `{apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}`.
#   references:
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1609}
#   since: "0.1.0"
package policies.rbac.pod_exec

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	wanted := risks.wanted("pod-exec")
	some found in rbac.violations(input.review, input.evidence, wanted)
}
