//! Text, numbers and workbook dates to dates with their precision.

use super::clean::{Cleaned, number_text};
use super::form::{Fit, Form, Given, iso};
use super::instant::is_skipped;
use crate::config::fields::{appointment, diagnostic, document, person, referral};
use crate::config::{Field, FieldType};
use crate::ledger::Reason;
use crate::sources::DateSystem;
use crate::values::{Moment, PartialDate, Precision};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// Reads the dates of one field: the stated forms in order, then ISO 8601, then what a workbook marks as a date.
pub(super) struct DateReader {
    forms: Vec<Form>,
    role: Role,
    as_at: Date,
    /// The day of the file, where it is known.
    extracted_at: Option<Date>,
    /// The last day that it can be; `None` where any day can.
    last: Option<Date>,
    /// The last day that is not told, and why a later one is; `None` where none is told.
    untold: Option<(Date, Reason)>,
    /// Whether people of any time are spoken of, who may have been born long ago.
    of_any_time: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Birth,
    Day,
    Moment,
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

/// The National Health Service began on 5 July 1948; of some dates only the year is known.
const CARE_FIRST_YEAR: i16 = 1948;
/// Nothing is planned or booked further ahead of the census date: some joints are looked at again after ten years.
const AHEAD_MAX_YEARS: i16 = 10;
/// What is booked further ahead of it is told, for few systems book so far ahead, and a slip in a year looks the same.
const AHEAD_TOLD_YEARS: i16 = 2;

/// Days on which something is planned, long before.
const PLANNED: [Field; 2] = [referral::REVIEW_DUE, diagnostic::EXPECTED];

/// Days that may lie after the census date: of bookings, and of what the old provider does after it; and those of which
/// reconciliation tells.
const MAY_LIE_AHEAD: [Field; 8] = [
    appointment::OFFERED,
    appointment::BOOKED,
    appointment::STARTS,
    document::DATED,
    person::TRACED_ON,
    referral::RECEIVED,
    referral::REFERRED,
    referral::CLOCK_START,
];

/// Whether a day stands for "unknown" or "no end".
pub(super) fn is_placeholder(date: Date) -> bool {
    PLACEHOLDERS.contains(&date)
}

impl DateReader {
    /// Dates of a field.
    pub fn of_field<'f>(field: Field, forms: impl Iterator<Item = &'f str>, as_at: Date) -> Self {
        let role = match field.field_type() {
            _ if field == person::DATE_OF_BIRTH => Role::Birth,
            FieldType::Moment => Role::Moment,
            _ => Role::Day,
        };
        let ahead = |years: i16| as_at.checked_add(years.years()).ok();
        let (last, untold) = match role {
            Role::Birth => (None, None),
            _ if PLANNED.contains(&field) => (ahead(AHEAD_MAX_YEARS), None),
            _ if MAY_LIE_AHEAD.contains(&field) => {
                (ahead(AHEAD_MAX_YEARS), ahead(AHEAD_TOLD_YEARS).map(|day| (day, Reason::DateFarAhead)))
            }
            _ => (ahead(AHEAD_MAX_YEARS), Some((as_at, Reason::DateAfterCensus))),
        };
        DateReader { role, last, untold, ..DateReader::of_days(forms, as_at) }
    }

    /// The same for a file of this day: it may tell of what happened after the census date.
    pub fn extracted_at(self, extracted_at: Option<Date>) -> Self {
        DateReader { extracted_at, ..self }
    }

    /// The same of people of any time.
    pub fn of_any_time(self) -> Self {
        DateReader { of_any_time: true, ..self }
    }

    /// Dates that are of no patient's care.
    pub fn of_days<'f>(forms: impl Iterator<Item = &'f str>, as_at: Date) -> Self {
        let forms = forms.map(Form::new).collect();
        DateReader { forms, role: Role::Day, as_at, extracted_at: None, last: None, untold: None, of_any_time: false }
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
        let wants_time = self.role == Role::Moment;
        let century = |year, month, day| self.century(year, month, day);
        let fits = self.forms.iter().map(|form| form.fit(text, wants_time, century));
        for fit in fits.chain(std::iter::once_with(|| iso(text, wants_time))) {
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
        if self.last.is_some_and(|last| date > last || date.year() < CARE_FIRST_YEAR) {
            return Cleaned::refused(Reason::DateImplausible);
        }
        let later = self.untold.filter(|(day, _)| date > *day).map(|(_, reason)| match self.extracted_at {
            Some(extracted_at) if reason == Reason::DateAfterCensus && date <= extracted_at => {
                Reason::DateBeforeExtract
            }
            _ => reason,
        });
        if self.role == Role::Moment {
            if precision != Precision::Day {
                return Cleaned::refused(Reason::DateNotUnderstood);
            }
            let skipped = minute.is_some_and(|minute| is_skipped(date, minute)).then_some(Reason::TimeSkipped);
            return packed(Moment::new(date, minute).map(Moment::pack), skipped.or(later));
        }
        // NHS guidance tells staff to enter 1 January when only the year is known.
        let first_of_year = birth && precision == Precision::Day && date.month() == 1 && date.day() == 1;
        let precision = if first_of_year { Precision::Year } else { precision };
        let reason = first_of_year.then_some(Reason::BirthYearOnly).or(later);
        packed(PartialDate::new(date, precision).map(PartialDate::pack), reason)
    }

    fn is_plausible_birth(&self, born: Date) -> bool {
        let oldest = (self.as_at.year() - AGE_MAX_YEARS, self.as_at.month(), self.as_at.day());
        born <= self.as_at && (self.of_any_time || (born.year(), born.month(), born.day()) >= oldest)
    }
}

/// A date outside the years that tables hold is no date that care was given on.
fn packed(bits: Option<u32>, reason: Option<Reason>) -> Cleaned {
    bits.map_or(Cleaned::refused(Reason::DateImpossible), |bits| Cleaned::value(bits, reason))
}

/// `00/00/0000`, or the day nought of a workbook, which reads as a midnight without a day.
fn is_all_noughts(text: &str) -> bool {
    text.contains('0') && text.bytes().all(|byte| b"0/-. :T".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Reason::{
        BirthDateImplausible, BirthYearOnly, DateAfterCensus, DateBeforeExtract, DateFarAhead, DateImplausible,
        DateImpossible, DateNotUnderstood, DatePlaceholder, DateSerial, TimeSkipped,
    };

    const AS_AT: Date = date(2017, 9, 30);
    const FORMS: [&str; 5] = ["%d/%m/%Y", "%d-%b-%y", "%d/%m/%y", "%d %B %Y", "%d/%m/%Y %H:%M"];

    /// Of a field with such dates.
    fn reader(role: Role, forms: &[&str]) -> DateReader {
        let field = match role {
            Role::Birth => person::DATE_OF_BIRTH,
            Role::Day => appointment::OFFERED,
            Role::Moment => appointment::STARTS,
        };
        DateReader::of_field(field, forms.iter().copied(), AS_AT)
    }

    fn shown(role: Role, cleaned: Cleaned) -> (String, Option<Reason>) {
        let text = match role {
            Role::Moment => Moment::unpack(cleaned.bits).map(Moment::reveal),
            Role::Birth | Role::Day => PartialDate::unpack(cleaned.bits).map(PartialDate::reveal),
        };
        (text.unwrap_or_default(), cleaned.reason)
    }

    #[track_caller]
    fn check_with(forms: &[&str], role: Role, text: &str, expected: &str, reason: Option<Reason>) {
        let found = shown(role, reader(role, forms).text(text));
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
        check(Role::Day, "01/01/0017", "", Some(DateImplausible));
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
        check(Role::Day, "01/01/1901", "", Some(DateImplausible));
        check(Role::Day, "02/01/1900", "", Some(DateImplausible));
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
        check(Role::Day, "05/05/48", "1948-05-05", None);
        check(Role::Day, "05/05/19", "2019-05-05", None);
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

    #[test]
    fn a_date_of_care_lies_in_the_time_of_the_health_service_and_not_far_ahead() {
        check(Role::Moment, "01/10/1899", "", Some(DateImplausible));
        check(Role::Moment, "31/12/1947 09:30", "", Some(DateImplausible));
        check(Role::Moment, "01/01/1948", "1948-01-01", None);
        check(Role::Day, "1948", "1948", None);
        check(Role::Moment, "30/09/2019 09:30", "2019-09-30T09:30", None);
        check(Role::Moment, "01/10/2019 09:30", "2019-10-01T09:30", Some(DateFarAhead));
        check(Role::Moment, "30/09/2027 09:30", "2027-09-30T09:30", Some(DateFarAhead));
        check(Role::Moment, "01/10/2027", "", Some(DateImplausible));
        check(Role::Moment, "01/10/2150", "", Some(DateImplausible));
        check(Role::Moment, "2150-10-01T09:30:00Z", "", Some(DateImplausible));
        let read = |field, text| shown(Role::Day, DateReader::of_field(field, FORMS.into_iter(), AS_AT).text(text));
        for planned in [referral::REVIEW_DUE, diagnostic::EXPECTED] {
            assert_eq!(read(planned, "30/09/2027"), ("2027-09-30".to_owned(), None));
            assert_eq!(read(planned, "01/10/2027"), (String::new(), Some(DateImplausible)));
        }
        // A site may close at any time.
        let closes = DateReader::of_days(FORMS.into_iter(), AS_AT).text("01/10/2150");
        assert_eq!(shown(Role::Day, closes), ("2150-10-01".to_owned(), None));
    }

    #[test]
    fn what_has_happened_lies_before_the_census_and_bookings_may_lie_after_it() {
        let read = |field, text| DateReader::of_field(field, FORMS.into_iter(), AS_AT).text(text);
        for field in [referral::CLOSED, referral::LAST_SEEN, person::DATE_OF_DEATH] {
            assert_eq!(shown(Role::Day, read(field, "30/09/2017")), ("2017-09-30".to_owned(), None));
            let later = shown(Role::Day, read(field, "01/10/2017"));
            assert_eq!(later, ("2017-10-01".to_owned(), Some(DateAfterCensus)), "{field:?}");
        }
        let later = shown(Role::Moment, read(referral::TRIAGED, "01/10/2017 09:30"));
        assert_eq!(later, ("2017-10-01T09:30".to_owned(), Some(DateAfterCensus)));
        for field in MAY_LIE_AHEAD.iter().chain(&PLANNED) {
            assert_eq!(read(*field, "01/10/2017").reason, None, "{field:?}");
        }
        let reader = DateReader::of_field(referral::CLOSED, FORMS.into_iter(), AS_AT);
        let reader = reader.extracted_at(Some(date(2017, 10, 4)));
        for (text, day, reason) in [
            ("30/09/2017", "2017-09-30", None),
            ("01/10/2017", "2017-10-01", Some(DateBeforeExtract)),
            ("04/10/2017", "2017-10-04", Some(DateBeforeExtract)),
            ("05/10/2017", "2017-10-05", Some(DateAfterCensus)),
        ] {
            assert_eq!(shown(Role::Day, reader.text(text)), (day.to_owned(), reason));
        }
    }

    #[test]
    fn a_time_that_clocks_went_forward_over_is_told_and_kept() {
        check(Role::Moment, "26/03/2017 01:30", "2017-03-26T01:30", Some(TimeSkipped));
        check(Role::Moment, "2017-03-26T01:00", "2017-03-26T01:00", Some(TimeSkipped));
        check(Role::Moment, "26/03/2017 00:59", "2017-03-26T00:59", None);
        check(Role::Moment, "26/03/2017 02:00", "2017-03-26T02:00", None);
        check(Role::Moment, "26/03/2017", "2017-03-26", None);
        check(Role::Day, "26/03/2017 01:30", "2017-03-26", None);
        // Twice it was half past one in the morning: the time is there. With its distance from Greenwich either is known.
        check(Role::Moment, "29/10/2017 01:30", "2017-10-29T01:30", None);
        check(Role::Moment, "2017-10-29T01:30+01:00", "2017-10-29T01:30", None);
        check(Role::Moment, "2017-10-29T01:30Z", "2017-10-29T01:30", None);
        check(Role::Moment, "2017-03-26T01:30Z", "2017-03-26T02:30", None);
        // Here clocks went forward at two in 1968, and stayed there.
        check(Role::Moment, "18/02/1968 02:30", "1968-02-18T02:30", Some(TimeSkipped));
    }

    #[test]
    fn a_stated_form_may_end_in_a_distance_from_greenwich() {
        for form in ["%d/%m/%Y %H:%M%z", "%d/%m/%Y %H:%M %:z", "%d/%m/%Y %H:%MZ"] {
            let check = |text, expected| check_with(&[form], Role::Moment, text, expected, None);
            check("10/07/2017 09:30Z", "2017-07-10T10:30");
            check("10/07/2017 09:30 +0000", "2017-07-10T10:30");
            check("10/07/2017 09:30+01:00", "2017-07-10T09:30");
            check("10/07/2017 09:30-05:00", "2017-07-10T15:30");
            check("09/07/2017 23:30Z", "2017-07-10T00:30");
            check("10/07/2017 09:30", "2017-07-10T09:30");
            check("10/07/2017", "2017-07-10");
            check_with(&[form], Role::Moment, "31/02/2017 09:30Z", "", Some(DateImpossible));
            check_with(&[form], Role::Moment, "10/07/2017 09:30+15:00", "", Some(DateNotUnderstood));
        }
        // What stood for any letter before is the mark of Greenwich.
        check_with(&["%Y-%m-%dT%H:%M:%SZ"], Role::Moment, "2017-07-10T09:30:00Z", "2017-07-10T10:30", None);
        check_with(&["%d-%m-%y %H:%M%z"], Role::Moment, "10-07-12", "2012-07-10", None);
        let seconds = ["%d/%m/%Y %H:%M:%S%.f%z"];
        check_with(&seconds, Role::Moment, "10/07/2017 09:30:15.123+0000", "2017-07-10T10:30", None);
        check_with(&["%d/%m/%Y %H:%M%z"], Role::Birth, "05/05/1960 00:00Z", "1960-05-05", None);
        check_with(&["%d/%m/%Y %H:%M%z"], Role::Birth, "04/05/1960 23:00Z", "1960-05-05", None);
        // Where the form does not state it, nothing is guessed.
        check_with(&["%d/%m/%Y %H:%M"], Role::Moment, "10/07/2017 09:30+01:00", "", Some(DateNotUnderstood));
        check_with(&["%d/%m/%Y"], Role::Moment, "10/07/2017 09:30+01:00", "", Some(DateNotUnderstood));
    }

    #[test]
    fn a_time_may_follow_a_form_that_has_none() {
        check_with(&["%d/%m/%Y"], Role::Moment, "10/07/2017 09:30:15.5", "2017-07-10T09:30", None);
        check_with(&["%d/%m/%Y"], Role::Moment, "10/07/2017 2:30 pm", "2017-07-10T14:30", None);
        check_with(&["%d %B %Y"], Role::Moment, "10 July 2017 12:05AM", "2017-07-10T00:05", None);
        check_with(&["%d/%m/%Y"], Role::Moment, "10/07/2017 9:5", "", Some(DateNotUnderstood));
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
        let reader = reader(role, forms);
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
