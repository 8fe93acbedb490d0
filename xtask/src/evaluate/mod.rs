//! # evaluate: a package scored against the truth of a generated transition, or the linkage engine on labelled sets.
//!
//! Reads only the tables that come out and the truth's; shares no code with what it judges.

mod appointments;
mod kinds;
mod link;
mod patients;
mod referrals;
mod score;
mod tables;
#[cfg(test)]
mod tests;

pub use patients::pairs;

use crate::Failure;
use score::Scores;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    of: Option<Of>,
    /// The folder `generate` wrote.
    #[arg(required = true)]
    dir: Option<PathBuf>,
    /// The package; the highest-numbered under DIR/packages where absent.
    #[arg(long)]
    package: Option<PathBuf>,
    /// One JSON document instead of lines.
    #[arg(long)]
    json: bool,
    /// How many rows to cite of each kind of error.
    #[arg(long, default_value_t = 0)]
    examples: usize,
    /// Exit 1 where a floor of this set is missed: once (the default) or doubled.
    #[arg(long, num_args = 0..=1, default_missing_value = "once")]
    floors: Option<String>,
}

/// What is scored by itself.
#[derive(clap::Subcommand)]
enum Of {
    /// The linkage engine alone, on every labelled set of people in a folder.
    Link(link::Arguments),
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(Of::Link(arguments)) = &arguments.of {
        return link::run(arguments);
    }
    let dir = arguments.dir.as_deref().ok_or("name the folder")?;
    let package = match &arguments.package {
        Some(package) => package.clone(),
        None => latest(&dir.join("packages"))?,
    };
    let scores = scored(&dir.join("truth"), &package, arguments.examples)?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        writeln!(out, "{:#}", scores.json())?;
    } else {
        write!(out, "{}", scores.printed())?;
    }
    let Some(set) = &arguments.floors else { return Ok(ExitCode::SUCCESS) };
    let missed = score::missed(&scores, set)?;
    for line in &missed {
        writeln!(std::io::stderr(), "below its floor: {line}")?;
    }
    Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// All figures of a package.
fn scored(truth: &Path, package: &Path, examples: usize) -> Result<Scores, Failure> {
    let mut truth = tables::Truth::read(truth)?;
    let package = tables::Package::read(package, &mut truth.places)?;
    let mut scores = Scores::new(examples);
    patients::rows(&truth, &package, &mut scores);
    patients::patients(&truth, &package, &mut scores);
    referrals::referrals(&truth, &package, &mut scores);
    appointments::appointments(&truth, &package, &mut scores);
    Ok(scores)
}

fn latest(packages: &Path) -> Result<PathBuf, Failure> {
    let mut best: Option<(u64, PathBuf)> = None;
    for entry in std::fs::read_dir(packages).map_err(|error| format!("{}: {error}", packages.display()))? {
        let path = entry?.path();
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        if let Some(number) = number {
            best = best.max(Some((number, path)));
        }
    }
    best.map(|(_, path)| path).ok_or_else(|| format!("{}: no package", packages.display()).into())
}
