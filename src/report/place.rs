//! Where a finding stands in its repository, for formats that link into it.
//!
//! Never invents a line: of a rendered stream the template is named, with line 1.

use std::borrow::Cow;

use crate::model::{Finding, Judged, Place};

/// A file of the repository and a range of it, from 1, the end exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RepositoryPlace {
    /// Relative to the repository, with `/`; as given where it is absolute.
    pub(crate) path: String,
    /// The range.
    pub(crate) place: Place,
    /// Where it stands in the stream that was judged, if that isn't a file of the repository.
    pub(crate) rendered: Option<String>,
}

const HEAD: Place = Place {
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 2,
    span: crate::model::Span { start: 0, end: 0 },
};

/// The place of `finding`, paths below `prefix` (the working directory's path in the repository).
pub(crate) fn of_finding(prefix: &str, judged: &Judged, finding: &Finding) -> RepositoryPlace {
    let place = finding
        .location
        .as_ref()
        .map_or(HEAD, |location| widened(location.place));
    let file = finding
        .location
        .as_ref()
        .map_or(judged.file.as_str(), |l| l.source.name());
    match &judged.resource.template {
        Some(template) if is_stream(file) => RepositoryPlace {
            path: repository_path(prefix, template),
            place: HEAD,
            rendered: Some(format!("{file}:{}:{}", place.line, place.column)),
        },
        _ => RepositoryPlace {
            path: repository_path(prefix, file),
            place,
            rendered: None,
        },
    }
}

/// The place of `judged` as a whole.
pub(crate) fn of_object(prefix: &str, judged: &Judged) -> String {
    match &judged.resource.template {
        Some(template) if is_stream(&judged.file) => repository_path(prefix, template),
        _ => repository_path(prefix, &judged.file),
    }
}

/// `message`, saying where the place comes from if it was rendered.
pub(crate) fn message<'a>(message: &'a str, place: &RepositoryPlace) -> Cow<'a, str> {
    match &place.rendered {
        None => Cow::Borrowed(message),
        Some(at) => Cow::Owned(format!("{message} (rendered, at {at})")),
    }
}

/// Whether `file` names a stream, such as `<stdin>`.
pub(crate) fn is_stream(file: &str) -> bool {
    file.starts_with('<') && file.ends_with('>')
}

/// `path` below `prefix`, without `.` and `..` where they can be resolved.
pub(crate) fn repository_path(prefix: &str, path: &str) -> String {
    if path.starts_with('/') || is_stream(path) {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in prefix.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The path as the address that SARIF wants: relative and percent-encoded, or a `file` address.
pub(crate) fn address(path: &str) -> String {
    let encoded = super::escape::uri(path);
    if path.starts_with('/') {
        format!("file://{encoded}")
    } else {
        encoded
    }
}

/// Formats want at least one character, counted from 1.
pub(crate) fn widened(place: Place) -> Place {
    let line = place.line.max(1);
    let column = place.column.max(1);
    let end_line = place.end_line.max(line);
    let least = if end_line == line {
        column.saturating_add(1)
    } else {
        1
    };
    Place {
        line,
        column,
        end_line,
        end_column: place.end_column.max(least),
        span: place.span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_the_repository() {
        for (prefix, path, expected) in [
            ("", "k8s/web.yaml", "k8s/web.yaml"),
            ("", "./k8s//web.yaml", "k8s/web.yaml"),
            (
                "services/shop/",
                "k8s/web.yaml",
                "services/shop/k8s/web.yaml",
            ),
            ("services/shop", "../api/web.yaml", "services/api/web.yaml"),
            ("", "../web.yaml", "../web.yaml"),
            ("a", "../../web.yaml", "../web.yaml"),
            ("a", "/tmp/web.yaml", "/tmp/web.yaml"),
            ("a", "<stdin>", "<stdin>"),
        ] {
            assert_eq!(repository_path(prefix, path), expected, "{prefix} {path}");
        }
        assert_eq!(address("/tmp/a b"), "file:///tmp/a%20b");
    }

    #[test]
    fn a_range_has_at_least_one_character() {
        let place = |line, column, end_line, end_column| Place {
            line,
            column,
            end_line,
            end_column,
            ..Place::default()
        };
        for (given, expected) in [
            (place(0, 0, 0, 0), place(1, 1, 1, 2)),
            (place(3, 4, 3, 4), place(3, 4, 3, 5)),
            (place(3, 4, 3, 9), place(3, 4, 3, 9)),
            (place(3, 4, 5, 1), place(3, 4, 5, 1)),
            (place(3, 4, 2, 1), place(3, 4, 3, 5)),
        ] {
            assert_eq!(widened(given), expected);
        }
    }
}
