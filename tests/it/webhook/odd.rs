//! Objects and names that nobody writes by chance: too deep, out of range, of any characters; each is judged, or a failure of the
//! policies that apply, and ends nothing.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::answer::Said;
use super::cases;
use super::review::{UID, body, create, pod, privileged, service, update};
use super::served::Served;
use super::server::Server;

const ENFORCE: &str = "/validate/enforce?timeout=10s";
const PRIVILEGED: &str = "least-privilege/privileged-container";

static SERVER: LazyLock<Server> =
    LazyLock::new(|| Server::start(Served::profile("baseline").workers(2).state()));

/// The answer to a body; others are answered as ever after it.
#[track_caller]
fn said(body: &[u8]) -> Said {
    let said = Said::read(&SERVER.post(ENFORCE, body), UID);
    let good = SERVER.post(ENFORCE, &super::review::body(&create(pod())));
    Said::read(&good, UID).is_silent();
    said
}

/// A Pod that nests `depth` levels in all.
fn nested(mut object: Value, depth: usize) -> Vec<u8> {
    object["spec"]["x"] = json!("INNER");
    let inner = format!("{}{}", "[".repeat(depth - 2), "]".repeat(depth - 2));
    let text = String::from_utf8(body(&create(object))).unwrap();
    text.replace("\"INNER\"", &inner).into_bytes()
}

#[test]
fn nesting_is_judged_to_200_levels_and_a_failure_of_the_policies_that_apply_beyond() {
    said(&nested(pod(), 200)).is_silent();
    said(&nested(privileged(), 200)).is_denied_by(&[PRIVILEGED]);
    for depth in [201, 1_000, 100_000] {
        let failed = said(&nested(pod(), depth));
        assert!(!failed.allowed && failed.code == 403, "{failed:?}");
        assert!(failed.denying().contains(&PRIVILEGED), "{failed:?}");
        assert!(failed.annotations.contains_key("failures"));
        // No policy is about Services: nobody asks how deep they are.
        said(&nested(service(), depth)).is_silent();
    }
}

#[test]
fn nesting_outside_the_object_harms_nobody() {
    for depth in [100, 201, 100_000] {
        let inner = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for (from, to) in [
            ("\"dryRun\":", format!("\"unheardOf\":{inner},\"dryRun\":")),
            (
                "\"apiVersion\":\"admission",
                format!("\"unheardOf\":{inner},\"apiVersion\":\"admission"),
            ),
        ] {
            let text = String::from_utf8(body(&create(privileged()))).unwrap();
            let text = text.replacen(from, &to, 1);
            said(text.as_bytes()).is_denied_by(&[PRIVILEGED]);
        }
    }
}

/// A request in which `member` nests too deep.
fn with_deep(request: &Value, member: &str) -> Vec<u8> {
    let mut request = request.clone();
    request[member]["x"] = json!("INNER");
    let inner = format!("{}{}", "[".repeat(201), "]".repeat(201));
    let text = String::from_utf8(body(&request)).unwrap();
    text.replace("\"INNER\"", &inner).into_bytes()
}

#[test]
fn any_part_that_is_too_deep_is_a_failure_and_never_a_way_around() {
    let request = update(pod(), pod());
    for member in ["object", "oldObject", "options", "userInfo"] {
        let failed = said(&with_deep(&request, member));
        assert!(failed.denying().contains(&PRIVILEGED), "{member}");
    }
}

#[test]
fn what_is_too_deep_is_still_selected_by_its_labels() {
    let server = Server::start(Served::nothing().texts(cases::config("own")).state());
    let mut labelled = pod();
    labelled["metadata"]["labels"]["tier"] = json!("gold");
    for (new, old, selected) in [
        (pod(), pod(), false),
        (labelled.clone(), pod(), true),
        (pod(), labelled, true),
    ] {
        for member in ["object", "oldObject"] {
            let request = update(new.clone(), old.clone());
            let reply = server.post(ENFORCE, &with_deep(&request, member));
            let said = Said::read(&reply, UID);
            assert_eq!(said.denying().contains(&"own/gold"), selected, "{said:?}");
        }
    }
}

/// An update of a Pod in deletion that is too deep on both sides, and takes a finalizer away.
fn finishing() -> Value {
    let mut deleted = pod();
    deleted["metadata"]["deletionTimestamp"] = json!("2026-11-27T00:00:00Z");
    let mut old = deleted.clone();
    old["metadata"]["finalizers"] = json!(["a.example/b"]);
    let mut request = update(deleted, old);
    request["oldObject"]["x"] = json!("INNER");
    request
}

#[test]
fn a_deletion_is_finished_however_deep_the_object_is() {
    said(&with_deep(&finishing(), "object")).is_silent();
    let mut optioned = finishing();
    optioned["options"]["x"] = json!("INNER");
    said(&with_deep(&optioned, "object")).is_silent();
}

#[test]
fn depth_hides_nothing_in_an_update_that_finishes_a_deletion() {
    for (pointer, value) in [
        ("/object/spec/hostNetwork", json!(true)),
        ("/object/spec/x", json!("INNER")),
        ("/object/metadata/labels", json!({"app": "other"})),
        ("/object/metadata/deletionTimestamp", Value::Null),
        ("/oldObject/x", json!(["INNER"])),
        ("/operation", json!("CREATE")),
    ] {
        let mut request = finishing();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        request.pointer_mut(parent).unwrap()[key] = value;
        let failed = said(&with_deep(&request, "object"));
        assert!(failed.denying().contains(&PRIVILEGED), "{pointer}");
    }
}

#[test]
fn odd_values_are_judged_or_fail_and_end_nothing() {
    let with = |from: &str, to: &str| {
        let text = String::from_utf8(body(&create(privileged()))).unwrap();
        assert!(text.contains(from));
        text.replacen(from, to, 1).into_bytes()
    };
    let user = "\"runAsUser\":20000";
    let many: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":\"v\",")).collect();
    for (what, body) in [
        (
            "a number beyond 64 bits",
            with(user, "\"runAsUser\":99999999999999999999999999"),
        ),
        (
            "a number that no double holds",
            with(user, "\"runAsUser\":1e999"),
        ),
        (
            "a number of 10,000 digits",
            with(user, &format!("\"runAsUser\":{}", "9".repeat(10_000))),
        ),
        ("a tiny number", with(user, "\"runAsUser\":1e-999")),
        ("minus zero", with(user, "\"runAsUser\":-0")),
        (
            "a key twice, the last counts",
            with(
                "\"privileged\":true",
                "\"privileged\":false,\"privileged\":true",
            ),
        ),
        (
            "a list twice",
            with("\"containers\":", "\"containers\":[],\"containers\":"),
        ),
        (
            "an object twice",
            with("\"spec\":{", "\"spec\":{},\"spec\":{"),
        ),
        (
            "a NUL in a name",
            with("\"name\":\"app\"", "\"name\":\"a\\u0000pp\""),
        ),
        (
            "100,000 members",
            with("\"labels\":{", &format!("\"labels\":{{{}", many.concat())),
        ),
    ] {
        let said = said(&body);
        assert!(!said.allowed, "{what}: {said:?}");
        assert!(said.denying().contains(&PRIVILEGED), "{what}: {said:?}");
    }
}

#[test]
fn names_of_any_characters_break_no_warning() {
    let server = Server::start(Served::profile("strict").workers(2).state());
    for name in [
        "a\u{0}b",
        "a\nb\r\nc",
        "\u{1b}[31mred",
        "\u{7f}\u{85}\u{9f}",
        "a\u{2028}b",
        "\t",
        "é😀",
        "\"\\",
    ] {
        for bad in [
            json!({}),
            privileged()["spec"]["containers"][0]["securityContext"].clone(),
        ] {
            let mut pod = pod();
            pod["metadata"]["name"] = json!(name);
            pod["metadata"]["namespace"] = json!(name);
            pod["spec"]["volumes"] = json!([{"name": name, "hostPath": {"path": name}}]);
            pod["spec"]["containers"][0] =
                json!({"name": name, "image": name, "securityContext": bad});
            for path in [
                "/validate/enforce?timeout=10s",
                "/validate/observe?timeout=10s",
            ] {
                // Reading holds every text against what Kubernetes takes.
                let said = Said::read(&server.post(path, &body(&create(pod.clone()))), UID);
                assert!(
                    said.allowed == path.contains("observe"),
                    "{name:?}: {said:?}"
                );
                assert!(!said.warnings.is_empty() || !said.causes.is_empty());
            }
        }
    }
}

#[test]
fn characters_that_reorder_a_line_are_shown_as_escapes() {
    {
        let mut pod = pod();
        pod["spec"]["volumes"] = json!([{"name": "v", "hostPath": {"path": "/a\u{202e}b"}}]);
        let said = Said::read(&SERVER.post(ENFORCE, &body(&create(pod))), UID);
        assert!(!said.message.contains('\u{202e}'), "{}", said.message);
    }
}
