//! # bench: whole runs of the program, timed and weighed from outside.
//!
//! A run is a process, as a user starts it. Its log says when each stage ends; memory is what Linux counts for it.

pub mod growth;
pub mod link;
mod process;
pub mod readers;
mod told;

use crate::Failure;
use process::{Ended, Watched, watch};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use told::{Told, tell};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    of: Option<Of>,
    /// How many people are in the generated county's care.
    #[arg(long, default_value_t = 63_000)]
    people: u32,
    /// How many runs are measured, after one that warms up.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// The generator's seed.
    #[arg(long, default_value_t = 2017)]
    seed: u64,
    /// Another program, run in turn with ours on the same data: a shell command, given the folder as its last argument.
    #[arg(long)]
    peer: Option<String>,
}

/// What is measured by itself.
#[derive(clap::Subcommand)]
enum Of {
    /// Reading and mapping alone: a large file of people as text and as a worksheet.
    Readers(readers::Arguments),
    /// Whole runs on counties of growing size: time a person at each.
    Growth(growth::Arguments),
    /// Linking alone, beside Splink: a flat table of people, from CSV to clusters.
    Link(link::Arguments),
}

/// A run of ours.
struct Run {
    watched: Watched,
    rows: u64,
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.of {
        Some(Of::Readers(arguments)) => return readers::run(arguments),
        Some(Of::Growth(arguments)) => return growth::run(arguments),
        Some(Of::Link(arguments)) => return link::run(arguments),
        None => {}
    }
    let (task, target) = places()?;
    let folder = target.join("bench").join(format!("{}-{}", arguments.people, arguments.seed));
    build()?;
    generate(&task, &folder, arguments.people, arguments.seed)?;
    let program = target.join("release").join(format!("handover{}", std::env::consts::EXE_SUFFIX));

    say("warming up")?;
    ours(&program, &folder)?;
    let (mut runs, mut peers) = (Vec::new(), Vec::new());
    for number in 1..=arguments.runs {
        say(&format!("run {number} of {}", arguments.runs))?;
        runs.push(ours(&program, &folder)?);
        if let Some(command) = &arguments.peer {
            peers.push(peer(command, &folder)?);
        }
    }
    let watched: Vec<&Watched> = runs.iter().map(|run| &run.watched).collect();
    let peers = arguments.peer.as_deref().map(|command| (command, peers.as_slice()));
    let told = Told { people: arguments.people, seed: arguments.seed, rows: runs[0].rows, runs: &watched, peers };
    std::io::stdout().lock().write_all(tell(&told).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// This program, and the target folder that it lies in.
fn places() -> Result<(PathBuf, PathBuf), Failure> {
    let task = std::env::current_exe()?;
    let target = task.parent().and_then(Path::parent).ok_or("this program lies outside a target folder")?.to_owned();
    Ok((task, target))
}

fn build() -> Result<(), Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    succeed(Command::new(cargo).args(["build", "--release", "--package", "handover"]))
}

/// Makes the transition where it is not there yet; a mark is left when it is whole.
fn generate(task: &Path, folder: &Path, people: u32, seed: u64) -> Result<(), Failure> {
    let mark = folder.join("generated");
    if mark.exists() {
        return say(&format!("{}: made earlier (remove the folder to have it made anew)", folder.display()));
    }
    let numbers = [people.to_string(), seed.to_string()];
    succeed(
        Command::new(task).args(["generate", "--people", &numbers[0], "--seed", &numbers[1], "--out"]).arg(folder),
    )?;
    Ok(std::fs::write(mark, "")?)
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}").into()) }
}

/// The main job as a whole process; the package is taken away again.
fn ours(program: &Path, folder: &Path) -> Result<Run, Failure> {
    let out = package(folder);
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    let config = folder.join("handover.toml");
    let watched = watch(Command::new(program).args(["run", "--json", "-v", "--out"]).arg(&out).arg(config))?;
    if watched.ended != Ended::Well {
        return Err(format!("handover run failed:\n{}", watched.errors).into());
    }
    let document: serde_json::Value = serde_json::from_str(&watched.output)?;
    let rows = document["summary"]["rows_read"].as_u64().ok_or("the summary has no rows_read")?;
    std::fs::remove_dir_all(&out)?;
    Ok(Run { watched, rows })
}

fn package(folder: &Path) -> PathBuf {
    folder.join("packages").join("bench")
}

/// The shell gives way to the command, so that its memory is what is measured.
fn peer(command: &str, folder: &Path) -> Result<Watched, Failure> {
    let watched = watch(Command::new("sh").arg("-c").arg(format!("exec {command} \"$0\"")).arg(folder))?;
    match watched.ended {
        Ended::Well => Ok(watched),
        Ended::Badly => Err(format!("the peer failed:\n{}", watched.errors).into()),
    }
}

fn say(text: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stderr(), "{text}")?)
}
