//! What a test needs beside the clone: there, visibly skipped, or a failure where the gate requires it.

use std::io::Write;
use std::path::PathBuf;

/// Says that a test is skipped, on the real stderr (libtest swallows the macros' output of passing tests); fails if required.
pub(crate) fn skip(what: &str, why: &str) {
    let required = std::env::var("PORTCULLIS_TEST_REQUIRE").is_ok_and(|value| value == "1");
    assert!(!required, "{what} is required here: {why}");
    let text = format!("skipped: {what}: {why}\n");
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

/// The folder of a corpus; `None` (said on stderr) if it isn't there.
pub(crate) fn corpus(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PORTCULLIS_CORPORA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"),
        PathBuf::from,
    );
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    skip(
        &format!("corpus {name}"),
        &format!("../shared/corpora/{name} not found"),
    );
    None
}

/// A binary of a Kubernetes control plane: `TEST_ASSET_<NAME>`, else `$KUBEBUILDER_ASSETS/<name>`; `None` (said on stderr) without it.
#[cfg(feature = "webhook")]
pub(crate) fn asset(name: &str) -> Option<PathBuf> {
    let own = format!("TEST_ASSET_{}", name.to_uppercase().replace('-', "_"));
    let file = std::env::var_os(&own).map(PathBuf::from).or_else(|| {
        std::env::var_os("KUBEBUILDER_ASSETS").map(|folder| PathBuf::from(folder).join(name))
    });
    match file {
        Some(file) if file.is_file() => return Some(file),
        Some(file) => skip(name, &format!("{} is no file", file.display())),
        None => skip(
            name,
            &format!("neither {own} nor KUBEBUILDER_ASSETS is set: see tests/control-plane/build"),
        ),
    }
    None
}
