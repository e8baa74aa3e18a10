# METADATA
# title: CPU or memory without request or limit
# description: >-
#   A container without limits can take all of its node's CPU and memory, by a fault or on purpose,
#   and whatever runs beside it starves. Without requests the scheduler fills nodes blindly. A limit
#   is the request where none is written, and those of the whole Pod count from 1.32 on.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   severity: low
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE]}
#   parameters:
#     type: object
#     properties:
#       limits:
#         type: array
#         items: {enum: [cpu, memory, ephemeral-storage]}
#         default: [cpu, memory]
#         description: What each container must have a limit of.
#       requests:
#         type: array
#         items: {enum: [cpu, memory, ephemeral-storage]}
#         default: [cpu, memory]
#         description: What each container must have a request of.
#       limitIsRequest:
#         type: boolean
#         default: true
#         description: >-
#           Whether a limit counts as the request where none is written, as the API server has it.
#       maximum:
#         type: object
#         description: >-
#           The largest quantities that a container may have: `{limits: {cpu: "2", memory: 1Gi}}`.
#         propertyNames: {enum: [limits, requests]}
#         additionalProperties:
#           type: object
#           propertyNames: {enum: [cpu, memory, ephemeral-storage]}
#           additionalProperties:
#             type: [string, number]
#             pattern: '^([0-9]+\.?[0-9]*|\.[0-9]+)([numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]{1,9})$'
#   remediation: >-
#     Set what the container needs and the most it may take: `resources: {requests: {cpu: 100m,
#     memory: 128Mi}, limits: {cpu: 500m, memory: 256Mi}}`.
#   references:
#   - {framework: NSA, id: Resource policies}
#   - {framework: MITRE, id: T1496}
#   since: "0.1.0"
package policies.least_privilege.missing_resource_limits

import data.policies.lib.kubernetes
import data.policies.lib.pods
import data.policies.lib.quantities

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	some list in _suspects
	spec := input.review.object.spec
	some i
	missing := _missing(spec, spec[list][i])
	count(missing) > 0
	path := array.concat(["spec", list, i, "resources"], _common_place(missing))
	names := [name |
		some place in missing
		name := sprintf("no %v %v", [place[1], _words[place[0]]])
	]
	msg := sprintf("%v has %v", [pods.holder(path), concat(", ", names)])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, most)} if {
	some kind, maxima in input.parameters.maximum
	some resource, most in maxima
	spec := input.review.object.spec
	some list in ["initContainers", "containers"]
	some i
	spec[list][i]
	place := _places(spec, list, i, kind, resource)[0]
	value := object.get(spec, place, null)
	problem := _problem(value, most)
	path := array.concat(["spec"], place)
	msg := sprintf("%v has the %v %v %v, %v", [
		pods.holder(path),
		resource,
		_words[kind],
		value,
		problem,
	])
}

_words := {"limits": "limit", "requests": "request"}

# The lists whose containers have to be looked at one by one. Mostly there is none: every container
# has what is asked for, and as text that begins with a digit other than zero.
_suspects contains list if {
	asked := input.parameters.limits
	some list in ["initContainers", "containers"]
	containers := input.review.object.spec[list]
	is_array(containers)
	limits := [1 |
		found := containers[_].resources.limits
		found[asked[_]] >= "1"
	]
	count(limits) < count(containers) * count(asked)
}

_suspects contains list if {
	chosen := input.parameters

	# Else the limits are the requests.
	[chosen.requests, true] != [chosen.limits, chosen.limitIsRequest]
	asked := chosen.requests
	some list in ["initContainers", "containers"]
	containers := input.review.object.spec[list]
	is_array(containers)
	requests := [1 |
		found := containers[_].resources.requests
		found[asked[_]] >= "0"
	]
	count(requests) < count(containers) * count(asked)
}

# What a container lacks, as kind and resource. Ephemeral containers can't have any.
_missing(spec, container) := [[kind, resource] |
	some kind in ["limits", "requests"]
	some resource in input.parameters[kind]
	not _has(container, kind, resource)
	not _pod_has(spec, kind, resource)
]

_has(holder, "limits", resource) if {
	limit := holder.resources.limits[resource]
	_is_written(limit)

	# To the kubelet zero is no limit.
	not quantities.is_zero(limit)
}

_has(holder, "requests", resource) if {
	_is_written(holder.resources.requests[resource])
} else if {
	input.parameters.limitIsRequest
	_is_written(holder.resources.limits[resource])
}

_pod_has(spec, kind, resource) if {
	_has(spec, kind, resource)
	kubernetes.minor >= 32
}

# Whether there is a quantity, be it good or bad.
_is_written(value) if not value in {null, false, true}

# The part of the path that all that is missing have in common.
_common_place(missing) := missing[0] if {
	count(missing) == 1
} else := [kind] if {
	kinds := {place[0] | some place in missing}
	count(kinds) == 1
	some kind in kinds
} else := []

# Where the limit or request is written that a container has, the deciding place first.
_places(spec, list, i, kind, resource) := [place |
	some holder in array.concat([[list, i]], _pod_holder)
	some written in {"limits": ["limits"], "requests": ["requests", "limits"]}[kind]
	place := array.concat(holder, ["resources", written, resource])
	_is_written(object.get(spec, place, null))
]

_pod_holder := [[]] if {
	kubernetes.minor >= 32
} else := []

_problem(value, most) := "which is no quantity" if {
	quantities.parse(value) == null
} else := sprintf("more than %v", [most]) if {
	quantities.parse(value) > quantities.parse(most)
}
