//! Opens every file of every source and gives its rows out in batches.

use super::cells::digest_with;
use super::claims::{self, Claim};
use super::concealed::Looking;
use super::delimited::Text;
use super::fixity::{Fixity, Survey, survey, unusable};
use super::format;
use super::layout::{Expectation, Found, Line, NoTable, Table, Unclaimed};
use super::outlet::{Desk, Outlet, Take};
use super::scan::holds;
use super::twice::holds_twice_encoded;
use super::workbook::{Filled, Listed, Workbook};
use super::{Cell, Error, Finding, Intake, Sheet, SourceFile};
use crate::config::{Config, FileFormat};
use crate::values::Shown as _;
use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
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
/// `take` in order and tells `progress` after each batch. What `take` gives back is filled anew.
pub fn read(config: &Config, take: Take<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Intake, Error> {
    let (claims, left_out) = claims::list(config)?;
    Ok(Intake { left_out, ..read_claims(&claims, take, progress)? })
}

pub(super) fn read_claims(
    claims: &[Claim],
    take: Take<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Intake, Error> {
    if let Some(one_too_many) = claims.get(usize::from(u16::MAX)) {
        return Err(unusable(one_too_many.place.shown(), "there are more than 65,535 files", "join some of them"));
    }
    let bytes: BTreeMap<&Path, u64> = claims.iter().map(|claim| (claim.identity.as_path(), claim.bytes)).collect();
    let desk = Desk { take, progress, rows: 0, bytes: 0, bytes_in_all: bytes.values().sum(), spare: Vec::new() };
    let mut reading = Reading { claims, desk, known: BTreeMap::new(), intake: Intake::default() };
    reading.get_to_know_shared()?;
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
    /// What is known of a workbook; of text there is none.
    book: Option<KnownBook>,
}

struct KnownBook {
    format: FileFormat,
    fixity: Fixity,
    /// Which sheets each claim gives out.
    shares: BTreeMap<usize, Vec<Share>>,
    /// The workbook as it was opened, while the next to be read is a claim on it: to open it again is to read its texts
    /// again, and to keep it is to keep them.
    open: Option<Workbook>,
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
        let known = self.known.get_mut(&claim.identity).expect("what is claimed is known");
        let file = self.intake.files.len() as u16;
        let (read_as, sheets, fixity) = match &mut known.book {
            None => {
                let text = Text::open(claim, &known.survey)?;
                let outlet = Outlet::new(&mut self.desk, &claim.name, claim.origin, file, 0);
                let (found, fixity) = text.give(outlet)?;
                self.desk.bytes += if claim.place.is_packed() { claim.bytes } else { 0 };
                (text.read_as(), vec![sheet_of(found, String::new(), false, true)], fixity)
            }
            Some(book) => {
                let (read_as, sheets) = give_workbook(claim, book, place, file, &mut self.desk)?;
                known.survey.still_holds(&claim.place)?;
                if self.claims.get(place + 1).is_none_or(|next| next.identity != claim.identity) {
                    book.open = None;
                }
                (read_as, sheets, book.fixity)
            }
        };
        let Fixity { bytes, digest } = fixity;
        Ok(SourceFile { origin: claim.origin, path: claim.name.clone(), bytes, digest, read_as, sheets })
    }

    /// Files that several sources list come first, so that a row in dispute is told before the long reading begins.
    fn get_to_know_shared(&mut self) -> Result<(), Error> {
        let mut seen: BTreeMap<&Path, usize> = BTreeMap::new();
        for (place, claim) in self.claims.iter().enumerate() {
            let first = *seen.entry(&claim.identity).or_insert(place);
            if first != place && !self.known.contains_key(&claim.identity) {
                let known = self.get_to_know(first)?;
                self.known.insert(claim.identity.clone(), known);
            }
        }
        Ok(())
    }

    /// Surveys a file when the first claim on it comes up, and divides its sheets among all claims on it.
    fn get_to_know(&self, place: usize) -> Result<Known, Error> {
        let claim = &self.claims[place];
        let rivals: Vec<usize> =
            (place..self.claims.len()).filter(|&other| self.claims[other].identity == claim.identity).collect();
        let survey = survey(&claim.place)?;
        let format = format::tell(&claim.place, &survey.head, claim.layout.format)?;
        for &rival in &rivals[1..] {
            format::tell(&claim.place, &survey.head, self.claims[rival].layout.format)?;
        }
        match (format, rivals.as_slice()) {
            (FileFormat::Csv, [_]) => Ok(Known { survey, book: None }),
            (FileFormat::Csv, [first, second, ..]) => Err(self.claimed_twice(*first, *second, "the file")),
            _ => {
                let fixity = Fixity::of(&claim.place)?;
                let mut book = Workbook::open(&claim.place, format)?;
                let shares = self.divide(&rivals, &mut book)?;
                let open = Some(book).filter(|_| rivals.len() == 1);
                Ok(Known { survey, book: Some(KnownBook { format, fixity, shares, open }) })
            }
        }
    }

    fn divide(&self, rivals: &[usize], book: &mut Workbook) -> Result<BTreeMap<usize, Vec<Share>>, Error> {
        let sheets = book.sheets();
        let mut claimed_by: BTreeMap<usize, usize> = BTreeMap::new();
        for &rival in rivals {
            let sheet = chosen_sheet(&self.claims[rival], &sheets, book)?;
            if let Some(earlier) = claimed_by.insert(sheet, rival) {
                return Err(self.claimed_twice(earlier, rival, &format!("sheet {}", sheets[sheet].name.shown())));
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
        Error::ClaimedTwice {
            path: first.place.shown().to_owned(),
            what: what.to_owned(),
            first: first.source_id.clone(),
            second: second.source_id.clone(),
        }
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
            claim.place.shown(),
            "no visible sheet of the workbook holds any row",
            "name a sheet in the mapping's [file] table",
        ));
    };
    let by_name = sheets.iter().position(|sheet| folded(&sheet.name) == folded(wanted));
    let by_number = || wanted.trim().parse::<usize>().ok().filter(|number| (1..=sheets.len()).contains(number));
    by_name.or_else(|| by_number().map(|number| number - 1)).ok_or_else(|| {
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.shown()).collect();
        let what = format!("the workbook has no sheet {}; it has {}", wanted.shown(), names.join(", "));
        unusable(claim.place.shown(), what, "correct sheet in the mapping's [file] table")
    })
}

fn give_workbook(
    claim: &Claim,
    known: &mut KnownBook,
    place: usize,
    file: u16,
    desk: &mut Desk<'_>,
) -> Result<(super::ReadAs, Vec<Sheet>), Error> {
    let mut book = known.open.take().map_or_else(|| Workbook::open(&claim.place, known.format), Ok)?;
    let mut sheets = Vec::new();
    for Share { sheet, mapped } in known.shares.get(&place).map_or(&[][..], Vec::as_slice) {
        let at = u16::try_from(sheets.len())
            .map_err(|_| unusable(claim.place.shown(), "there are too many sheets", "split the workbook"))?;
        let outlet = Outlet::new(desk, &claim.name, claim.origin, file, at);
        let found = if *mapped {
            give_mapped(claim, &mut book, sheet, outlet)?
        } else {
            give_unclaimed(&mut book, sheet, outlet)?
        };
        sheets.push(sheet_of(found, sheet.name.clone(), sheet.hidden, *mapped));
    }
    desk.bytes += if known.shares.keys().next() == Some(&place) { known.fixity.bytes } else { 0 };
    let read_as = book.read_as();
    known.open = Some(book);
    Ok((read_as, sheets))
}

fn give_mapped(claim: &Claim, book: &mut Workbook, sheet: &Listed, outlet: Outlet<'_, '_>) -> Result<Found, Error> {
    let hint = "correct the columns, the sheet or header_row in the mapping";
    let of_sheet = sheet.hidden.then_some(Finding::HiddenSheet).into_iter().collect();
    give_table(claim, book, sheet, (of_sheet, hint), outlet)
}

/// Gives the rows of a worksheet, with what is found of the sheet as a whole and with what to do where it holds no table.
pub(super) fn give_table(
    claim: &Claim,
    book: &mut Workbook,
    sheet: &Listed,
    (of_sheet, hint): (Vec<Finding>, &'static str),
    outlet: Outlet<'_, '_>,
) -> Result<Found, Error> {
    let no_table =
        |NoTable(what): NoTable| unusable(claim.place.shown(), format!("sheet {} {what}", sheet.name.shown()), hint);
    let look = book.looker(sheet);
    std::thread::scope(|scope| {
        // What the sheet conceals is looked for while its first cells are read, and waited for with the first row.
        let looker = scope.spawn(look);
        let found = LazyCell::new(|| looker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        let concealed = || &**found;
        let mut expectation = Expectation::of(claim, false);
        expectation.of_sheet = of_sheet;
        expectation.concealed = Some(&concealed);
        let mut looking = Looking::new(&concealed, claim.layout.fill_merged);
        let mut table = Table::new(expectation, outlet);
        let (mut last, mut joined) = (0, Vec::new());
        book.rows(sheet, &mut |filled: Filled| {
            table.push_blank(last + 1, filled.row - last - 1).map_err(no_table)?;
            last = filled.row;
            let mut line = line_of(filled, &mut joined);
            looking.look(&mut line);
            table.push(line).map_err(no_table)?;
            Ok(true)
        })?;
        table.end().map_err(no_table)
    })
}

fn give_unclaimed(book: &mut Workbook, sheet: &Listed, outlet: Outlet<'_, '_>) -> Result<Found, Error> {
    let mut unclaimed = Unclaimed::new(outlet);
    let (mut last, mut joined) = (0, Vec::new());
    book.rows(sheet, &mut |filled: Filled| {
        unclaimed.push_blank(last + 1, filled.row - last - 1);
        last = filled.row;
        unclaimed.push(line_of(filled, &mut joined));
        Ok(true)
    })?;
    Ok(unclaimed.end())
}

/// Cells are looked at together, as they were joined for their digest.
fn line_of(filled: Filled, joined: &mut Vec<u8>) -> Line {
    let Filled { row, cells, mut findings, padded } = filled;
    let digest = digest_with(&cells, joined);
    let is_twice_encoded = |cell: &Cell| matches!(cell, Cell::Text(text) if holds_twice_encoded(text));
    if !joined.is_ascii() && cells.iter().any(is_twice_encoded) {
        findings.push(Finding::EncodedTwice);
    }
    let fault = holds(joined, 0).then_some(Finding::NulCharacter);
    Line { row, cells, digest, fault, findings, padded }
}

pub(super) fn sheet_of(found: Found, name: String, hidden: bool, mapped: bool) -> Sheet {
    let Found { rows, header_row, header_rows, header } = found;
    Sheet { name, rows, header_row, header_rows, header, hidden, mapped }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{Folder, give, refusal};
    use super::super::{DateSystem, Origin, RowKind};
    use super::*;
    use crate::config::{Columns, Field, FieldRule, FileLayout, Mapping, RecordKind, Source, Standing, Transition};
    use crate::values::Digest;
    use rust_xlsxwriter::Workbook as Writer;

    fn source(id: &str, path: &str, columns: &[&str]) -> Source {
        let rule = |column: &str| FieldRule {
            columns: Columns::FirstOf(vec![column.to_owned()]),
            codes: BTreeMap::new(),
            dates: Vec::new(),
        };
        let field = |place| Field { kind: RecordKind::Person, place };
        let fields = columns.iter().enumerate().map(|(place, column)| (field(place), rule(column))).collect();
        Source {
            id: id.to_owned(),
            path: path.to_owned(),
            mapping_path: String::new(),
            mapping: Mapping { fields, ..Mapping::default() },
            provider: "RNU".to_owned(),
            system: "Old".to_owned(),
            service_line: "community".to_owned(),
            standing: Standing::Record,
            extracted_at: None,
            control_rows: None,
            certified_by: None,
        }
    }

    fn config(folder: &Folder, sources: Vec<Source>, sites: Option<&str>) -> Config {
        let transition = Transition { sites: sites.map(str::to_owned), ..Transition::for_tests(&[], "NXX") };
        Config { path: folder.path().join("handover.toml"), folder: folder.path(), ..Config::of(transition, sources) }
    }

    #[test]
    fn files_come_in_the_order_of_source_and_path_and_sites_come_last() {
        let folder = Folder::new();
        for name in ["b2.csv", "b1.csv", "a.csv", ".hidden.csv"] {
            folder.write(name, b"id,name\n1,A\n");
        }
        folder.write("sites.csv", b"legacy_site,name,provider,successor_site,closes_on\nX,,,,\n");
        let sources = vec![source("one", "b?.csv", &["id"]), source("two", "a.csv", &["id"])];
        let mut order = Vec::new();
        let intake = read(
            &config(&folder, sources, Some("sites.csv")),
            &mut |batch| {
                order.push((batch.origin, batch.rows[0].at.file(), batch.header.to_vec()));
                batch.rows
            },
            &mut |_| {},
        )
        .expect("usable");
        let files: Vec<_> = intake.files.iter().map(|file| (file.origin, file.path.as_str())).collect();
        let one = Origin::Source(0);
        assert_eq!(
            files,
            [(one, "b1.csv"), (one, "b2.csv"), (Origin::Source(1), "a.csv"), (Origin::Sites, "sites.csv")]
        );
        assert_eq!(intake.files[2].digest, Digest::of(b"id,name\n1,A\n"));
        assert_eq!(order[3].0, Origin::Sites);
        assert_eq!((order[0].1, order[0].2.join(",")), (0, "id,name".to_owned()));
    }

    #[test]
    fn a_source_without_a_file_stops_the_run() {
        let folder = Folder::new();
        let refused = |sources, sites| {
            let outcome = read(&config(&folder, sources, sites), &mut |batch| batch.rows, &mut |_| {});
            outcome.expect_err("nothing is there").to_string()
        };
        assert_eq!(refused(vec![source("one", "*.csv", &["id"])], None), "source one: no file matches *.csv");
        assert!(refused(Vec::new(), Some("sites.csv")).ends_with("sites.csv: cannot be read"));
    }

    fn three_sheets(folder: &Folder) {
        let mut writer = Writer::new();
        for name in ["Referrals", "Clinics", "Notes"] {
            let sheet = writer.add_worksheet().set_name(name).expect("a sheet");
            for (row, text) in ["id", "1", "2"].into_iter().enumerate() {
                sheet.write(row as u32, 0, text).expect("a cell");
            }
        }
        writer.save(folder.path().join("book.xlsx")).expect("a workbook");
    }

    #[test]
    fn each_sheet_is_given_once_however_many_sources_list_the_workbook() {
        let folder = Folder::new();
        three_sheets(&folder);
        let sheet = |name: &str| FileLayout { sheet: Some(name.to_owned()), ..FileLayout::default() };
        let claim = |place, name| folder.claim(place, "book.xlsx", &["id"], sheet(name));
        let given = give(&[claim(0, "clinics"), claim(1, "1")]).expect("usable");
        let sheets: Vec<Vec<(&str, bool)>> = given
            .intake
            .files
            .iter()
            .map(|file| file.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.mapped)).collect())
            .collect();
        assert_eq!(sheets, [vec![("Clinics", true), ("Notes", false)], vec![("Referrals", true)]]);
        assert_eq!(given.kinds, "hddxxxhdd");
        assert_eq!(given.places[6], (1, 0, 1));
        assert_eq!(given.intake.files[0].digest, given.intake.files[1].digest);
        assert_eq!(given.intake.files[0].read_as.date_system, Some(DateSystem::From1900));
        let refused = refusal(give(&[claim(0, "Clinics"), claim(1, "2")]));
        assert!(refused.ends_with("sheet Clinics is claimed by two sources, source-0 and source-1"), "{refused}");
    }

    #[test]
    fn a_text_is_given_to_one_source_only() {
        let folder = Folder::new();
        folder.write("a.csv", b"id,name\n1,A\n");
        let claim = |place| folder.claim(place, "a.csv", &["id"], FileLayout::default());
        folder.write("first.csv", b"id,name\n1,A\n");
        let first = folder.claim(2, "first.csv", &["id"], FileLayout::default());
        let mut read = 0;
        let outcome = read_claims(
            &[first, claim(0), claim(1)],
            &mut |_| {
                read += 1;
                Vec::new()
            },
            &mut |_| {},
        );
        let refused = outcome.expect_err("two sources list it").to_string();
        assert!(refused.ends_with("a.csv: the file is claimed by two sources, source-0 and source-1"), "{refused}");
        assert_eq!(read, 0, "told before anything is read");
    }

    #[test]
    fn what_is_data_has_its_cells_and_a_debug_that_tells_nothing() {
        let folder = Folder::new();
        folder.write("a.csv", b"id,name\n1,SMITH\n");
        let mut shown = String::new();
        let sources = vec![source("one", "a.csv", &["id"])];
        let mut take = |batch: crate::sources::Batch<'_>| {
            shown = format!("{:?}", batch.rows);
            assert_eq!(batch.rows[1].kind, RowKind::Data);
            assert_eq!(batch.rows[1].cell(1).value.as_text(), "SMITH");
            assert_eq!(batch.rows[1].cell(9).value.as_text(), "");
            batch.rows
        };
        read(&config(&folder, sources, None), &mut take, &mut |_| {}).expect("usable");
        assert!(shown.contains("redacted") && !shown.contains("SMITH"));
    }
}
