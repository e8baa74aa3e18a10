//! Whole reviews as an API server sends them: the command `review`, the router and the real server say the same of them.

use std::fs;

use super::answer::{Said, send};
use super::cases;
use super::process::Process;
use super::served::Served;
use crate::project::Project;

/// Each review, and the policies of the profile `baseline` that deny it.
const REVIEWS: [(&str, &[&str]); 8] = [
    ("deployment-scale-update", &[]),
    ("deployment-update", &["least-privilege/host-namespace"]),
    ("namespace-delete", &[]),
    ("pod-create", &["least-privilege/privileged-container"]),
    (
        "pod-ephemeralcontainers-update",
        &["least-privilege/privileged-container"],
    ),
    ("pod-exec-connect", &[]),
    ("pod-generated-create", &[]),
    ("token-create", &[]),
];

#[test]
fn a_recorded_review_has_one_answer() {
    let folder = cases::folder().join("reviews");
    let files = cases::files(&folder);
    let names = files
        .iter()
        .map(|file| file.file_stem().unwrap().to_str().unwrap());
    let known: Vec<&str> = REVIEWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.collect::<Vec<_>>(), known);
    let state = Served::profile("baseline").state();
    let process = Process::start(Project::new(), "--profile baseline");
    let project = Project::new();
    for (file, (name, denying)) in files.iter().zip(REVIEWS) {
        let body = fs::read(file).unwrap();
        let review: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let uid = review["request"]["uid"].as_str().unwrap();
        for entry in ["enforce", "observe"] {
            let path = format!("/validate/{entry}?timeout=10s");
            let (_, _, answer) = send(&state, &path, body.clone());
            let reply = process.target.post(&path, &body);
            let run =
                project.run_with(&format!("review --profile baseline --entry {entry}"), &body);
            let answer = String::from_utf8(answer).unwrap();
            assert_eq!(reply.text(), answer, "{name}");
            assert_eq!(run.stdout.trim_end(), answer, "{name}");
            let said = Said::read(&reply, uid);
            let denied = entry == "enforce" && !denying.is_empty();
            assert_eq!(run.code, i32::from(denied), "{name}: {}", run.stderr);
            if denied {
                said.is_denied_by(denying);
            } else {
                said.is_silent();
            }
        }
    }
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn the_exit_code_of_review_tells_what_became_of_it() {
    let folder = cases::folder();
    let config = folder.join("config/exempt");
    let good = fs::read(folder.join("reviews/pod-generated-create.json")).unwrap();
    let bad = fs::read(folder.join("reviews/pod-create.json")).unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let failing = text.replacen("\"kind\": \"Pod\"", "\"kind\": \"ConfigMap\"", 1);
    let project = Project::new();
    for (body, code) in [
        (good.as_slice(), 0),
        (bad.as_slice(), 1),
        (failing.as_bytes(), 4),
        (b"hello".as_slice(), 3),
        (b"", 3),
        (text.replace("CREATE", "PATCH").as_bytes(), 4),
    ] {
        let run = project.run_with(&format!("review --config {}", config.display()), body);
        assert_eq!(run.code, code, "{run:?}");
        assert_eq!(run.stdout.is_empty(), code == 3, "{run:?}");
    }
    let run = project.run_with("review --config nowhere", &good);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
}
