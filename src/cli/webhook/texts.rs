//! A folder's configuration as texts: `portcullis.yaml`, `exemptions.yaml`, `.rego` modules.
//!
//! Never guesses: a folder without any of them is a mistake.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the configuration's files: part of the shell"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::bundle;
use crate::cli::problem::{Problem, Problems};
use crate::cli::shown;
use crate::model::SourceText;
use crate::webhook::reload::Texts;

/// Names of the configuration, in a cluster and in a repository.
const CONFIGS: [&str; 2] = ["portcullis.yaml", crate::cli::load::CONFIG];
/// Names of the exemptions.
const EXEMPTIONS: [&str; 2] = ["exemptions.yaml", crate::cli::load::EXEMPTIONS];

/// Reads the folder `folder`, seen from `directory`.
pub(super) fn read(directory: &Path, folder: &Path) -> Result<Texts, Problems> {
    let name = shown(directory, folder);
    if !folder.is_dir() {
        return Err(Problem::new(
            format!("`{name}` is no folder"),
            "give a folder with `portcullis.yaml`, `exemptions.yaml` or `.rego` files",
        )
        .into());
    }
    let named = |names: [&str; 2]| -> Result<Vec<Arc<SourceText>>, Problems> {
        let files = names.iter().map(|name| folder.join(name));
        let existing = files.filter(|file| file.exists());
        existing.map(|file| text(directory, &file)).collect()
    };
    let modules = bundle::rego_files(folder)?
        .into_iter()
        .filter(|file| !file.to_string_lossy().ends_with("_test.rego"))
        .map(|file| text(directory, &file))
        .collect::<Result<_, _>>()?;
    let texts = Texts {
        configs: named(CONFIGS)?,
        exemptions: named(EXEMPTIONS)?,
        modules,
    };
    if texts.configs.is_empty() && texts.exemptions.is_empty() && texts.modules.is_empty() {
        return Err(Problem::new(
            format!("`{name}` holds no configuration"),
            "put `portcullis.yaml`, `exemptions.yaml` or `.rego` files into it",
        )
        .into());
    }
    Ok(texts)
}

fn text(directory: &Path, file: &Path) -> Result<Arc<SourceText>, Problems> {
    let name = shown(directory, file);
    let bytes = fs::read(file).map_err(|error| {
        Problem::new(
            format!("`{name}` can't be read: {error}"),
            "make it readable, or remove it",
        )
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::new(format!("`{name}` isn't UTF-8"), "save it as UTF-8"))?;
    Ok(Arc::new(SourceText::new(name, text)))
}
