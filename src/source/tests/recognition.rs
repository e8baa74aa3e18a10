//! scan.md §3 and §5: which documents are objects, and lists of them.

use super::{forced, named, names, object, unreadable, values, yaml};
use crate::model::{GroupVersionKind, Origin, Path};
use crate::source::{FileRead, recognised_name};

#[track_caller]
fn foreign(name: &str, text: &str, why: &str) {
    let found = named(name, text);
    assert!(found.reviews.is_empty());
    assert_eq!(unreadable(&found), [""; 0], "{text}");
    assert_eq!(found.not_recognised, 1, "{text}");
    let detail = found.details.join("\n");
    assert!(detail.ends_with(why), "{detail}");
}

#[test]
fn what_is_none_of_ours_is_counted_and_no_error() {
    foreign("x.yaml", "just text\n", "it is a single value, no object");
    foreign("x.yaml", "a: 1\n", "it has no `apiVersion` and `kind`");
    foreign(
        "x.yaml",
        "apiVersion: v1\n",
        "it has `apiVersion`, but no text in `kind`",
    );
    foreign(
        "x.yaml",
        "kind: Pod\n",
        "it has `kind`, but no text in `apiVersion`",
    );
    foreign(
        "x.yaml",
        "apiVersion: 1\nkind: Pod\n",
        "it has `kind`, but no text in `apiVersion`",
    );
    foreign(
        "x.yaml",
        "- a\n",
        "no element of the list has `apiVersion` and `kind`",
    );
    foreign(
        "x.yaml",
        "apiVersion: v1\nkind: List\nitems: []\n",
        "the list holds no object",
    );
    foreign(
        ".github/workflows/ci.yml",
        "on: push\njobs: {a: {runs-on: x}}\njobs: {}\n",
        "`kind`",
    );
    foreign("kustomization.yaml", "- a.yaml\n", "`kind`");
    foreign("my-kustomization.yaml", "resources: [a.yaml]\n", "`kind`");
    foreign(
        "compose.yaml",
        "x: &a {b: 1}\nservices: {web: {<<: 1, image: x}}\n",
        "`kind`",
    );
    foreign("tsconfig.json", "{\n  // note\n  \"a\": 1\n}\n", "");
}

#[test]
fn a_kustomization_is_known_by_its_name() {
    for text in [
        "resources: [a.yaml]\n",
        "kind: Kustomization\nresources: []\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nresources: []\n",
    ] {
        let found = named("deploy/kustomization.yml", text);
        let kinds: Vec<_> = found.reviews.iter().map(|review| &review.kind).collect();
        let expected = GroupVersionKind::new("kustomize.config.k8s.io", "v1beta1", "Kustomization");
        assert_eq!(kinds, [&expected], "{text}");
        let place = found.reviews[0]
            .origin
            .locate(&Path::parse("resources").unwrap());
        assert_eq!(place.unwrap().0.place.column, 1);
    }
    let twice = named(
        "kustomization.yaml",
        "resources: [a.yaml]\nresources: [b.yaml]\n",
    );
    assert_eq!(twice.unreadable.len(), 1);
}

#[test]
fn what_does_not_parse_is_unreadable_where_it_could_be_ours() {
    for name in ["x.yaml", "x.YML", "a/b.yml", "<stdin>"] {
        let found = named(name, "a: [\n");
        assert_eq!(unreadable(&found), ["1:4 the `[` isn't closed"], "{name}");
    }
    for (text, count) in [
        ("{\"a\": 1,\n", 0),
        ("{\"apiVersion\": \"v1\",\n", 1),
        ("{\"kind\": \"Pod\", \"x\": [\n", 1),
        ("{\"x\": {\"kind\": 1, \n", 0),
    ] {
        let found = named("x.json", text);
        assert_eq!(found.unreadable.len(), count, "{text}");
        assert_eq!(found.not_recognised as usize, 1 - count, "{text}");
    }
}

#[test]
fn a_kind_said_by_hand_must_hold() {
    let way = "add them, or leave `--kind` out to judge what is recognised";
    for (text, why) in [
        ("text\n", "it is a single value, no object"),
        ("a: 1\n", "it has no `apiVersion` and `kind`"),
        (
            "apiVersion: v1\n",
            "it has `apiVersion`, but no text in `kind`",
        ),
    ] {
        let found = forced(text);
        assert_eq!(
            unreadable(&found),
            [format!("1:1 this is no Kubernetes object, {why}: {way}")]
        );
        assert_eq!(found.not_recognised, 0);
    }
}

fn prefixes(read: &FileRead) -> Vec<String> {
    let prefix = |origin: &Origin| match origin {
        Origin::File(file) => file.prefix.to_string(),
        Origin::Admission { .. } => String::new(),
    };
    read.reviews
        .iter()
        .map(|review| prefix(&review.origin))
        .collect()
}

#[test]
fn lists_are_unrolled() {
    let found = yaml(concat!(
        "apiVersion: v1\nkind: List\nitems:\n",
        "- apiVersion: v1\n  kind: Pod\n  metadata: {name: a, namespace: web}\n",
        "- apiVersion: apps/v1\n  kind: DeploymentList\n  items:\n",
        "  - metadata: {name: b}\n",
        "  - {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: c}}\n",
    ));
    assert_eq!(names(&found), ["Pod/a", "Deployment/b", "ReplicaSet/c"]);
    assert_eq!(
        prefixes(&found),
        ["items[0]", "items[1].items[0]", "items[1].items[1]"]
    );
    assert_eq!(found.reviews[0].namespace, "web");
    assert_eq!(values(&found)[1]["apiVersion"], "apps/v1");
    assert_eq!(values(&found)[1]["kind"], "Deployment");
    assert_eq!(unreadable(&found), [""; 0]);
    let (location, _) = found.reviews[1].origin.locate(&Path::root()).unwrap();
    assert_eq!((location.place.line, location.place.column), (10, 16));
}

#[test]
fn a_top_level_array_is_a_list() {
    let found = named(
        "x.json",
        r#"[{"apiVersion":"v1","kind":"Pod"}, 1, {"apiVersion":"v1","kind":"Service"}]"#,
    );
    assert_eq!(names(&found), ["Pod/", "Service/"]);
    assert_eq!(prefixes(&found), ["[0]", "[2]"]);
}

#[test]
fn an_element_that_is_no_object_is_unreadable() {
    let found = yaml("apiVersion: v1\nkind: List\nitems:\n- a: 1\n- text\n");
    let said =
        "the list's element is no object with `apiVersion` and `kind`: add them, or remove it";
    assert_eq!(
        unreadable(&found),
        [format!("4:3 {said}"), format!("5:3 {said}")]
    );
}

#[test]
fn lists_in_lists_have_a_limit() {
    let nested = |depth: usize| {
        let list = r#"{"apiVersion":"v1","kind":"List","items":["#;
        format!(
            "{}{{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}}{}",
            list.repeat(depth),
            "]}".repeat(depth)
        )
    };
    assert_eq!(yaml(&nested(8)).reviews.len(), 1);
    let found = yaml(&nested(9));
    assert_eq!(found.reviews.len(), 0);
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn a_kind_that_ends_in_list_without_items_is_an_object() {
    assert_eq!(
        names(&yaml(
            "apiVersion: example.org/v1\nkind: AllowList\nmetadata: {name: a}\n"
        )),
        ["AllowList/a"]
    );
}

#[test]
fn rendered_documents_name_their_template() {
    let text = format!(
        "---\n# Source: shop/templates/web.yaml\n{}---\n{}---\n# Source: a b\n{}",
        object(""),
        object(
            "metadata:\n  annotations:\n    config.kubernetes.io/origin: |\n      path: base/web.yaml\n"
        ),
        object("# Source: late.yaml\nx: 1\n")
    );
    let found = yaml(&text);
    let templates: Vec<_> = found
        .reviews
        .iter()
        .map(|r| r.resource_shown().template)
        .collect();
    assert_eq!(
        templates,
        [
            Some("shop/templates/web.yaml".into()),
            Some("base/web.yaml".into()),
            None
        ]
    );
}

#[test]
fn names_worth_opening() {
    for (name, expected) in [
        ("a.yaml", true),
        ("a/b.YML", true),
        ("a.json", true),
        ("yaml", false),
        ("a.yaml/b", false),
        ("a.yaml.gotmpl", false),
    ] {
        assert_eq!(recognised_name(name), expected, "{name}");
    }
}
