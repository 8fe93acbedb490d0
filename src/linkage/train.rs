//! Training: u from pairs of different people, m by expectation–maximisation over counts of patterns.
//!
//! Each session looks at pairs that share some values, learns from the comparisons that those values leave free, and keeps
//! u fixed; m is pooled over the sessions. Counts of patterns are few however many the pairs, so a session costs no more on
//! a million records than on a thousand.

use super::candidates::compare_all;
use super::compare::{BEST, NULL, Pattern, else_level, match_condition, of};
use super::comparisons::Comparisons;
use super::features::Features;
use super::model::{Chances, LinkModel, SessionReport, TrainingReport, start_m};
use super::neighbours::Neighbours;
use super::sessions::{Session, sessions};
use super::units::Units;
use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// How often each pattern was seen.
pub(super) type Counts = BTreeMap<Pattern, u64>;

/// Pairs taken at random for u.
const RANDOM_PAIRS: usize = 1_000_000;
/// How many observations the starting values weigh.
const START_WEIGHT: f64 = 20.0;
const ROUNDS: u32 = 500;

/// Trains on the units. The prior is set afterwards, from the candidate pairs.
pub(super) fn train(features: &Features, units: &Units) -> (Chances, Chances, Vec<Vec<f64>>, TrainingReport) {
    let comparisons = &features.comparisons;
    let random = random_counts(features, units);
    let neighbours = Neighbours::of(features, units);
    let sessions = held(features, units);
    let mut report = TrainingReport {
        units: units.len() as u64,
        random_pairs: random.values().sum(),
        neighbour_pairs: neighbours.by_number,
        ..TrainingReport::default()
    };
    // A random pair of a small table may well be one person: such pairs must not teach what different people look like.
    // First those are left out that agree outright, then each counts as much as it is likely to be two people.
    let mut different: Weighted =
        random.iter().map(|(pattern, count)| (*pattern, unless_agreeing(*pattern, *count))).collect();
    let mut u = chances_of_different_people(comparisons, &different, &neighbours);
    let mut learned = learn(comparisons, &sessions, &u);
    for _ in 0..REFINEMENTS {
        different = leave_out_matches(comparisons, &random, &learned.m, &u);
        u = chances_of_different_people(comparisons, &different, &neighbours);
        learned = learn(comparisons, &sessions, &u);
    }
    report.sessions = learned.reports;
    let seen = seen_by_level(&learned.expected);
    for comparison in comparisons.weighed() {
        let names = comparisons.levels(comparison);
        for (level, _) in seen[comparison].iter().enumerate().filter(|(_, seen)| **seen < 1.0) {
            report.untrained_levels.push(format!("{}: {}", comparisons.name(comparison), names[level + 1]));
        }
    }
    (learned.m, u, seen, report)
}

/// The sessions that are held, with the patterns of their pairs: those of the last resort only where no other says enough.
fn held(features: &Features, units: &Units) -> Vec<(Session, Counts)> {
    let counted = |session: Session| {
        let counts = session.counts(features, units);
        (session, counts)
    };
    let hold = |last: bool| -> Vec<(Session, Counts)> {
        let sessions = sessions(features).into_iter().filter(|session| last || !session.is_last_resort);
        sessions.collect::<Vec<Session>>().into_par_iter().map(counted).collect()
    };
    let held = hold(false);
    let is_enough = held.iter().any(|(session, counts)| teaches(counts, session));
    if is_enough { held } else { hold(true) }
}

/// How often u and m are learned again with the other improved.
const REFINEMENTS: usize = 2;

/// Patterns with how many pairs of one sort are expected in each.
pub(super) type Weighted = Vec<(Pattern, f64)>;

/// Expected matches by comparison, match condition and level.
type Expected = Vec<Vec<Vec<f64>>>;

/// What all sessions learn together.
struct Learned {
    m: Chances,
    expected: Expected,
    reports: Vec<SessionReport>,
}

fn nothing_expected(of: &Comparisons) -> Expected {
    (0..of.count()).map(|comparison| vec![vec![0.0; of.made(comparison)]; of.match_conditions(comparison)]).collect()
}

/// Adds the matches expected in a pattern to the levels it shows.
fn expect(of: &Comparisons, expected: &mut Expected, pattern: Pattern, weight: f64, session: &Session) {
    for comparison in session.free() {
        let level = usize::from(pattern.level(comparison));
        if level > 0 {
            let condition = of.match_condition(comparison, of.condition(pattern, comparison));
            expected[comparison][condition][level - 1] += weight;
        }
    }
}

fn seen_by_level(expected: &Expected) -> Vec<Vec<f64>> {
    expected
        .iter()
        .map(|conditions| {
            (0..conditions[0].len()).map(|level| conditions.iter().map(|levels| levels[level]).sum()).collect()
        })
        .collect()
}

fn learn(comparisons: &Comparisons, sessions: &[(Session, Counts)], u: &Chances) -> Learned {
    let (mut expected, mut exchange) = (nothing_expected(comparisons), Exchange::default());
    let mut unlike_twins = 0.0;
    let mut reports = Vec::new();
    for (session, counts) in sessions {
        let Some(result) = maximise(comparisons, counts, u, session).filter(|_| teaches(counts, session)) else {
            continue;
        };
        for (pattern, weight) in &result.expected {
            expect(comparisons, &mut expected, *pattern, *weight, session);
            let could_be_twins = session.free().any(|of| of == of::GIVEN) && pattern.could_be_twins();
            unlike_twins += if could_be_twins { *weight } else { 0.0 };
        }
        if session.free().filter(|comparison| EXCHANGE.contains(comparison)).count() == EXCHANGE.len() {
            result.expected.iter().for_each(|(pattern, weight)| exchange.see(*pattern, *weight));
        }
        reports.push(result.report);
    }
    // Of those who could be twins, one person under two names was taken for two people: how many of these there are is held
    // as at first.
    let mut held = expected.clone();
    let other_name = usize::from(else_level(of::GIVEN)) - 1;
    held[of::GIVEN][0][other_name] += unlike_twins * start_m(of::GIVEN, 0)[other_name];
    let mut m = chances_of_matches(comparisons, &held, START_WEIGHT);
    exchange.correct(&mut m);
    Learned { m, expected, reports }
}

/// The comparisons whose second level is that given and family name are exchanged.
const EXCHANGE: [usize; 2] = [of::GIVEN, of::FAMILY];

/// How often names are exchanged. Pairs that share one of them never are, so that they must not thin out what the others
/// show.
#[derive(Default)]
struct Exchange {
    seen: f64,
    of: f64,
}

impl Exchange {
    fn see(&mut self, pattern: Pattern, weight: f64) {
        let whole = EXCHANGE.iter().all(|comparison| pattern.level(*comparison) != NULL) && !pattern.initial_only();
        if whole {
            self.of += weight;
            self.seen += if pattern.level(of::GIVEN) == BEST + 1 { weight } else { 0.0 };
        }
    }

    /// Sets the chance of an exchange, and scales all others to what it leaves.
    fn correct(&self, m: &mut Chances) {
        for comparison in EXCHANGE {
            let conditions = m[comparison].iter_mut().enumerate();
            for (_, chances) in conditions.filter(|(condition, _)| match_condition(comparison, *condition) == 0) {
                let start = start_m(comparison, 0)[1];
                let chance = (self.seen + start * START_WEIGHT) / (self.of + START_WEIGHT);
                let rest = (1.0 - chance) / (1.0 - chances[1]);
                chances.iter_mut().for_each(|other| *other *= rest);
                chances[1] = chance;
            }
        }
    }
}

/// Nothing of a pattern that agrees on the number, or on both names and the birth date; else all.
fn unless_agreeing(pattern: Pattern, count: u64) -> f64 {
    let agrees = |comparison: usize| pattern.level(comparison) == BEST;
    let one_person =
        agrees(of::NUMBER) || [of::GIVEN, of::FAMILY, of::BIRTH].iter().all(|comparison| agrees(*comparison));
    if one_person { 0.0 } else { count as f64 }
}

/// Of each pattern the pairs that are likely two people, the share of matches found by repetition.
fn leave_out_matches(comparisons: &Comparisons, random: &Counts, m: &Chances, u: &Chances) -> Weighted {
    let pairs = random.values().sum::<u64>().max(1) as f64;
    let ratios: Vec<(Pattern, f64, f64)> = random
        .iter()
        .map(|(pattern, count)| {
            let ratio =
                comparisons.weighed().fold(1.0, |ratio, comparison| match usize::from(pattern.level(comparison)) {
                    0 => ratio,
                    level => {
                        let condition = comparisons.condition(*pattern, comparison);
                        ratio * m[comparison][condition][level - 1] / u[comparison][condition][level - 1]
                    }
                });
            (*pattern, ratio, *count as f64)
        })
        .collect();
    let mut share = 1e-4;
    let chance = |share: f64, ratio: f64| share * ratio / (share * ratio + 1.0 - share);
    for _ in 0..50 {
        let matches: f64 = ratios.iter().map(|(_, ratio, count)| chance(share, *ratio) * count).sum();
        share = (matches / pairs).clamp(1e-9, 0.5);
    }
    ratios.into_iter().map(|(pattern, ratio, count)| (pattern, count * (1.0 - chance(share, ratio)))).collect()
}

/// The model with its prior: the share of all pairs that the candidates' expected matches are, found by repetition.
pub(super) fn with_prior(
    comparisons: &Comparisons,
    m: &Chances,
    u: &Chances,
    seen: &[Vec<f64>],
    training: TrainingReport,
    candidates: &Counts,
) -> LinkModel {
    let units = training.units.max(2) as f64;
    let all_pairs = units * (units - 1.0) / 2.0;
    let mut model = LinkModel::from_chances(comparisons, (0.5 / units).min(0.1), m, u, seen, training);
    for _ in 0..25 {
        let weights = model.weights(comparisons);
        let matches: f64 = candidates
            .iter()
            .filter(|(pattern, _)| !pattern.are_relatives())
            .map(|(pattern, count)| {
                let sum = weights.sum(comparisons, *pattern);
                super::model::probability(weights.prior + sum) * *count as f64
            })
            .sum();
        // At least one match in all, at most one pair in two: a table without duplicates must not make the prior nought.
        let prior = (matches.max(1.0) / all_pairs).min(0.5);
        let settled = (prior / model.prior - 1.0).abs() < 1e-6;
        model.prior = (prior * 1e15).round() / 1e15;
        if settled {
            break;
        }
    }
    model
}

/// Patterns of a list of pairs, counted.
pub(super) fn count(features: &Features, units: &Units, pairs: &[(u32, u32)]) -> Counts {
    let patterns = |some: &[(u32, u32)]| compare_all(features, units, some, |pair| *pair).collect::<Vec<Pattern>>();
    count_all(pairs.par_chunks(16_384).map(patterns))
}

/// Patterns, counted.
pub(super) fn count_all<P: AsRef<[Pattern]>>(patterns: impl ParallelIterator<Item = P>) -> Counts {
    let add = |mut counts: HashMap<Pattern, u64, FixedState>, patterns: P| {
        patterns.as_ref().iter().for_each(|pattern| *counts.entry(*pattern).or_default() += 1);
        counts
    };
    let counts = patterns.fold(HashMap::default, add).map(|counts| counts.into_iter().collect::<Counts>());
    counts.reduce(Counts::new, |mut one, other| {
        other.into_iter().for_each(|(pattern, count)| *one.entry(pattern).or_default() += count);
        one
    })
}

fn random_counts(features: &Features, units: &Units) -> Counts {
    let size = units.len();
    if size < 2 {
        return Counts::new();
    }
    // Units stand in the order of a hash of their content: each with the next, the next but one, … is a pair at random.
    let strides = (RANDOM_PAIRS / size).clamp(1, size - 1);
    let pairs: Vec<(u32, u32)> = (1..=strides)
        .flat_map(|stride| (0..size).map(move |place| (place as u32, ((place + stride) % size) as u32)))
        .take(RANDOM_PAIRS)
        .collect();
    count(features, units, &pairs)
}

fn chances_of_different_people(comparisons: &Comparisons, random: &Weighted, neighbours: &Neighbours) -> Chances {
    let chances = |comparison: usize, condition: usize| {
        let is_added = comparisons.setting(comparison).is_some();
        let elsewhere = condition == 0
            || (is_added && condition != 1)
            || matches!((comparison, condition), (of::GIVEN, 3) | (of::NUMBER, _));
        let counts = match () {
            () if elsewhere => random,
            () if is_added => &neighbours.of_added,
            () if comparison == of::GIVEN => &neighbours.of_names,
            () => &neighbours.of_all_else,
        };
        let seen = seen_under(comparisons, comparison, condition, counts);
        match comparisons.start_u_at_one_address(comparison, condition) {
            Some(start) => smooth(&seen, &start, START_WEIGHT * if is_added { 1.0 } else { 5.0 }),
            None if !elsewhere => {
                // Where nobody showed it, an agreement is worth half of what it is worth elsewhere.
                let anywhere = seen_under(comparisons, comparison, 0, random);
                let start = halved(&u_anywhere(comparisons, comparison, 0, &anywhere));
                smooth(&seen, &start, START_WEIGHT)
            }
            None => u_anywhere(comparisons, comparison, condition, &seen),
        }
    };
    (0..comparisons.count())
        .map(|comparison| {
            (0..comparisons.conditions(comparison)).map(|condition| chances(comparison, condition)).collect()
        })
        .collect()
}

/// How many pairs under a condition showed each level.
fn seen_under(comparisons: &Comparisons, comparison: usize, condition: usize, counts: &Weighted) -> Vec<f64> {
    let mut seen = vec![0.0; comparisons.made(comparison)];
    for (pattern, count) in counts {
        let level = usize::from(pattern.level(comparison));
        if level > 0 && comparisons.condition(*pattern, comparison) == condition {
            seen[level - 1] += count;
        }
    }
    seen
}

fn u_anywhere(comparisons: &Comparisons, comparison: usize, condition: usize, seen: &[f64]) -> Vec<f64> {
    let mut u = smooth(seen, &comparisons.start_u(comparison, condition), START_WEIGHT);
    u[0] = u[0].max(rarest_agreement(comparison));
    u
}

/// Chances whose logarithms are half of these, but for the last, which takes the rest.
fn halved(u: &[f64]) -> Vec<f64> {
    let mut halved: Vec<f64> = u.iter().map(|chance| chance.sqrt()).collect();
    let agreeing = u.len() - 1;
    let all: f64 = halved[..agreeing].iter().sum();
    // The agreements together may not be surer than this.
    let scale = if all > 0.9 { 0.9 / all } else { 1.0 };
    halved[..agreeing].iter_mut().for_each(|chance| *chance *= scale);
    halved[agreeing] = 1.0 - halved[..agreeing].iter().sum::<f64>();
    halved
}

/// The rarest that an agreement of different people may count: telephones and e-mail addresses are shared by families whose
/// addresses differ, which a sample of random pairs seldom shows.
fn rarest_agreement(comparison: usize) -> f64 {
    match comparison {
        of::PHONE | of::EMAIL => 2e-4,
        _ => 0.0,
    }
}

fn chances_of_matches(comparisons: &Comparisons, expected: &Expected, weight: f64) -> Chances {
    let by_condition = |comparison: usize, condition: usize| {
        let shared = comparisons.match_condition(comparison, condition);
        smooth(&expected[comparison][shared], &comparisons.start_m(comparison, shared), weight)
    };
    (0..comparisons.count())
        .map(|comparison| {
            (0..comparisons.conditions(comparison)).map(|condition| by_condition(comparison, condition)).collect()
        })
        .collect()
}

/// Shares of what was seen, the starting values counting as so many observations.
fn smooth(seen: &[f64], start: &[f64], weight: f64) -> Vec<f64> {
    let total: f64 = seen.iter().sum::<f64>() + weight;
    seen.iter().zip(start).map(|(seen, start)| (seen + start * weight) / total).collect()
}

/// In a session at least so many comparisons that are not shared must be made in a third of the pairs: of one alone, nobody
/// can say which pairs are matches.
const FREE_AT_LEAST: usize = 2;

/// Whether the pairs of a session say enough beside what they share.
fn teaches(counts: &Counts, session: &Session) -> bool {
    let pairs: u64 = counts.values().sum();
    let made = |comparison: usize| -> u64 {
        counts.iter().filter(|(pattern, _)| pattern.level(comparison) != NULL).map(|(_, count)| count).sum()
    };
    session.free().filter(|comparison| made(*comparison) * 3 >= pairs.max(1)).count() >= FREE_AT_LEAST
}

struct Maximised {
    /// Each pattern with the matches expected in it.
    expected: Vec<(Pattern, f64)>,
    report: SessionReport,
}

/// Expectation–maximisation of m, of what relatives show, and of the shares of both; u is fixed. `None` when there are no pairs.
fn maximise(comparisons: &Comparisons, counts: &Counts, u: &Chances, session: &Session) -> Option<Maximised> {
    let pairs: u64 = counts.values().sum();
    if pairs == 0 {
        return None;
    }
    let mut m = chances_of_matches(comparisons, &nothing_expected(comparisons), 1.0);
    let at_one_address = at_one_address(comparisons, u);
    let mut relatives = at_one_address.clone();
    let mut shares = Shares { matches: 0.5, relatives: 0.05 };
    let (mut first, mut last) = (None, f64::NEG_INFINITY);
    let (mut rounds, mut converged) = (0, false);
    let mut weights: Weighted = Vec::with_capacity(counts.len());
    let mut related: Weighted = Vec::with_capacity(counts.len());
    while rounds < ROUNDS && !converged {
        rounds += 1;
        let chances = Chance { comparisons, m: &m, u, relatives: &relatives, shares };
        let likelihood = chances.expectation(counts, session, (&mut weights, &mut related));
        let likelihood = (likelihood + chances.of_start(&at_one_address)) / pairs as f64;
        first.get_or_insert(likelihood);
        debug_assert!(likelihood > last - 1e-5, "the likelihood never falls");
        converged = likelihood - last < 1e-9;
        last = likelihood;
        let share = |weights: &[(Pattern, f64)]| weights.iter().map(|of| of.1).sum::<f64>() / pairs as f64;
        shares = Shares::of(share(&weights), share(&related));
        relatives = chances_of_relatives(comparisons, &at_one_address, session, &related);
        let mut expected = nothing_expected(comparisons);
        for (pattern, weight) in &weights {
            expect(comparisons, &mut expected, *pattern, *weight, session);
        }
        m = chances_of_matches(comparisons, &expected, 1.0);
    }
    let places = |value: f64| (value * 1e6).round() / 1e6;
    let report = SessionReport {
        on: session.on.clone(),
        pairs,
        rounds,
        converged,
        match_share: places(shares.matches),
        likelihood_bits: (places(first.unwrap_or(last)), places(last)),
    };
    Some(Maximised { expected: weights, report })
}

/// What is held of relatives at first: that they are like any two people, but share an address as one person's records do.
fn at_one_address(comparisons: &Comparisons, u: &Chances) -> Chances {
    let mut chances = u.clone();
    for place in [of::POSTCODE, of::ADDRESS] {
        let start = |condition| start_m(place, match_condition(place, condition)).to_vec();
        chances[place] = (0..comparisons.conditions(place)).map(start).collect();
    }
    chances
}

/// What relatives show, beside the given name and the birth date: by these they are told from one person, and it must not be
/// learned from those that were taken for relatives what such look like.
fn chances_of_relatives(
    comparisons: &Comparisons,
    start: &Chances,
    session: &Session,
    related: &[(Pattern, f64)],
) -> Chances {
    let mut seen: Chances = start.iter().map(|of| of.iter().map(|levels| vec![0.0; levels.len()]).collect()).collect();
    for (pattern, weight) in related.iter().filter(|(_, weight)| *weight > 0.0) {
        for comparison in session.free().filter(|comparison| ![of::GIVEN, of::BIRTH].contains(comparison)) {
            let level = usize::from(pattern.level(comparison));
            if level > 0 {
                seen[comparison][comparisons.condition(*pattern, comparison)][level - 1] += weight;
            }
        }
    }
    let smoothed = |(seen, start): (&Vec<f64>, &Vec<f64>)| smooth(seen, start, START_WEIGHT);
    seen.iter().zip(start).map(|(seen, start)| seen.iter().zip(start).map(smoothed).collect()).collect()
}

/// What parts of a session's pairs are one person, and two who live together: twins share a family name and a birth date, and
/// their address is no chance. All others are strangers.
#[derive(Clone, Copy)]
struct Shares {
    matches: f64,
    relatives: f64,
}

impl Shares {
    /// Of each there are always thought to be some.
    fn of(matches: f64, relatives: f64) -> Self {
        let (matches, relatives) = (matches.max(1e-6), relatives.max(1e-9));
        let scale = (1.0 - 1e-6) / (matches + relatives).max(1.0 - 1e-6);
        Shares { matches: matches * scale, relatives: relatives * scale }
    }
}

/// What is believed in one round.
struct Chance<'a> {
    comparisons: &'a Comparisons,
    m: &'a Chances,
    u: &'a Chances,
    relatives: &'a Chances,
    shares: Shares,
}

impl Chance<'_> {
    /// What the starting values add to the log-likelihood, in bits: they count as observations of one person's pairs, and of
    /// those of relatives, and without them it might fall.
    fn of_start(&self, relatives: &Chances) -> f64 {
        let of = self.comparisons;
        let seen = |start: &[f64], chances: &[f64]| -> f64 {
            start.iter().zip(chances).map(|(start, chance)| start * libm::log2(*chance)).sum()
        };
        let mut bits = 0.0;
        for (comparison, start) in relatives.iter().enumerate() {
            for shared in 0..of.match_conditions(comparison) {
                let first =
                    (0..of.conditions(comparison)).find(|place| of.match_condition(comparison, *place) == shared);
                let first = first.expect("every kind has a condition");
                bits += seen(&of.start_m(comparison, shared), &self.m[comparison][first]);
            }
            let related = start.iter().zip(&self.relatives[comparison]);
            bits += related.map(|(start, chances)| START_WEIGHT * seen(start, chances)).sum::<f64>();
        }
        bits
    }

    /// Fills in the matches and the relatives expected in each pattern; gives the log-likelihood in bits.
    fn expectation(
        &self,
        counts: &Counts,
        session: &Session,
        (weights, related): (&mut Weighted, &mut Weighted),
    ) -> f64 {
        weights.clear();
        related.clear();
        let mut likelihood = 0.0;
        for (pattern, count) in counts {
            let (mut one, mut relatives) = (self.shares.matches, self.shares.relatives);
            let mut strangers = 1.0 - one - relatives;
            for comparison in session.free() {
                let level = usize::from(pattern.level(comparison));
                if level > 0 {
                    let condition = self.comparisons.condition(*pattern, comparison);
                    one *= self.m[comparison][condition][level - 1];
                    relatives *= self.relatives[comparison][condition][level - 1];
                    strangers *= self.u[comparison][condition][level - 1];
                }
            }
            if pattern.are_relatives() {
                one = 0.0;
            }
            if !pattern.one_address() {
                relatives = 0.0;
            }
            let any = (one + relatives + strangers).max(f64::MIN_POSITIVE);
            likelihood += libm::log2(any) * *count as f64;
            weights.push((*pattern, one / any * *count as f64));
            related.push((*pattern, relatives / any * *count as f64));
        }
        likelihood
    }
}
