//! Objects got by exact name, each once at a time, and remembered for a moment.
//!
//! Never lists, and keeps of an object only what facts are made of.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kube::Client;
use kube::api::GetParams;
use kube::core::Request;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::{ClusterError, within};
use crate::evidence::{Answer, Lookup, LookupKind};

/// How long an answer is waited for, by whoever may still want it: longer than a review has.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long an object is taken for what it was.
const FOUND: Duration = Duration::from_secs(30);

/// How long an object is taken not to exist: what is applied in one go comes in any order.
const ABSENT: Duration = Duration::from_secs(1);

/// The most answers that are remembered.
const MOST: usize = 4096;

/// The longest name that is asked for, in bytes: those of Kubernetes end at 253.
const LONGEST: usize = 1024;

/// What the API server was asked for, and what it said.
pub(super) struct Asked {
    client: Client,
    answers: Mutex<BTreeMap<Lookup, Flight>>,
}

/// A question: `None` until it is answered.
type Flight = watch::Receiver<Option<Landed>>;

struct Landed {
    answer: Answer,
    /// When it is to be asked again.
    until: Instant,
}

impl Asked {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            answers: Mutex::default(),
        }
    }

    /// What the cluster says of an object until `deadline`; a later answer is there for who asks again.
    pub(super) async fn answer(&self, lookup: &Lookup, deadline: Instant) -> Answer {
        if [&lookup.namespace, &lookup.name]
            .iter()
            .any(|name| name.len() > LONGEST)
        {
            return Answer::Unreachable("its name is too long to be asked for".to_owned());
        }
        let Some(path) = path(lookup) else {
            return Answer::Absent;
        };
        let mut flight = self.flight(lookup, path);
        let landed = timeout_at(deadline, flight.wait_for(Option::is_some)).await;
        let late = || Answer::Unreachable(format!("can't {}: no answer in time", doing(lookup)));
        match landed {
            Ok(Ok(landed)) => landed
                .as_ref()
                .map_or_else(late, |landed| landed.answer.clone()),
            _ => late(),
        }
    }

    /// The question that is open or still answered, else a new one.
    fn flight(&self, lookup: &Lookup, path: String) -> Flight {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(flight) = answers.get(lookup).filter(|flight| holds(flight, now)) {
            return flight.clone();
        }
        if answers.len() >= MOST {
            answers.retain(|_, flight| holds(flight, now));
        }
        if answers.len() >= MOST {
            answers.pop_first();
        }
        let (sender, flight) = watch::channel(None);
        let (client, asked) = (self.client.clone(), lookup.clone());
        // Not awaited: who asks may give up earlier.
        tokio::spawn(async move {
            let answer = get(&client, &asked, &path).await;
            let until = Instant::now() + remembered(&answer);
            sender.send_replace(Some(Landed { answer, until }));
        });
        answers.insert(lookup.clone(), flight.clone());
        flight
    }
}

/// Whether the question is open, or its answer still counts.
fn holds(flight: &Flight, now: Instant) -> bool {
    match &*flight.borrow() {
        Some(landed) => now < landed.until,
        None => flight.has_changed().is_ok(),
    }
}

fn remembered(answer: &Answer) -> Duration {
    match answer {
        Answer::Found(_) => FOUND,
        Answer::Absent => ABSENT,
        // The next review may be luckier.
        Answer::Unreachable(_) => Duration::ZERO,
    }
}

async fn get(client: &Client, lookup: &Lookup, path: &str) -> Answer {
    let call = async {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let request = Request::new(folder).get(name, &GetParams::default());
        let request = request.map_err(kube::Error::BuildRequest)?;
        // Read here: kube logs what it can't read.
        let text = client.request_text(request).await?;
        serde_json::from_str(&text).map_err(kube::Error::SerdeError)
    };
    match within(PATIENCE, &doing(lookup), call).await {
        Ok(object) => Answer::Found(Arc::new(trimmed(&object))),
        // A proxy's 404 has no such reason.
        Err(ClusterError::Refused {
            code: 404, reason, ..
        }) if reason == "NotFound" => Answer::Absent,
        Err(error) => Answer::Unreachable(error.to_string()),
    }
}

/// Of an object what facts are made of.
pub(super) fn trimmed(object: &Value) -> Value {
    const KEPT: [&str; 5] = [
        "apiVersion",
        "kind",
        "rules",
        "aggregationRule",
        "automountServiceAccountToken",
    ];
    const OF_METADATA: [&str; 4] = ["name", "namespace", "labels", "annotations"];
    let pick = |from: &Value, keys: &[&str]| -> serde_json::Map<String, Value> {
        let known = keys
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), from.get(key)?.clone())));
        known.collect()
    };
    let mut metadata = pick(object.get("metadata").unwrap_or(&Value::Null), &OF_METADATA);
    if let Some(annotations) = metadata
        .get_mut("annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.shift_remove("kubectl.kubernetes.io/last-applied-configuration");
        if annotations.is_empty() {
            metadata.shift_remove("annotations");
        }
    }
    let mut kept = pick(object, &KEPT);
    kept.insert("metadata".to_owned(), Value::Object(metadata));
    Value::Object(kept)
}

fn doing(lookup: &Lookup) -> String {
    let (kind, name) = (lookup.kind.as_str(), lookup.name.escape_debug());
    match lookup.namespace.as_str() {
        "" => format!("read {kind} `{name}`"),
        namespace => format!(
            "read {kind} `{name}` of namespace `{}`",
            namespace.escape_debug()
        ),
    }
}

/// The object's path in the API; `None` if no object can have that name.
fn path(lookup: &Lookup) -> Option<String> {
    let name = segment(&lookup.name)?;
    let group = "/apis/rbac.authorization.k8s.io/v1";
    let namespace = || segment(&lookup.namespace);
    Some(match lookup.kind {
        LookupKind::ClusterRole => format!("{group}/clusterroles/{name}"),
        LookupKind::Role => format!("{group}/namespaces/{}/roles/{name}", namespace()?),
        LookupKind::ServiceAccount => {
            format!("/api/v1/namespaces/{}/serviceaccounts/{name}", namespace()?)
        }
        LookupKind::Namespace => format!("/api/v1/namespaces/{name}"),
    })
}

/// A name as a segment of a path; `None` for what the API server takes for none (`ValidatePathSegmentName`).
fn segment(name: &str) -> Option<String> {
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '%']) {
        return None;
    }
    let mut segment = String::new();
    for byte in name.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' | b':' => segment.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => segment.push(char::from(byte)),
            // Writing to a text can't fail.
            byte => drop(write!(segment, "%{byte:02X}")),
        }
    }
    Some(segment)
}

#[cfg(test)]
mod tests;
