//! One sheet of an OpenDocument spreadsheet, the least that LibreOffice opens.

use super::spool::{Cell, Kind, Layout, Place, Spool, Whose};
use super::truth::Truth;
use crate::Failure;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const MIME: &str = "application/vnd.oasis.opendocument.spreadsheet";
const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>
"#;
const OPENING: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>"#;
const CLOSING: &str = "</office:spreadsheet></office:body></office:document-content>\n";
const ROWS_PER_SHEET: usize = 500_000;

/// Writes `sources/{stem}_{n}.ods`, each with one sheet.
pub fn write(
    spool: &mut Spool,
    source: &'static str,
    stem: &str,
    sheet: &'static str,
    layout: &Layout,
    dir: &Path,
    truth: &mut Truth,
) -> Result<(), Failure> {
    let order = spool.order();
    let mut chunks: Vec<&[usize]> = order.chunks(ROWS_PER_SHEET).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    for (index, chunk) in chunks.into_iter().enumerate() {
        let file = format!("sources/{stem}_{}.ods", index + 1);
        let mut archive = ZipWriter::new(File::create(dir.join(&file))?);
        // The type comes first and uncompressed, so that a reader knows the file by its first bytes.
        let stored = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default());
        let packed = stored.compression_method(CompressionMethod::Deflated).large_file(false);
        archive.start_file("mimetype", stored)?;
        archive.write_all(MIME.as_bytes())?;
        archive.start_file("META-INF/manifest.xml", packed)?;
        archive.write_all(MANIFEST.as_bytes())?;
        archive.start_file("content.xml", packed)?;
        archive.write_all(OPENING.as_bytes())?;
        write!(archive, "<table:table table:name=\"{sheet}\">")?;
        let mut page = Page { archive: &mut archive, place: Place { source, file, sheet, row: 0 } };
        for line in &layout.preamble {
            let kind = if line.is_empty() { Kind::Blank } else { Kind::Preamble };
            page.line(line.iter().map(|cell| Cell::from(*cell)), Whose::nobody(kind), truth)?;
        }
        page.line(layout.header.iter().map(|cell| Cell::from(*cell)), Whose::nobody(Kind::Header), truth)?;
        for handle in chunk {
            page.line(spool.cells(*handle), spool.whose(*handle), truth)?;
            if let Some(wanted) = spool.places.get_mut(handle) {
                *wanted = Some(page.place.clone());
            }
        }
        archive.write_all(b"</table:table>")?;
        archive.write_all(CLOSING.as_bytes())?;
        archive.finish()?;
    }
    Ok(())
}

struct Page<'a> {
    archive: &'a mut ZipWriter<File>,
    place: Place,
}

impl Page<'_> {
    fn line(&mut self, cells: impl Iterator<Item = Cell>, whose: Whose, truth: &mut Truth) -> Result<(), Failure> {
        let mut xml = String::from("<table:table-row>");
        let mut any = false;
        for cell in cells {
            any = true;
            match cell {
                Cell::Blank => xml.push_str("<table:table-cell/>"),
                Cell::Text(text) => {
                    let text = escaped(&text);
                    xml.push_str(&format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"));
                }
                Cell::Number(number) => xml.push_str(&format!(
                    "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}</text:p></table:table-cell>"
                )),
                Cell::Day(day) => xml.push_str(&format!(
                    "<table:table-cell office:value-type=\"date\" office:date-value=\"{day}\"><text:p>{}</text:p></table:table-cell>",
                    day.strftime("%d/%m/%Y")
                )),
                Cell::Moment(moment) => xml.push_str(&format!(
                    "<table:table-cell office:value-type=\"date\" office:date-value=\"{}\"><text:p>{}</text:p></table:table-cell>",
                    moment.strftime("%Y-%m-%dT%H:%M:%S"),
                    moment.strftime("%d/%m/%Y %H:%M")
                )),
            }
        }
        if !any {
            xml.push_str("<table:table-cell/>");
        }
        xml.push_str("</table:table-row>\n");
        self.archive.write_all(xml.as_bytes())?;
        self.place.row += 1;
        truth.row(&self.place, whose)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
