# METADATA
# title: Default service account in use
# description: >-
#   Every Pod of a namespace that names no service account runs as its account `default`: what one
#   of them is granted, all have, and none can be told from another in the audit log. So no Pod
#   should run as it, and the account itself shouldn't hand out its token.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/service-accounts/
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: medium
#   scope: {kinds: [Pod, ServiceAccount], operations: [CREATE, UPDATE]}
#   remediation: >-
#     Give the workload an account of its own, `spec: {serviceAccountName: shop}`, and keep the
#     default account's token in: `automountServiceAccountToken: false`.
#   references:
#   - {framework: CIS, id: 5.1.5}
#   - {framework: NSA, id: Protecting Pod service account tokens}
#   since: "0.1.0"
package policies.least_privilege.default_service_account

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	input.review.kind.kind == "Pod"
	not _names_another
	path := ["spec", _naming_field(input.review.object.spec)]
	msg := "pod runs as the default service account"
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, false)} if {
	input.review.kind.kind == "ServiceAccount"
	account := input.review.object
	account.metadata.name == "default"
	not account.automountServiceAccountToken == false
	not _by_controller
	path := ["automountServiceAccountToken"]
	msg := "default service account hands its token to every pod that names no other"
}

_names_another if {
	name := input.review.object.spec.serviceAccountName
	is_string(name)
	not name in {"", "default"}
} else if {
	_naming_field(input.review.object.spec) == "serviceAccount"
	input.review.object.spec.serviceAccount != "default"
}

# The field that names the account: the deprecated one only where the other names none.
_naming_field(spec) := "serviceAccountName" if {
	_is_name(spec.serviceAccountName)
} else := "serviceAccount" if {
	_is_name(spec.serviceAccount)
} else := "serviceAccountName" if {
	is_object(spec)
}

_is_name(value) if {
	is_string(value)
	value != ""
}

# Kubernetes makes the account `default` of each namespace, and nobody can tell it how.
_by_controller if input.review.userInfo.username in {
	"system:serviceaccount:kube-system:service-account-controller",
	"system:kube-controller-manager",
}
