# METADATA
# title: Cloud identity on the default service account
# description: >-
#   An annotation lets a service account act as a role of the cloud. On the account `default` every
#   Pod of the namespace that names no other gets that role, and with it whatever it may do with
#   buckets, keys and databases outside the cluster.
# related_resources:
# - ref: https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
# - ref: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
# - ref: https://learn.microsoft.com/en-us/azure/aks/workload-identity-overview
# custom:
#   severity: high
#   scope: {kinds: [ServiceAccount], operations: [CREATE, UPDATE]}
#   remediation: >-
#     Move the annotation to an account that only the workload in need of it uses: `metadata: {name:
#     backup, annotations: {eks.amazonaws.com/role-arn: …}}`.
#   references:
#   - {framework: CIS, id: 5.1.5}
#   - {framework: MITRE, id: T1078.004}
#   since: "0.1.0"
package policies.least_privilege.cloud_identity_on_default_account

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	input.review.object.metadata.name == "default"
	some key, kind in {
		"eks.amazonaws.com/role-arn": "AWS role",
		"iam.gke.io/gcp-service-account": "Google service account",
		"azure.workload.identity/client-id": "Azure client",
	}
	identity := input.review.object.metadata.annotations[key]
	is_string(identity)
	identity != ""
	path := ["metadata", "annotations", key]
	msg := sprintf("default service account acts as the %v %q", [kind, identity])
}
