//! Workbooks of invented sheets, in every format, from the words of a page.

use crate::torture::sound::{binary, compound, halves, record, relations, wide, words, zipped};
use rust_xlsxwriter::{Format, Workbook};

/// A sheet. Rows are lines and cells stand between bars: a figure is a number, `@` before one makes it a date, `¶` is a
/// line break inside a cell, and everything else is text. `12×` before a row has an .ods say it twelve times over.
#[derive(Clone, Copy, Default)]
pub struct Page {
    pub name: &'static str,
    pub hidden: bool,
    pub rows: &'static str,
    /// First and last row and column, from 1 and from nought.
    pub merged: &'static [(u32, u16, u32, u16)],
    pub hidden_rows: &'static [u32],
}

enum Value {
    Number(f64),
    Date(f64),
    Text(String),
}

/// What is filled: row and column from nought.
fn cells(rows: &str) -> Vec<(u32, u16, Value)> {
    let of_line = |(row, line): (u32, &str)| {
        let cells = (0u16..).zip(line.split('|').map(str::to_owned).collect::<Vec<_>>());
        cells
            .filter(|(_, text)| !text.is_empty())
            .map(move |(column, text)| (row, column, value(&text)))
            .collect::<Vec<_>>()
    };
    (0..).zip(rows.lines()).flat_map(of_line).collect()
}

fn value(text: &str) -> Value {
    let date = text.strip_prefix('@').and_then(|days| days.parse().ok());
    // Codes such as 00E1 are no numbers.
    let number = if text.contains(char::is_alphabetic) { None } else { text.parse().ok() };
    match (date, number) {
        (Some(days), _) => Value::Date(days),
        (None, Some(number)) => Value::Number(number),
        _ => Value::Text(text.replace('¶', "\n")),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub fn xlsx(pages: &[Page]) -> Vec<u8> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for page in pages {
        let sheet = book.add_worksheet().set_name(page.name).expect("a name").set_hidden(page.hidden);
        for (row, column, value) in cells(page.rows) {
            match value {
                Value::Number(number) => sheet.write_number(row, column, number),
                Value::Date(days) => sheet.write_number_with_format(row, column, days, &day),
                Value::Text(text) => sheet.write_string(row, column, text),
            }
            .expect("a cell");
        }
        for (top, left, bottom, right) in page.merged {
            let line = page.rows.lines().nth(*top as usize - 1).expect("a row");
            let text = line.split('|').nth(usize::from(*left)).expect("a cell");
            sheet.merge_range(top - 1, *left, bottom - 1, *right, text, &Format::new()).expect("merged");
        }
        for row in page.hidden_rows {
            sheet.set_row_hidden(row - 1).expect("hidden");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// Of one sheet, with days counted from 1904.
pub fn xlsx_from_1904(page: Page) -> Vec<u8> {
    let cell = |(row, column, value): (u32, u16, Value)| {
        let at = format!("{}{}", char::from(b'A' + column as u8), row + 1);
        let of = match value {
            Value::Date(days) => format!("<c r=\"{at}\" s=\"1\"><v>{days}</v></c>"),
            Value::Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
            Value::Text(text) => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(&text)),
        };
        format!("<row r=\"{}\">{of}</row>", row + 1)
    };
    let rows: String = cells(page.rows).into_iter().map(cell).collect();
    let rows = rows.replace("</row><row r=\"1\">", "").replace("</row><row r=\"2\">", "");
    let styles = "<styleSheet><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let book = format!(
        "<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"{}\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
        page.name
    );
    let both = String::from_utf8(relations("worksheet", "worksheets/sheet1.xml")).expect("text").replace(
        "</Relationships>",
        "<Relationship Id=\"r2\" Target=\"styles.xml\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\"/></Relationships>",
    );
    zipped(&vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", relations("officeDocument", "xl/workbook.xml")),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/_rels/workbook.xml.rels", both.into_bytes()),
        ("xl/styles.xml", styles.into()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()),
    ])
}

/// A header and as many rows below it of a text and a number.
pub fn xlsb(name: &str, header: [&str; 4], rows: u32) -> Vec<u8> {
    let mut sheet = [binary(0x81, &[]), binary(0x94, &words(&[0, rows, 0, 3])), binary(0x91, &[])].concat();
    for row in 0..=rows {
        sheet.extend(binary(0, &[words(&[row, 0]), vec![0; 5]].concat()));
        for (column, text) in (0..).zip(header) {
            let at = words(&[column, 0]);
            if row == 0 {
                sheet.extend(binary(6, &[at, wide(text)].concat()));
            } else if column < 2 {
                sheet.extend(binary(6, &[at, wide("X01")].concat()));
            } else {
                sheet.extend(binary(5, &[at, f64::from(row).to_le_bytes().to_vec()].concat()));
            }
        }
    }
    sheet.extend([binary(0x92, &[]), binary(0x82, &[])].concat());
    let bound = binary(0x9c, &[words(&[0, 1]), wide("r1"), wide(name)].concat());
    let book = [binary(0x83, &[]), binary(0x99, &[0; 8]), bound, binary(0x90, &[]), binary(0x9d, &[0; 4])].concat();
    zipped(&vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", relations("officeDocument", "xl/workbook.bin")),
        ("xl/workbook.bin", book),
        ("xl/_rels/workbook.bin.rels", relations("worksheet", "worksheets/sheet1.bin")),
        ("xl/worksheets/sheet1.bin", sheet),
    ])
}

/// `epoch`: 0 where days are counted from 1900, 1 from 1904.
pub fn xls(pages: &[Page], epoch: u16) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &halves(&[0x0600, kind, 0, 0, 0, 0, 0, 0]));
    let text = |text: &str| {
        let units: Vec<u16> = text.encode_utf16().collect();
        [halves(&[units.len() as u16]), vec![1], halves(&units)].concat()
    };
    let look = |format: u16| record(0x00e0, &halves(&[0, format, 0, 0, 0, 0, 0, 0, 0, 0]));
    let sheet = |page: &Page| {
        let mut stream = begin(0x10);
        for (row, column, value) in cells(page.rows) {
            let at = |look: u16| halves(&[row as u16, column, look]);
            stream.extend(match value {
                Value::Number(number) => record(0x0203, &[at(0), number.to_le_bytes().to_vec()].concat()),
                Value::Date(days) => record(0x0203, &[at(1), days.to_le_bytes().to_vec()].concat()),
                Value::Text(words) => record(0x0204, &[at(0), text(&words)].concat()),
            });
        }
        let merged = page.merged.iter().map(|(top, left, bottom, right)| {
            record(0x00e5, &halves(&[1, *top as u16 - 1, *bottom as u16 - 1, *left, *right]))
        });
        [stream, merged.collect::<Vec<_>>().concat(), record(0x000a, &[])].concat()
    };
    let sheets: Vec<Vec<u8>> = pages.iter().map(sheet).collect();
    let globals = |starts: &[u32]| {
        let bound = pages.iter().zip(starts).map(|(page, start)| {
            let name: Vec<u8> = page.name.bytes().collect();
            let about = [&[u8::from(page.hidden), 0, name.len() as u8, 0][..], &name].concat();
            record(0x0085, &[&start.to_le_bytes()[..], &about].concat())
        });
        let bound: Vec<u8> = bound.collect::<Vec<_>>().concat();
        let head = [begin(5), record(0x0042, &halves(&[1200])), record(0x0022, &halves(&[epoch]))].concat();
        [head, look(0), look(14), bound, record(0x000a, &[])].concat()
    };
    let mut starts = vec![globals(&vec![0; pages.len()]).len() as u32];
    sheets.iter().for_each(|sheet| starts.push(starts[starts.len() - 1] + sheet.len() as u32));
    let mut stream = [globals(&starts[..pages.len()]), sheets.concat()].concat();
    stream.resize(stream.len().max(4096), 0);
    compound(&vec![("Workbook", stream)])
}

/// As spreadsheets save it: what is empty below the last row is said once, to the end of the sheet.
pub fn ods(pages: &[Page]) -> Vec<u8> {
    let cell = |text: &str| match value(text) {
        _ if text.is_empty() => "<table:table-cell/>".to_owned(),
        Value::Number(number) | Value::Date(number) => {
            format!("<table:table-cell office:value-type=\"float\" office:value=\"{number}\"/>")
        }
        Value::Text(text) => {
            let text = escaped(&text);
            format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
        }
    };
    let row = |line: &str| {
        let (times, line) = line.split_once('×').unwrap_or(("1", line));
        let cells: String = line.split('|').map(cell).collect();
        let rest = "<table:table-cell table:number-columns-repeated=\"16370\"/>";
        format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}{rest}</table:table-row>")
    };
    let table = |page: &Page| {
        let rows: String = page.rows.lines().map(row).collect();
        format!(
            "<table:table table:name=\"{}\">{rows}<table:table-row table:number-rows-repeated=\"1048500\">\
             <table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row></table:table>",
            page.name
        )
    };
    let tables: String = pages.iter().map(table).collect();
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>\
         </office:document-content>"
    );
    zipped(&vec![
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml", b"<manifest:manifest/>".to_vec()),
        ("content.xml", content.into_bytes()),
    ])
}
