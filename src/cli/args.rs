//! What can be typed: the command line as values, without effects.
//!
//! Help texts are written here and nowhere else.

#[cfg(feature = "webhook")]
pub(super) mod webhook;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
  0  everything recognised was read and judged, nothing denied
  1  at least one decision denies
  2  bad argument, configuration or exemption file; a policy that doesn't load; an unknown name
  3  nothing was judged, or a recognised input could not be read whole
  4  a policy that denies could not be evaluated
  5  internal error
Several apply: the first of 5, 4, 2, 3, 1 wins.";

const TEST_EXIT_CODES: &str = "\
Exit codes:
  0  everything asked for was run and passed
  1  a test or case failed
  2  bad argument, or a policy or test file that doesn't load (the others' results are shown)
  3  nothing was run: no test found, or a filter matched none
  4  a test could not be evaluated
  5  internal error";

/// Judges Kubernetes manifests for least privilege, with the exact line and the fix.
#[derive(Debug, Parser)]
#[command(
    name = "portcullis",
    version,
    about,
    propagate_version = true,
    max_term_width = 110
)]
#[command(
    after_help = "Examples:\n  portcullis scan deploy/\n  helm template chart | portcullis scan -\n  portcullis explain least-privilege/host-port"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge files and report what they violate, with exact lines and fixes
    #[command(after_help = EXIT_CODES)]
    Scan(Box<ScanArguments>),
    /// List every policy: id, title, severity, scope, profiles, parameters
    Policies(PoliciesArguments),
    /// Show a policy's page: what, why, how to fix, how to exempt
    Explain(ExplainArguments),
    /// Run the policies' own tests and cases
    #[command(after_help = TEST_EXIT_CODES)]
    Test(TestArguments),
    /// Write each policy's page, the index and README's table from metadata and cases
    Docs(DocsArguments),
    /// Serve the validating admission webhook
    #[cfg(feature = "webhook")]
    #[command(after_help = webhook::WEBHOOK_HELP)]
    Webhook(Box<webhook::WebhookArguments>),
    /// Judge one recorded review of the API server, with the webhook's answer
    #[cfg(feature = "webhook")]
    #[command(after_help = webhook::REVIEW_EXIT_CODES)]
    Review(webhook::ReviewArguments),
    /// Print what installs the webhook without Helm
    #[cfg(feature = "webhook")]
    #[command(subcommand)]
    Print(webhook::PrintCommand),
    /// Show what a scan would read, and why it wouldn't read the rest
    Inputs(InputsArguments),
    /// Show the input document of each object, with the line and column of every path
    Parse(ParseArguments),
    /// Look after a baseline
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Look after exemptions
    #[command(subcommand)]
    Exemptions(ExemptionsCommand),
    /// Print the JSON Schema of a document
    Schema(SchemaArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
}

#[derive(Debug, Args)]
pub(super) struct ScanArguments {
    #[command(flatten)]
    pub(super) files: FileArguments,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
    #[command(flatten)]
    pub(super) gate: GateArguments,
    #[command(flatten)]
    pub(super) exempt: ExemptArguments,
    #[command(flatten)]
    pub(super) output: OutputArguments,
    /// Number of threads [default: one for each core]
    #[arg(
        short,
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = "Run"
    )]
    pub(super) jobs: usize,
    /// Longest time for one object, such as `2s` or `500ms`
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = super::values::duration, help_heading = "Run")]
    pub(super) timeout: std::time::Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Inputs")]
pub(super) struct FileArguments {
    /// Files and folders; `-` reads stdin [default: `.`]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// What the files are, instead of finding out
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub(super) kind: Kind,
    /// The name that reports give to stdin
    #[arg(long, value_name = "FILE")]
    pub(super) stdin_filename: Option<String>,
    /// Read only what matches (`.gitignore` pattern, from the working directory; repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// Leave out what matches (`.gitignore` pattern, from the working directory; repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Read what `.gitignore` ignores too
    #[arg(long)]
    pub(super) no_gitignore: bool,
    /// Judge the content of git's index, not the work tree
    #[arg(long, conflicts_with = "changed_since")]
    pub(super) staged: bool,
    /// Judge files that changed since the branch left REF
    #[arg(long, value_name = "REF")]
    pub(super) changed_since: Option<String>,
    /// Files larger than this are unreadable
    #[arg(long, value_name = "SIZE", default_value = "20MiB", value_parser = super::values::size)]
    pub(super) max_file_size: u64,
    /// The cluster's Kubernetes version [default: 1.37]
    #[arg(long, value_name = "VERSION", value_parser = super::values::kubernetes_version)]
    pub(super) kubernetes_version: Option<crate::model::KubernetesVersion>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Policies")]
pub(super) struct PolicyArguments {
    /// A folder of policies or a `.rego` file, beside the shipped ones (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) policy: Vec<PathBuf>,
    /// Profile, instead of the configuration's (repeatable) [default: `default`]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Vec<String>,
    /// Run only these policies (id or glob, repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(super) only: Vec<String>,
    /// Don't run these policies (id or glob, repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(super) skip: Vec<String>,
    /// The configuration [default: the nearest `.portcullis.yaml` up to the repository's root]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long)]
    pub(super) no_config: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub(super) struct GateArguments {
    /// Deny from this severity on, warn below it: low, medium, high, critical, or never
    #[arg(long, value_name = "SEVERITY", value_parser = super::values::fail_on)]
    pub(super) fail_on: Option<crate::config::FailOn>,
    /// Don't fail because an input couldn't be read
    #[arg(long)]
    pub(super) allow_unreadable: bool,
    /// Don't fail because nothing was recognised
    #[arg(long)]
    pub(super) allow_empty: bool,
    /// Exit with 0 although a decision denies; nothing else changes
    #[arg(long)]
    pub(super) exit_zero: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Exemptions")]
pub(super) struct ExemptArguments {
    /// The exemptions [default: `.portcullis-exemptions.yaml` beside the configuration]
    #[arg(long, value_name = "FILE", conflicts_with = "no_exemptions")]
    pub(super) exemptions: Option<PathBuf>,
    /// Use no exemptions file
    #[arg(long)]
    pub(super) no_exemptions: bool,
    /// Comments in the files exempt nothing
    #[arg(long)]
    pub(super) no_inline: bool,
    /// The day that expiry dates are compared with [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::values::date)]
    pub(super) today: Option<jiff::civil::Date>,
    /// Findings listed in this file don't count
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the findings of this run as a baseline
    #[arg(long, value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArguments {
    /// Format, and a file to write it to (repeatable): text, json, jsonl, sarif, junit, github, gitlab, markdown
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub(super) format: Vec<String>,
    /// Colours in text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Show no progress
    #[arg(long)]
    pub(super) no_progress: bool,
    /// Nothing on stderr but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// The whole ledger, and findings that are only audited
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Show exempted findings too
    #[arg(long)]
    pub(super) show_exempt: bool,
    /// Lines of context around a place in text
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) snippet_lines: u32,
    /// How long it took, on stderr
    #[arg(long)]
    pub(super) stats: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// By name and content
    Auto,
    /// Every document is a Kubernetes object
    Kubernetes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(super) struct PoliciesArguments {
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
    /// A folder of policies or a `.rego` file, beside the shipped ones (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) policy: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The policy, such as `least-privilege/host-port`
    #[arg(value_name = "POLICY")]
    pub(super) id: String,
    /// A folder of policies or a `.rego` file, beside the shipped ones (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) policy: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct TestArguments {
    /// Policy folders or `.rego` files [default: `policies/`, else `.`]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Run only tests whose name matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub(super) run: Option<String>,
    /// Run only cases whose name matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub(super) case: Option<String>,
    /// Write the findings of deny cases into their `.expected` files
    #[arg(long)]
    pub(super) update: bool,
    /// Test the policies shipped in the binary
    #[arg(long, conflicts_with_all = ["paths", "update"])]
    pub(super) builtin: bool,
    /// Longest time for one policy and input, such as `5s`
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = super::values::duration)]
    pub(super) timeout: std::time::Duration,
    /// Format, and a file to write it to (repeatable): text, json, junit
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub(super) format: Vec<String>,
    /// Number of threads [default: one for each core]
    #[arg(
        short,
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub(super) jobs: usize,
    /// Colours in text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Every test, not only those that failed
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Debug, Args)]
pub(super) struct DocsArguments {
    /// Policy folder [default: `policies/`]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// Write nothing; fail if a page is stale
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(super) struct InputsArguments {
    #[command(flatten)]
    pub(super) files: FileArguments,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ParseArguments {
    /// A file; `-` reads stdin
    pub(super) path: PathBuf,
    /// What the file is, instead of finding out
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub(super) kind: Kind,
}

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Drop the entries that a scan of these paths no longer finds
    Prune(Box<PruneArguments>),
    /// List the entries of a baseline
    Show {
        /// The baseline
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct PruneArguments {
    /// The baseline
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) files: FileArguments,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
}

#[derive(Debug, Subcommand)]
pub(super) enum ExemptionsCommand {
    /// Check the exemptions file: syntax, names, expiry
    Check(ExemptionsCheckArguments),
}

#[derive(Debug, Args)]
pub(super) struct ExemptionsCheckArguments {
    /// The exemptions [default: `.portcullis-exemptions.yaml` beside the configuration]
    #[arg(long, value_name = "FILE")]
    pub(super) exemptions: Option<PathBuf>,
    /// Fail if one expires within this time, such as `14d`
    #[arg(long, value_name = "DAYS", value_parser = super::values::days)]
    pub(super) expiring: Option<u32>,
    /// The day that expiry dates are compared with [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::values::date)]
    pub(super) today: Option<jiff::civil::Date>,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// Which document
    pub(super) document: SchemaDocument,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaDocument {
    /// `scan -f json`
    Report,
    /// One finding, as in `-f jsonl`
    Finding,
    /// `.portcullis.yaml`
    Config,
    /// `.portcullis-exemptions.yaml`
    Exemptions,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}
