//! What a worksheet of an .xlsb keeps from view ([MS-XLSB]): records of a kind and a length, each in few bytes.

use super::concealed::{Concealed, Merged, part, real_name, target};
use super::packed::Place;
use std::io::{BufReader, Read};
use zip::ZipArchive;

const ROW: u16 = 0;
/// A formula whose value is an error, which the reading library passes over.
const FORMULA_ERROR: u16 = 11;
const COLUMNS: u16 = 60;
const SHEET: u16 = 156;
const MERGED: u16 = 176;
/// Where rows end; behind it the reading library ends without a word.
const ROWS_MAX: u32 = 1 << 20;
/// No record that is looked at here is longer.
const RECORD_BYTES_MAX: u64 = 1 << 16;

/// What the sheet of this name keeps from view. What cannot be found or read conceals nothing.
pub(super) fn concealed(place: &Place, sheet: &str) -> Concealed {
    let read = || {
        let mut archive = ZipArchive::new(place.input().ok()?).ok()?;
        let id = sheet_id(&part(&mut archive, "xl/workbook.bin")?, sheet)?;
        let path = target(&part(&mut archive, "xl/_rels/workbook.bin.rels")?, &id)?;
        let name = real_name(&archive, &path)?;
        Some(in_sheet(&mut BufReader::new(archive.by_name(&name).ok()?)).in_order())
    };
    read().unwrap_or_default()
}

/// The next record's kind and data; of a kind that is not wanted, no data.
fn next(input: &mut impl Read, wanted: &[u16]) -> Option<(u16, Vec<u8>)> {
    let mut byte = || {
        let mut one = [0];
        input.read_exact(&mut one).ok().map(|()| one[0])
    };
    let mut kind = u16::from(byte()?);
    if kind & 0x80 != 0 {
        kind = (kind & 0x7f) | (u16::from(byte()?) << 7);
    }
    let mut length: u64 = 0;
    for place in 0..4 {
        let part = byte()?;
        length |= u64::from(part & 0x7f) << (7 * place);
        if part & 0x80 == 0 {
            break;
        }
    }
    let mut data = Vec::new();
    let mut record = input.take(length);
    if wanted.contains(&kind) && length <= RECORD_BYTES_MAX {
        record.read_to_end(&mut data).ok()?;
    } else {
        std::io::copy(&mut record, &mut std::io::sink()).ok()?;
    }
    Some((kind, data))
}

fn word(data: &[u8], at: usize) -> Option<u32> {
    let four = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

/// A text with its length before it, and where it ends.
fn text(data: &[u8], at: usize) -> Option<(String, usize)> {
    let end = at.checked_add(4)?.checked_add((word(data, at)? as usize).checked_mul(2)?)?;
    let units = data.get(at + 4..end)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    Some((String::from_utf16_lossy(&units.collect::<Vec<_>>()), end))
}

fn sheet_id(mut workbook: &[u8], sheet: &str) -> Option<String> {
    loop {
        let (kind, data) = next(&mut workbook, &[SHEET])?;
        if kind == SHEET {
            let (id, end) = text(&data, 8)?;
            if text(&data, end)?.0 == sheet {
                return Some(id);
            }
        }
    }
}

fn in_sheet(input: &mut impl Read) -> Concealed {
    let mut concealed = Concealed::default();
    let mut row = 0;
    while let Some((kind, data)) = next(input, &[ROW, FORMULA_ERROR, COLUMNS, MERGED]) {
        let pair = |at| word(&data, at).zip(word(&data, at + 4));
        match kind {
            // "fDyZero: a bit that specifies that the row is hidden."
            ROW => {
                row = word(&data, 0).unwrap_or(u32::MAX).saturating_add(1);
                concealed.ends_beyond |= row > ROWS_MAX;
                if data.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                    concealed.hide_rows(row, row);
                }
            }
            FORMULA_ERROR => concealed.miss_value(row),
            COLUMNS if data.get(16).is_some_and(|flags| flags & 1 != 0) => {
                pair(0).into_iter().for_each(|(first, last)| concealed.hide_columns(first, last));
            }
            MERGED => {
                if let Some((rows, columns)) = pair(0).zip(pair(8)) {
                    let rows = (rows.0.saturating_add(1), rows.1.saturating_add(1));
                    concealed.merge(Merged { rows, columns });
                }
            }
            _ => {}
        }
    }
    concealed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let kind = if kind < 0x80 { vec![kind as u8] } else { vec![kind as u8 | 0x80, (kind >> 7) as u8] };
        let length = vec![(data.len() & 0x7f) as u8 | 0x80, (data.len() >> 7) as u8];
        [kind, length, data.to_vec()].concat()
    }

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn hidden_rows_and_merged_cells_are_found() {
        let row = |row: u32, flags: u8| [words(&[row, 0]), vec![0, 0, 0, flags, 0]].concat();
        let sheet = [
            record(COLUMNS, &[words(&[2, 3, 0, 0]), vec![1, 0]].concat()),
            record(ROW, &row(4, 0x10)),
            record(7, &[0; 200]),
            record(ROW, &row(5, 0x10)),
            record(ROW, &row(6, 0)),
            record(FORMULA_ERROR, &[0; 12]),
            record(MERGED, &words(&[1, 3, 0, 1])),
        ];
        let merged = vec![Merged { rows: (2, 4), columns: (0, 1) }];
        let expected =
            Concealed { rows: vec![(5, 6)], columns: vec![(2, 3)], merged, uncached: vec![7], ..Concealed::default() };
        assert_eq!(in_sheet(&mut sheet.concat().as_slice()), expected);
        for length in 0..sheet.concat().len() {
            in_sheet(&mut &sheet.concat()[..length]);
        }
    }

    #[test]
    fn a_row_beyond_the_last_is_seen() {
        let beyond = |row: u32| in_sheet(&mut record(ROW, &words(&[row, 0, 0, 0, 0])).as_slice()).ends_beyond;
        assert!(!beyond(ROWS_MAX - 1) && beyond(ROWS_MAX) && beyond(u32::MAX));
    }

    #[test]
    fn a_sheet_is_found_by_its_name() {
        let wide = |text: &str| {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [words(&[text.len() as u32]), units].concat()
        };
        let sheet = |id: &str, name: &str| record(SHEET, &[words(&[0, 1]), wide(id), wide(name)].concat());
        let workbook = [record(131, &[]), sheet("rId1", "One"), sheet("rId2", "Two")].concat();
        assert_eq!(sheet_id(&workbook, "Two").as_deref(), Some("rId2"));
        assert_eq!(sheet_id(&workbook, "Three"), None);
        assert_eq!(sheet_id(&record(SHEET, &words(&[0, 1, u32::MAX])), "One"), None);
    }
}
