//! # xtask: what the project needs beside the tool itself.
//!
//! `generate` makes an invented transition with its truth, `evaluate` scores a package against such a truth,
//! `tidy` holds the source to the house rules, `bench` measures whole runs, `torture` runs the hostile cases of the tests at
//! length. None of them uses the library:
//! what is judged must not also be the judge.

mod bench;
mod evaluate;
mod generate;
mod tidy;
mod torture;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "xtask", about = "What the project needs beside the tool itself")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Makes an invented county's transition, with the truth beside it.
    Generate(generate::Arguments),
    /// Scores a package against the truth of a generated transition.
    Evaluate(evaluate::Arguments),
    /// Holds the source to the house rules.
    Tidy,
    /// Times and weighs whole runs of the program.
    Bench(bench::Arguments),
    /// What `bench readers` is compared with: a library alone, which must be a process of its own.
    #[command(hide = true)]
    BenchPeer(bench::readers::PeerArguments),
    /// Gives what may not break what would break it, at length.
    Torture(torture::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Generate(arguments) => generate::run(&arguments),
        Task::Evaluate(arguments) => evaluate::run(&arguments),
        Task::Tidy => Ok(tidy::run()),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::BenchPeer(arguments) => bench::readers::peer(&arguments),
        Task::Torture(arguments) => torture::run(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        // Nothing is left to be done when standard error itself is closed.
        let _ = writeln!(std::io::stderr(), "xtask: {error}");
        ExitCode::from(2)
    })
}

/// Any failure of a task: it is read by the developer who started it.
pub(crate) type Failure = Box<dyn std::error::Error>;
