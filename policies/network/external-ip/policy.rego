# METADATA
# title: Service that takes over an external IP
# description: >-
#   Nodes send whatever goes to an address in externalIPs to the Service, whoever owns the address.
#   Who may create Services can so read and answer the cluster's traffic to any address.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#external-ips
# - ref: https://github.com/kubernetes/kubernetes/issues/97076
# custom:
#   severity: high
#   scope: {kinds: [Service], operations: [CREATE, UPDATE]}
#   parameters:
#     type: object
#     properties:
#       allowedIPs:
#         description: Addresses that Services may take, spelled as in their manifests.
#         type: array
#         items: {type: string}
#         default: []
#   remediation: >-
#     Remove externalIPs; let a load balancer hand out the address: `spec: {type: LoadBalancer}`.
#   references:
#   - {framework: CVE, id: CVE-2020-8554}
#   - {framework: MITRE, id: T1557}
#   since: "0.1.0"
package policies.network.external_ip

violation contains {"path": path, "msg": msg, "details": {"found": address}} if {
	some i
	address := input.review.object.spec.externalIPs[i]
	is_string(address)
	allowed := input.parameters.allowedIPs
	not address in allowed
	path := ["spec", "externalIPs", i]
	msg := sprintf("service takes over the address %v", [address])
}
