//! What kind of file it is, told by its bytes, and whether it is safe to open.

use super::Error;
use super::fixity::unusable;
use super::packed::Place;
use crate::config::FileFormat;
use std::io::{Read, Seek};
use std::path::Path;
use zip::ZipArchive;

pub(super) const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const EXPANDED_BYTES_MAX: u64 = 2 << 30;
const RATIO_MAX: u64 = 200;
const RATIO_APPLIES_FROM_BYTES: u64 = 10 << 20;
const ENTRIES_MAX: usize = 10_000;

const SAVE_AS: &str = "open it in a spreadsheet program and save it as .xlsx or .csv";

/// Tells the format, and refuses what is none of ours or contradicts the mapping.
pub(super) fn tell(place: &Place, head: &[u8], stated: Option<FileFormat>) -> Result<FileFormat, Error> {
    let found = sniff(place, head)?;
    match stated {
        Some(stated) if stated != found => Err(unusable(
            place.shown(),
            format!("the mapping says {}, but the content is {}", word(stated), word(found)),
            "correct format in the mapping's [file] table",
        )),
        _ => Ok(found),
    }
}

/// Whether a file that begins so is a workbook if it is anything of ours, and no text.
pub(super) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(ZIP) || head.starts_with(COMPOUND)
}

/// The format's word, as in [`super::ReadAs::format`].
pub(super) fn word(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv => "csv",
        FileFormat::Xlsx => "xlsx",
        FileFormat::Xlsb => "xlsb",
        FileFormat::Xls => "xls",
        FileFormat::Ods => "ods",
    }
}

fn sniff(place: &Place, head: &[u8]) -> Result<FileFormat, Error> {
    let path = place.shown();
    if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("~$")) {
        let what = "this is the lock file of a workbook that somebody has open";
        return Err(unusable(path, what, "close the workbook, then run again"));
    }
    if head.starts_with(ZIP) {
        return inside_zip(place);
    }
    if head.starts_with(COMPOUND) {
        return Ok(FileFormat::Xls);
    }
    match stranger(head) {
        Some((what, hint)) => Err(unusable(path, what, hint)),
        None => Ok(FileFormat::Csv),
    }
}

/// Files that come with exports, or under an export's name, and hold no rows that we read.
fn stranger(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let opening = head.trim_ascii_start();
    let begins = |with: &[u8]| opening.len() >= with.len() && opening[..with.len()].eq_ignore_ascii_case(with);
    if begins(b"%PDF-") {
        Some(("this is a PDF", "ask for the data as .xlsx or .csv"))
    } else if begins(b"<html") || begins(b"<!doctype html") || begins(b"<table") {
        Some(("this is a web page under a spreadsheet's name", SAVE_AS))
    } else if begins(b"<?xml") {
        Some(("this is XML", SAVE_AS))
    } else if begins(b"{\\rtf") {
        Some(("this is a text document (RTF)", SAVE_AS))
    } else if head.get(257..262) == Some(b"ustar") {
        Some(("this is a tar archive", "unpack it and name the files inside"))
    } else if head.starts_with(b"\x1f\x8b") || head.starts_with(b"7z\xbc\xaf\x27\x1c") || head.starts_with(b"Rar!") {
        Some(("this is a compressed archive", "unpack it and name the files inside"))
    } else if head.starts_with(b"PK\x05\x06") {
        Some(("this is an empty zip archive", "ask for the export again"))
    } else if is_utf_32(head) {
        Some(("this is text in the encoding UTF-32, which is not read", "save it again as UTF-8, then run again"))
    } else if head.starts_with(b"PAR1") || head.starts_with(b"SQLite format 3\0") {
        Some(("this is a database file", "ask for the data as .xlsx or .csv"))
    } else if head.starts_with(b"\x09\x08") || head.starts_with(b"\x09\x04") || head.starts_with(b"\x09\x02") {
        Some(("this is a workbook of a format before Excel 97", SAVE_AS))
    } else {
        None
    }
}

/// With its byte order mark; without it, three of every four bytes of Western text are nought.
fn is_utf_32(head: &[u8]) -> bool {
    let characters = head.len() / 4;
    let like = |noughts: [usize; 3]| {
        let is_like =
            |four: &&[u8]| noughts.iter().all(|place| four[*place] == 0) && four.iter().any(|byte| *byte != 0);
        head.chunks_exact(4).filter(is_like).count() * 10 >= characters * 7
    };
    // The little-endian mark is that of UTF-16 and a NUL besides, with which no text begins.
    head.starts_with(b"\xff\xfe\0\0")
        || head.starts_with(b"\0\0\xfe\xff")
        || characters > 0 && (like([1, 2, 3]) || like([0, 1, 2]))
}

fn inside_zip(place: &Place) -> Result<FileFormat, Error> {
    let path = place.shown();
    let mut archive = open_archive(path, place.input()?)?;
    match workbook_in(path, &archive)? {
        Some(format) => {
            refuse_bomb(path, &mut archive, "workbook", EXPANDED_BYTES_MAX)?;
            Ok(format)
        }
        // What is an archive by itself was listed as one.
        None => Err(unusable(path, "this is an archive inside an archive", "unpack the outer one")),
    }
}

pub(super) fn open_archive<R: Read + Seek>(path: &Path, input: R) -> Result<ZipArchive<R>, Error> {
    ZipArchive::new(input).map_err(|_| unusable(path, "the zip archive is damaged", "ask for the file again"))
}

/// Which kind of workbook the archive is, if it is one.
pub(super) fn workbook_in<R: Read + Seek>(path: &Path, archive: &ZipArchive<R>) -> Result<Option<FileFormat>, Error> {
    let has = |wanted: &str| archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case(wanted));
    let begins = |wanted: &str| archive.file_names().flatten().any(|name| name.starts_with(wanted));
    if has("xl/workbook.bin") {
        Ok(Some(FileFormat::Xlsb))
    } else if has("word/document.xml") {
        Err(unusable(path, "this is a text document, not a workbook", "ask for the data as .xlsx or .csv"))
    } else if has("xl/workbook.xml") || has("[Content_Types].xml") {
        Ok(Some(FileFormat::Xlsx))
    } else if has("mimetype") && has("content.xml") {
        Ok(Some(FileFormat::Ods))
    } else if begins("Index/") && has("Metadata/Properties.plist") {
        Err(unusable(path, "this is a document of Apple Numbers", "export it from Numbers as .xlsx or .csv"))
    } else {
        Ok(None)
    }
}

/// Refuses an archive that expands to far more than it is. Its directory can be believed: reading a part fails as soon
/// as it is longer than the directory says.
pub(super) fn refuse_bomb<R: Read + Seek>(
    path: &Path,
    archive: &mut ZipArchive<R>,
    what: &str,
    bytes_max: u64,
) -> Result<(), Error> {
    let refused = |fault: String| unusable(path, fault, format!("this may be an attack; if it is not, {SAVE_AS}"));
    let damaged = |_| unusable(path, "the zip archive is damaged", "ask for the file again");
    if archive.len() > ENTRIES_MAX {
        return Err(refused(format!("the {what} holds {} parts; at most {ENTRIES_MAX} are read", archive.len())));
    }
    let mut expanded: u64 = 0;
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).map_err(damaged)?;
        expanded = expanded.saturating_add(entry.size());
        if expands_wildly(entry.size(), entry.compressed_size()) {
            return Err(bomb(path, &format!("a part of the {what}")));
        }
    }
    if expanded > bytes_max {
        return Err(refused(format!("the {what} expands to {expanded} bytes; at most {bytes_max} are read")));
    }
    Ok(())
}

/// Small files may well compress better than that.
pub(super) fn expands_wildly(bytes: u64, packed_bytes: u64) -> bool {
    bytes > RATIO_APPLIES_FROM_BYTES && bytes / RATIO_MAX > packed_bytes
}

pub(super) fn bomb(path: &Path, what: &str) -> Error {
    let what = format!("{what} expands to more than {RATIO_MAX} times its size");
    unusable(path, what, format!("this may be an attack; if it is not, unpack it, or {SAVE_AS}"))
}

#[cfg(test)]
mod tests {
    use super::super::trial::{give_text, refusal};
    use crate::config::FileLayout;

    #[test]
    fn utf_32_is_named_and_utf_16_is_read() {
        let text = "Name,Town\r\nZoë,Ely\r\n";
        let utf_32 = |bytes_of: fn(u32) -> [u8; 4], mark: &str| -> Vec<u8> {
            mark.chars().chain(text.chars()).flat_map(|character| bytes_of(character.into())).collect()
        };
        for mark in ["\u{feff}", ""] {
            for bytes in [utf_32(u32::to_le_bytes, mark), utf_32(u32::to_be_bytes, mark)] {
                let refused = refusal(give_text(&bytes, &["Name"], FileLayout::default()));
                assert!(refused.contains("UTF-32") && refused.contains("save it again as UTF-8"), "{refused}");
            }
        }
        let utf_16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(give_text(&utf_16, &["Name"], FileLayout::default()).expect("usable").kinds, "hd");
    }
}
