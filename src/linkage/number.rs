//! The NHS number of a patient: what its records say of it together.

use super::superseded::Superseded;
use crate::config::fields::person;
use crate::config::{Config, Standing};
use crate::records::{PersonId, Records};
use crate::values::NhsNumber;
use std::collections::{BTreeMap, BTreeSet};

/// How far a patient's NHS number can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberStatus {
    /// One number is verified.
    Verified,
    /// There is a number, and nobody has verified any.
    Unverified,
    /// There is none.
    Missing,
    /// Two are verified, and the national service does not say which it is.
    Conflict,
}

impl NumberStatus {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            NumberStatus::Verified => "verified",
            NumberStatus::Unverified => "unverified",
            NumberStatus::Missing => "missing",
            NumberStatus::Conflict => "conflict",
        }
    }
}

/// What records say of the numbers of their patients.
pub struct PatientNumbers<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The records.
    pub records: &'a Records,
    /// Numbers that others took the place of.
    pub superseded: &'a Superseded,
}

impl PatientNumbers<'_> {
    /// The number of the patient of these records: that which the national service gives; else of verified ones, else of
    /// all, the one that most rows carry; of equals the smallest.
    pub fn of(&self, members: &[PersonId]) -> (Option<NhsNumber>, NumberStatus) {
        if let Some(number) = self.traced(members) {
            return (Some(number), NumberStatus::Verified);
        }
        let mut rows: BTreeMap<NhsNumber, (u32, bool)> = BTreeMap::new();
        for member in members {
            let Some(number) = self.stated(*member) else { continue };
            let entry = rows.entry(self.current(members, number)).or_default();
            entry.0 += 1;
            entry.1 |= self.records.is_number_verified(self.config, *member);
        }
        let verified = rows.values().filter(|(_, verified)| *verified).count();
        let best = rows.iter().rev().max_by_key(|(_, (rows, verified))| (*verified, *rows));
        let status = match (best, verified) {
            (None, _) => NumberStatus::Missing,
            (Some(_), 0) => NumberStatus::Unverified,
            (Some(_), 1) => NumberStatus::Verified,
            (Some(_), _) => NumberStatus::Conflict,
        };
        (best.map(|(number, _)| *number), status)
    }

    /// The number that the national service gives, where its answers agree.
    pub fn traced(&self, members: &[PersonId]) -> Option<NhsNumber> {
        let standing =
            |record: PersonId| self.config.sources[usize::from(self.records.source[record as usize])].standing;
        let answers = members.iter().filter(|member| standing(**member) == Standing::Trace);
        let numbers = answers.filter_map(|answer| self.stated(*answer)).map(|number| self.current(members, number));
        let numbers: BTreeSet<NhsNumber> = numbers.collect();
        numbers.first().copied().filter(|_| numbers.len() == 1)
    }

    fn stated(&self, record: PersonId) -> Option<NhsNumber> {
        self.records.people.nhs_number(&self.records.texts, person::NHS_NUMBER, record)
    }

    /// The number that took a number's place, where linkage believed it and it is nobody else's in these data.
    fn current(&self, members: &[PersonId], number: NhsNumber) -> NhsNumber {
        let current = self.superseded.current(number);
        let is_ours = || members.iter().any(|member| self.stated(*member) == Some(current));
        if current == number || !self.superseded.is_carried(current) || is_ours() { current } else { number }
    }
}
