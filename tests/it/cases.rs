//! One small situation each: `fixtures/cases/<what-is-odd>/input` is a transition, `expected` says what must come of it.
//!
//! `expected` holds some of these, and nothing else:
//!
//! - `exceptions.csv`: every exception. `rows.csv`: what became of every physical row. `BLESS=1` writes both anew.
//! - `facts.toml`: see [`Facts`].
//! - `error.txt`: the exit code, and on each further line something that the message says; then there is no package.
//!
//! `said.toml` beside them is what people answered in review; `input/decisions.jsonl` is the journal of it, which `BLESS=1`
//! writes anew.
//!
//! Every reason of the catalogue is raised by some case, or by a test below.

use crate::journal::{self, Answered};
use crate::transition::{Said, Transition, columns, files, fixtures, table};
use handover::ledger::Reason;
use handover::verify::{Options, verify};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Reasons that a test here raises with a file too long to be kept.
const RAISED_IN_PLACE: [&str; 3] = ["row-too-long", "row-limit", "column-limit"];

/// Reasons that stand in tables other than `exceptions.csv`.
const FACTS_WITH_REASONS: &str = "facts.toml";

/// What must hold of the package. A row is `source:row`, or `source[sheet]:row`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Facts {
    /// Counts of `audit/ledger.json`, by name.
    counts: BTreeMap<String, u64>,
    /// By `patients`, `referrals` or `appointments`: groups of rows that speak of one.
    together: BTreeMap<String, Vec<Vec<String>>>,
    /// By the same: rows that speak of as many different ones as there are rows.
    apart: BTreeMap<String, Vec<Vec<String>>>,
    /// The value of a column for what the row speaks of.
    cell: Vec<Cell>,
    /// Lines of a table: how many have these values.
    lines: Vec<Lines>,
    /// Rows whose patient is not known, and why.
    unassigned: BTreeMap<String, String>,
    /// Pairs that were not joined by machine, and why.
    pair: Vec<Pair>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    table: String,
    row: String,
    column: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    table: String,
    count: usize,
    with: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    rows: [String; 2],
    standing: String,
    reason: String,
}

/// What people answered, one event each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    said: Vec<Answered>,
}

/// A package that a case gave.
struct Package {
    case: String,
    files: BTreeMap<String, Vec<u8>>,
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(fixtures().join("cases")).expect("cases").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_name().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn every_case_is_whole_and_nothing_else_lies_about() {
    assert!(cases().len() >= 25, "{} cases", cases().len());
    for case in cases() {
        let name = name(&case);
        let config = fs::read_to_string(case.join("input/handover.toml"));
        let config = config.unwrap_or_else(|_| panic!("{name} has no input/handover.toml"));
        assert!(config.starts_with("# "), "{name}: the configuration begins by saying what is odd");
        for file in files(&case).keys() {
            let known = match file.split_once('/') {
                Some(("expected", file)) => ["exceptions.csv", "rows.csv", "facts.toml", "error.txt"].contains(&file),
                Some(("input", file)) => {
                    let single = ["handover.toml", "commitment.key", "sites.csv", "decisions.jsonl"].contains(&file);
                    single || file.starts_with("sources/") || file.starts_with("mappings/")
                }
                _ => file == "said.toml",
            };
            assert!(known, "{name}: nobody reads {file}");
        }
        let expected = fs::read_dir(case.join("expected")).unwrap_or_else(|_| panic!("{name} has no expected/"));
        assert!(expected.count() > 0, "{name} expects nothing");
        let key = fs::read_to_string(case.join("input/commitment.key")).unwrap_or_default();
        assert!(key.starts_with("# EXAMPLE KEY"), "{name}: its key is marked as an example");
    }
}

#[test]
fn every_case_comes_out_as_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let name = name(&case);
        // Each case is told, not the first alone.
        if std::panic::catch_unwind(|| run(&case)).is_err() {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "not as expected: {wrong:?}");
}

fn run(case: &Path) {
    let transition = Transition::copy_of(&case.join("input"));
    let kept = case.join("input/decisions.jsonl");
    if let Ok(text) = fs::read_to_string(case.join("said.toml")) {
        let answers: Answers = toml::from_str(&text).expect("answers");
        let written = journal::written(transition.path(), &answers.said);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&kept, &written).expect("written");
        }
        let kept = fs::read_to_string(&kept).expect("a journal");
        assert!(kept == written, "{}: the journal is not of these answers: BLESS=1 writes it anew", name(case));
    } else {
        assert!(!kept.exists(), "{}: a journal, and nobody's answers", name(case));
    }
    let said = transition.handover(&["run", "--quiet", "--out", "package"]);
    let name = name(case);
    let made = transition.path().join("package");
    if let Ok(expected) = fs::read_to_string(case.join("expected/error.txt")) {
        assert!(!made.exists(), "{name}: a run that fails makes no package");
        return refused(&name, &expected, &said);
    }
    assert_eq!(said.code, 0, "{name}: {}", said.err);
    let options =
        Options { sources: Some(transition.path().to_owned()), key: Some(transition.path().join("commitment.key")) };
    let verdict = verify(&made, &options).expect("a folder");
    let problems: Vec<String> = verdict.problems().map(ToString::to_string).collect();
    assert!(verdict.passed(), "{name}: {problems:#?}");
    let package = Package { case: name, files: files(&made) };
    for (file, path) in [("exceptions.csv", "data/tables/exceptions.csv"), ("rows.csv", "data/audit/rows.csv")] {
        package.hold_to(&case.join("expected").join(file), path);
    }
    if let Ok(text) = fs::read_to_string(case.join("expected/facts.toml")) {
        let facts: Facts = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", package.case));
        package.bears_out(&facts);
    }
}

fn refused(name: &str, expected: &str, said: &Said) {
    let mut lines = expected.lines();
    let code = lines.next().expect("an exit code");
    assert_eq!(said.code.to_string(), code, "{name}: {}", said.err);
    assert_eq!(said.out, "", "{name}");
    for part in lines {
        assert!(said.err.contains(part), "{name}: the message does not say {part:?}: {}", said.err);
    }
}

impl Package {
    /// A table that is expected line by line. `BLESS=1` writes it.
    fn hold_to(&self, expected: &Path, path: &str) {
        if std::env::var_os("BLESS").is_some() {
            fs::write(expected, &self.files[path]).expect("written");
        }
        if let Ok(text) = fs::read_to_string(expected) {
            let found = String::from_utf8_lossy(&self.files[path]);
            assert!(text == found, "{}: {path} is\n{found}and should be\n{text}", self.case);
        }
    }

    fn bears_out(&self, facts: &Facts) {
        let case = &self.case;
        let ledger: Value = serde_json::from_slice(&self.files["data/audit/ledger.json"]).expect("JSON");
        for (name, count) in &facts.counts {
            assert_eq!(ledger["counts"][name], *count, "{case}: {name}");
        }
        for (what, groups) in &facts.together {
            for rows in groups {
                let ids: BTreeSet<String> = rows.iter().map(|row| self.id(what, row)).collect();
                assert!(rows.len() > 1 && ids.len() == 1, "{case}: {rows:?} are {} {what}", ids.len());
            }
        }
        for (what, groups) in &facts.apart {
            for rows in groups {
                let ids: BTreeSet<String> = rows.iter().map(|row| self.id(what, row)).collect();
                assert!(rows.len() > 1 && ids.len() == rows.len(), "{case}: {rows:?} are {} {what}", ids.len());
            }
        }
        for cell in &facts.cell {
            let id = self.id(&cell.table, &cell.row);
            let lines = self.columns(&cell.table, &[key(&cell.table), &cell.column]);
            let found = lines.iter().find(|line| line[0] == id).map(|line| line[1].as_str());
            assert_eq!(found, Some(cell.value.as_str()), "{case}: {} of {}", cell.column, cell.row);
        }
        for lines in &facts.lines {
            let names: Vec<&str> = lines.with.keys().map(String::as_str).collect();
            let found = self.columns(&lines.table, &names);
            let count = found.iter().filter(|line| line.iter().eq(lines.with.values())).count();
            assert_eq!(count, lines.count, "{case}: {} with {:?} among {found:?}", lines.table, lines.with);
        }
        for (row, reason) in &facts.unassigned {
            let lines = self.columns("unassigned", &["source", "file", "sheet", "row", "reason"]);
            let found = lines.iter().find(|line| is_row(line, row)).map(|line| line[4].as_str());
            assert_eq!(found, Some(reason.as_str()), "{case}: {row}");
        }
        facts.pair.iter().for_each(|pair| self.has_pair(pair));
    }

    fn has_pair(&self, pair: &Pair) {
        let left = ["left_source", "left_file", "left_sheet", "left_row"];
        let right = ["right_source", "right_file", "right_sheet", "right_row"];
        let lines = self.columns("pairs", &[&left[..], &right, &["standing", "reason"]].concat());
        let [one, two] = &pair.rows;
        let is_pair = |line: &&Vec<String>| {
            is_row(line, one) && is_row(&line[4..], two) || is_row(line, two) && is_row(&line[4..], one)
        };
        let found = lines.iter().find(is_pair).map(|line| (line[8].as_str(), line[9].as_str()));
        let expected = Some((pair.standing.as_str(), pair.reason.as_str()));
        assert_eq!(found, expected, "{}: {:?} among {lines:?}", self.case, pair.rows);
    }

    fn columns(&self, table: &str, names: &[&str]) -> Vec<Vec<String>> {
        let folder = if table.contains('/') { "data" } else { "data/tables" };
        columns(&self.files[&format!("{folder}/{table}.csv")], names)
    }

    /// The id of what a row speaks of; each row speaks of one.
    fn id(&self, what: &str, row: &str) -> String {
        let records = match what {
            "patients" => "patient_records",
            "referrals" => "referral_records",
            "appointments" => "appointment_records",
            other => panic!("{}: no rows of {other}", self.case),
        };
        let lines = self.columns(records, &["source", "file", "sheet", "row", key(what)]);
        let ids: BTreeSet<&String> = lines.iter().filter(|line| is_row(line, row)).map(|line| &line[4]).collect();
        assert_eq!(ids.len(), 1, "{}: {row} in {records}", self.case);
        ids.into_iter().next().expect("one").clone()
    }
}

/// The column that holds the ids of a table.
fn key(table: &str) -> &'static str {
    match table {
        "patients" => "patient_id",
        "referrals" => "referral_id",
        _ => "appointment_id",
    }
}

/// Whether source, file, sheet and row are those that `source:row` or `source[sheet]:row` names.
fn is_row(line: &[String], name: &str) -> bool {
    let (source, row) = name.rsplit_once(':').expect("source:row");
    let (source, sheet) = match source.strip_suffix(']').and_then(|source| source.split_once('[')) {
        Some((source, sheet)) => (source, Some(sheet)),
        None => (source, None),
    };
    line[0] == source && line[3] == row && sheet.is_none_or(|sheet| line[2] == sheet)
}

#[test]
fn every_reason_is_raised_by_some_case() {
    let mut raised: BTreeSet<String> = RAISED_IN_PLACE.map(str::to_owned).into();
    for case in cases() {
        if let Ok(exceptions) = fs::read(case.join("expected/exceptions.csv")) {
            raised.extend(columns(&exceptions, &["reason"]).into_iter().flatten());
        }
        if let Ok(facts) = fs::read_to_string(case.join("expected").join(FACTS_WITH_REASONS)) {
            let facts: Facts = toml::from_str(&facts).expect("facts");
            raised.extend(facts.unassigned.into_values());
            raised.extend(facts.pair.into_iter().map(|pair| pair.reason));
        }
    }
    let all: BTreeSet<String> = Reason::ALL.iter().map(|reason| reason.slug().to_owned()).collect();
    let missing: Vec<&String> = all.difference(&raised).collect();
    assert!(missing.is_empty(), "no case raises {missing:?}");
    let unknown: Vec<&String> = raised.difference(&all).filter(|reason| !reason.is_empty()).collect();
    assert!(unknown.is_empty(), "the catalogue does not have {unknown:?}");
}

/// "error: the row was set aside; warning: a value was left out or repaired; notice: nothing was left out"
#[test]
fn an_error_is_told_of_a_row_that_was_set_aside_and_of_no_other() {
    let mut errors = 0;
    for case in cases() {
        let expected = |name: &str| fs::read(case.join("expected").join(name)).ok();
        let (Some(exceptions), Some(rows)) = (expected("exceptions.csv"), expected("rows.csv")) else { continue };
        let place = ["source", "file", "sheet", "row", "reason"];
        let set_aside: BTreeSet<Vec<String>> = columns(&rows, &[&place[..], &["disposition"]].concat())
            .into_iter()
            .filter_map(|mut line| (line.pop().as_deref() == Some("set-aside")).then_some(line))
            .collect();
        let told: BTreeSet<Vec<String>> = columns(&exceptions, &[&place[..], &["severity"]].concat())
            .into_iter()
            .filter_map(|mut line| (line.pop().as_deref() == Some("error")).then_some(line))
            .collect();
        let untrue: Vec<_> = told.difference(&set_aside).collect();
        assert!(untrue.is_empty(), "{}: told as errors, and used: {untrue:?}", name(&case));
        // A sheet that no mapping claims is told once, at its first row.
        let untold = set_aside.difference(&told).find(|line| line[4] != "sheet-not-mapped");
        assert_eq!(untold, None, "{}: set aside, and not told as an error", name(&case));
        errors += told.len();
    }
    assert!(errors >= 10, "{errors} errors in all cases");
}

#[test]
fn a_row_longer_than_a_row_may_be_costs_that_row_alone() {
    let clinic = Transition::clinic();
    let long = format!("9,{},Long,03/02/1961,\n", "x".repeat(1 << 20));
    clinic.edit("sources/clinic.csv", "2,Thistlewood", &format!("{long}2,Thistlewood"));
    assert_eq!(clinic.handover(&["run", "--quiet", "--out", "made"]).code, 0);
    let made = files(&clinic.path().join("made"));
    let rows = table(&made["data/audit/rows.csv"]);
    let became: Vec<&[String]> = rows[1..].iter().map(|row| &row[3..]).collect();
    assert_eq!(became, [["1", "header", ""], ["2", "used", ""], ["3", "set-aside", "row-too-long"], ["4", "used", ""]]);
    let exceptions = columns(&made["data/tables/exceptions.csv"], &["row", "reason"]);
    assert_eq!(exceptions, [["3", "row-too-long"]]);
    let options = Options { sources: Some(clinic.path().to_owned()), key: None };
    assert!(verify(&clinic.path().join("made"), &options).expect("a folder").passed());
}

#[test]
fn a_table_as_long_and_wide_as_a_spreadsheet_may_have_been_cut() {
    let clinic = Transition::clinic();
    let further: String = (9..265).map(|column| format!(",Column {column}")).collect();
    let header = fs::read_to_string(clinic.path().join("sources/clinic.csv")).expect("a source");
    let header = header.lines().next().expect("a header");
    let missing = 256 - header.split(',').count();
    let names: String = further.split_inclusive(',').skip(1).take(missing).collect::<String>();
    clinic.edit("sources/clinic.csv", header, &format!("{header},{}", names.trim_end_matches(',')));
    let path = clinic.path().join("sources/clinic.csv");
    let text = fs::read_to_string(&path).expect("a source");
    let rows = text.lines().count();
    let commas = ",".repeat(255);
    let filled: String = (rows..65_536).map(|row| format!("N{row}{commas}\n")).collect();
    fs::write(&path, text + &filled).expect("written");
    let said = clinic.handover(&["run", "--quiet", "--out", "made"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let exceptions = columns(&files(&clinic.path().join("made"))["data/tables/exceptions.csv"], &["row", "reason"]);
    for cut in [["1", "column-limit"], ["65536", "row-limit"]] {
        assert!(exceptions.iter().any(|line| *line == cut), "{cut:?}");
    }
}
