package policies.least_privilege.seccomp_unconfined_test

import data.policies.least_privilege.seccomp_unconfined

test_pod_and_containers_of_all_lists_are_judged if {
	context := {"seccompProfile": {"type": "Unconfined"}}
	path := ["spec", "securityContext", "seccompProfile", "type"]
	_found_of({"spec": {"securityContext": context}}, "1.37") == {path}
	every list in _lists {
		object := {"spec": {list: [{"name": "app", "securityContext": context}]}}
		_found_of(object, "1.37") == {["spec", list, 0, "securityContext", "seccompProfile", "type"]}
	}
}

test_fields_decide_from_1_19_on if {
	object := {"spec": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}}
	_found_of(object, "1.18") == set()
	count(_found_of(object, "1.19")) == 1
}

test_annotations_decide_before_1_19 if {
	_found_of(_annotated("unconfined"), "1.18") == {
		["metadata", "annotations", _pod_key],
		["metadata", "annotations", _container_key],
	}
	_found_of(_annotated("unconfined"), "1.19") == set()
}

test_annotations_that_confine_pass if {
	every value in ["runtime/default", "docker/default", "localhost/", "localhost/shop"] {
		_found_of(_annotated(value), "1.0") == set()
	}
}

test_any_other_annotation_is_a_finding if {
	every value in ["", null, 5, "Unconfined", {}] {
		count(_found_of(_annotated(value), "1.18")) == 2
	}
}

test_an_annotation_of_no_container_means_nothing if {
	annotations := {
		"container.seccomp.security.alpha.kubernetes.io/gone": "unconfined",
		"seccomp.security.alpha.kubernetes.io/pods": "unconfined",
	}
	spec := {"containers": [{"name": "app"}, {}]}
	_found_of({"metadata": {"annotations": annotations}, "spec": spec}, "1.18") == set()
}

test_profiles_that_confine_pass if {
	every profile in [null, {"type": "RuntimeDefault"}, {"type": "Localhost"}] {
		_found_of({"spec": {"securityContext": {"seccompProfile": profile}}}, "1.37") == set()
	}
}

test_a_stray_profile_is_a_finding if {
	every profile in [{}, {"type": null}, {"type": "localhost"}, "RuntimeDefault", [], false] {
		count(_found_of({"spec": {"securityContext": {"seccompProfile": profile}}}, "1.37")) == 1
	}
}

test_the_wanted_type_is_told if {
	_told({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}) == {
		"path": ["spec", "securityContext", "seccompProfile", "type"],
		"msg": "pod switches seccomp off",
		"details": {"found": "Unconfined", "wanted": "RuntimeDefault"},
	}
}

test_the_wanted_annotation_is_told if {
	found := seccomp_unconfined.violation
		with input as {"review": {"object": {"metadata": {"annotations": {_pod_key: "unconfined"}}}}}
		with data.portcullis.kubernetesVersion as "1.18"
	found == {{
		"path": ["metadata", "annotations", _pod_key],
		"msg": "annotation seccomp.security.alpha.kubernetes.io/pod switches seccomp off",
		"details": {"found": "unconfined", "wanted": "runtime/default"},
	}}
}

test_wrong_types_count_as_absent if {
	every wrong in _wrong {
		every version in ["1.18", "1.37"] {
			_found_of({"metadata": wrong, "spec": wrong}, version) == set()
			_found_of({"metadata": {"annotations": wrong}}, version) == set()
			_found_of({"spec": {"securityContext": wrong}}, version) == set()
		}
	}
}

_pod_key := "seccomp.security.alpha.kubernetes.io/pod"

_container_key := "container.seccomp.security.alpha.kubernetes.io/app"

_annotated(value) := {
	"metadata": {"annotations": {_pod_key: value, _container_key: value}},
	"spec": {"ephemeralContainers": [{"name": "app"}]},
}

_found_of(object, version) := paths if {
	found := seccomp_unconfined.violation
		with input as {"review": {"object": object}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := seccomp_unconfined.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]

_lists := ["initContainers", "containers", "ephemeralContainers"]
