//! # handover
//! The map is written first; rooms follow.
