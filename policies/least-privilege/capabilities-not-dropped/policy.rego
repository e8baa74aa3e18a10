# METADATA
# title: Capabilities not dropped
# description: >-
#   The capabilities that runtimes give by default, CHOWN, SETUID, NET_RAW and others, are more
#   than nearly any service needs, and all of them help a break-in. Only `ALL`, in capitals, drops
#   them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Drop all and add at most NET_BIND_SERVICE: `securityContext: {capabilities: {drop: [ALL]}}`.
#   references:
#   - {framework: PSS, id: restricted/Capabilities}
#   - {framework: CIS, id: 5.2.8}
#   - {framework: CIS, id: 5.2.10}
#   - {framework: NSA, id: Pod security enforcement}
#   since: "0.1.0"
package policies.least_privilege.capabilities_not_dropped

import data.policies.lib.pods
import data.policies.lib.pss

violation contains {"path": path, "msg": msg, "details": pods.details(path, ["ALL"])} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	not _drops_all(container)
	not pss.windows_passes(spec)
	path := ["spec", list, i, "securityContext", "capabilities", "drop"]
	msg := sprintf("%v doesn't drop all capabilities", [pods.holder(path)])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, k
	capability := spec[list][i].securityContext.capabilities.add[k]
	capability != "NET_BIND_SERVICE"
	not pss.windows_passes(spec)
	path := ["spec", list, i, "securityContext", "capabilities", "add", k]
	msg := sprintf("%v adds the capability %v", [pods.holder(path), capability])
}

_drops_all(container) if "ALL" in container.securityContext.capabilities.drop
