//! What a worksheet keeps from view: hidden rows and columns, and places that lie under a merged cell.

use super::layout::Line;
use super::packed::Place;
use super::{Cell, Finding};
use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use zip::ZipArchive;

/// No worksheet that people made has more of any of them.
const NOTED_MAX: usize = 1 << 20;
/// Merged cells that cover one row; in a sound worksheet each stands over columns of its own.
const OPEN_MAX: usize = 256;
const CHUNK_BYTES: usize = 256 << 10;
const HIDDEN_BYTES: usize = "hidden".len();

/// Rows and columns from the first to the last, rows from 1 and columns from nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Merged {
    pub(super) rows: (u32, u32),
    pub(super) columns: (u32, u32),
}

impl Merged {
    /// Whether it is of more than one column.
    pub(super) fn is_wide(&self) -> bool {
        self.columns.0 < self.columns.1
    }

    pub(super) fn spans(&self, column: usize) -> bool {
        (self.columns.0 as usize..=self.columns.1 as usize).contains(&column)
    }
}

/// What one worksheet keeps from view.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Concealed {
    /// Runs of hidden rows, in order.
    pub(super) rows: Vec<(u32, u32)>,
    pub(super) columns: Vec<(u32, u32)>,
    /// Merged cells of more than one row, in order.
    pub(super) merged: Vec<Merged>,
    /// Merged cells of one row, in order.
    pub(super) wide: Vec<Merged>,
    /// Rows with a formula whose value is not there, in order; of an .xlsx the library tells them.
    pub(super) uncached: Vec<u32>,
    /// Whether something stands beyond the last row that a worksheet has, where the library ends without a word.
    pub(super) ends_beyond: bool,
}

impl Concealed {
    pub(super) fn hide_rows(&mut self, first: u32, last: u32) {
        let noted = self.rows.len();
        match self.rows.last_mut() {
            Some(run) if run.1.saturating_add(1) == first => run.1 = last,
            _ if noted < NOTED_MAX => self.rows.push((first, last)),
            _ => {}
        }
    }

    pub(super) fn hide_columns(&mut self, first: u32, last: u32) {
        if self.columns.len() < NOTED_MAX {
            self.columns.push((first, last));
        }
    }

    pub(super) fn merge(&mut self, merged: Merged) {
        let noted = if merged.rows.0 < merged.rows.1 { &mut self.merged } else { &mut self.wide };
        if (merged.rows.0 < merged.rows.1 || merged.is_wide()) && noted.len() < NOTED_MAX {
            noted.push(merged);
        }
    }

    /// Merged cells that begin in one of these rows.
    pub(super) fn merged_in(&self, rows: (u32, u32)) -> Vec<Merged> {
        let begin = |list: &[Merged]| {
            let from = list.partition_point(|merged| merged.rows.0 < rows.0);
            list[from..].iter().take_while(|merged| merged.rows.0 <= rows.1).copied().collect::<Vec<_>>()
        };
        [begin(&self.merged), begin(&self.wide)].concat()
    }

    pub(super) fn miss_value(&mut self, row: u32) {
        if self.uncached.last() != Some(&row) && self.uncached.len() < NOTED_MAX {
            self.uncached.push(row);
        }
    }

    /// In order, however the file gave them.
    pub(super) fn in_order(mut self) -> Self {
        self.rows.sort_unstable();
        self.merged.sort_unstable();
        self.wide.sort_unstable();
        self.uncached.sort_unstable();
        self
    }

    /// Whether a column that has a name is hidden.
    pub(super) fn hides_column_of(&self, header: &[String]) -> bool {
        let is_named = |column: u32| header.get(column as usize).is_some_and(|name| !name.is_empty());
        let last = header.len() as u32;
        self.columns.iter().any(|(first, end)| (*first..=(*end).min(last)).any(is_named))
    }
}

/// What a sheet conceals, for which somebody may have to wait.
pub(super) type Awaited<'a> = &'a dyn Fn() -> &'a Concealed;

/// Looks at the rows of a sheet as they come.
pub(super) struct Looking<'a> {
    concealed: Awaited<'a>,
    next_run: usize,
    next_merged: usize,
    /// By their first column: merged cells that reach over the present row, and what they hold.
    open: BTreeMap<u32, (Merged, Cell)>,
    fill: bool,
}

impl<'a> Looking<'a> {
    /// `fill`: the mapping wants what a merged cell holds in each of its rows.
    pub(super) fn new(concealed: Awaited<'a>, fill: bool) -> Self {
        Looking { concealed, next_run: 0, next_merged: 0, open: BTreeMap::new(), fill }
    }

    /// Its digest is taken already: it is of what stands in the file.
    pub(super) fn look(&mut self, line: &mut Line) {
        let concealed = (self.concealed)();
        let runs = &concealed.rows;
        while runs.get(self.next_run).is_some_and(|run| run.1 < line.row) {
            self.next_run += 1;
        }
        if runs.get(self.next_run).is_some_and(|run| run.0 <= line.row) {
            line.findings.push(Finding::HiddenRow);
        }
        if self.open.is_empty() && self.next_merged == concealed.merged.len() {
            return;
        }
        self.open.retain(|_, (merged, _)| merged.rows.1 >= line.row);
        let mut is_covered = false;
        for (column, (_, value)) in &self.open {
            let column = *column as usize;
            let is_there = line.cells.get(column).is_some_and(|cell| !cell.is_empty());
            if value.is_empty() || is_there {
                continue;
            }
            is_covered = true;
            if self.fill {
                if line.cells.len() <= column {
                    line.cells.resize_with(column + 1, || Cell::Empty);
                }
                line.cells[column] = value.again();
            }
        }
        if is_covered && !self.fill {
            line.findings.push(Finding::MergedCells);
        }
        self.open_at(line);
    }

    fn open_at(&mut self, line: &Line) {
        while let Some(merged) =
            (self.concealed)().merged.get(self.next_merged).filter(|merged| merged.rows.0 <= line.row)
        {
            self.next_merged += 1;
            let column = merged.columns.0;
            // Of a merged cell that began in a blank row there is nothing to be had.
            let value = line.cells.get(column as usize).filter(|_| merged.rows.0 == line.row);
            if let (Some(value), true) = (value, self.open.len() < OPEN_MAX) {
                self.open.insert(column, (*merged, value.again()));
            }
        }
    }
}

/// Of a worksheet of an .xlsx. What cannot be found or read conceals nothing: the library will tell of damage.
pub(super) fn of_xlsx(place: &Place, sheet: &str) -> Concealed {
    let read = || {
        let mut archive = ZipArchive::new(place.input().ok()?).ok()?;
        let id = sheet_id(&part(&mut archive, "xl/workbook.xml")?, sheet)?;
        let path = target(&part(&mut archive, "xl/_rels/workbook.xml.rels")?, &id)?;
        let number = archive.index_for_name(&real_name(&archive, &path)?)?;
        if let Some(found) = in_sheet_bytes(&mut archive.by_index(number).ok()?) {
            return Some(found.in_order());
        }
        let entry = archive.by_index(number).ok()?;
        Some(in_sheet_xml(Reader::from_reader(BufReader::new(entry))).in_order())
    };
    read().unwrap_or_default()
}

/// A part of the archive, whose name may be written in other letters.
pub(super) fn real_name<R: Read + std::io::Seek>(archive: &ZipArchive<R>, path: &str) -> Option<String> {
    archive.file_names().flatten().find(|name| name.eq_ignore_ascii_case(path)).map(Into::into)
}

/// The whole of a small part.
pub(super) fn part<R: Read + std::io::Seek>(archive: &mut ZipArchive<R>, path: &str) -> Option<Vec<u8>> {
    let name = real_name(archive, path)?;
    let mut bytes = Vec::new();
    archive.by_name(&name).ok()?.take(64 << 20).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn attribute(element: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let mut attributes = element.attributes();
    attributes.with_checks(false);
    let found = attributes.flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(found.unescape_value().ok()?.into_owned())
}

/// The first answer that an element gives.
fn first<T>(xml: &[u8], mut look: impl FnMut(&BytesStart<'_>) -> Option<T>) -> Option<T> {
    let mut xml = Reader::from_reader(xml);
    loop {
        match xml.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => {
                if let Some(found) = look(&element) {
                    return Some(found);
                }
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn sheet_id(workbook: &[u8], sheet: &str) -> Option<String> {
    first(workbook, |element| {
        let is_it = element.local_name().as_ref() == b"sheet" && attribute(element, b"name")? == sheet;
        let mut attributes = element.attributes();
        attributes.with_checks(false);
        let id = attributes.flatten().find(|attribute| attribute.key.local_name().as_ref() == b"id")?;
        is_it.then(|| String::from_utf8_lossy(&id.value).into_owned())
    })
}

/// Where a relation of the workbook leads, from the archive's root.
pub(super) fn target(relations: &[u8], id: &str) -> Option<String> {
    let target = first(relations, |element| {
        let is_it = element.local_name().as_ref() == b"Relationship" && attribute(element, b"Id")? == id;
        is_it.then(|| attribute(element, b"Target")).flatten()
    })?;
    Some(match target.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None if target.starts_with("xl/") => target,
        None => format!("xl/{target}"),
    })
}

/// Looks for the few elements that conceal something, whose words hardly a cell holds. `None`: the sheet is written in a
/// way that must be read as XML.
fn in_sheet_bytes(sheet: &mut impl Read) -> Option<Concealed> {
    let (hidden, merged, other) = (Finder::new("hidden"), Finder::new("mergeCell"), Finder::new("<!"));
    let mut concealed = Concealed::default();
    let mut window = vec![0; CHUNK_BYTES];
    let mut kept = 0;
    loop {
        if kept == window.len() {
            return None;
        }
        let read = sheet.read(&mut window[kept..]).unwrap_or(0);
        let filled = kept + read;
        // Only what ends with a whole tag is looked at.
        let end = memrchr(b'>', &window[..filled]).map_or(0, |last| last + 1);
        let text = &window[..end];
        if other.find(text).is_some() {
            return None;
        }
        for at in hidden.find_iter(text).filter(|at| may_hide(&text[at + HIDDEN_BYTES..])) {
            note_bytes(text, at, &mut concealed)?;
        }
        for at in merged.find_iter(text) {
            note_bytes(text, at, &mut concealed)?;
        }
        if read == 0 {
            return Some(concealed);
        }
        window.copy_within(end..filled, 0);
        kept = filled - end;
    }
}

/// What follows the word, unless it is a word of a text, or says that nothing is hidden.
fn may_hide(after: &[u8]) -> bool {
    let after = after.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii_start);
    after.is_some_and(|value| !matches!(value, [b'"' | b'\'', b'0' | b'f', ..]))
}

/// Of the element in which a word stands. `None`: it stands in none, or in one that is known by those before it.
fn note_bytes(text: &[u8], at: usize, concealed: &mut Concealed) -> Option<()> {
    let (start, end) = (memrchr(b'<', &text[..at])?, at + memchr(b'>', &text[at..])? + 1);
    if text[start..].starts_with(b"</") {
        return Some(());
    }
    match Reader::from_reader(&text[start..end]).read_event().ok()? {
        Event::Start(element) | Event::Empty(element) => {
            if element.local_name().as_ref() == b"row" && attribute(&element, b"r").is_none() {
                return None;
            }
            note_element(&element, &mut 0, concealed);
            Some(())
        }
        _ => None,
    }
}

fn in_sheet_xml(mut xml: Reader<impl std::io::BufRead>) -> Concealed {
    let mut concealed = Concealed::default();
    let (mut row, mut buffer) = (0, Vec::new());
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => note_element(&element, &mut row, &mut concealed),
            Ok(Event::Eof) | Err(_) => return concealed,
            Ok(_) => {}
        }
    }
}

fn note_element(element: &BytesStart<'_>, row: &mut u32, concealed: &mut Concealed) {
    let number = |name: &[u8]| attribute(element, name)?.parse::<u32>().ok();
    let is_hidden = || attribute(element, b"hidden").is_some_and(|hidden| hidden == "1" || hidden == "true");
    match element.local_name().as_ref() {
        b"row" => {
            *row = number(b"r").unwrap_or(row.saturating_add(1));
            if is_hidden() {
                concealed.hide_rows(*row, *row);
            }
        }
        b"col" if is_hidden() => {
            if let (Some(min), Some(max)) = (number(b"min"), number(b"max")) {
                concealed.hide_columns(min.saturating_sub(1), max.saturating_sub(1));
            }
        }
        b"mergeCell" => {
            if let Some(merged) = attribute(element, b"ref").as_deref().and_then(range) {
                concealed.merge(merged);
            }
        }
        _ => {}
    }
}

/// `B2:C5`.
fn range(text: &str) -> Option<Merged> {
    let (from, to) = text.split_once(':')?;
    let ((first_column, first_row), (last_column, last_row)) = (cell_place(from)?, cell_place(to)?);
    Some(Merged { rows: (first_row, last_row), columns: (first_column, last_column) })
}

/// `B2`: the column from nought, the row from one.
fn cell_place(text: &str) -> Option<(u32, u32)> {
    let text = text.trim_matches('$');
    let digits = text.find(|one: char| one.is_ascii_digit())?;
    let letters = text[..digits].trim_end_matches('$');
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let place = letter.is_ascii_alphabetic().then(|| u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
        column.checked_mul(26)?.checked_add(place)
    })?;
    Some((column.checked_sub(1)?, text[digits..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::trial::{Folder, Given, give};
    use super::*;
    use crate::config::FileLayout;
    use rust_xlsxwriter::{Format, Workbook as Writer, XlsxError};

    fn merged(rows: (u32, u32), columns: (u32, u32)) -> Merged {
        Merged { rows, columns }
    }

    fn write(sheet: &mut rust_xlsxwriter::Worksheet) -> Result<(), XlsxError> {
        for (column, name) in ["Surname", "Town", "Secret"].into_iter().enumerate() {
            sheet.write(0, column as u16, name)?;
        }
        sheet.merge_range(1, 1, 3, 1, "Ely", &Format::new())?;
        for (row, name) in [(1, "A"), (2, "B"), (3, "C"), (4, "D")] {
            sheet.write(row, 0, name)?;
        }
        sheet.set_row_hidden(2)?.set_row_hidden(4)?.set_column_hidden(2)?;
        Ok(())
    }

    fn read(layout: FileLayout) -> Given {
        let folder = Folder::new();
        let mut writer = Writer::new();
        write(writer.add_worksheet().set_name("A & B").expect("a name")).expect("filled");
        writer.save(folder.path().join("a.xlsx")).expect("saved");
        give(&[folder.claim(0, "a.xlsx", &["Surname"], layout)]).expect("usable")
    }

    #[test]
    fn what_a_worksheet_hides_is_found_and_used() {
        let given = read(FileLayout::default());
        assert_eq!(given.data, ["A|Ely|", "B||", "C||", "D||"]);
        let hidden = Finding::HiddenRow;
        let expected = [
            (1, Finding::HiddenColumn),
            (3, hidden),
            (3, Finding::MergedCells),
            (4, Finding::MergedCells),
            (5, hidden),
        ];
        assert_eq!(given.findings, expected);
    }

    #[test]
    fn merged_cells_are_filled_down_when_the_mapping_says_so() {
        let plain = read(FileLayout::default());
        let given = read(FileLayout { fill_merged: true, ..FileLayout::default() });
        assert_eq!(given.data, ["A|Ely|", "B|Ely|", "C|Ely|", "D||"]);
        assert_eq!(given.digests, plain.digests, "a digest is of what stands in the file");
        assert!(given.findings.iter().all(|(_, finding)| *finding != Finding::MergedCells));
    }

    #[test]
    fn merged_titles_reach_over_their_columns_alone() {
        let folder = Folder::new();
        let mut writer = Writer::new();
        let sheet = writer.add_worksheet();
        let plain = Format::new();
        let titles = sheet.merge_range(0, 0, 0, 1, "Patient", &plain).expect("merged");
        titles.merge_range(0, 2, 1, 2, "Notes", &plain).expect("merged");
        for (row, cells) in (1..).zip([["ID", "Surname", "", "Seen"], ["1", "A", "x", "2"]]) {
            for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write(row, column, cell).expect("a cell");
            }
        }
        writer.save(folder.path().join("a.xlsx")).expect("saved");
        for fill_merged in [false, true] {
            let layout = FileLayout { header_rows: Some(2), fill_merged, ..FileLayout::default() };
            let given = give(&[folder.claim(0, "a.xlsx", &["Patient ID"], layout)]).expect("usable");
            assert_eq!(given.intake.files[0].sheets[0].header, ["Patient ID", "Patient Surname", "Notes", "Seen"]);
            assert_eq!((given.kinds.as_str(), given.findings.as_slice()), ("hhd", &[][..]));
        }
    }

    #[test]
    fn ranges_are_read() {
        assert_eq!(range("B2:C5"), Some(merged((2, 5), (1, 2))));
        assert_eq!(range("$AA$10:$AB$11"), Some(merged((10, 11), (26, 27))));
        assert_eq!(range("B2"), None);
        assert_eq!(range("ZZZZZZZZZZ1:A2"), None);
        assert_eq!(range("1:2"), None);
    }

    #[test]
    fn relations_lead_from_the_root() {
        let relations = b"<Relationships><Relationship Id=\"r1\" Target=\"/xl/s/1.xml\"/>\
            <Relationship Id=\"r2\" Target=\"worksheets/2.xml\"/></Relationships>";
        assert_eq!(target(relations, "r1").as_deref(), Some("xl/s/1.xml"));
        assert_eq!(target(relations, "r2").as_deref(), Some("xl/worksheets/2.xml"));
        assert_eq!(target(relations, "r3"), None);
    }

    #[test]
    fn a_sheet_s_bytes_tell_what_its_xml_tells() {
        let told = |xml: &str| {
            let read = in_sheet_xml(Reader::from_reader(xml.as_bytes()));
            let found = in_sheet_bytes(&mut xml.as_bytes());
            assert!(found.as_ref().is_none_or(|found| *found == read), "{xml}");
            (found.is_some(), read != Concealed::default())
        };
        let check = |xml: &str, by_bytes, conceals| assert_eq!(told(xml), (by_bytes, conceals), "{xml}");
        check("<a><row r=\"2\" hidden=\"0\"/><col min='1' max='2' hidden=\"false\"/><mergeCells/></a>", true, false);
        check("<row r=\"2\" hidden=\"1\"><c><t>a > b</t></c></row><x:row r='3' hidden = 'true' />", true, true);
        check("<cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols>", true, true);
        check("<mergeCells count=\"1\"><mergeCell ref=\"A1:B2\"></mergeCell></mergeCells>", true, true);
        check("<t>he is hidden, hidden=\"1\" and a mergeCell </t>", true, false);
        check("<row r=\"2\" a=\"x>y\" hidden=\"1\"/>", true, true);
        check("<row r=\"2\" hidden=\"1\" a=\"x>y\"/>", false, true);
        check("<row r=\"7\"/><row hidden=\"1\"/>", false, true);
        check("<!-- <row r=\"2\" hidden=\"1\"/> -->", false, false);
        check("<t><![CDATA[<row r=\"2\" hidden=\"1\"/>]]></t>", false, false);
    }

    #[test]
    fn a_sheet_s_bytes_tell_across_chunks() {
        for before in CHUNK_BYTES - 40..CHUNK_BYTES + 2 {
            let text = ["<t>", &"x".repeat(before - 7), "</t>"].concat();
            let xml = [&text, "<row r=\"2\" hidden=\"1\"/>", "<row r=\"5\" hidden=\"1\"/>"].concat();
            let found = in_sheet_bytes(&mut xml.as_bytes());
            assert_eq!(found.map(|found| found.rows), Some(vec![(2, 2), (5, 5)]), "{before}");
        }
        let text = ["<t>", &"x".repeat(2 * CHUNK_BYTES), "</t>"].concat();
        assert_eq!(in_sheet_bytes(&mut text.as_bytes()), None, "a text that fills a chunk is left to XML");
    }
}
