//! Small makers for tests; nothing here decides anything.

use std::sync::Arc;

use serde_json::Value;

use crate::engine::compat::{self, Checks};
use crate::engine::{Options, PolicySource};
use crate::model::{Document, KubernetesVersion, SourceText, Span, Spans, SyntaxError};

/// JSON is YAML: enough for builtins and for METADATA written as one JSON document.
pub(in crate::engine) fn read_json(text: &str) -> Result<Document, SyntaxError> {
    let value: Value = serde_json::from_str(text).map_err(|_| SyntaxError {
        message: "not JSON".to_owned(),
        span: Span::default(),
        other: None,
    })?;
    Ok(Document {
        source: Arc::new(SourceText::new("test", text)),
        value: Arc::new(value),
        spans: Spans::default(),
        comments: Vec::new(),
    })
}

pub(in crate::engine) fn options() -> Options {
    Options {
        kubernetes_version: KubernetesVersion::NEWEST,
        pod_templates: Vec::new(),
        time_limit: Options::TIME_LIMIT,
        yaml: read_json,
        to_yaml: Value::to_string,
    }
}

pub(in crate::engine) fn source(name: &str, text: &str) -> PolicySource {
    PolicySource {
        text: Arc::new(SourceText::new(name, text)),
        shipped: false,
    }
}

/// A unit of one module, unchecked.
pub(in crate::engine) fn unit(text: &str) -> compat::Unit {
    let module = compat::load(&source("t.rego", text).text, false).unwrap();
    compat::unit(vec![&module], None, Checks::None, None).unwrap()
}
