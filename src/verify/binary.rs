//! What a sheet of an .xlsb holds that the reading library passes over: formulas whose value is an error.
//!
//! [MS-XLSB]: a part is a run of records, each a kind and a length in bytes of seven bits, then the data.

use super::packed::Input;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};
use zip::ZipArchive;

const ROW_HEADER: u64 = 0;
const FORMULA_OF_ERROR: u64 = 11;
const BUNDLED_SHEET: u64 = 156;
/// As much of a record as is looked at.
const LOOKED_AT_BYTES: u64 = 4096;

/// By sheet: the rows, counted from nought, that hold such a formula.
pub(super) fn rows_of_errors(input: &mut Input) -> Option<BTreeMap<String, BTreeSet<u32>>> {
    let mut archive = ZipArchive::new(input).ok()?;
    let relations = named(&archive, "xl/_rels/workbook.bin.rels")?;
    let targets = targets(BufReader::new(archive.by_name(&relations).ok()?));
    let workbook = named(&archive, "xl/workbook.bin")?;
    let mut sheets = Vec::new();
    records(BufReader::new(archive.by_name(&workbook).ok()?), |kind, data| {
        if kind == BUNDLED_SHEET {
            sheets.extend(strings(data.get(8..).unwrap_or_default()));
        }
    });
    let mut rows = BTreeMap::new();
    for (id, name) in sheets {
        let path = targets.get(&id).and_then(|target| named(&archive, target));
        let Some(part) = path.and_then(|path| archive.by_name(&path).ok()) else { continue };
        rows.insert(name, errors_in(BufReader::new(part)));
    }
    Some(rows)
}

/// A part's name as the archive writes it.
fn named(archive: &ZipArchive<&mut Input>, wanted: &str) -> Option<String> {
    archive.file_names().flatten().find(|name| name.eq_ignore_ascii_case(wanted)).map(Into::into)
}

fn errors_in(sheet: impl Read) -> BTreeSet<u32> {
    let (mut row, mut found) = (0, BTreeSet::new());
    records(sheet, |kind, data| match (kind, data) {
        (ROW_HEADER, [a, b, c, d, ..]) => row = u32::from_le_bytes([*a, *b, *c, *d]),
        (FORMULA_OF_ERROR, _) => drop(found.insert(row)),
        _ => {}
    });
    found
}

/// Every record until the part ends, whole or cut.
fn records(mut part: impl Read, mut each: impl FnMut(u64, &[u8])) {
    let mut data = Vec::new();
    while let (Some(kind), Some(length)) = (number(&mut part, 2), number(&mut part, 4)) {
        data.clear();
        let mut record = (&mut part).take(length);
        let looked_at = (&mut record).take(LOOKED_AT_BYTES).read_to_end(&mut data);
        if looked_at.is_err() || io::copy(&mut record, &mut io::sink()).is_err() {
            return;
        }
        each(kind, &data);
    }
}

fn number(part: &mut impl Read, bytes_max: u32) -> Option<u64> {
    let mut number = 0;
    for place in 0..bytes_max {
        let mut byte = [0];
        part.read_exact(&mut byte).ok()?;
        number |= u64::from(byte[0] & 0x7f) << (7 * place);
        if byte[0] < 0x80 {
            break;
        }
    }
    Some(number)
}

/// A relation's id and a sheet's name, each with its length before it.
fn strings(data: &[u8]) -> Option<(String, String)> {
    let string = |data: &[u8]| {
        let (length, rest) = data.split_first_chunk::<4>()?;
        let bytes = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?.checked_mul(2)?)?;
        let units: Vec<u16> = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        Some((String::from_utf16_lossy(&units), bytes.len() + 4))
    };
    let (id, length) = string(data)?;
    Some((id, string(&data[length..])?.0))
}

/// Where each relation leads, from the archive's root.
fn targets(relations: impl io::BufRead) -> BTreeMap<String, String> {
    let mut xml = Reader::from_reader(relations);
    let (mut found, mut buffer) = (BTreeMap::new(), Vec::new());
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let value = |wanted: &[u8]| {
                    let attribute = element.attributes().flatten().find(|one| one.key.as_ref() == wanted)?;
                    Some(attribute.unescape_value().ok()?.into_owned())
                };
                if let (Some(id), Some(target)) = (value(b"Id"), value(b"Target")) {
                    let from_root = target.trim_start_matches('/');
                    let from_root = from_root.strip_prefix("xl/").unwrap_or(from_root);
                    found.insert(id, format!("xl/{from_root}"));
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_error_formulas_are_found_and_a_cut_part_ends() {
        let row = |row: u8| [&[0, 5, row, 0, 0, 0, 0][..]].concat();
        let error = [11, 0x83, 0, 1, 2, 3];
        let part = [row(2), vec![7, 1, 9], row(4), error.to_vec(), error.to_vec(), row(6), error.to_vec()].concat();
        assert_eq!(errors_in(part.as_slice()), BTreeSet::from([4, 6]));
        (0..part.len()).for_each(|length| assert!(errors_in(&part[..length]).len() < 3));
    }

    #[test]
    fn relations_and_names_are_read() {
        let relations =
            "<R><Relationship Id=\"a\" Target=\"/xl/s/1.bin\"/><Relationship Id=\"b\" Target=\"s/2.bin\"/></R>";
        let expected = [("a", "xl/s/1.bin"), ("b", "xl/s/2.bin")].map(|(id, path)| (id.to_owned(), path.to_owned()));
        assert_eq!(targets(relations.as_bytes()), expected.into());
        assert_eq!(strings(&[1, 0, 0, 0, b'a', 0, 1, 0, 0, 0, b'S', 0]), Some(("a".to_owned(), "S".to_owned())));
        assert_eq!(strings(&[255, 255, 255, 255, b'a', 0]), None);
    }
}
