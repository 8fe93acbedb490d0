//! Where each referral stands at the census date.

use super::conditions;
use super::context::{Context, day_number, field, whole_day};
use super::referrals::Draft;
use super::words::{self, Agreement, Ending, Following};
use super::{Appointment, Cohort, WeeksRule};
use crate::config::RecordKind;
use crate::values::{AppointmentStatus, PartialDate};

/// A patient who was seen and whose next visit nobody dated is overdue after this many days.
pub(super) const FOLLOW_UP_DAYS: i32 = 84;
/// A closure within this many days of the sending on is part of it.
const SENT_ON_DAYS: i32 = 7;

/// A diagnostic request without a result.
struct Request<'a> {
    day: Option<i32>,
    region: conditions::Condition,
    text: &'a str,
}

fn of_referral(appointments: &[Appointment], at: usize) -> Vec<&Appointment> {
    appointments.iter().filter(|appointment| appointment.referral.map(|found| found as usize) == Some(at)).collect()
}

/// Fills what appointments say of each referral: last seen, next appointment.
pub(super) fn see(context: &Context, drafts: &mut [Draft], appointments: &[Appointment]) {
    for (at, draft) in drafts.iter_mut().enumerate() {
        fill(context, draft, &of_referral(appointments, at));
    }
}

/// Fills cohort and weeks of one patient's referrals, once it is known where their clocks start.
pub(super) fn place(context: &Context, drafts: &mut [Draft], appointments: &[Appointment], diagnostics: &[u32]) {
    for (at, draft) in drafts.iter_mut().enumerate() {
        draft.referral.cohort = cohort(context, draft, &of_referral(appointments, at));
        weigh(context, draft);
    }
    for request in open_requests(context, diagnostics) {
        if let Some(draft) = waits_for(drafts, &request) {
            draft.referral.cohort = Cohort::Diagnostics;
        }
    }
}

fn day_of(appointment: &Appointment) -> Option<i32> {
    appointment.starts.map(|starts| day_number(starts.date()))
}

fn is_attended(appointment: &Appointment) -> bool {
    appointment.status == AppointmentStatus::Attended.word()
}

fn fill(context: &Context, draft: &mut Draft, own: &[&Appointment]) {
    let as_at = context.as_at();
    let referral = &mut draft.referral;
    let attended = own.iter().filter(|one| is_attended(one) && day_of(one).is_some_and(|day| day <= as_at));
    let seen = attended.filter_map(|one| one.starts).max().and_then(|starts| PartialDate::day(starts.date()));
    referral.last_seen = referral.last_seen.max(seen);
    let stands = |one: &Appointment| one.status.is_empty() || one.status == AppointmentStatus::Booked.word();
    // What a named person rebooked or cancelled is not where its rows have it.
    let expected = own.iter().filter(|one| stands(one)).filter_map(|one| one.expected());
    referral.next_appointment = expected.filter(|moment| day_number(moment.date()) >= as_at).min();
}

/// Weeks and working days from clock start to the census date, where the clock then runs.
fn weigh(context: &Context, draft: &mut Draft) {
    let rule = draft.weeks_rule(context.as_at());
    let runs = matches!(rule, WeeksRule::StatusRuns | WeeksRule::EventRuns);
    let start = draft.referral.clock_start.filter(|_| runs).map(PartialDate::date);
    let (calendar, as_at) = (&context.lexicon.calendar, context.config.transition.as_at);
    draft.referral.weeks_rule = rule;
    draft.referral.weeks = start.and_then(|start| calendar.weeks(start, as_at));
    draft.referral.working_days = start.and_then(|start| calendar.working_days(start, as_at));
}

/// Exactly one cohort, by what the records show, the end of a referral before its middle.
fn cohort(context: &Context, draft: &Draft, own: &[&Appointment]) -> Cohort {
    let referral = &draft.referral;
    if is_sent_on(context, draft) {
        return Cohort::ReferredOn;
    }
    if draft.closure.is_closed() {
        return Cohort::Closed;
    }
    let as_at = context.as_at();
    let seen = referral.last_seen.map(|seen| day_number(seen.date()));
    let treated = matches!(draft.rtt, Some(30..=32 | 90 | 91));
    let review = referral.review_due.map(|due| day_number(due.date()));
    // A review that took place is no longer due.
    let review = review.filter(|due| seen.is_none_or(|seen| seen < *due));
    if review.is_some_and(|due| due >= as_at) {
        return Cohort::PlannedReview;
    }
    if seen.is_none() && !treated {
        return match review {
            Some(_) => Cohort::PlannedReview,
            None if draft.triaged || !own.is_empty() => Cohort::FirstAppointment,
            None => Cohort::AwaitingTriage,
        };
    }
    if referral.next_appointment.is_some() {
        return Cohort::InTreatment;
    }
    if review.is_some() {
        return Cohort::FollowUpOverdue;
    }
    follow_up(context, seen.or(draft.day), own)
}

/// Sent on, unless it was closed for something else long after.
fn is_sent_on(context: &Context, draft: &Draft) -> bool {
    let Some(on) = draft.referred_on.filter(|on| *on <= context.as_at()) else {
        return draft.closure.is_closed() && draft.closure.ending == Ending::ReferredOn;
    };
    let same_event = draft.closure.day().is_none_or(|closed| (closed - on).abs() <= SENT_ON_DAYS);
    !draft.closure.is_closed() || same_event || draft.closure.ending == Ending::ReferredOn
}

/// Seen, and no appointment ahead. "2 with no future appointment, or 3 with none within the agreed time, = lost
/// follow-up."
fn follow_up(context: &Context, seen: Option<i32>, own: &[&Appointment]) -> Cohort {
    let last = own.iter().filter(|one| is_attended(one)).max_by_key(|one| one.starts);
    let wait = match last.map_or(Following::Unsaid, |one| words::following(&one.outcome)) {
        // Discharged, and still open: on the caseload until somebody closes it.
        Following::Nothing => return Cohort::InTreatment,
        Following::Given => return Cohort::FollowUpOverdue,
        Following::ToBeMade(Some(days)) => i32::from(days),
        Following::ToBeMade(None) | Following::Unsaid => FOLLOW_UP_DAYS,
    };
    match seen {
        Some(seen) if context.as_at() - seen <= wait => Cohort::FollowUpDue,
        _ => Cohort::FollowUpOverdue,
    }
}

fn open_requests<'a>(context: &Context<'a>, diagnostics: &[u32]) -> Vec<Request<'a>> {
    let (table, texts) = (&context.records.diagnostics, &context.records.texts);
    let of = |name: &str| field(RecordKind::Diagnostic, name);
    let (requested, resulted, reviewed, status, test) =
        (of("requested"), of("resulted"), of("reviewed"), of("status"), of("test"));
    let as_at = context.as_at();
    let open = |place: &&u32| {
        let cancelled = words::folded(table.text(texts, status, **place)).contains(" cancel");
        let resulted = table.date(resulted, **place).is_some() || table.date(reviewed, **place).is_some();
        let asked = whole_day(table.date(requested, **place)).is_none_or(|day| day <= as_at);
        !cancelled && !resulted && asked
    };
    diagnostics
        .iter()
        .filter(open)
        .map(|place| {
            let text = table.text(texts, test, *place);
            Request { day: whole_day(table.date(requested, *place)), region: conditions::condition(text), text }
        })
        .collect()
}

/// The referral that waits for the test: never seen, open, received before the request, of the same region where both
/// name one; of several the latest.
fn waits_for<'d, 'a>(drafts: &'d mut [Draft<'a>], request: &Request) -> Option<&'d mut Draft<'a>> {
    let fits = |draft: &Draft| {
        let waiting = matches!(draft.referral.cohort, Cohort::AwaitingTriage | Cohort::FirstAppointment);
        let before = !matches!((draft.day, request.day), (Some(received), Some(asked)) if received > asked);
        let region = draft.condition.agreement(&request.region);
        let region = if request.text.is_empty() { Agreement::Unknown } else { region };
        (waiting && before && region != Agreement::Differs).then_some((region >= Agreement::Similar, draft.order))
    };
    let best = (0..drafts.len()).filter_map(|at| fits(&drafts[at]).map(|fit| (fit, at))).max();
    best.map(|(_, at)| &mut drafts[at])
}
