//! One integration binary.

mod cases;
mod cli;
mod flow;
mod journal;
mod laws;
mod packages;
mod transition;
