//! `handover check`: what a data team sees, the rows of a reason, and what goes back to each provider.

use crate::transition::{Transition, columns, files, handover, table, two_providers};
use calamine::{Data, Reader as _, Xlsx, open_workbook};
use handover::pipeline::{self, Observer, Stage};
use insta::assert_snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Two providers, a cell that looks like a formula, identifiers with noughts before them, codes and sites that nobody knows.
const MAPPING: &str = r#"[file]
dates = ["%d/%m/%Y"]

[person]
local_id = "Patient ID"
family_name = "Surname"
date_of_birth = "DOB"

[referral]
local_id = "Ref"
priority = { column = "Priority", codes = { "R" = "routine", "URG" = "urgent" } }

[appointment]
starts = "Appt"
site = "Clinic"
"#;
const HEADER: &str = "Patient ID,Surname,DOB,Ref,Priority,Appt,Clinic\n";
const ALPHA: &str = "0007,Quillfeather,31/02/1961,R1,URGG,01/10/2017,HLIL-91\n\
                     0008,=SUM(A1),14/11/1948,R2,URGG,02/10/2017,At home with Mrs Quillfeather\n\
                     0009,Pottinger,15/11/1948,R3,=X,02/10/2017,HLIL-91\n";
const BETA: &str = "0011,Thistlewood,14/13/1948,R4,R,03/10/2017,DALE01\n";

fn two() -> Transition {
    let two = Transition::empty();
    let sources = [["alpha", "alpha.csv", "RNU", "A"], ["beta", "beta.csv", "RTH", "B"]];
    let config = two_providers("Two", &sources).replace("[transition]\n", "[transition]\nsites = \"sites.csv\"\n");
    two.write("handover.toml", &config);
    two.write("mappings/plain.toml", MAPPING);
    two.write("sources/alpha.csv", &format!("{HEADER}{ALPHA}"));
    two.write("sources/beta.csv", &format!("{HEADER}{BETA}"));
    let sites =
        "legacy_site,name,provider,successor_site,closes_on\nHILL01,Hill Clinic,RNU,NXX01,\nDALE01,Dale House,RTH,,\n";
    two.write("sites.csv", sites);
    two
}

/// The sheets of a workbook in order, every cell as text.
fn workbook(transition: &Transition, path: &str) -> Vec<(String, Vec<Vec<String>>)> {
    let mut book: Xlsx<_> = open_workbook(transition.path().join(path)).expect("a workbook");
    let names = book.sheet_names();
    let sheet = |name: String| {
        let range = book.worksheet_range(&name).expect("a sheet");
        let rows = range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
        (name, rows)
    };
    names.into_iter().map(sheet).collect()
}

#[test]
fn the_example_is_told_whole_and_no_reason_is_left_out() {
    let example = Transition::example();
    let said = example.handover(&["check"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let told = said.out.split_once("Exceptions: ").expect("exceptions").1;
    assert_snapshot!("check_example", told.split("Read but not").next().expect("a part"));
    assert!(said.out.lines().all(|line| line.chars().count() <= 100 || line.starts_with("Read but not")));
    let document = example.handover(&["check", "--json"]).json();
    for reason in document["exceptions"].as_array().expect("a list") {
        let slug = reason["reason"].as_str().expect("a slug");
        assert!(said.out.contains(&format!("{slug} · ")), "{slug}");
        let rows = example.handover(&["check", "--json", "--reason", slug]).json();
        assert_eq!(
            (&rows["count"], rows["rows"].as_array().map(Vec::len)),
            (&reason["count"], reason["count"].as_u64().map(|count| count as usize))
        );
    }
}

#[test]
fn every_row_of_a_reason_is_located_and_none_is_quoted() {
    let two = two();
    assert_snapshot!(two.handover(&["check", "--reason", "date-impossible"]).out, @"
    date-impossible · warning
      The value has a date's form but is no day of the calendar.
      Next: ask the provider for the date.

    source  file                     row  field
    alpha   sources/alpha.csv          2  person.date_of_birth
    beta    sources/beta.csv           2  person.date_of_birth

    2 in all; a line without a field speaks of the whole row
    ");
    let only = two.handover(&["check", "--reason", "date-impossible", "--source", "beta", "--json"]).json();
    let place = serde_json::json!(
        [{ "source": "beta", "file": "sources/beta.csv", "sheet": "", "row": 2, "field": "person.date_of_birth" }]
    );
    assert_eq!(only["rows"], place);
    let sites = two.handover(&["check", "--reason", "site-unknown", "--json"]).json();
    assert_eq!(sites["count"], 3);
}

#[test]
fn a_reason_or_source_that_is_none_is_refused_with_the_nearest() {
    let two = two();
    assert_snapshot!(two.handover(&["check", "--reason", "date-imposible"]).refusal(), @r"
    2
    error: --reason date-imposible: there is no such reason
      next: nearest: date-impossible, date-implausible, date-serial
    ");
    assert_snapshot!(two.handover(&["check", "--source", "alfa"]).refusal(), @r"
    2
    error: --source alfa: there is no such source
      next: nearest: alpha
    ");
}

#[test]
fn nothing_of_a_patient_is_on_the_screen() {
    let two = two();
    for arguments in [
        &["check"][..],
        &["check", "--json"],
        &["check", "--reason", "code-not-mapped"],
        &["check", "--reason", "site-unknown"],
        &["check", "--out", "a"],
        &["check", "--json", "--out", "b"],
    ] {
        let said = two.handover(arguments);
        assert_eq!(said.code, 0, "{}", said.err);
        for word in ["Quillfeather", "Thistlewood", "31/02/1961", "0007", "SUM", "URGG"] {
            assert!(!said.all().contains(word), "{arguments:?} tells {word}");
        }
    }
    let screen = two.handover(&["check"]).out;
    assert!(screen.contains("2  HLIL-91 · nearest: HILL01 Hill Clinic"), "{screen}");
    assert!(screen.contains("is not quoted: sources/alpha.csv row 3)"), "{screen}");
}

#[test]
fn each_provider_gets_its_own_rows_as_they_stand() {
    let two = two();
    assert_eq!(two.handover(&["check", "--out", "back"]).code, 0);
    let made: Vec<String> = files(&two.path().join("back")).into_keys().collect();
    let expected =
        ["RNU/rows-to-fix.xlsx", "RNU/unmapped-values.csv", "RTH/rows-to-fix.xlsx", "RTH/unmapped-values.csv"];
    assert_eq!(made, expected);
    let alpha = workbook(&two, "back/RNU/rows-to-fix.xlsx");
    let names: Vec<&str> = alpha.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["About", "1 alpha.csv"]);
    let lines: Vec<String> = alpha[1].1.iter().map(|row| row[2..].join("|")).collect();
    assert_eq!(
        lines,
        [
            "Field|Row|Patient ID|Surname|DOB|Ref|Priority|Appt|Clinic",
            "person.date_of_birth|2|0007|Quillfeather|31/02/1961|R1|URGG|01/10/2017|HLIL-91",
            "referral.priority|2|0007|Quillfeather|31/02/1961|R1|URGG|01/10/2017|HLIL-91",
            "referral.priority|3|0008|=SUM(A1)|14/11/1948|R2|URGG|02/10/2017|At home with Mrs Quillfeather",
            "referral.priority|4|0009|Pottinger|15/11/1948|R3|=X|02/10/2017|HLIL-91",
        ]
    );
    assert_eq!(
        alpha[1].1[1][..2],
        [
            "The value has a date's form but is no day of the calendar.".to_owned(),
            "Ask the provider for the date.".to_owned(),
        ]
    );
    let mut book: Xlsx<_> = open_workbook(two.path().join("back/RNU/rows-to-fix.xlsx")).expect("a workbook");
    assert!(book.worksheet_formula("1 alpha.csv").expect("a sheet").is_empty(), "no cell is a formula");
    let cells = book.worksheet_range("1 alpha.csv").expect("a sheet");
    let texts = cells.rows().skip(1).all(|row| row[4..].iter().all(|cell| matches!(cell, Data::String(_))));
    assert!(texts, "every cell of a row is text");
    let about = alpha[0].1.concat().join("\n");
    assert!(about.contains("HOLDS PATIENT DATA") && about.contains("Nothing was cut"), "{about}");

    let beta = workbook(&two, "back/RTH/rows-to-fix.xlsx");
    let told = format!("{beta:?}");
    assert!(told.contains("Thistlewood") && !told.contains("Quillfeather") && !told.contains("alpha"));
    let told = format!("{alpha:?}");
    assert!(!told.contains("Thistlewood") && !told.contains("beta"));
}

#[test]
fn values_that_nothing_explains_are_listed_once_with_the_nearest() {
    let two = two();
    assert_eq!(two.handover(&["check", "--out", "back", "--quiet"]).all(), "");
    let made = files(&two.path().join("back"));
    assert_snapshot!(String::from_utf8_lossy(&made["RNU/unmapped-values.csv"]).replace('\r', ""), @"
    source,file_column,field,value,count,nearest
    alpha,Clinic,appointment.site,HLIL-91,2,HILL01 Hill Clinic
    alpha,Clinic,appointment.site,At home with Mrs Quillfeather,1,
    alpha,Priority,referral.priority,URGG,2,urg;urgent;r
    alpha,Priority,referral.priority,'=X,1,
    ");
    assert_eq!(table(&made["RTH/unmapped-values.csv"]).len(), 1);
}

#[test]
fn the_example_goes_back_whole_and_twice_the_same() {
    let example = Transition::example();
    let document = example.handover(&["check", "--json", "--out", "one"]).json();
    assert_eq!(example.handover(&["check", "--out", "two"]).code, 0);
    let (one, two) = (files(&example.path().join("one")), files(&example.path().join("two")));
    assert!(one == two, "the same bytes");
    assert_eq!(one.keys().filter(|name| name.ends_with(".csv")).count(), 4, "{:?}", one.keys());
    // Every row of every reason that is no notice is in one of the workbooks, under its own provider.
    let mut wanted: BTreeMap<&str, u64> = BTreeMap::new();
    for reason in document["exceptions"].as_array().expect("a list") {
        let is_notice = reason["severity"] == "notice";
        *wanted.entry("lines").or_default() += if is_notice { 0 } else { reason["count"].as_u64().expect("a count") };
    }
    let providers = document["out"]["providers"].as_array().expect("a list");
    let lines: u64 = providers.iter().map(|provider| provider["lines"].as_u64().expect("a count")).sum();
    assert_eq!(lines, wanted["lines"]);
    let mut files_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for provider in providers {
        for sheet in provider["sheets"].as_array().expect("a list") {
            let name = provider["provider"].as_str().expect("a name");
            files_of.entry(sheet["source"].as_str().expect("a source")).or_default().insert(name);
        }
        let folder = provider["folder"].as_str().expect("a folder");
        let book = workbook(&example, &format!("one/{folder}/rows-to-fix.xlsx"));
        let shown: usize = book[1..].iter().map(|(_, rows)| rows.len() - 1).sum();
        assert_eq!(Some(shown as u64), provider["lines"].as_u64());
    }
    assert!(files_of.values().all(|providers| providers.len() == 1), "{files_of:?}");
    let values = &one["RNU/unmapped-values.csv"];
    assert_eq!(columns(values, &["field", "count"]), [["appointment.site", "1"]]);
}

#[test]
fn of_one_source_its_own_records_are_counted() {
    let two = two();
    let counts = |arguments: &[&str]| {
        let document = two.handover(&[&["check", "--json"], arguments].concat()).json();
        ["person_records", "referral_records", "appointment_records"].map(|name| document[name].as_u64())
    };
    assert_eq!(counts(&[]), [Some(4); 3]);
    assert_eq!(counts(&["--source", "alpha"]), [Some(3); 3]);
    assert_eq!(counts(&["--source", "beta"]), [Some(1); 3]);
    assert_eq!(counts(&["--source", "sites"]), [Some(0); 3]);
    let screen = two.handover(&["check", "--source", "beta"]).out;
    assert!(screen.contains("Records: 1 of people, 1 of referrals, 1 of appointments, 0 declared figures"), "{screen}");
}

#[test]
fn a_folder_that_a_source_takes_in_is_refused() {
    let two = two();
    for (path, out, is_taken) in [
        ("alpha*.csv", "sources/back", false),
        ("**/*.csv", "sources/back", true),
        ("**/*.csv", "sources/../sources/a/b", true),
        ("**/*.csv", "back", false),
        ("**/alpha.csv", "sources/back", false),
        ("*/*/*.xlsx", "sources/back", true),
        ("*/*/*.xlsx", "sources", false),
        ("b?ck/RNU/rows-*", "sources/back", true),
        ("b?ck/OTHER/rows-*", "sources/back", false),
    ] {
        let config = two_providers("Two", &[["alpha", path, "RNU", "A"]]);
        two.write("handover.toml", &config);
        let said = two.handover(&["check", "--out", out]);
        let words = format!("error: --out {out}: the path of the source alpha (sources/{path}) takes in what would be");
        assert_eq!(said.err.contains(&words), is_taken, "{path} {out}: {}", said.err);
        assert_eq!(said.code == 2 && said.err.contains("  next: "), is_taken || out == "sources", "{}", said.err);
        let _ = fs::remove_dir_all(two.path().join("back"));
        let _ = fs::remove_dir_all(two.path().join("sources/back"));
    }
}

#[cfg(unix)]
#[test]
fn a_link_does_not_hide_a_folder_that_a_source_takes_in() {
    let two = two();
    fs::rename(two.path().join("sources"), two.path().join("kept")).expect("moved");
    std::os::unix::fs::symlink(two.path().join("kept"), two.path().join("sources")).expect("linked");
    two.write("handover.toml", &two_providers("Two", &[["alpha", "**/*.csv", "RNU", "A"]]));
    for out in ["kept/back", "sources/back"] {
        let said = two.handover(&["check", "--out", out]);
        assert!(said.code == 2 && said.err.contains("takes in what would be written there"), "{out}: {}", said.err);
    }
}

#[test]
fn of_a_row_that_is_set_aside_the_provider_sees_what_stands_there() {
    let two = two();
    let stray = format!("0012,\"Quillfeather,{}\n", "x".repeat(70_000));
    let long = format!("0013,Thistlewood,{}\n", "y".repeat(1 << 21));
    let wide = "0014,Pottinger,15/11/1948,R9,R,02/10/2017,HLIL-91,what,is this\n";
    two.write("sources/alpha.csv", &format!("{HEADER}{ALPHA}{stray}{long}{wide}0015,Ashgrove,15/11/1948,R7,R,,\n"));
    let said = two.handover(&["check", "--out", "back"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let alpha = workbook(&two, "back/RNU/rows-to-fix.xlsx");
    let of = |row: &str| -> Vec<String> {
        let line = alpha[1].1.iter().find(|line| line[3] == row).unwrap_or_else(|| panic!("no row {row}"));
        line[4..].iter().filter(|cell| !cell.is_empty()).cloned().collect()
    };
    let [stray] = &of("5")[..] else { panic!("one cell: {:?}", of("5")) };
    assert!(stray.starts_with("0012,\"Quillfeather,xxx") && stray.ends_with("x […]") && stray.len() < 600);
    let [long] = &of("6")[..] else { panic!("one cell: {:?}", of("6")) };
    assert!(long.starts_with("0013,Thistlewood,yyy") && long.ends_with("y […]") && long.len() < 600);
    let wide = of("7");
    assert_eq!(wide.join(","), "0014,Pottinger,15/11/1948,R9,R,02/10/2017,HLIL-91,what,is this");
}

#[test]
fn a_cell_that_is_cut_is_told_as_such_and_nothing_else() {
    let two = two();
    let priority = "z".repeat(40_000);
    two.write("sources/alpha.csv", &format!("{HEADER}0007,Quillfeather,14/11/1948,R1,{priority},01/10/2017,HILL01\n"));
    let said = two.handover(&["check", "--out", "back"]);
    let told = "warning: CUT: 1 alpha.csv of RNU/rows-to-fix.xlsx, from sources/alpha.csv: \
                1 cells are cut to the 32,767 letters that a cell holds";
    assert!(said.err.contains(told), "{}", said.err);
    assert!(!said.all().contains("no room") && !said.all().contains("too large"), "{}", said.all());
}

/// Nobody is told.
struct Nobody;

impl Observer for Nobody {
    fn warns(&mut self, _: &handover::config::Mistake) {}
    fn begins(&mut self, _: Stage) {}
    fn reads(&mut self, _: handover::sources::Progress<'_>) {}
    fn writes(&mut self, _: handover::package::Progress<'_>) {}
}

#[test]
fn a_source_that_changes_between_the_two_readings_is_refused() {
    let two = two();
    two.write("handover.toml", &two_providers("Two", &[["alpha", "al*.csv", "RNU", "A"]]));
    let config = handover::config::load(&two.path().join("handover.toml")).expect("a configuration");
    let records = pipeline::intake(&config, &mut Nobody).expect("records");
    let again = || match pipeline::returned(&config, &records, &[], &mut Nobody) {
        Ok(_) => None,
        Err(pipeline::Error::Changed { path }) => Some(path),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(again(), None);
    // A letter in a cell that nothing is wrong with, as many bytes and rows as before.
    two.edit("sources/alpha.csv", "Pottinger", "Pottingar");
    assert_eq!(again().as_deref(), Some("sources/alpha.csv"));
    two.edit("sources/alpha.csv", "Pottingar", "Pottinger");
    assert_eq!(again(), None);
    two.write("sources/also.csv", HEADER);
    assert_eq!(again().as_deref(), Some("sources/also.csv"));
    fs::rename(two.path().join("sources/alpha.csv"), two.path().join("sources/alter.csv")).expect("moved");
    fs::remove_file(two.path().join("sources/also.csv")).expect("removed");
    assert_eq!(again().as_deref(), Some("sources/alter.csv"));
}

#[test]
fn a_folder_that_holds_something_is_refused_and_left_alone() {
    let two = two();
    two.write("back/note.txt", "mine");
    for (out, words) in [
        ("back", "--out back: the folder holds something already"),
        ("handover.toml", "--out handover.toml: it is no folder"),
    ] {
        let said = two.handover(&["check", "--out", out]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
        assert!(said.err.contains(words) && said.err.contains("  next: "), "{}", said.err);
    }
    assert_eq!(files(&two.path().join("back")).len(), 1);
    assert_eq!(two.handover(&["check", "--out", "other", "--reason", "test-row"]).code, 2);
    fs::create_dir(two.path().join("empty")).expect("made");
    assert_eq!(handover(two.path(), &["check", "--out", "empty"]).code, 0);
}

#[cfg(unix)]
#[test]
fn what_goes_back_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let two = two();
    fs::create_dir(two.path().join("back")).expect("made");
    assert_eq!(two.handover(&["check", "--out", "back"]).code, 0);
    let mode = |path: &str| fs::metadata(two.path().join(path)).expect("there").permissions().mode() & 0o777;
    let modes =
        [mode("back"), mode("back/RNU"), mode("back/RNU/rows-to-fix.xlsx"), mode("back/RNU/unmapped-values.csv")];
    assert_eq!(modes, [0o700, 0o700, 0o600, 0o600]);
}
