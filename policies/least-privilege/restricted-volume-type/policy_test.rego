package policies.least_privilege.restricted_volume_type_test

import data.policies.least_privilege.restricted_volume_type

test_every_allowed_type_passes if {
	every type in [
		"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral",
		"image", "persistentVolumeClaim", "projected", "secret",
	] {
		_found({"volumes": [{"name": "v", type: {}}]}, "1.0") == set()
	}
}

test_any_other_type_is_a_finding if {
	every type in ["hostPath", "nfs", "gitRepo", "rbd", "storageos", "ConfigMap", "teleport"] {
		_found({"volumes": [{"name": "v", type: {}}]}, "1.37") == {["spec", "volumes", 0, type]}
	}
}

test_volume_and_type_are_told if {
	_told({"volumes": [{"name": "share", "nfs": {"server": "files.example"}}]}) == {
		"path": ["spec", "volumes", 0, "nfs"],
		"msg": `volume "share" is of the restricted type nfs`,
		"details": {"found": {"server": "files.example"}},
	}
}

test_without_a_source_it_is_an_empty_dir if {
	_found({"volumes": [{"name": "v"}, {"name": "w", "nfs": null}, {}, null]}, "1.37") == set()
}

test_an_allowed_source_hides_no_other if {
	volume := {"name": "v", "emptyDir": {}, "hostPath": {}}
	_found({"volumes": [volume]}, "1.37") == {["spec", "volumes", 0, "hostPath"]}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}, [null], [5], ["nfs"]] {
		_found({"volumes": wrong}, "1.37") == set()
	}
}

_found(spec, version) := paths if {
	found := restricted_volume_type.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as version
	paths := {v.path | some v in found}
}

_told(spec) := told if {
	found := restricted_volume_type.violation
		with input as {"review": {"object": {"spec": spec}}}
		with data.portcullis.kubernetesVersion as "1.37"
	some told in found
}

_wrong := [null, true, 5, "x", [], {}, [null], {"a": null}]
