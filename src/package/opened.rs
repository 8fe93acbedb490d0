//! A package that was sealed, read again: each table against its digest, and the whole against the key.

use super::error::Error;
use super::schema;
use super::seal::numbered;
use crate::config::{Config, open_file, read_file};
use crate::linkage::LinkModel;
use crate::values::{CommitmentKey, Digest};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// A sealed package. Only what its manifest vouches for is given.
#[derive(Clone, Debug)]
pub struct Opened {
    folder: PathBuf,
    manifest: Vec<u8>,
    files: BTreeMap<String, Digest>,
    commitment: Digest,
    config_digest: Digest,
    is_final: bool,
    decisions_digest: Option<Digest>,
    thresholds: Option<Thresholds>,
}

#[derive(Deserialize)]
struct Head {
    format: String,
    config_digest: String,
    manifest_commitment: String,
}

#[derive(Deserialize)]
struct Run {
    #[serde(rename = "final")]
    is_final: bool,
    decisions_digest: Option<String>,
    link: Option<Thresholds>,
}

/// From which probability on pairs are joined, and from which a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Thresholds {
    /// Joined by machine.
    #[serde(rename = "match")]
    pub match_at: f64,
    /// Asked about.
    #[serde(rename = "review")]
    pub review_at: f64,
}

const MANIFEST: &str = "manifest-sha256.txt";
const RUN: &str = "data/audit/run.json";
const MODEL: &str = "data/audit/model.json";
const FORMAT: &str = "handover-package/1";
const NO_PACKAGE: &str = "this is not a package that this version can read";

/// The packages that runs put beside the config, the newest first.
pub fn sealed_beside(config: &Config) -> Vec<PathBuf> {
    numbered(config).into_values().rev().collect()
}

impl Opened {
    /// Reads what a package says of itself.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let manifest = read(&folder.join(MANIFEST))?;
        let head: Head = document(&folder.join("head.json"), &read(&folder.join("head.json"))?)?;
        let unlike = |path: &str| Error::NoPackage { path: folder.join(path), what: NO_PACKAGE };
        let digest = |digits: &str| Digest::from_hex(digits).ok_or_else(|| unlike("head.json"));
        let files = std::str::from_utf8(&manifest).ok().and_then(parse_manifest).ok_or_else(|| unlike(MANIFEST))?;
        if head.format != FORMAT {
            return Err(unlike("head.json"));
        }
        let mut opened = Opened {
            folder: folder.to_owned(),
            files,
            commitment: digest(&head.manifest_commitment)?,
            config_digest: digest(&head.config_digest)?,
            is_final: false,
            decisions_digest: None,
            thresholds: None,
            manifest,
        };
        let mut run = Vec::new();
        opened.checked(RUN, |file| file.read_to_end(&mut run).map(drop))?;
        let run: Run = document(&folder.join(RUN), &run)?;
        (opened.is_final, opened.thresholds) = (run.is_final, run.link);
        opened.decisions_digest = run.decisions_digest.as_deref().and_then(Digest::from_hex);
        Ok(opened)
    }

    /// Where it stands.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The keyed digest of its manifest, by which it can be named.
    pub fn commitment(&self) -> Digest {
        self.commitment
    }

    /// Digest of its manifest.
    pub fn manifest_digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }

    /// Digest of the configuration that it was made with.
    pub fn config_digest(&self) -> Digest {
        self.config_digest
    }

    /// Whether it is a final handover; else a dry run.
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// Digest of the document of the model that was used.
    pub fn model(&self) -> Option<Digest> {
        self.files.get(MODEL).copied()
    }

    /// The model that was used.
    pub fn link_model(&self) -> Result<LinkModel, Error> {
        let mut text = Vec::new();
        self.checked(MODEL, |file| file.read_to_end(&mut text).map(drop))?;
        let path = self.folder.join(MODEL);
        let model: LinkModel = document(&path, &text)?;
        if model.fits(&model.added()) { Ok(model) } else { Err(Error::NoPackage { path, what: NO_PACKAGE }) }
    }

    /// What joined pairs, and what was asked about, where the package states it.
    pub fn thresholds(&self) -> Option<Thresholds> {
        self.thresholds
    }

    /// Whether its manifest is the one that was sealed with this key.
    pub fn is_of(&self, key: &CommitmentKey) -> bool {
        key.commit_manifest(&self.manifest) == *self.commitment.bytes()
    }

    /// The digest of the journal that it obeyed; `None` when there was none.
    pub fn decisions_digest(&self) -> Option<&Digest> {
        self.decisions_digest.as_ref()
    }

    /// Walks the lines of a table, giving these columns of each. What was given counts for nothing if an error comes
    /// back: the table is not what was sealed.
    pub fn each_line<const N: usize>(
        &self,
        table: &str,
        columns: [&str; N],
        see: &mut dyn FnMut([&str; N]),
    ) -> Result<(), Error> {
        self.each_record(table, &columns, &mut |cells| see(std::array::from_fn(|place| cells[place])))
    }

    /// The same, of columns whose number is not known beforehand.
    pub(super) fn each_record(&self, table: &str, columns: &[&str], see: &mut dyn FnMut(&[&str])) -> Result<(), Error> {
        let schema = schema::of(table);
        let place =
            |column: &&str| schema.place(column).unwrap_or_else(|| panic!("no column of {table} is called {column}"));
        let places: Vec<usize> = columns.iter().map(place).collect();
        let path = format!("data/{}", schema.path);
        let mut is_ours = true;
        self.checked(&path, |file| {
            let mut reader = csv::Reader::from_reader(BufReader::new(file));
            is_ours = reader.headers()?.iter().eq(schema.columns().iter().map(String::as_str));
            let mut record = csv::StringRecord::new();
            while is_ours && reader.read_record(&mut record)? {
                let cells: Vec<&str> = places.iter().map(|place| record.get(*place).unwrap_or("")).collect();
                see(&cells);
            }
            Ok(())
        })?;
        if is_ours { Ok(()) } else { Err(Error::NoPackage { path: self.folder.join(path), what: OTHER_COLUMNS }) }
    }

    /// Reads a file that the manifest lists, to its end, and holds it to its digest.
    fn checked(&self, path: &str, take: impl FnOnce(&mut Hashed) -> io::Result<()>) -> Result<(), Error> {
        let at = self.folder.join(path);
        let expected = self.files.get(path).ok_or_else(|| Error::NoPackage { path: at.clone(), what: NOT_LISTED })?;
        let unread = |source| Error::Unreadable { path: at.clone(), source };
        let mut file = Hashed { file: open_file(&at).map_err(unread)?, hasher: Sha256::new() };
        let taken = take(&mut file);
        io::copy(&mut file, &mut io::sink()).map_err(unread)?;
        // A file that is not what it was may well be one that cannot be read; the first is the one to tell.
        if Digest::from_bytes(file.hasher.finalize().into()) != *expected {
            return Err(Error::NoPackage { path: at, what: CHANGED });
        }
        taken.map_err(unread)
    }
}

const CHANGED: &str = "the file is not what it was when the package was sealed";
const NOT_LISTED: &str = "the package's manifest does not list this file";
const OTHER_COLUMNS: &str = "the table has other columns than this version knows";

/// A file that is hashed while it is read.
struct Hashed {
    file: File,
    hasher: Sha256,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    read_file(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })
}

fn document<T: for<'d> Deserialize<'d>>(path: &Path, text: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(text).map_err(|_| Error::NoPackage { path: path.to_owned(), what: NO_PACKAGE })
}

fn parse_manifest(text: &str) -> Option<BTreeMap<String, Digest>> {
    let line = |line: &str| {
        let (digest, path) = line.split_once("  ")?;
        Some((path.to_owned(), Digest::from_hex(digest)?))
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{ReportFiles, examples, seal};
    use super::*;
    use std::fs;

    fn sealed() -> (tempfile::TempDir, PathBuf) {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("packages/0001");
        examples::with_owned_plan(|plan| {
            seal(plan, ReportFiles { report_html: String::new() }, &out, &mut |_| {}).expect("sealed");
        });
        (parent, out)
    }

    fn lines(package: &Opened) -> Result<usize, Error> {
        let mut lines = 0;
        package.each_line("patients", ["patient_id", "records"], &mut |[id, records]| {
            assert!(id.starts_with("P-") && records.parse::<u32>().is_ok());
            lines += 1;
        })?;
        Ok(lines)
    }

    #[test]
    fn what_was_sealed_is_read_again() {
        let (_parent, out) = sealed();
        let package = Opened::open(&out).expect("a package");
        assert!(lines(&package).expect("a table") > 0);
        assert!(package.is_of(&examples::key()) && package.model().is_some());
        let other = CommitmentKey::parse(&[9; 32]).expect("a key");
        assert!(!package.is_of(&other));
    }

    #[test]
    fn a_file_that_was_changed_is_refused() {
        let (_parent, out) = sealed();
        let package = Opened::open(&out).expect("a package");
        let table = out.join("data/tables/patients.csv");
        let text = fs::read_to_string(&table).expect("a table");
        for bent in [format!("{text}\n"), text.replacen("P-", "Q-", 1).replacen("Q-", "P-0", 1), String::new()] {
            fs::write(&table, bent).expect("written");
            let count = package.each_line("patients", ["patient_id"], &mut |_| {});
            assert!(matches!(count, Err(Error::NoPackage { what: CHANGED, .. })), "{count:?}");
        }
        fs::remove_file(&table).expect("removed");
        assert!(matches!(lines(&package), Err(Error::Unreadable { .. })));
    }

    #[test]
    fn what_is_no_package_is_refused() {
        let (parent, out) = sealed();
        assert!(matches!(Opened::open(parent.path()), Err(Error::Unreadable { .. })));
        fs::write(out.join("head.json"), "{}").expect("written");
        assert!(matches!(Opened::open(&out), Err(Error::NoPackage { .. })));
    }
}
