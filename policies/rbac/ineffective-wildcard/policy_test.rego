package policies.rbac.ineffective_wildcard_test

import data.policies.rbac.ineffective_wildcard

test_role_and_element_are_told if {
	role := _role([{}, {"resources": ["pods", "pods/*"]}])
	found := ineffective_wildcard.violation with input as role
	found == {{
		"path": ["rules", 1, "resources", 1],
		"msg": `role "app" names the resource "pods/*", which matches nothing`,
		"details": {"found": "pods/*"},
	}}
}

test_each_list_has_its_noun if {
	every list, noun in {
		"apiGroups": "API group",
		"nonResourceURLs": "URL",
		"resourceNames": "resource name",
		"resources": "resource",
		"verbs": "verb",
	} {
		found := ineffective_wildcard.violation with input as _role([{list: ["/a*b"]}])
		some told in found
		told.msg == sprintf(`role "app" names the %v "/a*b", which matches nothing`, [noun])
	}
}

test_groups_are_whole_names if {
	every group in ["*/v1", "apps/v1", "*.example.com", "**", "app*", "Apps"] {
		_found({"apiGroups": [group]}) == {["apiGroups", 0]}
	}
	every group in ["", "*", "apps", "shop.example.com", "v1"] {
		_found({"apiGroups": ["*", group]}) == set()
	}
}

test_resources_have_two_wildcards if {
	every resource in ["pods/*", "*/*", "pod*", "**", "*/sc*", "**/scale", "Pods", "pods/Log"] {
		_found({"resources": [resource]}) == {["resources", 0]}
	}
	every resource in ["*", "*/scale", "pods", "pods/log"] {
		_found({"resources": ["*", resource]}) == set()
	}
}

test_capitals_are_right_in_names_of_metrics if {
	every group in ["custom.metrics.k8s.io", "external.metrics.k8s.io"] {
		_found({"apiGroups": [group], "resources": ["queueLength"]}) == set()
		_found({"apiGroups": [group], "resources": ["queue*"]}) == {["resources", 0]}
	}
	_found({"apiGroups": ["metrics.example.com"], "resources": ["queueLength"]}) == {["resources", 0]}
}

test_verbs_are_lower_case if {
	every verb in [
		"GET", "List", "WATCH", "Create", "Update", "PATCH", "Delete", "deleteCollection",
		"Approve", "Bind", "Escalate", "Impersonate", "Sign", "Use", "get*", "**",
	] {
		_found({"verbs": [verb]}) == {["verbs", 0]}
	}
	every verb in ["*", "get", "deletecollection", "refundAll", "impersonate:user-info"] {
		_found({"verbs": ["*", verb]}) == set()
	}
}

test_only_the_end_of_a_url_is_a_wildcard if {
	every url in ["/apis/*/v1", "*/healthz", "/a*/*"] {
		_found({"nonResourceURLs": [url]}) == {["nonResourceURLs", 0]}
	}
	every url in ["*", "/healthz", "/healthz/*", "/metrics**"] {
		_found({"nonResourceURLs": ["*", url]}) == set()
	}
}

test_names_have_no_wildcard if {
	every name in ["*", "shop-*"] {
		_found({"resources": ["pods"], "resourceNames": [name]}) == {["resourceNames", 0]}
		every resource in ["signers", "*"] {
			_found({"resources": ["pods", resource], "resourceNames": [name]}) == set()
		}
		_found({"apiGroups": ["custom.metrics.k8s.io"], "resourceNames": [name]}) == set()
	}
	_found({"resourceNames": ["Shop"]}) == set()
}

test_each_element_is_a_finding if {
	_found({"apiGroups": ["*/v1", "a/b"], "resources": ["a", "*/*"], "verbs": ["GET"]}) == {
		["apiGroups", 0], ["apiGroups", 1], ["resources", 1], ["verbs", 0],
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, [], {}, [null], [5], [[]], {"a": null}] {
		found := ineffective_wildcard.violation with input as _role(wrong)
		found == set()
		every list in ["apiGroups", "nonResourceURLs", "resourceNames", "resources", "verbs"] {
			_found({list: wrong}) == set()
			_found({list: [wrong, "a*b"]}) == {[list, 1]}
		}
		_found({"apiGroups": wrong, "resources": ["Pods"]}) == {["resources", 0]}
		_found({"resources": wrong, "resourceNames": ["a*"]}) == {["resourceNames", 0]}
	}
}

# Where in its only rule a role is found at fault.
_found(rule) := places if {
	found := ineffective_wildcard.violation with input as _role([rule])
	places := {array.slice(v.path, 2, 4) | some v in found}
}

_role(rules) := {"review": {
	"kind": {"kind": "Role"},
	"object": {"metadata": {"name": "app"}, "rules": rules},
}}
