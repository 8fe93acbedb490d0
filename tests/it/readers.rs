//! Formulas that were saved without their value, what lies beyond a sheet's end, and what archives hold beside the
//! sources: read, told, and verified again.

use crate::torture::sound::{FORMATS, Format, PEOPLE};
use crate::traits::books::{Page, xls, xlsx};
use crate::transition::{Said, Transition, columns, command};
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

fn xls_with(records: &[u8]) -> Transition {
    with(format("xls"), "Workbook", &[0xe5, 0, 10, 0], records)
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
    // Of a text an .xls says that it follows.
    let formula = |row: u8| [&[6, 0, 22, 0, row, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff][..], &[0; 8]].concat();
    let text = [7, 2, 4, 0, 1, 0, 0, b'x'];
    check(&xls_with(&[formula(5), formula(6), text.into()].concat()), SOUND + 3, &["6"]);
}

/// A sheet that holds nothing else is refused where it is mapped, and told where it is not.
#[test]
fn a_sheet_of_formulas_alone_whose_values_are_missing_is_not_passed_over() {
    let sheet = |name: &str| {
        let row = "<table:table-row><table:table-cell table:formula=\"of:=[S.A1]\"/><table:table-cell \
                   table:formula=\"of:=[S.B1]\"/></table:table-row>";
        format!("<table:table table:name=\"{name}\">{}</table:table>", row.repeat(3))
    };
    let with_sheet = |end: &[u8], sheet: &str| with(format("ods"), "content.xml", end, sheet.as_bytes());
    let first = with_sheet(b"<table:table ", &sheet("Linked"));
    let said = first.handover(&["profile", &format!("sources/{}", format("ods").file)]);
    assert!(
        said.out.contains("sheet Linked\n3 rows: no header")
            && said.out.contains("! 3 rows, the first is 1: A formula was saved"),
        "{}",
        said.out
    );
    let said = first.handover(&["check"]);
    assert_eq!(said.code, 3, "{}", said.all());
    let told = "sheet Linked has no header that can be recognised";
    let next =
        "3 of its rows hold formulas that were saved without their values and read as empty: have the workbook opened";
    assert!(said.err.contains(told) && said.err.contains(next), "{}", said.err);
    first.edit("mappings/clinic.toml", "[file]\n", "[file]\nsheet = 2\n");
    let last = with_sheet(b"</office:spreadsheet>", &sheet("Linked"));
    for transition in [first, last] {
        let said = transition.handover(&["run", "--out", "package"]);
        assert_eq!(said.code, 0, "{}", said.all());
        let table = |path: &str| fs::read(transition.path().join("package/data").join(path)).expect("a table");
        let rows = columns(&table("audit/rows.csv"), &["sheet", "disposition", "reason"]);
        let linked: Vec<_> = rows.iter().filter(|row| row[0] == "Linked").collect();
        assert!(
            linked.len() == 3 && linked.iter().all(|row| row[1..] == ["set-aside", "sheet-not-mapped"]),
            "{rows:?}"
        );
        let told = columns(&table("tables/exceptions.csv"), &["sheet", "reason"]);
        assert!(told.contains(&vec!["Linked".to_owned(), "sheet-not-mapped".to_owned()]), "{told:?}");
        let verdict = transition.handover(&["verify", "package", "--sources", ".", "--key", "commitment.key"]);
        assert_eq!(verdict.code, 0, "{}", verdict.all());
    }
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
    let kept = fs::read(transition.path().join("package/data/audit/run.json")).expect("what the run says of itself");
    let kept: serde_json::Value = serde_json::from_slice(&kept).expect("JSON");
    let left_out = ["sources/all.zip!clinic/2.csv", "sources/all.zip!old/3.csv"];
    assert_eq!(kept["files_left_out"], serde_json::json!(left_out));
    transition.edit("handover.toml", "clinic/1.csv", "*");
    assert_eq!(told(&["check", "--json"]), [""; 0]);
}

/// Notes over many lines are one field each; a quote that nothing closes swallows no row, however far the next is.
#[test]
fn long_notes_and_stray_quotes_are_told_apart_by_reader_and_verifier() {
    let note = |line: &str, lines: usize| format!("\"Seen\n{}well\"", format!("{line}\n").repeat(lines));
    let prose = "Knee better, sleeps well; says \"\"no\"\" to tablets";
    let rows = "7,Penny,Ann,03/02/1961,01632 960003,x\n";
    let files = [
        (format!("3,Marchbanks,Ivy,01/02/1950,,{}\n", note(prose, 60)), Some(1), 0),
        (format!("3,Marchbanks,Ivy,01/02/1950,,{}\n{rows}", note(prose, 4000)), Some(2), 0),
        (format!("3,Marchbanks,Ivy,01/02/1950,,\"Seen\n{}\"\n{rows}", "well ".repeat(20_000)), Some(2), 0),
        // Longer than any field, and two quotes that nobody meant with rows between them.
        (format!("3,Marchbanks,Ivy,01/02/1950,,{}\n", note(prose, 12_000)), None, 1),
        (format!("3,\"Marchbanks,Ivy,01/02/1950,,\n{}4,Hill\",Ann,01/02/1950,,\n", rows.repeat(60)), Some(61), 1),
        (format!("3,\"Marchbanks,Ivy,01/02/1950,,\n{}4,Hill\",Ann,01/02/1950,,\n", "\n".repeat(60)), Some(1), 1),
    ];
    // Sentences have as many commas as rows of few columns have: two of them, then of three.
    let listed = "Thigh, knee, foot, back, neck";
    let narrow = [
        (format!("3,{}\n{}", note(listed, 60), "4,x\n"), Some(2), 0),
        (format!("3,\"Hill\n{}70,5 ft 6\"\n", "4,Penny\n".repeat(60)), Some(61), 1),
        (format!("{},3\n", note("Knee, better", 60)), Some(1), 0),
        (format!("3,Ivy,{}\n", note("Knee better, sleeps well, walks", 4000)), Some(1), 0),
        (format!("3,Ivy,\"x\n{}70,Ann,5 ft 6\"\n", "4,Penny,y\n".repeat(60)), Some(61), 1),
    ];
    let heads = [
        "ID,Surname\n1,a\n2,b\n",
        "ID,Surname\n1,a\n2,b\n",
        "Surname,ID\na,1\nb,2\n",
        "ID,Surname,Notes\n1,a,b\n2,c,d\n",
    ];
    let of_head = |place: usize| heads[place.min(heads.len() - 1)];
    for (place, (text, used, unread)) in narrow.into_iter().enumerate() {
        let transition = Transition::clinic();
        transition.write("mappings/clinic.toml", "[person]\nlocal_id = \"ID\"\nfamily_name = \"Surname\"\n");
        read_and_verify(&transition, of_head(place), &text, used, unread);
    }
    for (text, used, unread) in files {
        let transition = Transition::clinic();
        transition.edit("mappings/clinic.toml", "phone = \"Phone\"\n", "[person.extra]\nnotes = \"Notes\"\n");
        let head = "Patient ID,Surname,Forename,DOB,Phone,Notes\n1,Quillfeather,Maude,03/02/1961,01632 960001,x\n\
                    2,Thistlewood,Ambrose,14/11/1948,01632 960002,x\n";
        read_and_verify(&transition, head, &text, used, unread);
    }
}

/// How many rows are used beside the two of the head, and how many are set aside for a quote.
#[track_caller]
fn read_and_verify(transition: &Transition, head: &str, text: &str, used: Option<usize>, unread: usize) {
    transition.write("sources/clinic.csv", &format!("{head}{text}"));
    let said = transition.handover(&["run", "--quiet", "--out", "package"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let rows = fs::read(transition.path().join("package/data/audit/rows.csv")).expect("rows");
    let found = columns(&rows, &["disposition", "reason"]);
    let count = |word: &str, reason: &str| found.iter().filter(|row| row[0] == word && row[1] == reason).count();
    let start = &text[..text.len().min(40)];
    assert_eq!(count("set-aside", "stray-quote"), unread, "{start}");
    assert!(used.is_none_or(|used| count("used", "") + count("unassigned", "") == used + 2), "{start}: {used:?}");
    let verdict = transition.handover(&["verify", "package", "--sources", ".", "--key", "commitment.key"]);
    assert_eq!(verdict.code, 0, "{}", verdict.all());
}

/// Line ends in a name cannot make another line of a message or a table.
#[cfg(unix)]
#[test]
fn a_name_of_several_lines_is_shown_on_one() {
    let transition = Transition::clinic();
    let sources = transition.path().join("sources");
    let (name, shown) = ("clinic\n  next: delete\u{1b}[2J.csv", "clinic\\u000a  next: delete\\u001b[2J.csv");
    fs::rename(sources.join("clinic.csv"), sources.join(name)).expect("renamed");
    let file = format!("sources/{name}");
    let more = fs::read_to_string(sources.join(name)).expect("text").replace("14/11/1948", "31/02/1948");
    fs::write(sources.join(name), more).expect("written");
    for (arguments, code) in [
        (&["profile", &file, "--draft", "drafts"][..], 0),
        (&["check"], 0),
        (&["check", "--reason", "date-impossible"], 0),
        (&["run", "--out", "package"], 0),
        (&["verify", "package", "--sources", "."], 0),
        (&["profile", &format!("{file}.absent")], 3),
        (&["check", &file], 2),
        (&["verify", &file], 3),
        (&["review", "import", "--who", "Ann Penny", &file], 3),
    ] {
        let said = transition.handover(arguments);
        assert_eq!(said.code, code, "{arguments:?}: {}", said.all());
        let lines: Vec<&str> = said.out.lines().chain(said.err.lines()).collect();
        assert!(lines.iter().all(|line| !line.starts_with("  next: delete")), "{arguments:?}: {}", said.all());
        let names_it = !matches!(arguments, ["run" | "verify", ..]);
        assert!(!names_it || lines.iter().any(|line| line.contains(shown)), "{arguments:?}: {}", said.all());
    }
    assert!(transition.handover(&["check", "--json"]).json()["files"][0]["file"] == *file);
}

/// To open a pipe is to wait for ever, and nothing that is read only once can be checked again.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_before_it_is_opened() {
    let transition = Transition::clinic();
    let pipe = transition.path().join("sources/clinic2.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(transition.path().join("socket")).expect("a socket");
    let no_file = "which can be read only once\n  next: write what comes out of it to a file, and name that file\n";
    let folder = "this is a folder\n  next: name the files in it";
    let said = |arguments: &[&str], code: i32, what: &str| {
        let mut command = command(transition.path(), arguments);
        let ended = command.timeout(std::time::Duration::from_secs(60)).output().expect("it ends");
        let err = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {err}");
        assert!(err.contains(what), "{arguments:?}: {err}");
    };
    said(&["profile", "sources/clinic2.csv"], 3, no_file);
    said(&["profile", "socket"], 3, no_file);
    said(&["profile", "/dev/null"], 3, no_file);
    said(&["profile", "sources"], 3, folder);
    said(&["check"], 3, no_file);
    said(&["run"], 3, no_file);
    fs::remove_file(&pipe).expect("removed");
    transition.edit("handover.toml", "sources/clinic*.csv", "sources");
    said(
        &["check"],
        3,
        "sources: this is a folder\n  next: name the files in it as the source's path, such as sources/*.csv",
    );
    transition.edit("handover.toml", "\"sources\"", "\"sources/clinic*.csv\"");
    said(&["trace", "import", "socket"], 3, no_file);
    said(&["trace", "import", "sources"], 3, folder);
    said(&["review", "import", "--who", "Ann Penny", "socket"], 3, no_file);
    // Whatever else is named: a configuration, a mapping, a model, a journal, a key.
    let stream = "this is no file but a pipe, a socket or a device, which can be read only once";
    let pipe = |path: &str| {
        let made = std::process::Command::new("mkfifo").arg(transition.path().join(path)).status().expect("mkfifo");
        assert!(made.success());
    };
    pipe("pipe");
    for (config, what) in [("pipe", stream), ("/dev/null", stream), ("socket", stream)] {
        said(&["check", config], 2, what);
        said(&["link", "sources/clinic.csv", "--mapping", config, "--out", "clusters.csv"], 2, what);
        said(&["link", "sources/clinic.csv", "--mapping", "mappings/clinic.toml", "--config", config], 2, what);
    }
    let sound = fs::read_to_string(transition.path().join("handover.toml")).expect("text");
    for (name, value, code, what) in [
        ("mapping = \"mappings/clinic.toml\"", "mapping = \"pipe\"", 2, stream),
        ("mapping = \"mappings/clinic.toml\"", "mapping = \"mappings\"", 2, "could not be read: this is a folder"),
        ("[transition]", "[link]\nmodel = \"pipe\"\n[transition]", 3, stream),
        ("[transition]", "[link]\nmodel = \"sources\"\n[transition]", 3, "this is a folder"),
        ("[transition]", "[transition]\nsites = \"pipe\"", 3, stream),
        ("[transition]", "[transition]\ndecisions = \"pipe\"", 2, "a journal of decisions is a file"),
        ("[transition]", "[transition]\nkey = \"pipe\"", 2, "a commitment key is a file"),
    ] {
        assert!(sound.contains(name));
        fs::write(transition.path().join("handover.toml"), sound.replacen(name, value, 1)).expect("written");
        said(&["run", "--out", "package"], code, what);
    }
    fs::write(transition.path().join("handover.toml"), sound).expect("written");
    said(&["run", "--out", "package"], 0, "");
    said(&["verify", "package", "--key", "pipe"], 3, "--key pipe: there is no such file");
    fs::remove_file(transition.path().join("sources/clinic.csv")).expect("removed");
    pipe("sources/clinic.csv");
    said(&["verify", "package", "--sources", "."], 1, "");
}

/// One of so many, always the same ones in a row.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.throw(from.len())]
    }

    /// A field of a table of this width, rarely one over lines, and rarely one with a quote that nobody meant.
    fn field(&mut self, width: usize, delimiter: &str) -> String {
        match self.throw(40) {
            0 => "\"stray".to_owned(),
            1 => "end\"".to_owned(),
            2 | 3 => {
                let rows = vec!["z"; width].join(delimiter);
                let lines = [2, 49, 50, 51, 52, 60, 200, 900][self.throw(8)];
                let mut line = |_| match self.throw(12) {
                    0 => rows.clone(),
                    1 => String::new(),
                    2 => format!("says \"\"no\"\"{delimiter}hip"),
                    _ => "knee better".to_owned(),
                };
                let note = (0..lines).map(&mut line).collect::<Vec<_>>().join("\n");
                let padding =
                    if self.throw(30) == 0 { "y".repeat(400_000 + self.throw(150_000)) } else { String::new() };
                format!("\"{note}{padding}{}", self.pick(&["\"", "\"", "\" ", ""]))
            }
            _ => self.pick(&["x", "yy", "", "\"q\"", "\"\"", "\"a, b\"", "5\" n"]).to_owned(),
        }
    }
}

#[test]
fn reader_and_verifier_find_the_same_rows_whatever_the_quotes() {
    let transition = Transition::clinic();
    transition
        .write("mappings/clinic.toml", "[file]\nheader_row = 1\n[person]\nlocal_id = \"A\"\nfamily_name = \"B\"\n");
    let mut dice = Dice(7);
    for file in 0..60 {
        let width = [2, 3, 4, 5, 6, 9, 16][dice.throw(7)];
        let delimiter = dice.pick(&[",", ",", ";", "\t"]);
        let head: Vec<&str> = "ABCDEFGHIJKLMNOP"[..width].split("").filter(|name| !name.is_empty()).collect();
        let mut text = head.join(delimiter);
        for _ in 0..3 + dice.throw(30) {
            let cells: Vec<String> = (0..width - dice.throw(20) / 19).map(|_| dice.field(width, delimiter)).collect();
            text.push_str(dice.pick(&["\n", "\n", "\r\n"]));
            text.push_str(&cells.join(delimiter));
        }
        transition.write(&format!("sources/clinic{file}.csv"), &text);
    }
    fs::remove_file(transition.path().join("sources/clinic.csv")).expect("removed");
    let said = transition.handover(&["run", "--quiet", "--out", "package"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let rows = fs::read(transition.path().join("package/data/audit/rows.csv")).expect("rows");
    let stray = columns(&rows, &["reason"]).concat().iter().filter(|reason| *reason == "stray-quote").count();
    assert!(stray > 100, "{stray}");
    let verdict = transition.handover(&["verify", "package", "--sources", ".", "--key", "commitment.key"]);
    assert_eq!(verdict.code, 0, "{}", verdict.all());
}
