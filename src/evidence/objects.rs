//! The objects that facts are made of, and the facts about one review that they hold.
//!
//! Never reads a file or a cluster: who has objects inserts them. What isn't among them is unavailable, never made up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::entry::{Entry, compatible};
use super::lookup::{self, Answer, Lookup};
use super::roles::Roles;
use super::{RBAC, built_in};
use crate::model::{
    Evidence, Fact, FactName, FactPlace, KnownFact, Needs, Operation, Origin, Path, PathElement,
    Review, Why,
};

/// The code of a fact that a cluster was asked for and that it couldn't or wouldn't tell.
const UNREACHABLE: &str = "unreachable";

/// The field of Pods and service accounts that mounts a token.
const AUTOMOUNT: &str = "automountServiceAccountToken";

/// How much of what there may be a set of objects holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything that was to be looked at: what isn't in it was looked for.
    Whole,
    /// A part, such as the staged files: what isn't in it may be elsewhere.
    Part,
    /// What a cluster was asked for ([`Objects::answer`]): what it says doesn't exist is known not to.
    Live,
}

/// A set of objects that facts are made of.
#[derive(Debug)]
pub struct Objects {
    extent: Extent,
    roles: Roles,
    accounts: BTreeMap<String, Vec<Arc<Entry>>>,
    namespaces: BTreeMap<String, Arc<Entry>>,
    network_policies: Vec<Arc<Entry>>,
    /// What a cluster was asked for in vain: it doesn't exist, or why it isn't known.
    unfound: BTreeMap<Lookup, Option<String>>,
    /// Facts that several reviews share, so that each is made and converted once.
    shared: Mutex<BTreeMap<(FactName, String), Fact>>,
}

impl Objects {
    /// An empty set.
    #[must_use]
    pub fn new(extent: Extent) -> Self {
        Self {
            extent,
            roles: Roles::default(),
            accounts: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            network_policies: Vec::new(),
            unfound: BTreeMap::new(),
            shared: Mutex::new(BTreeMap::new()),
        }
    }

    /// Whether facts can be made of the review's object.
    #[must_use]
    pub fn wants(review: &Review) -> bool {
        review.object.is_some()
            && review.operation != Operation::Delete
            && matches!(
                (review.kind.group.as_str(), review.kind.kind.as_str()),
                (RBAC, "Role" | "ClusterRole")
                    | ("", "ServiceAccount" | "Namespace")
                    | ("networking.k8s.io" | "extensions", "NetworkPolicy")
            )
    }

    /// Adds the review's object, if facts can be made of it.
    pub fn insert(&mut self, review: &Review) {
        let Some(object) = review.object.as_ref().filter(|_| Self::wants(review)) else {
            return;
        };
        let entry = Arc::new(Entry {
            namespace: review.namespace.clone(),
            name: review.name.clone(),
            object: object.clone(),
            origin: review.origin.clone(),
        });
        match review.kind.kind.as_str() {
            "ServiceAccount" => {
                let accounts = self.accounts.entry(entry.name.clone());
                accounts.or_default().push(entry);
            }
            "Namespace" => {
                self.namespaces.entry(entry.name.clone()).or_insert(entry);
            }
            "NetworkPolicy" => self.network_policies.push(entry),
            kind => self.roles.insert(kind, entry),
        }
    }

    /// Adds what a cluster says of an object.
    pub fn answer(&mut self, lookup: Lookup, answer: Answer) {
        let unfound = match answer {
            Answer::Found(object) => {
                let uid = String::new();
                let origin = Origin::Admission { uid };
                self.insert(&Review::create(lookup.kind.gvk(), object, origin));
                return;
            }
            Answer::Absent => None,
            Answer::Unreachable(why) => Some(why),
        };
        self.unfound.insert(lookup, unfound);
    }

    /// The facts that `needs` asks for about `review`.
    #[must_use]
    pub fn gather(&self, needs: &Needs, review: &Review) -> Evidence {
        let mut evidence = Evidence::default();
        for name in &needs.facts {
            let fact = match name {
                FactName::Role => self.role(review),
                FactName::Namespace => self.namespace(review),
                FactName::NetworkPolicies => self.network_policies(&review.namespace),
                FactName::Subjects => self.subjects(review),
                FactName::ServiceAccount => {
                    for template in &needs.templates {
                        let own = evidence.of_templates.entry(template.clone()).or_default();
                        own.insert(*name, self.account(review, template));
                    }
                    self.account(review, &Path::root())
                }
            };
            evidence.facts.insert(*name, fact);
        }
        evidence
    }

    /// Of a binding the role that it refers to; of a role whether it is Kubernetes' own.
    fn role(&self, review: &Review) -> Fact {
        let object = lookup::subject(review);
        if matches!(review.kind.kind.as_str(), "Role" | "ClusterRole") {
            let own = match self.extent {
                Extent::Live => Roles::is_built_in_live(object),
                Extent::Whole | Extent::Part => Roles::is_built_in(object),
            };
            return Fact::known(json!({
                "apiVersion": object.get("apiVersion"), "kind": object.get("kind"),
                "metadata": object.get("metadata"), "builtIn": own, "bootstrap": own,
            }));
        }
        let Some((kind, name)) = lookup::role_ref(object) else {
            return Fact::unavailable(Why::NOT_SCANNED, "the binding names no role");
        };
        if review.kind.kind == "ClusterRoleBinding" && kind != "ClusterRole" {
            // The API server refuses it: a role of one namespace can't be bound in all.
            return Fact::known(Value::Null);
        }
        let bootstrap = built_in::is_own_binding(object);
        let key = format!("{kind}/{}/{name}/{bootstrap}", review.namespace);
        self.shared(FactName::Role, key, || {
            let namespace = &review.namespace;
            match self.roles.resolve(self.extent, kind, namespace, name) {
                Some(mut role) => {
                    let places = std::mem::take(&mut role.places);
                    Fact::Known(Arc::new(KnownFact::new(
                        role.value(kind, bootstrap),
                        places,
                    )))
                }
                None => self.missing("the role", Lookup::role(review).as_ref()),
            }
        })
    }

    fn namespace(&self, review: &Review) -> Fact {
        let Some(lookup) = Lookup::namespace(review) else {
            return match self.extent {
                // A request names the namespace of every object that is in one.
                Extent::Live => Fact::known(Value::Null),
                _ => Fact::unavailable(Why::NOT_SCANNED, "the object doesn't say its namespace"),
            };
        };
        self.shared(FactName::Namespace, lookup.name.clone(), || {
            match self.namespaces.get(&lookup.name) {
                Some(entry) => entry.fact(&[]),
                None => self.missing("the namespace", Some(&lookup)),
            }
        })
    }

    /// What isn't known to be another namespace's: an absent namespace is unknown.
    fn network_policies(&self, namespace: &str) -> Fact {
        if self.extent != Extent::Whole {
            return Fact::unavailable(
                Why::NOT_SCANNED,
                "only a part of what there is was looked at",
            );
        }
        self.shared(FactName::NetworkPolicies, namespace.to_owned(), || {
            let fits = |entry: &&Arc<Entry>| compatible(&entry.namespace, namespace);
            let fitting: Vec<&Arc<Entry>> = self.network_policies.iter().filter(fits).collect();
            let places = fitting
                .iter()
                .enumerate()
                .map(|(position, entry)| FactPlace {
                    at: Path::from(vec![PathElement::Index(position)]),
                    origin: entry.origin.clone(),
                    path: Path::root(),
                });
            let values = fitting.iter().map(|entry| entry.value(&["spec"])).collect();
            Fact::Known(Arc::new(KnownFact::new(
                Value::Array(values),
                places.collect(),
            )))
        })
    }

    /// The account of the Pod at `at` of the review's object: the object itself, or one of its templates.
    fn account(&self, review: &Review, at: &Path) -> Fact {
        let Some(spec) = lookup::pod_spec(lookup::subject(review), at) else {
            return Fact::unavailable(Why::NOT_SCANNED, "the object is no Pod");
        };
        let name = lookup::account_name(spec);
        let key = format!("{}/{name}", review.namespace);
        self.shared(FactName::ServiceAccount, key, || {
            let found = self.accounts_of(&review.namespace, name);
            // Of two accounts of one name the one that mounts its token counts.
            let mounts =
                |entry: &&&Arc<Entry>| entry.object.get(AUTOMOUNT) != Some(&Value::Bool(false));
            match found.iter().find(mounts).or(found.first()) {
                Some(entry) => entry.fact(&[AUTOMOUNT]),
                None => self.missing("the service account", Lookup::account(review, at).as_ref()),
            }
        })
    }

    fn accounts_of(&self, namespace: &str, name: &str) -> Vec<&Arc<Entry>> {
        let fits = |entry: &&Arc<Entry>| compatible(&entry.namespace, namespace);
        let entries = self.accounts.get(name).into_iter().flatten();
        entries.filter(fits).collect()
    }

    /// Which of a binding's subjects exist: one element each, null for what is no account or isn't known.
    fn subjects(&self, review: &Review) -> Fact {
        let subjects = lookup::subject(review).get("subjects");
        let exists = |subject: &Value| -> Option<bool> {
            let part = |name: &str| subject.get(name).and_then(Value::as_str);
            let name = part("name").filter(|_| part("kind") == Some("ServiceAccount"))?;
            let namespace = part("namespace").unwrap_or(&review.namespace);
            if !self.accounts_of(namespace, name).is_empty() {
                return Some(true);
            }
            // Every namespace has its `default`; a namespace of which no account was seen isn't in the set.
            let mut others = self.accounts.values().flatten();
            let seen = others.any(|entry| !namespace.is_empty() && entry.namespace == namespace);
            (self.extent == Extent::Whole && name != "default" && seen).then_some(false)
        };
        let list = subjects.and_then(Value::as_array).into_iter().flatten();
        Fact::known(list.map(|subject| json!(exists(subject))).collect())
    }

    /// What is known of an object that isn't in the set; `lookup` is `None` if there is nothing to ask a cluster for.
    fn missing(&self, what: &str, lookup: Option<&Lookup>) -> Fact {
        let asked = lookup.and_then(|lookup| self.unfound.get(lookup));
        let (code, message) = match (asked, self.extent) {
            (Some(None), _) => return Fact::known(Value::Null),
            (Some(Some(why)), _) => (UNREACHABLE, why.clone()),
            (None, Extent::Whole) => (
                Why::NOT_IN_SET,
                format!("{what} isn't among what was scanned"),
            ),
            (None, Extent::Part) => (
                Why::NOT_SCANNED,
                format!("{what} isn't among the part that was scanned"),
            ),
            (None, Extent::Live) if lookup.is_some() => {
                (UNREACHABLE, format!("{what} wasn't asked for"))
            }
            (None, Extent::Live) => (
                Why::NOT_SCANNED,
                format!("{what} isn't named as any could be"),
            ),
        };
        Fact::unavailable(code, message)
    }

    fn shared(&self, name: FactName, key: String, make: impl FnOnce() -> Fact) -> Fact {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.entry((name, key)).or_insert_with(make).clone()
    }
}
