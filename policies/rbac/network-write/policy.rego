# METADATA
# title: Role that may redirect or open traffic
# description: >-
#   Services, Endpoints, EndpointSlices and Ingresses say where traffic goes, NetworkPolicies what
#   may pass: whoever writes them diverts other workloads' traffic or exposes what was closed.
#   Kubernetes gives its own edit role Services, Ingresses and NetworkPolicies, so in that role
#   only the rest is judged: Endpoints, whatever their group, since they were taken from it
#   (CVE-2021-25740).
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#write-access-for-endpoints
# - ref: https://github.com/kubernetes/kubernetes/issues/103675
# custom:
#   severity: medium
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Leave routing to what deploys it; give the others read access, and change by name:
#     `{apiGroups: [networking.k8s.io], resources: [ingresses], verbs: [patch], resourceNames:
#     [shop]}`.
#   references:
#   - {framework: CVE, id: CVE-2020-8554}
#   - {framework: CVE, id: CVE-2021-25740}
#   - {framework: NSA, id: Network separation and hardening}
#   since: "0.1.0"
package policies.rbac.network_write

import data.policies.lib.rbac

violation contains found if {
	some found in rbac.violations(input.review, input.evidence, _wanted(input.review))
}

# The slip of a group is all that keeps such a rule from what it was written for.
violation contains {"path": path, "msg": msg, "details": {"found": "endpoints"}} if {
	_default_role(input.review)
	some i, j
	rule := input.review.object.rules[i]
	rule.resources[j] == "endpoints"
	not _names_core(rule)
	some verb in rule.verbs
	verb in _write | {"*"}
	path := ["rules", i, "resources", j]
	msg := sprintf("default role %q names endpoints to be written, but in a group that has none", [
		input.review.object.metadata.name,
	])
}

_wanted(review) := {"verbs": _write, "resources": _beyond_edit} if {
	_default_role(review)
} else := {"verbs": _write, "resources": object.union(_beyond_edit, {
	"": {"services", "services/status", "endpoints"},
	"networking.k8s.io": {"ingresses", "networkpolicies"},
})}

_write := {"create", "update", "patch", "delete", "deletecollection"}

_beyond_edit := {"": {"endpoints", "services/status"}, "discovery.k8s.io": {"endpointslices"}}

_default_role(review) if {
	review.kind.kind == "ClusterRole"
	review.object.metadata.name in {
		"admin", "edit", "system:aggregate-to-admin", "system:aggregate-to-edit",
	}
}

_names_core(rule) if {
	some group in rule.apiGroups
	group in {"", "*"}
}
