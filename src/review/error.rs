//! Why nothing could be exported or imported.

use crate::values::Shown as _;
use crate::{config, decisions, package, sources};
use std::io;
use std::path::PathBuf;

/// Why nothing could be exported or imported. None holds a value of a patient.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The commitment key.
    #[error("the commitment key cannot be used")]
    Key(#[from] config::Error),
    /// A package.
    #[error("the package cannot be read")]
    Package(#[from] package::Error),
    /// The journal.
    #[error("the journal of decisions cannot be used")]
    Decisions(#[from] decisions::Error),
    /// The workbook is not one.
    #[error("the workbook cannot be read")]
    Workbook(#[from] sources::Error),
    /// The workbook is not one of ours, or not any more.
    #[error("{}: {what}", path.shown())]
    Unlike {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
        /// What to do next.
        hint: &'static str,
    },
    /// What was asked for cannot be done.
    #[error("{what}")]
    Asked {
        /// What is wrong with it.
        what: String,
        /// What to do next.
        hint: &'static str,
    },
    /// The workbook cannot be written.
    #[error("{}: the workbook cannot be written", path.shown())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    pub(super) fn asked(what: impl Into<String>, hint: &'static str) -> Self {
        Error::Asked { what: what.into(), hint }
    }
}
