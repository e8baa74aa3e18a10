//! What a server judges by in a test: policies of our own written for it, profiles, a configuration, and how it runs.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use portcullis::model::{Enforcement, SourceText};
use portcullis::webhook::reload::{Loader, Terms, Texts};
use portcullis::webhook::{Cap, DecisionLog, Facts, InForce, Settings, State, Traces};
use serde_json::{Value, json};

/// The day of all tests, unless they say another.
pub(crate) const TODAY: &str = "2026-11-27";

/// A state in the making; the default has no policies at all.
pub(crate) struct Served {
    texts: Texts,
    profiles: Vec<String>,
    most: Enforcement,
    facts: Facts,
    log: DecisionLog,
    settings: Settings,
}

/// The time of all tests.
pub(crate) fn now() -> Timestamp {
    format!("{TODAY}T12:00:00Z").parse().unwrap()
}

impl Served {
    /// The policies of a shipped profile.
    pub(crate) fn profile(name: &str) -> Self {
        Self {
            profiles: vec![name.to_owned()],
            ..Self::nothing()
        }
    }

    /// No policies but those that the test adds.
    pub(crate) fn nothing() -> Self {
        Self {
            texts: Texts::default(),
            profiles: Vec::new(),
            most: Enforcement::Deny,
            facts: Facts::Nothing,
            log: DecisionLog::nowhere(),
            settings: Settings {
                workers: Some(1),
                max_body: 7 << 20,
                timeout: Duration::from_secs(10),
                fail_closed: true,
                now,
                traces: Traces::default(),
            },
        }
    }

    /// One more policy, `own/<name>`.
    pub(crate) fn policy(mut self, name: &str, custom: &Value, body: &str) -> Self {
        let text = policy(name, custom, body);
        self.texts
            .modules
            .push(source(&format!("{name}.rego"), &text));
        self
    }

    /// A configuration in the place of that of the profiles.
    pub(crate) fn config(mut self, text: &str) -> Self {
        self.texts.configs = vec![source("portcullis.yaml", text)];
        self
    }

    /// All texts of the configuration.
    pub(crate) fn texts(mut self, texts: Texts) -> Self {
        self.texts = texts;
        self
    }

    /// No binding costs more.
    pub(crate) fn at_most(mut self, most: Enforcement) -> Self {
        self.most = most;
        self
    }

    /// What can't be judged is admitted.
    pub(crate) fn fail_open(mut self) -> Self {
        self.settings.fail_closed = false;
        self
    }

    pub(crate) fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = Some(workers);
        self
    }

    pub(crate) fn clock(mut self, now: fn() -> Timestamp) -> Self {
        self.settings.now = now;
        self
    }

    pub(crate) fn facts(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }

    pub(crate) fn log(mut self, log: DecisionLog) -> Self {
        self.log = log;
        self
    }

    /// What is in force by these texts.
    pub(crate) fn in_force(&self) -> InForce {
        let terms = Terms {
            cap: Cap {
                enforcement: self.most,
                live: false,
            },
            profiles: self.profiles.clone(),
            version: None,
            server: None,
        };
        let mut texts = self.texts.clone();
        if self.profiles.is_empty() && texts.configs.is_empty() {
            texts.configs = vec![source("portcullis.yaml", "version: 1\nprofiles: []\n")];
        }
        let loaded = Loader::new(terms, Texts::default()).load(texts, TODAY.parse().unwrap());
        let loaded = loaded.unwrap_or_else(|errors| panic!("{errors:?}"));
        assert!(loaded.troubles.is_empty(), "{:?}", loaded.troubles);
        loaded.in_force
    }

    pub(crate) fn state(self) -> Arc<State> {
        let in_force = self.in_force();
        self.state_of(in_force)
    }

    /// A state that judges by what is in force already.
    pub(crate) fn state_of(self, in_force: InForce) -> Arc<State> {
        let state = State::new(in_force, self.facts, self.log, self.settings).unwrap();
        state.health().namespaces_are_known();
        Arc::new(state)
    }
}

pub(crate) fn source(name: &str, text: &str) -> Arc<SourceText> {
    Arc::new(SourceText::new(name, text))
}

/// The module of the policy `own/<name>`: severity high, new and changed Pods, but for what `custom` says.
pub(crate) fn policy(name: &str, custom: &Value, body: &str) -> String {
    let mut keys = json!({
        "severity": "high", "remediation": "Mend it.",
        "scope": {"kinds": ["Pod"], "operations": ["CREATE", "UPDATE"]},
    });
    for (key, value) in custom.as_object().unwrap() {
        keys[key] = value.clone();
    }
    let mut text = format!("# METADATA\n# title: {name}\n# description: A test.\n# custom:\n");
    for (key, value) in keys.as_object().unwrap() {
        writeln!(text, "#   {key}: {value}").unwrap();
    }
    let package = name.replace('-', "_");
    writeln!(text, "package policies.own.{package}\n\n{body}").unwrap();
    text
}

/// A rule that finds the object itself bad if `condition` holds.
pub(crate) fn finds(condition: &str) -> String {
    format!(
        "violation contains {{\"path\": [\"metadata\", \"name\"], \"msg\": \"bad\"}} if {{\n\t{condition}\n}}\n"
    )
}

/// Never ends by itself: it is stopped after a quarter of a second.
pub(crate) const ENDLESS: &str = "a := numbers.range(1, 3000)
	b := a
	some x in a
	some y in b
	some z in a
	x * y * z == -1";
