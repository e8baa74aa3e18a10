//! `image.parse`: image references read by the program's one parser.
//!
//! Never fails: what isn't a reference is null, so that a policy decides what that means.

use super::arguments::any;
use super::{Context, Fault};
use crate::engine::rego::Val;
use crate::model::ImageReference;

/// `image.parse(reference)`: `{registry, repository, name, tag, digest}`, tag and digest null where none is written; null
/// for what isn't an image reference.
pub(super) fn parse(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let text = any(arguments, 0)?.as_str();
    let Some(image) = text.and_then(ImageReference::parse) else {
        return Ok(Val::NULL);
    };
    let optional = |text: &Option<String>| text.as_deref().map_or(Val::NULL, Val::string);
    Ok(Val::object([
        ("registry", Val::string(&image.registry)),
        ("repository", Val::string(&image.repository)),
        ("name", Val::string(&image.name())),
        ("tag", optional(&image.tag)),
        ("digest", optional(&image.digest)),
    ]))
}
