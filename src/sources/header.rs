//! What a header says, on however many rows it stands: the names of the columns.

use super::claims::fold;
use super::concealed::Merged;
use super::layout::{Expectation, Line, NoTable};
use super::{Cell, Finding};
use std::collections::BTreeSet;

/// A header stands among so many first rows, unless the mapping says where.
pub(super) const HEADER_SOUGHT_ROWS: u32 = 60;

/// The rows that a header stands on, as they are counted in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderRows {
    /// The first of them.
    pub first: u32,
    /// How many there are.
    pub count: u32,
}

impl HeaderRows {
    /// The last of them.
    pub fn last(self) -> u32 {
        self.first.saturating_add(self.count.saturating_sub(1))
    }
}

/// A header among the rows that are held.
pub(super) struct Header {
    pub(super) rows: HeaderRows,
    pub(super) names: Vec<String>,
    /// How many columns of the mapping it names.
    names_mapped: usize,
}

impl Header {
    fn holds(&self, row: u32) -> bool {
        (self.rows.first..=self.rows.last()).contains(&row)
    }

    fn told(&self) -> String {
        format!("rows {} to {}", self.rows.first, self.rows.last())
    }
}

/// Looks for the header among the first rows of a sheet.
pub(super) struct Seeking<'s, 'a> {
    /// Those that can be split into cells.
    pub(super) lines: Vec<&'s Line>,
    pub(super) expectation: &'s Expectation<'a>,
}

impl Seeking<'_, '_> {
    /// The header; `None` when the sheet has none and none is called for.
    pub(super) fn find(&self) -> Result<Option<Header>, NoTable> {
        let rows = self.expectation.header_rows;
        if let Some(row) = self.expectation.header_row {
            if !self.lines.iter().copied().any(|line| line.row == row) {
                return Err(NoTable(format!("has nothing in row {row}, the stated header_row")));
            }
            let header = self.header_at(row);
            return match (rows, header.names_mapped) {
                _ if self.expectation.wanted.is_empty() => Ok(Some(header)),
                (1, 0) => Err(self.not_recognised(&format!("row {row}, the stated header_row, does not name"))),
                (_, 0) => Err(self.not_recognised(&format!("{}, the stated header, do not name", header.told()))),
                _ => self.unless_wrongly_joined(header).map(Some),
            };
        }
        if self.expectation.wanted.is_empty() {
            return Ok(likely(&self.lines).map(|row| self.header_at(row)));
        }
        // The first of the best, whatever comes after it.
        let headers = self.lines.iter().copied().map(|line| self.header_at(line.row));
        let best = headers.reduce(|best, other| if other.names_mapped > best.names_mapped { other } else { best });
        match best {
            Some(header) if header.names_mapped > 0 => self.unless_wrongly_joined(header).map(Some),
            _ if rows > 1 => {
                let which = format!("no {rows} of the first {HEADER_SOUGHT_ROWS} rows together name");
                Err(self.not_recognised(&which))
            }
            _ => Err(self.not_recognised(&format!("none of the first {HEADER_SOUGHT_ROWS} rows names"))),
        }
    }

    fn header_at(&self, first: u32) -> Header {
        let rows = HeaderRows { first, count: self.expectation.header_rows };
        let lines: Vec<&Line> =
            self.lines.iter().copied().filter(|line| (first..=rows.last()).contains(&line.row)).collect();
        let merged = self.expectation.concealed.map(|concealed| concealed().merged_in((first, rows.last())));
        let names = names_of(&lines, &merged.unwrap_or_default(), self.expectation.delimited);
        Header { rows, names_mapped: self.names_in(&names), names }
    }

    /// How many different columns of the mapping stand among these names.
    fn names_in(&self, names: &[String]) -> usize {
        let names: BTreeSet<String> = names.iter().map(|name| fold(name)).collect();
        names.iter().filter(|name| self.expectation.wanted.contains_key(*name)).count()
    }

    /// A row of data that is joined to the header by mistake would be lost.
    fn unless_wrongly_joined(&self, header: Header) -> Result<Header, NoTable> {
        let of_one = |line: &Line| self.names_in(&names_of(&[line], &[], true));
        let within = self.lines.iter().copied().filter(|line| header.rows.count > 1 && header.holds(line.row));
        let better = within.map(|line| (of_one(line), line.row)).find(|(names, _)| *names > header.names_mapped);
        let Some((names, row)) = better else { return Ok(header) };
        Err(NoTable(format!(
            "has no header on {} rows, as header_rows says: {} together name {} columns of the mapping, and row {row} alone \
             names {names}",
            header.rows.count,
            header.told(),
            header.names_mapped
        )))
    }

    fn not_recognised(&self, which: &str) -> NoTable {
        let width = self.lines.iter().map(|line| line.cells.len());
        let wanted: Vec<&str> = self.expectation.wanted.values().map(String::as_str).take(12).collect();
        let more = if self.expectation.wanted.len() > wanted.len() { ", …" } else { "" };
        let without_values =
            self.lines.iter().filter(|line| line.findings.contains(&Finding::FormulaWithoutValue)).count();
        let formulas = match without_values {
            0 => String::new(),
            rows => format!(
                "; {rows} of its rows hold formulas that were saved without their values and read as empty: have the workbook \
                 opened, calculated and saved again by the program that made it"
            ),
        };
        NoTable(format!(
            "has no header that can be recognised: {which} any of the columns {}{more} (the widest row there has {} \
             cells){formulas}",
            wanted.join(", "),
            width.max().unwrap_or(0)
        ))
    }
}

/// The names of the columns under a header whose rows are given from top to bottom: the cells of each column, joined by a
/// space. A title that stands over several columns is told by the empty cells after it, and only a column that has a name
/// of its own below takes it.
pub fn joined_names(rows: &[Vec<String>]) -> Vec<String> {
    let rows: Vec<Row> = rows.iter().map(|cells| Row { own: cells.clone(), merged: Vec::new() }).collect();
    join(&rows)
}

/// The names of a header found in a file. Where cells of a row are merged, they alone say how far its titles reach.
pub(super) fn names_of(lines: &[&Line], merged: &[Merged], keep_width: bool) -> Vec<String> {
    let used = |line: &Line| line.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let row_of = |line: &&Line| {
        let width = if keep_width { line.cells.len() } else { used(line) };
        // A name may be merged over several rows, and then filled into each of them: it is there once.
        let is_from_above = |column: usize| {
            let covers = |one: &Merged| one.rows.0 < line.row && line.row <= one.rows.1 && one.spans(column);
            merged.iter().any(|one| covers(one) && lines.iter().any(|above| above.row == one.rows.0))
        };
        let own = line.cells[..width]
            .iter()
            .enumerate()
            .map(|(column, cell)| if is_from_above(column) { String::new() } else { cell.as_text().into_owned() });
        Row { own: own.collect(), merged: merged.iter().filter(|one| one.rows.0 == line.row).copied().collect() }
    };
    join(&lines.iter().map(row_of).collect::<Vec<Row>>())
}

struct Row {
    own: Vec<String>,
    /// The merged cells that begin in it.
    merged: Vec<Merged>,
}

impl Row {
    fn at(&self, column: usize) -> &str {
        self.own.get(column).map_or("", String::as_str)
    }

    /// For each column, the one whose title stands over it.
    fn reach(&self, above: &[Row], width: usize) -> Vec<usize> {
        if self.merged.iter().any(Merged::is_wide) {
            let over = |column| self.merged.iter().find(|one| one.spans(column));
            return (0..width).map(|column| over(column).map_or(column, |one| one.columns.0 as usize)).collect();
        }
        let mut from = 0;
        let begins = |column: &usize| {
            // A title goes no further than the one over it.
            !self.at(*column).is_empty() || above.iter().any(|row| !row.at(*column).is_empty())
        };
        let mut reach = Vec::with_capacity(width);
        for column in 0..width {
            from = if begins(&column) { column } else { from };
            reach.push(from);
        }
        reach
    }
}

fn join(rows: &[Row]) -> Vec<String> {
    let width = rows.iter().map(|row| row.own.len()).max().unwrap_or(0);
    let mut names = vec![String::new(); width];
    for (place, row) in rows.iter().enumerate() {
        let (above, below) = (&rows[..place], &rows[place + 1..]);
        let reach = if below.is_empty() { (0..width).collect() } else { row.reach(above, width) };
        for (column, name) in names.iter_mut().enumerate() {
            let is_named_below = || below.iter().any(|row| !row.at(column).is_empty());
            let title = row.at(if reach[column] == column || is_named_below() { reach[column] } else { column });
            if !name.is_empty() && !title.is_empty() {
                name.push(' ');
            }
            name.push_str(title);
        }
    }
    names
}

/// A, B, … Z, AA: the name of a column, counted from nought, in a spreadsheet.
pub fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8);
    if column < 26 { last.to_string() } else { format!("{}{last}", letters(column / 26 - 1)) }
}

/// With no mapping to go by: the first row that is nearly as full as the fullest and holds texts only, each once.
fn likely(lines: &[&Line]) -> Option<u32> {
    let filled = |line: &Line| line.cells.iter().filter(|cell| !cell.is_empty()).count();
    let fullest = lines.iter().map(|line| filled(line)).max()?;
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
    lines.iter().find(|line| is_header(line)).map(|line| line.row)
}

#[cfg(test)]
mod tests {
    use super::super::cells::digest_with;
    use super::*;

    /// Rows from 1 and columns from nought.
    type Range = ((u32, u32), (u32, u32));

    #[track_caller]
    fn check(text: &str, merged: &[Range], expected: &str) {
        let cell = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.into()) };
        let lines: Vec<Line> = text
            .lines()
            .zip(1..)
            .map(|(line, row)| {
                let cells: Vec<Cell> = line.split('|').map(cell).collect();
                let digest = digest_with(&cells, &mut Vec::new());
                Line { row, cells, digest, fault: None, findings: Vec::new(), padded: Vec::new() }
            })
            .collect();
        let merged: Vec<Merged> = merged.iter().map(|&(rows, columns)| Merged { rows, columns }).collect();
        assert_eq!(names_of(&lines.iter().collect::<Vec<_>>(), &merged, true).join("|"), expected);
        if merged.is_empty() {
            let rows: Vec<Vec<String>> =
                text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect();
            assert_eq!(joined_names(&rows).join("|"), expected);
        }
    }

    #[test]
    fn one_row_is_taken_as_it_is() {
        check("a||b|a|", &[], "a||b|a|");
    }

    #[test]
    fn a_title_goes_over_the_empty_cells_after_it() {
        check("Patient|||Referral|\nID|Name||ID|Date", &[], "Patient ID|Patient Name||Referral ID|Referral Date");
        check("|Waiting|\nMonth|Median|Upper", &[], "Month|Waiting Median|Waiting Upper");
        // What has no name below is a name by itself, once; rows may be of different widths.
        check("Notes|Seen\n||Date|Time", &[], "Notes|Seen|Seen Date|Seen Time");
        check("All|||\nMen|Women", &[], "All Men|All Women||");
    }

    #[test]
    fn a_title_ends_where_the_one_over_it_ends() {
        check("A||B|\nx|||y\n1|2|3|4", &[], "A x 1|A x 2|B 3|B y 4");
        check("A|||\nx||y|\n1|2|3|4", &[], "A x 1|A x 2|A y 3|A y 4");
        check("A||\nName|Height|Weight\n|cm|kg", &[], "A Name|A Height cm|A Weight kg");
    }

    #[test]
    fn merged_cells_say_how_far_a_title_reaches() {
        let text = "Patient|||\nID|Name|Seen|By";
        check(text, &[((1, 1), (0, 1))], "Patient ID|Patient Name|Seen|By");
        check(text, &[], "Patient ID|Patient Name|Patient Seen|Patient By");
        // One over several rows has its name once, also where it was filled into each row.
        check("Notes|Seen|\n|Date|By", &[((1, 2), (0, 0)), ((1, 1), (1, 2))], "Notes|Seen Date|Seen By");
        check("Notes|Seen|\nNotes|Date|By", &[((1, 2), (0, 0)), ((1, 1), (1, 2))], "Notes|Seen Date|Seen By");
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702, 16_383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }
}
