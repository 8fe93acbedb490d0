//! Dates in text: how each is written, and whether it is a day of the calendar with the day first, with the month first, or
//! both ways; and what a column's dates together say of the order of day and month.

use super::instant::{offset, time_of_day};
use crate::values::{month_of_beginning, month_of_name};
use jiff::civil::Date;

pub(super) use super::instant::Clock;

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    pub layout: Layout,
    /// Between day, month and year; nought where nothing stands there.
    pub separator: char,
    /// Two or four digits of a year.
    pub short_year: bool,
    pub clock: Clock,
    /// Whether the time is followed by its distance from Greenwich.
    pub has_zone: bool,
}

/// In what order the parts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    /// Two numbers and a year: which of the two is the month must be found out.
    Numbers,
    /// Day, the month's name cut to three letters, year.
    ShortName,
    /// Day, the month's name, year.
    LongName,
    /// Year, month, day.
    YearFirst,
    /// Eight digits, the year first.
    Digits,
    /// Eight digits, the year last.
    DigitsYearLast,
}

/// A date as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub form: Form,
    /// With the day first, or in the only order there is; `None` where that is no day of the calendar.
    pub day_first: Option<Date>,
    /// With the month first, where the layout leaves it open.
    pub month_first: Option<Date>,
}

/// Which readings of a date are days of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    DayFirst,
    MonthFirst,
    /// Two different days.
    Either,
    /// One day both ways: 3 March.
    Same,
    Neither,
}

/// How many dates are days of the calendar which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    pub day_first_only: u64,
    pub month_first_only: u64,
    /// Those of one day both ways among them.
    pub both: u64,
    pub neither: u64,
}

/// What a column's dates of two numbers and a year say of their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// No date is impossible either way.
    Undecided,
    DayFirst,
    MonthFirst,
    /// Some are impossible with the day first and some with the month first, and too many of both to be slips.
    Mixed,
}

/// From this share of the telling dates on, the fewer are no slips but another way of writing.
const MIXED_FROM: f64 = 0.02;

impl Ways {
    pub fn count(&mut self, way: Way) {
        *match way {
            Way::DayFirst => &mut self.day_first_only,
            Way::MonthFirst => &mut self.month_first_only,
            Way::Either | Way::Same => &mut self.both,
            Way::Neither => &mut self.neither,
        } += 1;
    }

    pub fn all(self) -> u64 {
        self.day_first_only + self.month_first_only + self.both + self.neither
    }

    /// A date that is impossible with the day first was written with the month first, and the other way round: so the
    /// impossible ones decide for those that could be either.
    pub fn order(self) -> Order {
        let (day, month) = (self.day_first_only, self.month_first_only);
        let fewer = day.min(month);
        match () {
            () if day == 0 && month == 0 => Order::Undecided,
            () if fewer > 0 && fewer as f64 >= MIXED_FROM * (day + month) as f64 => Order::Mixed,
            () if month > day => Order::MonthFirst,
            () => Order::DayFirst,
        }
    }
}

impl Seen {
    pub fn way(&self) -> Way {
        match (self.day_first, self.month_first) {
            (Some(day_first), Some(month_first)) if day_first == month_first => Way::Same,
            (Some(_), Some(_)) => Way::Either,
            (Some(_), None) => Way::DayFirst,
            (None, Some(_)) => Way::MonthFirst,
            (None, None) => Way::Neither,
        }
    }
}

impl Form {
    /// The strftime pattern; `None` for what is always understood.
    pub fn pattern(self, month_first: bool) -> Option<String> {
        let year = if self.short_year { "%y" } else { "%Y" };
        let (first, second) = match self.layout {
            Layout::Numbers if month_first => ("%m", "%d"),
            Layout::Numbers => ("%d", "%m"),
            Layout::ShortName => ("%d", "%b"),
            Layout::LongName => ("%d", "%B"),
            Layout::YearFirst if self.separator == '-' => return None,
            Layout::YearFirst => ("%Y", "%m"),
            Layout::Digits => return None,
            Layout::DigitsYearLast => ("%d", "%m"),
        };
        let last = if self.layout == Layout::YearFirst { "%d" } else { year };
        let between = if self.separator == '\0' { String::new() } else { self.separator.to_string() };
        let clock = match self.clock {
            Clock::None | Clock::Instant => "",
            Clock::Minutes => " %H:%M",
            Clock::Seconds => " %H:%M:%S",
            Clock::Fraction => " %H:%M:%S%.f",
            Clock::Noon => " %I:%M %p",
        };
        let zone = if self.has_zone { "%z" } else { "" };
        Some(format!("{first}{between}{second}{between}{last}{clock}{zone}"))
    }
}

/// Reads a date with perhaps a time, in any of the ways in which systems and people write them.
pub(super) fn see(text: &str) -> Option<Seen> {
    if text.len() > 40 || !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if let Some(seen) = day(text, Clock::None) {
        return Some(seen);
    }
    let (at, _) = text.match_indices([' ', 'T']).find(|(at, _)| clock(text[at + 1..].trim()).is_some())?;
    let seen = day(text[..at].trim_end_matches(','), clock(text[at + 1..].trim())?)?;
    (seen.form.clock != Clock::Instant || seen.form.pattern(false).is_none()).then_some(seen)
}

/// The same, where a time may also be followed by its distance from Greenwich that no form is always understood with.
pub(super) fn see_zoned(text: &str) -> Option<Seen> {
    see(text).or_else(|| {
        let seen = offset(text).and_then(|(local, _)| see(local))?;
        let has_time = !matches!(seen.form.clock, Clock::None | Clock::Instant);
        has_time.then_some(Seen { form: Form { has_zone: true, ..seen.form }, ..seen })
    })
}

/// What kind of time of day it is.
pub(super) fn clock(text: &str) -> Option<Clock> {
    time_of_day(text).map(|time| time.clock)
}

fn day(text: &str, clock: Clock) -> Option<Seen> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text, clock);
    }
    let separator = text.chars().find(|sign| !sign.is_ascii_digit())?;
    let separator = if separator.is_ascii_alphabetic() { '\0' } else { separator };
    if !matches!(separator, '/' | '-' | '.' | ' ' | '\0') {
        return None;
    }
    let [first, second, third] = parts(text, separator)?;
    if second.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return named(first, second, third, separator, clock);
    }
    if separator == ' ' || separator == '\0' {
        return None;
    }
    let (one, two) = (small(second)?, if first.len() == 4 { small(third)? } else { small(first)? });
    if first.len() == 4 {
        let form = Form { layout: Layout::YearFirst, separator, short_year: false, clock, has_zone: false };
        return Some(Seen { form, day_first: of(year(first)?, one, two), month_first: None });
    }
    let form = Form { layout: Layout::Numbers, separator, short_year: third.len() == 2, clock, has_zone: false };
    let year = year(third)?;
    Some(Seen { form, day_first: of(year, one, two), month_first: of(year, two, one) })
}

fn parts(text: &str, separator: char) -> Option<[&str; 3]> {
    if separator == '\0' {
        let name = text.find(|sign: char| sign.is_ascii_alphabetic())?;
        let rest = name + text[name..].find(|sign: char| !sign.is_ascii_alphabetic())?;
        return Some([&text[..name], &text[name..rest], &text[rest..]]);
    }
    let mut parts = text.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn named(day: &str, month: &str, year_text: &str, separator: char, clock: Clock) -> Option<Seen> {
    let short = month.len() == 3;
    let number = if short { month_of_beginning(month) } else { month_of_name(month) }?;
    let layout = if short { Layout::ShortName } else { Layout::LongName };
    let form = Form { layout, separator, short_year: year_text.len() == 2, clock, has_zone: false };
    Some(Seen { form, day_first: of(year(year_text)?, number, small(day)?), month_first: None })
}

/// Eight digits are a date only where the year is one that people live in.
fn digits(text: &str, clock: Clock) -> Option<Seen> {
    let number = |from: usize, to: usize| text[from..to].parse::<i8>().ok();
    let of_year = |from: usize| text[from..from + 4].parse::<i16>().ok().filter(|year| (1850..2150).contains(year));
    let form = |layout| Form { layout, separator: '\0', short_year: false, clock, has_zone: false };
    if let Some(year) = of_year(0) {
        let date = of(year, number(4, 6)?, number(6, 8)?);
        return date.map(|date| Seen { form: form(Layout::Digits), day_first: Some(date), month_first: None });
    }
    let date = of(of_year(4)?, number(2, 4)?, number(0, 2)?)?;
    Some(Seen { form: form(Layout::DigitsYearLast), day_first: Some(date), month_first: None })
}

fn small(text: &str) -> Option<i8> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Of two digits, the century does not matter here: only whether 29 February can be.
fn year(text: &str) -> Option<i16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match (text.len(), digits) {
        (4, true) => text.parse().ok(),
        (2, true) => text.parse::<i16>().ok().map(|year| if year <= 37 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

fn of(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pattern with the day first, and whether it is a day each way.
    #[track_caller]
    fn check(text: &str, pattern: Option<&str>, day_first: bool, month_first: bool) {
        let seen = see_zoned(text).unwrap_or_else(|| panic!("{text} is a date"));
        assert_eq!(seen.form.pattern(false).as_deref(), pattern, "{text}");
        assert_eq!((seen.day_first.is_some(), seen.month_first.is_some()), (day_first, month_first), "{text}");
    }

    #[test]
    fn every_way_of_writing_has_its_pattern() {
        check("30/09/2017", Some("%d/%m/%Y"), true, false);
        check("09/30/2017", Some("%d/%m/%Y"), false, true);
        check("03-04-2017", Some("%d-%m-%Y"), true, true);
        check("31.02.2017", Some("%d.%m.%Y"), false, false);
        check("3/9/17", Some("%d/%m/%y"), true, true);
        check("30-Sep-17", Some("%d-%b-%y"), true, false);
        check("30 Sep 2017", Some("%d %b %Y"), true, false);
        check("30 September 2017 09:30", Some("%d %B %Y %H:%M"), true, false);
        check("30Sep2017", Some("%d%b%Y"), true, false);
        check("2017-09-30", None, true, false);
        check("2017/09/30", Some("%Y/%m/%d"), true, false);
        check("20170930", None, true, false);
        check("30092017", Some("%d%m%Y"), true, false);
        check("30/09/2017 09:30:15", Some("%d/%m/%Y %H:%M:%S"), true, false);
        check("2017-09-30T09:30:00.000", None, true, false);
        check("2017-09-30T09:30:00Z", None, true, false);
        check("2017-09-30 09:30:00.0000000 +01:00", None, true, false);
        check("30/09/2017 2:30 PM", Some("%d/%m/%Y %I:%M %p"), true, false);
        check("30/09/2017 09:30:15.120", Some("%d/%m/%Y %H:%M:%S%.f"), true, false);
        check("30/09/2017 09:30+01:00", Some("%d/%m/%Y %H:%M%z"), true, false);
        check("30/09/2017 09:30:15 +0100", Some("%d/%m/%Y %H:%M:%S%z"), true, false);
        check("2017/09/30 09:30Z", Some("%Y/%m/%d %H:%M%z"), true, false);
        assert_eq!(see("09/30/2017").and_then(|seen| seen.form.pattern(true)).as_deref(), Some("%m/%d/%Y"));
    }

    #[test]
    fn impossible_dates_decide_the_order_of_a_column() {
        let check = |texts: &[(&str, usize)], expected: Order| {
            let mut ways = Ways::default();
            for (text, times) in texts {
                let way = see(text).expect("a date").way();
                (0..*times).for_each(|_| ways.count(way));
            }
            assert_eq!(ways.order(), expected, "{texts:?}");
        };
        let (day_first, month_first, either) = ("30/09/2017", "09/30/2017", "03/04/2017");
        check(&[(either, 9), ("03/03/2017", 9), ("31/02/2017", 9)], Order::Undecided);
        check(&[(either, 9), (day_first, 1)], Order::DayFirst);
        check(&[(either, 9), (month_first, 1)], Order::MonthFirst);
        check(&[(day_first, 1), (month_first, 1)], Order::Mixed);
        check(&[(day_first, 98), (month_first, 2)], Order::Mixed);
        check(&[(day_first, 99), (month_first, 1)], Order::DayFirst);
        check(&[(day_first, 1), (month_first, 99)], Order::MonthFirst);
    }

    #[test]
    fn one_day_both_ways_is_in_no_doubt() {
        let way = |text| see(text).map(|seen| seen.way());
        assert_eq!(way("03/03/2017"), Some(Way::Same));
        assert_eq!(way("03/04/2017"), Some(Way::Either));
        assert_eq!(way("31/02/2017"), Some(Way::Neither));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "9990000018",
            "23782732",
            "1/2",
            "10 High Street",
            "2017",
            "9.15",
            "12:30",
            "1-2-3",
            "30 Foo 2017",
            "30/09/2017 09:30+01:00",
            "99/99/999",
        ] {
            assert_eq!(see(text), None, "{text}");
        }
    }
}
