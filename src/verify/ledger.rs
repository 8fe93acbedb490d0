//! `audit/ledger.json`: every count made again, and every identity added up again.
//!
//! ```json
//! {"format": 1, "counts": {"rows.read": 12, …},
//!  "identities": [{"name": "every used row is of one patient", "left": ["rows.used"], "right": ["patient_records"]}, …]}
//! ```
//!
//! The counts of a package are exactly these. What counts them is on the right; "lines" are those below the header.
//!
//! | count | is |
//! |---|---|
//! | `rows.read` | lines of `audit/rows.csv`, and the sum of `rows` in `audit/sources.csv` |
//! | `rows.` + disposition (`used`, `unassigned`, `declared`, `keying`, `reference`, `set-aside`, `header`, `preamble`, `footer`, `blank`) | lines of `audit/rows.csv` with it |
//! | `patients`, `patient_records`, `person_records`, `unassigned` | lines of the table of that name |
//! | `referrals`, `referral_records`, `appointments`, `appointment_records` | lines of the table of that name |
//! | `waiting_list`, `waiting_list_differences`, `declared`, `exceptions`, `pairs`, `review_decisions`, `id_changes`, `source_changes` | lines of the table of that name |
//! | `paper_folders`, `paper_disagreements`, `diagnostics`, `documents`, `outcome_scores`, `concerns`, `figures`, `gates` | lines of the table of that name |
//! | `referrals.` + cohort (ten, as `schemas/referrals.json` lists them) | lines of `referrals` with it |
//! | `referral_records.` + relation (five) | lines of `referral_records` with it |
//! | `appointments.` + classification (four) | lines of `appointments` with it |
//! | `appointments.without-patient` | lines of `appointments` with no `patient_id` |
//! | `waiting_list.` + wait type (five) | lines of `waiting_list` with it |
//! | `exceptions.` + severity (three) | lines of `exceptions` with it |
//! | `pairs.` + standing (three) | lines of `pairs` with it |
//! | `id_changes.` + change (five) | lines of `id_changes` with it |
//! | `source_changes.` + change (three) | lines of `source_changes` with it |
//!
//! A count is there even where it is nought. Every package states these identities; the sides are sums, and Σ runs over
//! all the words of the column:
//!
//! | identity | left | right |
//! |---|---|---|
//! | every physical row has one disposition | `rows.read` | Σ `rows.` disposition |
//! | every used row is of one patient | `rows.used` | `patient_records` |
//! | every unassigned row is listed | `rows.unassigned` | `unassigned` |
//! | every row that speaks of somebody is a person record | `person_records` | `rows.used`, `rows.unassigned` |
//! | every referral is in one cohort | `referrals` | Σ `referrals.` cohort |
//! | every row of a referral has one relation | `referral_records` | Σ `referral_records.` relation |
//! | every appointment is classified | `appointments` | Σ `appointments.` classification |
//! | every pathway waits for one thing | `waiting_list` | Σ `waiting_list.` wait type |
//! | every exception has a severity | `exceptions` | Σ `exceptions.` severity |
//! | every pair has a standing | `pairs` | Σ `pairs.` standing |
//! | every change of an id is of one sort | `id_changes` | Σ `id_changes.` change |
//! | every change of a row is of one sort | `source_changes` | Σ `source_changes.` change |

use super::account::{Facts, TALLIED};
use super::folder::Folder;
use super::problems::{Place, ProblemKind as Kind};
use super::schema::Schemas;
use super::verdict::{Check, Findings, could_not_run};
use serde::{Deserialize, Deserializer, de};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

const FILE: &str = "data/audit/ledger.json";

/// Tables whose lines are a count of their own name.
const COUNTED: [&str; 24] = [
    "patients",
    "patient_records",
    "person_records",
    "unassigned",
    "referrals",
    "referral_records",
    "appointments",
    "appointment_records",
    "waiting_list",
    "waiting_list_differences",
    "declared",
    "exceptions",
    "pairs",
    "review_decisions",
    "id_changes",
    "source_changes",
    "paper_folders",
    "paper_disagreements",
    "diagnostics",
    "documents",
    "outcome_scores",
    "concerns",
    "figures",
    "gates",
];

/// Identities between counts that are not a whole and its parts.
const IDENTITIES: [(&str, &str, &[&str]); 3] = [
    ("every used row is of one patient", "rows.used", &["patient_records"]),
    ("every unassigned row is listed", "rows.unassigned", &["unassigned"]),
    ("every row that speaks of somebody is a person record", "person_records", &["rows.used", "rows.unassigned"]),
];

/// Identities between a whole and its parts: the whole's name, and the table whose words are the parts.
const PARTITIONS: [(&str, &str, &str); 9] = [
    ("every physical row has one disposition", "rows.read", "rows"),
    ("every referral is in one cohort", "referrals", "referrals"),
    ("every row of a referral has one relation", "referral_records", "referral_records"),
    ("every appointment is classified", "appointments", "appointments"),
    ("every pathway waits for one thing", "waiting_list", "waiting_list"),
    ("every exception has a severity", "exceptions", "exceptions"),
    ("every pair has a standing", "pairs", "pairs"),
    ("every change of an id is of one sort", "id_changes", "id_changes"),
    ("every change of a row is of one sort", "source_changes", "source_changes"),
];

/// Counts by name. A name that stands twice is not read as either.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts(pub(super) BTreeMap<String, u64>);

#[derive(Deserialize)]
struct Ledger {
    format: u64,
    counts: Counts,
    identities: Vec<Identity>,
}

#[derive(Deserialize)]
struct Identity {
    name: String,
    left: Vec<String>,
    right: Vec<String>,
}

/// The checks `ledger` and `identities`, and the ledger's own counts.
pub(super) fn judge(folder: &Folder, schemas: &Schemas, facts: &Facts) -> (Check, Check, Option<Counts>) {
    let mut findings = Findings::new("ledger");
    let place = Place::file(FILE);
    let Ok(bytes) = folder.document(FILE) else {
        let why = "there is no audit/ledger.json to read";
        return (findings.close_unable(why), could_not_run("identities", why), None);
    };
    let ledger: Ledger = match serde_json::from_slice(&bytes) {
        Ok(ledger) => ledger,
        Err(error) => {
            findings.add(Kind::DocumentForm, &place.line(error.line() as u64), || "not a ledger's JSON".into());
            return (findings.close(), could_not_run("identities", "audit/ledger.json could not be read"), None);
        }
    };
    if ledger.format != 1 {
        findings.add(Kind::DocumentForm, &place, || "a format that is not known here".into());
    }
    compare_counts(&ledger.counts, schemas, facts, &mut findings);
    let identities = judge_identities(&ledger, schemas);
    (findings.close(), identities, Some(ledger.counts))
}

/// Every count that a package has, made again; `None` where a table could not be read.
fn recount(schemas: &Schemas, facts: &Facts) -> BTreeMap<String, Option<u64>> {
    let lines = |table: &str| facts.lines.get(table).copied();
    let mut counts: BTreeMap<String, Option<u64>> =
        COUNTED.iter().map(|name| ((*name).to_owned(), lines(name))).collect();
    counts.insert("rows.read".into(), lines("rows"));
    counts.insert("appointments.without-patient".into(), lines("appointments").map(|_| facts.without_patient));
    for (table, column) in TALLIED {
        for word in schemas.table(table).words(column) {
            counts.insert(format!("{table}.{word}"), facts.tallies.get(&(table, word.clone())).copied());
        }
    }
    counts
}

fn compare_counts(stated: &Counts, schemas: &Schemas, facts: &Facts, findings: &mut Findings) {
    let recounted = recount(schemas, facts);
    let place = |name: &str| Place::file(FILE).column(name);
    for (name, count) in &recounted {
        findings.count(1);
        match (stated.0.get(name), count) {
            (None, _) => findings.add(Kind::CountMissing, &place(name), || "the ledger must hold this count".into()),
            (Some(stated), Some(count)) if stated != count => {
                let detail = || format!("the ledger says {stated}; counting gives {count}");
                findings.add(Kind::CountDiffers, &place(name), detail);
            }
            (Some(_), None) => {
                let detail = || "its table could not be read, so nothing confirms it".into();
                findings.add(Kind::CountDiffers, &place(name), detail);
            }
            _ => {}
        }
    }
    for name in stated.0.keys().filter(|name| !recounted.contains_key(*name)) {
        findings.add(Kind::CountUnknown, &place(name), || "nothing defines this count".into());
    }
    let of_sources: u64 = facts.sheets.iter().map(|sheet| sheet.rows).fold(0, u64::saturating_add);
    if stated.0.get("rows.read").is_some_and(|read| *read != of_sources) {
        let detail = || format!("audit/sources.csv adds up to {of_sources} rows");
        findings.add(Kind::CountDiffers, &place("rows.read"), detail);
    }
}

/// Every identity that a package states, by its name.
fn required(schemas: &Schemas) -> BTreeMap<&'static str, (String, BTreeSet<String>)> {
    let mut required = BTreeMap::new();
    for (name, left, right) in IDENTITIES {
        required.insert(name, (left.to_owned(), right.iter().map(|count| (*count).to_owned()).collect()));
    }
    for (name, whole, table) in PARTITIONS {
        let column = TALLIED.iter().find(|(tallied, _)| *tallied == table).map_or("", |(_, column)| column);
        let parts = schemas.table(table).words(column).iter().map(|word| format!("{table}.{word}")).collect();
        required.insert(name, (whole.to_owned(), parts));
    }
    required
}

fn judge_identities(ledger: &Ledger, schemas: &Schemas) -> Check {
    let mut findings = Findings::new("identities");
    let mut missing = required(schemas);
    for identity in &ledger.identities {
        findings.count(1);
        let place = Place::file(FILE).column(&identity.name);
        let sum = |names: &[String]| {
            let count = |name| ledger.counts.0.get(name).copied();
            names.iter().try_fold(0u64, |sum, name| sum.checked_add(count(name)?))
        };
        match (sum(&identity.left), sum(&identity.right)) {
            (Some(left), Some(right)) if left == right => {}
            (Some(left), Some(right)) => {
                findings.add(Kind::IdentityBroken, &place, || format!("{left} on the left, {right} on the right"));
            }
            _ => findings.add(Kind::IdentityBroken, &place, || {
                "it is stated in counts that the ledger does not hold, or that do not add up".into()
            }),
        }
        let right: BTreeSet<String> = identity.right.iter().cloned().collect();
        let states = |(left, parts): &(String, BTreeSet<String>)| {
            identity.left == [left.as_str()] && *parts == right && right.len() == identity.right.len()
        };
        if missing.get(identity.name.as_str()).is_some_and(states) {
            missing.remove(identity.name.as_str());
        }
    }
    for (name, (left, _)) in missing {
        let detail = || format!("every package states it of {left}, and this one does not, or in other counts");
        findings.add(Kind::IdentityMissing, &Place::file(FILE).column(name), detail);
    }
    findings.close()
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Counts;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("counts by name")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Counts, A::Error> {
                let mut counts = BTreeMap::new();
                while let Some((name, count)) = map.next_entry::<String, u64>()? {
                    if counts.insert(name, count).is_some() {
                        return Err(de::Error::custom("a count stands twice"));
                    }
                }
                Ok(Counts(counts))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_stands_twice_is_refused() {
        let parse = |text| serde_json::from_str::<Counts>(text).ok().map(|counts| counts.0.len());
        assert_eq!(parse(r#"{"a": 1, "b": 0}"#), Some(2));
        for bad in [r#"{"a": 1, "a": 1}"#, r#"{"a": -1}"#, r#"{"a": 1.5}"#, r#"{"a": "1"}"#, "[]"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn there_are_as_many_counts_and_identities_as_the_table_above_says() {
        let schemas = Schemas::embedded();
        let words = 10 + 10 + 5 + 4 + 5 + 3 + 3 + 5 + 3;
        assert_eq!(recount(&schemas, &Facts::default()).len(), 24 + 2 + words);
        let required = required(&schemas);
        assert_eq!(required.len(), 12);
        let door_sign = include_str!("ledger.rs");
        for name in required.keys() {
            assert!(door_sign.contains(&format!("//! | {name} |")), "{name} is not in the table above");
        }
    }
}
