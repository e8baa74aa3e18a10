//! Why the cluster can't be read or written, and the way out.
//!
//! Never repeats what an object holds: of the API server's words only those of a 403, which name who may not do what.

use std::error::Error;
use std::iter::successors;
use std::time::Duration;

use kube::config::InferConfigError;
use kube::runtime::watcher;

use crate::crypto::CryptoError;

/// Why something can't be read from or written to a cluster; the operator's or the environment's to mend.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Nothing says where the cluster is.
    #[error("no cluster is configured")]
    Unconfigured(#[source] Box<InferConfigError>),
    /// What says it can't be used: certificates, credentials, address.
    #[error("the configuration of the cluster can't be used")]
    Unusable(#[source] Box<kube::Error>),
    /// Our account lacks a permission.
    #[error("not allowed to {doing}")]
    Forbidden {
        /// What was tried.
        doing: String,
        /// The API server's words: who may not do what.
        message: String,
    },
    /// The API server doesn't take it.
    #[error("can't {doing}: the API server answers {code} {reason}")]
    Refused {
        /// What was tried.
        doing: String,
        /// The HTTP status.
        code: u16,
        /// The API's reason, such as `Invalid`.
        reason: String,
    },
    /// Another writer was faster.
    #[error("can't {doing}: it is being changed by others")]
    Conflict {
        /// What was tried.
        doing: String,
    },
    /// The API server isn't there.
    #[error("can't {doing}: the API server can't be reached: {cause}")]
    Unreachable {
        /// What was tried.
        doing: String,
        /// What the connection says.
        cause: String,
    },
    /// The API server doesn't answer.
    #[error("can't {doing}: no answer within {} s", .within.as_secs_f32())]
    Silent {
        /// What was tried.
        doing: String,
        /// How long it was waited for.
        within: Duration,
    },
    /// The answer isn't what the API says it is.
    #[error("can't {doing}: the answer isn't readable")]
    Unreadable {
        /// What was tried.
        doing: String,
    },
    /// The API server took what was applied and shows something else.
    #[error("`{name}` doesn't show what was applied")]
    NotShown {
        /// The object's name.
        name: &'static str,
    },
    /// The API server couldn't reach us yet.
    #[error("service `{service}` has no ready endpoint")]
    NoEndpoint {
        /// The service's name.
        service: String,
    },
    /// A certificate can't be made.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// There is more to store than `ConfigMaps` are used for.
    #[error("can't {doing}: {bytes} bytes are more than the {most} that are stored")]
    TooLarge {
        /// What was tried.
        doing: String,
        /// Its size in bytes.
        bytes: usize,
        /// The most that is stored, in bytes.
        most: usize,
    },
}

impl ClusterError {
    /// What `error` means for who was `doing` something.
    #[must_use]
    pub fn new(doing: &str, error: kube::Error) -> Self {
        let doing = doing.to_owned();
        match error {
            kube::Error::Api(status) if status.is_forbidden() => Self::Forbidden {
                doing,
                message: status.message,
            },
            kube::Error::Api(status) if status.is_conflict() || status.is_already_exists() => {
                Self::Conflict { doing }
            }
            kube::Error::Api(status) => Self::Refused {
                doing,
                code: status.code,
                reason: status.reason,
            },
            // Serde quotes the value that it can't read.
            kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => Self::Unreadable { doing },
            error => Self::Unreachable {
                doing,
                cause: cause(&error),
            },
        }
    }

    /// What `error` means for who was watching `what`.
    #[must_use]
    pub fn watching(what: &str, error: watcher::Error) -> Self {
        let doing = format!("watch {what}");
        match error {
            watcher::Error::InitialListFailed(error)
            | watcher::Error::WatchStartFailed(error)
            | watcher::Error::WatchFailed(error) => Self::new(&doing, error),
            watcher::Error::WatchError(status) => Self::new(&doing, kube::Error::Api(status)),
            watcher::Error::NoResourceVersion => Self::Unreadable { doing },
        }
    }

    /// The way out, one line; `None` where the message says it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Unconfigured(_) => {
                "run it in a cluster, or name a kubeconfig by `KUBECONFIG`: `kubectl version` must find the server"
            }
            Self::Unusable(_) => {
                "look at the certificates and credentials of the kubeconfig: `kubectl version` must find the server"
            }
            Self::Forbidden { message, .. } => {
                return Some(format!(
                    "grant it to the service account of portcullis, as its chart does; the API server says: {}",
                    message.lines().next().unwrap_or_default()
                ));
            }
            Self::Refused { .. } => "the log and audit log of the API server say why",
            Self::Unreachable { .. } | Self::Silent { .. } => {
                "is the API server up, and does a NetworkPolicy let portcullis reach it?"
            }
            Self::NotShown { .. } => {
                "does another controller write it, or a mutating webhook change it?"
            }
            Self::NoEndpoint { .. } => {
                "look at the readiness of the replicas: `/readyz` says what is missing"
            }
            Self::Crypto(_) => "look at the Secrets `portcullis-ca` and `portcullis-tls`",
            Self::Conflict { .. } => "look who else writes it: `kubectl get --show-managed-fields`",
            Self::Unreadable { .. } => "is a proxy between portcullis and the API server?",
            Self::TooLarge { .. } => {
                "split off what needn't be in the cluster, or ship it in the image"
            }
        };
        Some(help.to_owned())
    }
}

/// What is wrong with a connection: the innermost of its causes alone says it.
fn cause(error: &kube::Error) -> String {
    let causes = successors(Some(error as &dyn Error), |&error| error.source());
    let innermost = causes.last().map(ToString::to_string);
    innermost.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    fn api(code: u16, reason: &str) -> kube::Error {
        kube::Error::Api(
            Status::failure("secret words", reason)
                .with_code(code)
                .boxed(),
        )
    }

    #[test]
    fn an_error_says_what_was_tried_and_no_word_of_an_object() {
        let broken = serde_json::from_str::<u8>("\"secret words\"").unwrap_err();
        let cases = [
            (api(409, "Conflict"), "it is being changed by others"),
            (api(409, "AlreadyExists"), "it is being changed by others"),
            (api(422, "Invalid"), "the API server answers 422 Invalid"),
            (kube::Error::SerdeError(broken), "the answer isn't readable"),
            (
                kube::Error::LinesCodecMaxLineLengthExceeded,
                "the API server can't be reached: Error finding newline character",
            ),
        ];
        for (error, expected) in cases {
            let error = ClusterError::new("list pods", error);
            assert_eq!(error.to_string(), format!("can't list pods: {expected}"));
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
            assert!(error.help().is_some());
        }
    }

    #[test]
    fn a_missing_permission_is_named_in_the_help() {
        let error = watcher::Error::InitialListFailed(api(403, "Forbidden"));
        let error = ClusterError::watching("pods", error);
        assert_eq!(error.to_string(), "not allowed to watch pods");
        assert!(error.help().unwrap().ends_with("says: secret words"));
    }

    #[test]
    fn a_silence_says_how_long() {
        let within = Duration::from_millis(2500);
        let doing = "read it".to_owned();
        let error = ClusterError::Silent { doing, within };
        assert_eq!(error.to_string(), "can't read it: no answer within 2.5 s");
    }
}
