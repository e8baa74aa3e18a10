//! What the tests of registration share.

use super::{Call, Discovered, Reach, ServedKind, Settings, Wanted};
use crate::model::{KindPattern, Operation, Path, PathElement, PodTemplate, Scope};

/// Scopes such as `Pod,apps/Deployment CREATE,UPDATE exec`; subresources may be left out.
pub(super) fn scopes(texts: &[&str]) -> Vec<Scope> {
    texts.iter().map(|text| scope(text)).collect()
}

fn scope(text: &str) -> Scope {
    let mut words = text.split(' ');
    let mut list = || {
        let word = words.next().unwrap_or_default();
        word.split(',').filter(|one| !one.is_empty())
    };
    Scope {
        kinds: list().map(|one| KindPattern::parse(one).unwrap()).collect(),
        operations: list()
            .map(|one| Operation::from_name(one).unwrap())
            .collect(),
        subresources: list().map(ToOwned::to_owned).collect(),
        templates: list().next() != Some("no-templates"),
    }
}

pub(super) fn wanted(generation: u64, enforce: &[&str], observe: &[&str]) -> Wanted {
    Wanted {
        generation,
        enforce: scopes(enforce),
        observe: scopes(observe),
        pod_templates: Vec::new(),
        settings: Settings {
            reach: Reach::Service {
                namespace: "portcullis".to_owned(),
                name: "portcullis-webhook".to_owned(),
                port: 443,
            },
            ca_bundle: "-----BEGIN CERTIFICATE-----\n".to_owned(),
            excluded_namespaces: vec!["legacy".to_owned()],
            enforce: Call::default(),
        },
    }
}

pub(super) fn pod_template(group: &str, kind: &str) -> PodTemplate {
    PodTemplate {
        group: group.to_owned(),
        kind: kind.to_owned(),
        path: ["spec", "template"]
            .map(|key| PathElement::Key(key.to_owned()))
            .into_iter()
            .collect::<Path>(),
    }
}

/// A custom kind in `v1` whose resource is its name in lower case with an `s`.
pub(super) fn served(group: &str, kind: &str) -> ServedKind {
    ServedKind {
        group: group.to_owned(),
        kind: kind.to_owned(),
        resource: format!("{}s", kind.to_lowercase()),
        version: "v1".to_owned(),
        namespaced: true,
    }
}

pub(super) fn discovered(kinds: &[ServedKind]) -> Discovered {
    let mut discovered = Discovered::default();
    discovered.extend(kinds.iter().cloned());
    discovered
}
