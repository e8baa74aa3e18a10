package policies.lib.kubernetes_test

import data.policies.lib.kubernetes

test_minors_are_numbers if {
	every version, minor in {"1.0": 0, "1.9": 9, "1.10": 10, "1.37": 37} {
		kubernetes.minor == minor with data.portcullis.kubernetesVersion as version
	}
}

test_1_9_is_older_than_1_10 if {
	nine := kubernetes.minor with data.portcullis.kubernetesVersion as "1.9"
	ten := kubernetes.minor with data.portcullis.kubernetesVersion as "1.10"
	nine < ten
}
