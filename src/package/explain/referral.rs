//! A referral: which rows it is of, where its clock and its priority come from, what it repeats, and what nearly was it.

use super::{
    DecisionTold, ExceptionTold, ExplainError, ROW, Shelf, Wanted, decisions, exceptions, four, listed, row_name,
    unknown_id,
};
use crate::decisions::RowName;
use crate::package::previous::Kind;
use crate::reconcile::{
    Apart, ClockDoubt, ClockRule, Cohort, PriorityRule, ReferralJoin, ReferralSaid, Relation, WeeksRule,
    referrals_apart,
};

/// A referral, explained.
#[derive(Clone, Debug)]
pub struct ReferralExplained {
    /// What its line of `referrals.csv` says, in part.
    pub line: ReferralLine,
    /// Its rows, in order, with what each is to it and why it is of it.
    pub rows: Vec<ReferralRow>,
    /// What is waited for, where it is on the waiting list.
    pub waits_for: Option<String>,
    /// The referrals it goes on from or repeats, the nearest first.
    pub ancestors: Vec<Kin>,
    /// Those that go on from it or repeat it.
    pub children: Vec<Kin>,
    /// The patient's referral that came nearest to being this one, and why it is not.
    pub nearest: Option<(Kin, Apart)>,
    /// How many other referrals the patient has.
    pub others: usize,
    /// Where the declared list differs: how, why, the declared row and the one that proves the cause.
    pub differences: Vec<(String, String, Option<RowName>, Option<RowName>)>,
    /// Its appointments with their classes.
    pub appointments: Vec<(String, String)>,
    /// What could not be used of its rows, or needs a person's eye.
    pub exceptions: Vec<ExceptionTold>,
    /// Decisions about its rows.
    pub decisions: Vec<DecisionTold>,
}

/// A row of a referral.
#[derive(Clone, Debug)]
pub struct ReferralRow {
    /// Which row.
    pub at: RowName,
    /// What it is to the referral.
    pub relation: Option<Relation>,
    /// Why it is with the others.
    pub joined_by: Option<ReferralJoin>,
    /// What of it and another agrees, where likeness joined them.
    pub agreed: Vec<String>,
}

/// A line of `referrals.csv`.
#[derive(Clone, Debug, Default)]
pub struct ReferralLine {
    /// Its id.
    pub id: String,
    /// Its patient; empty when not known.
    pub patient: String,
    /// The priority that it carries.
    pub priority: String,
    /// Why that one.
    pub priority_rule: Option<PriorityRule>,
    /// The referrer's priority.
    pub referrer_priority: String,
    /// The priority given at triage.
    pub triage_priority: String,
    /// When it was triaged.
    pub triaged: String,
    /// Whether a row names who triaged it.
    pub is_triage_signed: bool,
    /// When the first provider received it.
    pub received: String,
    /// When the first of the referrals it repeats was received.
    pub original_received: String,
    /// When the clock started.
    pub clock_start: String,
    /// Why there.
    pub clock_rule: Option<ClockRule>,
    /// Of a patient who was referred again: why no row tells whether the earlier clock was stopped.
    pub clock_doubt: Option<ClockDoubt>,
    /// When the clock starts if it is otherwise.
    pub other_clock_start: String,
    /// Why there.
    pub other_clock_rule: Option<ClockRule>,
    /// The event of the journal by which a named person said so; empty where nobody has.
    pub clock_event: String,
    /// Whole weeks to the census date.
    pub weeks: String,
    /// Working days to the census date.
    pub working_days: String,
    /// Whether the clock runs then, and what says so.
    pub weeks_rule: Option<WeeksRule>,
    /// Where it stands.
    pub cohort: Option<Cohort>,
    /// Open or closed.
    pub status: String,
    /// When it was closed.
    pub closed: String,
    /// RTT status.
    pub rtt_status: String,
    /// When the patient was last seen.
    pub last_seen: String,
    /// The next appointment.
    pub next_appointment: String,
    /// When a review is due.
    pub review_due: String,
    parent: String,
    service: String,
    condition: String,
    ubrn: String,
}

/// Another referral of the patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Kin {
    /// Its id.
    pub id: String,
    /// When it was received.
    pub received: String,
    /// When its clock started.
    pub clock_start: String,
    /// Where it stands.
    pub cohort: String,
}

pub(super) fn explain(package: &Shelf<'_>, id: &str) -> Result<ReferralExplained, ExplainError> {
    let line = lines(package, ("referral_id", id))?.pop().ok_or_else(|| unknown_id(package, Kind::Referral, id))?;
    // Somebody whose patient is not known has no other referrals that could be told.
    let family = if line.patient.is_empty() { Vec::new() } else { lines(package, ("patient_id", &line.patient))? };
    let mut rows = Vec::new();
    let [source, file, sheet, row] = ROW;
    let columns = [source, file, sheet, row, "relation", "joined_by", "agreed"];
    package.where_is("referral_records", ("referral_id", id), columns, |cells| {
        rows.push(ReferralRow {
            at: row_name(four(&cells)),
            relation: Relation::of_word(cells[4]),
            joined_by: ReferralJoin::of_word(cells[5]),
            agreed: cells[6].split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        });
    })?;
    let wanted = Wanted::new(rows.iter().map(|row| &row.at));
    let ancestors = ancestors(&family, &line);
    let children: Vec<Kin> = family.iter().filter(|of| of.parent == id).map(kin).collect();
    let is_related =
        |of: &&ReferralLine| ancestors.iter().chain(&children).any(|known| known.id == of.id) || of.id == id;
    let unrelated = family.iter().filter(|of| !is_related(of));
    let nearest = unrelated
        .map(|of| (kin(of), referrals_apart(said(&line), said(of))))
        .min_by(|one, other| (one.1.distance, &one.0.id).cmp(&(other.1.distance, &other.0.id)));
    let mut exceptions = exceptions(package, &wanted)?;
    exceptions
        .retain(|exception| !exception.field.starts_with("person.") && !exception.field.starts_with("appointment."));
    Ok(ReferralExplained {
        waits_for: waits_for(package, id)?,
        differences: differences(package, id)?,
        appointments: listed(package, "appointments", ("referral_id", id), ["appointment_id", "classification"])?,
        decisions: decisions(package, &wanted)?,
        others: family.len().saturating_sub(1),
        line,
        rows,
        ancestors,
        children,
        nearest,
        exceptions,
    })
}

const OF_LINE: [&str; 31] = [
    "referral_id",
    "patient_id",
    "priority",
    "triage_priority",
    "triaged",
    "triaged_by",
    "received",
    "original_received",
    "clock_start",
    "clock_rule",
    "weeks",
    "cohort",
    "status",
    "closed",
    "rtt_status",
    "last_seen",
    "next_appointment",
    "review_due",
    "parent_referral_id",
    "treatment_function_code",
    "specialty",
    "condition",
    "ubrn",
    "priority_rule",
    "referrer_priority",
    "working_days",
    "weeks_rule",
    "clock_doubt",
    "other_clock_start",
    "other_clock_rule",
    "clock_event",
];

fn lines(package: &Shelf<'_>, of: (&str, &str)) -> Result<Vec<ReferralLine>, ExplainError> {
    let mut found = Vec::new();
    package.where_is("referrals", of, OF_LINE, |cells| found.push(line(cells)))?;
    Ok(found)
}

fn line(cells: [&str; OF_LINE.len()]) -> ReferralLine {
    let text = |place: usize| cells[place].to_owned();
    ReferralLine {
        id: text(0),
        patient: text(1),
        priority: text(2),
        triage_priority: text(3),
        triaged: text(4),
        is_triage_signed: !cells[5].is_empty(),
        received: text(6),
        original_received: text(7),
        clock_start: text(8),
        clock_rule: ClockRule::of_word(cells[9]),
        weeks: text(10),
        cohort: Cohort::of_word(cells[11]),
        status: text(12),
        closed: text(13),
        rtt_status: text(14),
        last_seen: text(15),
        next_appointment: text(16),
        review_due: text(17),
        parent: text(18),
        service: if cells[19].is_empty() { text(20) } else { text(19) },
        condition: text(21),
        ubrn: text(22),
        priority_rule: PriorityRule::of_word(cells[23]),
        referrer_priority: text(24),
        working_days: text(25),
        weeks_rule: WeeksRule::of_word(cells[26]),
        clock_doubt: ClockDoubt::of_word(cells[27]),
        other_clock_start: text(28),
        other_clock_rule: ClockRule::of_word(cells[29]),
        clock_event: text(30),
    }
}

fn said(of: &ReferralLine) -> ReferralSaid<'_> {
    ReferralSaid { service: &of.service, condition: &of.condition, ubrn: &of.ubrn, received: &of.received }
}

fn kin(of: &ReferralLine) -> Kin {
    Kin {
        id: of.id.clone(),
        received: of.received.clone(),
        clock_start: of.clock_start.clone(),
        cohort: of.cohort.map_or("", Cohort::word).to_owned(),
    }
}

/// Parents of parents; a damaged table may lead round in a ring.
fn ancestors(family: &[ReferralLine], line: &ReferralLine) -> Vec<Kin> {
    let mut found: Vec<Kin> = Vec::new();
    let mut parent = line.parent.as_str();
    while let Some(next) = family.iter().find(|of| of.id == parent) {
        if next.id == line.id || found.iter().any(|known| known.id == next.id) {
            break;
        }
        found.push(kin(next));
        parent = &next.parent;
    }
    found
}

fn waits_for(package: &Shelf<'_>, id: &str) -> Result<Option<String>, ExplainError> {
    let mut found = None;
    package.where_is("waiting_list", ("referral_id", id), ["wait_type"], |[wait]| found = Some(wait.to_owned()))?;
    Ok(found)
}

type Difference = (String, String, Option<RowName>, Option<RowName>);

fn differences(package: &Shelf<'_>, id: &str) -> Result<Vec<Difference>, ExplainError> {
    const COLUMNS: [&str; 10] = [
        "difference",
        "cause",
        "declared_source",
        "declared_file",
        "declared_sheet",
        "declared_row",
        "proof_source",
        "proof_file",
        "proof_sheet",
        "proof_row",
    ];
    let mut found = Vec::new();
    package.where_is("waiting_list_differences", ("referral_id", id), COLUMNS, |cells| {
        let row = |cells: &[&str]| (!cells[0].is_empty()).then(|| row_name(four(cells)));
        found.push((cells[0].to_owned(), cells[1].to_owned(), row(&cells[2..]), row(&cells[6..])));
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_followed_and_a_ring_ends() {
        let of = |id: &str, parent: &str| ReferralLine { id: id.into(), parent: parent.into(), ..Default::default() };
        let family = [of("R-1", ""), of("R-2", "R-1"), of("R-3", "R-2"), of("R-8", "R-9"), of("R-9", "R-8")];
        let ids = |at: usize| ancestors(&family, &family[at]).into_iter().map(|kin| kin.id).collect::<Vec<_>>();
        assert_eq!(ids(2), ["R-2", "R-1"]);
        assert_eq!((ids(0), ids(3)), (vec![], vec!["R-9".to_owned()]));
    }
}
