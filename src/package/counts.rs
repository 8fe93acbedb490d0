//! Every count of the package and the identities between them, taken from the balanced ledgers and the products.

use super::carry::Change;
use super::contents::Contents;
use super::since::RowChange;
use crate::ledger::{Disposition, Severity};
use crate::linkage::{PairStanding, Place};
use crate::reconcile::{Classification, Cohort, Relation, WaitType};
use std::collections::BTreeMap;

/// Counts by name.
pub(super) type Counts = BTreeMap<String, u64>;

/// Two sums of counts that must be equal.
pub(super) struct Identity {
    pub(super) name: &'static str,
    pub(super) left: Vec<String>,
    pub(super) right: Vec<String>,
}

const DISPOSITIONS: [&str; 10] =
    ["used", "unassigned", "declared", "keying", "reference", "set-aside", "header", "preamble", "footer", "blank"];
const SEVERITIES: [Severity; 3] = [Severity::Notice, Severity::Warning, Severity::Error];
const STANDINGS: [PairStanding; 3] = [PairStanding::Edge, PairStanding::Review, PairStanding::Refused];

/// Counts everything.
pub(super) fn count(contents: &Contents<'_>) -> Counts {
    let mut counts = Counts::new();
    count_rows(contents, &mut counts);
    count_people(contents, &mut counts);
    count_care(contents, &mut counts);
    count_rest(contents, &mut counts);
    counts
}

fn put(counts: &mut Counts, name: &str, count: usize) {
    counts.insert(name.to_owned(), count as u64);
}

/// One count of the whole and one for each word, also for words that nothing has.
fn put_by_word(counts: &mut Counts, whole: &str, words: &[&'static str], found: impl Iterator<Item = &'static str>) {
    let mut parts: BTreeMap<&str, usize> = words.iter().map(|word| (*word, 0)).collect();
    for word in found {
        *parts.get_mut(word).unwrap_or_else(|| panic!("{word} is no word of {whole}")) += 1;
    }
    for (word, count) in parts {
        put(counts, &format!("{whole}.{word}"), count);
    }
}

fn count_rows(contents: &Contents<'_>, counts: &mut Counts) {
    let rows = &contents.reconciled.rows;
    put(counts, "rows.read", rows.len());
    put_by_word(
        counts,
        "rows",
        &DISPOSITIONS,
        rows.entries().map(|(_, disposition): (_, Disposition)| disposition.word()),
    );
}

fn count_people(contents: &Contents<'_>, counts: &mut Counts) {
    let linked = &contents.reconciled.linked;
    let unplaced = linked.places.iter().filter(|place| matches!(place, Place::Unplaced { .. })).count();
    put(counts, "patients", linked.members.len());
    put(counts, "person_records", linked.records.people.len());
    put(counts, "patient_records", linked.members.iter().map(Vec::len).sum());
    put(counts, "unassigned", unplaced);
    put(counts, "review_decisions", contents.reviewed.len());
    put(counts, "pairs", linked.pairs.len());
    let standings = linked.pairs.iter().map(|pair| pair.standing.word());
    put_by_word(counts, "pairs", &STANDINGS.map(PairStanding::word), standings);
}

fn count_care(contents: &Contents<'_>, counts: &mut Counts) {
    let reconciled = &contents.reconciled;
    let words = |all: &'static [Cohort]| all.iter().map(|cohort| cohort.word()).collect::<Vec<_>>();
    put(counts, "referrals", reconciled.referrals.len());
    put_by_word(counts, "referrals", &words(Cohort::ALL), reconciled.referrals.iter().map(|of| of.cohort.word()));

    let rows = contents.referral_rows();
    let relations: Vec<_> = Relation::ALL.iter().map(|relation| relation.word()).collect();
    put(counts, "referral_records", rows.len());
    put_by_word(counts, "referral_records", &relations, rows.iter().map(|(_, _, relation, _)| relation.word()));

    let appointments = &reconciled.appointments;
    let classes: Vec<_> = Classification::ALL.iter().map(|class| class.word()).collect();
    put(counts, "appointments", appointments.len());
    put_by_word(counts, "appointments", &classes, appointments.iter().map(|of| of.classification.word()));
    put(counts, "appointments.without-patient", appointments.iter().filter(|of| of.patient.is_none()).count());
    put(counts, "appointment_records", appointments.iter().map(|of| of.records.len()).sum());

    let waits: Vec<_> = WaitType::ALL.iter().map(|wait| wait.word()).collect();
    put(counts, "waiting_list", reconciled.waiting_list.len());
    put_by_word(counts, "waiting_list", &waits, reconciled.waiting_list.iter().map(|entry| entry.wait_type.word()));
    put(counts, "waiting_list_differences", reconciled.differences.len());
    put(counts, "declared", reconciled.declared.len());
}

fn count_rest(contents: &Contents<'_>, counts: &mut Counts) {
    let records = contents.records();
    let changes = &contents.ids.changes;
    put(counts, "id_changes", changes.len());
    put_by_word(counts, "id_changes", &Change::ALL.map(Change::word), changes.iter().map(|line| line.change.word()));
    let changed = contents.ids.rows.lines.iter().map(|line| line.change.word());
    put(counts, "source_changes", contents.ids.rows.lines.len());
    put_by_word(counts, "source_changes", &RowChange::ALL.map(RowChange::word), changed);
    put(counts, "exceptions", records.exceptions.len());
    let severities = records.exceptions.iter().map(|exception| exception.reason.severity().word());
    put_by_word(counts, "exceptions", &SEVERITIES.map(Severity::word), severities);
    put(counts, "paper_folders", records.paper.len());
    put(counts, "paper_disagreements", records.disagreements.len());
    put(counts, "diagnostics", records.diagnostics.len());
    put(counts, "documents", records.documents.len());
    put(counts, "outcome_scores", records.outcome_scores.len());
    put(counts, "concerns", records.concerns.len());
    put(counts, "figures", contents.measures.figures.len());
    put(counts, "gates", contents.measures.gates.len());
}

/// What must be equal, whatever the data.
pub(super) fn identities() -> Vec<Identity> {
    let parts = |whole: &str, words: Vec<&str>| words.iter().map(|word| format!("{whole}.{word}")).collect::<Vec<_>>();
    let equal = |name, left: &[&str], right: Vec<String>| Identity {
        name,
        left: left.iter().map(|count| (*count).to_owned()).collect(),
        right,
    };
    let cohorts = Cohort::ALL.iter().map(|cohort| cohort.word()).collect();
    let relations = Relation::ALL.iter().map(|relation| relation.word()).collect();
    let classes = Classification::ALL.iter().map(|class| class.word()).collect();
    let waits = WaitType::ALL.iter().map(|wait| wait.word()).collect();
    let severities = SEVERITIES.map(Severity::word).to_vec();
    let standings = STANDINGS.map(PairStanding::word).to_vec();
    let changes = Change::ALL.map(Change::word).to_vec();
    vec![
        equal("every physical row has one disposition", &["rows.read"], parts("rows", DISPOSITIONS.to_vec())),
        equal("every used row is of one patient", &["rows.used"], vec!["patient_records".into()]),
        equal("every unassigned row is listed", &["rows.unassigned"], vec!["unassigned".into()]),
        equal(
            "every row that speaks of somebody is a person record",
            &["person_records"],
            parts("rows", vec!["used", "unassigned"]),
        ),
        equal("every referral is in one cohort", &["referrals"], parts("referrals", cohorts)),
        equal("every row of a referral has one relation", &["referral_records"], parts("referral_records", relations)),
        equal("every appointment is classified", &["appointments"], parts("appointments", classes)),
        equal("every pathway waits for one thing", &["waiting_list"], parts("waiting_list", waits)),
        equal("every exception has a severity", &["exceptions"], parts("exceptions", severities)),
        equal("every pair has a standing", &["pairs"], parts("pairs", standings)),
        equal("every change of an id is of one sort", &["id_changes"], parts("id_changes", changes)),
        equal(
            "every change of a row is of one sort",
            &["source_changes"],
            parts("source_changes", RowChange::ALL.map(RowChange::word).to_vec()),
        ),
    ]
}

/// Panics when an identity does not hold: a stage before this one is wrong, never the data.
pub(super) fn assert_identities(counts: &Counts) {
    let sum = |names: &[String]| names.iter().map(|name| counts[name]).sum::<u64>();
    for identity in identities() {
        let (left, right) = (sum(&identity.left), sum(&identity.right));
        assert_eq!(left, right, "{}: {:?} and {:?} are equal", identity.name, identity.left, identity.right);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    fn counts() -> Counts {
        let config = examples::config();
        let reconciled = examples::reconciled(&config);
        let contents = Contents::new(
            &config,
            reconciled,
            examples::measures(),
            &examples::decisions(),
            examples::naming(&examples::key()),
        );
        count(&contents)
    }

    #[test]
    fn the_example_balances() {
        let counts = counts();
        assert_identities(&counts);
        assert_eq!((counts["rows.read"], counts["rows.used"], counts["patients"]), (11, 5, 3));
    }

    #[test]
    #[should_panic(expected = "every used row is of one patient")]
    fn a_used_row_without_a_patient_is_noticed() {
        let mut counts = counts();
        *counts.get_mut("patient_records").expect("counted") -= 1;
        assert_identities(&counts);
    }
}
