//! The laws of the generator.

use super::rates::Rates;
use super::write_default;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![dir.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("inside").to_path_buf();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

fn generated(people: u32, seed: u64) -> (tempfile::TempDir, BTreeMap<PathBuf, Vec<u8>>) {
    let dir = tempfile::tempdir().expect("a folder");
    write_default(dir.path(), people, seed);
    let files = files(dir.path());
    (dir, files)
}

#[test]
fn equal_seeds_give_equal_bytes_and_others_do_not() {
    let (_first, first) = generated(150, 5);
    let (_second, second) = generated(150, 5);
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{} differs", name.display());
    }
    let (_third, third) = generated(150, 6);
    let people = Path::new("truth/people.csv");
    assert_ne!(first[people], third[people]);
}

#[test]
fn other_error_rates_leave_the_people_and_their_care_alone() {
    let (_once, once) = generated(300, 5);
    let dir = tempfile::tempdir().expect("a folder");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/rates-doubled.toml");
    let (rates, text) = Rates::load(Some(Path::new(path))).expect("rates");
    super::write(dir.path(), 300, 5, &rates, &text).expect("it writes");
    let twice = files(dir.path());
    let people = Path::new("truth/people.csv");
    assert_eq!(once[people], twice[people]);
    let ers = Path::new("sources/ers_worklist_1.csv");
    assert_ne!(once[ers], twice[ers], "doubled errors are seen");
}

/// Physical rows counted by other means than those that wrote them: quotes and line ends, row elements.
fn rows_counted(name: &Path, bytes: &[u8]) -> BTreeMap<String, u64> {
    match name.extension().and_then(|extension| extension.to_str()) {
        Some("xlsx") => {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
            let mut part = |name: &str| {
                let mut text = String::new();
                archive.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
                text
            };
            let book = part("xl/workbook.xml");
            let names =
                book.split("<sheet name=\"").skip(1).map(|rest| rest.split('"').next().expect("a name").to_owned());
            names
                .enumerate()
                .map(|(at, name)| {
                    let sheet = part(&format!("xl/worksheets/sheet{}.xml", at + 1));
                    let rows = sheet.split("<row r=\"").skip(1).map(|rest| rest.split('"').next().expect("a number"));
                    (name, rows.map(|row| row.parse().expect("a number")).max().unwrap_or(0))
                })
                .collect()
        }
        Some("ods") => {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
            let mut text = String::new();
            archive.by_name("content.xml").expect("content").read_to_string(&mut text).expect("text");
            [("Diary".to_owned(), text.matches("<table:table-row>").count() as u64)].into()
        }
        _ => {
            let mut quoted = false;
            let mut rows = 0;
            for byte in bytes {
                quoted ^= *byte == b'"';
                rows += u64::from(*byte == b'\n' && !quoted);
            }
            [(String::new(), rows)].into()
        }
    }
}

#[test]
fn every_physical_row_has_one_line_of_truth() {
    let (dir, files) = generated(250, 9);
    let mut lines: BTreeMap<(String, String), BTreeSet<u64>> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(dir.path().join("truth/rows.csv")).expect("truth");
    for record in reader.records() {
        let record = record.expect("a row");
        let fresh = lines
            .entry((record[1].to_owned(), record[2].to_owned()))
            .or_default()
            .insert(record[3].parse().expect("a number"));
        assert!(fresh, "row {} of {} twice", &record[3], &record[1]);
    }
    let mut counted = 0;
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("sources")) {
        for (sheet, rows) in rows_counted(name, bytes) {
            let file = name.to_string_lossy().replace('\\', "/");
            let told = &lines[&(file.clone(), sheet.clone())];
            // Blank rows at the very end of a sheet leave no trace in it, and there are none.
            assert_eq!(told.iter().copied().collect::<Vec<_>>(), (1..=rows).collect::<Vec<_>>(), "{file} {sheet}");
            counted += 1;
        }
    }
    assert_eq!(counted, lines.len(), "truth speaks of no other file or sheet");
}

#[test]
fn every_shape_of_two_people_and_of_one_is_there() {
    let (dir, _) = generated(1_500, 2017);
    let mut shapes: BTreeMap<String, u64> = BTreeMap::new();
    for record in csv::Reader::from_path(dir.path().join("truth/hard_pairs.csv")).expect("truth").records() {
        *shapes.entry(record.expect("a pair")[9].to_owned()).or_default() += 1;
    }
    assert!(shapes.len() >= 19, "{shapes:?}");
}

#[test]
fn a_handful_of_people_is_a_transition_too() {
    let (_dir, files) = generated(1, 1);
    assert!(files.contains_key(Path::new("handover.toml")));
    let key = String::from_utf8(files[Path::new("commitment.key")].clone()).expect("text");
    let digits = key.lines().nth(1).expect("a second line");
    assert!(key.starts_with("# EXAMPLE KEY - public, for the shipped example only\n"));
    assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn the_shipped_example_is_what_this_generator_makes() {
    let (_dir, made) = generated(1_500, 2017);
    let shipped = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/msk-transfer"));
    for (name, bytes) in &made {
        let shipped = std::fs::read(shipped.join(name)).unwrap_or_else(|error| panic!("{}: {error}", name.display()));
        assert!(
            shipped == *bytes,
            "{} differs: cargo xtask generate --people 1500 --seed 2017 --out fixtures/msk-transfer",
            name.display()
        );
    }
}
