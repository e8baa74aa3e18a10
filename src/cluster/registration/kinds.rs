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
const NOT_SERVED: [&str; 3] = [
    "artifact.portcullis.dev",
    "extensions",
    "kustomize.config.k8s.io",
];

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

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use k8s_openapi::Resource;
    use k8s_openapi::api::{
        admissionregistration, apps, authentication, authorization, autoscaling, batch,
        certificates, coordination, core, discovery, events, flowcontrol, networking, node, policy,
        rbac, scheduling, storage,
    };
    use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
    use k8s_openapi::kube_aggregator::pkg::apis::apiregistration;

    use super::*;

    /// Group, kind, resource, whether namespaced, version.
    type Row = (&'static str, &'static str, &'static str, bool, &'static str);

    fn row<T: Resource>() -> Row {
        let namespaced = type_name::<T::Scope>().ends_with("NamespaceResourceScope");
        (
            T::GROUP,
            T::KIND,
            T::URL_PATH_SEGMENT,
            namespaced,
            T::VERSION,
        )
    }

    macro_rules! rows {
        ($module:ident $version:ident: $($kind:ident)+) => {
            vec![$(row::<$module::$version::$kind>()),+]
        };
    }

    #[test]
    fn every_stable_kind_is_here_as_the_api_has_it() {
        let stable = [
            rows!(core v1: Binding ConfigMap LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount ComponentStatus Endpoints Event),
            rows!(admissionregistration v1: MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration),
            rows!(apiextensions v1: CustomResourceDefinition),
            rows!(apiregistration v1: APIService),
            rows!(apps v1: ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet),
            rows!(authentication v1: SelfSubjectReview TokenReview),
            rows!(authorization v1: LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview),
            rows!(autoscaling v2: HorizontalPodAutoscaler),
            rows!(batch v1: CronJob Job),
            rows!(certificates v1: CertificateSigningRequest),
            rows!(coordination v1: Lease),
            rows!(discovery v1: EndpointSlice),
            rows!(events v1: Event),
            rows!(flowcontrol v1: FlowSchema PriorityLevelConfiguration),
            rows!(networking v1: IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR),
            rows!(node v1: RuntimeClass),
            rows!(policy v1: PodDisruptionBudget),
            rows!(rbac v1: ClusterRole ClusterRoleBinding Role RoleBinding),
            rows!(scheduling v1: PriorityClass),
            rows!(storage v1: CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment),
        ];
        for (group, kind, resource, namespaced, version) in stable.concat() {
            let own = KINDS
                .iter()
                .find(|own| own.group == group && own.kind == kind);
            let own = own.unwrap_or_else(|| panic!("{group}/{kind} is missing"));
            assert_eq!(
                (own.resource, own.namespaced),
                (resource, namespaced),
                "{kind}"
            );
            assert!(
                own.versions.is_empty() || own.versions == [version],
                "{kind}"
            );
        }
    }

    #[test]
    fn kinds_stand_once_and_in_order() {
        assert!(KINDS.is_sorted_by_key(|kind| (kind.group, kind.kind)));
        let mut keys: Vec<_> = KINDS.iter().map(|kind| (kind.group, kind.kind)).collect();
        keys.dedup();
        assert_eq!(keys.len(), KINDS.len());
    }
}
