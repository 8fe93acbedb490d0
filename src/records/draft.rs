//! The values of some rows of one source, before they become records: a column an item, as they were read, so that each column
//! of a table is filled at one go.

use super::clean::Cleaned;
use super::columns::{Item, Target};
use super::names::{first_and_rest, is_test_entry, take_apart};
use super::texts::{Symbol, Texts};
use super::written::Written;
use super::{PersonId, Records};
use crate::config::fields::{appointment, diagnostic, document, outcome_score, paper, person, referral};
use crate::config::{Field, RecordKind};
use crate::ledger::Reason;
use crate::sources::RowRef;
use crate::values::Digest;

/// The values of some rows.
pub(super) struct Draft<'d, 'c> {
    items: &'d [Item<'c>],
    /// A column an item.
    columns: Vec<&'d [Cleaned]>,
    /// By kind and place of field: the column.
    of_field: Vec<Vec<Option<usize>>>,
    /// What each row says something of.
    said: Vec<u16>,
}

/// In [`Draft::said`], after a bit a kind of which something of its own was said: that anything at all was said, paper's own
/// marks apart.
const ANYTHING: u16 = 1 << 14;
/// And that a name must be looked at.
const NOTABLY: u16 = 1 << 15;

/// A row that becomes a record: its place among the values, where it stands, and its digest.
pub(super) struct Drafted {
    pub row: usize,
    pub at: RowRef,
    pub digest: Digest,
}

/// Fields that name the person of a row which is about something else.
const PERSON_LOCAL_IDS: [Field; 5] = [
    referral::PERSON_LOCAL_ID,
    appointment::PERSON_LOCAL_ID,
    diagnostic::PERSON_LOCAL_ID,
    document::PERSON_LOCAL_ID,
    outcome_score::PERSON_LOCAL_ID,
];

const DEPENDENT: [RecordKind; 6] = [
    RecordKind::Referral,
    RecordKind::Appointment,
    RecordKind::Diagnostic,
    RecordKind::Document,
    RecordKind::OutcomeScore,
    RecordKind::Concern,
];

impl<'d, 'c> Draft<'d, 'c> {
    /// Of the values of each item, one for each of so many rows.
    pub fn new(items: &'d [Item<'c>], columns: Vec<&'d [Cleaned]>, rows: usize) -> Self {
        let mut of_field: Vec<Vec<Option<usize>>> =
            RecordKind::ALL.iter().map(|(kind, _)| vec![None; kind.fields().len()]).collect();
        let mut said = vec![0; rows];
        for (place, (item, values)) in items.iter().zip(&columns).enumerate() {
            if let Target::Field(field) = item.target {
                of_field[field.kind as usize][field.place] = Some(place);
            }
            let own = if item.own { bit(item.kind()) } else { 0 };
            let anything = if item.kind() == RecordKind::Paper { 0 } else { ANYTHING };
            for (said, value) in said.iter_mut().zip(*values).filter(|(_, value)| value.filled) {
                *said |= own | anything | if value.written == Written::Notably { NOTABLY } else { 0 };
            }
        }
        Draft { items, columns, of_field, said }
    }

    /// A value; nought where there is none.
    fn bits(&self, field: Field, row: usize) -> u32 {
        self.of_field[field.kind as usize][field.place].map_or(0, |place| self.columns[place][row].bits)
    }

    /// The text of a value; empty when missing.
    pub fn text<'t>(&self, texts: &'t Texts, field: Field, row: usize) -> &'t str {
        texts.text(Symbol::at(self.bits(field, row)))
    }

    /// The values of a row, one an item.
    pub fn values(&self, row: usize) -> impl Iterator<Item = Cleaned> {
        self.columns.iter().map(move |values| values[row])
    }

    /// Why a row is no record of a person; `None` when it is one. A folder that nobody could read is still somebody's.
    pub fn refusal(&self, row: usize, texts: &Texts) -> Option<Reason> {
        let said = self.said[row];
        if said & ANYTHING == 0 && self.bits(paper::UNREADABLE, row) == 0 {
            return Some(Reason::NothingMapped);
        }
        let text = |field| self.text(texts, field, row);
        let test = said & NOTABLY != 0
            && is_test_entry(text(person::GIVEN_NAME), text(person::FAMILY_NAME), text(person::FULL_NAME));
        test.then_some(Reason::TestRow)
    }

    /// Adds the person record of each of these rows, and a record of every other kind that it says something of.
    pub fn record(&self, rows: &[Drafted], source: u16, records: &mut Records) {
        let first = PersonId::try_from(records.people.len()).expect("fewer rows than 4 billion");
        let subjects = first..;
        for (drafted, subject) in rows.iter().zip(subjects.clone()) {
            records.people.push(drafted.at, subject);
            records.source.push(source);
            records.digest.push(drafted.digest);
        }
        let people = || rows.iter().map(|drafted| drafted.row).zip(subjects.clone());
        self.fill(RecordKind::Person, people(), records);
        self.settle_names(people(), records);
        self.settle_local_ids(people(), records);
        for kind in DEPENDENT {
            let spoken_of = rows.iter().zip(subjects.clone()).filter(|(of, _)| self.said[of.row] & bit(kind) != 0);
            let Some(table) = records.table_mut(kind) else { continue };
            let added: Vec<(usize, u32)> = spoken_of.map(|(of, person)| (of.row, table.push(of.at, person))).collect();
            self.fill(kind, added.into_iter(), records);
        }
    }

    /// Fills a table, given rows with their records in it.
    fn fill(&self, kind: RecordKind, rows: impl Iterator<Item = (usize, u32)> + Clone, records: &mut Records) {
        let Some(table) = records.table_mut(kind) else { return };
        for (item, values) in self.items.iter().zip(&self.columns).filter(|(item, _)| item.kind() == kind) {
            let filled = rows.clone().map(|(row, record)| (record, values[row].bits)).filter(|(_, bits)| *bits != 0);
            match item.target {
                Target::Field(field) => filled.for_each(|(record, bits)| table.set_bits(field, record, bits)),
                Target::Extra(_, name) => {
                    filled.for_each(|(record, bits)| table.set_extra(name, record, Symbol::at(bits)))
                }
            }
        }
    }

    /// Takes a whole name apart where no family name was given, and splits several given names.
    fn settle_names(&self, rows: impl Iterator<Item = (usize, PersonId)>, records: &mut Records) {
        let (people, texts) = (&mut records.people, &mut records.texts);
        for (row, record) in rows {
            if self.bits(person::FAMILY_NAME, row) == 0 && self.bits(person::FULL_NAME, row) != 0 {
                let parts = take_apart(self.text(texts, person::FULL_NAME, row));
                people.set_bits(person::FAMILY_NAME, record, texts.intern(&parts.family).place());
                let others = [
                    (person::TITLE, parts.title),
                    (person::GIVEN_NAME, parts.given),
                    (person::OTHER_NAMES, parts.other),
                ];
                for (field, part) in others {
                    if people.bits(field, record) == 0 {
                        people.set_bits(field, record, texts.intern(&part).place());
                    }
                }
            }
            if self.said[row] & NOTABLY != 0
                && people.bits(person::OTHER_NAMES, record) == 0
                && let Some((first, rest)) = first_and_rest(people.text(texts, person::GIVEN_NAME, record))
            {
                let (first, rest) = (first.to_owned(), rest.to_owned());
                people.set_bits(person::GIVEN_NAME, record, texts.intern(&first).place());
                people.set_bits(person::OTHER_NAMES, record, texts.intern(&rest).place());
            }
        }
    }

    /// A row that names its person only beside a referral or an appointment still names them.
    fn settle_local_ids(&self, rows: impl Iterator<Item = (usize, PersonId)>, records: &mut Records) {
        for (row, record) in rows.filter(|(row, _)| self.bits(person::LOCAL_ID, *row) == 0) {
            let named = PERSON_LOCAL_IDS.iter().map(|field| self.bits(*field, row)).find(|bits| *bits != 0);
            named.into_iter().for_each(|bits| records.people.set_bits(person::LOCAL_ID, record, bits));
        }
    }
}

fn bit(kind: RecordKind) -> u16 {
    1 << kind as u16
}
