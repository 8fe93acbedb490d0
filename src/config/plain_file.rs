//! Whatever is opened by the name that somebody gave it is looked at first: to open a pipe is to wait for whoever holds its
//! other end, and what can be read only once cannot be read again to see that it is still the same.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

/// What lies at a path where a file should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoFile {
    /// A folder.
    #[error("this is a folder")]
    Folder,
    /// A pipe, a socket or a device.
    #[error("this is no file but a pipe, a socket or a device, which can be read only once")]
    Stream,
}

impl NoFile {
    /// `None` where it is a file.
    pub fn of(about: &Metadata) -> Option<NoFile> {
        match about.is_file() {
            true => None,
            false => Some(if about.is_dir() { NoFile::Folder } else { NoFile::Stream }),
        }
    }
}

/// Opens a file for reading; anything else is refused before it is opened.
pub fn open_file(path: &Path) -> io::Result<File> {
    match NoFile::of(&path.metadata()?) {
        None => File::open(path),
        Some(other) => Err(io::Error::other(other)),
    }
}

/// The bytes of a file.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
