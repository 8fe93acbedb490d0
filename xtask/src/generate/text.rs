//! Delimited text, as each system prints it.

use super::spool::{Cell, Kind, Layout, Place, Spool, Whose};
use super::truth::Truth;
use crate::Failure;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8WithMark,
    Windows1252,
}

/// How one system writes text.
pub struct Dialect {
    pub encoding: Encoding,
    pub delimiter: char,
    pub quote_all: bool,
    pub newline: &'static str,
}

/// Where a source goes: `{stem}_{n}{extension}`, at most `rows` rows of data in each file.
pub struct Target {
    pub source: &'static str,
    pub stem: &'static str,
    pub extension: &'static str,
    pub rows: usize,
}

struct Page<'a> {
    out: BufWriter<File>,
    dialect: &'a Dialect,
    place: Place,
}

/// Writes a source in as many files as it needs, at least one.
pub fn write(
    spool: &mut Spool,
    target: &Target,
    dialect: &Dialect,
    layout: &Layout,
    dir: &Path,
    truth: &mut Truth,
) -> Result<(), Failure> {
    let order = spool.order();
    let mut chunks: Vec<&[usize]> = order.chunks(target.rows).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    for (index, chunk) in chunks.into_iter().enumerate() {
        let file = format!("sources/{}_{}{}", target.stem, index + 1, target.extension);
        let out = BufWriter::new(File::create(dir.join(&file))?);
        let place = Place { source: target.source, file, sheet: "", row: 0 };
        let mut page = Page { out, dialect, place };
        if dialect.encoding == Encoding::Utf8WithMark {
            page.out.write_all("\u{feff}".as_bytes())?;
        }
        page.around(&layout.preamble, Kind::Preamble, chunk.len(), truth)?;
        page.line(layout.header.iter().map(|name| (*name).to_owned()), Whose::nobody(Kind::Header), truth)?;
        for handle in chunk {
            page.line(spool.cells(*handle).map(shown), spool.whose(*handle), truth)?;
            if let Some(wanted) = spool.places.get_mut(handle) {
                *wanted = Some(page.place.clone());
            }
        }
        page.around(&layout.footer, Kind::Footer, chunk.len(), truth)?;
        page.out.flush()?;
    }
    Ok(())
}

fn shown(cell: Cell) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => text,
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.strftime("%d/%m/%Y").to_string(),
        Cell::Moment(moment) => moment.strftime("%d/%m/%Y %H:%M").to_string(),
    }
}

impl Page<'_> {
    fn around(
        &mut self,
        lines: &[Vec<&'static str>],
        kind: Kind,
        rows: usize,
        truth: &mut Truth,
    ) -> Result<(), Failure> {
        for line in lines {
            let kind = if line.is_empty() { Kind::Blank } else { kind };
            self.line(line.iter().map(|cell| cell.replace("{rows}", &rows.to_string())), Whose::nobody(kind), truth)?;
        }
        Ok(())
    }

    fn line(&mut self, fields: impl Iterator<Item = String>, whose: Whose, truth: &mut Truth) -> Result<(), Failure> {
        let Dialect { delimiter, quote_all, newline, encoding } = *self.dialect;
        let mut line = String::new();
        for (index, field) in fields.enumerate() {
            if index > 0 {
                line.push(delimiter);
            }
            if quote_all || field.contains([delimiter, '"', '\n', '\r']) {
                line.push('"');
                line.push_str(&field.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(&field);
            }
        }
        line.push_str(newline);
        match encoding {
            Encoding::Windows1252 => self.out.write_all(&narrowed(&line))?,
            _ => self.out.write_all(line.as_bytes())?,
        }
        self.place.row += 1;
        truth.row(&self.place, whose)
    }
}

/// Letters Windows-1252 lacks lose their accents, as they did on the keyboard.
fn narrowed(line: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(line.len());
    let mut buffer = [0; 4];
    for letter in line.chars() {
        let text = letter.encode_utf8(&mut buffer);
        let (encoded, _, unmappable) = encoding_rs::WINDOWS_1252.encode(text);
        if unmappable {
            let plain = super::names::without_accents(text);
            assert!(plain.is_ascii(), "a letter without a plain form: {letter}");
            bytes.extend_from_slice(plain.as_bytes());
        } else {
            bytes.extend_from_slice(&encoded);
        }
    }
    bytes
}
