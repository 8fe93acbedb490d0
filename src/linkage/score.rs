//! Scores pairs of units: the sum of the weights, the frequency of what agrees, and the rules no weight may override.

use super::compare::{BEST, COUNT, NULL, Pattern, a_generation_apart, compare, else_level, of};
use super::features::{Features, Profile};
use super::model::{LinkModel, Weights, hundredths, probability};
use super::product::{COMPARISONS, ComparisonLevels, ComparisonWeights, WEIGHTS};
use super::units::{Units, births_agree_in_part, names_agree, two_verified_numbers};
use crate::ledger::Reason;
use crate::records::Symbol;

/// A scored pair of units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    /// Prior and all weights, in hundredths of a bit.
    pub weight: i32,
    /// Whether a machine may join the pair, however likely it is.
    pub bar: Bar,
    /// How the numbers are related.
    pub tie: Tie,
}

/// How the numbers of a pair are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    /// Not at all.
    None,
    /// They are equal.
    Equal,
    /// One is said to have taken the place of the other, or both to have given place to one, and the details bear it out.
    BorneOut,
    /// The same, and the details do not bear it out, or what is said is not believed.
    Claimed,
}

impl Score {
    /// The probability that goes with the weight.
    pub(super) fn probability(&self) -> f64 {
        probability(self.weight)
    }

    /// Whether one number, or one that took its place, speaks for it.
    pub(super) fn number_agrees(&self) -> bool {
        matches!(self.tie, Tie::Equal | Tie::BorneOut)
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
    /// Whether it bars a machine even where nobody's care hangs on who is who, and all else is left to the weights: numbers do,
    /// unless no date of birth is there to bear out an equal one.
    fn is_law(self, pattern: Pattern) -> bool {
        match self {
            Bar::None | Bar::OtherGivenName | Bar::OtherBirthDate | Bar::OtherLocalId | Bar::TooLittle => false,
            Bar::NumberAlone => pattern.level(of::BIRTH) != NULL || !names_alike(pattern),
            Bar::CloseRival | Bar::DifferentNumbers => true,
        }
    }

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

/// Across two clusters the mean probability must reach this where somebody's care hangs on it,
const MEAN_IN_CARE: f64 = 0.5;
/// and this elsewhere: of people with many rows, some always lie far apart.
const MEAN_ALONE: f64 = 0.35;
/// What one added comparison weighs at least, in hundredths of a bit, that tells the members of a family apart.
const TELLS_A_FAMILY_APART: i32 = 600;
/// The level of two ids of one system.
const OTHER_ID: u8 = 2;
/// The level of a given name that stands where the other has the family name.
const EXCHANGED: u8 = 2;

/// What an equal number with agreeing details is worth at least, in hundredths of a bit: a probability of 0.9999.
const NUMBER_WITH_DETAILS: i32 = 1329;

/// Of what a superseded number needs: the given name exact, its short form, or close with the same second name.
const GIVEN_NAME_OF_ONE: &[u8] = &[BEST, 3, 4];
/// The family name exact, a former name, sharing a part, or close.
const FAMILY_NAME_OF_ONE: &[u8] = &[BEST, 3, 4, 5];
/// The date of birth exact, day and month exchanged, or one digit or swap.
const BIRTH_OF_ONE: &[u8] = &[BEST, 2, 3];
/// The level of two sexes.
const OTHER_SEX: u8 = 2;

/// Whether the two share an address, a telephone or an e-mail address.
fn placed(pattern: Pattern) -> bool {
    pattern.one_address() || [of::PHONE, of::EMAIL].iter().any(|place| pattern.level(*place) == BEST)
}

/// Whether given and family name are known, and neither is another's.
fn names_alike(pattern: Pattern) -> bool {
    [of::GIVEN, of::FAMILY].iter().all(|name| (BEST..else_level(*name)).contains(&pattern.level(*name)))
}

/// The pattern, but for a number that took the place of another.
fn believed(pattern: Pattern, tie: Tie) -> Pattern {
    if tie == Tie::BorneOut { pattern.with(of::NUMBER, BEST) } else { pattern }
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
    /// The same of comparisons that were added; empty where the frequency does not count.
    added_frequency: Vec<Vec<i16>>,
}

impl<'a> Scorer<'a> {
    /// Ready to score; frequencies are those of these units.
    pub(super) fn new(features: &'a Features, units: &'a Units, model: &LinkModel) -> Self {
        let words = features.words.len() + 1;
        let weights = model.weights(&features.comparisons);
        let frequency = |comparison: usize, of: &dyn Fn(u32) -> Symbol| {
            let mut counts = vec![0u32; words];
            for unit in 0..units.len() as u32 {
                counts[of(unit).place() as usize] += 1;
            }
            counts[0] = 0;
            let total: f64 = counts.iter().map(|count| f64::from(*count)).sum::<f64>().max(1.0);
            let average = weights.agreement_of_two[comparison];
            // A value seen once in the data may be twice as common outside it; no value is worth more than ten bits extra.
            counts
                .iter()
                .map(|count| match count {
                    0 => 0,
                    count => hundredths(average * total / f64::from(*count + 1)).clamp(-1000, 1000) as i16,
                })
                .collect::<Vec<i16>>()
        };
        let profile = |unit: u32| &units.profiles[unit as usize];
        let comparisons = &features.comparisons;
        let of_added = |comparison: usize| match comparisons.heeds_frequency(comparison) {
            true => frequency(comparison, &|unit| units.kept(unit)[comparisons.column_of(comparison)]),
            false => Vec::new(),
        };
        Scorer {
            given_frequency: frequency(of::GIVEN, &|unit| profile(unit).given),
            family_frequency: frequency(of::FAMILY, &|unit| profile(unit).family),
            postcode_frequency: frequency(of::POSTCODE, &|unit| profile(unit).postcode),
            added_frequency: comparisons.added().map(of_added).collect(),
            weights,
            features,
            units,
        }
    }

    /// The pattern of a pair.
    pub(super) fn pattern(&self, left: u32, right: u32) -> Pattern {
        compare(self.features, self.units, left, right)
    }

    /// Scores a pair.
    pub(super) fn score(&self, left: u32, right: u32) -> Score {
        let stated = self.pattern(left, right);
        let tie = self.tie(stated, left, right);
        let pattern = believed(stated, tie);
        let comparisons = &self.features.comparisons;
        let parts = (0..comparisons.count()).filter_map(|comparison| self.part(pattern, comparison, left));
        let mut weight = self.weights.prior + parts.sum::<i32>();
        let bar = self.bar(pattern, tie, left, right);
        let is_law = self.features.is_care || bar.is_law(pattern) || self.are_parent_and_child(pattern, left, right);
        let bar = if is_law { bar } else { Bar::None };
        if bar == Bar::None && pattern.level(of::NUMBER) == BEST && pattern.level(of::BIRTH) != NULL {
            // An equal number with a birth date and a name that agree joins, however little a small table can teach.
            weight = weight.max(NUMBER_WITH_DETAILS);
        }
        Score { weight, bar, tie }
    }

    /// Whether two of one given name at one address were born a generation apart: no weight tells a parent and a child of one
    /// name from one person with a slip of decades in the date, and there are more of the former. A value that hardly two
    /// people of one address share, such as a number of social security, tells.
    fn are_parent_and_child(&self, pattern: Pattern, left: u32, right: u32) -> bool {
        let [one, two] = [left, right].map(|unit| &self.units.profiles[unit as usize]);
        let one_name = (BEST..else_level(of::GIVEN)).contains(&pattern.level(of::GIVEN));
        let tells =
            |comparison| self.part(pattern, comparison, left).is_some_and(|weight| weight >= TELLS_A_FAMILY_APART);
        pattern.level(of::NUMBER) != BEST
            && pattern.one_address()
            && one_name
            && a_generation_apart(one, two)
            && !self.features.comparisons.added().any(tells)
    }

    /// What each comparison of a pair came to, and what it weighs.
    pub(super) fn told(&self, left: u32, right: u32) -> (ComparisonLevels, ComparisonWeights) {
        let stated = self.pattern(left, right);
        let pattern = believed(stated, self.tie(stated, left, right));
        (self.features.comparisons.levels_of(pattern), self.weights_of(pattern, left))
    }

    /// The same of two records that cannot be compared.
    pub(super) fn nothing_told(&self) -> (ComparisonLevels, ComparisonWeights) {
        let levels = self.features.comparisons.levels_of(Pattern::default());
        (levels, ComparisonWeights::new([None; WEIGHTS.len()]))
    }

    /// What each comparison weighs in a pair with this pattern, one of whose units is this one.
    fn weights_of(&self, pattern: Pattern, unit: u32) -> ComparisonWeights {
        let comparisons = &self.features.comparisons;
        let mut told = [None; WEIGHTS.len()];
        for comparison in 0..comparisons.count() {
            if let Some(weight) = self.part(pattern, comparison, unit) {
                let place = comparisons.told_as(comparison).unwrap_or(COMPARISONS.len());
                told[place] = Some(told[place].unwrap_or(0) + weight);
            }
        }
        ComparisonWeights::new(told)
    }

    /// What one comparison of a pair weighs, one of whose units is this one; nothing where it could not be made.
    fn part(&self, pattern: Pattern, comparison: usize, unit: u32) -> Option<i32> {
        let level = pattern.level(comparison);
        if level == NULL {
            return None;
        }
        let condition = self.features.comparisons.condition(pattern, comparison);
        let weight = self.weights.at(comparison, condition, level)?;
        if level != BEST || condition != 0 {
            return Some(weight);
        }
        let profile = &self.units.profiles[unit as usize];
        let (table, word) = match comparison {
            of::GIVEN => (&self.given_frequency, profile.given),
            of::FAMILY => (&self.family_frequency, profile.family),
            of::POSTCODE => (&self.postcode_frequency, profile.postcode),
            built_in if built_in < COUNT => return Some(weight),
            _ => {
                let kept = self.units.kept(unit)[self.features.comparisons.column_of(comparison)];
                (&self.added_frequency[comparison - COUNT], kept)
            }
        };
        Some(weight + table.get(word.place() as usize).map_or(0, |more| i32::from(*more)))
    }

    fn tie(&self, pattern: Pattern, left: u32, right: u32) -> Tie {
        let (one, two) = (&self.units.profiles[left as usize], &self.units.profiles[right as usize]);
        let superseded = &self.features.superseded;
        match pattern.level(of::NUMBER) {
            NULL => Tie::None,
            BEST => Tie::Equal,
            _ if !superseded.ties(one, two) => Tie::None,
            _ if superseded.makes_one(one, two) && self.bears_out(pattern, BIRTH_OF_ONE, one, two) => Tie::BorneOut,
            _ => Tie::Claimed,
        }
    }

    /// Whether all else says of two different numbers that they are of one person, so that a machine may believe that one
    /// took the place of the other: a mistyped number may be that of a twin. The whole date of birth but for one slip, the
    /// given name or its short form, the family name or the place; and nothing against it.
    fn bears_out(&self, pattern: Pattern, births: &[u8], one: &Profile, two: &Profile) -> bool {
        let within = |comparison: usize, levels: &[u8]| levels.contains(&pattern.level(comparison));
        let exchanged = within(of::GIVEN, &[EXCHANGED]) && within(of::FAMILY, &[EXCHANGED]);
        let given = exchanged || within(of::GIVEN, GIVEN_NAME_OF_ONE);
        let family = exchanged || within(of::FAMILY, FAMILY_NAME_OF_ONE) || placed(pattern);
        let second_names = [one.others, two.others].map(|name| (name.is_some(), self.features.word(name)));
        let [(some, first), (other, second)] = second_names;
        let one_second_name = !some || !other || first.starts_with(second) || second.starts_with(first);
        within(of::BIRTH, births) && given && family && one_second_name && pattern.level(of::SEX) != OTHER_SEX
    }

    /// Whether two units are clearly two people, so that what is like both is of neither by machine.
    pub(super) fn are_two_people(&self, left: u32, right: u32) -> bool {
        let stated = self.pattern(left, right);
        let tie = self.tie(stated, left, right);
        match self.bar(believed(stated, tie), tie, left, right) {
            Bar::OtherGivenName => true,
            Bar::DifferentNumbers if tie == Tie::Claimed => {
                // One number took the place of the other, and a row that gives no date of birth does not deny it.
                let (one, two) = (&self.units.profiles[left as usize], &self.units.profiles[right as usize]);
                let no_birth = self.bears_out(self.pattern(left, right), &[NULL], one, two);
                !(no_birth && self.features.superseded.makes_one(one, two))
            }
            Bar::DifferentNumbers => true,
            _ => false,
        }
    }

    /// Whether a rival who fits almost as well keeps a pair from being joined. Where nobody's care hangs on it, only one who gives
    /// no more of a given name than its initial.
    pub(super) fn heeds_rivals(&self, left: u32, right: u32) -> bool {
        self.features.is_care || self.pattern(left, right).initial_only()
    }

    /// Whether the given names of two members keep two clusters apart, whatever all others say on average. Where nobody's care
    /// hangs on it, they do when the family names are one and all else does not outweigh them.
    pub(super) fn keeps_given_names_apart(&self, left: u32, right: u32, score: &Score) -> bool {
        if self.features.is_care {
            return score.bar == Bar::OtherGivenName;
        }
        let another =
            |pattern: Pattern| pattern.level(of::GIVEN) == else_level(of::GIVEN) && pattern.level(of::FAMILY) == BEST;
        score.weight < 0 && another(self.pattern(left, right))
    }

    /// What the mean probability across two clusters must reach.
    pub(super) fn mean_at_least(&self) -> f64 {
        if self.features.is_care { MEAN_IN_CARE } else { MEAN_ALONE }
    }

    /// Whether two verified numbers are one; nothing where statements that are believed speak of them, and details decide.
    pub(super) fn numbers_are_one(&self, one: u64, two: u64) -> Option<bool> {
        let superseded = &self.features.superseded;
        let is_one = superseded.standing_for(one) == superseded.standing_for(two);
        if is_one && superseded.kin(one).is_some() { None } else { Some(is_one) }
    }

    /// Of two clusters that carry different verified numbers of one chain: whether nothing across them bears out that they
    /// are of one person, or something speaks against it.
    pub(super) fn keeps_numbers_apart(&self, left: &[u32], right: &[u32]) -> bool {
        let profile = |unit: u32| &self.units.profiles[unit as usize];
        let mut borne_out = false;
        for (left, right) in left.iter().flat_map(|left| right.iter().map(move |right| (*left, *right))) {
            let (one, two) = (profile(left), profile(right));
            if !one.verified || !two.verified {
                continue;
            }
            let (first, last) = (left.min(right), left.max(right));
            match self.tie(self.pattern(first, last), first, last) {
                Tie::Equal | Tie::BorneOut => borne_out = true,
                // Only a person joins numbers that nothing ties together.
                Tie::None => {}
                Tie::Claimed if births_agree_in_part(one, two) && names_agree(self.features, one, two) => {}
                Tie::Claimed => return true,
            }
        }
        !borne_out
    }

    fn bar(&self, pattern: Pattern, tie: Tie, left: u32, right: u32) -> Bar {
        let (one, two) = (&self.units.profiles[left as usize], &self.units.profiles[right as usize]);
        if tie != Tie::BorneOut && two_verified_numbers(one, two) {
            return Bar::DifferentNumbers;
        }
        let born = pattern.level(of::BIRTH) != NULL && births_agree_in_part(one, two);
        let placed = placed(pattern);
        if pattern.level(of::NUMBER) == BEST {
            let named = names_agree(self.features, one, two);
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

#[cfg(test)]
mod tests {
    use super::super::tests::{HANNAH, Row, config, county, link_with, number};
    use crate::config::Standing;
    use crate::decisions::Decisions;

    #[track_caller]
    fn check_alone(second: Row<'_>, joined: bool) {
        let mut config = config(&[Standing::Record, Standing::Record]);
        config.link.is_care = false;
        let none = Decisions::default();
        let (linked, _, one, two) = link_with(&config, &county(150), &[HANNAH], &[second], &none);
        assert_eq!(linked.patient_of(one[0]) == linked.patient_of(two[0]), joined, "{second:?}");
    }

    #[test]
    fn alone_the_weights_decide_but_families_stay_apart() {
        let at_home = |given, born| ["1-h", "", "Dunmore", given, born, "female", "OX3 9QT", "07700111111"];
        check_alone(at_home("Hannah", "1984-03-07"), true);
        check_alone(at_home("Hannah", ""), true);
        check_alone(at_home("Hannah", "1956-03-07"), false);
        check_alone(at_home("Rebecca", "1984-03-07"), false);
        check_alone(at_home("Rebecca", "1986-11-23"), false);
    }

    #[test]
    fn alone_two_verified_numbers_still_join_nobody() {
        let (one, two) = (number(90_001), number(90_203));
        let row = |number| ["1-h", number, "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
        let mut config = config(&[Standing::Record, Standing::Record]);
        config.link.is_care = false;
        let (linked, _, first, second) =
            link_with(&config, &county(100), &[row(one.as_str())], &[row(two.as_str())], &Decisions::default());
        assert_ne!(linked.patient_of(first[0]), linked.patient_of(second[0]));
    }
}
