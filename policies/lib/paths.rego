# Paths of a node, compared by whole segments: `/var/run` contains `/var/run/docker.sock`, and not
# `/var/runner`. Links aren't followed.
#
# All are functions of what they read; of anything but a path they say nothing.
package policies.lib.paths

# The path as it is walked from the root, with `/` before and behind each segment, so that what lies
# at or below it begins with it: `/var/run/` for `/var//lib/../run/.`, and `/` for the root.
normal(path) := concat("/", array.concat(array.concat([""], _segments(path)), [""])) if {
	is_string(path)
	path != ""
}

# Whether the path is the directory or lies below it.
within(path, directory) if startswith(normal(path), normal(directory))

_segments(path) := steps if {
	not contains(path, "..")
	steps := _steps(path)
} else := [step |
	steps := _steps(path)
	some i
	step := steps[i]
	step != ".."
	not _is_left_again(steps, i)
]

_steps(path) := [step | some step in split(path, "/"); not step in {"", "."}]

# Whether more steps lead back than forth somewhere behind step i. The root can't be left.
_is_left_again(steps, i) if {
	some j
	steps[j] == ".."
	behind := array.slice(steps, i + 1, j + 1)
	back := [step | some step in behind; step == ".."]
	2 * count(back) > count(behind)
}
