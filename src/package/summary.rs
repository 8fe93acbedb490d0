//! What the records of one patient say together: one value a field.
//!
//! Systems of record are believed before paper, evidence, lists and answers of tracing; among them a value that says
//! more (a whole date, a known sex) before one that says less; then the value that most rows give; then the one that
//! stands first.

use super::contents::Contents;
use crate::config::fields::person;
use crate::config::{Field, FieldType, Standing};
use crate::linkage::PatientNumbers;
use crate::records::{PersonId, Symbol};
use crate::values::{PartialDate, Sex};
use std::collections::BTreeSet;

/// One value that records give, in four bytes.
struct Candidate {
    bits: u32,
    standing: u8,
    says: u8,
    rows: u32,
}

impl Contents<'_> {
    /// The value of a field that speaks for the patient, as bits of the table.
    pub(super) fn chosen(&self, members: &[PersonId], field: Field) -> u32 {
        let people = &self.records().people;
        let mut given = members.iter().map(|member| people.bits(field, *member)).filter(|bits| *bits != 0);
        let Some(first) = given.next() else { return 0 };
        if given.all(|bits| bits == first) {
            return first;
        }
        let mut candidates: Vec<Candidate> = Vec::new();
        for member in members {
            let bits = people.bits(field, *member);
            let standing = self.rank(*member);
            if bits == 0 {
                continue;
            }
            match candidates.iter_mut().find(|candidate| (candidate.bits, candidate.standing) == (bits, standing)) {
                Some(candidate) => candidate.rows += 1,
                None => candidates.push(Candidate { bits, standing, says: self.says(field, bits), rows: 1 }),
            }
        }
        // Of equals `max_by_key` gives the last, and the first must win.
        let best = candidates.iter().rev().max_by_key(|candidate| (candidate.standing, candidate.says, candidate.rows));
        best.map_or(0, |candidate| candidate.bits)
    }

    /// How much a value says, where two values of a field can differ in that.
    fn says(&self, field: Field, bits: u32) -> u8 {
        match field.field_type() {
            FieldType::Date => PartialDate::unpack(bits).map_or(0, |date| date.precision() as u8),
            FieldType::Coded(_) => u8::from(self.text(bits) != Sex::Unknown.word()),
            FieldType::Text | FieldType::NhsNumber | FieldType::Moment => 0,
        }
    }

    pub(super) fn text(&self, bits: u32) -> &str {
        self.records().texts.text(Symbol::at(bits))
    }

    /// The national service is believed before a system of record, and that before evidence, lists and paper.
    fn rank(&self, record: PersonId) -> u8 {
        let source = &self.config.sources[usize::from(self.records().source[record as usize])];
        match source.standing {
            Standing::Trace if self.answers(record) => 2,
            Standing::Record if source.mapping.paper.is_none() => 1,
            Standing::Record | Standing::Evidence(_) | Standing::Declared | Standing::Trace => 0,
        }
    }

    /// Whether an answer names anybody: without a number it is none, and outranks nobody.
    fn answers(&self, answer: PersonId) -> bool {
        self.records().people.nhs_number(&self.records().texts, person::NHS_NUMBER, answer).is_some()
    }

    /// The address that goes with the postcode: a row with another postcode speaks of another place.
    pub(super) fn chosen_address(&self, members: &[PersonId], postcode: u32) -> u32 {
        let people = &self.records().people;
        let with = |wanted: u32| -> Vec<PersonId> {
            members.iter().copied().filter(|member| people.bits(person::POSTCODE, *member) == wanted).collect()
        };
        match self.chosen(&with(postcode), person::ADDRESS) {
            0 => self.chosen(&with(0), person::ADDRESS),
            address => address,
        }
    }

    /// Every distinct text of a field, in the order of rows: what must not be outvoted.
    pub(super) fn all_texts(&self, members: &[PersonId], field: Field) -> Vec<&str> {
        let mut texts = Vec::new();
        for member in members {
            let text = self.records().people.text(&self.records().texts, field, *member);
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// Family names other than the chosen one, in order.
    pub(super) fn other_family_names(&self, members: &[PersonId], chosen: &str) -> BTreeSet<&str> {
        let names = [person::FAMILY_NAME, person::PREVIOUS_FAMILY_NAME];
        let names = names.into_iter().flat_map(|field| self.all_texts(members, field));
        names.filter(|name| name.to_uppercase() != chosen.to_uppercase()).collect()
    }

    /// Service lines that hold a record of the patient or evidence of one. A list or a trace is neither.
    pub(super) fn service_lines(&self, members: &[PersonId]) -> BTreeSet<&str> {
        let sources = members.iter().map(|member| usize::from(self.records().source[*member as usize]));
        let sources = sources.map(|source| &self.config.sources[source]);
        let holding = sources.filter(|source| matches!(source.standing, Standing::Record | Standing::Evidence(_)));
        holding.map(|source| source.service_line.as_str()).filter(|line| !line.is_empty()).collect()
    }

    /// What the records of a patient say of its NHS number.
    pub(super) fn numbers(&self) -> PatientNumbers<'_> {
        PatientNumbers { config: self.config, records: self.records(), superseded: &self.superseded }
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;
    use crate::linkage::NumberStatus;
    use crate::reconcile::Reconciled;
    use crate::values::NhsNumber;

    fn contents_after<T>(change: impl FnOnce(&mut Reconciled), see: impl FnOnce(&Contents<'_>) -> T) -> T {
        let config = examples::config();
        let mut reconciled = examples::reconciled(&config);
        change(&mut reconciled);
        let decisions = examples::decisions();
        see(&Contents::new(&config, reconciled, examples::measures(), &decisions, examples::naming(&examples::key())))
    }

    fn set(reconciled: &mut Reconciled, record: PersonId, field: Field, text: &str) {
        let records = &mut reconciled.linked.records;
        let symbol = records.texts.intern(text);
        records.people.set_bits(field, record, symbol.place());
    }

    #[test]
    fn two_verified_numbers_are_a_conflict_and_a_superseded_one_is_not() {
        let twice = |superseded: bool| {
            contents_after(
                |reconciled| {
                    set(reconciled, 0, person::NHS_NUMBER, "9990000050");
                    set(reconciled, 1, person::NHS_NUMBER, "9990000018");
                    if superseded {
                        set(reconciled, 1, person::SUPERSEDED_BY, "9990000050");
                    }
                },
                |contents| {
                    let (number, status) = contents.numbers().of(&[0, 1]);
                    (number.map(NhsNumber::reveal), status)
                },
            )
        };
        assert_eq!(twice(false), (Some("9990000018".into()), NumberStatus::Conflict));
        assert_eq!(twice(true), (Some("9990000050".into()), NumberStatus::Verified));
    }

    #[test]
    fn a_superseding_number_that_another_patient_holds_is_not_given_to_two() {
        let numbers = contents_after(
            |reconciled| {
                set(reconciled, 0, person::NHS_NUMBER, "9990000050");
                set(reconciled, 1, person::NHS_NUMBER, "9990000018");
                set(reconciled, 1, person::SUPERSEDED_BY, "9990000050");
                set(reconciled, 2, person::NHS_NUMBER, "9990000026");
                set(reconciled, 2, person::SUPERSEDED_BY, "9990000034");
            },
            |contents| [&[0][..], &[1], &[2]].map(|members| contents.numbers().of(members).0.map(NhsNumber::reveal)),
        );
        assert_eq!(numbers, ["9990000050", "9990000018", "9990000034"].map(|number| Some(number.to_owned())));
    }

    #[test]
    fn a_system_of_record_is_believed_before_evidence() {
        let name = contents_after(
            |reconciled| {
                set(reconciled, 0, person::FAMILY_NAME, "ASHDOWN");
                set(reconciled, 3, person::FAMILY_NAME, "ASHTON");
                set(reconciled, 4, person::FAMILY_NAME, "ASHTON");
            },
            |contents| contents.text(contents.chosen(&[0, 3, 4], person::FAMILY_NAME)).to_owned(),
        );
        assert_eq!(name, "ASHDOWN");
    }

    #[test]
    fn an_address_never_goes_with_another_rows_postcode() {
        let address = contents_after(
            |reconciled| {
                set(reconciled, 0, person::POSTCODE, "OX4 1AB");
                set(reconciled, 0, person::ADDRESS, "");
                set(reconciled, 1, person::POSTCODE, "OX1 2CD");
                set(reconciled, 1, person::ADDRESS, "2 High Street");
            },
            |contents| {
                let postcode = contents.chosen(&[0], person::POSTCODE);
                contents.text(contents.chosen_address(&[0, 1], postcode)).to_owned()
            },
        );
        assert_eq!(address, "");
    }
}
