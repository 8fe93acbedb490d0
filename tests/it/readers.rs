//! Formulas that were saved without their value, what lies beyond a sheet's end, and what archives hold beside the
//! sources: read, told, and verified again.

use crate::torture::sound::{FORMATS, Format, PEOPLE};
use crate::traits::books::{Page, xls, xlsx};
use crate::transition::{Said, Transition, columns};
use std::fs;
use std::io::Write as _;

/// A sound file of a format with something put into its sheet before what ends its rows.
fn with(format: &Format, part: &str, before: &[u8], rows: &[u8]) -> Transition {
    let mut parts = (format.parts)();
    let sheet = &mut parts.iter_mut().find(|(name, _)| *name == part).expect("the sheet").1;
    let at = sheet.windows(before.len()).position(|bytes| bytes == before).expect("the end of the rows");
    sheet.splice(at..at, rows.iter().copied());
    let transition = Transition::clinic();
    transition.edit("handover.toml", "clinic*.csv", format.file);
    fs::write(transition.path().join("sources").join(format.file), (format.whole)(&parts)).expect("written");
    transition
}

fn format(name: &str) -> &'static Format {
    FORMATS.iter().find(|format| format.name == name).expect("a format")
}

fn xlsx_with(rows: &str) -> Transition {
    with(format("xlsx"), "xl/worksheets/sheet1.xml", b"</sheetData>", rows.as_bytes())
}

fn ods(rows: &str) -> Transition {
    let before = b"<table:table-row table:number-rows-repeated=\"1048572\"";
    with(format("ods"), "content.xml", before, rows.as_bytes())
}

/// Records of a row's number, and of a cell in its first column.
fn xlsb(rows: &[(u32, u8)]) -> Transition {
    let records: Vec<u8> = rows
        .iter()
        .flat_map(|(row, cell)| {
            let number = row.to_le_bytes();
            [&[0, 13][..], &number, &[0; 9], &[*cell, 16], &[0; 8], &[0x2a; 8]].concat()
        })
        .collect();
    with(format("xlsb"), "xl/worksheets/sheet1.bin", &[0x92, 0x01, 0x80, 0], &records)
}

/// The rows of the sheet, and those of them that are told to have a formula without its value; verified.
#[track_caller]
fn check(transition: &Transition, rows: usize, told: &[&str]) {
    let said = transition.handover(&["run", "--out", "package", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let table = |path: &str| {
        let mut reader = csv::Reader::from_path(transition.path().join("package/data").join(path)).expect("a table");
        reader.records().map(|row| row.expect("a row")).collect::<Vec<_>>()
    };
    assert_eq!(table("audit/rows.csv").len(), rows);
    let exceptions = table("tables/exceptions.csv");
    let found = exceptions.iter().filter(|row| &row[5] == "formula-without-value");
    assert_eq!(found.map(|row| &row[3]).collect::<Vec<_>>(), told);
    let verdict = transition.handover(&["verify", "package", "--sources", ".", "--key", "commitment.key"]);
    assert_eq!(verdict.code, 0, "{}", verdict.all());
}

const SOUND: usize = PEOPLE + 1;

#[test]
fn a_row_of_formulas_alone_whose_values_are_missing_is_told_in_every_format() {
    check(&xlsx_with("<row r=\"6\"><c r=\"A6\"><f>B1</f></c></row>"), SOUND + 2, &["6"]);
    let bare = "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:formula=\"of:=1\"/></table:table-row>";
    check(&ods(bare), SOUND + 2, &["5", "6"]);
    check(&xlsb(&[(5, 11)]), SOUND + 2, &["6"]);
}

#[test]
fn a_formula_whose_value_is_an_empty_text_makes_no_row() {
    check(&xlsx_with("<row r=\"6\"><c r=\"A6\" t=\"str\"><f>\"\"</f><v></v></c></row>"), SOUND, &[]);
    let empty =
        "<table:table-row><table:table-cell table:formula=\"of:=1\" office:value-type=\"string\"/></table:table-row>";
    check(&ods(empty), SOUND, &[]);
}

#[test]
fn what_stands_beyond_a_sheet_s_end_is_told() {
    let refused = |transition: &Transition| -> Said { transition.handover(&["check"]) };
    let says = "holds something beyond the 1048576 rows and 16384 columns of a sheet";
    let filled =
        "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"1\"/></table:table-row>";
    let far = format!("<table:table-row table:number-rows-repeated=\"1048572\"/>{filled}");
    for transition in [xlsb(&[(1 << 20, 5)]), xlsb(&[(u32::MAX, 5)]), ods(&far)] {
        let said = refused(&transition);
        assert_eq!(said.code, 3, "{}", said.all());
        assert!(said.err.contains("sheet S") && said.err.contains(says), "{}", said.err);
    }
}

/// Titles over several columns, of which the last column has none.
const TITLED: Page = Page {
    name: "Clinic",
    hidden: false,
    rows: "Run on 29 Sep 2017\n\nPatient||||Referral||\nID|Surname|Forename|Born|ID|Priority|Notes\n\
           1|Quillfeather|Maude|03/02/1961|R1|Routine|Seen\n2|Thistlewood|Ambrose|14/11/1948|R2|Urgent|\n\
           3|Pennyfather|Agnes|15/10/1950|R3|Routine|\n",
    merged: &[(3, 0, 3, 3), (3, 4, 3, 5)],
    hidden_rows: &[],
};

#[test]
fn a_header_on_two_rows_is_drafted_read_and_verified() {
    let text = TITLED.rows.replace('|', ",").replace("Referral,,", "Referral,,Other");
    let files = [
        ("csv", text.into_bytes(), "Other Notes"),
        ("xlsx", xlsx(&[TITLED]), "Notes"),
        ("xls", xls(&[TITLED], 0), "Notes"),
    ];
    for (format, bytes, notes) in files {
        let transition = Transition::clinic();
        let file = format!("clinic.{format}");
        transition.edit("handover.toml", "clinic*.csv", &file);
        fs::write(transition.path().join("sources").join(&file), bytes).expect("written");
        let said = transition.handover(&["profile", &format!("sources/{file}"), "--draft", "drafts"]);
        assert!(said.out.contains("header in rows 3 to 4, 3 of data"), "{}", said.all());
        let folder = transition.path().join("drafts");
        let draft = fs::read_dir(folder).expect("drafts").next().expect("a draft").expect("an entry").path();
        let draft = fs::read_to_string(draft).expect("text");
        let layout = "header_row = 3\nheader_rows = 2\n";
        assert!(draft.contains(layout) && draft.contains("family_name = \"Patient Surname\""), "{draft}");
        transition.write(
            "mappings/clinic.toml",
            &format!(
                "[file]\n{layout}[person]\nlocal_id = \"Patient ID\"\nfamily_name = \"Patient Surname\"\n\
                 given_name = \"Patient Forename\"\ndate_of_birth = {{ column = \"Patient Born\", dates = [\"%d/%m/%Y\"] }}\n\
                 [person.extra]\nnotes = \"{notes}\"\n[referral]\nlocal_id = \"Referral ID\"\n\
                 priority = {{ column = \"Referral Priority\", codes = {{ routine = \"routine\", urgent = \"urgent\" }} }}\n"
            ),
        );
        let said = transition.handover(&["run", "--quiet", "--out", "package"]);
        assert_eq!(said.code, 0, "{}", said.all());
        let rows = fs::read(transition.path().join("package/data/audit/rows.csv")).expect("rows");
        let found = columns(&rows, &["row", "disposition"]).into_iter().map(|row| row.join(" "));
        let expected = ["1 preamble", "2 blank", "3 header", "4 header", "5 used", "6 used", "7 used"];
        assert_eq!(found.collect::<Vec<_>>(), expected, "{format}");
        let exceptions = fs::read(transition.path().join("package/data/tables/exceptions.csv")).expect("exceptions");
        let absent = columns(&exceptions, &["reason"]).concat().contains(&"column-missing".to_owned());
        assert!(!absent, "{}", String::from_utf8_lossy(&exceptions));
        let verdict = transition.handover(&["verify", "package", "--sources", ".", "--key", "commitment.key"]);
        assert_eq!(verdict.code, 0, "{}", verdict.all());
    }
}

#[test]
fn what_an_archive_holds_beside_the_sources_is_told_by_check_and_run() {
    let transition = Transition::clinic();
    let clinic = fs::read(transition.path().join("sources/clinic.csv")).expect("the source");
    let mut archive = zip::ZipWriter::new(fs::File::create(transition.path().join("sources/all.zip")).expect("made"));
    for name in ["clinic/1.csv", "clinic/2.csv", "old/3.csv"] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        archive.write_all(&clinic).expect("written");
    }
    archive.finish().expect("closed");
    transition.edit("handover.toml", "sources/clinic*.csv", "sources/all.zip!clinic/1.csv");
    let told = |arguments: &[&str]| {
        let said = transition.handover(arguments);
        assert_eq!(said.code, 0, "{}", said.err);
        let warnings = said.json()["warnings"].as_array().expect("warnings").clone();
        let files = warnings.iter().map(|warning| warning.as_str().expect("text").to_owned());
        let told: Vec<String> = files.filter(|text| text.contains("no source's path names this file")).collect();
        assert!(told.iter().all(|text| said.err.contains(text.split(": ").next().expect("a file"))), "{}", said.err);
        told
    };
    let [check, run] = [told(&["check", "--json"]), told(&["run", "--json", "--out", "package"])];
    assert!(check[0].contains("all.zip!clinic/2.csv") && check[1].contains("all.zip!old/3.csv"), "{check:?}");
    assert_eq!((check.len(), &check), (2, &run));
    transition.edit("handover.toml", "clinic/1.csv", "*");
    assert_eq!(told(&["check", "--json"]), [""; 0]);
}
