//! The first sheet: what the workbook is, how much of what is in it, and what is not.

use super::sheet::WORD;
use super::{Counts, SheetOutcome};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

/// One line.
pub(super) enum PageLine {
    Heading(String),
    Text(String),
    /// What must not be overlooked.
    Loud(String),
    Titles([&'static str; 4]),
    Row([String; 3], u64),
}

/// What it says. Notices are counted and left out: there is nothing in them for a provider to mend.
pub(super) fn page(
    transition: &str,
    provider: &str,
    to_fix: &Counts,
    notices: &Counts,
    sheets: &[SheetOutcome],
) -> Vec<PageLine> {
    let whose = if provider.is_empty() { "rows of no provider".to_owned() } else { format!("provider {provider}") };
    let lines: u64 = sheets.iter().map(|sheet| sheet.lines).sum();
    let left_out: u64 = sheets.iter().map(|sheet| sheet.lines_left_out).sum();
    let mut page = vec![
        PageLine::Heading(format!("Rows to fix · {transition} · {whose}")),
        PageLine::Loud("HOLDS PATIENT DATA: send it only to those who may see these patients.".into()),
    ];
    page.extend(sheets.iter().filter(|sheet| !sheet.is_whole()).map(cut));
    if sheets.iter().all(SheetOutcome::is_whole) {
        page.push(PageLine::Text("Nothing was cut: every row to fix is here.".into()));
    }
    page.push(PageLine::Text(format!(
        "A line is one thing that is wrong with one row; a row with two faults stands on two lines. Row is its number when the file is open in a spreadsheet. The row follows as it stands in the file, but for blanks round the text of a cell, which are left out, and dates of a workbook, which have the year first; its cells at fault are coloured and begin with the word {WORD}, which is shown and is no part of the cell. Of a row that could not be taken apart, or is too long, the beginning of its text stands in one cell, and […] where it is cut. Please correct the rows in the system they came from, and export again."
    )));
    page.push(PageLine::Titles(["Reason", "Name", "Severity", "Count"]));
    page.extend(to_fix.iter().map(|(reason, count)| counted(*reason, *count)));
    page.push(total("Lines in this workbook", lines));
    page.push(total("Lines left out because a sheet was full", left_out));
    if !notices.is_empty() {
        page.push(PageLine::Text("Counted, and not in this workbook: nothing in these needs to be fixed.".into()));
        page.push(PageLine::Titles(["Reason", "Name", "Severity", "Count"]));
        page.extend(notices.iter().map(|(reason, count)| counted(*reason, *count)));
        page.push(total("Notices left out", notices.iter().map(|(_, count)| count).sum()));
    }
    if !sheets.is_empty() {
        page.push(PageLine::Titles(["Sheet", "File", "Source", "Lines"]));
        page.extend(sheets.iter().map(of_sheet));
    }
    page
}

fn cut(sheet: &SheetOutcome) -> PageLine {
    PageLine::Loud(format!("CUT · {} · {}", sheet.name, sheet.what_is_cut().join("; ")))
}

fn counted(reason: crate::ledger::Reason, count: u64) -> PageLine {
    let words = [reason.sentence(), reason.slug(), reason.severity().word()];
    PageLine::Row(words.map(str::to_owned), count)
}

fn total(what: &str, count: u64) -> PageLine {
    PageLine::Row([what.to_owned(), String::new(), String::new()], count)
}

fn of_sheet(sheet: &SheetOutcome) -> PageLine {
    let file = match sheet.sheet.as_str() {
        "" => sheet.file.clone(),
        name => format!("{} [{name}]", sheet.file),
    };
    PageLine::Row([sheet.name.clone(), file, sheet.source.clone()], sheet.lines)
}

/// Writes it.
pub(super) fn write(sheet: &mut Worksheet, page: &[PageLine]) -> Result<(), XlsxError> {
    const WIDTHS: [f64; 4] = [70.0, 44.0, 18.0, 12.0];
    let text = || Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let plain = text();
    let heading = text().set_bold().set_font_size(13.0);
    let loud = text().set_bold().set_background_color(Color::RGB(0xF8CBAD));
    let title = text().set_bold().set_background_color(Color::RGB(0xD9D9D9)).set_border_bottom(FormatBorder::Medium);
    let number = Format::new().set_align(FormatAlign::Top);
    sheet.set_name("About")?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    for (row, line) in (0..).zip(page) {
        let whole = match line {
            PageLine::Heading(text) => Some((text, &heading)),
            PageLine::Text(text) => Some((text, &plain)),
            PageLine::Loud(text) => Some((text, &loud)),
            PageLine::Titles(_) | PageLine::Row(..) => None,
        };
        if let Some((text, format)) = whole {
            let lines = (text.chars().count() as f64 * 1.15 / WIDTHS.iter().sum::<f64>()).ceil();
            sheet.merge_range(row, 0, row, 3, text, format)?.set_row_height(row, lines * 17.0)?;
        }
        if let PageLine::Titles(titles) = line {
            for (column, text) in (0..).zip(titles) {
                sheet.write_string_with_format(row, column, *text, &title)?;
            }
        }
        if let PageLine::Row(cells, count) = line {
            for (column, text) in (0..).zip(cells) {
                sheet.write_string_with_format(row, column, text, &plain)?;
            }
            sheet.write_number_with_format(row, 3, *count as f64, &number)?;
            let longest =
                cells.iter().zip(WIDTHS).map(|(text, width)| (text.chars().count() as f64 * 1.15 / width).ceil());
            sheet.set_row_height(row, 15.0 * longest.fold(1.0, f64::max))?;
        }
    }
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}
