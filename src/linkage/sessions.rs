//! The sessions of training: which values the pairs of each share.

use super::blocking::mix;
use super::blocks::{Blocks, blocks};
use super::compare::of;
use super::features::{Features, Profile};
use super::train::{Counts, count};
use super::units::Units;
use crate::records::Symbol;
use rayon::prelude::*;

/// Pairs a session looks at, at most.
pub(super) const SESSION_PAIRS: usize = 1_000_000;
/// Of one block, at most so many units are paired in training.
const SESSION_BLOCK: usize = 12;

/// One session: the values that its pairs share, and the comparisons that say nothing there.
pub(super) struct Session {
    pub on: String,
    /// Whether it is held only where no other says enough.
    pub is_last_resort: bool,
    key: Key,
    free: Vec<usize>,
}

/// What the pairs of a session share; nothing of a unit that does not have it.
type Key = Box<dyn Fn(&Units, u32) -> Option<u64> + Send + Sync>;

impl Session {
    fn new(features: &Features, on: &str, shared: &[usize], key: Key) -> Self {
        let comparisons = &features.comparisons;
        // What comes and goes with a shared value says little there, and would be taken for one person's.
        let is_shared = |comparison: &usize| {
            let told_as = comparisons.told_as(*comparison).unwrap_or(*comparison);
            shared.contains(&told_as) || shared.iter().any(|of| comparisons.are_tied(*of, *comparison))
        };
        let free = comparisons.weighed().filter(|comparison| !is_shared(comparison)).collect();
        Session { on: on.to_owned(), is_last_resort: false, key, free }
    }

    fn built_in(features: &Features, &(on, shared, key): &BuiltIn) -> Self {
        Session::new(features, on, shared, Box::new(move |units, unit| key(&units.profiles[unit as usize])))
    }

    /// The comparisons that the session learns from.
    pub(super) fn free(&self) -> impl Iterator<Item = usize> + '_ {
        self.free.iter().copied()
    }

    /// The patterns of its pairs.
    pub(super) fn counts(&self, features: &Features, units: &Units) -> Counts {
        let pairs = pairs_of_blocks(units, |unit| (self.key)(units, unit));
        count(features, units, &some_of(pairs, SESSION_PAIRS))
    }
}

/// The sessions of a table.
pub(super) fn sessions(features: &Features) -> Vec<Session> {
    let mut sessions: Vec<Session> = BUILT_IN.iter().map(|built_in| Session::built_in(features, built_in)).collect();
    if !features.is_care {
        // A table of little more than names and dates of birth has no two values that leave enough to learn from.
        let last: [BuiltIn; 2] = [
            ("birth date", &[of::BIRTH], |profile| (profile.born != 0).then_some(u64::from(profile.born))),
            ("family name", &[of::FAMILY], |profile| pair_of(profile.family, profile.family)),
        ];
        let last =
            last.iter().map(|built_in| Session { is_last_resort: true, ..Session::built_in(features, built_in) });
        sessions.extend(last);
    }
    let comparisons = &features.comparisons;
    for comparison in comparisons.added().filter(|comparison| comparisons.told_as(*comparison).is_none()) {
        let column = comparisons.column_of(comparison);
        // A family name and a town find households, not people.
        for (name, with) in [("given name", of::GIVEN), ("birth date", of::BIRTH)] {
            let on = format!("{} + {name}", comparisons.name(comparison));
            let key: Key = Box::new(move |units, unit| {
                let profile = &units.profiles[unit as usize];
                let value = if with == of::GIVEN { profile.given.place() } else { profile.born };
                let kept = units.kept(unit)[column];
                (kept.is_some() && value != 0).then(|| u64::from(kept.place()) << 32 | u64::from(value))
            });
            sessions.push(Session::new(features, &on, &[comparison, with], key));
        }
    }
    sessions
}

type BuiltIn = (&'static str, &'static [usize], fn(&Profile) -> Option<u64>);

const BUILT_IN: &[BuiltIn] = &[
    ("nhs number", &[of::NUMBER], |profile| (profile.number != 0).then_some(profile.number)),
    ("family name + birth date", &[of::FAMILY, of::BIRTH], |profile| born_and(profile, profile.family)),
    ("given name + postcode", &[of::GIVEN, of::POSTCODE], |profile| pair_of(profile.given, profile.postcode)),
    ("given name + address", &[of::GIVEN, of::ADDRESS], |profile| {
        pair_of(profile.given, profile.address).filter(|_| !profile.postcode.is_some())
    }),
    ("given name + e-mail", &[of::GIVEN, of::EMAIL], |profile| {
        pair_of(profile.given, profile.email).filter(|_| !profile.postcode.is_some())
    }),
    ("given name + family name", &[of::GIVEN, of::FAMILY], |profile| {
        pair_of(profile.given, profile.family).filter(|_| !profile.postcode.is_some())
    }),
    ("given name + birth date", &[of::GIVEN, of::BIRTH], |profile| {
        born_and(profile, profile.given).filter(|_| !profile.postcode.is_some())
    }),
    ("birth date + e-mail", &[of::BIRTH, of::EMAIL], |profile| {
        born_and(profile, profile.email).filter(|_| !profile.postcode.is_some())
    }),
    ("birth date + address", &[of::BIRTH, of::ADDRESS], |profile| {
        born_and(profile, profile.address).filter(|_| !profile.postcode.is_some())
    }),
];

fn born_and(profile: &Profile, other: Symbol) -> Option<u64> {
    (profile.born != 0 && other.is_some()).then(|| u64::from(other.place()) << 32 | u64::from(profile.born))
}

fn pair_of(one: Symbol, two: Symbol) -> Option<u64> {
    (one.is_some() && two.is_some()).then(|| u64::from(one.place()) << 32 | u64::from(two.place()))
}

/// Of more pairs than so many, the first: units stand in order of their content, whatever the order of rows.
pub(super) fn some_of(mut pairs: Vec<(u32, u32)>, at_most: usize) -> Vec<(u32, u32)> {
    if pairs.len() > at_most {
        pairs.par_sort_unstable();
        pairs.truncate(at_most);
    }
    pairs
}

/// Pairs of units that share a key, of each block at most so many units: the first, which stand in order of their content.
pub(super) fn pairs_of_blocks(units: &Units, key: impl Fn(u32) -> Option<u64> + Sync) -> Vec<(u32, u32)> {
    let parts = blocks(units.len(), |unit| key(unit).map(mix));
    let pairs = parts.par_iter().flat_map_iter(Blocks::iter).flat_map_iter(|block| {
        let block = &block[..block.len().min(SESSION_BLOCK)];
        let with_later = |(place, one): (usize, &u32)| {
            let one = *one;
            block[place + 1..].iter().map(move |other| (one, *other))
        };
        block.iter().enumerate().flat_map(with_later)
    });
    pairs.collect()
}
