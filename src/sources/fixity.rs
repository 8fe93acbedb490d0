//! A file's bytes: how many, their digest, and whether they are still the same when reading is done.

use super::Error;
use super::encoding::Utf8Count;
use super::format;
use super::packed::Place;
use crate::config::NoFile;
use crate::values::Digest;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::SystemTime;

const HEAD_BYTES: usize = 8 << 10;
const READ_BYTES: usize = 512 << 10;
/// From so many bytes on it is worth to share the work with another core.
const LARGE_BYTES: usize = 256 << 10;

/// What one pass over a file's bytes shows.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) bytes: u64,
    pub(super) digest: Digest,
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// Of text alone.
    pub(super) utf8: Utf8Count,
    on_disk: (u64, Option<SystemTime>),
}

/// Reads the whole file once.
pub(super) fn survey(place: &Place) -> Result<Survey, Error> {
    let on_disk = on_disk(place)?;
    let mut file = place.stream().map_err(|error| place.failed(error))?;
    let (mut hasher, mut watch) = (Sha256::new(), place.watch());
    let mut survey =
        Survey { bytes: 0, digest: Digest::of(&[]), head: Vec::new(), utf8: Utf8Count::default(), on_disk };
    let [mut chunk, mut next] = [0, 0].map(|_| vec![0; READ_BYTES]);
    let mut read = file.read(&mut chunk);
    loop {
        let length = read.map_err(|error| place.failed(error))?;
        if length == 0 {
            break;
        }
        let bytes = &chunk[..length];
        watch.add(bytes)?;
        survey.bytes += length as u64;
        let missing = HEAD_BYTES.saturating_sub(survey.head.len());
        survey.head.extend_from_slice(&bytes[..missing.min(length)]);
        // What is packed has no characters, and nearly every byte of it would be looked at by itself.
        let is_packed = format::is_packed(&survey.head);
        let mut go_on = || {
            if !is_packed {
                survey.utf8.add(bytes);
            }
            file.read(&mut next)
        };
        read = if length < LARGE_BYTES {
            hasher.update(bytes);
            go_on()
        } else {
            rayon::join(go_on, || hasher.update(bytes)).0
        };
        std::mem::swap(&mut chunk, &mut next);
    }
    watch.end()?;
    survey.utf8.end();
    survey.digest = Digest::from_bytes(hasher.finalize().into());
    if survey.bytes == 0 {
        return Err(unusable(
            place.shown(),
            "the file is empty (0 bytes)",
            "ask for the export again, or take the file out of the folder",
        ));
    }
    Ok(survey)
}

impl Survey {
    /// Refuses a file that somebody wrote to after its digest was taken.
    pub(super) fn still_holds(&self, place: &Place) -> Result<(), Error> {
        if on_disk(place)? == self.on_disk {
            return Ok(());
        }
        Err(unusable(
            place.shown(),
            "the file changed while it was being read",
            "wait until it is written, then run again",
        ))
    }
}

/// The size of the file or its archive, and when it was last written to.
fn on_disk(place: &Place) -> Result<(u64, Option<SystemTime>), Error> {
    let about = fs::metadata(place.on_disk()).map_err(|source| Error::Io { path: place.shown().to_owned(), source })?;
    Ok((about.len(), about.modified().ok()))
}

/// The size of a file, before it is opened.
pub fn bytes_of_file(path: &Path) -> Result<u64, Error> {
    let about = fs::metadata(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let Some(other) = NoFile::of(&about) else { return Ok(about.len()) };
    let hint = match other {
        NoFile::Folder => "name the files in it",
        NoFile::Stream => "write what comes out of it to a file, and name that file",
    };
    Err(unusable(path, other.to_string(), hint))
}

pub(super) fn unusable(path: &Path, what: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Unusable { path: path.to_owned(), what: what.into(), hint: hint.into() }
}
