package policies.least_privilege.missing_resource_limits_test

import data.policies.least_privilege.missing_resource_limits

_four := {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}

test_a_container_that_lacks_all_four_is_told_once if {
	_told({"containers": [{"name": "web"}]}) == {
		"path": ["spec", "containers", 0, "resources"],
		"msg": `container "web" has no cpu limit, no memory limit, no cpu request, no memory request`,
		"details": {"container": "web"},
	}
}

test_all_that_has_resources_is_judged if {
	every list in ["initContainers", "containers"] {
		spec := {list: [_has(_four), {}, {"resources": {}}]}
		_found(spec) == {["spec", list, 1, "resources"], ["spec", list, 2, "resources"]}
	}
	_found({"ephemeralContainers": [{}]}) == set()
}

test_the_path_leads_to_what_is_missing if {
	every place in [["limits", "cpu"], ["limits", "memory"]] {
		resources := json.remove(_four, [concat("/", place)])
		_found({"containers": [_has(resources)]}) == {array.concat(_resources, place)}
	}
	requests := {"requests": _four.requests}
	_found({"containers": [_has(requests)]}) == {array.concat(_resources, ["limits"])}
	_found({"containers": [_has({"requests": {"cpu": 1}, "limits": {"cpu": 1}})]}) == {_resources}
}

test_what_is_missing_and_found_is_told if {
	_told({"containers": [_has({"limits": {"cpu": "1"}, "requests": {"memory": "1Gi"}})]}) == {
		"path": ["spec", "containers", 0, "resources", "limits", "memory"],
		"msg": `container "app" has no memory limit`,
		"details": {"container": "app"},
	}
	resources := {"limits": {"memory": "1Gi"}}
	_told({"containers": [_has(resources)]}) == {
		"path": ["spec", "containers", 0, "resources"],
		"msg": `container "app" has no cpu limit, no cpu request`,
		"details": {"container": "app", "found": resources},
	}
}

test_a_limit_is_the_request_where_there_is_none if {
	_found({"containers": [_has({"limits": _four.limits})]}) == set()
	_found({"containers": [_has({"limits": _four.limits, "requests": {"cpu": null}})]}) == set()
}

test_a_limit_is_no_request_if_the_parameter_says_so if {
	written := object.union(_all, {"limitIsRequest": false})
	spec := {"containers": [_has(_four), _has({"limits": _four.limits})]}
	found := _judged(spec, written, "1.37")
	{v.path | some v in found} == {["spec", "containers", 1, "resources", "requests"]}
	pod := {"resources": {"limits": _four.limits}, "containers": [_has({"limits": _four.limits})]}
	{v.path | some v in _judged(pod, written, "1.37")} == {array.concat(_resources, ["requests"])}
}

test_a_limit_of_zero_is_none if {
	every zero in ["0", 0, "0m", "0.0"] {
		resources := {"limits": {"cpu": zero, "memory": "1Gi"}}
		_found({"containers": [_has(resources)]}) == {array.concat(_resources, ["limits", "cpu"])}
	}
	every other in ["0.5", "10m", 0.1] {
		_found({"containers": [_has({"limits": {"cpu": other, "memory": "1Gi"}})]}) == set()
	}
	requests := {"cpu": 0, "memory": "0"}
	_found({"containers": [_has({"limits": _four.limits, "requests": requests})]}) == set()
}

test_nothing_may_be_chosen if {
	nothing := {"limits": [], "requests": [], "limitIsRequest": true}
	_judged({"containers": [{}]}, nothing, "1.37") == set()
}

test_each_choice_is_its_own if {
	every kind in ["limits", "requests"] {
		every resource in ["cpu", "memory", "ephemeral-storage"] {
			nothing := {"limits": [], "requests": [], "limitIsRequest": true}
			chosen := object.union(nothing, {kind: [resource]})
			found := _judged({"containers": [{"name": "app"}]}, chosen, "1.37")
			{v.path | some v in found} == {array.concat(_resources, [kind, resource])}
			_judged({"containers": [_has({kind: {resource: "1"}})]}, chosen, "1.37") == set()
		}
	}
}

test_one_choice_is_missed_beside_another_resource if {
	every kind in ["limits", "requests"] {
		nothing := {"limits": [], "requests": [], "limitIsRequest": true}
		chosen := object.union(nothing, {kind: ["memory"]})
		every resources in [{"cpu": "1"}, {"cpu": "1", "memory": null}, {}] {
			every list in ["initContainers", "containers"] {
				found := _judged({list: [_has({kind: resources})]}, chosen, "1.37")
				{v.path | some v in found} == {["spec", list, 0, "resources", kind, "memory"]}
			}
		}
		_judged({"initContainers": null, "containers": null}, chosen, "1.37") == set()
		_judged({"ephemeralContainers": [{}]}, chosen, "1.37") == set()
	}
}

test_resources_of_the_pod_count_from_1_32_on if {
	every resources in [_four, {"limits": _four.limits}] {
		spec := {"resources": resources, "initContainers": [{}], "containers": [_has(null)]}
		count(_judged(spec, _all, "1.31")) == 2
		_judged(spec, _all, "1.32") == set()
	}
	memory := _has({"limits": {"memory": "1Gi"}})
	_found({"resources": {"limits": {"cpu": "1"}}, "containers": [memory]}) == set()
	requests := {"resources": {"requests": _four.requests}, "containers": [{}]}
	_found(requests) == {array.concat(_resources, ["limits"])}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, false] {
		_found({"containers": [_has({"limits": {"cpu": wrong, "memory": wrong}})]}) == {_resources}
	}
	every wrong in [null, true, [], {}, ["1Gi"], "1Gi", 5] {
		count(_found({"containers": [_has({"limits": wrong, "requests": wrong})]})) == 1
		count(_found({"containers": [_has(wrong)]})) == 1
		count(_found({"resources": wrong, "containers": [{}, _has(_four)]})) == 1
	}
	every wrong in [null, true, 5, "x", [], {}] {
		_found(wrong) == set()
		_found({"containers": wrong}) == set()
		_found({"containers": wrong, "initContainers": [_has(_four)]}) == set()
	}
}

test_more_than_the_maximum_is_told if {
	_over({"limits": {"memory": "1Gi"}}, _has({"limits": {"cpu": "1", "memory": "1025Mi"}})) == {{
		"path": ["spec", "containers", 0, "resources", "limits", "memory"],
		"msg": `container "app" has the memory limit 1025Mi, more than 1Gi`,
		"details": {"container": "app", "found": "1025Mi", "wanted": "1Gi"},
	}}
	_over({"requests": {"cpu": 1}}, _has({"requests": {"cpu": "1001m", "memory": "9Gi"}})) == {{
		"path": ["spec", "containers", 0, "resources", "requests", "cpu"],
		"msg": `container "app" has the cpu request 1001m, more than 1`,
		"details": {"container": "app", "found": "1001m", "wanted": 1},
	}}
}

test_the_maximum_itself_is_allowed_in_every_unit if {
	every most, spellings in {
		"1Gi": ["1Gi", "1024Mi", "1073741824", 1073741824, "1G", "900Mi"],
		"1500m": ["1.5", 1.5, "1500m", "900m", 1],
	} {
		every spelling in spellings {
			_over({"limits": {"cpu": most}}, _has({"limits": {"cpu": spelling}})) == set()
		}
	}
}

test_what_is_no_quantity_is_told_where_there_is_a_maximum if {
	_over({"limits": {"memory": "1Gi"}}, _has({"limits": {"memory": "1gb"}})) == {{
		"path": ["spec", "containers", 0, "resources", "limits", "memory"],
		"msg": `container "app" has the memory limit 1gb, which is no quantity`,
		"details": {"container": "app", "found": "1gb", "wanted": "1Gi"},
	}}
	_found({"containers": [_has({"limits": {"cpu": "1", "memory": "1gb"}})]}) == set()
}

test_the_deciding_place_is_judged if {
	resources := {"limits": {"cpu": "4"}}
	place := ["resources", "limits", "cpu"]
	in_container := array.concat(["spec", "containers", 0], place)
	in_pod := array.concat(["spec"], place)
	requests := {"requests": {"cpu": 2}}
	{v.path | some v in _over(requests, _has(resources))} == {in_container}
	_over(requests, _has(object.union(resources, {"requests": {"cpu": 1}}))) == set()
	every most in [{"limits": {"cpu": 2}}, requests] {
		pod := {"resources": resources, "containers": [{}, {}]}
		{v.path | some v in _over_in(pod, most, "1.32")} == {in_pod}
		_over_in(pod, most, "1.31") == set()
		own := {"resources": resources, "containers": [_has({"limits": {"cpu": 1}})]}
		_over_in(own, most, "1.32") == set()
	}
}

test_init_containers_have_the_same_maximum if {
	over := [_has({"limits": {"cpu": 3}})]
	spec := {"initContainers": over, "ephemeralContainers": over}
	{v.path | some v in _over_in(spec, {"limits": {"cpu": 2}}, "1.37")} == {[
		"spec", "initContainers", 0,
		"resources", "limits", "cpu",
	]}
}

test_a_maximum_doesnt_ask_for_a_limit if {
	every wrong in [null, true, false] {
		_over({"limits": {"cpu": 2}}, _has({"limits": {"cpu": wrong}})) == set()
	}
	every wrong in [null, true, [], {}] {
		_over({"limits": {"cpu": 2}}, _has({"limits": wrong})) == set()
		_over({"limits": {"cpu": 2}}, _has(wrong)) == set()
		_over({"limits": {"cpu": 2}}, wrong) == set()
		_over_in({"containers": wrong}, {"limits": {"cpu": 2}}, "1.37") == set()
		_over_in(wrong, {"limits": {"cpu": 2}}, "1.37") == set()
	}
}

_all := {"limits": ["cpu", "memory"], "requests": ["cpu", "memory"], "limitIsRequest": true}

_resources := ["spec", "containers", 0, "resources"]

_has(resources) := {"name": "app", "resources": resources}

_found(spec) := {v.path | some v in _judged(spec, _all, "1.37")}

_told(spec) := told if {
	found := _judged(spec, _all, "1.37")
	count(found) == 1
	some told in found
}

_over(maximum, container) := _over_in({"containers": [container]}, maximum, "1.37")

_over_in(spec, maximum, version) := found if {
	parameters := {"limits": [], "requests": [], "limitIsRequest": true, "maximum": maximum}
	found := _judged(spec, parameters, version)
}

_judged(spec, parameters, version) := found if {
	found := missing_resource_limits.violation
		with input as {"review": {"object": {"spec": spec}}, "parameters": parameters}
		with data.portcullis.kubernetesVersion as version
}
