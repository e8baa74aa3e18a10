# METADATA
# title: Role that may create PersistentVolumes
# description: >-
#   A PersistentVolume can be a directory of a node. Whoever creates one reads and writes the
#   node's file system with a Pod that merely claims a volume, past every rule about hostPath. In a
#   namespaced Role the rule reaches nothing yet: PersistentVolumes belong to the cluster.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
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
#     Leave volumes to a StorageClass and its provisioner, and give the right to claim one:
#     `{apiGroups: [""], resources: [persistentvolumeclaims], verbs: [create, get, list, watch]}`.
#   references:
#   - {framework: CIS, id: 5.1.9}
#   - {framework: MITRE, id: T1611}
#   since: "0.1.0"
package policies.rbac.persistent_volume_creation

import data.policies.lib.rbac

violation contains found if {
	some found in rbac.violations(input.review, input.evidence, _wanted)
}

_wanted := {"verbs": {"create"}, "resources": {"": {"persistentvolumes"}}}
