//! One integration binary.

mod packages;
