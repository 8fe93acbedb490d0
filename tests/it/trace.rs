//! Tracing as commands: the people whose number is missing or unverified go out, the answer comes back among the sources,
//! and the next run holds every answer against the person it was asked about.

use crate::transition::{Transition, columns, files, fixtures, table, two_providers};
use handover::verify::{Options, verify};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const SOURCES: [[&str; 4]; 2] =
    [["clinic", "clinic.csv", "RNU", "SystmOne"], ["hospital", "hospital.csv", "RTH", "PAS"]];
const MAPPING: &str = r#"[file]
dates = ["%d/%m/%Y"]

[person]
local_id = "Patient"
nhs_number = "NHS"
nhs_number_status = "Status"
family_name = "Surname"
given_name = "Forename"
date_of_birth = "Born"
sex = { column = "Sex", codes = { "M" = "male", "F" = "female" } }
postcode = "Postcode"

[referral]
local_id = "Referral"
received = "Received"

[appointment]
local_id = "Booking"
starts = { column = "Starts", dates = ["%d/%m/%Y %H:%M"] }
"#;
const HEADER: &str = "Patient,NHS,Status,Surname,Forename,Born,Sex,Postcode,Referral,Received,Booking,Starts\n";
/// Maude has no number, Ambrose one that nobody has verified, Ottoline and Isolde none; Beatrix's is verified.
const CLINIC: &str = "1,,,Quillfeather,Maude,03/02/1961,F,TH1 2AB,C1,03/07/2017,CA1,12/10/2017 09:30\n\
                      2,9990001014,02,Thistlewood,Ambrose,14/11/1948,M,TH1 3DE,C2,04/07/2017,CA2,16/10/2017 09:00\n\
                      3,,,Bramblewick,Ottoline,21/07/1972,F,TH1 4GH,C3,05/07/2017,CA3,17/10/2017 09:00\n\
                      4,,,Pennywort,Isolde,12/03/1970,F,TH1 5JK,C4,06/07/2017,CA4,18/10/2017 09:00\n\
                      5,9990001448,01,Fotheringay,Beatrix,30/06/1955,F,TH1 6LM,C5,07/07/2017,CA5,19/10/2017 09:00\n";
/// The hospital knows Ambrose by the number that is his today, and under a name of which a letter is wrong.
const HOSPITAL: &str = "71,9990001022,01,Thistlewod,Ambrose,14/11/1948,M,TH8 8ZZ,H1,08/07/2017,HA1,20/10/2017 10:00\n";
const KEY: &str = "# EXAMPLE KEY\n0707070707070707070707070707070707070707070707070707070707070707\n";

/// The columns of a request, as the service wants them.
const REQUEST: &str = "UNIQUE REFERENCE,NHS_NO,FAMILY_NAME,GIVEN_NAME,OTHER_GIVEN_NAME,GENDER,DATE_OF_BIRTH,DATE_OF_DEATH,\
     ADDRESS_LINE1,ADDRESS_LINE2,ADDRESS_LINE3,ADDRESS_LINE4,ADDRESS_LINE5,ADDRESS_DATE,POSTCODE,GP_PRACTICE_CODE,\
     NHAIS_POSTING_ID,AS_AT_DATE,LOCAL_PATIENT_ID,INTERNAL_ID,TELEPHONE_NUMBER,MOBILE_NUMBER,EMAIL_ADDRESS\r\n";

/// The columns of an answer, as the service gives them: those of the answer among the cases.
fn answer_columns() -> Vec<String> {
    let kept = fs::read(fixtures().join("cases/number-traced/input/sources/answer.csv")).expect("an answer");
    table(&kept).swap_remove(0)
}

type Package = BTreeMap<String, Vec<u8>>;
/// A request or an answer: each person by given name, with the cells by column.
type People = BTreeMap<String, BTreeMap<String, String>>;

/// The transition after its first run, with that package as the one before.
fn asked() -> (Transition, Package) {
    let traced = Transition::empty();
    traced.write("handover.toml", &two_providers("Traced", &SOURCES));
    traced.write("mappings/plain.toml", MAPPING);
    traced.write("sources/clinic.csv", &(HEADER.to_owned() + CLINIC));
    traced.write("sources/hospital.csv", &(HEADER.to_owned() + HOSPITAL));
    traced.write("commitment.key", KEY);
    let first = run(&traced, "packages/0001");
    traced.edit("handover.toml", "as_at = 2017-09-30", "as_at = 2017-09-30\nprevious = \"packages/0001\"");
    (traced, first)
}

/// Runs, and has every check of the package pass.
fn run(traced: &Transition, out: &str) -> Package {
    let said = traced.handover(&["run", "--quiet", "--out", out]);
    assert_eq!(said.code, 0, "{}", said.err);
    let options = Options { sources: Some(traced.path().to_owned()), key: Some(traced.path().join("commitment.key")) };
    let verdict = verify(&traced.path().join(out), &options).expect("a folder");
    assert!(verdict.passed(), "{:?}", verdict.problems().collect::<Vec<_>>());
    files(&traced.path().join(out))
}

fn request(traced: &Transition, file: &str) -> People {
    let said = traced.handover(&["trace", "export", file]);
    assert_eq!(said.code, 0, "{}", said.err);
    let lines = table(&fs::read(traced.path().join(file)).expect("a request"));
    let person =
        |line: &Vec<String>| -> BTreeMap<String, String> { lines[0].iter().cloned().zip(line.clone()).collect() };
    lines[1..].iter().map(|line| (person(line)["GIVEN_NAME"].clone(), person(line))).collect()
}

/// An answer: of each person the reference as it was asked, what was asked of them, and what the service says instead.
fn answer(request: &People, says: &[(&str, &[(&str, &str)])]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let columns = answer_columns();
    writer.write_record(&columns).expect("written");
    for (name, says) in says {
        let asked = &request[*name];
        let said = |column: &str| says.iter().rev().find(|(of, _)| *of == column).map(|(_, value)| (*value).to_owned());
        let found = said("MATCHED_NHS_NO").is_some();
        let cell = |column: &String| match (column.as_str(), said(column)) {
            (_, Some(value)) => value,
            ("UNIQUE REFERENCE", _) => asked["UNIQUE REFERENCE"].clone(),
            ("REQ_NHS_NO", _) => asked["NHS_NO"].clone(),
            ("ERROR/SUCCESS_CODE", _) => if found { "00" } else { "97" }.to_owned(),
            (column, _) if found => asked.get(column).map(|value| value.to_uppercase()).unwrap_or_default(),
            _ => String::new(),
        };
        writer.write_record(columns.iter().map(cell)).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("written")).expect("text")
}

/// What the service says of everybody who is asked about.
const SAYS: [(&str, &[(&str, &str)]); 4] = [
    ("Maude", &[("MATCHED_NHS_NO", "9990001006"), ("DATE_OF_DEATH", "20170811")]),
    ("Ambrose", &[("MATCHED_NHS_NO", "9990001022")]),
    ("Ottoline", &[]),
    ("Isolde", &[("MATCHED_NHS_NO", "9990001030"), ("DATE_OF_BIRTH", "19830921")]),
];

/// Some columns of the patient of a row.
fn patient(package: &Package, source: &str, row: u32, names: &[&str]) -> Vec<String> {
    let id = id_of(package, source, row);
    let lines = columns(&package["data/tables/patients.csv"], &[&["patient_id"], names].concat());
    lines.into_iter().find(|line| line[0] == id).expect("a patient").split_off(1)
}

fn id_of(package: &Package, source: &str, row: u32) -> String {
    let lines = columns(&package["data/tables/patient_records.csv"], &["source", "row", "patient_id"]);
    let of_row = lines.into_iter().find(|line| line[0] == source && line[1] == row.to_string());
    of_row.unwrap_or_else(|| panic!("{source}:{row} has a patient")).remove(2)
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).expect("there").permissions()) & 0o777
}

#[test]
fn who_is_asked_about() {
    let (traced, first) = asked();
    let request = request(&traced, "people.csv");
    assert_eq!(request.keys().collect::<Vec<_>>(), ["Ambrose", "Isolde", "Maude", "Ottoline"], "Beatrix is verified");
    let ambrose = &request["Ambrose"];
    assert_eq!((&*ambrose["NHS_NO"], &*ambrose["DATE_OF_BIRTH"], &*ambrose["GENDER"]), ("9990001014", "19481114", "1"));
    assert_eq!(ambrose["INTERNAL_ID"], id_of(&first, "clinic", 3));
    for person in request.values() {
        let reference = person["UNIQUE REFERENCE"].strip_prefix("T-").expect("a reference");
        let says_nothing =
            person.iter().all(|(column, cell)| column == "UNIQUE REFERENCE" || !cell.contains(reference));
        assert!(reference.len() == 16 && says_nothing, "personal data are allowed in none of the references");
    }
    #[cfg(unix)]
    assert_eq!(mode(&traced.path().join("people.csv")), 0o600, "it holds patient data");
    insta::assert_snapshot!(traced.handover(&["trace", "export", "people.csv"]).refusal(), @r#"
    2
    error: people.csv is there already
      next: give another name, or move it away
    "#);
    let said = traced.handover(&["trace", "export", "again.csv", "--json"]);
    let document = said.json();
    let counts =
        ["people", "missing", "unverified", "disputed", "hardly_traceable"].map(|name| document[name].as_u64());
    assert_eq!(counts, [4, 3, 1, 0, 0].map(Some), "{document}");
    let requests = ["people.csv", "again.csv"].map(|name| fs::read(traced.path().join(name)).expect("a request"));
    assert!(requests[0] == requests[1], "the same people give the same bytes");
    assert!(requests[0].starts_with(REQUEST.as_bytes()), "in the order of the service's data dictionary");
    for word in ["Quillfeather", "9990001014", "TH1 3DE", "1948"] {
        assert!(!said.all().contains(word), "what is said holds no patient data: {}", said.all());
    }
}

#[test]
fn what_an_answer_does() {
    let (traced, first) = asked();
    let request = request(&traced, "people.csv");
    traced.write("from-the-service/answer.csv", &answer(&request, &SAYS));
    let said = traced.handover(&["trace", "import", "from-the-service/answer.csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let second = run(&traced, "packages/0002");

    let of =
        |package: &Package, row| patient(package, "clinic", row, &["nhs_number", "nhs_number_status", "date_of_death"]);
    assert_eq!(of(&first, 2), ["", "missing", ""]);
    assert_eq!(of(&second, 2), ["9990001006", "verified", "2017-08-11"], "the answered number, and a death");
    assert_eq!(of(&first, 3), ["9990001014", "unverified", ""]);
    assert_eq!(of(&second, 3), ["9990001022", "verified", ""], "the number that superseded the provider's");
    assert_eq!(of(&second, 4), ["", "missing", ""], "nobody was found");
    assert_eq!(of(&second, 5), ["", "missing", ""], "an answer about somebody born at another time is not believed");
    assert_eq!(of(&second, 6), of(&first, 6), "nobody asked");

    let unassigned = columns(&second["data/tables/unassigned.csv"], &["source", "reason", "candidates"]);
    assert_eq!(unassigned, [["trace", "trace-disagrees", &id_of(&second, "clinic", 5)]]);
    let exceptions = columns(&second["data/tables/exceptions.csv"], &["source", "reason"]);
    let unanswered = exceptions.iter().filter(|line| line[1] == "trace-unanswered").count();
    assert_eq!(unanswered, 1, "{exceptions:?}");

    // Ids stay. Under the number of today the hospital's Ambrose is the clinic's.
    for row in [2, 4, 5, 6] {
        assert_eq!(id_of(&second, "clinic", row), id_of(&first, "clinic", row), "row {row}");
    }
    let [clinic, hospital] = [("clinic", 3), ("hospital", 2)].map(|(source, row)| id_of(&first, source, row));
    assert_ne!(clinic, hospital);
    let lives = id_of(&second, "clinic", 3);
    assert_eq!(lives, id_of(&second, "hospital", 2));
    let ended = if lives == clinic { &hospital } else { &clinic };
    let changes = columns(&second["data/tables/id_changes.csv"], &["kind", "id", "change", "into"]);
    assert_eq!(changes, [["patient", ended, "merged", &lives]]);

    // A booking after a death nobody had recorded.
    let flagged = |package: &Package| {
        let lines = columns(&package["data/tables/appointments.csv"], &["patient_id", "flags"]);
        let dead = lines.into_iter().filter(|line| line[1].split(';').any(|flag| flag == "after-death"));
        dead.map(|line| line[0].clone()).collect::<Vec<_>>()
    };
    assert_eq!((flagged(&first), flagged(&second)), (Vec::new(), vec![id_of(&second, "clinic", 2)]));

    // Whoever was not found, or not believed, is asked about again.
    let again = self::request(&traced, "again.csv");
    assert_eq!(again.keys().collect::<Vec<_>>(), ["Isolde", "Ottoline"]);
}

#[test]
fn an_answer_is_put_among_the_sources_once() {
    let (traced, _) = asked();
    let request = request(&traced, "people.csv");
    let before = fs::read_to_string(traced.path().join("handover.toml")).expect("text");
    traced.write("answer.csv", &answer(&request, &SAYS[..1]));
    let document = traced.handover(&["trace", "import", "answer.csv", "--json"]).json();
    assert_eq!((&document["ok"], &document["source_added"]), (&true.into(), &true.into()), "{document}");
    let once = fs::read_to_string(traced.path().join("handover.toml")).expect("text");
    assert!(once.starts_with(&before), "what was there stays as it was written");
    assert_eq!(once.matches("standing = \"trace\"").count(), 1);
    assert_eq!(once.matches("[[source]]").count(), before.matches("[[source]]").count() + 1);
    let kept = traced.path().join("sources/trace/answer_001.csv");
    assert_eq!(fs::read(&kept).expect("kept"), fs::read(traced.path().join("answer.csv")).expect("there"));
    #[cfg(unix)]
    assert_eq!([mode(&kept), mode(&traced.path().join("mappings/trace.toml"))], [0o600; 2]);
    #[cfg(unix)]
    assert_eq!(mode(kept.parent().expect("a folder")), 0o700, "it holds patient data");

    insta::assert_snapshot!(traced.handover(&["trace", "import", "answer.csv"]).refusal(), @r#"
    2
    error: answer.csv is kept already, as sources/trace/answer_001.csv
      next: nothing is to be done; run again
    "#);
    // A second answer is kept beside the first and read with it; the source is there, and the mapping is somebody's own now.
    traced.edit("mappings/trace.toml", "[person]", "# Checked by the records office.\n[person]");
    traced.write("second.csv", &format!("\u{feff}{}", answer(&request, &SAYS[1..])));
    let document = traced.handover(&["trace", "import", "second.csv", "--json"]).json();
    assert_eq!(document["source_added"], false, "{document}");
    assert_eq!(fs::read_to_string(traced.path().join("handover.toml")).expect("text"), once);
    let mapping = fs::read_to_string(traced.path().join("mappings/trace.toml")).expect("text");
    assert!(mapping.contains("# Checked by the records office."), "never written over");
    let package = run(&traced, "packages/0002");
    let numbers = [2, 3].map(|row| patient(&package, "clinic", row, &["nhs_number"]).remove(0));
    assert_eq!(numbers, ["9990001006", "9990001022"]);
}

/// What becomes of one line of an answer about Maude, or two about her and Isolde: what their rows carry, and why a line is
/// nobody's.
fn answered(lines: &[(&str, &[(&str, &str)])]) -> (Vec<Vec<String>>, Vec<String>) {
    let (traced, _) = asked();
    let request = request(&traced, "people.csv");
    let held: (&str, &[(&str, &str)]) = ("Ottoline", &[]);
    traced.write("answer.csv", &answer(&request, &[&[held], lines].concat()));
    let said = traced.handover(&["trace", "import", "answer.csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let package = run(&traced, "packages/0002");
    let carried = (2..=6).map(|row| patient(&package, "clinic", row, &["nhs_number", "date_of_death"])).collect();
    let unassigned = columns(&package["data/tables/unassigned.csv"], &["source", "reason"]);
    (carried, unassigned.into_iter().filter(|line| line[0] == "trace").map(|line| line[1].clone()).collect())
}

#[test]
fn an_answer_that_was_not_asked_for_or_disagrees_outranks_nothing() {
    let untouched = [["", ""], ["9990001014", ""], ["", ""], ["", ""], ["9990001448", ""]];
    let of_beatrix = [
        ("FAMILY_NAME", "FOTHERINGAY"),
        ("GIVEN_NAME", "BEATRIX"),
        ("DATE_OF_BIRTH", "19550630"),
        ("DATE_OF_DEATH", "20170606"),
        ("MATCHED_NHS_NO", "9990001006"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&of_beatrix[..], more].concat();
    let of_maude = |more: &[(&'static str, &'static str)]| {
        [&[("DATE_OF_DEATH", "20170606"), ("MATCHED_NHS_NO", "9990001006")][..], more].concat()
    };
    for (says, reason) in [
        (with(&[("UNIQUE REFERENCE", "T-UNKNOWN")]), "person-not-found"),
        (with(&[("UNIQUE REFERENCE", "")]), "person-too-thin"),
        (with(&[]), "trace-disagrees"),
        (of_maude(&[("DATE_OF_BIRTH", "19610204")]), "trace-disagrees"),
        (of_maude(&[("DATE_OF_BIRTH", "19620203")]), "trace-disagrees"),
        (of_maude(&[("FAMILY_NAME", "ZZYZX")]), "trace-disagrees"),
        (of_maude(&[("GIVEN_NAME", ""), ("FAMILY_NAME", "")]), "trace-disagrees"),
        (of_maude(&[("GENDER", "1")]), "trace-disagrees"),
        // A number of the test range that is no number, and a death all the same.
        (vec![("DATE_OF_DEATH", "20170606"), ("MATCHED_NHS_NO", "9990001007")], "trace-disagrees"),
    ] {
        let (carried, reasons) = answered(&[("Maude", &says)]);
        assert_eq!(carried, untouched, "{says:?}");
        assert_eq!(reasons, [reason], "{says:?}");
    }
    // A number that another patient holds as verified, and one number for two people.
    let number = |number| [("MATCHED_NHS_NO", number)];
    for lines in [
        &[("Maude", &number("9990001448")[..])][..],
        &[("Maude", &number("9990001006")[..]), ("Isolde", &number("9990001006")[..])],
    ] {
        let (carried, reasons) = answered(lines);
        assert_eq!(carried, untouched);
        assert_eq!(reasons, vec!["trace-disagrees"; lines.len()]);
    }
}

#[test]
fn an_answer_to_other_questions_is_refused() {
    let (traced, _) = asked();
    let request = request(&traced, "people.csv");
    let before = files(traced.path());
    let unknown = |name| (name, &[("UNIQUE REFERENCE", "T-UNKNOWN"), ("MATCHED_NHS_NO", "9990001006")][..]);
    traced.write("others.csv", &answer(&request, &[unknown("Maude"), unknown("Isolde")]));
    insta::assert_snapshot!(traced.handover(&["trace", "import", "others.csv"]).refusal(), @r#"
    2
    error: others.csv: none of its references was issued for a row of these sources
      next: give the answer to what trace export wrote from this transition; if its sources were sent again since, export and ask again
    "#);
    fs::remove_file(traced.path().join("others.csv")).expect("removed");
    assert!(files(traced.path()) == before, "nothing was kept, and no source was listed");
    traced.write("some.csv", &answer(&request, &[unknown("Maude"), SAYS[1]]));
    let document = traced.handover(&["trace", "import", "some.csv", "--json"]).json();
    assert_eq!(document["unknown_references"], 1, "{document}");
    traced.write("more.csv", &answer(&request, &[unknown("Isolde"), SAYS[2]]));
    let said = traced.handover(&["trace", "import", "more.csv"]);
    assert!(said.all().contains("Not asked about from here: 1 of its lines"), "{}", said.all());
}

#[test]
fn an_answer_makes_no_new_key_in_a_lost_ones_place() {
    let (traced, _) = asked();
    traced.write("answer.csv", &answer(&request(&traced, "people.csv"), &SAYS));
    let key = traced.path().join("commitment.key");
    fs::remove_file(&key).expect("removed");
    for command in ["export", "import"] {
        let said = traced.handover(&["trace", command, if command == "export" { "again.csv" } else { "answer.csv" }]);
        assert!(said.code == 2 && said.err.contains("restore it from its backup"), "{}", said.all());
        assert!(!key.exists(), "with another key every id would be another, and no decision would hold");
    }
}

#[test]
fn what_is_no_answer_is_refused_and_leaves_nothing() {
    let (traced, _) = asked();
    let request = request(&traced, "people.csv");
    let good = answer(&request, &SAYS);
    let before = files(traced.path());
    let (header, _) = good.split_once("\r\n").expect("a header");
    traced.write("no-reference.csv", &good.replacen("UNIQUE REFERENCE", "REFERENCE", 1));
    traced.write("no-lines.csv", &format!("{header}\r\n"));
    traced.write("nothing.csv", "");
    traced.write("workbook.csv", "PK\u{3}\u{4}");
    let refused = |file: &str| traced.handover(&["trace", "import", file]).refusal();
    insta::assert_snapshot!(refused("people.csv"), @r#"
    3
    error: people.csv: its first line has no column MATCHED_NHS_NO
      next: give the response of the batch trace as it came, with its header; or list another kind of answer as a source with standing = "trace" and a mapping of your own
    "#);
    insta::assert_snapshot!(refused("no-reference.csv"), @r#"
    3
    error: no-reference.csv: its first line has no column UNIQUE REFERENCE
      next: give the response of the batch trace as it came, with its header; or list another kind of answer as a source with standing = "trace" and a mapping of your own
    "#);
    insta::assert_snapshot!(refused("no-lines.csv"), @r#"
    3
    error: no-lines.csv: it answers about nobody: there is nothing below its first line
      next: give the response of the batch trace as it came, whole
    "#);
    for (file, code) in [("nothing.csv", '3'), ("workbook.csv", '3'), ("nowhere.csv", '3'), ("sources", '3')] {
        assert!(refused(file).starts_with(code), "{file}: {}", refused(file));
    }
    for name in ["no-reference.csv", "no-lines.csv", "nothing.csv", "workbook.csv"] {
        fs::remove_file(traced.path().join(name)).expect("removed");
    }
    assert!(files(traced.path()) == before, "nothing was kept, and no source was listed");
}
