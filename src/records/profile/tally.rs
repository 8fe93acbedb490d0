//! What is counted of a column while its rows pass. The values themselves are not kept, but for those of a column that may
//! be one of codes, until it is known whether it is.

use super::shape::shape;
use super::value::{Look, MARKS, Mark, look};
use crate::records::calendar::{Clock, Form, Layout, Ways};
use crate::records::clean::number_text;
use crate::records::dates::is_placeholder;
use crate::sources::Cell;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// Different values are counted up to here.
const DISTINCT_MAX: usize = 1 << 20;
/// Different shapes that are told apart.
const SHAPES_MAX: usize = 200;
/// A column of codes has no more different values than this, none longer.
const CODES_MAX: usize = 40;
const CODE_LENGTH_MAX: usize = 40;

/// Counts of one column.
pub(super) struct Tally {
    pub filled: u64,
    /// Values that say something: no word for "nothing".
    pub said: u64,
    pub marks: [u64; MARKS],
    /// Cells that a workbook marks as dates, and those of them with a time.
    pub moments: u64,
    pub moments_timed: u64,
    pub numbers: u64,
    pub texts: u64,
    pub errors: u64,
    pub distinct: hashbrown::HashSet<u64, BuildHasherDefault<DefaultHasher>>,
    pub distinct_more: bool,
    pub shapes: BTreeMap<String, u64>,
    pub other_shapes: u64,
    /// Dates in text: of each form, which readings are days of the calendar.
    pub forms: BTreeMap<Form, Ways>,
    pub placeholders: u64,
    pub after_today: u64,
    pub line_breaks: u64,
    /// Texts between white space, and whether the name is one.
    pub padded: u64,
    pub padded_name: bool,
    /// Characters of all values.
    pub length: u64,
    /// Values and their counts, while they may be codes.
    pub values: Option<BTreeMap<String, u64>>,
}

impl Tally {
    pub fn new() -> Self {
        Tally {
            filled: 0,
            said: 0,
            marks: [0; MARKS],
            moments: 0,
            moments_timed: 0,
            numbers: 0,
            texts: 0,
            errors: 0,
            distinct: hashbrown::HashSet::default(),
            distinct_more: false,
            shapes: BTreeMap::new(),
            other_shapes: 0,
            forms: BTreeMap::new(),
            placeholders: 0,
            after_today: 0,
            line_breaks: 0,
            padded: 0,
            padded_name: false,
            length: 0,
            values: Some(BTreeMap::new()),
        }
    }

    pub fn of(&self, mark: Mark) -> u64 {
        self.marks[mark as usize]
    }

    /// The share of what is said.
    pub fn share(&self, count: u64) -> f64 {
        if self.said == 0 { 0.0 } else { count as f64 / self.said as f64 }
    }

    pub fn share_of(&self, mark: Mark) -> f64 {
        self.share(self.of(mark))
    }

    /// Dates: a workbook's, and texts that are days of the calendar.
    pub fn dates(&self) -> u64 {
        self.moments + self.forms.values().map(|ways| ways.all() - ways.neither).sum::<u64>()
    }

    /// Dates with a time.
    pub fn timed(&self) -> u64 {
        let timed = self.forms.iter().filter(|(form, _)| form.clock != Clock::None);
        self.moments_timed + timed.map(|(_, ways)| ways.all()).sum::<u64>()
    }

    /// Dates of eight digits, which numbers may look like by chance.
    pub fn digit_dates(&self) -> u64 {
        let digits =
            self.forms.iter().filter(|(form, _)| matches!(form.layout, Layout::Digits | Layout::DigitsYearLast));
        digits.map(|(_, ways)| ways.all()).sum()
    }

    pub fn see(&mut self, cell: &Cell, today: Date) {
        match cell {
            Cell::Empty => return,
            Cell::Error(_) => self.errors += 1,
            Cell::Bool(is) => self.see_text(if *is { "TRUE" } else { "FALSE" }, today),
            Cell::Text(text) => {
                self.texts += 1;
                self.see_text(text, today);
            }
            Cell::Number(number) => {
                self.numbers += 1;
                if number.abs() >= 1e15 {
                    self.marks[Mark::Rounded as usize] += 1;
                }
                self.see_text(&number_text(*number), today);
            }
            Cell::Moment(moment) => {
                self.said += 1;
                self.moments += 1;
                self.moments_timed += u64::from(moment.minute().is_some_and(|minute| minute > 0));
                self.see_day(moment.date(), today);
                self.count_distinct(&moment.pack().to_le_bytes());
                self.values = None;
            }
        }
        self.filled += 1;
    }

    fn see_text(&mut self, text: &str, today: Date) {
        let seen = look(text);
        self.count(&seen);
        if seen.has(Mark::NullWord) {
            return;
        }
        self.said += 1;
        self.length += text.chars().take(1000).count() as u64;
        self.line_breaks += u64::from(text.contains('\n'));
        self.count_distinct(text.as_bytes());
        self.count_shape(text);
        self.keep_code(text);
        let Some(date) = seen.date else { return };
        self.forms.entry(date.form).or_default().count(date.way());
        // Of two digits nobody can tell the century here.
        if let Some(day) = date.day_first.or(date.month_first).filter(|_| !date.form.short_year) {
            self.see_day(day, today);
        }
    }

    fn see_day(&mut self, day: Date, today: Date) {
        if is_placeholder(day) {
            self.placeholders += 1;
        } else if day > today {
            self.after_today += 1;
        }
    }

    fn count(&mut self, look: &Look) {
        let mut marks = look.marks();
        while marks != 0 {
            self.marks[marks.trailing_zeros() as usize] += 1;
            marks &= marks - 1;
        }
    }

    fn count_distinct(&mut self, value: &[u8]) {
        if self.distinct.len() >= DISTINCT_MAX {
            self.distinct_more = true;
            return;
        }
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(value);
        self.distinct.insert(hash);
    }

    fn count_shape(&mut self, text: &str) {
        let shape = shape(text);
        if let Some(count) = self.shapes.get_mut(&shape) {
            *count += 1;
        } else if self.shapes.len() < SHAPES_MAX {
            self.shapes.insert(shape, 1);
        } else {
            self.other_shapes += 1;
        }
    }

    fn keep_code(&mut self, text: &str) {
        let Some(values) = &mut self.values else { return };
        if let Some(count) = values.get_mut(text) {
            *count += 1;
        } else if values.len() < CODES_MAX && text.chars().count() <= CODE_LENGTH_MAX {
            values.insert(text.to_owned(), 1);
        } else {
            self.values = None;
        }
    }
}
