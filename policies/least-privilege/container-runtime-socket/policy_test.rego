package policies.least_privilege.container_runtime_socket_test

import data.policies.least_privilege.container_runtime_socket

test_volume_and_path_are_told if {
	volumes := [{"name": "a"}, {"name": "docker", "hostPath": {"path": "/var/run/docker.sock"}}]
	_violations({"volumes": volumes}) == {{
		"path": ["spec", "volumes", 1, "hostPath"],
		"msg": `volume "docker" leads to the container runtime's socket: /var/run/docker.sock`,
		"details": {"found": {"path": "/var/run/docker.sock"}},
	}}
}

test_sockets_count_wherever_they_lie if {
	every path in [
		"/run/docker.sock", "/run/containerd/containerd.sock", "/run/k0s/containerd.sock",
		"/var/run/crio/crio.sock", "/run/podman/podman.sock", "/run/user/1000/docker.sock",
		"/run/cri-dockerd.sock", "/var/run/dockershim.sock", "/host/run/docker.sock/",
		"/var/snap/microk8s/common/run/containerd.sock", "run//docker.sock", "/a/../docker.sock",
		"/var/lib/../run/./docker.sock",
	] {
		_denies(path)
	}
}

test_directories_that_hold_a_socket_count if {
	every path in [
		"/", "//", "/.", "/var", "/var/", "/var/run", "/run", "/run/", "/run/containerd",
		"/var/run/docker", "/run/docker/containerd", "/run/crio", "/var/run/podman", "/run/k3s",
		"/run/k3s/containerd", "/run/k0s", "/etc/..", "/var/lib/../run",
	] {
		_denies(path)
	}
}

test_what_only_looks_like_it_passes if {
	every path in [
		"/var/runner", "/runs", "/run/docker.sock.d", "/run/mydocker.sock", "/srv/docker.sock/a",
		"/run/docker/plugins", "/run/../srv", "/var/lib/docker", "/docker", "/k3s", "/srv/run",
		"/run/containerd/io.containerd.runtime.v2.task", "/var/var/run", "/pipe",
	] {
		not _denies(path)
	}
}

test_pipes_of_windows_count if {
	every path in [`\\.\pipe\docker_engine`, `\\.\pipe\containerd-containerd`] {
		_denies(path)
	}
	not _denies(`\\.\pipe\other`)
	not _denies(`C:\docker_engine`)
}

test_mounts_are_not_judged if {
	mount := {"name": "a", "mountPath": "/var/run/docker.sock"}
	every volume in [{"name": "a", "emptyDir": {}}, {"name": "a", "hostPath": {"path": "/srv"}}] {
		_violations({"volumes": [volume], "containers": [{"volumeMounts": [mount]}]}) == set()
	}
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "", "x", [], {}, [null], {"path": null}] {
		_violations(wrong) == set()
		_violations({"volumes": wrong}) == set()
		_violations({"volumes": [wrong]}) == set()
		_violations({"volumes": [{"name": "a", "hostPath": wrong}]}) == set()
		_violations({"volumes": [{"name": "a", "hostPath": {"path": wrong}}]}) == set()
	}
}

test_a_wrong_volume_hides_no_other if {
	docker := {"name": 5, "hostPath": {"path": "/run"}}
	count(_violations({"volumes": [null, {"hostPath": {"path": 5}}, docker]})) == 1
}

_denies(path) if count(_violations({"volumes": [{"name": "a", "hostPath": {"path": path}}]})) == 1

_violations(spec) := found if {
	found := container_runtime_socket.violation
		with input as {"review": {"object": {"spec": spec}}}
}
