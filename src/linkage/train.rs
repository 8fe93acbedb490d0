//! Training: u from pairs of different people, m by expectation–maximisation over counts of patterns.
//!
//! Each session looks at pairs that share some values, learns from the comparisons that those values leave free, and keeps
//! u fixed; m is pooled over the sessions. Counts of patterns are few however many the pairs, so a session costs no more on
//! a million records than on a thousand.

use super::blocking::mix;
use super::compare::{BEST, CONDITIONS, COUNT, LEVELS, NULL, Pattern, compare, match_condition, match_conditions, of};
use super::features::{Features, Profile};
use super::model::{Chances, LinkModel, SessionReport, TrainingReport, start_m, start_u, start_u_at_one_address};
use super::product::COMPARISONS;
use super::units::Units;
use crate::records::Symbol;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// How often each pattern was seen.
pub(super) type Counts = BTreeMap<Pattern, u64>;

/// Pairs taken at random for u.
const RANDOM_PAIRS: usize = 1_000_000;
/// Pairs a session looks at, at most.
const SESSION_PAIRS: usize = 1_000_000;
/// Of one block, at most so many units are paired in training.
const SESSION_BLOCK: usize = 12;
/// How many observations the starting values weigh.
const START_WEIGHT: f64 = 20.0;
const ROUNDS: u32 = 500;

/// Trains on the units. The prior is set afterwards, from the candidate pairs.
pub(super) fn train(features: &Features, units: &Units) -> (Chances, Chances, Vec<Vec<f64>>, TrainingReport) {
    let order = by_content(features, units);
    let mut rank = vec![0u32; order.len()];
    (0u32..).zip(&order).for_each(|(place, unit)| rank[*unit as usize] = place);
    let random = random_counts(features, units, &order);
    let neighbours = neighbour_counts(features, units, &rank);
    let sessions: Vec<(&Session, Counts)> =
        SESSIONS.iter().map(|session| (session, session_counts(features, units, &rank, session))).collect();
    let mut report = TrainingReport {
        units: units.len() as u64,
        random_pairs: random.values().sum(),
        neighbour_pairs: neighbours.values().sum(),
        ..TrainingReport::default()
    };
    // A random pair of a small table may well be one person: such pairs must not teach what different people look like.
    // First those are left out that agree outright, then each counts as much as it is likely to be two people.
    let mut different: Weighted =
        random.iter().map(|(pattern, count)| (*pattern, unless_agreeing(*pattern, *count))).collect();
    let mut u = chances_of_different_people(&different, &neighbours);
    let mut learned = learn(&sessions, &u);
    for _ in 0..REFINEMENTS {
        different = leave_out_matches(&random, &learned.m, &u);
        u = chances_of_different_people(&different, &neighbours);
        learned = learn(&sessions, &u);
    }
    report.sessions = learned.reports;
    let seen = seen_by_level(&learned.expected);
    for (comparison, levels) in seen.iter().enumerate() {
        for level in (0..levels.len()).filter(|level| levels[*level] < 1.0) {
            report.untrained_levels.push(format!("{}: {}", COMPARISONS[comparison], LEVELS[comparison][level + 1]));
        }
    }
    (learned.m, u, seen, report)
}

/// How often u and m are learned again with the other improved.
const REFINEMENTS: usize = 2;

/// Patterns with how many pairs of different people are expected in each.
type Weighted = Vec<(Pattern, f64)>;

/// Expected matches by comparison, match condition and level.
type Expected = Vec<Vec<Vec<f64>>>;

/// What all sessions learn together.
struct Learned {
    m: Chances,
    expected: Expected,
    reports: Vec<SessionReport>,
}

fn nothing_expected() -> Expected {
    (0..COUNT).map(|comparison| vec![vec![0.0; LEVELS[comparison].len() - 1]; match_conditions(comparison)]).collect()
}

/// Adds the matches expected in a pattern to the levels it shows.
fn expect(expected: &mut Expected, pattern: Pattern, weight: f64, comparisons: impl Iterator<Item = usize>) {
    for comparison in comparisons {
        let level = usize::from(pattern.level(comparison));
        if level > 0 {
            let condition = match_condition(comparison, pattern.condition(comparison));
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

fn learn(sessions: &[(&Session, Counts)], u: &Chances) -> Learned {
    let (mut expected, mut exchange) = (nothing_expected(), Exchange::default());
    let mut reports = Vec::new();
    for (session, counts) in sessions {
        let Some(result) = maximise(counts, u, session).filter(|_| teaches(counts, session)) else { continue };
        for (pattern, weight) in &result.expected {
            expect(&mut expected, *pattern, *weight, session.free());
        }
        if session.free().filter(|comparison| EXCHANGE.contains(comparison)).count() == EXCHANGE.len() {
            result.expected.iter().for_each(|(pattern, weight)| exchange.see(*pattern, *weight));
        }
        reports.push(result.report);
    }
    let mut m = chances_of_matches(&expected, START_WEIGHT);
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
fn leave_out_matches(random: &Counts, m: &Chances, u: &Chances) -> Weighted {
    let pairs = random.values().sum::<u64>().max(1) as f64;
    let ratios: Vec<(Pattern, f64, f64)> = random
        .iter()
        .map(|(pattern, count)| {
            let ratio = (0..COUNT).fold(1.0, |ratio, comparison| match usize::from(pattern.level(comparison)) {
                0 => ratio,
                level => {
                    let condition = pattern.condition(comparison);
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
    m: &Chances,
    u: &Chances,
    seen: &[Vec<f64>],
    training: TrainingReport,
    candidates: &Counts,
) -> LinkModel {
    let units = training.units.max(2) as f64;
    let all_pairs = units * (units - 1.0) / 2.0;
    let mut model = LinkModel::from_chances((0.5 / units).min(0.1), m, u, seen, training);
    for _ in 0..25 {
        let weights = model.weights();
        let matches: f64 = candidates
            .iter()
            .map(|(pattern, count)| {
                let sum: i32 = weights.of(*pattern).iter().flatten().sum();
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

/// Units in the order of a hash of their content: a sample that does not depend on the order of rows.
fn by_content(features: &Features, units: &Units) -> Vec<u32> {
    let word_hashes: Vec<u64> = (0..=features.words.len() as u32)
        .into_par_iter()
        .map(|place| {
            features
                .words
                .text(Symbol::at(place))
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| mix(hash ^ u64::from(byte)))
        })
        .collect();
    let mut hashed: Vec<(u64, u32)> = units
        .profiles
        .par_iter()
        .zip(&units.local_ids)
        .enumerate()
        .map(|(unit, (profile, local_id))| (content_hash(&word_hashes, profile, *local_id), unit as u32))
        .collect();
    hashed.par_sort_unstable();
    hashed.into_iter().map(|(_, unit)| unit).collect()
}

fn content_hash(word_hashes: &[u64], profile: &Profile, local_id: Symbol) -> u64 {
    let symbols = [
        profile.given,
        profile.family,
        profile.postcode,
        profile.address,
        profile.phones[0],
        profile.phones[1],
        local_id,
    ];
    let start = mix(profile.number ^ u64::from(profile.born) << 34 ^ u64::from(profile.sex) << 60);
    symbols.iter().fold(start, |hash, symbol| mix(hash ^ word_hashes[symbol.place() as usize]))
}

fn pattern_of(features: &Features, units: &Units, left: u32, right: u32) -> Pattern {
    let side = |unit: u32| (&units.profiles[unit as usize], units.local_ids[unit as usize]);
    compare(features, side(left), side(right))
}

/// Patterns of a list of pairs, counted.
pub(super) fn count(features: &Features, units: &Units, pairs: &[(u32, u32)]) -> Counts {
    pairs
        .par_chunks(16_384)
        .map(|chunk| {
            let mut counts = Counts::new();
            for (left, right) in chunk {
                *counts.entry(pattern_of(features, units, *left, *right)).or_default() += 1;
            }
            counts
        })
        .reduce(Counts::new, |mut one, other| {
            for (pattern, count) in other {
                *one.entry(pattern).or_default() += count;
            }
            one
        })
}

fn random_counts(features: &Features, units: &Units, order: &[u32]) -> Counts {
    let size = order.len();
    if size < 2 {
        return Counts::new();
    }
    let strides = (RANDOM_PAIRS / size).clamp(1, size - 1);
    let pairs: Vec<(u32, u32)> = (1..=strides)
        .flat_map(|stride| (0..size).map(move |place| (place, (place + stride) % size)))
        .take(RANDOM_PAIRS)
        .map(|(one, other)| (order[one], order[other]))
        .collect();
    count(features, units, &pairs)
}

/// Pairs at one postcode that are certainly two people: both numbers are verified and differ in more than two digits.
fn neighbour_counts(features: &Features, units: &Units, rank: &[u32]) -> Counts {
    let pairs: Vec<(u32, u32)> =
        blocks(units, rank, |profile| profile.postcode.is_some().then_some(u64::from(profile.postcode.place())))
            .into_iter()
            .filter(|(left, right)| {
                let (one, two) = (&units.profiles[*left as usize], &units.profiles[*right as usize]);
                let of_two = super::compare::numbers_of_two_people(one.number, two.number);
                one.verified && two.verified && of_two && !features.superseded.ties(one, two)
            })
            .take(SESSION_PAIRS)
            .collect();
    count(features, units, &pairs)
}

fn chances_of_different_people(random: &Weighted, neighbours: &Counts) -> Chances {
    let neighbours: Weighted = neighbours.iter().map(|(pattern, count)| (*pattern, *count as f64)).collect();
    (0..COUNT)
        .map(|comparison| {
            (0..CONDITIONS[comparison].len())
                .map(|condition| {
                    let mut seen = vec![0.0; LEVELS[comparison].len() - 1];
                    let elsewhere =
                        condition == 0 || matches!((comparison, condition), (of::GIVEN, 3) | (of::NUMBER, _));
                    let counts = if elsewhere { random } else { &neighbours };
                    for (pattern, count) in counts {
                        let level = usize::from(pattern.level(comparison));
                        if level > 0 && pattern.condition(comparison) == condition {
                            seen[level - 1] += count;
                        }
                    }
                    match start_u_at_one_address(comparison, condition) {
                        Some(start) => smooth(&seen, start, START_WEIGHT * 5.0),
                        None => {
                            let mut u = smooth(&seen, start_u(comparison, condition), START_WEIGHT);
                            u[0] = u[0].max(rarest_agreement(comparison));
                            u
                        }
                    }
                })
                .collect()
        })
        .collect()
}

/// The rarest that an agreement of different people may count: telephones and e-mail addresses are shared by families whose
/// addresses differ, which a sample of random pairs seldom shows.
fn rarest_agreement(comparison: usize) -> f64 {
    match comparison {
        of::PHONE | of::EMAIL => 2e-4,
        _ => 0.0,
    }
}

fn chances_of_matches(expected: &Expected, weight: f64) -> Chances {
    let by_condition = |comparison: usize, condition: usize| {
        let shared = match_condition(comparison, condition);
        smooth(&expected[comparison][shared], start_m(comparison, shared), weight)
    };
    (0..COUNT)
        .map(|comparison| {
            (0..CONDITIONS[comparison].len()).map(|condition| by_condition(comparison, condition)).collect()
        })
        .collect()
}

/// Shares of what was seen, the starting values counting as so many observations.
fn smooth(seen: &[f64], start: &[f64], weight: f64) -> Vec<f64> {
    let total: f64 = seen.iter().sum::<f64>() + weight;
    seen.iter().zip(start).map(|(seen, start)| (seen + start * weight) / total).collect()
}

/// One session: the values that its pairs share, and the comparisons that say nothing there.
struct Session {
    on: &'static str,
    key: fn(&Profile) -> Option<u64>,
    shared: &'static [usize],
}

impl Session {
    /// The comparisons that the session learns from.
    fn free(&self) -> impl Iterator<Item = usize> + use<> {
        let shared = self.shared;
        (0..COUNT).filter(move |comparison| !shared.contains(comparison))
    }
}

const SESSIONS: &[Session] = &[
    Session { on: "nhs number", key: |profile| (profile.number != 0).then_some(profile.number), shared: &[of::NUMBER] },
    Session {
        on: "family name + birth date",
        key: |profile| {
            (profile.family.is_some() && profile.born != 0)
                .then(|| u64::from(profile.family.place()) << 32 | u64::from(profile.born))
        },
        shared: &[of::FAMILY, of::BIRTH],
    },
    Session {
        on: "given name + postcode",
        key: |profile| {
            (profile.given.is_some() && profile.postcode.is_some())
                .then(|| u64::from(profile.given.place()) << 32 | u64::from(profile.postcode.place()))
        },
        shared: &[of::GIVEN, of::POSTCODE],
    },
    Session {
        on: "given name + address",
        key: |profile| pair_of(profile.given, profile.address).filter(|_| !profile.postcode.is_some()),
        shared: &[of::GIVEN, of::ADDRESS],
    },
    Session {
        on: "given name + e-mail",
        key: |profile| pair_of(profile.given, profile.email).filter(|_| !profile.postcode.is_some()),
        shared: &[of::GIVEN, of::EMAIL],
    },
    Session {
        on: "given name + family name",
        key: |profile| pair_of(profile.given, profile.family).filter(|_| !profile.postcode.is_some()),
        shared: &[of::GIVEN, of::FAMILY],
    },
    Session {
        on: "given name + birth date",
        key: |profile| born_and(profile, profile.given).filter(|_| !profile.postcode.is_some()),
        shared: &[of::GIVEN, of::BIRTH],
    },
    Session {
        on: "birth date + e-mail",
        key: |profile| born_and(profile, profile.email).filter(|_| !profile.postcode.is_some()),
        shared: &[of::BIRTH, of::EMAIL],
    },
    Session {
        on: "birth date + address",
        key: |profile| born_and(profile, profile.address).filter(|_| !profile.postcode.is_some()),
        shared: &[of::BIRTH, of::ADDRESS],
    },
];

fn born_and(profile: &Profile, other: Symbol) -> Option<u64> {
    (profile.born != 0 && other.is_some()).then(|| u64::from(other.place()) << 32 | u64::from(profile.born))
}

fn pair_of(one: Symbol, two: Symbol) -> Option<u64> {
    (one.is_some() && two.is_some()).then(|| u64::from(one.place()) << 32 | u64::from(two.place()))
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

/// Pairs of units that share a key, of each block at most so many units, chosen by their content.
fn blocks(units: &Units, rank: &[u32], key: impl Fn(&Profile) -> Option<u64>) -> Vec<(u32, u32)> {
    let mut keyed: Vec<(u64, u32, u32)> = units
        .profiles
        .iter()
        .enumerate()
        .filter_map(|(unit, profile)| key(profile).map(|key| (key, rank[unit], unit as u32)))
        .collect();
    keyed.par_sort_unstable();
    let mut pairs = Vec::new();
    for block in keyed.chunk_by(|left, right| left.0 == right.0) {
        let block = &block[..block.len().min(SESSION_BLOCK)];
        for (place, (_, _, one)) in block.iter().enumerate() {
            pairs.extend(block[place + 1..].iter().map(|(_, _, other)| (*one, *other)));
        }
    }
    pairs
}

fn session_counts(features: &Features, units: &Units, rank: &[u32], session: &Session) -> Counts {
    let mut pairs = blocks(units, rank, session.key);
    if pairs.len() > SESSION_PAIRS {
        pairs.par_sort_unstable_by_key(|(left, right)| {
            (rank[*left as usize].min(rank[*right as usize]), rank[*left as usize].max(rank[*right as usize]))
        });
        pairs.truncate(SESSION_PAIRS);
    }
    count(features, units, &pairs)
}

struct Maximised {
    /// Each pattern with the matches expected in it.
    expected: Vec<(Pattern, f64)>,
    report: SessionReport,
}

/// Expectation–maximisation of m and the share of matches, u fixed. `None` when there are no pairs.
fn maximise(counts: &Counts, u: &Chances, session: &Session) -> Option<Maximised> {
    let pairs: u64 = counts.values().sum();
    if pairs == 0 {
        return None;
    }
    let mut m = chances_of_matches(&nothing_expected(), 1.0);
    let mut share = 0.5;
    let (mut first, mut last) = (None, f64::NEG_INFINITY);
    let (mut rounds, mut converged) = (0, false);
    let mut weights: Vec<(Pattern, f64)> = Vec::with_capacity(counts.len());
    while rounds < ROUNDS && !converged {
        rounds += 1;
        let likelihood = expectation(counts, &m, u, share, session, &mut weights) / pairs as f64;
        first.get_or_insert(likelihood);
        converged = likelihood - last < 1e-9;
        last = likelihood;
        share = (weights.iter().map(|(_, weight)| weight).sum::<f64>() / pairs as f64).clamp(1e-6, 1.0 - 1e-6);
        let mut expected = nothing_expected();
        for (pattern, weight) in &weights {
            expect(&mut expected, *pattern, *weight, session.free());
        }
        m = chances_of_matches(&expected, 1.0);
    }
    let places = |value: f64| (value * 1e6).round() / 1e6;
    let report = SessionReport {
        on: session.on.to_owned(),
        pairs,
        rounds,
        converged,
        match_share: places(share),
        likelihood_bits: (places(first.unwrap_or(last)), places(last)),
    };
    Some(Maximised { expected: weights, report })
}

/// Fills `weights` with the matches expected in each pattern; gives the log-likelihood in bits.
fn expectation(
    counts: &Counts,
    m: &Chances,
    u: &Chances,
    share: f64,
    session: &Session,
    weights: &mut Vec<(Pattern, f64)>,
) -> f64 {
    weights.clear();
    let mut likelihood = 0.0;
    for (pattern, count) in counts {
        let (mut matching, mut differing) = (share, 1.0 - share);
        for comparison in session.free() {
            let level = usize::from(pattern.level(comparison));
            if level > 0 {
                let condition = pattern.condition(comparison);
                matching *= m[comparison][condition][level - 1];
                differing *= u[comparison][condition][level - 1];
            }
        }
        let either = (matching + differing).max(f64::MIN_POSITIVE);
        likelihood += libm::log2(either) * *count as f64;
        weights.push((*pattern, matching / either * *count as f64));
    }
    likelihood
}
