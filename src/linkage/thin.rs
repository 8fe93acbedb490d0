//! Records that say too little to be compared with everybody: a local id alone, or a scrap of evidence.

use super::blocking::mix;
use super::features::{Features, Profile};
use super::product::{JoinedBy, PatientIndex, Place};
use super::rulings::Rulings;
use super::units::{Thin, Units, details_agree};
use crate::ledger::Reason;
use crate::records::{PersonId, Symbol};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Of more candidates than these none is named: a list of every "J Smith" helps nobody, and a part of it would leave the
/// right one out. The slot of an appointment may still find whose it is.
const CANDIDATES: usize = 20;

/// Where patients can be found by what a scrap may say.
pub(super) struct Directory<'a> {
    features: &'a Features,
    units: &'a Units,
    patient_of_unit: &'a [PatientIndex],
    by_local_id: Vec<(Symbol, u32)>,
    by_phone: Vec<(Symbol, u32)>,
    by_name: Vec<(Symbol, Symbol, u32)>,
    by_name_and_place: Vec<(u64, u32)>,
}

/// How a search ended.
enum Search {
    /// These patients.
    Found(Vec<PatientIndex>),
    /// Too many to be named.
    TooMany,
}

impl<'a> Directory<'a> {
    /// Indexes the units by what the thin records may ask.
    pub(super) fn new(features: &'a Features, units: &'a Units, patient_of_unit: &'a [PatientIndex]) -> Self {
        let asked: BTreeSet<u64> =
            units.thin.iter().flat_map(|thin| name_and_places(thin.profile.family, &thin.profile)).collect();
        let (mut by_local_id, mut by_phone, mut by_name) = (Vec::new(), Vec::new(), Vec::new());
        let mut by_name_and_place = Vec::new();
        // Where nothing is thin, nobody asks.
        let asked_of = if units.thin.is_empty() { 0 } else { units.len() };
        for (unit, profile) in (0u32..).zip(&units.profiles[..asked_of]) {
            if units.local_ids[unit as usize].is_some() {
                by_local_id.push((units.local_ids[unit as usize], unit));
            }
            by_phone.extend(profile.phones.iter().filter(|phone| phone.is_some()).map(|phone| (*phone, unit)));
            for family in [profile.family, profile.previous].into_iter().filter(|name| name.is_some()) {
                by_name.push((family, profile.given, unit));
                let keys = name_and_places(family, profile).filter(|key| asked.contains(key));
                by_name_and_place.extend(keys.map(|key| (key, unit)));
            }
        }
        by_local_id.sort_unstable();
        by_phone.sort_unstable();
        by_name.sort_unstable();
        by_name_and_place.sort_unstable();
        Directory { features, units, patient_of_unit, by_local_id, by_phone, by_name, by_name_and_place }
    }

    /// Where every thin record belongs, in their order: what people said first, then what a machine finds. With it, where
    /// a machine alone would have placed those that people spoke of.
    pub(super) fn place_all(&self, rulings: &Rulings, unit_of: &[u32]) -> (Vec<Place>, BTreeMap<PersonId, Place>) {
        let barred: Vec<Vec<PatientIndex>> = if rulings.is_empty() {
            Vec::new()
        } else {
            let patients = |thin: &Thin| rulings.apart_from(thin.record).filter_map(|of| self.patient_of(unit_of, of));
            self.units.thin.iter().map(|thin| patients(thin).collect()).collect()
        };
        let none = Vec::new();
        let place = |(at, thin): (usize, &Thin)| self.place(thin, barred.get(at).unwrap_or(&none));
        let mut places: Vec<Place> = self.units.thin.par_iter().enumerate().map(place).collect();
        if rulings.is_empty() {
            return (places, BTreeMap::new());
        }
        let at: BTreeMap<PersonId, usize> =
            self.units.thin.iter().enumerate().map(|(at, thin)| (thin.record, at)).collect();
        let spoken_of = rulings.said.iter().flat_map(|said| [said.records.0, said.records.1]);
        let machine = spoken_of
            .filter_map(|record| Some((record, self.place(&self.units.thin[*at.get(&record)?], &[]))))
            .collect();
        self.bring_together(rulings, unit_of, &at, &mut places);
        for place in rulings.nobody.keys().filter_map(|record| at.get(record)) {
            places[*place] = Place::Unplaced { reason: Reason::PlacedNobody, candidates: Vec::new() };
        }
        keep_apart(rulings, &at, &mut places);
        (places, machine)
    }

    /// The patients that a machine finds for these thin records, but for those that people ruled out.
    pub(super) fn patients_of(
        &self,
        rulings: &Rulings,
        unit_of: &[u32],
        wanted: &BTreeSet<PersonId>,
    ) -> BTreeMap<PersonId, PatientIndex> {
        let thin = self.units.thin.iter().filter(|thin| wanted.contains(&thin.record));
        thin.filter_map(|thin| {
            let barred = rulings.apart_from(thin.record).filter_map(|of| self.patient_of(unit_of, of));
            Some((thin.record, self.place(thin, &barred.collect::<Vec<PatientIndex>>()).patient()?))
        })
        .collect()
    }

    fn patient_of(&self, unit_of: &[u32], record: PersonId) -> Option<PatientIndex> {
        self.patient_of_unit.get(unit_of[record as usize] as usize).copied()
    }

    /// Thin records that are said to be one with others come to the patient of those. Where they are said to be one with
    /// one another alone, they follow the one that a machine finds a patient for, if it is one patient.
    fn bring_together(&self, rulings: &Rulings, unit_of: &[u32], at: &BTreeMap<PersonId, usize>, places: &mut [Place]) {
        for group in &rulings.together {
            let thin: Vec<usize> = group.iter().filter_map(|record| at.get(record).copied()).collect();
            let known = group.iter().find_map(|record| self.patient_of(unit_of, *record));
            let found: BTreeSet<PatientIndex> = thin.iter().filter_map(|place| places[*place].patient()).collect();
            for place in thin {
                let place = &mut places[place];
                match (known, found.len(), place.patient()) {
                    (Some(patient), ..) => *place = decided(patient),
                    (None, 1, None) => *place = decided(found.first().copied().expect("one")),
                    (None, 2.., _) => {
                        let candidates = found.iter().copied().collect();
                        *place = Place::Unplaced { reason: Reason::PersonAmbiguous, candidates };
                    }
                    _ => {}
                }
            }
        }
    }

    /// Where a thin record belongs, but for these patients.
    pub(super) fn place(&self, thin: &Thin, barred: &[PatientIndex]) -> Place {
        let named = range(&self.by_local_id, |entry| entry.0.cmp(&thin.local_id));
        let free = |unit: &u32| !barred.contains(&self.patient_of_unit[*unit as usize]);
        if thin.local_id.is_some() {
            let agreeing = named.iter().map(|(_, unit)| *unit).filter(free);
            let agreeing = agreeing.filter(|unit| self.agrees(*unit, &thin.profile));
            match self.patients(agreeing) {
                Search::Found(patients) if patients.is_empty() => {}
                Search::Found(patients) if patients.len() == 1 => {
                    return Place::Patient { patient: patients[0], probability: 0.9999, joined_by: JoinedBy::LocalId };
                }
                several => {
                    return Place::Unplaced { reason: Reason::PersonAmbiguous, candidates: several.into_candidates() };
                }
            }
        }
        let search = self.candidates(&thin.profile, &free);
        let reason = match (&search, thin.local_id.is_some()) {
            (Search::Found(patients), true) if patients.is_empty() && named.is_empty() => Reason::PersonNotFound,
            // The id's holder is not named as a candidate: the details say that it is somebody else.
            (Search::Found(patients), true) if patients.is_empty() => Reason::PersonDiffers,
            (Search::Found(patients), false) if patients.is_empty() => Reason::PersonTooThin,
            _ => Reason::PersonAmbiguous,
        };
        Place::Unplaced { reason, candidates: search.into_candidates() }
    }

    /// Patients that a scrap may be of: the tier in which most agrees, and no other. A telephone with a whole name; a whole
    /// name with a postcode, address or date of birth; a telephone with a given name that is not another's; a whole name
    /// alone.
    fn candidates(&self, profile: &Profile, free: &dyn Fn(&u32) -> bool) -> Search {
        let whole_name = profile.family.is_some() && profile.given.is_some();
        let by_phone: Vec<u32> = profile
            .phones
            .iter()
            .filter(|phone| phone.is_some())
            .flat_map(|phone| range(&self.by_phone, |entry| entry.0.cmp(phone)).iter().map(|(_, unit)| *unit))
            .filter(|unit| free(unit) && self.agrees(*unit, profile))
            .collect();
        let of_family = |unit: &u32| {
            let other = &self.units.profiles[*unit as usize];
            whole_name && [other.family, other.previous].contains(&profile.family)
        };
        let both: Vec<u32> = by_phone.iter().copied().filter(of_family).collect();
        if !both.is_empty() {
            return self.patients(both.into_iter());
        }
        if whole_name {
            let placed: Vec<u32> = name_and_places(profile.family, profile)
                .flat_map(|key| range(&self.by_name_and_place, move |entry| entry.0.cmp(&key)).iter())
                .map(|(_, unit)| *unit)
                .filter(|unit| free(unit) && of_family(unit))
                .filter(|unit| self.in_one_place(*unit, profile) && self.agrees(*unit, profile))
                .collect();
            if !placed.is_empty() {
                return self.patients(placed.into_iter());
            }
        }
        if whole_name && by_phone.is_empty() {
            return self.patients(self.of_name(profile).filter(|unit| free(unit)));
        }
        self.patients(by_phone.into_iter())
    }

    /// Units of a whole name: those of the very given name first, so that a common name is soon known to be one.
    fn of_name(&self, profile: &Profile) -> impl Iterator<Item = u32> {
        let family = range(&self.by_name, |entry| entry.0.cmp(&profile.family));
        let exact = range(family, |entry| entry.1.cmp(&profile.given)).iter().map(|(_, _, unit)| *unit);
        let others = family.iter().filter(|entry| entry.1 != profile.given).map(|(_, _, unit)| *unit);
        exact.chain(others).filter(|unit| self.agrees(*unit, profile))
    }

    fn in_one_place(&self, unit: u32, profile: &Profile) -> bool {
        let other = &self.units.profiles[unit as usize];
        let same = |one: Symbol, two: Symbol| one.is_some() && one == two;
        same(profile.postcode, other.postcode)
            || same(profile.address, other.address)
            || (profile.born != 0 && profile.born == other.born)
    }

    fn agrees(&self, unit: u32, profile: &Profile) -> bool {
        details_agree(self.features, &self.units.profiles[unit as usize], profile)
    }

    /// The patients of these units, in order.
    fn patients(&self, units: impl Iterator<Item = u32>) -> Search {
        let mut patients: Vec<PatientIndex> = Vec::new();
        for unit in units {
            let patient = self.patient_of_unit[unit as usize];
            if let Err(place) = patients.binary_search(&patient) {
                if patients.len() == CANDIDATES {
                    return Search::TooMany;
                }
                patients.insert(place, patient);
            }
        }
        Search::Found(patients)
    }
}

impl Search {
    fn into_candidates(self) -> Vec<PatientIndex> {
        match self {
            Search::Found(patients) => patients,
            Search::TooMany => Vec::new(),
        }
    }
}

fn decided(patient: PatientIndex) -> Place {
    Place::Patient { patient, probability: 1.0, joined_by: JoinedBy::Decision }
}

/// Thin records that are said to be of two people, and that a machine placed with one patient, are placed with none.
fn keep_apart(rulings: &Rulings, at: &BTreeMap<PersonId, usize>, places: &mut [Place]) {
    let mut wrong: Vec<(usize, Option<PatientIndex>)> = Vec::new();
    for (record, own) in at {
        let by_person = |place: usize| matches!(&places[place], Place::Patient { joined_by: JoinedBy::Decision, .. });
        for other in rulings.apart_from(*record).filter_map(|other| at.get(&other).copied()) {
            let patient = places[*own].patient();
            if patient.is_some() && patient == places[other].patient() && !by_person(*own) {
                wrong.push((*own, patient.filter(|_| !by_person(other))));
            }
        }
    }
    for (place, candidate) in wrong {
        let candidates = candidate.into_iter().collect();
        places[place] = Place::Unplaced { reason: Reason::PersonAmbiguous, candidates };
    }
}

/// Keys of a family name with each thing that places its bearer. A key may be shared by chance, so what is found by it is
/// looked at again.
fn name_and_places(family: Symbol, profile: &Profile) -> impl Iterator<Item = u64> + use<> {
    let places = [profile.postcode.place(), profile.address.place(), profile.born];
    (0u64..)
        .zip(places)
        .filter(move |(_, place)| family.is_some() && *place != 0)
        .map(move |(kind, place)| mix(mix(u64::from(family.place()) << 2 | kind) ^ u64::from(place)))
}

/// The entries of a sorted table for which `order` says "equal".
fn range<T>(table: &[T], order: impl Fn(&T) -> std::cmp::Ordering) -> &[T] {
    let start = table.partition_point(|entry| order(entry).is_lt());
    let end = table.partition_point(|entry| order(entry).is_le());
    &table[start..end]
}
