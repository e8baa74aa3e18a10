//! A real Kubernetes control plane for tests: etcd, kube-apiserver, and on demand kube-controller-manager.
//!
//! Never leaves anything behind, not even after SIGKILL, and never touches a cluster of the user's.
//!
//! An async test that serves a webhook in its own runtime needs `flavor = "multi_thread"`: all but [`ControlPlane::client`] and the
//! proxy blocks the thread of its caller.

mod access;
mod certificates;
pub(crate) mod objects;
pub(crate) mod observe;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod proxy;
mod tests;
mod tools;
pub(crate) mod wait;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::http::Method;
use kube::Client;
use serde_json::{Value, json};

use crate::require;
use access::{Access, send, text};
use process::{Folder, Process};
use programs::Programs;
use wait::{apart, eventually, poll};

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(90);

/// How long one answer may take while it starts.
const ANSWER: Duration = Duration::from_secs(5);

/// What the API server records of each request: everything but bodies, annotations included, once it has ended.
const AUDIT: &str = "
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
";

static SHARED: LazyLock<Arc<ControlPlane>> =
    LazyLock::new(|| Arc::new(ControlPlane::launch(&Programs::find().unwrap())));

/// A running control plane; fields drop, and so stop, from top to bottom.
#[derive(Debug)]
pub(crate) struct ControlPlane {
    controller_manager: Mutex<Option<Process>>,
    servers: [Process; 2],
    admin: Access,
    names: AtomicUsize,
    folder: Folder,
}

impl ControlPlane {
    /// The one of this test binary, started at the first call; `None` (said on stderr) without its binaries.
    pub(crate) fn start() -> Option<Arc<Self>> {
        Programs::find()?;
        Some(Arc::clone(&SHARED))
    }

    /// One of the caller's own, ready; stops when it is dropped.
    pub(crate) fn launch(programs: &Programs) -> Self {
        let folder = Folder::new();
        certificates::write(folder.path());
        fs::write(folder.path().join("audit.yaml"), AUDIT).unwrap();
        let [clients, peers, port] = programs::free_ports();
        let etcd = programs::etcd(&programs.etcd, folder.path(), clients, peers);
        let api_server = programs::api_server(&programs.api_server, folder.path(), clients, port);
        let file = |name: &str| folder.path().join(name);
        let admin = Access {
            server: format!("https://127.0.0.1:{port}"),
            authority: file("ca.crt"),
            user: json!({"client-certificate": file("admin.crt"), "client-key": file("admin.key")}),
        };
        admin.write(&file("kubeconfig"));
        let mut plane = Self {
            controller_manager: Mutex::new(None),
            servers: [api_server, etcd],
            admin,
            names: AtomicUsize::new(1),
            folder,
        };
        plane.wait_until_ready();
        plane
    }

    /// A client of the administrator (group `system:masters`), in the caller's runtime.
    pub(crate) fn client(&self) -> Client {
        self.admin.client()
    }

    /// A client of any user, in the caller's runtime; the group `system:authenticated` comes by itself.
    pub(crate) fn client_as(&self, user: &str, groups: &[&str]) -> Client {
        self.access_of(user, groups).client()
    }

    /// The path of the administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// The path of a kubeconfig of any user.
    pub(crate) fn kubeconfig_of(&self, user: &str, groups: &[&str]) -> PathBuf {
        self.write(&self.access_of(user, groups))
    }

    /// A client and a kubeconfig with a token of the service account, which is created if it isn't there.
    pub(crate) fn service_account_client(&self, namespace: &str, name: &str) -> (Client, PathBuf) {
        let accounts = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
        let token: Value = apart(async || {
            let client = self.client();
            let account = json!({"metadata": {"name": name}});
            let made = send::<Value>(&client, Method::POST, &accounts, &account).await;
            let there = matches!(&made, Err(kube::Error::Api(status)) if status.code == 409);
            assert!(made.is_ok() || there, "{made:?}");
            let path = format!("{accounts}/{name}/token");
            let request = json!({"spec": {"expirationSeconds": 3600}});
            send(&client, Method::POST, &path, &request).await.unwrap()
        });
        let access = self.admin.with(json!({"token": token["status"]["token"]}));
        (access.client(), self.write(&access))
    }

    /// Starts the controller-manager, once, and waits until it works; `false` (said on stderr) without the binary.
    pub(crate) fn controller_manager(&self) -> bool {
        let Some(program) = require::asset("kube-controller-manager") else {
            return false;
        };
        let mut running = self.controller_manager.lock().unwrap();
        let process = running.get_or_insert_with(|| {
            programs::controller_manager(&program, self.folder.path(), &self.kubeconfig())
        });
        apart(async || {
            let client = self.client();
            let path = "/api/v1/namespaces/default/serviceaccounts/default";
            eventually("a default ServiceAccount", async || {
                let ended = process.exit_code();
                assert!(ended.is_none(), "{ended:?}: {}", process.last_lines(20));
                send::<Value>(&client, Method::GET, path, &Value::Null)
                    .await
                    .ok()
            })
            .await;
        });
        true
    }

    /// `<prefix>-<number>`, never twice.
    pub(crate) fn unique(&self, prefix: &str) -> String {
        format!("{prefix}-{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// By impersonation: a certificate of ours would hold one group.
    fn access_of(&self, user: &str, groups: &[&str]) -> Access {
        let mut entry = self.admin.user.clone();
        entry["as"] = user.into();
        entry["as-groups"] = groups.into();
        self.admin.with(entry)
    }

    fn write(&self, access: &Access) -> PathBuf {
        let path = self.folder.path().join(self.unique("kubeconfig"));
        access.write(&path);
        path
    }

    fn wait_until_ready(&mut self) {
        let Self { servers, admin, .. } = self;
        let outcome = apart(async || {
            let client = admin.client();
            let ready = poll(START, async || {
                if let Some(code) = servers.iter_mut().find_map(Process::exit_code) {
                    return Some(Err(format!("a process ended with {code}")));
                }
                let answer = tokio::time::timeout(ANSWER, text(&client, "/readyz")).await;
                matches!(answer, Ok(Ok(answer)) if answer == "ok").then_some(Ok(()))
            });
            let late = || Err(format!("not ready after {START:?}"));
            ready.await.unwrap_or_else(late)
        });
        let [api_server, etcd] = servers.each_ref().map(|server| server.last_lines(20));
        let logs = format!("etcd's log ends:\n{etcd}\nthe API server's log ends:\n{api_server}");
        assert!(outcome.is_ok(), "{}\n{logs}", outcome.unwrap_err());
    }
}
