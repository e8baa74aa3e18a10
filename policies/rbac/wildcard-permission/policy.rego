# METADATA
# title: Rule with a wildcard
# description: >-
#   A wildcard grants what nobody thought of: verbs such as `escalate` and `impersonate`,
#   subresources such as `pods/exec`, and whatever the next release or CustomResourceDefinition
#   adds. With all three wildcards a rule is cluster-admin.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
# custom:
#   severity: high
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Name the API groups, resources and verbs in use: `{apiGroups: [apps], resources:
#     [deployments], verbs: [get, list, watch]}`.
#   references:
#   - {framework: CIS, id: 5.1.3}
#   - {framework: NSA, id: Authentication and authorization}
#   supersedes:
#   - rbac/secret-access
#   - rbac/workload-creation
#   - rbac/escalate-or-bind
#   - rbac/impersonation
#   - rbac/token-creation
#   - rbac/node-proxy
#   - rbac/pod-exec
#   - rbac/admission-control-write
#   - rbac/certificate-approval
#   - rbac/persistent-volume-creation
#   - rbac/node-or-status-write
#   - rbac/event-deletion
#   - rbac/system-config-map-write
#   - rbac/network-write
#   - rbac/api-extension-write
#   - rbac/self-modifying-role
#   since: "0.1.0"
package policies.rbac.wildcard_permission

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	evidence := input.evidence
	rbac.is_role(input.review)
	not rbac.bootstrap(evidence)
	some site in risks.wildcards(input.review.object.rules)
	found := _found(array.concat(["rules", site.rule], site.path), [site], [])
}

violation contains found if {
	evidence := input.evidence
	rbac.is_binding(input.review)
	not rbac.bootstrap(evidence)
	sites := risks.wildcards(rbac.handed_out(evidence))
	sites != []
	related := [place |
		some site in array.slice(sites, 0, 20)
		path := array.concat(["rules", site.rule], site.path)
		place := {"path": path, "of": "role", "msg": sprintf("every %v", [site.what])}
	]
	found := _found(["roleRef", "name"], sites, related)
}

_found(path, sites, related) := {
	"path": path,
	"msg": sprintf("%v has a rule for every %v", [whose, what]),
	"details": {"found": object.get(input.review.object, path, null)},
	"related": related,
	"severity": _severity(sites),
	"confidence": _confidence(sites),
} if {
	whose := trim_suffix(rbac.holder(input.review, input.evidence), " can")
	what := concat("; every ", {site.what | some site in sites})
}

_severity(sites) := "critical" if {
	some site in sites
	site.everything
} else := "high"

# All verbs of kinds of one's own are often meant so.
_confidence(sites) := "high" if {
	some site in sites
	not site.own
} else := "medium"
