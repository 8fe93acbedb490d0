//! Why a folder could not be judged at all.

use super::problems::tame;
use std::path::PathBuf;

/// The folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing to list.
    #[error("{} could not be read as a folder", tame(&path.to_string_lossy()))]
    Unreadable {
        /// The folder that was asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
