package policies.least_privilege.default_service_account_test

import data.policies.least_privilege.default_service_account

test_a_pod_that_names_no_account_is_a_finding if {
	every none in [null, "", 5, true, [], {}] {
		_found(_pod({"serviceAccountName": none})) == {["spec", "serviceAccountName"]}
		_found(_pod({"serviceAccount": none})) == {["spec", "serviceAccountName"]}
	}
	_told(_pod({})) == {
		"path": ["spec", "serviceAccountName"],
		"msg": "pod runs as the default service account",
		"details": {},
	}
}

test_a_pod_that_names_the_default_account_is_a_finding if {
	_told(_pod({"serviceAccountName": "default"})) == {
		"path": ["spec", "serviceAccountName"],
		"msg": "pod runs as the default service account",
		"details": {"found": "default"},
	}
}

test_another_account_is_none if {
	every name in ["web", "default-web", "Default"] {
		_found(_pod({"serviceAccountName": name})) == set()
	}
}

test_the_deprecated_field_counts_where_the_other_names_none if {
	_found(_pod({"serviceAccount": "web"})) == set()
	every none in [null, "", 5] {
		_found(_pod({"serviceAccountName": none, "serviceAccount": "web"})) == set()
		both := {"serviceAccountName": none, "serviceAccount": "default"}
		_found(_pod(both)) == {["spec", "serviceAccount"]}
	}
}

test_the_deprecated_field_counts_nowhere_else if {
	_found(_pod({"serviceAccountName": "web", "serviceAccount": "default"})) == set()
	both := {"serviceAccountName": "default", "serviceAccount": "web"}
	_found(_pod(both)) == {["spec", "serviceAccountName"]}
}

test_the_default_account_must_keep_its_token_in if {
	every said in [true, null, "false", 0, [], {}] {
		account := {"metadata": {"name": "default"}, "automountServiceAccountToken": said}
		_found(_account(account)) == {["automountServiceAccountToken"]}
	}
	_told(_account({"metadata": {"name": "default"}})) == {
		"path": ["automountServiceAccountToken"],
		"msg": "default service account hands its token to every pod that names no other",
		"details": {"wanted": false},
	}
	account := {"metadata": {"name": "default"}, "automountServiceAccountToken": false}
	_found(_account(account)) == set()
}

test_other_accounts_may_hand_theirs_out if {
	every metadata in [{"name": "web"}, {"name": null}, {}, null, "default", []] {
		_found(_account({"metadata": metadata, "automountServiceAccountToken": true})) == set()
	}
}

test_what_the_controllers_make_is_no_finding if {
	account := {"metadata": {"name": "default"}}
	every user in [
		"system:serviceaccount:kube-system:service-account-controller",
		"system:kube-controller-manager",
	] {
		_found(object.union(_account(account), {"userInfo": {"username": user}})) == set()
	}
	every user in [null, "", "admin", "system:serviceaccount:shop:service-account-controller", 5] {
		count(_found(object.union(_account(account), {"userInfo": {"username": user}}))) == 1
	}
	count(_found(object.union(_account(account), {"userInfo": null}))) == 1
}

test_a_pod_is_no_account_and_an_account_no_pod if {
	pod := {"metadata": {"name": "default"}, "spec": {"serviceAccountName": "web"}}
	_found({"kind": {"kind": "Pod"}, "object": pod}) == set()
	account := {
		"metadata": {"name": "default"},
		"automountServiceAccountToken": false,
		"spec": {"serviceAccountName": "default"},
	}
	_found(_account(account)) == set()
}

test_a_pod_without_a_spec_is_no_finding if {
	every wrong in [null, true, 5, "x", []] {
		_found(_pod(wrong)) == set()
	}
}

_pod(spec) := {"kind": {"kind": "Pod"}, "object": {"spec": spec}}

_account(object) := {"kind": {"kind": "ServiceAccount"}, "object": object}

_found(review) := paths if {
	found := default_service_account.violation with input as {"review": review}
	paths := {v.path | some v in found}
}

_told(review) := told if {
	found := default_service_account.violation with input as {"review": review}
	count(found) == 1
	some told in found
}
