# METADATA
# title: Container runtime's socket in a Pod
# description: >-
#   Whoever reaches the socket of Docker, containerd, CRI-O or Podman starts privileged containers
#   on the node and reads the secrets of all others. A read-only mount doesn't stop that: it keeps
#   the socket from being removed, not from being used. Volumes are judged, by their path on the
#   node: the socket itself wherever it lies, and directories that hold one, up to `/`.
# related_resources:
# - ref: https://docs.docker.com/engine/security/protect-access/
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
# custom:
#   severity: critical
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Remove the volume; build images with a rootless builder, and ask the API server or the
#     kubelet about containers: `volumes: [{name: build, emptyDir: {}}]`.
#   references:
#   - {framework: NSA, id: Pod security enforcement}
#   - {framework: MITRE, id: T1611}
#   supersedes:
#   - least-privilege/sensitive-host-path
#   - least-privilege/host-path-volume
#   - least-privilege/restricted-volume-type
#   since: "0.1.0"
package policies.least_privilege.container_runtime_socket

import data.policies.lib.paths
import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	some i
	source := input.review.object.spec.volumes[i].hostPath.path
	_leads_to_a_socket(source)
	path := ["spec", "volumes", i, "hostPath"]
	msg := sprintf("%v leads to the container runtime's socket: %v", [pods.holder(path), source])
}

# A directory that holds a socket, or one of its parents: /var/run is a link to /run.
_leads_to_a_socket(source) if {
	place := paths.normal(source)
	strings.any_prefix_match(
		[
			"/var/run/containerd/", "/var/run/crio/", "/var/run/docker/containerd/", "/var/run/k0s/",
			"/var/run/k3s/containerd/", "/var/run/podman/",
		],
		[place, concat("", ["/var", place])],
	)
}

# The socket itself, wherever it lies; on Windows it is a named pipe.
_leads_to_a_socket(source) if strings.any_suffix_match(
	trim_suffix(paths.normal(source), "/"),
	[
		"/containerd.sock", "/cri-dockerd.sock", "/crio.sock", "/docker.sock", "/dockershim.sock",
		"/podman.sock", `\pipe\containerd-containerd`, `\pipe\docker_engine`,
	],
)
