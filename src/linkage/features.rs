//! What is compared: each person record's values, normalised once a distinct text, four bytes a value.

use super::names::{self, Nicknames};
use crate::config::Config;
use crate::config::fields::person;
use crate::records::{PersonId, Records, Symbol, Texts};
use crate::values::{Postcode, Precision};

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
    /// Whether the number is verified: status 01 where a status column is mapped, else valid and no refused pattern.
    pub verified: bool,
}

/// The profiles of all person records.
pub(super) struct Features {
    /// Normalised texts.
    pub words: Texts,
    /// One a person record.
    pub profiles: Vec<Profile>,
    /// (provider, system, local id) of each record; nought when it has none.
    pub local_ids: Vec<Symbol>,
    /// Short forms of given names.
    pub nicknames: Nicknames,
}

impl Features {
    /// Normalises every person record.
    pub(super) fn of(config: &Config, records: &Records) -> Self {
        let mut words = Texts::default();
        let systems: Vec<Symbol> = config
            .sources
            .iter()
            .map(|source| words.intern(&format!("{}\u{1f}{}", source.provider, source.system)))
            .collect();
        let status_mapped: Vec<bool> = config
            .sources
            .iter()
            .map(|source| source.mapping.fields.contains_key(&person::NHS_NUMBER_STATUS))
            .collect();
        let mut shop = Shop { records, words, memo: Default::default() };
        let mut profiles = Vec::with_capacity(records.people.len());
        let mut local_ids = Vec::with_capacity(records.people.len());
        for record in records.people.places() {
            let source = usize::from(records.source[record as usize]);
            profiles.push(shop.profile(record, status_mapped[source]));
            let local = records.people.text(&records.texts, person::LOCAL_ID, record);
            local_ids.push(match local {
                "" => Symbol::NONE,
                id => shop.words.intern(&format!("{}\u{1f}{}", systems[source].place(), id.to_ascii_uppercase())),
            });
        }
        Features { words: shop.words, profiles, local_ids, nicknames: Nicknames::built_in() }
    }

    /// The text of a normalised value.
    pub(super) fn word(&self, symbol: Symbol) -> &str {
        self.words.text(symbol)
    }
}

/// Normalises with a memory of what each distinct text became, one for each way of normalising.
struct Shop<'a> {
    records: &'a Records,
    words: Texts,
    memo: [Vec<u32>; 7],
}

/// Not yet normalised, in a memo.
const FRESH: u32 = u32::MAX;

impl Shop<'_> {
    fn profile(&mut self, record: PersonId, status_mapped: bool) -> Profile {
        let people = &self.records.people;
        let symbol = |field| people.symbol(field, record);
        let number = people.nhs_number(&self.records.texts, person::NHS_NUMBER, record);
        let status = people.text(&self.records.texts, person::NHS_NUMBER_STATUS, record);
        let (mobile, phone) = (symbol(person::MOBILE), symbol(person::PHONE));
        let given = self.normal(0, symbol(person::GIVEN_NAME), names::given);
        let others = self.normal(1, symbol(person::OTHER_NAMES), names::given);
        Profile {
            given: if given.is_some() { given } else { others },
            others,
            family: self.normal(2, symbol(person::FAMILY_NAME), names::family),
            previous: self.normal(2, symbol(person::PREVIOUS_FAMILY_NAME), names::family),
            born: people.bits(person::DATE_OF_BIRTH, record),
            sex: match people.text(&self.records.texts, person::SEX, record) {
                "male" => 1,
                "female" => 2,
                _ => 0,
            },
            postcode: self.normal(3, symbol(person::POSTCODE), postcode),
            address: self.normal(4, symbol(person::ADDRESS), address),
            phones: [self.normal(5, mobile, telephone), self.normal(5, phone, telephone)],
            email: self.normal(6, symbol(person::EMAIL), email),
            practice: self.normal(4, symbol(person::GP_PRACTICE), address),
            number: number.map_or(0, |number| number.reveal_integer()),
            verified: number.is_some() && (!status_mapped || matches!(status, "01" | "1")),
        }
    }

    fn normal(&mut self, way: usize, symbol: Symbol, normalise: impl Fn(&str) -> Option<String>) -> Symbol {
        if !symbol.is_some() {
            return Symbol::NONE;
        }
        let place = symbol.place() as usize;
        if self.memo[way].len() <= place {
            self.memo[way].resize(self.records.texts.len() + 1, FRESH);
        }
        if self.memo[way][place] == FRESH {
            let normal = normalise(self.records.texts.text(symbol)).unwrap_or_default();
            self.memo[way][place] = self.words.intern(&normal).place();
        }
        Symbol::at(self.memo[way][place])
    }
}

/// The postcode where it places somebody: a pseudo-postcode is missing.
fn postcode(text: &str) -> Option<String> {
    Postcode::repair(text)
        .filter(|(postcode, _)| !postcode.is_pseudo())
        .map(|(postcode, _)| postcode.reveal().to_owned())
}

/// An address in plain capitals and digits, the commonest words of roads short.
fn address(text: &str) -> Option<String> {
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
fn email(text: &str) -> Option<String> {
    let plain = text.trim().to_lowercase();
    plain.contains('@').then_some(plain)
}

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

    /// Year, month and day of birth, with how much is known.
    pub(super) fn birth(&self) -> Option<(i16, i8, i8, Precision)> {
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
