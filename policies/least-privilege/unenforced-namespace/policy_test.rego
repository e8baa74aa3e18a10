package policies.least_privilege.unenforced_namespace_test

import data.policies.least_privilege.unenforced_namespace

_path := ["metadata", "labels", "pod-security.kubernetes.io/enforce"]

test_a_namespace_without_the_label_is_told if {
	every labels in [null, {}, {"pod-security.kubernetes.io/warn": "restricted"}] {
		_violations({"name": "shop", "labels": labels}, "baseline") == {{
			"path": _path,
			"msg": "namespace enforces no level of the Pod Security Standards",
			"details": {"wanted": "baseline"},
		}}
	}
}

test_a_level_that_is_too_low_is_told if {
	every level in ["privileged", "Baseline", "none", ""] {
		_violations(_labelled(level), "baseline") == {{
			"path": _path,
			"msg": sprintf("namespace enforces the level %q instead of baseline", [level]),
			"details": {"found": level, "wanted": "baseline"},
		}}
	}
	_violations(_labelled("baseline"), "restricted") == {{
		"path": _path,
		"msg": `namespace enforces the level "baseline" instead of restricted`,
		"details": {"found": "baseline", "wanted": "restricted"},
	}}
}

test_a_level_that_is_high_enough_is_none if {
	_violations(_labelled("baseline"), "baseline") == set()
	_violations(_labelled("restricted"), "baseline") == set()
	_violations(_labelled("restricted"), "restricted") == set()
}

test_exempt_namespaces_are_the_parameter if {
	_violations({"name": "kube-system"}, "baseline") == set()
	privileged := {"pod-security.kubernetes.io/enforce": "privileged"}
	_violations({"name": "kube-system", "labels": privileged}, "restricted") == set()
	count(_violations({"name": "kube-public"}, "baseline")) == 1
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, [], {}] {
		count(_violations(_labelled(wrong), "baseline")) == 1
		count(_violations({"name": "shop", "labels": wrong}, "baseline")) == 1
		count(_violations({"name": wrong}, "baseline")) == 1
		count(_violations(wrong, "baseline")) == 1
	}
}

_labelled(level) := {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": level}}

_violations(metadata, level) := found if {
	found := unenforced_namespace.violation with input as {
		"review": {"object": {"metadata": metadata}},
		"parameters": {"level": level, "exemptNamespaces": ["kube-system"]},
	}
}
