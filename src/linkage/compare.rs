//! Comparisons: each pair of profiles becomes a pattern of levels.
//!
//! Dependence between fields is handled by conditions: people of one household share a postcode, mostly a family name and
//! a telephone, and twins a date of birth too. So the chance that two *different* people agree on a field is kept apart for
//! pairs at one address, and for given names also for pairs at one address with one date of birth. That is the chain rule
//! of probability; weights still add up.

use super::births::{a_generation_apart, birth};
use super::features::{Features, Profile};
use super::names;
use super::product::COMPARISONS;
use super::units::Units;
use crate::records::Symbol;

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
/// The level of given and family name that stand in each other's place, in both comparisons.
pub(super) const EXCHANGED: u8 = 2;

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

    /// Whether the two were born together with two names that people bear, or live at one address and were born a generation apart
    /// with one name: twins, parent and child. Nothing is learned from them of what one person's records look like.
    pub(super) fn are_relatives(self) -> bool {
        self.built_in >> RELATIVES & 1 == 1
    }

    /// Whether they are relatives, and were born together.
    pub(super) fn are_twins(self) -> bool {
        self.are_relatives() && self.level(of::GIVEN) == else_level(of::GIVEN)
    }

    /// Whether all but the given names leaves open that the two are twins: of one address, or of one family name and one day.
    pub(super) fn could_be_twins(self) -> bool {
        let born_together = match self.one_address() {
            true => self.births_alike(),
            false => self.level(of::BIRTH) == BEST && self.family_alike(),
        };
        born_together && self.level(of::NUMBER) != BEST && !self.initial_only()
    }

    /// Whether the family names are alike, each in its place.
    fn family_alike(self) -> bool {
        let level = self.level(of::FAMILY);
        (BEST..else_level(of::FAMILY)).contains(&level) && level != EXCHANGED
    }

    fn with_relatives_marked(
        mut self,
        two_usual_names: impl Fn() -> bool,
        a_generation_apart: impl Fn() -> bool,
    ) -> Self {
        let given = self.level(of::GIVEN);
        let twins = given == else_level(of::GIVEN) && self.could_be_twins() && two_usual_names();
        if !twins && (!self.one_address() || self.level(of::NUMBER) == BEST) {
            return self;
        }
        let one_name = (BEST..else_level(of::GIVEN)).contains(&given);
        let parent_and_child = one_name && self.level(of::BIRTH) == else_level(of::BIRTH) && a_generation_apart();
        self.built_in |= u64::from(twins || parent_and_child) << RELATIVES;
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
    let [left, right] = [one, two].map(|unit| &units.profiles[unit as usize]);
    let exchanged = exchanged(features, left, right);
    let levels = [
        given(features, left, right, exchanged),
        family(features, left, right, exchanged),
        birth(left, right),
        equal(u32::from(left.sex), u32::from(right.sex)),
        postcode(left, right),
        address(features, left.address, right.address),
        phone(left, right),
        email(features, left, right),
        number(left.number, right.number),
        equal(left.practice.place(), right.practice.place()),
        local_id(features, units, one, two),
    ];
    let both = left.given.is_some() && right.given.is_some();
    let numbers = left.number != 0 && right.number != 0;
    let initial_only = both && (features.likeness.is_initial(left.given) || features.likeness.is_initial(right.given));
    let two_usual_names = || both && features.likeness.are_usual(left.given, right.given);
    let pattern = Pattern::of(levels, initial_only, numbers && !(left.verified && right.verified))
        .with_relatives_marked(two_usual_names, || a_generation_apart(left, right));
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
        let is_near = || {
            let ways = features.ways(one, two);
            ways.close() || features.likeness.are_slips(ways, one, two)
        };
        one == two || (features.likeness.nearly_as_long(one, two) && is_near())
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
    let (one, two) = (left.given, right.given);
    if features.likeness.is_initial(one) || features.likeness.is_initial(two) {
        return if features.likeness.one_initial(one, two) { 9 } else { else_level(of::GIVEN) };
    }
    if one == two {
        return 1;
    }
    if exchanged {
        return 2;
    }
    let ways = features.ways(one, two);
    if ways.short_form() || ways.same_letters() {
        3
    } else if ways.close() {
        // Twins may be given names that sound alike, but not the same second name, and seldom one that hardly anybody has.
        if left.others.is_some() && left.others == right.others {
            4
        } else if !features.likeness.are_usual(one, two) {
            5
        } else {
            6
        }
    } else if features.likeness.are_slips(ways, one, two) {
        7
    } else if (left.others.is_some() && left.others == two)
        || (right.others.is_some() && right.others == one)
        || ways.shares_part()
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
    let ways = features.ways(left.family, right.family);
    if left.previous == right.family || right.previous == left.family {
        3
    } else if ways.same_letters() || ways.shares_part() {
        4
    } else if ways.close() {
        5
    } else if features.likeness.are_slips(ways, left.family, right.family) {
        6
    } else {
        7
    }
}

/// The level of postcodes that share their district.
const DISTRICT: u8 = 4;

/// The level of dates of birth that share two parts.
pub(super) const TWO_PARTS: u8 = 5;

fn postcode(left: &Profile, right: &Profile) -> u8 {
    if !left.postcode.is_some() || !right.postcode.is_some() {
        return NULL;
    }
    if left.postcode == right.postcode {
        return 1;
    }
    let (one, two) = (left.written_postcode.bytes(), right.written_postcode.bytes());
    let district = |text: &[u8]| text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    if one_edit_at_most(one, two) {
        2
    } else if one[..one.len() - 2] == two[..two.len() - 2] {
        3
    } else if one[..district(one)] == two[..district(two)] {
        4
    } else {
        5
    }
}

/// Whether one edit or swap of neighbours at the most makes one text of another.
fn one_edit_at_most(one: &[u8], two: &[u8]) -> bool {
    let start = one.iter().zip(two).take_while(|(one, two)| one == two).count();
    let (one, two) = (&one[start..], &two[start..]);
    let end = one.iter().rev().zip(two.iter().rev()).take_while(|(one, two)| one == two).count();
    match (&one[..one.len() - end], &two[..two.len() - end]) {
        ([] | [_], [] | [_]) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
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
fn email(features: &Features, left: &Profile, right: &Profile) -> u8 {
    if !left.email.is_some() || !right.email.is_some() {
        return NULL;
    }
    if left.email == right.email {
        return BEST;
    }
    let (one, two) = (features.word(left.email), features.word(right.email));
    let (Some((mailbox, host)), Some((other, elsewhere))) = (one.split_once('@'), two.split_once('@')) else {
        return else_level(of::EMAIL);
    };
    let whole = mailbox.len().min(other.len()) >= 6 && mailbox.bytes().next() == other.bytes().next();
    let near = one.len().abs_diff(two.len()) <= 2 && strsim::osa_distance(one, two) <= 2;
    if whole && (mailbox == other || near || (host == elsewhere && names::slips_apart(mailbox, other))) {
        2
    } else if mailbox.bytes().next() == other.bytes().next() && emails_alike(features, left, right) {
        3
    } else {
        else_level(of::EMAIL)
    }
}

/// Whether what two e-mail addresses say beside a name that both begin with is alike: the name is compared elsewhere, and all
/// who bear it have it in their address.
fn emails_alike(features: &Features, left: &Profile, right: &Profile) -> bool {
    let (one, two) = (features.word(left.email), features.word(right.email));
    if strsim::jaro_winkler(one, two) < EMAILS_ALIKE {
        return false;
    }
    let begins = |email: &str, name: &str| {
        email.as_bytes().get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
    };
    let names = [left.given, right.given, left.family, right.family].map(|name| features.word(name));
    let shared =
        names.into_iter().filter(|name| begins(one, name) && begins(two, name)).map(str::len).max().unwrap_or(0);
    // A folded name has single bytes alone, so the rest of the address begins with a whole character.
    shared == 0 || strsim::jaro_winkler(&one[shared..], &two[shared..]) >= EMAILS_ALIKE
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
    while left != right && differences <= 2 {
        differences += u32::from(left % 10 != right % 10);
        left /= 10;
        right /= 10;
    }
    differences <= 2
}

fn local_id(features: &Features, units: &Units, one: u32, two: u32) -> u8 {
    let left = units.local_ids[one as usize];
    if !left.is_some() || !units.local_ids[two as usize].is_some() {
        return NULL;
    }
    let right = units.local_ids[two as usize];
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

    proptest::proptest! {
        #[test]
        fn one_edit_is_what_the_reference_counts_as_one(one in "[A-C1-2 ]{0,8}", two in "[A-C1-2 ]{0,8}") {
            let expected = strsim::osa_distance(&one, &two) <= 1;
            proptest::prop_assert_eq!(one_edit_at_most(one.as_bytes(), two.as_bytes()), expected);
        }
    }

    #[test]
    fn a_name_at_the_start_of_two_e_mail_addresses_makes_them_no_more_alike() {
        let config = super::super::tests::config(&[crate::config::Standing::Record]);
        let (mut features, _) = Features::of(&config, &crate::records::Records::empty());
        let mut words = crate::records::Texts::default();
        let cases = [
            ("POPPY", "poppy.owen71@diaz.com", "poppy.fox63@rivera.com", else_level(of::EMAIL)),
            ("JOSEPH", "joseph.bull@bailey-perry.com", "joseph.d@bell.com", else_level(of::EMAIL)),
            ("POPPY", "poppy.fox63@rivera.com", "poppy.foox63@rcvera.iom", 3),
            ("JOSEPH", "poppy.fox63@rivera.com", "poppy.fxo63@rivrea.cmo", 3),
        ];
        let cases = cases.map(|(given, one, two, expected)| {
            let given = words.intern(given);
            ([one, two].map(|email| Profile { given, email: words.intern(email), ..Profile::default() }), expected)
        });
        features.words = words;
        for ([left, right], expected) in cases {
            assert_eq!(email(&features, &left, &right), expected);
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
