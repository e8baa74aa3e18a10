# What policies ask of a Pod, whatever it holds: a null or a value of the wrong type counts as
# absent, and nothing here is ever an evaluation error.
#
# All are functions of what they read: whoever names a rule of an imported package makes the engine
# evaluate that whole package.
package policies.lib.pods

# The lists of a Pod's spec that hold containers.
container_lists(spec) := ["initContainers", "containers", "ephemeralContainers"] if is_object(spec)

# Where the security contexts of the Pod and of its containers set a field, and to what. A reference
# with three variables in it takes the engine eight times as long as one with two and one with one.
settings(spec, field) := array.concat(own, [setting |
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i
	context := spec[list][i].securityContext
	value := context[field]
	value != null
	setting := {"path": ["spec", list, i, "securityContext", field], "value": value}
]) if {
	own := [{"path": ["spec", "securityContext", field], "value": value} |
		context := spec.securityContext
		value := context[field]
		value != null
	]
}

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
