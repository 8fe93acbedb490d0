//! `fixtures/tiny`, the transition that is meant to be read: a dozen rows from every sort of source, and beside them the
//! tables that they become. `BLESS=1` writes the tables anew.

use crate::transition::{Transition, columns, files, fixtures, table};
use handover::verify::{Options, Outcome, verify};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Tables that stand in `expected`, byte for byte.
const EXPECTED: [(&str, &str); 4] = [
    ("patients.csv", "data/tables/patients.csv"),
    ("appointments.csv", "data/tables/appointments.csv"),
    ("exceptions.csv", "data/tables/exceptions.csv"),
    ("rows.csv", "data/audit/rows.csv"),
];

fn run() -> (Transition, BTreeMap<String, Vec<u8>>) {
    let tiny = Transition::copy_of(&fixtures().join("tiny"));
    let said = tiny.handover(&["run", "--quiet", "--out", "package"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let package = files(&tiny.path().join("package"));
    (tiny, package)
}

#[test]
fn a_dozen_rows_become_these_tables() {
    let (_tiny, package) = run();
    let expected = fixtures().join("tiny/expected");
    let names: BTreeSet<String> = files(&expected).into_keys().collect();
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(&expected).expect("made");
        EXPECTED.iter().for_each(|(name, path)| fs::write(expected.join(name), &package[*path]).expect("written"));
    } else {
        assert!(names.iter().map(String::as_str).eq(BTreeSet::from(EXPECTED.map(|(name, _)| name))), "{names:?}");
    }
    for (name, path) in EXPECTED {
        let found = String::from_utf8_lossy(&package[path]);
        let text = fs::read_to_string(expected.join(name)).expect("a table");
        assert!(found == text, "{name} is\n{found}and should be\n{text}");
    }
}

#[test]
fn there_is_one_of_everything() {
    let (_tiny, package) = run();
    for name in ["diagnostics", "documents", "outcome_scores", "concerns", "declared", "paper_folders", "unassigned"] {
        assert!(table(&package[&format!("data/tables/{name}.csv")]).len() > 1, "{name}");
    }
    let words = |path: &str, column: &str| -> BTreeSet<String> {
        columns(&package[path], &[column]).into_iter().flatten().collect()
    };
    let dispositions = words("data/audit/rows.csv", "disposition");
    for word in ["used", "unassigned", "declared", "keying", "reference", "set-aside", "header", "preamble", "footer"] {
        assert!(dispositions.contains(word), "{word}");
    }
    let classes = words("data/tables/appointments.csv", "classification");
    assert!(["matched", "recorded-only", "unrecorded"].iter().all(|class| classes.contains(*class)), "{classes:?}");
    let rows = table(&package["data/audit/rows.csv"]).len();
    assert!(rows < 40, "{rows} rows are too many to be read");
}

#[test]
fn what_they_become_holds() {
    let (tiny, _package) = run();
    let options = Options { sources: Some(tiny.path().to_owned()), key: Some(tiny.path().join("commitment.key")) };
    let verdict = verify(&tiny.path().join("package"), &options).expect("a folder");
    for check in &verdict.checks {
        assert_eq!(check.outcome, Outcome::Passed, "{}: {:?}", check.name, check.problems);
    }
}

/// The example as README shows it; `BLESS=1` writes it anew.
#[test]
fn the_readme_shows_what_the_example_comes_to() {
    let said = Transition::example().handover(&["run"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).expect("a readme");
    // Below stands where the package is, and how long it took.
    let until_package = |text: &str| text.find("\nPackage ").expect("where the package is");
    let start = text.find("Thameshire MSK").expect("the example");
    let end = start + until_package(&text[start..]);
    let found = &said.out[..until_package(&said.out)];
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{}{found}{}", &text[..start], &text[end..])).expect("written");
    } else {
        assert!(&text[start..end] == found, "it comes to\n{found}\nand README shows\n{}", &text[start..end]);
    }
}
