//! A workbook says how many different texts it holds before it gives them, and the reading library makes room for as
//! many. This pass refuses a number that the file is too short for.

use super::Error;
use super::fixity::{bytes_of_file, unusable};
use super::packed::Place;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::{BufRead, BufReader};
use std::path::Path;
use zip::ZipArchive;

/// Refuses a workbook that claims more texts than it has bytes of text. A damaged one passes: the library will say so.
pub fn refuse_vast(path: &Path) -> Result<(), Error> {
    bytes_of_file(path)?;
    refuse_vast_at(&Place::plain(path))
}

pub(super) fn refuse_vast_at(place: &Place) -> Result<(), Error> {
    let Ok(mut archive) = ZipArchive::new(place.input()?) else { return Ok(()) };
    for number in 0..archive.len() {
        let Ok(entry) = archive.by_index(number) else { continue };
        let is_texts = entry.name().is_ok_and(|name| name.to_lowercase().ends_with("sharedstrings.xml"));
        let bytes = entry.size();
        if is_texts && texts_claimed(BufReader::new(entry)) > bytes {
            let hint = "this may be an attack; if it is not, open it in a spreadsheet program and save it again";
            return Err(unusable(place.shown(), "the workbook claims more texts than it can hold", hint));
        }
    }
    Ok(())
}

fn texts_claimed(content: impl BufRead) -> u64 {
    let mut xml = Reader::from_reader(content);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == b"sst" => {
                let mut attributes = element.attributes();
                attributes.with_checks(false);
                let counts = attributes.flatten().filter(|attribute| attribute.key.as_ref() == b"uniqueCount");
                return counts.map(|count| number(&count.value)).max().unwrap_or(0);
            }
            Ok(Event::Eof) | Err(_) => return 0,
            Ok(_) => {}
        }
    }
}

/// A number that does not fit is larger than any.
fn number(digits: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(digits);
    text.trim().parse().unwrap_or(if text.contains(|one: char| one.is_ascii_digit()) { u64::MAX } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str, expected: u64) {
        assert_eq!(texts_claimed(xml.as_bytes()), expected);
    }

    #[test]
    fn the_claim_is_found_where_the_library_looks() {
        check("<?xml version=\"1.0\"?><!-- --><sst count=\"9\" uniqueCount=\"7\"><si/></sst>", 7);
        check("<a><x:sst uniqueCount=\"99999999999999999999\"/></a>", u64::MAX);
        check("<sst/>", 0);
        check("<sst", 0);
    }
}
