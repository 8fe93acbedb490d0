//! Evidence of one patient that is news of a booking of another, who is perhaps the same person.
//!
//! A machine may not join two patients with different verified NHS numbers, nor others that a person must look at. When one
//! of the two has evidence of a booking that nobody recorded, and the other has that very booking, by the minute and the
//! site, with no evidence of its own, the booking is not unrecorded: it is in the books of the patient's other half.

use super::caseload::Caseload;
use super::decided::Matches;
use super::{Appointment, Classification};
use crate::ledger::Reason;
use crate::linkage::{Linked, PairStanding, PatientIndex};
use std::collections::BTreeMap;

/// Moves such evidence to the booking it is news of. Appointments keep their order.
pub(super) fn match_rivals(linked: &Linked, matches: &Matches, found: &mut Caseload) {
    let rivals = rivals(linked);
    if rivals.is_empty() {
        return;
    }
    let mut of_patient: BTreeMap<PatientIndex, Vec<usize>> = BTreeMap::new();
    for (at, appointment) in found.appointments.iter().enumerate() {
        if let Some(patient) = appointment.patient.filter(|patient| rivals.contains_key(patient)) {
            of_patient.entry(patient).or_default().push(at);
        }
    }
    let mut moves: Vec<(usize, usize)> = Vec::new();
    for (patient, own) in &of_patient {
        for from in own.iter().filter(|at| found.appointments[**at].classification == Classification::Unrecorded) {
            let others = rivals[patient].iter().filter_map(|rival| of_patient.get(rival)).flatten();
            let may_be = |to: &&usize| {
                let (news, booking) = (&found.appointments[*from], &found.appointments[**to]);
                is_same_booking(news, booking) && !is_forbidden(linked, matches, news, booking)
            };
            let mut fits = others.filter(may_be);
            if let (Some(to), None) = (fits.next(), fits.next())
                && !moves.iter().any(|(_, taken)| taken == to)
            {
                moves.push((*from, *to));
            }
        }
    }
    for (from, to) in &moves {
        let records = std::mem::take(&mut found.appointments[*from].records);
        let booking = &mut found.appointments[*to];
        booking.records.extend(records);
        booking.records.sort_unstable();
        booking.classification = Classification::Matched;
    }
    found.appointments.retain(|appointment| !appointment.records.is_empty());
}

/// Whether a person said that the one is no news of the other.
fn is_forbidden(linked: &Linked, matches: &Matches, news: &Appointment, booking: &Appointment) -> bool {
    let person = |place: u32| linked.records.appointments.subject(place);
    let forbids = |said: u32| booking.records.iter().any(|(place, _)| matches.forbids(person(said), person(*place)));
    !matches.is_empty() && news.records.iter().any(|(place, _)| forbids(*place))
}

/// Patients who are perhaps one person, by patient: pairs between them wait for review, and not because a given name or a
/// birth date says that they are two.
fn rivals(linked: &Linked) -> BTreeMap<PatientIndex, Vec<PatientIndex>> {
    let mut rivals: BTreeMap<PatientIndex, Vec<PatientIndex>> = BTreeMap::new();
    let says_two = |reason: Option<Reason>| {
        matches!(reason, Some(Reason::GivenNamesDiffer | Reason::BirthDatesDiffer | Reason::NhsNumberAlone))
    };
    for pair in linked.pairs.iter().filter(|pair| pair.standing == PairStanding::Review && !says_two(pair.reason)) {
        if let (Some(one), Some(other)) = (linked.patient_of(pair.left), linked.patient_of(pair.right)) {
            rivals.entry(one).or_default().push(other);
            rivals.entry(other).or_default().push(one);
        }
    }
    for others in rivals.values_mut() {
        others.sort_unstable();
        others.dedup();
    }
    rivals
}

/// The same minute and the same site, both given, in a booking that has no evidence yet.
fn is_same_booking(news: &Appointment, booking: &Appointment) -> bool {
    booking.classification == Classification::RecordedOnly
        && news.starts.is_some_and(|starts| starts.minute().is_some())
        && news.starts == booking.starts
        && !news.site.is_empty()
        && news.site == booking.site
}
