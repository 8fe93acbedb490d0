//! Times of day, and times that name their distance from Greenwich: which day and hour it was here.
//!
//! "Here" is the United Kingdom, where care was booked and given: an instant becomes what clocks showed in London, British
//! Summer Time included, back to the time before there was any. The zone is compiled in, so that no machine's setting and no
//! later edition of its tables changes what a file says. Times without a distance are taken as they stand: they are what
//! somebody read off a clock here.

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

static LONDON: TimeZone = jiff::tz::get!("Europe/London");

/// No place on earth is further from Greenwich.
const HOURS_MAX: i32 = 14;

/// A time of day as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeOfDay {
    /// Minutes after midnight.
    pub minute: u16,
    /// Minutes by which it is ahead of Greenwich, where it says so.
    pub ahead: Option<i32>,
    pub clock: Clock,
}

/// How a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clock {
    None,
    Minutes,
    Seconds,
    Fraction,
    /// Hours to twelve, and am or pm.
    Noon,
    /// With its distance from Greenwich, or Z.
    Instant,
}

/// Reads `9:30`, `09:30`, `09:30:00`, `09:30:00.000` and `9:30 am`, perhaps with a distance from Greenwich.
pub(super) fn time_of_day(text: &str) -> Option<TimeOfDay> {
    // "09:30-10:30" is from half past nine to half past ten; with seconds nobody writes it so.
    let is_range = |time: &str| text[time.len()..].contains('-') && time.matches(':').count() < 2;
    match offset(text) {
        Some((time, _)) if is_range(time) => None,
        Some((time, ahead)) => {
            let (minute, _) = plain_time(time)?;
            Some(TimeOfDay { minute, ahead: Some(ahead), clock: Clock::Instant })
        }
        None => plain_time(text).map(|(minute, clock)| TimeOfDay { minute, ahead: None, clock }),
    }
}

fn plain_time(text: &str) -> Option<(u16, Clock)> {
    let noon = |letters: &str| {
        let at = text.len().checked_sub(letters.len())?;
        text.get(at..).filter(|end| end.eq_ignore_ascii_case(letters)).map(|_| text[..at].trim_end())
    };
    let (time, afternoon) = match (noon("am"), noon("pm")) {
        (Some(time), _) => (time, Some(false)),
        (None, Some(time)) => (time, Some(true)),
        (None, None) => (text, None),
    };
    let number = |part: &str, most: u16| -> Option<u16> {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number| plain && *number < most)
    };
    let mut parts = time.split(':');
    let hour = number(parts.next()?, 24)?;
    let minute = parts.next().filter(|minute| minute.len() == 2).and_then(|minute| number(minute, 60))?;
    let clock = match parts.next() {
        None => Clock::Minutes,
        Some(seconds) => {
            let (whole, fraction) =
                seconds.split_once('.').map_or((seconds, None), |(whole, rest)| (whole, Some(rest)));
            number(whole, 60)?;
            let is_number = fraction.is_none_or(|fraction| fraction.bytes().all(|byte| byte.is_ascii_digit()));
            is_number.then_some(if fraction.is_some() { Clock::Fraction } else { Clock::Seconds })?
        }
    };
    let (hour, clock) = match (afternoon, clock) {
        (None, clock) => (hour, clock),
        (Some(afternoon), Clock::Minutes) if (1..=12).contains(&hour) => {
            (hour % 12 + if afternoon { 12 } else { 0 }, Clock::Noon)
        }
        (Some(_), _) => return None,
    };
    parts.next().is_none().then_some((hour * 60 + minute, clock))
}

/// What stands before a distance from Greenwich, and the minutes by which it is ahead: `09:30:00Z`, `09:30+01:00`,
/// `09:30:00 +0100`.
pub(super) fn offset(text: &str) -> Option<(&str, i32)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time.trim_end(), 0));
    }
    let at = text.rfind(['+', '-'])?;
    let (time, offset) = (text[..at].trim_end(), &text[at..]);
    let (sign, digits) = (if offset.starts_with('-') { -1 } else { 1 }, &offset[1..]);
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let number = |part: &str| -> Option<i32> {
        let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| plain)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= HOURS_MAX && minutes < 60 && !time.is_empty()).then_some((time, sign * (hours * 60 + minutes)))
}

/// The day here and its minute, of a minute of a day so many minutes ahead of Greenwich.
pub(super) fn here(date: Date, minute: u16, ahead: i32) -> Option<(Date, u16)> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    let offset = Offset::from_seconds(ahead * 60).ok()?;
    let instant = offset.to_timestamp(date.at(hour, minute, 0, 0)).ok()?;
    let local = LONDON.to_datetime(instant);
    Some((local.date(), u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs())))
}

/// Clocks here go forward in the small hours.
const FORWARD_BEFORE_MINUTE: u16 = 4 * 60;

/// Whether clocks here went forward over this time of day, so that none showed it.
pub(super) fn is_skipped(date: Date, minute: u16) -> bool {
    if minute >= FORWARD_BEFORE_MINUTE {
        return false;
    }
    let (Ok(hour), Ok(minute)) = (i8::try_from(minute / 60), i8::try_from(minute % 60)) else { return false };
    let at = LONDON.to_ambiguous_timestamp(date.at(hour, minute, 0, 0));
    matches!(at.offset(), AmbiguousOffset::Gap { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_distance_from_greenwich_is_z_or_hours_and_minutes() {
        for (text, expected) in [
            ("09:30:00Z", Some(("09:30:00", 0))),
            ("09:30z", Some(("09:30", 0))),
            ("09:30:00.123+01:00", Some(("09:30:00.123", 60))),
            ("09:30 +0100", Some(("09:30", 60))),
            ("09:30:00-05", Some(("09:30:00", -300))),
            ("09:30:00-00:00", Some(("09:30:00", 0))),
            ("09:30-10:30", Some(("09:30", -630))),
            ("09:30+05:30", Some(("09:30", 330))),
            ("09:30", None),
            ("09:30+1", None),
            ("09:30+15:00", None),
            ("09:30+01:60", None),
            ("09:30+01:0", None),
            ("09:30+0é0", None),
            ("+01:00", None),
            ("", None),
        ] {
            assert_eq!(offset(text), expected, "{text}");
        }
    }

    #[test]
    fn times_of_day() {
        let check = |text: &str, expected: Option<(u16, Option<i32>, Clock)>| {
            let found = time_of_day(text).map(|time| (time.minute, time.ahead, time.clock));
            assert_eq!(found, expected, "{text}");
        };
        check("9:30", Some((570, None, Clock::Minutes)));
        check("09:30:59", Some((570, None, Clock::Seconds)));
        check("09:30:59.123", Some((570, None, Clock::Fraction)));
        check("2:30pm", Some((870, None, Clock::Noon)));
        check("12:05 AM", Some((5, None, Clock::Noon)));
        check("12:05 pm", Some((725, None, Clock::Noon)));
        check("23:59", Some((1439, None, Clock::Minutes)));
        check("09:30Z", Some((570, Some(0), Clock::Instant)));
        check("09:30+01:00", Some((570, Some(60), Clock::Instant)));
        check("09:30:00-05", Some((570, Some(-300), Clock::Instant)));
        for text in [
            "24:00",
            "9:60",
            "9:5",
            "9:60Z",
            "0930",
            "14:30pm",
            "0:30am",
            "2:30:15pm",
            "am",
            "09:30:60",
            "09:30:15.x",
            "09:30:15:15",
            "09:30-10:30",
            "09:30-05",
            "é9:30",
            "",
        ] {
            check(text, None);
        }
    }

    #[track_caller]
    fn check(on: Date, (hour, minute): (u16, u16), ahead: i32, expected: &str) {
        let (date, minute) = here(on, hour * 60 + minute, ahead).expect("in range");
        assert_eq!(format!("{date} {:02}:{:02}", minute / 60, minute % 60), expected, "{on} {hour}:{minute} {ahead}");
    }

    #[test]
    fn the_clock_is_londons_in_summer_and_in_winter() {
        check(date(2017, 1, 10), (9, 30), 0, "2017-01-10 09:30");
        check(date(2017, 7, 10), (9, 30), 0, "2017-07-10 10:30");
        check(date(2017, 7, 10), (9, 30), 60, "2017-07-10 09:30");
        check(date(2017, 7, 9), (23, 0), 0, "2017-07-10 00:00");
        check(date(2017, 7, 10), (4, 30), 330, "2017-07-10 00:00");
        check(date(2017, 7, 10), (0, 0), -300, "2017-07-10 06:00");
    }

    #[test]
    fn the_hour_turns_at_one_in_the_morning_of_greenwich() {
        check(date(2017, 3, 26), (0, 59), 0, "2017-03-26 00:59");
        check(date(2017, 3, 26), (1, 0), 0, "2017-03-26 02:00");
        check(date(2017, 10, 29), (0, 59), 0, "2017-10-29 01:59");
        check(date(2017, 10, 29), (1, 0), 0, "2017-10-29 01:00");
    }

    #[test]
    fn other_years_had_other_rules() {
        // British Standard Time all year round, double summer time, and years after those that tables list one by one.
        check(date(1970, 1, 9), (23, 0), 0, "1970-01-10 00:00");
        check(date(1944, 7, 10), (9, 30), 0, "1944-07-10 11:30");
        check(date(1960, 5, 4), (23, 0), 0, "1960-05-05 00:00");
        check(date(2049, 7, 10), (9, 30), 0, "2049-07-10 10:30");
    }

    #[test]
    fn an_hour_is_left_out_once_a_year() {
        for (on, hour, expected) in [
            (date(2017, 3, 26), 1, true),
            (date(2017, 3, 26), 0, false),
            (date(2017, 3, 26), 2, false),
            (date(2017, 3, 26), 13, false),
            (date(2017, 3, 25), 1, false),
            (date(2017, 10, 29), 1, false),
            (date(1968, 2, 18), 2, true),
            (date(1970, 3, 29), 2, false),
            (date(2049, 3, 28), 1, true),
        ] {
            assert_eq!(is_skipped(on, hour * 60 + 30), expected, "{on} {hour}");
        }
    }
}
