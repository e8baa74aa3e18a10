package policies.lib.pss_test

import data.policies.lib.pss

test_two_types_confine if {
	pss.confines({"type": "RuntimeDefault"})
	pss.confines({"type": "Localhost", "localhostProfile": "shop"})
}

test_nothing_else_confines if {
	every profile in [null, 5, "RuntimeDefault", [], {}, {"type": null}, {"type": "Unconfined"}] {
		not pss.confines(profile)
	}
}

test_windows_passes_from_1_25_on if {
	spec := {"os": {"name": "windows"}}
	pss.windows_passes(spec) with data.portcullis.kubernetesVersion as "1.25"
	not pss.windows_passes(spec) with data.portcullis.kubernetesVersion as "1.24"
}

test_no_other_pod_passes_as_windows if {
	every spec in [null, [], {}, {"os": null}, {"os": "windows"}, {"os": {"name": "Windows"}}] {
		not pss.windows_passes(spec) with data.portcullis.kubernetesVersion as "1.37"
	}
}

test_a_user_namespace_passes_from_1_35_on if {
	spec := {"hostUsers": false}
	pss.user_namespace_passes(spec) with data.portcullis.kubernetesVersion as "1.35"
	not pss.user_namespace_passes(spec) with data.portcullis.kubernetesVersion as "1.34"
}

test_no_other_pod_has_a_user_namespace if {
	every spec in [null, [], {}, {"hostUsers": null}, {"hostUsers": true}, {"hostUsers": "false"}] {
		not pss.user_namespace_passes(spec) with data.portcullis.kubernetesVersion as "1.37"
	}
}
