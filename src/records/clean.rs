//! A cell to a value of its field's type: four bytes, or what is wrong with it.

use super::coded::Codes;
use super::dates::DateReader;
use super::memory::{Memory, Remembered};
use super::names::is_notable;
use super::organisation::Organisations;
use super::texts::Texts;
use super::written::Written;
use crate::config::{Field, FieldRule, FieldType, RecordKind};
use crate::ledger::Reason;
use crate::sources::{Cell, DateSystem, trim};
use crate::values::{Moment, NhsNumber, NhsNumberFault, Postcode, Scheme};
use jiff::civil::Date;
use memchr::memchr;
use std::borrow::Cow;

/// What a cell came to.
#[derive(Clone, Copy)]
pub(super) struct Cleaned {
    /// The value as tables hold it; nought when there is none that can be used.
    pub bits: u32,
    /// What is wrong, or worth knowing.
    pub reason: Option<Reason>,
    /// Whether the cell said anything, usable or not.
    pub filled: bool,
    /// How it stands there.
    pub written: Written,
}

/// As many are held at a time as a batch of rows has cells, and more are remembered.
const _: () = assert!(size_of::<Cleaned>() == 8);

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
    pub memory: Memory,
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

impl<'r> Clean<'r> {
    /// A text, perhaps with something to know about it.
    pub fn text(text: impl Into<Cow<'r, str>>, reason: Option<Reason>) -> Self {
        Clean { value: Cleaned::value(0, reason), text: Some(text.into()) }
    }

    /// Something was said that cannot be used.
    pub fn refused(reason: Reason) -> Self {
        Cleaned::refused(reason).into()
    }

    fn written(self, written: Written) -> Self {
        Clean { value: Cleaned { written, ..self.value }, ..self }
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
        Cleaner { how, memory: Memory::default() }
    }

    /// The same for a file that was extracted on this day.
    pub fn extracted_at(self, on: Option<Date>) -> Self {
        self.dated(|dates| dates.extracted_at(on))
    }

    /// The same of people of any time, who may have been born long ago.
    pub fn of_any_time(self) -> Self {
        self.dated(DateReader::of_any_time)
    }

    fn dated(self, change: impl FnOnce(DateReader) -> DateReader) -> Self {
        let how = match self.how {
            How::Date(dates) => How::Date(change(dates)),
            other => other,
        };
        Cleaner { how, ..self }
    }

    /// For a column that is kept as text.
    pub fn for_extra() -> Self {
        Cleaner { how: How::Text, memory: Memory::default() }
    }

    /// Whether the values are dates.
    pub fn is_date(&self) -> bool {
        matches!(self.how, How::Date(_))
    }

    /// The number that is read as a spreadsheet's count of days, so that the workbook's date system matters; `None` where what
    /// stands there is none.
    pub fn count_of_days(&self, reading: Reading<'_>) -> Option<f64> {
        match (&self.how, reading) {
            (How::Date(dates), Reading::Number(number)) if dates.counts_days(number) => Some(number),
            _ => None,
        }
    }

    /// Reads a spreadsheet's count of days.
    pub fn serial(&self, number: f64, system: DateSystem) -> Cleaned {
        match &self.how {
            How::Date(dates) => dates.serial(number, system),
            _ => Cleaned::refused(Reason::DateNotUnderstood),
        }
    }

    /// Whether values of this field are remembered: those of few distinct forms, and names as long as they are few.
    pub fn remembers(&self) -> bool {
        match self.how {
            How::Text | How::NhsNumber => false,
            How::Name => !self.memory.is_full(),
            How::Postcode | How::Coded(_) | How::Date(_) | How::Organisation(_) => true,
        }
    }

    /// What a value is remembered by, if values of this field are.
    pub fn remembered_by<'r>(&self, reading: Reading<'r>) -> Option<Remembered<'r>> {
        if !self.remembers() {
            return None;
        }
        let is_date = self.is_date();
        let raw = match reading {
            Reading::Text(text) if is_date => return Some(self.memory.date(text)),
            Reading::Text(text) => Cow::Borrowed(text),
            Reading::Number(number) if !is_date && number.abs() < ROUNDED_FROM => Cow::Owned(number_text(number)),
            _ => return None,
        };
        Some(Remembered::text(raw))
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
            How::Text | How::Organisation(_)
                if memchr(b'+', found.as_bytes()).is_some() && found.contains("E+") && is_scientific(&found) =>
            {
                Clean::refused(Reason::DigitsRounded)
            }
            How::Name if is_notable(&found) => Clean::text(found, None).written(Written::Notably),
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
    let text = fold(unguarded(trim(raw)));
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
pub(super) fn unguarded(text: &str) -> &str {
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
