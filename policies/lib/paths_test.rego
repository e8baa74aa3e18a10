package policies.lib.paths_test

import data.policies.lib.paths

test_segments_stand_between_slashes if {
	paths.normal("/var/run") == "/var/run/"
	paths.normal("/var/run/docker.sock") == "/var/run/docker.sock/"
	paths.normal("/") == "/"
}

test_slashes_and_dots_add_nothing if {
	every path in ["/var/run/", "//var///run//", "/./var/./run/.", "var/run", "./var/run"] {
		paths.normal(path) == "/var/run/"
	}
	every path in [".", "//", "/./"] {
		paths.normal(path) == "/"
	}
}

test_two_dots_lead_back if {
	paths.normal("/var/lib/../run") == "/var/run/"
	paths.normal("/a/b/../../c") == "/c/"
	paths.normal("/a/../b/../c") == "/c/"
	paths.normal("/a/b/c/../..") == "/a/"
	paths.normal("/a/./b/..//c") == "/a/c/"
}

test_the_root_cannot_be_left if {
	paths.normal("..") == "/"
	paths.normal("/../../etc") == "/etc/"
	paths.normal("/a/../../etc") == "/etc/"
	paths.normal("/a/../../b/c/..") == "/b/"
}

test_dots_in_names_are_names if {
	paths.normal("/a..b/...") == "/a..b/.../"
	paths.normal("/.ssh/..data/x") == "/.ssh/..data/x/"
	paths.normal("/.ssh/..data/../x") == "/.ssh/x/"
}

test_within_compares_whole_segments if {
	paths.within("/var/run", "/var/run/")
	paths.within("/var/run/docker.sock", "/var/run")
	paths.within("/var/run", "/")
	not paths.within("/var/runner", "/var/run")
	not paths.within("/var", "/var/run")
	not paths.within("/var/run/../log", "/var/run")
}

test_of_anything_else_nothing_is_said if {
	every wrong in [null, true, 5, "", [], {}] {
		count([path | path := paths.normal(wrong)]) == 0
		not paths.within(wrong, "/")
		not paths.within("/a", wrong)
	}
}
