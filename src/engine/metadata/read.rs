//! The keys of a package block, checked one by one.
//!
//! Collects every mistake; a policy comes out only if all required keys are sound.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Problems;
use super::block::Block;
use crate::model::{
    Confidence, Document, FactName, KindPattern, Operation, PathElement, Policy, PolicyId,
    Reference, RelatedResource, Scope, Severity, SourceText, Span, YamlReader,
};

const PACKAGE_KEYS: &[&str] = &[
    "title",
    "description",
    "related_resources",
    "authors",
    "organizations",
    "entrypoint",
    "schemas",
    "scope",
    "custom",
];
const CUSTOM_KEYS: &[&str] = &[
    "severity",
    "confidence",
    "scope",
    "parameters",
    "evidence",
    "remediation",
    "references",
    "supersedes",
    "since",
];
const SCOPE_KEYS: &[&str] = &["kinds", "operations", "subresources", "templates"];
const MAX_TITLE: usize = 80;

/// The policy that `block` describes, as far as it is sound; its mistakes go to `problems`.
pub(super) fn policy(
    block: &Block,
    id: PolicyId,
    source: &Arc<SourceText>,
    yaml: YamlReader,
    problems: &mut Problems,
) -> Option<Policy> {
    let document = match yaml(&block.yaml) {
        Ok(document) => document,
        Err(error) => {
            problems.add(
                block.span(error.span),
                "metadata-yaml",
                format!("METADATA isn't YAML: {}", error.message),
                "mend the YAML behind the `# `",
            );
            return None;
        }
    };
    let mut reader = Reader {
        block,
        document: &document,
        problems,
    };
    let root = reader.object(&[])?;
    reader.known(&[], root, PACKAGE_KEYS);
    let title = reader
        .text(&["title"], Need::Required)
        .filter(|title| reader.title(title));
    let description = reader.text(&["description"], Need::Required);
    if !root.contains_key("custom") {
        reader.missing(
            &[],
            "custom",
            "custom: {severity: high, scope: {kinds: [Pod], operations: [CREATE]}, remediation: …}",
        );
        return None;
    }
    let custom = reader.object(&["custom"])?;
    reader.known(&["custom"], custom, CUSTOM_KEYS);
    let severity = reader.named(
        &["custom", "severity"],
        Need::Required,
        Severity::from_name,
        "low, medium, high, critical",
    );
    let confidence = reader.named(
        &["custom", "confidence"],
        Need::Optional,
        Confidence::from_name,
        "low, medium, high",
    );
    let scope = reader.scope();
    let parameters = reader.parameters();
    let evidence = reader.list(
        &["custom", "evidence"],
        FactName::from_name,
        "namespace, role, serviceAccount, networkPolicies",
    );
    let remediation = reader.text(&["custom", "remediation"], Need::Required);
    let supersedes = reader.list(
        &["custom", "supersedes"],
        |text| text.parse().ok(),
        "ids such as least-privilege/host-port",
    );
    let since = reader.text(&["custom", "since"], Need::Optional);
    Some(Policy {
        id,
        title: title?,
        description: description?,
        severity: severity?,
        confidence: confidence.unwrap_or(Confidence::High),
        scope: scope?,
        parameters,
        evidence,
        remediation: remediation?,
        references: reader.references(),
        related_resources: reader.related_resources(),
        supersedes,
        since,
        file: source.name().to_owned(),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

struct Reader<'a> {
    block: &'a Block,
    document: &'a Document,
    problems: &'a mut Problems,
}

impl<'a> Reader<'a> {
    fn span(&self, path: &[&str]) -> Span {
        let path: Vec<PathElement> = path
            .iter()
            .map(|key| PathElement::Key((*key).to_owned()))
            .collect();
        self.block.span(self.document.mark(&path).0)
    }

    fn value(&self, path: &[&str]) -> Option<&'a Value> {
        let root: &'a Value = &self.document.value;
        path.iter()
            .try_fold(root, |value, key| value.get(key))
            .filter(|value| !value.is_null())
    }

    fn wrong_type(&mut self, path: &[&str], wanted: &str) {
        let name = path.last().copied().unwrap_or("METADATA").to_owned();
        let span = self.span(path);
        self.problems.add(
            span,
            "metadata-type",
            format!("`{name}` must be {wanted}"),
            format!("write {wanted}"),
        );
    }

    fn missing(&mut self, path: &[&str], key: &str, example: &str) {
        let span = if path.is_empty() {
            self.block.head
        } else {
            self.span(path)
        };
        self.problems.add(
            span,
            "metadata-missing",
            format!("METADATA has no `{key}`"),
            format!("add `{example}`"),
        );
    }

    fn object(&mut self, path: &[&str]) -> Option<&'a Map<String, Value>> {
        let found = self.value(path).and_then(Value::as_object);
        if found.is_none() {
            self.wrong_type(path, "a mapping");
        }
        found
    }

    /// Complains of every key that isn't `known`.
    fn known(&mut self, path: &[&str], members: &Map<String, Value>, known: &[&str]) {
        for key in members.keys().filter(|key| !known.contains(&key.as_str())) {
            let whole: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
            let span = self.span(&whole);
            let near = known
                .iter()
                .find(|name| strsim::levenshtein(&key.to_lowercase(), name) <= 2);
            let help = near.map_or_else(
                || format!("its keys are {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            self.problems.add(
                span,
                "metadata-key",
                format!("METADATA knows no key `{key}`"),
                help,
            );
        }
    }

    fn text(&mut self, path: &[&str], need: Need) -> Option<String> {
        match self.value(path) {
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            None if need == Need::Optional => None,
            None => {
                let key = path.last().copied().unwrap_or_default();
                self.missing(
                    path.get(..path.len().saturating_sub(1)).unwrap_or_default(),
                    key,
                    &format!("{key}: …"),
                );
                None
            }
            Some(_) => {
                self.wrong_type(path, "a text that isn't empty");
                None
            }
        }
    }

    fn title(&mut self, title: &str) -> bool {
        let fits = title.chars().count() <= MAX_TITLE && !title.contains('\n');
        if !fits {
            let span = self.span(&["title"]);
            self.problems.add(
                span,
                "metadata-type",
                format!("the title must be one line of at most {MAX_TITLE} characters"),
                "say the rest in `description`",
            );
        }
        fits
    }

    fn named<T>(
        &mut self,
        path: &[&str],
        need: Need,
        read: impl Fn(&str) -> Option<T>,
        names: &str,
    ) -> Option<T> {
        let text = self.text(path, need)?;
        let found = read(&text);
        if found.is_none() {
            let span = self.span(path);
            let key = path.last().copied().unwrap_or_default();
            let help = nearest(&text, names).unwrap_or_else(|| format!("write one of {names}"));
            self.problems.add(
                span,
                "metadata-value",
                format!("`{text}` is no {key}"),
                help,
            );
        }
        found
    }

    /// A list of names, each read by `read`.
    fn list<T>(&mut self, path: &[&str], read: impl Fn(&str) -> Option<T>, names: &str) -> Vec<T> {
        let Some(value) = self.value(path) else {
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.wrong_type(path, "a list");
            return Vec::new();
        };
        let mut list = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(found) = item.as_str().and_then(&read) {
                list.push(found);
            } else {
                self.wrong_item(path, index, item, names);
            }
        }
        list
    }

    fn wrong_item(&mut self, path: &[&str], index: usize, item: &Value, names: &str) {
        let keys = path.iter().map(|key| PathElement::Key((*key).to_owned()));
        let whole: Vec<PathElement> = keys.chain([PathElement::Index(index)]).collect();
        let span = self.block.span(self.document.mark(&whole).0);
        let text = item.as_str().unwrap_or("this");
        let help = nearest(text, names).unwrap_or_else(|| format!("write {names}"));
        let key = path.last().copied().unwrap_or_default();
        let message = format!("`{text}` can't stand in `{key}`");
        self.problems.add(span, "metadata-value", message, help);
    }

    fn scope(&mut self) -> Option<Scope> {
        const PATH: &[&str] = &["custom", "scope"];
        if self.value(PATH).is_none() {
            self.missing(
                &["custom"],
                "scope",
                "scope: {kinds: [Pod], operations: [CREATE, UPDATE]}",
            );
            return None;
        }
        let members = self.object(PATH)?;
        self.known(PATH, members, SCOPE_KEYS);
        let kinds = self.list(
            &["custom", "scope", "kinds"],
            KindPattern::parse,
            "kinds such as Pod, apps/Deployment or *",
        );
        let operations = self.list(
            &["custom", "scope", "operations"],
            Operation::from_name,
            "CREATE, UPDATE, DELETE, CONNECT",
        );
        let subresources = self.list(
            &["custom", "scope", "subresources"],
            |text| Some(text.to_owned()),
            "names of subresources",
        );
        let templates = match self.value(&["custom", "scope", "templates"]) {
            None => true,
            Some(Value::Bool(templates)) => *templates,
            Some(_) => {
                self.wrong_type(&["custom", "scope", "templates"], "true or false");
                true
            }
        };
        for (list, key, example) in [
            (kinds.is_empty(), "kinds", "kinds: [Pod]"),
            (
                operations.is_empty(),
                "operations",
                "operations: [CREATE, UPDATE]",
            ),
        ] {
            if list && !members.contains_key(key) {
                self.missing(PATH, key, example);
            } else if list {
                self.wrong_type(&["custom", "scope", key], "a list that isn't empty");
            }
        }
        Some(Scope {
            kinds,
            operations,
            subresources,
            templates,
        })
    }

    /// The schema of the parameters, closed unless it says otherwise.
    fn parameters(&mut self) -> Option<Value> {
        const PATH: &[&str] = &["custom", "parameters"];
        self.value(PATH)?;
        let mut schema = self.object(PATH)?.clone();
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            self.wrong_type(PATH, "a JSON Schema of `type: object`");
            return None;
        }
        schema
            .entry("additionalProperties")
            .or_insert(Value::Bool(false));
        let schema = Value::Object(schema);
        if jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .build(&schema)
            .is_err()
        {
            let span = self.span(PATH);
            self.problems.add(
                span,
                "metadata-schema",
                "`parameters` isn't a JSON Schema",
                "see JSON Schema 2020-12",
            );
            return None;
        }
        Some(schema)
    }

    fn references(&mut self) -> Vec<Reference> {
        self.mappings(&["custom", "references"], &["framework", "id"])
            .into_iter()
            .filter_map(|members| {
                Some(Reference {
                    framework: scalar(members.get("framework")?)?,
                    id: scalar(members.get("id")?)?,
                })
            })
            .collect()
    }

    fn related_resources(&mut self) -> Vec<RelatedResource> {
        let Some(Value::Array(items)) = self.value(&["related_resources"]) else {
            return Vec::new();
        };
        let one = |item: &Value| {
            let reference = item
                .as_str()
                .or_else(|| item.get("ref").and_then(Value::as_str))?;
            Some(RelatedResource {
                reference: reference.to_owned(),
                description: item
                    .get("description")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            })
        };
        items.iter().filter_map(one).collect()
    }

    /// A list of mappings that have exactly the keys `keys`.
    fn mappings(&mut self, path: &[&str], keys: &[&str]) -> Vec<&'a Map<String, Value>> {
        let Some(value) = self.value(path) else {
            return Vec::new();
        };
        let items: Option<Vec<&Map<String, Value>>> = value
            .as_array()
            .map(|items| items.iter().filter_map(Value::as_object).collect());
        let sound = |items: &Vec<&Map<String, Value>>| {
            let exact = |members: &&Map<String, Value>| {
                members.len() == keys.len()
                    && keys
                        .iter()
                        .all(|key| members.get(*key).and_then(scalar).is_some())
            };
            items.len() == value.as_array().map_or(0, Vec::len) && items.iter().all(exact)
        };
        match items {
            Some(items) if sound(&items) => items,
            _ => {
                self.wrong_type(
                    path,
                    &format!("a list of mappings with {}", keys.join(" and ")),
                );
                Vec::new()
            }
        }
    }
}

/// A text, or a number as a text (`id: 5.2`).
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The name of a list `a, b, c` that `text` may have been meant for, as help.
fn nearest(text: &str, names: &str) -> Option<String> {
    let text = text.to_lowercase();
    let near = names
        .split(", ")
        .find(|name| strsim::levenshtein(&text, &name.to_lowercase()) <= 2)?;
    Some(format!("did you mean `{near}`?"))
}
