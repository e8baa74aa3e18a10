//! scan.md §9: exemptions in comments.

use super::{object, yaml};
use crate::model::{Origin, PolicyPattern};
use crate::source::FileRead;

/// `policies line` of the exemptions of each object.
fn exempt(read: &FileRead) -> Vec<Vec<String>> {
    let shown = |origin: &Origin| match origin {
        Origin::File(file) => file
            .inline
            .iter()
            .map(|found| {
                let policies: Vec<_> = found.policies.iter().map(PolicyPattern::as_str).collect();
                let line = found.line.map_or("object".into(), |line| line.to_string());
                format!("{} {line}", policies.join(","))
            })
            .collect(),
        Origin::Admission { .. } => Vec::new(),
    };
    read.reviews
        .iter()
        .map(|review| shown(&review.origin))
        .collect()
}

#[track_caller]
fn check(fields: &str, expected: &[&str]) {
    let found = yaml(&object(fields));
    assert_eq!(exempt(&found), [expected], "{fields}");
    assert_eq!(found.notices, [], "{fields}");
}

#[test]
fn a_comment_exempts_its_line_or_the_next() {
    check(
        "spec:\n  a: 1 # portcullis: ignore[x/y] reason=\"why\"\n",
        &["x/y 4"],
    );
    check(
        "spec:\n  # portcullis: ignore[x/y] reason=\"why\"\n  a: 1\n",
        &["x/y 5"],
    );
    check(
        "spec:\n  # portcullis: ignore[x/y] reason=why\n  # portcullis: ignore[x/*,z/w] reason=why\n  # note\n  a: 1\n",
        &["x/y 7", "x/*,z/w 7"],
    );
}

#[test]
fn at_the_head_the_whole_object_is_exempt() {
    let comment = "# portcullis: ignore[x/y] reason=\"why\" owner=me until=2027-03-01";
    for text in [
        format!("{comment}\n{}", object("")),
        format!("---\n# note\n\n{comment}\n\n{}", object("")),
        format!("apiVersion: v1 {comment}\nkind: Pod\n"),
    ] {
        let found = yaml(&text);
        assert_eq!(exempt(&found), [["x/y object"]], "{text}");
        let Origin::File(file) = &found.reviews[0].origin else {
            panic!()
        };
        let exemption = &file.inline[0];
        assert_eq!(exemption.reason, "why");
        assert_eq!(exemption.owner.as_deref(), Some("me"));
        assert_eq!(exemption.until, Some(jiff::civil::date(2027, 3, 1)));
        assert_eq!(found.source.slice(exemption.span), comment);
    }
}

#[test]
fn elements_of_a_list_have_their_own() {
    let found = yaml(concat!(
        "# portcullis: ignore[all/all] reason=r\n",
        "apiVersion: v1\nkind: List\nmetadata: {} # portcullis: ignore[no/one] reason=r\nitems:\n",
        "# portcullis: ignore[a/a] reason=r\n",
        "- apiVersion: v1\n  kind: Pod\n  spec: 1 # portcullis: ignore[b/b] reason=r\n",
        "- # portcullis: ignore[c/c] reason=r\n  apiVersion: v1\n  kind: Pod\n",
        "- apiVersion: v1 # portcullis: ignore[d/d] reason=r\n  kind: Pod\n",
    ));
    assert_eq!(
        exempt(&found),
        [
            vec!["all/all object", "a/a object", "b/b 9"],
            vec!["all/all object", "c/c object"],
            vec!["all/all object", "d/d object"],
        ]
    );
    let said = "the inline exemption has no effect: it stands at no object of the list";
    assert_eq!(found.notices[0].message, said);
}

#[test]
fn text_is_no_comment() {
    check(
        "x: |\n  # portcullis: ignore[x/y] reason=r\ny: \"# portcullis: ignore\"\nz: a#portcullis:b\n",
        &[],
    );
    check("x: 1 # see portcullis: ignore[x/y]\n", &[]);
}

#[test]
fn a_malformed_exemption_has_no_effect_and_is_said() {
    for (comment, said) in [
        ("portcullis: ignore[x/y]", "it has no `reason`"),
        (
            "portcullis: ignore",
            "`ignore[` and a policy are expected after `portcullis:`",
        ),
        (
            "portcullis: exempt[x/y] reason=r",
            "`ignore[` and a policy are expected after `portcullis:`",
        ),
        (
            "portcullis: ignore[x/y reason=r",
            "the list of policies has no `]`",
        ),
        ("portcullis: ignore[] reason=r", "it names no policy"),
        ("portcullis: ignore[x/y,] reason=r", "it names no policy"),
        (
            "portcullis: ignore[X y] reason=r",
            "`X y` is no policy's name",
        ),
        (
            "portcullis: ignore[x/y] reason=\"r",
            "the quotes of `reason` aren't closed",
        ),
        ("portcullis: ignore[x/y] reason=\"\"", "`reason` is empty"),
        (
            "portcullis: ignore[x/y] reason=a reason=b",
            "`reason` stands twice",
        ),
        (
            "portcullis: ignore[x/y] because",
            "`name=value` is expected behind the policies",
        ),
        (
            "portcullis: ignore[x/y] why=r",
            "it has an unknown field `why`: `reason`, `owner` and `until` are known",
        ),
        (
            "portcullis: ignore[x/y] reason=r until=soon",
            "`until` is no date like 2027-03-01: `soon`",
        ),
        (
            "portcullis: ignore[x/y] reason=r until=2027-02-30",
            "`until` is no date like 2027-03-01: `2027-02-30`",
        ),
    ] {
        let found = yaml(&object(&format!("x: 1 # {comment}\n")));
        assert_eq!(exempt(&found), [[""; 0]], "{comment}");
        let notice = &found.notices[0];
        assert_eq!(
            notice.message,
            format!("the inline exemption has no effect: {said}")
        );
        assert_eq!(notice.place.as_deref(), Some("test.yaml:3"));
        assert!(notice.warning && notice.help.is_some());
    }
}
