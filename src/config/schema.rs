//! JSON Schemas (draft 2020-12) of the documents that people write, for editors and `portcullis schema`.
//!
//! Never stricter than the readers. What needs more than the document (policies that exist, dates, globs) is the readers' alone.

use serde_json::{Map, Value, json};

use super::file::{
    DEFAULT_EXEMPTION_MAX_DAYS, ENFORCEMENTS, EXISTING, INLINE_MODES, MOST_EXEMPTION_DAYS,
};
use super::matches::{OPERATIONS, OPERATORS};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of `.portcullis.yaml`.
#[must_use]
pub fn config() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "portcullis configuration",
        "description": "Which policies run, for which Kubernetes version, and what isn't looked at.",
        "type": "object",
        "required": ["version"],
        "additionalProperties": false,
        "properties": {
            "version": {"description": "The version of this format.", "const": 1},
            "kubernetesVersion": {
                "description": "The Kubernetes version to judge for, in quotes: 1.30 without quotes is the number 1.3.",
                "type": "string",
                "pattern": "^v?1\\.[0-9]{1,5}(\\.[0-9]{1,5})?$",
                "examples": ["1.37"],
            },
            "profiles": texts("The profiles whose policies run; without this key: default."),
            "policies": {
                "description": "Policies by id: an entry changes the fields it names in every binding of the policy, or binds it.",
                "type": "object",
                "propertyNames": {"pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*$"},
                "additionalProperties": {"$ref": "#/$defs/binding"},
            },
            "podTemplates": {
                "description": "Custom kinds that hold a pod template; it is judged as a Pod.",
                "type": "array",
                "items": {"$ref": "#/$defs/podTemplate"},
            },
            "skip": texts("Policies that aren't run: ids or globs such as network/*."),
            "exclude": texts("Paths that aren't looked at, as .gitignore writes them."),
            "inline": {
                "description": "Which comments may exempt: all, those for findings of severity low, none.",
                "enum": names(&INLINE_MODES),
                "default": "allow",
            },
            "exemptionMaxDays": {
                "description": "How many days ahead an exemption may end.",
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_EXEMPTION_DAYS,
                "default": DEFAULT_EXEMPTION_MAX_DAYS,
            },
        },
        "$defs": {
            "binding": binding(),
            "match": binding_match(),
            "labelSelector": label_selector(),
            "podTemplate": pod_template(),
        },
    })
}

/// The schema of `.portcullis-exemptions.yaml`.
#[must_use]
pub fn exemptions() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "portcullis exemptions",
        "description": "Findings lifted for a time, with a reason and an owner.",
        "type": "object",
        "required": ["exemptions"],
        "additionalProperties": false,
        "properties": {
            "exemptions": {"type": "array", "items": {"$ref": "#/$defs/exemption"}},
        },
        "$defs": {
            "exemption": {
                "type": "object",
                "required": ["policy", "reason", "owner", "expires"],
                "additionalProperties": false,
                "properties": {
                    "policy": text("The policy's id, or a glob such as network/*."),
                    "match": {"$ref": "#/$defs/match"},
                    "reason": text("Why this may stay as it is."),
                    "owner": text("Who answers for it."),
                    "expires": {
                        "description": "Its last valid day (UTC).",
                        "type": "string",
                        "format": "date",
                        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                    },
                    "ticket": text("Where to read on."),
                },
            },
            "match": {
                "description": "What it concerns; all parts must hold, an empty part always does.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "paths": texts("Globs over the file's path."),
                    "kinds": texts("Kinds of the object; without a group: of any group."),
                    "namespaces": texts("Globs over the namespace; an object without one is not matched, a Namespace is in itself."),
                    "names": texts("Globs over the object's name."),
                    "path": text("A path in the object, and all below it: /spec/volumes."),
                },
            },
        },
    })
}

fn binding() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "enforcement": {
                "description": "What a violation costs; without this key: by its severity.",
                "enum": names(&ENFORCEMENTS),
            },
            "templates": {
                "description": "What a violation in a pod template costs; without this key: as much as in a Pod.",
                "enum": names(&ENFORCEMENTS),
            },
            "existingViolations": {
                "description": "On an update in a cluster: what becomes of what the old object has too, unchanged.",
                "enum": names(&EXISTING),
                "default": "warn",
            },
            "parameters": {
                "description": "Parameters of the policy: `portcullis explain` lists them.",
                "type": "object",
            },
            "match": {"$ref": "#/$defs/match"},
        },
    })
}

fn binding_match() -> Value {
    json!({
        "description": "Which objects are judged; all parts must hold, an empty part always does.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "kinds": texts("Kinds of the object: Pod, apps/Deployment, apps/*, *."),
            "namespaces": texts("Globs over the namespace; an object without one is matched, a Namespace is in itself."),
            "excludedNamespaces": texts("Globs over the namespace; an object without one is not excluded, a Namespace is in itself."),
            "labelSelector": {"$ref": "#/$defs/labelSelector"},
            "operations": {"type": "array", "items": {"enum": names(&OPERATIONS)}},
        },
    })
}

fn label_selector() -> Value {
    json!({
        "description": "A selector of Kubernetes over the object's labels.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
            "matchExpressions": {"type": "array", "items": {
                "type": "object",
                "required": ["key", "operator"],
                "additionalProperties": false,
                "properties": {
                    "key": text("The label."),
                    "operator": {"enum": names(&OPERATORS)},
                    "values": {"type": "array", "items": {"type": "string"}},
                },
            }},
        },
    })
}

fn pod_template() -> Value {
    json!({
        "type": "object",
        "required": ["group", "kind", "path"],
        "additionalProperties": false,
        "properties": {
            "group": {"description": "The API group.", "type": "string"},
            "kind": {"description": "The kind.", "type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"},
            "path": text("Where the template stands in the object: spec.template."),
        },
    })
}

/// A text with something in it.
fn text(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": "\\S"})
}

/// A list of texts.
fn texts(description: &str) -> Value {
    let mut schema = Map::new();
    schema.insert("description".to_owned(), description.into());
    schema.insert("type".to_owned(), "array".into());
    schema.insert(
        "items".to_owned(),
        json!({"type": "string", "pattern": "\\S"}),
    );
    Value::Object(schema)
}

fn names<T>(all: &[(&'static str, T)]) -> Value {
    all.iter().map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests;
