//! One row's values by field, before they become records.

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

/// The values of a row; used again for the next.
pub(super) struct Draft {
    /// By kind and place of field.
    bits: Vec<Vec<u32>>,
    /// Kinds of which something of their own was said.
    said: Vec<bool>,
    /// Whether anything at all was said, paper's own marks apart.
    anything: bool,
    /// Whether a name must be looked at.
    notable: bool,
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

impl Draft {
    /// Nothing said.
    pub fn new() -> Self {
        let kinds = RecordKind::ALL.iter().map(|(kind, _)| vec![0; kind.fields().len()]).collect();
        Draft { bits: kinds, said: vec![false; RecordKind::ALL.len()], anything: false, notable: false }
    }

    /// Takes the values of a row, one an item.
    pub fn fill(&mut self, items: &[Item<'_>], values: &[Cleaned]) {
        self.bits.iter_mut().for_each(|kind| kind.fill(0));
        self.said.fill(false);
        (self.anything, self.notable) = (false, false);
        for (item, value) in items.iter().zip(values).filter(|(_, value)| value.filled) {
            if let Target::Field(field) = item.target {
                self.bits[field.kind as usize][field.place] = value.bits;
            }
            self.said[item.kind() as usize] |= item.own;
            self.anything |= item.kind() != RecordKind::Paper;
            self.notable |= value.written == Written::Notably;
        }
    }

    /// A value.
    pub fn bits(&self, field: Field) -> u32 {
        self.bits[field.kind as usize][field.place]
    }

    fn set(&mut self, field: Field, symbol: Symbol) {
        self.bits[field.kind as usize][field.place] = symbol.place();
    }

    /// The text of a value; empty when missing.
    pub fn text<'t>(&self, texts: &'t Texts, field: Field) -> &'t str {
        texts.text(Symbol::at(self.bits(field)))
    }

    /// Why the row is no record of a person; `None` when it is one. A folder that nobody could read is still somebody's.
    pub fn refusal(&self, texts: &Texts) -> Option<Reason> {
        if !self.anything && self.bits(paper::UNREADABLE) == 0 {
            return Some(Reason::NothingMapped);
        }
        let text = |field| self.text(texts, field);
        let test =
            self.notable && is_test_entry(text(person::GIVEN_NAME), text(person::FAMILY_NAME), text(person::FULL_NAME));
        test.then_some(Reason::TestRow)
    }

    /// Adds the row's person record, and a record of every other kind that it says something of.
    pub fn record(
        &mut self,
        (at, digest, source): (RowRef, Digest, u16),
        items: &[Item<'_>],
        values: &[Cleaned],
        records: &mut Records,
    ) {
        self.settle_names(&mut records.texts);
        self.settle_local_id();
        let subject = PersonId::try_from(records.people.len()).expect("fewer rows than 4 billion");
        self.push(RecordKind::Person, at, subject, records);
        records.source.push(source);
        records.digest.push(digest);
        for kind in DEPENDENT {
            if self.said[kind as usize] {
                self.push(kind, at, subject, records);
            }
        }
        for (item, value) in items.iter().zip(values) {
            let Target::Extra(kind, name) = item.target else { continue };
            if value.bits == 0 || kind != RecordKind::Person && !self.said[kind as usize] {
                continue;
            }
            if let Some(table) = records.table_mut(kind) {
                let last = u32::try_from(table.len()).expect("fewer records than 4 billion") - 1;
                table.set_extra(name, last, Symbol::at(value.bits));
            }
        }
    }

    fn push(&self, kind: RecordKind, at: RowRef, subject: PersonId, records: &mut Records) {
        let Some(table) = records.table_mut(kind) else { return };
        let record = table.push(at, subject);
        for (place, bits) in self.bits[kind as usize].iter().enumerate().filter(|(_, bits)| **bits != 0) {
            table.set_bits(Field { kind, place }, record, *bits);
        }
    }

    /// Takes a whole name apart where no family name was given, and splits several given names.
    fn settle_names(&mut self, texts: &mut Texts) {
        if self.bits(person::FAMILY_NAME) == 0 && self.bits(person::FULL_NAME) != 0 {
            let parts = take_apart(self.text(texts, person::FULL_NAME));
            self.set(person::FAMILY_NAME, texts.intern(&parts.family));
            let others =
                [(person::TITLE, parts.title), (person::GIVEN_NAME, parts.given), (person::OTHER_NAMES, parts.other)];
            for (field, part) in others {
                if self.bits(field) == 0 {
                    self.set(field, texts.intern(&part));
                }
            }
        }
        if self.notable
            && self.bits(person::OTHER_NAMES) == 0
            && let Some((first, rest)) = first_and_rest(self.text(texts, person::GIVEN_NAME))
        {
            let (first, rest) = (first.to_owned(), rest.to_owned());
            self.set(person::GIVEN_NAME, texts.intern(&first));
            self.set(person::OTHER_NAMES, texts.intern(&rest));
        }
    }

    /// A row that names its person only beside a referral or an appointment still names them.
    fn settle_local_id(&mut self) {
        if self.bits(person::LOCAL_ID) == 0 {
            let named = PERSON_LOCAL_IDS.iter().map(|field| self.bits(*field)).find(|bits| *bits != 0);
            self.set(person::LOCAL_ID, Symbol::at(named.unwrap_or(0)));
        }
    }
}
