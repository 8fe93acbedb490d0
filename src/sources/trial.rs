//! Files made for one test, and what reading them gives.

use super::claims::{Claim, claims_of, fold};
use super::packed::Place;
use super::read::read_claims;
use super::{Error, Finding, Intake, Origin, RowKind};
use crate::config::FileLayout;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// A folder that goes when the test ends.
pub(super) struct Folder(tempfile::TempDir);

/// What was given out.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) intake: Intake,
    /// One letter a row: `p`reamble, `h`eader, `d`ata, `f`ooter, `.` blank, `x` set aside.
    pub(super) kinds: String,
    /// Cells of data rows as text, joined by `|`.
    pub(super) data: Vec<String>,
    /// File, sheet and row of each row.
    pub(super) places: Vec<(usize, usize, u32)>,
    /// What was found, fatal or not, by row number.
    pub(super) findings: Vec<(u32, Finding)>,
    pub(super) digests: Vec<crate::values::Digest>,
    pub(super) batches: Vec<usize>,
}

impl Folder {
    pub(super) fn new() -> Self {
        Folder(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a temporary folder can be made");
        fs::write(path, bytes).expect("a temporary file can be written");
    }

    /// A claim on a file by a mapping that names these columns.
    pub(super) fn claim(&self, place: usize, name: &str, columns: &[&str], layout: FileLayout) -> Claim {
        let path = self.0.path().join(name);
        Claim {
            origin: Origin::Source(place),
            source_id: format!("source-{place}"),
            name: name.to_owned(),
            identity: path.clone(),
            bytes: fs::metadata(&path).map_or(0, |about| about.len()),
            layout,
            wanted: columns.iter().map(|column| (fold(column), (*column).to_owned())).collect(),
            place: Place::plain(&path),
        }
    }
}

pub(super) fn give(claims: &[Claim]) -> Result<Given, Error> {
    let mut given = Given::default();
    let mut told = 0;
    let intake = read_claims(
        claims,
        &mut |batch| {
            given.batches.push(batch.rows.len());
            for row in &batch.rows {
                given.kinds.push(letter(row.kind));
                given.places.push((row.at.file(), row.at.sheet(), row.at.row()));
                given.digests.push(row.digest);
                if let RowKind::SetAside(finding) = row.kind {
                    given.findings.push((row.at.row(), finding));
                }
                given.findings.extend(row.findings.iter().map(|finding| (row.at.row(), *finding)));
                let has_cells = matches!(row.kind, RowKind::Data | RowKind::SetAside(_));
                assert!(has_cells || row.cells.is_empty(), "only data and what is set aside has cells");
                if row.kind == RowKind::Data {
                    assert!(batch.header.is_empty() || row.cells.len() == batch.header.len(), "padded to the header");
                    let texts: Vec<_> = row.cells.iter().map(|cell| cell.as_text()).collect();
                    given.data.push(texts.join("|"));
                }
            }
            batch.rows
        },
        &mut |progress| {
            assert!(progress.rows > told && progress.bytes <= progress.bytes_in_all);
            told = progress.rows;
        },
    )?;
    let distinct: BTreeSet<_> = given.places.iter().collect();
    assert_eq!(distinct.len(), given.places.len(), "no row is given twice");
    let sheets = || intake.files.iter().flat_map(|file| &file.sheets);
    assert_eq!(
        sheets().map(|sheet| u64::from(sheet.rows)).sum::<u64>(),
        given.places.len() as u64,
        "every row is given"
    );
    given.intake = intake;
    Ok(given)
}

/// Reads one text file whose mapping names these columns.
pub(super) fn give_text(bytes: &[u8], columns: &[&str], layout: FileLayout) -> Result<Given, Error> {
    let folder = Folder::new();
    folder.write("export.csv", bytes);
    give(&[folder.claim(0, "export.csv", columns, layout)])
}

/// Reads what a source's path names in a folder, by a mapping that names these columns.
pub(super) fn give_listed(folder: &Folder, pattern: &str, columns: &[&str]) -> Result<Given, Error> {
    let wanted = columns.iter().map(|column| (fold(column), (*column).to_owned())).collect();
    give(&claims_of(&folder.path(), pattern, wanted)?.0)
}

/// What is wrong and what to do, in one line.
pub(super) fn refusal(outcome: Result<Given, Error>) -> String {
    match outcome {
        Err(Error::Unusable { what, hint, .. }) => format!("{what}: {hint}"),
        Err(other) => other.to_string(),
        Ok(given) => panic!("{} rows were read", given.places.len()),
    }
}

/// The letter of a row in [`Given::kinds`].
pub(super) fn letter(kind: RowKind) -> char {
    match kind {
        RowKind::Data => 'd',
        RowKind::Header => 'h',
        RowKind::Preamble => 'p',
        RowKind::Footer => 'f',
        RowKind::Blank => '.',
        RowKind::SetAside(_) => 'x',
    }
}
