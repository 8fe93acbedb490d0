//! What holds whatever the data are, shown on the shipped example: the same inputs give the same bytes, every row is
//! accounted for once, a killed run leaves nothing that passes for a package, and verify sees every change.

use crate::journal::{self, Answered};
use crate::transition::{Transition, columns, example_run, files, fixtures, handover, table};
use handover::verify::{Options, Outcome, Verdict, verify};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

type Files = BTreeMap<String, Vec<u8>>;

/// The package that the example gives.
fn package() -> PathBuf {
    example_run().join("packages/0001")
}

fn same_bytes(made: &Path, how: &str) {
    let (expected, found) = (files(&package()), files(made));
    let names = |files: &Files| files.keys().cloned().collect::<Vec<String>>();
    assert_eq!(names(&found), names(&expected), "{how}");
    for (name, bytes) in &expected {
        assert!(&found[name] == bytes, "{how}: {name} differs");
    }
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    let example = Transition::example();
    assert_eq!(example.handover(&["run", "--quiet", "--out", "first"]).code, 0);
    same_bytes(&example.path().join("first"), "another folder");
    assert_eq!(example.handover(&["run", "--quiet", "--out", "second", "-vv"]).code, 0);
    same_bytes(&example.path().join("second"), "run twice");
}

/// Decisions of many kinds, and everything they change, are gone with their undoing: what is left differs from a package
/// without decisions only where the journal is listed or cited.
#[test]
fn what_is_taken_back_leaves_nothing_behind() {
    let case = Transition::copy_of(&fixtures().join("cases/decisions-of-every-kind/input"));
    fs::remove_file(case.path().join("decisions.jsonl")).expect("a journal");
    let made = |name: &str| {
        let said = case.handover(&["run", "--quiet", "--out", name]);
        assert_eq!(said.code, 0, "{}", said.err);
        let package = files(&case.path().join(name));
        let tables =
            package.into_iter().filter(|(path, _)| path.starts_with("data/tables/") || path.ends_with("rows.csv"));
        tables.filter(|(path, _)| path != "data/tables/review_decisions.csv").collect::<Files>()
    };
    let without = made("without");
    let kept = fs::read_to_string(fixtures().join("cases/decisions-of-every-kind/said.toml")).expect("answers");
    let answers: BTreeMap<String, Vec<Answered>> = toml::from_str(&kept).expect("answers");
    let answers = &answers["said"];
    journal::append(case.path(), answers);
    let with = made("with");
    assert!(without.iter().filter(|(path, bytes)| with[*path] != **bytes).count() > 4, "they change much");
    let undone: Vec<Answered> =
        (1..=answers.len()).map(|event| Answered::new("undo", "undone", &event.to_string(), &[])).collect();
    journal::append(case.path(), &undone);
    let back = made("back");
    for (path, bytes) in &without {
        assert!(back[path] == *bytes, "{path} differs");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for threads in ["1", "2"] {
        let example = Transition::example();
        assert_eq!(example.handover(&["run", "--quiet", "--threads", threads, "--out", "made"]).code, 0);
        same_bytes(&example.path().join("made"), threads);
    }
}

/// The parts of a configuration that begin with a table header, in the order in which they stand.
fn tables(config: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in config.lines() {
        if line.starts_with('[') {
            parts.push(String::new());
        }
        parts.last_mut().expect("one").push_str(&format!("{line}\n"));
    }
    parts
}

#[test]
fn the_order_in_which_sources_are_listed_changes_nothing() {
    let example = Transition::example();
    let config = fs::read_to_string(example.path().join("handover.toml")).expect("text");
    let (sources, others): (Vec<String>, Vec<String>) =
        tables(&config).into_iter().partition(|part| part.starts_with("[[source]]"));
    assert!(sources.len() > 10);
    let reversed: String = others.iter().chain(sources.iter().rev()).map(String::as_str).collect();
    assert_ne!(reversed, config);
    example.write("handover.toml", &reversed);
    assert_eq!(example.handover(&["run", "--quiet", "--out", "made"]).code, 0);
    same_bytes(&example.path().join("made"), "sources listed backwards");
}

#[test]
fn where_it_is_run_from_changes_nothing() {
    let example = Transition::example();
    let parent = example.path().parent().expect("a folder");
    let name = example.path().file_name().expect("a name").to_string_lossy().into_owned();
    let out = example.path().join("made");
    let from_above =
        handover(parent, &["run", "--quiet", &format!("{name}/handover.toml"), "--out", &format!("{name}/made")]);
    assert_eq!(from_above.code, 0, "{}", from_above.err);
    same_bytes(&out, "by a relative path");
    let elsewhere = Transition::empty();
    let folder = example.path().to_string_lossy();
    let from_elsewhere = handover(elsewhere.path(), &["run", "--quiet", &folder, "--out", "made"]);
    assert_eq!(from_elsewhere.code, 0, "{}", from_elsewhere.err);
    same_bytes(&elsewhere.path().join("made"), "by an absolute path from another folder");
}

#[test]
fn every_physical_row_has_one_disposition() {
    let package = files(&package());
    let rows = columns(&package["data/audit/rows.csv"], &["source", "file", "sheet", "row", "disposition"]);
    let keys: BTreeSet<&[String]> = rows.iter().map(|row| &row[..4]).collect();
    assert_eq!(keys.len(), rows.len(), "no row stands twice");
    let sheets = columns(&package["data/audit/sources.csv"], &["source", "file", "sheet", "rows"]);
    let mut counted: BTreeMap<&[String], Vec<u64>> = BTreeMap::new();
    for row in &rows {
        counted.entry(&row[..3]).or_default().push(row[3].parse().expect("a number"));
    }
    for sheet in &sheets {
        let numbers = counted.remove(&sheet[..3]).unwrap_or_default();
        assert!(
            numbers.iter().copied().eq(1..=sheet[3].parse().expect("a number")),
            "{:?}: 1 to its last",
            &sheet[..3]
        );
    }
    assert!(counted.is_empty(), "every row is of a sheet that was read");
    // Counted by something else than the program, where no quoted cell holds a line end.
    for (file, quoted) in [("nxx_first_bookings_1.txt", 0), ("rnu_msk_report_1.csv", 8)] {
        let text = fs::read(fixtures().join("msk-transfer/sources").join(file)).expect("a source");
        let lines = text.iter().filter(|byte| **byte == b'\n').count() + usize::from(text.last() != Some(&b'\n'));
        let listed = rows.iter().filter(|row| row[1] == format!("sources/{file}")).count();
        assert_eq!(listed + quoted, lines, "{file}");
    }
}

#[test]
fn every_used_row_is_of_one_patient_and_every_patient_has_one() {
    let package = files(&package());
    let key = ["source", "file", "sheet", "row"];
    let rows = columns(&package["data/audit/rows.csv"], &[&key[..], &["disposition"]].concat());
    let with = |disposition: &str| -> Vec<&[String]> {
        let mut found: Vec<&[String]> = rows.iter().filter(|row| row[4] == disposition).map(|row| &row[..4]).collect();
        found.sort();
        found
    };
    for (disposition, name) in [("used", "patient_records"), ("unassigned", "unassigned")] {
        let mut listed = columns(&package[&format!("data/tables/{name}.csv")], &key);
        listed.sort();
        assert!(listed.iter().map(Vec::as_slice).eq(with(disposition)), "{disposition} rows are those of {name}");
    }
    let column = |name: &str| -> BTreeSet<Vec<String>> {
        columns(&package[&format!("data/tables/{name}.csv")], &["patient_id"]).into_iter().collect()
    };
    assert_eq!(column("patients"), column("patient_records"));
}

#[test]
fn a_killed_run_leaves_nothing_that_verifies_and_the_next_clears_it_away() {
    let example = Transition::example();
    let out = example.path().join("made");
    let mut killed = 0;
    for delay in [0, 40, 120, 300, 600, 900, 1200, 1500, 2000, 2600, 3300] {
        let mut run = Command::new(env!("CARGO_BIN_EXE_handover"))
            .args(["run", "--quiet", "--out", "made"])
            .current_dir(example.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(delay));
        let ended = run.try_wait().expect("its state").is_some();
        // It may end between the question and the signal; what stands at its place then is a whole package.
        let _ = run.kill();
        let status = run.wait().expect("it ends");
        if out.exists() {
            assert!(verdict(&out, &Options::default()).passed(), "what stands there is whole or not there");
            fs::remove_dir_all(&out).expect("removed");
        } else {
            assert!(!ended && !status.success(), "a run that says it is done has made its package");
            killed += 1;
        }
    }
    assert!(killed > 2, "{killed} runs were killed at work");
    for name in partial(example.path()) {
        let left = example.path().join(&name);
        for place in [left.clone(), left.join("package")] {
            assert!(!verify(&place, &Options::default()).is_ok_and(|verdict| verdict.passed()), "{name} verifies");
        }
    }
    let said = example.handover(&["run", "--quiet", "--out", "made"]);
    assert_eq!(said.code, 0, "{}", said.err);
    same_bytes(&out, "after killed runs");
    assert_eq!(partial(example.path()), Vec::<String>::new(), "what killed runs left is gone");
}

/// What unfinished runs have left in a folder.
fn partial(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder");
    let names = names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains(".partial-")).collect()
}

#[test]
fn what_a_run_leaves_half_done_is_cleared_away() {
    let example = Transition::clinic();
    let left = example.path().join(".made.partial-abc");
    fs::create_dir_all(left.join("package/data")).expect("made");
    fs::write(left.join("lock"), "").expect("written");
    assert_eq!(example.handover(&["run", "--quiet", "--out", "made"]).code, 0);
    assert!(!left.exists());
}

fn verdict(package: &Path, options: &Options) -> Verdict {
    verify(package, options).expect("the folder can be read")
}

fn slugs(verdict: &Verdict) -> BTreeSet<&'static str> {
    verdict.problems().map(|problem| problem.kind.slug()).collect()
}

#[test]
fn the_package_verifies_with_its_sources_and_its_key() {
    let folder = fixtures().join("msk-transfer");
    let options = Options { sources: Some(folder.clone()), key: Some(folder.join("commitment.key")) };
    let verdict = verdict(&package(), &options);
    for check in &verdict.checks {
        assert_eq!(check.outcome, Outcome::Passed, "{}: {:?}", check.name, check.problems);
        assert!(check.counted > 0, "{}", check.name);
    }
    let (sources, key) = (folder.to_string_lossy(), folder.join("commitment.key"));
    let arguments = ["verify", "packages/0001", "--sources", &sources, "--key", &key.to_string_lossy(), "--json"];
    let said = handover(example_run(), &arguments);
    assert_eq!((said.code, &said.json()["ok"]), (0, &true.into()));
}

#[test]
fn another_key_or_a_changed_source_is_seen() {
    let example = Transition::example();
    let options =
        Options { sources: Some(example.path().to_owned()), key: Some(example.path().join("commitment.key")) };
    example.write("commitment.key", &format!("# EXAMPLE KEY\n{}\n", "ab".repeat(32)));
    let text = fs::read(example.path().join("sources/text_reminders_1.csv")).expect("a source");
    fs::write(example.path().join("sources/text_reminders_1.csv"), &text[..text.len() - 2]).expect("written");
    let verdict = verdict(&package(), &options);
    let failed: Vec<&str> =
        verdict.checks.iter().filter(|check| check.outcome == Outcome::Failed).map(|check| check.name).collect();
    assert!(failed.contains(&"commitment") && failed.contains(&"source-files"), "{failed:?}");
}

/// A copy of the package that a test may damage.
fn copy() -> Transition {
    let copy = Transition::empty();
    write(&files(&package()), copy.path());
    copy
}

fn write(files: &Files, folder: &Path) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }
}

#[test]
fn a_flipped_byte_is_seen_in_every_file() {
    let copy = copy();
    let whole = files(copy.path());
    assert!(whole.len() > 30);
    for (name, bytes) in &whole {
        for place in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x20;
            fs::write(copy.path().join(name), &flipped).expect("written");
            let verdict = verdict(copy.path(), &Options::default());
            assert!(!verdict.passed(), "byte {place} of {name}");
            // A change to the declaration may leave no bag in which a file could be named.
            let names_it = verdict.problems().any(|problem| problem.to_string().contains(name.as_str()));
            assert!(names_it || name.ends_with(".txt"), "byte {place} of {name} is not named: {:?}", slugs(&verdict));
        }
        fs::write(copy.path().join(name), bytes).expect("written");
    }
    assert!(verdict(copy.path(), &Options::default()).passed(), "whole again");
}

#[test]
fn a_missing_file_is_seen_and_named() {
    let copy = copy();
    for (name, bytes) in files(copy.path()) {
        fs::remove_file(copy.path().join(&name)).expect("removed");
        let verdict = verdict(copy.path(), &Options::default());
        assert!(!verdict.passed(), "{name}");
        let named = verdict.problems().any(|problem| problem.to_string().contains(&name));
        assert!(named || name == "manifest-sha256.txt", "{name}: {:?}", slugs(&verdict));
        write(&Files::from([(name, bytes)]), copy.path());
    }
}

#[test]
fn an_added_file_is_seen_and_named() {
    for name in ["data/tables/more.csv", "data/notes.txt", "more.txt", "data/audit/.hidden"] {
        let copy = copy();
        copy.write(name, "more\n");
        let verdict = verdict(copy.path(), &Options::default());
        let named = verdict.problems().any(|problem| problem.to_string().contains(name));
        assert!(!verdict.passed() && named, "{name}: {:?}", slugs(&verdict));
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn edit_json(files: &mut Files, name: &str, edit: impl FnOnce(&mut Value)) {
    let mut document: Value = serde_json::from_slice(&files[name]).expect("JSON");
    edit(&mut document);
    files.insert(name.to_owned(), serde_json::to_vec_pretty(&document).expect("JSON"));
}

/// What somebody does who changes a package and means not to be found out: every digest, size and number of lines is
/// made to fit again.
fn cover_up(files: &mut Files) {
    let now = files.clone();
    edit_json(files, "data/datapackage.json", |document| {
        for resource in document["resources"].as_array_mut().expect("resources") {
            let bytes = &now[&format!("data/{}", resource["path"].as_str().expect("a path"))];
            assert!(resource["hash"].is_string() && resource["bytes"].is_number() && resource["rows"].is_number());
            resource["hash"] = format!("sha256:{}", sha256(bytes)).into();
            resource["bytes"] = bytes.len().into();
            resource["rows"] = (table(bytes).len() - 1).into();
        }
    });
    let payload: Vec<(&String, &Vec<u8>)> = files.iter().filter(|(name, _)| name.starts_with("data/")).collect();
    let manifest: String = payload.iter().map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes))).collect();
    let oxum = format!("{}.{}", payload.iter().map(|(_, bytes)| bytes.len()).sum::<usize>(), payload.len());
    let info = String::from_utf8(files["bag-info.txt"].clone()).expect("text");
    let lines = info.lines().map(|line| match line.strip_prefix("Payload-Oxum: ") {
        Some(_) => format!("Payload-Oxum: {oxum}\n"),
        None => format!("{line}\n"),
    });
    let info: String = lines.collect();
    files.insert("bag-info.txt".into(), info.into_bytes());
    files.insert("manifest-sha256.txt".into(), manifest.into_bytes());
    let tags = files.iter().filter(|(name, _)| !name.starts_with("data/") && *name != "tagmanifest-sha256.txt");
    let tags: String = tags.map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes))).collect();
    files.insert("tagmanifest-sha256.txt".into(), tags.into_bytes());
}

fn judge(files: &Files, options: &Options) -> Verdict {
    let place = Transition::empty();
    write(files, place.path());
    verdict(place.path(), options)
}

#[test]
fn covering_up_nothing_leaves_a_package_that_holds() {
    let mut files = files(&package());
    cover_up(&mut files);
    let verdict = judge(&files, &Options::default());
    assert!(verdict.passed(), "{:?}", slugs(&verdict));
}

/// A row taken out of a table, with every digest made to fit, is missed by the ledger or by the tables that refer to it.
#[test]
fn a_deleted_row_is_seen_though_manifests_are_rewritten() {
    let whole = files(&package());
    let names: Vec<&String> =
        whole.keys().filter(|name| name.ends_with(".csv") && table(&whole[*name]).len() > 1).collect();
    assert!(names.len() > 18, "{names:?}");
    for name in names {
        let mut lines = table(&whole[name]);
        lines.remove(lines.len() / 2);
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        lines.iter().for_each(|line| writer.write_record(line).expect("written"));
        let mut files = whole.clone();
        files.insert(name.clone(), writer.into_inner().expect("written"));
        cover_up(&mut files);
        let verdict = judge(&files, &Options::default());
        let own = ["file-changed", "payload-size", "resource-differs"];
        assert!(!verdict.passed(), "a row of {name}");
        assert!(slugs(&verdict).iter().any(|slug| !own.contains(slug)), "{name}: {:?}", slugs(&verdict));
    }
}

#[test]
fn a_count_that_was_changed_is_seen_and_named_though_manifests_are_rewritten() {
    let whole = files(&package());
    let ledger: Value = serde_json::from_slice(&whole["data/audit/ledger.json"]).expect("JSON");
    let counts: Vec<String> = ledger["counts"].as_object().expect("counts").keys().cloned().collect();
    assert!(counts.len() > 40);
    for name in ["patients", "rows.used", "rows.set-aside", "appointments.unrecorded", "exceptions", "pairs.review"] {
        assert!(counts.iter().any(|count| count == name), "{name}");
        let mut files = whole.clone();
        let raise = |count: &mut Value| *count = (count.as_u64().expect("a count") + 1).into();
        edit_json(&mut files, "data/audit/ledger.json", |ledger| raise(&mut ledger["counts"][name]));
        let alone = files.clone();
        edit_json(&mut files, "head.json", |head| {
            if head["counts"].get(name).is_some() {
                raise(&mut head["counts"][name]);
            }
        });
        for mut files in [alone, files] {
            cover_up(&mut files);
            let verdict = judge(&files, &Options::default());
            let named = verdict.problems().any(|problem| {
                problem.kind.slug() == "count-differs" && problem.to_string().contains(&format!(":{name}:"))
            });
            assert!(!verdict.passed() && named, "{name}: {:?}", slugs(&verdict));
        }
    }
}

/// Two rows that swap patients leave every count as it was. The key's holder sees that the manifest is another.
#[test]
fn what_balances_is_seen_with_the_key() {
    let mut files = files(&package());
    let name = "data/tables/patients.csv";
    let text = String::from_utf8(files[name].clone()).expect("text");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let cut = |line: &str| line.split_once(',').map(|(id, rest)| (id.to_owned(), rest.to_owned())).expect("an id");
    let (one, two) = (cut(&lines[1]), cut(&lines[2]));
    (lines[1], lines[2]) = (format!("{},{}", one.0, two.1), format!("{},{}", two.0, one.1));
    files.insert(name.into(), (lines.join("\n") + "\n").into_bytes());
    cover_up(&mut files);
    let key = Some(fixtures().join("msk-transfer/commitment.key"));
    let verdict = judge(&files, &Options { sources: None, key });
    assert!(verdict.check("commitment").is_some_and(|check| check.outcome == Outcome::Failed), "{:?}", slugs(&verdict));
}
