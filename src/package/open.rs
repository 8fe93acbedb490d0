//! The earlier package that the configuration names, read and held to its seal: the key must reproduce what `head.json`
//! commits to, and each file that is read must be the one that the manifest lists.

use super::carry::Change;
use super::error::Error;
use super::previous::{Draft, Id, Kind, Previous, ended, leading};
use crate::config::Config;
use crate::values::{CommitmentKey, Digest};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// No head and no manifest is longer.
const DOCUMENT_BYTES_MAX: u64 = 64 << 20;
const READ_BUFFER_BYTES: usize = 1 << 18;
const MANIFEST: &str = "manifest-sha256.txt";

#[derive(Deserialize)]
struct Head {
    format: String,
    manifest_commitment: String,
}

/// A package that is open: where it is, and what its files are by its manifest.
struct Open {
    folder: PathBuf,
    manifest: Digest,
    files: BTreeMap<String, Digest>,
}

/// A file that is hashed while it is read.
struct Hashed {
    file: File,
    hasher: Sha256,
}

/// What one line of a table gives; `None` where it is not a line of such a table.
type EachLine<'a> = &'a mut dyn FnMut(&[&[u8]]) -> Option<()>;

/// Opens the package of `[transition] previous`, where there is one, and reads what ids live on from.
pub fn open_previous(config: &Config, key: &CommitmentKey) -> Result<Option<Previous>, Error> {
    let Some(previous) = &config.transition.previous else { return Ok(None) };
    let open = Open::new(&config.folder.join(previous), key)?;
    let mut draft = Draft::default();
    open.read_people(&mut draft)?;
    open.read_members("tables/referral_records.csv", "referral_id", Kind::Referral, &mut draft)?;
    open.read_members("tables/appointment_records.csv", "appointment_id", Kind::Appointment, &mut draft)?;
    open.read_changes(&mut draft)?;
    let previous = draft.finish(open.manifest);
    tracing::info!(rows = previous.rows.len(), ended = previous.ended.len(), "earlier package read");
    Ok(Some(previous))
}

impl Open {
    fn new(folder: &Path, key: &CommitmentKey) -> Result<Self, Error> {
        let path = folder.join("head.json");
        let none = |what| Error::NoPackage { path: path.clone(), what };
        let head: Head = serde_json::from_slice(&document(&path)?).map_err(|_| none("not the head of a package"))?;
        if head.format != "handover-package/1" {
            return Err(none("the head of a package of another version"));
        }
        let path = folder.join(MANIFEST);
        let manifest = document(&path)?;
        if Digest::from_bytes(key.commit_manifest(&manifest)).to_string() != head.manifest_commitment {
            return Err(Error::OtherKey { path: folder.to_owned() });
        }
        let files = std::str::from_utf8(&manifest).ok().and_then(|text| text.lines().map(entry).collect());
        let files = files.ok_or(Error::NoPackage { path, what: "not the manifest of a package" })?;
        Ok(Open { folder: folder.to_owned(), manifest: Digest::of(&manifest), files })
    }

    fn read_people(&self, draft: &mut Draft) -> Result<(), Error> {
        let columns = ["source", "file", "sheet", "row", "row_sha256", "patient_id"];
        self.read("tables/patient_records.csv", &columns, &mut |line| {
            let &[source, file, sheet, row, digest, patient] = line else { return None };
            let patient = Kind::Patient.id(patient)?;
            draft.person([source, file, sheet], number(row)?, leading(&digest_of(digest)?), Some(patient));
            Some(())
        })?;
        let columns = ["source", "file", "sheet", "row", "row_sha256"];
        self.read("tables/unassigned.csv", &columns, &mut |line| {
            let &[source, file, sheet, row, digest] = line else { return None };
            draft.person([source, file, sheet], number(row)?, leading(&digest_of(digest)?), None);
            Some(())
        })
    }

    fn read_members(&self, table: &str, column: &str, kind: Kind, draft: &mut Draft) -> Result<(), Error> {
        self.read(table, &["source", "file", "sheet", "row", column], &mut |line| {
            let &[source, file, sheet, row, id] = line else { return None };
            draft.also([source, file, sheet], number(row)?, kind, kind.id(id)?);
            Some(())
        })
    }

    fn read_changes(&self, draft: &mut Draft) -> Result<(), Error> {
        self.read("tables/id_changes.csv", &["kind", "id", "change", "into", "rows"], &mut |line| {
            let &[kind, id, change, into, rows] = line else { return None };
            let kind = Kind::ALL.into_iter().find(|known| known.word().as_bytes() == kind)?;
            let into: Option<Id> = if into.is_empty() { None } else { Some(kind.id(into)?) };
            let ended = ended(kind, Change::of(change)?, kind.id(id)?, into, number(rows)?);
            ended.into_iter().for_each(|ended| draft.ended(ended));
            Some(())
        })
    }

    /// Gives these columns of every line of a table, and holds the table to the manifest.
    fn read(&self, table: &str, columns: &[&str], each: EachLine<'_>) -> Result<(), Error> {
        let path = self.folder.join("data").join(table);
        let listed = self.files.get(&format!("data/{table}"));
        let listed =
            *listed.ok_or_else(|| Error::NoPackage { path: path.clone(), what: "its manifest has no such table" })?;
        let unreadable = |source| Error::Unreadable { path: path.clone(), source };
        let file = File::open(&path).map_err(unreadable)?;
        let mut builder = csv::ReaderBuilder::new();
        builder.terminator(csv::Terminator::Any(b'\n')).buffer_capacity(READ_BUFFER_BYTES);
        let mut reader = builder.from_reader(Hashed { file, hasher: Sha256::new() });
        let read = read_lines(&mut reader, columns, each);
        let mut rest = reader.into_inner();
        io::copy(&mut rest, &mut io::sink()).map_err(unreadable)?;
        // A table that was changed need not be readable, and that it was changed is what must be told.
        if Digest::from_bytes(rest.hasher.finalize().into()) != listed {
            return Err(Error::NoPackage { path, what: "not the table that the package was sealed with" });
        }
        read.ok_or(Error::NoPackage { path, what: "not a table as this version writes it" })
    }
}

fn read_lines(reader: &mut csv::Reader<Hashed>, columns: &[&str], each: EachLine<'_>) -> Option<()> {
    let header = reader.byte_headers().ok()?;
    let place = |column: &&str| header.iter().position(|name| name == column.as_bytes());
    let places: Vec<usize> = columns.iter().map(place).collect::<Option<_>>()?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).ok()? {
        let mut cells = [&b""[..]; 6];
        for (cell, place) in cells.iter_mut().zip(&places) {
            *cell = record.get(*place)?;
        }
        each(&cells[..places.len()])?;
    }
    Some(())
}

/// A small file, whole.
fn document(path: &Path) -> Result<Vec<u8>, Error> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(DOCUMENT_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| Error::Unreadable { path: path.to_owned(), source })
}

/// One line of a manifest: what this version writes, and the key has vouched for.
fn entry(line: &str) -> Option<(String, Digest)> {
    let (digest, path) = line.split_once("  ")?;
    Some((path.to_owned(), Digest::from_hex(digest)?))
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn digest_of(digits: &[u8]) -> Option<Digest> {
    Digest::from_hex(std::str::from_utf8(digits).ok()?)
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}
