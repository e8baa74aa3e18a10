# METADATA
# title: Interactive container in a workload
# description: >-
#   A container of a controller has no user at a terminal. With stdin or tty it is a shell that
#   `kubectl attach` leads into without a trace in the container, mostly left over from debugging.
#   Pods made by hand for that pass, unless barePods says otherwise.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
# custom:
#   severity: low
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     properties:
#       barePods:
#         type: boolean
#         default: false
#         description: Whether Pods that come from no template are judged too.
#   remediation: >-
#     Remove stdin and tty, and debug with an ephemeral container: `kubectl debug -it POD --image
#     IMAGE`.
#   references:
#   - {framework: MITRE, id: T1609}
#   since: "0.1.0"
package policies.least_privilege.interactive_container

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	_is_judged
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	some field in ["stdin", "tty"]
	container[field] == true
	path := ["spec", list, i, field]
	msg := sprintf("%v is interactive: it has %v", [pods.holder(path), field])
}

_is_judged if input.review.expandedFrom != null

_is_judged if input.parameters.barePods
