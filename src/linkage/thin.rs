//! Records that say too little to be compared with everybody: a local id alone, or a scrap of evidence.

use super::features::{Features, Profile};
use super::product::{JoinedBy, PatientIndex, Place};
use super::units::{Units, details_agree};
use crate::ledger::Reason;
use crate::records::{PersonId, Symbol};

/// At most so many candidates are named.
const CANDIDATES: usize = 20;

/// Where patients can be found by what a scrap may say.
pub(super) struct Directory<'a> {
    features: &'a Features,
    units: &'a Units,
    patient_of_unit: &'a [PatientIndex],
    by_local_id: Vec<(Symbol, u32)>,
    by_phone: Vec<(Symbol, u32)>,
    by_name: Vec<(Symbol, Symbol, u32)>,
}

impl<'a> Directory<'a> {
    /// Indexes the units.
    pub(super) fn new(features: &'a Features, units: &'a Units, patient_of_unit: &'a [PatientIndex]) -> Self {
        let (mut by_local_id, mut by_phone, mut by_name) = (Vec::new(), Vec::new(), Vec::new());
        for (unit, profile) in (0u32..).zip(&units.profiles) {
            if units.local_ids[unit as usize].is_some() {
                by_local_id.push((units.local_ids[unit as usize], unit));
            }
            by_phone.extend(profile.phones.iter().filter(|phone| phone.is_some()).map(|phone| (*phone, unit)));
            for family in [profile.family, profile.previous].into_iter().filter(|name| name.is_some()) {
                by_name.push((family, profile.given, unit));
            }
        }
        by_local_id.sort_unstable();
        by_phone.sort_unstable();
        by_name.sort_unstable();
        Directory { features, units, patient_of_unit, by_local_id, by_phone, by_name }
    }

    /// Where a thin record belongs.
    pub(super) fn place(&self, record: PersonId) -> Place {
        let profile = &self.features.profiles[record as usize];
        let local_id = self.features.local_ids[record as usize];
        if local_id.is_some() {
            let named = range(&self.by_local_id, |entry| entry.0.cmp(&local_id)).iter().map(|(_, unit)| *unit);
            let agreeing: Vec<u32> = named
                .filter(|unit| details_agree(self.features, &self.units.profiles[*unit as usize], profile))
                .collect();
            let patients = self.patients(agreeing);
            match patients.as_slice() {
                [patient] => {
                    return Place::Patient { patient: *patient, probability: 0.9999, joined_by: JoinedBy::LocalId };
                }
                [] => {}
                _ => return Place::Unplaced { reason: Reason::PersonAmbiguous, candidates: patients },
            }
        }
        let candidates = self.candidates(profile);
        let reason = match (candidates.len(), local_id.is_some()) {
            (0, true) => Reason::PersonNotFound,
            (0, false) => Reason::PersonTooThin,
            _ => Reason::PersonAmbiguous,
        };
        Place::Unplaced { reason, candidates }
    }

    /// Patients that a scrap may be of: the tier in which most agrees, and no other. A telephone with a given name that is
    /// not another's; a whole name with a postcode, address or date of birth; a whole name alone.
    fn candidates(&self, profile: &Profile) -> Vec<PatientIndex> {
        let by_phone: Vec<u32> = profile
            .phones
            .iter()
            .filter(|phone| phone.is_some())
            .flat_map(|phone| range(&self.by_phone, |entry| entry.0.cmp(phone)).iter().map(|(_, unit)| *unit))
            .filter(|unit| details_agree(self.features, &self.units.profiles[*unit as usize], profile))
            .collect();
        let by_name: Vec<u32> = match (profile.family.is_some(), profile.given.is_some()) {
            (true, true) => range(&self.by_name, |entry| entry.0.cmp(&profile.family))
                .iter()
                .map(|(_, _, unit)| *unit)
                .filter(|unit| details_agree(self.features, &self.units.profiles[*unit as usize], profile))
                .collect(),
            _ => Vec::new(),
        };
        let agrees = |unit: &u32| {
            let other = &self.units.profiles[*unit as usize];
            let same = |one: Symbol, two: Symbol| one.is_some() && one == two;
            same(profile.postcode, other.postcode)
                || same(profile.address, other.address)
                || (profile.born != 0 && profile.born == other.born)
        };
        let both = by_phone.iter().copied().filter(|unit| by_name.contains(unit)).collect::<Vec<u32>>();
        let placed = by_name.iter().copied().filter(agrees).collect::<Vec<u32>>();
        [both, placed, by_phone, by_name]
            .into_iter()
            .find(|tier| !tier.is_empty())
            .map(|tier| self.patients(tier))
            .unwrap_or_default()
    }

    fn patients(&self, units: Vec<u32>) -> Vec<PatientIndex> {
        let mut patients: Vec<PatientIndex> =
            units.into_iter().map(|unit| self.patient_of_unit[unit as usize]).collect();
        patients.sort_unstable();
        patients.dedup();
        patients.truncate(CANDIDATES);
        patients
    }
}

/// The entries of a sorted table for which `order` says "equal".
fn range<T>(table: &[T], order: impl Fn(&T) -> std::cmp::Ordering) -> &[T] {
    let start = table.partition_point(|entry| order(entry).is_lt());
    let end = table.partition_point(|entry| order(entry).is_le());
    &table[start..end]
}
