//! One table of pairs, clustered at several thresholds: who is of which patient at each, how far that agrees with a truth,
//! and which threshold is likely the best where there is none.

use super::cluster::Clusters;
use super::link::{Prepared, joinable_numbers, unit_of_records};
use super::model::LinkModel;
use super::pairs::{self, Pair};
use super::product::{PatientIndex, Place};
use super::score::Scorer;
use super::thin::Directory;
use std::collections::BTreeMap;

/// What one threshold joins.
pub struct Joined {
    /// The threshold.
    pub match_at: f64,
    /// The patient of each person record; nothing where it is not known.
    pub patients: Vec<Option<PatientIndex>>,
    /// How likely each pair of records that was compared is one person, added up over the pairs that are joined.
    pub expected_right: f64,
    /// The same over all pairs that were compared.
    pub expected_in_all: f64,
}

/// Links at each threshold, from the scores of a model, and shows what each joins. Nothing is decided by it.
pub fn sweep(prepared: &Prepared, model: &LinkModel, thresholds: &[f64], see: &mut dyn FnMut(&Joined)) {
    let Prepared { features, units, candidates, rulings, .. } = prepared;
    let scorer = Scorer::new(features, units, model);
    let mut scored = pairs::score(&scorer, candidates.clone());
    pairs::bar_close_rivals(&scorer, &mut scored);
    let records = prepared.records.people.len();
    let unit_of = unit_of_records(units, records);
    let of_units = rulings.of_units(&unit_of);
    let size = |unit: u32| units.members(unit).len() as f64;
    let likely = |pair: &Pair| pair.score.probability() * size(pair.left) * size(pair.right);
    let within_units: f64 = (0..units.len() as u32).map(|unit| size(unit) * (size(unit) - 1.0) / 2.0).sum();
    let expected_in_all = within_units + scored.iter().map(likely).sum::<f64>();
    for match_at in thresholds {
        let numbers = joinable_numbers(units);
        let (mut clusters, _) = Clusters::build(&scorer, numbers, &of_units, &scored, *match_at);
        let groups = clusters.groups();
        let together = |pair: &&Pair| groups.group_of[pair.left as usize] == groups.group_of[pair.right as usize];
        let expected_right = within_units + scored.iter().filter(together).map(likely).sum::<f64>();
        let mut patients: Vec<Option<PatientIndex>> =
            unit_of.iter().map(|unit| groups.group_of.get(*unit as usize).copied()).collect();
        let (thin, _) = Directory::new(features, units, &groups.group_of).place_all(rulings, &unit_of);
        for (thin, place) in units.thin.iter().zip(thin) {
            patients[thin.record as usize] = Place::patient(&place);
        }
        see(&Joined { match_at: *match_at, patients, expected_right, expected_in_all });
    }
}

impl Joined {
    /// Pairs of records that are joined.
    pub fn pairs(&self) -> u64 {
        let mut sizes: BTreeMap<PatientIndex, u64> = BTreeMap::new();
        self.patients.iter().flatten().for_each(|patient| *sizes.entry(*patient).or_default() += 1);
        sizes.into_values().map(pairs_among).sum()
    }

    /// The F1 that the probabilities let expect, truth unseen: joined pairs that are likely right, against all pairs that
    /// are joined and all that are likely one person.
    pub fn expected_f1(&self) -> f64 {
        let whole = self.pairs() as f64 + self.expected_in_all;
        if whole == 0.0 { 1.0 } else { 2.0 * self.expected_right / whole }
    }

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
        let joined = Joined { match_at: 0.9, patients, expected_right: 3.0, expected_in_all: 4.0 };
        // The third row of patient 0 is somebody else, the fifth is of person 2 and placed nowhere, the last is not known.
        let agreement = joined.agreement(&[Some(1), Some(1), Some(2), Some(2), Some(2), None]);
        assert_eq!((agreement.right, agreement.joined, agreement.true_pairs), (1, 3, 4));
        assert_eq!(agreement.f1(), Some(2.0 / 7.0));
        assert_eq!(joined.pairs(), 4);
        assert_eq!(joined.expected_f1(), 0.75);
    }

    #[test]
    fn nothing_to_join_is_no_score() {
        let joined = Joined { match_at: 0.9, patients: vec![Some(0)], expected_right: 0.0, expected_in_all: 0.0 };
        let agreement = joined.agreement(&[Some(1)]);
        assert_eq!((agreement.precision(), agreement.recall(), agreement.f1()), (None, None, None));
    }
}
