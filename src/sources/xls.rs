//! Two cells of an .xls may stand 65,535 rows and columns apart, and the reading library fills in what lies between.
//! This pass measures every sheet by the headers of its records, and refuses too much.

use super::Error;
use super::concealed::{Concealed, Merged};
use super::fixity::unusable;
use super::packed::Place;

/// More than the largest worksheet that Excel writes: 65,536 rows of 256 columns.
const CELLS_MAX: u64 = 20_000_000;
/// A sheet that has one cell in so many places may span fewer.
const SPARSE: u64 = 32;
const SPARSE_CELLS_MAX: u64 = 4_000_000;
const END_OF_CHAIN: u32 = 0xffff_fffa;
const DIRECTORY_ENTRY_BYTES: usize = 128;
const MINI_SECTOR_BYTES: usize = 64;
const MINI_STREAM_BELOW_BYTES: usize = 4096;

const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const ROW: u16 = 0x0208;
const COLUMNS: u16 = 0x007d;
const MERGED: u16 = 0x00e5;
const MANY_NUMBERS: u16 = 0x00bd;
const FORMULA: u16 = 0x0006;
const FORMULA_TEXT: u16 = 0x0207;
/// Records that begin with a row and a column: formula, text, number, truth value.
const CELLS: [u16; 8] = [FORMULA, 0x00d6, 0x00fd, 0x0203, 0x0204, 0x0205, 0x027e, MANY_NUMBERS];

/// Refuses a workbook whose sheets span more than fits in memory. A file in which no workbook is found passes: the
/// library looks in the same place, and will say so.
pub(super) fn refuse_vast(place: &Place) -> Result<(), Error> {
    let bytes = place.whole()?;
    if Compound::open(&bytes).is_some_and(|file| file.runs_wild()) {
        let hint = "ask for the file again, or open it in a spreadsheet program and save it as .xlsx";
        return Err(unusable(place.shown(), "the workbook is damaged: its parts run in a circle", hint));
    }
    let spanned = workbook_stream(&bytes).map_or(0, |stream| cells_spanned(&stream));
    if spanned <= CELLS_MAX {
        return Ok(());
    }
    Err(unusable(
        place.shown(),
        format!("the workbook's cells span more than {SPARSE_CELLS_MAX} places, and most hold nothing"),
        "delete what stands far from the table, or save it as .xlsx",
    ))
}

/// What the sheet of this place in the workbook keeps from view.
pub(super) fn concealed(place: &Place, sheet: usize) -> Concealed {
    let read = || {
        let stream = workbook_stream(&place.whole().ok()?)?;
        let (_, bound) = Records { stream: &stream }.filter(|(kind, _)| *kind == BOUND_SHEET).nth(sheet)?;
        Some(concealed_in(Records { stream: stream.get(u32_at(bound, 0)? as usize..)? }).in_order())
    };
    read().unwrap_or_default()
}

fn concealed_in(records: Records<'_>) -> Concealed {
    let mut concealed = Concealed::default();
    let mut depth = 0;
    let mut text_due: Option<u32> = None;
    for (kind, data) in records {
        let word = |at| u16_at(data, at).map(u32::from);
        if kind == FORMULA_TEXT {
            text_due = None;
        } else if kind == END || CELLS.contains(&kind) {
            text_due.take().into_iter().for_each(|row| concealed.miss_value(row + 1));
        }
        match kind {
            // Every formula has room for its value ([MS-XLS] 2.4.127), and a program that calculated none leaves nought or
            // an empty text there, which nothing tells from a value. But of a text the room says only that it "is stored in
            // a String record that immediately follows", and that may be missing.
            FORMULA if data.get(6) == Some(&0) && data.get(12..14) == Some(&[0xff, 0xff]) => text_due = word(0),
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            // "fDyZero: the row is hidden."
            ROW if word(12).is_some_and(|flags| flags & 0x20 != 0) => {
                word(0).into_iter().for_each(|row| concealed.hide_rows(row + 1, row + 1));
            }
            COLUMNS if word(8).is_some_and(|flags| flags & 1 != 0) => {
                word(0).zip(word(2)).into_iter().for_each(|(first, last)| concealed.hide_columns(first, last));
            }
            MERGED => {
                let ranges = data.get(2..).unwrap_or_default().chunks_exact(8);
                for range in ranges {
                    let [first, last, left, right] = [0, 2, 4, 6].map(|at| u16_at(range, at).map_or(0, u32::from));
                    concealed.merge(Merged { rows: (first + 1, last + 1), columns: (left, right) });
                }
            }
            _ => {}
        }
    }
    concealed
}

/// Over all sheets: the area between the outermost cells; too much when next to none of it is filled.
fn cells_spanned(stream: &[u8]) -> u64 {
    let sheets = Records { stream }.filter(|(kind, _)| *kind == BOUND_SHEET);
    let starts = sheets.filter_map(|(_, data)| u32_at(data, 0));
    starts.filter_map(|start| stream.get(start as usize..)).map(|from| area(Records { stream: from })).sum()
}

fn area(records: Records<'_>) -> u64 {
    let (mut rows, mut columns) = ((u64::MAX, 0), (u64::MAX, 0));
    let (mut depth, mut declared, mut held) = (0, 0, 0_u64);
    for (kind, data) in records {
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            DIMENSIONS => declared = declared.max(area_declared(data)),
            _ if CELLS.contains(&kind) => {
                let (Some(row), Some(first)) = (u16_at(data, 0), u16_at(data, 2)) else { continue };
                let last_at = data.len().saturating_sub(2);
                let last = if kind == MANY_NUMBERS { u16_at(data, last_at).unwrap_or(first) } else { first };
                rows = (rows.0.min(row.into()), rows.1.max(row.into()));
                columns = (columns.0.min(first.into()), columns.1.max(first.max(last).into()));
                held += u64::from(last.saturating_sub(first)) + 1;
            }
            _ => {}
        }
    }
    let spanned = if rows.0 > rows.1 { 0 } else { (rows.1 - rows.0 + 1) * (columns.1 - columns.0 + 1) };
    let is_sparse = spanned > SPARSE_CELLS_MAX && spanned / SPARSE > held;
    if is_sparse { CELLS_MAX + 1 } else { spanned.max(if declared > CELLS_MAX { declared } else { 0 }) }
}

/// The library makes room for what a sheet declares, and gives it back; only too much at once does harm. A range that
/// ends before it begins wraps around there.
fn area_declared(data: &[u8]) -> u64 {
    let narrow = |at| u16_at(data, at).unwrap_or(0);
    let (first_row, rows, first_column, columns) = if data.len() == 10 {
        (narrow(0).into(), narrow(2).into(), narrow(4), narrow(6))
    } else {
        (u32_at(data, 0).unwrap_or(0), u32_at(data, 4).unwrap_or(0), narrow(8), narrow(10))
    };
    if rows == 0 || columns == 0 {
        return 1;
    }
    let first_column = if first_column > 0xff || columns < first_column { 0 } else { first_column };
    u64::from(rows.wrapping_sub(first_row)) * u64::from(u32::from(columns).wrapping_sub(first_column.into()))
}

/// Kind and data of each record.
struct Records<'a> {
    stream: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (u16_at(self.stream, 0)?, usize::from(u16_at(self.stream, 2)?));
        let data = self.stream.get(4..4 + length)?;
        self.stream = &self.stream[4 + length..];
        Some((kind, data))
    }
}

/// The workbook inside a compound file ([MS-CFB]): sectors chained by an allocation table, small streams in sectors of
/// their own.
fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let file = Compound::open(bytes)?;
    let root = file.directory.get(..DIRECTORY_ENTRY_BYTES)?;
    let entry = ["Workbook", "Book"].into_iter().find_map(|name| file.entry(name))?;
    let (start, length) = (u32_at(entry, 116)?, u32_at(entry, 120)? as usize);
    if length >= MINI_STREAM_BELOW_BYTES {
        return Some(file.chain(start));
    }
    let mini_table: Vec<u32> = words(&file.chain(u32_at(bytes, 60)?)).collect();
    let mini_stream = file.chain(u32_at(root, 116)?);
    Some(follow(&mini_stream, MINI_SECTOR_BYTES, 0, &mini_table, start))
}

struct Compound<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    table: Vec<u32>,
    directory: Vec<u8>,
}

impl<'a> Compound<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector_bytes = if u16_at(bytes, 30)? == 12 { 4096 } else { 512 };
        let mut file = Compound { bytes, sector_bytes, table: Vec::new(), directory: Vec::new() };
        let mut table_sectors: Vec<u32> = words(bytes.get(76..512)?).collect();
        let mut further = u32_at(bytes, 68)?;
        for _ in 0..bytes.len() / sector_bytes {
            let Some(sector) = file.sector(further) else { break };
            table_sectors.extend(words(sector));
            further = table_sectors.pop()?;
        }
        let sectors = table_sectors.into_iter().filter_map(|sector| file.sector(sector));
        file.table = sectors.flat_map(words).collect();
        file.directory = file.chain(u32_at(bytes, 48)?);
        Some(file)
    }

    /// Whether the library would follow the directory for ever, or make room for more than the file holds.
    fn runs_wild(&self) -> bool {
        let sectors = self.bytes.len() / self.sector_bytes + 1;
        let mut number = u32_at(self.bytes, 48).unwrap_or(END_OF_CHAIN);
        for _ in 0..=sectors {
            let Some(&next) = self.table.get(number as usize) else { break };
            number = next;
        }
        let is_circle = (number as usize) < self.table.len();
        let length = |entry: &[u8]| {
            let high = if self.sector_bytes == 512 { 0 } else { u32_at(entry, 124).unwrap_or(0) };
            u64::from(u32_at(entry, 120).unwrap_or(0)) | u64::from(high) << 32
        };
        let mut entries = self.directory.chunks_exact(DIRECTORY_ENTRY_BYTES);
        is_circle
            || entries.any(|entry| length(entry) > self.bytes.len() as u64)
            || u32_at(self.bytes, 64).is_some_and(|small| small as usize > sectors)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        sector_of(self.bytes, self.sector_bytes, self.sector_bytes, number)
    }

    fn chain(&self, start: u32) -> Vec<u8> {
        follow(self.bytes, self.sector_bytes, self.sector_bytes, &self.table, start)
    }

    fn entry(&self, name: &str) -> Option<&[u8]> {
        let is_named = |entry: &&[u8]| {
            let units = entry[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            let units: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
            String::from_utf16_lossy(&units).eq_ignore_ascii_case(name)
        };
        self.directory.chunks_exact(DIRECTORY_ENTRY_BYTES).find(is_named)
    }
}

/// The first sector begins after the header; the last may be cut.
fn sector_of(bytes: &[u8], sector_bytes: usize, header_bytes: usize, number: u32) -> Option<&[u8]> {
    if number >= END_OF_CHAIN {
        return None;
    }
    let start = (number as usize).checked_mul(sector_bytes)?.checked_add(header_bytes)?;
    let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
    Some(&rest[..rest.len().min(sector_bytes)])
}

/// A chain that runs in a circle ends where it has taken every sector there is.
fn follow(bytes: &[u8], sector_bytes: usize, header_bytes: usize, table: &[u32], start: u32) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut number = start;
    for _ in 0..=bytes.len() / sector_bytes {
        let Some(sector) = sector_of(bytes, sector_bytes, header_bytes, number) else { break };
        stream.extend_from_slice(sector);
        let Some(&next) = table.get(number as usize) else { break };
        number = next;
    }
    stream
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    words(bytes.get(at..at + 4)?).next()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A compound file with a root and one stream: header, allocation table, directory, stream.
    pub(in super::super) fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
        let sectors = stream.len().div_ceil(512);
        let mut bytes = vec![0_u8; (3 + sectors) * 512];
        let mut put = |at: usize, what: &[u8]| bytes[at..at + what.len()].copy_from_slice(what);
        put(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        put(24, &[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
        put(44, &[1, 0, 0, 0, 1, 0, 0, 0]);
        put(56, &[0, 0x10, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        put(76, &[0xff; 436]);
        put(76, &[0; 4]);
        put(512, &[0xff; 512]);
        put(512, &[0xfd, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff]);
        for sector in 0..sectors {
            let next = if sector + 1 == sectors { 0xffff_fffe } else { 3 + sector as u32 };
            put(512 + 4 * (2 + sector), &next.to_le_bytes());
        }
        for (place, (name, kind)) in [("Root Entry", 5), (name, 2)].into_iter().enumerate() {
            let at = 1024 + place * 128;
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            put(at, &wide);
            put(at + 64, &[wide.len() as u8 + 2, 0, kind, 1]);
            put(at + 68, &[0xff; 12]);
            put(at + 116, &[0xfe, 0xff, 0xff, 0xff]);
        }
        if sectors > 0 {
            put(1024 + 128 + 116, &2_u32.to_le_bytes());
            put(1024 + 128 + 120, &(stream.len() as u32).to_le_bytes());
        }
        put(1536, stream);
        bytes
    }

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat())
    }

    /// A workbook of one sheet with numbers at these places.
    pub(in super::super) fn workbook(places: &[(u16, u16)]) -> Vec<u8> {
        let begin = |kind: u8| record(BEGIN, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let bound = |start: u32| record(BOUND_SHEET, &[&start.to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat());
        let globals = |start| [begin(5), bound(start), record(END, &[])].concat();
        let cells: Vec<u8> = places.iter().flat_map(|&(row, column)| number(row, column)).collect();
        let mut stream = [globals(globals(0).len() as u32), begin(0x10), cells, record(END, &[])].concat();
        stream.resize(stream.len().max(MINI_STREAM_BELOW_BYTES), 0);
        compound("Workbook", &stream)
    }

    fn check(places: &[(u16, u16)], expected: u64) {
        let stream = workbook_stream(&workbook(places)).expect("the stream is found");
        assert_eq!(cells_spanned(&stream), expected);
    }

    #[test]
    fn sheets_are_measured_between_their_outermost_cells() {
        check(&[], 0);
        check(&[(3, 4)], 1);
        check(&[(0, 0), (9, 1)], 20);
        check(&[(0, 0), (9_999, 255)], 2_560_000);
        check(&[(0, 0), (65_535, 255)], CELLS_MAX + 1);
    }

    #[test]
    fn what_a_sheet_declares_is_measured_as_the_library_does() {
        let wide = |rows: [u32; 2], columns: [u16; 2]| {
            let [rows, columns] = [rows.map(u32::to_le_bytes).concat(), columns.map(u16::to_le_bytes).concat()];
            area_declared(&[rows, columns, vec![0; 2]].concat())
        };
        assert_eq!(wide([0, 100], [0, 10]), 1000);
        assert_eq!(wide([4, 104], [300, 10]), 1000);
        assert_eq!(wide([0, 0], [0, 0]), 1);
        assert!(wide([5, 1], [0, 10]) > CELLS_MAX);
        assert_eq!(area_declared(&[0, 0, 3, 0, 0, 0, 2, 0, 0, 0]), 6);
    }

    #[test]
    fn hidden_rows_and_merged_cells_are_found() {
        let words = |words: &[u16]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
        let stream = [
            record(BEGIN, &words(&[0x600, 0x10, 0, 0, 0, 0, 0, 0])),
            record(COLUMNS, &words(&[3, 4, 0, 0, 1, 0])),
            record(ROW, &words(&[6, 0, 9, 0, 0, 0, 0x20, 0])),
            record(ROW, &words(&[7, 0, 9, 0, 0, 0, 0x20, 0])),
            record(ROW, &words(&[8, 0, 9, 0, 0, 0, 0, 0])),
            record(MERGED, &words(&[2, 1, 2, 0, 0, 5, 5, 1, 2])),
            record(END, &[]),
            record(ROW, &words(&[20, 0, 9, 0, 0, 0, 0x20, 0])),
        ];
        let merged = vec![Merged { rows: (2, 3), columns: (0, 0) }];
        let wide = vec![Merged { rows: (6, 6), columns: (1, 2) }];
        let found = concealed_in(Records { stream: &stream.concat() });
        assert_eq!(
            found,
            Concealed { rows: vec![(7, 8)], columns: vec![(3, 4)], merged, wide, ..Concealed::default() }
        );
    }

    #[test]
    fn a_formula_whose_text_does_not_follow_is_found() {
        let formula = |row: u8, value: [u8; 8]| record(FORMULA, &[&[row, 0, 0, 0, 0, 0][..], &value, &[0; 8]].concat());
        let (of_text, of_empty) = ([0, 0, 0, 0, 0, 0, 0xff, 0xff], [3, 0, 0, 0, 0, 0, 0xff, 0xff]);
        let stream = [
            record(BEGIN, &[0; 16]),
            [formula(1, of_text), record(0x04bc, &[0; 8]), record(FORMULA_TEXT, &[0; 3])].concat(),
            formula(2, of_text),
            [formula(3, of_empty), formula(4, [0; 8]), formula(5, of_text)].concat(),
            record(END, &[]),
        ];
        assert_eq!(concealed_in(Records { stream: &stream.concat() }).uncached, [3, 6]);
    }

    #[test]
    fn what_the_library_would_follow_for_ever_is_seen() {
        let wild = |at: usize, what: u32| {
            let mut bytes = workbook(&[(0, 0)]);
            bytes[at..at + 4].copy_from_slice(&what.to_le_bytes());
            Compound::open(&bytes).expect("a compound file").runs_wild()
        };
        assert!(!wild(512, 0xffff_fffd));
        assert!(wild(512 + 4, 1), "the directory follows itself");
        assert!(wild(1024 + 128 + 120, 0x7fff_ffff), "a stream of two gigabytes");
        assert!(wild(64, 1_000_000), "a million sectors of small streams");
    }

    #[test]
    fn a_damaged_file_is_no_reason_to_panic() {
        let whole = workbook(&[(0, 0), (9, 1)]);
        for length in 0..whole.len() {
            let _ = workbook_stream(&whole[..length]);
        }
        for at in 0..2048 {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            let _ = workbook_stream(&bytes).map(|stream| cells_spanned(&stream));
        }
    }
}
