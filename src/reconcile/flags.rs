//! What about an appointment needs a person's eye.

use super::cohorts::FOLLOW_UP_DAYS;
use super::context::{Context, day_number, whole_day};
use super::sites::SiteKey;
use super::words::{self, Agreement, Following};
use super::{Appointment, Cohort, Flag, Referral};
use crate::config::fields::{appointment, person};
use crate::linkage::{Linked, PatientIndex};
use crate::values::{AppointmentStatus, Moment};
use std::collections::BTreeSet;

/// Flags every appointment, in order.
pub(super) fn flag(context: &Context, linked: &Linked, referrals: &[Referral], appointments: &mut [Appointment]) {
    let outcomes = sources_with_outcomes(context);
    for appointment in appointments.iter_mut() {
        let found = own_flags(context, linked, &outcomes, appointment);
        appointment.flags.extend(found);
    }
    for at in promised(context, referrals, appointments) {
        appointments[at].flags.push(Flag::NoneBooked);
    }
    for at in clashes(context, appointments) {
        appointments[at].flags.push(Flag::SlotClash);
    }
    for appointment in appointments {
        appointment.flags.sort_unstable();
        appointment.flags.dedup();
    }
}

fn own_flags(context: &Context, linked: &Linked, outcomes: &BTreeSet<u16>, appointment: &Appointment) -> Vec<Flag> {
    let called_off = appointment.is_called_off();
    let day = appointment.starts.map(|starts| day_number(starts.date()));
    let checks = [
        (Flag::ClosedSite, !called_off && at_closed_site(context, appointment)),
        (Flag::Orphan, appointment.referral.is_none()),
        (Flag::NoOutcome, has_no_outcome(context, outcomes, appointment)),
        (Flag::AfterDeath, !called_off && is_after_death(linked, appointment)),
        (Flag::BookedAfterTransfer, was_booked_after_transfer(context, appointment)),
        (Flag::StartsAfterTransfer, day.is_some_and(|day| day >= context.transfer())),
    ];
    checks.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag).collect()
}

/// At a site with no successor, on or after the day it closes (the transfer date where none is given).
fn at_closed_site(context: &Context, appointment: &Appointment) -> bool {
    let table = &context.records.appointments;
    let keys = appointment.records.iter().map(|(place, _)| context.site(table.symbol(appointment::SITE, *place)));
    let Some(line) = keys.into_iter().find_map(|key| context.lexicon.sites.line(key)) else { return false };
    let closes = line.closes_on.map_or(context.transfer(), |closes| day_number(closes.date()));
    let day = appointment.starts.map(|starts| day_number(starts.date()));
    line.successor_site.is_empty() && day.is_some_and(|day| day >= closes)
}

/// "A past-dated appointment still at 0 or blank is the report's 'booked into appointments without a record'." One that
/// was attended lacks its outcome where the source gives others theirs.
fn has_no_outcome(context: &Context, outcomes: &BTreeSet<u16>, appointment: &Appointment) -> bool {
    let past = appointment.starts.is_some_and(|starts| day_number(starts.date()) < context.as_at());
    let open = appointment.status.is_empty() || appointment.status == AppointmentStatus::Booked.word();
    let given =
        |place: u32| outcomes.contains(&context.records.source[context.records.appointments.subject(place) as usize]);
    let could = || appointment.records.iter().any(|(place, _)| given(*place));
    let attended = appointment.status == AppointmentStatus::Attended.word();
    past && appointment.outcome.is_empty() && (open || attended && could())
}

/// Sources that say of some appointment what came of it.
fn sources_with_outcomes(context: &Context) -> BTreeSet<u16> {
    let table = &context.records.appointments;
    let told = table.places().filter(|place| table.symbol(appointment::OUTCOME, *place).is_some());
    told.map(|place| context.records.source[table.subject(place) as usize]).collect()
}

/// "2 with no future appointment, or 3 with none within the agreed time, = lost follow-up." Appointments of one patient
/// lie together. A referral that has ended promises nothing more.
fn promised(context: &Context, referrals: &[Referral], appointments: &[Appointment]) -> Vec<usize> {
    let ended = |index: u32| {
        let referral = &referrals[index as usize];
        match referral.cohort {
            Cohort::Closed => !referral.closed_without_end,
            cohort => matches!(cohort, Cohort::ReferredOn | Cohort::NotTransferring),
        }
    };
    let day = |one: &Appointment| one.starts.map(|starts| day_number(starts.date()));
    let is_due = |one: &Appointment| {
        let Some(waited) = day(one).map(|day| context.as_at() - day).filter(|waited| *waited >= 0) else {
            return false;
        };
        let due = match words::following(&one.outcome) {
            Following::Given => true,
            Following::ToBeMade(days) => waited > days.map_or(FOLLOW_UP_DAYS, i32::from),
            Following::Nothing | Following::Unsaid => false,
        };
        due && one.patient.is_some() && !one.is_called_off() && !one.referral.is_some_and(ended)
    };
    // An appointment whose referral is not known may be the one that was promised.
    let keeps = |one: &Appointment, next: &Appointment| {
        let same = one.referral.is_none() || next.referral.is_none() || one.referral == next.referral;
        same && next.expected().is_some_and(|next| Some(day_number(next.date())) > day(one))
    };
    let mut found = Vec::new();
    let mut first = 0;
    for own in appointments.chunk_by(|one, other| one.patient == other.patient) {
        let lost = |(at, one): (usize, &Appointment)| {
            (is_due(one) && !own.iter().any(|next| keeps(one, next))).then_some(first + at)
        };
        found.extend(own.iter().enumerate().filter_map(lost));
        first += own.len();
    }
    found
}

fn is_after_death(linked: &Linked, appointment: &Appointment) -> bool {
    let Some(patient) = appointment.patient else { return false };
    let people = &linked.records.people;
    let members = &linked.members[patient as usize];
    let died = members.iter().filter_map(|member| whole_day(people.date(person::DATE_OF_DEATH, *member))).min();
    let day = appointment.starts.map(|starts| day_number(starts.date()));
    matches!((died, day), (Some(died), Some(day)) if day > died)
}

/// Some sender's row says that it was booked on or after the transfer date.
fn was_booked_after_transfer(context: &Context, appointment: &Appointment) -> bool {
    let table = &context.records.appointments;
    appointment.records.iter().any(|(place, _)| {
        let booked = table.moment(appointment::BOOKED, *place).map(|booked| day_number(booked.date()));
        !context.is_receivers(table.subject(*place)) && booked.is_some_and(|booked| booked >= context.transfer())
    })
}

/// Two people in one slot with one clinician, or one person in two places.
fn clashes(context: &Context, appointments: &[Appointment]) -> Vec<usize> {
    let timed: Vec<(usize, Moment)> = appointments
        .iter()
        .enumerate()
        .filter(|(_, appointment)| !appointment.is_called_off())
        .filter_map(|(at, appointment)| Some((at, appointment.starts.filter(|starts| starts.minute().is_some())?)))
        .collect();
    let mut clashing = in_one_slot(appointments, &timed);
    clashing.extend(in_two_places(context, appointments, &timed));
    clashing
}

/// As many calls at one minute are no mistake: everybody on a list is entered at its beginning.
const CALLS_ON_A_LIST: usize = 3;

/// Two people in one slot with one clinician. Classes, groups and lists of people to telephone are meant for several; two
/// calls at one minute are not.
fn in_one_slot(appointments: &[Appointment], timed: &[(usize, Moment)]) -> Vec<usize> {
    let mut slots: Vec<(Moment, &str, Vec<String>, usize)> = timed
        .iter()
        .map(|(at, starts)| (*starts, &appointments[*at], *at))
        .filter(|(_, appointment, _)| !appointment.site.is_empty() && !words::is_for_several(&appointment.kind))
        .map(|(starts, of, at)| (starts, of.site.as_str(), words::name(&of.clinician), at))
        .filter(|(_, _, clinician, _)| !clinician.is_empty())
        .collect();
    slots.sort_unstable();
    let mut clashing = Vec::new();
    for slot in slots.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)).filter(|slot| slot.len() > 1) {
        let by_name: Vec<_> = slot.chunk_by(|one, other| one.2 == other.2).collect();
        for own in &by_name {
            let with = by_name.iter().filter(|other| words::may_be_one_name(&own[0].2, &other[0].2));
            let with: Vec<usize> = with.flat_map(|other| other.iter().map(|(.., at)| *at)).collect();
            let crowd = Crowd::of(appointments, &with);
            clashing.extend(own.iter().map(|(.., at)| *at).filter(|at| crowd.clashes(&appointments[*at])));
        }
    }
    clashing
}

/// Who is with one clinician at one minute: whether they are several people, and whether those who are telephoned are a list.
struct Crowd {
    several: bool,
    has_list: bool,
}

impl Crowd {
    fn of(appointments: &[Appointment], with: &[usize]) -> Self {
        let (calls, others): (Vec<&Appointment>, Vec<&Appointment>) =
            with.iter().map(|at| &appointments[*at]).partition(|one| words::is_remote(&one.kind));
        let known: BTreeSet<PatientIndex> = calls.iter().filter_map(|one| one.patient).collect();
        let has_list = known.len() + calls.iter().filter(|one| one.patient.is_none()).count() >= CALLS_ON_A_LIST;
        let whose: Vec<Option<PatientIndex>> =
            others.iter().chain(calls.iter().filter(|_| !has_list)).map(|one| one.patient).collect();
        let first = whose.first().copied().flatten();
        // Of two whose patients are not known nobody can say that they are one.
        let several = whose.len() > 1 && whose.iter().any(|patient| patient.is_none() || *patient != first);
        Crowd { several, has_list }
    }

    fn clashes(&self, one: &Appointment) -> bool {
        self.several && !(self.has_list && words::is_remote(&one.kind))
    }
}

/// One person in two places. Who is telephoned is in none.
fn in_two_places(context: &Context, appointments: &[Appointment], timed: &[(usize, Moment)]) -> Vec<usize> {
    let mut people: Vec<(u32, Moment, usize)> = timed
        .iter()
        .filter(|(at, _)| !words::is_remote(&appointments[*at].kind))
        .filter_map(|(at, starts)| Some((appointments[*at].patient?, *starts, *at)))
        .collect();
    people.sort_unstable();
    let mut clashing = Vec::new();
    for same in people.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        for (.., at) in same {
            if same.iter().any(|(.., other)| differ_in_place(context, &appointments[*at], &appointments[*other])) {
                clashing.push(*at);
            }
        }
    }
    clashing
}

/// Whether every site that one names is another than every site that the other names.
fn differ_in_place(context: &Context, one: &Appointment, other: &Appointment) -> bool {
    let table = &context.records.appointments;
    let keys = |appointment: &Appointment| -> Vec<SiteKey> {
        let keys = appointment.records.iter().map(|(place, _)| context.site(table.symbol(appointment::SITE, *place)));
        keys.filter(|key| *key != SiteKey::Missing).collect()
    };
    let (ours, theirs) = (keys(one), keys(other));
    let differ = |one: &SiteKey, other: &SiteKey| context.lexicon.sites.agreement(*one, *other) == Agreement::Differs;
    !ours.is_empty() && !theirs.is_empty() && ours.iter().all(|one| theirs.iter().all(|other| differ(one, other)))
}
