# METADATA
# title: Process namespace shared between containers
# description: >-
#   With one process namespace each container of the Pod sees the others' processes: it signals
#   them, and reads their environment and files through /proc, with the secrets in them.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE]}
#   remediation: >-
#     Remove `shareProcessNamespace`, and debug by an ephemeral container with a target: `spec:
#     {shareProcessNamespace: false}`.
#   references:
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.share_process_namespace

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	input.review.object.spec.shareProcessNamespace == true
	path := ["spec", "shareProcessNamespace"]
	msg := "containers of the pod see each other's processes"
}
