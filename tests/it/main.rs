//! One integration binary.

mod cli;
mod packages;
mod transition;
