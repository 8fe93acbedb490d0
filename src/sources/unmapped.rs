//! A file that no mapping claims yet: its sheets, the first rows of each, and then all of its rows.

use super::claims::Claim;
use super::delimited::Text;
use super::fixity::{Fixity, survey, unusable};
use super::format;
use super::header::HeaderRows;
use super::layout::{Found, Line};
use super::outlet::{Desk, Outlet, Take};
use super::packed::{self, Listed, Place};
use super::read::{give_table, sheet_of};
use super::workbook::{self, Filled, Workbook};
use super::{Cell, Error, Origin, Progress, Sheet, SourceFile};
use crate::config::{FileFormat, FileLayout};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A header stands among so many first rows.
const FIRST_ROWS: u32 = 60;
/// As a mapping says that there is none: every row is one of data.
const NO_HEADER: u32 = 0;

/// One of the first rows of a sheet: its number, and its cells.
#[derive(Debug)]
pub struct FirstRow {
    /// The number a person sees.
    pub row: u32,
    /// Its cells, as many as it has.
    pub cells: Vec<Cell>,
}

impl FirstRow {
    /// Its cells as they would be read as text.
    pub fn texts(&self) -> Vec<String> {
        self.cells.iter().map(|cell| cell.as_text().into_owned()).collect()
    }
}

/// Reads every sheet of one file. `find_header` is shown the first rows of each sheet that hold anything and says in which
/// the header stands; then the sheet's rows go to `take` as they would under a mapping that states this header, or
/// that there is none.
pub fn read_unmapped(
    path: &Path,
    find_header: &mut dyn FnMut(&[FirstRow]) -> Option<HeaderRows>,
    take: Take<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<SourceFile, Error> {
    let Listed { place, bytes: bytes_in_all, .. } = find(path)?;
    let survey = survey(&place)?;
    let format = format::tell(&place, &survey.head, None)?;
    let mut claim = claim(path, &place, bytes_in_all);
    let mut desk = Desk { take, progress, rows: 0, bytes: 0, bytes_in_all, spare: Vec::new() };
    let (read_as, sheets, fixity) = match format {
        FileFormat::Csv => {
            let first = first_rows(Text::open(&claim, &survey)?.first_lines(FIRST_ROWS as usize)?);
            state_header(&mut claim, find_header(&first));
            let text = Text::open(&claim, &survey)?;
            let (found, fixity) = text.give(Outlet::new(&mut desk, &claim.name, claim.origin, 0, 0))?;
            (text.read_as(), vec![sheet_of(found, String::new(), false, false)], fixity)
        }
        _ => {
            let fixity = Fixity::of(&place)?;
            let mut book = Workbook::open(&place, format)?;
            let sheets = give_sheets(&mut claim, &mut book, find_header, &mut desk)?;
            survey.still_holds(&place)?;
            (book.read_as(), sheets, fixity)
        }
    };
    let Fixity { bytes, digest } = fixity;
    Ok(SourceFile { origin: claim.origin, path: claim.name, bytes, digest, read_as, sheets })
}

/// The files that a path stands for: itself, or each file of an archive, named as [`read_unmapped`] takes it.
pub fn members_of(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let named = |listed: Listed| match listed.member {
        Some(member) => packed::inside(path, &member),
        None => path.to_owned(),
    };
    Ok(packed::list(path, None)?.files.into_iter().map(named).collect())
}

fn find(path: &Path) -> Result<Listed, Error> {
    let text = path.to_string_lossy();
    let (outer, member) = match packed::split(&text) {
        (outer, Some(member)) if !path.exists() => (Path::new(outer), Some(member)),
        _ => (path, None),
    };
    let escaped = member.map(|member| glob::Pattern::new(&glob::Pattern::escape(member)));
    let pattern = escaped.transpose().map_err(|_| unusable(path, "there is no such file in the archive", LIST))?;
    let listing = packed::list(outer, pattern.as_ref())?;
    let found = listing.files.into_iter().next();
    found.ok_or_else(|| unusable(path, "there is no such file in the archive", LIST))
}

const LIST: &str = "name the archive alone to have every file in it read";

fn claim(path: &Path, place: &Place, bytes: u64) -> Claim {
    Claim {
        origin: Origin::Source(0),
        source_id: String::new(),
        name: path.to_string_lossy().into_owned(),
        place: place.clone(),
        identity: path.to_owned(),
        bytes,
        layout: FileLayout::default(),
        wanted: BTreeMap::new(),
    }
}

fn state_header(claim: &mut Claim, found: Option<HeaderRows>) {
    claim.layout.header_row = Some(found.map_or(NO_HEADER, |rows| rows.first));
    claim.layout.header_rows = found.map(|rows| rows.count);
}

fn first_rows(lines: Vec<Line>) -> Vec<FirstRow> {
    let usable =
        lines.into_iter().filter(|line| line.fault.is_none() && line.cells.iter().any(|cell| !cell.is_empty()));
    usable.map(|line| FirstRow { row: line.row, cells: line.cells }).collect()
}

fn give_sheets(
    claim: &mut Claim,
    book: &mut Workbook,
    find_header: &mut dyn FnMut(&[FirstRow]) -> Option<HeaderRows>,
    desk: &mut Desk<'_>,
) -> Result<Vec<Sheet>, Error> {
    let mut sheets = Vec::new();
    for (sheet, at) in book.sheets().into_iter().zip(0u16..) {
        let first = first_of_sheet(book, &sheet)?;
        let found = if first.is_empty() {
            Found::default()
        } else {
            state_header(claim, find_header(&first));
            let outlet = Outlet::new(desk, &claim.name, claim.origin, 0, at);
            give_table(claim, book, &sheet, (Vec::new(), "open it and look at its first rows"), outlet)?
        };
        sheets.push(sheet_of(found, sheet.name, sheet.hidden, false));
    }
    desk.bytes = desk.bytes_in_all;
    Ok(sheets)
}

fn first_of_sheet(book: &mut Workbook, sheet: &workbook::Listed) -> Result<Vec<FirstRow>, Error> {
    let mut first = Vec::new();
    book.rows(sheet, &mut |filled: Filled| {
        let within = filled.row <= FIRST_ROWS || first.is_empty();
        if within {
            first.push(FirstRow { row: filled.row, cells: filled.cells });
        }
        Ok(within)
    })?;
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::super::trial::{Folder, letter};
    use super::*;
    use rust_xlsxwriter::Workbook as Writer;

    /// A sheet's name, rows and header row.
    type Shape = (String, u32, Option<u32>);

    /// The sheets; the kinds of all rows; how many first rows were shown.
    fn read(folder: &Folder, name: &str, header: Option<u32>) -> (Vec<Shape>, String, Vec<usize>) {
        let (mut kinds, mut shown) = (String::new(), Vec::new());
        let file = read_unmapped(
            &folder.path().join(name),
            &mut |first| {
                shown.push(first.len());
                header.map(|first| HeaderRows { first, count: 1 })
            },
            &mut |batch| {
                kinds.extend(batch.rows.iter().map(|row| letter(row.kind)));
                batch.rows
            },
            &mut |_| {},
        )
        .expect("a usable file");
        let sheets = file.sheets.into_iter().map(|sheet| (sheet.name, sheet.rows, sheet.header_row)).collect();
        (sheets, kinds, shown)
    }

    #[test]
    fn text_is_read_under_the_header_that_is_found() {
        let folder = Folder::new();
        folder.write("a.csv", b"Extract\n\na,b,c,d\n1,2,3,4\nTotal,1,,\n");
        let (sheets, kinds, shown) = read(&folder, "a.csv", Some(3));
        assert_eq!((sheets, kinds.as_str(), shown), (vec![(String::new(), 5, Some(3))], "p.hdf", vec![4]));
        folder.write("b.csv", b"1,2\n3,4\n");
        assert_eq!(read(&folder, "b.csv", None).1, "dd");
        folder.write("c.csv", b"Name,Town,Knee\nA,Ely,Hip\n");
        assert_eq!(read(&folder, "c.csv", None), (vec![(String::new(), 2, None)], "dd".to_owned(), vec![2]));
    }

    #[test]
    fn white_space_around_texts_is_told() {
        let folder = Folder::new();
        folder.write("a.csv", b"Name ,Town\nA, Ely\n , B \n");
        let mut book = Writer::new();
        let sheet = book.add_worksheet();
        for (row, cells) in (0..).zip([["Name ", "Town"], ["A", " Ely"], [" ", " B "]]) {
            sheet.write_row(row, 0, cells).expect("a row");
        }
        folder.write("a.xlsx", &book.save_to_buffer().expect("a workbook"));
        for name in ["a.csv", "a.xlsx"] {
            let mut padded = Vec::new();
            read_unmapped(
                &folder.path().join(name),
                &mut |_| Some(HeaderRows { first: 1, count: 1 }),
                &mut |batch| {
                    padded.extend(batch.rows.iter().map(|row| row.padded.clone()));
                    batch.rows
                },
                &mut |_| {},
            )
            .expect("a usable file");
            assert_eq!(padded, [vec![0], vec![1], vec![1]], "{name}");
        }
    }

    #[test]
    fn every_sheet_of_a_workbook_is_read_hidden_or_empty() {
        let folder = Folder::new();
        let mut book = Writer::new();
        for (name, rows) in [("One", 3), ("Empty", 0), ("Two", 100)] {
            let sheet = book.add_worksheet().set_name(name).expect("a name");
            for row in 0..rows {
                sheet.write(row, 0, "x").and_then(|sheet| sheet.write(row, 1, "y")).expect("a cell");
            }
            sheet.set_hidden(name == "Two");
        }
        folder.write("a.xlsx", &book.save_to_buffer().expect("a workbook"));
        let (sheets, kinds, shown) = read(&folder, "a.xlsx", Some(2));
        let sheet = |name: &str, rows, header| (name.to_owned(), rows, header);
        assert_eq!(sheets, [sheet("One", 3, Some(2)), sheet("Empty", 0, None), sheet("Two", 100, Some(2))]);
        assert_eq!((kinds.len(), shown), (103, vec![3, 60]));
    }
}
