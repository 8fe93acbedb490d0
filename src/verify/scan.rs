//! One pass over every table: values against columns, keys, references, and what the account of rows needs to know.

use super::account::{Account, Facts};
use super::agreement;
use super::changes;
use super::folder::Folder;
use super::keys::{KeySet, key, tagged};
use super::problems::{Place, ProblemKind as Kind};
use super::schema::{Schemas, Table};
use super::table::{again, check_values, read};
use super::verdict::{Check, Findings};
use csv::StringRecord;
use std::collections::{BTreeMap, HashSet};

/// Columns that together name a row of a source begin with one of these.
const CITING: [&str; 6] = ["", "left_", "right_", "second_", "declared_", "proof_"];
/// Tables whose keys are asked for after they have been read.
const KEPT: [&str; 8] =
    ["rows", "patients", "person_records", "patient_records", "unassigned", "referrals", "appointments", "figures"];

/// What one pass over the tables gave.
pub(super) struct Scan {
    pub(super) facts: Facts,
    /// `tables`, `keys`, `references`, `rows`, `members`, `agreement`.
    pub(super) checks: Vec<Check>,
}

/// The checks in the making.
pub(super) struct Judging {
    pub(super) tables: Findings,
    pub(super) keys: Findings,
    pub(super) references: Findings,
    pub(super) rows: Findings,
    pub(super) members: Findings,
}

/// The keys of the tables that have been read.
pub(super) type KeySets = BTreeMap<&'static str, KeySet>;

/// Which columns of a table are looked up together, each group digested once a line.
struct Lookups<'a> {
    table: &'a Table,
    groups: Vec<Vec<usize>>,
    primary: Option<usize>,
    foreign: Vec<(usize, &'a str)>,
    citing: Vec<usize>,
}

/// One line of a table.
pub(super) struct Line<'a> {
    pub(super) table: &'a Table,
    pub(super) number: u64,
    pub(super) record: &'a StringRecord,
}

impl Line<'_> {
    pub(super) fn value(&self, column: &str) -> &str {
        self.record.get(self.table.column(column)).unwrap_or_default()
    }

    pub(super) fn place(&self) -> Place {
        Place::file(&self.table.file()).line(self.number)
    }
}

pub(super) fn scan(folder: &Folder, schemas: &Schemas) -> Scan {
    let mut judging = Judging {
        tables: Findings::new("tables"),
        keys: Findings::new("keys"),
        references: Findings::new("references"),
        rows: Findings::new("rows"),
        members: Findings::new("members"),
    };
    let mut sets = KeySets::new();
    let mut account = Account::default();
    let mut unread = Vec::new();
    for table in &schemas.tables {
        judging.tables.count(1);
        match scan_table(folder, table, &mut sets, &mut account, &mut judging) {
            Some(lines) => account.facts.lines.insert(table.name, lines),
            None => {
                unread.push(table.name);
                continue;
            }
        };
        account.table_read(table, &sets);
    }
    account.close(folder, schemas, &sets, &mut judging);
    changes::judge(folder, schemas, &sets, &mut judging.references);
    let agreement = agreement::judge(folder, schemas, &sets);
    account.facts.dispositions = sets.remove("rows").unwrap_or_default();
    let why = format!("not every table could be read: {}", unread.join(", "));
    let close = |findings: Findings| if unread.is_empty() { findings.close() } else { findings.close_unable(&why) };
    let Judging { tables, keys, references, rows, members } = judging;
    Scan { facts: account.facts, checks: [tables, keys, references, rows, members, agreement].map(close).into() }
}

fn scan_table(
    folder: &Folder,
    table: &Table,
    sets: &mut KeySets,
    account: &mut Account,
    judging: &mut Judging,
) -> Option<u64> {
    let lookups = Lookups::of(table);
    let mut keys = Vec::new();
    // Lines that cannot be read are told on the side: both closures would need the findings at once.
    let mut unreadable = Findings::new("tables");
    let mut digests = Vec::new();
    let lines = read(folder, table, &mut unreadable, &mut |number, record| {
        check_values(table, number, record, &mut judging.tables);
        lookups.digest(record, &mut digests);
        let line = Line { table, number, record };
        lookups.refer(&line, &digests, sets, judging);
        let tag = account.line(&line, row_of(&lookups, &digests), sets, judging);
        if let Some(primary) = lookups.primary.and_then(|group| digests[group]) {
            keys.push(tagged(primary, tag));
        }
    });
    judging.tables.absorb(unreadable);
    judging.keys.count(keys.len() as u64);
    let (set, twice) = KeySet::new(keys);
    if !twice.is_empty() {
        list_duplicates(folder, &lookups, twice, &mut judging.keys);
    }
    if lookups.foreign.iter().any(|(_, target)| *target == table.name) {
        refer_to_itself(folder, &lookups, &set, &mut judging.references);
    }
    if KEPT.contains(&table.name) && lines.is_some() {
        sets.insert(table.name, set);
    }
    lines
}

/// The digest of the row that a line is about.
fn row_of(lookups: &Lookups, digests: &[Option<u128>]) -> Option<u128> {
    lookups.citing.first().and_then(|group| digests[*group])
}

impl<'a> Lookups<'a> {
    fn of(table: &'a Table) -> Self {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut group = |columns: Vec<usize>| match groups.iter().position(|known| *known == columns) {
            Some(place) => place,
            None => {
                groups.push(columns);
                groups.len() - 1
            }
        };
        let primary = (!table.primary_key.is_empty()).then(|| group(table.primary_key.clone()));
        let foreign = table.foreign_keys.iter().map(|key| (group(key.columns.clone()), key.table.as_str())).collect();
        let cites = |prefix: &&str| {
            let columns = ["source", "file", "sheet", "row"].map(|part| table.find(&format!("{prefix}{part}")));
            columns.into_iter().collect::<Option<Vec<usize>>>()
        };
        let citing =
            if table.name == "rows" { vec![] } else { CITING.iter().filter_map(cites).map(&mut group).collect() };
        Lookups { table, groups, primary, foreign, citing }
    }

    fn digest(&self, record: &StringRecord, digests: &mut Vec<Option<u128>>) {
        digests.clear();
        digests.extend(self.groups.iter().map(|columns| {
            let values = || columns.iter().map(|column| record.get(*column).unwrap_or_default());
            values().any(|value| !value.is_empty()).then(|| key(values()))
        }));
    }

    /// References of one line to tables that were read before.
    fn refer(&self, line: &Line, digests: &[Option<u128>], sets: &KeySets, judging: &mut Judging) {
        for (group, target) in &self.foreign {
            let (Some(set), Some(digest)) = (sets.get(target), digests[*group]) else { continue };
            judging.references.count(1);
            if !set.holds(digest) {
                self.orphan(line.number, *group, target, &mut judging.references);
            }
        }
        // A decision may outlive the row it was about.
        if self.table.name == "review_decisions" && line.value("effect") == "row-gone" {
            return;
        }
        let Some(rows) = sets.get("rows") else { return };
        for group in &self.citing {
            let Some(digest) = digests[*group] else { continue };
            if !rows.holds(digest) {
                let place = line.place().column(&self.columns(*group));
                judging.rows.add(Kind::RowUnknown, &place, || "the row is not in audit/rows.csv".into());
            }
        }
    }

    fn orphan(&self, number: u64, group: usize, target: &str, findings: &mut Findings) {
        let place = Place::file(&self.table.file()).line(number).column(&self.columns(group));
        findings.add(Kind::ReferenceOrphan, &place, || format!("not in {target}"));
    }

    fn columns(&self, group: usize) -> String {
        let names: Vec<&str> =
            self.groups[group].iter().map(|column| self.table.fields[*column].name.as_str()).collect();
        names.join("+")
    }
}

fn list_duplicates(folder: &Folder, lookups: &Lookups, twice: Vec<u128>, findings: &mut Findings) {
    let Some(primary) = lookups.primary else { return };
    let twice: HashSet<u128> = twice.into_iter().collect();
    let mut seen = HashSet::new();
    let mut digests = Vec::new();
    again(folder, lookups.table, &mut |number, record| {
        lookups.digest(record, &mut digests);
        let Some(digest) = digests[primary].filter(|digest| twice.contains(digest)) else { return };
        if !seen.insert(digest) {
            let place = Place::file(&lookups.table.file()).line(number).column(&lookups.columns(primary));
            findings.add(Kind::KeyDuplicate, &place, || "an earlier line has the same key".into());
        }
    });
}

fn refer_to_itself(folder: &Folder, lookups: &Lookups, set: &KeySet, findings: &mut Findings) {
    let mut digests = Vec::new();
    again(folder, lookups.table, &mut |number, record| {
        lookups.digest(record, &mut digests);
        for (group, target) in lookups.foreign.iter().filter(|(_, target)| *target == lookups.table.name) {
            let Some(digest) = digests[*group] else { continue };
            findings.count(1);
            if !set.holds(digest) {
                lookups.orphan(number, *group, target, findings);
            }
        }
    });
}
