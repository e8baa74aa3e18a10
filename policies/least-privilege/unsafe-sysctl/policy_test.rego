package policies.least_privilege.unsafe_sysctl_test

import data.policies.least_privilege.unsafe_sysctl

test_each_sysctl_becomes_safe_in_its_version if {
	every name, first in {
		"net.ipv4.ip_local_reserved_ports": 27,
		"net.ipv4.tcp_keepalive_time": 29,
		"net.ipv4.tcp_fin_timeout": 29,
		"net.ipv4.tcp_keepalive_intvl": 29,
		"net.ipv4.tcp_keepalive_probes": 29,
		"net.ipv4.tcp_rmem": 32,
		"net.ipv4.tcp_wmem": 32,
		"net.ipv4.tcp_slow_start_after_idle": 37,
		"net.ipv4.tcp_notsent_lowat": 37,
	} {
		count(_found(_sets(name), sprintf("1.%v", [first - 1]))) == 1
		_found(_sets(name), sprintf("1.%v", [first])) == set()
	}
}

test_the_first_five_are_safe_in_every_version if {
	every name in [
		"kernel.shm_rmid_forced",
		"net.ipv4.ip_local_port_range",
		"net.ipv4.tcp_syncookies",
		"net.ipv4.ping_group_range",
		"net.ipv4.ip_unprivileged_port_start",
	] {
		_found(_sets(name), "1.0") == set()
	}
}

test_the_sysctl_is_told if {
	_told(_sets("kernel.msgmax")) == {
		"path": ["spec", "securityContext", "sysctls", 0, "name"],
		"msg": "pod sets the unsafe sysctl kernel.msgmax",
		"details": {"found": "kernel.msgmax"},
	}
}

test_a_sysctl_without_a_name_is_unsafe if {
	every sysctl in [null, {}, {"name": null}, {"name": 5}, "kernel.shm_rmid_forced"] {
		spec := {"securityContext": {"sysctls": [sysctl]}}
		_found(spec, "1.37") == {["spec", "securityContext", "sysctls", 0, "name"]}
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "kernel.msgmax", [], {}] {
		_found(wrong, "1.37") == set()
		_found({"securityContext": wrong}, "1.37") == set()
		_found({"securityContext": {"sysctls": wrong}}, "1.37") == set()
	}
}

_sets(name) := {"securityContext": {"sysctls": [{"name": name, "value": "1"}]}}

_found(spec, version) := paths if {
	found := unsafe_sysctl.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := unsafe_sysctl.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]
