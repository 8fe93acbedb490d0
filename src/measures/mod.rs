//! # measures
