//! A cell to a value of its field's type: four bytes, or what is wrong with it.

use super::dates::DateReader;
use super::organisation::Organisations;
use super::texts::{Texts, hash};
use super::written::Written;
use crate::config::{Field, FieldRule, FieldType, RecordKind};
use crate::ledger::Reason;
use crate::sources::{Cell, DateSystem};
use crate::values::{Moment, NhsNumber, NhsNumberFault, Postcode, Scheme};
use compact_str::CompactString;
use hashbrown::HashTable;
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;

/// What a cell came to.
#[derive(Clone, Copy)]
pub(super) struct Cleaned {
    /// The value as tables hold it; nought when there is none that can be used.
    pub bits: u32,
    /// What is wrong, or worth knowing.
    pub reason: Option<Reason>,
    /// Whether the cell said anything, usable or not.
    pub filled: bool,
    /// How a date stands there.
    pub written: Written,
}

/// The same before its text, if it is one, has a place among the texts of a run.
pub(super) struct Clean<'r> {
    /// The value; its bits are nought while it is a text.
    pub value: Cleaned,
    /// The text.
    pub text: Option<Cow<'r, str>>,
}

/// A borrowed cell, or several cells joined.
#[derive(Clone, Copy)]
pub(super) enum Reading<'r> {
    Empty,
    Text(&'r str),
    Number(f64),
    Bool(bool),
    Moment(Moment),
    Error,
}

/// Cleans the values of one field of one source.
pub(super) struct Cleaner {
    how: How,
    /// What values of few distinct forms came to: they cost more to clean than to remember.
    seen: HashTable<(CompactString, Cleaned)>,
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
    /// What stands between the numbers of a date, and their place.
    Numbers(u8, (usize, usize)),
}

enum How {
    Text,
    Name,
    Postcode,
    NhsNumber,
    Coded(Codes),
    Date(DateReader),
    Organisation(Organisations),
}

/// Raw values by what they mean, all in lower case.
struct Codes {
    meanings: BTreeMap<String, &'static str>,
    /// The same by number, since a spreadsheet drops leading noughts.
    numbers: BTreeMap<String, &'static str>,
    words: &'static [&'static str],
}

/// Distinct raw values that a cleaner remembers; past this, what is new is cleaned each time it comes.
const REMEMBERED_MAX: usize = 1 << 16;

/// Numbers from here on have lost digits: a spreadsheet keeps fifteen.
const ROUNDED_FROM: f64 = 1e15;

impl Cleaned {
    /// Nothing was said.
    pub const MISSING: Cleaned = Cleaned { bits: 0, reason: None, filled: false, written: Written::Plainly };

    /// Something was said that cannot be used.
    pub fn refused(reason: Reason) -> Self {
        Cleaned { reason: Some(reason), filled: true, ..Cleaned::MISSING }
    }

    /// A value, perhaps with something to know about it.
    pub fn value(bits: u32, reason: Option<Reason>) -> Self {
        Cleaned { bits, reason, filled: true, ..Cleaned::MISSING }
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

impl Remembered<'_> {
    /// With a text of its own.
    pub fn into_owned(self) -> Remembered<'static> {
        Remembered(match self.0 {
            By::Text(raw, hash) => By::Text(Cow::Owned(raw.into_owned()), hash),
            By::Numbers(separator, place) => By::Numbers(separator, place),
        })
    }
}

impl<'r> Clean<'r> {
    /// A text, perhaps with something to know about it.
    pub fn text(text: impl Into<Cow<'r, str>>, reason: Option<Reason>) -> Self {
        Clean { value: Cleaned::value(0, reason), text: Some(text.into()) }
    }

    /// Something was said that cannot be used.
    pub fn refused(reason: Reason) -> Self {
        Cleaned::refused(reason).into()
    }

    /// With a text of its own.
    pub fn into_owned(self) -> Clean<'static> {
        Clean { value: self.value, text: self.text.map(|text| Cow::Owned(text.into_owned())) }
    }

    /// With its text in its place.
    pub fn placed(self, texts: &mut Texts) -> Cleaned {
        match self.text {
            Some(text) => Cleaned { bits: texts.intern(&text).place(), ..self.value },
            None => self.value,
        }
    }
}

impl From<Cleaned> for Clean<'_> {
    fn from(value: Cleaned) -> Self {
        Clean { value, text: None }
    }
}

impl<'r> Reading<'r> {
    /// What a cell holds.
    pub fn of(cell: &'r Cell) -> Self {
        match cell {
            Cell::Empty => Reading::Empty,
            Cell::Text(text) => Reading::Text(text),
            Cell::Number(number) => Reading::Number(*number),
            Cell::Bool(is) => Reading::Bool(*is),
            Cell::Moment(moment) => Reading::Moment(*moment),
            Cell::Error(_) => Reading::Error,
        }
    }

    /// As a person reads it, white space folded; `None` when nothing is said.
    pub fn text(self) -> Option<Cow<'r, str>> {
        match self {
            Reading::Empty | Reading::Error => None,
            Reading::Text(text) => said(text, false),
            Reading::Number(number) => Some(Cow::Owned(number_text(number))),
            Reading::Bool(is) => Some(Cow::Borrowed(bool_text(is))),
            Reading::Moment(moment) => Some(Cow::Owned(moment.reveal())),
        }
    }
}

impl Cleaner {
    /// For a field under this rule. `dates` are the file's own forms, tried after the rule's.
    pub fn for_field(field: Field, rule: &FieldRule, dates: &[String], as_at: Date) -> Self {
        let forms = || rule.dates.iter().chain(dates).map(String::as_str);
        let how = match field.field_type() {
            FieldType::Text if field == crate::config::fields::person::POSTCODE => How::Postcode,
            FieldType::Text if is_name(field) => How::Name,
            FieldType::Text => Organisations::of(field, as_at).map_or(How::Text, How::Organisation),
            FieldType::NhsNumber => How::NhsNumber,
            FieldType::Coded(words) => How::Coded(Codes::new(&rule.codes, words)),
            FieldType::Date | FieldType::Moment => How::Date(DateReader::of_field(field, forms(), as_at)),
        };
        Cleaner { how, seen: HashTable::new(), days: Days::default() }
    }

    /// For a column that is kept as text.
    pub fn for_extra() -> Self {
        Cleaner { how: How::Text, seen: HashTable::new(), days: Days::default() }
    }

    /// Whether the values are dates.
    pub fn is_date(&self) -> bool {
        matches!(self.how, How::Date(_))
    }

    /// Whether a number would be read as a spreadsheet's count of days, so that the workbook's date system matters.
    pub fn counts_days(&self, number: f64) -> bool {
        matches!(&self.how, How::Date(dates) if dates.counts_days(number))
    }

    /// Reads a spreadsheet's count of days.
    pub fn serial(&self, number: f64, system: DateSystem) -> Cleaned {
        match &self.how {
            How::Date(dates) => dates.serial(number, system),
            _ => Cleaned::refused(Reason::DateNotUnderstood),
        }
    }

    /// What a value is remembered by, if values of this field are.
    pub fn remembered_by<'r>(&self, reading: Reading<'r>) -> Option<Remembered<'r>> {
        let is_date = match &self.how {
            How::Text | How::Name | How::NhsNumber => return None,
            How::Postcode | How::Coded(_) | How::Organisation(_) => false,
            How::Date(_) => true,
        };
        let raw = match reading {
            Reading::Text(text) if is_date => match Days::place(text.as_bytes()) {
                Some((separator, place)) if self.days.holds(separator) => {
                    return Some(Remembered(By::Numbers(separator, place)));
                }
                _ => Cow::Borrowed(text),
            },
            Reading::Text(text) => Cow::Borrowed(text),
            Reading::Number(number) if !is_date && number.abs() < ROUNDED_FROM => Cow::Owned(number_text(number)),
            _ => return None,
        };
        let hash = hash(&raw);
        Some(Remembered(By::Text(raw, hash)))
    }

    /// Looks where a value would be remembered: memory answers several such questions in the time of one.
    pub fn foresee(&self, value: &Remembered<'_>) {
        if let By::Text(_, hash) = &value.0 {
            black_box(self.seen.find(*hash, |(raw, _)| black_box(raw.len()) == usize::MAX));
        }
    }

    /// What the same came to before.
    pub fn recall(&self, value: &Remembered<'_>) -> Option<Cleaned> {
        match &value.0 {
            By::Text(raw, hash) => self.seen.find(*hash, |(known, _)| *known == **raw).map(|(_, cleaned)| *cleaned),
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
            By::Numbers(separator, place) => self.days.keep(separator, place, cleaned),
        }
    }

    /// Cleans a value.
    pub fn clean<'r>(&self, reading: Reading<'r>) -> Clean<'r> {
        match reading {
            Reading::Empty => Cleaned::MISSING.into(),
            Reading::Error => Clean::refused(Reason::CellError),
            Reading::Text(text) if is_sheet_error(text) => Clean::refused(Reason::CellError),
            Reading::Text(text) => self.clean_text(text),
            Reading::Number(number) => self.clean_number(number),
            Reading::Bool(is) => self.clean_text(bool_text(is)),
            Reading::Moment(moment) => match &self.how {
                How::Date(dates) => workbook_date(moment, dates).into(),
                _ => self.clean_text(&moment.reveal()).into_owned(),
            },
        }
    }

    fn clean_text<'r>(&self, raw: &'r str) -> Clean<'r> {
        if let How::Coded(codes) = &self.how {
            return codes.clean(raw);
        }
        let Some(found) = said(raw, matches!(self.how, How::Name)) else { return Cleaned::MISSING.into() };
        match &self.how {
            How::Text | How::Organisation(_) if found.contains("E+") && is_scientific(&found) => {
                Clean::refused(Reason::DigitsRounded)
            }
            How::Text | How::Name | How::Coded(_) => Clean::text(found, None),
            How::NhsNumber => nhs_number(found),
            How::Postcode => postcode(&found),
            How::Date(dates) => date_in_text(&found, dates).into(),
            How::Organisation(codes) => codes.clean(found),
        }
    }

    fn clean_number(&self, number: f64) -> Clean<'static> {
        match &self.how {
            How::Date(dates) => dates.number(number).into(),
            How::Text | How::Name | How::Organisation(_) if number.abs() >= ROUNDED_FROM => {
                Clean::refused(Reason::DigitsRounded)
            }
            _ => self.clean_text(&number_text(number)).into_owned(),
        }
    }
}

/// A number as a sheet shows it at full width: whole numbers without a point.
pub(super) fn number_text(number: f64) -> String {
    if number == 0.0 { "0".into() } else { format!("{number}") }
}

/// A logical value as a sheet shows it.
fn bool_text(is: bool) -> &'static str {
    if is { "TRUE" } else { "FALSE" }
}

/// Text with outer white space gone, inner white space folded to one space each and control characters removed;
/// `None` when it is empty or one of the ways in which people and systems write "nothing".
pub(super) fn said(raw: &str, name: bool) -> Option<Cow<'_, str>> {
    let text = fold(unguarded(raw.trim()));
    if text.is_empty() || is_placeholder(&text, name) { None } else { Some(text) }
}

/// White space folded, control characters and invisible marks removed.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if is_folded(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if !character.is_control() && !is_invisible(character) {
            folded.push(character);
        }
    }
    folded.truncate(folded.trim_end().len());
    Cow::Owned(folded)
}

/// Whether a text of ASCII is folded as it stands. Every byte is looked at without a way out in between, which many at once
/// can be.
fn is_folded(text: &[u8]) -> bool {
    let printable = text.iter().fold(true, |all, byte| all & byte.is_ascii_graphic() | (all & (*byte == b' ')));
    let double = text.iter().zip(text.iter().skip(1)).fold(false, |any, (one, two)| any | ((*one | *two) == b' '));
    printable && !double && text.first() != Some(&b' ') && text.last() != Some(&b' ')
}

/// Byte order marks, zero-width spaces and marks that turn the direction of text round.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character, '\u{feff}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}')
}

/// Takes off what people put round a number so that a spreadsheet leaves it alone: `="0123"`, `'0123`.
fn unguarded(text: &str) -> &str {
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return inner.trim();
    }
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => rest,
        _ => text,
    }
}

/// What stands for "nothing" in any field.
const PLACEHOLDERS: [&str; 22] = [
    "-",
    "--",
    "---",
    ".",
    "..",
    "?",
    "??",
    "n/a",
    "n.a.",
    "n/k",
    "none",
    "not known",
    "unknown",
    "not recorded",
    "not given",
    "not available",
    "not applicable",
    "<null>",
    "(null)",
    "[null]",
    "(blank)",
    "#n/a n/a",
];

const PLACEHOLDER_BYTES_MAX: usize = 14;

/// What stands for "nothing" where no name can stand: people are called Null and Nan, and their initials are NA and NK.
const PLACEHOLDERS_UNLIKE_NAMES: [&str; 4] = ["null", "nan", "na", "nk"];

fn is_placeholder(text: &str, name: bool) -> bool {
    // Nearly every text is something: one look tells most of them.
    if text.len() > PLACEHOLDER_BYTES_MAX
        || !matches!(text.as_bytes(), [b'-' | b'.' | b'?' | b'<' | b'(' | b'[' | b'#' | b'n' | b'N' | b'u' | b'U', ..])
    {
        return false;
    }
    let is = |placeholder: &&str| placeholder.len() == text.len() && placeholder.eq_ignore_ascii_case(text);
    text == "NULL" || PLACEHOLDERS.iter().any(is) || (!name && PLACEHOLDERS_UNLIKE_NAMES.iter().any(is))
}

fn is_sheet_error(text: &str) -> bool {
    text.starts_with('#')
        && ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"].contains(&text.trim_end())
}

/// Fields that hold the name or the initials of somebody.
fn is_name(field: Field) -> bool {
    let names: &[&str] = match field.kind {
        RecordKind::Person => {
            &["family_name", "given_name", "other_names", "full_name", "previous_family_name", "guardian"]
        }
        RecordKind::Referral => &["triaged_by", "referrer", "clinician"],
        RecordKind::Appointment => &["clinician"],
        RecordKind::Diagnostic => &["reviewed_by"],
        RecordKind::OutcomeScore => &["answered_by", "entered_by"],
        RecordKind::Paper => &["keyed_by"],
        RecordKind::Document | RecordKind::Concern => &[],
    };
    names.contains(&field.name())
}

fn postcode(found: &str) -> Clean<'static> {
    let found = found.to_uppercase();
    let reason = match Postcode::repair(&found) {
        None => Some(Reason::PostcodeShape),
        Some((postcode, _)) => postcode.is_pseudo().then_some(Reason::PostcodePseudo),
    };
    Clean::text(found, reason)
}

fn date_in_text(found: &str, dates: &DateReader) -> Cleaned {
    let cleaned = dates.text(found);
    Cleaned { written: Written::of_text(found, dates.day_of(cleaned.bits)), ..cleaned }
}

fn workbook_date(moment: Moment, dates: &DateReader) -> Cleaned {
    let cleaned = dates.moment(moment);
    let written = if cleaned.bits == 0 { Written::Plainly } else { Written::of_workbook(moment) };
    Cleaned { written, ..cleaned }
}

fn nhs_number(text: Cow<'_, str>) -> Clean<'_> {
    let found = text.strip_suffix(".0").unwrap_or(&text);
    let fault = match found.parse::<NhsNumber>() {
        Ok(number) => {
            let reason = match number.scheme() {
                Scheme::England => None,
                Scheme::Chi => Some(Reason::NhsNumberChi),
                Scheme::HealthAndCare => Some(Reason::NhsNumberHealthAndCare),
                Scheme::NotIssued => Some(Reason::NhsNumberNotIssued),
                Scheme::Test => Some(Reason::NhsNumberTest),
            };
            // Ten bytes that are a number are its ten digits.
            return if text.len() == 10 { Clean::text(text, reason) } else { Clean::text(number.reveal(), reason) };
        }
        Err(fault) => fault,
    };
    Clean::refused(match fault {
        NhsNumberFault::Length(9) => match leading_nought(found) {
            Some(number) => return Clean::text(number.reveal(), Some(Reason::NhsNumberLeadingZero)),
            None => Reason::NhsNumberLength,
        },
        NhsNumberFault::Length(_) => Reason::NhsNumberLength,
        NhsNumberFault::NotDigits if is_scientific(found) => Reason::NhsNumberScientific,
        NhsNumberFault::NotDigits => Reason::NhsNumberNotDigits,
        NhsNumberFault::CheckDigit => Reason::NhsNumberCheckDigit,
        NhsNumberFault::Refused => Reason::NhsNumberRefused,
    })
}

/// Nine digits that make a Scottish number with a nought before them: of the registers in use, only that one issues
/// numbers that start with nought.
fn leading_nought(nine: &str) -> Option<NhsNumber> {
    format!("0{nine}").parse::<NhsNumber>().ok().filter(|number| number.scheme() == Scheme::Chi)
}

/// `4.01E+09`
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent) && digits(&mantissa.replacen(['.', ','], "", 1))
}

impl Codes {
    fn new(codes: &BTreeMap<String, String>, words: &'static [&'static str]) -> Self {
        let mut meanings = BTreeMap::new();
        let mut numbers = BTreeMap::new();
        for (raw, meaning) in codes {
            let Some(word) = words.iter().find(|word| **word == meaning.trim()) else { continue };
            let raw = fold(raw.trim()).to_lowercase();
            if let Some(number) = without_noughts(&raw) {
                numbers.entry(number.to_owned()).or_insert(*word);
            }
            meanings.entry(raw).or_insert(*word);
        }
        Codes { meanings, numbers, words }
    }

    fn clean(&self, raw: &str) -> Clean<'static> {
        let folded = fold(unguarded(raw.trim())).to_lowercase();
        let word = self.meanings.get(&folded).copied().or_else(|| self.word(&folded)).or_else(|| self.number(&folded));
        match word {
            Some(word) => Clean::text(word, None),
            None if said(raw, false).is_none() => Cleaned::MISSING.into(),
            None => Clean::refused(Reason::CodeNotMapped),
        }
    }

    fn word(&self, folded: &str) -> Option<&'static str> {
        let hyphened = folded.replace([' ', '_'], "-");
        self.words.iter().find(|word| **word == hyphened).copied()
    }

    fn number(&self, folded: &str) -> Option<&'static str> {
        self.numbers.get(without_noughts(folded)?).copied()
    }
}

/// Digits without the noughts before them, one digit at least.
fn without_noughts(text: &str) -> Option<&str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rest = text.trim_start_matches('0');
    Some(if rest.is_empty() { "0" } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fields::{person, referral};
    use crate::records::sample;
    use jiff::civil::date;

    #[track_caller]
    fn check(field: Field, reading: Reading<'_>, expected: (&str, Option<Reason>, bool)) {
        let mut rule = sample::rule("any");
        let codes =
            [("M", "male"), ("01", "routine"), (" 2 ", "urgent"), ("2ww", "two-week-wait"), ("odd", "nonsense")];
        rule.codes = codes.iter().map(|(raw, word)| ((*raw).to_owned(), (*word).to_owned())).collect();
        let cleaner = Cleaner::for_field(field, &rule, &["%d/%m/%Y".to_owned()], date(2017, 9, 30));
        let clean = cleaner.clean(reading);
        assert_eq!((clean.text.as_deref().unwrap_or_default(), clean.value.reason, clean.value.filled), expected);
    }

    #[track_caller]
    fn check_text(field: Field, text: &str, expected: &str) {
        check(field, Reading::Text(text), (expected, None, !expected.is_empty()));
    }

    #[track_caller]
    fn check_nhs(reading: Reading<'_>, expected: &str, reason: Reason) {
        check(person::NHS_NUMBER, reading, (expected, Some(reason), true));
    }

    #[test]
    fn text_is_folded_and_its_marks_removed() {
        check_text(person::ADDRESS, "12 High St", "12 High St");
        check_text(person::ADDRESS, "  12\t High\u{a0}\r\nSt ", "12 High St");
        check_text(person::ADDRESS, "12\u{0} High\u{202e} St\u{feff}", "12 High St");
        check_text(person::FAMILY_NAME, "Łukasiewicz  Ó Briain", "Łukasiewicz Ó Briain");
        check_text(person::FAMILY_NAME, "'Abd", "'Abd");
        check_text(person::LOCAL_ID, "=\"00123\"", "00123");
        check_text(person::LOCAL_ID, "'00123", "00123");
    }

    #[test]
    fn what_stands_for_nothing_is_missing_but_nobody_is_called_nothing() {
        for nothing in ["", "  ", "NULL", "null", "N/A", "n/a", "-", ".", "Not Known", "UNKNOWN", "NaN", "NA", "None"] {
            check_text(person::LOCAL_ID, nothing, "");
        }
        for name in ["Null", "Nan", "NA", "NK", "Na", "Unknowne", "Dash"] {
            check_text(person::FAMILY_NAME, name, name);
        }
        check_text(person::FAMILY_NAME, "NULL", "");
        check_text(referral::TRIAGED_BY, "NA", "NA");
        check_text(person::ADDRESS, "Null Point", "Null Point");
    }

    #[test]
    fn numbers_in_text_fields_have_no_point_and_no_lost_digits() {
        check(person::LOCAL_ID, Reading::Number(123_456.0), ("123456", None, true));
        check(person::LOCAL_ID, Reading::Number(0.0), ("0", None, true));
        check(person::LOCAL_ID, Reading::Number(2.5), ("2.5", None, true));
        check(person::LOCAL_ID, Reading::Number(999_999_999_999_999.0), ("999999999999999", None, true));
        check(person::LOCAL_ID, Reading::Number(1e15), ("", Some(Reason::DigitsRounded), true));
        check(person::SENSITIVE, Reading::Bool(true), ("TRUE", None, true));
    }

    #[test]
    fn a_sheet_error_is_no_value() {
        check(person::LOCAL_ID, Reading::Error, ("", Some(Reason::CellError), true));
        check(person::LOCAL_ID, Reading::Text("#REF!"), ("", Some(Reason::CellError), true));
        check_text(person::LOCAL_ID, "#12", "#12");
    }

    #[test]
    fn nhs_numbers_are_ten_digits_or_a_reason() {
        check(person::NHS_NUMBER, Reading::Text("401 023 2137"), ("4010232137", None, true));
        check(person::NHS_NUMBER, Reading::Text("401\u{a0}023-2137"), ("4010232137", None, true));
        check(person::NHS_NUMBER, Reading::Number(4_010_232_137.0), ("4010232137", None, true));
        check(person::NHS_NUMBER, Reading::Text("4010232137.0"), ("4010232137", None, true));
        check(person::NHS_NUMBER, Reading::Text("NULL"), ("", None, false));
        check_nhs(Reading::Text("9990000050"), "9990000050", Reason::NhsNumberTest);
        check_nhs(Reading::Text("010 101 0125"), "0101010125", Reason::NhsNumberChi);
        check_nhs(Reading::Text("3200000015"), "3200000015", Reason::NhsNumberHealthAndCare);
        check_nhs(Reading::Text("5000000013"), "5000000013", Reason::NhsNumberNotIssued);
        check_nhs(Reading::Text("3013990007"), "3013990007", Reason::NhsNumberNotIssued);
        check_nhs(Reading::Text("4010232138"), "", Reason::NhsNumberCheckDigit);
        check_nhs(Reading::Text("40102321"), "", Reason::NhsNumberLength);
        check_nhs(Reading::Text("40102321370"), "", Reason::NhsNumberLength);
        check_nhs(Reading::Text("401O232137"), "", Reason::NhsNumberNotDigits);
        check_nhs(Reading::Number(401.5), "", Reason::NhsNumberNotDigits);
        check_nhs(Reading::Text("0000000000"), "", Reason::NhsNumberRefused);
    }

    #[test]
    fn a_spreadsheet_may_have_eaten_digits() {
        for text in ["4.01E+09", "4.01e9", "4,01E+09", "4E+09"] {
            check_nhs(Reading::Text(text), "", Reason::NhsNumberScientific);
        }
        check_nhs(Reading::Text("E+09"), "", Reason::NhsNumberNotDigits);
        check(person::LOCAL_ID, Reading::Text("1.23457E+17"), ("", Some(Reason::DigitsRounded), true));
        check_text(person::LOCAL_ID, "1E5", "1E5");
        // 0 101 000 00 with weights 9, 8, … 2: the sum is 9 + 7 = 16, remainder 5, so the tenth digit is 6.
        check_nhs(Reading::Text("101000006"), "0101000006", Reason::NhsNumberLeadingZero);
        check_nhs(Reading::Number(101_000_006.0), "0101000006", Reason::NhsNumberLeadingZero);
        check_nhs(Reading::Text("101000007"), "", Reason::NhsNumberLength);
        // 00 1000 000 …: passes with a nought before it, but no register issues numbers with two.
        check_nhs(Reading::Text("010000008"), "", Reason::NhsNumberLength);
        // 0299990001 would pass the check digit, but is no Scottish number: no month is the 99th.
        check_nhs(Reading::Text("299990001"), "", Reason::NhsNumberLength);
    }

    #[test]
    fn codes_then_words_then_nothing() {
        check(person::SEX, Reading::Text(" m "), ("male", None, true));
        check(person::SEX, Reading::Text("Female"), ("female", None, true));
        check(person::SEX, Reading::Text("Unknown"), ("unknown", None, true));
        check(person::SEX, Reading::Text("N/A"), ("", None, false));
        check(person::SEX, Reading::Text("X"), ("", Some(Reason::CodeNotMapped), true));
        check(person::SEX, Reading::Text("odd"), ("", Some(Reason::CodeNotMapped), true));
        check(referral::PRIORITY, Reading::Text("1"), ("routine", None, true));
        check(referral::PRIORITY, Reading::Number(1.0), ("routine", None, true));
        check(referral::PRIORITY, Reading::Text("02"), ("urgent", None, true));
        check(referral::PRIORITY, Reading::Text("2WW"), ("two-week-wait", None, true));
        check(referral::PRIORITY, Reading::Text("Two week wait"), ("two-week-wait", None, true));
        check(referral::PRIORITY, Reading::Text("0"), ("", Some(Reason::CodeNotMapped), true));
    }

    #[test]
    fn a_postcode_is_kept_as_found() {
        check(person::POSTCODE, Reading::Text(" ox4  1ab"), ("OX4 1AB", None, true));
        check(person::POSTCODE, Reading::Text("OX41AB"), ("OX41AB", None, true));
        check(person::POSTCODE, Reading::Text("ZZ99 3VZ"), ("ZZ99 3VZ", Some(Reason::PostcodePseudo), true));
        check(person::POSTCODE, Reading::Text("0x4 iab"), ("0X4 IAB", None, true));
        check(person::POSTCODE, Reading::Text("OX4"), ("OX4", Some(Reason::PostcodeShape), true));
        check(person::POSTCODE, Reading::Text("-"), ("", None, false));
    }
}
