//! The one screen that a person sees at the end of a run: counts only, no patient.

use super::safety::RULES;
use super::{GateState, Measures};
use crate::config::fields::{paper, referral};
use crate::config::{Config, Field, RecordKind, Standing};
use crate::decisions::{self, Decisions, Effect, Effects};
use crate::ledger::{Disposition, Exception, Reason};
use crate::linkage::PairStanding;
use crate::reconcile::{Classification, Reconciled};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many decisions stand how.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DecisionCounts {
    /// In effect.
    pub in_effect: u64,
    /// About a row that is not there any more.
    pub row_gone: u64,
    /// About a row that is not what it was.
    pub row_changed: u64,
    /// The events that join nothing: they would make one patient of two verified NHS numbers that nobody was shown together.
    pub held_back: Vec<usize>,
    /// What cannot all be right: the events that wait, and the event against which each group stands.
    pub contradictions: Vec<ContradictedEvents>,
    /// The journal's last line, where it is torn: it was never acknowledged, and says nothing.
    pub torn_line: Option<usize>,
}

/// Decisions that wait until a person settles what contradicts them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContradictedEvents {
    /// Their numbers, in order.
    pub events: Vec<usize>,
    /// The event that stands against them.
    pub against: usize,
}

/// Counts of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The transition's name.
    pub transition: String,
    /// Census date.
    pub as_at: String,
    /// Whether the run is the handover itself.
    pub final_run: bool,
    /// Physical rows of all sources.
    pub rows_read: u64,
    /// Rows by disposition, those that occur.
    pub rows: BTreeMap<&'static str, u64>,
    /// Patients.
    pub patients: u64,
    /// Patients with a verified NHS number.
    pub patients_with_verified_number: u64,
    /// Referrals.
    pub referrals: u64,
    /// Rows that speak of a referral.
    pub referral_records: u64,
    /// Appointments.
    pub appointments: u64,
    /// Appointments by classification.
    pub appointments_by_class: BTreeMap<&'static str, u64>,
    /// Bookings of which no booking system has a record.
    pub unrecorded_bookings: u64,
    /// Rows of person-level declared lists.
    pub list_declared: u64,
    /// Pathways that wait by the records.
    pub list_found: u64,
    /// Differences between the two.
    pub list_differences: u64,
    /// Differences of which no cause was found.
    pub list_differences_unexplained: u64,
    /// Exceptions by reason, most frequent first.
    pub exceptions: Vec<(&'static str, u64)>,
    /// Pairs that a person must decide.
    pub pairs_for_review: u64,
    /// Decisions of the journal.
    pub decisions: DecisionCounts,
    /// Gates with their state.
    pub gates: Vec<(&'static str, &'static str)>,
    /// Parts of the configuration that this version reads and does not act upon.
    pub not_acted_upon: Vec<&'static str>,
}

impl Summary {
    /// Counts what a run came to.
    pub fn of(
        config: &Config,
        reconciled: &Reconciled,
        measures: &Measures,
        decisions: &Decisions,
        final_run: bool,
    ) -> Self {
        let records = &reconciled.linked.records;
        let mut rows: BTreeMap<&'static str, u64> = BTreeMap::new();
        for (_, disposition) in reconciled.rows.entries() {
            *rows.entry(Disposition::word(disposition)).or_default() += 1;
        }
        let mut by_class: BTreeMap<&'static str, u64> =
            Classification::ALL.iter().map(|class| (class.word(), 0)).collect();
        for appointment in &reconciled.appointments {
            *by_class.entry(appointment.classification.word()).or_default() += 1;
        }
        let declared_rows = records
            .people
            .places()
            .filter(|record| {
                config.sources[usize::from(records.source[*record as usize])].standing == Standing::Declared
            })
            .count();
        let figure =
            |name: &str| measures.figures.iter().find(|figure| figure.name == name).map(|figure| figure.numerator);
        Summary {
            transition: config.transition.name.clone(),
            as_at: config.transition.as_at.to_string(),
            final_run,
            rows_read: reconciled.rows.len() as u64,
            rows,
            patients: reconciled.linked.members.len() as u64,
            patients_with_verified_number: figure("patients.with-verified-number").unwrap_or_default(),
            referrals: reconciled.referrals.len() as u64,
            referral_records: records.referrals.len() as u64,
            appointments: reconciled.appointments.len() as u64,
            unrecorded_bookings: by_class[Classification::Unrecorded.word()],
            appointments_by_class: by_class,
            list_declared: declared_rows as u64,
            list_found: reconciled.waiting_list.len() as u64,
            list_differences: reconciled.differences.len() as u64,
            list_differences_unexplained: reconciled.differences.iter().filter(|line| line.cause == "unknown").count()
                as u64,
            exceptions: by_reason(&records.exceptions),
            pairs_for_review: reconciled
                .linked
                .pairs
                .iter()
                .filter(|pair| pair.standing == PairStanding::Review)
                .count() as u64,
            decisions: DecisionCounts::of(decisions, &reconciled.linked.effects),
            gates: measures.gates.iter().map(|gate| (gate.name, gate.state.word())).collect(),
            not_acted_upon: not_acted_upon(config),
        }
    }

    /// Whether a final handover may go ahead: every gate is green or waived, and there are gates.
    pub fn ready(&self) -> bool {
        let open = [GateState::Red.word(), GateState::NotMeasured.word()];
        !self.gates.is_empty() && self.gates.iter().all(|(_, state)| !open.contains(state))
    }
}

impl DecisionCounts {
    fn of(decisions: &Decisions, effects: &Effects) -> Self {
        let count = |wanted: decisions::Standing| {
            decisions.standings.iter().filter(|standing| **standing == wanted).count() as u64
        };
        let mut against: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let number = |place: usize| decisions.events[place].number;
        for (event, by) in &decisions.against {
            against.entry(number(*by)).or_default().push(number(*event));
        }
        let contradictions = against.into_iter().map(|(against, events)| ContradictedEvents { events, against });
        let numbers = decisions.events.iter().map(|event| event.number);
        DecisionCounts {
            in_effect: count(decisions::Standing::InEffect),
            row_gone: count(decisions::Standing::RowGone),
            row_changed: count(decisions::Standing::RowChanged),
            held_back: numbers.filter(|event| effects.of(*event) == Effect::HeldBack).collect(),
            contradictions: contradictions.collect(),
            torn_line: decisions.torn,
        }
    }
}

/// Exceptions counted by reason, most frequent first.
pub fn by_reason(exceptions: &[Exception]) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
    for exception in exceptions {
        *counts.entry(exception.reason).or_default() += 1;
    }
    let mut counts: Vec<(&'static str, u64)> =
        counts.into_iter().map(|(reason, count)| (reason.slug(), count)).collect();
    counts.sort_by_key(|(slug, count)| (std::cmp::Reverse(*count), *slug));
    counts
}

/// What the configuration asks for and this version does not do. Said aloud, so that nobody relies on it.
pub fn not_acted_upon(config: &Config) -> Vec<&'static str> {
    let mappings = || config.sources.iter().map(|source| &source.mapping);
    let maps = |field: Field| mappings().any(|mapping| mapping.fields.contains_key(&field));
    let has_extra =
        |wanted: RecordKind| mappings().any(|mapping| mapping.extra.keys().any(|(kind, _)| *kind == wanted));
    let asked = [
        ("kpi", !config.kpis.is_empty()),
        ("overlap", config.overlap.assumed.is_some()),
        ("safety (a rule of that name)", config.safety.iter().any(|switch| !RULES.contains(&switch.rule.as_str()))),
        ("referral.decided_to_refer (in a mapping)", maps(referral::DECIDED_TO_REFER)),
        ("referral.extra (in a mapping)", has_extra(RecordKind::Referral)),
        ("appointment.extra (in a mapping)", has_extra(RecordKind::Appointment)),
        ("paper.extra (in a mapping)", has_extra(RecordKind::Paper)),
        ("paper.keyed_by (in a mapping)", maps(paper::KEYED_BY)),
        ("paper.image (in a mapping)", maps(paper::IMAGE)),
    ];
    asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect()
}
