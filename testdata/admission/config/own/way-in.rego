# METADATA
# title: Way into a running Pod
# description: A policy of a cluster's own.
# custom:
#   severity: high
#   remediation: Ask the owners of the cluster.
#   scope: {kinds: [PodExecOptions, PodAttachOptions, PodPortForwardOptions, PodProxyOptions, NodeProxyOptions, ServiceProxyOptions], operations: [CONNECT], subresources: [exec, attach, portforward, proxy]}
package policies.own.way_in

violation contains {"path": [], "msg": msg} if {
	msg := sprintf("nobody connects to %v of %q here", [input.review.subResource, input.review.name])
}
