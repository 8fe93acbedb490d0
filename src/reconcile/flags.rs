//! What about an appointment needs a person's eye.

use super::context::{Context, day_number, whole_day};
use super::sites::SiteKey;
use super::words::{self, Agreement};
use super::{Appointment, Flag};
use crate::config::fields::{appointment, person};
use crate::linkage::Linked;
use crate::values::{AppointmentStatus, Moment};

/// Flags every appointment, in order.
pub(super) fn flag(context: &Context, linked: &Linked, appointments: &mut [Appointment]) {
    for at in 0..appointments.len() {
        let found = own_flags(context, linked, &appointments[at]);
        appointments[at].flags.extend(found);
    }
    for at in clashes(context, appointments) {
        appointments[at].flags.push(Flag::SlotClash);
    }
    for appointment in appointments {
        appointment.flags.sort_unstable();
        appointment.flags.dedup();
    }
}

fn own_flags(context: &Context, linked: &Linked, appointment: &Appointment) -> Vec<Flag> {
    let cancelled = appointment.is_cancelled();
    let day = appointment.starts.map(|starts| day_number(starts.date()));
    let checks = [
        (Flag::ClosedSite, !cancelled && at_closed_site(context, appointment)),
        (Flag::Orphan, appointment.referral.is_none()),
        (Flag::NoOutcome, has_no_outcome(context, appointment)),
        (Flag::AfterDeath, !cancelled && is_after_death(linked, appointment)),
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

/// "A past-dated appointment still at 0 or blank is the report's 'booked into appointments without a record'."
fn has_no_outcome(context: &Context, appointment: &Appointment) -> bool {
    let past = appointment.starts.is_some_and(|starts| day_number(starts.date()) < context.as_at());
    let open = appointment.status.is_empty() || appointment.status == AppointmentStatus::Booked.word();
    past && open && appointment.outcome.is_empty()
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

/// Two people in one slot with one clinician, or one person in two places. Group sessions are meant for several.
fn clashes(context: &Context, appointments: &[Appointment]) -> Vec<usize> {
    let timed: Vec<(usize, Moment)> = appointments
        .iter()
        .enumerate()
        .filter(|(_, appointment)| !appointment.is_cancelled() && !words::is_group_session(&appointment.kind))
        .filter_map(|(at, appointment)| Some((at, appointment.starts.filter(|starts| starts.minute().is_some())?)))
        .collect();
    let mut slots: Vec<(Moment, &str, String, usize)> = timed
        .iter()
        .map(|(at, starts)| (*at, *starts, &appointments[*at]))
        .filter(|(_, _, appointment)| !appointment.clinician.is_empty() && !appointment.site.is_empty())
        .map(|(at, starts, appointment)| (starts, appointment.site.as_str(), words::name(&appointment.clinician).join(" "), at))
        .filter(|(_, _, clinician, _)| !clinician.is_empty())
        .collect();
    slots.sort_unstable();
    let mut clashing: Vec<usize> = Vec::new();
    for slot in slots.chunk_by(|one, other| (one.0, one.1, &one.2) == (other.0, other.1, &other.2)) {
        let whose = |at: usize| appointments[at].patient;
        let first = whose(slot[0].3);
        if slot.iter().any(|(.., at)| whose(*at).is_none() || whose(*at) != first) && slot.len() > 1 {
            clashing.extend(slot.iter().map(|(.., at)| *at));
        }
    }
    let mut people: Vec<(u32, Moment, usize)> =
        timed.iter().filter_map(|(at, starts)| Some((appointments[*at].patient?, *starts, *at))).collect();
    people.sort_unstable();
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
