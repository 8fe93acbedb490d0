//! # linkage
