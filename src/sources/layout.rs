//! The place of each row in its table: preamble, header, data, footer, blank.

use super::cells::digest;
use super::claims::{Claim, fold};
use super::footer::{self, Shape};
use super::outlet::Outlet;
use super::{Cell, Finding, RowKind};
use crate::values::Digest;
use std::collections::BTreeSet;

/// A header stands among so many first rows, unless the mapping says where.
const HEADER_SOUGHT_ROWS: u32 = 60;
/// Rows that look like a footer are held back until the sheet's end; more than this are a table of their own.
const FOOTER_ROWS_MAX: usize = 200;

/// One physical row before its place is known.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) row: u32,
    pub(super) cells: Vec<Cell>,
    pub(super) digest: Digest,
    /// Why the row must not be used.
    pub(super) fault: Option<Finding>,
    /// What does not stop it from being used.
    pub(super) findings: Vec<Finding>,
}

impl Line {
    pub(super) fn of_cells(row: u32, cells: Vec<Cell>, findings: Vec<Finding>) -> Self {
        let digest = digest(&cells);
        Line { row, cells, digest, fault: None, findings }
    }
}

enum Held {
    Blank { from: u32, count: u32 },
    Line(Line),
}

/// What the mapping says about the table, and what kind of file it is in.
pub(super) struct Expectation<'a> {
    pub(super) wanted: &'a BTreeSet<String>,
    pub(super) header_row: Option<u32>,
    pub(super) end_of_data: Option<&'a str>,
    /// Delimited text: a surplus or missing cell means that cells have moved.
    pub(super) delimited: bool,
}

impl<'a> Expectation<'a> {
    pub(super) fn of(claim: &'a Claim, delimited: bool) -> Self {
        let end_of_data = claim.layout.end_of_data.as_deref().map(str::trim).filter(|text| !text.is_empty());
        Expectation { wanted: &claim.wanted, header_row: claim.layout.header_row, end_of_data, delimited }
    }
}

/// What a sheet turned out to be.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: u32,
    pub(super) header_row: Option<u32>,
    pub(super) header: Vec<String>,
}

/// Why a sheet has no table: what is wrong, in words that quote no cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoTable(pub(super) String);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Seeking,
    Data,
    Footer,
}

/// Takes the rows of one sheet in order, and gives each out once its place is known.
pub(super) struct Table<'a, 'b, 'c> {
    expectation: Expectation<'a>,
    outlet: Outlet<'b, 'c>,
    stage: Stage,
    held: Vec<Held>,
    after_blank: bool,
    /// Places of the header's columns that the mapping names; all of them when it names none.
    mapped: Vec<usize>,
    /// The header's width without unnamed columns at its end.
    named_width: usize,
    found: Found,
}

impl<'a, 'b, 'c> Table<'a, 'b, 'c> {
    pub(super) fn new(expectation: Expectation<'a>, outlet: Outlet<'b, 'c>) -> Self {
        Table {
            expectation,
            outlet,
            stage: Stage::Seeking,
            held: Vec::new(),
            after_blank: false,
            mapped: Vec::new(),
            named_width: 0,
            found: Found::default(),
        }
    }

    pub(super) fn outlet(&mut self) -> &mut Outlet<'b, 'c> {
        &mut self.outlet
    }

    pub(super) fn push_blank(&mut self, from: u32, count: u32) -> Result<(), NoTable> {
        if count == 0 {
            return Ok(());
        }
        self.found.rows = from + count - 1;
        self.after_blank = true;
        if self.stage == Stage::Seeking || !self.held.is_empty() {
            self.held.push(Held::Blank { from, count });
        } else {
            self.outlet.give_blank(from, count);
        }
        self.seek(false)
    }

    pub(super) fn push(&mut self, line: Line) -> Result<(), NoTable> {
        if line.fault.is_none() && line.cells.iter().all(Cell::is_empty) {
            return self.push_blank(line.row, 1);
        }
        self.found.rows = line.row;
        match self.stage {
            Stage::Seeking => {
                self.held.push(Held::Line(line));
                return self.seek(false);
            }
            Stage::Data => self.place(line),
            Stage::Footer => self.give_idle(line, RowKind::Footer),
        }
        Ok(())
    }

    /// The sheet has ended: what is held back is its footer.
    pub(super) fn end(mut self) -> Result<Found, NoTable> {
        if self.stage == Stage::Seeking {
            self.seek(true)?;
        }
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Blank { from, count } => self.outlet.give_blank(from, count),
                Held::Line(line) => self.give_idle(line, RowKind::Footer),
            }
        }
        self.outlet.flush();
        self.found.header = std::mem::take(&mut self.outlet.header);
        Ok(self.found)
    }

    /// Looks for the header once enough rows are held, and then places them.
    fn seek(&mut self, ended: bool) -> Result<(), NoTable> {
        let enough = self.expectation.header_row.unwrap_or(HEADER_SOUGHT_ROWS);
        if self.stage != Stage::Seeking || (self.found.rows < enough && !ended) {
            return Ok(());
        }
        if self.found.rows == 0 {
            return Err(NoTable("holds no rows".to_owned()));
        }
        let place = self.header_place()?;
        let held = std::mem::take(&mut self.held);
        self.stage = Stage::Data;
        for (at, piece) in held.into_iter().enumerate() {
            match (piece, place) {
                (Held::Blank { from, count }, _) => self.push_blank(from, count)?,
                (Held::Line(line), Some(header)) if at < header => self.give_idle(line, RowKind::Preamble),
                (Held::Line(line), Some(header)) if at == header => self.begin(line),
                (Held::Line(line), _) => self.push(line)?,
            }
        }
        Ok(())
    }

    /// The header's place among the rows held; `None` when the sheet has none and none is called for.
    fn header_place(&self) -> Result<Option<usize>, NoTable> {
        let lines = || {
            self.held.iter().enumerate().filter_map(|(place, held)| match held {
                Held::Line(line) if line.fault.is_none() => Some((place, line)),
                _ => None,
            })
        };
        if let Some(row) = self.expectation.header_row {
            let stated = lines().find(|(_, line)| line.row == row);
            let (place, line) =
                stated.ok_or_else(|| NoTable(format!("row {row}, the stated header_row, holds nothing")))?;
            return if self.expectation.wanted.is_empty() || self.names_in(line) > 0 {
                Ok(Some(place))
            } else {
                Err(self.not_recognised(&format!("row {row}, the stated header_row, holds")))
            };
        }
        if self.expectation.wanted.is_empty() {
            return Ok(likely_header(lines().collect()));
        }
        // The first of the best, whatever comes after it.
        let best = lines().map(|(place, line)| (self.names_in(line), place)).rev().max_by_key(|(names, _)| *names);
        match best {
            Some((names, place)) if names > 0 => Ok(Some(place)),
            _ => Err(self.not_recognised(&format!("the first {HEADER_SOUGHT_ROWS} rows hold"))),
        }
    }

    /// How many different columns of the mapping a row names.
    fn names_in(&self, line: &Line) -> usize {
        let names: BTreeSet<String> = line.cells.iter().map(|cell| fold(&cell.as_text())).collect();
        names.intersection(self.expectation.wanted).count()
    }

    fn not_recognised(&self, which: &str) -> NoTable {
        let width = self.held.iter().map(|held| match held {
            Held::Line(line) => line.cells.len(),
            Held::Blank { .. } => 0,
        });
        let wanted: Vec<&str> = self.expectation.wanted.iter().map(String::as_str).take(12).collect();
        let more = if self.expectation.wanted.len() > wanted.len() { ", …" } else { "" };
        NoTable(format!(
            "has no header that can be recognised: {which} none of the columns {}{more} (their widest row has {} cells)",
            wanted.join(", "),
            width.max().unwrap_or(0)
        ))
    }

    fn begin(&mut self, mut line: Line) {
        if !self.expectation.delimited {
            let used = line.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
            line.cells.truncate(used);
        }
        let header: Vec<String> = line.cells.iter().map(|cell| cell.as_text().into_owned()).collect();
        let is_mapped =
            |name: &String| self.expectation.wanted.is_empty() || self.expectation.wanted.contains(&fold(name));
        self.mapped = (0..header.len()).filter(|&column| is_mapped(&header[column])).collect();
        self.named_width = header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        self.found.header_row = Some(line.row);
        self.after_blank = false;
        self.outlet.flush();
        self.outlet.header = header;
        self.give_idle(line, RowKind::Header);
    }

    /// A row after the header.
    fn place(&mut self, line: Line) {
        if line.fault.is_some() {
            self.release();
            self.after_blank = false;
            return self.give_idle(line, RowKind::Data);
        }
        if let Some(end) = self.expectation.end_of_data {
            if line.cells.iter().find(|cell| !cell.is_empty()).is_some_and(|cell| cell.as_text().starts_with(end)) {
                self.stage = Stage::Footer;
                return self.give_idle(line, RowKind::Footer);
            }
        } else if self.may_be_footer(&line) {
            self.held.push(Held::Line(line));
            if self.held.len() > FOOTER_ROWS_MAX {
                self.release();
            }
            return;
        }
        self.release();
        self.after_blank = false;
        if self.is_header_again(&line) {
            self.give_idle(line, RowKind::Header);
        } else {
            self.give_data(line);
        }
    }

    fn may_be_footer(&self, line: &Line) -> bool {
        let shape = Shape { mapped: &self.mapped, header_width: self.named_width, after_blank: self.after_blank };
        footer::may_be(&line.cells, &shape)
    }

    fn is_header_again(&self, line: &Line) -> bool {
        let header = &self.outlet.header;
        let same = |place: usize| {
            let name = header.get(place).map_or("", String::as_str);
            line.cells.get(place).map_or(name.is_empty(), |cell| cell.as_text() == name)
        };
        !header.is_empty() && (0..header.len().max(line.cells.len())).all(same)
    }

    /// Rows held back were no footer after all.
    fn release(&mut self) {
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Blank { from, count } => self.outlet.give_blank(from, count),
                Held::Line(line) => self.give_data(line),
            }
        }
    }

    fn give_data(&mut self, mut line: Line) {
        let width = self.outlet.header.len();
        let headed = self.found.header_row.is_some();
        let surplus = headed && line.cells.len() > width && line.cells[width..].iter().any(|cell| !cell.is_empty());
        if surplus && self.expectation.delimited {
            line.fault = Some(Finding::TooManyCells);
            return self.give_idle(line, RowKind::Data);
        }
        if surplus {
            line.findings.push(Finding::BesideTable);
        }
        if self.expectation.delimited && line.cells.len() < self.named_width {
            line.findings.push(Finding::TooFewCells);
        }
        if headed {
            line.cells.resize_with(width, || Cell::Empty);
        }
        self.outlet.give(line.row, RowKind::Data, line.cells, line.digest, line.findings);
    }

    /// A row whose cells are of no use to anybody.
    fn give_idle(&mut self, line: Line, kind: RowKind) {
        let kind = line.fault.map_or(kind, RowKind::SetAside);
        self.outlet.give(line.row, kind, Vec::new(), line.digest, Vec::new());
    }
}

/// With no mapping to go by: the first row that is nearly as full as the fullest and holds texts only, each once.
fn likely_header(lines: Vec<(usize, &Line)>) -> Option<usize> {
    let filled = |line: &Line| line.cells.iter().filter(|cell| !cell.is_empty()).count();
    let fullest = lines.iter().map(|(_, line)| filled(line)).max()?;
    let is_name = |cell: &Cell| match cell {
        Cell::Text(text) => {
            text.chars().any(char::is_alphabetic) && !text.starts_with(|first: char| first.is_ascii_digit())
        }
        _ => false,
    };
    let is_header = |line: &Line| {
        let names: Vec<&Cell> = line.cells.iter().filter(|cell| !cell.is_empty()).collect();
        let distinct: BTreeSet<_> = names.iter().map(|cell| cell.as_text()).collect();
        names.len() * 4 >= fullest * 3
            && names.iter().all(|cell| is_name(cell))
            && distinct.len() * 10 >= names.len() * 9
    };
    lines.iter().find(|(_, line)| is_header(line)).map(|(place, _)| *place)
}

/// The rows of a sheet that no mapping claims.
pub(super) struct Unclaimed<'b, 'c> {
    outlet: Outlet<'b, 'c>,
    rows: u32,
}

impl<'b, 'c> Unclaimed<'b, 'c> {
    pub(super) fn new(outlet: Outlet<'b, 'c>) -> Self {
        Unclaimed { outlet, rows: 0 }
    }

    pub(super) fn push_blank(&mut self, from: u32, count: u32) {
        self.outlet.give_blank(from, count);
        self.rows = self.rows.max(from + count - 1);
    }

    pub(super) fn push(&mut self, line: Line) {
        self.rows = line.row;
        let kind = RowKind::SetAside(Finding::SheetNotMapped);
        self.outlet.give(line.row, kind, Vec::new(), line.digest, Vec::new());
    }

    pub(super) fn end(mut self) -> Found {
        self.outlet.flush();
        Found { rows: self.rows, ..Found::default() }
    }
}
