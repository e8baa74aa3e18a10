package policies.least_privilege.sensitive_host_path_test

import data.policies.least_privilege.sensitive_host_path

test_what_can_be_written_is_high if {
	_violations({"volumes": [{"name": "a"}, {"name": "host", "hostPath": {"path": "/etc"}}]}) == {{
		"path": ["spec", "volumes", 1, "hostPath"],
		"msg": `volume "host" hands out the node's /etc`,
		"severity": "high",
		"details": {"found": {"path": "/etc"}},
	}}
}

test_what_is_read_only_is_medium if {
	_violations(_spec("/etc/", [true])) == {{
		"path": ["spec", "volumes", 0, "hostPath"],
		"msg": `volume "host" discloses the node's /etc/`,
		"severity": "medium",
		"details": {"found": {"path": "/etc/"}},
	}}
}

test_listed_directories_and_their_parents_count if {
	every path in [
		"/", "/var", "/var/lib", "/var/lib/", "/etc", "/root", "/proc", "/sys", "/dev", "/boot",
		"/home",
		"/var/lib/kubelet", "/var/lib/etcd", "/var/log", "/var/log/pods", "/var/log/containers/",
		"/var/lib/rancher", "/var/lib/rancher/k3s", "/var/lib/rancher/k3s/server",
		"/var/lib/rancher/rke2", "/srv/..", "/srv/../etc", "//etc/.", "etc",
	] {
		_high(path)
		_medium(path)
	}
}

test_credentials_below_count_though_read_only if {
	every path in [
		"/etc/kubernetes", "/etc/kubernetes/pki/ca.key", "/etc/rancher/k3s/k3s.yaml", "/etc/shadow",
		"/etc/shadow-", "/etc/gshadow", "/etc/ssh/ssh_host_rsa_key", "/etc/ssl/private", "/proc/1",
		"/proc/1/root", "/proc/self", "/proc/kcore", "/root/.ssh", "/root/.bashrc", "/home/ci",
		"/home/ci/", "/home/ci/.ssh/id_rsa", "/home/ci/.profile", "/var/lib/kubelet/pods",
		"/var/lib/kubelet/config.yaml", "/var/lib/etcd/member", "/dev/sda", "/dev/nvme0n1", "/dev/mem",
		"/dev/kmem", "/dev/port", "/dev/vda1", "/dev/xvda", "/dev/dm-0", "/dev/mapper/root",
		"/var/lib/rancher/k3s/server/token", "/var/lib/rancher/rke2/server/tls",
	] {
		_high(path)
		_medium(path)
	}
}

test_credentials_count_wherever_they_lie if {
	every path in ["/.aws", "/srv/ci/.aws/", "/.aws/credentials", "/opt/./.ssh", "/a/.kube/config"] {
		_high(path)
		_medium(path)
	}
	every path in ["/.aws/config/good", "/srv/.awsome", "/srv/.ssh.d", "/srv/aws"] {
		_passes(path)
	}
}

test_the_parameter_lists_credentials if {
	spec := _spec("/srv/tokens", [true])
	count(_violations(spec)) == 0
	count(_violations_with(spec, ["/tokens"])) == 1
	count(_violations_with(_spec("/srv/.ssh", [false]), ["/tokens"])) == 0
}

test_what_else_lies_below_counts_if_it_can_be_written if {
	every path in [
		"/boot/grub", "/etc/cron.d", "/etc/localtime", "/etc/ssl/certs", "/proc/sys/kernel",
		"/root/data",
		"/sys/fs/cgroup", "/var/log/messages", "/var/log/pods/shop",
	] {
		_high(path)
		count(_violations(_spec(path, [true]))) == 0
	}
}

test_other_directories_pass if {
	every path in [
		"/srv", "/data", "/etcd", "/etc2", "/rooted", "/proc2/1", "/system", "/devices", "/boots",
		"/homes/ci", "/home/ci/data", "/home/ci/data/.x", "/var/logs", "/var/lib/kubelet2",
		"/var/lib/docker/containers", "/var/lib/rancher/k3s/storage", "/dev/net/tun", "/dev/fuse",
		"/run/log/journal", "/etc/../srv", "/usr/share", "/srv/etc", "/dev/memory",
	] {
		_passes(path)
	}
}

test_every_mount_must_be_read_only if {
	every mounts in [[], [false], [null], ["true"], [true, false], [false, true], [true, null]] {
		_severities(_spec("/etc", mounts)) == {"high"}
	}
	_severities(_spec("/etc", [true, true])) == {"medium"}
}

test_mounts_of_all_lists_count if {
	every list in ["initContainers", "containers", "ephemeralContainers"] {
		writes := {"volumeMounts": [{"name": "host", "readOnly": false}]}
		reads := {"volumeMounts": [{"name": "host", "readOnly": true}]}
		volumes := [{"name": "host", "hostPath": {"path": "/etc"}}]
		_severities({"volumes": volumes, list: [reads]}) == {"medium"}
		_severities({"volumes": volumes, list: [reads, writes]}) == {"high"}
		_severities({"volumes": volumes, list: [{"volumeMounts": null}, null, reads]}) == {"medium"}
	}
}

test_mounts_of_other_volumes_do_not_count if {
	spec := _spec("/etc", [true])
	other := {"name": "other", "volumeMounts": [{"name": "data", "readOnly": false}, {}, null]}
	_severities(object.union(spec, {"initContainers": [other]})) == {"medium"}
	reader := {"volumeMounts": [{"name": "data", "readOnly": true}]}
	volumes := [{"name": "host", "hostPath": {"path": "/etc"}}]
	_severities({"volumes": volumes, "containers": [reader]}) == {"high"}
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "", "x", [], {}, [null], {"path": null}] {
		_violations(wrong) == set()
		_violations({"volumes": wrong}) == set()
		_violations({"volumes": [wrong]}) == set()
		_violations({"volumes": [{"name": "a", "hostPath": wrong}]}) == set()
		_violations({"volumes": [{"name": "a", "hostPath": {"path": wrong}}]}) == set()
		_severities({"volumes": [{"name": wrong, "hostPath": {"path": "/etc"}}]}) == {"high"}
		volumes := [{"name": "host", "hostPath": {"path": "/etc"}}]
		_severities({"volumes": volumes, "containers": wrong}) == {"high"}
		_severities({"volumes": volumes, "containers": [{"volumeMounts": wrong}]}) == {"high"}
	}
}

_high(path) if _severities(_spec(path, [false])) == {"high"}

_medium(path) if _severities(_spec(path, [true])) == {"medium"}

_passes(path) if {
	every mounts in [[], [true], [false]] {
		count(_violations(_spec(path, mounts))) == 0
	}
}

_severities(spec) := {v.severity | some v in _violations(spec)}

_spec(path, mounts) := {
	"volumes": [{"name": "host", "hostPath": {"path": path}}],
	"containers": [{
		"name": "app",
		"volumeMounts": [{"name": "host", "readOnly": value} | some value in mounts],
	}],
}

_violations(spec) := _violations_with(
	spec,
	["/.aws", "/.aws/config", "/.aws/credentials", "/.kube/config", "/.ssh"],
)

_violations_with(spec, credentials) := found if {
	found := sensitive_host_path.violation
		with input as {
			"review": {"object": {"spec": spec}},
			"parameters": {"credentials": credentials},
		}
}
