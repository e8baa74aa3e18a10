package policies.least_privilege.dangerous_capability_test

import data.policies.least_privilege.dangerous_capability

test_capabilities_of_all_lists_are_judged if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		_violations({list: [_adds(["CHOWN", "SYS_ADMIN"])]}) == {{
			"path": ["spec", list, 0, "securityContext", "capabilities", "add", 1],
			"msg": `container "app" adds the capability SYS_ADMIN`,
			"severity": "high",
			"details": {"container": "app", "found": "SYS_ADMIN"},
		}}
	}
}

test_each_of_the_list_is_a_finding if {
	every name in [
		"SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_BOOT", "BPF", "PERFMON", "NET_ADMIN",
		"DAC_READ_SEARCH", "SYSLOG", "MAC_ADMIN", "MAC_OVERRIDE",
	] {
		_severities(name) == {"high"}
	}
}

test_all_is_critical if {
	every name in ["ALL", "all", "All", "CAP_ALL"] {
		_severities(name) == {"critical"}
	}
}

test_case_and_prefix_do_not_matter if {
	every name in ["sys_admin", "Sys_Admin", "CAP_SYS_ADMIN", "cap_sys_admin", "Cap_BPF"] {
		_severities(name) == {"high"}
	}
}

test_others_pass if {
	every name in [
		"CHOWN", "NET_BIND_SERVICE", "NET_RAW", "SYS_CHROOT", "SYS_TIME", "SYS_RESOURCE", "IPC_LOCK",
		"SETPCAP", "", "CAP_", "ADMIN", "SYS_ADMIN ", "XCAP_SYS_ADMIN", "CAP_CAP_SYS_ADMIN",
	] {
		_severities(name) == set()
	}
}

test_dropping_is_no_finding if {
	capabilities := {"drop": ["ALL", "SYS_ADMIN"]}
	_violations({"containers": [{"securityContext": {"capabilities": capabilities}}]}) == set()
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "SYS_ADMIN", [], {}] {
		_violations(wrong) == set()
		_violations({"containers": wrong}) == set()
		_violations({"containers": [wrong]}) == set()
		_violations({"containers": [{"securityContext": wrong}]}) == set()
		_violations({"containers": [{"securityContext": {"capabilities": wrong}}]}) == set()
		_violations({"containers": [_adds(wrong)]}) == set()
	}
	every wrong in [null, true, 5, [], {}, ["SYS_ADMIN"]] {
		count(_violations({"containers": [_adds([wrong, "BPF"])]})) == 1
	}
}

_adds(names) := {"name": "app", "securityContext": {"capabilities": {"add": names}}}

_severities(name) := {v.severity | some v in _violations({"containers": [_adds([name])]})}

_violations(spec) := found if {
	found := dangerous_capability.violation with input as {"review": {"object": {"spec": spec}}}
}
