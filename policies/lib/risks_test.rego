package policies.lib.risks_test

import data.policies.lib.rbac
import data.policies.lib.risks

test_secret_access if {
	_is("secret-access", "", ["secrets"], ["get", "list", "watch"])
	_isnt("secret-access", "", ["secrets"], ["create", "update", "patch", "delete"])
	_isnt("secret-access", "", ["configmaps", "secrets/status"], ["*"])
}

test_escalate_or_bind if {
	group := "rbac.authorization.k8s.io"
	_is("escalate-or-bind", group, ["roles", "clusterroles"], ["escalate", "bind", "*"])
	_isnt("escalate-or-bind", group, ["roles", "clusterroles"], ["create", "update", "get"])
	bindings := ["rolebindings", "clusterrolebindings"]
	_is("escalate-or-bind", group, bindings, ["create", "update", "patch", "*"])
	_isnt("escalate-or-bind", group, bindings, ["get", "list", "delete", "escalate", "bind"])
	_isnt("escalate-or-bind", "", ["roles", "rolebindings"], ["*"])
}

test_to_escalate_by_name_counts_and_to_bind_by_name_sometimes if {
	group := "rbac.authorization.k8s.io"
	every name in ["shop", "cluster-admin"] {
		_named("escalate-or-bind", group, "clusterroles", "escalate", name) == true
	}
	every name in ["cluster-admin", "admin", "system:node"] {
		_named("escalate-or-bind", group, "clusterroles", "bind", name) == true
	}
	every name in ["shop", "edit", "view", "admins", "my-system:node"] {
		_named("escalate-or-bind", group, "clusterroles", "bind", name) == false
	}
	every verb, counts in {"create": true, "update": false, "patch": false} {
		_named("escalate-or-bind", group, "rolebindings", verb, "shop") == counts
	}
}

test_impersonation if {
	_is("impersonation", "", ["users", "groups", "serviceaccounts"], ["impersonate", "*"])
	extras := ["uids", "userextras/scopes", "userextras/a.example.com"]
	_is("impersonation", "authentication.k8s.io", extras, ["impersonate", "*"])
	_isnt("impersonation", "", ["users", "groups", "serviceaccounts"], ["get", "create"])
	_isnt("impersonation", "", ["uids", "userextras/scopes", "pods"], ["impersonate"])
	_isnt("impersonation", "authentication.k8s.io", ["users", "groups"], ["impersonate"])
	_isnt("impersonation", "authentication.k8s.io", ["userextras/*", "userextras"], ["*"])
}

test_to_be_someone_of_the_system_by_name if {
	every resource in ["users", "groups"] {
		_named("impersonation", "", resource, "impersonate", "system:masters") == true
		_named("impersonation", "", resource, "impersonate", "shop") == false
	}
	_named("impersonation", "", "serviceaccounts", "impersonate", "system:x") == false
	_named("impersonation", "authentication.k8s.io", "uids", "impersonate", "1") == false
}

test_token_creation if {
	_is("token-creation", "", ["serviceaccounts/token", "*/token"], ["create", "*"])
	_isnt("token-creation", "", ["serviceaccounts/token"], ["get", "update"])
	_isnt("token-creation", "", ["serviceaccounts", "serviceaccounts/*", "secrets"], ["*"])
	_named("token-creation", "", "serviceaccounts/token", "create", "shop") == false
}

test_node_proxy if {
	_is("node-proxy", "", ["nodes/proxy", "*/proxy"], _requests)
	_isnt("node-proxy", "", ["nodes/proxy"], ["list", "watch", "proxy", "connect"])
	_isnt("node-proxy", "", ["nodes", "nodes/*", "nodes/metrics", "pods/proxy"], ["*"])
	_named("node-proxy", "", "nodes/proxy", "get", "worker-1") == true
}

test_pod_exec if {
	doors := ["pods/exec", "pods/attach", "pods/portforward", "*/exec", "*"]
	_is("pod-exec", "", doors, ["get", "create", "*"])
	_isnt("pod-exec", "", ["pods/exec", "pods/attach", "pods/portforward"], ["list", "update"])
	_is("pod-exec", "", ["pods/ephemeralcontainers"], ["update", "patch"])
	_isnt("pod-exec", "", ["pods/ephemeralcontainers"], ["get", "create"])
	_is("pod-exec", "", ["pods/proxy", "services/proxy"], _requests)
	_isnt("pod-exec", "", ["pods/proxy", "services/proxy"], ["list", "watch"])
	_isnt("pod-exec", "", ["pods", "pods/*", "pods/log", "nodes/proxy"], ["*"])
	_named("pod-exec", "", "pods/exec", "create", "shop-0") == false
}

test_admission_control_write if {
	writes := ["create", "update", "patch", "delete", "deletecollection"]
	every group, resources in {
		"admissionregistration.k8s.io": [
			"mutatingwebhookconfigurations", "validatingwebhookconfigurations",
			"mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
			"validatingadmissionpolicies", "validatingadmissionpolicybindings",
		],
		"config.gatekeeper.sh": ["configs"],
		"templates.gatekeeper.sh": ["constrainttemplates"],
		"kyverno.io": ["clusterpolicies", "policyexceptions"],
		"policies.kyverno.io": [
			"imagevalidatingpolicies", "mutatingpolicies", "policyexceptions",
			"validatingpolicies",
		],
		"policies.kubewarden.io": ["clusteradmissionpolicies", "policyservers"],
		"policy.sigstore.dev": ["clusterimagepolicies"],
		"external-secrets.io": ["clusterexternalsecrets", "clustersecretstores"],
	} {
		_is("admission-control-write", group, resources, writes)
		_isnt("admission-control-write", group, resources, ["get", "list", "watch"])
		_isnt("admission-control-write", "shop.example.com", resources, ["*"])
	}
	group := "admissionregistration.k8s.io"
	_named("admission-control-write", group, "mutatingwebhookconfigurations", "patch", "a") == false
	_named("admission-control-write", group, "mutatingwebhookconfigurations", "create", "a") == true
}

test_certificate_approval if {
	group := "certificates.k8s.io"
	approvals := ["certificatesigningrequests/approval", "*/approval"]
	_is("certificate-approval", group, approvals, ["update", "patch", "*"])
	_isnt("certificate-approval", group, approvals, ["get", "create", "approve"])
	_is("certificate-approval", group, ["signers"], ["sign", "*"])
	_isnt("certificate-approval", group, ["signers"], ["approve", "get"])
	_isnt("certificate-approval", group, ["certificatesigningrequests"], ["*"])
	every name, counts in {
		"kubernetes.io/kubelet-serving": true, "kubernetes.io/*": true, "*": true,
		"shop.example.com/*": false, "my-kubernetes.io/a": false,
	} {
		_named("certificate-approval", group, "signers", "sign", name) == counts
	}
}

test_system_config_map_write if {
	_is("system-config-map-write", "", ["configmaps"], ["update", "patch", "delete", "*"])
	_isnt("system-config-map-write", "", ["configmaps"], ["create", "get", "deletecollection"])
	every name in [
		"aws-auth", "coredns", "extension-apiserver-authentication", "kube-proxy",
		"kubeadm-config",
	] {
		_named("system-config-map-write", "", "configmaps", "patch", name) == true
	}
	_named("system-config-map-write", "", "configmaps", "patch", "shop") == false
}

test_there_is_nothing_to_find_for_others if {
	not risks.wanted("workload-creation")
	not risks.wanted("")
}

test_the_wildcard_that_tells_most if {
	rule := {
		"verbs": ["get", "*"], "resources": ["pods", "a", "*", "*"], "apiGroups": ["*"],
		"nonResourceURLs": ["/a", "/*"],
	}
	every left_out, expected in {
		"nothing": [["resources", 2], "resource, every verb, every API group, every URL", true],
		"resources": [["verbs", 1], "verb, every API group, every URL", false],
		"verbs": [["resources", 2], "resource, every API group, every URL", false],
		"apiGroups": [["resources", 2], "resource, every verb, every URL", false],
	} {
		[path, what, everything] := expected
		risks.wildcards([{}, object.remove(rule, [left_out])]) == [{
			"rule": 1, "path": path, "what": what, "everything": everything, "own": false,
		}]
	}
	[group] := risks.wildcards([object.remove(rule, ["resources", "verbs"])])
	group.path == ["apiGroups", 0]
	[url] := risks.wildcards([{"nonResourceURLs": ["/a", "/*"]}])
	url.path == ["nonResourceURLs", 1]
}

test_what_holds_the_character_is_no_wildcard if {
	every entry in ["*/*", "pods/*", "*/scale", "*.example.com", "**", "", null, 5, {}] {
		risks.wildcards([{
			"verbs": [entry], "resources": [entry], "apiGroups": [entry],
			"nonResourceURLs": [entry], "resourceNames": ["*"],
		}]) == []
	}
	risks.wildcards([{"nonResourceURLs": ["/healthz/*"]}]) == []
	every list in ["verbs", "resources", "apiGroups"] {
		risks.wildcards([{list: ["/*"]}]) == []
		risks.wildcards([{list: ["/*"], "nonResourceURLs": ["*"]}])[0].what == "URL"
	}
}

test_whose_kinds_they_are if {
	every groups, own in {
		["shop.example.com"]: true, ["shop.example.com", "a.b"]: true,
		["shop.example.com", ""]: false, [""]: false, ["apps"]: false, ["*"]: false,
		["storage.k8s.io"]: false, ["cluster.x-k8s.io"]: false, []: false, [5]: false,
	} {
		[site] := risks.wildcards([{"apiGroups": groups, "resources": ["a"], "verbs": ["*"]}])
		site.own == own
	}
	[url] := risks.wildcards([{"nonResourceURLs": ["*"], "verbs": ["get"]}])
	url.own == false
}

test_wrong_types_have_no_wildcard if {
	every wrong in [null, true, 5, "*", [], {}, [null], ["*"], [[]]] {
		risks.wildcards(wrong) == []
		risks.wildcards([wrong]) == []
		risks.wildcards([{"verbs": wrong, "resources": ["*"]}])[0].path == ["resources", 0]
	}
}

test_thousands_of_rules if {
	rule := {"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}
	harmless := object.union(rule, {"verbs": ["get"]})
	last := array.concat([harmless | some _ in numbers.range(1, 4999)], [rule])
	[site] := risks.wildcards(last)
	site.rule == 4999
	count(risks.wildcards([rule | some _ in numbers.range(1, 2000)])) == 101
	late := array.concat([harmless | some _ in numbers.range(1, 250)], [rule |
		some _ in numbers.range(1, 200)
	])
	[wild.rule | some wild in risks.wildcards(late)] == numbers.range(250, 350)
}

_is(id, group, resources, verbs) if {
	every resource in resources {
		every verb in verbs {
			rbac.any_grants([_rule(group, resource, verb)], risks.wanted(id))
			rbac.matched(_rule(group, resource, verb), risks.wanted(id)[_])
		}
	}
}

_isnt(id, group, resources, verbs) if {
	wanted := risks.wanted(id)
	every resource in resources {
		every verb in verbs {
			rules := [_rule(group, resource, verb)]
			not rbac.any_grants(rules, wanted)
		}
	}
}

_named(id, group, resource, verb, name) := count(grants) == 1 if {
	rule := object.union(_rule(group, resource, verb), {"resourceNames": [name]})
	review := {"kind": {"kind": "Role"}, "object": {"metadata": {"name": "a"}, "rules": [rule]}}
	grants := rbac.grants(review, {}, risks.wanted(id))
}

_rule(group, resource, verb) := {"apiGroups": [group], "resources": [resource], "verbs": [verb]}

_requests := ["get", "create", "update", "patch", "delete", "*"]
