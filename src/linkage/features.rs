//! What is compared: each person record's values, normalised once a distinct text, four bytes a value.

use super::blocking::mix;
use super::comparisons::Comparisons;
use super::likeness::{Likeness, Ways};
use super::names;
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
    /// The postcode again, as it is written: most pairs that are compared differ in it.
    pub written_postcode: ShortText,
    pub address: Symbol,
    pub phones: [Symbol; 2],
    pub email: Symbol,
    pub practice: Symbol,
    /// The NHS number as an integer; nought when missing.
    pub number: u64,
    /// Whether the number is verified: see [`Records::is_number_verified`].
    pub verified: bool,
}

/// A text of eight bytes at the most, of which none is nought.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ShortText([u8; 8]);

/// What profiles are made of.
pub(super) struct Features {
    /// Normalised texts.
    pub words: Texts,
    /// How names are alike.
    pub likeness: Likeness,
    /// Numbers that others took the place of.
    pub superseded: Superseded,
    /// What is compared.
    pub comparisons: Comparisons,
    /// Whether somebody's care hangs on who is who.
    pub is_care: bool,
}

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
        let all = 0..people.len() as PersonId;
        let mut profiles: Vec<Profile> = all.into_par_iter().map(|record| plain(config, records, record)).collect();
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
        profiles.par_iter_mut().for_each(|profile| {
            profile.written_postcode = ShortText::of(words.text(profile.postcode));
            if !profile.given.is_some() {
                profile.given = profile.others;
            }
        });
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
        let likeness = Likeness::of(&words, &profiles);
        let is_care = config.link.is_care;
        let mut profiles = Profiles { profiles, local_ids, kept, content: Vec::new() };
        profiles.content = profiles.hashes(&words, comparisons.kept());
        comparisons.find_dependence(&words, &profiles);
        (Features { words, likeness, superseded, comparisons, is_care }, profiles)
    }

    /// The NHS number that a record gives itself, and whether it is verified; nought when it gives none.
    pub(super) fn stated_number(config: &Config, records: &Records, record: PersonId) -> (u64, bool) {
        let profile = plain(config, records, record);
        (profile.number, profile.verified)
    }

    /// The ways in which two different names are alike; both must be there.
    pub(super) fn ways(&self, left: Symbol, right: Symbol) -> Ways {
        self.likeness.ways(&self.words, left, right)
    }

    /// The text of a normalised value.
    pub(super) fn word(&self, symbol: Symbol) -> &str {
        self.words.text(symbol)
    }
}

impl ShortText {
    fn of(text: &str) -> Self {
        let mut bytes = [0; 8];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        ShortText(bytes)
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0[..8 - u64::from_be_bytes(self.0).trailing_zeros() as usize / 8]
    }
}

impl std::fmt::Debug for ShortText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ShortText(redacted)")
    }
}

impl Profiles {
    /// The values that are kept of a record.
    pub(super) fn kept(&self, record: PersonId) -> &[Symbol] {
        let each = self.kept.len() / self.profiles.len().max(1);
        &self.kept[record as usize * each..(record as usize + 1) * each]
    }

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

/// Fills one field of all profiles at a time; each distinct text is normalised once.
struct Shop<'a> {
    records: &'a Records,
    words: &'a mut Texts,
    profiles: &'a mut [Profile],
}

/// In place of the number of a text: it has not been met.
const FRESH: u32 = u32::MAX;

impl Shop<'_> {
    fn fill(
        &mut self,
        field: Field,
        normalise: impl Fn(&str) -> Option<String> + Sync,
        place: impl Fn(&mut Profile) -> &mut Symbol + Sync,
    ) {
        let Records { people, texts, .. } = self.records;
        let (mut numbers, mut met) = (vec![FRESH; texts.len() + 1], Vec::new());
        for symbol in people.places().map(|record| people.symbol(field, record)).filter(|symbol| symbol.is_some()) {
            let number = &mut numbers[symbol.place() as usize];
            if *number == FRESH {
                *number = met.len() as u32;
                met.push(symbol);
            }
        }
        if met.is_empty() {
            return;
        }
        let normal: Vec<Option<String>> = met.par_iter().map(|symbol| normalise(texts.text(*symbol))).collect();
        let words = normal.iter().map(|normal| self.words.intern(normal.as_deref().unwrap_or_default()));
        let words: Vec<Symbol> = words.collect();
        self.profiles.par_iter_mut().enumerate().for_each(|(record, profile)| {
            let number = numbers[people.symbol(field, record as PersonId).place() as usize];
            *place(profile) = words.get(number as usize).copied().unwrap_or_default();
        });
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
