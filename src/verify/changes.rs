//! What changed since an earlier package.
//!
//! `id_changes`: an id that ended is nobody's, and whatever took its rows is somebody's, or has ended too.
//!
//! | change | the id | `into` | `rows` |
//! |---|---|---|---|
//! | `merged` | ended | in use | any |
//! | `split`, `moved` | in use | in use | 1 or more |
//! | `ended` | ended | empty | 0 |
//! | `ended-before` | ended | empty, in use, or ended | any |
//!
//! `source_changes`: a row that was added has no place in the earlier package, one that is gone has none in this, and one
//! that changed has both; a row changed once. Whoever had a row of the earlier package still has the id, or it ended.

use super::folder::Folder;
use super::keys::{KeySet, key};
use super::problems::ProblemKind as Kind;
use super::scan::{KeySets, Line};
use super::schema::Schemas;
use super::table::again;
use super::verdict::Findings;
use std::collections::HashSet;

/// Kinds of ids: the word, the letter with which they begin, and the table that holds those in use.
const KINDS: [(&str, &str, &str); 3] =
    [("patient", "P-", "patients"), ("referral", "R-", "referrals"), ("appointment", "A-", "appointments")];

/// Changes that end an id.
const ENDING: [&str; 3] = ["merged", "ended", "ended-before"];

/// The ids that one line is held against.
struct Known<'a> {
    letter: &'static str,
    in_use: &'a KeySet,
    ended: &'a HashSet<u128>,
}

pub(super) fn judge(folder: &Folder, schemas: &Schemas, sets: &KeySets, findings: &mut Findings) {
    let table = schemas.table("id_changes");
    let mut ended = HashSet::new();
    again(folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        if ENDING.contains(&line.value("change")) {
            ended.insert(key([line.value("id")]));
        }
    });
    again(folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        let kind = KINDS.iter().find(|(word, ..)| *word == line.value("kind"));
        // Another word, or a table that could not be read, has been found already.
        let Some((_, letter, of_kind)) = kind else { return };
        let Some(in_use) = sets.get(of_kind) else { return };
        findings.count(1);
        judge_line(&line, &Known { letter, in_use, ended: &ended }, findings);
    });
    if let Some(patients) = sets.get("patients") {
        judge_rows(folder, schemas, &Known { letter: "P-", in_use: patients, ended: &ended }, findings);
    }
}

fn judge_rows(folder: &Folder, schemas: &Schemas, patients: &Known, findings: &mut Findings) {
    let table = schemas.table("source_changes");
    let mut seen = HashSet::new();
    again(folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        findings.count(1);
        let named = |prefix: &str| {
            let name = ["source", "file", "sheet", "row"].map(|part| line.value(&format!("{prefix}{part}")));
            let whole = [name[0], name[1], name[3]];
            let is_whole = !whole.contains(&"");
            (is_whole, is_whole || name.iter().all(|part| part.is_empty()), key(name))
        };
        let (now, then) = (named(""), named("previous_"));
        let expected = match line.value("change") {
            "added" => (true, false),
            "changed" => (true, true),
            "gone" => (false, true),
            // Another word has been found already.
            _ => return,
        };
        if (now.0, then.0) != expected || !now.1 || !then.1 {
            let detail = || "not the rows that such a change has: now, before, or both".into();
            findings.add(Kind::RowChange, &line.place().column("change"), detail);
        }
        let sides = [("row", now), ("previous_row", then)];
        for (column, (.., name)) in sides.into_iter().filter(|(_, (is_whole, ..))| *is_whole) {
            if !seen.insert((column, name)) {
                let detail = || "the row stands on an earlier line too".into();
                findings.add(Kind::RowChange, &line.place().column(column), detail);
            }
        }
        judge_earlier_patient(&line, then.0, patients, findings);
    });
}

fn judge_earlier_patient(line: &Line, was_there: bool, patients: &Known, findings: &mut Findings) {
    let id = line.value("previous_patient_id");
    if id.is_empty() {
        return;
    }
    let place = line.place().column("previous_patient_id");
    if !was_there {
        findings.add(Kind::RowChange, &place, || "whose it was, of a row that was not there".into());
    }
    if !patients.in_use.holds(key([id])) && !patients.ended.contains(&key([id])) {
        let detail = || "neither in patients nor among the ids that ended in id_changes".into();
        findings.add(Kind::ReferenceOrphan, &place, detail);
    }
}

fn judge_line(line: &Line, known: &Known, findings: &mut Findings) {
    let (id, into, change) = (line.value("id"), line.value("into"), line.value("change"));
    let is_in_use = |id: &str| known.in_use.holds(key([id]));
    for (column, value) in [("id", id), ("into", into)] {
        if !value.is_empty() && !value.starts_with(known.letter) {
            let detail = || "an id of another kind than the line is of".into();
            findings.add(Kind::IdChange, &line.place().column(column), detail);
        }
    }
    if id == into {
        findings.add(Kind::IdChange, &line.place().column("into"), || "the id itself".into());
    }
    match (ENDING.contains(&change), is_in_use(id)) {
        (true, true) => findings.add(Kind::IdEndedInUse, &line.place().column("id"), || {
            "whoever has loaded it before would take one for the other: ask the sender for the package again".into()
        }),
        (false, false) => {
            let detail = || "said to live on, and nothing in the package has it".into();
            findings.add(Kind::ReferenceOrphan, &line.place().column("id"), detail);
        }
        _ => {}
    }
    let leads = match change {
        "ended" => into.is_empty(),
        "ended-before" => into.is_empty() || is_in_use(into) || known.ended.contains(&key([into])),
        _ => is_in_use(into),
    };
    if !leads {
        let detail = || "not where rows of such an id can be".into();
        findings.add(Kind::ReferenceOrphan, &line.place().column("into"), detail);
    }
    let has_rows = line.value("rows") != "0";
    if (change == "ended" && has_rows) || (matches!(change, "split" | "moved") && !has_rows) {
        let detail = || "not as many rows as such a change has".into();
        findings.add(Kind::IdChange, &line.place().column("rows"), detail);
    }
}
