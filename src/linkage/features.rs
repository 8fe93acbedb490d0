//! What is compared: each person record's values, normalised once a distinct text, four bytes a value.

use super::blocking::mix;
use super::comparisons::Comparisons;
use super::names::{self, Nicknames};
use super::superseded::Superseded;
use crate::config::fields::person;
use crate::config::{Config, Field};
use crate::records::{PersonId, Records, Symbol, Texts};
use crate::values::{Postcode, Precision};
use rayon::prelude::*;

/// Normalised values of one person record or of several that a local id joins. Symbols are of [`Features::words`];
/// nought is missing. Dates are packed as [`crate::values::PartialDate`] packs them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub given: Symbol,
    pub others: Symbol,
    pub family: Symbol,
    pub previous: Symbol,
    pub born: u32,
    pub sex: u8,
    pub postcode: Symbol,
    pub address: Symbol,
    pub phones: [Symbol; 2],
    pub email: Symbol,
    pub practice: Symbol,
    /// The NHS number as an integer; nought when missing.
    pub number: u64,
    /// Whether the number is verified: see [`Records::is_number_verified`].
    pub verified: bool,
}

/// What profiles are made of.
pub(super) struct Features {
    /// Normalised texts.
    pub words: Texts,
    /// Short forms of given names.
    pub nicknames: Nicknames,
    /// Numbers that others took the place of.
    pub superseded: Superseded,
    /// What is compared.
    pub comparisons: Comparisons,
    /// Whether somebody's care hangs on who is who.
    pub is_care: bool,
    /// By the place of a word: how many people bear it as a name.
    bearers: Vec<u32>,
    /// By the place of a word: whether it is a name of [`Nicknames`].
    is_known: Vec<bool>,
}

/// A name that so many people bear is no slip in another,
const USUAL_AT_LEAST: u32 = 3;
/// unless so many times as many bear the other: in a table that is kept with little care the likeliest slips in a common name
/// come again and again.
const TIMES_AS_USUAL: u32 = 40;
/// Of those who share the other name and the birth date, the names of so many are held beside one another.
const HELD_BESIDE: usize = 16;

/// One of each a person record, until units are made of them.
pub(super) struct Profiles {
    /// The values.
    pub profiles: Vec<Profile>,
    /// (provider, system, local id) of each record; nought when it has none.
    pub local_ids: Vec<Symbol>,
    /// Values kept for what was added to the comparisons: as many a record as there are columns.
    pub kept: Vec<Symbol>,
    /// A hash of what each record says, whatever the order in which words were met.
    pub content: Vec<u64>,
}

impl Features {
    /// Normalises every person record.
    pub(super) fn of(config: &Config, records: &Records) -> (Self, Profiles) {
        let mut words = Texts::default();
        let systems: Vec<Symbol> = config
            .sources
            .iter()
            .map(|source| words.intern(&format!("{}\u{1f}{}", source.provider, source.system)))
            .collect();
        let people = &records.people;
        let mut profiles: Vec<Profile> = people.places().map(|record| plain(config, records, record)).collect();
        let mut shop = Shop { records, words: &mut words, profiles: &mut profiles };
        shop.fill(person::GIVEN_NAME, names::given, |profile| &mut profile.given);
        shop.fill(person::OTHER_NAMES, names::given, |profile| &mut profile.others);
        shop.fill(person::FAMILY_NAME, names::family, |profile| &mut profile.family);
        shop.fill(person::PREVIOUS_FAMILY_NAME, names::family, |profile| &mut profile.previous);
        let anywhere = |text: &str| if config.link.is_care { postcode(text) } else { any_postcode(text) };
        shop.fill(person::POSTCODE, anywhere, |profile| &mut profile.postcode);
        shop.fill(person::ADDRESS, address, |profile| &mut profile.address);
        shop.fill(person::MOBILE, telephone, |profile| &mut profile.phones[0]);
        shop.fill(person::PHONE, telephone, |profile| &mut profile.phones[1]);
        shop.fill(person::EMAIL, email, |profile| &mut profile.email);
        shop.fill(person::GP_PRACTICE, address, |profile| &mut profile.practice);
        for profile in profiles.iter_mut().filter(|profile| !profile.given.is_some()) {
            profile.given = profile.others;
        }
        let mut local_ids = Vec::with_capacity(people.len());
        for record in people.places() {
            let system = systems[usize::from(records.source[record as usize])];
            local_ids.push(match people.text(&records.texts, person::LOCAL_ID, record) {
                "" => Symbol::NONE,
                id => words.intern(&format!("{}\u{1f}{}", system.place(), id.to_ascii_uppercase())),
            });
        }
        let mut comparisons = Comparisons::of(config, records, &profiles);
        let kept = comparisons.values(records, &mut words);
        words.close();
        let superseded = Superseded::of(config, records);
        let nicknames = Nicknames::built_in();
        let bearers = bearers(&words, &profiles);
        let is_known = (0..=words.len() as u32).map(|place| nicknames.holds(words.text(Symbol::at(place)))).collect();
        let is_care = config.link.is_care;
        let mut profiles = Profiles { profiles, local_ids, kept, content: Vec::new() };
        profiles.content = profiles.hashes(&words, comparisons.kept());
        comparisons.find_dependence(&words, &profiles);
        (Features { words, nicknames, superseded, comparisons, is_care, bearers, is_known }, profiles)
    }

    /// Whether both names are such as people bear, neither what a slip makes of the other.
    pub(super) fn are_usual(&self, left: Symbol, right: Symbol) -> bool {
        let [left, right] = [left, right].map(|name| name.place() as usize);
        let enough = |other: usize| USUAL_AT_LEAST.max(self.bearers[other] / TIMES_AS_USUAL);
        let is_usual = |name: usize, other: usize| self.is_known[name] || self.bearers[name] >= enough(other);
        is_usual(left, right) && is_usual(right, left)
    }

    /// Whether two different names are as near as slips leave a name, and one of them at least is hardly anybody's: Ava and
    /// Va, but not Mia and Tia.
    pub(super) fn slips_apart(&self, left: Symbol, right: Symbol) -> bool {
        !self.are_usual(left, right) && names::slips_apart(self.word(left), self.word(right))
    }

    /// The NHS number that a record gives itself, and whether it is verified; nought when it gives none.
    pub(super) fn stated_number(config: &Config, records: &Records, record: PersonId) -> (u64, bool) {
        let profile = plain(config, records, record);
        (profile.number, profile.verified)
    }

    /// The text of a normalised value.
    pub(super) fn word(&self, symbol: Symbol) -> &str {
        self.words.text(symbol)
    }
}

impl Profiles {
    fn hashes(&self, words: &Texts, kept_each: usize) -> Vec<u64> {
        let of_word = |place: u32| {
            let bytes = words.text(Symbol::at(place)).as_bytes();
            bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| mix(hash ^ u64::from(*byte)))
        };
        let of_words: Vec<u64> = (0..=words.len() as u32).into_par_iter().map(of_word).collect();
        let of_record = |(record, profile): (usize, &Profile)| {
            let Profile { given, others, family, previous, postcode, address, phones, email, practice, .. } = *profile;
            let [mobile, phone] = phones;
            let id = self.local_ids[record];
            let symbols = [given, others, family, previous, postcode, address, mobile, phone, email, practice, id];
            let kept = &self.kept[record * kept_each..(record + 1) * kept_each];
            let rest = u64::from(profile.born) << 34 ^ u64::from(profile.sex) << 60 ^ u64::from(profile.verified) << 59;
            symbols
                .iter()
                .chain(kept)
                .fold(mix(profile.number ^ rest), |hash, symbol| mix(hash ^ of_words[symbol.place() as usize]))
        };
        self.profiles.par_iter().enumerate().map(of_record).collect()
    }
}

/// How many people bear each name, by the place of its word. A slip mostly stands beside what it is a slip of: a name close to
/// it, with the same other name and the same birth date. What stands so does not count.
fn bearers(words: &Texts, profiles: &[Profile]) -> Vec<u32> {
    let mut counts = vec![0u32; words.len() + 1];
    count_bearers(words, profiles, |profile| (profile.given, profile.family), &mut counts);
    count_bearers(words, profiles, |profile| (profile.family, profile.given), &mut counts);
    counts
}

/// Adds to the count of each name how many people bear it, who are told apart by the other name and the birth date; `names`
/// gives a name and the other.
fn count_bearers(
    words: &Texts,
    profiles: &[Profile],
    names: impl Fn(&Profile) -> (Symbol, Symbol) + Sync,
    counts: &mut [u32],
) {
    let bearer = |profile: &Profile| {
        let (name, other) = names(profile);
        name.is_some().then(|| (u64::from(other.place()) << 32 | u64::from(profile.born), name.place()))
    };
    let mut bearers: Vec<(u64, u32)> = profiles.par_iter().filter_map(bearer).collect();
    bearers.par_sort_unstable();
    for known_as in bearers.chunk_by(|one, two| one.0 == two.0) {
        let mut distinct: Vec<u32> = known_as.iter().map(|(_, name)| *name).collect();
        distinct.dedup();
        let text = |name: u32| words.text(Symbol::at(name));
        let has_neighbour = |name: u32| {
            distinct.len() <= HELD_BESIDE
                && distinct.iter().any(|other| *other != name && names::is_near(text(name), text(*other)))
        };
        distinct.iter().filter(|name| !has_neighbour(**name)).for_each(|name| counts[*name as usize] += 1);
    }
}

/// A profile with all that is not a word.
fn plain(config: &Config, records: &Records, record: PersonId) -> Profile {
    let people = &records.people;
    let number = people.nhs_number(&records.texts, person::NHS_NUMBER, record);
    Profile {
        born: people.bits(person::DATE_OF_BIRTH, record),
        sex: match people.text(&records.texts, person::SEX, record) {
            "male" => 1,
            "female" => 2,
            _ => 0,
        },
        number: number.map_or(0, |number| number.reveal_integer()),
        verified: records.is_number_verified(config, record),
        ..Profile::default()
    }
}

/// Fills one field of all profiles at a time, with a memory of what each distinct text became.
struct Shop<'a> {
    records: &'a Records,
    words: &'a mut Texts,
    profiles: &'a mut [Profile],
}

/// Not yet normalised, in a memory.
const FRESH: u32 = u32::MAX;

impl Shop<'_> {
    fn fill(
        &mut self,
        field: Field,
        normalise: impl Fn(&str) -> Option<String>,
        place: impl Fn(&mut Profile) -> &mut Symbol,
    ) {
        let texts = &self.records.texts;
        let mut memory = vec![FRESH; texts.len() + 1];
        memory[0] = 0;
        for (record, profile) in (0..).zip(self.profiles.iter_mut()) {
            let symbol = self.records.people.symbol(field, record);
            let known = &mut memory[symbol.place() as usize];
            if *known == FRESH {
                let normal = normalise(texts.text(symbol)).unwrap_or_default();
                *known = self.words.intern(&normal).place();
            }
            *place(profile) = Symbol::at(*known);
        }
    }
}

/// The postcode where it places somebody: a pseudo-postcode is missing.
fn postcode(text: &str) -> Option<String> {
    Postcode::repair(text)
        .filter(|(postcode, _)| !postcode.is_pseudo())
        .map(|(postcode, _)| postcode.reveal().to_owned())
}

/// The same, or what a slip made of one: capitals and digits, as many as a postcode has, or one more or less. What another
/// country has for one may be a town of thousands, and places nobody as a postcode does.
pub(super) fn any_postcode(text: &str) -> Option<String> {
    let plain: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    let letters = plain.bytes().filter(u8::is_ascii_uppercase).count();
    let other = (5..=8).contains(&plain.len()) && letters >= 2 && plain.len() - letters >= 1;
    let is_pseudo = || Postcode::repair(text).is_some_and(|(postcode, _)| postcode.is_pseudo());
    postcode(text).or_else(|| (other && !is_pseudo()).then_some(plain))
}

/// An address in plain capitals and digits, the commonest words of roads short.
pub(super) fn address(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    for word in
        text.split(|character: char| !character.is_alphanumeric() && character != '\'').filter(|word| !word.is_empty())
    {
        let word: String = word.chars().filter(|character| *character != '\'').flat_map(char::to_uppercase).collect();
        let short = match word.as_str() {
            "STREET" => "ST",
            "ROAD" => "RD",
            "AVENUE" => "AVE",
            "CLOSE" => "CL",
            "LANE" => "LN",
            "DRIVE" => "DR",
            "COURT" => "CT",
            "CRESCENT" => "CRES",
            "GARDENS" => "GDNS",
            other => other,
        };
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(short);
    }
    (!plain.is_empty()).then_some(plain)
}

/// A telephone number as national digits: `+44 7700 900123` is `07700900123`. `None` below nine digits and for one digit
/// repeated.
pub(super) fn telephone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = text.trim_start().starts_with('+')
        || digits.starts_with("0044")
        || (digits.starts_with("44") && digits.len() == 12);
    let national = match (international, digits.trim_start_matches('0').strip_prefix("44")) {
        (true, Some(rest)) => rest.trim_start_matches('0').to_owned(),
        _ => digits.trim_start_matches('0').to_owned(),
    };
    let repeated = national.bytes().all(|digit| Some(digit) == national.bytes().next());
    (national.len() >= 9 && !repeated).then(|| format!("0{national}"))
}

/// An e-mail address in small letters.
pub(super) fn email(text: &str) -> Option<String> {
    let plain = text.trim().to_lowercase();
    plain.contains('@').then_some(plain)
}

/// Year, month and day of birth, with how much is known.
pub(super) type Birth = (i16, i8, i8, Precision);

impl Profile {
    /// Whether it says enough to be compared with everybody: a date of birth or a number, or a whole name with a place
    /// or a telephone.
    pub(super) fn is_full(&self) -> bool {
        let whole_name = self.given.is_some() && self.family.is_some();
        let reachable =
            self.postcode.is_some() || self.address.is_some() || self.phones.iter().any(|phone| phone.is_some());
        let named = self.given.is_some() || self.family.is_some();
        (self.born != 0 && named) || self.number != 0 || (whole_name && reachable)
    }

    /// Whether it says two things at least, by which it may be compared where nobody's care hangs on it; `kept` are values of
    /// added comparisons.
    pub(super) fn says_two_things(&self, kept: &[Symbol]) -> bool {
        let Profile { given, family, postcode, address, email, .. } = *self;
        let phone = if self.phones[0].is_some() { self.phones[0] } else { self.phones[1] };
        let symbols = [given, family, postcode, address, email, phone];
        let said = symbols.iter().chain(kept).filter(|value| value.is_some()).count();
        said + usize::from(self.born != 0) + usize::from(self.number != 0) >= 2
    }

    /// The date of birth.
    pub(super) fn birth(&self) -> Option<Birth> {
        let born = crate::values::PartialDate::unpack(self.born)?;
        let date = born.date();
        Some((date.year(), date.month(), date.day(), born.precision()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_in_national_digits() {
        for (text, expected) in [
            ("+44 7700 900123", Some("07700900123")),
            ("07700 900123", Some("07700900123")),
            ("7700900123", Some("07700900123")),
            ("0044 (0)7700 900123", Some("07700900123")),
            ("447700900123", Some("07700900123")),
            ("01865 900100", Some("01865900100")),
            ("0000000000", None),
            ("999", None),
            ("", None),
        ] {
            assert_eq!(telephone(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_postcode_that_places_nobody_is_missing() {
        assert_eq!(postcode("ZZ99 3VZ"), None);
        assert_eq!(postcode("ox41ab").as_deref(), Some("OX4 1AB"));
    }

    #[test]
    fn addresses_agree_however_roads_are_written() {
        assert_eq!(address("12, St. Mary's Road"), address("12 ST MARYS RD"));
        assert_ne!(address("12 Mary Road"), address("21 Mary Road"));
    }
}
