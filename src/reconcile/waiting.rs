//! Who waits at the census date.

use super::caseload::Caseload;
use super::context::{Context, day_number};
use super::{Cohort, ReferralIndex, WaitType, WaitingListEntry};

/// Every pathway that waits, in order of referrals.
///
/// A clock that runs is a wait even when the patient has been seen: it ends with the first definitive treatment or
/// another stop, not with an appointment. Where no status says whether it runs, a patient under treatment does not wait.
pub(super) fn waiting_list(context: &Context, caseload: &Caseload) -> Vec<WaitingListEntry> {
    let indices: std::ops::Range<ReferralIndex> =
        0..u32::try_from(caseload.referrals.len()).expect("fewer than 4 billion");
    indices
        .filter_map(|referral| {
            wait_type(context, caseload, referral).map(|wait_type| WaitingListEntry { referral, wait_type })
        })
        .collect()
}

fn wait_type(context: &Context, caseload: &Caseload, index: ReferralIndex) -> Option<WaitType> {
    let referral = &caseload.referrals[index as usize];
    let standing = &caseload.standing[index as usize];
    let began = referral.received.map(|received| day_number(received.date()));
    let began = began.or(referral.clock_start.map(|start| day_number(start.date())));
    if began.is_some_and(|day| day > context.as_at()) {
        return None;
    }
    let treatment = if standing.specialty.is_allied_health() { WaitType::Ahp } else { WaitType::Rtt };
    let runs = standing.clock_runs == Some(true);
    match referral.cohort {
        Cohort::Closed | Cohort::ReferredOn | Cohort::NotTransferring => None,
        Cohort::InTreatment => runs.then_some(treatment),
        Cohort::AwaitingTriage | Cohort::FirstAppointment => Some(treatment),
        Cohort::Diagnostics => Some(if runs { treatment } else { WaitType::Diagnostic }),
        Cohort::FollowUpDue | Cohort::FollowUpOverdue => Some(if runs { treatment } else { WaitType::FollowUp }),
        Cohort::PlannedReview => Some(if runs { treatment } else { WaitType::Planned }),
    }
}
