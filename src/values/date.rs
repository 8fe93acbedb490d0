//! Dates with their precision, and instants of a diary. Both pack into 32 bits, with nought for "missing".

use jiff::civil::Date;

/// How much of a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the year: NHS guidance tells staff to use 1 January when only the year is known.
    Year,
    /// Year and month.
    Month,
    /// A whole calendar date.
    Day,
}

/// A calendar date of which perhaps only the year or the month is known; the unknown parts are 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    date: Date,
    precision: Precision,
}

/// A day, and the minute of the day where one was given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    date: Date,
    minute: Option<u16>,
}

/// The day before the first that packs: packing counts days from here, so that nought is never a date.
const BEFORE_ALL: Date = Date::constant(1199, 12, 31);

fn days(date: Date) -> Option<u32> {
    let days = BEFORE_ALL.until((jiff::Unit::Day, date)).ok()?.get_days();
    u32::try_from(days).ok().filter(|days| (1..=619_000).contains(days))
}

/// Days from 1 March of the year 0, on which leap days come last in their year, to [`BEFORE_ALL`].
const FROM_MARCH_0: u32 = 438_230;
const DAYS_IN_400_YEARS: u32 = 146_097;

/// Counted with whole numbers alone: linkage asks for the date of every pair that it compares.
fn day(days: u32) -> Option<Date> {
    if days == 0 {
        return None;
    }
    let since = days.checked_add(FROM_MARCH_0)?;
    let (era, day) = (since / DAYS_IN_400_YEARS, since % DAYS_IN_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    Date::new(i16::try_from(era * 400 + year + later).ok()?, month as i8, day as i8).ok()
}

impl PartialDate {
    /// How far two dates known to the day lie apart, as they are packed, when it is a day.
    pub const A_DAY: u32 = 4;

    /// A date known to the given precision. Parts that are not known become 1. `None` before 1200 and after 2893.
    pub fn new(date: Date, precision: Precision) -> Option<Self> {
        let date = match precision {
            Precision::Day => date,
            Precision::Month => date.first_of_month(),
            Precision::Year => date.first_of_year(),
        };
        days(date).map(|_| PartialDate { date, precision })
    }

    /// A date known to the day.
    pub fn day(date: Date) -> Option<Self> {
        Self::new(date, Precision::Day)
    }

    /// The date, its unknown parts 1.
    pub fn date(self) -> Date {
        self.date
    }

    /// How much of it is known.
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// `2017`, `2017-09` or `2017-09-30`: as much as is known. Of a person, personal data.
    pub fn reveal(self) -> String {
        match self.precision {
            Precision::Day => self.date.to_string(),
            Precision::Month => format!("{:04}-{:02}", self.date.year(), self.date.month()),
            Precision::Year => format!("{:04}", self.date.year()),
        }
    }

    /// 32 bits, never nought.
    pub fn pack(self) -> u32 {
        let precision = match self.precision {
            Precision::Year => 1,
            Precision::Month => 2,
            Precision::Day => 3,
        };
        (days(self.date).expect("the constructor admits only dates that pack") * Self::A_DAY) | precision
    }

    /// The inverse of [`PartialDate::pack`]; `None` for nought.
    pub fn unpack(bits: u32) -> Option<Self> {
        let precision = match bits & 3 {
            1 => Precision::Year,
            2 => Precision::Month,
            3 => Precision::Day,
            _ => return None,
        };
        day(bits >> 2).map(|date| PartialDate { date, precision })
    }
}

impl std::fmt::Debug for PartialDate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PartialDate(redacted)")
    }
}

impl Moment {
    /// A day and a minute of it (0 to 1439). `None` outside 1200 to 2893 or for a minute past the day's end.
    pub fn new(date: Date, minute: Option<u16>) -> Option<Self> {
        days(date)?;
        minute.is_none_or(|minute| minute < 1440).then_some(Moment { date, minute })
    }

    /// The day.
    pub fn date(self) -> Date {
        self.date
    }

    /// Minutes after midnight, where a time was given.
    pub fn minute(self) -> Option<u16> {
        self.minute
    }

    /// `2017-10-04T09:30`, or `2017-10-04` where no time was given.
    pub fn reveal(self) -> String {
        match self.minute {
            Some(minute) => format!("{}T{:02}:{:02}", self.date, minute / 60, minute % 60),
            None => self.date.to_string(),
        }
    }

    /// 32 bits, never nought.
    pub fn pack(self) -> u32 {
        let days = days(self.date).expect("the constructor admits only dates that pack");
        days * 1441 + self.minute.map_or(0, |minute| u32::from(minute) + 1)
    }

    /// The inverse of [`Moment::pack`]; `None` for nought.
    pub fn unpack(bits: u32) -> Option<Self> {
        let date = day(bits / 1441)?;
        let minute = (bits % 1441).checked_sub(1).and_then(|minute| u16::try_from(minute).ok());
        Some(Moment { date, minute })
    }
}

/// As [`Moment::reveal`] writes it; a space may stand where it has a `T`.
impl std::str::FromStr for Moment {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (day, time) = match text.split_once(['T', ' ']) {
            Some((day, time)) => (day, Some(time)),
            None => (text, None),
        };
        let minute = time.map(|time| minute_of_day(time).ok_or(())).transpose()?;
        let date = if day.len() == 10 { day.parse().map_err(|_| ())? } else { return Err(()) };
        Moment::new(date, minute).ok_or(())
    }
}

/// Of `9:30` or `09:30`, minutes after midnight.
fn minute_of_day(time: &str) -> Option<u16> {
    let (hours, minutes) = time.split_once(':')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let (hours, minutes): (u16, u16) = (number(hours)?, number(minutes).filter(|_| minutes.len() == 2)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

impl std::fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Moment(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn packing_is_undone_by_unpacking() {
        for of in [date(1200, 1, 1), date(1900, 2, 28), date(2017, 9, 30), date(2893, 1, 1)] {
            for precision in [Precision::Year, Precision::Month, Precision::Day] {
                let packed = PartialDate::new(of, precision).expect("in range");
                assert!(PartialDate::unpack(packed.pack()) == Some(packed));
            }
            for minute in [None, Some(0), Some(1439)] {
                let packed = Moment::new(of, minute).expect("in range");
                assert!(Moment::unpack(packed.pack()) == Some(packed));
            }
        }
        assert!(PartialDate::unpack(0).is_none() && Moment::unpack(0).is_none());
        assert!(PartialDate::day(date(1199, 12, 31)).is_none());
        assert!(Moment::new(date(2017, 1, 1), Some(1440)).is_none());
    }

    #[test]
    fn what_is_revealed_can_be_read() {
        for minute in [None, Some(0), Some(570), Some(1439)] {
            let moment = Moment::new(date(2017, 10, 4), minute).expect("in range");
            assert!(moment.reveal().parse() == Ok(moment));
        }
        assert_eq!("2017-10-04 9:30".parse::<Moment>().map(Moment::reveal), Ok("2017-10-04T09:30".into()));
        for text in
            ["", "2017-10", "2017-13-01", "2017-10-04T", "2017-10-04T24:00", "2017-10-04 9:3", "2017-10-04T+9:30"]
        {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_day_that_packs_is_counted_as_the_calendar_does() {
        let mut date = BEFORE_ALL;
        for number in 1..=619_000 {
            date = date.tomorrow().expect("in range");
            assert_eq!(day(number), Some(date));
        }
        assert_eq!(days(date), Some(619_000));
        assert!(day(u32::MAX >> 2).is_none() && day(u32::MAX).is_none());
    }

    #[test]
    fn only_what_is_known_is_shown() {
        let show = |precision| PartialDate::new(date(2017, 9, 30), precision).expect("in range").reveal();
        assert_eq!(
            [show(Precision::Year), show(Precision::Month), show(Precision::Day)],
            ["2017", "2017-09", "2017-09-30"]
        );
    }
}
