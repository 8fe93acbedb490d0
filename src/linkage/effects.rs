//! What each decision about who is who changed, against what would be without it.

use super::features::Features;
use super::product::{PatientIndex, Place};
use super::rulings::Rulings;
use super::units::{Units, details_agree};
use crate::decisions::{Answer, Effect, Effects};
use crate::ledger::Reason;
use crate::records::PersonId;
use std::collections::{BTreeMap, BTreeSet};

/// Who came to be who, and what a machine alone would have made of it.
pub(super) struct Outcome<'a> {
    pub features: &'a Features,
    pub units: &'a Units,
    pub unit_of: &'a [u32],
    pub group_of: &'a [PatientIndex],
    /// The groups as they would be if people had said of nobody to be one.
    pub none_together: &'a [PatientIndex],
    /// The groups as they would be if people had kept nobody apart.
    pub none_apart: &'a [PatientIndex],
    pub places: &'a [Place],
    /// Where a machine alone would have placed thin records.
    pub machine: &'a BTreeMap<PersonId, Place>,
    /// Evidence and candidates for it that a person keeps apart.
    pub withheld: &'a BTreeSet<(PatientIndex, PatientIndex)>,
}

impl Outcome<'_> {
    /// What each decision changed.
    pub(super) fn effects(&self, rulings: &Rulings) -> Effects {
        let mut effects = Effects::default();
        rulings.held.iter().for_each(|said| effects.note(said.event, Effect::HeldBack));
        for said in &rulings.said {
            let (left, right) = said.records;
            let units = (self.unit_of[left as usize], self.unit_of[right as usize]);
            let effect = match units.0.max(units.1) {
                u32::MAX => self.of_thin(left, right, said.answer),
                _ => self.of_units(units, said.answer),
            };
            effects.note(said.event, effect);
        }
        let left_out = |record: &PersonId| {
            matches!(&self.places[*record as usize], Place::Unplaced { reason: Reason::PlacedNobody, .. })
        };
        rulings.nobody.iter().filter(|(record, _)| left_out(record)).for_each(|(_, event)| {
            effects.note(*event, Effect::LeftOut);
        });
        effects
    }

    fn of_units(&self, (one, two): (u32, u32), answer: Answer) -> Effect {
        let (left, right) = (one as usize, two as usize);
        let of_one_id = self.of_one_id(one, two);
        match answer {
            Answer::Same if self.none_together[left] != self.none_together[right] && !of_one_id => Effect::Joined,
            Answer::Different if of_one_id || self.none_apart[left] == self.none_apart[right] => Effect::KeptApart,
            // One would be a candidate for the other.
            Answer::Different if self.withheld.contains(&(self.group_of[left], self.group_of[right])) => {
                Effect::KeptApart
            }
            Answer::Same | Answer::Different | Answer::Unsure => Effect::None,
        }
    }

    /// Whether one local id would have made one of two units.
    fn of_one_id(&self, one: u32, two: u32) -> bool {
        let id = |unit: u32| self.units.local_ids[unit as usize];
        let profile = |unit: u32| &self.units.profiles[unit as usize];
        id(one).is_some() && id(one) == id(two) && details_agree(self.features, profile(one), profile(two))
    }

    /// Of records one of which, at least, is thin.
    fn of_thin(&self, left: PersonId, right: PersonId, answer: Answer) -> Effect {
        let patient = |record: PersonId| self.places[record as usize].patient();
        let together = patient(left).is_some() && patient(left) == patient(right);
        let alone = |record: PersonId| self.machine.get(&record).unwrap_or(&self.places[record as usize]);
        let offers = |record: PersonId, other: PersonId| match (alone(record), alone(other).patient()) {
            (place, Some(patient)) if place.patient() == Some(patient) => true,
            (Place::Unplaced { candidates, .. }, Some(patient)) => candidates.contains(&patient),
            _ => false,
        };
        let by_machine = alone(left).patient().is_some() && alone(left).patient() == alone(right).patient();
        match answer {
            Answer::Same if together && !by_machine => Effect::Placed,
            Answer::Different if !together && (offers(left, right) || offers(right, left)) => Effect::KeptApart,
            Answer::Same | Answer::Different | Answer::Unsure => Effect::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::product::JoinedBy;
    use super::super::tests::{HANNAH, county, link_among, said};
    use super::*;

    const OTHER: super::super::tests::Row<'static> =
        ["1-h", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];

    #[test]
    fn an_answer_that_a_machine_came_to_by_itself_changes_nothing() {
        let (alone, one, _) = link_among(&county(200), &[HANNAH], &[OTHER], &said(&[]));
        let (linked, _, two) = link_among(&county(200), &[HANNAH], &[OTHER], &said(&[((0, 1), (1, 1), Answer::Same)]));
        assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[0]));
        assert!(!matches!(alone.places[one[0] as usize], Place::Patient { joined_by: JoinedBy::Decision, .. }));
        assert_eq!(linked.places, alone.places);
        assert_eq!(linked.effects.of(1), Effect::None);
    }

    #[test]
    fn to_keep_apart_what_a_machine_joins_by_way_of_a_third_is_an_effect() {
        // Hannah moved and married: her two rows have little in common, and each much with the third.
        let maiden = ["0-m", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", ""];
        let married = ["1-m", "", "Pellworth", "Hannah", "1984-03-07", "female", "LS1 4DX", "07700111111"];
        let between = ["1-b", "", "Pellworth", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
        let link = |answers: &[_]| link_among(&county(200), &[maiden], &[married, between], &said(answers));
        let (alone, one, two) = link(&[]);
        assert_eq!(alone.patient_of(one[0]), alone.patient_of(two[0]), "a chain");
        let (linked, one, two) = link(&[((0, 1), (1, 1), Answer::Different)]);
        assert_ne!(linked.patient_of(one[0]), linked.patient_of(two[0]));
        assert_eq!(linked.effects.of(1), Effect::KeptApart);
    }
}
