# METADATA
# title: Writable root file system
# description: >-
#   Whoever breaks into a container with a writable root file system replaces its programs and
#   leaves tools there. Read-only, the image runs as it was built and scanned. Windows doesn't
#   know the field, so Windows Pods pass.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   severity: low
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     properties:
#       exemptImages:
#         type: array
#         items: {type: string, minLength: 1}
#         default: []
#         description: >-
#           Images whose containers pass: as written in the Pod, or their beginning followed by `*`.
#   remediation: >-
#     Make it read-only and mount an emptyDir where the program writes: `securityContext:
#     {readOnlyRootFilesystem: true}`.
#   references:
#   - {framework: NSA, id: Immutable container file systems}
#   since: "0.1.0"
package policies.least_privilege.writable_root_filesystem

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, true)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	not _is_read_only(container)
	is_object(container)
	not _is_exempt(container)
	not _is_windows(spec)
	path := ["spec", list, i, "securityContext", "readOnlyRootFilesystem"]
	msg := sprintf("root file system of %v is writable", [pods.holder(path)])
}

_is_read_only(container) if container.securityContext.readOnlyRootFilesystem == true

_is_exempt(container) if container.image in input.parameters.exemptImages

_is_exempt(container) if {
	some pattern in input.parameters.exemptImages
	endswith(pattern, "*")
	is_string(container.image)
	startswith(container.image, trim_suffix(pattern, "*"))
}

_is_windows(spec) if spec.os.name == "windows"
