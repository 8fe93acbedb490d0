//! Rows wait here, packed, until their source is sorted and written.

use jiff::civil::{Date, DateTime};
use std::collections::BTreeMap;

/// One cell as a system holds it. Text files print dates their own way, so there they come as text already.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Blank,
    Text(String),
    Number(u64),
    Day(Date),
    Moment(DateTime),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Blank } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }
}

impl From<Option<Date>> for Cell {
    fn from(day: Option<Date>) -> Self {
        day.map_or(Self::Blank, Self::Day)
    }
}

impl From<Option<u64>> for Cell {
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::Blank, Self::Number)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Data,
    Keying,
    Declared,
    Header,
    Preamble,
    Footer,
    Blank,
    Junk,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Keying => "keying",
            Self::Declared => "declared",
            Self::Header => "header",
            Self::Preamble => "preamble",
            Self::Footer => "footer",
            Self::Blank => "blank",
            Self::Junk => "junk",
        }
    }
}

/// The truth of one row: whose it is, and what it speaks of. Nought is nobody and nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    pub kind: Kind,
    pub person: u32,
    pub referral: u32,
    pub appointment: u32,
}

impl Whose {
    pub fn nobody(kind: Kind) -> Self {
        Self { kind, person: 0, referral: 0, appointment: 0 }
    }

    pub fn of(person: u32) -> Self {
        Self { person, ..Self::nobody(Kind::Data) }
    }

    pub fn referral(self, referral: u32) -> Self {
        Self { referral, ..self }
    }

    pub fn appointment(self, appointment: u32) -> Self {
        Self { appointment, ..self }
    }

    pub fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

/// Where a row ended up.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: &'static str,
    pub file: String,
    pub sheet: &'static str,
    pub row: u64,
}

struct Packed {
    key: u64,
    start: usize,
    end: usize,
    whose: Whose,
}

/// The rows of one source. A handle is the order of pushing.
#[derive(Default)]
pub struct Spool {
    text: String,
    rows: Vec<Packed>,
    /// Rows whose place is wanted afterwards.
    pub places: BTreeMap<usize, Option<Place>>,
}

const BETWEEN: char = '\u{1f}';

impl Spool {
    /// Rows are written in the order of their keys.
    pub fn push(&mut self, key: u64, cells: impl IntoIterator<Item = Cell>, whose: Whose) -> usize {
        let start = self.text.len();
        for cell in cells {
            match cell {
                Cell::Blank => {}
                Cell::Text(text) => {
                    self.text.push('t');
                    self.text.push_str(&text);
                }
                Cell::Number(number) => self.text.push_str(&format!("n{number}")),
                Cell::Day(day) => self.text.push_str(&format!("d{day}")),
                Cell::Moment(moment) => self.text.push_str(&format!("m{moment}")),
            }
            self.text.push(BETWEEN);
        }
        self.rows.push(Packed { key, start, end: self.text.len(), whose });
        self.rows.len() - 1
    }

    pub fn want_place(&mut self, handle: usize) {
        self.places.insert(handle, None);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Handles in the order of writing.
    pub fn order(&self) -> Vec<usize> {
        let mut handles: Vec<usize> = (0..self.rows.len()).collect();
        handles.sort_by_key(|handle| (self.rows[*handle].key, *handle));
        handles
    }

    pub fn key(&self, handle: usize) -> u64 {
        self.rows[handle].key
    }

    pub fn whose(&self, handle: usize) -> Whose {
        self.rows[handle].whose
    }

    pub fn cells(&self, handle: usize) -> impl Iterator<Item = Cell> {
        let packed = &self.rows[handle];
        self.text[packed.start..packed.end].split_terminator(BETWEEN).map(unpacked)
    }
}

fn unpacked(text: &str) -> Cell {
    let Some(tag) = text.chars().next() else { return Cell::Blank };
    let rest = &text[1..];
    match tag {
        't' => Cell::Text(rest.to_owned()),
        'n' => Cell::Number(rest.parse().expect("packed as a number")),
        'd' => Cell::Day(rest.parse().expect("packed as a date")),
        'm' => Cell::Moment(rest.parse().expect("packed as a time")),
        _ => unreachable!("only four tags are packed"),
    }
}

/// The lines of a file that are not data. An empty line is blank; `{rows}` becomes the count of data rows.
#[derive(Default)]
pub struct Layout {
    pub preamble: Vec<Vec<&'static str>>,
    pub header: Vec<&'static str>,
    pub footer: Vec<Vec<&'static str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_went_in() {
        let cells = vec![
            Cell::Text("O'Neill\nof two lines".to_owned()),
            Cell::Blank,
            Cell::Number(9_990_000_034),
            Cell::Day(jiff::civil::date(2017, 9, 30)),
            Cell::Moment(jiff::civil::date(2017, 10, 2).at(9, 30, 0, 0)),
            Cell::Blank,
        ];
        let mut spool = Spool::default();
        spool.push(2, cells.clone(), Whose::of(1));
        spool.push(1, [Cell::Blank], Whose::of(2));
        assert_eq!(spool.cells(0).collect::<Vec<_>>(), cells);
        assert_eq!(spool.order(), vec![1, 0]);
    }
}
