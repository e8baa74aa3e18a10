# METADATA
# title: Role that may change the cluster's API
# description: >-
#   An APIService sends a group's requests, with their tokens, to a server of one's choice. A CRD's
#   deletion deletes all its objects. Flow and priority objects starve or evict the others'
#   requests and Pods, a RuntimeClass chooses what isolates them. All belong to the cluster: only
#   cluster roles and what binds them everywhere are judged.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/
# - ref: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
# custom:
#   severity: medium
#   scope:
#     kinds:
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     operations: [CREATE, UPDATE]
#   evidence: [role]
#   remediation: >-
#     Install these objects when the cluster or the operator is set up; leave the running workload
#     to read them: `{apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions],
#     verbs: [get, list, watch]}`.
#   references:
#   - {framework: NSA, id: Authentication and authorization}
#   - {framework: OWASP, id: K03}
#   since: "0.1.0"
package policies.rbac.api_extension_write

import data.policies.lib.rbac

violation contains found if {
	some found in rbac.violations(input.review, input.evidence, _wanted)
}

_wanted := {
	"verbs": {"create", "update", "patch", "delete", "deletecollection"},
	"resources": {
		"apiextensions.k8s.io": {"customresourcedefinitions"},
		"apiregistration.k8s.io": {"apiservices"},
		"flowcontrol.apiserver.k8s.io": {"flowschemas", "prioritylevelconfigurations"},
		"node.k8s.io": {"runtimeclasses"},
		"scheduling.k8s.io": {"priorityclasses"},
	},
}
