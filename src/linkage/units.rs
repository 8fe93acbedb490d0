//! Units: records that one system says are of one person, where their details do not contradict that.

use super::blocking::mix;
use super::features::{Features, Profile, Profiles};
use super::rulings::Rulings;
use crate::config::Standing;
use crate::records::{PersonId, Symbol};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::hint::black_box;

/// Records of one (provider, system, local id) with agreeing details, or one record alone. They stand in the order of a hash
/// of their content, so that nothing that goes by their order depends on the order of rows.
#[derive(Default)]
pub(super) struct Units {
    /// Members of each unit, in order: unit `u` has `members[starts[u]..starts[u + 1]]`.
    members: Vec<PersonId>,
    starts: Vec<u32>,
    /// The details of each unit: of each value, that which most members give.
    pub profiles: Vec<Profile>,
    /// The local id of each unit; nought when it has none.
    pub local_ids: Vec<Symbol>,
    /// Values kept for what was added to the comparisons: so many a unit.
    kept: Vec<Symbol>,
    kept_each: usize,
    /// Records that say too little to be a unit: a local id alone, or scraps of evidence.
    pub thin: Vec<Thin>,
    /// Answers of the national service: they are held against units, and are none.
    pub answers: Vec<Thin>,
}

/// What becomes of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Answer,
    Thin,
    /// A unit by itself.
    Single,
    /// A unit with others of its local id.
    Keyed,
}

/// A record that says too little to be a unit.
pub(super) struct Thin {
    pub record: PersonId,
    pub profile: Profile,
    /// Nought when it has none.
    pub local_id: Symbol,
}

impl Units {
    /// Groups the full records; thin ones are left for [`super::thin`].
    ///
    /// A record of evidence is full only with a date of birth or a number: a name and a place are left to the slot of its
    /// appointment to decide. Records that a person said are apart never share a unit, `alone` ones share none, and
    /// evidence that is said to be nobody's is none.
    pub(super) fn of(
        features: &Features,
        profiles: &Profiles,
        standing: impl Fn(PersonId) -> Standing + Sync,
        rulings: &Rulings,
        alone: &BTreeSet<PersonId>,
    ) -> Self {
        let record_of = |record: usize| PersonId::try_from(record).expect("person records have 32-bit places");
        let kind = |(record, profile): (usize, &Profile)| {
            let local_id = profiles.local_ids[record];
            let record = record_of(record);
            let standing = standing(record);
            let is_evidence = matches!(standing, Standing::Evidence(_));
            let full = (profile.is_full() || (!features.is_care && profile.says_two_things(profiles.kept(record))))
                && (!is_evidence || (profile.born != 0 || profile.number != 0) && !rulings.is_nobodys(record));
            match (full, local_id.is_some() && !alone.contains(&record)) {
                _ if standing == Standing::Trace => Kind::Answer,
                (false, _) => Kind::Thin,
                (true, false) => Kind::Single,
                (true, true) => Kind::Keyed,
            }
        };
        let kinds: Vec<Kind> = profiles.profiles.par_iter().enumerate().map(kind).collect();
        let of_kind = |kind| (0..).zip(&kinds).filter(move |(_, other)| **other == kind).map(|(record, _)| record);
        let thin = |record: PersonId| {
            let (profile, local_id) = (profiles.profiles[record as usize], profiles.local_ids[record as usize]);
            Thin { record, profile, local_id }
        };
        let hashed = |record: PersonId| (profiles.content[record as usize], record);
        let mut single: Vec<(u64, PersonId)> = of_kind(Kind::Single).map(hashed).collect();
        let keyed = of_kind(Kind::Keyed).map(|record| (profiles.local_ids[record as usize], hashed(record)));
        let mut keyed: Vec<(Symbol, (u64, PersonId))> = keyed.collect();
        let mut parts: Vec<(u64, Vec<PersonId>)> = Vec::new();
        keyed.par_sort_unstable();
        for group in keyed.chunk_by(|left, right| left.0 == right.0) {
            if let [(_, alone)] = group {
                single.push(*alone);
                continue;
            }
            let records: Vec<PersonId> = group.iter().map(|(_, (_, record))| *record).collect();
            for part in split_by_details(features, profiles, &records, rulings) {
                parts.push((part.iter().fold(0, |hash, record| mix(hash ^ profiles.content[*record as usize])), part));
            }
        }
        drop(keyed);
        single.par_sort_unstable();
        parts.sort_unstable();
        let mut units = Units {
            thin: of_kind(Kind::Thin).map(thin).collect(),
            answers: of_kind(Kind::Answer).map(thin).collect(),
            ..Units::of_parts(single, parts)
        };
        units.summarise(profiles, features.comparisons.kept());
        units
    }

    /// The members of units: records alone and parts of several, both in the order of their hashes.
    fn of_parts(single: Vec<(u64, PersonId)>, parts: Vec<(u64, Vec<PersonId>)>) -> Self {
        let records = single.len() + parts.iter().map(|(_, part)| part.len()).sum::<usize>();
        let mut units = Units { members: Vec::with_capacity(records), ..Units::default() };
        units.starts = Vec::with_capacity(single.len() + parts.len() + 1);
        units.starts.push(0);
        let mut parts = parts.into_iter().peekable();
        for (hash, record) in single {
            while let Some((_, part)) = parts.next_if(|(other, _)| *other < hash) {
                units.push(&part);
            }
            units.push(&[record]);
        }
        parts.for_each(|(_, part)| units.push(&part));
        units
    }

    fn push(&mut self, records: &[PersonId]) {
        self.members.extend_from_slice(records);
        self.starts.push(u32::try_from(self.members.len()).expect("person records have 32-bit places"));
    }

    /// Fills in what the members of each unit say together, and puts them in order.
    fn summarise(&mut self, profiles: &Profiles, kept_each: usize) {
        let units = 0..self.starts.len() as u32 - 1;
        let units = || units.clone().into_par_iter();
        self.profiles = units().map(|unit| summary(profiles, self.members(unit))).collect();
        self.local_ids = units().map(|unit| profiles.local_ids[self.members(unit)[0] as usize]).collect();
        let columns = units().flat_map_iter(|unit| (0..kept_each).map(move |column| (unit, column)));
        let kept = columns.map(|(unit, column)| {
            let values = self.members(unit).iter().map(|record| profiles.kept(*record)[column]);
            most(values.filter(|value| value.is_some())).unwrap_or_default()
        });
        self.kept = kept.collect();
        self.kept_each = kept_each;
        for ends in self.starts.windows(2) {
            self.members[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
    }

    /// How many units.
    pub(super) fn len(&self) -> usize {
        self.profiles.len()
    }

    /// Looks where a unit's profile lies.
    pub(super) fn foresee(&self, unit: u32) {
        let profile = &self.profiles[unit as usize];
        black_box((profile.number, profile.verified));
    }

    /// The values that are kept of a unit.
    pub(super) fn kept(&self, unit: u32) -> &[Symbol] {
        &self.kept[unit as usize * self.kept_each..(unit as usize + 1) * self.kept_each]
    }

    /// The records of a unit, in order.
    pub(super) fn members(&self, unit: u32) -> &[PersonId] {
        &self.members[self.starts[unit as usize] as usize..self.starts[unit as usize + 1] as usize]
    }
}

/// Parts of a local id's records such that the details of a part agree: an id that a system gave to two people is two
/// parts. Equal profiles are compared once.
fn split_by_details(
    features: &Features,
    profiles: &Profiles,
    records: &[PersonId],
    rulings: &Rulings,
) -> Vec<Vec<PersonId>> {
    let mut parts: Vec<(Vec<Profile>, Vec<PersonId>)> = Vec::new();
    for record in records {
        let profile = profiles.profiles[*record as usize];
        let home = parts.iter_mut().find(|(seen, members)| {
            !rulings.keeps_apart(*record, members)
                && seen.iter().any(|other| details_agree(features, other, &profile))
                && !seen.iter().any(|other| two_verified_numbers(other, &profile))
        });
        match home {
            Some((seen, members)) => {
                if !seen.contains(&profile) {
                    seen.push(profile);
                }
                members.push(*record);
            }
            None => parts.push((vec![profile], vec![*record])),
        }
    }
    parts.into_iter().map(|(_, members)| members).collect()
}

/// Whether two records of one local id speak of one person: "an equal number or local id joins by machine only with a date
/// of birth that agrees at least in part and a name that agrees". What one of them does not say is not held against it.
pub(super) fn details_agree(features: &Features, left: &Profile, right: &Profile) -> bool {
    left == right
        || (births_agree_in_part(left, right)
            && names_agree(features, left, right)
            && !two_verified_numbers(left, right))
}

/// Whether both carry a verified number, and not the same one.
pub(super) fn two_verified_numbers(left: &Profile, right: &Profile) -> bool {
    left.verified && right.verified && left.number != right.number
}

/// Whether two dates of birth share at least two of year, month and day, are the same with day and month exchanged, or
/// agree as far as they are known. Missing agrees.
pub(super) fn births_agree_in_part(left: &Profile, right: &Profile) -> bool {
    use crate::values::Precision::Day;
    let (Some(left), Some(right)) = (left.birth(), right.birth()) else { return true };
    if left.3 != Day || right.3 != Day {
        return left.0 == right.0;
    }
    let same = u8::from(left.0 == right.0) + u8::from(left.1 == right.1) + u8::from(left.2 == right.2);
    same >= 2 || (left.0 == right.0 && left.1 == right.2 && left.2 == right.1)
}

/// Whether the names agree: the given names alike (family names change by marriage), or given and family name exchanged; of
/// somebody with one name alone, that name like any of the other's. No name at all agrees.
pub(super) fn names_agree(features: &Features, left: &Profile, right: &Profile) -> bool {
    let given = alike(features, left.given, right.given)
        || alike(features, left.others, right.given)
        || alike(features, left.given, right.others);
    let swapped = alike(features, left.given, right.family) && alike(features, left.family, right.given);
    match (lone_name(left), lone_name(right)) {
        (Lone::Nobody, _) | (_, Lone::Nobody) => true,
        (Lone::Whole, Lone::Whole) => given || swapped,
        (Lone::One(name), _) => name_of(features, name, right),
        (_, Lone::One(name)) => name_of(features, name, left),
    }
}

/// How much of a name a profile gives.
enum Lone {
    /// No name.
    Nobody,
    /// One name, of which nobody can say whether it is given or family.
    One(Symbol),
    /// Given and family name.
    Whole,
}

fn lone_name(profile: &Profile) -> Lone {
    match (profile.given.is_some(), profile.family.is_some()) {
        (false, false) => Lone::Nobody,
        (true, false) => Lone::One(profile.given),
        (false, true) => Lone::One(profile.family),
        (true, true) => Lone::Whole,
    }
}

/// Whether a name on its own is like any that a profile gives.
fn name_of(features: &Features, name: Symbol, profile: &Profile) -> bool {
    [profile.given, profile.others, profile.family, profile.previous].iter().any(|other| alike(features, name, *other))
}

/// Whether two names are equal, close, slips apart, share a part, are one another's nickname, or one is the other's initial.
fn alike(features: &Features, left: Symbol, right: Symbol) -> bool {
    if !left.is_some() || !right.is_some() {
        return false;
    }
    if left == right {
        return true;
    }
    let Features { likeness, .. } = features;
    let ways = features.ways(left, right);
    let initial = (likeness.is_initial(left) || likeness.is_initial(right)) && likeness.one_initial(left, right);
    let same = ways.same_letters() || ways.short_form() || ways.shares_part();
    initial || same || ways.close() || likeness.are_slips(ways, left, right)
}

/// Of each value, that which most records give; of equals, the one that stands first. Values that name a number travel
/// together, so that a number never takes the standing of another.
fn summary(profiles: &Profiles, records: &[PersonId]) -> Profile {
    if let [record] = records {
        return profiles.profiles[*record as usize];
    }
    let profiles: Vec<&Profile> = records.iter().map(|record| &profiles.profiles[*record as usize]).collect();
    if profiles.windows(2).all(|pair| pair[0] == pair[1]) {
        return *profiles[0];
    }
    let symbol =
        |of: fn(&Profile) -> Symbol| most(profiles.iter().map(|profile| of(profile)).filter(|value| value.is_some()));
    let number =
        most(profiles.iter().filter(|profile| profile.number != 0).map(|profile| (profile.verified, profile.number)))
            .unwrap_or_default();
    let born = most(profiles.iter().map(|profile| profile.born).filter(|born| *born != 0));
    let family = symbol(|profile| profile.family).unwrap_or_default();
    let postcode = symbol(|profile| profile.postcode).unwrap_or_default();
    let living_there = profiles.iter().find(|profile| profile.postcode == postcode);
    let former = profiles.iter().flat_map(|profile| [profile.previous, profile.family]);
    Profile {
        given: symbol(|profile| profile.given).unwrap_or_default(),
        others: symbol(|profile| profile.others).unwrap_or_default(),
        family,
        previous: most(former.filter(|name| name.is_some() && *name != family)).unwrap_or_default(),
        born: born.unwrap_or_default(),
        sex: most(profiles.iter().map(|profile| profile.sex).filter(|sex| *sex != 0)).unwrap_or_default(),
        postcode,
        written_postcode: living_there.map(|profile| profile.written_postcode).unwrap_or_default(),
        address: symbol(|profile| profile.address).unwrap_or_default(),
        phones: [
            symbol(|profile| profile.phones[0]).unwrap_or_default(),
            symbol(|profile| profile.phones[1]).unwrap_or_default(),
        ],
        email: symbol(|profile| profile.email).unwrap_or_default(),
        practice: symbol(|profile| profile.practice).unwrap_or_default(),
        number: number.1,
        verified: number.0,
    }
}

/// The commonest value; of equals, the one that comes first.
fn most<T: PartialEq + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: Vec<(T, usize)> = Vec::new();
    for value in values {
        match counts.iter_mut().find(|(seen, _)| *seen == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let mut best: Option<(T, usize)> = None;
    for (value, count) in counts {
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((value, count));
        }
    }
    best.map(|(value, _)| value)
}
