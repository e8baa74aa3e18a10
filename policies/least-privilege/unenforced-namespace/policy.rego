# METADATA
# title: Namespace without Pod Security Standards
# description: >-
#   Unless its label says which level of the Pod Security Standards it enforces, a namespace takes
#   every Pod, also those that take over their node. `privileged` is the same, said aloud.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-admission/
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Namespace], operations: [CREATE, UPDATE], subresources: [status, finalize]}
#   parameters:
#     type: object
#     properties:
#       level:
#         enum: [baseline, restricted]
#         default: baseline
#         description: The level that a namespace must enforce at least.
#       exemptNamespaces:
#         type: array
#         items: {type: string}
#         default: [kube-system, kube-public, kube-node-lease]
#         description: Names of the namespaces that needn't enforce any.
#   remediation: >-
#     Enforce a level: `metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}`.
#   references:
#   - {framework: CIS, id: 5.2.1}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.unenforced_namespace

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, wanted)} if {
	not _is_exempt
	wanted := input.parameters.level
	path := ["metadata", "labels", "pod-security.kubernetes.io/enforce"]
	level := object.get(input.review.object, path, null)
	not level in {wanted, "restricted"}
	msg := _message(level, wanted)
}

_is_exempt if input.review.object.metadata.name in input.parameters.exemptNamespaces

_message(level, wanted) := msg if {
	is_string(level)
	msg := sprintf("namespace enforces the level %q instead of %v", [level, wanted])
} else := "namespace enforces no level of the Pod Security Standards"
