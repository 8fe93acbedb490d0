//! Candidate pairs: each once, with the first rule that found it, and compared once, for training and linking both.

use super::blocking::Rule;
use super::blocks::Sorted;
use super::compare::{Pattern, compare};
use super::features::Features;
use super::units::Units;
use rayon::prelude::*;

/// A pair of units and the rule that found it first.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub left: u32,
    pub right: u32,
    pub rule: Rule,
}

/// All candidates, in order, with their patterns.
#[derive(Default)]
pub(super) struct Candidates {
    spread: Spread,
    /// The rules, in the order in which they were tried.
    rules: Vec<Rule>,
    parts: Vec<Part>,
}

/// The candidates whose first unit lies in one range.
struct Part {
    packed: Vec<u64>,
    patterns: Vec<Pattern>,
}

/// Pairs as a rule finds them, some several times, each in 64 bits: its first unit, and the other.
#[derive(Default)]
pub(super) struct Found(Vec<u64>);

/// What a rule found, by the range of the first unit, and its turn.
pub(super) struct Sought {
    pairs: Sorted<u64>,
    turn: u8,
}

/// How units are spread over ranges: 256 at the most, so that a unit within its range takes 24 bits, and a pair with the turn
/// of its rule 64.
#[derive(Clone, Copy, Default)]
pub(super) struct Spread {
    bits: u32,
    parts: usize,
}

/// So many pairs are looked at together: memory answers many questions in the time of one.
const FORESEEN: usize = 16;

impl Spread {
    /// Of so many units.
    pub(super) fn of(units: usize) -> Self {
        let last = units.saturating_sub(1);
        let bits = (usize::BITS - last.leading_zeros()).saturating_sub(8);
        Spread { bits, parts: (last >> bits) + 1 }
    }

    /// The range of a unit.
    fn part(self, left: u32) -> usize {
        (left >> self.bits) as usize
    }

    /// In 64 bits the units of a pair, the first by its place within its range, and the turn of the rule that found it.
    fn pack(self, (left, right): (u32, u32), turn: u8) -> u64 {
        let place = u64::from(left) & ((1 << self.bits) - 1);
        place << 40 | u64::from(right) << 8 | u64::from(turn)
    }

    fn unpack(self, part: usize, packed: u64) -> ((u32, u32), u8) {
        let left = (part as u32) << self.bits | (packed >> 40) as u32;
        ((left, (packed >> 8) as u32), packed as u8)
    }
}

impl Found {
    /// Adds a pair of two units.
    pub(super) fn add(&mut self, one: u32, other: u32) {
        if one != other {
            self.0.push(u64::from(one.min(other)) << 32 | u64::from(one.max(other)));
        }
    }

    /// How many, each as often as it was found.
    pub(super) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// By range, for the rule whose turn it is.
    pub(super) fn sorted(self, spread: Spread, turn: u8) -> Sought {
        Sought { pairs: Sorted::by_part(&self.0, spread.parts, |pair| spread.part((pair >> 32) as u32)), turn }
    }
}

impl Candidates {
    /// Of all that was found each pair once, with the first rule, compared.
    pub(super) fn of(found: &[Sought], rules: Vec<Rule>, features: &Features, units: &Units) -> Self {
        let spread = Spread::of(units.len());
        let settle = |number: usize| {
            let pack = |pair: u64, turn| spread.pack(((pair >> 32) as u32, pair as u32), turn);
            let of_rule = |found: &Sought| {
                let turn = found.turn;
                found.pairs.part(number).iter().map(move |pair| pack(*pair, turn)).collect::<Vec<u64>>()
            };
            let mut packed = found.iter().map(of_rule).collect::<Vec<_>>().concat();
            packed.sort_unstable();
            packed.dedup_by_key(|packed| *packed >> 8);
            packed.shrink_to_fit();
            let patterns = compare_all(features, units, &packed, |packed| spread.unpack(number, *packed).0).collect();
            Part { packed, patterns }
        };
        Candidates { spread, rules, parts: (0..spread.parts).into_par_iter().map(settle).collect() }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.packed.len()).sum()
    }

    /// Their patterns, some at a time.
    pub(super) fn patterns(&self) -> impl ParallelIterator<Item = &[Pattern]> {
        self.parts.par_iter().map(|part| &*part.patterns)
    }

    /// Shows each candidate's first unit and pattern to a function, in any order; what it keeps in mind, it does for some of them
    /// at a time.
    pub(super) fn for_each<M>(&self, mind: impl Fn() -> M + Send + Sync, see: impl Fn(&mut M, u32, Pattern) + Sync) {
        self.parts.par_iter().enumerate().for_each_init(mind, |mind, (number, part)| {
            let first = |packed: &u64| self.spread.unpack(number, *packed).0.0;
            part.packed.iter().zip(&part.patterns).for_each(|(packed, pattern)| see(mind, first(packed), *pattern));
        });
    }

    /// What some function makes of each candidate, in order, where it makes anything; what it keeps in mind, it does for some
    /// of them at a time.
    pub(super) fn filter_map<M, T: Send>(
        &self,
        mind: impl Fn() -> M + Send + Sync,
        of: impl Fn(&mut M, Candidate, Pattern) -> Option<T> + Sync,
    ) -> Vec<T> {
        let parts = self.parts.par_iter().enumerate();
        let of_part = |mind: &mut M, (number, part): (usize, &Part)| {
            let candidate = |packed: &u64| {
                let ((left, right), turn) = self.spread.unpack(number, *packed);
                Candidate { left, right, rule: self.rules[usize::from(turn)] }
            };
            let compared = part.packed.iter().map(candidate).zip(&part.patterns);
            compared.filter_map(|(candidate, pattern)| of(mind, candidate, *pattern)).collect::<Vec<T>>()
        };
        parts.map_init(mind, of_part).collect::<Vec<Vec<T>>>().into_iter().flatten().collect()
    }
}

/// The patterns of pairs, in order.
pub(super) fn compare_all<P>(
    features: &Features,
    units: &Units,
    pairs: &[P],
    units_of: impl Fn(&P) -> (u32, u32) + Copy,
) -> impl Iterator<Item = Pattern> {
    pairs.chunks(FORESEEN).flat_map(move |some| {
        for (left, right) in some.iter().map(units_of) {
            units.foresee(left);
            units.foresee(right);
        }
        some.iter().map(units_of).map(move |(left, right)| compare(features, units, left, right))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_packed_pair_comes_back_and_keeps_its_order(
            units in 2u32.., one in 0u32.., other in 0u32.., turn in 0u8..
        ) {
            let spread = Spread::of(units as usize);
            let (one, other) = (one % units, other % units);
            let (first, second) = (((one, other), turn), ((other / 2, one), turn / 2));
            let packed = |(pair, turn): ((u32, u32), u8)| (spread.part(pair.0), spread.pack(pair, turn));
            for one in [first, second] {
                let (part, packed) = packed(one);
                proptest::prop_assert!(part < spread.parts && spread.parts <= 256);
                proptest::prop_assert_eq!(spread.unpack(part, packed), one);
            }
            proptest::prop_assert_eq!(packed(first).cmp(&packed(second)), first.cmp(&second));
        }
    }
}
