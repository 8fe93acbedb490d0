//! One table of pairs, clustered at several thresholds: who is of which patient at each, and how far that agrees with a truth.

use super::cluster::Clusters;
use super::link::{Prepared, unit_of_records};
use super::model::LinkModel;
use super::pairs;
use super::product::{PatientIndex, Place};
use super::thin::Directory;
use std::collections::BTreeMap;

/// What one threshold joins.
pub struct Joined {
    /// The threshold.
    pub match_at: f64,
    /// The patient of each person record; nothing where it is not known.
    pub patients: Vec<Option<PatientIndex>>,
}

/// Links at each threshold, from the scores of a model, and shows what each joins. Nothing is decided by it.
pub fn sweep(prepared: &Prepared, model: &LinkModel, thresholds: &[f64], see: &mut dyn FnMut(&Joined)) {
    let Prepared { features, units, candidates, rulings, .. } = prepared;
    let scorer = prepared.scorer(model);
    let mut scored = pairs::score(&scorer, candidates);
    pairs::bar_close_rivals(&scorer, &mut scored);
    let records = prepared.records.people.len();
    let unit_of = unit_of_records(units, records);
    let of_units = rulings.of_units(&unit_of);
    for match_at in thresholds {
        let (mut clusters, _) = Clusters::build(&scorer, prepared.marks(), &of_units, &scored, *match_at);
        let groups = clusters.groups();
        let mut patients: Vec<Option<PatientIndex>> =
            unit_of.iter().map(|unit| groups.group_of.get(*unit as usize).copied()).collect();
        let (thin, _) = Directory::new(features, units, &groups.group_of).place_all(rulings, &unit_of);
        for (thin, place) in units.thin.iter().zip(thin) {
            patients[thin.record as usize] = Place::patient(&place);
        }
        see(&Joined { match_at: *match_at, patients });
    }
}

impl Joined {
    /// Held against the truth: for each record a sign of its person, or nothing where it is not known; such records do not
    /// count.
    pub fn agreement(&self, truth: &[Option<u32>]) -> Agreement {
        let mut of_person: BTreeMap<u32, u64> = BTreeMap::new();
        let mut of_patient: BTreeMap<PatientIndex, u64> = BTreeMap::new();
        let mut of_both: BTreeMap<(u32, PatientIndex), u64> = BTreeMap::new();
        for (person, patient) in truth.iter().zip(&self.patients) {
            let Some(person) = person else { continue };
            *of_person.entry(*person).or_default() += 1;
            if let Some(patient) = patient {
                *of_patient.entry(*patient).or_default() += 1;
                *of_both.entry((*person, *patient)).or_default() += 1;
            }
        }
        Agreement {
            match_at: self.match_at,
            right: of_both.into_values().map(pairs_among).sum(),
            joined: of_patient.into_values().map(pairs_among).sum(),
            true_pairs: of_person.into_values().map(pairs_among).sum(),
        }
    }
}

/// Pairs of rows in one patient, against pairs of rows of one person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The threshold.
    pub match_at: f64,
    /// Pairs in one patient that are of one person.
    pub right: u64,
    /// Pairs in one patient.
    pub joined: u64,
    /// Pairs of one person.
    pub true_pairs: u64,
}

impl Agreement {
    /// Of the pairs that are joined, the share that is right; nothing where none is joined.
    pub fn precision(&self) -> Option<f64> {
        share(self.right, self.joined)
    }

    /// Of the pairs of one person, the share that is joined; nothing where there is none.
    pub fn recall(&self) -> Option<f64> {
        share(self.right, self.true_pairs)
    }

    /// The harmonic mean of the two; nothing where there is nothing to join and nothing was joined.
    pub fn f1(&self) -> Option<f64> {
        share(2 * self.right, self.joined + self.true_pairs)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn pairs_among(count: u64) -> u64 {
    count * (count - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_held_against_the_truth() {
        let patients = vec![Some(0), Some(0), Some(0), Some(1), None, Some(1)];
        let joined = Joined { match_at: 0.9, patients };
        // The third row of patient 0 is somebody else, the fifth is of person 2 and placed nowhere, the last is not known.
        let agreement = joined.agreement(&[Some(1), Some(1), Some(2), Some(2), Some(2), None]);
        assert_eq!((agreement.right, agreement.joined, agreement.true_pairs), (1, 3, 4));
        assert_eq!(agreement.f1(), Some(2.0 / 7.0));
    }

    #[test]
    fn nothing_to_join_is_no_score() {
        let joined = Joined { match_at: 0.9, patients: vec![Some(0)] };
        let agreement = joined.agreement(&[Some(1)]);
        assert_eq!((agreement.precision(), agreement.recall(), agreement.f1()), (None, None, None));
    }
}
