//! The ways in which a text is a date: the forms that a mapping states, and ISO 8601.

use super::instant::{here, offset, time_of_day};
use crate::config::without_zone;
use crate::values::{Precision, month_of_beginning, month_of_name};
use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;

/// A strftime pattern.
pub(super) struct Form {
    /// Without the distance from Greenwich at its end.
    pattern: String,
    /// The same without the time at its end, for values that have none.
    without_time: Option<String>,
    has_time: bool,
    /// Whether a distance from Greenwich may stand at the end.
    has_zone: bool,
    short_year: bool,
}

/// A date as far as it was given.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub date: Date,
    pub precision: Precision,
    pub minute: Option<u16>,
}

/// What a form makes of a text.
pub(super) enum Fit {
    Given(Given),
    /// The text has the form and is no day of the calendar.
    Impossible,
    No,
}
impl Form {
    /// Of a pattern that a mapping states.
    pub fn new(pattern: &str) -> Self {
        let pattern = [("%F", "%Y-%m-%d"), ("%T", "%H:%M:%S"), ("%R", "%H:%M"), ("%D", "%m/%d/%y")]
            .iter()
            .fold(pattern.trim().to_owned(), |pattern, (short, long)| pattern.replace(short, long));
        let (pattern, has_zone) = without_zone(&pattern).map_or((&*pattern, false), |pattern| (pattern, true));
        let pattern = pattern.to_owned();
        let time = directives(&pattern).find(|(_, letter)| is_time(*letter)).map(|(place, _)| place);
        let without_time = time.and_then(|place| {
            let dates_follow = directives(&pattern).any(|(other, letter)| other > place && !is_time(letter));
            let head = pattern[..place].trim_end_matches([' ', 'T', ',', '-']);
            (!dates_follow && !head.is_empty()).then(|| head.to_owned())
        });
        let short_year = directives(&pattern).any(|(_, letter)| letter == b'y');
        Form { has_time: time.is_some(), without_time, has_zone, short_year, pattern }
    }

    /// Whether a value of this form is a run of digits, so that a number may be one.
    pub fn is_digits_alone(&self) -> bool {
        let numeric = |(_, letter): (usize, u8)| b"dmYyHMS".contains(&letter);
        self.pattern.len() == 2 * directives(&self.pattern).count() && directives(&self.pattern).all(numeric)
    }

    /// What the form makes of a text; `century` gives the year of two digits, a month and a day.
    pub fn fit(&self, text: &str, wants_time: bool, century: impl Fn(i16, i8, i8) -> i16) -> Fit {
        let of_instant = offset(text).filter(|_| self.has_zone);
        let of_instant = of_instant
            .map_or(Fit::No, |(local, ahead)| self.fit_pattern(&self.pattern, local, &century).at(ahead, wants_time));
        let whole = of_instant.or(self.fit_pattern(&self.pattern, text, &century));
        if matches!(whole, Fit::Given(_)) {
            return whole;
        }
        if let Some(pattern) = &self.without_time {
            return whole.or(self.fit_pattern(pattern, text, &century));
        }
        if self.has_time {
            return whole;
        }
        // The white space before a time of day; of one that says how far it is from Greenwich, the form must say so too.
        let time = |at: usize| time_of_day(&text[at + 1..]).filter(|time| time.ahead.is_none());
        let Some((day, time)) = text.match_indices(' ').find_map(|(at, _)| Some((&text[..at], time(at)?))) else {
            return whole;
        };
        match self.fit_pattern(&self.pattern, day.trim_end(), &century) {
            Fit::Given(given) => Fit::Given(Given { minute: Some(time.minute), ..given }),
            other => whole.or(other),
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

    /// Of a time so many minutes ahead of Greenwich: the day and the time that it was here; but midnight of a day is how
    /// systems write a day that has no time, and that day it stays where only a day is wanted.
    fn at(self, ahead: i32, wants_time: bool) -> Self {
        let Fit::Given(given) = self else { return self };
        if !wants_time && given.minute == Some(0) {
            return self;
        }
        let here = given.minute.and_then(|minute| here(given.date, minute, ahead));
        here.map_or(Fit::No, |(date, minute)| {
            Fit::Given(Given { date, precision: Precision::Day, minute: Some(minute) })
        })
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

/// ISO 8601: `2017-09-30`, `2017-09`, `2017`, `20170930`, and a time after a day, perhaps with its distance from Greenwich.
pub(super) fn iso(text: &str, wants_time: bool) -> Fit {
    let (day, time) = match text.split_once(['T', ' ']) {
        None => (text, None),
        Some((day, time)) => match time_of_day(time) {
            Some(time) => (day, Some(time)),
            None => return Fit::No,
        },
    };
    let fit = iso_day(day, time.map(|time| time.minute));
    match time.and_then(|time| time.ahead) {
        Some(ahead) => fit.at(ahead, wants_time),
        None => fit,
    }
}

fn iso_day(day: &str, minute: Option<u16>) -> Fit {
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
