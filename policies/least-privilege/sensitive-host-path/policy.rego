# METADATA
# title: Sensitive part of the node's file system
# description: >-
#   With the node's settings, credentials, devices or kernel a Pod takes over the node: one line
#   in /etc/cron.d is enough. Directories that hold such are denied with all their parents, /
#   among them, and so is what lies below if it holds credentials or can be written. A single
#   harmless file or directory below, mounted read-only, passes: /etc/localtime, /etc/ssl/certs, a
#   log file. Read-only mounts of the rest make it medium: they disclose, but change nothing.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   parameters:
#     type: object
#     properties:
#       credentials:
#         type: array
#         items: {type: string, pattern: "^/.*[^/]$"}
#         default:
#         - /.aws
#         - /.aws/config
#         - /.aws/credentials
#         - /.azure
#         - /.azure/azureProfile.json
#         - /.azure/msal_token_cache.json
#         - /.config/gcloud
#         - /.config/gcloud/application_default_credentials.json
#         - /.config/gcloud/credentials.db
#         - /.docker
#         - /.docker/config.json
#         - /.kube
#         - /.kube/config
#         - /.ssh
#         description: >-
#           Ends of paths that hold credentials wherever they lie, besides those of the node
#           itself, which are always denied.
#   remediation: >-
#     Mount the one file or directory that the program needs, read-only: `volumeMounts: [{name:
#     certificates, mountPath: /etc/ssl/certs, readOnly: true}]`.
#   references:
#   - {framework: NSA, id: Pod security enforcement}
#   - {framework: CIS, id: 5.2.12}
#   - {framework: MITRE, id: T1611}
#   supersedes: [least-privilege/host-path-volume, least-privilege/restricted-volume-type]
#   since: "0.1.0"
package policies.least_privilege.sensitive_host_path

import data.policies.lib.paths
import data.policies.lib.pods

violation contains {
	"path": path,
	"msg": msg,
	"severity": grade.severity,
	"details": pods.details(path, null),
} if {
	some i
	source := input.review.object.spec.volumes[i].hostPath.path
	part := _part(paths.normal(source))
	access := _access(input.review.object.spec.volumes[i])
	grade := _grades[part][access]
	path := ["spec", "volumes", i, "hostPath"]
	msg := sprintf("%v %v the node's %v", [pods.holder(path), grade.verb, source])
}

_grades := {
	"secret": {
		"read-only": {"severity": "medium", "verb": "discloses"},
		"writable": {"severity": "high", "verb": "hands out"},
	},
	"powerful": {"writable": {"severity": "high", "verb": "hands out"}},
}

# The kubelet follows links below /var/log when asked for logs, to any file of the node.
_part(place) := "secret" if {
	_discloses(place)
} else := "powerful" if strings.any_prefix_match(
	place,
	["/boot/", "/etc/", "/proc/", "/root/", "/sys/", "/var/log/"],
)

# At or above these. The logs of all Pods are as good as all logs.
_discloses(place) if strings.any_prefix_match(
	["/boot/", "/home/", "/sys/", "/var/log/containers/", "/var/log/pods/"],
	place,
)

# At or above secrets: /dev, /etc, /proc, /root, /var/lib and others.
_discloses(place) if strings.any_prefix_match(_secrets, place)

# At or below secrets. A device is written to through a read-only mount as well.
_discloses(place) if strings.any_prefix_match(place, _secrets)

# A user's home, and what is hidden in it: keys, tokens, and what the shell runs at login.
_discloses(place) if regex.match(`^/home/[^/]+/(\.|$)`, place)

_discloses(place) if strings.any_suffix_match(
	trim_suffix(place, "/"),
	input.parameters.credentials,
)

_access(volume) := "read-only" if {
	spec := input.review.object.spec
	mounts := [mount |
		some list in ["initContainers", "containers", "ephemeralContainers"]
		mount := spec[list][_].volumeMounts[_]
		mount.name == volume.name
	]
	count(mounts) > 0
	every mount in mounts {
		mount.readOnly == true
	}
} else := "writable"

# Without a slash at the end: all names that begin so.
_secrets := [
	"/dev/dm-", "/dev/kmem/", "/dev/mapper/", "/dev/mem/", "/dev/nvme", "/dev/port/", "/dev/sd",
	"/dev/vd", "/dev/xvd", "/etc/gshadow", "/etc/kubernetes/", "/etc/rancher/", "/etc/shadow",
	"/etc/ssh/", "/etc/ssl/private/", "/proc/1/", "/proc/kcore/", "/proc/self/", "/root/.",
	"/var/lib/etcd/", "/var/lib/kubelet/", "/var/lib/rancher/k3s/server/",
	"/var/lib/rancher/rke2/server/",
]
