//! The kinds that Kubernetes 1.33 to 1.37 serves itself, with their resources, and the subresources that carry another object.
//!
//! Never asks the API server: kinds that aren't here come by discovery.

use crate::model::{KindPattern, Operation};

/// A kind of Kubernetes' own.
pub(super) struct BuiltIn {
    /// Its API group; empty for the core group.
    pub(super) group: &'static str,
    /// Its name.
    pub(super) kind: &'static str,
    /// Its resource.
    pub(super) resource: &'static str,
    /// Whether its objects stand in namespaces.
    pub(super) namespaced: bool,
    /// The versions to register; the API server converts the others. Empty: webhooks aren't called for it.
    pub(super) versions: &'static [&'static str],
}

/// A subresource that arrives as an object of another kind, or that every Pod policy judges.
pub(super) struct Subresource {
    /// The API group of its resource; `*` for any.
    pub(super) group: &'static str,
    /// The version of its resource; `*` for any.
    pub(super) version: &'static str,
    /// Its resource; `*` for any.
    pub(super) resource: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Group and kind of the object that arrives.
    pub(super) object: (&'static str, &'static str),
    /// The operation that it arrives by.
    pub(super) operation: Operation,
    /// What the rule names as its scope.
    pub(super) scope: &'static str,
}

/// What isn't Kubernetes, and where workloads and Ingress were before 1.22.
const NOT_SERVED: [&str; 2] = ["artifact.portcullis.dev", "extensions"];

/// Subresources of Pods that arrive as the whole Pod: every Pod policy judges them.
pub(super) const POD_WRITES: [&str; 2] = ["ephemeralcontainers", "resize"];

const V1: &[&str] = &["v1"];
const UNTIL_V1: &[&str] = &["v1", "v1beta1", "v1alpha1"];
const RESOURCE: &[&str] = &["v1", "v1beta2", "v1beta1", "v1alpha3"];
/// The match conditions leave it out, the API server never calls webhooks for it, or it is only read.
const NEVER: &[&str] = &[];

/// By group and kind. Versions are those of all minors where a kind isn't stable in each of them, so that none goes unseen.
#[rustfmt::skip]
pub(super) static KINDS: &[BuiltIn] = &[
    namespaced("", "Binding", "bindings", V1),
    cluster("", "ComponentStatus", "componentstatuses", NEVER),
    namespaced("", "ConfigMap", "configmaps", V1),
    namespaced("", "Endpoints", "endpoints", NEVER),
    namespaced("", "Event", "events", NEVER),
    namespaced("", "LimitRange", "limitranges", V1),
    cluster("", "Namespace", "namespaces", V1),
    cluster("", "Node", "nodes", V1),
    cluster("", "PersistentVolume", "persistentvolumes", V1),
    namespaced("", "PersistentVolumeClaim", "persistentvolumeclaims", V1),
    namespaced("", "Pod", "pods", V1),
    namespaced("", "PodTemplate", "podtemplates", V1),
    namespaced("", "ReplicationController", "replicationcontrollers", V1),
    namespaced("", "ResourceQuota", "resourcequotas", V1),
    namespaced("", "Secret", "secrets", V1),
    namespaced("", "Service", "services", V1),
    namespaced("", "ServiceAccount", "serviceaccounts", V1),
    cluster("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", NEVER),
    cluster("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", NEVER),
    cluster("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", NEVER),
    cluster("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", NEVER),
    cluster("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", NEVER),
    cluster("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", NEVER),
    cluster("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", V1),
    cluster("apiregistration.k8s.io", "APIService", "apiservices", V1),
    namespaced("apps", "ControllerRevision", "controllerrevisions", V1),
    namespaced("apps", "DaemonSet", "daemonsets", V1),
    namespaced("apps", "Deployment", "deployments", V1),
    namespaced("apps", "ReplicaSet", "replicasets", V1),
    namespaced("apps", "StatefulSet", "statefulsets", V1),
    cluster("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", V1),
    cluster("authentication.k8s.io", "TokenReview", "tokenreviews", V1),
    namespaced("authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews", V1),
    cluster("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", V1),
    cluster("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", V1),
    cluster("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", V1),
    namespaced("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", &["v2"]),
    namespaced("batch", "CronJob", "cronjobs", V1),
    namespaced("batch", "Job", "jobs", V1),
    cluster("certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests", V1),
    cluster("certificates.k8s.io", "ClusterTrustBundle", "clustertrustbundles", UNTIL_V1),
    namespaced("certificates.k8s.io", "PodCertificateRequest", "podcertificaterequests", UNTIL_V1),
    namespaced("coordination.k8s.io", "Lease", "leases", NEVER),
    namespaced("coordination.k8s.io", "LeaseCandidate", "leasecandidates", NEVER),
    namespaced("discovery.k8s.io", "EndpointSlice", "endpointslices", NEVER),
    namespaced("events.k8s.io", "Event", "events", NEVER),
    cluster("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas", V1),
    cluster("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations", V1),
    cluster("internal.apiserver.k8s.io", "StorageVersion", "storageversions", &["v1alpha1"]),
    namespaced("lifecycle.k8s.io", "Eviction", "evictions", &["v1alpha1"]),
    namespaced("lifecycle.k8s.io", "EvictionRequest", "evictionrequests", &["v1alpha1"]),
    cluster("networking.k8s.io", "IPAddress", "ipaddresses", V1),
    namespaced("networking.k8s.io", "Ingress", "ingresses", V1),
    cluster("networking.k8s.io", "IngressClass", "ingressclasses", V1),
    namespaced("networking.k8s.io", "NetworkPolicy", "networkpolicies", V1),
    cluster("networking.k8s.io", "ServiceCIDR", "servicecidrs", V1),
    cluster("node.k8s.io", "RuntimeClass", "runtimeclasses", V1),
    namespaced("policy", "PodDisruptionBudget", "poddisruptionbudgets", V1),
    cluster("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", V1),
    cluster("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", V1),
    namespaced("rbac.authorization.k8s.io", "Role", "roles", V1),
    namespaced("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", V1),
    cluster("resource.k8s.io", "DeviceClass", "deviceclasses", RESOURCE),
    cluster("resource.k8s.io", "DeviceTaintRule", "devicetaintrules", RESOURCE),
    namespaced("resource.k8s.io", "ResourceClaim", "resourceclaims", RESOURCE),
    namespaced("resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates", RESOURCE),
    cluster("resource.k8s.io", "ResourcePoolStatusRequest", "resourcepoolstatusrequests", RESOURCE),
    cluster("resource.k8s.io", "ResourceSlice", "resourceslices", RESOURCE),
    namespaced("scheduling.k8s.io", "CompositePodGroup", "compositepodgroups", &["v1alpha3"]),
    namespaced("scheduling.k8s.io", "PodGroup", "podgroups", &["v1beta1", "v1alpha3", "v1alpha2"]),
    cluster("scheduling.k8s.io", "PriorityClass", "priorityclasses", V1),
    namespaced("scheduling.k8s.io", "Workload", "workloads", &["v1beta1", "v1alpha3", "v1alpha2", "v1alpha1"]),
    cluster("storage.k8s.io", "CSIDriver", "csidrivers", V1),
    cluster("storage.k8s.io", "CSINode", "csinodes", V1),
    namespaced("storage.k8s.io", "CSIStorageCapacity", "csistoragecapacities", V1),
    cluster("storage.k8s.io", "StorageClass", "storageclasses", V1),
    cluster("storage.k8s.io", "VolumeAttachment", "volumeattachments", V1),
    cluster("storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses", UNTIL_V1),
    cluster("storagemigration.k8s.io", "StorageVersionMigration", "storageversionmigrations", UNTIL_V1),
];

/// Other subresources, such as `status`, arrive as an update of the object itself.
#[rustfmt::skip]
pub(super) static SUBRESOURCES: &[Subresource] = &[
    // Custom resources have it too, and the object is the same whatever the version of its resource.
    Subresource { group: "*", version: "*", scope: "*", ..core("*", "scale", ("autoscaling", "Scale"), Operation::Update) },
    Subresource { scope: "Cluster", ..core("nodes", "proxy", ("", "NodeProxyOptions"), Operation::Connect) },
    core("pods", "attach", ("", "PodAttachOptions"), Operation::Connect),
    core("pods", "binding", ("", "Binding"), Operation::Create),
    core("pods", "ephemeralcontainers", ("", "Pod"), Operation::Update),
    core("pods", "eviction", ("policy", "Eviction"), Operation::Create),
    core("pods", "exec", ("", "PodExecOptions"), Operation::Connect),
    core("pods", "portforward", ("", "PodPortForwardOptions"), Operation::Connect),
    core("pods", "proxy", ("", "PodProxyOptions"), Operation::Connect),
    core("pods", "resize", ("", "Pod"), Operation::Update),
    core("serviceaccounts", "token", ("authentication.k8s.io", "TokenRequest"), Operation::Create),
    core("services", "proxy", ("", "ServiceProxyOptions"), Operation::Connect),
];

/// Whether `pattern` names `kind` of `group`.
pub(super) fn names(pattern: &KindPattern, group: &str, kind: &str) -> bool {
    pattern.group.as_deref().is_none_or(|own| own == group)
        && pattern.kind.as_deref().is_none_or(|own| own == kind)
}

/// Whether no API server can serve `group`: such kinds are read from files alone.
pub(super) fn only_in_files(group: &str) -> bool {
    NOT_SERVED.contains(&group)
}

const fn namespaced(
    group: &'static str,
    kind: &'static str,
    resource: &'static str,
    versions: &'static [&'static str],
) -> BuiltIn {
    BuiltIn {
        group,
        kind,
        resource,
        namespaced: true,
        versions,
    }
}

const fn cluster(
    group: &'static str,
    kind: &'static str,
    resource: &'static str,
    versions: &'static [&'static str],
) -> BuiltIn {
    BuiltIn {
        group,
        kind,
        resource,
        namespaced: false,
        versions,
    }
}

/// A subresource of a namespaced resource of the core group.
const fn core(
    resource: &'static str,
    name: &'static str,
    object: (&'static str, &'static str),
    operation: Operation,
) -> Subresource {
    Subresource {
        group: "",
        version: "v1",
        resource,
        name,
        object,
        operation,
        scope: "Namespaced",
    }
}
