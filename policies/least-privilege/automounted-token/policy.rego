# METADATA
# title: API token mounted into every container
# description: >-
#   Unless told otherwise, every container of a Pod finds a token of the Pod's service account in
#   its file system. Who breaks into one speaks to the API server with it, though most programs
#   never do. The Pod's own value decides, else its service account's, else the token is mounted.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: medium
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE]}
#   evidence: [serviceAccount]
#   remediation: >-
#     Switch it off unless the program calls the Kubernetes API: `spec:
#     {automountServiceAccountToken: false}`.
#   references:
#   - {framework: CIS, id: 5.1.6}
#   - {framework: NSA, id: Protecting Pod service account tokens}
#   - {framework: MITRE, id: T1528}
#   since: "0.1.0"
package policies.least_privilege.automounted_token

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	input.review.object.spec.automountServiceAccountToken == true
	path := ["spec", "automountServiceAccountToken"]
	msg := "pod asks for the API token of its service account"
}

violation contains {"path": path, "msg": msg, "details": details, "related": related} if {
	not _pod_decides
	input.evidence.serviceAccount.value.automountServiceAccountToken == true
	path := ["spec", "automountServiceAccountToken"]
	details := pods.details(path, false)
	msg := "pod gets the API token that its service account hands out"
	related := [{
		"path": ["automountServiceAccountToken"],
		"of": "serviceAccount",
		"msg": "hands its token to every pod that doesn't refuse it",
	}]
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	not _pod_decides
	not _account_decides
	is_object(input.review.object.spec)
	path := ["spec", "automountServiceAccountToken"]
	msg := "neither the pod nor its service account keeps the API token out"
}

_account_decides if is_boolean(input.evidence.serviceAccount.value.automountServiceAccountToken)

_pod_decides if is_boolean(input.review.object.spec.automountServiceAccountToken)
