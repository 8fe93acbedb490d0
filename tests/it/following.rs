//! How one package follows from the one before: which ids live on, which rows changed, and what accounts for it.

use crate::transition::table;
use handover::decisions::RowName;
use std::collections::{BTreeMap, BTreeSet};

/// A package's files.
pub type Package = BTreeMap<String, Vec<u8>>;
/// A line of a table, by column.
pub type Line = BTreeMap<String, String>;

/// The lines of a table.
pub fn lines(package: &Package, name: &str) -> Vec<Line> {
    let lines = table(&package[&format!("data/{name}.csv")]);
    lines[1..].iter().map(|line| lines[0].iter().cloned().zip(line.iter().cloned()).collect()).collect()
}

/// A kind of id: its word, the table of its rows, the column.
pub struct Kind {
    word: &'static str,
    pub table: &'static str,
    pub column: &'static str,
}

pub const KINDS: [Kind; 3] = [
    Kind { word: "patient", table: "tables/patient_records", column: "patient_id" },
    Kind { word: "referral", table: "tables/referral_records", column: "referral_id" },
    Kind { word: "appointment", table: "tables/appointment_records", column: "appointment_id" },
];

/// A row by what it holds: its source, the digest of its cells, and which of those that hold the same it is.
type Content = (String, String, usize);

/// Every row that has an id of this kind, by what it holds, wherever it stands.
fn ids(package: &Package, kind: &Kind) -> BTreeMap<Content, String> {
    let name = |line: &Line| ["source", "file", "sheet", "row"].map(|column| line[column].clone());
    let known = [lines(package, "tables/patient_records"), lines(package, "tables/unassigned")].concat();
    let digests: BTreeMap<[String; 4], String> =
        known.iter().map(|line| (name(line), line["row_sha256"].clone())).collect();
    let mut times: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for line in lines(package, kind.table) {
        // A second keying stands behind the first, and has no digest of its own here.
        let Some(digest) = digests.get(&name(&line)) else { continue };
        let content = (line["source"].clone(), digest.clone());
        let time = times.entry(content.clone()).or_default();
        *time += 1;
        ids.insert((content.0, content.1, *time), line[kind.column].clone());
    }
    ids
}

/// No id goes and none comes, and no row that is as it was has another id, but as `id_changes.csv` tells.
pub fn follows(before: &Package, now: &Package, kind: &Kind, run: usize) {
    let told: Vec<Line> =
        lines(now, "tables/id_changes").into_iter().filter(|line| line["kind"] == kind.word).collect();
    let [then, now] = [before, now].map(|package| ids(package, kind));
    let [there, here]: [BTreeSet<&String>; 2] = [&then, &now].map(|ids| ids.values().collect());
    let ends = |line: &&Line| matches!(&*line["change"], "merged" | "ended");
    let ended: BTreeSet<&String> = told.iter().filter(ends).map(|line| &line["id"]).collect();
    let gone: BTreeSet<&String> = there.difference(&here).copied().collect();
    assert_eq!(gone, ended, "run {run}: {} ids that are gone, and those told of", kind.word);
    let went: BTreeSet<(&String, &String)> = told.iter().map(|line| (&line["id"], &line["into"])).collect();
    for (content, id) in &now {
        match then.get(content) {
            Some(old) => {
                assert!(old == id || went.contains(&(old, id)), "run {run}: {content:?} went from {old} to {id}")
            }
            None => continue,
        }
    }
    for id in here.difference(&there) {
        let of_old_rows = now.iter().any(|(content, of)| of == *id && then.contains_key(content));
        assert!(
            !of_old_rows || told.iter().any(|line| line["into"] == **id),
            "run {run}: {id} is new, of rows that are not"
        );
    }
}

/// Between two runs in which the journal alone changed, a line of `patient_records.csv` changed only where an event that is
/// new, or has another standing or effect than it had, speaks of a row of the patient it was of, or is of. How many lines did.
pub fn explained(before: &Package, now: &Package, journal: &[Vec<RowName>]) -> usize {
    let events = |package: &Package| -> BTreeMap<String, Line> {
        lines(package, "tables/review_decisions").into_iter().map(|line| (line["event"].clone(), line)).collect()
    };
    let (earlier, events) = (events(before), events(now));
    let changing = events.iter().filter(|(event, line)| earlier.get(*event) != Some(line));
    let rows: BTreeSet<&RowName> =
        changing.flat_map(|(event, _)| &journal[event.parse::<usize>().expect("a number") - 1]).collect();
    let of = |package: &Package| -> BTreeMap<RowName, Line> {
        lines(package, "tables/patient_records").into_iter().map(|line| (row_of(&line, ""), line)).collect()
    };
    let [then, now] = [before, now].map(of);
    let touched: BTreeSet<&String> = [&then, &now]
        .iter()
        .flat_map(|of| rows.iter().filter_map(|row| of.get(*row)))
        .map(|line| &line["patient_id"])
        .collect();
    let names: BTreeSet<&RowName> = then.keys().chain(now.keys()).collect();
    let mut changed = 0;
    for row in names.into_iter().filter(|row| then.get(*row) != now.get(*row)) {
        changed += 1;
        let patients = [then.get(row), now.get(row)];
        let reached = patients.iter().flatten().any(|line| touched.contains(&line["patient_id"]));
        let others = |of: &BTreeMap<RowName, Line>| -> Vec<Line> {
            let of_patient =
                |line: &&Line| patients.iter().flatten().any(|own| own["patient_id"] == line["patient_id"]);
            of.values().filter(of_patient).cloned().collect()
        };
        assert!(reached, "{row:?} changed and no decision says why: {:#?} {:#?}", others(&then), others(&now));
    }
    changed
}

/// The row that columns with this prefix name.
pub fn row_of(line: &Line, prefix: &str) -> RowName {
    let cell = |name: &str| line[&format!("{prefix}{name}")].clone();
    RowName {
        source: cell("source"),
        file: cell("file"),
        sheet: cell("sheet"),
        row: cell("row").parse().expect("a row"),
    }
}

/// `source_changes.csv` tells of every row that is not as it was, and of no other: without those it tells of, the rows of
/// both packages hold the same; and what it tells of on one side, it does not on the other.
pub fn rows_are_told(before: &Package, now: &Package, run: usize) {
    let held = |package: &Package| -> BTreeMap<RowName, String> {
        let known = [lines(package, "tables/patient_records"), lines(package, "tables/unassigned")].concat();
        known.iter().map(|line| (row_of(line, ""), line["row_sha256"].clone())).collect()
    };
    let (mut then, mut here) = (held(before), held(now));
    let (mut gone, mut came) = (BTreeSet::new(), BTreeSet::new());
    for line in lines(now, "tables/source_changes") {
        let take = |prefix: &str, rows: &mut BTreeMap<RowName, String>, taken: &mut BTreeSet<(String, String)>| {
            let row = row_of(&line, prefix);
            let digest = rows.remove(&row).unwrap_or_else(|| panic!("run {run}: {row:?} is not there, or told twice"));
            taken.insert((row.source, digest));
        };
        if line["change"] != "gone" {
            take("", &mut here, &mut came);
        }
        if line["change"] != "added" {
            take("previous_", &mut then, &mut gone);
        }
    }
    assert!(came.is_disjoint(&gone), "run {run}: a row that only moved is told");
    let contents = |rows: BTreeMap<RowName, String>| -> Vec<(String, String)> {
        let mut contents: Vec<_> = rows.into_iter().map(|(row, digest)| (row.source, digest)).collect();
        contents.sort_unstable();
        contents
    };
    assert_eq!(contents(then), contents(here), "run {run}: rows that changed are not told");
}
