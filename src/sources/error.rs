//! Why a source could not be read.

use crate::values::Shown as _;
use std::path::PathBuf;

/// A bad file stops the run: nothing is emitted from part of the sources.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The glob of a source matches no file.
    #[error("source {source_id}: no file matches {pattern}")]
    NoFile {
        /// The source's id.
        source_id: String,
        /// The glob.
        pattern: String,
    },
    /// The file cannot be opened or read.
    #[error("{}: cannot be read", path.shown())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Two sources list one file, or one sheet of it: the configuration is wrong, not the file.
    #[error("{}: {what} is claimed by two sources, {first} and {second}", path.shown())]
    ClaimedTwice {
        /// The file.
        path: PathBuf,
        /// The file or the sheet.
        what: String,
        /// The id of one source.
        first: String,
        /// The id of the other.
        second: String,
    },
    /// The file is not what it should be; the text says what, and what to do.
    #[error("{}: {what}", path.shown())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
        /// What to do next.
        hint: String,
    },
}
