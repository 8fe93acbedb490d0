//! Opens every file of every source and gives its rows out in batches.

use super::claims::{self, Claim};
use super::delimited::Text;
use super::fixity::{Survey, survey, unusable};
use super::format;
use super::layout::{Expectation, Found, Line, NoTable, Table, Unclaimed};
use super::outlet::{Desk, Outlet};
use super::workbook::{Filled, Listed, Workbook};
use super::{Batch, Error, Finding, Intake, Sheet, SourceFile};
use crate::config::{Config, FileFormat};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the reader tells a terminal while it works.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The file being read.
    pub path: &'a str,
    /// Rows read so far, over all files.
    pub rows: u64,
    /// Bytes read so far, over all files (workbooks count when done).
    pub bytes: u64,
    /// Bytes of all files.
    pub bytes_in_all: u64,
}

/// Reads every file of every source, and the site crosswalk, in the order of source id and path; hands their rows to
/// `take` in order and tells `progress` after each batch.
pub fn read(
    config: &Config,
    take: &mut dyn FnMut(Batch<'_>),
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Intake, Error> {
    read_claims(&claims::list(config)?, take, progress)
}

fn read_claims(
    claims: &[Claim],
    take: &mut dyn FnMut(Batch<'_>),
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Intake, Error> {
    if let Some(one_too_many) = claims.get(usize::from(u16::MAX)) {
        return Err(unusable(&one_too_many.path, "there are more than 65,535 files", "join some of them"));
    }
    let bytes: BTreeMap<&Path, u64> = claims.iter().map(|claim| (claim.identity.as_path(), claim.bytes)).collect();
    let desk = Desk { take, progress, rows: 0, bytes: 0, bytes_in_all: bytes.values().sum() };
    let mut reading = Reading { claims, desk, known: BTreeMap::new(), intake: Intake::default() };
    for place in 0..claims.len() {
        let file = reading.read_claim(place)?;
        reading.intake.files.push(file);
    }
    Ok(reading.intake)
}

struct Reading<'a> {
    claims: &'a [Claim],
    desk: Desk<'a>,
    /// By identity: what is known of each file that was opened.
    known: BTreeMap<PathBuf, Known>,
    intake: Intake,
}

struct Known {
    survey: Survey,
    format: FileFormat,
    /// Of a workbook: which sheets each claim gives out.
    shares: BTreeMap<usize, Vec<Share>>,
}

/// A sheet that one claim gives out.
struct Share {
    sheet: Listed,
    mapped: bool,
}

impl Reading<'_> {
    fn read_claim(&mut self, place: usize) -> Result<SourceFile, Error> {
        let claim = &self.claims[place];
        if !self.known.contains_key(&claim.identity) {
            let known = self.get_to_know(place)?;
            self.known.insert(claim.identity.clone(), known);
        }
        let known = &self.known[&claim.identity];
        let file = self.intake.files.len() as u16;
        let (read_as, sheets) = match known.format {
            FileFormat::Csv => {
                let text = Text::open(claim, &known.survey)?;
                let outlet = Outlet::new(&mut self.desk, &claim.name, claim.origin, file, 0);
                let found = text.give(outlet)?;
                (text.read_as(), vec![sheet_of(found, String::new(), false, true)])
            }
            format => give_workbook(claim, known, format, place, file, &mut self.desk)?,
        };
        let Survey { bytes, digest, .. } = known.survey;
        Ok(SourceFile { origin: claim.origin, path: claim.name.clone(), bytes, digest, read_as, sheets })
    }

    /// Surveys a file when the first claim on it comes up, and divides its sheets among all claims on it.
    fn get_to_know(&self, place: usize) -> Result<Known, Error> {
        let claim = &self.claims[place];
        let rivals: Vec<usize> =
            (place..self.claims.len()).filter(|&other| self.claims[other].identity == claim.identity).collect();
        let survey = survey(&claim.path)?;
        let format = format::tell(&claim.path, &survey.head, claim.layout.format)?;
        for &rival in &rivals[1..] {
            format::tell(&claim.path, &survey.head, self.claims[rival].layout.format)?;
        }
        let shares = match (format, rivals.as_slice()) {
            (FileFormat::Csv, [_]) => BTreeMap::new(),
            (FileFormat::Csv, [first, second, ..]) => return Err(self.claimed_twice(*first, *second, "the file")),
            _ => self.divide(&rivals, &mut Workbook::open(&claim.path, format)?)?,
        };
        Ok(Known { survey, format, shares })
    }

    fn divide(&self, rivals: &[usize], book: &mut Workbook) -> Result<BTreeMap<usize, Vec<Share>>, Error> {
        let sheets = book.sheets();
        let mut claimed_by: BTreeMap<usize, usize> = BTreeMap::new();
        for &rival in rivals {
            let sheet = chosen_sheet(&self.claims[rival], &sheets, book)?;
            if let Some(earlier) = claimed_by.insert(sheet, rival) {
                return Err(self.claimed_twice(earlier, rival, &format!("sheet {}", sheets[sheet].name)));
            }
        }
        let mut shares: BTreeMap<usize, Vec<Share>> = BTreeMap::new();
        for (place, sheet) in sheets.into_iter().enumerate() {
            let claimant = claimed_by.get(&place);
            let share = Share { sheet, mapped: claimant.is_some() };
            shares.entry(*claimant.unwrap_or(&rivals[0])).or_default().push(share);
        }
        Ok(shares)
    }

    fn claimed_twice(&self, first: usize, second: usize, what: &str) -> Error {
        let (first, second) = (&self.claims[first], &self.claims[second]);
        unusable(
            &first.path,
            format!("{what} is claimed by two sources, {} and {}", first.source_id, second.source_id),
            "give each source its own files, or its own sheet in the mapping's [file] table; one mapping may hold several kinds of record",
        )
    }
}

/// The sheet that the mapping names, else the first visible one that holds data.
fn chosen_sheet(claim: &Claim, sheets: &[Listed], book: &mut Workbook) -> Result<usize, Error> {
    let folded = |name: &str| name.trim().to_lowercase();
    let Some(wanted) = &claim.layout.sheet else {
        for (place, sheet) in sheets.iter().enumerate() {
            if !sheet.hidden && book.holds_data(sheet)? {
                return Ok(place);
            }
        }
        return Err(unusable(
            &claim.path,
            "no visible sheet of the workbook holds any row",
            "name a sheet in the mapping's [file] table",
        ));
    };
    let by_name = sheets.iter().position(|sheet| folded(&sheet.name) == folded(wanted));
    let by_number = || wanted.trim().parse::<usize>().ok().filter(|number| (1..=sheets.len()).contains(number));
    by_name.or_else(|| by_number().map(|number| number - 1)).ok_or_else(|| {
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        let what = format!("the workbook has no sheet {wanted}; it has {}", names.join(", "));
        unusable(&claim.path, what, "correct sheet in the mapping's [file] table")
    })
}

fn give_workbook(
    claim: &Claim,
    known: &Known,
    format: FileFormat,
    place: usize,
    file: u16,
    desk: &mut Desk<'_>,
) -> Result<(super::ReadAs, Vec<Sheet>), Error> {
    let mut book = Workbook::open(&claim.path, format)?;
    let mut sheets = Vec::new();
    for Share { sheet, mapped } in known.shares.get(&place).map_or(&[][..], Vec::as_slice) {
        let at = u16::try_from(sheets.len())
            .map_err(|_| unusable(&claim.path, "there are too many sheets", "split the workbook"))?;
        let outlet = Outlet::new(desk, &claim.name, claim.origin, file, at);
        let found = if *mapped {
            give_mapped(claim, &mut book, sheet, outlet)?
        } else {
            give_unclaimed(&mut book, sheet, outlet)?
        };
        sheets.push(sheet_of(found, sheet.name.clone(), sheet.hidden, *mapped));
    }
    known.survey.still_holds(&claim.path)?;
    desk.bytes += if known.shares.keys().next() == Some(&place) { known.survey.bytes } else { 0 };
    Ok((book.read_as(), sheets))
}

fn give_mapped(claim: &Claim, book: &mut Workbook, sheet: &Listed, outlet: Outlet<'_, '_>) -> Result<Found, Error> {
    let no_table = |NoTable(what): NoTable| {
        let hint = "correct the columns, the sheet or header_row in the mapping";
        unusable(&claim.path, format!("sheet {} {what}", sheet.name), hint)
    };
    let mut table = Table::new(Expectation::of(claim, false), outlet);
    let mut last = 0;
    book.rows(sheet, &mut |filled: Filled| {
        table.push_blank(last + 1, filled.row - last - 1).map_err(no_table)?;
        last = filled.row;
        table.push(line_of(filled)).map_err(no_table)?;
        Ok(true)
    })?;
    table.end().map_err(no_table)
}

fn give_unclaimed(book: &mut Workbook, sheet: &Listed, outlet: Outlet<'_, '_>) -> Result<Found, Error> {
    let mut unclaimed = Unclaimed::new(outlet);
    let mut last = 0;
    book.rows(sheet, &mut |filled: Filled| {
        unclaimed.push_blank(last + 1, filled.row - last - 1);
        last = filled.row;
        unclaimed.push(line_of(filled));
        Ok(true)
    })?;
    Ok(unclaimed.end())
}

fn line_of(filled: Filled) -> Line {
    let nul = filled.cells.iter().any(|cell| matches!(cell, super::Cell::Text(text) if text.contains('\0')));
    let line = Line::of_cells(filled.row, filled.cells, filled.findings);
    Line { fault: nul.then_some(Finding::NulCharacter), ..line }
}

fn sheet_of(found: Found, name: String, hidden: bool, mapped: bool) -> Sheet {
    let Found { rows, header_row, header } = found;
    Sheet { name, rows, header_row, header, hidden, mapped }
}
