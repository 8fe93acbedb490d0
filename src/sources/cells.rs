//! Cells: of a workbook's values, and as the text that a row's digest is taken over.

use super::{Cell, DateSystem};
use crate::values::{Digest, Moment};
use calamine::{Data, DataRef, ExcelDateTime};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, date};
use std::borrow::Cow;
use std::fmt::Write as _;

const MINUTES_A_DAY: f64 = 1440.0;

impl Cell {
    pub(super) fn text(text: &str) -> Cell {
        Cell::trimmed(text.trim())
    }

    /// Of a text whose outer white space is gone already.
    pub(super) fn trimmed(text: &str) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.into()) }
    }

    /// Takes a text whose outer white space is gone already, in the memory of its last where that is on the heap, and neither too
    /// small nor far too large.
    pub(super) fn take(&mut self, text: &str) {
        match self {
            Cell::Text(last) if last.is_heap_allocated() && is_roomy(last.capacity(), text.len()) => {
                last.clear();
                last.push_str(text);
            }
            _ => *self = Cell::trimmed(text),
        }
    }

    /// The same once more: what a merged cell holds stands in each of its rows.
    pub(super) fn again(&self) -> Cell {
        match self {
            Cell::Empty => Cell::Empty,
            Cell::Text(text) => Cell::Text(text.clone()),
            Cell::Number(number) => Cell::Number(*number),
            Cell::Bool(yes) => Cell::Bool(*yes),
            Cell::Moment(moment) => Cell::Moment(*moment),
            Cell::Error(error) => Cell::Error(error.clone()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// The cell as text: what a header is compared by and a digest is taken over.
    pub(super) fn as_text(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Error(error) => Cow::Borrowed(error),
            // Adding nought turns minus nought into nought.
            Cell::Number(number) => Cow::Owned((number + 0.0).to_string()),
            Cell::Bool(true) => Cow::Borrowed("TRUE"),
            Cell::Bool(false) => Cow::Borrowed("FALSE"),
            Cell::Moment(moment) => Cow::Owned(moment.reveal()),
        }
    }
}

/// Whether room for so many is right for so many as there are: what is used again and again must not grow for ever.
pub(super) fn is_roomy(room: usize, length: usize) -> bool {
    length > 0 && (length..=2 * length + 64).contains(&room)
}

/// Joins the cells in one place first: the same digest as [`Digest::of_cells`], in fewer steps. Empty cells at the end do
/// not count. What was joined stays to be looked at.
pub(super) fn digest_with(cells: &[Cell], joined: &mut Vec<u8>) -> Digest {
    joined.clear();
    let counted = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    for cell in &cells[..counted] {
        match cell {
            Cell::Text(text) => joined.extend_from_slice(text.as_bytes()),
            other => joined.extend_from_slice(other.as_text().as_bytes()),
        }
        joined.push(0x1f);
    }
    Digest::of(joined)
}

/// Of a value that the reading library gave; and whether it is a text that stands between white space.
pub(super) fn of_data_ref(value: DataRef<'_>, system: DateSystem) -> (Cell, bool) {
    let cell = match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(number as f64),
        DataRef::Float(number) => Cell::Number(number),
        DataRef::String(text) if !text.is_empty() && trim(&text).len() == text.len() => Cell::Text(text.into()),
        DataRef::String(text) => return of_text(&text),
        DataRef::SharedString(text) => return of_text(text),
        DataRef::Bool(yes) => Cell::Bool(yes),
        DataRef::DateTime(serial) => of_serial(&serial, system),
        DataRef::DateTimeIso(text) => of_iso(&text),
        DataRef::DurationIso(text) => of_iso_duration(&text),
        DataRef::Error(error) => Cell::Error(error.to_string().into()),
    };
    (cell, false)
}

pub(super) fn of_data(value: &Data, system: DateSystem) -> (Cell, bool) {
    let cell = match value {
        Data::Empty => Cell::Empty,
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::String(text) => return of_text(text),
        Data::Bool(yes) => Cell::Bool(*yes),
        Data::DateTime(serial) => of_serial(serial, system),
        Data::DateTimeIso(text) => of_iso(text),
        Data::DurationIso(text) => of_iso_duration(text),
        Data::Error(error) => Cell::Error(error.to_string().into()),
    };
    (cell, false)
}

pub(super) fn of_text(text: &str) -> (Cell, bool) {
    let inner = trim(text);
    (Cell::trimmed(inner), !inner.is_empty() && inner.len() < text.len())
}

/// Text without white space around it. Most texts begin and end with a letter or a figure, and need not be looked at by
/// characters.
pub fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn of_serial(serial: &ExcelDateTime, system: DateSystem) -> Cell {
    let value = serial.as_f64();
    if !value.is_finite() || value < 0.0 {
        return Cell::Number(value);
    }
    let minutes = (value * MINUTES_A_DAY).round();
    if serial.is_duration() || value < 1.0 {
        return time_of_day(minutes);
    }
    let (days, minute) = ((minutes / MINUTES_A_DAY).floor(), minutes % MINUTES_A_DAY);
    let minute = (minute > 0.0).then_some(minute as u16);
    match day_of_serial(days, system).and_then(|day| Moment::new(day, minute)) {
        Some(moment) => Cell::Moment(moment),
        None => Cell::Number(value),
    }
}

fn time_of_day(minutes: f64) -> Cell {
    let mut text = String::new();
    let _ = write!(text, "{:02}:{:02}", (minutes / 60.0).floor(), minutes % 60.0);
    Cell::Text(text.into())
}

/// The 1900 system counts 29 February 1900, which never was, as day 60; later days are one too high, and that day is
/// none at all.
fn day_of_serial(days: f64, system: DateSystem) -> Option<Date> {
    let days = if days < 4_000_000.0 { days as i64 } else { return None };
    let before_first = match system {
        DateSystem::From1904 => date(1904, 1, 1),
        DateSystem::From1900 if days < 60 => date(1899, 12, 31),
        DateSystem::From1900 if days == 60 => return None,
        DateSystem::From1900 => date(1899, 12, 30),
    };
    before_first.checked_add(days.days()).ok()
}

/// `2017-10-04` or `2017-10-04T09:30:00`.
fn of_iso(text: &str) -> Cell {
    let moment = match text.parse::<DateTime>() {
        Ok(at) if text.len() > "2017-10-04".len() => {
            let minute = at.hour() as u16 * 60 + at.minute() as u16;
            Moment::new(at.date(), (minute > 0).then_some(minute))
        }
        Ok(at) => Moment::new(at.date(), None),
        Err(_) => None,
    };
    moment.map_or_else(|| Cell::text(text), Cell::Moment)
}

/// `PT09H30M00S`.
fn of_iso_duration(text: &str) -> Cell {
    let minutes = || {
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let minutes = rest.split_once('M').map_or(Some(0.0), |(minutes, _)| minutes.parse::<f64>().ok())?;
        Some(hours.parse::<f64>().ok()? * 60.0 + minutes)
    };
    minutes().filter(|minutes| minutes.is_finite() && *minutes >= 0.0).map_or_else(|| Cell::text(text), time_of_day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    fn check(serial: f64, system: DateSystem, expected: &str) {
        let serial = ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, system == DateSystem::From1904);
        assert_eq!(of_serial(&serial, system).as_text(), expected);
    }

    #[test]
    fn a_cell_that_is_used_again_holds_the_new_text_and_no_far_larger_memory() {
        let long = "x".repeat(1000);
        let mut cell = Cell::Empty;
        for text in ["", "a", &long, "b", "", &long, &long[..500], &long[..30], &long[..40], &long, "c"] {
            cell.take(text);
            assert_eq!((cell.as_text().as_ref(), cell.is_empty()), (text, text.is_empty()));
            if let Cell::Text(text) = &cell {
                assert!(text.capacity() <= 2 * text.len() + 64, "{} for {}", text.capacity(), text.len());
            }
        }
        cell = Cell::Number(1.0);
        cell.take("d");
        assert_eq!(cell.as_text(), "d");
    }

    #[test]
    fn serials_become_civil_dates() {
        check(1.0, DateSystem::From1900, "1900-01-01");
        check(59.0, DateSystem::From1900, "1900-02-28");
        check(60.0, DateSystem::From1900, "60");
        check(61.0, DateSystem::From1900, "1900-03-01");
        check(43_008.0, DateSystem::From1900, "2017-09-30");
        check(43_008.0 - 1462.0, DateSystem::From1904, "2017-09-30");
        check(-1.0, DateSystem::From1900, "-1");
        check(1e300, DateSystem::From1900, &1e300.to_string());
    }

    #[test]
    fn times_are_rounded_to_the_minute() {
        check(43_008.395_833_333, DateSystem::From1900, "2017-09-30T09:30");
        check(43_008.999_99, DateSystem::From1900, "2017-10-01");
        check(0.395_833_333, DateSystem::From1900, "09:30");
    }

    #[test]
    fn iso_dates_and_durations_of_opendocument() {
        assert_eq!(of_iso("2017-10-04").as_text(), "2017-10-04");
        assert_eq!(of_iso("2017-10-04T09:30:00").as_text(), "2017-10-04T09:30");
        assert_eq!(of_iso("soon"), Cell::Text("soon".into()));
        assert_eq!(of_iso_duration("PT09H30M00S").as_text(), "09:30");
    }

    #[test]
    fn a_digest_is_of_the_cells_as_text_without_empty_cells_at_the_end() {
        let digest = |cells: &[Cell]| digest_with(cells, &mut vec![1]);
        let cells = [Cell::Text("a".into()), Cell::Empty, Cell::Number(3.0), Cell::Number(0.1), Cell::Bool(true)];
        assert_eq!(digest(&cells), Digest::of_cells(["a", "", "3", "0.1", "TRUE"]));
        assert_eq!(digest(&[Cell::Number(-0.0), Cell::Empty]), Digest::of_cells(["0"]));
        assert_eq!(digest(&[Cell::Empty, Cell::Empty]), Digest::of_cells([]));
    }
}
