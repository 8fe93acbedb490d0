//! Units: records that one system says are of one person, where their details do not contradict that.

use super::blocking::mix;
use super::features::{Features, Profile, Profiles};
use super::names;
use super::rulings::Rulings;
use crate::config::Standing;
use crate::records::{PersonId, Symbol};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Records of one (provider, system, local id) with agreeing details, or one record alone. They stand in the order of a hash
/// of their content, so that nothing that goes by their order depends on the order of rows.
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
        standing: impl Fn(PersonId) -> Standing,
        rulings: &Rulings,
        alone: &BTreeSet<PersonId>,
    ) -> Self {
        let mut units = Units {
            members: Vec::new(),
            starts: vec![0],
            profiles: Vec::new(),
            local_ids: Vec::new(),
            kept: Vec::new(),
            kept_each: features.comparisons.kept(),
            thin: Vec::new(),
            answers: Vec::new(),
        };
        let mut keyed: Vec<(Symbol, u64, PersonId)> = Vec::new();
        let mut parts: Vec<(u64, Vec<PersonId>)> = Vec::new();
        let mut single: Vec<(u64, PersonId)> = Vec::new();
        for (record, (profile, local_id)) in profiles.profiles.iter().zip(&profiles.local_ids).enumerate() {
            let record = PersonId::try_from(record).expect("person records have 32-bit places");
            let standing = standing(record);
            let is_evidence = matches!(standing, Standing::Evidence(_));
            let kept = &profiles.kept[record as usize * units.kept_each..(record as usize + 1) * units.kept_each];
            let full = (profile.is_full() || (!features.is_care && profile.says_two_things(kept)))
                && (!is_evidence || (profile.born != 0 || profile.number != 0) && !rulings.is_nobodys(record));
            let thin = || Thin { record, profile: *profile, local_id: *local_id };
            match (full, local_id.is_some() && !alone.contains(&record)) {
                _ if standing == Standing::Trace => units.answers.push(thin()),
                (false, _) => units.thin.push(thin()),
                (true, false) => single.push((profiles.content[record as usize], record)),
                (true, true) => keyed.push((*local_id, profiles.content[record as usize], record)),
            }
        }
        keyed.par_sort_unstable();
        for group in keyed.chunk_by(|left, right| left.0 == right.0) {
            if let [(_, hash, record)] = group {
                single.push((*hash, *record));
                continue;
            }
            let records: Vec<PersonId> = group.iter().map(|(_, _, record)| *record).collect();
            for part in split_by_details(features, profiles, &records, rulings) {
                parts.push((part.iter().fold(0, |hash, record| mix(hash ^ profiles.content[*record as usize])), part));
            }
        }
        drop(keyed);
        single.par_sort_unstable();
        parts.sort_unstable();
        let mut parts = parts.into_iter().peekable();
        for (hash, record) in single {
            while let Some((_, part)) = parts.next_if(|(other, _)| *other < hash) {
                units.push(profiles, &part);
            }
            units.push(profiles, &[record]);
        }
        parts.for_each(|(_, part)| units.push(profiles, &part));
        units.shrink();
        units
    }

    fn push(&mut self, profiles: &Profiles, records: &[PersonId]) {
        let first = self.members.len();
        self.members.extend_from_slice(records);
        self.members[first..].sort_unstable();
        self.starts.push(u32::try_from(self.members.len()).expect("person records have 32-bit places"));
        self.profiles.push(summary(profiles, records));
        self.local_ids.push(profiles.local_ids[records[0] as usize]);
        let each = self.kept_each;
        for column in 0..each {
            let values = records.iter().map(|record| profiles.kept[*record as usize * each + column]);
            self.kept.push(most(values.filter(|value| value.is_some())).unwrap_or_default());
        }
    }

    fn shrink(&mut self) {
        self.members.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.profiles.shrink_to_fit();
        self.local_ids.shrink_to_fit();
        self.kept.shrink_to_fit();
        self.thin.shrink_to_fit();
    }

    /// How many units.
    pub(super) fn len(&self) -> usize {
        self.profiles.len()
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
    if features.slips_apart(left, right) {
        return true;
    }
    let (left, right) = (features.word(left), features.word(right));
    let initial = (left.len() == 1 || right.len() == 1) && left.as_bytes()[0] == right.as_bytes()[0];
    initial
        || names::close(left, right)
        || names::shares_part(left, right)
        || names::same_letters(left, right)
        || features.nicknames.related(left, right)
}

/// Of each value, that which most records give; of equals, the one that stands first. Values that name a number travel
/// together, so that a number never takes the standing of another.
fn summary(profiles: &Profiles, records: &[PersonId]) -> Profile {
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
    let former = profiles.iter().flat_map(|profile| [profile.previous, profile.family]);
    Profile {
        given: symbol(|profile| profile.given).unwrap_or_default(),
        others: symbol(|profile| profile.others).unwrap_or_default(),
        family,
        previous: most(former.filter(|name| name.is_some() && *name != family)).unwrap_or_default(),
        born: born.unwrap_or_default(),
        sex: most(profiles.iter().map(|profile| profile.sex).filter(|sex| *sex != 0)).unwrap_or_default(),
        postcode: symbol(|profile| profile.postcode).unwrap_or_default(),
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
