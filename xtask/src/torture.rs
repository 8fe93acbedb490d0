//! # torture: what may not break, given what would break it, at length.
//!
//! The cases and the watching are those of the ordinary tests, which run a few: here they are asked for as many as wanted.

use crate::Failure;
use std::process::{Command, ExitCode, Stdio};

#[derive(clap::Args)]
pub struct Arguments {
    /// What is tortured.
    #[arg(value_enum)]
    what: What,
    /// How many cases, over all formats.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Random bytes, cut files and flipped bits, read by the readers of every format.
    Readers,
}

/// Runs the task: 0 when nothing broke, 1 when something did.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (test, variable) = match arguments.what {
        What::Readers => ("torture::readers_withstand_hostile_bytes", "HANDOVER_TORTURE_CASES"),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = |more: &str| {
        let mut command = Command::new(&cargo);
        command.args(["test", "--package", "handover", "--test", "it", "--", "--exact", test, more]);
        command
    };
    // A name that no test has would pass, having run nothing.
    let listed = asked("--list").stderr(Stdio::inherit()).output()?;
    if !String::from_utf8_lossy(&listed.stdout).lines().any(|line| line == format!("{test}: test")) {
        return Err(format!("there is no test {test}: nothing was tortured").into());
    }
    let status = asked("--nocapture").env(variable, arguments.cases.to_string()).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
