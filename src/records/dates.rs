//! Text, numbers and workbook dates to dates with their precision.

use super::clean::{Cleaned, number_text};
use super::instant::{clock, here, with_offset};
use crate::ledger::Reason;
use crate::sources::DateSystem;
use crate::values::{Moment, PartialDate, Precision, month_of_beginning, month_of_name};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::fmt::strtime::BrokenDownTime;

/// Reads the dates of one field: the stated forms in order, then ISO 8601, then what a workbook marks as a date.
pub(super) struct DateReader {
    forms: Vec<Form>,
    role: Role,
    as_at: Date,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Birth,
    Day,
    Moment,
}

/// A strftime pattern.
struct Form {
    pattern: String,
    /// The same without the time at its end, for values that have none.
    without_time: Option<String>,
    has_time: bool,
    short_year: bool,
}

/// A date as far as it was given.
#[derive(Clone, Copy)]
struct Given {
    date: Date,
    precision: Precision,
    minute: Option<u16>,
}

/// What a form makes of a text.
enum Fit {
    Given(Given),
    /// The text has the form and is no day of the calendar.
    Impossible,
    No,
}

/// Days that systems write when they mean "unknown" or "no end": the first days that SQL databases, spreadsheets and
/// registers know, and the last.
const PLACEHOLDERS: [Date; 10] = [
    date(1111, 11, 11),
    date(1753, 1, 1),
    date(1800, 1, 1),
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(2099, 12, 31),
    date(2100, 12, 31),
    date(2999, 12, 31),
    date(9999, 12, 31),
];

/// And one that stands for "unknown" only where somebody was born.
const BIRTH_PLACEHOLDER: Date = date(1901, 1, 1);

/// Nobody is older.
const AGE_MAX_YEARS: i16 = 120;

/// Whether a day stands for "unknown" or "no end".
pub(super) fn is_placeholder(date: Date) -> bool {
    PLACEHOLDERS.contains(&date)
}

impl DateReader {
    /// Dates of birth.
    pub fn of_birth<'f>(forms: impl Iterator<Item = &'f str>, as_at: Date) -> Self {
        DateReader { forms: forms.map(Form::new).collect(), role: Role::Birth, as_at }
    }

    /// Other dates.
    pub fn of_days<'f>(forms: impl Iterator<Item = &'f str>, as_at: Date) -> Self {
        DateReader { forms: forms.map(Form::new).collect(), role: Role::Day, as_at }
    }

    /// Dates with perhaps a time.
    pub fn of_moments<'f>(forms: impl Iterator<Item = &'f str>, as_at: Date) -> Self {
        DateReader { forms: forms.map(Form::new).collect(), role: Role::Moment, as_at }
    }

    /// The day of a value of this field.
    pub fn day_of(&self, bits: u32) -> Option<Date> {
        match self.role {
            Role::Moment => Moment::unpack(bits).map(Moment::date),
            Role::Birth | Role::Day => PartialDate::unpack(bits).map(PartialDate::date),
        }
    }

    /// Reads text, its white space folded.
    pub fn text(&self, text: &str) -> Cleaned {
        let mut impossible = false;
        let fits = self.forms.iter().map(|form| form.fit(text, |year, month, day| self.century(year, month, day)));
        for fit in fits.chain(std::iter::once_with(|| iso(text, self.role == Role::Moment))) {
            match fit {
                Fit::Given(given) => return self.judge(given),
                Fit::Impossible => impossible = true,
                Fit::No => {}
            }
        }
        Cleaned::refused(match impossible {
            _ if is_all_noughts(text) => Reason::DatePlaceholder,
            true => Reason::DateImpossible,
            false if self.is_serial(text) => Reason::DateSerial,
            false => Reason::DateNotUnderstood,
        })
    }

    /// Text that a spreadsheet's count of days was flattened to. Which day it means, the text does not say: there are two
    /// systems, and a date of digits that lost its leading nought looks the same.
    fn is_serial(&self, text: &str) -> bool {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        digits && text.parse().is_ok_and(|number| self.counts_days(number))
    }

    /// A date of a workbook.
    pub fn moment(&self, moment: Moment) -> Cleaned {
        self.judge(Given { date: moment.date(), precision: Precision::Day, minute: moment.minute() })
    }

    /// A number of a workbook: the digits of a date, or a count of days.
    pub fn number(&self, number: f64) -> Cleaned {
        if self.counts_days(number) {
            return self.serial(number, DateSystem::From1900);
        }
        self.text(&number_text(number))
    }

    /// Whether a number would be read as a count of days: 1927 to 2119, so that a year or a date's digits are none.
    pub fn counts_days(&self, number: f64) -> bool {
        number > 10_000.0 && number < 80_000.0 && !self.forms.iter().any(Form::is_digits_alone)
    }

    /// Reads a count of days.
    pub fn serial(&self, number: f64, system: DateSystem) -> Cleaned {
        // The 1900 system believes in 29 February 1900, so that every later day is counted from 30 December 1899.
        let zero = match system {
            DateSystem::From1900 => date(1899, 12, 30),
            DateSystem::From1904 => date(1904, 1, 1),
        };
        let minutes = (number * 1440.0).round() as i64;
        let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
        let Ok(date) = zero.checked_add(days.days()) else { return Cleaned::refused(Reason::DateNotUnderstood) };
        let minute = if number.fract() == 0.0 { None } else { u16::try_from(minute).ok() };
        self.judge(Given { date, precision: Precision::Day, minute })
    }

    /// The year that two digits stand for: of a birth, the latest that is not in the future; of anything else, the one
    /// from 79 years before the census date to 20 years after it.
    fn century(&self, year: i16, month: i8, day: i8) -> i16 {
        let now = self.as_at.year();
        if self.role != Role::Birth {
            let first = now - 79;
            return first + (year - first).rem_euclid(100);
        }
        let latest = now - (now - year).rem_euclid(100);
        if (latest, month, day) > (now, self.as_at.month(), self.as_at.day()) { latest - 100 } else { latest }
    }

    fn judge(&self, given: Given) -> Cleaned {
        let Given { date, precision, minute } = given;
        let birth = self.role == Role::Birth;
        if precision == Precision::Day && (is_placeholder(date) || birth && date == BIRTH_PLACEHOLDER) {
            return Cleaned::refused(Reason::DatePlaceholder);
        }
        if birth && !self.is_plausible_birth(date) {
            return Cleaned::refused(Reason::BirthDateImplausible);
        }
        if self.role == Role::Moment {
            if precision != Precision::Day {
                return Cleaned::refused(Reason::DateNotUnderstood);
            }
            return packed(Moment::new(date, minute).map(Moment::pack), None);
        }
        // NHS guidance tells staff to enter 1 January when only the year is known.
        let first_of_year = birth && precision == Precision::Day && date.month() == 1 && date.day() == 1;
        let precision = if first_of_year { Precision::Year } else { precision };
        let reason = first_of_year.then_some(Reason::BirthYearOnly);
        packed(PartialDate::new(date, precision).map(PartialDate::pack), reason)
    }

    fn is_plausible_birth(&self, born: Date) -> bool {
        let oldest = (self.as_at.year() - AGE_MAX_YEARS, self.as_at.month(), self.as_at.day());
        born <= self.as_at && (born.year(), born.month(), born.day()) >= oldest
    }
}

/// A date outside the years that tables hold is no date that care was given on.
fn packed(bits: Option<u32>, reason: Option<Reason>) -> Cleaned {
    bits.map_or(Cleaned::refused(Reason::DateImpossible), |bits| Cleaned::value(bits, reason))
}

impl Form {
    fn new(pattern: &str) -> Self {
        let pattern = [("%F", "%Y-%m-%d"), ("%T", "%H:%M:%S"), ("%R", "%H:%M"), ("%D", "%m/%d/%y")]
            .iter()
            .fold(pattern.trim().to_owned(), |pattern, (short, long)| pattern.replace(short, long));
        let time = directives(&pattern).find(|(_, letter)| is_time(*letter)).map(|(place, _)| place);
        let without_time = time.and_then(|place| {
            let dates_follow = directives(&pattern).any(|(other, letter)| other > place && !is_time(letter));
            let head = pattern[..place].trim_end_matches([' ', 'T', ',', '-']);
            (!dates_follow && !head.is_empty()).then(|| head.to_owned())
        });
        let short_year = directives(&pattern).any(|(_, letter)| letter == b'y');
        Form { has_time: time.is_some(), without_time, short_year, pattern }
    }

    /// Whether a value of this form is a run of digits, so that a number may be one.
    fn is_digits_alone(&self) -> bool {
        let numeric = |(_, letter): (usize, u8)| b"dmYyHMS".contains(&letter);
        self.pattern.len() == 2 * directives(&self.pattern).count() && directives(&self.pattern).all(numeric)
    }

    fn fit(&self, text: &str, century: impl Fn(i16, i8, i8) -> i16) -> Fit {
        let whole = self.fit_pattern(&self.pattern, text, &century);
        if matches!(whole, Fit::Given(_)) {
            return whole;
        }
        if let Some(pattern) = &self.without_time {
            return whole.or(self.fit_pattern(pattern, text, &century));
        }
        match text.rsplit_once(' ').and_then(|(day, time)| Some((day, clock(time)?))) {
            Some((day, minute)) if !self.has_time => match self.fit_pattern(&self.pattern, day.trim_end(), &century) {
                Fit::Given(given) => Fit::Given(Given { minute: Some(minute), ..given }),
                other => whole.or(other),
            },
            _ => whole,
        }
    }

    fn fit_pattern(&self, pattern: &str, text: &str, century: &impl Fn(i16, i8, i8) -> i16) -> Fit {
        let shape = has_shape(pattern.as_bytes(), text.as_bytes());
        if shape == Some(false) {
            return Fit::No;
        }
        let otherwise = || if shape == Some(true) { Fit::Impossible } else { Fit::No };
        let Ok(parts) = BrokenDownTime::parse(pattern, text) else { return otherwise() };
        let Some(year) = parts.year() else { return parts.to_date().map_or_else(|_| otherwise(), Fit::day) };
        let (month, day) = (parts.month(), parts.day());
        if parts.day_of_year().is_some() {
            return parts.to_date().map_or_else(|_| otherwise(), Fit::day);
        }
        let year = if self.short_year { century(year, month.unwrap_or(1), day.unwrap_or(1)) } else { year };
        let precision = match (month, day) {
            (Some(_), Some(_)) => Precision::Day,
            (Some(_), None) => Precision::Month,
            _ => Precision::Year,
        };
        let Ok(date) = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)) else { return otherwise() };
        let time = parts.hour().and_then(|_| parts.to_time().ok());
        let minute =
            time.map(|time| u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs()));
        Fit::Given(Given { date, precision, minute })
    }
}

impl Fit {
    fn day(date: Date) -> Self {
        Fit::Given(Given { date, precision: Precision::Day, minute: None })
    }

    /// This, unless the other one fits better.
    fn or(self, other: Fit) -> Fit {
        match (&self, &other) {
            (Fit::Given(_), _) | (_, Fit::No) => self,
            _ => other,
        }
    }
}

/// Where each directive of a pattern starts, and its letter.
fn directives(pattern: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    let bytes = pattern.as_bytes();
    let mut place = 0;
    std::iter::from_fn(move || {
        while place + 1 < bytes.len() {
            let start = place;
            if bytes[start] != b'%' {
                place += 1;
                continue;
            }
            let flags = bytes[start + 1..].iter().take_while(|byte| b"-_0^#:.123456789".contains(byte)).count();
            place = start + flags + 2;
            return bytes.get(place - 1).map(|letter| (start, *letter));
        }
        None
    })
}

fn is_time(letter: u8) -> bool {
    b"HIklMSpPfNzZ".contains(&letter)
}

/// Whether the text has the pattern's shape, letter for letter and digit for digit, whatever numbers stand there.
/// `None` when the pattern holds a directive that has no plain shape.
fn has_shape(pattern: &[u8], text: &[u8]) -> Option<bool> {
    let [first, rest @ ..] = pattern else { return Some(text.is_empty()) };
    if first.is_ascii_whitespace() {
        return has_shape(rest, text.trim_ascii_start());
    }
    if *first != b'%' {
        return if text.first() == Some(first) { has_shape(rest, &text[1..]) } else { Some(false) };
    }
    let flags = rest.iter().take_while(|byte| b"-_0".contains(byte)).count();
    let letter = rest.get(flags)?;
    let digits = |most: usize| text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let taken = match letter {
        b'd' | b'e' | b'm' | b'y' | b'H' | b'k' | b'I' | b'l' | b'M' | b'S' => digits(2),
        b'Y' => digits(4) / 4 * 4,
        b'b' | b'h' => month_name(text, true),
        b'B' => month_name(text, false),
        b'a' | b'A' | b'p' | b'P' => text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count(),
        _ => return None,
    };
    if taken == 0 { Some(false) } else { has_shape(&rest[flags + 1..], &text[taken..]) }
}

/// How many letters of a month's name the text starts with.
fn month_name(text: &[u8], abbreviated: bool) -> usize {
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let name = std::str::from_utf8(&text[..letters]).expect("ASCII letters");
    let month = match abbreviated {
        true if letters == 3 => month_of_beginning(name),
        true => None,
        false => month_of_name(name),
    };
    if month.is_some() { letters } else { 0 }
}

/// ISO 8601: `2017-09-30`, `2017-09`, `2017`, `20170930`, and a time after a day. A time with its distance from Greenwich
/// is an instant, and becomes the day and the time that it was here; but midnight of a day is how systems write a day that
/// has no time, and that day it stays where only a day is wanted.
fn iso(text: &str, wants_time: bool) -> Fit {
    let (day, time) = text.split_once(['T', ' ']).map_or((text, None), |(day, time)| (day, Some(time)));
    let (time, ahead) = match time.and_then(with_offset) {
        Some((time, ahead)) => (Some(time), Some(ahead)),
        None => (time, None),
    };
    let fit = iso_day(day, time);
    match (fit, ahead) {
        (Fit::Given(given), Some(_)) if !wants_time && given.minute == Some(0) => Fit::Given(given),
        (Fit::Given(given), Some(ahead)) => {
            let here = given.minute.and_then(|minute| here(given.date, minute, ahead));
            here.map_or(Fit::No, |(date, minute)| {
                Fit::Given(Given { date, precision: Precision::Day, minute: Some(minute) })
            })
        }
        (fit, _) => fit,
    }
}

fn iso_day(day: &str, time: Option<&str>) -> Fit {
    let minute = match time {
        None => None,
        Some(time) => match clock(time) {
            Some(minute) => Some(minute),
            None => return Fit::No,
        },
    };
    let number = |from: usize, to: usize| -> Option<i16> {
        let part = day.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse().ok()
    };
    let hyphens = day.bytes().enumerate().filter(|(_, byte)| *byte == b'-').map(|(place, _)| place);
    let shape = (day.len(), hyphens.fold(0, |all, place| all * 16 + place));
    let (year, month, dom, precision) = match shape {
        (10, 0x47) => (number(0, 4), number(5, 7), number(8, 10), Precision::Day),
        (8, 0) => (number(0, 4), number(4, 6), number(6, 8), Precision::Day),
        (7, 4) => (number(0, 4), number(5, 7), Some(1), Precision::Month),
        (4, 0) => (number(0, 4), Some(1), Some(1), Precision::Year),
        _ => return Fit::No,
    };
    let (Some(year), Some(month), Some(dom)) = (year, month, dom) else { return Fit::No };
    let plain_digits = shape.1 == 0;
    if plain_digits && !(1800..2200).contains(&year) || minute.is_some() && precision != Precision::Day {
        return Fit::No;
    }
    let date = i8::try_from(month).and_then(|month| i8::try_from(dom).map(|dom| Date::new(year, month, dom)));
    match date {
        Ok(Ok(date)) => Fit::Given(Given { date, precision, minute }),
        _ if plain_digits => Fit::No,
        _ => Fit::Impossible,
    }
}

/// `00/00/0000`, or the day nought of a workbook, which reads as a midnight without a day.
fn is_all_noughts(text: &str) -> bool {
    text.contains('0') && text.bytes().all(|byte| b"0/-. :T".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Reason::{BirthDateImplausible, BirthYearOnly, DateImpossible, DateNotUnderstood, DatePlaceholder, DateSerial};

    const AS_AT: Date = date(2017, 9, 30);
    const FORMS: [&str; 5] = ["%d/%m/%Y", "%d-%b-%y", "%d/%m/%y", "%d %B %Y", "%d/%m/%Y %H:%M"];

    fn shown(role: Role, cleaned: Cleaned) -> (String, Option<Reason>) {
        let text = match role {
            Role::Moment => Moment::unpack(cleaned.bits).map(Moment::reveal),
            Role::Birth | Role::Day => PartialDate::unpack(cleaned.bits).map(PartialDate::reveal),
        };
        (text.unwrap_or_default(), cleaned.reason)
    }

    #[track_caller]
    fn check_with(forms: &[&str], role: Role, text: &str, expected: &str, reason: Option<Reason>) {
        let reader = DateReader { forms: forms.iter().map(|form| Form::new(form)).collect(), role, as_at: AS_AT };
        let found = shown(role, reader.text(text));
        assert_eq!((found.0.as_str(), found.1), (expected, reason), "{text}");
    }

    #[track_caller]
    fn check(role: Role, text: &str, expected: &str, reason: Option<Reason>) {
        check_with(&FORMS, role, text, expected, reason);
    }

    #[test]
    fn stated_forms_then_iso() {
        check(Role::Day, "30/09/2017", "2017-09-30", None);
        check(Role::Day, "3/9/2017", "2017-09-03", None);
        check(Role::Day, "30-Sep-17", "2017-09-30", None);
        check(Role::Day, "30-sep-17", "2017-09-30", None);
        check(Role::Day, "30 September 2017", "2017-09-30", None);
        check(Role::Day, "2017-09-30", "2017-09-30", None);
        check(Role::Day, "20170930", "2017-09-30", None);
        check(Role::Day, "2017-09", "2017-09", None);
        check(Role::Day, "2017", "2017", None);
        check(Role::Day, "2017-09-30 00:00:00.000", "2017-09-30", None);
        check(Role::Day, "30/09/2017 00:00:00", "2017-09-30", None);
        check_with(&["%m/%Y"], Role::Day, "09/2017", "2017-09", None);
        check_with(&["%d%m%Y"], Role::Day, "30092017", "2017-09-30", None);
        check_with(&["%F"], Role::Day, "2017-9-3", "2017-09-03", None);
    }

    #[test]
    fn what_has_no_stated_form_is_not_guessed() {
        check_with(&[], Role::Day, "03/09/2017", "", Some(DateNotUnderstood));
        check(Role::Day, "soon", "", Some(DateNotUnderstood));
        check(Role::Day, "43008", "", Some(DateSerial));
        check(Role::Day, "43008.5", "", Some(DateSerial));
        check(Role::Day, "+43008", "", Some(DateNotUnderstood));
        check(Role::Day, "30-Fru-17", "", Some(DateNotUnderstood));
        check(Role::Day, "30091980", "", Some(DateNotUnderstood));
        check(Role::Day, "30/09/2017 late", "", Some(DateNotUnderstood));
    }

    #[test]
    fn an_instant_is_the_time_that_clocks_showed_here() {
        check(Role::Moment, "2017-09-30T09:30:00Z", "2017-09-30T10:30", None);
        check(Role::Moment, "2017-11-30T09:30:00Z", "2017-11-30T09:30", None);
        check(Role::Moment, "2017-09-30T09:30:00+01:00", "2017-09-30T09:30", None);
        check(Role::Moment, "2017-09-30 09:30:00.0000000 +00:00", "2017-09-30T10:30", None);
        check(Role::Moment, "20170930T093000Z", "", Some(DateNotUnderstood));
        check(Role::Moment, "2017-09-29T23:00:00Z", "2017-09-30T00:00", None);
        check(Role::Moment, "2017-09-30T09:30-10:30", "", Some(DateNotUnderstood));
        check(Role::Moment, "2017-02-30T09:30:00Z", "", Some(DateImpossible));
        check(Role::Moment, "2017-09-30T24:30:00Z", "", Some(DateNotUnderstood));
        check(Role::Moment, "2017-09Z", "", Some(DateNotUnderstood));
        // A day that a browser made of midnight in summer, and one that a database holds without a time.
        check(Role::Birth, "1960-05-04T23:00:00.000Z", "1960-05-05", None);
        check(Role::Birth, "1960-05-05T00:00:00Z", "1960-05-05", None);
        check(Role::Birth, "1960-05-05T00:00:00+05:30", "1960-05-05", None);
        check(Role::Birth, "1960-01-01T00:00:00Z", "1960", Some(BirthYearOnly));
        check(Role::Birth, "1900-01-01T00:00:00Z", "", Some(DatePlaceholder));
        check(Role::Day, "2017-09-29T23:30:00Z", "2017-09-30", None);
    }

    #[test]
    fn right_shape_but_no_day() {
        check(Role::Day, "31/02/2017", "", Some(DateImpossible));
        check(Role::Day, "29/02/2017", "", Some(DateImpossible));
        check(Role::Day, "29/02/2016", "2016-02-29", None);
        check(Role::Day, "09/30/2017", "", Some(DateImpossible));
        check(Role::Day, "31-Sep-17", "", Some(DateImpossible));
        check(Role::Day, "2017-02-30", "", Some(DateImpossible));
        check(Role::Day, "01/01/0017", "", Some(DateImpossible));
        check_with(&["%d%m%Y"], Role::Day, "31022017", "", Some(DateImpossible));
    }

    #[test]
    fn days_that_mean_nothing() {
        for text in [
            "01/01/1900",
            "31/12/1899",
            "30/12/1899",
            "01/01/1753",
            "31/12/9999",
            "00/00/0000",
            "0000-00-00 00:00",
            "00:00",
            "0",
        ] {
            check(Role::Birth, text, "", Some(DatePlaceholder));
            check(Role::Day, text, "", Some(DatePlaceholder));
            check(Role::Moment, text, "", Some(DatePlaceholder));
        }
        check(Role::Birth, "01/01/1901", "", Some(DatePlaceholder));
        check(Role::Day, "01/01/1901", "1901-01-01", None);
        check(Role::Day, "02/01/1900", "1900-01-02", None);
    }

    #[test]
    fn a_birth_on_new_years_day_is_a_year() {
        check(Role::Birth, "01/01/1960", "1960", Some(BirthYearOnly));
        check(Role::Birth, "02/01/1960", "1960-01-02", None);
        check(Role::Birth, "1960", "1960", None);
        check(Role::Day, "01/01/1960", "1960-01-01", None);
    }

    #[test]
    fn a_birth_lies_within_120_years_of_the_census() {
        check(Role::Birth, "30/09/2017", "2017-09-30", None);
        check(Role::Birth, "01/10/2017", "", Some(BirthDateImplausible));
        check(Role::Birth, "30/09/1897", "1897-09-30", None);
        check(Role::Birth, "29/09/1897", "", Some(BirthDateImplausible));
        check(Role::Birth, "05/05/0197", "", Some(BirthDateImplausible));
        check(Role::Day, "01/10/2017", "2017-10-01", None);
    }

    #[test]
    fn two_digits_of_a_year_are_resolved_against_the_census() {
        check(Role::Birth, "30/09/17", "2017-09-30", None);
        check(Role::Birth, "01/10/17", "1917-10-01", None);
        check(Role::Birth, "05/05/68", "1968-05-05", None);
        check(Role::Birth, "01/01/00", "2000", Some(BirthYearOnly));
        check(Role::Birth, "29/02/00", "2000-02-29", None);
        check(Role::Day, "05/05/37", "2037-05-05", None);
        check(Role::Day, "05/05/38", "1938-05-05", None);
        check(Role::Day, "01/10/17", "2017-10-01", None);
    }

    #[test]
    fn a_moment_has_a_time_or_none() {
        check(Role::Moment, "04/10/2017 09:30", "2017-10-04T09:30", None);
        check(Role::Moment, "04/10/2017 09:30:59", "2017-10-04T09:30", None);
        check(Role::Moment, "04/10/2017", "2017-10-04", None);
        check(Role::Moment, "2017-10-04T23:59", "2017-10-04T23:59", None);
        check(Role::Moment, "2017-10-04 9:05", "2017-10-04T09:05", None);
        check(Role::Moment, "2017-10-04 24:00", "", Some(DateNotUnderstood));
        check(Role::Moment, "04/10/2017 25:30", "", Some(DateImpossible));
        check(Role::Moment, "2017-10", "", Some(DateNotUnderstood));
        let only = ["%d/%m/%Y %H:%M"];
        check_with(&only, Role::Moment, "04/10/2017", "2017-10-04", None);
        check_with(&only, Role::Day, "04/10/2017 09:30", "2017-10-04", None);
        check_with(&["%d/%m/%Y %I:%M %p"], Role::Moment, "04/10/2017 02:30 PM", "2017-10-04T14:30", None);
    }

    #[track_caller]
    fn check_number(
        forms: &[&str],
        role: Role,
        number: f64,
        system: DateSystem,
        expected: &str,
        reason: Option<Reason>,
    ) {
        let reader = DateReader { forms: forms.iter().map(|form| Form::new(form)).collect(), role, as_at: AS_AT };
        let cleaned = if reader.counts_days(number) { reader.serial(number, system) } else { reader.number(number) };
        let found = shown(role, cleaned);
        assert_eq!((found.0.as_str(), found.1), (expected, reason), "{number}");
    }

    #[test]
    fn a_number_counts_days_where_it_can() {
        let check = check_number;
        check(&FORMS, Role::Day, 43_008.0, DateSystem::From1900, "2017-09-30", None);
        check(&FORMS, Role::Day, 41_546.0, DateSystem::From1904, "2017-09-30", None);
        check(&FORMS, Role::Moment, 43_012.395_833_333_3, DateSystem::From1900, "2017-10-04T09:30", None);
        check(&FORMS, Role::Moment, 43_012.999_999, DateSystem::From1900, "2017-10-05T00:00", None);
        check(&FORMS, Role::Birth, 21_916.0, DateSystem::From1900, "1960", Some(BirthYearOnly));
        check(&FORMS, Role::Birth, 60_000.0, DateSystem::From1900, "", Some(BirthDateImplausible));
        check(&FORMS, Role::Day, 10_000.0, DateSystem::From1900, "", Some(DateNotUnderstood));
        check(&FORMS, Role::Day, 80_000.0, DateSystem::From1900, "", Some(DateNotUnderstood));
        check(&FORMS, Role::Birth, 1960.0, DateSystem::From1900, "1960", None);
        check(&FORMS, Role::Day, 20_170_930.0, DateSystem::From1900, "2017-09-30", None);
        // Where a run of digits is a date, five digits are a date that lost one, not a count of days.
        check(&["%d%m%y"], Role::Day, 30_917.0, DateSystem::From1900, "", Some(DateImpossible));
    }
}
