# METADATA
# title: Restricted volume type
# description: >-
#   Volumes that mount a device or a server by themselves, hostPath and the in-tree drivers, let
#   whoever writes Pods reach storage that no administrator has given them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim,
#     projected or secret: `volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]`.
#   references:
#   - {framework: PSS, id: restricted/Volume Types}
#   - {framework: CIS, id: 5.2.12}
#   since: "0.1.0"
package policies.least_privilege.restricted_volume_type

import data.policies.lib.pods

# Every field of a volume but its name is a source; without any it is an emptyDir.
violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	allowed := {
		"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image",
		"persistentVolumeClaim", "projected", "secret",
	}
	some i, source
	input.review.object.spec.volumes[i][source] != null
	not source in allowed
	path := ["spec", "volumes", i, source]
	msg := sprintf("%v is of the restricted type %v", [pods.holder(path), source])
}
