//! How a command ended, and the exit code for it. The codes are fixed.

use super::{Voice, terminal};
use crate::package::explain::ExplainError;
use crate::values::Shown as _;
use crate::{config, decisions, package, pipeline, review, sources, verify};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Finished, and the answer is "no".
    No,
    /// The command line or the configuration is wrong.
    Usage,
    /// An input could not be read.
    Input,
    /// The machine failed us.
    Machine,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

impl Outcome {
    fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::No => 1,
            Outcome::Usage => 2,
            Outcome::Input => 3,
            Outcome::Machine => 4,
            Outcome::Interrupted => 130,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome.code())
    }
}

/// Ends the program whatever its other threads are doing.
pub(super) fn at_once(outcome: Outcome) -> ! {
    std::process::exit(outcome.code().into())
}

/// Why a command could not finish: what, the causes, what to do next.
#[derive(Debug)]
pub(super) struct Failure {
    pub outcome: Outcome,
    pub message: String,
    pub hint: String,
}

impl Failure {
    pub(super) fn new(outcome: Outcome, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure { outcome, message: message.into(), hint: hint.into() }
    }

    /// A place inside a package: it would hold no longer.
    pub(super) fn unless_outside_packages(path: &std::path::Path) -> Result<(), Self> {
        let whole = std::path::absolute(path).map_err(|error| Failure::io(path, &error))?;
        match whole.ancestors().skip(1).find(|folder| folder.join("bagit.txt").exists()) {
            None => Ok(()),
            Some(package) => Err(Failure::new(
                Outcome::Usage,
                format!("{} lies inside the package {}", path.shown(), package.shown()),
                "give a place outside it; a package is never changed",
            )),
        }
    }

    /// A file where the command is to make a folder, or a place inside a package.
    pub(super) fn unless_folder(path: &std::path::Path) -> Result<(), Self> {
        Failure::unless_outside_packages(path)?;
        if !path.exists() || path.is_dir() {
            return Ok(());
        }
        let message = format!("{} is a file, not a folder", path.shown());
        Err(Failure::new(Outcome::Usage, message, "give another folder"))
    }

    /// A file or folder that the command itself must read or write.
    pub(super) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        let hint = match error.kind() {
            std::io::ErrorKind::StorageFull => "make room on the disk, then run the command again",
            std::io::ErrorKind::PermissionDenied => "check who may write there, then run the command again",
            std::io::ErrorKind::NotADirectory | std::io::ErrorKind::AlreadyExists => {
                "a file stands where a folder should be; give another folder"
            }
            _ => "look at the cause, then run the command again",
        };
        Failure::new(Outcome::Machine, format!("{}: {error}", path.shown()), hint)
    }
}

impl From<pipeline::Error> for Failure {
    fn from(error: pipeline::Error) -> Self {
        let outcome = match &error {
            pipeline::Error::Config(error) => of_config(error),
            pipeline::Error::Sources(sources::Error::ClaimedTwice { .. }) => Outcome::Usage,
            pipeline::Error::Sources(_) | pipeline::Error::Changed { .. } => Outcome::Input,
            pipeline::Error::Decisions(error) => of_decisions(error),
            pipeline::Error::Model { .. } => Outcome::Input,
            pipeline::Error::Previous(error) | pipeline::Error::Package(error) => of_package(error),
        };
        let hint = match &error {
            pipeline::Error::Sources(sources::Error::Unusable { hint, .. }) => hint.clone(),
            pipeline::Error::Sources(sources::Error::ClaimedTwice { .. }) => {
                "give each source its own files, or its own sheet in the mapping's [file] table; one mapping may hold \
                 several kinds of record"
                    .into()
            }
            pipeline::Error::Sources(sources::Error::NoFile { .. }) => {
                "put the export where the source's path points, or correct the path in handover.toml".into()
            }
            pipeline::Error::Sources(sources::Error::Io { .. }) => {
                "check that the file is there and may be read, then run the command again".into()
            }
            pipeline::Error::Changed { .. } => "run the command again when nobody writes to the sources".into(),
            pipeline::Error::Decisions(error) => hint_of_decisions(error).into(),
            pipeline::Error::Previous(error) | pipeline::Error::Package(error) => error.hint().into(),
            pipeline::Error::Config(error) => of_settings(error).into(),
            pipeline::Error::Model { .. } => {
                "name a model.json of this version as link.model, or leave link.model out to have one trained".into()
            }
        };
        Failure::new(outcome, chain(&error), hint)
    }
}

fn hint_of_decisions(error: &decisions::Error) -> &'static str {
    match error {
        decisions::Error::Line { .. } => "a journal is only ever added to; restore it from its last good copy",
        decisions::Error::NoFile { .. } => "name a file as transition.decisions in handover.toml, or leave the key out",
        decisions::Error::Io { .. } => "check that the journal may be read, then run the command again",
        decisions::Error::Write { .. } => "make room, or have the folder's owner let you write; then decide again",
        decisions::Error::Entry { .. } => "",
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        pipeline::Error::from(error).into()
    }
}

impl From<review::Error> for Failure {
    fn from(error: review::Error) -> Self {
        use review::Error;
        let (outcome, hint) = match &error {
            Error::Key(error) => (of_config(error), of_settings(error)),
            Error::Package(error) => (of_package(error), error.hint()),
            Error::Decisions(error) => (of_decisions(error), hint_of_decisions(error)),
            Error::Workbook(sources::Error::Unusable { hint, .. }) => (Outcome::Input, hint.as_str()),
            Error::Workbook(_) => (Outcome::Input, "check that the file is there and may be read"),
            Error::Unlike { hint, .. } => (Outcome::Input, *hint),
            Error::Asked { hint, .. } => (Outcome::Usage, *hint),
            Error::Write { .. } => (Outcome::Machine, "make room there, or give a folder that you may write to"),
        };
        Failure::new(outcome, chain(&error), hint)
    }
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Package(error) => Failure::new(of_package(&error), chain(&error), hint_of_opening(&error)),
            ExplainError::Unknown { what, hint } => Failure::new(Outcome::Usage, what, hint),
        }
    }
}

/// What to do about a package that was named to be looked into.
fn hint_of_opening(error: &package::Error) -> &'static str {
    match error {
        package::Error::Unreadable { .. } => "give the folder that holds bagit.txt, as handover run names it",
        _ => "do not trust it: handover verify says what is wrong; restore it, or run the transition again",
    }
}

impl From<verify::Error> for Failure {
    fn from(error: verify::Error) -> Self {
        Failure::new(Outcome::Input, chain(&error), "give the folder that holds bagit.txt")
    }
}

fn of_config(error: &config::Error) -> Outcome {
    match error {
        config::Error::Mistakes(_) | config::Error::Unreadable { .. } => Outcome::Usage,
        config::Error::Unwritable { .. } => Outcome::Machine,
    }
}

fn of_settings(error: &config::Error) -> &'static str {
    match error {
        config::Error::Mistakes(_) => "correct what is listed, then run the command again",
        config::Error::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            "name a handover.toml or its folder; handover init DIR makes a new one"
        }
        config::Error::Unreadable { .. } => "check that it is a file that you may read, then run the command again",
        config::Error::Unwritable { .. } => {
            "check that there is room and that you may write there, then run the command again"
        }
    }
}

fn of_decisions(error: &decisions::Error) -> Outcome {
    match error {
        decisions::Error::Io { .. } | decisions::Error::Line { .. } => Outcome::Input,
        decisions::Error::NoFile { .. } | decisions::Error::Entry { .. } => Outcome::Usage,
        decisions::Error::Write { .. } => Outcome::Machine,
    }
}

fn of_package(error: &package::Error) -> Outcome {
    match error {
        package::Error::Exists { .. } | package::Error::NoName { .. } | package::Error::OtherKey { .. } => {
            Outcome::Usage
        }
        package::Error::Unreadable { .. } | package::Error::NoPackage { .. } => Outcome::Input,
        package::Error::Machine { .. } => Outcome::Machine,
    }
}

/// A message with its causes, each on its own line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str("\n  ");
        text.push_str(&error.to_string().replace('\n', "\n  "));
        cause = error.source();
    }
    text
}

/// What clap has to say: help and version are no mistakes.
pub(super) fn of_arguments(error: &clap::Error, json: bool) -> Outcome {
    if json && error.use_stderr() {
        let (message, hint) = parts(&error.render().to_string());
        terminal::print(&document(&message, &hint));
    }
    // Printing can fail only when nobody listens any more.
    let _ = error.print();
    if error.use_stderr() { Outcome::Usage } else { Outcome::Done }
}

/// The first paragraph says what is wrong, the others what would be right.
fn parts(text: &str) -> (String, String) {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let (message, rest) = text.split_once("\n\n").unwrap_or((text, "try handover --help"));
    let lines = rest.lines().map(str::trim).filter(|line| !line.is_empty());
    (message.trim_end().into(), lines.map(|line| line.trim_start_matches("tip: ")).collect::<Vec<_>>().join("\n"))
}

/// The one document of a command that failed.
pub(super) fn document(message: &str, hint: &str) -> String {
    serde_json::json!({ "format": 1, "ok": false, "error": message, "hint": hint }).to_string()
}

/// Tells a person why a command could not finish.
pub(super) fn report(failure: &Failure, voice: Voice) -> Outcome {
    if voice.json {
        terminal::print(&document(&failure.message, &failure.hint));
    }
    terminal::say(&format!("error: {}", failure.message));
    if !failure.hint.is_empty() {
        terminal::say(&format!("  next: {}", failure.hint));
    }
    failure.outcome
}
