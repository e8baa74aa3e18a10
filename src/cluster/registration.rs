//! Which requests the API server asks us about: our entries in the one `ValidatingWebhookConfiguration`, kept as they should be.
//!
//! Never creates or deletes the object, and never touches an entry that isn't ours: after an uninstall nothing brings it back.

use jiff::Timestamp;

use crate::model::{PodTemplate, Scope};

mod api;
mod discovery;
mod entries;
mod kinds;
mod live;
mod pace;
mod published;
mod rules;
mod task;

pub use discovery::{Discovered, ServedKind, discover};
pub use entries::{Plan, manifest, plan};
pub use task::{Inputs, Registration};

/// The name of the object; the chart installs it without entries.
pub const NAME: &str = "portcullis";

/// One of our entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// The path that it is served under.
    pub path: &'static str,
}

/// Judges by bindings that deny.
pub const ENFORCE: Entry = Entry {
    name: "enforce.portcullis.dev",
    path: "/validate/enforce",
};

/// Judges by bindings that warn or audit.
pub const OBSERVE: Entry = Entry {
    name: "observe.portcullis.dev",
    path: "/validate/observe",
};

/// What is to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Counts up with every change; the caller knows by it what is [`Applied`].
    pub generation: u64,
    /// Scopes of the policies that deny.
    pub enforce: Vec<Scope>,
    /// Scopes of the policies that warn or audit.
    pub observe: Vec<Scope>,
    /// Custom kinds that hold pod templates.
    pub pod_templates: Vec<PodTemplate>,
    /// How the API server is to call us.
    pub settings: Settings,
}

/// How the API server is to call us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where we are.
    pub reach: Reach,
    /// The certificates that our leaf chains to, as PEM.
    pub ca_bundle: String,
    /// Namespaces that are left out, beside our own and `kube-system`.
    pub excluded_namespaces: Vec<String>,
    /// How the enforcing entry is called.
    pub enforce: Call,
}

/// Where the API server finds us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Behind a Service.
    Service {
        /// Its namespace, which is ours.
        namespace: String,
        /// Its name.
        name: String,
        /// Its port.
        port: u16,
    },
    /// At an `https` address, without a path.
    Url(String),
}

/// How an entry is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// What a failed call means.
    pub failure_policy: FailurePolicy,
    /// How long the API server waits, in seconds, 1 to 30.
    pub timeout_seconds: u8,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            failure_policy: FailurePolicy::Fail,
            timeout_seconds: 5,
        }
    }
}

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailurePolicy {
    /// The request is refused.
    Fail,
    /// The request is let through.
    Ignore,
}

impl FailurePolicy {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "Fail",
            Self::Ignore => "Ignore",
        }
    }
}

/// What the live object shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The generation of the [`Wanted`] that it shows, as far as its kinds are known.
    pub generation: u64,
    /// The CA bundle that it shows.
    pub ca_bundle: String,
    /// Since when it has shown this.
    pub at: Timestamp,
}

/// How registration fares, for metrics and people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether the object exists; `None`: not known yet.
    pub installed: Option<bool>,
    /// Whether it shows what is wanted.
    pub in_sync: bool,
    /// How often somebody else changed our entries while this replica led.
    pub drifts: u64,
    /// Kinds and subresources in scope that couldn't be registered, in order.
    pub unregistered: Vec<String>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

#[cfg(test)]
mod fixture;
