//! The sources and the key: what only they can prove.

use super::tiny::{Package, sha256};
use super::{fixtures, judge, slugs};
use handover::verify::{Options, Outcome};
use std::collections::BTreeSet;

/// Judges a package with its sources and key, after either was bent.
fn check(slug: &'static str, what: &str, bend: impl FnOnce(&mut Package, &mut Package)) -> &'static str {
    let mut package = Package::read(&fixtures().join("valid/tiny"));
    let mut inputs = Package::read(&fixtures().join("inputs"));
    bend(&mut package, &mut inputs);
    let (bag, handover) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    package.write(bag.path());
    inputs.write(handover.path());
    let key = Some(handover.path().join("commitment.key"));
    let verdict = judge(bag.path(), &Options { sources: Some(handover.path().to_owned()), key });
    let found = slugs(&verdict);
    assert!(!verdict.passed() && found.contains(slug), "{what} must raise {slug}, and raises {found:?}");
    slug
}

/// The package as it would be had it been made from the sources as they are now, but for what it says of rows.
fn follow(package: &mut Package, inputs: &Package) {
    for line in 1..=4 {
        let file = package.table("sources")[line][1].clone();
        let bytes = inputs.files[&file].clone();
        package.set("sources", line, "bytes", &bytes.len().to_string());
        package.set("sources", line, "sha256", &sha256(&bytes));
    }
    package.describe();
    package.seal();
}

fn edit(inputs: &mut Package, file: &str, from: &str, to: &str) {
    let text = String::from_utf8(inputs.files[file].clone()).expect("text");
    assert!(text.contains(from));
    inputs.files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
}

/// Every way in which sources or key can belie a package; gives the problems raised.
pub fn check_all() -> BTreeSet<&'static str> {
    const CLINIC: &str = "sources/clinic.csv";
    let with_book = |inputs: &mut Package, also: fn(&mut rust_xlsxwriter::Workbook)| {
        let mut book = rust_xlsxwriter::Workbook::new();
        also(&mut book);
        inputs.files.insert("sources/diary.xlsx".into(), book.save_to_buffer().expect("a workbook"));
    };
    let slugs = [
        check("source-missing", "a source is gone", |_, inputs| drop(inputs.files.remove(CLINIC))),
        check("source-missing", "a source lies outside", |package, inputs| {
            package.set("sources", 4, "file", "../totals.csv");
            inputs.files.insert("totals.csv".into(), Vec::new());
            package.describe();
            package.seal();
        }),
        check("source-changed", "a letter is another", |_, inputs| edit(inputs, CLINIC, "Ann", "Amy")),
        check("row-changed", "a letter is another, and the file's digest is right", |package, inputs| {
            edit(inputs, CLINIC, "Ann", "Amy");
            follow(package, inputs);
        }),
        check("row-changed", "a used row is blank in the file", |package, inputs| {
            edit(inputs, CLINIC, "1,Smyth,Ann,03/02/1961,again\n", ",,,,\n");
            follow(package, inputs);
        }),
        check("source-rows", "a row was dropped from the account", |package, inputs| {
            edit(inputs, CLINIC, "9,Test", "3,Jones,Tom,01/01/1980,\n9,Test");
            follow(package, inputs);
        }),
        check("source-rows", "a stray quote hid a row", |package, inputs| {
            edit(inputs, CLINIC, "\"knee,\nleft\"", "\"knee,\nleft");
            follow(package, inputs);
        }),
        check("blank-row-holds", "a blank row holds a name", |package, inputs| {
            edit(inputs, CLINIC, "\n\n", "\nSmith\n");
            follow(package, inputs);
        }),
        check("source-unreadable", "a workbook is none", |package, inputs| {
            inputs.files.insert("sources/diary.xlsx".into(), b"PK".to_vec());
            follow(package, inputs);
        }),
        check("source-unreadable", "the encoding is unknown", |package, _| {
            package.set("sources", 1, "encoding", "klingon");
            package.describe();
            package.seal();
        }),
        check("sheet-unaccounted", "a workbook has one sheet more, and not the others", |package, inputs| {
            with_book(inputs, |book| {
                book.add_worksheet().set_name("More").expect("a name");
            });
            follow(package, inputs);
        }),
        check("row-changed", "the rows of a workbook are others", |package, inputs| {
            with_book(inputs, |book| {
                let sheet = book.add_worksheet().set_name("Diary").expect("a name");
                sheet.write_string(1, 0, "Ben Okafor").expect("a cell");
                book.add_worksheet().set_name("Notes").expect("a name").write_string(0, 0, "x").expect("a cell");
            });
            follow(package, inputs);
        }),
        check("commitment-differs", "the key is another", |_, inputs| {
            inputs.files.insert("commitment.key".into(), vec![7; 32]);
        }),
        check("commitment-differs", "the head commits to another manifest", |package, _| {
            let digest = sha256(b"another");
            package.set_json("head.json", &{
                let mut head = package.json("head.json");
                head["manifest_commitment"] = digest.into();
                head
            });
            package.seal_tags();
        }),
        check("key-unreadable", "the key is none", |_, inputs| drop(inputs.files.remove("commitment.key"))),
    ];
    slugs.into()
}

#[test]
fn sources_and_key_prove_what_the_package_cannot() {
    check_all();
}

#[test]
fn a_moved_file_is_not_blamed_on_rows() {
    let bag = fixtures().join("valid/tiny");
    let nowhere = tempfile::tempdir().expect("a folder");
    let verdict = judge(&bag, &Options { sources: Some(nowhere.path().to_owned()), key: None });
    assert_eq!(verdict.check("source-files").map(|check| check.problems.len()), Some(3));
    assert_eq!(verdict.check("source-rows").map(|check| &check.outcome), Some(&Outcome::NotApplicable));
}
