//! Where a referral's own clock starts, before it is known what it repeats or goes on from.

use super::ClockRule;
use super::context::{Context, day_number, whole_day};
use crate::config::fields::referral;
use crate::config::{Config, Field};
use crate::ledger::{Exception, Reason};
use crate::records::Records;
use crate::values::{Moment, PartialDate};
use std::collections::BTreeMap;

/// Days on which a source restarted many clocks at once.
///
/// "Implausible sequences to flag: … start = transfer date for many rows at once (a clock reset in bulk)."
#[derive(Debug, Default)]
pub(super) struct BulkResets(Vec<(u16, i32)>);

/// So many clocks of one source on one day, none of them on the day of receipt, are a reset; so are as many on the transfer
/// date, though their receipt was set to it with them.
const BULK_ROWS: u32 = 12;
/// And so many times as many as an even spread over the source's days would give.
const BULK_TIMES: u32 = 10;

impl BulkResets {
    pub(super) fn find(config: &Config, records: &Records) -> Self {
        let table = &records.referrals;
        let mut starts: BTreeMap<(u16, i32), u32> = BTreeMap::new();
        for place in table.places() {
            let start = whole_day(table.date(referral::CLOCK_START, place));
            let received = table.moment(referral::RECEIVED, place).map(|moment| day_number(moment.date()));
            let transfer = day_number(config.transition.transfer_date);
            if let Some(day) = start.filter(|day| *day == transfer || received != Some(*day)) {
                *starts.entry((records.source[table.subject(place) as usize], day)).or_default() += 1;
            }
        }
        let mut totals = vec![(0u32, 0u32); config.sources.len()];
        for ((source, _), rows) in &starts {
            let total = &mut totals[usize::from(*source)];
            *total = (total.0 + rows, total.1 + 1);
        }
        let is_bulk = |source: u16, rows: u32| {
            let (all, days) = totals[usize::from(source)];
            rows >= BULK_ROWS && u64::from(rows) * u64::from(days) >= u64::from(BULK_TIMES) * u64::from(all)
                || rows >= BULK_ROWS && days <= BULK_TIMES && rows * 2 > all
        };
        BulkResets(starts.iter().filter(|((source, _), rows)| is_bulk(*source, **rows)).map(|(key, _)| *key).collect())
    }

    /// Whether a source restarted many clocks on this day.
    pub(super) fn holds(&self, source: u16, day: i32) -> bool {
        self.0.binary_search(&(source, day)).is_ok()
    }
}

/// What the records of one referral say of its dates.
#[derive(Clone, Debug)]
pub(super) struct OwnClock {
    pub(super) received: Option<Moment>,
    pub(super) start: Option<PartialDate>,
    pub(super) rule: ClockRule,
    /// Where the clock would start if nothing but receipt and referral counted.
    pub(super) plain: Option<(PartialDate, ClockRule)>,
    /// When the first of the referrals it repeats was received, as a record says.
    pub(super) original: Option<PartialDate>,
}

/// Reads the clock of one referral. What it refuses becomes an exception.
pub(super) fn own_clock(
    context: &Context,
    bulk: &BulkResets,
    places: &[u32],
    exceptions: &mut Vec<Exception>,
) -> OwnClock {
    let table = &context.records.referrals;
    let all_received: Vec<Moment> =
        places.iter().filter_map(|place| table.moment(referral::RECEIVED, *place)).collect();
    let received = all_received.iter().min().copied();
    let disagree = all_received.iter().any(|moment| Some(moment.date()) != received.map(Moment::date));
    let referred = places.iter().filter_map(|place| table.date(referral::REFERRED, *place)).min();
    // "Start date = date the referral was received by the first provider."
    let plain = match received.and_then(|moment| PartialDate::day(moment.date())) {
        Some(date) if disagree => Some((date, ClockRule::EarliestOfDuplicates)),
        Some(date) => Some((date, ClockRule::Received)),
        None => referred.map(|date| (date, ClockRule::Referred)),
    };
    for place in places {
        implausible(context, *place, exceptions);
    }
    let accepted = places.iter().filter_map(|place| recorded(context, bulk, *place, exceptions)).min();
    let original = places.iter().filter_map(|place| table.date(referral::ORIGINAL_RECEIVED, *place)).min();
    let earlier =
        |date: Option<PartialDate>, than: Option<PartialDate>| date.filter(|date| than.is_none_or(|than| *date < than));
    let plain_date = plain.map(|(date, _)| date);
    let (mut start, mut rule) = plain.map_or((None, ClockRule::Unknown), |(date, rule)| (Some(date), rule));
    if let Some(date) = earlier(accepted, plain_date) {
        (start, rule) = (Some(date), ClockRule::Recorded);
    }
    // "WLMDS has ORIGINAL_REFERRAL_REQUEST_RECEIVED_DATE beside REFERRAL_REQUEST_RECEIVED_DATE for this."
    if let Some(date) = earlier(original, start) {
        (start, rule) = (Some(date), ClockRule::OriginalKept);
    }
    if start.is_none() {
        let at = table.row(places[0]);
        exceptions.push(Exception { at, field: "referral.received".to_owned(), reason: Reason::ClockUnknown });
    }
    OwnClock { received, start, rule, plain, original: earlier(original, plain_date) }
}

/// The clock start of one record, where it can be believed: not after the receipt, not the transfer date, not one of
/// many set on one day.
fn recorded(context: &Context, bulk: &BulkResets, place: u32, exceptions: &mut Vec<Exception>) -> Option<PartialDate> {
    let table = &context.records.referrals;
    let start = table.date(referral::CLOCK_START, place)?;
    let day = day_number(start.date());
    let received = table.moment(referral::RECEIVED, place).map(|moment| day_number(moment.date()));
    let source = context.records.source[table.subject(place) as usize];
    if (received != Some(day) || day == context.transfer()) && bulk.holds(source, day) {
        exceptions.push(exception(context, place, referral::CLOCK_START, Reason::ClockResetInBulk));
        return None;
    }
    let reset = received != Some(day) && day == context.transfer();
    if reset || received.is_some_and(|received| day > received) {
        exceptions.push(exception(context, place, referral::CLOCK_START, Reason::SequenceImplausible));
        return None;
    }
    Some(start)
}

pub(super) fn exception(context: &Context, place: u32, field: Field, reason: Reason) -> Exception {
    Exception { at: context.records.referrals.row(place), field: format!("referral.{}", field.name()), reason }
}

/// Dates of one record that contradict each other.
fn implausible(context: &Context, place: u32, exceptions: &mut Vec<Exception>) {
    let table = &context.records.referrals;
    let Some(received) = table.moment(referral::RECEIVED, place).map(|moment| day_number(moment.date())) else {
        return;
    };
    let day = |field: Field| whole_day(table.date(field, place));
    let triaged = table.moment(referral::TRIAGED, place).map(|moment| day_number(moment.date()));
    let wrong = [
        (referral::REFERRED, day(referral::REFERRED).is_some_and(|referred| referred > received)),
        (referral::CLOSED, day(referral::CLOSED).is_some_and(|closed| closed < received)),
        (referral::TRIAGED, triaged.is_some_and(|triaged| triaged < received)),
        (referral::REFERRED_ON, day(referral::REFERRED_ON).is_some_and(|on| on < received)),
        (referral::ORIGINAL_RECEIVED, day(referral::ORIGINAL_RECEIVED).is_some_and(|original| original > received)),
    ];
    let wrong = wrong.into_iter().filter(|(_, wrong)| *wrong);
    exceptions.extend(wrong.map(|(field, _)| exception(context, place, field, Reason::SequenceImplausible)));
}
