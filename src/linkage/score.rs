//! Scores pairs of units: the sum of the weights, the frequency of what agrees, and the rules no weight may override.

use super::births::a_generation_apart;
use super::candidates::compare_all;
use super::compare::{BEST, EXCHANGED, NULL, Pattern, compare, else_level, of};
use super::features::{Features, Profile};
use super::model::{LinkModel, Weights, probability};
use super::product::{COMPARISONS, ComparisonLevels, ComparisonWeights, WEIGHTS};
use super::rarity::{Rarity, is_heeded};
use super::units::{Units, births_agree_in_part, names_agree, two_verified_numbers};
use crate::ledger::Reason;

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
    /// A list that names everybody once has another for the person, who fits better.
    AnotherFitsBetter,
}

impl Bar {
    /// Whether it bars a machine even where nobody's care hangs on who is who, and all else is left to the weights: numbers do,
    /// unless no date of birth is there to bear out an equal one.
    fn is_law(self, pattern: Pattern) -> bool {
        match self {
            Bar::None | Bar::OtherGivenName | Bar::OtherBirthDate | Bar::OtherLocalId | Bar::TooLittle => false,
            Bar::NumberAlone => pattern.level(of::BIRTH) != NULL || !names_alike(pattern),
            Bar::CloseRival | Bar::AnotherFitsBetter | Bar::DifferentNumbers => true,
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
            Bar::AnotherFitsBetter => Some(Reason::AnotherFitsBetter),
        }
    }
}

/// Across two clusters the mean probability must reach this where somebody's care hangs on it,
const MEAN_IN_CARE: f64 = 0.5;
/// and this elsewhere: of people with many rows, some always lie far apart.
const MEAN_ALONE: f64 = 0.35;
/// What one added comparison weighs at least, in hundredths of a bit, that tells the members of a family apart.
const TELLS_A_FAMILY_APART: i32 = 600;
/// The given name exact, or with slips in it.
const SLIPS_OF_A_NAME: &[u8] = &[BEST, 5, 6, 7];
/// The level of a given name and its short form.
const SHORT_FORM: u8 = 3;
/// The level of two given names that are close, and are both given to many.
const LIKE_NAMES: u8 = 6;
/// The level of a given name that is the other's second name.
const SECOND_NAME: u8 = 8;
/// The level of two ids of one system.
const OTHER_ID: u8 = 2;

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

/// What a pattern adds up to, whatever the values: the prior and all weights, and a bit for each comparison whose value counts by
/// how rare it is.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    weight: i32,
    rarities: u32,
}

/// Applies a model.
pub(super) struct Scorer<'a> {
    features: &'a Features,
    units: &'a Units,
    weights: Weights,
    rarity: &'a Rarity,
}

impl<'a> Scorer<'a> {
    /// Ready to score.
    pub(super) fn new(features: &'a Features, units: &'a Units, model: &LinkModel, rarity: &'a Rarity) -> Self {
        Scorer { features, units, weights: model.weights(&features.comparisons), rarity }
    }

    /// The pattern of a pair.
    pub(super) fn pattern(&self, left: u32, right: u32) -> Pattern {
        compare(self.features, self.units, left, right)
    }

    /// The patterns of pairs, in order.
    pub(super) fn patterns<P>(
        &self,
        pairs: &[P],
        units_of: impl Fn(&P) -> (u32, u32) + Copy,
    ) -> impl Iterator<Item = Pattern> {
        compare_all(self.features, self.units, pairs, units_of)
    }

    /// Scores a pair.
    pub(super) fn score(&self, left: u32, right: u32) -> Score {
        let stated = self.pattern(left, right);
        let tie = self.tie(stated, left, right);
        let pattern = believed(stated, tie);
        self.judge(pattern, tie, self.weigh(self.sum(pattern), left), (left, right))
    }

    /// The same of a pair whose pattern is known, with what it adds up to; nothing where the pair weighs less than the least,
    /// unless numbers tie it.
    pub(super) fn score_at_least(
        &self,
        least: i32,
        (stated, sum): (Pattern, Sum),
        (left, right): (u32, u32),
    ) -> Option<Score> {
        let tie = self.tie(stated, left, right);
        let pattern = believed(stated, tie);
        let sum = if pattern == stated { sum } else { self.sum(pattern) };
        let weight = self.weigh(sum, left);
        (tie != Tie::None || weight >= least).then(|| self.judge(pattern, tie, weight, (left, right)))
    }

    fn judge(&self, pattern: Pattern, tie: Tie, mut weight: i32, (left, right): (u32, u32)) -> Score {
        let bar = self.bar(pattern, tie, left, right);
        let are_relatives = || self.may_be_twins(pattern, bar) || self.are_parent_and_child(pattern, left, right);
        let is_law = self.features.is_care
            || bar.is_law(pattern)
            || (are_relatives() && !self.is_told_from_family(pattern, left));
        let bar = if is_law { bar } else { Bar::None };
        if bar == Bar::None && pattern.level(of::NUMBER) == BEST && pattern.level(of::BIRTH) != NULL {
            // An equal number with a birth date and a name that agree joins, however little a small table can teach.
            weight = weight.max(NUMBER_WITH_DETAILS);
        }
        Score { weight, bar, tie }
    }

    /// What a pattern adds up to.
    pub(super) fn sum(&self, pattern: Pattern) -> Sum {
        let mut sum = Sum { weight: self.weights.prior, rarities: 0 };
        for comparison in 0..self.features.comparisons.count() {
            if let Some((weight, by_rarity)) = self.weight(pattern, comparison) {
                sum.weight += weight;
                sum.rarities |= u32::from(by_rarity) << comparison;
            }
        }
        sum
    }

    /// The weight of a pair whose pattern adds up to this, one of whose units is this one.
    fn weigh(&self, sum: Sum, unit: u32) -> i32 {
        let (mut weight, mut rarities) = (sum.weight, sum.rarities);
        while rarities != 0 {
            weight += self.rarity(rarities.trailing_zeros() as usize, unit);
            rarities &= rarities - 1;
        }
        weight
    }

    /// Whether two of one address and birth date bear two names that are given to many, as twins do: no weight tells them from
    /// one person under two names.
    fn may_be_twins(&self, pattern: Pattern, bar: Bar) -> bool {
        let kindred = [SHORT_FORM, LIKE_NAMES, SECOND_NAME].contains(&pattern.level(of::GIVEN));
        bar == Bar::OtherGivenName && (kindred || pattern.are_relatives())
    }

    /// Whether a value agrees that hardly two people of one address share, such as a number of social security.
    fn is_told_from_family(&self, pattern: Pattern, unit: u32) -> bool {
        let tells =
            |comparison| self.part(pattern, comparison, unit).is_some_and(|weight| weight >= TELLS_A_FAMILY_APART);
        self.features.comparisons.added().any(tells)
    }

    /// Whether two of one given name at one address were born a generation apart: no weight tells a parent and a child of one
    /// name from one person with a slip of decades in the date, and there are more of the former.
    fn are_parent_and_child(&self, pattern: Pattern, left: u32, right: u32) -> bool {
        let [one, two] = [left, right].map(|unit| &self.units.profiles[unit as usize]);
        let one_name = (BEST..else_level(of::GIVEN)).contains(&pattern.level(of::GIVEN));
        pattern.level(of::NUMBER) != BEST && pattern.one_address() && one_name && a_generation_apart(one, two)
    }

    /// What each comparison of a pair with this pattern came to, and what it weighs.
    pub(super) fn told(&self, stated: Pattern, left: u32, right: u32) -> (ComparisonLevels, ComparisonWeights) {
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
        let (weight, by_rarity) = self.weight(pattern, comparison)?;
        Some(weight + if by_rarity { self.rarity(comparison, unit) } else { 0 })
    }

    /// What one comparison weighs whatever the values, and whether it counts how rare the value is on which both agree.
    fn weight(&self, pattern: Pattern, comparison: usize) -> Option<(i32, bool)> {
        let level = pattern.level(comparison);
        if level == NULL {
            return None;
        }
        let condition = self.features.comparisons.condition(pattern, comparison);
        let weight = match comparison {
            of::GIVEN if pattern.are_twins() => self.weights.of_twins(condition)?,
            _ => self.weights.at(comparison, condition, level)?,
        };
        Some((weight, is_heeded(comparison) && level == BEST && condition == 0))
    }

    /// What it adds that two agree on a unit's value of a comparison.
    fn rarity(&self, comparison: usize, unit: u32) -> i32 {
        self.rarity.at(self.features, self.units, comparison, unit)
    }

    fn tie(&self, pattern: Pattern, left: u32, right: u32) -> Tie {
        let (one, two) = (&self.units.profiles[left as usize], &self.units.profiles[right as usize]);
        let superseded = &self.features.superseded;
        match pattern.level(of::NUMBER) {
            NULL => Tie::None,
            BEST => Tie::Equal,
            _ if superseded.ties_none() => Tie::None,
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
        let another =
            |pattern: Pattern| pattern.level(of::GIVEN) == else_level(of::GIVEN) && pattern.level(of::FAMILY) == BEST;
        score.bar == Bar::OtherGivenName
            || (!self.features.is_care && score.weight < 0 && another(self.pattern(left, right)))
    }

    /// Whether two given names that are clearly different are slips of one that a third bears: of the two at least one is hardly
    /// anybody's, and both are like the third.
    pub(super) fn are_slips_of_one_name(&self, two: [u32; 2], third: u32) -> bool {
        let given = |unit: u32| self.units.profiles[unit as usize].given;
        let is_like = |unit: u32| {
            let pattern = self.pattern(unit.min(third), unit.max(third));
            SLIPS_OF_A_NAME.contains(&pattern.level(of::GIVEN)) && !pattern.initial_only()
        };
        !two.contains(&third)
            && two.iter().all(|unit| given(*unit).is_some())
            && !self.features.likeness.are_usual(given(two[0]), given(two[1]))
            && two.into_iter().all(is_like)
    }

    fn may_be_two_names(&self, one: &Profile, two: &Profile) -> bool {
        self.features.likeness.nicknames.may_be_two(self.features.word(one.given), self.features.word(two.given))
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
        let at_home = pattern.one_address() && pattern.could_be_twins();
        // Leo and Leon may be twins, and so may Jack Thomas and Thomas; Amy may be Amelia, and may be her twin: no weight tells.
        if [LIKE_NAMES, SECOND_NAME].contains(&pattern.level(of::GIVEN)) && at_home {
            return Bar::OtherGivenName;
        }
        if pattern.level(of::GIVEN) == SHORT_FORM && at_home && self.may_be_two_names(one, two) {
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
    use super::super::tests::{HANNAH, Row, config, county, link_among, link_with, number};
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

    #[test]
    fn two_slips_of_one_name_are_one_and_two_names_are_not() {
        let his = number(90_001);
        let row = |number, given| ["", number, "Elmyard", given, "1978-09-03", "male", "BA20 5FZ", ""];
        let second: [Row<'_>; 2] = [row(his.as_str(), "Noah"), row(his.as_str(), "Onah")];
        for (given, are_one) in [("Hoah", true), ("Micah", false)] {
            let first = [row(his.as_str(), "Noah"), row("", given)];
            let (linked, one, two) = link_among(&county(300), &first, &second, &Decisions::default());
            assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[1]), "Onah has his number");
            assert_eq!(linked.patient_of(one[0]) == linked.patient_of(one[1]), are_one, "{given}");
        }
    }
}
