//! What a user types, and what becomes of it.
//!
//! Never more than kubectl says.

use serde_json::Value;

use super::installed::Installed;
use crate::control_plane::wait::eventually;
use crate::project::Run;

/// What becomes of `object` when it is created.
pub(super) fn create(installed: &Installed, object: &Value) -> Run {
    let create = ["create", "-f", "-"];
    installed
        .plane
        .kubectl(&create, &object.to_string())
        .unwrap()
}

/// What becomes of a command, as a user types it.
pub(super) fn run(installed: &Installed, line: &str) -> Run {
    let words: Vec<&str> = line.split(' ').collect();
    installed.plane.kubectl(&words, "").unwrap()
}

/// It went through.
#[track_caller]
pub(super) fn accepted(run: &Run) {
    assert_eq!(run.code, 0, "{run:?}");
}

/// It was refused by the policy of this name, and by no other.
#[track_caller]
pub(super) fn refused_by(run: &Run, name: &str) {
    let refusal = "admission webhook \"enforce.portcullis.dev\" denied the request: 1 violation";
    assert!(run.stderr.contains(refusal), "{run:?}");
    assert!(
        run.stderr.contains(&format!("refused by {name}\n")),
        "{run:?}"
    );
}

/// Waits until the policies of `data` are in force, by creating what one of them refuses.
pub(super) async fn in_force(installed: &Installed, data: &Value, refused: &Value) {
    installed.configure("own", data);
    eventually("the policies are in force", async || {
        let dry = ["create", "--dry-run=server", "-f", "-"];
        let run = installed.plane.kubectl(&dry, &refused.to_string()).unwrap();
        run.stderr.contains("refused by").then_some(())
    })
    .await;
}
