//! Who waits at the census date.

use super::caseload::Caseload;
use super::{Cohort, ReferralIndex, WaitType, WaitingListEntry};

/// Every pathway that waits, in order of referrals.
///
/// Who was referred after the census date waits too: the day may be mistyped, and a patient referred while the extracts
/// were made is carried to the receiver by nothing else. Such an entry has no weeks.
///
/// A clock that runs is a wait even when the patient has been seen: it ends with the first definitive treatment or
/// another stop, not with an appointment. Where no status says whether it runs, a patient under treatment does not wait.
pub(super) fn waiting_list(caseload: &Caseload) -> Vec<WaitingListEntry> {
    let indices: std::ops::Range<ReferralIndex> =
        0..u32::try_from(caseload.referrals.len()).expect("fewer than 4 billion");
    indices
        .filter_map(|referral| wait_type(caseload, referral).map(|wait_type| WaitingListEntry { referral, wait_type }))
        .collect()
}

fn wait_type(caseload: &Caseload, index: ReferralIndex) -> Option<WaitType> {
    let referral = &caseload.referrals[index as usize];
    let standing = &caseload.standing[index as usize];
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
