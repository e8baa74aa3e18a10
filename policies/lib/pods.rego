# What policies ask of a Pod, whatever it holds: a null or a value of the wrong type counts as
# absent, and nothing here is ever an evaluation error.
#
# All are functions of what they read: whoever names a rule of an imported package makes the engine
# evaluate that whole package. Policies write the three lists of containers out: a function that
# gives them takes the engine as long as the rest of a policy.
package policies.lib.pods

# The annotations whose keys begin with one of the prefixes.
annotations(metadata, prefixes) := {key: value |
	is_object(metadata.annotations)
	strings.any_prefix_match(object.keys(metadata.annotations), prefixes)
	some key, value in metadata.annotations
	strings.any_prefix_match(key, prefixes)
}

# Whose field the path leads to, as messages call it: the pod, one of its containers or volumes.
holder(path) := sprintf("container %q", [name(path)]) if {
	path[1] in {"initContainers", "containers", "ephemeralContainers"}
} else := sprintf("volume %q", [name(path)]) if {
	path[1] == "volumes"
} else := "pod"

# The name of the list element that the path leads through; its place if it has no name.
name(path) := own if {
	own := input.review.object[path[0]][path[1]][path[2]].name
	is_string(own)
	own != ""
} else := sprintf("%v[%v]", [path[1], path[2]])

# What a violation tells besides its message: the container and the value found, if there are any,
# and the value wanted, if it isn't null.
details(path, wanted) := {key: value |
	found := object.get(input.review.object, path, null)
	some key, value in {"container": _container(path), "found": found, "wanted": wanted}
	value != null
}

_container(path) := name(path) if {
	path[1] in {"initContainers", "containers", "ephemeralContainers"}
} else := null
