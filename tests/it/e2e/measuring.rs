//! What operators measure, against what the chart's alerts and dashboard ask for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, PostParams};
use serde_json::json;

use super::deciding::object;
use super::installed::Installed;
use super::own::refusing;
use crate::control_plane::wait::eventually;
use crate::project::repository;

const PREFIX: &str = "portcullis_";

#[tokio::test(flavor = "multi_thread")]
async fn the_chart_asks_for_metrics_that_there_are() {
    let Some(installed) = Installed::with_replicas(1, &["--profile=baseline"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    // A series appears with what it counts: a refusal, a failure, a pass, an exemption.
    let map = refusing(
        "map",
        "{kinds: [ConfigMap], operations: [CREATE]}",
        "to_number(input.review.object.data.number) > 3",
    );
    let expires = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 30);
    let exempt = json!({"exemptions": [{
        "policy": "least-privilege/privileged-container", "match": {"names": ["exempt"]},
        "reason": "A test.", "owner": "test", "expires": expires.strftime("%Y-%m-%d").to_string(),
    }]});
    let exempt = exempt.to_string();
    installed.configure("own", &json!({"map.rego": map, "exemptions.yaml": exempt}));
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let maps: Api<ConfigMap> = Api::namespaced(installed.plane.client(), shop.name());
    let broken = json!({"metadata": {"name": "any"}, "data": {"number": "four"}});
    let broken = serde_json::from_value(broken).unwrap();
    eventually("a policy fails", async || {
        maps.create(&dry, &broken).await.err()
    })
    .await;
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), shop.name());
    for privileged in [true, false] {
        let context = json!({"securityContext": {"privileged": privileged}});
        let admitted = pods.create(&dry, &object("any", &context)).await.is_ok();
        assert_ne!(admitted, privileged);
    }
    let privileged = json!({"securityContext": {"privileged": true}});
    pods.create(&dry, &object("exempt", &privileged))
        .await
        .unwrap();

    let text = installed.metrics(0).await;
    let series = text.lines().filter(|line| !line.starts_with('#'));
    let exposed: BTreeSet<&str> = series
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let asked = names(&repository().join("charts/portcullis"));
    assert!(asked.len() > 10, "{asked:?}");
    let missing: Vec<&String> = asked
        .iter()
        .filter(|name| !exposed.contains(name.as_str()))
        .collect();
    assert!(exposed.contains("portcullis_exemptions"), "{exposed:#?}");
    assert!(missing.is_empty(), "{missing:?} not among {exposed:#?}");
}

/// All metrics of ours that files below `folder` name.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(self::names(&path));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let part_of_name = |c: &char| c.is_ascii_lowercase() || *c == '_';
        names.extend(text.split(PREFIX).skip(1).map(|rest| {
            let rest: String = rest.chars().take_while(part_of_name).collect();
            format!("{PREFIX}{rest}")
        }));
    }
    names
}
