//! # cli: arguments, terminal, clock, exit codes.
//! Takes: argv.   Gives: an exit code.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures, package, report, verify, review, pipeline.   Touches: the terminal, the clock, everything a command needs.
//! Holds: one file a command: parse, one library call, print; only here do things become text for a person.

mod check;
mod demo;
mod exit;
mod explain;
mod init;
mod interrupt;
mod link;
mod private;
mod profile;
mod review;
mod run;
mod terminal;
mod trace;
mod verify;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

pub use exit::Outcome;

/// Moves people's care records from one health provider to another without losing anyone.
#[derive(Debug, Parser)]
#[command(name = "handover", version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done; 1 finished, and the answer is \"no\"; 2 the command line or the configuration is \
wrong; 3 an input could not be read; 4 the machine failed us; 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    voice: Voice,
}

/// How much is said, and in which form.
#[derive(Clone, Copy, Debug, Args)]
struct Voice {
    /// One JSON document on standard output, and nothing else there
    #[arg(long, global = true, overrides_with = "json")]
    json: bool,
    /// No progress, no summary
    #[arg(short, long, global = true, overrides_with = "quiet")]
    quiet: bool,
    /// Say more on standard error; twice for more still
    #[arg(short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new transition folder: a commented handover.toml, mappings/, sources/, commitment.key
    Init {
        /// The folder; made when it is not there
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// What is in these files, column by column: types, fill, dates, what is wrong; never a patient's data
    Profile {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write a drafted mapping for each into this folder; never over anything
        #[arg(long, value_name = "DIR")]
        draft: Option<PathBuf>,
    },
    /// Read and map everything, link nothing: exceptions, counts, mapping advice
    Check {
        /// The configuration, or the folder it is in
        #[arg(default_value = "handover.toml")]
        config: PathBuf,
        /// List every row of this reason, such as date-impossible; nothing that stands in a row is quoted
        #[arg(long, value_name = "SLUG")]
        reason: Option<String>,
        /// Of this source alone
        #[arg(long, value_name = "ID")]
        source: Option<String>,
        /// Write what goes back to each provider into this folder, which must not hold anything: its rows to fix, and its
        /// values that nothing explains. They hold patient data
        #[arg(long, value_name = "DIR", conflicts_with_all = ["reason", "source"])]
        out: Option<PathBuf>,
    },
    /// The main job: read, link, reconcile, and write a package; a dry run unless --final
    Run {
        /// The configuration, or the folder it is in
        #[arg(default_value = "handover.toml")]
        config: PathBuf,
        /// Where the package goes; else the next number under packages/ beside the configuration
        #[arg(long)]
        out: Option<PathBuf>,
        /// The handover itself: refused unless every gate is green or waived
        #[arg(long = "final")]
        final_run: bool,
        /// How many threads; the package is the same on any number
        #[arg(long)]
        threads: Option<usize>,
    },
    /// Check a package without trusting what made it
    Verify {
        /// The package
        package: PathBuf,
        /// The folder of handover.toml: re-hash the sources and account for every physical row of them
        #[arg(long)]
        sources: Option<PathBuf>,
        /// The commitment key: check what only its holder can
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Where a patient, pair, referral, appointment or figure comes from; what a reason means
    Explain(explain::Arguments),
    /// People whose NHS number is missing, unverified or disputed: out to the national service, and its answer back in
    Trace {
        #[command(subcommand)]
        way: TraceWay,
    },
    /// Clerical review: the questions that the machine leaves to people, in a workbook
    Review {
        #[command(subcommand)]
        command: review::ReviewCommand,
    },
    /// The linkage engine alone, on any tables of people: which rows are one person
    Link(link::Arguments),
    /// Write the example transition into a folder and run it
    Demo {
        /// The folder; it must be empty or not there
        dir: PathBuf,
    },
}

/// Out or in.
#[derive(Debug, Subcommand)]
enum TraceWay {
    /// Write the people to trace, in the shape of the Personal Demographics Service's batch trace
    Export {
        /// The file; it must not be there
        file: PathBuf,
        /// The configuration, or the folder it is in
        #[arg(default_value = "handover.toml")]
        config: PathBuf,
    },
    /// Put the service's answer among the sources
    Import {
        /// The answer as it came
        file: PathBuf,
        /// The configuration, or the folder it is in
        #[arg(default_value = "handover.toml")]
        config: PathBuf,
    },
}

impl Command {
    /// What holds wherever it was interrupted.
    fn truth_when_interrupted(&self) -> &'static str {
        match self {
            Command::Profile { draft: Some(_), .. } => "some mappings may be drafted",
            Command::Check { out: Some(_), .. } => {
                "the folder of --out may be half written, with patient data: delete it"
            }
            Command::Profile { .. } | Command::Check { .. } | Command::Verify { .. } | Command::Explain(_) => {
                "nothing was written"
            }
            Command::Run { .. } => "no package was written",
            Command::Trace { way: TraceWay::Export { .. } } => "nothing was written",
            Command::Trace { way: TraceWay::Import { .. } } => "the answer may be kept already; import it again to see",
            Command::Review { command: review::ReviewCommand::Export { .. } } => "no workbook was written",
            Command::Review { .. } => "decisions may be recorded already: give the same command again to see",
            Command::Link(_) => "the files of --out, --pairs and --save-model may be half written: delete them",
            Command::Init { .. } => "the folder may be half made",
            Command::Demo { .. } => "no package was written, and the example may be half made",
        }
    }
}

/// Does what the arguments say, and tells how it ended.
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Outcome {
    let arguments: Vec<std::ffi::OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return exit::of_arguments(&in_signs(error, &arguments), asks_for_json(&arguments)),
    };
    terminal::quiet_panics();
    terminal::start_log(cli.voice);
    interrupt::listen(cli.voice, cli.command.truth_when_interrupted());
    let result = match &cli.command {
        Command::Init { dir } => init::init(dir, cli.voice),
        Command::Profile { files, draft } => profile::profile(files, draft.as_deref(), cli.voice),
        Command::Check { config, reason, source, out } => {
            let asked = check::Asked { reason: reason.as_deref(), source: source.as_deref(), out: out.as_deref() };
            check::check(config, asked, cli.voice)
        }
        Command::Run { config, out, final_run, threads } => {
            let options = crate::pipeline::Options { out: out.clone(), final_run: *final_run };
            terminal::with_threads(*threads, || run::run(config, &options, cli.voice))
        }
        Command::Verify { package, sources, key } => {
            verify::verify(package, sources.as_deref(), key.as_deref(), cli.voice)
        }
        Command::Explain(arguments) => explain::explain(arguments, cli.voice),
        Command::Trace { way: TraceWay::Export { file, config } } => trace::export(file, config, cli.voice),
        Command::Trace { way: TraceWay::Import { file, config } } => trace::import(file, config, cli.voice),
        Command::Review { command } => review::review(command, cli.voice),
        Command::Link(arguments) => terminal::with_threads(arguments.threads, || link::link(arguments, cli.voice)),
        Command::Demo { dir } => demo::demo(dir, cli.voice),
    };
    interrupt::give_way();
    let outcome = result.unwrap_or_else(|failure| exit::report(&failure, cli.voice));
    if outcome == Outcome::Done && terminal::output_lost() {
        terminal::say("error: what was to be printed could not be written\n  next: make room where the output goes");
        return Outcome::Machine;
    }
    outcome
}

/// The same mistake in a command line whose characters steer no terminal: the message quotes it.
fn in_signs(error: clap::Error, arguments: &[std::ffi::OsString]) -> clap::Error {
    let shown = |argument: &std::ffi::OsString| terminal::harmless(&argument.to_string_lossy()).into_owned();
    Cli::try_parse_from(arguments.iter().map(shown)).err().unwrap_or(error)
}

/// Where a command line is wrong nothing of it is parsed, but a script that asked for JSON is to get it.
fn asks_for_json(arguments: &[std::ffi::OsString]) -> bool {
    arguments.iter().skip(1).take_while(|argument| *argument != "--").any(|argument| argument == "--json")
}
