//! One integration binary.

mod answers;
mod cases;
mod check;
mod cli;
mod drafts;
mod dry_runs;
mod explain;
mod flow;
mod following;
mod ids;
#[cfg(unix)]
mod interruption;
mod journal;
mod laws;
mod link;
mod packages;
mod profile;
mod readers;
mod review;
mod torture;
mod trace;
mod traits;
mod transition;
