# What the critical and high policies for roles look for, by the policy's name: the policy itself
# and aggregation-into-default-role judge by one definition. `rbac.violations` tells the keys.
package policies.lib.risks

# What the policy `rbac/<id>` looks for.
wanted(id) := _secret_access if {
	id == "secret-access"
} else := _escalate_or_bind if {
	id == "escalate-or-bind"
} else := _impersonation if {
	id == "impersonation"
} else := _token_creation if {
	id == "token-creation"
} else := _node_proxy if {
	id == "node-proxy"
} else := _pod_exec if {
	id == "pod-exec"
} else := _admission_control_write if {
	id == "admission-control-write"
} else := _certificate_approval if {
	id == "certificate-approval"
} else := _system_config_map_write if {
	id == "system-config-map-write"
}

_secret_access := [{"verbs": {"get", "list", "watch"}, "resources": {"": {"secrets"}}}]

# A role that may be escalated is as good as any, whichever its name. To bind roles by name is how
# handing out is meant to be delegated, if these are harmless.
_escalate_or_bind := [
	{
		"verbs": {"escalate"},
		"resources": {"rbac.authorization.k8s.io": {"roles", "clusterroles"}},
		"named": true,
	},
	{
		"verbs": {"bind"},
		"resources": {"rbac.authorization.k8s.io": {"roles", "clusterroles"}},
		"names": {"cluster-admin", "admin"},
		"prefixes": {"system:"},
	},
	{
		"verbs": {"create", "update", "patch"},
		"resources": {"rbac.authorization.k8s.io": {"rolebindings", "clusterrolebindings"}},
	},
]

_impersonation := [
	{
		"verbs": {"impersonate"},
		"resources": {"": {"users", "groups"}},
		"prefixes": {"system:"},
	},
	{
		"verbs": {"impersonate"},
		"resources": {"": {"serviceaccounts"}, "authentication.k8s.io": {"uids"}},
	},
	{
		"verbs": {"impersonate"},
		"resources": {"authentication.k8s.io": {"userextras/<key>"}},
		"keyed": {"userextras/"},
	},
]

_token_creation := [{"verbs": {"create"}, "resources": {"": {"serviceaccounts/token"}}}]

# What is passed on has the verbs of HTTP's methods. One node's kubelet is enough.
_node_proxy := [{
	"verbs": {"get", "create", "update", "patch", "delete"},
	"resources": {"": {"nodes/proxy"}},
	"named": true,
}]

# To get into a Pod, `get` is enough: it is what opens a websocket.
_pod_exec := [
	{
		"verbs": {"get", "create"},
		"resources": {"": {"pods/exec", "pods/attach", "pods/portforward"}},
	},
	{"verbs": {"update", "patch"}, "resources": {"": {"pods/ephemeralcontainers"}}},
	{
		"verbs": {"get", "create", "update", "patch", "delete"},
		"resources": {"": {"pods/proxy", "services/proxy"}},
	},
]

# What decides for the whole cluster what is admitted, or where its secrets come from: of the
# operators' kinds those that aren't a namespace's own.
_admission_control_write := [{
	"verbs": {"create", "update", "patch", "delete", "deletecollection"},
	"resources": {
		"admissionregistration.k8s.io": {
			"mutatingwebhookconfigurations", "validatingwebhookconfigurations",
			"mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
			"validatingadmissionpolicies", "validatingadmissionpolicybindings",
		},
		"config.gatekeeper.sh": {"configs"},
		"templates.gatekeeper.sh": {"constrainttemplates"},
		"kyverno.io": {"clusterpolicies", "policyexceptions"},
		"policies.kyverno.io": {
			"imagevalidatingpolicies", "mutatingpolicies", "policyexceptions",
			"validatingpolicies",
		},
		"policies.kubewarden.io": {"clusteradmissionpolicies", "policyservers"},
		"policy.sigstore.dev": {"clusterimagepolicies"},
		"external-secrets.io": {"clusterexternalsecrets", "clustersecretstores"},
	},
}]

# To approve takes `approve` on the signer too, which does nothing alone.
_certificate_approval := [
	{
		"verbs": {"update", "patch"},
		"resources": {"certificates.k8s.io": {"certificatesigningrequests/approval"}},
	},
	{
		"verbs": {"sign"},
		"resources": {"certificates.k8s.io": {"signers"}},
		"prefixes": {"kubernetes.io/", "*"},
	},
]

# To create doesn't count: leader election has it, without names, and these are there already.
_system_config_map_write := [{
	"verbs": {"update", "patch", "delete"},
	"resources": {"": {"configmaps"}},
	"names": {
		"aws-auth", "coredns", "extension-apiserver-authentication", "kube-proxy",
		"kubeadm-config",
	},
}]

# The first 101 rules with a wildcard: `{rule, path, what, everything, own}`, path leading from the
# rule to the wildcard that tells most, own being whether all kinds are of custom groups.
wildcards(rules) := [site |
	some n, i in [position | some position in _starred(rules)]
	n < 101
	stars := [{"path": [list, at], "noun": noun} |
		some [list, signs, noun] in _lists
		at := min([j | some j; rules[i][list][j] in signs])
	]
	site := {
		"rule": i,
		"path": [star.path | some star in stars][0],
		"what": concat(", every ", [star.noun | some star in stars]),
		"everything": {star.noun | some star in stars} & _all_nouns == _all_nouns,
		"own": _is_own(rules[i]),
	}
]

# The positions of the rules with a wildcard: of all rules, or of the first ones if these hold more
# than a review reports.
_starred(rules) := found if {
	is_array(rules)
	count(rules) > 300
	found := _with_star(array.slice(rules, 0, 300))
	count(found) > 100
} else := _with_star(rules)

# By a pass for each list, which is quicker than a look at each rule.
_with_star(rules) := ((resources | verbs) | groups) | urls if {
	resources := {i | some i; rules[i].resources[_] == "*"}
	verbs := {i | some i; rules[i].verbs[_] == "*"}
	groups := {i | some i; rules[i].apiGroups[_] == "*"}
	urls := {i | some i; rules[i].nonResourceURLs[_] in {"*", "/*"}}
}

_lists := [
	["resources", {"*"}, "resource"],
	["verbs", {"*"}, "verb"],
	["apiGroups", {"*"}, "API group"],
	["nonResourceURLs", {"*", "/*"}, "URL"],
]

_all_nouns := {"resource", "verb", "API group"}

_is_own(rule) if {
	is_array(rule.apiGroups)
	count(rule.apiGroups) > 0
	every group in rule.apiGroups {
		_is_custom(group)
	}
} else := false

# Kubernetes' own groups have no dot or end so.
_is_custom(group) if {
	is_string(group)
	contains(group, ".")
	not endswith(group, "k8s.io")
}
