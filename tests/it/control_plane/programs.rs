//! The programs of a control plane and the flags they are started with.
//!
//! Never asks for privileges: everything listens on 127.0.0.1 and writes below one folder.

use std::array;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use crate::control_plane::process::Process;
use crate::require;

/// What a control plane can't do without.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) etcd: PathBuf,
    pub(crate) api_server: PathBuf,
}

impl Programs {
    /// `None` (said on stderr) if one isn't there.
    pub(crate) fn find() -> Option<Self> {
        Some(Self {
            etcd: require::asset("etcd")?,
            api_server: require::asset("kube-apiserver")?,
        })
    }
}

pub(crate) fn etcd(program: &Path, folder: &Path, clients: u16, peers: u16) -> Process {
    let client_url = format!("http://127.0.0.1:{clients}");
    let peer_url = format!("http://127.0.0.1:{peers}");
    let arguments = [
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={client_url}"),
        format!("--advertise-client-urls={client_url}"),
        format!("--listen-peer-urls={peer_url}"),
        format!("--initial-advertise-peer-urls={peer_url}"),
        format!("--initial-cluster=default={peer_url}"),
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
    ];
    Process::start(program, &arguments, &[], &folder.join("etcd.log"))
}

/// Without the plugin `ServiceAccount`, which refuses Pods until a controller-manager has made the account `default`.
pub(crate) fn api_server(program: &Path, folder: &Path, etcd: u16, port: u16) -> Process {
    let file = |flag: &str, name: &str| format!("--{flag}={}", folder.join(name).display());
    let mut arguments = vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        format!("--secure-port={port}"),
        file("cert-dir", "certificates"),
        file("tls-cert-file", "server.crt"),
        file("tls-private-key-file", "server.key"),
        file("client-ca-file", "ca.crt"),
        file("service-account-key-file", "tokens.pub"),
        file("service-account-signing-key-file", "tokens.key"),
        file("audit-policy-file", "audit.yaml"),
        file("audit-log-path", "audit.log"),
    ];
    let fixed = [
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--authorization-mode=RBAC",
        "--endpoint-reconciler-type=none",
        "--disable-admission-plugins=ServiceAccount",
        "--anonymous-auth=false",
        "--allow-privileged=true",
        "--enable-priority-and-fairness=false",
        "--max-requests-inflight=0",
        "--profiling=false",
        "--v=1",
    ];
    arguments.extend(fixed.map(str::to_owned));
    let log = folder.join("kube-apiserver.log");
    Process::start(program, &arguments, &[], &log)
}

/// With an account per controller: without, they do nothing, silently. Serves nothing itself.
pub(crate) fn controller_manager(program: &Path, folder: &Path, kubeconfig: &Path) -> Process {
    let file = |flag: &str, path: PathBuf| format!("--{flag}={}", path.display());
    let arguments = [
        file("kubeconfig", kubeconfig.to_owned()),
        file(
            "service-account-private-key-file",
            folder.join("tokens.key"),
        ),
        file("root-ca-file", folder.join("ca.crt")),
        "--use-service-account-credentials=true".to_owned(),
        "--leader-elect=false".to_owned(),
        "--secure-port=0".to_owned(),
        "--controllers=*".to_owned(),
        "--kube-api-qps=1000".to_owned(),
        "--kube-api-burst=1000".to_owned(),
    ];
    let log = folder.join("kube-controller-manager.log");
    Process::start(program, &arguments, &[], &log)
}

/// Ports that nobody listens on; all are taken before the first is given back, so they differ.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let taken: [TcpListener; N] =
        array::from_fn(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    taken.map(|listener| listener.local_addr().unwrap().port())
}
