//! Which policies judge a review, and on what: decided by hash look-ups before any value is built.
//!
//! Never drops a policy in silence: what isn't selected isn't bound, or its scope or match names something else.

use crate::engine::expand::{self, Template};
use crate::engine::policy_set::{Bindings, BoundPolicy, PolicySet, Rule};
use crate::engine::rego::RunError;
use crate::engine::verdict;
use crate::model::{
    Enforcement, ExistingViolations, Failure, GroupVersionKind, KindPattern, Path, Policy, Review,
    Scope,
};

/// Subresources of Pods that any Pod policy judges: they arrive as the whole Pod.
const POD_WRITES: [&str; 2] = ["ephemeralcontainers", "resize"];

/// Subresources of Pods that carry something else, or only what the kubelet reports.
const POD_OTHERS: [&str; 9] = [
    "attach",
    "binding",
    "eviction",
    "exec",
    "log",
    "portforward",
    "proxy",
    "status",
    "token",
];

/// A policy that judges a review.
pub(in crate::engine) struct Selected<'a> {
    /// The policy with its bindings.
    pub(in crate::engine) policy: &'a BoundPolicy,
    /// The bindings that match.
    pub(super) rules: Vec<&'a Rule>,
    /// What is judged: 0 is the object itself, the others are templates, from 1.
    pub(super) targets: Vec<usize>,
    templates: Vec<Template>,
}

impl Selected<'_> {
    /// The paths of the templates that are judged, whether by this policy or not.
    pub(in crate::engine) fn template_paths(&self) -> Vec<Path> {
        self.templates
            .iter()
            .map(|template| template.path.clone())
            .collect()
    }

    pub(super) fn metadata(&self) -> &Policy {
        &self.policy.unit.policy
    }

    /// Whether a binding that matches denies on an UPDATE what was there before.
    pub(super) fn denies_existing(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.existing == ExistingViolations::Deny)
    }

    /// The strictest enforcement of the bindings that match.
    pub(super) fn strictest(&self) -> Enforcement {
        self.policy.strictest(self.rules.iter().copied())
    }

    /// A failure of this policy, as strict as the strictest of the bindings that match.
    pub(super) fn failure(&self, error: RunError) -> Failure {
        Failure {
            policy: self.metadata().id.clone(),
            class: error.class,
            message: error.message,
            place: error.place,
            help: error.help.map(str::to_owned),
            enforcement: self.strictest(),
        }
    }
}

/// The template that `target` stands for; `None` for the object itself.
pub(super) fn template<'a>(one: &'a Selected<'_>, target: usize) -> Option<&'a Template> {
    one.templates.get(target.checked_sub(1)?)
}

/// The policies that judge `review`, by id.
pub(in crate::engine) fn select<'a>(
    set: &PolicySet,
    bindings: &'a Bindings,
    review: &Review,
) -> Vec<Selected<'a>> {
    let mut selected: Vec<Selected<'a>> = Vec::new();
    for policy in bindings.concerned(&review.kind) {
        let scope = &policy.unit.policy.scope;
        if fits(scope, review) {
            push(&mut selected, policy, review, 0, &[]);
        }
    }
    let templates = match review.sub_resource {
        None => expand::templates(&review.kind, set.pod_templates()),
        Some(_) => Vec::new(),
    };
    if templates.is_empty() {
        return selected;
    }
    let pod = expand::pod_kind();
    for policy in bindings.concerned(&pod) {
        let scope = &policy.unit.policy.scope;
        if scope.templates && names(scope, &pod) && scope.operations.contains(&review.operation) {
            for target in 1..=templates.len() {
                push(&mut selected, policy, review, target, &templates);
            }
        }
    }
    selected.sort_by(|a, b| a.metadata().id.cmp(&b.metadata().id));
    selected
}

/// Whether any policy may judge `review`, by kind, operation and subresource alone: its objects needn't be there yet.
pub(in crate::engine) fn may_apply(set: &PolicySet, bindings: &Bindings, review: &Review) -> bool {
    let of = |kind: &GroupVersionKind, fits: &dyn Fn(&Scope) -> bool| {
        let concerned = bindings.concerned(kind);
        concerned
            .iter()
            .any(|policy| fits(&policy.unit.policy.scope))
    };
    let operation = |scope: &Scope| scope.operations.contains(&review.operation);
    let whole = |scope: &Scope| match review.sub_resource.as_deref() {
        // A Pod under an unknown subresource is told by its shape.
        Some(name) if !review.kind.is_core("Pod") => {
            scope.subresources.iter().any(|own| own == name)
        }
        _ => true,
    };
    of(&review.kind, &|scope| operation(scope) && whole(scope))
        || (review.sub_resource.is_none()
            && !expand::templates(&review.kind, set.pod_templates()).is_empty()
            && of(&expand::pod_kind(), &|scope| {
                scope.templates && operation(scope)
            }))
}

fn push<'a>(
    selected: &mut Vec<Selected<'a>>,
    policy: &'a BoundPolicy,
    review: &Review,
    target: usize,
    templates: &[Template],
) {
    let known = selected
        .iter_mut()
        .find(|one| std::ptr::eq(one.policy, policy));
    if let Some(known) = known {
        known.targets.push(target);
        known.templates = templates.to_vec();
        return;
    }
    let rules: Vec<&Rule> = policy
        .rules
        .iter()
        .filter(|rule| verdict::concerns(&rule.matches, review))
        .collect();
    if !rules.is_empty() {
        selected.push(Selected {
            policy,
            rules,
            targets: vec![target],
            templates: templates.to_vec(),
        });
    }
}

/// Whether a scope names Pods as such: `*` means every object, not what templates would become.
fn names(scope: &Scope, pod: &GroupVersionKind) -> bool {
    let by_name = |pattern: &&KindPattern| pattern.kind.is_some();
    scope
        .kinds
        .iter()
        .filter(by_name)
        .any(|pattern| pattern.matches(pod))
}

/// Operation and subresource; the kind is the index's.
fn fits(scope: &Scope, review: &Review) -> bool {
    if !scope.operations.contains(&review.operation) {
        return false;
    }
    let Some(sub_resource) = review.sub_resource.as_deref() else {
        return true;
    };
    if scope.subresources.iter().any(|own| own == sub_resource) {
        return true;
    }
    review.kind.is_core("Pod")
        && (POD_WRITES.contains(&sub_resource)
            || (!POD_OTHERS.contains(&sub_resource)
                && expand::looks_like_a_pod(review.object.as_deref())))
}
