# METADATA
# title: User id that the node may have too
# description: >-
#   Ids below 10000 belong to users of the node: a process that breaks out of its container acts
#   as the user with the same id there. The id that a container really gets is judged, its own or
#   else the Pod's; without either the image decides. From Kubernetes 1.35 on a Pod in a user
#   namespace of its own passes (hostUsers false), and Windows Pods pass, which have no ids.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# - ref: https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
# custom:
#   severity: low
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     properties:
#       minimum:
#         type: integer
#         minimum: 1
#         default: 10000
#         description: The lowest id that a container may run as.
#   remediation: >-
#     Run as a user that no node has: `securityContext: {runAsUser: 10001}`.
#   references:
#   - {framework: NSA, id: Non-root containers}
#   since: "0.1.0"
package policies.least_privilege.low_user_id

import data.policies.lib.pods
import data.policies.lib.pss

violation contains {"path": path, "msg": msg, "details": pods.details(path, minimum)} if {
	spec := input.review.object.spec
	minimum := input.parameters.minimum
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	user := spec[list][i].securityContext.runAsUser
	is_number(user)
	user < minimum
	not _has_no_ids_of_the_node(spec)
	path := ["spec", list, i, "securityContext", "runAsUser"]
	msg := sprintf("%v runs as user %v, below %v", [pods.holder(path), user, minimum])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, minimum)} if {
	spec := input.review.object.spec
	minimum := input.parameters.minimum
	user := spec.securityContext.runAsUser
	is_number(user)
	user < minimum
	_reaches_a_container(spec)
	not _has_no_ids_of_the_node(spec)
	path := ["spec", "securityContext", "runAsUser"]
	msg := sprintf("pod runs as user %v, below %v", [user, minimum])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, minimum)} if {
	spec := input.review.object.spec
	minimum := input.parameters.minimum
	not _decides(spec)
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	not _decides(container)
	is_object(container)
	not _has_no_ids_of_the_node(spec)
	path := ["spec", list, i, "securityContext", "runAsUser"]
	msg := sprintf("neither the pod nor %v says as which user it runs", [pods.holder(path)])
}

_decides(holder) if is_number(holder.securityContext.runAsUser)

_reaches_a_container(spec) if {
	container := spec[["initContainers", "containers", "ephemeralContainers"][_]][_]
	is_object(container)
	not _decides(container)
}

_has_no_ids_of_the_node(spec) if pss.user_namespace_passes(spec)

_has_no_ids_of_the_node(spec) if spec.os.name == "windows"
