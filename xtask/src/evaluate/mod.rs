//! # evaluate: a package scored against the truth of a generated transition.

use crate::Failure;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {}

/// Runs the task.
pub fn run(_: &Arguments) -> Result<ExitCode, Failure> {
    Err("not written yet".into())
}
