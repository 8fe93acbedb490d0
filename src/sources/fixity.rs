//! A file's bytes: what the first of them show, how many there are, their digest, and whether they are still the same when
//! reading is done.

use super::Error;
use super::encoding::Utf8Count;
use super::format;
use super::packed::Place;
use crate::config::NoFile;
use crate::values::Digest;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

const HEAD_BYTES: usize = 8 << 10;
const READ_BYTES: usize = 512 << 10;
/// Bytes that were read and wait for their digest are no more than this.
const WAITING_BYTES_MAX: usize = 8 << 20;

/// What a file's first bytes show, and of text as many more as it takes.
#[derive(Debug)]
pub(super) struct Survey {
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// Of text alone.
    pub(super) utf8: Utf8Count,
    on_disk: (u64, Option<SystemTime>),
}

/// How many bytes a file has, and their digest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fixity {
    pub(super) bytes: u64,
    pub(super) digest: Digest,
}

/// Reads on through a text until it is certain whether it is UTF-8, and through what an archive holds to the end.
pub(super) fn survey(place: &Place) -> Result<Survey, Error> {
    let on_disk = on_disk(place)?;
    let mut file = place.stream().map_err(|error| place.failed(error))?;
    let mut watch = place.watch();
    let mut survey = Survey { head: Vec::new(), utf8: Utf8Count::default(), on_disk };
    let mut chunk = vec![0; READ_BYTES];
    loop {
        let length = read_some(&mut file, &mut chunk).map_err(|error| place.failed(error))?;
        let bytes = &chunk[..length];
        watch.add(bytes)?;
        let missing = HEAD_BYTES.saturating_sub(survey.head.len());
        survey.head.extend_from_slice(&bytes[..missing.min(length)]);
        // What is packed has no characters, and nearly every byte of it would be looked at by itself.
        let is_text = !format::is_packed(&survey.head);
        if is_text {
            survey.utf8.add(bytes);
        }
        let knows_enough = !is_text || survey.utf8.is_certain();
        if survey.head.len() == HEAD_BYTES && knows_enough && !place.is_packed() {
            break;
        }
        if length == 0 {
            survey.utf8.end();
            break;
        }
    }
    if survey.head.is_empty() {
        return Err(unusable(
            place.shown(),
            "the file is empty (0 bytes)",
            "ask for the export again, or take the file out of the folder",
        ));
    }
    watch.end()?;
    Ok(survey)
}

pub(super) fn read_some(input: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

impl Fixity {
    /// Reads the whole file.
    pub(super) fn of(place: &Place) -> Result<Self, Error> {
        let failed = |error| place.failed(error);
        let mut input = Digested::new(place.stream().map_err(failed)?);
        let mut chunk = vec![0; READ_BYTES];
        while read_some(&mut input, &mut chunk).map_err(failed)? > 0 {
            input.catch_up();
        }
        Ok(input.end())
    }
}

/// A digest of what is read through it. The bytes are kept until [`Digested::catch_up`], which may run beside other work.
pub(super) struct Digested<R> {
    input: R,
    hasher: Sha256,
    waiting: Vec<u8>,
    /// Bytes read so far.
    pub(super) bytes: u64,
}

impl<R: Read> Digested<R> {
    pub(super) fn new(input: R) -> Self {
        Digested { input, hasher: Sha256::new(), waiting: Vec::new(), bytes: 0 }
    }

    pub(super) fn catch_up(&mut self) {
        self.hasher.update(&self.waiting);
        self.waiting.clear();
    }

    /// Of all bytes that were read.
    pub(super) fn end(mut self) -> Fixity {
        self.catch_up();
        Fixity { bytes: self.bytes, digest: Digest::from_bytes(self.hasher.finalize().into()) }
    }
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        if self.waiting.len() + read > WAITING_BYTES_MAX {
            self.catch_up();
        }
        self.waiting.extend_from_slice(&into[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

impl Survey {
    /// Refuses a file that somebody wrote to after it was looked at.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_all_that_was_read_however_it_was_read() {
        let bytes: Vec<u8> = (0..WAITING_BYTES_MAX + 100_000).map(|place| (place % 251) as u8).collect();
        for (step, every) in [(4096, 1), (100_000, 7), (WAITING_BYTES_MAX / 3, usize::MAX)] {
            let mut input = Digested::new(bytes.as_slice());
            let mut chunk = vec![0; step];
            let mut reads = 0;
            while read_some(&mut input, &mut chunk).expect("memory can be read") > 0 {
                reads += 1;
                if reads % every == 0 {
                    input.catch_up();
                }
            }
            let Fixity { bytes: many, digest } = input.end();
            assert_eq!((many, digest), (bytes.len() as u64, Digest::of(&bytes)));
        }
    }
}
