# METADATA
# title: Unmasked /proc
# description: >-
#   Runtimes hide the parts of /proc that tell or change the node's kernel. With procMount
#   Unmasked a container that runs as root reads and writes them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     properties:
#       exemptUserNamespace:
#         type: boolean
#         default: true
#         description: >-
#           Whether a Pod in a user namespace of its own (hostUsers false) passes, from Kubernetes
#           1.35 on, as baseline has it. Restricted doesn't.
#   remediation: >-
#     Set `procMount: Default`, or remove it: `securityContext: {procMount: Default}`.
#   references:
#   - {framework: PSS, id: baseline//proc Mount Type}
#   since: "0.1.0"
package policies.least_privilege.unmasked_proc_mount

import data.policies.lib.pods
import data.policies.lib.pss

violation contains {"path": path, "msg": msg, "details": pods.details(path, "Default")} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	mount := spec[list][i].securityContext.procMount
	not mount in {"Default", null}
	not _is_exempt(spec)
	path := ["spec", list, i, "securityContext", "procMount"]
	msg := sprintf("%v mounts /proc as %v", [pods.holder(path), mount])
}

_is_exempt(spec) if {
	input.parameters.exemptUserNamespace
	pss.user_namespace_passes(spec)
}
