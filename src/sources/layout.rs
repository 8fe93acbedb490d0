//! The place of each row in its table: preamble, header, data, footer, blank.

use super::claims::{Claim, Wanted, fold};
use super::concealed::Awaited;
use super::footer::{self, Shape};
use super::header::{HEADER_SOUGHT_ROWS, Header, Seeking, letters};
use super::outlet::Outlet;
use super::{Cell, Finding, RowKind};
use crate::values::Digest;

/// Rows that look like a footer are held back until the sheet's end; more than this are a table of their own.
const FOOTER_ROWS_MAX: usize = 200;
/// Where spreadsheets end, old and new, and cut what is longer or wider without a word.
const ROW_LIMITS: [u32; 2] = [1 << 16, 1 << 20];
const COLUMN_LIMITS: [usize; 2] = [1 << 8, 1 << 14];

/// One physical row before its place is known.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) row: u32,
    pub(super) cells: Vec<Cell>,
    pub(super) digest: Digest,
    /// Why the row must not be used.
    pub(super) fault: Option<Finding>,
    /// What does not stop it from being used.
    pub(super) findings: Vec<Finding>,
    /// Columns whose text stands between white space.
    pub(super) padded: Vec<u16>,
}

enum Held {
    Blank { from: u32, count: u32 },
    Line(Line),
}

/// What the mapping says about the table, and what kind of file it is in.
pub(super) struct Expectation<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) header_row: Option<u32>,
    /// How many rows it stands on.
    pub(super) header_rows: u32,
    pub(super) end_of_data: Option<&'a str>,
    /// Delimited text: a surplus or missing cell means that cells have moved.
    pub(super) delimited: bool,
    /// What is found of the sheet before its rows come.
    pub(super) of_sheet: Vec<Finding>,
    pub(super) concealed: Option<Awaited<'a>>,
}

impl<'a> Expectation<'a> {
    pub(super) fn of(claim: &'a Claim, delimited: bool) -> Self {
        let end_of_data = claim.layout.end_of_data.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let header_row = claim.layout.header_row;
        let header_rows = claim.layout.header_rows.unwrap_or(1);
        let (wanted, of_sheet) = (&claim.wanted, Vec::new());
        Expectation { wanted, header_row, header_rows, end_of_data, delimited, of_sheet, concealed: None }
    }
}

/// What a sheet turned out to be.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: u32,
    pub(super) header_row: Option<u32>,
    pub(super) header_rows: u32,
    pub(super) header: Vec<String>,
}

/// Why a sheet has no table: what is wrong, in words that quote no cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoTable(pub(super) String);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Seeking,
    Data,
    Footer,
}

/// Takes the rows of one sheet in order, and gives each out once its place is known.
pub(super) struct Table<'a, 'b, 'c> {
    expectation: Expectation<'a>,
    outlet: Outlet<'b, 'c>,
    stage: Stage,
    held: Vec<Held>,
    after_blank: bool,
    /// Places of the header's columns that the mapping names; all of them when it names none.
    mapped: Vec<usize>,
    /// The header's width without unnamed columns at its end.
    named_width: usize,
    /// Places of columns without a name, until something stands in one.
    unnamed: Vec<usize>,
    /// The rows of the header, as they stand: they may come again.
    header_lines: Vec<Vec<String>>,
    found: Found,
}

impl<'a, 'b, 'c> Table<'a, 'b, 'c> {
    pub(super) fn new(expectation: Expectation<'a>, outlet: Outlet<'b, 'c>) -> Self {
        Table {
            expectation,
            outlet,
            stage: Stage::Seeking,
            held: Vec::new(),
            after_blank: false,
            mapped: Vec::new(),
            named_width: 0,
            unnamed: Vec::new(),
            header_lines: Vec::new(),
            found: Found::default(),
        }
    }

    pub(super) fn outlet(&mut self) -> &mut Outlet<'b, 'c> {
        &mut self.outlet
    }

    pub(super) fn push_blank(&mut self, from: u32, count: u32) -> Result<(), NoTable> {
        if count == 0 {
            return Ok(());
        }
        // Rows that were held back come a second time, when later ones are counted already.
        self.found.rows = self.found.rows.max(from + count - 1);
        self.after_blank = true;
        if self.stage == Stage::Seeking || !self.held.is_empty() {
            self.held.push(Held::Blank { from, count });
        } else {
            self.outlet.give_blank(from, count);
        }
        self.seek(false)
    }

    pub(super) fn push(&mut self, line: Line) -> Result<(), NoTable> {
        // A formula without a value makes a cell look empty that is not.
        let is_blank = line.fault.is_none() && line.findings.is_empty() && line.cells.iter().all(Cell::is_empty);
        if is_blank {
            return self.push_blank(line.row, 1);
        }
        self.found.rows = self.found.rows.max(line.row);
        match self.stage {
            Stage::Seeking => {
                self.held.push(Held::Line(line));
                return self.seek(false);
            }
            Stage::Data => self.place(line),
            Stage::Footer => self.give_idle(line, RowKind::Footer),
        }
        Ok(())
    }

    /// The sheet has ended: what is held back is its footer.
    pub(super) fn end(mut self) -> Result<Found, NoTable> {
        if self.stage == Stage::Seeking {
            self.seek(true)?;
        }
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Blank { from, count } => self.outlet.give_blank(from, count),
                Held::Line(line) => self.give_idle(line, RowKind::Footer),
            }
        }
        if ROW_LIMITS.contains(&self.found.rows) {
            self.outlet.find_of_last(Finding::RowLimit);
        }
        self.outlet.flush();
        self.found.header = std::mem::take(&mut self.outlet.header);
        Ok(self.found)
    }

    /// Looks for the header once enough rows are held, and then places them.
    fn seek(&mut self, ended: bool) -> Result<(), NoTable> {
        let sought = self.expectation.header_row.filter(|row| *row > 0).unwrap_or(HEADER_SOUGHT_ROWS);
        let enough = sought.saturating_add(self.expectation.header_rows - 1);
        if self.stage != Stage::Seeking || (self.found.rows < enough && !ended) {
            return Ok(());
        }
        if self.found.rows == 0 {
            return Err(NoTable("holds no rows".to_owned()));
        }
        let mut header = if self.expectation.header_row == Some(0) {
            self.name_by_letters()?;
            None
        } else {
            self.seeking().find()?
        };
        let rows = header.as_ref().map(|header| header.rows);
        let held = std::mem::take(&mut self.held);
        self.stage = Stage::Data;
        for piece in held {
            match (piece, rows) {
                (Held::Blank { from, count }, _) => self.push_blank(from, count)?,
                (Held::Line(line), Some(rows)) if line.row < rows.first => self.give_idle(line, RowKind::Preamble),
                (Held::Line(line), Some(rows)) if line.row <= rows.last() => {
                    header.take().into_iter().for_each(|header| self.begin(header));
                    self.give_header(line);
                }
                (Held::Line(line), _) => self.push(line)?,
            }
        }
        Ok(())
    }

    /// The mapping says that there is no header: columns have the letters that a spreadsheet shows.
    fn name_by_letters(&mut self) -> Result<(), NoTable> {
        let width = self.held.iter().map(|held| match held {
            Held::Line(line) => line.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1),
            Held::Blank { .. } => 0,
        });
        let header: Vec<String> = (0..width.max().unwrap_or(0)).map(letters).collect();
        let wanted = self.expectation.wanted;
        let is_mapped = |column: &usize| wanted.is_empty() || wanted.contains_key(&fold(&header[*column]));
        self.mapped = (0..header.len()).filter(is_mapped).collect();
        if self.mapped.is_empty() && !wanted.is_empty() {
            let last = header.last().map_or("A", String::as_str);
            return Err(NoTable(format!("has no header, by the mapping, which then names columns A to {last}")));
        }
        self.named_width = header.len();
        self.outlet.header = header;
        Ok(())
    }

    fn seeking(&self) -> Seeking<'_, 'a> {
        let lines = self.held.iter().filter_map(|held| match held {
            Held::Line(line) if line.fault.is_none() => Some(line),
            _ => None,
        });
        Seeking { lines: lines.collect(), expectation: &self.expectation }
    }

    fn begin(&mut self, found: Header) {
        let header = found.names;
        let is_mapped =
            |name: &String| self.expectation.wanted.is_empty() || self.expectation.wanted.contains_key(&fold(name));
        self.mapped = (0..header.len()).filter(|&column| is_mapped(&header[column])).collect();
        self.named_width = header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        self.unnamed = (0..header.len()).filter(|&column| header[column].is_empty()).collect();
        let of_sheet = &mut self.expectation.of_sheet;
        if self.expectation.concealed.is_some_and(|concealed| concealed().hides_column_of(&header)) {
            of_sheet.push(Finding::HiddenColumn);
        }
        if COLUMN_LIMITS.contains(&self.named_width) {
            of_sheet.push(Finding::ColumnLimit);
        }
        self.found.header_row = Some(found.rows.first);
        // The file may end before the rows that the mapping counts.
        self.found.header_rows = found.rows.last().min(self.found.rows) - found.rows.first + 1;
        self.outlet.flush();
        self.outlet.header = header;
    }

    /// What is found of the sheet as a whole is told of the first row of its header.
    fn give_header(&mut self, line: Line) {
        if line.fault.is_some() {
            return self.give_idle(line, RowKind::Data);
        }
        self.after_blank = false;
        let findings = std::mem::take(&mut self.expectation.of_sheet);
        self.outlet.give(line.row, RowKind::Header, Vec::new(), line.digest, findings);
        self.outlet.pad_last(line.padded);
        self.header_lines.push(line.cells.iter().map(|cell| cell.as_text().into_owned()).collect());
    }

    /// A row after the header.
    fn place(&mut self, line: Line) {
        if line.fault.is_some() {
            self.release();
            self.after_blank = false;
            return self.give_idle(line, RowKind::Data);
        }
        if let Some(end) = self.expectation.end_of_data {
            if line.cells.iter().find(|cell| !cell.is_empty()).is_some_and(|cell| cell.as_text().starts_with(end)) {
                self.stage = Stage::Footer;
                return self.give_idle(line, RowKind::Footer);
            }
        } else if self.may_be_footer(&line) {
            self.held.push(Held::Line(line));
            if self.held.len() > FOOTER_ROWS_MAX {
                self.release();
            }
            return;
        }
        self.release();
        self.after_blank = false;
        if self.found.header_row.is_some() && self.is_header_again(&line) {
            self.give_idle(line, RowKind::Header);
        } else {
            self.give_data(line);
        }
    }

    fn may_be_footer(&self, line: &Line) -> bool {
        let shape = Shape {
            mapped: &self.mapped,
            header_width: self.named_width,
            first_column: self.outlet.header.iter().position(|name| !name.is_empty()).unwrap_or(0),
            after_blank: self.after_blank,
            after_footer: !self.held.is_empty(),
        };
        footer::may_be(&line.cells, &shape)
    }

    fn is_header_again(&self, line: &Line) -> bool {
        let same = |header: &Vec<String>, place: usize| {
            let name = header.get(place).map_or("", String::as_str);
            line.cells.get(place).map_or(name.is_empty(), |cell| cell.as_text() == name)
        };
        let is_again = |header: &Vec<String>| (0..header.len().max(line.cells.len())).all(|place| same(header, place));
        self.header_lines.iter().any(is_again)
    }

    /// Rows held back were no footer after all.
    fn release(&mut self) {
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Blank { from, count } => self.outlet.give_blank(from, count),
                Held::Line(mut line) => {
                    line.findings.extend((!footer::is_void(&line.cells)).then_some(Finding::TotalAmongData));
                    self.give_data(line);
                }
            }
        }
    }

    fn give_data(&mut self, mut line: Line) {
        let width = self.outlet.header.len();
        let headed = !self.outlet.header.is_empty();
        let surplus = headed && line.cells.len() > width && line.cells[width..].iter().any(|cell| !cell.is_empty());
        if surplus && self.expectation.delimited {
            line.fault = Some(Finding::TooManyCells);
            return self.give_idle(line, RowKind::Data);
        }
        if surplus {
            line.findings.push(Finding::BesideTable);
        }
        if self.expectation.delimited && line.cells.len() < self.named_width {
            line.findings.push(Finding::TooFewCells);
        }
        if self.unnamed.iter().any(|column| line.cells.get(*column).is_some_and(|cell| !cell.is_empty())) {
            line.findings.push(Finding::UnnamedColumn);
            self.unnamed.clear();
        }
        if headed {
            line.cells.resize_with(width, || Cell::Empty);
        }
        self.outlet.give(line.row, RowKind::Data, line.cells, line.digest, line.findings);
        self.outlet.pad_last(line.padded);
    }

    /// A row that is not used. Of one that is set aside, its cells tell whoever mends it which it is.
    fn give_idle(&mut self, line: Line, kind: RowKind) {
        let kind = line.fault.map_or(kind, RowKind::SetAside);
        let cells = if line.fault.is_some() { line.cells } else { Vec::new() };
        self.outlet.give(line.row, kind, cells, line.digest, Vec::new());
    }
}

/// The rows of a sheet that no mapping claims.
pub(super) struct Unclaimed<'b, 'c> {
    outlet: Outlet<'b, 'c>,
    rows: u32,
}

impl<'b, 'c> Unclaimed<'b, 'c> {
    pub(super) fn new(outlet: Outlet<'b, 'c>) -> Self {
        Unclaimed { outlet, rows: 0 }
    }

    pub(super) fn push_blank(&mut self, from: u32, count: u32) {
        self.outlet.give_blank(from, count);
        self.rows = self.rows.max(from + count - 1);
    }

    pub(super) fn push(&mut self, line: Line) {
        self.rows = line.row;
        let kind = RowKind::SetAside(Finding::SheetNotMapped);
        self.outlet.give(line.row, kind, Vec::new(), line.digest, Vec::new());
    }

    pub(super) fn end(mut self) -> Found {
        self.outlet.flush();
        Found { rows: self.rows, ..Found::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{Given, give_text, refusal};
    use super::*;
    use crate::config::FileLayout;

    const COLUMNS: &[&str] = &["Patient ID", "Surname", "DOB", "Postcode"];

    fn read(text: &str, layout: FileLayout) -> Given {
        give_text(text.as_bytes(), COLUMNS, layout).expect("the text is usable")
    }

    fn check(text: &str, kinds: &str) {
        assert_eq!(read(text, FileLayout::default()).kinds, kinds);
    }

    #[test]
    fn the_header_is_the_row_that_names_most_columns() {
        check("Patient ID,Surname,DOB,Postcode\n1,A,,\n", "hd");
        check("Extract of 30/09/2017\n\n Surname\n patient  id ,SURNAME,dob,x\n1,A,,\n", "p.phd");
    }

    #[test]
    fn a_table_without_rows_has_all_its_lines() {
        check("\nPatient ID,Surname,DOB,Postcode", ".h");
        check("Extract of 30/09/2017\n\nPatient ID,Surname,DOB,Postcode\n", "p.h");
    }

    #[test]
    fn a_stated_header_row_is_taken_at_its_word() {
        let layout = FileLayout { header_row: Some(2), ..FileLayout::default() };
        let given = read("Patient ID,Surname,DOB,Postcode\nSurname,b,c,d\n1,A,,\n", layout.clone());
        assert_eq!((given.kinds.as_str(), given.intake.files[0].sheets[0].header_row), ("phd", Some(2)));
        let refused = |text: &str| refusal(give_text(text.as_bytes(), COLUMNS, layout.clone()));
        assert!(refused("Surname,DOB\n,\n1,2\n").starts_with("the file has nothing in row 2, the stated header_row"));
        assert!(
            refused("Surname,DOB\n1,2\n")
                .contains("does not name any of the columns DOB, Patient ID, Postcode, Surname")
        );
        assert!(refused("Surname,DOB\n").contains("has nothing in row 2"));
    }

    #[test]
    fn a_file_without_the_mapping_s_columns_is_refused_without_quoting_it() {
        let refused = refusal(give_text(b"a,b\n1,SMITH\n", COLUMNS, FileLayout::default()));
        assert!(
            refused.contains(
                "rows names any of the columns DOB, Patient ID, Postcode, Surname (the widest row there has 2 cells)"
            ),
            "{refused}"
        );
        assert!(refused.ends_with("correct the columns, the delimiter or header_row in the mapping"), "{refused}");
        assert!(!refused.contains("SMITH"));
    }

    #[test]
    fn a_file_without_a_header_has_columns_of_letters() {
        let none = || FileLayout { header_row: Some(0), ..FileLayout::default() };
        let given = give_text(b"1,SMITH,,OX1\n2,JONES,x,\n\nA,B,C,D\n", &["B", "D"], none()).expect("usable");
        assert_eq!((given.kinds.as_str(), given.data[1].as_str()), ("dd.d", "2|JONES|x|"));
        assert_eq!(given.intake.files[0].sheets[0].header, ["A", "B", "C", "D"]);
        let sheet = &given.intake.files[0].sheets[0];
        assert_eq!((sheet.header_row, sheet.header_rows), (None, 0));
        let refused = refusal(give_text(b"1,SMITH\n", &["Surname"], none()));
        assert!(refused.contains("which then names columns A to B"), "{refused}");
    }

    #[test]
    fn the_header_may_come_again() {
        check("Patient ID,Surname,DOB,Postcode\n1,A,,\nPatient ID,Surname,DOB,Postcode\n2,B,,\n", "hdhd");
    }

    fn on_rows(header_rows: u32, header_row: Option<u32>) -> FileLayout {
        FileLayout { header_row, header_rows: Some(header_rows), ..FileLayout::default() }
    }

    const ON_TWO: &str =
        "Extract\nPatient,,,Seen\nID,Surname,,Date\n1,A,,2\nPatient,,,Seen\nID,Surname,,Date\n3,B,x,4\n";

    #[test]
    fn a_header_stands_on_several_rows_and_may_come_again() {
        for header_row in [None, Some(2)] {
            let columns = &["Patient ID", "Seen Date"];
            let given = give_text(ON_TWO.as_bytes(), columns, on_rows(2, header_row)).expect("usable");
            let sheet = &given.intake.files[0].sheets[0];
            assert_eq!((given.kinds.as_str(), sheet.header_row, sheet.header_rows), ("phhdhhd", Some(2), 2));
            assert_eq!(sheet.header, ["Patient ID", "Patient Surname", "", "Seen Date"]);
            assert_eq!(given.findings, [(7, Finding::UnnamedColumn)]);
            assert_eq!(given.data, ["1|A||2", "3|B|x|4"]);
        }
        // A row of it may be blank, and one that cannot be read is set aside.
        let given = give_text(b"Seen\n\nDate\n2\n", &["Seen Date"], on_rows(3, None)).expect("usable");
        assert_eq!(given.kinds, "h.hd");
        let given = give_text(b"Seen,By\n\0\nDate,\n2,X\n", &["Seen Date"], on_rows(3, None)).expect("usable");
        assert_eq!((given.kinds.as_str(), given.findings[0]), ("hxhd", (2, Finding::NulCharacter)));
        let given = give_text(b"Seen\nDate\n", &["Seen Date"], on_rows(5, None)).expect("usable");
        assert_eq!((given.kinds.as_str(), given.intake.files[0].sheets[0].header_rows), ("hh", 2));
    }

    #[test]
    fn no_row_of_data_is_joined_to_a_header_on_fewer_rows() {
        let text = b"Patient ID,Surname,DOB,Notes\n1,SMITH,2,\n3,JONES,4,\n";
        for header_row in [None, Some(1)] {
            let refused = refusal(give_text(text, &["Patient ID", "DOB", "Notes"], on_rows(2, header_row)));
            let expected = "rows 1 to 2 together name 1 columns of the mapping, and row 1 alone names 3";
            assert!(refused.contains(expected) && !refused.contains("SMITH"), "{refused}");
        }
        let refused = |header_row| refusal(give_text(text, &["Patient ID"], on_rows(2, header_row)));
        assert!(refused(None).contains("no 2 of the first 60 rows together name any of the columns Patient ID"));
        assert!(refused(Some(1)).contains("rows 1 to 2, the stated header, do not name any of the columns Patient ID"));
    }

    #[test]
    fn footers_stand_at_the_end_alone() {
        let head = "Patient ID,Surname,DOB,Postcode\n1,A,01/01/1970,OX1\n";
        check(&format!("{head}Total,2,,\n"), "hdf");
        check(&format!("{head}\n\n(2 rows affected)\n\n"), "hd..f.");
        check(&format!("{head}\nFigures are provisional until March\n*** end ***\n"), "hd.ff");
        check(&format!("{head}Total,2,,\n2,B,02/02/1972,OX2\n"), "hddd");
        check(&format!("{head}\n2,B,02/02/1972,OX2\n"), "hd.d");
        check(&format!("{head}\n2,B,,\n"), "hd.d");
        check(&format!("{head}{}2,B,02/02/1972,OX2\n", "Total,2,,\n".repeat(300)), &format!("hd{}d", "d".repeat(300)));
    }

    #[test]
    fn a_stated_end_of_data_is_obeyed_to_the_letter() {
        let layout = FileLayout { end_of_data: Some("End".to_owned()), ..FileLayout::default() };
        let text = "Patient ID,Surname,DOB,Postcode\nTotal,1,,\n,Endicott,x,\n,,,\n1,A,b,c\n";
        assert_eq!(read(text, layout).kinds, "hdf.f");
    }

    #[test]
    fn cells_that_moved_are_noticed() {
        let given = read(
            "Patient ID,Surname,DOB,Postcode,,\n1,A,b,c,d,e,f\n2,A,b,c\n3,A\n4,A,b,c,,,,,\n",
            FileLayout::default(),
        );
        assert_eq!(given.kinds, "hxddd");
        assert_eq!(given.findings, [(2, Finding::TooManyCells), (4, Finding::TooFewCells)]);
        assert_eq!(given.data, ["2|A|b|c||", "3|A||||", "4|A|b|c||"]);
    }

    #[test]
    fn a_total_among_data_is_used_and_told() {
        let head = "Patient ID,Surname,DOB,Postcode\n1,A,01/01/1970,OX1\n";
        let given = read(&format!("{head}Total,1,,\n2,B,02/02/1972,OX2\nTotal,2,,\n"), FileLayout::default());
        assert_eq!((given.kinds.as_str(), &given.findings[..]), ("hdddf", &[(3, Finding::TotalAmongData)][..]));
    }

    #[test]
    fn what_stands_under_no_name_is_told_once() {
        let given = read("Patient ID,,Surname,DOB\n1,,A,b\n2,x,B,c\n3,y,C,d\n", FileLayout::default());
        assert_eq!(given.findings, [(3, Finding::UnnamedColumn)]);
    }

    #[test]
    fn a_table_that_ends_where_spreadsheets_end_may_be_cut() {
        let of_rows = |rows: usize, end: &str| {
            let text = format!("Patient ID,Surname,DOB,Postcode\n{}{end}", "1,A,b,c\n".repeat(rows - 1));
            read(&text, FileLayout::default()).findings
        };
        assert_eq!(of_rows(65_536, ""), [(65_536, Finding::RowLimit)]);
        assert_eq!(of_rows(65_535, ""), []);
        assert_eq!(of_rows(65_537, ""), []);
        assert_eq!(of_rows(65_535, "Total,65534,,\n"), []);
        let wide = |columns: usize| {
            let names: Vec<String> = (1..columns).map(|column| format!("C{column}")).collect();
            read(&format!("Surname,{}\n", names.join(",")), FileLayout::default()).findings
        };
        assert_eq!(wide(256), [(1, Finding::ColumnLimit)]);
        assert_eq!(wide(255), []);
    }

    #[test]
    fn padding_does_not_change_a_digest() {
        let given = read("Patient ID,Surname,DOB,Postcode\n1,A\n1,A,,\n1 , \"A\",,,,\n1,B\n", FileLayout::default());
        assert_eq!(given.digests[1], Digest::of_cells(["1", "A"]));
        assert!(given.digests[1] == given.digests[2] && given.digests[2] == given.digests[3]);
        assert_ne!(given.digests[1], given.digests[4]);
    }

    #[test]
    fn a_table_without_a_mapping_has_the_likeliest_header() {
        let given = give_text(b"Extract\nid,name,born\n1,A,1970\n", &[], FileLayout::default()).expect("usable");
        assert_eq!(given.kinds, "phd");
        let given = give_text(b"1,A,1970\n2,B,1971\n", &[], FileLayout::default()).expect("usable");
        assert_eq!((given.kinds.as_str(), given.data.len()), ("dd", 2));
    }
}
