//! Training: u from pairs of different people, m by expectation–maximisation over counts of patterns.
//!
//! Each session looks at pairs that share some values, learns from the comparisons that those values leave free, and keeps
//! u fixed; m is pooled over the sessions. Counts of patterns are few however many the pairs, so a session costs no more on
//! a million records than on a thousand.

use super::blocking::mix;
use super::compare::{CONDITIONS, COUNT, LEVELS, NULL, Pattern, compare, of};
use super::features::{Features, Profile};
use super::model::{Chances, LinkModel, START_M, SessionReport, TrainingReport, start_u_at_one_address};
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
    let random = random_counts(features, units, &order);
    let neighbours = neighbour_counts(features, units);
    let u = chances_of_different_people(&random, &neighbours);
    let mut report = TrainingReport {
        units: units.len() as u64,
        random_pairs: random.values().sum(),
        neighbour_pairs: neighbours.values().sum(),
        ..TrainingReport::default()
    };
    let mut expected: Vec<Vec<f64>> = LEVELS.iter().map(|levels| vec![0.0; levels.len() - 1]).collect();
    let mut expected_address = vec![vec![0.0; LEVELS[of::ADDRESS].len() - 1]; 2];
    for session in SESSIONS {
        let counts = session_counts(features, units, &order, session);
        let Some(result) = maximise(&counts, &u, session) else { continue };
        for (pattern, weight) in &result.expected {
            for comparison in (0..COUNT).filter(|comparison| !session.shared.contains(comparison)) {
                let level = usize::from(pattern.level(comparison));
                if level > 0 {
                    expected[comparison][level - 1] += weight;
                    if comparison == of::ADDRESS {
                        expected_address[pattern.condition(comparison)][level - 1] += weight;
                    }
                }
            }
        }
        report.sessions.push(result.report);
    }
    let m = chances_of_matches(&expected, &expected_address);
    for (comparison, levels) in expected.iter().enumerate() {
        for (level, seen) in levels.iter().enumerate().filter(|(_, seen)| **seen < 1.0) {
            let _ = seen;
            report.untrained_levels.push(format!(
                "{}: {}",
                super::product::COMPARISONS[comparison],
                LEVELS[comparison][level + 1]
            ));
        }
    }
    (m, u, expected, report)
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
fn neighbour_counts(features: &Features, units: &Units) -> Counts {
    let pairs: Vec<(u32, u32)> =
        blocks(units, |profile| profile.postcode.is_some().then_some(u64::from(profile.postcode.place())))
            .into_iter()
            .filter(|(left, right)| {
                let (one, two) = (&units.profiles[*left as usize], &units.profiles[*right as usize]);
                one.verified && two.verified && super::compare::numbers_of_two_people(one.number, two.number)
            })
            .take(SESSION_PAIRS)
            .collect();
    count(features, units, &pairs)
}

fn chances_of_different_people(random: &Counts, neighbours: &Counts) -> Chances {
    (0..COUNT)
        .map(|comparison| {
            (0..CONDITIONS[comparison].len())
                .map(|condition| {
                    let mut seen = vec![0.0; LEVELS[comparison].len() - 1];
                    let counts = if condition == 0 { random } else { neighbours };
                    for (pattern, count) in counts {
                        let level = usize::from(pattern.level(comparison));
                        if level > 0 && pattern.condition(comparison) == condition {
                            seen[level - 1] += *count as f64;
                        }
                    }
                    match start_u_at_one_address(comparison, condition) {
                        Some(start) => smooth(&seen, start, START_WEIGHT * 5.0),
                        None => smooth(&seen, &vec![1.0 / seen.len() as f64; seen.len()], 0.5),
                    }
                })
                .collect()
        })
        .collect()
}

fn chances_of_matches(expected: &[Vec<f64>], expected_address: &[Vec<f64>]) -> Chances {
    (0..COUNT)
        .map(|comparison| {
            let conditions = CONDITIONS[comparison].len();
            (0..conditions)
                .map(|condition| {
                    let seen =
                        if comparison == of::ADDRESS { &expected_address[condition] } else { &expected[comparison] };
                    smooth(seen, START_M[comparison], START_WEIGHT)
                })
                .collect()
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
];

/// Pairs of units that share a key, of each block at most the first so many units.
fn blocks(units: &Units, key: impl Fn(&Profile) -> Option<u64>) -> Vec<(u32, u32)> {
    let mut keyed: Vec<(u64, u32)> = units
        .profiles
        .iter()
        .enumerate()
        .filter_map(|(unit, profile)| key(profile).map(|key| (key, unit as u32)))
        .collect();
    keyed.par_sort_unstable();
    let mut pairs = Vec::new();
    for block in keyed.chunk_by(|left, right| left.0 == right.0) {
        let block = &block[..block.len().min(SESSION_BLOCK)];
        for (place, (_, one)) in block.iter().enumerate() {
            pairs.extend(block[place + 1..].iter().map(|(_, other)| (*one, *other)));
        }
    }
    pairs
}

fn session_counts(features: &Features, units: &Units, order: &[u32], session: &Session) -> Counts {
    let mut pairs = blocks(units, session.key);
    if pairs.len() > SESSION_PAIRS {
        let mut rank = vec![0u32; order.len()];
        for (place, unit) in order.iter().enumerate() {
            rank[*unit as usize] = place as u32;
        }
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
    let free: Vec<usize> = (0..COUNT).filter(|comparison| !session.shared.contains(comparison)).collect();
    let mut m: Vec<Vec<f64>> = START_M.iter().map(|levels| levels.to_vec()).collect();
    let mut share = 0.5;
    let (mut first, mut last) = (None, f64::NEG_INFINITY);
    let (mut rounds, mut converged) = (0, false);
    let mut expected: Vec<(Pattern, f64)> = Vec::with_capacity(counts.len());
    while rounds < ROUNDS && !converged {
        rounds += 1;
        expected.clear();
        let mut likelihood = 0.0;
        for (pattern, count) in counts {
            let (mut matching, mut differing) = (share, 1.0 - share);
            for comparison in &free {
                let level = usize::from(pattern.level(*comparison));
                if level != usize::from(NULL) {
                    matching *= m[*comparison][level - 1];
                    differing *= u[*comparison][pattern.condition(*comparison)][level - 1];
                }
            }
            let either = (matching + differing).max(f64::MIN_POSITIVE);
            likelihood += libm::log2(either) * *count as f64;
            expected.push((*pattern, matching / either * *count as f64));
        }
        likelihood /= pairs as f64;
        first.get_or_insert(likelihood);
        converged = likelihood - last < 1e-9;
        last = likelihood;
        share = (expected.iter().map(|(_, weight)| weight).sum::<f64>() / pairs as f64).clamp(1e-6, 1.0 - 1e-6);
        for comparison in &free {
            let mut seen = vec![0.0; m[*comparison].len()];
            for (pattern, weight) in &expected {
                let level = usize::from(pattern.level(*comparison));
                if level > 0 {
                    seen[level - 1] += weight;
                }
            }
            m[*comparison] = smooth(&seen, START_M[*comparison], 1.0);
        }
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
    Some(Maximised { expected, report })
}
