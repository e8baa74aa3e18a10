//! A set of files, scanned; and a webhook that judges by the same policies and knows the same objects.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use portcullis::bundle;
use portcullis::config::Config;
use portcullis::engine::{self, Bindings, Options, PolicySet};
use portcullis::evidence::{Extent, Objects};
use portcullis::model::{
    Enforcement, GroupVersionKind, InlineMode, Judged, Operation, Origin, Review,
};
use portcullis::scan::{self, Filter, Inputs, Judging, Progress, Selection};
use portcullis::setup::{self, Choice, Ready, Setup};
use portcullis::webhook::{Cap, Facts, InForce, State};
use serde_json::Value;

use super::served::{Served, TODAY, now};

/// Files and what was decided of them.
pub(crate) struct Set {
    /// What the files hold, in the scan's order.
    pub(crate) reviews: Vec<Review>,
    /// The scan's decisions, one for each of them.
    pub(crate) scanned: Vec<Judged>,
    /// What facts are made of, for scan and webhook alike.
    pub(crate) objects: Arc<Objects>,
    /// The policies, with more time than a busy machine takes, and everything that is bound.
    pub(crate) policies: PolicySet,
    pub(crate) bindings: Bindings,
    pub(crate) in_force: InForce,
    pub(crate) state: Arc<State>,
}

/// Everything that the profile `strict` binds; comments exempt nothing, since they don't reach a cluster.
fn ready() -> (Config, Ready) {
    let mut config = Config::default();
    config.inline = InlineMode::Deny;
    let ready = setup::ready(Setup {
        config: &config,
        sources: bundle::shipped(),
        exemptions: &[],
        some_exemptions: false,
        version: None,
        choice: Choice {
            profiles: &["strict".to_owned()],
            ..Choice::default()
        },
        today: TODAY.parse().unwrap(),
    });
    (config, ready.unwrap())
}

/// The same policies and bindings, which no time limit stops.
fn patient() -> (PolicySet, Bindings) {
    let (config, ready) = ready();
    let options = Options {
        time_limit: Duration::from_secs(30),
        ..setup::options(ready.version, &config)
    };
    let (set, problems) = engine::build(bundle::shipped(), &options);
    assert!(problems.is_empty());
    let (bindings, problems) = set.bind(ready.bindings, ready.exemptions, ready.inline);
    assert!(problems.is_empty(), "{problems:?}");
    (set, bindings)
}

fn in_force() -> InForce {
    let (config, ready) = ready();
    let cap = Cap {
        enforcement: Enforcement::Deny,
        live: false,
    };
    InForce::new(ready, &config, cap).unwrap()
}

impl Set {
    /// Scans what lies below `folders` of `directory`.
    pub(crate) fn new(directory: &Path, folders: &[&str]) -> Self {
        let inputs = || Inputs {
            directory: directory.to_owned(),
            selection: Selection::Paths(folders.iter().map(PathBuf::from).collect()),
            filter: Filter::default(),
            kind: None,
            max_file_size: 8 << 20,
            threads: 0,
        };
        let (policies, bindings) = patient();
        let judging = Judging {
            set: &policies,
            bindings: &bindings,
            now: now(),
            timeout: Duration::from_mins(10),
        };
        let scanned = scan::run(inputs(), judging, &Progress::default()).unwrap();
        assert!(!scanned.panicked);
        let (looked, _) = scan::look(inputs(), &Progress::default()).unwrap();
        let reviews: Vec<Review> = looked
            .into_iter()
            .flat_map(|file| file.read.reviews)
            .collect();
        assert_eq!(reviews.len(), scanned.judged.len());
        let mut objects = Objects::new(Extent::Whole);
        for (review, judged) in reviews.iter().zip(&scanned.judged) {
            assert_eq!(review.resource_shown(), judged.resource);
            objects.insert(review);
        }
        let objects = Arc::new(objects);
        let state = Served::nothing()
            .facts(Facts::Objects(Arc::clone(&objects)))
            .workers(2)
            .state_of(in_force());
        Self {
            reviews,
            scanned: scanned.judged,
            objects,
            policies,
            bindings,
            in_force: in_force(),
            state,
        }
    }
}

/// The review of a request, made without the webhook's own reader.
pub(crate) fn admitted(request: &Value, object: Value) -> Review {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let part = |name: &str| text(&request["kind"][name]);
    let kind = GroupVersionKind::new(part("group"), part("version"), part("kind"));
    let is_namespace = kind.group.is_empty() && kind.kind == "Namespace";
    let origin = Origin::Admission {
        uid: text(&request["uid"]),
    };
    let old = &request["oldObject"];
    Review {
        operation: Operation::from_name(request["operation"].as_str().unwrap()).unwrap(),
        name: text(&request["name"]),
        namespace: if is_namespace {
            String::new()
        } else {
            text(&request["namespace"])
        },
        user_info: Some(request["userInfo"].clone().into()),
        old_object: (!old.is_null()).then(|| old.clone().into()),
        ..Review::create(kind, object, origin)
    }
}
