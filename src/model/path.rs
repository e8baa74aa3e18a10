//! Paths into an object: strings and integers, as Rego returns them.
//!
//! Three spellings, one meaning: an array, a JSON Pointer (RFC 6901), and `spec.containers[0].image` for people.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathElement {
    /// An element of an array, from 0.
    Index(usize),
    /// A member of an object.
    Key(String),
}

/// A path into an object; ordered by elements, list positions by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<PathElement>);

impl Path {
    /// The path to the object itself.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Its elements, outermost first.
    #[must_use]
    pub fn elements(&self) -> &[PathElement] {
        &self.0
    }

    /// Whether it names the object itself.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This path with `rest` behind it.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// Whether `prefix` is this path or a parent of it, by whole elements.
    #[must_use]
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }

    /// Reads `/spec/containers/0` (RFC 6901) or `spec.containers[0].env["a.b"]`; digits between slashes are list positions.
    ///
    /// `None` if the text is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::root());
        }
        match text.strip_prefix('/') {
            Some(rest) => Some(Self(rest.split('/').map(pointer_element).collect())),
            None => dotted(text).map(Self),
        }
    }

    /// The path as a JSON Pointer (RFC 6901); the object itself is the empty text.
    #[must_use]
    pub fn to_pointer(&self) -> String {
        let mut pointer = String::new();
        for element in &self.0 {
            pointer.push('/');
            match element {
                PathElement::Index(index) => pointer.push_str(&index.to_string()),
                PathElement::Key(key) => {
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
            }
        }
        pointer
    }
}

impl FromIterator<PathElement> for Path {
    fn from_iter<I: IntoIterator<Item = PathElement>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl From<Vec<PathElement>> for Path {
    fn from(elements: Vec<PathElement>) -> Self {
        Self(elements)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, element) in self.0.iter().enumerate() {
            match element {
                PathElement::Index(index) => write!(f, "[{index}]")?,
                PathElement::Key(key) if is_plain(key) => {
                    write!(f, "{}{key}", if position == 0 { "" } else { "." })?;
                }
                PathElement::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
            }
        }
        Ok(())
    }
}

/// Whether a key can stand in a dotted path without quotes.
fn is_plain(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$')
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

fn pointer_element(text: &str) -> PathElement {
    let canonical =
        text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    match text.parse() {
        Ok(index) if canonical => PathElement::Index(index),
        _ => PathElement::Key(text.replace("~1", "/").replace("~0", "~")),
    }
}

fn dotted(text: &str) -> Option<Vec<PathElement>> {
    let mut elements = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (element, after) = bracket(inside)?;
            elements.push(element);
            rest = after;
        } else {
            let key = match rest.strip_prefix('.') {
                Some(key) if !elements.is_empty() => key,
                None if elements.is_empty() => rest,
                _ => return None,
            };
            let end = key.find(['.', '[']).unwrap_or(key.len());
            let (name, after) = key.split_at_checked(end)?;
            if name.is_empty() {
                return None;
            }
            elements.push(PathElement::Key(name.to_owned()));
            rest = after;
        }
    }
    Some(elements)
}

/// What stands behind a `[`, and the text behind its `]`.
fn bracket(inside: &str) -> Option<(PathElement, &str)> {
    if inside.starts_with('"') {
        let mut stream = serde_json::Deserializer::from_str(inside).into_iter::<String>();
        let key = stream.next()?.ok()?;
        let after = inside.get(stream.byte_offset()..)?.strip_prefix(']')?;
        return Some((PathElement::Key(key), after));
    }
    let (index, after) = inside.split_once(']')?;
    Some((PathElement::Index(index.parse().ok()?), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str, pointer: &str) {
        let path = Path::parse(text).unwrap();
        assert_eq!(path.to_string(), shown);
        assert_eq!(path.to_pointer(), pointer);
        assert_eq!(Path::parse(shown).as_ref(), Some(&path));
    }

    #[test]
    fn all_spellings_mean_the_same_path() {
        check(
            "/spec/containers/0/image",
            "spec.containers[0].image",
            "/spec/containers/0/image",
        );
        check(
            "spec.containers[0].image",
            "spec.containers[0].image",
            "/spec/containers/0/image",
        );
        check(
            r#"metadata.annotations["a.b/c"]"#,
            r#"metadata.annotations["a.b/c"]"#,
            "/metadata/annotations/a.b~1c",
        );
        check("/a/01", r#"a["01"]"#, "/a/01");
        check("", "", "");
    }

    #[test]
    fn a_malformed_path_is_none() {
        for text in ["a..b", ".a", "a[", "a[x]", "a[\"b]", "a[0]b"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }

    #[test]
    fn list_positions_are_ordered_by_number() {
        assert!(Path::parse("a[2]") < Path::parse("a[10]"));
    }
}
