//! Texts of the cluster, told apart by name.
//!
//! Never reads what stands in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cluster::Configuration;
use crate::model::SourceText;
use crate::webhook::reload::Texts;

/// The texts of all `ConfigMaps`, named as people find them.
pub(super) fn from_cluster(configuration: &Configuration) -> Texts {
    let mut texts = Texts::default();
    for document in &configuration.documents {
        for (key, text) in &document.data {
            add(
                &mut texts,
                &format!("configmap/{}/{key}", document.name),
                text,
            );
        }
    }
    texts
}

/// The texts of a map from names to texts.
pub(super) fn from_map(map: &BTreeMap<String, String>) -> Texts {
    let mut texts = Texts::default();
    for (name, text) in map {
        add(&mut texts, name, text);
    }
    texts
}

fn add(texts: &mut Texts, name: &str, text: &str) {
    let list = match name.rsplit('/').next() {
        Some("portcullis.yaml") => &mut texts.configs,
        Some("exemptions.yaml") => &mut texts.exemptions,
        _ => &mut texts.modules,
    };
    list.push(Arc::new(SourceText::new(name, text)));
}

/// All texts by name.
pub(super) fn to_map(texts: &Texts) -> BTreeMap<String, String> {
    let all = [&texts.configs, &texts.exemptions, &texts.modules];
    all.into_iter()
        .flatten()
        .map(|text| (text.name().to_owned(), text.text().to_owned()))
        .collect()
}
