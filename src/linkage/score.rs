//! Scores pairs of units: the sum of the weights, the frequency of what agrees, and the rules no weight may override.

use super::compare::{BEST, NULL, Pattern, compare, else_level, of};
use super::features::Features;
use super::model::{LinkModel, Weights, hundredths, probability};
use super::product::ComparisonWeights;
use super::units::{Units, births_agree_in_part, names_agree, two_verified_numbers};
use crate::ledger::Reason;

/// A scored pair of units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    /// Prior and all weights, in hundredths of a bit.
    pub weight: i32,
    /// By comparison.
    pub weights: ComparisonWeights,
    /// Whether a machine may join the pair, however likely it is.
    pub bar: Bar,
    /// Whether an equal number speaks for it.
    pub number_equal: bool,
}

impl Score {
    /// The probability that goes with the weight.
    pub(super) fn probability(&self) -> f64 {
        probability(self.weight)
    }
}

/// What keeps a machine from joining a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bar {
    /// Nothing.
    None,
    /// Two different verified numbers: never joined by machine.
    DifferentNumbers,
    /// An equal number, with a date of birth or a name that does not agree.
    NumberAlone,
    /// One family name and clearly different given names, with no number to say otherwise.
    OtherGivenName,
    /// Dates of birth that do not agree even in part, with no number to say otherwise.
    OtherBirthDate,
    /// Two ids of one system, with no number to say that they are one person.
    OtherLocalId,
    /// No date of birth and no number in common; no given name; or names exchanged, with nothing that places them.
    TooLittle,
    /// Somebody else, clearly another person, fits almost as well.
    CloseRival,
}

impl Bar {
    /// The reason that tables give.
    pub(super) fn reason(self) -> Option<Reason> {
        match self {
            Bar::None => None,
            Bar::DifferentNumbers => Some(Reason::NhsNumberConflict),
            Bar::NumberAlone => Some(Reason::NhsNumberAlone),
            Bar::OtherGivenName => Some(Reason::GivenNamesDiffer),
            Bar::OtherBirthDate => Some(Reason::BirthDatesDiffer),
            Bar::OtherLocalId => Some(Reason::LocalIdsDiffer),
            Bar::TooLittle => Some(Reason::TooLittleInCommon),
            Bar::CloseRival => Some(Reason::CloseRival),
        }
    }
}

/// Years between two people of one name that are parent and child rather than one with a slip in the date.
const GENERATION_YEARS: i16 = 15;
/// The level of two ids of one system.
const OTHER_ID: u8 = 2;
/// The level of a given name that stands where the other has the family name.
const EXCHANGED: u8 = 2;

/// What an equal number with agreeing details is worth at least, in hundredths of a bit: a probability of 0.9999.
const NUMBER_WITH_DETAILS: i32 = 1329;

/// Whether two whole dates of birth lie a generation apart.
fn a_generation_apart(one: &super::features::Profile, two: &super::features::Profile) -> bool {
    one.birth().zip(two.birth()).is_some_and(|(one, two)| (one.0 - two.0).abs() >= GENERATION_YEARS)
}

/// Applies a model.
pub(super) struct Scorer<'a> {
    features: &'a Features,
    units: &'a Units,
    weights: Weights,
    /// Weight to add when both have this value, by the place of its word: rarer than the average is worth more.
    given_frequency: Vec<i16>,
    family_frequency: Vec<i16>,
    postcode_frequency: Vec<i16>,
}

impl<'a> Scorer<'a> {
    /// Ready to score; frequencies are those of these units.
    pub(super) fn new(features: &'a Features, units: &'a Units, model: &LinkModel) -> Self {
        let words = features.words.len() + 1;
        let frequency = |comparison: usize, of: fn(&super::features::Profile) -> crate::records::Symbol| {
            let mut counts = vec![0u32; words];
            for profile in &units.profiles {
                counts[of(profile).place() as usize] += 1;
            }
            counts[0] = 0;
            let total: f64 = counts.iter().map(|count| f64::from(*count)).sum::<f64>().max(1.0);
            let average = model.comparisons[comparison].levels[usize::from(BEST)].u[0];
            // A value seen once in the data may be twice as common outside it; no value is worth more than ten bits extra.
            counts
                .iter()
                .map(|count| match count {
                    0 => 0,
                    count => hundredths(average * total / f64::from(*count + 1)).clamp(-1000, 1000) as i16,
                })
                .collect::<Vec<i16>>()
        };
        Scorer {
            given_frequency: frequency(of::GIVEN, |profile| profile.given),
            family_frequency: frequency(of::FAMILY, |profile| profile.family),
            postcode_frequency: frequency(of::POSTCODE, |profile| profile.postcode),
            weights: model.weights(),
            features,
            units,
        }
    }

    /// The pattern of a pair.
    pub(super) fn pattern(&self, left: u32, right: u32) -> Pattern {
        let side = |unit: u32| (&self.units.profiles[unit as usize], self.units.local_ids[unit as usize]);
        compare(self.features, side(left), side(right))
    }

    /// Scores a pair.
    pub(super) fn score(&self, left: u32, right: u32) -> Score {
        let pattern = self.pattern(left, right);
        let mut weights = self.weights.of(pattern);
        let profile = &self.units.profiles[left as usize];
        let mut add = |comparison: usize, table: &[i16], word: crate::records::Symbol| {
            if pattern.level(comparison) == BEST && pattern.condition(comparison) == 0 {
                weights[comparison] =
                    weights[comparison].map(|weight| weight + i32::from(table[word.place() as usize]));
            }
        };
        add(of::GIVEN, &self.given_frequency, profile.given);
        add(of::FAMILY, &self.family_frequency, profile.family);
        add(of::POSTCODE, &self.postcode_frequency, profile.postcode);
        let bar = self.bar(pattern, left, right);
        let mut weight = self.weights.prior + weights.iter().flatten().sum::<i32>();
        if bar == Bar::None && pattern.level(of::NUMBER) == BEST && pattern.level(of::BIRTH) != NULL {
            // An equal number with a birth date and a name that agree joins, however little a small table can teach.
            weight = weight.max(NUMBER_WITH_DETAILS);
        }
        Score { weight, weights: ComparisonWeights::new(weights), bar, number_equal: pattern.level(of::NUMBER) == BEST }
    }

    fn bar(&self, pattern: Pattern, left: u32, right: u32) -> Bar {
        let (one, two) = (&self.units.profiles[left as usize], &self.units.profiles[right as usize]);
        if two_verified_numbers(one, two) {
            return Bar::DifferentNumbers;
        }
        let born = pattern.level(of::BIRTH) != NULL && births_agree_in_part(one, two);
        let named = names_agree(self.features, one, two);
        let placed = pattern.one_address() || [of::PHONE, of::EMAIL].iter().any(|place| pattern.level(*place) == BEST);
        if pattern.level(of::NUMBER) == BEST {
            let agrees = named && (born || (pattern.level(of::BIRTH) == NULL && placed));
            return if agrees { Bar::None } else { Bar::NumberAlone };
        }
        if pattern.level(of::GIVEN) == else_level(of::GIVEN) {
            return Bar::OtherGivenName;
        }
        if pattern.level(of::BIRTH) != NULL && (!born || a_generation_apart(one, two)) {
            return Bar::OtherBirthDate;
        }
        // A system that gives two ids means two people, unless all of the name and the birth date and a place say otherwise.
        let exact = [of::GIVEN, of::FAMILY, of::BIRTH].iter().all(|comparison| pattern.level(*comparison) == BEST);
        if pattern.level(of::LOCAL_ID) == OTHER_ID && !(exact && placed) {
            return Bar::OtherLocalId;
        }
        // "Twin 1" and "Twin 2" have no given name: nothing tells them apart, and nothing makes them one.
        if pattern.level(of::GIVEN) == NULL {
            return Bar::TooLittle;
        }
        if pattern.level(of::GIVEN) == EXCHANGED && !placed {
            return Bar::TooLittle;
        }
        // A parent and a child of one name share an address and a telephone: without a date of birth nobody can tell.
        if pattern.level(of::BIRTH) == NULL { Bar::TooLittle } else { Bar::None }
    }
}
