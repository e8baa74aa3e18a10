//! Bodies of every kind, read by their bytes.

use serde_json::json;

use super::*;

fn body(request: &Value) -> Bytes {
    let review = json!({"apiVersion": API_VERSION, "kind": KIND, "request": request});
    Bytes::from(review.to_string())
}

fn request() -> Value {
    json!({
        "uid": "u-1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "requestKind": {"group": "", "version": "v1", "kind": "Pod"},
        "name": "web", "namespace": "shop", "operation": "CREATE",
        "userInfo": {"username": "jane", "groups": ["a"]},
        "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}},
        "oldObject": null, "dryRun": true, "options": {"kind": "CreateOptions"},
    })
}

#[test]
fn a_review_has_what_the_request_says() {
    let complete = read(&body(&request())).unwrap().complete();
    let review = complete.review;
    assert_eq!(complete.unreadable, None);
    assert_eq!(review.kind, GroupVersionKind::new("", "v1", "Pod"));
    assert_eq!(
        (review.name.as_str(), review.namespace.as_str()),
        ("web", "shop")
    );
    assert!(review.dry_run && review.old_object.is_none());
    assert_eq!(review.object.unwrap()["metadata"]["name"], "web");
    assert_eq!(review.user_info.unwrap()["username"], "jane");
    assert_eq!(review.resource.unwrap().resource, "pods");
}

#[test]
fn escaped_names_are_read() {
    let text = String::from_utf8(body(&request()).to_vec()).unwrap();
    let text = text.replace("\"web\",\"namespace\"", r#""\u003cweb\u003e","namespace""#);
    let request = read(&Bytes::from(text)).unwrap();
    assert_eq!(request.review.name, "<web>");
}

#[test]
fn a_namespace_isnt_its_own_namespace_as_in_files() {
    let mut namespace = request();
    namespace["kind"]["kind"] = json!("Namespace");
    assert_eq!(read(&body(&namespace)).unwrap().review.namespace, "");
}

#[test]
fn a_name_that_the_server_makes_is_the_objects() {
    let mut generated = request();
    generated["name"] = json!("");
    assert_eq!(
        read(&body(&generated)).unwrap().complete().review.name,
        "web"
    );
}

#[test]
fn what_is_no_review_says_so_with_its_uid_where_it_has_one() {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut request = request();
        change(&mut request);
        body(&request)
    };
    let text = |text: &str| Bytes::from(text.to_owned());
    let whole = String::from_utf8(body(&request()).to_vec()).unwrap();
    let known = Some("u-1");
    let rows: [(&str, Bytes, Option<&str>, &str); 14] = [
        ("empty", text(""), None, "the JSON ends early"),
        ("not JSON", text("hello"), None, "it isn't JSON"),
        ("a number", text("7"), None, "it isn't a review"),
        ("a list", text("[]"), None, "it isn't a review"),
        (
            "no request",
            text(r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"#),
            None,
            "it isn't a review",
        ),
        (
            "another version",
            text(&whole.replace("k8s.io/v1\"", "k8s.io/v1beta1\"")),
            known,
            "the only version served",
        ),
        (
            "another kind",
            text(&whole.replace("AdmissionReview", "SubjectReview")),
            known,
            "the only version served",
        ),
        (
            "no uid",
            changed(&|request| request["uid"] = json!("")),
            None,
            "`request.uid` is empty",
        ),
        (
            "uid of another type",
            changed(&|request| request["uid"] = json!(7)),
            None,
            "it isn't a review",
        ),
        (
            "unknown operation",
            changed(&|request| request["operation"] = json!("PATCH")),
            known,
            "isn't CREATE",
        ),
        (
            "object null",
            changed(&|request| request["object"] = Value::Null),
            known,
            "`request.object` is absent on CREATE",
        ),
        (
            "kind of another type",
            changed(&|request| request["kind"] = json!(1)),
            known,
            "it isn't a review",
        ),
        (
            "trailing text",
            text(&format!("{whole} x")),
            known,
            "it isn't JSON",
        ),
        (
            "ends in the object",
            text(whole.split_once("\"metadata\"").unwrap().0),
            known,
            "the JSON ends early",
        ),
    ];
    for (name, body, uid, why) in rows {
        let malformed = read(&body)
            .err()
            .unwrap_or_else(|| panic!("{name} is read"));
        // Keys of a `Value` keep their order: the uid stands first.
        assert_eq!(malformed.uid.as_deref(), uid, "{name}");
        assert!(malformed.why.contains(why), "{name}: {}", malformed.why);
    }
}

#[test]
fn text_that_isnt_utf_8_still_has_its_uid() {
    let mut bytes = body(&request()).to_vec();
    let at = bytes.windows(4).position(|four| four == b"jane").unwrap();
    bytes[at] = 0xff;
    let malformed = read(&Bytes::from(bytes)).err().unwrap();
    assert_eq!(malformed.uid.as_deref(), Some("u-1"));
}

#[test]
fn objects_are_read_as_deep_as_in_files_and_no_deeper() {
    let nested = |depth: usize| {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let text = String::from_utf8(body(&request()).to_vec()).unwrap();
        let object = format!(
            r#""object":{{"metadata":{{"name":"x","labels":{{"a":"b"}}}},"spec":{deep}}},"ignored":0"#
        );
        let head = text.split_once("\"object\"").unwrap().0;
        Bytes::from(format!("{head}{object}}}}}"))
    };
    assert_eq!(read(&nested(199)).unwrap().complete().unreadable, None);
    for depth in [200, 1_000_000] {
        let complete = read(&nested(depth)).unwrap().complete();
        assert!(complete.unreadable.is_some(), "{depth}");
        let object = complete.review.object.unwrap();
        assert_eq!(object["metadata"]["labels"]["a"], "b", "{depth}");
    }
}

#[test]
fn brackets_in_strings_are_no_depth() {
    let mut request = request();
    request["object"]["spec"] = json!("[".repeat(500) + "\\\"" + &"{".repeat(500));
    assert_eq!(read(&body(&request)).unwrap().complete().unreadable, None);
}

#[test]
fn a_number_out_of_range_cant_be_judged() {
    let text = String::from_utf8(body(&request()).to_vec()).unwrap();
    let text = text.replace(
        "\"metadata\":{\"name\":\"web\"}",
        "\"metadata\":{},\"spec\":1e999",
    );
    let complete = read(&Bytes::from(text)).unwrap().complete();
    assert_eq!(
        complete.unreadable,
        Some("the object holds a number or a character out of range")
    );
}
