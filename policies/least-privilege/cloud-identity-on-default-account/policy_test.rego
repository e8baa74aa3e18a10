package policies.least_privilege.cloud_identity_on_default_account_test

import data.policies.least_privilege.cloud_identity_on_default_account

test_each_identity_is_a_finding if {
	annotations := {
		"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/shop",
		"iam.gke.io/gcp-service-account": "shop@project.example",
		"azure.workload.identity/client-id": "1",
		"team": "shop",
	}
	_found("default", annotations) == {_place(key) | some key, _ in annotations; key != "team"}
}

test_the_identity_is_told if {
	every key, kind in {
		"eks.amazonaws.com/role-arn": "AWS role",
		"iam.gke.io/gcp-service-account": "Google service account",
		"azure.workload.identity/client-id": "Azure client",
	} {
		_violations({"name": "default", "annotations": {key: "shop"}}) == {{
			"path": _place(key),
			"msg": sprintf("default service account acts as the %v %q", [kind, "shop"]),
			"details": {"found": "shop"},
		}}
	}
}

test_other_accounts_may_have_one if {
	every name in ["shop", "defaults", "", null, 5] {
		_found(name, {"eks.amazonaws.com/role-arn": "arn"}) == set()
	}
}

test_other_annotations_are_no_identity if {
	every key in ["eks.amazonaws.com/audience", "iam.gke.io/x", "eks.amazonaws.com/role-arn2"] {
		_found("default", {key: "arn"}) == set()
	}
}

test_null_empty_and_wrong_types_are_no_identity if {
	every wrong in [null, "", true, 5, [], {}] {
		_found("default", {"eks.amazonaws.com/role-arn": wrong}) == set()
		_found("default", wrong) == set()
	}
	every wrong in [null, "default", [], 5] {
		_violations(wrong) == set()
	}
}

_place(key) := ["metadata", "annotations", key]

_found(name, annotations) := {v.path |
	some v in _violations({"name": name, "annotations": annotations})
}

_violations(metadata) := found if {
	found := cloud_identity_on_default_account.violation
		with input as {"review": {"object": {"metadata": metadata}}}
}
