# METADATA
# title: Dangerous role aggregated into admin, edit or view
# description: >-
#   The label adds these rules to a role that is handed to people in every namespace, without any
#   binding that says so. Who was given `view` to look around can then do what the rule says.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
# custom:
#   severity: high
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/ClusterRole
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Remove the label and bind the role to those who need it, or aggregate the kinds of your
#     own only: `{apiGroups: [shop.example.com], resources: [orders], verbs: [get, list,
#     watch]}`.
#   references:
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: MITRE, id: T1098}
#   since: "0.1.0"
package policies.rbac.aggregation_into_default_role

import data.policies.lib.rbac
import data.policies.lib.risks

violation contains found if {
	some role in ["admin", "edit", "view"]
	label := concat("", ["rbac.authorization.k8s.io/aggregate-to-", role])
	input.review.object.metadata.labels[label] == "true"
	related := _reasons(input)
	whose := rbac.role_name("ClusterRole", input.review.object)
	found := {
		"path": ["metadata", "labels", label],
		"msg": sprintf("all who hold %q can %v by %v", [role, related[0].msg, whose]),
		"details": {"found": "true"},
		"related": array.slice(related, 0, 20),
	}
}

# Where there is a wildcard, nothing else need be told.
_reasons(document) := starred if {
	starred := _starred(document)
	starred != []
} else := _granting(document)

_granting(document) := [{"path": grant.path, "msg": grant.can} |
	wanted := [part | some id in _ids; some part in risks.wanted(id)]
	some grant in rbac.grants(document.review, document.evidence, wanted)
]

# ConfigMaps are left out: in a namespace of one's own they are everybody's to write.
_ids := [
	"secret-access", "escalate-or-bind", "impersonation", "token-creation", "node-proxy", "pod-exec",
	"admission-control-write", "certificate-approval",
]

# Wildcards for kinds of one's own are what this label is for.
_starred(document) := [{"path": path, "msg": sprintf("use every %v", [site.what])} |
	evidence := document.evidence
	not rbac.bootstrap(evidence)
	some site in risks.wildcards(document.review.object.rules)
	not site.own
	path := array.concat(["rules", site.rule], site.path)
]
