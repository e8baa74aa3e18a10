//! portcullis installed as the chart's manifests say, its replicas as processes of this machine.
//!
//! What a cluster would do around it (endpoints, the Service's address) stands in: an `ExternalName` Service leads to a proxy.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use k8s_openapi::api::admissionregistration::v1::{
    ValidatingWebhook, ValidatingWebhookConfiguration,
};
use kube::api::{Api, DynamicObject};
use serde_json::{Value, json};

use crate::control_plane::ControlPlane;
use crate::control_plane::process::{Folder, Process};
use crate::control_plane::programs::{Programs, free_ports};
use crate::control_plane::proxy::Proxy;
use crate::control_plane::wait::eventually;

pub(super) const NAMESPACE: &str = "portcullis";

/// One replica.
pub(super) struct Replica {
    pub(super) process: Process,
    pub(super) contract: SocketAddr,
    pub(super) admin: SocketAddr,
}

/// An installation; everything ends with it.
pub(super) struct Installed {
    pub(super) plane: ControlPlane,
    pub(super) proxy: Proxy,
    pub(super) replicas: Vec<Replica>,
    /// What replicas are started with, besides names and addresses.
    pub(super) arguments: Vec<String>,
    kubeconfig: PathBuf,
    logs: Folder,
    started: usize,
}

impl Installed {
    /// The chart's objects in a new control plane, and no replica yet; `None`: skipped, and said.
    pub(super) async fn new(arguments: &[&str]) -> Option<Self> {
        let plane = ControlPlane::launch(&Programs::find()?);
        let applied = plane.kubectl(&["apply", "--server-side", "-f", "-"], &manifests())?;
        assert_eq!(applied.code, 0, "{}", applied.stderr);
        Some(Self::around(plane, arguments).await)
    }

    /// What stands in for a cluster around what is installed in `plane`.
    pub(super) async fn around(plane: ControlPlane, arguments: &[&str]) -> Self {
        let (_, kubeconfig) = plane.service_account_client(NAMESPACE, "portcullis");
        let installed = Self {
            plane,
            proxy: Proxy::start(&[]).await,
            replicas: Vec::new(),
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            kubeconfig,
            logs: Folder::new(),
            started: 0,
        };
        installed.lead_to_proxy();
        installed
    }

    /// The Service leads to the proxy, whatever it was before.
    pub(super) fn lead_to_proxy(&self) {
        self.kubectl(&[
            "-n",
            NAMESPACE,
            "delete",
            "service",
            "portcullis",
            "--ignore-not-found",
        ]);
        self.apply(&json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "portcullis", "namespace": NAMESPACE},
            "spec": {"type": "ExternalName", "externalName": "127.0.0.1"},
        }));
    }

    /// The same with `count` replicas that are registered.
    pub(super) async fn with_replicas(count: usize, arguments: &[&str]) -> Option<Self> {
        let mut installed = Self::new(arguments).await?;
        for _ in 0..count {
            installed.start().await;
        }
        installed.registered().await;
        Some(installed)
    }

    /// Starts a replica and waits until it is ready and reached.
    pub(super) async fn start(&mut self) {
        let replica = self.spawn();
        replica.is_ready().await;
        self.replicas.push(replica);
        self.reach();
    }

    /// Starts a replica.
    pub(super) fn spawn(&mut self) -> Replica {
        let [contract, admin] = free_ports::<2>();
        let address = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let (contract, admin) = (address(contract), address(admin));
        self.started += 1;
        let mut arguments = vec![
            "webhook".to_owned(),
            format!("--namespace={NAMESPACE}"),
            format!("--listen={contract}"),
            format!("--admin-listen={admin}"),
            format!("--service-port={}", self.proxy.address().port()),
            format!("--identity=replica-{}", self.started),
        ];
        arguments.extend(self.arguments.iter().cloned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let log = self
            .logs
            .path()
            .join(format!("replica-{}.log", self.started));
        let program = Path::new(env!("CARGO_BIN_EXE_portcullis"));
        let environment = [("KUBECONFIG", self.kubeconfig.as_os_str())];
        Replica {
            process: Process::start(program, &arguments, &environment, &log),
            contract,
            admin,
        }
    }

    /// The proxy leads to all replicas, and the API server may know.
    pub(super) fn reach(&self) {
        let backends: Vec<SocketAddr> = self
            .replicas
            .iter()
            .map(|replica| replica.contract)
            .collect();
        self.proxy.set_backends(&backends);
        let slice = json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "portcullis", "namespace": NAMESPACE, "labels": {"kubernetes.io/service-name": "portcullis"}},
            "addressType": "IPv4", "ports": [{"name": "https", "port": 8443}],
            "endpoints": if backends.is_empty() { json!([]) } else { json!([{"addresses": ["10.1.2.3"], "conditions": {"ready": true}}]) },
        });
        self.apply(&slice);
    }

    /// What is registered, as it stands.
    pub(super) async fn webhooks(&self) -> Vec<ValidatingWebhook> {
        let api: Api<ValidatingWebhookConfiguration> = Api::all(self.plane.client());
        let object = api.get_opt("portcullis").await.unwrap();
        object
            .and_then(|object| object.webhooks)
            .unwrap_or_default()
    }

    /// The entries' names as they stand.
    pub(super) async fn entries(&self) -> Vec<String> {
        let webhooks = self.webhooks().await;
        webhooks.into_iter().map(|webhook| webhook.name).collect()
    }

    /// Waits until entries are registered and in force in the API server.
    pub(super) async fn registered(&self) {
        eventually("the entries are registered", async || {
            (!self.entries().await.is_empty()).then_some(())
        })
        .await;
    }

    /// Applies an object as the administrator.
    #[track_caller]
    pub(super) fn apply(&self, object: &Value) {
        let run = self
            .plane
            .kubectl(&["apply", "-f", "-"], &object.to_string())
            .unwrap();
        assert_eq!(run.code, 0, "{}", run.stderr);
    }

    /// Runs kubectl as the administrator, to success; what it prints.
    #[track_caller]
    pub(super) fn kubectl(&self, arguments: &[&str]) -> String {
        let run = self.plane.kubectl(arguments, "").unwrap();
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        run.stdout
    }

    /// From the next start on, replicas ask the API server at `address`; where it is itself.
    pub(super) fn ask_at(&mut self, address: SocketAddr) -> SocketAddr {
        let text = std::fs::read(&self.kubeconfig).unwrap();
        let mut config: Value = serde_json::from_slice(&text).unwrap();
        let server = &mut config["clusters"][0]["cluster"]["server"];
        let before = server.as_str().unwrap().trim_start_matches("https://");
        let before = before.parse().unwrap();
        *server = format!("https://{address}").into();
        self.kubeconfig = self.logs.path().join("kubeconfig");
        std::fs::write(&self.kubeconfig, config.to_string()).unwrap();
        before
    }

    /// Configuration as a labelled `ConfigMap`.
    pub(super) fn configure(&self, name: &str, data: &Value) {
        self.apply(&json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"portcullis.dev/config": "true"}},
            "data": data,
        }));
    }

    /// What replicas have logged.
    pub(super) fn logs(&self) -> String {
        let texts = self.replicas.iter().map(|replica| replica.process.log());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// A replica's metrics.
    pub(super) async fn metrics(&self, replica: usize) -> String {
        get(self.replicas[replica].admin, "/metrics")
            .await
            .unwrap()
            .1
    }
}

impl Replica {
    /// What it says of its readiness; `None`: nobody answers.
    pub(super) async fn readiness(&self) -> Option<(u16, String)> {
        get(self.admin, "/readyz").await
    }

    /// Waits until it is ready.
    pub(super) async fn is_ready(&self) {
        eventually("a replica is ready", async || {
            let (code, _) = self.readiness().await?;
            (code == 200).then_some(())
        })
        .await;
    }
}

/// The chart's objects that need no Pods, as one list.
pub(super) fn manifests() -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": plane_objects()}).to_string()
}

fn plane_objects() -> Vec<DynamicObject> {
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("charts/portcullis/rendered/install.yaml"),
    )
    .unwrap();
    let documents = text.split("\n---\n").filter(|text| text.contains("kind:"));
    let objects = documents.map(|text| -> DynamicObject {
        let source = std::sync::Arc::new(portcullis::model::SourceText::new("install.yaml", text));
        let document = portcullis::source::yaml::read_core(source).unwrap();
        serde_json::from_value((*document.value).clone()).unwrap()
    });
    let kept = |object: &DynamicObject| {
        let kind = object.types.as_ref().unwrap().kind.as_str();
        !matches!(
            kind,
            "Deployment" | "Service" | "PodDisruptionBudget" | "NetworkPolicy"
        )
    };
    objects.filter(kept).collect()
}

/// One GET without TLS; `None`: nobody answers.
pub(super) async fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let limit = Duration::from_secs(5);
    let work = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await.ok()?;
        let code = text.split(' ').nth(1)?.parse().ok()?;
        let body = text.split_once("\r\n\r\n")?.1;
        Some((code, body.to_owned()))
    };
    tokio::time::timeout(limit, work).await.ok()?
}
