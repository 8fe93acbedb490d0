//! What people decided of appointments and of differences.

use super::appointments::appointments;
use super::caseload::{Caseload, is_appointment};
use super::context::{ByPatient, Context};
use super::{Difference, DifferenceKind, ReferralIndex};
use crate::config::{Config, Standing};
use crate::decisions::{Act, Decisions, Effect, Effects, Matching, RowName};
use crate::linkage::{JoinedBy, Linked, Place};
use crate::records::{PersonId, Records, find_person};
use crate::sources::RowRef;
use std::collections::{BTreeMap, BTreeSet};

/// Which evidence is of which booking, and which is not, by the records of their rows. Neither goes beyond one patient: of
/// rows of two patients it is first to be decided whether they are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Matches {
    /// The booking of each piece of evidence.
    same: BTreeMap<PersonId, PersonId>,
    /// Evidence and bookings that it is not of.
    different: BTreeSet<(PersonId, PersonId)>,
    /// The events: evidence, booking, and whether it is of it.
    said: Vec<(usize, PersonId, PersonId, bool)>,
    /// By the evidence: whether it is right, in the order of the journal.
    rulings: BTreeMap<PersonId, Vec<Ruling>>,
}

/// Whether a person said that a piece of evidence is right where it and its booking differ.
#[derive(Clone, Debug)]
pub(super) struct Ruling {
    pub(super) event: usize,
    pub(super) is_right: bool,
    /// The rows that were shown.
    pub(super) shown: BTreeSet<PersonId>,
    /// Those of them that are booking systems'.
    pub(super) recorded: BTreeSet<PersonId>,
}

impl Matches {
    /// Of the decisions in effect.
    pub(super) fn find(config: &Config, records: &Records, decisions: &Decisions) -> Self {
        let mut matches = Matches::default();
        let is_recorded = |person: PersonId| {
            config.sources[usize::from(records.source[person as usize])].standing == Standing::Record
        };
        for (_, event) in decisions.in_effect() {
            let Act::AppointmentMatch(answer) = event.entry.act else { continue };
            let found = |place: usize| find_person(config, records, &event.entry.rows[place].name);
            let (Some(one), Some(other)) = (found(0), found(1)) else { continue };
            let (news, booking) = if is_recorded(one) { (other, one) } else { (one, other) };
            if is_recorded(news) || !is_recorded(booking) || answer == Matching::Unsure {
                continue;
            }
            if answer.is_one() {
                matches.same.insert(news, booking);
            } else {
                matches.different.insert((news, booking));
            }
            matches.said.push((event.number, news, booking, answer.is_one()));
            if !matches!(answer, Matching::Right | Matching::Wrong) {
                continue;
            }
            let shown: BTreeSet<PersonId> = (0..event.entry.rows.len()).filter_map(found).collect();
            let recorded = shown.iter().copied().filter(|person| is_recorded(*person)).collect();
            let is_right = answer == Matching::Right;
            matches.rulings.entry(news).or_default().push(Ruling { event: event.number, is_right, shown, recorded });
        }
        matches
    }

    /// Whether nobody has said anything.
    pub(super) fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// Whether evidence is of a booking because a person said so.
    pub(super) fn is_of(&self, news: PersonId, booking: PersonId) -> bool {
        self.same.get(&news) == Some(&booking)
    }

    /// Whether evidence is not of a booking because a person said so.
    pub(super) fn forbids(&self, news: PersonId, booking: PersonId) -> bool {
        self.different.contains(&(news, booking))
    }

    /// What people said of a piece of evidence and a booking that differ, in the order of the journal.
    pub(super) fn rulings(&self, news: PersonId) -> impl Iterator<Item = &Ruling> {
        self.rulings.get(&news).into_iter().flatten()
    }

    /// Brings evidence whose patient is not known to the patient of the booking that it is of.
    pub(super) fn place(&self, mut linked: Linked) -> Linked {
        for (event, news, booking, same) in &self.said {
            let open = matches!(linked.places[*news as usize], Place::Unplaced { .. });
            let Some(patient) = linked.patient_of(*booking).filter(|_| *same && open) else { continue };
            let members = &linked.members[patient as usize];
            if linked.rulings.is_nobodys(*news) || linked.rulings.keeps_apart(*news, members) {
                continue;
            }
            linked = super::placing::apply(linked, &[(*news, patient, 1.0, JoinedBy::Decision)]);
            linked.effects.note(*event, Effect::Matched);
        }
        linked
    }

    /// Notes what was matched and what was not, against what the data alone come to. `alone` is the context in which
    /// nobody has said anything.
    pub(super) fn note(&self, alone: &Context, linked: &Linked, found: &Caseload) -> Effects {
        let mut effects = Effects::default();
        if self.is_empty() {
            return effects;
        }
        let table = &linked.records.appointments;
        let of_patients = ByPatient::of(linked, table);
        let holds = |one: &super::Appointment, person: PersonId| {
            one.records.iter().any(|(place, _)| table.subject(*place) == person)
        };
        for (event, news, booking, same) in &self.said {
            let both = |one: &super::Appointment| holds(one, *news) && holds(one, *booking);
            let now = found.appointments.iter().any(both);
            let by_machine =
                linked.patient_of(*news).filter(|_| linked.patient_of(*news) == linked.patient_of(*booking));
            let by_machine = by_machine.is_some_and(|patient| {
                let places = of_patients.patient(patient).iter().copied();
                let places: Vec<u32> = places.filter(|place| is_appointment(alone, *place)).collect();
                appointments(alone, Some(patient), &places, |_| None).iter().any(both)
            });
            match (*same, now, by_machine) {
                (true, true, false) => effects.note(*event, Effect::Matched),
                (false, false, true) => effects.note(*event, Effect::Unmatched),
                _ => {}
            }
        }
        let held = found.appointments.iter().filter_map(|one| one.held.as_ref());
        held.flat_map(|held| &held.events).for_each(|event| effects.note(*event, Effect::Settled));
        effects
    }
}

/// Gives differences the causes that people found. The decision is then the proof.
pub(super) fn explain(
    context: &Context,
    found: &Caseload,
    decisions: &Decisions,
    differences: &mut [Difference],
) -> Effects {
    let mut effects = Effects::default();
    for (_, event) in decisions.in_effect() {
        let Act::DifferenceCause { difference: kind, cause } = &event.entry.act else { continue };
        let row = |name: &RowName| {
            let person = find_person(context.config, context.records, name)?;
            Some(context.records.people.row(person))
        };
        let rows: BTreeSet<RowRef> = event.entry.rows.iter().filter_map(|shown| row(&shown.name)).collect();
        let is_it = |one: &Difference| {
            one.kind.word() == kind
                && match one.kind {
                    DifferenceKind::FoundNotDeclared => {
                        one.referral.is_some_and(|referral| has_row(context, found, referral, &rows))
                    }
                    _ => one.declared_row.is_some_and(|row| rows.contains(&row)),
                }
        };
        for difference in differences.iter_mut().filter(|one| is_it(one)) {
            if difference.cause != *cause {
                effects.note(event.number, Effect::Explained);
            }
            difference.cause = cause.clone().into();
            difference.proof_row = None;
            difference.proof_event = Some(event.number);
        }
    }
    effects
}

fn has_row(context: &Context, found: &Caseload, referral: ReferralIndex, rows: &BTreeSet<RowRef>) -> bool {
    let records = &found.referrals[referral as usize].records;
    records.iter().any(|(place, _)| rows.contains(&context.records.referrals.row(*place)))
}
