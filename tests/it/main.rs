//! One integration binary.

mod cases;
mod cli;
mod flow;
mod ids;
mod laws;
mod packages;
mod review;
mod transition;
