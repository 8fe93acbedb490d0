//! Why a package could not be sealed.

use std::io;
use std::path::PathBuf;

/// Nothing stands at the package's place when one of these comes back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something is there already; a package is never overwritten.
    #[error("{} is there already", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// The place has no name, such as `/` or `..`.
    #[error("{} cannot be the name of a package", path.display())]
    NoName {
        /// The place.
        path: PathBuf,
    },
    /// What should be a package cannot be read.
    #[error("{}: cannot be read", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What should be a package is none, or not what it was.
    #[error("{}: {what}", path.display())]
    Unlike {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// The machine failed us: the disk is full, or we may not write there.
    #[error("{}: {doing}", path.display())]
    Machine {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    /// Whether the machine failed us, rather than the command being wrong.
    pub fn is_machine(&self) -> bool {
        matches!(self, Error::Machine { .. })
    }

    /// Whether a package could not be read, rather than the command being wrong.
    pub fn is_input(&self) -> bool {
        matches!(self, Error::Unread { .. } | Error::Unlike { .. })
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        let Error::Machine { source, .. } = self else {
            return match self {
                Error::Exists { .. } => "give another folder with --out, or move the package that is there away",
                Error::Unread { .. } => "give the folder of a package, and check that it may be read",
                Error::Unlike { .. } => "check it with handover verify, or run again for a package of this version",
                _ => "give a folder with a name with --out",
            };
        };
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                "make room on the disk, or write elsewhere with --out; nothing was left behind"
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "make the folder writable for you, or write elsewhere with --out"
            }
            _ => "look at the cause, then run again; nothing was left behind",
        }
    }
}

/// Says which file it was and what was tried with it.
pub(super) trait During<T> {
    fn during(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T, Error>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T, Error> {
        self.map_err(|source| Error::Machine { path: path.into(), doing, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_closed_folder_are_told_apart() {
        let hint = |kind: io::ErrorKind| {
            let failed: io::Result<()> = Err(kind.into());
            let error = failed.during("cannot be written", "x").expect_err("it failed");
            assert!(error.is_machine());
            error.hint()
        };
        assert!(hint(io::ErrorKind::StorageFull).contains("make room"));
        assert!(hint(io::ErrorKind::PermissionDenied).contains("writable"));
        assert!(!Error::Exists { path: "x".into() }.is_machine());
    }
}
