package policies.least_privilege.apparmor_override_test

import data.policies.least_privilege.apparmor_override

test_pod_and_containers_of_all_lists_are_judged if {
	context := {"appArmorProfile": {"type": "Unconfined"}}
	path := ["spec", "securityContext", "appArmorProfile", "type"]
	_found_of({"spec": {"securityContext": context}}, "1.0") == {path}
	every list in _lists {
		object := {"spec": {list: [{"name": "app", "securityContext": context}]}}
		_found_of(object, "1.0") == {["spec", list, 0, "securityContext", "appArmorProfile", "type"]}
	}
}

test_profiles_that_confine_pass if {
	every type in ["RuntimeDefault", "Localhost"] {
		_found_of({"spec": {"securityContext": {"appArmorProfile": {"type": type}}}}, "1.37") == set()
	}
}

test_a_stray_profile_is_a_finding if {
	every profile in [{}, {"type": null}, {"type": "runtimeDefault"}, "RuntimeDefault", [], false] {
		count(_found_of({"spec": {"securityContext": {"appArmorProfile": profile}}}, "1.37")) == 1
	}
}

test_annotations_that_confine_pass if {
	every value in ["", null, "runtime/default", "localhost/", "localhost/shop"] {
		_found_of(_annotated(value), "1.37") == set()
	}
}

test_other_annotations_are_findings if {
	every value in ["unconfined", "docker/default", "Localhost/x", 5, {}] {
		_found_of(_annotated(value), "1.37") == {["metadata", "annotations", _key]}
	}
}

test_an_annotation_names_its_container if {
	found := apparmor_override.violation with input as {"review": {"object": _annotated("unconfined")}}
	found == {{
		"path": ["metadata", "annotations", _key],
		"msg": `annotation overrides the AppArmor profile of container "app"`,
		"details": {"found": "unconfined", "wanted": "runtime/default"},
	}}
}

test_the_wanted_type_is_told if {
	_told({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}) == {
		"path": ["spec", "securityContext", "appArmorProfile", "type"],
		"msg": "pod overrides the AppArmor profile of the runtime",
		"details": {"found": "Unconfined", "wanted": "RuntimeDefault"},
	}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		_found_of({"metadata": wrong, "spec": wrong}, "1.37") == set()
		_found_of({"metadata": {"annotations": wrong}}, "1.37") == set()
		_found_of({"spec": {"securityContext": wrong}}, "1.37") == set()
		_found_of({"spec": {"containers": [{"securityContext": wrong}]}}, "1.37") == set()
	}
}

_key := "container.apparmor.security.beta.kubernetes.io/app"

_annotated(value) := {"metadata": {"annotations": {_key: value, "a.example/b": "unconfined"}}}

_found_of(object, version) := paths if {
	found := apparmor_override.violation
		with input as {"review": {"object": object}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := apparmor_override.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
