//! Scored pairs of units: those worth keeping, those a close rival bars, and what is shown of them in the end.

use super::blocking::Rule;
use super::candidates::{Candidate, Candidates};
use super::compare::Pattern;
use super::model::least_weight;
use super::product::{PairStanding, PatientIndex, ScoredPair};
use super::score::{Bar, Score, Scorer, Sum, Tie};
use super::units::Units;
use crate::config::Config;
use crate::ledger::Reason;
use crate::records::PersonId;
use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A scored pair of units. There are millions of them, so it is kept small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub left: u32,
    pub right: u32,
    pub score: Score,
    pub rule: Rule,
}

/// What patterns add up to that came before.
type Sums = HashMap<Pattern, Sum, FixedState>;

/// Pairs below the review band are kept down to this probability, as the nearest refusals.
const NEAREST_REFUSALS: f64 = 0.05;
/// So many pairs are made ready to be shown at a time.
const SHOWN_AT_A_TIME: usize = 1 << 10;
/// So many of the nearest are compared with one another.
const RIVALS_AT_MOST: usize = 64;
/// How much heavier, in hundredths of a bit, the best must be than a rival who is clearly another person.
const CLEAR_LEAD: i32 = 400;

/// Scores the candidates and keeps those worth showing, in order.
pub(super) fn score(scorer: &Scorer<'_>, candidates: &Candidates) -> Vec<Pair> {
    let least = least_weight(NEAREST_REFUSALS);
    candidates.filter_map(Sums::default, |sums, Candidate { left, right, rule }, pattern| {
        let sum = *sums.entry(pattern).or_insert_with(|| scorer.sum(pattern));
        let score = scorer.score_at_least(least, (pattern, sum), (left, right))?;
        Some(Pair { left, right, score, rule })
    })
}

/// Bars a machine from joining a unit to one of two clearly different people when the other fits almost as well: a letter
/// to "J Smith" of an address where twins of that letter live.
pub(super) fn bar_close_rivals(scorer: &Scorer<'_>, pairs: &mut [Pair]) {
    let mut ends: Vec<(u32, i32, u32)> = Vec::with_capacity(pairs.len() * 2);
    for (place, pair) in (0u32..).zip(pairs.iter()) {
        ends.push((pair.left, -pair.score.weight, place));
        ends.push((pair.right, -pair.score.weight, place));
    }
    ends.par_sort_unstable();
    let known: &[Pair] = pairs;
    let barred: Vec<u32> = ends
        .par_chunk_by(|one, other| one.0 == other.0)
        .flat_map_iter(|rivals| {
            // Everybody within reach of the best; if any two of them are clearly two people, none is joined by machine.
            let (unit, best) = (rivals[0].0, -rivals[0].1);
            let near: Vec<(u32, u32)> = rivals
                .iter()
                .take_while(|end| -end.1 > best - CLEAR_LEAD)
                .take(RIVALS_AT_MOST)
                .map(|end| (known[end.2 as usize].other(unit), end.2))
                .collect();
            let two_people = near.iter().enumerate().any(|(place, (one, _))| {
                near[place + 1..].iter().any(|(other, _)| scorer.are_two_people(*one.min(other), *one.max(other)))
            });
            let places = if two_people { near.iter().map(|end| end.1).collect() } else { Vec::new() };
            places.into_iter()
        })
        .collect();
    for place in barred {
        let Pair { left, right, score, .. } = &mut pairs[place as usize];
        if score.bar == Bar::None && scorer.heeds_rivals(*left, *right) {
            score.bar = Bar::CloseRival;
        }
    }
}

/// What is shown of the pairs, in order of records; `refused` are those that a rule about clusters kept apart, by place,
/// and `decided` those that a person did, by their units.
pub(super) fn to_show(
    config: &Config,
    scorer: &Scorer<'_>,
    units: &Units,
    pairs: &[Pair],
    refused: &BTreeMap<u32, Bar>,
    decided: &BTreeSet<(u32, u32)>,
    patient_of_unit: &[PatientIndex],
) -> Vec<ScoredPair> {
    let show = |(place, pair, pattern): (usize, &Pair, Pattern)| {
        let place = place as u32;
        let together = patient_of_unit[pair.left as usize] == patient_of_unit[pair.right as usize];
        let bar = refused.get(&place).copied().unwrap_or(pair.score.bar);
        let likely = pair.score.probability() >= config.link.review_at;
        // That one number took the place of another is asked about, however little else agrees.
        let reason = if pair.score.tie == Tie::Claimed && !likely { Bar::NumberAlone } else { bar }.reason();
        let asked = likely || reason == Some(Reason::NhsNumberAlone);
        let decided = decided.contains(&(pair.left, pair.right));
        let (standing, reason) = match (together, decided, asked) {
            (true, ..) => (PairStanding::Edge, None),
            (false, true, _) => (PairStanding::Refused, Some(Reason::KeptApart)),
            (false, false, true) => (PairStanding::Review, reason),
            (false, false, false) => (PairStanding::Refused, reason),
        };
        let (one, two) = (units.members(pair.left)[0], units.members(pair.right)[0]);
        let (levels, weights) = scorer.told(pattern, pair.left, pair.right);
        ScoredPair {
            left: one.min(two),
            right: one.max(two),
            standing,
            rule: pair.rule,
            weight_hundredths: pair.score.weight,
            weights,
            levels,
            reason,
        }
    };
    let some = pairs.par_chunks(SHOWN_AT_A_TIME).enumerate().flat_map_iter(|(number, some)| {
        let patterns = scorer.patterns(some, |pair| (pair.left, pair.right));
        some.iter().zip(patterns).enumerate().map(move |(place, of)| (number * SHOWN_AT_A_TIME + place, of.0, of.1))
    });
    let mut shown: Vec<ScoredPair> = some.map(show).collect();
    shown.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
    shown
}

/// Has a person asked about these records, whatever was shown of them: of joins that were held back.
pub(super) fn ask_again(
    scorer: &Scorer<'_>,
    unit_of: &[u32],
    asked: &BTreeSet<(PersonId, PersonId)>,
    mut shown: Vec<ScoredPair>,
) -> Vec<ScoredPair> {
    let mut more = Vec::new();
    for (left, right) in asked {
        let reason = Some(Reason::NhsNumberConflict);
        if let Ok(place) = shown.binary_search_by_key(&(*left, *right), |pair| (pair.left, pair.right)) {
            let pair = &mut shown[place];
            (pair.standing, pair.reason) = (PairStanding::Review, reason);
            continue;
        }
        let (one, two) = (unit_of[*left as usize], unit_of[*right as usize]);
        let (one, two) = (one.min(two), one.max(two));
        // A record without a unit says too little to be compared.
        let comparable = one != two && two != u32::MAX;
        let score = comparable.then(|| scorer.score(one, two));
        let told = |one, two| scorer.told(scorer.pattern(one, two), one, two);
        let (levels, weights) = if comparable { told(one, two) } else { scorer.nothing_told() };
        more.push(ScoredPair {
            left: *left,
            right: *right,
            standing: PairStanding::Review,
            rule: Rule::DECISION,
            weight_hundredths: score.as_ref().map_or(0, |score| score.weight),
            levels,
            weights,
            reason,
        });
    }
    shown.extend(more);
    shown.sort_unstable_by_key(|pair| (pair.left, pair.right));
    shown
}

impl Pair {
    /// The unit at the other end.
    fn other(&self, unit: u32) -> u32 {
        if self.left == unit { self.right } else { self.left }
    }

    /// Whether a machine may join it, given how likely a match must be.
    pub(super) fn joinable(&self, match_at: f64) -> bool {
        self.score.bar == Bar::None && self.score.probability() >= match_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_small() {
        assert!(size_of::<Pair>() <= 20, "there are several a row: {}", size_of::<Pair>());
        assert!(size_of::<ScoredPair>() <= 64, "they stay until the package is written: {}", size_of::<ScoredPair>());
    }
}
