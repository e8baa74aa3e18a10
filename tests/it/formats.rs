//! Every machine format against its schema, clean and with findings.

use std::fs;

use serde_json::{Value, json};

use crate::project::{Project, pod, privileged, repository};

/// Projects without and with findings, an unreadable file and an exempt finding.
fn projects() -> [Project; 2] {
    let exempt = "      # portcullis: ignore[least-privilege/privileged-container] reason=\"device\"\n      privileged: true\n";
    [
        Project::new().file("good.yaml", pod("good", "")),
        Project::new()
            .file("bad.yaml", privileged("bad"))
            .file("exempt.yaml", pod("exempt", exempt))
            .file("broken.yaml", "a: [")
            .file("sp ace/%.yaml", privileged("odd")),
    ]
}

fn schema(name: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(repository().join("testdata/schema").join(name)).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // OASIS' pattern has a bracket too many for a regular expression; we write no `language`.
    for holder in ["run", "toolComponent"] {
        if let Some(language) =
            schema.pointer_mut(&format!("/definitions/{holder}/properties/language"))
        {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    jsonschema::options().build(&schema).unwrap()
}

#[track_caller]
fn valid(validator: &jsonschema::Validator, document: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

fn report(project: &Project, format: &str) -> Value {
    serde_json::from_str(&project.run(&format!("scan . -f {format}")).stdout).unwrap()
}

#[test]
fn sarif_is_what_oasis_says() {
    let validator = schema("sarif-2.1.0.schema.json");
    for project in projects() {
        let document = report(&project, "sarif");
        valid(&validator, &document);
        assert!(document["runs"][0]["results"].is_array());
    }
    let document = report(&projects()[1], "sarif");
    let results = document["runs"][0]["results"].as_array().unwrap();
    let region = &results[0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        region,
        &json!({"startLine": 15, "startColumn": 7, "endLine": 15, "endColumn": 23})
    );
    let uris: Vec<&str> = results
        .iter()
        .map(|result| {
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert!(uris.contains(&"sp%20ace/%25.yaml"), "{uris:?}");
    assert_eq!(
        document["runs"][0]["invocations"][0]["executionSuccessful"],
        json!(false)
    );
    let mut validator_bites = document;
    validator_bites["runs"][0]["results"][0]["level"] = json!("terrible");
    assert!(
        !validator.is_valid(&validator_bites),
        "the schema would pass anything"
    );
}

#[test]
fn gitlab_gets_its_documented_fields() {
    let validator = schema("gitlab-code-quality.schema.json");
    for project in projects() {
        valid(&validator, &report(&project, "gitlab"));
    }
    assert_eq!(report(&projects()[0], "gitlab"), json!([]));
}

#[test]
fn json_is_what_its_published_schema_says() {
    for project in projects() {
        let published: Value = serde_json::from_str(&project.run("schema report").stdout).unwrap();
        valid(
            &jsonschema::options().build(&published).unwrap(),
            &report(&project, "json"),
        );
        let published: Value = serde_json::from_str(&project.run("schema finding").stdout).unwrap();
        let validator = jsonschema::options().build(&published).unwrap();
        let lines = project.run("scan . -f jsonl").stdout;
        let (last, findings) = lines
            .lines()
            .collect::<Vec<_>>()
            .split_last()
            .map(|(l, f)| {
                (
                    l.to_string(),
                    f.iter().map(ToString::to_string).collect::<Vec<_>>(),
                )
            })
            .unwrap();
        for line in findings {
            valid(&validator, &serde_json::from_str(&line).unwrap());
        }
        let last: Value = serde_json::from_str(&last).unwrap();
        assert!(last["coverage"].is_object() && last["failures"].is_array());
    }
}

#[test]
fn a_subfolder_of_a_repository_is_named_from_its_root_in_sarif() {
    let project = Project::new().file("sub/bad.yaml", privileged("bad"));
    project.git("init -q");
    let run = crate::project::run_in(&project.path().join("sub"), "scan . -f sarif", b"");
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        ["uri"];
    assert_eq!(place, "sub/bad.yaml");
}
