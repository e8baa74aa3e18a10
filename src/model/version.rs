//! The Kubernetes version that a decision is made for.
//!
//! Knows minors only: no shipped policy depends on a patch.

use std::fmt;
use std::str::FromStr;

/// A Kubernetes version `1.N`; the newest one known is [`KubernetesVersion::NEWEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    /// The minor.
    pub minor: u16,
}

/// Why a text is no Kubernetes version; its author's to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a Kubernetes version such as `1.37`")]
pub struct ParseVersionError {
    text: String,
}

impl KubernetesVersion {
    /// The newest version whose rules are known; newer ones count as this one.
    pub const NEWEST: Self = Self { minor: 37 };

    /// This version, or the newest known one if it is beyond that.
    #[must_use]
    pub fn known(self) -> Self {
        self.min(Self::NEWEST)
    }
}

impl Default for KubernetesVersion {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl FromStr for KubernetesVersion {
    type Err = ParseVersionError;

    /// Reads `1.34`, `v1.34` and `v1.34.2`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseVersionError {
            text: text.to_owned(),
        };
        let number = |part: &str| {
            part.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let mut parts = text
            .strip_prefix('v')
            .unwrap_or(text)
            .split('.')
            .map(number);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(1)), Some(Some(minor)), None | Some(Some(_)), None) => Ok(Self { minor }),
            _ => Err(error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_with_or_without_v_and_patch() {
        for text in ["1.34", "v1.34", "v1.34.2", "1.34.0"] {
            assert_eq!(text.parse(), Ok(KubernetesVersion { minor: 34 }), "{text}");
        }
        for text in ["", "1", "2.0", "1.x", "1.+3", "1.34.1.2", "latest", "1."] {
            assert!(text.parse::<KubernetesVersion>().is_err(), "{text}");
        }
    }
}
