//! Bookings: which were never recorded, which conflict, and how each was classified.

use super::score::Scores;
use super::tables::{Kind, Package, RowKey, Truth};
use std::collections::{BTreeMap, HashMap, HashSet};

const CLASSES: [&str; 4] = ["matched", "recorded-only", "unrecorded", "conflict"];

pub fn appointments(truth: &Truth, package: &Package, scores: &mut Scores) {
    let mut rows: BTreeMap<u32, Vec<(RowKey, u32)>> = BTreeMap::new();
    let mut true_of: BTreeMap<u32, HashSet<u32>> = BTreeMap::new();
    let mut example: HashMap<u32, RowKey> = HashMap::new();
    for row in truth.rows.iter().filter(|row| matches!(row.kind, Kind::Data | Kind::Junk)) {
        let found = package.appointment_rows.get(&row.key).copied().unwrap_or(0);
        if found > 0 {
            true_of.entry(found).or_default().insert(row.appointment);
            example.entry(found).or_insert(row.key);
        }
        if row.appointment > 0 {
            rows.entry(row.appointment).or_default().push((row.key, found));
        }
    }
    for class in ["unrecorded", "conflict"] {
        let mut right: HashSet<u32> = HashSet::new();
        let mut predicted = 0;
        for (id, true_ids) in &true_of {
            if package.appointments.get(id).is_none_or(|found| found != class) {
                continue;
            }
            predicted += 1;
            // All its rows are of one booking, which is of this class, and no other claimed it.
            let only = true_ids.iter().next().copied().filter(|_| true_ids.len() == 1);
            let holds = only.is_some_and(|one| {
                truth.appointments.get(&one).is_some_and(|actual| actual == class) && right.insert(one)
            });
            if !holds {
                scores.example(&format!("{class} claimed"), || {
                    let of: Vec<String> = true_ids.iter().map(|one| described(truth, *one)).collect();
                    format!("{} {} is {}", package.ids.text(*id), truth.cited(example[id]), of.join(" and "))
                });
            }
        }
        let actual: Vec<u32> = rows.keys().copied().filter(|id| truth.appointments[id] == class).collect();
        for id in actual.iter().filter(|id| !right.contains(*id)) {
            scores.example(&format!("{class} not found"), || {
                let cited: Vec<String> = rows[id]
                    .iter()
                    .map(|(key, found)| format!("{} in {}", truth.cited(*key), package.ids.text(*found)))
                    .collect();
                format!("{}: {}", truth.ids.text(*id), cited.join(", "))
            });
        }
        scores.found(class, right.len() as u64, predicted, actual.len() as u64);
    }
    confusion(truth, package, &rows, scores);
}

fn described(truth: &Truth, appointment: u32) -> String {
    let class = truth.appointments.get(&appointment).map_or("no booking", String::as_str);
    format!("{} ({class})", truth.ids.text(appointment))
}

/// True classification against the package's, by the booking most rows are in.
fn confusion(truth: &Truth, package: &Package, rows: &BTreeMap<u32, Vec<(RowKey, u32)>>, scores: &mut Scores) {
    let mut table: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for (id, rows) in rows {
        let actual = truth.appointments[id].as_str();
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for (_, found) in rows {
            *counts.entry(*found).or_default() += 1;
        }
        let (most, _) = counts.into_iter().max_by_key(|(_, count)| *count).expect("an appointment has rows");
        let said = package.appointments.get(&most).map_or("none", String::as_str);
        *table.entry((actual, said)).or_default() += 1;
        *totals.entry(actual).or_default() += 1;
    }
    for actual in CLASSES {
        for said in CLASSES.into_iter().chain(["none"]) {
            let count = table.get(&(actual, said)).copied().unwrap_or(0);
            if count > 0 || actual == said {
                scores.share(
                    format!("appointments.{actual}.said.{said}"),
                    count,
                    totals.get(actual).copied().unwrap_or(0),
                );
            }
        }
    }
}
