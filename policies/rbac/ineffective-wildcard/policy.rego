# METADATA
# title: Role rule that looks like a grant and matches nothing
# description: >-
#   The authorizer compares text: only a lone `*`, `*/<subresource>` and a URL's last `*` are
#   wildcards, and capitals are other letters. A rule with `pods/*` or `GET` grants less than its
#   author believes, and what works around the failure is usually a far wider rule.
# related_resources:
# - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
# custom:
#   severity: low
#   scope:
#     kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]
#     operations: [CREATE, UPDATE]
#   remediation: >-
#     Write out what the role needs, in lower case, each subresource by its name: `resources:
#     [pods, pods/log], verbs: [get, list]`.
#   references:
#   - {framework: NSA, id: Authentication and authorization}
#   since: "0.1.0"
package policies.rbac.ineffective_wildcard

import data.policies.lib.rbac

violation contains {"path": path, "msg": msg, "details": {"found": entry}} if {
	some i
	rule := input.review.object.rules[i]
	_is_suspect(rule)
	some list, noun in _nouns
	some j, entry in rule[list]
	is_string(entry)
	_ineffective(list, entry, rule)
	path := ["rules", i, list, j]
	holder := rbac.role_name(input.review.kind.kind, input.review.object)
	msg := sprintf("%v names the %v %q, which matches nothing", [holder, noun, entry])
}

# Most rules have none of these signs: one look at a whole rule is the quickest. The keys with
# capitals, such as resourceNames, are suspects as well.
_is_suspect(rule) if regex.match(
	`^\{"apiGroups":\[[^\]]*/|[\[,]"[^"]*[*A-Z]`,
	json.marshal(rule),
)

_nouns := {
	"apiGroups": "API group",
	"nonResourceURLs": "URL",
	"resourceNames": "resource name",
	"resources": "resource",
	"verbs": "verb",
}

# A group has no version, and a wildcard is no part of a name.
_ineffective("apiGroups", group, _) if {
	some sign in ["*", "/"]
	contains(group, sign)
	group != "*"
}

_ineffective("apiGroups", group, _) if lower(group) != group

_ineffective("resources", resource, _) if {
	contains(trim_prefix(resource, "*/"), "*")
	resource != "*"
}

# Names of metrics are served as resources and may have capitals.
_ineffective("resources", resource, rule) if {
	lower(resource) != resource
	not _of_metrics(rule)
}

_ineffective("verbs", verb, _) if {
	contains(verb, "*")
	verb != "*"
}

# Servers may have verbs of their own, with capitals too.
_ineffective("verbs", verb, _) if {
	lower(verb) != verb
	lower(verb) in {
		"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection",
		"approve", "bind", "escalate", "impersonate", "sign", "use",
	}
}

_ineffective("nonResourceURLs", url, _) if contains(trim_right(url, "*"), "*")

# Signers have names as `example.com/*`, and metrics of several objects the name `*`.
_ineffective("resourceNames", name, rule) if {
	contains(name, "*")
	not _of_metrics(rule)
	not _of_signers(rule)
}

_of_metrics(rule) if {
	some group in rule.apiGroups
	is_string(group)
	endswith(group, "metrics.k8s.io")
}

_of_signers(rule) if {
	some resource in rule.resources
	resource in {"*", "signers"}
}
