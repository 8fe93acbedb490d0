//! One integration binary.

mod cases;
mod check;
mod cli;
mod dry_runs;
mod flow;
mod following;
mod ids;
mod journal;
mod laws;
mod packages;
mod profile;
mod review;
mod torture;
mod trace;
mod transition;
