//! Hands argv to `cli` and turns its answer into an exit code. Nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    handover::cli::run(std::env::args_os()).into()
}
