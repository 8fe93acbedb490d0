//! # verify
