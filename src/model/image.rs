//! An image reference as container runtimes read it: registry, repository, tag, digest.
//!
//! Never guesses: what the grammar of `distribution/reference` doesn't allow is no reference.

/// Bytes of a reference; no registry stores a longer one.
const MAX_BYTES: usize = 4_096;
/// Bytes of registry and repository together (`distribution/reference`, `RepositoryNameTotalLengthMax`).
const MAX_NAME_BYTES: usize = 255;
/// Characters of a tag.
const MAX_TAG: usize = 128;

/// The registry that a reference without one means.
const DOCKER_HUB: &str = "docker.io";
/// Docker Hub under its old name.
const OLD_DOCKER_HUB: &str = "index.docker.io";

/// A parsed image reference, normalised: Docker Hub's defaults filled in, the registry in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    /// Host of the registry, with its port if one is written.
    pub registry: String,
    /// Path in the registry; Docker Hub's official images have `library/` in front.
    pub repository: String,
    /// The tag; `None` if none is written.
    pub tag: Option<String>,
    /// The digest, such as `sha256:` and 64 hexadecimal digits.
    pub digest: Option<String>,
}

impl ImageReference {
    /// Reads `text`; `None` if it isn't an image reference (`distribution/reference`, `ParseNormalizedNamed`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = split_tag(rest);
        let (registry, repository) = split_registry(name);
        let is_valid = is_registry(&registry)
            && !repository.is_empty()
            && repository.split('/').all(is_component)
            && registry.len() + 1 + repository.len() <= MAX_NAME_BYTES
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest);
        is_valid.then(|| Self {
            registry,
            repository,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// Registry and repository, without tag and digest.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }
}

/// A tag stands behind the last colon of the last path segment: a colon before a `/` is a port's.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    }
}

/// The first segment is a registry if nothing else can look like it: a dot, a port, `localhost`, an upper-case letter.
fn split_registry(name: &str) -> (String, String) {
    let looks_like_a_host = |first: &str| {
        first.contains(['.', ':'])
            || first == "localhost"
            || first.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    let (registry, repository) = match name.split_once('/') {
        Some((first, rest)) if looks_like_a_host(first) => (first.to_ascii_lowercase(), rest),
        _ => (DOCKER_HUB.to_owned(), name),
    };
    if registry != DOCKER_HUB && registry != OLD_DOCKER_HUB {
        return (registry, repository.to_owned());
    }
    let repository = if repository.contains('/') {
        repository.to_owned()
    } else {
        format!("library/{repository}")
    };
    (DOCKER_HUB.to_owned(), repository)
}

/// A host name, an IPv4 address or an IPv6 address in brackets, maybe with a port.
fn is_registry(text: &str) -> bool {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if let Some((address, port)) = text.strip_prefix('[').and_then(|it| it.split_once(']')) {
        let is_address = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
        return !address.is_empty()
            && address.bytes().all(is_address)
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    match text.split_once(':') {
        Some((host, port)) => host.split('.').all(is_label) && is_port(port),
        None => text.split('.').all(is_label),
    }
}

/// Lower-case letters and digits, joined by `.`, `_`, `__` or any number of `-`.
fn is_component(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| is_plain(*byte));
    let bytes = text.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.split(|byte| is_plain(*byte)).all(|joint| {
            matches!(joint, b"" | b"." | b"_" | b"__") || joint.iter().all(|it| *it == b'-')
        })
}

fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= MAX_TAG
        && text.bytes().next().is_some_and(is_word)
        && text
            .bytes()
            .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

/// The algorithms that runtimes verify, with digits of their length, in lower case (OCI image specification, descriptor).
fn is_digest(text: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let (algorithm, digits) = text.split_once(':').unwrap_or((text, ""));
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    digits.len() == length && digits.bytes().all(is_hex)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Option<String> {
        let image = ImageReference::parse(text)?;
        let tag = image
            .tag
            .as_deref()
            .map_or(String::new(), |tag| format!(" {tag}"));
        let digest = image
            .digest
            .as_deref()
            .map_or(String::new(), |digest| format!(" @{}", digest.len()));
        Some(format!(
            "{} {}{tag}{digest}",
            image.registry, image.repository
        ))
    }

    #[test]
    fn defaults_ports_tags_and_digests() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for (text, expected) in [
            ("nginx", "docker.io library/nginx"),
            ("nginx:1.27", "docker.io library/nginx 1.27"),
            ("bitnami/redis", "docker.io bitnami/redis"),
            ("docker.io/nginx", "docker.io library/nginx"),
            ("index.docker.io/library/nginx", "docker.io library/nginx"),
            ("Docker.IO/nginx", "docker.io library/nginx"),
            (
                "docker.io.evil.example/nginx",
                "docker.io.evil.example nginx",
            ),
            ("registry.example/a/b/c:v1", "registry.example a/b/c v1"),
            ("registry.example:5000/a", "registry.example:5000 a"),
            ("registry.example:5000/a:1", "registry.example:5000 a 1"),
            ("localhost/a", "localhost a"),
            ("localhost:5000/a", "localhost:5000 a"),
            ("REGISTRY/a", "registry a"),
            ("[2001:db8::1]:5000/a", "[2001:db8::1]:5000 a"),
            ("host:5000", "docker.io library/host 5000"),
            ("a/b-c__d.e_f---g", "docker.io a/b-c__d.e_f---g"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        let pinned = format!("registry.example/a:1@{digest}");
        assert_eq!(shown(&pinned).as_deref(), Some("registry.example a 1 @71"));
        let image = ImageReference::parse(&pinned).unwrap();
        assert_eq!(image.digest, Some(digest));
        assert_eq!(image.name(), "registry.example/a");
    }

    #[test]
    fn what_is_no_reference() {
        let long = "a".repeat(3_000);
        let tag = format!("a:{}", "x".repeat(129));
        let upper = format!("a@sha256:{}", "0A".repeat(32));
        for text in [
            "",
            ":",
            "@",
            "/",
            "a:",
            "a@",
            "a:b:c",
            "@sha256:",
            "a@sha256:12",
            "a@md5:00",
            "registry.example/",
            "registry.example/A",
            "a/B",
            "/a",
            "a//b",
            "a b",
            " a",
            "a\n",
            "-a",
            "a-",
            "a..b",
            "a___b",
            "a:.b",
            "host:port/a",
            "https://registry.example/a",
            "$(IMAGE)",
            "{{ .image }}",
            "ä",
            &long,
            &tag,
            &upper,
        ] {
            assert_eq!(ImageReference::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = ImageReference::parse(&text);
        }

        // A registry that only its upper case tells from a path isn't known again in lower case.
        #[test]
        fn the_normal_form_is_its_own(
            text in "([a-zA-Z0-9-]{1,5}[.:][a-z0-9.-]{1,5}/)?[a-z0-9._-]{1,9}(/[a-z0-9._-]{1,9})?(:[a-zA-Z0-9._-]{1,9})?"
        ) {
            if let Some(image) = ImageReference::parse(&text) {
                let tag = image.tag.as_ref().map_or(String::new(), |tag| format!(":{tag}"));
                prop_assert_eq!(ImageReference::parse(&format!("{}{tag}", image.name())), Some(image));
            }
        }
    }
}
