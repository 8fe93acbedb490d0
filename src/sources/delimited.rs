//! Delimited text: its encoding and dialect, and its rows.

use super::cells::{digest_with, is_roomy};
use super::claims::{Claim, Wanted, fold};
use super::encoding::{self, Transcoder};
use super::fixity::{Digested, Fixity, Survey, unusable};
use super::layout::{Expectation, Found, Line, Table};
use super::outlet::{BATCH_ROWS, Outlet};
use super::scan::{Dialect, Fault, RowBytes, Scanner, holds};
use super::split::split;
use super::twice::holds_twice_encoded;
use super::{Cell, Error, Finding, ReadAs};
use crate::values::Digest;
use encoding_rs::Encoding;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

/// The first rows from which the dialect is told: so many, and of so many bytes.
const SAMPLE_ROWS: usize = 200;
const SAMPLE_BYTES: usize = 256 << 10;
/// Far enough that a quote in the last of them is followed as it will be when the file is read.
const AHEAD_BYTES: u64 = 1 << 20;
/// The likelier ones first. The last parts fields in what databases call ASCII-delimited text.
const DELIMITERS: [u8; 7] = [b',', b';', b'\t', b'|', b'^', b'~', 0x1f];
/// More cells than any spreadsheet has columns.
const CELLS_MAX: usize = 16_384;
/// So many rows are split at a time, by all cores: few enough that they still lie in the cores' own caches.
const SPLIT_ROWS: usize = BATCH_ROWS / 2;

/// A delimited file, ready to be read.
pub(super) struct Text<'a> {
    claim: &'a Claim,
    survey: &'a Survey,
    encoding: &'static Encoding,
    dialect: Dialect,
}

impl<'a> Text<'a> {
    /// Settles the encoding and the dialect.
    pub(super) fn open(claim: &'a Claim, survey: &'a Survey) -> Result<Self, Error> {
        let encoding = settle_encoding(claim, survey)?;
        let mut text = Text { claim, survey, encoding, dialect: Dialect { delimiter: b',', width: 0 } };
        text.dialect = text.settle_dialect()?;
        Ok(text)
    }

    pub(super) fn read_as(&self) -> ReadAs {
        ReadAs {
            format: "csv",
            encoding: self.encoding.name().to_owned(),
            delimiter: Some(self.dialect.delimiter),
            date_system: None,
        }
    }

    /// Gives every row out, in order. The fixity is that of the very bytes they were read from.
    pub(super) fn give(&self, outlet: Outlet<'_, '_>) -> Result<(Found, Fixity), Error> {
        let mut table = Table::new(Expectation::of(self.claim, true), outlet);
        let mut scanner = Scanner::new(self.transcoder(Digested::new(self.stream()?)), self.dialect);
        let (mut next_row, mut counted): (u32, u64) = (1, 0);
        let mut rows = RowBytes::default();
        loop {
            scanner.next_rows_in(&mut rows, SPLIT_ROWS).map_err(|error| self.unreadable(error))?;
            if rows.len() == 0 {
                break;
            }
            // Of a packed file more bytes come than it has on disk: it counts when it is done.
            if !self.claim.place.is_packed() {
                table.outlet().count_bytes(scanner.input.input.bytes - counted);
            }
            counted = scanner.input.input.bytes;
            let spare = table.outlet().spare(rows.len());
            let split = || lines(&rows, next_row, self.dialect, spare);
            let (lines, ()) = rayon::join(split, || scanner.input.input.catch_up());
            next_row = next_row.checked_add(rows.len() as u32).ok_or_else(|| self.too_many_rows())?;
            for line in lines {
                table.push(line).map_err(|fault| self.no_table(&fault.0))?;
            }
        }
        let found = table.end().map_err(|fault| self.no_table(&fault.0))?;
        self.survey.still_holds(&self.claim.place)?;
        Ok((found, scanner.input.input.end()))
    }

    /// The first rows, before their place in the table is known.
    pub(super) fn first_lines(&self, rows_max: usize) -> Result<Vec<Line>, Error> {
        let mut scanner = Scanner::new(self.transcoder(self.stream()?), self.dialect);
        let rows = scanner.next_rows(rows_max).map_err(|error| self.unreadable(error))?;
        Ok(lines(&rows, 1, self.dialect, (0..rows.len()).map(|_| Vec::new()).collect()))
    }

    fn stream(&self) -> Result<Box<dyn Read + Send>, Error> {
        self.claim.place.stream().map_err(|error| self.unreadable(error))
    }

    fn transcoder<R: Read>(&self, input: R) -> Transcoder<R> {
        Transcoder::new(input, self.encoding, &self.survey.head)
    }

    fn settle_dialect(&self) -> Result<Dialect, Error> {
        let mut sample = Vec::new();
        let transcoder = self.transcoder(self.stream()?);
        let mut text = io::BufReader::with_capacity(AHEAD_BYTES as usize, transcoder).take(AHEAD_BYTES);
        text.read_to_end(&mut sample).map_err(|error| self.unreadable(error))?;
        let whole = (sample.len() as u64) < AHEAD_BYTES;
        match self.claim.layout.delimiter {
            Some(delimiter) if !delimiter.is_ascii() || b"\"\r\n\0".contains(&delimiter) => Err(unusable(
                self.claim.place.shown(),
                "the mapping's delimiter cannot part fields",
                "state a comma, a semicolon, a tab or a bar as delimiter in the mapping's [file] table",
            )),
            Some(delimiter) => {
                Ok(Dialect { delimiter, width: Trial::of(&sample, whole, delimiter, &self.claim.wanted).width })
            }
            None => Ok(likeliest(&sample, whole, &self.claim.wanted)),
        }
    }

    fn unreadable(&self, source: io::Error) -> Error {
        self.claim.place.failed(source)
    }

    fn no_table(&self, what: &str) -> Error {
        let hint = "correct the columns, the delimiter or header_row in the mapping";
        unusable(self.claim.place.shown(), format!("the file {what}"), hint)
    }

    fn too_many_rows(&self) -> Error {
        unusable(self.claim.place.shown(), "the file has more than 4,294,967,294 rows", "split it")
    }
}

fn settle_encoding(claim: &Claim, survey: &Survey) -> Result<&'static Encoding, Error> {
    let stated = match &claim.layout.encoding {
        None => None,
        Some(label) => Some(Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| {
            let hint = "state utf-8, windows-1252 or utf-16le as encoding in the mapping's [file] table";
            unusable(claim.place.shown(), format!("the mapping's encoding {label} is not known"), hint)
        })?),
    };
    if let Some(encoding) = encoding::known(&survey.head, stated, &survey.utf8) {
        return Ok(encoding);
    }
    let text = claim.place.stream().map_err(|error| claim.place.failed(error))?;
    encoding::guess(text).map_err(|error| claim.place.failed(error))
}

/// How the first rows look with one delimiter. The best trial is the one that names most columns of the mapping, then
/// the one with most rows of the same width, then the widest.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Trial {
    names: usize,
    alike: usize,
    width: usize,
}

impl Trial {
    fn of(sample: &[u8], whole: bool, delimiter: u8, wanted: &Wanted) -> Trial {
        let mut scanner = Scanner::new(sample, Dialect { delimiter, width: 0 });
        let Ok(rows) = scanner.next_rows(SAMPLE_ROWS) else { return Trial::default() };
        // The last row of a sample may be cut.
        let counted = if whole || rows.len() == SAMPLE_ROWS { rows.len() } else { rows.len().saturating_sub(1).max(1) };
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut names, mut sampled) = (0, 0);
        for place in 0..counted.min(rows.len()) {
            let mut found = BTreeSet::new();
            let mut width = 0;
            let (bytes, fault) = rows.row(place);
            // What cannot be split into cells has no width, whatever it names.
            let counts = fault.is_none();
            sampled += if counts { bytes.len() } else { 0 };
            if sampled > SAMPLE_BYTES {
                break;
            }
            split(&String::from_utf8_lossy(bytes), delimiter, |cell, _| {
                width += 1;
                found.insert(fold(&cell));
            });
            names = names.max(found.iter().filter(|name| wanted.contains_key(*name)).count());
            if width > 1 && counts {
                *widths.entry(width).or_default() += 1;
            }
        }
        let (alike, width) = widths.into_iter().map(|(width, rows)| (rows, width)).max().unwrap_or((0, 1));
        Trial { names, alike, width }
    }
}

fn likeliest(sample: &[u8], whole: bool, wanted: &Wanted) -> Dialect {
    let trials = DELIMITERS.map(|delimiter| (Trial::of(sample, whole, delimiter, wanted), delimiter));
    let best = trials.into_iter().rev().max_by(|left, right| left.0.cmp(&right.0));
    best.map_or(Dialect { delimiter: b',', width: 1 }, |(trial, delimiter)| Dialect { delimiter, width: trial.width })
}

/// `spare` has a list for the cells of each row.
fn lines(rows: &RowBytes, first_row: u32, dialect: Dialect, spare: Vec<Vec<Cell>>) -> Vec<Line> {
    let line = |joined: &mut Vec<u8>, (place, cells)| {
        let row = first_row + place as u32;
        line(rows.row(place), row, dialect, cells, joined)
    };
    spare.into_par_iter().enumerate().with_min_len(128).map_init(|| Vec::with_capacity(512), line).collect()
}

/// So much of a row that cannot be split is kept, for whoever looks for it.
const BEGINNING_LETTERS: usize = 500;

/// The beginning of a row's text, as one cell.
fn beginning(bytes: &[u8], is_whole: bool) -> Vec<Cell> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * BEGINNING_LETTERS)]);
    let mut shown: String = text.trim().chars().filter(|letter| *letter != '\0').take(BEGINNING_LETTERS).collect();
    if !is_whole || shown.len() < bytes.trim_ascii().len() {
        shown.push_str(" […]");
    }
    vec![Cell::trimmed(&shown)]
}

/// One row. Where it cannot be split into cells, its digest is of its bytes.
fn line(
    (bytes, fault): (&[u8], Option<Fault>),
    row: u32,
    dialect: Dialect,
    mut cells: Vec<Cell>,
    joined: &mut Vec<u8>,
) -> Line {
    let idle = |finding, digest| {
        let is_whole = finding != Finding::RowTooLong;
        let (cells, findings, padded) = (beginning(bytes, is_whole), Vec::new(), Vec::new());
        Line { row, cells, digest, fault: Some(finding), findings, padded }
    };
    match fault {
        Some(Fault::TooLong(digest)) => return idle(Finding::RowTooLong, digest),
        Some(fault) => return idle(fault.into(), Digest::of(bytes)),
        None => {}
    }
    if holds(bytes, 0) {
        return idle(Finding::NulCharacter, Digest::of(bytes));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return idle(Finding::NotDecodable, Digest::of(bytes)) };
    if !is_roomy(cells.capacity(), dialect.width) {
        cells = Vec::with_capacity(dialect.width);
    }
    let (mut width, mut padded) = (0, Vec::new());
    split(text, dialect.delimiter, |cell, is_padded| {
        if width <= CELLS_MAX {
            padded.extend((is_padded && !cell.is_empty()).then_some(width as u16));
            match cells.get_mut(width) {
                Some(place) => place.take(&cell),
                None => cells.push(Cell::trimmed(&cell)),
            }
            width += 1;
        }
    });
    cells.truncate(width);
    if width > CELLS_MAX {
        return idle(Finding::TooManyCells, Digest::of(bytes));
    }
    let digest = digest_with(&cells, joined);
    let findings = if holds_twice_encoded(text) { vec![Finding::EncodedTwice] } else { Vec::new() };
    Line { row, cells, digest, fault: None, findings, padded }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{give_text, refusal};
    use super::*;
    use crate::config::FileLayout;

    const COLUMNS: &[&str] = &["Name", "Town"];

    /// Encoding, delimiter, kinds and the first row of data.
    fn check(bytes: &[u8], layout: FileLayout, encoding: &str, delimiter: u8, kinds: &str, first: &str) {
        let given = give_text(bytes, COLUMNS, layout).expect("the text is usable");
        let read_as = &given.intake.files[0].read_as;
        assert_eq!((read_as.encoding.as_str(), read_as.delimiter), (encoding, Some(delimiter)));
        assert_eq!((given.kinds.as_str(), given.data[0].as_str()), (kinds, first));
    }

    fn stated(encoding: &str) -> FileLayout {
        FileLayout { encoding: Some(encoding.to_owned()), ..FileLayout::default() }
    }

    fn utf_16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "Name,Town\r\nZoë,Ely\r\n";
        check(text.as_bytes(), FileLayout::default(), "UTF-8", b',', "hd", "Zoë|Ely");
        for other in ["^", "~", "\u{1f}"] {
            let text = text.replace(',', other);
            check(text.as_bytes(), FileLayout::default(), "UTF-8", other.as_bytes()[0], "hd", "Zoë|Ely");
        }
        check(format!("\u{feff}{text}").as_bytes(), stated("windows-1252"), "UTF-8", b',', "hd", "Zoë|Ely");
        check(b"Name,Town\r\nZo\xeb,Ely\r\n", FileLayout::default(), "windows-1252", b',', "hd", "Zoë|Ely");
        check(&utf_16(text, u16::to_le_bytes), stated("utf-16le"), "UTF-16LE", b',', "hd", "Zoë|Ely");
        check(&utf_16(text, u16::to_be_bytes), stated("utf-16be"), "UTF-16BE", b',', "hd", "Zoë|Ely");
        let marked = format!("\u{feff}{text}");
        check(&utf_16(&marked, u16::to_le_bytes), FileLayout::default(), "UTF-16LE", b',', "hd", "Zoë|Ely");
        check(&utf_16(&marked, u16::to_be_bytes), FileLayout::default(), "UTF-16BE", b',', "hd", "Zoë|Ely");
    }

    #[test]
    fn delimiters_are_told_apart() {
        check(b"Name;Town\nA;1,5\nB;2,5\n", FileLayout::default(), "UTF-8", b';', "hdd", "A|1,5");
        check(b"Name\tTown\nA, B\tEly\n", FileLayout::default(), "UTF-8", b'\t', "hd", "A, B|Ely");
        check(b"Name|Town\nA|Ely\n", FileLayout::default(), "UTF-8", b'|', "hd", "A|Ely");
        check(b"Name\nA\n", FileLayout::default(), "UTF-8", b',', "hd", "A");
        let layout = FileLayout { delimiter: Some(b'~'), ..FileLayout::default() };
        check(b"Name~Town\nA~Ely\n", layout, "UTF-8", b'~', "hd", "A|Ely");
    }

    #[test]
    fn a_row_that_cannot_be_read_is_set_aside_alone() {
        let bytes = b"Name,Town\nA,Ely\nB\xff,Ely\nC\0,Ely\nD,\"Ely\nE,Ely\n";
        let given = give_text(bytes, COLUMNS, stated("utf-8")).expect("the text is usable");
        assert_eq!(given.kinds, "hdxxxd");
        let expected = [(3, Finding::NotDecodable), (4, Finding::NulCharacter), (5, Finding::StrayQuote)];
        assert_eq!(given.findings, expected);
        assert_eq!(given.digests[2], Digest::of(b"B\xff,Ely"));
    }

    #[test]
    fn what_is_proved_to_be_utf_8_stays_so_whatever_comes_after() {
        let proof = "Zoë,Ely\n".repeat(1000);
        let mut bytes = format!("Name,Town\n{proof}{}", "A,Ely\n".repeat(200_000)).into_bytes();
        bytes.extend(b"Si\xe2n,Ely\n".repeat(2000));
        let given = give_text(&bytes, COLUMNS, FileLayout::default()).expect("the text is usable");
        assert_eq!(given.intake.files[0].read_as.encoding, "UTF-8");
        assert_eq!(given.findings.len(), 2000, "each told by itself");
        assert_eq!(
            (given.intake.files[0].bytes, given.intake.files[0].digest),
            (bytes.len() as u64, Digest::of(&bytes))
        );
    }

    #[test]
    fn of_a_row_that_cannot_be_split_the_beginning_is_kept() {
        let check = |bytes: &[u8], expected: &str| {
            let line = line(
                (bytes, Some(Fault::StrayQuote)),
                2,
                Dialect { delimiter: b',', width: 2 },
                Vec::new(),
                &mut Vec::new(),
            );
            let shown: Vec<String> = line.cells.iter().map(|cell| cell.as_text().into_owned()).collect();
            assert_eq!(shown, [expected]);
        };
        check(b"Smith,\"High Street ", "Smith,\"High Street");
        let long = "é".repeat(2 * BEGINNING_LETTERS);
        check(long.as_bytes(), &format!("{} […]", "é".repeat(BEGINNING_LETTERS)));
        check(&long.as_bytes()[..2 * BEGINNING_LETTERS], &"é".repeat(BEGINNING_LETTERS));
        let undecodable =
            line((b"a\xff,b", None), 2, Dialect { delimiter: b',', width: 2 }, Vec::new(), &mut Vec::new());
        assert!(undecodable.cells == [Cell::Text("a\u{fffd},b".into())]);
    }

    #[test]
    fn text_that_was_encoded_twice_is_told_and_kept() {
        let text = "Name,Town\nZoë,Ely\nZoÃ«,Ely\nC,\"Bishopâ€™s, Ely\"\nD,Ely\n";
        let given = give_text(text.as_bytes(), COLUMNS, FileLayout::default()).expect("the text is usable");
        assert_eq!(given.findings, [(3, Finding::EncodedTwice), (4, Finding::EncodedTwice)]);
        assert_eq!(given.data[1], "ZoÃ«|Ely");
        // A file of UTF-8 that the mapping calls Windows-1252 becomes such text here.
        let given = give_text("Name,Town\nZoë,Ely\n".as_bytes(), COLUMNS, stated("windows-1252")).expect("usable");
        assert_eq!(given.findings, [(2, Finding::EncodedTwice)]);
    }

    #[test]
    fn a_row_has_no_more_cells_than_a_spreadsheet_has_columns() {
        let bytes = format!("Name,Town\nA,Ely\n{}\n", ",x".repeat(CELLS_MAX));
        let given = give_text(bytes.as_bytes(), COLUMNS, FileLayout::default()).expect("the text is usable");
        assert_eq!((given.kinds.as_str(), &given.findings[..]), ("hdx", &[(3, Finding::TooManyCells)][..]));
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        let bytes = b"Extract\r\n\r\nName,Town\r\n\"A\r\nB\",Ely\r\n,,\r\nC,Ely";
        let given = give_text(bytes, COLUMNS, FileLayout::default()).expect("the text is usable");
        assert_eq!(given.kinds, "p.hd.d");
        assert_eq!(given.places.iter().map(|place| place.2).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(given.data, ["A\r\nB|Ely", "C|Ely"]);
    }

    #[test]
    fn batches_are_bounded_and_keep_their_order() {
        let mut text = "Name,Town\n".to_owned();
        (0..20_000).for_each(|number| text.push_str(&format!("N{number},Ely\n")));
        let given = give_text(text.as_bytes(), COLUMNS, FileLayout::default()).expect("the text is usable");
        assert!(given.batches.iter().all(|&rows| rows <= BATCH_ROWS));
        assert!(given.data.iter().enumerate().all(|(number, row)| *row == format!("N{number}|Ely")));
        assert_eq!(given.data.len(), 20_000);
    }

    #[test]
    fn what_cannot_be_read_at_all_is_refused() {
        let refused = |bytes: &[u8], layout| refusal(give_text(bytes, COLUMNS, layout));
        assert!(refused(b"", FileLayout::default()).starts_with("the file is empty"));
        assert!(refused(b"\xef\xbb\xbf", FileLayout::default()).starts_with("the file holds no rows"));
        assert!(refused(b"\n\n", FileLayout::default()).contains("no header"));
        assert!(refused(b"Name\n", stated("klingon")).contains("encoding klingon is not known"));
        let quote = FileLayout { delimiter: Some(b'"'), ..FileLayout::default() };
        assert!(refused(b"Name\n", quote).contains("delimiter"));
    }
}
