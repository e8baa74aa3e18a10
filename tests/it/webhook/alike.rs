//! One object, and what scan, engine, router and server make of it, held side by side.

use std::sync::Arc;

use portcullis::engine;
use portcullis::model::{Decision, Enforcement, FailureClass, Review, Status, Verdict};
use portcullis::webhook::{self, Entry};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::answer::Said;
use super::client::Client;
use super::review::{self, body};
use super::served::now;
use super::server::Server;
use super::set::{self, Set};

/// Why two faces don't agree.
pub(crate) enum Difference {
    /// A policy ran past its time limit, which the wall's clock decides.
    Time,
    /// Anything else.
    Fault(String),
}

impl From<String> for Difference {
    fn from(fault: String) -> Self {
        if fault.contains("ran past its time limit") {
            Self::Time
        } else {
            Self::Fault(fault)
        }
    }
}

/// What a decision says of one violation.
type Line = (String, String, String, Enforcement, String, Status, bool);

fn lines<'a>(decisions: impl IntoIterator<Item = &'a Decision>) -> Vec<Line> {
    let findings = decisions
        .into_iter()
        .flat_map(|decision| &decision.findings);
    let mut lines: Vec<Line> = findings
        .map(|finding| {
            (
                finding.policy.to_string(),
                finding.path.to_pointer(),
                finding.message.clone(),
                finding.enforcement,
                format!(
                    "{} {} {:?} {:?}",
                    finding.severity, finding.confidence, finding.found, finding.wanted
                ),
                finding.status,
                finding.pre_existing,
            )
        })
        .collect();
    lines.sort_by(|a, b| format!("{a:?}").cmp(&format!("{b:?}")));
    lines
}

/// Failures, and what wasn't known.
fn rest<'a>(decisions: impl IntoIterator<Item = &'a Decision>) -> Vec<String> {
    let of = |decision: &Decision| -> Vec<String> {
        let failures = decision.failures.iter();
        let failures = failures.map(|one| format!("{} {}: {}", one.policy, one.class, one.message));
        let unknown = decision.not_known.iter().chain(&decision.not_applicable);
        failures
            .chain(unknown.map(|one| format!("{}: {}", one.policy, one.reason)))
            .collect()
    };
    let mut rest: Vec<String> = decisions.into_iter().flat_map(of).collect();
    rest.sort();
    rest
}

/// The request that would create the object of a file.
pub(crate) fn request(review: &Review) -> Value {
    let mut request = review::create((**review.object.as_ref().unwrap()).clone());
    let kind = serde_json::json!({
        "group": review.kind.group, "version": review.kind.version, "kind": review.kind.kind,
    });
    request["kind"] = kind.clone();
    request["requestKind"] = kind;
    request
}

/// An object that is judged by every face.
pub(crate) struct Subject<'a> {
    pub(crate) name: String,
    pub(crate) request: Value,
    pub(crate) scanned: &'a Decision,
}

fn is_late(decision: &Decision) -> bool {
    let mut failures = decision.failures.iter();
    failures.any(|failure| failure.class == FailureClass::Deadline)
}

impl Subject<'_> {
    /// Whether every face makes the same of it.
    pub(crate) fn compare(&self, set: &Set, faces: &mut Faces) -> Result<(), Difference> {
        self.decisions(set)?;
        Ok(self.answers(faces)?)
    }

    /// Whether the engine decides the same with the webhook's bindings on the webhook's review.
    fn decisions(&self, set: &Set) -> Result<(), Difference> {
        let object: Value =
            serde_json::from_slice(&serde_json::to_vec(&self.request["object"]).unwrap()).unwrap();
        let review = set::admitted(&self.request, object);
        let judged = Entry::ALL.map(|entry| {
            let bindings = set.in_force.bindings(entry);
            let evidence = set
                .objects
                .gather(&set.policies.needs(bindings, &review), &review);
            engine::evaluate(&set.policies, bindings, &review, &evidence, now())
        });
        if judged.iter().chain([self.scanned]).any(is_late) {
            return Err(Difference::Time);
        }
        self.same("findings", &lines([self.scanned]), &lines(&judged))?;
        self.same("failures", &rest([self.scanned]), &rest(&judged))?;
        self.same("verdict", &self.scanned.verdict, &judged[0].verdict)?;
        self.same("observe's verdict", &Verdict::Allow, &judged[1].verdict)?;
        Ok(())
    }

    fn same<T: PartialEq + std::fmt::Debug>(
        &self,
        what: &str,
        scan: &T,
        other: &T,
    ) -> Result<(), String> {
        if scan == other {
            return Ok(());
        }
        Err(format!(
            "{}: {what}\n  scan    {scan:?}\n  webhook {other:?}",
            self.name
        ))
    }

    /// Whether both entries say, in process and over the wire, what the scan has decided.
    fn answers(&self, faces: &mut Faces) -> Result<(), String> {
        let body = body(&self.request);
        let uid = self.request["uid"].as_str().unwrap();
        let mut listed = Vec::new();
        let mut counted = 0;
        for entry in Entry::ALL {
            let answered =
                faces
                    .runtime
                    .block_on(webhook::answer(&faces.server.state, entry, body.clone()));
            let answered = answered.map_err(|why| format!("{}: {why}", self.name))?;
            let reply = faces
                .client
                .post(&format!("/validate/{}?timeout=30s", entry.as_str()), &body);
            self.same("answer", &answered.json.as_str(), &reply.text())?;
            let said = Said::read(&reply, uid);
            let denies = entry == Entry::Enforce && self.scanned.verdict == Verdict::Deny;
            self.same("allowed", &!denies, &said.allowed)?;
            if entry == Entry::Enforce {
                self.same("causes", &self.causes(), &said.causes)?;
            }
            counted += take(&said, &mut listed);
        }
        let new = self
            .scanned
            .findings
            .iter()
            .filter(|finding| finding.status == Status::New);
        let new: Vec<String> = new
            .map(|finding| format!("{} {}", finding.policy, finding.path))
            .collect();
        self.same("violations", &new.len(), &counted)?;
        let known = |line: &String| {
            new.iter().any(|own| {
                own.trim_end() == line || line == &format!("{own}the object") || line.ends_with('…')
            })
        };
        match listed.iter().find(|line| !known(line)) {
            Some(line) => Err(format!("{}: the scan doesn't know {line:?}", self.name)),
            None => Ok(()),
        }
    }

    /// The causes of a denial as the contract orders them, made of the scan's decision.
    fn causes(&self) -> Vec<(String, String, String)> {
        let one_line = |text: &str| {
            let words = text.split(|c: char| c.is_whitespace() || c.is_control());
            words
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let failures = self.scanned.failures.iter();
        let failures = failures
            .filter(|one| one.enforcement == Enforcement::Deny)
            .map(|one| {
                (
                    one.policy.to_string(),
                    String::new(),
                    format!("could not be evaluated: {}", one.message),
                )
            });
        let findings = self.scanned.findings.iter();
        let mut findings: Vec<_> = findings
            .filter(|one| one.denies() && one.superseded_by.is_none())
            .collect();
        findings.sort_by_key(|one| (std::cmp::Reverse(one.severity), &one.policy, &one.path));
        let findings = findings.into_iter().map(|one| {
            (
                one.policy.to_string(),
                one.path.to_string(),
                one_line(&one.message),
            )
        });
        failures.chain(findings).take(16).collect()
    }
}

/// Adds the violations that an annotation lists, and counts those that it leaves out as well.
fn take(said: &Said, listed: &mut Vec<String>) -> usize {
    let Some(text) = said.annotations.get("violations") else {
        return 0;
    };
    let (text, rest) = match text.rsplit_once("; +") {
        Some((text, rest)) if rest.ends_with(" more") => (text, rest),
        _ => (text.as_str(), "0 more"),
    };
    let lines: Vec<String> = text.split("; ").map(str::to_owned).collect();
    let count = lines.len();
    listed.extend(lines);
    count + rest.split(' ').next().unwrap().parse::<usize>().unwrap()
}

/// What answers: a server, a connection to it, and a runtime for the calls in process.
pub(crate) struct Faces {
    server: Server,
    client: Client,
    runtime: Runtime,
}

impl Faces {
    pub(crate) fn of(set: &Set) -> Self {
        let server = Server::start(Arc::clone(&set.state));
        Self {
            client: server.target.connect().unwrap(),
            server,
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
        }
    }
}
