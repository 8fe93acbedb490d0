//! Why the journal could not be used.

use crate::values::Shown as _;
use std::path::PathBuf;

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("{}: cannot be read", path.shown())]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something else stands there.
    #[error("{}: a journal of decisions is a file, and this is none", path.shown())]
    NoFile {
        /// Where the journal should be.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{}: cannot be written; no decision was recorded", path.shown())]
    Write {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not an event.
    #[error("{}:{line}: {what}", path.shown())]
    Line {
        /// The journal.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong and what to do.
        what: String,
    },
    /// An event that is to be written is not one.
    #[error("{}: a decision cannot be recorded: {what}", path.shown())]
    Entry {
        /// The journal.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
}
