//! Referrals: rows that are one referral, clocks, relations, and who is waiting.

use super::patients::pairs;
use super::score::Scores;
use super::tables::{Kind, Package, RowKey, Truth};
use std::collections::{BTreeMap, HashMap, HashSet};

/// For each true referral its rows, with the package's referral of each (nought for none).
type Rows = HashMap<u32, Vec<(RowKey, u32)>>;

pub fn referrals(truth: &Truth, package: &Package, scores: &mut Scores) {
    let mut rows: Rows = HashMap::new();
    for row in truth.rows.iter().filter(|row| row.kind == Kind::Data && row.referral > 0) {
        // A booking row carries a referral only by reference; the package lists it where it groups it.
        if let Some(found) = package.referral_rows.get(&row.key) {
            rows.entry(row.referral).or_default().push((row.key, *found));
        } else if row.appointment == 0 {
            rows.entry(row.referral).or_default().push((row.key, 0));
        }
    }
    grouped("referrals", &rows, |referral| referral, scores);
    grouped("referrals_with_re_referrals", &rows, |referral| continued(truth, referral), scores);
    clocks(truth, package, &rows, scores);
    relations(truth, package, scores);
    waiting(truth, package, &rows, scores);
}

/// The first referral of a chain whose clock runs on, for packages that keep such a chain under one id.
fn continued(truth: &Truth, mut referral: u32) -> u32 {
    while let Some(one) = truth.referrals.get(&referral) {
        if one.relation != "re-referral" || one.tags.iter().any(|tag| tag == "reset") {
            break;
        }
        referral = one.parent;
    }
    referral
}

fn grouped(name: &str, rows: &Rows, group: impl Fn(u32) -> u32, scores: &mut Scores) {
    let mut actual: HashMap<u32, u64> = HashMap::new();
    let mut predicted: HashMap<u32, u64> = HashMap::new();
    let mut both: HashMap<(u32, u32), u64> = HashMap::new();
    for (referral, rows) in rows {
        let group = group(*referral);
        for (_, found) in rows {
            *actual.entry(group).or_default() += 1;
            if *found > 0 {
                *predicted.entry(*found).or_default() += 1;
                *both.entry((group, *found)).or_default() += 1;
            }
        }
    }
    let sum = |counts: &HashMap<u32, u64>| counts.values().map(|count| pairs(*count)).sum();
    scores.found(name, both.values().map(|count| pairs(*count)).sum(), sum(&predicted), sum(&actual));
}

/// The package's referral that most rows of a true one are in.
fn most(rows: &[(RowKey, u32)]) -> u32 {
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    for (_, found) in rows.iter().filter(|(_, found)| *found > 0) {
        *counts.entry(*found).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(found, _)| found)
}

fn clocks(truth: &Truth, package: &Package, rows: &Rows, scores: &mut Scores) {
    const HARD: [&str; 6] = ["re-referred", "onward", "reset", "conflicting", "paper-only", "ers-only"];
    let mut right = 0;
    let mut by_tag: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut ids: Vec<&u32> = rows.keys().collect();
    ids.sort();
    for id in ids {
        let referral = &truth.referrals[id];
        let stated = package.clocks.get(&most(&rows[id])).map_or("", String::as_str);
        // A time of day or zone after the date is no difference.
        let exact = stated.get(..10) == Some(referral.clock_start.as_str());
        right += u64::from(exact);
        for tag in HARD.iter().filter(|tag| referral.tags.iter().any(|one| one == *tag)) {
            let tally = by_tag.entry(tag).or_default();
            tally.0 += u64::from(exact);
            tally.1 += 1;
        }
        if !exact {
            let tag = referral.tags.iter().find(|tag| HARD.contains(&tag.as_str())).map_or("plain", String::as_str);
            scores.example(&format!("clock wrong: {tag}"), || {
                let cited: Vec<String> = rows[id].iter().take(3).map(|(key, _)| truth.cited(*key)).collect();
                format!(
                    "{} is {}, package says {stated}: {}",
                    truth.ids.text(*id),
                    referral.clock_start,
                    cited.join(", ")
                )
            });
        }
    }
    scores.share("clock_start.exact", right, rows.len() as u64);
    for (tag, (right, all)) in by_tag {
        scores.share(format!("clock_start.exact.{tag}"), right, all);
    }
}

/// Re-referrals and onward referrals, by the relation of any of their rows. One after a valid stop may be called either way.
fn relations(truth: &Truth, package: &Package, scores: &mut Scores) {
    let either = |id: &u32| truth.referrals[id].tags.iter().any(|tag| tag == "reset");
    for relation in ["re-referral", "onward"] {
        let predicted: HashSet<u32> = truth
            .rows
            .iter()
            .filter(|row| row.referral > 0 && row.kind == Kind::Data)
            .filter(|row| package.relations.get(&row.key).is_some_and(|found| found == relation))
            .map(|row| row.referral)
            .filter(|id| !either(id))
            .collect();
        let actual = truth.referrals.iter().filter(|(_, referral)| referral.relation == relation).map(|(id, _)| *id);
        let actual: HashSet<u32> = actual.filter(|id| !either(id)).collect();
        let right = predicted.intersection(&actual).count() as u64;
        scores.found(&relation.replace('-', "_"), right, predicted.len() as u64, actual.len() as u64);
        for (kind, ids) in [("not found", actual.difference(&predicted)), ("claimed", predicted.difference(&actual))] {
            let mut ids: Vec<&u32> = ids.collect();
            ids.sort();
            for id in ids {
                let row = truth.rows.iter().find(|row| row.referral == *id).map(|row| truth.cited(row.key));
                scores.example(&format!("{relation} {kind}"), || {
                    format!("{} {}", truth.ids.text(*id), row.unwrap_or_default())
                });
            }
        }
    }
}

fn waiting(truth: &Truth, package: &Package, rows: &Rows, scores: &mut Scores) {
    let mut true_of: HashMap<u32, Vec<u32>> = HashMap::new();
    for (referral, rows) in rows {
        for found in rows.iter().map(|(_, found)| *found).collect::<HashSet<u32>>() {
            true_of.entry(found).or_default().push(*referral);
        }
    }
    let listed: Vec<u32> =
        package.waiting.iter().filter(|(_, kind)| kind == "rtt" || kind == "ahp").map(|(id, _)| *id).collect();
    let mut claimed: HashSet<u32> = HashSet::new();
    for id in &listed {
        let waits = true_of
            .get(id)
            .into_iter()
            .flatten()
            .filter(|one| truth.referrals[one].waiting && !claimed.contains(one))
            .min();
        match waits {
            Some(one) => {
                claimed.insert(*one);
            }
            None => scores.example("listed, not waiting", || {
                let known: Vec<&str> = true_of.get(id).into_iter().flatten().map(|one| truth.ids.text(*one)).collect();
                format!("{} is {}", package.ids.text(*id), known.join(", "))
            }),
        }
    }
    let mut actual: Vec<u32> =
        truth.referrals.iter().filter(|(_, referral)| referral.waiting).map(|(id, _)| *id).collect();
    actual.sort_unstable();
    for id in actual.iter().filter(|id| !claimed.contains(*id)) {
        let row = rows.get(id).and_then(|rows| rows.first()).map(|(key, _)| truth.cited(*key)).unwrap_or_default();
        scores.example("waiting, not listed", || format!("{} {row}", truth.ids.text(*id)));
    }
    scores.found("waiting_list", claimed.len() as u64, listed.len() as u64, actual.len() as u64);
}
