//! How much more a value says that few bear, on which two agree: by the rows of other people that bear it, not by those of the
//! same person, who would make every name of somebody with many rows a common one.

use super::candidates::Candidates;
use super::compare::{BEST, COUNT, Pattern, of};
use super::features::Features;
use super::model::{Weights, hundredths, probability};
use super::units::Units;
use crate::records::Symbol;
use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// By comparison, weight to add when both have a value, by the place of its word: rarer than the average is worth more. Empty
/// where the frequency does not count.
pub(super) struct Rarity(Vec<Vec<i16>>);

/// No value is worth more than ten bits extra.
const AT_MOST: i32 = 1_000;
/// Pairs that are less likely one person than this do not count as one person's.
const LIKELY: f64 = 0.01;
/// Chances are added up in parts of this.
const PARTS: f64 = 1e6;

impl Rarity {
    /// Of these units.
    pub(super) fn of(features: &Features, units: &Units, candidates: &Candidates, weights: &Weights) -> Self {
        let comparisons = &features.comparisons;
        let heeded: Vec<usize> = (0..comparisons.count())
            .filter(|of| is_heeded(*of) && (*of < COUNT || comparisons.heeds_frequency(*of)))
            .collect();
        let words = features.words.len() + 1;
        let one: Vec<Vec<AtomicU64>> =
            heeded.par_iter().map(|_| (0..words).map(|_| AtomicU64::new(0)).collect()).collect();
        let likely = |pattern: Pattern| {
            let weight = weights.prior + weights.sum(comparisons, pattern);
            let chance = if pattern.are_relatives() { 0.0 } else { probability(weight) };
            if chance < LIKELY { 0 } else { (chance * PARTS).round() as u64 }
        };
        candidates.for_each(HashMap::<Pattern, u64, FixedState>::default, |known, left, pattern| {
            let chance = *known.entry(pattern).or_insert_with(|| likely(pattern));
            if chance > 0 {
                for (comparison, one) in heeded.iter().zip(&one) {
                    if pattern.level(*comparison) == BEST {
                        let word = value(features, units, *comparison, left);
                        one[word.place() as usize].fetch_add(chance, Ordering::Relaxed);
                    }
                }
            }
        });
        let mut worth = vec![Vec::new(); comparisons.count()];
        let of_one = |(comparison, one): (&usize, &Vec<AtomicU64>)| {
            let mut counts = vec![0u32; words];
            for unit in 0..units.len() as u32 {
                counts[value(features, units, *comparison, unit).place() as usize] += 1;
            }
            counts[0] = 0;
            let total: f64 = counts.iter().map(|count| f64::from(*count)).sum::<f64>().max(1.0);
            let average = weights.agreement_of_two[*comparison];
            let worth = |(count, one): (&u32, &AtomicU64)| {
                if *count == 0 {
                    return 0;
                }
                let count = f64::from(*count);
                // Of the rows that bear it, each has so many others of its own person.
                let own = 2.0 * one.load(Ordering::Relaxed) as f64 / PARTS / count;
                hundredths(average * total / (count - own).max(1.0)).clamp(-AT_MOST, AT_MOST) as i16
            };
            counts.iter().zip(one).map(worth).collect::<Vec<i16>>()
        };
        let found: Vec<Vec<i16>> = heeded.par_iter().zip(&one).map(of_one).collect();
        for (comparison, found) in heeded.into_iter().zip(found) {
            worth[comparison] = found;
        }
        Rarity(worth)
    }

    /// What it adds that two agree on this unit's value of a comparison.
    pub(super) fn at(&self, features: &Features, units: &Units, comparison: usize, unit: u32) -> i32 {
        let word = value(features, units, comparison, unit);
        self.0[comparison].get(word.place() as usize).map_or(0, |more| i32::from(*more))
    }
}

/// Whether it may count how rare a value of a comparison is.
pub(super) fn is_heeded(comparison: usize) -> bool {
    matches!(comparison, of::GIVEN | of::FAMILY | of::POSTCODE) || comparison >= COUNT
}

fn value(features: &Features, units: &Units, comparison: usize, unit: u32) -> Symbol {
    let profile = &units.profiles[unit as usize];
    match comparison {
        of::GIVEN => profile.given,
        of::FAMILY => profile.family,
        of::POSTCODE => profile.postcode,
        added => units.kept(unit)[features.comparisons.column_of(added)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Row, county, link_among};
    use crate::decisions::Decisions;

    /// What it weighs that two rows of one person are both of Zebedee, among so many of his rows and these of others.
    fn weight(copies: usize, others: &[Row<'_>]) -> i32 {
        let his = ["", "", "Elmyard", "Zebedee", "1978-09-03", "male", "", ""];
        let rows: Vec<Row<'_>> = std::iter::repeat_n(his, copies).chain(others.iter().copied()).collect();
        let (linked, rows, _) = link_among(&county(300), &rows, &[], &Decisions::default());
        let pair = linked.pairs.iter().find(|pair| (pair.left, pair.right) == (rows[0], rows[1])).expect("a pair");
        pair.weights.iter().next().flatten().expect("a given name")
    }

    #[test]
    fn a_name_is_as_rare_as_its_bearers_are_few_however_many_rows_they_have() {
        let (two, eight) = (weight(2, &[]), weight(8, &[]));
        assert!((two - eight).abs() < 50, "{two} and {eight}");
        let born: Vec<String> = (0..6).map(|n| format!("19{}-05-1{n}", 40 + 7 * n)).collect();
        let families = ["Ashby", "Brandreth", "Coldwell", "Derwent", "Eastlake", "Farrow"];
        let other = |(family, born)| ["", "", family, "Zebedee", born, "male", "", ""];
        let others: Vec<Row<'_>> = families.into_iter().zip(born.iter().map(String::as_str)).map(other).collect();
        let common = weight(2, &others);
        assert!(two - common > 150, "{two} and {common}");
    }
}
