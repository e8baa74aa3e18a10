//! One prepared unit: an entry module with all it imports, analysed once, cloned for each evaluation.
//!
//! Never panics and never runs on: the one `catch_unwind` of the engine and the time limit are here.

use std::num::{NonZeroU32, NonZeroUsize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, PolicyLengthConfig, Value as Raw};

use super::error::{RunError, classify, position};
use super::value::Val;
use crate::engine::builtins::{self, Context};
use crate::engine::compat::{self, EditMap};
use crate::model::{FailureClass, PolicyPlace, SourceText};

/// What all units of a set share.
#[derive(Clone)]
pub(crate) struct Settings {
    /// Wall time of one evaluation.
    pub(crate) time_limit: Duration,
    /// What builtins need from outside.
    pub(crate) context: Context,
    /// The base document `data`.
    pub(crate) data: Val,
}

/// A line that `print` gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Print {
    /// The file that holds the call.
    pub(crate) file: String,
    /// Its line, from 1.
    pub(crate) line: u32,
    /// What it printed; may hold values.
    pub(crate) text: String,
}

/// A unit that is ready to be cloned and run.
pub(crate) struct Prepared {
    engine: Engine,
    files: Vec<File>,
    asks_time: bool,
}

struct File {
    map: EditMap,
    source: Arc<SourceText>,
}

/// A policy's lines may be long and many; regorus' own bounds are smaller than what people write.
const fn lengths() -> Option<PolicyLengthConfig> {
    match (
        NonZeroU32::new(1 << 20),
        NonZeroUsize::new(4 << 20),
        NonZeroUsize::new(100_000),
    ) {
        (Some(max_col), Some(max_file_bytes), Some(max_lines)) => Some(PolicyLengthConfig {
            max_col,
            max_file_bytes,
            max_lines,
        }),
        _ => None,
    }
}

/// A rule that no unit has: asking for it prepares the engine and evaluates nothing.
const NO_RULE: &str = "data.__portcullis_prepares";

impl Prepared {
    /// Parses and analyses `unit`.
    ///
    /// Files are named by their position, so that no file name can garble the places in error texts.
    pub(crate) fn new(unit: &compat::Unit, settings: &Settings) -> Result<Self, RunError> {
        let mut prepared = Self {
            engine: Engine::new(),
            files: Vec::new(),
            asks_time: unit.extensions.contains(builtins::NOW),
        };
        guarded(|| prepared.load(unit, settings)).map_err(|error| {
            let mut error = prepared.error(error);
            error.class = FailureClass::Load;
            error
        })?;
        Ok(prepared)
    }

    fn load(&mut self, unit: &compat::Unit, settings: &Settings) -> anyhow::Result<()> {
        let engine = &mut self.engine;
        if let Some(lengths) = lengths() {
            engine.set_policy_length_config(lengths);
        }
        engine.set_strict_builtin_errors(true);
        engine.set_gather_prints(true);
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: settings.time_limit,
            check_interval: NonZeroU32::new(100).unwrap_or(NonZeroU32::MIN),
        });
        for (position, file) in unit.files.iter().enumerate() {
            self.files.push(File {
                map: file.map.clone(),
                source: Arc::clone(&file.source),
            });
            engine.add_policy(position.to_string(), file.text.clone())?;
        }
        engine.add_data(settings.data.0.clone())?;
        for name in unit
            .extensions
            .iter()
            .filter(|name| **name != builtins::NOW)
        {
            register(engine, name, &settings.context)?;
        }
        match engine.eval_rule(NO_RULE.to_owned()) {
            Err(error) if !error.to_string().starts_with("not a valid rule path") => Err(error),
            _ => Ok(()),
        }
    }

    /// The union of the sets that `rules` (`data.…`) are for `input`, at the time `now`; what is no set is given as it is.
    ///
    /// Stops between two rules once `cancel` is set; each has the whole time limit.
    pub(crate) fn evaluate_all(
        &self,
        rules: &[&str],
        input: Val,
        now: Timestamp,
        cancel: &AtomicBool,
    ) -> Result<Val, RunError> {
        self.run(rules, input, now, cancel, |_| ()).0
    }

    /// The same, and what `print` gave on the way.
    pub(crate) fn evaluate_with_prints(
        &self,
        rule: &str,
        input: Val,
        now: Timestamp,
    ) -> (Result<Val, RunError>, Vec<Print>) {
        let never = AtomicBool::new(false);
        let (result, prints) = self.run(&[rule], input, now, &never, |engine| {
            engine.take_prints().unwrap_or_default()
        });
        let prints = prints.unwrap_or_default();
        (result, prints.iter().map(|line| self.print(line)).collect())
    }

    fn run<T>(
        &self,
        rules: &[&str],
        input: Val,
        now: Timestamp,
        cancel: &AtomicBool,
        after: impl FnOnce(&mut Engine) -> T,
    ) -> (Result<Val, RunError>, Option<T>) {
        let mut kept = None;
        let result = guarded(|| {
            let mut engine = self.engine.clone();
            if self.asks_time {
                let now = Raw::from(now.as_nanosecond());
                engine.add_extension(
                    builtins::NOW.to_owned(),
                    0,
                    Box::new(move |_: Vec<Raw>| Ok(now.clone())),
                )?;
            }
            engine.set_input(input.0);
            let result = union(&mut engine, rules, cancel);
            kept = Some(after(&mut engine));
            result
        });
        let result = result.map_err(|error| self.error(error));
        (
            result.and_then(|value| value.ok_or_else(RunError::called_off)),
            kept,
        )
    }

    fn error(&self, error: Option<anyhow::Error>) -> RunError {
        let Some(error) = error else {
            return RunError {
                class: FailureClass::Panic,
                message: "the policy made the engine panic".to_owned(),
                place: None,
                help: Some("please report it with the policy; the other policies were judged"),
            };
        };
        let text = error.to_string();
        let (class, message, help) = classify(&text);
        let place = position(&text).and_then(|(file, line, column)| {
            let file = self.files.get(file)?;
            let (line, column) = file.map.of_engine(line, column);
            Some(PolicyPlace {
                file: file.source.name().to_owned(),
                line,
                column,
            })
        });
        RunError {
            class,
            message,
            place,
            help,
        }
    }

    /// regorus writes `file:line: text`, and our files are named by their position.
    fn print(&self, line: &str) -> Print {
        let mut parts = line.splitn(3, ':');
        let file = parts.next().and_then(|file| file.parse::<usize>().ok());
        let number = parts.next().and_then(|line| line.parse().ok());
        let file = file.and_then(|file| self.files.get(file));
        let original = file.map(|file| file.map.original(number.unwrap_or(1), 1).0);
        Print {
            file: file.map_or_else(String::new, |file| file.source.name().to_owned()),
            line: original.or(number).unwrap_or(1),
            text: parts.next().unwrap_or_default().trim_start().to_owned(),
        }
    }
}

/// The union of the sets that `rules` are; `None`: it was called off.
fn union(engine: &mut Engine, rules: &[&str], cancel: &AtomicBool) -> anyhow::Result<Option<Val>> {
    let mut union: Option<Val> = None;
    for rule in rules {
        if union.is_some() && cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let value = Val(engine.eval_rule((*rule).to_owned())?);
        union = Some(match union {
            None => value,
            Some(other) => match (other.set_elements(), value.set_elements()) {
                (Some(others), Some(own)) => Val::set(others.into_iter().chain(own)),
                (Some(_), None) => return Ok(Some(value)),
                (None, _) => return Ok(Some(other)),
            },
        });
    }
    Ok(Some(union.unwrap_or(Val::UNDEFINED)))
}

/// What `work` gives; an error of regorus, or `None` for a panic, whose payload may hold values and is thrown away.
fn guarded<T>(work: impl FnOnce() -> anyhow::Result<T>) -> Result<T, Option<anyhow::Error>> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Some),
        Err(_) => Err(None),
    }
}

fn register(engine: &mut Engine, name: &'static str, context: &Context) -> anyhow::Result<()> {
    if name == compat::COLLECTION {
        return engine.add_extension(name.to_owned(), 1, Box::new(collection));
    }
    let (Some(builtin), Some(function)) = (builtins::lookup(name), builtins::extension(name))
    else {
        return Ok(());
    };
    let context = *context;
    let call = move |arguments: Vec<Raw>| {
        let arguments: Vec<Val> = arguments.into_iter().map(Val).collect();
        match function(&arguments, &context) {
            Ok(value) => Ok(value.0),
            Err(fault) => Err(anyhow::Error::msg(fault.text())),
        }
    };
    engine.add_extension(name.to_owned(), builtin.arity, Box::new(call))
}

/// A collection as it is; anything else has no elements, and so no value (`compat`, row 18).
#[expect(clippy::unnecessary_wraps, reason = "the shape of an extension")]
fn collection(mut arguments: Vec<Raw>) -> anyhow::Result<Raw> {
    match arguments.pop() {
        Some(value @ (Raw::Array(_) | Raw::Object(_) | Raw::Set(_))) => Ok(value),
        _ => Ok(Raw::Undefined),
    }
}
