//! From the files of a label to what is judged: reviews, as a scan reads them, and the constraint's own request.
//!
//! Reads through the public door, bytes with a name; an admission review is unpacked, since files hold none.

use std::io::Write;
use std::path::Path;

use portcullis::model::{GroupVersionKind, Object, Operation, Origin, Review};
use portcullis::source::{self, ReadOptions};
use serde_json::Value;

use super::labels::{self, Label, Resource};

/// The objects of a file; a part that can't be read is said on stderr.
pub(crate) fn read(folder: &Path, file: &str) -> Vec<Review> {
    let options = ReadOptions {
        name: file,
        kind: None,
        chart_template: false,
    };
    let read = source::read(&labels::bytes(folder, file), &options);
    let mut stderr = std::io::stderr();
    for part in &read.unreadable {
        writeln!(stderr, "unreadable: {file}:{}", part.line).unwrap();
    }
    read.reviews.into_iter().map(unpacked).collect()
}

/// All objects of files.
pub(crate) fn all(folder: &Path, files: &[String]) -> Vec<Review> {
    let files = files.iter();
    files.flat_map(|file| read(folder, file)).collect()
}

/// The judged objects of a label: all of its files', or the one that it names.
pub(crate) fn judged(all: Vec<Review>, label: &Label) -> Vec<Review> {
    match &label.resource {
        Some(resource) => select(all, resource),
        None => all,
    }
}

/// The request that an admission review holds; any other object as it is.
///
/// The samples leave out `oldObject`, which the API server always sends on UPDATE. They are about fields that no update can
/// change, so the object stands for it: an update that changes nothing of what is judged.
fn unpacked(review: Review) -> Review {
    if review.kind.kind != "AdmissionReview" {
        return review;
    }
    let request = &review.object.as_deref().unwrap()["request"];
    let object = Object::from(request["object"].clone());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let kind =
        GroupVersionKind::from_api_version(&text(&object["apiVersion"]), &text(&object["kind"]));
    let origin = Origin::Admission { uid: String::new() };
    let mut unpacked = Review::create(kind, object.clone(), origin);
    unpacked.operation = Operation::from_name(&text(&request["operation"])).unwrap();
    if unpacked.operation == Operation::Update {
        unpacked.old_object = Some(match &request["oldObject"] {
            Value::Null => object,
            old => old.clone().into(),
        });
    }
    unpacked
}

/// The objects that the label names; of several with the same name the one at its lines.
fn select(all: Vec<Review>, resource: &Resource) -> Vec<Review> {
    let named: Vec<Review> = all
        .into_iter()
        .filter(|review| id(review) == resource.id)
        .collect();
    if named.len() < 2 {
        return named;
    }
    let (first, last) = resource.lines;
    let inside = |review: &Review| {
        let head = review.origin.locate(&portcullis::model::Path::root());
        head.is_some_and(|(location, _)| (first..=last).contains(&location.place.line))
    };
    named.into_iter().filter(inside).collect()
}

/// `Kind.namespace.name`, as checkov names an object.
fn id(review: &Review) -> String {
    let namespace = Some(review.namespace.as_str()).filter(|namespace| !namespace.is_empty());
    let name = Some(review.name.as_str()).filter(|name| !name.is_empty());
    format!(
        "{}.{}.{}",
        review.kind.kind,
        namespace.unwrap_or("default"),
        name.unwrap_or("None")
    )
}
