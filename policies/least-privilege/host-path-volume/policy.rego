# METADATA
# title: Volume from the node's file system
# description: >-
#   A hostPath volume is a part of the node's file system inside the Pod. Kubelet credentials, the
#   runtime's socket and other Pods' files lie there, and what is written there outlives the Pod.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Replace hostPath by a PersistentVolumeClaim, an emptyDir or a CSI volume: `volumes: [{name:
#     data, emptyDir: {}}]`.
#   references:
#   - {framework: PSS, id: baseline/HostPath Volumes}
#   - {framework: CIS, id: 5.2.12}
#   - {framework: NSA, id: Pod security enforcement}
#   supersedes: [least-privilege/restricted-volume-type]
#   since: "0.1.0"
package policies.least_privilege.host_path_volume

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	some i
	input.review.object.spec.volumes[i].hostPath != null
	path := ["spec", "volumes", i, "hostPath"]
	msg := sprintf("%v is a part of the node's file system", [pods.holder(path)])
}
