//! Pairs at one address that are certainly two people, or nearly so: what they show is no chance, as it is among strangers.

use super::compare::{BEST, NULL, Pattern, else_level, of};
use super::features::{Features, Profile};
use super::model::UNDER_TWO_NAMES;
use super::sessions::{SESSION_PAIRS, pairs_of_blocks, some_of};
use super::train::{Counts, Weighted, count};
use super::units::Units;
use crate::records::Symbol;
use rayon::prelude::*;

/// By what each comparison is told of them.
pub(super) struct Neighbours {
    /// Pairs whose numbers are both verified, and differ in more than two digits.
    pub by_number: u64,
    /// Those: what given names show must not be told of pairs that given names tell apart.
    pub of_names: Weighted,
    /// Those, and where numbers say nothing, such as bear two different given names, each of them given to many.
    pub of_all_else: Weighted,
    /// Where comparisons were added, those by number, and those who share neither a given name nor a date of birth.
    pub of_added: Weighted,
}

impl Neighbours {
    pub(super) fn of(features: &Features, units: &Units) -> Self {
        let at_postcode = |unit: u32| {
            let postcode = units.profiles[unit as usize].postcode;
            postcode.is_some().then_some(u64::from(postcode.place()))
        };
        let mut pairs = pairs_of_blocks(units, at_postcode);
        let profile = |unit: u32| &units.profiles[unit as usize];
        let both = |left: u32, right: u32| profile(left).verified && profile(right).verified;
        let of_two = |left: u32, right: u32| {
            let (one, two) = (profile(left), profile(right));
            let numbers = super::compare::numbers_of_two_people(one.number, two.number);
            both(left, right) && numbers && !features.superseded.ties(one, two)
        };
        let some = |is: &(dyn Fn(u32, u32) -> bool + Sync)| {
            let some = pairs.par_iter().copied().filter(|(left, right)| is(*left, *right)).collect();
            count(features, units, &some_of(some, SESSION_PAIRS))
        };
        let by_number = some(&of_two);
        let usual = |one: &Profile, two: &Profile| {
            one.given.is_some() && two.given.is_some() && features.likeness.are_usual(one.given, two.given)
        };
        let unsaid = some(&|left, right| !both(left, right) && usual(profile(left), profile(right)));
        let mut by_anything = Counts::new();
        let comparisons = &features.comparisons;
        if comparisons.added().next().is_some() {
            let symbol = |value: Symbol| value.is_some().then_some(u64::from(value.place()));
            pairs.extend(pairs_of_blocks(units, |unit| symbol(units.profiles[unit as usize].address)));
            pairs.extend(pairs_of_blocks(units, |unit| {
                let district = features.word(units.profiles[unit as usize].postcode).split(' ').next()?;
                let key = district.bytes().fold(0, |key, byte| key << 8 | u64::from(byte));
                (key != 0).then_some(key)
            }));
            for comparison in comparisons.added() {
                pairs
                    .extend(pairs_of_blocks(units, |unit| symbol(units.kept(unit)[comparisons.column_of(comparison)])));
            }
            pairs.par_sort_unstable();
            pairs.dedup();
            pairs.truncate(SESSION_PAIRS);
            by_anything = count(features, units, &pairs);
            by_anything.retain(|pattern, _| are_strangers(*pattern));
        }
        let weighted =
            |counts: &Counts| -> Weighted { counts.iter().map(|(pattern, count)| (*pattern, *count as f64)).collect() };
        let of_names = weighted(&by_number);
        let of_all_else = of_names.iter().copied().chain(told_apart_by_names(&unsaid)).collect();
        Neighbours { by_number: by_number.values().sum(), of_names, of_all_else, of_added: weighted(&by_anything) }
    }
}

/// Whether neither given name nor date of birth is like the other's.
fn are_strangers(pattern: Pattern) -> bool {
    pattern.level(of::GIVEN) == else_level(of::GIVEN) && pattern.level(of::BIRTH) != NULL && !pattern.births_alike()
}

/// Of pairs at one address whose given names are each given to many, those who are two people by them: all whose dates of birth
/// are not alike, and of the others all but such as are likely one person under two names.
fn told_apart_by_names(counts: &Counts) -> Weighted {
    let born_together = |pattern: &Pattern| pattern.births_alike() && pattern.level(of::NUMBER) != BEST;
    let is_another = |pattern: &Pattern| pattern.level(of::GIVEN) == else_level(of::GIVEN) && !pattern.initial_only();
    let of = |are: &dyn Fn(&Pattern) -> bool| -> f64 {
        counts.iter().filter(|(pattern, _)| are(pattern)).map(|(_, count)| *count as f64).sum()
    };
    let twins = of(&|pattern| is_another(pattern) && born_together(pattern));
    let under_two_names = UNDER_TWO_NAMES * of(&|pattern| !is_another(pattern) && born_together(pattern));
    let share = if twins > 0.0 { (1.0 - under_two_names / twins).max(0.0) } else { 0.0 };
    let weight = |(pattern, count): (&Pattern, &u64)| {
        let share = if are_strangers(*pattern) {
            1.0
        } else if born_together(pattern) {
            share
        } else {
            0.0
        };
        (is_another(pattern) && share > 0.0).then_some((*pattern, *count as f64 * share))
    };
    counts.iter().filter_map(weight).collect()
}
