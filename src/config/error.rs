//! What is wrong with a configuration: all of it at once.

use crate::values::Shown as _;
use std::fmt;
use std::path::PathBuf;

/// One mistake and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file.
    pub file: PathBuf,
    /// 1-based line, where known.
    pub line: Option<usize>,
    /// 1-based column in characters, where known.
    pub column: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do next.
    pub hint: String,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files are there, and wrong.
    #[error("{}", list(.0))]
    Mistakes(Vec<Mistake>),
    /// A file could not be read.
    #[error("{} could not be read", path.shown())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The machine failed us: a key could not be written.
    #[error("{} could not be written", path.shown())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.shown())?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}:{}", self.column.unwrap_or(1))?;
        }
        write!(formatter, ": {}", self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(formatter, "\n    {}", self.hint) }
    }
}

fn list(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")
}
