//! Which priority a referral carries, of what its referrer and its triage gave.

use super::PriorityRule;
use super::context::{Context, day_number};
use crate::config::Field;
use crate::config::fields::referral;
use crate::values::{Moment, Priority};

/// What the records of one referral say of its priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Priorities {
    pub(super) carried: Option<Priority>,
    pub(super) rule: PriorityRule,
    pub(super) referrer: Option<Priority>,
    pub(super) triage: Option<Priority>,
    /// The record whose triage stands.
    pub(super) stands: Option<u32>,
    /// Some record lowers it: below another record's, or at triage below the referrer's.
    pub(super) is_lowered: bool,
}

impl Priorities {
    /// "A 2→1 or 3→anything change with no named clinician is an exception, never a merge choice. When duplicates disagree,
    /// carry the higher priority and flag it." A dated triage by a named clinician stands; of several the latest.
    pub(super) fn read(context: &Context, places: &[u32]) -> Self {
        let table = &context.records.referrals;
        let read = |field: Field, place: u32| -> Option<Priority> {
            table.text(&context.records.texts, field, place).parse().ok()
        };
        let all = |field: Field| places.iter().filter_map(move |place| read(field, *place));
        let referrer = all(referral::PRIORITY).max();
        let signed = places.iter().filter_map(|place| {
            let given = read(referral::TRIAGE_PRIORITY, *place)?;
            Some((signed_on(context, *place)?, given, std::cmp::Reverse(*place)))
        });
        let stands = signed.max();
        let triage = stands.map(|(_, given, _)| given).or_else(|| all(referral::TRIAGE_PRIORITY).max());
        let given = || all(referral::PRIORITY).chain(all(referral::TRIAGE_PRIORITY));
        let highest = given().max();
        let rule = match (highest, stands) {
            (None, _) => PriorityRule::Unknown,
            (_, Some(_)) => PriorityRule::Triage,
            _ if given().all(|one| Some(one) == highest) => PriorityRule::AsReferred,
            _ => PriorityRule::Higher,
        };
        let carried = if rule == PriorityRule::Triage { triage } else { highest };
        let stands = stands.map(|(.., place)| place.0);
        let is_lowered = match rule {
            PriorityRule::Triage => triage < referrer,
            // A triage above what the referrer gave lowers nothing.
            _ => {
                all(referral::PRIORITY).any(|one| Some(one) < referrer)
                    || all(referral::TRIAGE_PRIORITY).any(|one| Some(one) < triage.max(referrer))
            }
        };
        Priorities { carried, rule, referrer, triage, stands, is_lowered }
    }
}

/// The day of a triage that names who did it; not one after the census date.
fn signed_on(context: &Context, place: u32) -> Option<Moment> {
    let table = &context.records.referrals;
    let named = table.symbol(referral::TRIAGED_BY, place).is_some();
    let triaged = table.moment(referral::TRIAGED, place);
    triaged.filter(|triaged| named && day_number(triaged.date()) <= context.as_at())
}
