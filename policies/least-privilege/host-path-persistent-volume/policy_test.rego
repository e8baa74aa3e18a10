package policies.least_privilege.host_path_persistent_volume_test

import data.policies.least_privilege.host_path_persistent_volume

test_a_host_path_is_a_finding if {
	_violations({"hostPath": {"path": "/srv"}}, {}) == {{
		"path": ["spec", "hostPath"],
		"msg": "persistent volume is a part of the node's file system (hostPath)",
		"details": {"found": {"path": "/srv"}},
	}}
}

test_a_local_volume_is_a_finding if {
	_violations({"local": {"path": "/mnt/disk"}, "hostPath": null}, {}) == {{
		"path": ["spec", "local"],
		"msg": "persistent volume is a part of the node's file system (local)",
		"details": {"found": {"path": "/mnt/disk"}},
	}}
}

test_listed_directories_pass if {
	every type in ["hostPath", "local"] {
		every path in ["/mnt/disks", "/mnt/disks/", "/mnt//disks/a", "/opt/volumes/b/c"] {
			_violations({type: {"path": path}}, {"paths": ["/mnt/disks", "/opt/volumes/"]}) == set()
		}
		every path in ["/mnt", "/mnt/disks2", "/mnt/disks/..", "/mnt/disks/../../etc", "/"] {
			count(_violations({type: {"path": path}}, {"paths": ["/mnt/disks"]})) == 1
		}
	}
}

test_listed_classes_pass if {
	parameters := {"storageClasses": ["slow", "local-nvme"]}
	local := {"path": "/mnt"}
	_violations({"storageClassName": "local-nvme", "local": local}, parameters) == set()
	every class in ["local", "", null, 5, [], {}] {
		count(_violations({"storageClassName": class, "local": local}, parameters)) == 1
	}
	count(_violations({"local": local}, parameters)) == 1
}

test_other_sources_pass if {
	_violations({"csi": {"driver": "csi.example"}, "hostPath": null, "local": null}, {}) == set()
}

test_a_stray_value_is_a_finding if {
	every value in [true, 5, "x", [], {}, {"path": null}, {"path": 5}, {"path": ""}] {
		count(_violations({"hostPath": value}, {"paths": ["/"]})) == 1
	}
}

test_wrong_types_count_as_absent if {
	every wrong in [null, true, 5, "x", [], {}] {
		_violations(wrong, {}) == set()
	}
}

_violations(spec, parameters) := found if {
	found := host_path_persistent_volume.violation
		with input as {
			"review": {"object": {"spec": spec}},
			"parameters": object.union({"paths": [], "storageClasses": []}, parameters),
		}
}
