//! What values of a field came to before, so that the same need not be cleaned again. Most values of a field of few forms are
//! found here, in as little memory as may be: what lies in a processor's own cache is found many times sooner.

use super::clean::Cleaned;
use super::texts::hash;
use compact_str::CompactString;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::hint::black_box;

/// Values of one field.
#[derive(Default)]
pub(super) struct Memory {
    seen: HashTable<(CompactString, Cleaned)>,
    /// The same of texts of up to eight bytes, which take half the memory so.
    seen_short: HashTable<(u64, Cleaned)>,
    days: Days,
}

/// What dates of ten signs came to, two numbers of two digits and a year, by their numbers: so many dates are found in less
/// memory, and sooner, than by their texts.
#[derive(Default)]
struct Days {
    /// What stands between the numbers; as the first such date has it.
    separator: u8,
    /// By year, and then by second number and first; not filled where no such date came yet.
    years: Vec<Option<Box<[Cleaned; DAYS_MAX]>>>,
}

/// Two numbers below 32.
const DAYS_MAX: usize = 1 << 10;

/// What a value is remembered by.
pub(super) struct Remembered<'r>(By<'r>);

enum By<'r> {
    Text(Cow<'r, str>, u64),
    Short(u64),
    /// What stands between the numbers of a date, and their place.
    Numbers(u8, (usize, usize)),
}

/// Distinct values that are remembered; past this, what is new is cleaned each time it comes. One more would not fit a table of
/// 2^17 places.
const REMEMBERED_MAX: usize = (1 << 17) / 8 * 7;

/// So many lie in a core's own cache, where nothing need be foreseen.
const FORESEEN_MIN: usize = 1 << 11;

impl Memory {
    /// What a date is remembered by.
    pub fn date<'r>(&self, text: &'r str) -> Remembered<'r> {
        match Days::place(text.as_bytes()) {
            Some((separator, place)) if self.days.holds(separator) => Remembered(By::Numbers(separator, place)),
            _ => Remembered::text(Cow::Borrowed(text)),
        }
    }

    /// Looks where a value would be remembered: memory answers several such questions in the time of one.
    pub fn foresee(&self, value: &Remembered<'_>) {
        match &value.0 {
            By::Text(_, hash) if self.seen.len() >= FORESEEN_MIN => {
                black_box(self.seen.find(*hash, |(raw, _)| black_box(raw.len()) == usize::MAX));
            }
            By::Short(bytes) if self.seen_short.len() >= FORESEEN_MIN => {
                black_box(self.seen_short.find(mixed(*bytes), |(known, _)| black_box(*known) == 0));
            }
            By::Text(..) | By::Short(_) | By::Numbers(..) => {}
        }
    }

    /// Whether it keeps no more in mind.
    pub fn is_full(&self) -> bool {
        self.seen.len() >= REMEMBERED_MAX || self.seen_short.len() >= REMEMBERED_MAX
    }

    /// What the same came to before.
    pub fn recall(&self, value: &Remembered<'_>) -> Option<Cleaned> {
        match &value.0 {
            By::Text(raw, hash) => self.seen.find(*hash, |(known, _)| *known == **raw).map(|(_, cleaned)| *cleaned),
            By::Short(bytes) => {
                self.seen_short.find(mixed(*bytes), |(known, _)| known == bytes).map(|(_, cleaned)| *cleaned)
            }
            By::Numbers(separator, (year, day)) if self.days.separator == *separator => {
                let of_year = self.days.years.get(*year)?.as_ref()?;
                Some(of_year[*day]).filter(|known| known.filled)
            }
            By::Numbers(..) => None,
        }
    }

    /// Keeps in mind what a value came to, its text in its place.
    pub fn remember(&mut self, value: Remembered<'_>, cleaned: Cleaned) {
        match value.0 {
            By::Text(..) if self.seen.len() >= REMEMBERED_MAX || self.recall(&value).is_some() => {}
            By::Text(raw, hash) => {
                self.seen.insert_unique(hash, (raw.as_ref().into(), cleaned), |(raw, _)| self::hash(raw));
            }
            By::Short(_) if self.seen_short.len() >= REMEMBERED_MAX || self.recall(&value).is_some() => {}
            By::Short(bytes) => {
                self.seen_short.insert_unique(mixed(bytes), (bytes, cleaned), |(bytes, _)| mixed(*bytes));
            }
            By::Numbers(separator, place) => self.days.keep(separator, place, cleaned),
        }
    }
}

impl Days {
    const YEARS: std::ops::Range<usize> = 1880..2100;

    /// What stands between the numbers, and their place.
    fn place(text: &[u8]) -> Option<(u8, (usize, usize))> {
        let &[a, b, separator, c, d, again, e, f, g, h] = text else { return None };
        let digits = [a, b, c, d, e, f, g, h].map(|sign| usize::from(sign.wrapping_sub(b'0')));
        if separator != again || separator.is_ascii_alphanumeric() || digits.iter().any(|digit| *digit > 9) {
            return None;
        }
        let [first, second] = [digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]];
        let year = digits[4..].iter().fold(0, |year, digit| year * 10 + digit);
        let known = Days::YEARS.contains(&year) && first < 32 && second < 32;
        known.then(|| (separator, (year - Days::YEARS.start, second * 32 + first)))
    }

    /// Whether dates with this between their numbers are kept here.
    fn holds(&self, separator: u8) -> bool {
        self.separator == separator || self.years.is_empty()
    }

    fn keep(&mut self, separator: u8, (year, day): (usize, usize), cleaned: Cleaned) {
        if self.years.is_empty() {
            self.years.resize(Days::YEARS.len(), None);
            self.separator = separator;
        }
        if self.separator == separator {
            self.years[year].get_or_insert_with(|| Box::new([Cleaned::MISSING; DAYS_MAX]))[day] = cleaned;
        }
    }
}

impl<'r> Remembered<'r> {
    /// By the value as it stands.
    pub fn text(raw: Cow<'r, str>) -> Self {
        Remembered(match short(&raw) {
            Some(bytes) => By::Short(bytes),
            None => {
                let hash = hash(&raw);
                By::Text(raw, hash)
            }
        })
    }

    /// With a text of its own.
    pub fn into_owned(self) -> Remembered<'static> {
        Remembered(match self.0 {
            By::Text(raw, hash) => By::Text(Cow::Owned(raw.into_owned()), hash),
            By::Short(bytes) => By::Short(bytes),
            By::Numbers(separator, place) => By::Numbers(separator, place),
        })
    }
}

/// The bytes of a text of one to eight, none of them nought.
fn short(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > 8 || bytes.contains(&0) {
        return None;
    }
    Some(bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)))
}

fn mixed(bytes: u64) -> u64 {
    FixedState::default().hash_one(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bits: u32) -> Cleaned {
        Cleaned::value(bits, None)
    }

    #[test]
    fn each_value_is_recalled_as_what_it_came_to() {
        let mut memory = Memory::default();
        let texts = ["a", "A", "12345678", "123456789", "a\0", "", "M", "Flat 2, 12 High Street, Anytown"];
        for (text, bits) in texts.iter().zip(1..) {
            memory.remember(Remembered::text((*text).into()), value(bits));
        }
        for (text, bits) in texts.iter().zip(1..) {
            let known = memory.recall(&Remembered::text((*text).into())).expect("it was remembered");
            assert_eq!(known.bits, bits, "{text:?}");
        }
        assert!(memory.recall(&Remembered::text("1234567".into())).is_none());
        assert!(memory.recall(&Remembered::text("a\0\0".into())).is_none());
    }

    #[test]
    fn dates_are_told_apart_by_their_numbers_and_by_what_stands_between_them() {
        let mut memory = Memory::default();
        let dates = ["05/06/1960", "06/05/1960", "5/6/1960", "05-06-1960", "05/06/2160", "31/31/1960", "99/06/1960"];
        for (date, bits) in dates.iter().zip(1..) {
            let by = memory.date(date);
            memory.remember(by, value(bits));
        }
        for (date, bits) in dates.iter().zip(1..) {
            assert_eq!(memory.recall(&memory.date(date)).map(|known| known.bits), Some(bits), "{date}");
        }
        for other in ["05/06/1961", "05.06.1960", "05/06-1960", "O5/06/1960", "05/06/196"] {
            assert!(memory.recall(&memory.date(other)).is_none(), "{other}");
        }
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut memory = Memory::default();
        for number in 0..2 * REMEMBERED_MAX as u32 {
            memory.remember(Remembered::text(format!("{number:08}").into()), value(number + 1));
            memory.remember(Remembered::text(format!("{number:09}").into()), value(number + 1));
        }
        assert_eq!((memory.seen.len(), memory.seen_short.len()), (REMEMBERED_MAX, REMEMBERED_MAX));
    }
}
