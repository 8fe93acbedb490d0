//! What each threshold is likely to join, truth unseen: how many pairs of records, how many of them wrongly, how many pairs of
//! one person it leaves apart, and how many are left for a person to decide.
//!
//! Clusters are grown once, from the heaviest pair down, so that each threshold is a moment on the way. Two records of a cluster
//! are one person as likely as every step is right on the way from one to the other along the heaviest pairs. Where people
//! answered questions about pairs, those pairs count as they were answered, and others of like probability are corrected by
//! how often people said that they were right.

use super::calibration::Corrected;
use super::cluster::{Clusters, Marks, Offer, Ruling, heaviest};
use super::link::{Prepared, unit_of_records};
use super::model::LinkModel;
use super::pairs::{self, Pair};
use super::score::{Bar, Scorer, Tie};
use super::units::Units;
use crate::config::Config;
use crate::decisions::Answer;
use crate::records::PersonId;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The thresholds that are told of every run, beside its own.
const THRESHOLDS: [f64; 10] = [0.9999, 0.999, 0.995, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5];

/// What one threshold is likely to join.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtThreshold {
    /// The threshold.
    pub match_at: f64,
    /// Pairs of records that are joined.
    pub joined: u64,
    /// How many of them are likely of one person.
    pub right: f64,
    /// How many pairs of records are likely of one person in all, of those that were compared and of those that are joined.
    pub in_all: f64,
    /// Pairs that a person must decide.
    pub for_review: u64,
}

impl AtThreshold {
    /// Joined pairs that are likely of two people.
    pub fn wrong(&self) -> f64 {
        (self.joined as f64 - self.right).max(0.0)
    }

    /// Of the pairs that are joined, the share that is likely right; nothing where none is joined.
    pub fn precision(&self) -> Option<f64> {
        (self.joined > 0).then(|| (self.right / self.joined as f64).min(1.0))
    }

    /// Of the pairs that are likely of one person, the share that is joined; nothing where there is none.
    pub fn recall(&self) -> Option<f64> {
        (self.in_all > 0.0).then(|| (self.right / self.in_all).min(1.0))
    }

    /// The harmonic mean of the two; nothing where there is nothing to join and nothing was joined.
    pub fn f1(&self) -> Option<f64> {
        let whole = self.joined as f64 + self.in_all;
        (whole > 0.0).then(|| (2.0 * self.right / whole).min(1.0))
    }
}

/// What each of these thresholds is likely to join, before anything is linked; lowest first.
pub fn likely(prepared: &Prepared, model: &LinkModel, thresholds: &[f64], review_at: f64) -> Vec<AtThreshold> {
    let scorer = prepared.scorer(model);
    let mut pairs = pairs::score(&scorer, &prepared.candidates);
    pairs::bar_close_rivals(&scorer, &mut pairs);
    estimate(&scorer, prepared, &pairs, thresholds, review_at)
}

/// The same of a run at its own threshold, from its scored pairs; nothing where nobody asked ([`Prepared::with_answers`]).
pub(super) fn of_run(config: &Config, prepared: &Prepared, model: &LinkModel, pairs: &[Pair]) -> Vec<AtThreshold> {
    if prepared.answers.is_none() {
        return Vec::new();
    }
    let thresholds: Vec<f64> = THRESHOLDS.into_iter().chain([config.link.match_at]).collect();
    let scorer = prepared.scorer(model);
    estimate(&scorer, prepared, pairs, &thresholds, config.link.review_at)
}

fn estimate(
    scorer: &Scorer<'_>,
    prepared: &Prepared,
    pairs: &[Pair],
    thresholds: &[f64],
    review_at: f64,
) -> Vec<AtThreshold> {
    let Prepared { units, rulings, answers, .. } = prepared;
    let unit_of = unit_of_records(units, prepared.records.people.len());
    let said = rulings.said.iter().filter(|said| said.answer != Answer::Unsure);
    let said = said.map(|said| (said.records.0, said.records.1, said.answer == Answer::Same));
    let of_units = |(one, other, same): (PersonId, PersonId, bool)| {
        let (one, other) = (unit_of[one as usize], unit_of[other as usize]);
        ((one.min(other), one.max(other)), same)
    };
    let answered = answers.iter().flatten().copied().chain(said).map(of_units).collect();
    let rulings = &rulings.of_units(&unit_of);
    let probable = pairs.par_iter().map(|pair| pair.score.probability()).collect();
    Estimate { scorer, units, pairs, probable, rulings, answered, review_at }.make(prepared.marks(), thresholds)
}

/// What is looked at.
struct Estimate<'a> {
    scorer: &'a Scorer<'a>,
    units: &'a Units,
    /// Scored pairs, in the order of their units.
    pairs: &'a [Pair],
    /// How probable each is.
    probable: Vec<f64>,
    /// What people said of units, and all that follows from it.
    rulings: &'a [(u32, u32, Ruling)],
    /// What people said of two units, as they were asked.
    answered: BTreeMap<(u32, u32), bool>,
    /// From which probability on a person is asked.
    review_at: f64,
}

impl Estimate<'_> {
    /// Each threshold once, lowest first.
    fn make(&self, marks: Marks, thresholds: &[f64]) -> Vec<AtThreshold> {
        let likely = self.likely();
        let mut thresholds = thresholds.to_vec();
        thresholds.sort_by(|one, other| other.total_cmp(one));
        thresholds.dedup();
        let lowest = thresholds.last().copied().unwrap_or(1.0);
        let mut clusters = Clusters::alone(marks, self.rulings);
        let mut grown = Grown::of(self.units);
        let mut order = heaviest(self.pairs, lowest).into_iter().peekable();
        let mut open: Vec<u32> = (0u32..).zip(self.pairs).map(|(place, _)| place).collect();
        let mut estimates = Vec::with_capacity(thresholds.len());
        for match_at in thresholds {
            while let Some(place) = order.next_if(|place| self.pairs[*place as usize].joinable(match_at)) {
                let pair = &self.pairs[place as usize];
                if clusters.offer(self.scorer, pair) == Offer::Joined {
                    grown.join(pair.left, pair.right, likely[place as usize]);
                }
            }
            // What is in one cluster stays so.
            open.retain(|place| {
                let pair = &self.pairs[*place as usize];
                !clusters.are_one(pair.left, pair.right)
            });
            estimates.push(self.at(match_at, &grown, &likely, &open));
        }
        estimates.reverse();
        estimates
    }

    /// How likely each pair is one person, people's answers heeded.
    fn likely(&self) -> Vec<f64> {
        let answer = |pair: &Pair| self.answered.get(&(pair.left, pair.right)).copied();
        let is_barred = |pair: &Pair| pair.score.bar != Bar::None;
        let pairs = || self.pairs.iter().zip(&self.probable);
        let answered = pairs().filter_map(|(pair, probable)| Some((*probable, is_barred(pair), answer(pair)?)));
        let corrected = Corrected::by(answered);
        let likely = |(pair, probable): (&Pair, &f64)| match answer(pair) {
            Some(same) => f64::from(u8::from(same)),
            None => corrected.probability(*probable, is_barred(pair)),
        };
        pairs().map(likely).collect()
    }

    /// One threshold; `open` are the pairs that are not in one cluster.
    fn at(&self, match_at: f64, grown: &Grown, likely: &[f64], open: &[u32]) -> AtThreshold {
        let (mut apart, mut for_review) = (0.0, 0);
        let review_at = self.review_at.min(match_at);
        for place in open {
            let Pair { left, right, score, .. } = &self.pairs[*place as usize];
            apart += likely[*place as usize] * grown.size(*left) * grown.size(*right);
            let number_alone = score.bar == Bar::NumberAlone || score.tie == Tie::Claimed;
            let asked = number_alone || self.probable[*place as usize] >= review_at;
            for_review += u64::from(asked && !self.answered.contains_key(&(*left, *right)));
        }
        AtThreshold {
            match_at,
            joined: grown.joined as u64,
            right: grown.right,
            in_all: grown.right + apart,
            for_review,
        }
    }
}

/// Clusters as trees of the pairs that joined them.
struct Grown {
    /// Records of each unit.
    sizes: Vec<u32>,
    /// The last branch of each unit; [`NONE`] where it has none.
    last: Vec<u32>,
    branches: Vec<Branch>,
    joined: f64,
    right: f64,
}

struct Branch {
    to: u32,
    likely: f64,
    /// The branch of the same unit before this one.
    before: u32,
}

const NONE: u32 = u32::MAX;

impl Grown {
    fn of(units: &Units) -> Self {
        Grown::of_sizes((0..units.len() as u32).map(|unit| units.members(unit).len() as u32).collect())
    }

    fn of_sizes(sizes: Vec<u32>) -> Self {
        let within = |size: &u32| f64::from(*size) * (f64::from(*size) - 1.0) / 2.0;
        // Records of a unit have one id and details that agree.
        let within: f64 = sizes.iter().map(within).sum();
        Grown { last: vec![NONE; sizes.len()], sizes, branches: Vec::new(), joined: within, right: within }
    }

    fn size(&self, unit: u32) -> f64 {
        f64::from(self.sizes[unit as usize])
    }

    fn join(&mut self, left: u32, right: u32, likely: f64) {
        let (one, two) = (self.reached(left), self.reached(right));
        self.joined += one.0 * two.0;
        self.right += one.1 * likely * two.1;
        for (from, to) in [(left, right), (right, left)] {
            let before = std::mem::replace(&mut self.last[from as usize], self.branches.len() as u32);
            self.branches.push(Branch { to, likely, before });
        }
    }

    /// The records of a unit's cluster, and how many of them are likely of the same person as the unit.
    fn reached(&self, unit: u32) -> (f64, f64) {
        let (mut records, mut same) = (0.0, 0.0);
        let mut open = vec![(unit, NONE, 1.0)];
        while let Some((unit, from, likely)) = open.pop() {
            records += self.size(unit);
            same += self.size(unit) * likely;
            let mut next = self.last[unit as usize];
            while let Some(branch) = self.branches.get(next as usize) {
                if branch.to != from {
                    open.push((branch.to, unit, likely * branch.likely));
                }
                next = branch.before;
            }
        }
        (records, same)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Row, config, county, records};
    use super::super::{Linked, PairStanding, ScoredPair, link, prepare, train};
    use super::*;
    use crate::config::Standing;
    use crate::decisions::Decisions;

    #[test]
    fn a_cluster_is_right_as_far_as_every_step_is() {
        let mut grown = Grown::of_sizes(vec![1, 2, 1, 1]);
        assert_eq!((grown.joined, grown.right), (1.0, 1.0), "two records of one unit");
        grown.join(0, 1, 0.9);
        assert_eq!(grown.joined, 3.0);
        assert!((grown.right - (1.0 + 2.0 * 0.9)).abs() < 1e-12);
        grown.join(1, 2, 0.5);
        // Both records of the second unit with the third, and the first with it by way of them.
        assert_eq!(grown.joined, 6.0);
        assert!((grown.right - (2.8 + 2.0 * 0.5 + 0.9 * 0.5)).abs() < 1e-12);
        grown.join(3, 0, 0.0);
        assert_eq!((grown.joined, grown.right), (10.0, 4.25), "what people said to be two adds only wrong joins");
    }

    fn at(linked: &Linked, match_at: f64) -> AtThreshold {
        *linked.thresholds.iter().find(|at| at.match_at == match_at).expect("this threshold")
    }

    /// Two systems' county, with these answers about two records.
    fn linked(answers: &[(PersonId, PersonId, bool)]) -> Linked {
        let config = config(&[Standing::Record, Standing::Record]);
        let county = county(300);
        let [one, two] = county
            .rows
            .each_ref()
            .map(|rows| rows.iter().map(|row| row.each_ref().map(String::as_str)).collect::<Vec<Row<'_>>>());
        let prepared = prepare(&config, records(&config, &[&one, &two]), &Decisions::default());
        let model = train(&prepared);
        link(&config, prepared.with_answers(answers.to_vec()), &model)
    }

    #[test]
    fn a_higher_threshold_joins_less_and_leaves_more_to_people() {
        let linked = linked(&[]);
        assert_eq!(linked.thresholds.len(), THRESHOLDS.len(), "that of the run is among them");
        for two in linked.thresholds.windows(2) {
            let (lower, higher) = (&two[0], &two[1]);
            assert!(lower.match_at < higher.match_at && lower.joined >= higher.joined, "{two:?}");
            assert!(lower.wrong() >= higher.wrong() && lower.for_review <= higher.for_review, "{two:?}");
        }
        let own = at(&linked, 0.99);
        let pairs_of = |members: &Vec<PersonId>| members.len() as u64 * (members.len() as u64 - 1) / 2;
        assert_eq!(own.joined, linked.members.iter().map(pairs_of).sum::<u64>());
        let asked = linked.pairs.iter().filter(|pair| pair.standing == PairStanding::Review).count();
        assert_eq!(own.for_review, asked as u64);
        assert!(own.precision() > Some(0.99) && own.recall() > Some(0.9), "{own:?}");
    }

    #[test]
    fn what_people_answered_counts_as_they_answered_it_and_joins_nothing() {
        let before = linked(&[]);
        let joined: Vec<&ScoredPair> = before.pairs.iter().filter(|pair| pair.standing == PairStanding::Edge).collect();
        let wrong =
            |count: usize| joined.iter().take(count).map(|pair| (pair.left, pair.right, false)).collect::<Vec<_>>();
        let one = linked(&wrong(1));
        assert_eq!(one.members, before.members);
        let more = at(&one, 0.5).wrong() - at(&before, 0.5).wrong();
        assert!(more >= 1.0, "one is known to be wrong, and others like it are less sure: {more}");
        let twenty = at(&linked(&wrong(20)), 0.5);
        assert!(twenty.wrong() > 100.0, "of twenty none was right: {twenty:?}");
        let right: Vec<_> = joined.iter().map(|pair| (pair.left, pair.right, true)).collect();
        assert!(at(&linked(&right), 0.5).wrong() < 1e-6);
    }

    #[test]
    fn shares_are_of_what_is_likely() {
        let at = AtThreshold { match_at: 0.9, joined: 8, right: 6.0, in_all: 12.0, for_review: 1 };
        assert_eq!((at.wrong(), at.precision(), at.recall(), at.f1()), (2.0, Some(0.75), Some(0.5), Some(0.6)));
        let nothing = AtThreshold { match_at: 0.9, joined: 0, right: 0.0, in_all: 0.0, for_review: 0 };
        assert_eq!((nothing.precision(), nothing.recall(), nothing.f1()), (None, None, None));
    }
}
