//! Batches of rows in, records out.

use super::clean::Cleaned;
use super::columns::{Cells, Header, Item};
use super::declared::DeclaredColumns;
use super::draft::{Draft, table};
use super::paper::{self, FolderName, HeldRow, Pass};
use super::sites::SiteColumns;
use super::store::Keying;
use super::{PersonId, Records, Table};
use crate::config::fields::paper::{BOX, FOLDER, PASS};
use crate::config::{Config, PaperMapping, RecordKind};
use crate::ledger::{Disposition, Exception, Reason};
use crate::sources::{Batch, DateSystem, Finding, Intake, Origin, RawRow, RowKind, RowRef, Sheet};
use crate::values::Digest;
use std::mem::take;

/// Takes batches while the sources are read, and gives the records when the last has come.
pub struct Normaliser<'a> {
    config: &'a Config,
    records: Records,
    sources: Vec<SourceReader<'a>>,
    sheet: Option<OpenSheet>,
    draft: Draft,
    values: Vec<Cleaned>,
    scratch: String,
}

/// What is known of one source while its rows come.
struct SourceReader<'a> {
    items: Vec<Item<'a>>,
    paper: Option<&'a PaperMapping>,
    test_number_told: bool,
    held: Vec<HeldRow>,
    serials: Vec<Serial>,
}

/// A number that was read as a count of days. Which day it means is certain only when the workbook's date system is
/// known, and that comes with the intake.
struct Serial {
    at: RowRef,
    item: usize,
    number: f64,
}

/// The sheet whose rows are coming.
struct OpenSheet {
    file: usize,
    sheet: usize,
    first: RowRef,
    header: Option<RowRef>,
    columns: Option<SheetColumns>,
    unmapped_told: bool,
}

/// Where the sheet holds what.
enum SheetColumns {
    People(Vec<Cells>),
    Declared(DeclaredColumns),
    Sites(SiteColumns),
}

impl<'a> Normaliser<'a> {
    /// Ready for the first batch.
    pub fn new(config: &'a Config) -> Self {
        let sources = (0..config.sources.len()).map(|source| SourceReader {
            items: Item::of_source(config, source),
            paper: config.sources[source].mapping.paper.as_ref(),
            test_number_told: false,
            held: Vec::new(),
            serials: Vec::new(),
        });
        Normaliser {
            config,
            records: Records::empty(),
            sources: sources.collect(),
            sheet: None,
            draft: Draft::new(),
            values: Vec::new(),
            scratch: String::new(),
        }
    }

    /// Maps the rows of a batch.
    pub fn take(&mut self, batch: Batch<'_>) {
        for row in batch.rows {
            let mut sheet = self.open_sheet(row.at);
            if row.kind == RowKind::Header && sheet.header.is_none() {
                sheet.header = Some(row.at);
            }
            if matches!(row.kind, RowKind::Header | RowKind::Data) && sheet.columns.is_none() {
                let at = sheet.header.unwrap_or(sheet.first);
                sheet.columns = Some(self.find_columns(batch.origin, batch.header, at));
            }
            match row.kind {
                RowKind::Data => self.take_data(batch.origin, &row, &sheet),
                RowKind::Header => self.put_by(row.at, Disposition::Header),
                RowKind::Preamble => self.put_by(row.at, Disposition::Preamble),
                RowKind::Footer => self.put_by(row.at, Disposition::Footer),
                RowKind::Blank => self.put_by(row.at, Disposition::Blank),
                RowKind::SetAside(finding) => self.set_aside(row.at, finding, &mut sheet),
            }
            self.sheet = Some(sheet);
        }
    }

    /// Compares the keyings of paper, sorts exceptions, gives the records.
    pub fn finish(mut self, intake: Intake) -> Records {
        for source in 0..self.sources.len() {
            self.settle_serials(source, &intake);
            self.settle_paper(source);
        }
        let mut records = self.records;
        records.intake = intake;
        records.other_rows.sort_unstable();
        records.exceptions.sort_unstable();
        records.keyings.sort_unstable_by_key(|keying| keying.at);
        records.paper.sort_unstable_by_key(|folder| folder.at);
        records.disagreements.sort_unstable_by(|one, other| {
            (one.first, one.second, &one.field).cmp(&(other.first, other.second, &other.field))
        });
        assert_every_row_is_kept(&records);
        shrink(&mut records);
        records
    }

    fn open_sheet(&mut self, at: RowRef) -> OpenSheet {
        match self.sheet.take() {
            Some(open) if (open.file, open.sheet) == (at.file(), at.sheet()) => open,
            _ => OpenSheet {
                file: at.file(),
                sheet: at.sheet(),
                first: at,
                header: None,
                columns: None,
                unmapped_told: false,
            },
        }
    }

    fn find_columns(&mut self, origin: Origin, names: &[String], at: RowRef) -> SheetColumns {
        let header = Header::new(names);
        let exceptions = &mut self.records.exceptions;
        let source = match origin {
            Origin::Sites => {
                return SheetColumns::Sites(SiteColumns::find(&header, at, self.config.transition.as_at, exceptions));
            }
            Origin::Source(source) => source,
        };
        if let Some(declared) = &self.config.sources[source].mapping.declared {
            return SheetColumns::Declared(DeclaredColumns::find(declared, &header, at, exceptions));
        }
        let find = |item: &Item<'_>| {
            let (cells, missing) = item.cells(&header);
            if missing {
                exceptions.push(Exception { at, field: item.name.clone(), reason: Reason::ColumnMissing });
            }
            cells
        };
        SheetColumns::People(self.sources[source].items.iter().map(find).collect())
    }

    fn put_by(&mut self, at: RowRef, disposition: Disposition) {
        self.records.other_rows.push((at, disposition));
    }

    fn except(&mut self, at: RowRef, reason: Reason) {
        self.records.exceptions.push(Exception { at, field: String::new(), reason });
    }

    /// A sheet that no mapping claims is one exception, not one a row.
    fn set_aside(&mut self, at: RowRef, finding: Finding, sheet: &mut OpenSheet) {
        let reason = reason_of(finding);
        if finding != Finding::SheetNotMapped || !sheet.unmapped_told {
            self.except(at, reason);
        }
        sheet.unmapped_told |= finding == Finding::SheetNotMapped;
        self.put_by(at, Disposition::SetAside(reason));
    }

    fn take_data(&mut self, origin: Origin, row: &RawRow, sheet: &OpenSheet) {
        for finding in &row.findings {
            self.except(row.at, reason_of(*finding));
        }
        let records = &mut self.records;
        let disposition = match (sheet.columns.as_ref(), origin) {
            (Some(SheetColumns::Sites(columns)), _) => columns.read(row, &mut records.sites, &mut records.exceptions),
            (Some(SheetColumns::Declared(columns)), _) => {
                columns.read(row, &mut records.declared, &mut records.exceptions)
            }
            (Some(SheetColumns::People(cells)), Origin::Source(source)) => {
                return self.take_person_row(source, row, cells);
            }
            (None, _) | (Some(SheetColumns::People(_)), Origin::Sites) => {
                unreachable!("the columns of a sheet are found at its first row of data")
            }
        };
        self.put_by(row.at, disposition);
    }

    fn take_person_row(&mut self, source: usize, row: &RawRow, cells: &[Cells]) {
        let reader = &mut self.sources[source];
        reader.clean(row, cells, (&mut self.records, &mut self.values, &mut self.scratch));
        self.draft.fill(&reader.items, &self.values);
        let refusal = self.draft.refusal(&self.records.texts);
        if reader.paper.is_none() || refusal.is_some() {
            let named = reader.items.iter().zip(&self.values).filter_map(|(item, value)| Some((item, value.reason?)));
            let exceptions = named.map(|(item, reason)| Exception { at: row.at, field: item.name.clone(), reason });
            self.records.exceptions.extend(exceptions);
        }
        if reader.paper.is_some() && refusal != Some(Reason::TestRow) {
            let vacant = refusal.is_some();
            let held = reader.hold(row, cells, &self.values, vacant, &self.draft, &self.records);
            reader.held.push(held);
        } else if refusal.is_none() {
            let source = u16::try_from(source).expect("fewer than 65,536 sources");
            self.draft.record((row.at, row.digest, source), &reader.items, &self.values, &mut self.records);
        }
        if let Some(reason) = refusal {
            self.except(row.at, reason);
            self.put_by(row.at, Disposition::SetAside(reason));
        }
    }

    /// Reads again, under the workbook's own date system, every number that was read as a count of days.
    fn settle_serials(&mut self, source: usize, intake: &Intake) {
        let reader = &mut self.sources[source];
        for Serial { at, item: place, number } in take(&mut reader.serials) {
            let system = intake.files[at.file()].read_as.date_system.unwrap_or(DateSystem::From1900);
            let item = &reader.items[place];
            let cleaned = item.cleaner().serial(number, system);
            if let Ok(held) = reader.held.binary_search_by_key(&at, |row| row.at) {
                if let Some(value) = reader.held[held].values.get_mut(place) {
                    *value = cleaned;
                }
                continue;
            }
            let reason = cleaned.reason.map(|reason| Exception { at, field: item.name.clone(), reason });
            self.records.exceptions.extend(reason);
            if let (Some(field), Some(table)) = (item.field(), table(&mut self.records, item.kind())) {
                if let Some(record) = table.at_row(at) {
                    table.set_bits(field, record, cleaned.bits);
                }
            }
        }
    }

    fn settle_paper(&mut self, source: usize) {
        let reader = &mut self.sources[source];
        let Some(mapping) = reader.paper else { return };
        let held = take(&mut reader.held);
        let settled = paper::settle(held, &reader.items, mapping, &self.records.texts);
        let number = u16::try_from(source).expect("fewer than 65,536 sources");
        for (at, digest, values) in settled.records {
            self.draft.fill(&reader.items, &values);
            self.draft.record((at, digest, number), &reader.items, &values, &mut self.records);
        }
        arrange(&mut self.records);
        let people = &self.records.people;
        for (at, first) in settled.keyings {
            let of = people.at_row(first).expect("the first keying became a record");
            self.records.keyings.push(Keying { at, of });
            self.records.other_rows.push((at, Disposition::Keying));
        }
        let repeats = settled.repeats.into_iter().map(|at| (at, Disposition::SetAside(Reason::KeyedTooOften)));
        self.records.other_rows.extend(repeats);
        self.records.paper.extend(settled.folders);
        self.records.disagreements.extend(settled.disagreements);
        self.records.exceptions.extend(settled.exceptions);
    }
}

impl SourceReader<'_> {
    /// Cleans a row, one value an item. Test numbers are told once a source: in test data every row has one.
    fn clean(
        &mut self,
        row: &RawRow,
        cells: &[Cells],
        (records, values, scratch): (&mut Records, &mut Vec<Cleaned>, &mut String),
    ) {
        values.clear();
        for (place, (item, cells)) in self.items.iter_mut().zip(cells).enumerate() {
            let (mut cleaned, serial) = item.clean(cells, row, &mut records.texts, scratch);
            if let Some(number) = serial {
                self.serials.push(Serial { at: row.at, item: place, number });
                cleaned.reason = None;
            }
            if cleaned.reason == Some(Reason::NhsNumberTest) {
                cleaned.reason = None;
                if !self.test_number_told {
                    let (field, reason) = (item.name.clone(), Reason::NhsNumberTest);
                    records.exceptions.push(Exception { at: row.at, field, reason });
                    self.test_number_told = true;
                }
            }
            values.push(cleaned);
        }
    }

    /// A row of paper as it is kept until all keyings are there. A sheet laid out beforehand has rows that name a folder
    /// and say nothing yet: they are kept for the folder's sake.
    fn hold(
        &self,
        row: &RawRow,
        cells: &[Cells],
        values: &[Cleaned],
        vacant: bool,
        draft: &Draft,
        records: &Records,
    ) -> HeldRow {
        let text = |field| draft.text(&records.texts, field).to_owned();
        let is_mapped = |field| self.items.iter().any(|item| item.field() == Some(field));
        let (box_name, folder, pass) = (text(BOX), text(FOLDER), text(PASS));
        let is_named = !folder.is_empty() && (!box_name.is_empty() || !is_mapped(BOX));
        let found = |(item, (value, cells)): (&Item<'_>, (&Cleaned, &Cells))| {
            if value.filled && value.bits == 0 { item.as_found(cells, row) } else { String::new() }
        };
        let as_found = self.items.iter().zip(values.iter().zip(cells)).map(found).collect();
        HeldRow {
            at: row.at,
            digest: row.digest,
            folder: is_named.then_some(FolderName { box_name, folder }),
            pass: if is_mapped(PASS) { Pass::parse(&pass) } else { Pass::First },
            values: if vacant { Vec::new() } else { values.to_vec() },
            as_found,
        }
    }
}

/// Puts every table in the order of rows: paper was added last, wherever its rows stand.
fn arrange(records: &mut Records) {
    let Some(order) = records.people.order_by_row() else { return };
    let mut places: Vec<PersonId> = vec![0; order.len()];
    for (new, old) in (0..).zip(&order) {
        places[*old as usize] = new;
    }
    let digests: Vec<Digest> = order.iter().map(|old| records.digest[*old as usize]).collect();
    let sources: Vec<u16> = order.iter().map(|old| records.source[*old as usize]).collect();
    (records.digest, records.source) = (digests, sources);
    for (kind, _) in RecordKind::ALL {
        if let Some(table) = table(records, *kind) {
            table.arrange(&places);
        }
    }
    // Keyings of an earlier source name people by their old places.
    for keying in &mut records.keyings {
        keying.of = places[keying.of as usize];
    }
}

fn reason_of(finding: Finding) -> Reason {
    match finding {
        Finding::SheetNotMapped => Reason::SheetNotMapped,
        Finding::TooManyCells => Reason::RowTooWide,
        Finding::TooFewCells => Reason::RowTooNarrow,
        Finding::NotDecodable => Reason::NotDecodable,
        Finding::StrayQuote => Reason::StrayQuote,
        Finding::RowTooLong => Reason::RowTooLong,
        Finding::NulCharacter => Reason::NulCharacter,
        Finding::BesideTable => Reason::BesideTable,
        Finding::FormulaWithoutValue => Reason::FormulaWithoutValue,
    }
}

/// The rows of people and the other rows are together exactly the physical rows of the intake, each once.
fn assert_every_row_is_kept(records: &Records) {
    let mut people = records.people.places().map(|place| records.people.row(place)).peekable();
    let mut others = records.other_rows.iter().map(|(at, _)| *at).peekable();
    let mut next = || match (people.peek(), others.peek()) {
        (Some(person), Some(other)) if person < other => people.next(),
        (Some(_), None) => people.next(),
        _ => others.next(),
    };
    for (file, source) in records.intake.files.iter().enumerate() {
        for (sheet, Sheet { rows, .. }) in source.sheets.iter().enumerate() {
            for row in 1..=*rows {
                let kept = next().map(|at| (at.file(), at.sheet(), at.row()));
                assert_eq!(kept, Some((file, sheet, row)), "every physical row is kept exactly once");
            }
        }
    }
    assert_eq!(next(), None, "no row is kept that no file holds");
}

fn shrink(records: &mut Records) {
    for (kind, _) in RecordKind::ALL {
        table(records, *kind).into_iter().for_each(Table::shrink);
    }
    records.source.shrink_to_fit();
    records.digest.shrink_to_fit();
    records.other_rows.shrink_to_fit();
    records.exceptions.shrink_to_fit();
}
