//! A package made of the truth scores everything; a damaged one does not.

use super::score::{Scores, missed};
use super::scored;
use crate::generate;
use std::collections::BTreeMap;
use std::path::Path;

/// What is done to the perfect package before it is written.
#[derive(Default)]
struct Damage {
    /// Everybody's patient is joined to the next person's, for so many people.
    join: usize,
    /// Every so-manieth row is in a patient of its own.
    split_every: Option<usize>,
    /// Unrecorded bookings are called recorded-only.
    hide_unrecorded: bool,
    /// Every so-manieth disposition is left out.
    forget_every: Option<usize>,
    /// Clocks restart on one day.
    reset_clocks: bool,
    /// Dispositions of rows that the truth does not list.
    stray: &'static [(&'static str, &'static str)],
}

fn table(path: &Path, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    let mut writer = csv::Writer::from_path(path).expect("a table opens");
    writer.write_record(header).expect("a header");
    for row in rows {
        writer.write_record(row).expect("a row");
    }
    writer.flush().expect("a table closes");
}

fn read(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).expect("a table").deserialize().map(|row| row.expect("a row")).collect()
}

fn package(truth: &Path, dir: &Path, damage: &Damage) {
    let rows = read(&truth.join("rows.csv"));
    let place =
        |row: &BTreeMap<String, String>| ["source", "file", "sheet", "row"].map(|name| row[name].clone()).to_vec();
    let with = |row: &BTreeMap<String, String>, more: &[&str]| {
        let mut cells = place(row);
        cells.extend(more.iter().map(|cell| (*cell).to_owned()));
        cells
    };
    let audit = rows.iter().enumerate().filter(|(at, _)| damage.forget_every.is_none_or(|every| at % every > 0));
    let header = ["source", "file", "sheet", "row", "disposition", "reason"];
    let stray = damage.stray.iter().enumerate().map(|(at, (source, disposition))| {
        let file = rows.iter().find(|row| row["source"] == **source);
        let [file, sheet] = ["file", "sheet"].map(|name| file.map(|row| row[name].clone()).unwrap_or_default());
        vec![(*source).to_owned(), file, sheet, (900_000 + at).to_string(), (*disposition).to_owned(), String::new()]
    });
    table(&dir.join("data/audit/rows.csv"), &header, audit.map(|(_, row)| with(row, &["used", ""])).chain(stray));

    let tables = dir.join("data/tables");
    let data: Vec<_> = rows.iter().filter(|row| row["kind"] == "data").collect();
    let patients = data.iter().enumerate().map(|(at, row)| {
        let number: usize = row["person"][1..].parse().expect("a person");
        let patient = if number <= damage.join { 1 } else { number };
        let patient = format!("p{patient}");
        let alone = damage.split_every.is_some_and(|every| at % every == 0);
        with(row, &["", &if alone { format!("alone{at}") } else { patient }, "1", "model"])
    });
    let header = ["source", "file", "sheet", "row", "row_sha256", "patient_id", "match_probability", "joined_by"];
    table(&tables.join("patient_records.csv"), &header, patients);

    let referrals = read(&truth.join("referrals.csv"));
    let relation: BTreeMap<&str, &str> =
        referrals.iter().map(|row| (row["referral"].as_str(), row["relation"].as_str())).collect();
    let grouped = data.iter().filter(|row| !row["referral"].is_empty());
    let header = ["source", "file", "sheet", "row", "referral_id", "relation"];
    table(
        &tables.join("referral_records.csv"),
        &header,
        grouped.map(|row| with(row, &[&row["referral"], relation[row["referral"].as_str()]])),
    );
    let clock = |row: &BTreeMap<String, String>| {
        if damage.reset_clocks { "2017-10-01".to_owned() } else { row["clock_start"].clone() }
    };
    let header = ["referral_id", "clock_start"];
    table(
        &tables.join("referrals.csv"),
        &header,
        referrals.iter().map(|row| vec![row["referral"].clone(), clock(row)]),
    );
    let waiting = referrals.iter().filter(|row| row["waiting"] == "true");
    table(
        &tables.join("waiting_list.csv"),
        &["referral_id", "wait_type"],
        waiting.map(|row| vec![row["referral"].clone(), "rtt".to_owned()]),
    );

    let booked = data.iter().filter(|row| !row["appointment"].is_empty());
    let header = ["source", "file", "sheet", "row", "appointment_id", "standing"];
    table(
        &tables.join("appointment_records.csv"),
        &header,
        booked.map(|row| with(row, &[&row["appointment"], "record"])),
    );
    let said =
        |class: &str| if damage.hide_unrecorded && class == "unrecorded" { "recorded-only" } else { class }.to_owned();
    let appointments = read(&truth.join("appointments.csv"));
    let rows = appointments.iter().map(|row| vec![row["appointment"].clone(), said(&row["classification"])]);
    table(&tables.join("appointments.csv"), &["appointment_id", "classification"], rows);
}

fn scores(damage: &Damage) -> Scores {
    let dir = tempfile::tempdir().expect("a folder");
    generate::write_default(dir.path(), 400, 7);
    let made = dir.path().join("packages/0001");
    package(&dir.path().join("truth"), &made, damage);
    scored(&dir.path().join("truth"), &made, 2).expect("it scores")
}

fn value(scores: &Scores, name: &str) -> f64 {
    let figure = scores.figures.iter().find(|figure| figure.name == name).unwrap_or_else(|| panic!("no figure {name}"));
    assert!(figure.of > 0, "{name}: nothing to check");
    figure.count as f64 / figure.of as f64
}

#[test]
fn the_truth_scores_everything() {
    let scores = scores(&Damage::default());
    for name in [
        "patients.precision",
        "patients.recall",
        "referrals.precision",
        "referrals.recall",
        "clock_start.exact",
        "unrecorded.precision",
        "unrecorded.recall",
        "conflict.precision",
        "conflict.recall",
        "waiting_list.precision",
        "waiting_list.recall",
        "re_referral.precision",
        "re_referral.recall",
        "onward.recall",
        "appointments.matched.said.matched",
    ] {
        assert!((value(&scores, name) - 1.0).abs() < 1e-12, "{name}\n{}", scores.printed());
    }
    for figure in scores.figures.iter().filter(|figure| figure.name.starts_with("hard.two_people")) {
        assert_eq!(figure.count, 0, "{}", figure.name);
    }
    assert_eq!(missed(&scores, "once").expect("floors"), Vec::<String>::new());
}

#[test]
fn people_joined_and_rows_split_lower_precision_and_recall() {
    let joined = scores(&Damage { join: 30, ..Damage::default() });
    assert!(value(&joined, "patients.precision") < 0.9);
    assert!((value(&joined, "patients.recall") - 1.0).abs() < 1e-12);
    let split = scores(&Damage { split_every: Some(10), ..Damage::default() });
    assert!(value(&split, "patients.recall") < 0.95);
    assert!(!missed(&split, "once").expect("floors").is_empty());
}

#[test]
fn what_is_hidden_forgotten_or_reset_is_seen() {
    let hidden =
        scores(&Damage { hide_unrecorded: true, forget_every: Some(50), reset_clocks: true, ..Damage::default() });
    assert!(value(&hidden, "rows.unaccounted") > 0.015);
    assert!(value(&hidden, "clock_start.exact") < 0.01);
    let recall = hidden.figures.iter().find(|figure| figure.name == "unrecorded.recall").expect("a figure");
    assert_eq!(recall.count, 0);
    let missed = missed(&hidden, "once").expect("floors");
    assert!(missed.iter().any(|line| line == "unrecorded.precision: nothing to check"), "{missed:?}");
}

#[test]
fn reference_rows_of_other_files_are_not_invented() {
    let stray = &[("sites", "header"), ("sites", "reference"), ("sites", "used"), ("ers", "reference")];
    let scores = scores(&Damage { stray, ..Damage::default() });
    let count = |name: &str| scores.figures.iter().find(|figure| figure.name == name).expect("a figure").count;
    assert_eq!((count("rows.reference"), count("rows.invented")), (2, 2));
}

#[test]
fn nothing_to_check_is_below_every_floor() {
    assert_eq!(missed(&Scores::new(0), "doubled").expect("floors").len(), 6);
}
