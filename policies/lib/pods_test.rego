package policies.lib.pods_test

import data.policies.lib.pods

test_annotations_are_chosen_by_prefix if {
	metadata := {"annotations": {"a/b": "1", "a/c": null, "c/a/b": "3"}}
	pods.annotations(metadata, ["a/"]) == {"a/b": "1", "a/c": null}
	pods.annotations(metadata, ["a/b", "c/"]) == {"a/b": "1", "c/a/b": "3"}
	pods.annotations(metadata, ["x/"]) == {}
}

test_annotations_of_wrong_types_are_none if {
	every wrong in _wrong {
		pods.annotations(wrong, ["b/"]) == {}
		pods.annotations({"annotations": wrong}, ["b/"]) == {}
	}
}

test_a_holder_is_named if {
	_holder(["spec", "containers", 0, "ports"]) == `container "app"`
	_holder(["spec", "volumes", 0, "hostPath"]) == `volume "data"`
	_holder(["spec", "hostPID"]) == "pod"
	_holder(["spec", "securityContext", "sysctls", 0, "name"]) == "pod"
}

test_a_holder_without_a_name_is_named_by_its_place if {
	every i in [1, 2, 3, 4, 5] {
		_holder(["spec", "containers", i, "ports"]) == sprintf(`container "containers[%v]"`, [i])
	}
}

test_quotes_in_a_name_are_escaped if {
	_holder(["spec", "containers", 6, "ports"]) == `container "a\"b"`
}

test_details_leave_out_what_there_is_not if {
	_details(["spec", "containers", 0, "image"], null) == {"container": "app", "found": "x"}
	_details(["spec", "containers", 0, "stdin"], false) == {"container": "app", "wanted": false}
	_details(["spec", "hostPID"], false) == {"found": true, "wanted": false}
	_details(["spec", "hostIPC"], null) == {}
}

_holder(path) := holder if {
	holder := pods.holder(path) with input as _input
}

_details(path, wanted) := details if {
	details := pods.details(path, wanted) with input as _input
}

_input := {"review": {"object": {"spec": {
	"hostPID": true,
	"hostIPC": null,
	"containers": [
		{"name": "app", "image": "x"},
		{},
		null,
		{"name": ""},
		{"name": 5},
		"x",
		{"name": `a"b`},
	],
	"volumes": [{"name": "data"}],
}}}}

_wrong := [null, true, 5, "x", [], {}, [null], ["b/"], {"b": null}]
