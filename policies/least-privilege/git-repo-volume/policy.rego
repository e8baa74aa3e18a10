# METADATA
# title: Git repository as a volume
# description: >-
#   For a gitRepo volume the kubelet clones as root of the node, and whoever writes the repository
#   has run programs there (CVE-2024-10220); it is deprecated, and off by default since Kubernetes
#   1.33. git-sync, known by its image's name, is fine as long as it runs its own git: told to run
#   another program, it runs whatever lies there with the Pod's credentials.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#gitrepo
# - ref: https://github.com/kubernetes/kubernetes/issues/128885
# - ref: https://github.com/kubernetes/git-sync
# custom:
#   severity: high
#   scope: {kinds: [Pod], operations: [CREATE, UPDATE], subresources: [ephemeralcontainers]}
#   remediation: >-
#     Clone in an init container into an emptyDir, by the image's own git: `volumes: [{name:
#     source, emptyDir: {}}]`.
#   references:
#   - {framework: CVE, id: CVE-2024-10220}
#   supersedes: [least-privilege/restricted-volume-type]
#   since: "0.1.0"
package policies.least_privilege.git_repo_volume

import data.policies.lib.pods

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	some i
	input.review.object.spec.volumes[i].gitRepo != null
	path := ["spec", "volumes", i, "gitRepo"]
	msg := sprintf("%v is a git repository that the node clones as root", [pods.holder(path)])
}

violation contains {"path": path, "msg": msg, "details": pods.details(path, null)} if {
	spec := input.review.object.spec
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	image := spec[list][i].image
	is_string(image)
	contains(image, "git-sync")
	some place in _programs(spec[list][i])
	path := array.concat(["spec", list, i], place)
	msg := sprintf("%v lets git-sync run another program as git", [pods.holder(path)])
}

# Where a container of git-sync names the program to run, unless it is its image's git.
_programs(container) := {["env", i, "name"] |
	some i
	variable := container.env[i]
	variable.name in {"GITSYNC_GIT", "GIT_SYNC_GIT"}
	_names_a_program(variable)
} | {[field, i] |
	some field in ["command", "args"]
	some i
	argument := container[field][i]
	is_string(argument)
	regex.match(`^--?git(=|$)`, argument)
	not argument in {"--git=git", "--git=/usr/bin/git", "-git=git", "-git=/usr/bin/git"}
}

# An empty value counts as none.
_names_a_program(variable) if {
	value := variable.value
	not value in {null, "", "git", "/usr/bin/git"}
}

_names_a_program(variable) if variable.valueFrom != null
