//! The workbook, written. Every cell is text: nothing in it is a number or a formula. The same sheets give the same bytes.

use super::about::{PageLine, SHEET};
use super::grid::{ANSWER, FIRST_MOVING, Grid, GridLine, NOTE};
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError,
    ProtectionOptions, Workbook, Worksheet, XlsxError,
};

/// The workbook as bytes.
pub(super) fn workbook(page: &[PageLine], grids: &[Grid<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // No clock: a date there must be, and this one says nothing.
    let properties = DocProperties::new()
        .set_title("Clerical review: holds patient data")
        .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    workbook.set_properties(&properties);
    let formats = Formats::new();
    write_page(workbook.add_worksheet(), page, &formats)?;
    for grid in grids {
        write_grid(workbook.add_worksheet(), grid, &formats)?;
    }
    workbook.save_to_buffer()
}

struct Formats {
    heading: Format,
    text: Format,
    title: Format,
    plain: [Format; 2],
    differs: [Format; 2],
    writable: [Format; 2],
}

/// A sign before what differs, which is no part of the cell's text: whoever copies it has the value.
const DIFFERS: &str = "\"≠ \"@";
const TEXT: &str = "@";
const ROSE: Color = Color::RGB(0xF8CBAD);
const YELLOW: Color = Color::RGB(0xFFF2CC);
const GREY: Color = Color::RGB(0xD9D9D9);

impl Formats {
    /// Of each pair the second is for the first line of a question, with a line above it.
    fn new() -> Self {
        let text = || Format::new().set_num_format(TEXT).set_text_wrap().set_align(FormatAlign::Top);
        let both = |format: Format| [format.clone(), format.set_border_top(FormatBorder::Medium)];
        let differs = text().set_num_format(DIFFERS).set_background_color(ROSE).set_bold();
        Formats {
            heading: text().set_bold().set_font_size(13.0),
            text: text(),
            title: text().set_bold().set_background_color(GREY).set_border_bottom(FormatBorder::Medium),
            plain: both(text()),
            differs: both(differs),
            writable: both(text().set_background_color(YELLOW).set_border(FormatBorder::Thin).set_unlocked()),
        }
    }
}

/// Locked, without a password: it is against slips, and the import finds out what was changed.
fn protect(sheet: &mut Worksheet) {
    sheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
}

fn write_page(sheet: &mut Worksheet, page: &[PageLine], formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    sheet.set_column_width(0, 24.0)?.set_column_width(1, 90.0)?;
    for (row, line) in (0..).zip(page) {
        match line {
            PageLine::Heading(text) => sheet.merge_range(row, 0, row, 1, text, &formats.heading)?,
            PageLine::Text(text) => sheet
                .merge_range(row, 0, row, 1, text, &formats.text)?
                .set_row_height(row, height([(text.as_str(), 114.0)]))?,
            PageLine::Pair(name, value) => {
                sheet.write_string_with_format(row, 0, name, &formats.text)?;
                sheet.write_string_with_format(row, 1, value, &formats.text)?;
                sheet.set_row_height(row, height([(value.as_str(), 90.0)]))?
            }
        };
    }
    sheet.set_portrait().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    protect(sheet);
    Ok(())
}

const A4: u8 = 9;

/// High enough for the longest of these texts in a column so many letters wide: not every program looks for itself.
fn height<'t>(texts: impl IntoIterator<Item = (&'t str, f64)>) -> f64 {
    const LINE: f64 = 15.0;
    const LINES_MAX: f64 = 6.0;
    let lines = texts.into_iter().map(|(text, width)| (text.chars().count() as f64 * 1.15 / width).ceil());
    LINE * lines.fold(1.0, f64::max).min(LINES_MAX)
}

fn write_grid(sheet: &mut Worksheet, grid: &Grid<'_>, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(grid.name())?;
    for (column, title) in (0..).zip(&grid.titles) {
        sheet.set_column_width(column, title.width)?;
        sheet.write_string_with_format(0, column, &title.text, &formats.title)?;
        if title.hidden {
            sheet.set_column_hidden(column)?;
        }
    }
    let titles = grid.titles.iter().map(|title| (title.text.as_str(), title.width));
    sheet.set_row_height(0, height(titles))?;
    for (row, line) in (1..).zip(&grid.lines) {
        write_line(sheet, row, line, formats)?;
        let shown = line.cells.iter().zip(&grid.titles).filter(|(_, title)| !title.hidden);
        sheet.set_row_height(row, height(shown.map(|(text, title)| (text.as_str(), title.width))))?;
    }
    choices(sheet, grid)?;
    let last_column = grid.titles.len() as u16 - 1;
    let last_row = grid.lines.len() as u32;
    sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    sheet.set_freeze_panes(1, FIRST_MOVING as u16)?.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    protect(sheet);
    Ok(())
}

fn write_line(sheet: &mut Worksheet, row: u32, line: &GridLine<'_>, formats: &Formats) -> Result<(), XlsxError> {
    let first = usize::from(line.place == 0);
    let can_be_answered = !line.line.choices.is_empty();
    for (column, text) in line.cells.iter().enumerate() {
        let format = match (column, line.differs[column]) {
            (ANSWER | NOTE, _) if can_be_answered => &formats.writable[first],
            (_, true) => &formats.differs[first],
            (_, false) => &formats.plain[first],
        };
        match text.as_str() {
            "" => sheet.write_blank(row, column as u16, format)?,
            text => sheet.write_string_with_format(row, column as u16, text, format)?,
        };
    }
    Ok(())
}

/// A list beside each cell that can be answered. Lines for reading between two of one kind are passed over: their cells are
/// locked.
fn choices(sheet: &mut Worksheet, grid: &Grid<'_>) -> Result<(), XlsxError> {
    let mut open: Option<(u32, u32, &[String])> = None;
    for (row, line) in (1..).zip(&grid.lines).filter(|(_, line)| !line.line.choices.is_empty()) {
        open = match open {
            Some((first, _, choices)) if choices == line.line.choices => Some((first, row, choices)),
            before => {
                before.map_or(Ok(()), |range| validate(sheet, range))?;
                Some((row, row, &line.line.choices))
            }
        };
    }
    open.map_or(Ok(()), |range| validate(sheet, range))
}

fn validate(sheet: &mut Worksheet, (first, last, choices): (u32, u32, &[String])) -> Result<(), XlsxError> {
    let list = DataValidation::new()
        .allow_list_strings(choices)?
        .ignore_blank(true)
        .set_error_title("Not an answer")?
        .set_error_message(format!("Choose one of: {}; or leave the cell empty.", choices.join(", ")))?;
    sheet.add_data_validation(first, ANSWER as u16, last, ANSWER as u16, &list)?;
    Ok(())
}
