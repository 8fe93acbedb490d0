//! What the national service answered. An answer outranks what providers say of a number, and joins nobody by itself: it
//! belongs to the patient it was asked about when name and date of birth bear that out, and to nobody otherwise.

use super::blocking::mix;
use super::features::{Features, Profile};
use super::product::{JoinedBy, PatientIndex, Place};
use super::units::{Thin, Units, births_agree_in_part, names_agree};
use crate::ledger::Reason;
use crate::records::Traced;
use std::collections::BTreeMap;

/// An answer with the units it may be about.
pub(super) struct Told {
    answer: Thin,
    /// The units that it agrees with.
    agreeing: Vec<u32>,
    /// The units it was asked about, and does not agree with.
    contradicted: Vec<u32>,
}

/// Holds each answer against the units it was asked about, and has those that agree carry the number it gives.
pub(super) fn settle(features: &Features, units: &mut Units, answers: Vec<Thin>, traced: &[Traced]) -> Vec<Told> {
    if answers.is_empty() {
        return Vec::new();
    }
    let unit_of = unit_of(units);
    let unasked = ByDetails::of(units);
    let told: Vec<Told> = answers
        .into_iter()
        .map(|answer| {
            let about = traced.iter().find(|traced| traced.answer == answer.record).map(|traced| &traced.about[..]);
            let mut asked: Vec<u32> =
                about.unwrap_or_default().iter().filter_map(|record| unit_of.get(record).copied()).collect();
            asked.sort_unstable();
            asked.dedup();
            let by_reference = !asked.is_empty();
            if !by_reference {
                asked = unasked.find(&answer.profile);
            }
            if by_reference && answer.profile.number == 0 {
                // It names nobody: it belongs to whom it was asked about, and says nothing of them.
                return Told { answer, agreeing: asked, contradicted: Vec::new() };
            }
            let agrees = |unit: &u32| agrees(features, &units.profiles[*unit as usize], &answer.profile);
            let (agreeing, contradicted) = asked.into_iter().partition(agrees);
            Told { answer, agreeing, contradicted }
        })
        .collect();
    carry(features, units, &told);
    told
}

impl Told {
    /// Whose the answer is, once units are patients: nobody's, where it may be of two.
    pub(super) fn place(&self, patient_of_unit: &[PatientIndex]) -> Place {
        let patients = |units: &[u32]| {
            let mut patients: Vec<PatientIndex> = units.iter().map(|unit| patient_of_unit[*unit as usize]).collect();
            patients.sort_unstable();
            patients.dedup();
            patients
        };
        let (agreeing, contradicted) = (patients(&self.agreeing), patients(&self.contradicted));
        match (agreeing.as_slice(), contradicted.is_empty()) {
            ([patient], _) => Place::Patient { patient: *patient, probability: TRACED, joined_by: JoinedBy::LocalId },
            ([], true) => Place::Unplaced { reason: Reason::PersonNotFound, candidates: Vec::new() },
            ([], false) => Place::Unplaced { reason: Reason::TraceDisagrees, candidates: contradicted },
            _ => Place::Unplaced { reason: Reason::PersonAmbiguous, candidates: agreeing },
        }
    }

    /// Its record.
    pub(super) fn record(&self) -> u32 {
        self.answer.record
    }
}

/// How sure an answer is that agrees with the person it was asked about.
const TRACED: f64 = 0.9999;

/// "No close rival and a date of birth that agrees": the service names nobody where there is a rival, and here a date of
/// birth must be on both sides.
fn agrees(features: &Features, unit: &Profile, answer: &Profile) -> bool {
    unit.born != 0 && answer.born != 0 && births_agree_in_part(unit, answer) && names_agree(features, unit, answer)
}

/// The number of an answer becomes that of the units it was asked about, and the number they carried is read as it wherever
/// else it stands with agreeing details: it was superseded, or somebody else's. Units of which two answers differ keep theirs.
fn carry(features: &Features, units: &mut Units, told: &[Told]) {
    let mut numbers: BTreeMap<u32, Option<u64>> = BTreeMap::new();
    for one in told.iter().filter(|one| one.answer.profile.number != 0) {
        for unit in &one.agreeing {
            let number = one.answer.profile.number;
            let known = numbers.entry(*unit).or_insert(Some(number));
            if *known != Some(number) {
                *known = None;
            }
        }
    }
    let mut superseded: BTreeMap<u64, Vec<(u64, Profile)>> = BTreeMap::new();
    for (unit, number) in &numbers {
        let profile = units.profiles[*unit as usize];
        if let Some(number) = number.filter(|number| profile.number != 0 && profile.number != *number) {
            superseded.entry(profile.number).or_default().push((number, profile));
        }
    }
    for profile in &mut units.profiles {
        for (number, asked) in superseded.get(&profile.number).into_iter().flatten() {
            if agrees(features, profile, asked) {
                (profile.number, profile.verified) = (*number, true);
                break;
            }
        }
    }
    for (unit, number) in numbers {
        if let Some(number) = number {
            let profile = &mut units.profiles[unit as usize];
            (profile.number, profile.verified) = (number, true);
        }
    }
}

fn unit_of(units: &Units) -> BTreeMap<u32, u32> {
    (0..units.len() as u32).flat_map(|unit| units.members(unit).iter().map(move |record| (*record, unit))).collect()
}

/// Units by what an answer without a known reference can be found by: its number, else its whole name and date of birth.
struct ByDetails {
    keyed: Vec<(u64, u32)>,
}

impl ByDetails {
    fn of(units: &Units) -> Self {
        let mut keyed: Vec<(u64, u32)> = (0u32..)
            .zip(&units.profiles)
            .flat_map(|(unit, profile)| keys(profile).into_iter().flatten().map(move |key| (key, unit)))
            .collect();
        keyed.sort_unstable();
        ByDetails { keyed }
    }

    fn find(&self, answer: &Profile) -> Vec<u32> {
        let of = |key: u64| {
            let start = self.keyed.partition_point(|entry| entry.0 < key);
            self.keyed[start..].iter().take_while(move |entry| entry.0 == key).map(|entry| entry.1)
        };
        let found = keys(answer).into_iter().flatten().map(|key| of(key).collect::<Vec<u32>>());
        found.into_iter().find(|units| !units.is_empty()).unwrap_or_default()
    }
}

fn keys(profile: &Profile) -> [Option<u64>; 2] {
    let named = profile.given.is_some() && profile.family.is_some() && profile.born != 0;
    let names = u64::from(profile.given.place()) << 32 | u64::from(profile.family.place());
    [
        (profile.number != 0).then(|| mix(profile.number)),
        named.then(|| mix(mix(names) ^ mix(u64::from(profile.born) << 1 | 1))),
    ]
}
