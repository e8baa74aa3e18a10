package policies.least_privilege.git_repo_volume_test

import data.policies.least_privilege.git_repo_volume

test_each_git_repository_is_a_finding if {
	source := {"repository": "https://git.example/a.git"}
	volumes := [{"name": "a", "emptyDir": {}}, {"name": "pages", "gitRepo": source}]
	_violations({"volumes": volumes}) == {{
		"path": ["spec", "volumes", 1, "gitRepo"],
		"msg": `volume "pages" is a git repository that the node clones as root`,
		"details": {"found": source},
	}}
	count(_violations({"volumes": [{"gitRepo": {}}, {"gitRepo": false}]})) == 2
}

test_a_program_in_a_variable_is_a_finding_in_all_lists if {
	every list in _lists {
		env := [{"name": "A", "value": "b"}, {"name": "GITSYNC_GIT", "value": "/payload/git"}]
		_violations({list: [{}, {"name": "sync", "image": "git-sync", "env": env}]}) == {{
			"path": ["spec", list, 1, "env", 1, "name"],
			"msg": `container "sync" lets git-sync run another program as git`,
			"details": {"container": "sync", "found": "GITSYNC_GIT"},
		}}
	}
}

test_variables_of_both_generations_count if {
	every name in ["GITSYNC_GIT", "GIT_SYNC_GIT"] {
		count(_violations(_env([{"name": name, "value": "./git"}]))) == 1
	}
	every name in ["GITSYNC_GIT_CONFIG", "GITSYNC_REPO", "gitsync_git", "", null, 5] {
		_violations(_env([{"name": name, "value": "/payload/git"}])) == set()
	}
}

test_its_own_git_passes_as_a_variable if {
	every value in ["git", "/usr/bin/git", "", null] {
		_violations(_env([{"name": "GITSYNC_GIT", "value": value}])) == set()
	}
	_violations(_env([{"name": "GITSYNC_GIT"}])) == set()
	_violations(_env([{"name": "GITSYNC_GIT", "value": "git", "valueFrom": null}])) == set()
}

test_a_program_from_elsewhere_is_unknown_and_a_finding if {
	source := {"configMapKeyRef": {"name": "sync", "key": "git"}}
	count(_violations(_env([{"name": "GITSYNC_GIT", "valueFrom": source}]))) == 1
}

test_a_program_in_a_flag_is_a_finding_in_all_lists if {
	every list in _lists {
		every field in ["command", "args"] {
			container := {"name": "sync", "image": "a/git-sync:v4", field: ["-v", "--git=/b"]}
			_violations({list: [container]}) == {{
				"path": ["spec", list, 0, field, 1],
				"msg": `container "sync" lets git-sync run another program as git`,
				"details": {"container": "sync", "found": "--git=/b"},
			}}
		}
	}
}

test_flags_are_told_apart if {
	every argument in ["--git=/b", "-git=/b", "--git", "-git", "--git=", "--git=gitx"] {
		count(_violations(_args("git-sync", argument))) == 1
	}
	every argument in [
		"--git=git", "-git=git", "--git=/usr/bin/git", "-git=/usr/bin/git", "--git-config=/b",
		"--git-gc=off", "--gitx=/b", "git=/b", "---git=/b", "", null, 5, [], {},
	] {
		_violations(_args("git-sync", argument)) == set()
	}
}

test_only_git_sync_is_judged if {
	variable := {"name": "GITSYNC_GIT", "value": "/b"}
	every image in ["git-sync", "git-sync:v4", "a/git-sync@sha256:0", "r.example/my-git-sync:1"] {
		count(_violations(_args(image, "--git=/b"))) == 1
		count(_violations({"containers": [{"image": image, "env": [variable]}]})) == 1
	}
	every image in ["git", "a/sync", "gitsync", "", null, 5, {}] {
		_violations(_args(image, "--git=/b")) == set()
		_violations({"containers": [{"image": image, "env": [variable]}]}) == set()
	}
}

test_null_and_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], {"a": null}] {
		_violations(wrong) == set()
		_violations({"volumes": wrong, "containers": wrong}) == set()
		_violations({"volumes": [wrong], "containers": [wrong]}) == set()
		_violations(_env(wrong)) == set()
		_violations(_env([wrong])) == set()
		_violations({"containers": [{"image": "git-sync", "args": wrong, "command": wrong}]}) == set()
	}
	_violations({"volumes": [{"gitRepo": null}]}) == set()
}

test_containers_without_anything_hide_no_other if {
	bare := {"image": "git-sync"}
	every container in [
		{"image": "git-sync", "args": ["--git=/b"]},
		{"image": "git-sync", "env": [{"name": "A"}, {"name": "GITSYNC_GIT", "value": "/b"}]},
	] {
		count(_violations({"containers": [bare, null, bare, container, bare]})) == 1
	}
}

_env(variables) := {"containers": [{"image": "git-sync", "env": variables}]}

_args(image, argument) := {"containers": [{"name": "sync", "image": image, "args": [argument]}]}

_lists := ["initContainers", "containers", "ephemeralContainers"]

_violations(spec) := found if {
	found := git_repo_volume.violation with input as {"review": {"object": {"spec": spec}}}
}
