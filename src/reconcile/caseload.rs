//! The referrals and appointments of every patient, each patient on their own and all in order.

use super::appointments::appointments;
use super::chains::chain;
use super::clocks::BulkResets;
use super::cohorts;
use super::context::{ByPatient, Context, day_number};
use super::grouping::group;
use super::referrals::{Draft, draft};
use super::repeats::repeats;
use super::slots::Slot;
use super::{Appointment, Referral, ReferralIndex, sequences};
use crate::config::fields::{appointment, referral};
use crate::config::{Field, RecordKind, Standing};
use crate::ledger::{Exception, Reason};
use crate::linkage::{Linked, PatientIndex, Place};
use crate::records::{PersonId, Symbol};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Everything concluded about referrals and appointments.
#[derive(Debug, Default)]
pub(super) struct Caseload {
    pub(super) referrals: Vec<Referral>,
    pub(super) appointments: Vec<Appointment>,
    /// What decides waiting, by referral.
    pub(super) standing: Vec<Waiting>,
    pub(super) exceptions: Vec<Exception>,
}

/// What the waiting list asks of a referral beyond what the product holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) clock_runs: Option<bool>,
    pub(super) specialty: super::services::Specialty,
    /// The record that closed it.
    pub(super) closed_by: Option<u32>,
}

/// What belongs to one patient, or to nobody known.
struct Case<'a> {
    patient: Option<PatientIndex>,
    referrals: Vec<u32>,
    appointments: Vec<u32>,
    diagnostics: &'a [u32],
}

/// Works through every patient, then through rows whose patient is not known.
pub(super) fn caseload(context: &Context, linked: &Linked, bulk: &BulkResets) -> Caseload {
    let records = &linked.records;
    let referrals = ByPatient::of(linked, &records.referrals);
    let appointments = ByPatient::of(linked, &records.appointments);
    let diagnostics = ByPatient::of(linked, &records.diagnostics);
    let patients = 0..PatientIndex::try_from(linked.members.len()).expect("fewer patients than 4 billion");
    let known: Vec<Caseload> = patients
        .into_par_iter()
        .map(|patient| {
            let case = Case {
                patient: Some(patient),
                referrals: claims_left_out(context, referrals.patient(patient)),
                appointments: that_are_appointments(context, appointments.patient(patient)),
                diagnostics: diagnostics.patient(patient),
            };
            work(context, bulk, &case)
        })
        .collect();
    let unknown: Vec<Caseload> = nobody_known(context, linked).iter().map(|case| work(context, bulk, case)).collect();
    let mut all = Caseload::default();
    for one in known.into_iter().chain(unknown) {
        all.take(one);
    }
    all
}

impl Caseload {
    /// Takes over another, whose places then follow ours.
    fn take(&mut self, other: Caseload) {
        let offset = u32::try_from(self.referrals.len()).expect("fewer referrals than 4 billion");
        self.referrals.extend(other.referrals.into_iter().map(|mut referral| {
            referral.parent = referral.parent.map(|parent| parent + offset);
            referral
        }));
        self.appointments.extend(other.appointments.into_iter().map(|mut appointment| {
            appointment.referral = appointment.referral.map(|found| found + offset);
            appointment
        }));
        self.standing.extend(other.standing);
        self.exceptions.extend(other.exceptions);
    }
}

/// A declared list claims; it is compared with what the records show and makes no referral.
fn claims_left_out(context: &Context, places: &[u32]) -> Vec<u32> {
    let table = &context.records.referrals;
    places.iter().copied().filter(|place| context.standing(table.subject(*place)) != Standing::Declared).collect()
}

/// A row that gives neither a date nor a number of an appointment speaks of none.
fn that_are_appointments(context: &Context, places: &[u32]) -> Vec<u32> {
    places.iter().copied().filter(|place| is_appointment(context, *place)).collect()
}

/// What an appointment record amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Substance {
    /// An appointment, or news of one.
    Appointment,
    /// A row of another kind whose columns for an appointment are empty: it speaks of none.
    Nothing,
    /// Something, but neither when nor which: it cannot be used.
    Fragment,
}

/// Whether a record says enough to be an appointment: evidence always does, because someone may turn up.
pub(super) fn substance(context: &Context, place: u32) -> Substance {
    let table = &context.records.appointments;
    let dated = table.moment(appointment::STARTS, place).is_some();
    let booked = table.moment(appointment::BOOKED, place).is_some()
        || table.date(appointment::OFFERED, place).is_some()
        || table.symbol(appointment::LOCAL_ID, place).is_some();
    let refers = [appointment::REFERRAL_LOCAL_ID, appointment::PERSON_LOCAL_ID];
    let fields =
        (0..RecordKind::Appointment.fields().len()).map(|at| Field { kind: RecordKind::Appointment, place: at });
    let says_more = fields.filter(|field| !refers.contains(field)).any(|field| table.bits(field, place) != 0);
    match context.standing(table.subject(place)) {
        _ if dated => Substance::Appointment,
        _ if !says_more => Substance::Nothing,
        Standing::Evidence(_) => Substance::Appointment,
        Standing::Record if booked => Substance::Appointment,
        Standing::Record => Substance::Fragment,
        Standing::Declared | Standing::Trace => Substance::Nothing,
    }
}

/// Whether a record is an appointment, or news of one.
pub(super) fn is_appointment(context: &Context, place: u32) -> bool {
    substance(context, place) == Substance::Appointment
}

/// Places of referral records and of appointment records.
type Places = (Vec<u32>, Vec<u32>);

/// Rows whose patient is not known: those that may be of the same patients lie together, every other by itself.
fn nobody_known<'a>(context: &Context, linked: &Linked) -> Vec<Case<'a>> {
    let records = context.records;
    let mut cases: BTreeMap<(Vec<PatientIndex>, PersonId), Places> = BTreeMap::new();
    let key = |person: PersonId| match &linked.places[person as usize] {
        Place::Unplaced { candidates, .. } if candidates.is_empty() => Some((Vec::new(), person)),
        Place::Unplaced { candidates, .. } => {
            let mut candidates = candidates.clone();
            candidates.sort_unstable();
            Some((candidates, 0))
        }
        Place::Patient { .. } => None,
    };
    for place in records.referrals.places() {
        let person = records.referrals.subject(place);
        if let Some(key) = key(person).filter(|_| context.standing(person) != Standing::Declared) {
            cases.entry(key).or_default().0.push(place);
        }
    }
    for place in records.appointments.places().filter(|place| is_appointment(context, *place)) {
        if let Some(key) = key(records.appointments.subject(place)) {
            cases.entry(key).or_default().1.push(place);
        }
    }
    let case = |(referrals, appointments)| Case { patient: None, referrals, appointments, diagnostics: &[] };
    cases.into_values().map(case).collect()
}

fn work(context: &Context, bulk: &BulkResets, case: &Case) -> Caseload {
    let mut exceptions = Vec::new();
    let groups = group(context, &case.referrals, case.patient.is_some());
    let mut drafts: Vec<Draft> =
        groups.into_iter().map(|group| draft(context, bulk, case.patient, group, &mut exceptions)).collect();
    let finder = Finder::new(context, &drafts);
    let mut appointments = appointments(context, case.patient, &case.appointments, |slots| finder.referral_of(slots));
    context.settlements.settle(context, &mut appointments);
    exceptions.extend(finder.exceptions(&case.appointments));
    exceptions.extend(sequences::implausible(context, &drafts, &case.appointments));
    // Being seen in an appointment can be what stopped a clock, so clocks run on only after that.
    cohorts::see(context, &mut drafts, &appointments);
    if case.patient.is_some() {
        exceptions.extend(chain(context, &mut drafts));
        exceptions.extend(repeats(context, &drafts));
    }
    cohorts::place(context, &mut drafts, &appointments, case.diagnostics);
    let standing = drafts.iter().map(|draft| Waiting {
        clock_runs: draft.clock_runs(),
        specialty: draft.specialty,
        closed_by: draft.closure.place,
    });
    Caseload {
        standing: standing.collect(),
        referrals: drafts.into_iter().map(|draft| draft.referral).collect(),
        appointments,
        exceptions,
    }
}

/// Finds the referral of an appointment.
struct Finder<'c, 'd> {
    context: &'c Context<'c>,
    /// By row: the person record that a referral record shares with its appointment.
    rows: Vec<(PersonId, ReferralIndex)>,
    /// By system and local id.
    ids: Vec<(Symbol, u16, ReferralIndex)>,
    /// When it began, when it ended, in which systems it is.
    spans: Vec<(Option<i32>, Option<i32>, &'d [u16])>,
}

impl<'c, 'd> Finder<'c, 'd> {
    fn new(context: &'c Context<'c>, drafts: &'d [Draft]) -> Self {
        let table = &context.records.referrals;
        let (mut rows, mut ids) = (Vec::new(), Vec::new());
        for (index, draft) in (0u32..).zip(drafts) {
            for place in &draft.places {
                let person = table.subject(*place);
                rows.push((person, index));
                ids.push((table.symbol(referral::LOCAL_ID, *place), context.system(person), index));
            }
        }
        rows.sort_unstable();
        ids.sort_unstable();
        let span = |draft: &'d Draft| {
            let ended = draft.closure.is_closed().then(|| draft.closure.day()).flatten();
            (draft.day, ended, draft.systems.as_slice())
        };
        Finder { context, rows, ids, spans: drafts.iter().map(span).collect() }
    }

    /// By the row itself, then by the id that the row names, then the only referral that was open at the time.
    fn referral_of(&self, slots: &[&Slot]) -> Option<ReferralIndex> {
        let table = &self.context.records.appointments;
        let by_row = slots.iter().find_map(|slot| self.by_row(table.subject(slot.place)));
        let by_id = || slots.iter().find_map(|slot| self.by_id(slot.system, slot.referral_local));
        by_row.or_else(by_id).or_else(|| self.by_time(slots))
    }

    fn by_row(&self, person: PersonId) -> Option<ReferralIndex> {
        self.rows.binary_search_by_key(&person, |(person, _)| *person).ok().map(|at| self.rows[at].1)
    }

    /// In its own system, else in the one referral that has this id in any.
    fn by_id(&self, system: u16, id: Symbol) -> Option<ReferralIndex> {
        if !id.is_some() {
            return None;
        }
        let start = self.ids.partition_point(|(symbol, ..)| *symbol < id);
        let found = self.ids[start..].iter().take_while(|(symbol, ..)| *symbol == id);
        let mut anywhere: Vec<ReferralIndex> = Vec::new();
        for (_, other, index) in found {
            if *other == system {
                return Some(*index);
            }
            anywhere.push(*index);
        }
        anywhere.sort_unstable();
        anywhere.dedup();
        if let [only] = anywhere[..] { Some(only) } else { None }
    }

    fn by_time(&self, slots: &[&Slot]) -> Option<ReferralIndex> {
        let day = slots.iter().find_map(|slot| slot.day);
        let booked = slots.iter().find_map(|slot| slot.booked).map(|booked| day_number(booked.date()));
        let was_open = |index: &usize| {
            let (began, ended, _) = self.spans[*index];
            let begun = !matches!((began, day), (Some(began), Some(day)) if began > day);
            let over = matches!((ended, booked.or(day)), (Some(ended), Some(day)) if ended < day);
            begun && !over
        };
        let open: Vec<usize> = (0..self.spans.len()).filter(was_open).collect();
        let here: Vec<usize> = open
            .iter()
            .copied()
            .filter(|index| slots.iter().any(|slot| self.spans[*index].2.contains(&slot.system)))
            .collect();
        let lasting: Vec<usize> = open.iter().copied().filter(|index| self.spans[*index].1.is_none()).collect();
        let only = [open, here, lasting].into_iter().find(|found| found.len() == 1)?;
        u32::try_from(only[0]).ok()
    }

    /// Appointments without a date, and those that name a referral which no row explains.
    fn exceptions(&self, places: &[u32]) -> Vec<Exception> {
        let table = &self.context.records.appointments;
        let mut exceptions = Vec::new();
        for place in places {
            let (at, person) = (table.row(*place), table.subject(*place));
            let mut add =
                |name: &str, reason| exceptions.push(Exception { at, field: format!("appointment.{name}"), reason });
            if table.moment(appointment::STARTS, *place).is_none() {
                add("starts", Reason::AppointmentUndated);
            }
            let id = table.symbol(appointment::REFERRAL_LOCAL_ID, *place);
            let found = self.by_row(person).or_else(|| self.by_id(self.context.system(person), id));
            if id.is_some() && found.is_none() {
                add("referral_local_id", Reason::ReferralNotFound);
            }
        }
        exceptions
    }
}
