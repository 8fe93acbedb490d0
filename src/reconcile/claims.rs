//! What declared lists of people claim, and to which referral each claim speaks.

use super::caseload::Caseload;
use super::context::{Context, day_number};
use super::words::Agreement;
use super::{Referral, ReferralIndex};
use crate::config::fields::referral;
use crate::config::{Field, Standing};
use crate::ledger::{Exception, Reason};
use crate::linkage::{Linked, PatientIndex};
use crate::sources::RowRef;
use crate::values::{PartialDate, Priority};
use std::collections::BTreeSet;

/// One row of a declared list.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) place: u32,
    pub(super) row: RowRef,
    pub(super) source: u16,
    pub(super) patient: Option<PatientIndex>,
    /// The clock start that it states, else the receipt.
    pub(super) clock: Option<PartialDate>,
    /// The receipt that it states.
    pub(super) received: Option<PartialDate>,
    pub(super) priority: Option<Priority>,
    /// The referral it speaks of.
    pub(super) referral: Option<ReferralIndex>,
}

/// A claim without ids is of a referral whose dates are this near.
const NEAR_DAYS: i32 = 31;

/// Every claim of every declared list, in order of rows, with its referral where one answers to it.
pub(super) fn claims(context: &Context, linked: &Linked, caseload: &Caseload) -> Vec<Claim> {
    let table = &context.records.referrals;
    let read = |place: u32| {
        let person = table.subject(place);
        let received = table.moment(referral::RECEIVED, place).and_then(|received| PartialDate::day(received.date()));
        Claim {
            place,
            row: table.row(place),
            source: context.records.source[person as usize],
            patient: linked.patient_of(person),
            clock: table.date(referral::CLOCK_START, place).or(received),
            received,
            priority: table.text(&context.records.texts, referral::PRIORITY, place).parse().ok(),
            referral: None,
        }
    };
    let declared = |place: &u32| context.standing(table.subject(*place)) == Standing::Declared;
    let mut claims: Vec<Claim> = table.places().filter(declared).map(read).collect();
    answer_by_id(context, caseload, &mut claims);
    answer_by_likeness(context, caseload, &mut claims);
    claims
}

/// The referrals of a patient: they lie together.
fn of_patient(caseload: &Caseload, patient: PatientIndex) -> std::ops::Range<usize> {
    let before = |than: PatientIndex| {
        caseload.referrals.partition_point(|referral| referral.patient.is_some_and(|patient| patient < than))
    };
    before(patient)..before(patient + 1)
}

fn answer_by_id(context: &Context, caseload: &Caseload, claims: &mut [Claim]) {
    let table = &context.records.referrals;
    for claim in claims {
        let Some(patient) = claim.patient else { continue };
        let ubrn = context.ubrn(table.symbol(referral::UBRN, claim.place));
        let pathway = table.symbol(referral::PATHWAY_ID, claim.place);
        let local = table.symbol(referral::LOCAL_ID, claim.place);
        let provider = &context.config.sources[usize::from(claim.source)].provider;
        let holds = |at: &usize, test: &dyn Fn(u32) -> bool| {
            caseload.referrals[*at].records.iter().any(|(place, _)| test(*place))
        };
        let own = |place: u32| context.source(table.subject(place)).provider == *provider;
        let tests: [&dyn Fn(u32) -> bool; 4] = [
            &|place| ubrn != 0 && context.ubrn(table.symbol(referral::UBRN, place)) == ubrn,
            &|place| local.is_some() && own(place) && table.symbol(referral::LOCAL_ID, place) == local,
            // An onward referral shares its parent's pathway, so the provider's own comes first.
            &|place| pathway.is_some() && own(place) && table.symbol(referral::PATHWAY_ID, place) == pathway,
            &|place| pathway.is_some() && table.symbol(referral::PATHWAY_ID, place) == pathway,
        ];
        let found = tests.iter().find_map(|test| of_patient(caseload, patient).rev().find(|at| holds(at, test)));
        claim.referral = found.and_then(|at| u32::try_from(at).ok());
    }
}

/// By specialty and dates, preferring a referral that no other claim speaks of; else the only one that is open.
fn answer_by_likeness(context: &Context, caseload: &Caseload, claims: &mut [Claim]) {
    let mut spoken_of: BTreeSet<ReferralIndex> = claims.iter().filter_map(|claim| claim.referral).collect();
    for claim in claims.iter_mut().filter(|claim| claim.referral.is_none()) {
        let Some(patient) = claim.patient else { continue };
        let index = |at: usize| u32::try_from(at).expect("fewer referrals than 4 billion");
        let fits: Vec<usize> = of_patient(caseload, patient).filter(|at| fits(context, claim, caseload, *at)).collect();
        let near = fits
            .iter()
            .filter_map(|at| {
                Some((spoken_of.contains(&index(*at)), days_apart(context, claim, &caseload.referrals[*at])?, *at))
            })
            .filter(|(_, days, _)| *days <= NEAR_DAYS)
            .min();
        let open: Vec<usize> = fits
            .iter()
            .copied()
            .filter(|at| caseload.referrals[*at].status != Some(crate::values::ReferralStatus::Closed))
            .collect();
        let found = near.map(|(.., at)| at).or(if let [only] = open[..] { Some(only) } else { None });
        let found = found.or(if let [only] = fits[..] { Some(only) } else { None });
        claim.referral = found.map(index);
        spoken_of.extend(claim.referral);
    }
}

fn fits(context: &Context, claim: &Claim, caseload: &Caseload, at: usize) -> bool {
    let table = &context.records.referrals;
    let specialty = context.specialty(table.symbol(referral::SPECIALTY, claim.place));
    let condition = context.condition(table.symbol(referral::CONDITION, claim.place));
    let ubrn = context.ubrn(table.symbol(referral::UBRN, claim.place));
    let other = &caseload.referrals[at];
    let records = || other.records.iter().map(|(place, _)| *place);
    let ubrns: Vec<u64> =
        records().map(|place| context.ubrn(table.symbol(referral::UBRN, place))).filter(|ubrn| *ubrn != 0).collect();
    let own_words = super::conditions::condition(&other.condition);
    specialty.agreement(caseload.standing[at].specialty) != Agreement::Differs
        && condition.agreement(&own_words) != Agreement::Differs
        && (ubrn == 0 || ubrns.is_empty() || ubrns.contains(&ubrn))
}

fn days_apart(context: &Context, claim: &Claim, other: &Referral) -> Option<i32> {
    let table = &context.records.referrals;
    let received = table.moment(referral::RECEIVED, claim.place).map(|received| day_number(received.date()));
    let theirs = other.received.map(|received| day_number(received.date()));
    let clocks = [claim.clock, other.clock_start].map(|date| date.map(|date| day_number(date.date())));
    let apart = |one: Option<i32>, other: Option<i32>| Some((one? - other?).abs());
    [apart(received, theirs), apart(clocks[0], clocks[1])].into_iter().flatten().min()
}

/// One referral id on rows of different patients: an identifier that is equal is not the same person. A local id is known
/// within its system, a pathway id with its issuer; a UBRN is unique.
pub(super) fn shared_ids(context: &Context, linked: &Linked) -> Vec<Exception> {
    let table = &context.records.referrals;
    let key = |field: Field, place: u32| -> Option<(u64, u32)> {
        let symbol = table.symbol(field, place);
        match field {
            referral::UBRN => Some((context.ubrn(symbol), 0)).filter(|(ubrn, _)| *ubrn != 0),
            referral::LOCAL_ID => {
                symbol.is_some().then(|| (u64::from(symbol.place()), u32::from(context.system(table.subject(place)))))
            }
            _ => symbol
                .is_some()
                .then(|| (u64::from(symbol.place()), table.symbol(referral::PATHWAY_ISSUER, place).place())),
        }
    };
    let mut exceptions = Vec::new();
    for field in [referral::LOCAL_ID, referral::UBRN, referral::PATHWAY_ID] {
        let mut ids: Vec<((u64, u32), PatientIndex, RowRef)> = table
            .places()
            .filter(|place| context.standing(table.subject(*place)) != Standing::Declared)
            .filter_map(|place| Some((key(field, place)?, linked.patient_of(table.subject(place))?, table.row(place))))
            .collect();
        ids.sort_unstable();
        let shared =
            ids.chunk_by(|one, other| one.0 == other.0).filter(|same| same.iter().any(|one| one.1 != same[0].1));
        exceptions.extend(shared.flatten().map(|(.., row)| Exception {
            at: *row,
            field: format!("referral.{}", field.name()),
            reason: Reason::ReferralIdShared,
        }));
    }
    exceptions
}
