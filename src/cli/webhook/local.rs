//! The webhook without a cluster: files, or a certificate of this run, and no facts about other objects.
//!
//! Never needs an API server; prints what one needs to call it.
#![expect(
    clippy::disallowed_methods,
    reason = "reads certificates and the clock: part of the shell"
)]

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use jiff::Timestamp;

use super::serve::{self, Signals};
use super::{cant_start, in_force};
use crate::cli::args::webhook::{CertificateArguments, WebhookArguments};
use crate::cli::output;
use crate::cli::problem::{Problem, Problems};
use crate::cluster::registration::{Discovered, Reach, Settings, Wanted, manifest, plan};
use crate::crypto::{self, Authority, LOCAL_NAMES, ServingCertificate};
use crate::webhook::serve::Drain;
use crate::webhook::{self, DecisionLog, Entry, Facts, State};

/// A run of this long is no run on a desk any more.
const LIFETIME: Duration = Duration::from_hours(24 * 90);

/// Serves until a signal; the exit code.
pub(super) fn run(
    directory: &Path,
    arguments: &WebhookArguments,
    settings: webhook::Settings,
) -> Result<u8, Problems> {
    let in_force = in_force(directory, &arguments.served)?;
    let certificate = certificate(directory, arguments)?;
    let running = &arguments.running;
    let log = DecisionLog::new(Box::new(std::io::stderr()), running.decision_log_sample);
    let state =
        State::new(in_force, Facts::Nothing, log, settings).map_err(|error| cant_start(&error))?;
    state.health().namespaces_are_known();
    state.health().policies_are_known();
    let end = certificate.serving.validity().not_after;
    state.health().certificate_until(end);
    let serving = Arc::new(crypto::InForce::default());
    serving.set(Arc::new(certificate.serving));
    let tls = crypto::server_config(serving);
    let delay = running.drain_delay.unwrap_or_default();
    let runtime = serve::runtime()?;
    runtime.block_on(async {
        let listener =
            webhook::serve::bind(arguments.listen).map_err(|error| serve::problem(&error))?;
        let address = listener.local_addr().unwrap_or(arguments.listen);
        let admin = arguments.admin_listen.map(webhook::serve::bind).transpose();
        let admin = admin.map_err(|error| serve::problem(&error))?;
        if let Some(bundle) = &certificate.bundle {
            output::stdout(&registration(&state, arguments, address, bundle));
        }
        let state = Arc::new(state);
        tracing::info!(
            %address,
            policies = state.in_force().policies(),
            policy_set = state.in_force().digest(),
            "ready"
        );
        let handles = [Handle::new(), Handle::new()];
        let [own, other] = handles.clone();
        let mut servers = tokio::task::JoinSet::new();
        servers.spawn(webhook::serve::serve(
            Arc::clone(&state),
            listener,
            tls,
            own,
        ));
        if let Some(admin) = admin {
            servers.spawn(webhook::serve::serve_admin(
                Arc::clone(&state),
                admin,
                other,
            ));
        }
        until_signal(&state, &handles, delay, servers).await
    })
}

/// Serves until a signal, then drains.
async fn until_signal(
    state: &State,
    handles: &[Handle<SocketAddr>],
    delay: Duration,
    mut servers: tokio::task::JoinSet<Result<(), webhook::serve::ServeError>>,
) -> Result<u8, Problems> {
    let mut signals = Signals::new().map_err(|error| cant_start(&error))?;
    tokio::select! {
        () = signals.next() => {}
        Some(ended) = servers.join_next() => {
            // A server that ends before it is told to has an error to tell.
            return match ended {
                Ok(Err(error)) => Err(serve::problem(&error)),
                _ => Ok(5),
            };
        }
    }
    let drain = Drain {
        health: state.health(),
        servers: handles,
        delay,
    };
    let ended = drain.run(signals.next()).await;
    tracing::info!(?ended, "ended");
    Ok(0)
}

/// A certificate to serve with, and the authorities that a caller must trust, if we know them.
struct Certificate {
    serving: ServingCertificate,
    bundle: Option<String>,
}

fn certificate(directory: &Path, arguments: &WebhookArguments) -> Result<Certificate, Problems> {
    let CertificateArguments {
        self_signed,
        tls_cert,
        tls_key,
        ..
    } = &arguments.certificate;
    let unusable = |error: crypto::CryptoError| -> Problems {
        Problem::new(
            format!("the certificate can't be used: {error}"),
            "give a PEM chain and the private key of its first certificate",
        )
        .into()
    };
    match (tls_cert, tls_key) {
        (Some(chain), Some(key)) => {
            let chain = pem(directory, chain)?;
            let key = pem(directory, key)?;
            let serving = ServingCertificate::from_pem(&chain, &key).map_err(unusable)?;
            if !serving.validity().holds(Timestamp::now()) {
                return Err(Problem::new(
                    "the certificate isn't valid now",
                    "renew it, or set the clock",
                )
                .into());
            }
            Ok(Certificate {
                serving,
                bundle: None,
            })
        }
        _ if *self_signed => {
            let now = Timestamp::now();
            let mut names: Vec<String> = LOCAL_NAMES.map(str::to_owned).to_vec();
            let own = arguments.listen.ip().to_string();
            if !arguments.listen.ip().is_unspecified() && !names.contains(&own) {
                names.push(own);
            }
            let authority = Authority::generate(now, LIFETIME).map_err(unusable)?;
            let issued = authority.issue(&names, now, LIFETIME).map_err(unusable)?;
            let serving =
                ServingCertificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes())
                    .map_err(unusable)?;
            Ok(Certificate {
                serving,
                bundle: Some(authority.certificate_pem()),
            })
        }
        _ => Err(Problem::new(
            "there is no certificate to serve with",
            "give `--self-signed`, `--tls-cert` with `--tls-key`, or, in a cluster, `--namespace`",
        )
        .into()),
    }
}

fn pem(directory: &Path, file: &Path) -> Result<Vec<u8>, Problems> {
    fs::read(directory.join(file)).map_err(|error| {
        Problem::new(
            format!("`{}` can't be read: {error}", file.display()),
            "name a PEM file that exists and can be read",
        )
        .into()
    })
}

/// The configuration with which an API server on this machine calls us.
fn registration(
    state: &State,
    arguments: &WebhookArguments,
    address: SocketAddr,
    bundle: &str,
) -> String {
    let in_force = state.in_force();
    let wanted = Wanted {
        generation: 0,
        enforce: in_force.scopes(Entry::Enforce).to_vec(),
        observe: in_force.scopes(Entry::Observe).to_vec(),
        pod_templates: in_force.pod_templates().to_vec(),
        settings: Settings {
            reach: Reach::Url(format!("https://{}", reachable(address))),
            ca_bundle: bundle.to_owned(),
            excluded_namespaces: arguments.cluster.exclude_namespace.clone(),
            enforce: super::call(arguments),
        },
    };
    let plan = plan(&wanted, &Discovered::default());
    for kind in &plan.unregistered {
        tracing::warn!(
            kind,
            "nothing of this kind is registered: it isn't known here"
        );
    }
    manifest(&plan)
}

/// The address as a caller on this machine writes it.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    }
}
