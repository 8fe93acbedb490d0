//! One integration binary.

mod cases;
mod cli;
mod flow;
mod ids;
mod journal;
mod laws;
mod packages;
mod review;
mod torture;
mod transition;
