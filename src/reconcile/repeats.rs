//! Referrals of one patient that would be two waits and may be one.

use super::Relation;
use super::context::{Context, day_number};
use super::referrals::Draft;
use super::words::Agreement;
use crate::config::fields::referral;
use crate::ledger::{Exception, Reason};
use std::collections::BTreeSet;

/// Two open referrals of one system, received on one day for what may be one complaint, would be two waits of one patient,
/// and so would a referral and the one that it repeats while that is still open: whatever they are to each other here, a
/// person is told of both.
pub(super) fn repeats(context: &Context, drafts: &[Draft]) -> Vec<Exception> {
    let table = &context.records.referrals;
    let mut places: BTreeSet<u32> = BTreeSet::new();
    for (at, one) in drafts.iter().enumerate() {
        for other in drafts[at + 1..].iter().filter(|other| are_open(one, other) && may_be_one(one, other)) {
            let pairs = one.places.iter().flat_map(|left| other.places.iter().map(|right| (*left, *right)));
            for (left, right) in pairs.filter(|(left, right)| came_together(context, *left, *right)) {
                places.extend([left, right]);
            }
        }
    }
    for one in drafts.iter().filter(|one| one.referral.records.iter().any(|(_, is)| *is == Relation::ReReferral)) {
        let parent = one.referral.parent.map(|parent| &drafts[parent as usize]);
        if let Some(parent) = parent.filter(|parent| are_open(one, parent) && !has_stopped(parent)) {
            places.extend([one, parent].map(|draft| draft.places[0]));
        }
    }
    let field = || format!("referral.{}", referral::LOCAL_ID.name());
    let exception = |place| Exception { at: table.row(place), field: field(), reason: Reason::ReferralRepeated };
    places.into_iter().map(exception).collect()
}

/// Its clock was stopped: what is still open is treatment, and nobody waits twice.
fn has_stopped(one: &Draft) -> bool {
    one.clock_runs() == Some(false)
}

fn are_open(one: &Draft, other: &Draft) -> bool {
    [one, other].iter().all(|draft| !draft.closure.is_closed() && draft.referred_on.is_none())
}

/// The same condition; where nobody can tell, the same service.
fn may_be_one(one: &Draft, other: &Draft) -> bool {
    match one.condition.agreement(other.condition) {
        Agreement::Same | Agreement::Similar => one.specialty.agreement(other.specialty) != Agreement::Differs,
        Agreement::Unknown => one.specialty.agreement(other.specialty) >= Agreement::Similar,
        Agreement::Differs => false,
    }
}

/// Received on one day in one system, under two ids.
fn came_together(context: &Context, left: u32, right: u32) -> bool {
    let table = &context.records.referrals;
    let of = |place: u32| {
        let received = table.moment(referral::RECEIVED, place).map(|received| day_number(received.date()));
        (context.system(table.subject(place)), received, table.symbol(referral::LOCAL_ID, place))
    };
    let (left, right) = (of(left), of(right));
    left.1.is_some()
        && (left.0, left.1) == (right.0, right.1)
        && left.2.is_some()
        && right.2.is_some()
        && left.2 != right.2
}
