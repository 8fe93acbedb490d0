//! Comparisons: each pair of profiles becomes a pattern of levels.
//!
//! Dependence between fields is handled by conditions: people of one household share a postcode, mostly a family name and
//! a telephone, and twins a date of birth too. So the chance that two *different* people agree on a field is kept apart for
//! pairs at one address, and for given names also for pairs at one address with one date of birth. That is the chain rule
//! of probability; weights still add up.

use super::features::{Birth, Features, Profile};
use super::names;
use super::product::COMPARISONS;
use super::units::Units;
use crate::records::Symbol;
use crate::values::Precision;
use jiff::civil;

/// How many comparisons.
pub(super) const COUNT: usize = COMPARISONS.len();

/// The comparisons by their place in [`COMPARISONS`].
pub(super) mod of {
    pub const GIVEN: usize = 0;
    pub const FAMILY: usize = 1;
    pub const BIRTH: usize = 2;
    pub const SEX: usize = 3;
    pub const POSTCODE: usize = 4;
    pub const ADDRESS: usize = 5;
    pub const PHONE: usize = 6;
    pub const EMAIL: usize = 7;
    pub const NUMBER: usize = 8;
    pub const PRACTICE: usize = 9;
    pub const LOCAL_ID: usize = 10;
}

/// The ordered levels of each comparison: null first, else last, best to worst between.
pub(super) const LEVELS: [&[&str]; COUNT] = [
    &[
        "null",
        "exact",
        "exchanged with family name",
        "short form",
        "close, same second name",
        "a slip",
        "close",
        "slips apart",
        "second name in use",
        "initial",
        "else",
    ],
    &["null", "exact", "exchanged with given name", "former name", "shares a part", "close", "slips apart", "else"],
    &[
        "null",
        "exact",
        "day and month exchanged",
        "one digit or swap",
        "year, as far as known",
        "two parts",
        "within a month",
        "within a year",
        "within eleven years",
        "else",
    ],
    &["null", "same", "else"],
    &["null", "full", "one character", "sector", "district", "else"],
    &["null", "same", "close", "words in common", "else"],
    &["null", "same", "else"],
    &["null", "same", "close", "alike", "else"],
    &["null", "same", "one or two digits", "else"],
    &["null", "same", "else"],
    &["null", "same", "else"],
];

/// The conditions under which a comparison's chances are kept apart; a comparison without conditions has one.
pub(super) const CONDITIONS: [&[&str]; COUNT] = [
    &[
        "elsewhere",
        "one address",
        "one address, one birth date",
        "elsewhere, initial only",
        "one address, initial only",
        "one address, one birth date, initial only",
    ],
    &["elsewhere", "one address"],
    &["elsewhere", "one address"],
    &["always"],
    &["always"],
    &["other postcode", "one postcode"],
    &["elsewhere", "one address"],
    &["elsewhere", "one address"],
    &["both verified", "one not verified"],
    &["elsewhere", "one address"],
    &["always"],
];

/// Null: one side says nothing.
pub(super) const NULL: u8 = 0;
/// Exact, or the best level there is.
pub(super) const BEST: u8 = 1;

/// The levels of one pair, four bits each: of the built-in comparisons, and of those that were added. At the top three marks:
/// whether one side gives no more than an initial (such a pair can agree on the initial or not, and must not be measured by how
/// often whole names agree), whether one side's NHS number is not verified (a number that nobody checked is more often
/// another's), and whether the two are relatives for certain (see [`Pattern::are_relatives`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pattern {
    built_in: u64,
    added: u64,
}

const RELATIVES: u32 = 61;
const INITIAL_ONLY: u32 = 62;
const UNVERIFIED: u32 = 63;

impl Pattern {
    fn of(levels: [u8; COUNT], initial_only: bool, unverified: bool) -> Self {
        let levels = levels.iter().rev().fold(0u64, |bits, level| bits << 4 | u64::from(*level));
        let marks = u64::from(initial_only) << INITIAL_ONLY | u64::from(unverified) << UNVERIFIED;
        Pattern { built_in: levels | marks, added: 0 }
    }

    /// The same with another level of one comparison.
    pub(super) fn with(mut self, comparison: usize, level: u8) -> Self {
        let (bits, place) = match comparison.checked_sub(COUNT) {
            None => (&mut self.built_in, comparison),
            Some(place) => (&mut self.added, place),
        };
        *bits = *bits & !(15 << (4 * place)) | u64::from(level) << (4 * place);
        self
    }

    /// Whether one side gives no more of the given name than its initial.
    pub(super) fn initial_only(self) -> bool {
        self.built_in >> INITIAL_ONLY & 1 == 1
    }

    /// Whether the two live at one address, and were born together with two names that people bear, or a generation apart with
    /// one name: twins, parent and child. Nothing is learned from them of what one person's records look like.
    pub(super) fn are_relatives(self) -> bool {
        self.built_in >> RELATIVES & 1 == 1
    }

    /// Whether all but the given names leaves open that the two are twins.
    pub(super) fn could_be_twins(self) -> bool {
        self.one_address() && self.births_alike() && self.level(of::NUMBER) != BEST && !self.initial_only()
    }

    fn with_relatives_marked(mut self, two_usual_names: bool, a_generation_apart: bool) -> Self {
        let twins = self.could_be_twins() && self.level(of::GIVEN) == else_level(of::GIVEN) && two_usual_names;
        let one_name = (BEST..else_level(of::GIVEN)).contains(&self.level(of::GIVEN));
        let parent_and_child = one_name && a_generation_apart && self.level(of::BIRTH) == else_level(of::BIRTH);
        let two_people = self.one_address() && self.level(of::NUMBER) != BEST && (twins || parent_and_child);
        self.built_in |= u64::from(two_people) << RELATIVES;
        self
    }

    /// Whether one side's NHS number is not verified.
    pub(super) fn unverified(self) -> bool {
        self.built_in >> UNVERIFIED & 1 == 1
    }

    /// The level of a comparison.
    pub(super) fn level(self, comparison: usize) -> u8 {
        match comparison.checked_sub(COUNT) {
            None => (self.built_in >> (4 * comparison) & 15) as u8,
            Some(place) => (self.added >> (4 * place) & 15) as u8,
        }
    }

    /// Whether the two live, or lived, at one address.
    pub(super) fn one_address(self) -> bool {
        self.level(of::POSTCODE) == BEST || self.level(of::ADDRESS) == BEST
    }

    /// Whether the two live, or lived, at one address or in one postcode district.
    pub(super) fn near(self) -> bool {
        (BEST..=DISTRICT).contains(&self.level(of::POSTCODE)) || self.level(of::ADDRESS) == BEST
    }

    /// Whether the dates of birth agree at least in part.
    pub(super) fn births_alike(self) -> bool {
        (BEST..=TWO_PARTS).contains(&self.level(of::BIRTH))
    }

    /// Which condition of [`CONDITIONS`] holds for a comparison.
    pub(super) fn condition(self, comparison: usize) -> usize {
        match comparison {
            of::GIVEN => {
                let shared = if self.one_address() { 1 + usize::from(self.births_alike()) } else { 0 };
                shared + 3 * usize::from(self.initial_only())
            }
            of::FAMILY | of::BIRTH | of::PHONE | of::EMAIL | of::PRACTICE => usize::from(self.one_address()),
            of::ADDRESS => usize::from(self.level(of::POSTCODE) == BEST),
            of::NUMBER => usize::from(self.unverified()),
            _ => 0,
        }
    }
}

/// Which conditions share what is learned of matches: what matches show does not depend on who else lives there, only on
/// what a comparison can say at all.
pub(super) fn match_condition(comparison: usize, condition: usize) -> usize {
    match comparison {
        of::GIVEN => condition / 3,
        of::ADDRESS | of::NUMBER => condition,
        _ => 0,
    }
}

/// The last level of a comparison.
pub(super) fn else_level(comparison: usize) -> u8 {
    u8::try_from(LEVELS[comparison].len() - 1).expect("few levels")
}

/// Compares two units.
pub(super) fn compare(features: &Features, units: &Units, one: u32, two: u32) -> Pattern {
    let [(left, left_id), (right, right_id)] =
        [one, two].map(|unit| (&units.profiles[unit as usize], units.local_ids[unit as usize]));
    let exchanged = exchanged(features, left, right);
    let levels = [
        given(features, left, right, exchanged),
        family(features, left, right, exchanged),
        birth(left, right),
        equal(u32::from(left.sex), u32::from(right.sex)),
        postcode(features, left.postcode, right.postcode),
        address(features, left.address, right.address),
        phone(left, right),
        email(features, left.email, right.email),
        number(left.number, right.number),
        equal(left.practice.place(), right.practice.place()),
        local_id(features, left_id, right_id),
    ];
    let initial = |name: Symbol| features.word(name).len() == 1;
    let both = left.given.is_some() && right.given.is_some();
    let numbers = left.number != 0 && right.number != 0;
    let initial_only = both && (initial(left.given) || initial(right.given));
    let two_usual_names = both && features.are_usual(left.given, right.given);
    let pattern = Pattern::of(levels, initial_only, numbers && !(left.verified && right.verified))
        .with_relatives_marked(two_usual_names, a_generation_apart(left, right));
    let added = features.comparisons.compare(&features.words, units.kept(one), units.kept(two));
    (COUNT..).zip(added).fold(pattern, |pattern, (comparison, level)| pattern.with(comparison, level))
}

/// Whether given and family name stand in each other's place, with a slip in either or not.
fn exchanged(features: &Features, left: &Profile, right: &Profile) -> bool {
    let there = [left.given, left.family, right.given, right.family].iter().all(|name| name.is_some());
    if !there || left.given == right.given || left.family == right.family || left.given == left.family {
        return false;
    }
    let alike = |one: Symbol, two: Symbol| {
        let (first, second) = (features.word(one), features.word(two));
        let near = first.len().abs_diff(second.len()) <= 1 && first.len() > 1 && second.len() > 1;
        one == two || (near && (names::close(first, second) || features.slips_apart(one, two)))
    };
    let (over, back) = ((left.given, right.family), (left.family, right.given));
    // Names that stand where they should are not exchanged, however alike they are.
    alike(over.0, over.1) && alike(back.0, back.1) && !alike(left.given, right.given)
}

fn equal(left: u32, right: u32) -> u8 {
    match (left, right) {
        (0, _) | (_, 0) => NULL,
        (left, right) if left == right => BEST,
        _ => 2,
    }
}

fn given(features: &Features, left: &Profile, right: &Profile, exchanged: bool) -> u8 {
    if !left.given.is_some() || !right.given.is_some() {
        return NULL;
    }
    let (one, two) = (features.word(left.given), features.word(right.given));
    if one.len() == 1 || two.len() == 1 {
        return if one.as_bytes()[0] == two.as_bytes()[0] { 9 } else { else_level(of::GIVEN) };
    }
    if left.given == right.given {
        return 1;
    }
    if exchanged {
        return 2;
    }
    if features.nicknames.related(one, two) || names::same_letters(one, two) {
        3
    } else if names::close(one, two) {
        // Twins may be given names that sound alike, but not the same second name, and seldom one that hardly anybody has.
        if left.others.is_some() && left.others == right.others {
            4
        } else if !features.are_usual(left.given, right.given) {
            5
        } else {
            6
        }
    } else if features.slips_apart(left.given, right.given) {
        7
    } else if (left.others.is_some() && left.others == right.given)
        || (right.others.is_some() && right.others == left.given)
        || names::shares_part(one, two)
    {
        8
    } else {
        else_level(of::GIVEN)
    }
}

fn family(features: &Features, left: &Profile, right: &Profile, exchanged: bool) -> u8 {
    if !left.family.is_some() || !right.family.is_some() {
        return NULL;
    }
    if left.family == right.family {
        return 1;
    }
    if exchanged {
        return 2;
    }
    let (one, two) = (features.word(left.family), features.word(right.family));
    if left.previous == right.family || right.previous == left.family {
        3
    } else if names::same_letters(one, two) || names::shares_part(one, two) {
        4
    } else if names::close(one, two) {
        5
    } else if features.slips_apart(left.family, right.family) {
        6
    } else {
        7
    }
}

fn birth(left: &Profile, right: &Profile) -> u8 {
    let (Some(one), Some(two)) = (left.birth(), right.birth()) else { return NULL };
    if one.3 != Precision::Day || two.3 != Precision::Day {
        return if one.0 == two.0 { 4 } else { else_level(of::BIRTH) };
    }
    if left.born == right.born {
        return 1;
    }
    if one.0 == two.0 && one.1 == two.2 && one.2 == two.1 {
        return 2;
    }
    let digits = |date: Birth| format!("{:04}{:02}{:02}", date.0, date.1, date.2);
    let same = u8::from(one.0 == two.0) + u8::from(one.1 == two.1) + u8::from(one.2 == two.2);
    if same == 2 && strsim::osa_distance(&digits(one), &digits(two)) <= 1 {
        3
    } else if same == 2 {
        TWO_PARTS
    } else {
        match days_between(one, two) {
            0..=31 => 6,
            32..=366 => 7,
            367..=4_018 => 8,
            _ => 9,
        }
    }
}

/// The level of postcodes that share their district.
const DISTRICT: u8 = 4;

/// The level of dates of birth that share two parts.
const TWO_PARTS: u8 = 5;

fn days_between(one: Birth, two: Birth) -> u64 {
    let [one, two] = [one, two].map(|(year, month, day, _)| civil::date(year, month, day));
    (one.duration_since(two).as_hours() / 24).unsigned_abs()
}

/// Years between two people of one name that are parent and child rather than one with a slip in the date.
const GENERATION_YEARS: i16 = 15;

/// Whether two whole dates of birth lie a generation apart.
pub(super) fn a_generation_apart(one: &Profile, two: &Profile) -> bool {
    one.birth().zip(two.birth()).is_some_and(|(one, two)| (one.0 - two.0).abs() >= GENERATION_YEARS)
}

fn postcode(features: &Features, left: Symbol, right: Symbol) -> u8 {
    if !left.is_some() || !right.is_some() {
        return NULL;
    }
    if left == right {
        return 1;
    }
    let (one, two) = (features.word(left), features.word(right));
    if names::apart_at_least(one, two) <= 1 && strsim::osa_distance(one, two) <= 1 {
        2
    } else if one[..one.len() - 2] == two[..two.len() - 2] {
        3
    } else if one.split(' ').next() == two.split(' ').next() {
        4
    } else {
        5
    }
}

fn address(features: &Features, left: Symbol, right: Symbol) -> u8 {
    if !left.is_some() || !right.is_some() {
        return NULL;
    }
    if left == right {
        return 1;
    }
    let (one, two) = (features.word(left), features.word(right));
    let one_words: Vec<&str> = one.split(' ').collect();
    let two_words: Vec<&str> = two.split(' ').collect();
    let first_agrees = one_words[0] == two_words[0];
    let shorter = one_words.len().min(two_words.len());
    let start = one_words.iter().zip(&two_words).take_while(|(one, two)| one == two).count();
    // The same house in the same road, with more or less of the town after it, is the same address.
    if first_agrees && start >= 3 && (start == shorter || one_words[0].bytes().all(|byte| byte.is_ascii_digit())) {
        1
    } else if first_agrees && strsim::jaro_winkler(one, two) >= 0.92 {
        2
    } else if share_words(&one_words, &two_words) {
        3
    } else {
        4
    }
}

/// Whether two words at least, and half of those of the shorter address, stand in both, wherever.
fn share_words(one: &[&str], two: &[&str]) -> bool {
    let (shorter, longer) = if one.len() <= two.len() { (one, two) } else { (two, one) };
    let shared = shorter.iter().filter(|word| longer.contains(word)).count();
    shared >= 2 && shared * 2 >= shorter.len()
}

fn phone(left: &Profile, right: &Profile) -> u8 {
    let some = |phones: [Symbol; 2]| phones.iter().any(|phone| phone.is_some());
    if !some(left.phones) || !some(right.phones) {
        return NULL;
    }
    if left.phones.iter().any(|phone| phone.is_some() && right.phones.contains(phone)) { BEST } else { 2 }
}

/// Two e-mail addresses as alike as several slips leave them.
const EMAILS_ALIKE: f64 = 0.85;

/// Close is one mailbox at two hosts, or one slip in either part; another first letter is another member of a family.
fn email(features: &Features, left: Symbol, right: Symbol) -> u8 {
    if !left.is_some() || !right.is_some() {
        return NULL;
    }
    if left == right {
        return BEST;
    }
    let (one, two) = (features.word(left), features.word(right));
    let (Some((mailbox, host)), Some((other, elsewhere))) = (one.split_once('@'), two.split_once('@')) else {
        return else_level(of::EMAIL);
    };
    let whole = mailbox.len().min(other.len()) >= 6 && mailbox.bytes().next() == other.bytes().next();
    let near = one.len().abs_diff(two.len()) <= 2 && strsim::osa_distance(one, two) <= 2;
    if whole && (mailbox == other || near || (host == elsewhere && names::slips_apart(mailbox, other))) {
        2
    } else if mailbox.bytes().next() == other.bytes().next() && strsim::jaro_winkler(one, two) >= EMAILS_ALIKE {
        3
    } else {
        else_level(of::EMAIL)
    }
}

fn number(left: u64, right: u64) -> u8 {
    if left == 0 || right == 0 {
        return NULL;
    }
    if left == right {
        return BEST;
    }
    if digits_differ_little(left, right) { 2 } else { 3 }
}

/// Whether two numbers, both given, differ in more than two digits: no slip of the pen.
pub(super) fn numbers_of_two_people(left: u64, right: u64) -> bool {
    left != 0 && right != 0 && !digits_differ_little(left, right)
}

/// Whether two ten-digit numbers differ in at most two places.
fn digits_differ_little(mut left: u64, mut right: u64) -> bool {
    let mut differences = 0;
    while left > 0 || right > 0 {
        differences += u32::from(left % 10 != right % 10);
        left /= 10;
        right /= 10;
    }
    differences <= 2
}

fn local_id(features: &Features, left: Symbol, right: Symbol) -> u8 {
    if !left.is_some() || !right.is_some() {
        return NULL;
    }
    if left == right {
        return BEST;
    }
    // Another id of the same system speaks against one person; an id of another system says nothing.
    let system = |symbol: Symbol| features.word(symbol).split('\u{1f}').next();
    if system(left) == system(right) { 2 } else { NULL }
}

#[cfg(test)]
mod tests {
    use super::super::comparisons::Comparisons;
    use super::*;

    #[test]
    fn every_level_fits_its_four_bits() {
        for levels in LEVELS {
            assert!(levels.len() <= 16 && levels[0] == "null" && levels.last() == Some(&"else"));
        }
        assert!(CONDITIONS.iter().all(|conditions| conditions.len() <= 16));
        let pattern = Pattern::of([10, 7, 9, 2, 5, 4, 2, 4, 3, 2, 2], true, false);
        assert!(pattern.initial_only() && !pattern.unverified());
        let levels: Vec<u8> = (0..COUNT).map(|comparison| pattern.level(comparison)).collect();
        assert_eq!(levels, [10, 7, 9, 2, 5, 4, 2, 4, 3, 2, 2]);
        let kept: Vec<Option<(usize, usize)>> = Comparisons::default().levels_of(pattern).iter().collect();
        assert_eq!(kept[of::GIVEN], Some((10, 3)), "elsewhere, initial only");
        assert_eq!((kept[of::FAMILY], kept[of::SEX]), (Some((7, 0)), Some((2, 0))));
        let without_sex = Comparisons::default().levels_of(pattern.with(of::SEX, NULL));
        assert_eq!(without_sex.iter().nth(of::SEX), Some(None));
    }

    #[test]
    fn dates_of_birth_are_days_months_and_years_apart() {
        let born = |text: &str| {
            let born = text.parse().ok().and_then(crate::values::PartialDate::day).map_or(0, |date| date.pack());
            Profile { born, ..Profile::default() }
        };
        for (one, two, expected) in [
            ("1984-03-07", "1984-03-07", 1),
            ("1984-03-07", "1984-07-03", 2),
            ("1984-03-07", "1984-03-08", 3),
            ("1984-03-07", "1984-03-28", 5),
            ("1984-02-28", "1984-03-30", 6),
            ("1984-02-28", "1984-03-31", 7),
            ("1984-02-28", "1985-02-27", 7),
            ("1983-12-31", "1985-01-01", 8),
            ("1984-03-07", "1995-03-09", 9),
            ("1984-03-07", "2009-11-23", 9),
        ] {
            assert_eq!(birth(&born(one), &born(two)), expected, "{one} {two}");
        }
    }

    #[test]
    fn numbers_a_slip_apart() {
        assert_eq!(number(9990000050, 9990000050), 1);
        assert_eq!(number(9990000050, 9990000500), 2);
        assert_eq!(number(9990000050, 9991234567), 3);
        assert_eq!(number(0, 9990000050), NULL);
    }
}
