//! Statuses and appointments of one patient that cannot have come about as they stand.

use super::clocks::exception;
use super::context::{Context, day_number, whole_day};
use super::referrals::Draft;
use super::words::{self, ClockEffect, Ending};
use crate::config::Standing;
use crate::config::fields::{appointment, referral};
use crate::ledger::{Exception, Reason};
use crate::records::PersonId;
use crate::values::AppointmentStatus;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// A status with when its row spoke: the day of its extract, then that of the visit on it.
type Spoken = (Option<Date>, Option<i32>, u8, u32);

/// What cannot be: statuses out of order, a running status on what was stopped, visits kept before their day.
pub(super) fn implausible(context: &Context, drafts: &[Draft], appointments: &[u32]) -> Vec<Exception> {
    let table = &context.records.appointments;
    let visits: BTreeMap<PersonId, i32> = appointments
        .iter()
        .filter_map(|place| {
            let starts = table.moment(appointment::STARTS, *place)?;
            Some((table.subject(*place), day_number(starts.date())))
        })
        .collect();
    let mut places: BTreeSet<u32> = BTreeSet::new();
    for draft in drafts {
        places.extend(draft.places.iter().filter(|place| runs_after_its_end(context, **place)));
        for spoken in by_system(context, draft, &visits).values_mut() {
            spoken.sort_unstable();
            places.extend(out_of_order(spoken));
        }
    }
    let status = |place| exception(context, place, referral::RTT_STATUS, Reason::RttStatusImplausible);
    let mut exceptions: Vec<Exception> = places.into_iter().map(status).collect();
    exceptions.extend(appointments.iter().filter(|place| is_kept_too_early(context, **place)).map(|place| Exception {
        at: table.row(*place),
        field: format!("appointment.{}", appointment::STATUS.name()),
        reason: Reason::SequenceImplausible,
    }));
    exceptions
}

fn rtt_status(context: &Context, place: u32) -> Option<u8> {
    words::rtt_status(context.records.referrals.text(&context.records.texts, referral::RTT_STATUS, place))
}

/// Closed on this very row for what stops a clock, with a status by which the clock runs.
fn runs_after_its_end(context: &Context, place: u32) -> bool {
    let table = &context.records.referrals;
    let runs = matches!(
        rtt_status(context, place).and_then(words::clock_effect),
        Some(ClockEffect::Starts | ClockEffect::Continues)
    );
    let ended = context.ending(table.symbol(referral::CLOSE_REASON, place)) == Ending::Stop;
    runs && ended && whole_day(table.date(referral::CLOSED, place)).is_some_and(|closed| closed <= context.as_at())
}

/// The statuses that each system gives a referral, of which some say different things: where all say the same, a report
/// repeats one status on every row.
fn by_system(context: &Context, draft: &Draft, visits: &BTreeMap<PersonId, i32>) -> BTreeMap<u16, Vec<Spoken>> {
    let table = &context.records.referrals;
    let mut found: BTreeMap<u16, Vec<Spoken>> = BTreeMap::new();
    for place in &draft.places {
        let person = table.subject(*place);
        if let Some(code) = rtt_status(context, *place) {
            let spoken = (context.source(person).extracted_at, visits.get(&person).copied(), code, *place);
            found.entry(context.system(person)).or_default().push(spoken);
        }
    }
    found.retain(|_, spoken| spoken.iter().any(|one| one.2 != spoken[0].2));
    found
}

/// "Implausible sequences to flag: 10→10, anything but 90 after 30, 91 without 31/32, 11 without 31/32."
fn out_of_order(spoken: &[Spoken]) -> Vec<u32> {
    let follows = |pair: &&[Spoken]| {
        let (one, next) = (&pair[0], &pair[1]);
        // Two rows of one day are in no order.
        (one.0, one.1) < (next.0, next.1) && one.1.is_some() == next.1.is_some()
    };
    let cannot = |one: u8, next: u8| match (one, next) {
        (36, _) | (10, 10) => true,
        (30, next) => next != 90 && next != 30,
        (one, 11 | 91) => !matches!(one, 31 | 32 | 91) && one != next,
        _ => false,
    };
    spoken.windows(2).filter(follows).filter(|pair| cannot(pair[0].2, pair[1].2)).map(|pair| pair[1].3).collect()
}

/// A booking system says what came of a visit whose day had not come when its rows were drawn.
fn is_kept_too_early(context: &Context, place: u32) -> bool {
    let table = &context.records.appointments;
    let source = context.source(table.subject(place));
    let status = table.text(&context.records.texts, appointment::STATUS, place).parse();
    let over = matches!(status, Ok(AppointmentStatus::Attended | AppointmentStatus::DidNotAttend));
    let drawn = source.extracted_at.unwrap_or(context.config.transition.as_at);
    let day = table.moment(appointment::STARTS, place).map(|starts| starts.date());
    over && source.standing == Standing::Record && day.is_some_and(|day| day > drawn)
}
