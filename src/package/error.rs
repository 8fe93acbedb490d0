//! Why a package could not be sealed, or an earlier one could not be opened.

use crate::values::Shown as _;
use std::io;
use std::path::PathBuf;

/// Nothing stands at the package's place when one of these comes back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something is there already; a package is never overwritten.
    #[error("{} is there already", path.shown())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// The place has no name, such as `/` or `..`.
    #[error("{} cannot be the name of a package", path.shown())]
    NoName {
        /// The place.
        path: PathBuf,
    },
    /// The machine failed us: the disk is full, or we may not write there.
    #[error("{}: {doing}", path.shown())]
    Machine {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// A file of a package cannot be read.
    #[error("{}: cannot be read", path.shown())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no package, or was changed since it was sealed.
    #[error("{}: {what}", path.shown())]
    NoPackage {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The key does not reproduce what the earlier package commits to.
    #[error("{}: made with another commitment key, or its manifest was changed since", path.shown())]
    OtherKey {
        /// The package.
        path: PathBuf,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Error::Exists { .. } => "give another folder with --out, or move the package that is there away",
            Error::NoName { .. } => "give a folder with a name with --out",
            Error::Machine { source, .. } => hint_of_machine(source.kind()),
            Error::Unreadable { .. } => {
                "give the folder of a package (or name one as transition.previous) that may be read"
            }
            Error::NoPackage { .. } => {
                "check it with handover verify, or run that transition again for another package"
            }
            Error::OtherKey { .. } => {
                "restore the key that the package was made with (ids are made from it), or take transition.previous out"
            }
        }
    }
}

fn hint_of_machine(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "make room on the disk, or write elsewhere with --out; nothing was left behind"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make the folder writable for you, or write elsewhere with --out"
        }
        _ => "look at the cause, then run again; nothing was left behind",
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
            assert!(matches!(error, Error::Machine { .. }));
            error.hint()
        };
        assert!(hint(io::ErrorKind::StorageFull).contains("make room"));
        assert!(hint(io::ErrorKind::PermissionDenied).contains("writable"));
    }
}
