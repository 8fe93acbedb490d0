//! How waits are counted: days, working days by the bank holidays, and whether something came in time.
//!
//! No report says which day is day nought, whether a limit in hours is by the clock, or whether bank holidays count, so
//! all three are settings of `[clock]`. By default the day of receipt is day nought, a limit in hours is of hours gone
//! by, and Mondays to Fridays count less the bank holidays of England.

use super::context::day_number;
use crate::config::{ClockSettings, Holidays};
use crate::values::Moment;
use jiff::civil::Date;

/// Bank holidays of England and Wales on weekdays, 2015 to 2030; those from 2027 on by rule, since none is proclaimed yet.
/// One proclaimed late is a setting: `added_holidays`.
const ENGLAND: &str = include_str!("bank_holidays_england.csv");
/// The years that the table covers.
const ENGLAND_YEARS: std::ops::RangeInclusive<i16> = 2015..=2030;

/// How a transition counts waits.
#[derive(Clone, Debug)]
pub struct Calendar {
    is_day_zero_excluded: bool,
    are_hours_elapsed: bool,
    /// Days that are no working days though they are from Monday to Friday, in order.
    closed: Vec<i32>,
    /// The days of which it is known whether they are holidays; `None` is all.
    known: Option<(i32, i32)>,
}

/// A limit, as people set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many hours.
    Hours(u32),
    /// So many days of the calendar.
    Days(u32),
    /// So many working days.
    WorkingDays(u32),
    /// So many weeks.
    Weeks(u32),
}

impl Calendar {
    /// The calendar of a transition.
    pub fn of(settings: &ClockSettings) -> Self {
        let england = settings.holidays == Holidays::England;
        let table = ENGLAND.lines().skip(1).filter(|_| england).map(|line| {
            let date: Date = line[..10].parse().expect("the table of bank holidays gives dates");
            day_number(date)
        });
        let added = settings.added_holidays.iter().map(|date| day_number(*date));
        let mut closed: Vec<i32> = table.chain(added).filter(|day| is_weekday(*day)).collect();
        closed.sort_unstable();
        closed.dedup();
        let (first, last) =
            (Date::constant(*ENGLAND_YEARS.start(), 1, 1), Date::constant(*ENGLAND_YEARS.end(), 12, 31));
        Calendar {
            is_day_zero_excluded: settings.day_zero_excluded,
            are_hours_elapsed: settings.hours_elapsed,
            closed,
            known: england.then(|| (day_number(first), day_number(last))),
        }
    }

    /// Whether a day is a working day; `None` outside the years of the table.
    pub fn is_working_day(&self, date: Date) -> Option<bool> {
        let day = day_number(date);
        self.knows(day).then(|| is_weekday(day) && self.closed.binary_search(&day).is_err())
    }

    /// Days from one day to another; `None` where the second is the earlier.
    pub fn days(&self, from: Date, to: Date) -> Option<u32> {
        let days = u32::try_from(day_number(to) - day_number(from)).ok()?;
        Some(days + u32::from(!self.is_day_zero_excluded))
    }

    /// Whole weeks from one day to another.
    pub fn weeks(&self, from: Date, to: Date) -> Option<u32> {
        self.days(from, to).map(|days| days / 7)
    }

    /// Working days from one day to another; `None` where the second is the earlier, and where nobody can say which days
    /// were holidays.
    pub fn working_days(&self, from: Date, to: Date) -> Option<u32> {
        let (from, to) = (day_number(from), day_number(to));
        if from > to || !self.knows(from) || !self.knows(to) {
            return None;
        }
        let first = from + i32::from(self.is_day_zero_excluded);
        let closed = |before: i32| self.closed.partition_point(|day| *day < before) as i32;
        let weekdays = weekdays_before(to + 1) - weekdays_before(first);
        u32::try_from(weekdays - (closed(to + 1) - closed(first))).ok()
    }

    /// Whether something came within its limit: at the limit is within it. `None` where that cannot be measured: hours
    /// between dates without times, or what comes before its beginning.
    pub fn within(&self, from: Moment, to: Moment, limit: Limit) -> Option<bool> {
        match limit {
            Limit::Hours(hours) if self.are_hours_elapsed => {
                minutes_between(from, to).map(|minutes| minutes <= u64::from(hours) * 60)
            }
            Limit::Hours(hours) => self.within(from, to, Limit::WorkingDays(hours.div_ceil(24))),
            Limit::Days(days) => self.days(from.date(), to.date()).map(|found| found <= days),
            Limit::Weeks(weeks) => self.days(from.date(), to.date()).map(|found| found <= weeks.saturating_mul(7)),
            Limit::WorkingDays(days) => self.working_days(from.date(), to.date()).map(|found| found <= days),
        }
    }

    fn knows(&self, day: i32) -> bool {
        self.known.is_none_or(|(first, last)| (first..=last).contains(&day))
    }
}

/// Days are counted from a Monday.
fn is_weekday(day: i32) -> bool {
    day.rem_euclid(7) < 5
}

/// Mondays to Fridays from the day from which days are counted, up to this one.
fn weekdays_before(day: i32) -> i32 {
    day.div_euclid(7) * 5 + day.rem_euclid(7).min(5)
}

/// `None` where a time is missing, and where the second is the earlier.
fn minutes_between(from: Moment, to: Moment) -> Option<u64> {
    let minute = |moment: Moment| Some(i64::from(day_number(moment.date())) * 1440 + i64::from(moment.minute()?));
    u64::try_from(minute(to)? - minute(from)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan as _;
    use jiff::civil::{Weekday, date};

    fn england() -> Calendar {
        Calendar::of(&ClockSettings::default())
    }

    /// "1 Jan; Good Friday; Easter Monday; first Monday of May; last Monday of May; last Monday of August; 25 and 26 Dec. A
    /// fixed date on Saturday or Sunday moves to the next weekday not already a holiday. Exceptions: 2020 early May moved
    /// to Fri 8 May; 2022 spring holiday moved to Thu 2 June, plus Fri 3 June and Mon 19 Sept; 2023 Mon 8 May added."
    fn holidays_by_rule(year: i16) -> Vec<Date> {
        let easter = EASTERS[usize::try_from(year - 2015).expect("a year of the table")];
        let easter = date(year, easter.0, easter.1);
        let last_monday = |month: i8| {
            let last = date(year, month, 1).last_of_month();
            last - i64::from(last.weekday().since(Weekday::Monday)).days()
        };
        let first_of_may = date(year, 5, 1);
        let early_may = first_of_may + i64::from(first_of_may.weekday().until(Weekday::Monday)).days();
        let mut days = vec![easter - 2.days(), easter + 1.day(), last_monday(8)];
        match year {
            2020 => days.extend([date(2020, 5, 8), last_monday(5)]),
            2022 => days.extend([early_may, date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)]),
            2023 => days.extend([early_may, last_monday(5), date(2023, 5, 8)]),
            _ => days.extend([early_may, last_monday(5)]),
        }
        for fixed in [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)] {
            let mut day = fixed;
            let another = |day: Date| day != fixed && (day == date(year, 12, 26) || days.contains(&day));
            while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) || days.contains(&day) || another(day) {
                day += 1.day();
            }
            days.push(day);
        }
        days.sort_unstable();
        days
    }

    /// Easter Sundays from 2015 on.
    const EASTERS: [(i8, i8); 16] = [
        (4, 5),
        (3, 27),
        (4, 16),
        (4, 1),
        (4, 21),
        (4, 12),
        (4, 4),
        (4, 17),
        (4, 9),
        (3, 31),
        (4, 20),
        (4, 5),
        (3, 28),
        (4, 16),
        (4, 1),
        (4, 21),
    ];

    #[test]
    fn every_bank_holiday_from_2015_to_2030_is_no_working_day_and_every_other_weekday_is_one() {
        let calendar = england();
        let mut holidays = 0;
        for year in ENGLAND_YEARS {
            let closed = holidays_by_rule(year);
            assert_eq!(
                closed.len(),
                match year {
                    2022 => 10,
                    2023 => 9,
                    _ => 8,
                }
            );
            holidays += closed.len();
            for day in date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year) {
                let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
                assert_eq!(calendar.is_working_day(day), Some(!weekend && !closed.contains(&day)), "{day}");
            }
        }
        assert_eq!(holidays, ENGLAND.lines().count() - 1);
    }

    #[track_caller]
    fn check(calendar: &Calendar, from: &str, to: &str, expected: Option<u32>) {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        assert_eq!(calendar.working_days(day(from), day(to)), expected, "{from} to {to}");
    }

    #[test]
    fn working_days_by_hand() {
        let england = england();
        // An ordinary week; the day of receipt is day nought.
        check(&england, "2017-10-02", "2017-10-02", Some(0));
        check(&england, "2017-10-02", "2017-10-09", Some(5));
        check(&england, "2017-10-06", "2017-10-08", Some(0));
        check(&england, "2017-10-07", "2017-10-09", Some(1));
        // Easter, Christmas and the new year.
        check(&england, "2018-03-29", "2018-04-03", Some(1));
        check(&england, "2017-12-22", "2018-01-02", Some(4));
        check(&england, "2021-12-24", "2021-12-29", Some(1));
        check(&england, "2016-12-23", "2016-12-28", Some(1));
        // Holidays that were moved or added.
        check(&england, "2020-05-01", "2020-05-11", Some(5));
        check(&england, "2022-06-01", "2022-06-06", Some(1));
        check(&england, "2022-09-16", "2022-09-20", Some(1));
        check(&england, "2023-05-05", "2023-05-09", Some(1));
        // Twenty working days over both May holidays.
        check(&england, "2018-05-04", "2018-06-04", Some(19));
        check(&england, "2018-05-04", "2018-06-05", Some(20));
        // What cannot be said.
        check(&england, "2017-10-02", "2017-10-01", None);
        check(&england, "2014-12-31", "2015-01-05", None);
        check(&england, "2030-12-31", "2031-01-02", None);
    }

    #[test]
    fn settings_decide_day_nought_and_holidays() {
        let all = Calendar::of(&ClockSettings { holidays: Holidays::None, ..Default::default() });
        check(&all, "2018-03-29", "2018-04-03", Some(3));
        check(&all, "2014-12-31", "2015-01-05", Some(3));
        check(&all, "1899-12-29", "1900-01-02", Some(2));
        let included = Calendar::of(&ClockSettings { day_zero_excluded: false, ..Default::default() });
        check(&included, "2017-10-02", "2017-10-02", Some(1));
        check(&included, "2017-10-07", "2017-10-09", Some(1));
        assert_eq!(included.days(date(2017, 10, 2), date(2017, 10, 8)), Some(7));
        assert_eq!(
            [england(), included].map(|one| one.weeks(date(2017, 10, 2), date(2017, 10, 8))),
            [Some(0), Some(1)]
        );
        let added = vec![date(2017, 10, 4), date(2017, 10, 7)];
        let added = Calendar::of(&ClockSettings { added_holidays: added, ..Default::default() });
        check(&added, "2017-10-02", "2017-10-09", Some(4));
    }

    #[test]
    fn a_limit_is_met_up_to_and_at_itself() {
        let moment = |day: i8, minute: Option<u16>| Moment::new(date(2017, 10, day), minute).expect("a moment");
        let calendar = england();
        let (monday, thursday) = (moment(2, Some(600)), moment(5, None));
        assert_eq!(calendar.within(monday, thursday, Limit::Days(3)), Some(true));
        assert_eq!(calendar.within(monday, thursday, Limit::Days(2)), Some(false));
        assert_eq!(calendar.within(monday, moment(9, None), Limit::WorkingDays(5)), Some(true));
        assert_eq!(calendar.within(monday, moment(10, None), Limit::WorkingDays(5)), Some(false));
        assert_eq!(calendar.within(monday, moment(16, None), Limit::Weeks(2)), Some(true));
        assert_eq!(calendar.within(monday, moment(17, None), Limit::Weeks(2)), Some(false));
        assert_eq!(calendar.within(thursday, monday, Limit::Weeks(2)), None);
        assert_eq!(calendar.within(monday, moment(4, Some(600)), Limit::Hours(48)), Some(true));
        assert_eq!(calendar.within(monday, moment(4, Some(601)), Limit::Hours(48)), Some(false));
        assert_eq!(calendar.within(monday, thursday, Limit::Hours(48)), None, "no time is given");
        let working = Calendar::of(&ClockSettings { hours_elapsed: false, ..Default::default() });
        assert_eq!(working.within(moment(6, Some(600)), moment(10, None), Limit::Hours(48)), Some(true));
        assert_eq!(working.within(moment(6, Some(600)), moment(11, None), Limit::Hours(48)), Some(false));
    }
}
