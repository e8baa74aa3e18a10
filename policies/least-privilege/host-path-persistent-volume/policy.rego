# METADATA
# title: PersistentVolume on the node's file system
# description: >-
#   A PersistentVolume of type hostPath or local is a directory of a node, given to whoever claims
#   it: the rules against hostPath in Pods don't see it. Its data are lost with the node.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/persistent-volumes/
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: medium
#   scope: {kinds: [PersistentVolume], operations: [CREATE, UPDATE]}
#   parameters:
#     type: object
#     properties:
#       paths:
#         type: array
#         items: {type: string, minLength: 1}
#         default: []
#         description: >-
#           Directories of the nodes that are meant for volumes. One that is such a directory, or
#           lies below it, passes.
#       storageClasses:
#         type: array
#         items: {type: string, minLength: 1}
#         default: []
#         description: >-
#           Storage classes of local disks. Their volumes pass, whatever their path.
#   remediation: >-
#     Let a CSI driver provide the volume: `spec: {csi: {driver: csi.example.com, volumeHandle:
#     data}}`.
#   references:
#   - {framework: CIS, id: 5.1.9}
#   since: "0.1.0"
package policies.least_privilege.host_path_persistent_volume

import data.policies.lib.paths
import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some type in ["hostPath", "local"]
	source := spec[type]
	source != null
	not _is_meant_for_volumes(source)
	not _is_of_a_local_class(spec)
	path := ["spec", type]
	msg := sprintf("persistent volume is a part of the node's file system (%v)", [type])
}

_is_meant_for_volumes(source) if {
	some directory in input.parameters.paths
	paths.within(source.path, directory)
}

_is_of_a_local_class(spec) if spec.storageClassName in input.parameters.storageClasses
