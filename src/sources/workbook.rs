//! Workbooks: their sheets, and the rows of a sheet. Nothing that a workbook holds may make us panic or take the
//! memory it claims to need.

use super::ahead::{Found, read_ahead};
use super::concealed::{self, Concealed};
use super::fixity::unusable;
use super::format::word;
use super::gather::Rows;
use super::packed::{Input, Place};
use super::{Cell, DateSystem, Error, Finding, ReadAs};
use crate::config::FileFormat;
use calamine::{
    DataRef, OdsError, Reader, SheetType, SheetVisible, XlsError, XlsbError, XlsxCellFormulaMetadataRecord, XlsxError,
};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

pub(super) const ROWS_MAX: u32 = 1 << 20;
pub(super) const COLUMNS_MAX: u32 = 1 << 14;

/// An open workbook.
pub(super) struct Workbook {
    place: Place,
    format: FileFormat,
    system: DateSystem,
    book: Book,
    /// What sheets keep from view, by name, once looked at; not of an .xlsx, which is looked at while it is read.
    concealed: BTreeMap<String, Arc<Concealed>>,
}

enum Book {
    Xlsx(Box<calamine::Xlsx<Input>>),
    Xlsb(Box<calamine::Xlsb<Input>>),
    Xls(Box<calamine::Xls<Input>>),
    Ods(Box<calamine::Ods<Input>>),
}

/// A sheet as the workbook lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Charts and macros are sheets too, without cells.
    pub(super) has_cells: bool,
}

/// A row that holds something, with its 1-based number.
pub(super) struct Filled {
    pub(super) row: u32,
    pub(super) cells: Vec<Cell>,
    pub(super) findings: Vec<Finding>,
    /// Columns whose text stands between white space.
    pub(super) padded: Vec<u16>,
}

/// Why a reading library gave up.
pub(super) enum Trouble {
    Password,
    Damaged,
    Io(std::io::Error),
}

impl Workbook {
    pub(super) fn open(place: &Place, format: FileFormat) -> Result<Self, Error> {
        match format {
            FileFormat::Ods => super::ods::refuse_vast(place)?,
            FileFormat::Xls => super::xls::refuse_vast(place)?,
            FileFormat::Xlsx => super::xlsx::refuse_vast_at(place)?,
            FileFormat::Xlsb | FileFormat::Csv => {}
        }
        let opened = Self::open_book(place, format)?;
        let (book, from_1904) = opened.map_err(|trouble| fail(place.shown(), trouble))?;
        let system = if from_1904 { DateSystem::From1904 } else { DateSystem::From1900 };
        Ok(Workbook { place: place.clone(), format, system, book, concealed: BTreeMap::new() })
    }

    fn open_book(place: &Place, format: FileFormat) -> Result<Result<(Book, bool), Trouble>, Error> {
        let input = place.input()?;
        Ok(match format {
            FileFormat::Xlsx => guarded(|| calamine::Xlsx::new(input)).map(|book| {
                let from_1904 = book.has_1904_epoch();
                (Book::Xlsx(Box::new(book)), from_1904)
            }),
            FileFormat::Xlsb => guarded(|| calamine::Xlsb::new(input)).map(|book| {
                let from_1904 = book.has_1904_epoch();
                (Book::Xlsb(Box::new(book)), from_1904)
            }),
            FileFormat::Xls => {
                // A protected xlsx wears an xls's coat, which only the xlsx reader sees through.
                let second = place.input()?;
                match guarded(|| calamine::Xlsx::new(input)) {
                    Err(Trouble::Password) => Err(Trouble::Password),
                    _ => guarded(|| calamine::Xls::new(second)).map(|book| {
                        let from_1904 = book.has_1904_epoch();
                        (Book::Xls(Box::new(book)), from_1904)
                    }),
                }
            }
            FileFormat::Ods => guarded(|| calamine::Ods::new(input)).map(|book| (Book::Ods(Box::new(book)), false)),
            FileFormat::Csv => Err(Trouble::Damaged),
        })
    }

    pub(super) fn read_as(&self) -> ReadAs {
        // OpenDocument stores dates as dates.
        let date_system = (self.format != FileFormat::Ods).then_some(self.system);
        ReadAs { format: word(self.format), encoding: String::new(), delimiter: None, date_system }
    }

    pub(super) fn sheets(&self) -> Vec<Listed> {
        let listed = match &self.book {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        };
        let listed = listed.iter().map(|sheet| Listed {
            name: sheet.name.clone(),
            hidden: sheet.visible != SheetVisible::Visible,
            has_cells: sheet.typ == SheetType::WorkSheet,
        });
        listed.collect()
    }

    /// Whether any cell of the sheet holds anything.
    pub(super) fn holds_data(&mut self, sheet: &Listed) -> Result<bool, Error> {
        let mut found = false;
        self.rows(sheet, &mut |_| {
            found = true;
            Ok(false)
        })?;
        Ok(found)
    }

    /// Finds out what the sheet keeps from view, on whatever thread it is called.
    pub(super) fn looker(&mut self, sheet: &Listed) -> Box<dyn FnOnce() -> Arc<Concealed> + Send> {
        if self.format == FileFormat::Xlsx && sheet.has_cells {
            let (place, name) = (self.place.clone(), sheet.name.clone());
            return Box::new(move || Arc::new(concealed::of_xlsx(&place, &name)));
        }
        let known = self.concealed(sheet);
        Box::new(move || known)
    }

    fn concealed(&mut self, sheet: &Listed) -> Arc<Concealed> {
        if let Some(known) = self.concealed.get(&sheet.name) {
            return Arc::clone(known);
        }
        let found = Arc::new(if sheet.has_cells { self.look_at(sheet) } else { Concealed::default() });
        self.concealed.insert(sheet.name.clone(), Arc::clone(&found));
        found
    }

    fn look_at(&self, sheet: &Listed) -> Concealed {
        match self.format {
            FileFormat::Xlsb => super::xlsb::concealed(&self.place, &sheet.name),
            FileFormat::Ods => super::ods::concealed(&self.place, &sheet.name),
            FileFormat::Xls => {
                let place = self.sheets().iter().position(|listed| listed.name == sheet.name);
                place.map_or_else(Concealed::default, |place| super::xls::concealed(&self.place, place))
            }
            FileFormat::Xlsx | FileFormat::Csv => Concealed::default(),
        }
    }

    /// Gives the rows that hold something, in order, while `give` answers true.
    pub(super) fn rows(
        &mut self,
        sheet: &Listed,
        give: &mut dyn FnMut(Filled) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        if !sheet.has_cells {
            return Ok(());
        }
        // The library passes over formulas without a value; of an .xlsx it tells them.
        let concealed = match self.format {
            FileFormat::Xlsb | FileFormat::Xls | FileFormat::Ods => self.concealed(sheet),
            FileFormat::Xlsx | FileFormat::Csv => Arc::default(),
        };
        let (path, system) = (self.place.shown(), self.system);
        if concealed.ends_beyond {
            return Err(beyond(path, &sheet.name));
        }
        let failed = |trouble| fail(path, trouble);
        let mut rows = Rows::new(path, system, &concealed.uncached);
        let asked_for_all = match &mut self.book {
            Book::Xlsx(book) => {
                let mut cells = guarded(|| book.worksheet_cells_reader(&sheet.name)).map_err(failed)?;
                let next = move || Ok(cells.next_cell_with_formula_metadata()?.map(|cell| of_xlsx(cell, system)));
                read_ahead::<XlsxError>(next, &mut |found| rows.add_found(found, give), failed)?
            }
            Book::Xlsb(book) => {
                let mut cells = guarded(|| book.worksheet_cells_reader(&sheet.name)).map_err(failed)?;
                let next = move || Ok(cells.next_cell()?.map(|cell| of_xlsb(&cell, system)));
                read_ahead::<XlsbError>(next, &mut |found| rows.add_found(found, give), failed)?
            }
            Book::Xls(book) => {
                let range = guarded(|| book.worksheet_range(&sheet.name)).map_err(failed)?;
                rows.add_range(&range, give)?
            }
            Book::Ods(book) => {
                let range = guarded(|| book.worksheet_range(&sheet.name)).map_err(failed)?;
                rows.add_range(&range, give)?
            }
        };
        if asked_for_all { rows.end(give) } else { Ok(()) }
    }
}

fn of_xlsx(cell: XlsxCellFormulaMetadataRecord<'_>, system: DateSystem) -> Found<'_> {
    let uncached = cell.formula.is_some() && cell.value == DataRef::Empty;
    Found::new(cell.pos, cell.value, uncached, system)
}

fn of_xlsb<'a>(cell: &calamine::Cell<DataRef<'a>>, system: DateSystem) -> Found<'a> {
    Found::new(cell.get_position(), cell.get_value().clone(), false, system)
}

/// The reading library has panicked on damaged files in most of its releases; that is the file's fault, not ours.
pub(super) fn guarded<T, E: Into<Trouble>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, Trouble> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(before);
    match outcome {
        Ok(outcome) => outcome.map_err(Into::into),
        Err(_) => Err(Trouble::Damaged),
    }
}

thread_local! {
    static GUARDED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether this thread is in the reading library, whose panics are caught and need not be told.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// The library's own words may quote a cell, so they go no further.
pub(super) fn fail(path: &Path, trouble: Trouble) -> Error {
    match trouble {
        Trouble::Password => {
            unusable(path, "the workbook is protected with a password", "save a copy without the password")
        }
        Trouble::Damaged => unusable(
            path,
            "the workbook is damaged, or of a kind that cannot be read",
            "open it in a spreadsheet program and save it as .xlsx",
        ),
        Trouble::Io(source) => Error::Io { path: path.to_owned(), source },
    }
}

macro_rules! troubles {
    ($($error:ident,)+) => {
        $(impl From<$error> for Trouble {
            fn from(error: $error) -> Trouble {
                match error {
                    $error::Password => Trouble::Password,
                    $error::Io(source) if source.raw_os_error().is_some() => Trouble::Io(source),
                    _ => Trouble::Damaged,
                }
            }
        })+
    };
}

troubles!(XlsxError, XlsbError, XlsError, OdsError,);

/// What stands there would be passed over without a word.
pub(super) fn beyond(path: &Path, sheet: &str) -> Error {
    let what = format!("sheet {sheet} holds something beyond the {ROWS_MAX} rows and {COLUMNS_MAX} columns of a sheet");
    unusable(path, what, "the file is damaged: ask for it again, or for the data as .csv")
}

#[cfg(test)]
mod tests {
    use super::super::trial::{Folder, Given, give, refusal};
    use super::super::xls::tests::{compound, workbook as xls_workbook};
    use super::*;
    use crate::config::FileLayout;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook as Writer};
    use std::io::Write as _;

    const COLUMNS: &[&str] = &["Patient ID", "DOB", "Seen"];

    fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in entries {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry can be begun");
            archive.write_all(content.as_bytes()).expect("memory can be written");
        }
        archive.finish().expect("an archive can be closed").into_inner()
    }

    fn read(name: &str, bytes: &[u8], layout: FileLayout) -> Result<Given, Error> {
        let folder = Folder::new();
        folder.write(name, bytes);
        give(&[folder.claim(0, name, COLUMNS, layout)])
    }

    fn table(writer: &mut Writer, sheet: &str) -> Result<(), rust_xlsxwriter::XlsxError> {
        let day = Format::new().set_num_format("dd/mm/yyyy");
        let minute = Format::new().set_num_format("dd/mm/yyyy hh:mm");
        let sheet = writer.add_worksheet().set_name(sheet)?;
        sheet.write(0, 0, "Extract of the old system")?;
        sheet.write(3, 1, "Patient ID")?.write(3, 2, "DOB")?.write(3, 3, "Seen")?;
        sheet.write(4, 1, 9_990_000_018_f64)?;
        sheet.write_with_format(4, 2, ExcelDateTime::from_ymd(1970, 2, 1)?, &day)?;
        sheet.write_with_format(4, 3, ExcelDateTime::from_ymd(2017, 9, 30)?.and_hms(9, 30, 0)?, &minute)?;
        sheet.write(6, 1, " A1 ")?.write(6, 2, 25_600.5)?.write(6, 3, true)?;
        Ok(())
    }

    fn workbook(fill: impl FnOnce(&mut Writer) -> Result<(), rust_xlsxwriter::XlsxError>) -> Vec<u8> {
        let mut writer = Writer::new();
        fill(&mut writer).expect("the workbook can be filled");
        writer.save_to_buffer().expect("the workbook can be saved")
    }

    fn sheet(name: &str) -> FileLayout {
        FileLayout { sheet: Some(name.to_owned()), ..FileLayout::default() }
    }

    #[test]
    fn an_xlsx_keeps_numbers_dates_and_places() {
        let bytes = workbook(|writer| table(writer, "Referrals"));
        let given = read("a.xlsx", &bytes, FileLayout::default()).expect("usable");
        assert_eq!(given.kinds, "p..hd.d");
        assert_eq!(given.data, ["|9990000018|1970-02-01|2017-09-30T09:30", "|A1|25600.5|TRUE"]);
        let read_as = &given.intake.files[0].read_as;
        assert_eq!((read_as.format, read_as.date_system), ("xlsx", Some(DateSystem::From1900)));
    }

    #[test]
    fn sheets_are_chosen_by_name_number_or_content_and_the_others_are_set_aside() {
        let bytes = workbook(|writer| {
            writer.add_worksheet().set_name("Cover")?;
            table(writer, "Old")?;
            writer.worksheet_from_name("Old")?.set_hidden(true);
            table(writer, "Referrals")
        });
        let kinds = |layout| read("a.xlsx", &bytes, layout).expect("usable").kinds;
        assert_eq!(kinds(FileLayout::default()), "x..xx.xp..hd.d");
        assert_eq!(kinds(sheet(" referrals")), "x..xx.xp..hd.d");
        assert_eq!(kinds(sheet("2")), "p..hd.dx..xx.x");
        let given = read("a.xlsx", &bytes, sheet("OLD")).expect("usable");
        let sheets = &given.intake.files[0].sheets;
        let shown: Vec<_> =
            sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.rows, sheet.hidden, sheet.mapped)).collect();
        assert_eq!(shown, [("Cover", 0, false, false), ("Old", 7, true, true), ("Referrals", 7, false, false)]);
        let refused = refusal(read("a.xlsx", &bytes, sheet("4")));
        assert_eq!(
            refused,
            "the workbook has no sheet 4; it has Cover, Old, Referrals: correct sheet in the mapping's [file] table"
        );
    }

    #[test]
    fn a_far_cell_costs_rows_not_memory() {
        let bytes = workbook(|writer| {
            let sheet = writer.add_worksheet();
            sheet.write(0, 0, "Patient ID")?.write(999_999, 77, "far")?;
            Ok(())
        });
        let given = read("a.xlsx", &bytes, FileLayout::default()).expect("usable");
        assert_eq!((given.kinds.len(), given.kinds.matches('.').count()), (1_000_000, 999_998));
        assert_eq!(given.findings, [(1_000_000, Finding::BesideTable)]);
    }

    #[test]
    fn errors_and_formulas_without_a_value_are_seen() {
        let bytes = workbook(|writer| {
            let sheet = writer.add_worksheet();
            sheet.write(0, 0, "Patient ID")?.write(0, 1, "DOB")?;
            sheet.write(1, 0, Formula::new("=1/0").set_result("#DIV/0!"))?;
            Ok(())
        });
        let given = read("a.xlsx", &bytes, FileLayout::default()).expect("usable");
        assert_eq!(given.data, ["#DIV/0!|"]);
        let sheet_xml = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>DOB</t></is></c></row>\
            <row r=\"2\"><c r=\"A2\"><f>B2+1</f></c></row></sheetData></worksheet>";
        let given = read("a.xlsx", &bare_xlsx(sheet_xml), FileLayout::default()).expect("usable");
        assert_eq!((given.kinds.as_str(), given.data[0].as_str()), ("hd", ""));
        assert_eq!(given.findings, [(2, Finding::FormulaWithoutValue)]);
    }

    #[test]
    fn an_xlsx_that_claims_too_many_texts_is_refused() {
        let texts = "<sst uniqueCount=\"999999999999\"><si><t>DOB</t></si></sst>";
        let refused = refusal(read(
            "a.xlsx",
            &zipped(&[("xl/workbook.xml", ""), ("xl/SharedStrings.xml", texts)]),
            FileLayout::default(),
        ));
        assert!(refused.starts_with("the workbook claims more texts than it can hold"), "{refused}");
    }

    fn bare_xlsx(sheet_xml: &str) -> Vec<u8> {
        let relation = |kind: &str, target: &str| {
            let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
            format!(
                "<Relationships><Relationship Id=\"r1\" Type=\"{kinds}/{kind}\" Target=\"{target}\"/></Relationships>"
            )
        };
        zipped(&[
            ("[Content_Types].xml", "<Types/>"),
            ("_rels/.rels", &relation("officeDocument", "xl/workbook.xml")),
            ("xl/workbook.xml", "<workbook><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", &relation("worksheet", "worksheets/sheet1.xml")),
            ("xl/worksheets/sheet1.xml", sheet_xml),
        ])
    }

    #[test]
    fn a_sheet_that_gives_a_row_twice_is_damaged() {
        let cell = |at: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>DOB</t></is></c>");
        let sheet_xml = |first: &str, second: &str| {
            format!(
                "<worksheet><sheetData><row>{}</row><row>{}</row></sheetData></worksheet>",
                cell(first),
                cell(second)
            )
        };
        assert!(read("a.xlsx", &bare_xlsx(&sheet_xml("A1", "A2")), FileLayout::default()).is_ok());
        for (first, second) in [("A2", "A1"), ("A1", "A1")] {
            let refused = refusal(read("a.xlsx", &bare_xlsx(&sheet_xml(first, second)), FileLayout::default()));
            assert!(refused.starts_with("the workbook is damaged"), "{refused}");
        }
    }

    fn ods(rows: &str) -> Vec<u8> {
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"S\">{rows}</table:table>\
             </office:spreadsheet></office:body></office:document-content>"
        );
        zipped(&[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("META-INF/manifest.xml", "<manifest:manifest/>"),
            ("content.xml", &content),
        ])
    }

    #[test]
    fn an_ods_keeps_dates_and_repeated_rows() {
        let text = |text: &str| {
            format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
        };
        let date = "<table:table-cell office:value-type=\"date\" office:date-value=\"1970-02-01\"/>";
        let rows = format!(
            "<table:table-row>{}{}</table:table-row>\
             <table:table-row table:number-rows-repeated=\"2\">{}{date}</table:table-row>\
             <table:table-row table:number-rows-repeated=\"1048573\"><table:table-cell/></table:table-row>",
            text("Patient ID"),
            text("DOB"),
            text("A1")
        );
        let given = read("a.ods", &ods(&rows), FileLayout::default()).expect("usable");
        assert_eq!((given.kinds.as_str(), given.data[1].as_str()), ("hdd", "A1|1970-02-01"));
        let vast = format!(
            "{rows}<table:table-row table:number-rows-repeated=\"1000000\">{}</table:table-row>",
            date.repeat(20)
        );
        assert!(refusal(read("a.ods", &ods(&vast), FileLayout::default())).contains("claims more than 10000000 cells"));
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        let refused = |name: &str, bytes: &[u8]| refusal(read(name, bytes, FileLayout::default()));
        assert!(refused("a.xlsx", b"PK\x03\x04rubbish").contains("damaged"));
        assert!(refused("a.xlsx", &zipped(&[("a.csv", "x")])).contains("archive inside an archive"));
        assert!(refused("a.xlsx", &zipped(&[("xl/workbook.xml", "x")])).contains("damaged"));
        assert!(refused("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("damaged"));
        assert!(refused("a.xls", b"<html><table></table></html>").contains("web page"));
        assert!(
            refused("a.xlsx", &zipped(&[("xl/workbook.xml", &" ".repeat(20 << 20))]))
                .contains("expands to more than 200 times")
        );
        let stated = FileLayout { format: Some(FileFormat::Xlsx), ..FileLayout::default() };
        assert!(refusal(read("a.csv", b"DOB\n", stated)).contains("the mapping says xlsx, but the content is csv"));
    }

    #[test]
    fn a_directory_that_understates_a_part_is_refused() {
        let mut bytes = zipped(&[("xl/workbook.xml", &"x".repeat(5000))]);
        let sizes: Vec<usize> =
            (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == 5000_u32.to_le_bytes()).collect();
        assert!(!sizes.is_empty());
        sizes.into_iter().for_each(|at| bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes()));
        let refused = refusal(read("a.xlsx", &bytes, FileLayout::default()));
        assert!(refused.starts_with("the workbook is damaged"), "{refused}");
    }

    #[test]
    fn an_xls_that_spans_too_much_is_refused() {
        let layout = || FileLayout { header_row: Some(4), ..FileLayout::default() };
        let refused = refusal(read("a.xls", &xls_workbook(&[(3, 0), (4, 1)]), layout()));
        assert!(refused.contains("row 4, the stated header_row, does not name any of the columns"), "{refused}");
        let refused = refusal(read("a.xls", &xls_workbook(&[(0, 0), (65_535, 65_535)]), layout()));
        assert!(refused.contains("span more than 4000000 places"), "{refused}");
    }

    #[test]
    fn a_protected_workbook_is_refused_as_such() {
        let refused = |stream: &str| refusal(read("a.xlsx", &compound(stream, &[]), FileLayout::default()));
        assert_eq!(
            refused("EncryptedPackage"),
            "the workbook is protected with a password: save a copy without the password"
        );
        assert!(refused("WordDocument").contains("damaged, or of a kind that cannot be read"));
        let manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>";
        let locked = zipped(&[("mimetype", ""), ("META-INF/manifest.xml", manifest), ("content.xml", "\u{1}")]);
        let refused = refusal(read("a.ods", &locked, FileLayout::default()));
        assert_eq!(refused, "the workbook is protected with a password: save a copy without the password");
    }
}
