# Whom a binding names and what it gives them, read as Kubernetes' authorizer reads it
# (kubernetes/kubernetes, pkg/registry/rbac/validation/rule.go): a subject is what its kind and name
# say, its apiGroup decides nothing.
#
# All are functions of what they read; a null or a value of the wrong type counts as absent, and
# nothing here is ever an evaluation error.
package policies.lib.subjects

import data.policies.lib.rbac

# Whether the binding gives anything to someone who isn't above all access control anyway.
reaches_anyone(binding) if {
	some i
	subject := binding.subjects[i]
	subject.kind in {"User", "Group", "ServiceAccount"}
	not is_masters(subject)
}

is_masters(subject) if {
	subject.kind == "Group"
	subject.name == "system:masters"
}

# Whether the binding hands out one of these cluster roles.
hands_out(binding, names) if {
	binding.roleRef.kind == "ClusterRole"
	binding.roleRef.name in names
}

# What the binding hands out, as messages call it: `cluster role "view"`.
role(binding) := rbac.role_name(ref.kind, {"metadata": {"name": name}}) if {
	ref := binding.roleRef
	ref.kind in {"Role", "ClusterRole"}
	name := object.get(ref, "name", null)
} else := "a role"

# The service account that a subject is, by kind or by the name of its user; without a namespace it
# is one of the binding's. The namespace is empty if nothing tells it.
service_account(subject, binding) := {"name": subject.name, "namespace": namespace} if {
	subject.kind == "ServiceAccount"
	is_string(subject.name)
	namespace := _namespace(subject, binding)
} else := {"name": parts[3], "namespace": parts[2]} if {
	subject.kind == "User"
	is_string(subject.name)
	startswith(subject.name, "system:serviceaccount:")
	parts := split(subject.name, ":")
	count(parts) == 4
}

# `service account "ci" of namespace "shop"`.
account_name(account) := sprintf("service account %q", [account.name]) if {
	account.namespace == ""
} else := sprintf("service account %q of namespace %q", [account.name, account.namespace])

_namespace(subject, binding) := subject.namespace if {
	is_string(subject.namespace)
	subject.namespace != ""
} else := binding.metadata.namespace if {
	is_string(binding.metadata.namespace)
} else := ""
