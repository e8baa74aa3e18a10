# METADATA
# title: Probe or hook of another host
# description: >-
#   The kubelet calls the host that a probe or a lifecycle hook names, from the node's network:
#   whoever writes Pods can make nodes call any address, the cloud's metadata service among them.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Drop `host`, so that the kubelet calls the Pod itself: `livenessProbe: {httpGet: {path:
#     /healthz, port: 8080}}`.
#   references:
#   - {framework: PSS, id: baseline/Host Probes / Lifecycle Hooks}
#   since: "0.1.0"
package policies.least_privilege.host_probe

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	container := spec[list][i]
	some field in ["livenessProbe", "readinessProbe", "startupProbe"]
	probe := container[field]
	some action in ["httpGet", "tcpSocket"]
	called := probe[action]
	host := called.host
	not host in {"", null}
	path := ["spec", list, i, field, action, "host"]
	msg := sprintf("%v is probed on host %v", [pods.holder(path), host])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	lifecycle := spec[list][i].lifecycle
	some hook in ["postStart", "preStop"]
	handler := lifecycle[hook]
	some action in ["httpGet", "tcpSocket"]
	called := handler[action]
	host := called.host
	not host in {"", null}
	path := ["spec", list, i, "lifecycle", hook, action, "host"]
	msg := sprintf("%v has a hook that calls host %v", [pods.holder(path), host])
}
