# What several policies of the Pod Security Standards have in common.
package policies.lib.pss

import data.policies.lib.kubernetes

# An AppArmor or seccomp profile that confines: the runtime's, or one that lies on the node.
confines(profile) if profile.type in {"RuntimeDefault", "Localhost"}

# From 1.25: a Windows Pod can't set the fields of Linux, so it needn't.
windows_passes(spec) if {
	spec.os.name == "windows"
	kubernetes.minor >= 25
}

# From 1.35: root of the Pod's own user namespace isn't root of the node.
user_namespace_passes(spec) if {
	spec.hostUsers == false
	kubernetes.minor >= 35
}
