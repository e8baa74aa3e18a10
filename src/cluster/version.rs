//! Which Kubernetes the API server is.
//!
//! Never decides how often it is asked.

use k8s_openapi::apimachinery::pkg::version::Info;
use kube::Client;

use super::{ClusterError, bounded};
use crate::model::KubernetesVersion;

const DOING: &str = "read the API server's version";

/// The version that the API server behaves as.
///
/// # Errors
/// It can't be asked, or what it says is no version.
pub async fn server_version(client: &Client) -> Result<KubernetesVersion, ClusterError> {
    let info = bounded(DOING, client.apiserver_version()).await?;
    version(&info).ok_or_else(|| ClusterError::Unreadable {
        doing: DOING.to_owned(),
    })
}

/// The version emulated, else that of the binary; vendors write `35+` and `v1.35.1-gke.1`.
fn version(info: &Info) -> Option<KubernetesVersion> {
    let major = info.emulation_major.as_deref();
    let emulated = major.zip(info.emulation_minor.as_deref());
    let binary = Some((info.major.as_str(), info.minor.as_str()));
    let built = info.git_version.trim_start_matches('v').split_once('.');
    let mut written = [emulated, binary, built].into_iter().flatten();
    written.find_map(|(major, minor)| read(major, minor))
}

fn read(major: &str, minor: &str) -> Option<KubernetesVersion> {
    let digits = minor.split(|c: char| !c.is_ascii_digit()).next()?;
    let minor = digits.parse().ok().filter(|_| major == "1")?;
    Some(KubernetesVersion { minor })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cluster::fake::{Fake, Reply};

    async fn asked(major: &str, minor: &str, git: &str, emulated: Option<&str>) -> String {
        let info = json!({
            "major": major, "minor": minor, "gitVersion": git, "gitCommit": "", "gitTreeState": "", "buildDate": "",
            "goVersion": "", "compiler": "", "platform": "", "emulationMajor": emulated.map(|_| "1"), "emulationMinor": emulated,
        });
        let fake = Fake::new(move |call| match call.path.as_str() {
            "/version" => Reply::json(200, &info),
            _ => Reply::status(404, "NotFound"),
        });
        match server_version(&fake.client()).await {
            Ok(version) => version.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn vendors_suffixes_are_no_part_of_the_version() {
        assert_eq!(asked("1", "37", "v1.37.2", None).await, "1.37");
        assert_eq!(asked("1", "35+", "v1.35.1-gke.1", None).await, "1.35");
        assert_eq!(asked("", "", "v1.34.3+k3s1", None).await, "1.34");
        assert_eq!(asked("1", "37", "v1.37.2", Some("36")).await, "1.36");
    }

    #[tokio::test]
    async fn what_is_no_version_is_an_error() {
        for (major, minor, git) in [("", "", ""), ("2", "0", "v2.0.0"), ("1", "x", "v1.x")] {
            let said = asked(major, minor, git, None).await;
            assert_eq!(
                said,
                "can't read the API server's version: the answer isn't readable"
            );
        }
    }
}
