//! What may be said of an error of regorus: its class, a sentence of ours, and the place in the policy.
//!
//! Everything else is cut: the texts hold values, and whole variables of the review.

use crate::engine::builtins::Fault;
use crate::model::{FailureClass, PolicyPlace};

/// Why a run has no result; safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunError {
    /// What kind of failure.
    pub(crate) class: FailureClass,
    /// One sentence of ours.
    pub(crate) message: String,
    /// Where in the policy.
    pub(crate) place: Option<PolicyPlace>,
    /// The way out.
    pub(crate) help: Option<&'static str>,
}

impl RunError {
    /// The review's time was over.
    pub(crate) fn called_off() -> Self {
        Self {
            class: FailureClass::Deadline,
            message: "the time for this review was over before the policy ran".to_owned(),
            place: None,
            help: Some("give the review more time, or bind fewer policies"),
        }
    }
}

/// A piece of regorus' text, the sentence that we say instead, and the way out.
const TEXTS: &[(&str, &str, &str)] = &[
    (
        "must not produce multiple outputs",
        "a function gives two values for the same arguments",
        "make the bodies exclude each other, or join them with `else`",
    ),
    (
        "function produced multiple outputs",
        "a function gives two values for the same arguments",
        "make the bodies exclude each other, or join them with `else`",
    ),
    (
        "complete rules should not produce multiple outputs",
        "a rule gives two values",
        "make the bodies exclude each other, or join them with `else`",
    ),
    (
        "generated multiple times",
        "a rule gives two values for one key",
        "make the bodies exclude each other",
    ),
    (
        "could not find function",
        "a function is called that doesn't exist",
        "check the name and the imports",
    ),
    (
        "not a valid rule path",
        "the rule to evaluate doesn't exist",
        "define `violation contains …`",
    ),
    (
        "divide by zero",
        "a number is divided by zero",
        "check the divisor first",
    ),
    (
        "division by zero",
        "a number is divided by zero",
        "check the divisor first",
    ),
    (
        "modulo by zero",
        "a number is divided by zero",
        "check the divisor first",
    ),
    (
        "expects",
        "a builtin is called with a value of a type that it doesn't take",
        "check the type first, or read the field through `data.policies.lib`",
    ),
    (
        "collection",
        "something that is neither array, object nor set is iterated",
        "check the type first, or iterate by `some i` and `xs[i]`",
    ),
    (
        "is unsafe",
        "a variable is used that nothing binds",
        "bind it first, or check its spelling",
    ),
    (
        "undefined variable",
        "a variable is used that nothing binds",
        "bind it first, or check its spelling",
    ),
];

const UNKNOWN: (&str, &str) = (
    "evaluation error",
    "run the policy's tests on a like object: `portcullis test`",
);

/// What regorus says when the time limit is over.
const DEADLINE: &str = "execution exceeded time limit";

/// Class, sentence and way out of a text of regorus.
pub(super) fn classify(text: &str) -> (FailureClass, String, Option<&'static str>) {
    if text.contains(DEADLINE) {
        return (
            FailureClass::Deadline,
            "the policy ran past its time limit".to_owned(),
            Some("look for nested loops over whole lists"),
        );
    }
    let fault = Fault::ALL.iter().find(|fault| text.contains(fault.text()));
    if let Some(fault) = fault {
        return (FailureClass::Error, fault.text().to_owned(), None);
    }
    // Only the sentence behind `error:` says what happened; before it stands the policy's line.
    let sentence = text.split_once("\nerror: ").map_or(text, |(_, rest)| rest);
    let (message, help) = TEXTS
        .iter()
        .find(|(piece, ..)| sentence.contains(piece))
        .map_or(UNKNOWN, |(_, message, help)| (*message, *help));
    (FailureClass::Error, message.to_owned(), Some(help))
}

/// File (as it was named to regorus), line and column that an error text begins with.
pub(super) fn position(text: &str) -> Option<(usize, u32, u32)> {
    let line = text.trim_start().strip_prefix("--> ")?.lines().next()?;
    let mut parts = line.split(':');
    let position = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    parts.next().is_none().then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_position_and_class_are_taken_from_a_text() {
        let text = "\n--> 1:12:3\n   |\n12 | x := y\n   |   ^\nerror: `f` expects string. Got \"hunter2\" instead";
        assert_eq!(position(text), Some((1, 12, 3)));
        let (class, message, _) = classify(text);
        assert_eq!(class, FailureClass::Error);
        assert!(!message.contains("hunter2"), "{message}");
    }

    #[test]
    fn an_unknown_text_is_an_evaluation_error_without_place() {
        assert_eq!(position("hunter2 --> 1:2:3"), None);
        assert_eq!(classify("hunter2").1, "evaluation error");
    }
}
