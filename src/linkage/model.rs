//! The model: for each comparison and level the chance that a match (m) and that two different people (u) show it.
//! It is data: it can be saved, reviewed, compared and used again.

use super::compare::{BEST, COUNT, EXCHANGED, NULL, Pattern, else_level, of};
use super::comparisons::Comparisons;
use crate::config::ComparisonSetting;
use serde::{Deserialize, Serialize};

/// A Fellegi–Sunter model with conditions. Chances are rounded to nine decimals before use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkModel {
    /// The form of this document.
    pub format: u32,
    /// Chance that two units taken at random are of one person.
    pub prior: f64,
    /// The comparisons, in order.
    pub comparisons: Vec<ComparisonModel>,
    /// What training reports.
    pub training: TrainingReport,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonModel {
    /// Its name: of a built-in comparison that, else the field that is compared.
    pub name: String,
    /// Of a comparison that is not built in, whether an agreement's weight follows how common the value is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_frequency: Option<bool>,
    /// The fields with whose agreement that of this one comes and goes among strangers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<Vec<String>>,
    /// Its levels, null first and else last.
    pub levels: Vec<LevelModel>,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelModel {
    /// Its name.
    pub name: String,
    /// By condition: chance among matches. Empty for null.
    pub m: Vec<f64>,
    /// By condition: chance among pairs of different people. Empty for null.
    pub u: Vec<f64>,
    /// Expected matches at this level that training saw; below one, m is the built-in starting value.
    pub seen: f64,
}

/// Whether training worked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingReport {
    /// Records that were compared with one another.
    pub units: u64,
    /// Pairs taken at random for u.
    pub random_pairs: u64,
    /// Pairs at one address that are certainly two people, for u there.
    pub neighbour_pairs: u64,
    /// The sessions of expectation–maximisation.
    pub sessions: Vec<SessionReport>,
    /// `comparison: level` that no session saw: its m is the starting value, not trained.
    pub untrained_levels: Vec<String>,
    /// Blocking rules with what each found.
    pub blocking: Vec<BlockingReport>,
    /// Candidate pairs, each counted once.
    pub candidate_pairs: u64,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionReport {
    /// Which values its pairs share.
    pub on: String,
    /// Pairs.
    pub pairs: u64,
    /// Rounds until nothing moved.
    pub rounds: u32,
    /// Whether it came to rest within the limit of rounds.
    pub converged: bool,
    /// Share of its pairs that are matches.
    pub match_share: f64,
    /// Log-likelihood per pair, in bits, first and last, the starting values counting as observations; it never falls.
    pub likelihood_bits: (f64, f64),
}

/// One blocking rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockingReport {
    /// Its name.
    pub rule: String,
    /// Pairs it found, those of other rules included.
    pub pairs: u64,
    /// Blocks that were split.
    pub blocks_split: u64,
    /// Pairs of split blocks that this rule did not compare.
    pub pairs_left_out: u64,
}

/// m and u by comparison, condition and level, in working form.
pub(super) type Chances = Vec<Vec<Vec<f64>>>;

/// Starting values of m: by comparison, levels from the best to else. From general experience of UK records; training
/// replaces whatever it sees.
const START_M: [&[f64]; COUNT] = [
    &[0.86, 0.004, 0.04, 0.01, 0.014, 0.006, 0.01, 0.01, 0.02, 0.026],
    &[0.90, 0.004, 0.02, 0.016, 0.03, 0.01, 0.02],
    &[0.955, 0.008, 0.017, 0.01, 0.006, 0.0008, 0.0012, 0.0008, 0.0012],
    &[0.99, 0.01],
    &[0.85, 0.02, 0.01, 0.03, 0.09],
    &[0.85, 0.06, 0.04, 0.05],
    &[0.80, 0.20],
    &[0.80, 0.06, 0.02, 0.12],
    &[0.985, 0.013, 0.002],
    &[0.90, 0.10],
    &[0.50, 0.50],
];

/// Starting values of m for a comparison under a [`match_condition`].
pub(super) fn start_m(comparison: usize, match_condition: usize) -> &'static [f64] {
    match (comparison, match_condition) {
        (of::GIVEN, 1) => &INITIAL_OF_A_MATCH,
        (of::NUMBER, 1) => &[0.95, 0.02, 0.03],
        _ => START_M[comparison],
    }
}

const INITIAL_OF_A_MATCH: [f64; 10] = [1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 0.97, 0.03];

/// Starting values of u for two people anywhere: what a small table cannot teach. A large one outweighs them.
pub(super) fn start_u(comparison: usize, condition: usize) -> &'static [f64] {
    match (comparison, condition) {
        (of::GIVEN, _) => &[0.008, 0.00002, 0.004, 0.0002, 0.0006, 0.0054, 0.0003, 0.004, 0.0001, 0.97738],
        (of::FAMILY, _) => &[0.003, 0.00002, 0.0002, 0.002, 0.002, 0.0003, 0.99248],
        (of::BIRTH, _) => &[0.00004, 0.00004, 0.0006, 0.014, 0.002, 0.001, 0.016, 0.19, 0.77632],
        (of::SEX, _) => &[0.5, 0.5],
        (of::POSTCODE, _) => &[0.0005, 0.0005, 0.002, 0.05, 0.947],
        (of::ADDRESS, 1) => &[0.35, 0.05, 0.35, 0.25],
        (of::ADDRESS, _) => &[0.0005, 0.0005, 0.003, 0.996],
        (of::PHONE, _) => &[0.0002, 0.9998],
        (of::EMAIL, _) => &[0.0002, 0.0002, 0.001, 0.9986],
        (of::NUMBER, _) => &[0.000001, 0.000001, 0.999998],
        (of::PRACTICE, _) => &[0.05, 0.95],
        _ => &[0.00001, 0.99999],
    }
}

/// Starting values of u where two people share an address, by comparison and condition past the first: families.
pub(super) fn start_u_at_one_address(comparison: usize, condition: usize) -> Option<&'static [f64]> {
    match (comparison, condition) {
        // A parent and a child of one name.
        (of::GIVEN, 1) => Some(&[0.015, 0.0005, 0.004, 0.0005, 0.0006, 0.0054, 0.001, 0.01, 0.02, 0.943]),
        // Twins: often alike, seldom the same.
        (of::GIVEN, 2) => Some(&[0.0003, 0.0002, 0.003, 0.0001, 0.003, 0.027, 0.004, 0.01, 0.08, 0.8724]),
        (of::GIVEN, 3 | 4) => Some(&[1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 0.08, 0.92]),
        // Twins are often given names of one letter.
        (of::GIVEN, 5) => Some(&[1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 0.14, 0.86]),
        (of::FAMILY, 1) => Some(&[0.70, 0.0005, 0.02, 0.03, 0.02, 0.002, 0.2275]),
        (of::BIRTH, 1) => Some(&[0.012, 0.0005, 0.002, 0.003, 0.02, 0.001, 0.02, 0.35, 0.5915]),
        (of::PHONE, 1) => Some(&[0.35, 0.65]),
        (of::EMAIL, 1) => Some(&[0.10, 0.03, 0.10, 0.77]),
        (of::PRACTICE, 1) => Some(&[0.85, 0.15]),
        (of::ADDRESS, 1) => Some(&[0.35, 0.05, 0.35, 0.25]),
        _ => None,
    }
}

/// Weights in hundredths of a bit, by comparison, condition and level; nothing of a comparison that does not weigh.
pub(super) struct Weights {
    table: Vec<Vec<Vec<i32>>>,
    /// By comparison: the chance that two different people agree, of those for whom it is known.
    pub agreement_of_two: Vec<f64>,
    /// Prior odds in hundredths of a bit.
    pub prior: i32,
    /// By condition, the most that two given names say for one person that are each given to many.
    under_two_names: Vec<i32>,
}

/// Of one person's pairs, so many bear two given names that are each given to many, and neither of them for the other.
pub(super) const UNDER_TWO_NAMES: f64 = 0.005;

/// The mildest that two different verified numbers may speak: real registers hold some wrong ones, so it is a weight, not a law.
const DIFFERENT_NUMBERS_AT_MOST: i32 = -900;
/// The most that exchanged names may speak: James Thomas and Thomas James may be two people, and a table of few such names
/// cannot teach how seldom.
const EXCHANGED_AT_MOST: i32 = 1_100;

impl LinkModel {
    /// The weights: log2(m ÷ u), in hundredths of a bit, the logarithm from libm so that every platform agrees.
    pub(super) fn weights(&self, comparisons: &Comparisons) -> Weights {
        let mut table = vec![Vec::new(); comparisons.count()];
        let mut agreement_of_two = vec![1.0; comparisons.count()];
        for (comparison, model) in comparisons.weighed().zip(&self.comparisons) {
            let of_condition = |condition| model.levels.iter().map(|level| level.weight(condition)).collect();
            table[comparison] = (0..comparisons.conditions(comparison)).map(of_condition).collect();
            agreement_of_two[comparison] = model.levels[usize::from(BEST)].u[0];
        }
        let prior = hundredths(self.prior / (1.0 - self.prior));
        let other_name = comparisons.weighed().zip(&self.comparisons).find(|of| of.0 == of::GIVEN);
        let other_name = other_name.and_then(|(_, model)| model.levels.last());
        let under_two_names = other_name.map_or(&[][..], |level| &level.u);
        let under_two_names = under_two_names.iter().map(|u| hundredths(UNDER_TWO_NAMES / u)).collect();
        let mut weights = Weights { table, agreement_of_two, prior, under_two_names };
        if let Some(both_verified) = weights.table[of::NUMBER].first_mut() {
            both_verified[3] = both_verified[3].min(DIFFERENT_NUMBERS_AT_MOST);
        }
        // An exchange is one event, though two comparisons see it: the given name speaks for both.
        for given in &mut weights.table[of::GIVEN] {
            given[usize::from(EXCHANGED)] = given[usize::from(EXCHANGED)].min(EXCHANGED_AT_MOST);
        }
        for family in &mut weights.table[of::FAMILY] {
            family[usize::from(EXCHANGED)] = 0;
        }
        weights
    }

    /// Builds the document from working chances.
    pub(super) fn from_chances(
        shape: &Comparisons,
        prior: f64,
        m: &Chances,
        u: &Chances,
        seen: &[Vec<f64>],
        training: TrainingReport,
    ) -> Self {
        let comparisons = shape
            .weighed()
            .map(|comparison| {
                let levels = shape.levels(comparison).into_iter().enumerate().map(|(level, name)| {
                    let by_condition = |chances: &Chances| match level {
                        0 => Vec::new(),
                        _ => chances[comparison].iter().map(|levels| round(levels[level - 1])).collect(),
                    };
                    let seen = if level == 0 { 0.0 } else { (seen[comparison][level - 1] * 1000.0).round() / 1000.0 };
                    LevelModel { name: name.to_owned(), m: by_condition(m), u: by_condition(u), seen }
                });
                ComparisonModel {
                    name: shape.name(comparison).to_owned(),
                    term_frequency: shape.setting(comparison).map(|setting| setting.term_frequency),
                    depends_on: shape.depends_on(comparison),
                    levels: levels.collect(),
                }
            })
            .collect();
        LinkModel { format: 1, prior: round_small(prior), comparisons, training }
    }

    /// The comparisons of a document that was read that are not built in, as a configuration would ask for them.
    pub fn added(&self) -> Vec<ComparisonSetting> {
        let setting = |comparison: &ComparisonModel| {
            let between = comparison.levels.get(1..comparison.levels.len().max(2) - 1).unwrap_or_default();
            Some(ComparisonSetting {
                field: comparison.name.clone(),
                levels: between.iter().map(|level| level.name.clone()).collect(),
                term_frequency: comparison.term_frequency?,
                depends_on: Some(comparison.depends_on.clone().unwrap_or_default()),
            })
        };
        self.comparisons.iter().filter_map(setting).collect()
    }

    /// Whether a document that was read has the comparisons, levels and conditions of this version, and those that were added
    /// to them.
    pub fn fits(&self, added: &[ComparisonSetting]) -> bool {
        let shape = Comparisons::with(added);
        let chance = |value: &f64| *value > 0.0 && *value <= 1.0;
        let level_fits = |comparison: usize, (number, level): (usize, &LevelModel)| {
            let conditions = if number == 0 { 0 } else { shape.conditions(comparison) };
            level.name == shape.levels(comparison)[number]
                && level.m.len() == conditions
                && level.u.len() == conditions
                && level.m.iter().chain(&level.u).all(chance)
        };
        self.format == 1
            && shape.are_sound()
            && self.prior > 0.0
            && self.prior < 1.0
            && self.comparisons.len() == shape.weighed().count()
            && shape.weighed().zip(&self.comparisons).all(|(place, comparison)| {
                comparison.name == shape.name(place)
                    && comparison.term_frequency == shape.setting(place).map(|setting| setting.term_frequency)
                    && comparison.levels.len() == shape.levels(place).len()
                    && comparison.levels.iter().enumerate().all(|level| level_fits(place, level))
            })
    }
}

impl LevelModel {
    fn weight(&self, condition: usize) -> i32 {
        match (self.m.get(condition), self.u.get(condition)) {
            (Some(m), Some(u)) => hundredths(m / u),
            _ => 0,
        }
    }
}

impl Weights {
    /// The weight of a level that is not null; nothing where another comparison stands for this one.
    pub(super) fn at(&self, comparison: usize, condition: usize, level: u8) -> Option<i32> {
        self.table[comparison].get(condition).map(|levels| levels[usize::from(level)])
    }

    /// The same of the given names of two who could be twins, and bear two names that are each given to many.
    pub(super) fn of_twins(&self, condition: usize) -> Option<i32> {
        let weight = self.at(of::GIVEN, condition, else_level(of::GIVEN))?;
        Some(weight.min(self.under_two_names[condition]))
    }

    /// The weights of a pattern, added up.
    pub(super) fn sum(&self, comparisons: &Comparisons, pattern: Pattern) -> i32 {
        let weight = |comparison: usize| match pattern.level(comparison) {
            NULL => None,
            level => self.at(comparison, comparisons.condition(pattern, comparison), level),
        };
        (0..comparisons.count()).filter_map(weight).sum()
    }
}

/// log2 of a ratio in hundredths.
pub(super) fn hundredths(ratio: f64) -> i32 {
    (libm::log2(ratio) * 100.0).round().clamp(-10_000.0, 10_000.0) as i32
}

/// The probability that goes with odds of so many hundredths of a bit, rounded to a millionth.
pub(super) fn probability(hundredths: i32) -> f64 {
    let odds = libm::exp2(f64::from(hundredths.clamp(-6_000, 6_000)) / 100.0);
    (odds / (1.0 + odds) * 1e6).round() / 1e6
}

/// The least weight that goes with a probability.
pub(super) fn least_weight(of: f64) -> i32 {
    (-6_000..=6_000).find(|weight| probability(*weight) >= of).unwrap_or(i32::MAX)
}

fn round(chance: f64) -> f64 {
    ((chance * 1e9).round() / 1e9).clamp(1e-9, 1.0)
}

fn round_small(chance: f64) -> f64 {
    (chance * 1e15).round() / 1e15
}
