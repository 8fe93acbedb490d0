//! A file's bytes: how many, their digest, and whether they are still the same when reading is done.

use super::Error;
use super::encoding::Utf8Count;
use crate::values::Digest;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

const HEAD_BYTES: usize = 8 << 10;
const READ_BYTES: usize = 256 << 10;

/// What one pass over a file's bytes shows.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) bytes: u64,
    pub(super) digest: Digest,
    /// The first bytes.
    pub(super) head: Vec<u8>,
    pub(super) utf8: Utf8Count,
    changed_at: Option<SystemTime>,
}

/// Reads the whole file once.
pub(super) fn survey(path: &Path) -> Result<Survey, Error> {
    let unreadable = |source| Error::Io { path: path.to_owned(), source };
    let changed_at = changed_at(path);
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    let mut survey =
        Survey { bytes: 0, digest: Digest::of(&[]), head: Vec::new(), utf8: Utf8Count::default(), changed_at };
    let mut chunk = vec![0; READ_BYTES];
    loop {
        let read = file.read(&mut chunk).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        let bytes = &chunk[..read];
        hasher.update(bytes);
        survey.utf8.add(bytes);
        survey.bytes += read as u64;
        let missing = HEAD_BYTES.saturating_sub(survey.head.len());
        survey.head.extend_from_slice(&bytes[..missing.min(read)]);
    }
    survey.utf8.end();
    survey.digest = Digest::from_bytes(hasher.finalize().into());
    if survey.bytes == 0 {
        return Err(unusable(
            path,
            "the file is empty (0 bytes)",
            "ask for the export again, or take the file out of the folder",
        ));
    }
    Ok(survey)
}

impl Survey {
    /// Refuses a file that somebody wrote to after its digest was taken.
    pub(super) fn still_holds(&self, path: &Path) -> Result<(), Error> {
        let bytes = fs::metadata(path).map_err(|source| Error::Io { path: path.to_owned(), source })?.len();
        if bytes == self.bytes && changed_at(path) == self.changed_at {
            return Ok(());
        }
        Err(unusable(path, "the file changed while it was being read", "wait until it is written, then run again"))
    }
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|about| about.modified()).ok()
}

pub(super) fn unusable(path: &Path, what: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Unusable { path: path.to_owned(), what: what.into(), hint: hint.into() }
}
