//! Times of day, and times that name their distance from Greenwich: which day and hour it was here.
//!
//! "Here" is the United Kingdom, where care was booked and given: an instant becomes what clocks showed in London, British
//! Summer Time included, back to the time before there was any. The zone is compiled in, so that no machine's setting and no
//! later edition of its tables changes what a file says. Times without a distance are taken as they stand: they are what
//! somebody read off a clock here.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

static LONDON: TimeZone = jiff::tz::get!("Europe/London");

/// No place on earth is further from Greenwich.
const HOURS_MAX: i32 = 14;

/// A time of day and the minutes by which it is ahead of Greenwich: `09:30:00Z`, `09:30+01:00`, `09:30:00 +0100`.
pub(super) fn with_offset(time: &str) -> Option<(&str, i32)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time.trim_end(), 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (time, offset) = (time[..at].trim_end(), &time[at..]);
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
    // "09:30-10:30" is from half past nine to half past ten; with seconds nobody writes it so.
    let is_range = sign < 0 && time.matches(':').count() < 2;
    (hours <= HOURS_MAX && minutes < 60 && !time.is_empty() && !is_range)
        .then_some((time, sign * (hours * 60 + minutes)))
}

/// Minutes after midnight of `9:30`, `09:30`, `09:30:00` or `09:30:00.000`.
pub(super) fn clock(text: &str) -> Option<u16> {
    let number = |part: &str, most: u16| -> Option<u16> {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number| plain && *number < most)
    };
    let mut parts = text.split(':');
    let hour = number(parts.next()?, 24)?;
    let minute = number(parts.next()?, 60)?;
    if let Some(seconds) = parts.next() {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
        number(whole, 60)?;
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    parts.next().is_none().then_some(hour * 60 + minute)
}

/// The day here and its minute, of a minute of a day so many minutes ahead of Greenwich.
pub(super) fn here(date: Date, minute: u16, ahead: i32) -> Option<(Date, u16)> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    let offset = Offset::from_seconds(ahead * 60).ok()?;
    let instant = offset.to_timestamp(date.at(hour, minute, 0, 0)).ok()?;
    let local = LONDON.to_datetime(instant);
    Some((local.date(), u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs())))
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
            ("09:30-10:30", None),
            ("09:30-05", None),
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
            assert_eq!(with_offset(text), expected, "{text}");
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
}
