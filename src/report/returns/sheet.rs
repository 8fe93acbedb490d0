//! One sheet of rows to mend: why, what to do, which field, which row, and the row as it stands. Every cell but the row's
//! number is text: identifiers keep their noughts, and a formula is no formula here.

use super::SheetOutcome;
use crate::records::{ReturnedLine, ReturnedSheet};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, IgnoreError, Worksheet, XlsxError};
use std::borrow::Cow;

/// A word before what is at fault, which is no part of the cell's text: whoever copies it has the value.
pub(super) const WORD: &str = "CHECK";
const FAULT: &str = "\"CHECK: \"@";
const TEXT: &str = "@";
const ROSE: Color = Color::RGB(0xF8CBAD);
const GREY: Color = Color::RGB(0xD9D9D9);

/// What stands before the provider's own columns, and how wide.
const TITLES: [(&str, f64); 4] = [("Reason", 44.0), ("What to do", 38.0), ("Field", 24.0), ("Row", 8.0)];
/// A worksheet has no more.
const COLUMNS_MAX: usize = 16_384 - TITLES.len();
/// A cell holds no more, in units of UTF-16.
const CELL_MAX: usize = 32_767;
/// A sheet's name is no longer.
const NAME_MAX: usize = 31;

/// What will become of a sheet.
pub(super) fn outcome(sheet: &ReturnedSheet, number: usize) -> SheetOutcome {
    let widest = sheet.rows.iter().map(Vec::len).fold(sheet.header.len(), usize::max);
    let cut = |row: &Vec<Box<str>>| row.iter().take(COLUMNS_MAX).filter(|cell| too_long(cell)).count() as u64;
    let by_row: Vec<u64> = sheet.rows.iter().map(cut).collect();
    let cells_cut = sheet.lines.iter().map(|line| by_row[line.cells]).sum();
    SheetOutcome {
        name: name(sheet, number),
        source: sheet.source.clone(),
        file: sheet.file.clone(),
        sheet: sheet.sheet.clone(),
        lines: sheet.lines.len() as u64,
        lines_left_out: sheet.left_out,
        cells_cut,
        columns_left_out: widest.saturating_sub(COLUMNS_MAX) as u64,
    }
}

/// The number makes it the only one of its name.
fn name(sheet: &ReturnedSheet, number: usize) -> String {
    let file = sheet.file.rsplit(['/', '!']).next().unwrap_or_default();
    let wanted = if sheet.sheet.is_empty() { file.to_owned() } else { format!("{} {file}", sheet.sheet) };
    let legal = |character: char| match character {
        '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' => '_',
        character if character.is_control() => '_',
        character => character,
    };
    let mut name = format!("{number} ");
    for character in wanted.chars().map(legal) {
        if name.encode_utf16().count() + character.len_utf16() > NAME_MAX {
            break;
        }
        name.push(character);
    }
    name.trim_end().to_owned()
}

/// Writes it.
pub(super) fn write(page: &mut Worksheet, sheet: &ReturnedSheet, outcome: &SheetOutcome) -> Result<(), XlsxError> {
    let text = || Format::new().set_num_format(TEXT).set_align(FormatAlign::Top);
    let wrapped = text().set_text_wrap();
    let fault = text().set_num_format(FAULT).set_background_color(ROSE).set_bold();
    let (plain, number) = (text(), Format::new().set_align(FormatAlign::Top));
    page.set_name(&outcome.name)?;
    write_header(page, sheet, &wrapped)?;
    for (place, line) in (1..).zip(&sheet.lines) {
        let head = [line.reason.sentence().to_owned(), to_do(line), field(line)];
        for (column, said) in (0..).zip(&head) {
            page.write_string_with_format(place, column, said, &wrapped)?;
        }
        page.write_number_with_format(place, 3, line.row, &number)?;
        for (column, cell) in sheet.rows[line.cells].iter().take(COLUMNS_MAX).enumerate() {
            let format = if line.at_fault.contains(&column) { &fault } else { &plain };
            write_cell(page, place, column, cell, format)?;
        }
        page.set_row_height(place, height(&head))?;
    }
    let last_row = sheet.lines.len() as u32;
    let last_column = (TITLES.len() + width_of(sheet) - 1) as u16;
    page.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    page.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?.autofilter(0, 0, last_row, last_column)?;
    page.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    Ok(())
}

const A4: u8 = 9;

fn write_header(page: &mut Worksheet, sheet: &ReturnedSheet, wrapped: &Format) -> Result<(), XlsxError> {
    let title = wrapped.clone().set_bold().set_background_color(GREY).set_border_bottom(FormatBorder::Medium);
    for (column, (name, width)) in (0..).zip(&TITLES) {
        page.write_string_with_format(0, column, *name, &title)?;
        page.set_column_width(column, *width)?;
    }
    for column in 0..width_of(sheet) {
        let name = sheet.header.get(column).map(String::as_str).unwrap_or_default();
        write_cell(page, 0, column, name, &title)?;
        page.set_column_width((column + TITLES.len()) as u16, column_width(sheet, column))?;
    }
    Ok(())
}

fn write_cell(page: &mut Worksheet, row: u32, column: usize, text: &str, format: &Format) -> Result<(), XlsxError> {
    let column = (column + TITLES.len()) as u16;
    match text {
        "" => page.write_blank(row, column, format)?,
        // Never `write`, which makes a formula of what begins like one.
        text => page.write_string_with_format(row, column, held(text), format)?,
    };
    Ok(())
}

/// The provider's columns that are written.
fn width_of(sheet: &ReturnedSheet) -> usize {
    let widest = sheet.rows.iter().map(Vec::len).fold(sheet.header.len(), usize::max);
    widest.min(COLUMNS_MAX)
}

/// Wide enough for the name and the first rows, within reason.
fn column_width(sheet: &ReturnedSheet, column: usize) -> f64 {
    const LOOKED_AT: usize = 200;
    let name = sheet.header.get(column).map_or(0, |name| name.chars().count());
    let cells = sheet.rows.iter().take(LOOKED_AT).filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
    let at_fault = sheet.lines.iter().take(LOOKED_AT).any(|line| line.at_fault.contains(&column));
    let word = if at_fault { WORD.len() + 2 } else { 0 };
    (cells.fold(name, usize::max) + word + 2).clamp(8, 40) as f64
}

/// High enough for the longest of these: not every program looks for itself.
fn height(texts: &[String]) -> f64 {
    const LINE: f64 = 15.0;
    const LINES_MAX: f64 = 8.0;
    let lines = texts.iter().zip(&TITLES).map(|(text, (_, width))| (text.chars().count() as f64 * 1.15 / width).ceil());
    LINE * lines.fold(1.0, f64::max).min(LINES_MAX)
}

fn to_do(line: &ReturnedLine) -> String {
    let text = line.reason.what_to_do();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
}

fn field(line: &ReturnedLine) -> String {
    if line.field.is_empty() { "(the whole row)".to_owned() } else { line.field.clone() }
}

fn too_long(text: &str) -> bool {
    text.len() > CELL_MAX && text.encode_utf16().count() > CELL_MAX
}

/// As much of the text as a cell holds.
fn held(text: &str) -> Cow<'_, str> {
    if !too_long(text) {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units <= CELL_MAX
    };
    Cow::Owned(text.chars().take_while(fits).collect())
}
