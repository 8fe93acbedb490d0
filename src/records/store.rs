//! Records in columns: four bytes a value, nought for missing.

use super::column::Column;
use super::texts::{Symbol, Texts, Unified};
use super::trace::Traced;
use crate::config::{Field, FieldType, RecordKind};
use crate::decisions::Effects;
use crate::ledger::{Accountable, Disposition, Exception};
use crate::sources::{Intake, RowRef};
use crate::values::{Digest, Moment, NhsNumber, PartialDate};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt;

/// A person record: its place in [`Records::people`]. Every row that speaks of somebody has exactly one.
pub type PersonId = u32;

/// Everything that was read, typed.
#[derive(Debug)]
pub struct Records {
    /// The files and sheets.
    pub intake: Intake,
    /// Every distinct text.
    pub texts: Texts,
    /// Who: one record a row, in order of rows. `subject` of a person record is itself.
    pub people: Table,
    /// Source of each person record: a place in [`crate::config::Config::sources`].
    pub source: Vec<u16>,
    /// Digest of the row of each person record.
    pub digest: Vec<Digest>,
    /// Referrals.
    pub referrals: Table,
    /// Bookings and evidence of bookings.
    pub appointments: Table,
    /// Diagnostic requests.
    pub diagnostics: Table,
    /// Documents.
    pub documents: Table,
    /// Outcome scores.
    pub outcome_scores: Table,
    /// Concerns.
    pub concerns: Table,
    /// Declared figures.
    pub declared: Vec<DeclaredFigure>,
    /// The site crosswalk.
    pub sites: Vec<Site>,
    /// Second keyings: rows that speak of a person record of another row.
    pub keyings: Vec<Keying>,
    /// Folders of transcribed paper.
    pub paper: Vec<PaperFolder>,
    /// Fields on which two keyings disagree.
    pub disagreements: Vec<PaperDisagreement>,
    /// Answers of the national service, with the rows they were asked about.
    pub traced: Vec<Traced>,
    /// What is wrong, in order of rows.
    pub exceptions: Vec<Exception>,
    /// What decisions changed in them.
    pub effects: Effects,
    /// Rows that carry no person record, in order, with what became of them. Together with the rows of `people` these
    /// are all physical rows, each once.
    pub other_rows: Vec<(RowRef, Disposition)>,
}

/// Records of one kind, a column a field.
pub struct Table {
    kind: RecordKind,
    rows: Vec<RowRef>,
    subjects: Vec<PersonId>,
    columns: Vec<Column>,
    extra: BTreeMap<String, Column>,
}

/// A record of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef {
    /// The kind.
    pub kind: RecordKind,
    /// Its place in the kind's table.
    pub place: u32,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is part of a patient, referral or appointment, or hangs on a patient.
    Joined,
    /// Its patient is not known.
    Unassigned,
    /// It is not used; its row's exceptions say why.
    SetAside,
}

impl Accountable for RecordRef {
    type Outcome = RecordOutcome;
}

/// A declared figure.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredFigure {
    /// The row.
    pub at: RowRef,
    /// The column's name, in a wide table; else the value's column.
    pub column: String,
    /// What is counted.
    pub measure: String,
    /// Of which group; empty when the table has none.
    pub group: String,
    /// In which period; empty when the table has none.
    pub period: String,
    /// The figure.
    pub value: f64,
}

/// One line of the site crosswalk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The row.
    pub at: RowRef,
    /// The sender's code.
    pub legacy_site: String,
    /// What people call it.
    pub name: String,
    /// Whose it is.
    pub provider: String,
    /// The receiver's site that follows it; empty when none does.
    pub successor_site: String,
    /// When it closes; `None` when it stays.
    pub closes_on: Option<PartialDate>,
}

/// A row that is the second keying of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keying {
    /// The row.
    pub at: RowRef,
    /// The person record of the first keying.
    pub of: PersonId,
    /// Digest of the row.
    pub digest: Digest,
}

/// A folder of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperFolder {
    /// The first keying's row.
    pub at: RowRef,
    /// Box.
    pub box_name: String,
    /// Folder.
    pub folder: String,
    /// How often it was keyed.
    pub keyings: u32,
    /// Fields compared between two keyings.
    pub fields_compared: u32,
    /// Fields on which they disagree.
    pub fields_disagreeing: u32,
}

/// A field on which two keyings disagree.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperDisagreement {
    /// The first keying's row.
    pub first: RowRef,
    /// The second's.
    pub second: RowRef,
    /// The field, such as `referral.received`.
    pub field: String,
    /// What the first says.
    pub first_reading: String,
    /// What the second says.
    pub second_reading: String,
}

impl Table {
    /// No records of this kind yet.
    pub fn new(kind: RecordKind) -> Self {
        let columns = vec![Column::default(); kind.fields().len()];
        Table { kind, rows: Vec::new(), subjects: Vec::new(), columns, extra: BTreeMap::new() }
    }

    /// The kind.
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The places of all records.
    pub fn places(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.rows.len()).expect("fewer records than 4 billion")
    }

    /// A record's row.
    pub fn row(&self, place: u32) -> RowRef {
        self.rows[place as usize]
    }

    /// The person record of a record's row.
    pub fn subject(&self, place: u32) -> PersonId {
        self.subjects[place as usize]
    }

    /// Adds a record without values; gives its place.
    pub fn push(&mut self, row: RowRef, subject: PersonId) -> u32 {
        let place = u32::try_from(self.rows.len()).expect("fewer records than 4 billion");
        self.rows.push(row);
        self.subjects.push(subject);
        place
    }

    /// The four bytes of a value; nought when missing.
    pub fn bits(&self, field: Field, place: u32) -> u32 {
        debug_assert_eq!(field.kind, self.kind);
        self.columns[field.place].get(place)
    }

    /// Sets the four bytes of a value.
    pub fn set_bits(&mut self, field: Field, place: u32, bits: u32) {
        assert_eq!(field.kind, self.kind, "a field belongs to its kind's table");
        self.columns[field.place].set(place, bits);
    }

    /// A text, coded word or NHS number as a symbol.
    pub fn symbol(&self, field: Field, place: u32) -> Symbol {
        debug_assert!(!matches!(field.field_type(), FieldType::Date | FieldType::Moment));
        Symbol::at(self.bits(field, place))
    }

    /// A date.
    pub fn date(&self, field: Field, place: u32) -> Option<PartialDate> {
        debug_assert_eq!(field.field_type(), FieldType::Date);
        PartialDate::unpack(self.bits(field, place))
    }

    /// A moment.
    pub fn moment(&self, field: Field, place: u32) -> Option<Moment> {
        debug_assert_eq!(field.field_type(), FieldType::Moment);
        Moment::unpack(self.bits(field, place))
    }

    /// A text or coded word; empty when missing.
    pub fn text<'t>(&self, texts: &'t Texts, field: Field, place: u32) -> &'t str {
        texts.text(self.symbol(field, place))
    }

    /// An NHS number.
    pub fn nhs_number(&self, texts: &Texts, field: Field, place: u32) -> Option<NhsNumber> {
        texts.text(self.symbol(field, place)).parse().ok()
    }

    /// Any value as tables show it; empty when missing. Personal data.
    pub fn reveal(&self, texts: &Texts, field: Field, place: u32) -> String {
        match field.field_type() {
            FieldType::Date => self.date(field, place).map(PartialDate::reveal).unwrap_or_default(),
            FieldType::Moment => self.moment(field, place).map(Moment::reveal).unwrap_or_default(),
            FieldType::Text | FieldType::NhsNumber | FieldType::Coded(_) => self.text(texts, field, place).to_owned(),
        }
    }

    /// Names of the extra columns, in order.
    pub fn extra_names(&self) -> impl Iterator<Item = &str> {
        self.extra.keys().map(String::as_str)
    }

    /// An extra value.
    pub fn extra(&self, name: &str, place: u32) -> Symbol {
        Symbol::at(self.extra.get(name).map_or(0, |column| column.get(place)))
    }

    /// Sets an extra value.
    pub fn set_extra(&mut self, name: &str, place: u32, value: Symbol) {
        if !self.extra.contains_key(name) {
            self.extra.insert(name.to_owned(), Column::default());
        }
        if let Some(column) = self.extra.get_mut(name) {
            column.set(place, value.place());
        }
    }

    /// The place of a row's record, in a table that is in order of rows.
    pub(super) fn at_row(&self, row: RowRef) -> Option<u32> {
        self.rows.binary_search(&row).ok().and_then(|place| u32::try_from(place).ok())
    }

    /// The place of the record of a row that is given by file, sheet and number, in a table that is in order of rows.
    pub(super) fn at(&self, row: (usize, usize, u32)) -> Option<u32> {
        let found = self.rows.binary_search_by(|at| (at.file(), at.sheet(), at.row()).cmp(&row));
        found.ok().and_then(|place| u32::try_from(place).ok())
    }

    /// The present places in order of rows; `None` when they are in that order already.
    pub(super) fn order_by_row(&self) -> Option<Vec<u32>> {
        if self.rows.is_sorted() {
            return None;
        }
        let mut order: Vec<u32> = self.places().collect();
        order.sort_unstable_by_key(|place| self.rows[*place as usize]);
        Some(order)
    }

    /// Puts the records in order of rows, and has them name their person records by the places given for the old ones.
    pub(super) fn arrange(&mut self, person_places: &[PersonId]) {
        self.subjects.iter_mut().for_each(|subject| *subject = person_places[*subject as usize]);
        let Some(order) = self.order_by_row() else { return };
        self.rows = order.iter().map(|old| self.rows[*old as usize]).collect();
        self.subjects = order.iter().map(|old| self.subjects[*old as usize]).collect();
        for column in self.columns.iter_mut().chain(self.extra.values_mut()) {
            *column = column.arranged(&order);
        }
    }

    /// Takes the symbols that stay, wherever it holds one.
    pub(super) fn unify(&mut self, unified: &Unified) {
        let is_text = |place: usize| {
            !matches!(Field { kind: self.kind, place }.field_type(), FieldType::Date | FieldType::Moment)
        };
        let columns = self.columns.par_iter_mut().enumerate().filter(|(place, _)| is_text(*place));
        columns.for_each(|(_, column)| column.change(|symbol| unified.of(symbol)));
        self.extra.values_mut().for_each(|column| column.change(|symbol| unified.of(symbol)));
    }

    /// Gives back memory that growing left over.
    pub fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.subjects.shrink_to_fit();
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Table({}, {} redacted)", self.kind.name(), self.rows.len())
    }
}

impl fmt::Debug for PaperDisagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PaperDisagreement({:?}, {:?}, {}, redacted)", self.first, self.second, self.field)
    }
}

impl Records {
    /// Nothing yet.
    pub fn empty() -> Self {
        Records {
            intake: Intake::default(),
            texts: Texts::default(),
            people: Table::new(RecordKind::Person),
            source: Vec::new(),
            digest: Vec::new(),
            referrals: Table::new(RecordKind::Referral),
            appointments: Table::new(RecordKind::Appointment),
            diagnostics: Table::new(RecordKind::Diagnostic),
            documents: Table::new(RecordKind::Document),
            outcome_scores: Table::new(RecordKind::OutcomeScore),
            concerns: Table::new(RecordKind::Concern),
            declared: Vec::new(),
            sites: Vec::new(),
            keyings: Vec::new(),
            paper: Vec::new(),
            disagreements: Vec::new(),
            traced: Vec::new(),
            exceptions: Vec::new(),
            effects: Effects::default(),
            other_rows: Vec::new(),
        }
    }

    /// The tables of records that hang on a person record, people themselves not among them.
    pub fn dependent_tables(&self) -> [&Table; 6] {
        [&self.referrals, &self.appointments, &self.diagnostics, &self.documents, &self.outcome_scores, &self.concerns]
    }

    /// The table of a kind; paper's own marks have none.
    pub(super) fn table_mut(&mut self, kind: RecordKind) -> Option<&mut Table> {
        match kind {
            RecordKind::Person => Some(&mut self.people),
            RecordKind::Referral => Some(&mut self.referrals),
            RecordKind::Appointment => Some(&mut self.appointments),
            RecordKind::Diagnostic => Some(&mut self.diagnostics),
            RecordKind::Document => Some(&mut self.documents),
            RecordKind::OutcomeScore => Some(&mut self.outcome_scores),
            RecordKind::Concern => Some(&mut self.concerns),
            RecordKind::Paper => None,
        }
    }

    /// Puts every table in the order of rows.
    pub(super) fn arrange(&mut self) {
        let Some(order) = self.people.order_by_row() else { return };
        let mut places: Vec<PersonId> = vec![0; order.len()];
        for (new, old) in (0..).zip(&order) {
            places[*old as usize] = new;
        }
        self.digest = order.iter().map(|old| self.digest[*old as usize]).collect();
        self.source = order.iter().map(|old| self.source[*old as usize]).collect();
        for (kind, _) in RecordKind::ALL {
            if let Some(table) = self.table_mut(*kind) {
                table.arrange(&places);
            }
        }
        self.keyings.iter_mut().for_each(|keying| keying.of = places[keying.of as usize]);
    }

    /// The rows of people and the other rows are together exactly the physical rows of the intake, each once.
    pub(super) fn assert_every_row_is_kept(&self) {
        let mut people = self.people.rows.iter().copied().peekable();
        let mut others = self.other_rows.iter().map(|(at, _)| *at).peekable();
        let mut next = || match (people.peek(), others.peek()) {
            (Some(person), Some(other)) if person < other => people.next(),
            (Some(_), None) => people.next(),
            _ => others.next(),
        };
        for (file, source) in self.intake.files.iter().enumerate() {
            for (sheet, rows) in source.sheets.iter().map(|sheet| sheet.rows).enumerate() {
                for row in 1..=rows {
                    let kept = next().map(|at| (at.file(), at.sheet(), at.row()));
                    assert_eq!(kept, Some((file, sheet, row)), "every physical row is kept exactly once");
                }
            }
        }
        assert_eq!(next(), None, "no row is kept that no file holds");
    }

    /// Takes the symbols that stay, wherever a record holds one.
    pub(super) fn unify(&mut self, unified: &Unified) {
        for (kind, _) in RecordKind::ALL {
            self.table_mut(*kind).into_iter().for_each(|table| table.unify(unified));
        }
    }

    /// Gives back memory that growing left over.
    pub(super) fn shrink(&mut self) {
        for (kind, _) in RecordKind::ALL {
            self.table_mut(*kind).into_iter().for_each(Table::shrink);
        }
        self.texts.close();
        self.source.shrink_to_fit();
        self.digest.shrink_to_fit();
        self.other_rows.shrink_to_fit();
        self.exceptions.shrink_to_fit();
    }
}
