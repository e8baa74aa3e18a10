//! What can be typed for the webhook face.
//!
//! Help texts are written here and nowhere else.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

pub(in crate::cli) const WEBHOOK_HELP: &str = "\
Examples:
  portcullis webhook --listen 127.0.0.1:8443 --self-signed > webhook.yaml    # on this machine, no cluster needed
  portcullis webhook --listen 127.0.0.1:8443 --self-signed --config policies/ --profile restricted
  portcullis webhook --namespace portcullis --service portcullis             # in a cluster: what the chart runs

Every flag is also read from the environment: --drain-delay as PORTCULLIS_DRAIN_DELAY.

Exit codes:
  0  ended by SIGTERM or SIGINT after every call was answered
  2  bad argument, configuration, policy or certificate file; an address that can't be served
  5  internal error";

pub(in crate::cli) const REVIEW_EXIT_CODES: &str = "\
Exit codes:
  0  allowed
  1  denied
  2  bad argument or configuration
  3  the input is no review
  4  denied, since a policy or the review could not be evaluated
  5  internal error";

#[derive(Debug, Args)]
pub(in crate::cli) struct WebhookArguments {
    /// Where the API server reaches it
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "0.0.0.0:8443",
        env = "PORTCULLIS_LISTEN"
    )]
    pub(in crate::cli) listen: SocketAddr,
    /// Where operators ask for /livez, /readyz and /metrics [default: 0.0.0.0:8080 in a cluster, else nowhere]
    #[arg(long, value_name = "ADDRESS", env = "PORTCULLIS_ADMIN_LISTEN")]
    pub(in crate::cli) admin_listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(in crate::cli) served: ServedArguments,
    #[command(flatten)]
    pub(in crate::cli) certificate: CertificateArguments,
    #[command(flatten)]
    pub(in crate::cli) cluster: ClusterArguments,
    #[command(flatten)]
    pub(in crate::cli) running: RunningArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Policies")]
pub(in crate::cli) struct ServedArguments {
    /// A folder with `portcullis.yaml`, `exemptions.yaml` and `.rego` files, read once
    #[arg(long, value_name = "DIR", env = "PORTCULLIS_CONFIG")]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Profile, instead of the configuration's (repeatable) [default: `default`]
    #[arg(
        long,
        value_name = "NAME",
        env = "PORTCULLIS_PROFILE",
        value_delimiter = ','
    )]
    pub(in crate::cli) profile: Vec<String>,
    /// The most that a violation may cost
    #[arg(
        long,
        value_name = "ENFORCEMENT",
        default_value = "deny",
        env = "PORTCULLIS_MAX_ENFORCEMENT"
    )]
    pub(in crate::cli) max_enforcement: MaxEnforcement,
    /// The cluster's Kubernetes version [default: the API server's, else 1.37]
    #[arg(long, value_name = "VERSION", value_parser = crate::cli::values::kubernetes_version, env = "PORTCULLIS_KUBERNETES_VERSION")]
    pub(in crate::cli) kubernetes_version: Option<crate::model::KubernetesVersion>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Certificate")]
pub(in crate::cli) struct CertificateArguments {
    /// Make a certificate for this run, and print a webhook configuration that is ready to apply
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key", "namespace"], env = "PORTCULLIS_SELF_SIGNED")]
    pub(in crate::cli) self_signed: bool,
    /// The certificate chain, PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "namespace",
        env = "PORTCULLIS_TLS_CERT"
    )]
    pub(in crate::cli) tls_cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        env = "PORTCULLIS_TLS_KEY"
    )]
    pub(in crate::cli) tls_key: Option<PathBuf>,
    /// Who writes the Secret `portcullis-tls`: this program, or someone else such as cert-manager
    #[arg(
        long,
        value_name = "MODE",
        default_value = "self",
        env = "PORTCULLIS_CERTIFICATES"
    )]
    pub(in crate::cli) certificates: Certificates,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub(in crate::cli) struct ClusterArguments {
    /// The namespace that it runs in: configuration, certificates and registration are then the cluster's
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "config",
        env = "PORTCULLIS_NAMESPACE"
    )]
    pub(in crate::cli) namespace: Option<String>,
    /// The Service in front of it
    #[arg(
        long,
        value_name = "NAME",
        default_value = "portcullis",
        env = "PORTCULLIS_SERVICE"
    )]
    pub(in crate::cli) service: String,
    /// The Service's port
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 443,
        env = "PORTCULLIS_SERVICE_PORT"
    )]
    pub(in crate::cli) service_port: u16,
    /// What this replica is called in leases [default: a random name]
    #[arg(long, value_name = "NAME", env = "PORTCULLIS_IDENTITY")]
    pub(in crate::cli) identity: Option<String>,
    /// What the API server does with a call to `enforce` that fails: Fail denies, Ignore admits
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "Fail",
        env = "PORTCULLIS_FAILURE_POLICY"
    )]
    pub(in crate::cli) failure_policy: FailurePolicy,
    /// How long the API server waits for `enforce`
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = crate::cli::values::duration, env = "PORTCULLIS_TIMEOUT")]
    pub(in crate::cli) timeout: Duration,
    /// A namespace whose objects aren't judged, besides kube-system and its own (repeatable)
    #[arg(
        long,
        value_name = "NAME",
        env = "PORTCULLIS_EXCLUDE_NAMESPACE",
        value_delimiter = ','
    )]
    pub(in crate::cli) exclude_namespace: Vec<String>,
    /// Read no roles and service accounts: policies judge without them
    #[arg(long, env = "PORTCULLIS_NO_FACTS")]
    pub(in crate::cli) no_facts: bool,
    #[command(flatten)]
    pub(in crate::cli) rotation: RotationArguments,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RotationArguments {
    /// Life of a certificate; it is renewed after two thirds
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = crate::cli::values::span, env = "PORTCULLIS_LEAF_LIFETIME", hide = true)]
    pub(in crate::cli) leaf_lifetime: Duration,
    /// Life of the authority
    #[arg(long, value_name = "TIME", default_value = "3650d", value_parser = crate::cli::values::span, env = "PORTCULLIS_CA_LIFETIME", hide = true)]
    pub(in crate::cli) ca_lifetime: Duration,
    /// How long API servers may need to take over a new bundle
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = crate::cli::values::span, env = "PORTCULLIS_CA_SPREAD", hide = true)]
    pub(in crate::cli) ca_spread: Duration,
    /// How long an old authority stays in the bundle
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = crate::cli::values::span, env = "PORTCULLIS_CA_OVERLAP", hide = true)]
    pub(in crate::cli) ca_overlap: Duration,
    /// How often certificates are looked at
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = crate::cli::values::span, env = "PORTCULLIS_CERTIFICATE_CHECK", hide = true)]
    pub(in crate::cli) certificate_check: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub(in crate::cli) struct RunningArguments {
    /// Number of threads that judge [default: one for each core, at most 8]
    #[arg(long, value_name = "N", env = "PORTCULLIS_WORKERS")]
    pub(in crate::cli) workers: Option<std::num::NonZeroUsize>,
    /// How long calls are still accepted after SIGTERM [default: 15s in a cluster, else none]
    #[arg(long, value_name = "TIME", value_parser = crate::cli::values::span, env = "PORTCULLIS_DRAIN_DELAY")]
    pub(in crate::cli) drain_delay: Option<Duration>,
    /// Larger bodies aren't read
    #[arg(long, value_name = "SIZE", default_value = "7MiB", value_parser = crate::cli::values::size, env = "PORTCULLIS_MAX_BODY")]
    pub(in crate::cli) max_body: u64,
    /// Share of the decisions without findings that the decision log shows, 0 to 1
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.0,
        env = "PORTCULLIS_DECISION_LOG_SAMPLE"
    )]
    pub(in crate::cli) decision_log_sample: f64,
    /// How stderr is written
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        env = "PORTCULLIS_LOG_FORMAT"
    )]
    pub(in crate::cli) log_format: LogFormat,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ReviewArguments {
    /// An `AdmissionReview` of admission.k8s.io/v1 as JSON [default: stdin]
    pub(in crate::cli) file: Option<PathBuf>,
    /// Which entry answers: `enforce` judges what may deny, `observe` what warns or audits
    #[arg(long, value_name = "ENTRY", default_value = "enforce")]
    pub(in crate::cli) entry: EntryName,
    #[command(flatten)]
    pub(in crate::cli) served: ServedArguments,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PrintCommand {
    /// Everything that the chart installs by default, for `kubectl apply -f -`
    Manifests,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MaxEnforcement {
    Deny,
    Warn,
    Audit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Certificates {
    #[value(name = "self")]
    Own,
    External,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailurePolicy {
    #[value(name = "Fail", alias = "fail")]
    Fail,
    #[value(name = "Ignore", alias = "ignore")]
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EntryName {
    Enforce,
    Observe,
}
