//! The command line: what was typed becomes what is ready, and a face is called.
//!
//! The one place that reads arguments and the environment; judges nothing itself.

mod args;
mod author;
mod load;
mod output;
mod problem;
mod scan;
mod show;
mod values;
#[cfg(feature = "webhook")]
mod webhook;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::thread;

use clap::{CommandFactory, Parser};

use self::args::{Arguments, BaselineCommand, Command, ExemptionsCommand};
use self::problem::{Problem, Problems};
use crate::model::LoadProblem;
use crate::report::text;

/// The main thread's work runs on a stack as deep as the workers'.
const STACK_BYTES: usize = 64 << 20;

/// Runs the command line `arguments` (with the program's name first); the process's exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to stdout, mistakes to stderr; a reader that has gone is no error.
            let _reader_gone = error.print();
            return if error.use_stderr() { 2 } else { 0 };
        }
    };
    let work = move || panic::catch_unwind(AssertUnwindSafe(|| dispatch(&arguments)));
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(Ok(code)))) => code,
        Ok(Ok(Ok(Err(problems)))) => {
            say(&problems);
            2
        }
        Ok(_) => 5,
        Err(error) => {
            say(&Problem::new(
                format!("no thread can be started: {error}"),
                "free some memory",
            )
            .into());
            5
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<u8, Problems> {
    let directory = directory()?;
    match &arguments.command {
        Command::Scan(arguments) => scan::run(&directory, arguments),
        Command::Policies(arguments) => show::policies(&directory, arguments),
        Command::Explain(arguments) => show::explain(&directory, arguments),
        Command::Test(arguments) => author::test(&directory, arguments),
        Command::Docs(arguments) => author::pages(&directory, arguments),
        #[cfg(feature = "webhook")]
        Command::Webhook(arguments) => webhook::run(&directory, arguments),
        #[cfg(feature = "webhook")]
        Command::Review(arguments) => webhook::review(&directory, arguments),
        #[cfg(feature = "webhook")]
        Command::Print(command) => Ok(webhook::print(command)),
        Command::Inputs(arguments) => show::inputs(&directory, arguments),
        Command::Parse(arguments) => show::parse(&directory, arguments),
        Command::Baseline(BaselineCommand::Prune(arguments)) => scan::prune(&directory, arguments),
        Command::Baseline(BaselineCommand::Show { file }) => show::baseline(&directory, file),
        Command::Exemptions(ExemptionsCommand::Check(arguments)) => {
            show::exemptions(&directory, arguments)
        }
        Command::Schema(arguments) => {
            output::stdout(&show::schema(arguments.document));
            Ok(0)
        }
        Command::Completions(arguments) => {
            let mut script = Vec::new();
            clap_complete::generate(
                arguments.shell,
                &mut Arguments::command(),
                "portcullis",
                &mut script,
            );
            output::stdout(&String::from_utf8_lossy(&script));
            Ok(0)
        }
    }
}

/// The absolute working directory.
fn directory() -> Result<PathBuf, Problems> {
    std::env::current_dir().map_err(|error| {
        Problem::new(
            format!("the working directory can't be read: {error}"),
            "change to a folder that exists",
        )
        .into()
    })
}

/// Writes all mistakes to stderr.
fn say(problems: &Problems) {
    let options = text::TextOptions {
        colour: output::colour_stderr(args::Color::Auto),
        ..text::TextOptions::default()
    };
    for problem in &problems.0 {
        let shown = text::Problem {
            title: &problem.message,
            place: problem
                .at
                .as_ref()
                .map(|(source, span)| (source.as_ref(), *span)),
            help: problem.help.as_deref(),
            ..text::Problem::default()
        };
        output::stderr(&text::problem(&shown, &options));
    }
}

/// Writes the policies that didn't load to stderr.
fn say_load(problems: &[LoadProblem]) {
    let problem = |problem: &LoadProblem| Problem {
        message: problem.message.clone(),
        help: problem.help.clone(),
        at: Some((std::sync::Arc::clone(&problem.source), problem.span)),
    };
    say(&Problems(problems.iter().map(problem).collect()));
}

/// A path as people read it, seen from `directory`.
fn shown(directory: &Path, path: &Path) -> String {
    let text = path
        .strip_prefix(directory)
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/");
    if text.is_empty() {
        ".".to_owned()
    } else {
        text
    }
}
