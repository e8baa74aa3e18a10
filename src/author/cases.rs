//! Cases: real inputs that a policy must deny at exact places, or allow.
//!
//! Reads every input as a scan does, so that positions are the real ones; writes nothing.
#![expect(clippy::disallowed_methods, reason = "measures how long a case took")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::files::Files;
use super::twins::{self, Twin};
use super::{Settings, files};
use crate::config::case::{self, Case};
use crate::config::expected::ExpectedFinding;
use crate::engine::{self, Bindings, PolicySet};
use crate::evidence::{Extent, Objects};
use crate::model::{
    Binding, Decision, Enforcement, Finding, GroupVersionKind, InlineMode, KubernetesVersion, Path,
    PodTemplate, Policy, Review, SourceText, TestKind, TestResult, TestStatus,
};
use crate::source::{self, ReadOptions};

/// One case file.
#[derive(Debug)]
pub(super) struct Found {
    /// The policy's folder.
    pub(super) folder: String,
    /// The file, as people know it.
    file: String,
    /// Whether it must be denied.
    deny: bool,
}

/// An `.expected` file as it should be.
#[derive(Debug)]
pub struct Update {
    /// The file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// The results of one case: folder and test each, and what its `.expected` should say.
type Results = (Vec<(String, TestResult)>, Option<Update>);

/// What a set is built for: a version, and configured pod templates.
type Target = (KubernetesVersion, Vec<PodTemplate>);

/// What cases are judged by.
pub(super) struct Cases<'a> {
    files: &'a Files,
    settings: &'a Settings,
    /// Policies by the folder of their file.
    policies: BTreeMap<String, Arc<Policy>>,
    /// A set for each Kubernetes version and pod templates that a case asks for.
    sets: Mutex<BTreeMap<Target, Arc<PolicySet>>>,
}

/// What a case says of itself, besides the object.
struct Prepared {
    policy: Arc<Policy>,
    set: Arc<PolicySet>,
    bindings: Bindings,
    case: Case,
    reviews: Vec<Review>,
    /// What the case's own objects say about each other.
    objects: Objects,
}

impl<'a> Cases<'a> {
    pub(super) fn new(files: &'a Files, set: PolicySet, settings: &'a Settings) -> Self {
        let folder = |policy: &Arc<Policy>| {
            let folder = policy
                .file
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            (folder.to_owned(), Arc::clone(policy))
        };
        let policies = set.policies().iter().map(folder).collect();
        let sets = BTreeMap::from([((KubernetesVersion::NEWEST, Vec::new()), Arc::new(set))]);
        Self {
            files,
            settings,
            policies,
            sets: Mutex::new(sets),
        }
    }

    /// Every wanted case file, by path.
    pub(super) fn found(&self) -> Vec<Found> {
        // A filter on Rego tests alone asks for no case.
        if self.settings.run.is_some() && self.settings.case.is_none() {
            return Vec::new();
        }
        self.files
            .names()
            .filter_map(|name| self.case_of(name))
            .collect()
    }

    fn case_of(&self, name: &str) -> Option<Found> {
        let (folder, rest) = name.split_once("/cases/")?;
        let (kind, file) = rest.split_once('/')?;
        let beside = file.ends_with(".expected") || file.ends_with(".case.yaml");
        let deny = match kind {
            "deny" => true,
            "allow" => false,
            _ => return None,
        };
        let wanted = self
            .settings
            .case
            .as_ref()
            .is_none_or(|filter| filter.is_match(rest));
        // `oldObject: other.yaml` of a sidecar is no case by itself.
        (wanted && !beside && !name.ends_with(".old.yaml")).then(|| Found {
            folder: folder.to_owned(),
            file: name.to_owned(),
            deny,
        })
    }

    /// Judges one case and its twins.
    pub(super) fn run(&self, found: &Found) -> Results {
        let started = Instant::now();
        let mut results = Vec::new();
        let mut update = None;
        match self.prepare(found) {
            Err(message) => results.push(self.result(found, "", TestStatus::Error, Some(message))),
            Ok(prepared) => {
                let (result, wanted) = self.plain(found, &prepared);
                update = wanted;
                let passed = result.status == TestStatus::Pass;
                results.push(result);
                if passed && prepared.case.twins {
                    results.extend(self.twins(found, &prepared));
                }
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        let timed = results.into_iter().enumerate().map(|(at, mut result)| {
            result.seconds = if at == 0 { seconds } else { 0.0 };
            (found.folder.clone(), result)
        });
        (timed.collect(), update)
    }

    fn prepare(&self, found: &Found) -> Result<Prepared, String> {
        let policy = self.policies.get(&found.folder).cloned();
        let policy = policy.ok_or("the policy of this folder didn't load")?;
        let case = self.sidecar(found)?;
        let set = self.set(&case);
        let binding = Binding {
            enforcement: Some(Enforcement::Deny),
            parameters: case.parameters.clone(),
            ..Binding::new(policy.id.clone(), found.file.clone())
        };
        let (bindings, problems) = set.bind(vec![binding], Vec::new(), InlineMode::Deny);
        if let Some(problem) = problems.first() {
            return Err(format!("its parameters don't fit: {}", problem.message));
        }
        let mut reviews = self.reviews(&found.file, case.as_path.as_deref())?;
        let old = match &case.old_object {
            Some(name) => self
                .reviews(&beside(&found.file, name), None)?
                .into_iter()
                .next(),
            None => None,
        };
        for review in &mut reviews {
            review.operation = case.operation.unwrap_or(review.operation);
            review.sub_resource.clone_from(&case.sub_resource);
            review.user_info = case.user_info.clone().map(Into::into);
            review.old_object = old.as_ref().and_then(|old| old.object.clone());
        }
        let mut objects = Objects::new(Extent::Part);
        for review in &reviews {
            objects.insert(review);
        }
        Ok(Prepared {
            policy,
            set,
            bindings,
            case,
            reviews,
            objects,
        })
    }

    /// The sidecar `<case>.case.yaml`, or what holds without one.
    fn sidecar(&self, found: &Found) -> Result<Case, String> {
        let stem = found
            .file
            .rsplit_once('.')
            .map_or(found.file.as_str(), |(stem, _)| stem);
        let name = format!("{stem}.case.yaml");
        let Some(bytes) = self.files.get(&name) else {
            return Ok(Case::default());
        };
        let source = Arc::new(SourceText::new(&name, String::from_utf8_lossy(bytes)));
        let document = source::yaml::read_core(Arc::clone(&source)).map_err(|error| {
            let place = source.place(error.span);
            format!("{name}:{}:{}: {error}", place.line, place.column)
        })?;
        case::read(&document).map_err(|errors| {
            let texts: Vec<String> = errors
                .iter()
                .map(|error| format!("{name}: {error}"))
                .collect();
            texts.join("; ")
        })
    }

    fn reviews(&self, file: &str, as_path: Option<&str>) -> Result<Vec<Review>, String> {
        let bytes = self
            .files
            .get(file)
            .ok_or_else(|| format!("`{file}` doesn't exist"))?;
        let options = ReadOptions {
            name: as_path.unwrap_or(file),
            kind: None,
            chart_template: false,
        };
        let read = source::read(bytes, &options);
        if let Some(unreadable) = read.unreadable.first() {
            return Err(format!(
                "{}:{}: {}",
                unreadable.line, unreadable.column, unreadable.message
            ));
        }
        if read.reviews.is_empty() {
            return Err("nothing in it was recognised".to_owned());
        }
        Ok(read.reviews)
    }

    /// The set for a case; the load checks have run for the newest version.
    fn set(&self, case: &Case) -> Arc<PolicySet> {
        let version = case.kubernetes_version.unwrap_or_default();
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let set = sets
            .entry((version, case.pod_templates.clone()))
            .or_insert_with(|| {
                let modules = self
                    .files
                    .sources()
                    .into_iter()
                    .filter(|source| !files::is_test(source.text.name()));
                let checked = modules.map(|source| engine::PolicySource {
                    shipped: true,
                    ..source
                });
                Arc::new(
                    engine::build(
                        checked.collect(),
                        &self.settings.options(version, case.pod_templates.clone()),
                    )
                    .0,
                )
            });
        Arc::clone(set)
    }

    /// Judges a review by what the case's objects say about each other, and what its sidecar says instead.
    fn decide(&self, prepared: &Prepared, review: &Review) -> Decision {
        let now = prepared.case.now.unwrap_or(self.settings.now);
        let needs = prepared.set.needs(&prepared.bindings, review);
        let mut evidence = prepared.objects.gather(&needs, review);
        for (name, fact) in &prepared.case.evidence.facts {
            evidence.facts.insert(*name, fact.clone());
            for of_template in evidence.of_templates.values_mut() {
                of_template.remove(name);
            }
        }
        engine::evaluate(&prepared.set, &prepared.bindings, review, &evidence, now)
    }

    /// The case as it stands in its file.
    fn plain(&self, found: &Found, prepared: &Prepared) -> (TestResult, Option<Update>) {
        let decisions: Vec<Decision> = prepared
            .reviews
            .iter()
            .map(|review| self.decide(prepared, review))
            .collect();
        if let Some(failure) = decisions
            .iter()
            .flat_map(|decision| &decision.failures)
            .next()
        {
            let message = format!("{}: {}", failure.class, failure.message);
            return (
                self.result(found, "", TestStatus::Error, Some(message)),
                None,
            );
        }
        if decisions.iter().all(|decision| decision.judged == 0) {
            let message =
                "never judged by this policy: its kind or operation is out of scope".to_owned();
            return (
                self.result(found, "", TestStatus::Fail, Some(message)),
                None,
            );
        }
        let got: Vec<String> = decisions
            .iter()
            .flat_map(|decision| &decision.findings)
            .map(line)
            .collect();
        let file = expected_file(&found.file);
        let written = self
            .files
            .get(&file)
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let expected: Vec<String> = written
            .iter()
            .flat_map(|text| text.lines())
            .map(str::to_owned)
            .collect();
        let mut result = self.result(found, "", TestStatus::Pass, None);
        if found.deny && got.is_empty() {
            result.status = TestStatus::Fail;
            result.message = Some("nothing was denied".to_owned());
            result.expected = expected;
            return (result, None);
        }
        if expected == got && (!found.deny || written.is_some()) {
            return (result, None);
        }
        result.status = TestStatus::Fail;
        result.message =
            (found.deny && written.is_none()).then(|| format!("`{file}` doesn't exist"));
        result.expected = expected;
        result.got = got;
        let update = found.deny.then(|| Update {
            file,
            text: result.got.join("\n") + "\n",
        });
        (result, update)
    }

    /// Each Pod of the case again, as its twins.
    fn twins(&self, found: &Found, prepared: &Prepared) -> Vec<TestResult> {
        let pod = GroupVersionKind::new("", "v1", "Pod");
        let scope = &prepared.policy.scope;
        if !scope.templates || !scope.kinds.iter().any(|kind| kind.matches(&pod)) {
            return Vec::new();
        }
        let pods = prepared
            .reviews
            .iter()
            .filter(|review| review.kind == pod && review.sub_resource.is_none());
        pods.flat_map(|pod| {
            let plain = self.decide(prepared, pod);
            twins::of(pod)
                .into_iter()
                .map(move |twin| (plain.clone(), twin))
        })
        .map(|(plain, twin)| self.twin(found, prepared, &plain, &twin))
        .collect()
    }

    fn twin(
        &self,
        found: &Found,
        prepared: &Prepared,
        plain: &Decision,
        twin: &Twin,
    ) -> TestResult {
        let mut expected = places(&plain.findings, |path| {
            (twin.ephemeral || !is_ephemeral(path)).then(|| twin.prefix.join(path))
        });
        let decision = self.decide(prepared, &twin.review);
        let mut got = places(&decision.findings, |path| Some(path.clone()));
        expected.sort();
        got.sort();
        let failed = decision.failures.first();
        let status = match failed {
            Some(_) => TestStatus::Error,
            None if expected == got => TestStatus::Pass,
            None => TestStatus::Fail,
        };
        let mut result = self.result(
            found,
            twin.name,
            status,
            failed.map(|failure| failure.message.clone()),
        );
        if status == TestStatus::Fail {
            result.message = Some("another verdict than the bare Pod's".to_owned());
            result.expected = expected;
            result.got = got;
        }
        result
    }

    fn result(
        &self,
        found: &Found,
        twin: &str,
        status: TestStatus,
        message: Option<String>,
    ) -> TestResult {
        let (_, name) = found
            .file
            .split_once("/cases/")
            .unwrap_or(("", &found.file));
        let expected = expected_file(&found.file);
        let by_lines = found.deny && self.files.get(&expected).is_some();
        TestResult {
            id: if twin.is_empty() {
                name.to_owned()
            } else {
                format!("{name} {twin}")
            },
            kind: TestKind::Case,
            file: if by_lines {
                expected
            } else {
                found.file.clone()
            },
            line: 1,
            status,
            message,
            expected: Vec::new(),
            got: Vec::new(),
            prints: Vec::new(),
            seconds: 0.0,
        }
    }
}

/// A finding as `.expected` writes it.
fn line(finding: &Finding) -> String {
    ExpectedFinding::of(finding).to_string()
}

/// Path and message of each finding that `map` keeps.
fn places(findings: &[Finding], map: impl Fn(&Path) -> Option<Path>) -> Vec<String> {
    let kept = findings
        .iter()
        .filter_map(|finding| Some((map(&finding.path)?, &finding.message)));
    kept.map(|(path, message)| format!("{path}  {message}"))
        .collect()
}

fn is_ephemeral(path: &Path) -> bool {
    Path::parse("spec.ephemeralContainers").is_some_and(|list| path.starts_with(&list))
}

fn expected_file(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}.expected")
}

/// A file named beside another one.
fn beside(file: &str, name: &str) -> String {
    file.rsplit_once('/')
        .map_or_else(|| name.to_owned(), |(folder, _)| format!("{folder}/{name}"))
}
