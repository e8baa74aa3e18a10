//! kubectl and helm, as an operator runs them.
//!
//! Never with the user's own configuration: their home is the control plane's folder.

use std::process::Command;

use crate::control_plane::ControlPlane;
use crate::project::{Run, run_command};
use crate::require;

impl ControlPlane {
    /// Runs kubectl as the administrator; `None` (said on stderr) without the binary.
    pub(crate) fn kubectl(&self, arguments: &[&str], stdin: &str) -> Option<Run> {
        self.run("kubectl", arguments, stdin)
    }

    /// Runs helm as the administrator; `None` (said on stderr) without the binary.
    pub(crate) fn helm(&self, arguments: &[&str]) -> Option<Run> {
        self.run("helm", arguments, "")
    }

    fn run(&self, tool: &str, arguments: &[&str], stdin: &str) -> Option<Run> {
        let mut command = Command::new(require::asset(tool)?);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("KUBECONFIG", self.kubeconfig());
        Some(run_command(&mut command, stdin.as_bytes()))
    }
}
