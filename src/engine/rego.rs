//! The one place that names regorus: values, a prepared unit, its run within limits, and what its errors may say.
//!
//! Never lets a text of regorus out: its errors and prints hold values of the review.

mod condition;
mod error;
mod native;
mod parse;
mod read;
mod unit;
mod value;

pub(crate) use condition::{Condition, Holds, Step};
pub(crate) use error::RunError;
pub(crate) use native::{call as native, exists as native_exists};
pub(crate) use parse::{ParseError, parse};
pub use read::Unreadable;
pub(crate) use unit::{Prepared, Settings};
pub(crate) use value::{Num, TooDeep, Val, View};

/// One rule of one module as the engine alone evaluates it, for the tests that show why it isn't left alone.
#[cfg(test)]
pub(crate) fn raw(
    module: &str,
    rule: &str,
    input: serde_json::Value,
) -> Result<serde_json::Value, String> {
    let evaluate = || {
        let mut engine = regorus::Engine::new();
        engine.add_policy("t".to_owned(), module.to_owned())?;
        engine.set_input(regorus::Value::from(input));
        let value = engine.eval_rule(rule.to_owned())?;
        anyhow::Ok(serde_json::from_str(&value.to_json_str()?)?)
    };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(evaluate));
    caught
        .map_err(|_| "panic".to_owned())?
        .map_err(|error| error.to_string())
}
