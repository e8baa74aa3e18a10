//! Whether an update that can't be judged only lets a deletion finish, decided by the text of its objects.
//!
//! Never recurses, however deep they are: what may change is taken out, the rest has to be the same text. Members in another order
//! count as a change: one encoder has written both objects.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The members of an object by key, each as its text; of a key that stands twice the last counts, as for every reader here.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Whether `new` is being deleted, and differs from `old` only in finalizers, managed fields, status, and what the API server counts
/// by; as the engine has it of objects that it can read.
pub(super) fn is_finished(new: &[u8], old: &[u8], is_namespace: bool) -> bool {
    let (Some(new), Some(old)) = (rest(new, is_namespace), rest(old, is_namespace)) else {
        return false;
    };
    let deleted = new.metadata.get("deletionTimestamp");
    deleted.is_some_and(|time| time.get() != "null") && new.is_same(&old)
}

/// An object without what may change while it is being deleted.
struct Rest<'a> {
    members: Members<'a>,
    metadata: Members<'a>,
    /// Of a Namespace, whose own finalizers stand here.
    spec: Members<'a>,
}

impl Rest<'_> {
    fn is_same(&self, other: &Self) -> bool {
        let sides = [
            (&self.members, &other.members),
            (&self.metadata, &other.metadata),
            (&self.spec, &other.spec),
        ];
        let text = |(own, their): (&Members<'_>, &Members<'_>)| {
            own.len() == their.len()
                && own
                    .iter()
                    .zip(their)
                    .all(|(own, their)| own.0 == their.0 && own.1.get() == their.1.get())
        };
        sides.into_iter().all(text)
    }
}

/// `None`: it isn't an object with metadata.
fn rest(object: &[u8], is_namespace: bool) -> Option<Rest<'_>> {
    let mut members = members(object)?;
    members.remove("status");
    let mut metadata = self::members(members.remove("metadata")?.get().as_bytes())?;
    for key in [
        "finalizers",
        "managedFields",
        "resourceVersion",
        "generation",
    ] {
        metadata.remove(key);
    }
    let mut spec = Members::new();
    if is_namespace && let Some(own) = members.remove("spec") {
        spec = self::members(own.get().as_bytes())?;
        spec.remove("finalizers");
    }
    Some(Rest {
        members,
        metadata,
        spec,
    })
}

fn members(object: &[u8]) -> Option<Members<'_>> {
    let mut deserializer = serde_json::Deserializer::from_slice(object);
    // The members' own texts are skipped without recursion.
    deserializer.disable_recursion_limit();
    Members::deserialize(&mut deserializer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{"kind":"Pod","metadata":{"name":"a","deletionTimestamp":"t","finalizers":["f"],"resourceVersion":"1",
        "generation":1,"managedFields":[1]},"spec":{"x":DEEP,"finalizers":["k"]},"status":{"phase":"Running"}}"#;

    /// What the update comes to that makes each replacement in the old object's text.
    fn finishes(changes: &[(&str, &str)], is_namespace: bool) -> bool {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let old = OLD.to_owned();
        let new = changes.iter().fold(old.clone(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let [new, old] = [new, old].map(|text| text.replace("DEEP", &deep));
        is_finished(new.as_bytes(), old.as_bytes(), is_namespace)
    }

    #[test]
    fn only_what_ends_a_deletion_may_change() {
        for (changes, is_finished) in [
            (&[][..], true),
            (&[(r#""finalizers":["f"],"#, "")][..], true),
            (&[(r#"["f"]"#, "null")], true),
            (
                &[(r#""resourceVersion":"1""#, r#""resourceVersion":"2""#)],
                true,
            ),
            (&[(r#""generation":1"#, r#""generation":2"#)], true),
            (&[("[1]", "[]")], true),
            (&[(r#","status":{"phase":"Running"}"#, "")], true),
            (&[("Running", "Failed"), (r#"["f"]"#, "[]")], true),
            (&[(r#"["f"]"#, "[]"), ("DEEP", "[DEEP]")], false),
            (&[(r#"["f"]"#, "[]"), ("DEEP", "1")], false),
            (&[(r#"["f"]"#, "[]"), (r#""x":"#, r#""y":"#)], false),
            (
                &[(r#"["f"]"#, "[]"), (r#""spec":"#, r#""z":1,"spec":"#)],
                false,
            ),
            (
                &[(r#"["f"]"#, "[]"), (r#""name":"a""#, r#""name":"b""#)],
                false,
            ),
            (&[(r#"["f"]"#, "[]"), (r#""name":"a","#, "")], false),
            (&[(r#""name":"a""#, r#""name":"a","labels":{}"#)], false),
            // Of a Namespace alone its spec holds finalizers.
            (&[(r#","finalizers":["k"]"#, "")], false),
            // It isn't being deleted, whatever the old one says.
            (&[(r#""deletionTimestamp":"t","#, "")], false),
            (
                &[(r#""deletionTimestamp":"t""#, r#""deletionTimestamp":null"#)],
                false,
            ),
            // The last of two counts, as for the engine.
            (&[(r#""spec":{"x""#, r#""spec":{"x":1},"spec":{"x""#)], true),
            (&[(r#","status""#, r#","spec":{},"status""#)], false),
            (
                &[(r#""kind":"Pod""#, r#""kind":"Pod","metadata":{}"#)],
                true,
            ),
            (&[(r#""metadata":{"#, r#""metadata":7,"m":{"#)], false),
        ] {
            assert_eq!(finishes(changes, false), is_finished, "{changes:?}");
        }
    }

    #[test]
    fn a_namespace_has_finalizers_in_its_spec() {
        let without = (r#","finalizers":["k"]"#, "");
        assert!(finishes(&[without], true));
        assert!(!finishes(&[without, ("DEEP", "[DEEP]")], true));
        assert!(!finishes(
            &[without, (r#""name":"a""#, r#""name":"b""#)],
            true
        ));
    }

    #[test]
    fn what_is_no_object_finishes_nothing() {
        for text in [
            "",
            "7",
            "[]",
            "{}",
            r#"{"metadata":null}"#,
            r#"{"metadata":{"deletionTimestamp":"t"}"#,
        ] {
            assert!(
                !is_finished(text.as_bytes(), text.as_bytes(), false),
                "{text}"
            );
        }
    }
}
