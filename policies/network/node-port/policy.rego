# METADATA
# title: Service on a port of every node
# description: >-
#   A NodePort opens the same port on every node, past the load balancer, its TLS and its filters.
#   Who reaches a node reaches the Service.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
# custom:
#   severity: low
#   scope: {kinds: [Service], operations: [CREATE, UPDATE]}
#   remediation: >-
#     Keep the Service inside the cluster and put an Ingress or a Gateway in front of it: `spec:
#     {type: ClusterIP}`.
#   references:
#   - {framework: NSA, id: Network separation and hardening}
#   - {framework: MITRE, id: T1133}
#   since: "0.1.0"
package policies.network.node_port

violation contains {"path": ["spec", "type"], "msg": msg, "details": details} if {
	input.review.object.spec.type == "NodePort"
	msg := "service opens a port on every node"
	details := {"found": "NodePort", "wanted": "ClusterIP"}
}
