//! What a document must hold for a reference to be defined: where it leads, with any element for a variable, and what must stand there.
//!
//! Never misses what the reference would find: it may find more.

use regorus::Value as Raw;

use super::value::Val;

/// One step of the way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// A member of one of these keys.
    Of(Vec<Val>),
    /// Any member or element.
    Any,
}

/// What must stand at its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Holds {
    /// Anything.
    Something,
    /// This.
    This(Val),
    /// Anything but this.
    Not(Val),
}

/// A way into a document, and what must stand at its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    /// From the document's root.
    pub(crate) steps: Vec<Step>,
    /// What must stand at the end.
    pub(crate) holds: Holds,
}

impl Condition {
    /// Whether `document` meets it.
    pub(crate) fn is_met_by(&self, document: &Val) -> bool {
        self.from(&document.0, &self.steps)
    }

    fn from(&self, value: &Raw, steps: &[Step]) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            return match &self.holds {
                Holds::Something => true,
                Holds::This(this) => *value == this.0,
                Holds::Not(this) => *value != this.0,
            };
        };
        match (step, value) {
            (Step::Of(keys), Raw::Object(members)) => keys
                .iter()
                .filter_map(|key| members.get(&key.0))
                .any(|member| self.from(member, rest)),
            (Step::Any, Raw::Object(members)) => {
                members.values().any(|member| self.from(member, rest))
            }
            (Step::Any, Raw::Array(items)) => items.iter().any(|item| self.from(item, rest)),
            (Step::Any, Raw::Set(items)) => items.iter().any(|item| self.from(item, rest)),
            _ => false,
        }
    }
}
