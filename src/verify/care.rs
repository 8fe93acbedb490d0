//! The waiting list, appointments and what hangs on patients against referrals and against the rows they come from.

use super::agreement::{ASK, Tables};
use super::held::Held;
use super::pairs::Rivals;
use super::problems::ProblemKind as Kind;
use super::scan::Line;
use super::table::again;
use super::verdict::Findings;

const REFERRALS: &[&str] = &[
    "referral_id",
    "patient_id",
    "parent_referral_id",
    "pathway_id",
    "pathway_issuer",
    "ubrn",
    "treatment_function_code",
    "commissioner",
    "clock_start",
    "weeks",
    "rtt_status",
    "priority",
    "next_appointment",
    "last_seen",
    "review_due",
    "specialty",
    "cohort",
    "working_days",
    "clock_doubt",
    "other_clock_start",
    "other_clock_rule",
    "clock_event",
];
/// Columns of the waiting list that are the referral's, under its name where that is another.
const WAITING: [(&str, &str); 14] = [
    ("patient_pathway_identifier", "pathway_id"),
    ("pathway_issuer", "pathway_issuer"),
    ("ubrn", "ubrn"),
    ("treatment_function_code", "treatment_function_code"),
    ("commissioner", "commissioner"),
    ("clock_start", "clock_start"),
    ("weeks", "weeks"),
    ("rtt_status", "rtt_status"),
    ("priority", "priority"),
    ("next_appointment", "next_appointment"),
    ("last_seen", "last_seen"),
    ("review_due", "review_due"),
    ("specialty", "specialty"),
    ("working_days", "working_days"),
];
const APPOINTMENTS: &[&str] = &[
    "patient_id",
    "referral_id",
    "classification",
    "recorded_by",
    "flags",
    "evidence",
    "differs",
    "resolution",
    "rebooked_to",
    "resolution_event",
    "differed",
    "holds",
    "holds_event",
];
/// Kinds of evidence, in the order in which an appointment gives them.
const EVIDENCE: [&str; 5] = ["letter", "text", "diary", "call", "other"];

/// The rows of an appointment.
#[derive(Clone, Copy, Default)]
struct Standing {
    recorded: u32,
    /// A bit for each kind of evidence.
    evidence: u8,
    /// Whether a row contradicts the booking.
    contradicts: bool,
}

pub(super) fn judge(tables: &Tables, rivals: &Rivals, findings: &mut Findings) {
    let held = |name, columns| Held::read(tables.folder, tables.schemas, tables.sets, name, columns);
    if let Some(referrals) = held("referrals", REFERRALS) {
        waiting_list(tables, &referrals, findings);
        referral_rows(tables, &referrals, findings);
        parents(&referrals, findings);
        doubts(&referrals, findings);
        if let Some(appointments) = held("appointments", APPOINTMENTS) {
            let standing = appointment_rows(tables, rivals, &appointments, findings);
            for (appointment, standing) in standing.into_iter().enumerate() {
                findings.count(1);
                of_referral(&appointments, appointment, &referrals, findings);
                classification(&appointments, appointment, standing, findings);
                decided(&appointments, appointment, findings);
            }
        }
    }
    for table in ["diagnostics", "documents", "outcome_scores", "concerns", "source_changes"] {
        items(tables, table, findings);
    }
}

fn waiting_list(tables: &Tables, referrals: &Held, findings: &mut Findings) {
    let table = tables.schemas.table("waiting_list");
    again(tables.folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        let Some(referral) = referrals.find(line.value("referral_id")) else { return };
        findings.count(1);
        if line.value("patient_id") != referrals.value(referral, "patient_id") {
            let detail = || format!("not the patient whom tables/referrals.csv gives; {ASK}");
            findings.add(Kind::PatientDiffers, &line.place().column("patient_id"), detail);
        }
        for (column, of_referral) in WAITING {
            if line.value(column) != referrals.value(referral, of_referral) {
                let detail = || format!("not the {of_referral} that tables/referrals.csv gives; {ASK}");
                findings.add(Kind::WaitingDiffers, &line.place().column(column), detail);
            }
        }
        if !waits_for(referrals.value(referral, "cohort")).contains(&line.value("wait_type")) {
            let detail = || format!("nobody in the referral's cohort waits for this; {ASK}");
            findings.add(Kind::WaitingDiffers, &line.place().column("wait_type"), detail);
        }
        let patient = tables.patients.find(line.value("patient_id"));
        if line.value("gp_practice") != patient.map_or("", |patient| tables.patients.value(patient, "gp_practice")) {
            let detail = || format!("not the practice that tables/patients.csv gives; {ASK}");
            findings.add(Kind::WaitingDiffers, &line.place().column("gp_practice"), detail);
        }
    });
}

/// What is waited for in a cohort. That a closed referral waits for nothing is held elsewhere.
fn waits_for(cohort: &str) -> &'static [&'static str] {
    match cohort {
        "awaiting-triage" | "first-appointment" | "in-treatment" => &["rtt", "ahp"],
        "diagnostics" => &["rtt", "ahp", "diagnostic"],
        "follow-up-due" | "follow-up-overdue" => &["rtt", "ahp", "follow-up"],
        "planned-review" => &["rtt", "ahp", "planned"],
        "referred-on" | "not-transferring" => &[],
        _ => &["rtt", "ahp", "diagnostic", "follow-up", "planned"],
    }
}

/// The patient of a row, empty when it is not known.
fn patient_of<'t>(tables: &'t Tables, row: Option<usize>) -> &'t str {
    let patient = row.and_then(|row| tables.rows.all[row].patient());
    patient.map_or("", |patient| tables.patients.value(patient, "patient_id"))
}

fn another(what: &'static str) -> impl FnOnce() -> String {
    move || format!("{what} is of another patient than tables/patient_records.csv gives the row; {ASK}")
}

fn referral_rows(tables: &Tables, referrals: &Held, findings: &mut Findings) {
    let table = tables.schemas.table("referral_records");
    let mut rows = tables.rows.finder(table, "");
    again(tables.folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        let Some(referral) = referrals.find(line.value("referral_id")) else { return };
        let row = rows.find(record);
        // The second keying of a folder is of nobody by itself.
        if line.value("relation") == "keying" && row.is_none() {
            return;
        }
        findings.count(1);
        if patient_of(tables, row) != referrals.value(referral, "patient_id") {
            findings.add(Kind::PatientDiffers, &line.place().column("referral_id"), another("the referral"));
        }
    });
}

fn parents(referrals: &Held, findings: &mut Findings) {
    for referral in 0..referrals.len() {
        let Some(parent) = referrals.find(referrals.value(referral, "parent_referral_id")) else { continue };
        findings.count(1);
        if referrals.value(parent, "patient_id") != referrals.value(referral, "patient_id") {
            let detail = || "goes on from a referral of another patient; ask the sender for the package again".into();
            findings.add(Kind::PatientDiffers, &referrals.place(referral, "parent_referral_id"), detail);
        }
    }
}

/// A clock in doubt has another start with its rule, and nobody decides of one that is not in doubt.
fn doubts(referrals: &Held, findings: &mut Findings) {
    for referral in 0..referrals.len() {
        let is_given = |column| !referrals.value(referral, column).is_empty();
        let mut must = |holds: bool, column: &str, what: &'static str| {
            findings.count(1);
            if !holds {
                let detail = || format!("{what}; {ASK}");
                findings.add(Kind::ClockDiffers, &referrals.place(referral, column), detail);
            }
        };
        must(
            is_given("clock_doubt") == is_given("other_clock_rule"),
            "clock_doubt",
            "a clock in doubt has another rule by which it may start, and no other clock has",
        );
        must(
            is_given("clock_doubt") || !is_given("other_clock_start") && !is_given("clock_event"),
            "clock_doubt",
            "the clock is not in doubt, and another start or a decision is given",
        );
        must(
            !is_given("clock_doubt") || is_given("parent_referral_id"),
            "clock_doubt",
            "in doubt is whether the clock of an earlier referral was stopped, and none is given",
        );
    }
}

fn appointment_rows(tables: &Tables, rivals: &Rivals, held: &Held, findings: &mut Findings) -> Vec<Standing> {
    let mut standings = vec![Standing::default(); held.len()];
    let table = tables.schemas.table("appointment_records");
    let mut rows = tables.rows.finder(table, "");
    again(tables.folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        let Some(appointment) = held.find(line.value("appointment_id")) else { return };
        findings.count(1);
        let standing = &mut standings[appointment];
        let evidence = EVIDENCE.iter().position(|kind| *kind == line.value("standing"));
        match evidence {
            Some(kind) => standing.evidence |= 1 << kind,
            None => standing.recorded += 1,
        }
        standing.contradicts |= !line.value("differs").is_empty();
        let (of_row, of_appointment) = (patient_of(tables, rows.find(record)), held.value(appointment, "patient_id"));
        let lent = || {
            evidence.is_some()
                && held.value(appointment, "recorded_by") != "neither"
                && rivals.holds(tables.patients.find(of_row), tables.patients.find(of_appointment))
        };
        if of_row != of_appointment && !lent() {
            findings.add(Kind::PatientDiffers, &line.place().column("appointment_id"), another("the appointment"));
        }
    });
    standings
}

fn of_referral(appointments: &Held, appointment: usize, referrals: &Held, findings: &mut Findings) {
    let Some(referral) = referrals.find(appointments.value(appointment, "referral_id")) else { return };
    if referrals.value(referral, "patient_id") != appointments.value(appointment, "patient_id") {
        let detail = || format!("not the patient whom tables/referrals.csv gives the referral; {ASK}");
        findings.add(Kind::PatientDiffers, &appointments.place(appointment, "patient_id"), detail);
    }
}

/// "classification: matched | recorded-only | unrecorded | conflict. recorded_by: sender | receiver | both | neither."
fn classification(held: &Held, appointment: usize, standing: Standing, findings: &mut Findings) {
    let value = |column| held.value(appointment, column);
    let mut must = must(held, appointment, findings);
    let recorded = value("recorded_by") != "neither";
    let evidence: Vec<&str> =
        (0..).zip(EVIDENCE).filter(|(kind, _)| standing.evidence & (1 << kind) != 0).map(|(_, it)| it).collect();
    must(
        value("evidence") == evidence.join(";"),
        "evidence",
        "not the kinds of evidence in tables/appointment_records.csv",
    );
    must(
        recorded == (standing.recorded > 0),
        "recorded_by",
        "tables/appointment_records.csv has rows of booking systems, or has none, otherwise than this says",
    );
    must(
        value("recorded_by") != "both" || standing.recorded > 1,
        "recorded_by",
        "tables/appointment_records.csv has one row of a booking system, and two systems are said to hold it",
    );
    let expected = match (recorded, evidence.is_empty(), value("differs").is_empty()) {
        (true, true, true) => Some("recorded-only"),
        (true, false, true) => Some("matched"),
        (true, false, false) => Some("conflict"),
        (false, false, true) => Some("unrecorded"),
        _ => None,
    };
    must(
        expected == Some(value("classification")),
        "classification",
        "not what recorded_by, evidence and differs amount to",
    );
    must(
        value("differs").is_empty() != standing.contradicts,
        "differs",
        "tables/appointment_records.csv has evidence that contradicts the booking, or has none, otherwise than this says",
    );
    let flagged = |flag: &str| value("flags").split(';').any(|word| word == flag);
    must(
        flagged("orphan") == value("referral_id").is_empty(),
        "flags",
        "an orphan is an appointment without a referral, and no other",
    );
    must(
        !flagged("recorded-twice") || standing.recorded > 1,
        "flags",
        "said to be recorded twice, and tables/appointment_records.csv has one row of a booking system or none",
    );
}

/// What must hold of an appointment's line.
fn must(held: &Held, appointment: usize, findings: &mut Findings) -> impl FnMut(bool, &str, &'static str) {
    move |holds, column, what| {
        if !holds {
            let detail = || format!("{what}; {ASK}");
            findings.add(Kind::ClassificationDiffers, &held.place(appointment, column), detail);
        }
    }
}

/// What named persons said became of an appointment, and which side of a conflict is right.
fn decided(held: &Held, appointment: usize, findings: &mut Findings) {
    let value = |column| held.value(appointment, column);
    let mut must = must(held, appointment, findings);
    let resolution = value("resolution");
    must(
        resolution.is_empty() == value("resolution_event").is_empty(),
        "resolution",
        "a booking is resolved by a decision, and by nothing else",
    );
    must(
        (resolution == "rebooked") != value("rebooked_to").is_empty(),
        "rebooked_to",
        "what is rebooked has another moment, and nothing else has",
    );
    must(
        ["differed", "holds_event"].iter().all(|column| value(column).is_empty() == value("holds").is_empty()),
        "holds",
        "which side is right is told with what they differed in and by which decision, or not at all",
    );
    must(
        value("holds").is_empty() || value("recorded_by") != "neither" && !value("evidence").is_empty(),
        "holds",
        "a booking and evidence of it can differ, and nothing else",
    );
}

fn items(tables: &Tables, name: &str, findings: &mut Findings) {
    let table = tables.schemas.table(name);
    let mut rows = tables.rows.finder(table, "");
    again(tables.folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        findings.count(1);
        if line.value("patient_id") != patient_of(tables, rows.find(record)) {
            let detail = || format!("not the patient whom tables/patient_records.csv gives the row; {ASK}");
            findings.add(Kind::PatientDiffers, &line.place().column("patient_id"), detail);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::schema::Schemas;

    #[test]
    fn every_column_of_the_waiting_list_is_held_against_something() {
        let schemas = Schemas::embedded();
        let apart = ["patient_id", "referral_id", "gp_practice", "wait_type"];
        let held = |name: &str| WAITING.iter().any(|(column, _)| *column == name) || apart.contains(&name);
        for field in &schemas.table("waiting_list").fields {
            assert!(held(&field.name), "{}", field.name);
        }
    }

    #[test]
    fn kinds_of_evidence_are_those_of_the_schema() {
        let schemas = Schemas::embedded();
        assert_eq!(schemas.table("appointment_records").words("standing")[1..], EVIDENCE);
    }
}
