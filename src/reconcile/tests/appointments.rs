//! Bookings against evidence.

use crate::ledger::Reason;
use crate::reconcile::fixture::{COMMUNITY, HOSPITAL, LETTERS, LIST, RECEIVER, TEXTS, World};
use crate::reconcile::{Appointment, Flag};

type Values<'a> = &'a [(&'static str, &'a str)];

fn world(rows: &[(usize, Values)]) -> World {
    let mut world = World::new();
    world.site("RAA01", "East Marsh Health Centre", "ZZZ01");
    world.site("RAA02", "Tolbridge Community Hospital", "ZZZ02");
    world.site("RAA03", "Old Mill Clinic", "");
    for (source, values) in rows {
        world.row(*source, "p").appointment(values);
    }
    world
}

/// (rows, classification, recorded by) of each appointment of one patient, in order.
fn check(rows: &[(usize, Values)], expected: &[(usize, &str, &str)]) -> Vec<Appointment> {
    let appointments = world(rows).reconcile().appointments;
    let shown: Vec<(usize, &str, &str)> =
        appointments.iter().map(|one| (one.records.len(), one.classification.word(), one.recorded_by.word())).collect();
    assert_eq!(shown, expected);
    appointments
}

const BOOKED: Values<'static> =
    &[("local_id", "A1"), ("starts", "2017-10-11T09:30"), ("site", "RAA01"), ("status", "booked")];

#[test]
fn evidence_that_agrees_is_matched_and_used_once() {
    let said = (LETTERS, &[("starts", "2017-10-11T09:30"), ("site", "E Marsh H.C.")][..]);
    let text = (TEXTS, &[("starts", "2017-10-11"), ("site", "East Marsh")][..]);
    let one = check(&[(COMMUNITY, BOOKED), said, text], &[(3, "matched", "sender")]);
    assert_eq!(one[0].site, "RAA01");
    assert!(one[0].differs.is_empty());
    check(&[(COMMUNITY, BOOKED)], &[(1, "recorded-only", "sender")]);
    check(&[said, text], &[(2, "unrecorded", "neither")]);
}

#[test]
fn another_time_site_or_day_is_a_conflict() {
    let conflict = |values: Values| {
        check(&[(COMMUNITY, BOOKED), (LETTERS, values)], &[(2, "conflict", "sender")])[0].differs.clone()
    };
    assert_eq!(
        conflict(&[("starts", "2017-10-11T10:30"), ("site", "RAA01")]),
        "starts: recorded 2017-10-11T09:30, letter 2017-10-11T10:30"
    );
    assert_eq!(
        conflict(&[("starts", "2017-10-11T09:30"), ("site", "Tolbridge CH")]),
        "site: recorded RAA01, letter Tolbridge CH"
    );
    assert_eq!(
        conflict(&[("starts", "2017-10-13T09:30"), ("site", "RAA01")]),
        "starts: recorded 2017-10-11T09:30, letter 2017-10-13T09:30"
    );
}

#[test]
fn what_differs_too_much_is_a_booking_of_its_own() {
    let two = |values: Values| {
        check(
            &[(COMMUNITY, BOOKED), (LETTERS, values)],
            &[(1, "recorded-only", "sender"), (1, "unrecorded", "neither")],
        );
    };
    two(&[("starts", "2017-10-18T09:30"), ("site", "RAA01")]);
    two(&[("starts", "2017-10-13T09:30"), ("site", "RAA02")]);
    two(&[("starts", "2017-10-13T11:30"), ("site", "RAA01")]);
    two(&[("starts", "2017-10-11T14:30"), ("site", "RAA02")]);
    let early: Values =
        &[("local_id", "A1"), ("starts", "2017-10-11T09:30"), ("site", "RAA01"), ("booked", "2017-09-01")];
    let late: Values = &[("starts", "2017-10-13T09:30"), ("site", "RAA01"), ("booked", "2017-09-20")];
    check(&[(COMMUNITY, early), (LETTERS, late)], &[(1, "recorded-only", "sender"), (1, "unrecorded", "neither")]);
}

#[test]
fn an_agreement_is_preferred_to_a_conflict() {
    let next: Values = &[("local_id", "A2"), ("starts", "2017-10-13T09:30"), ("site", "RAA01")];
    let said = |starts| (LETTERS, [("starts", starts), ("site", "RAA01")]);
    let (source, one) = said("2017-10-13T09:30");
    check(
        &[(COMMUNITY, BOOKED), (COMMUNITY, next), (source, &one)],
        &[(1, "recorded-only", "sender"), (2, "matched", "sender")],
    );
    let (_, two) = said("2017-10-11T09:30");
    check(
        &[(COMMUNITY, BOOKED), (COMMUNITY, next), (source, &one), (source, &two)],
        &[(2, "matched", "sender"), (2, "matched", "sender")],
    );
}

#[test]
fn older_news_of_the_same_session_is_not_a_second_booking() {
    let right = (TEXTS, &[("starts", "2017-10-11T09:30")][..]);
    let wrong = (LETTERS, &[("starts", "2017-10-11T10:00")][..]);
    check(&[(COMMUNITY, BOOKED), right, wrong], &[(3, "conflict", "sender")]);
}

#[test]
fn a_cancelled_booking_answers_for_its_letter() {
    let cancelled: Values =
        &[("local_id", "A1"), ("starts", "2017-10-11T09:30"), ("site", "RAA01"), ("status", "cancelled-by-patient")];
    let rebooked: Values =
        &[("local_id", "A2"), ("starts", "2017-10-25T09:30"), ("site", "RAA01"), ("status", "booked")];
    let letters = [(LETTERS, &[("starts", "2017-10-11T09:30")][..]), (LETTERS, &[("starts", "2017-10-25T09:30")][..])];
    check(
        &[(COMMUNITY, cancelled), (COMMUNITY, rebooked), letters[0], letters[1]],
        &[(2, "matched", "sender"), (2, "matched", "sender")],
    );
}

#[test]
fn sender_and_receiver_hold_one_booking() {
    let theirs: Values = &[("local_id", "B7"), ("starts", "2017-10-11T09:30"), ("site", "ZZZ01")];
    let one = check(&[(COMMUNITY, BOOKED), (RECEIVER, theirs)], &[(2, "recorded-only", "both")]);
    assert!(!one[0].flags.contains(&Flag::RecordedTwice));
    check(&[(RECEIVER, theirs)], &[(1, "recorded-only", "receiver")]);
    let elsewhere: Values = &[("local_id", "B7"), ("starts", "2017-10-11T09:30"), ("site", "ZZZ02")];
    let two = check(
        &[(COMMUNITY, BOOKED), (RECEIVER, elsewhere)],
        &[(1, "recorded-only", "sender"), (1, "recorded-only", "receiver")],
    );
    assert!(two.iter().all(|one| one.flags.contains(&Flag::SlotClash)), "one person in two places");
}

#[test]
fn one_system_that_holds_it_twice_is_flagged() {
    let again: Values = &[("local_id", "A9"), ("starts", "2017-10-11T09:30"), ("site", "RAA01"), ("status", "booked")];
    let one = check(&[(COMMUNITY, BOOKED), (COMMUNITY, again)], &[(2, "recorded-only", "sender")]);
    assert!(one[0].flags.contains(&Flag::RecordedTwice));
    let same = check(&[(COMMUNITY, BOOKED), (COMMUNITY, BOOKED)], &[(2, "recorded-only", "sender")]);
    assert!(!same[0].flags.contains(&Flag::RecordedTwice), "one id printed twice is one booking");
}

#[test]
fn a_list_of_people_can_be_the_only_news_of_a_booking() {
    check(&[(LIST, &[("starts", "2017-10-11T09:30")])], &[(1, "unrecorded", "neither")]);
}

fn flags(rows: &[(usize, Values)]) -> Vec<&'static str> {
    let mut world = world(rows);
    world.row(HOSPITAL, "p").person(&[("date_of_death", "2017-09-20")]);
    world.reconcile().appointments[0].flags.iter().map(|flag| flag.word()).collect()
}

#[test]
fn flags_say_what_needs_an_eye() {
    let ahead: Values =
        &[("local_id", "A1"), ("starts", "2017-10-11T09:30"), ("site", "Old Mill"), ("booked", "2017-10-02")];
    let all = ["closed-site", "orphan", "after-death", "booked-after-transfer", "starts-after-transfer"];
    assert_eq!(flags(&[(COMMUNITY, ahead)]), all);
    assert_eq!(flags(&[(RECEIVER, ahead)]), ["closed-site", "orphan", "after-death", "starts-after-transfer"]);
    let past: Values =
        &[("local_id", "A1"), ("starts", "2017-09-11T09:30"), ("site", "Old Mill"), ("status", "booked")];
    assert_eq!(flags(&[(COMMUNITY, past)]), ["orphan", "no-outcome"]);
    let held: Values = &[("local_id", "A1"), ("starts", "2017-09-11T09:30"), ("status", "attended")];
    assert_eq!(flags(&[(COMMUNITY, held)]), ["orphan"]);
}

#[test]
fn two_people_in_one_slot_clash_unless_it_is_a_class() {
    let clash = |kind: &str| {
        let mut world = World::new();
        for (patient, id) in [("p", "A1"), ("q", "A2")] {
            let values = [
                ("local_id", id),
                ("starts", "2017-10-11T09:30"),
                ("site", "X"),
                ("clinician", "Jo Firth"),
                ("kind", kind),
            ];
            world.row(COMMUNITY, patient).appointment(&values);
        }
        world.reconcile().appointments.iter().filter(|one| one.flags.contains(&Flag::SlotClash)).count()
    };
    assert_eq!(clash("Follow-up"), 2);
    assert_eq!(clash("Knee class"), 0);
}

#[test]
fn an_appointment_finds_its_referral() {
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(&[("local_id", "R1"), ("received", "2017-03-01"), ("condition", "Knee")]);
    world.row(COMMUNITY, "p").referral(&[("local_id", "R2"), ("received", "2017-04-01"), ("condition", "Hip")]);
    world.row(COMMUNITY, "p").appointment(&[
        ("local_id", "A1"),
        ("starts", "2017-10-11T09:30"),
        ("referral_local_id", "R2"),
    ]);
    world.row(COMMUNITY, "p").appointment(&[
        ("local_id", "A2"),
        ("starts", "2017-10-12T09:30"),
        ("referral_local_id", "R9"),
    ]);
    world.row(LETTERS, "p").appointment(&[("starts", "2017-03-20T09:30")]);
    let reconciled = world.reconcile();
    let found: Vec<Option<u32>> = reconciled.appointments.iter().map(|one| one.referral).collect();
    assert_eq!(found, [Some(1), None, Some(0)], "by id; unexplained id and two open; only one received by then");
    assert!(reconciled.appointments[1].flags.contains(&Flag::Orphan));
    let reasons: Vec<Reason> = reconciled.linked.records.exceptions.iter().map(|exception| exception.reason).collect();
    assert!(reasons.contains(&Reason::ReferralNotFound));
}

#[test]
fn a_row_that_speaks_of_no_appointment_is_set_aside_with_its_reason() {
    let mut world = World::new();
    world.row(COMMUNITY, "p").appointment(&[("clinician", "Jo Firth")]);
    world.row(LETTERS, "p").appointment(&[("clinician", "Jo Firth")]);
    let reconciled = world.reconcile();
    assert_eq!(reconciled.appointments.len(), 1, "a letter always is news");
    let set_aside = reconciled.records.count(|outcome| outcome == crate::records::RecordOutcome::SetAside);
    assert_eq!(set_aside, 1);
    let undated = reconciled.linked.records.exceptions.iter().filter(|one| one.reason == Reason::AppointmentUndated);
    assert_eq!(undated.count(), 2);
}

#[test]
fn a_wide_row_without_an_appointment_is_nothing_to_complain_of() {
    let mut world = World::new();
    let row = world.row(COMMUNITY, "p");
    row.referral(&[("local_id", "R1"), ("received", "2017-03-01")]);
    row.appointment(&[("referral_local_id", "R1")]);
    let reconciled = world.reconcile();
    assert!(reconciled.appointments.is_empty() && reconciled.linked.records.exceptions.is_empty());
    assert_eq!(reconciled.records.count(|outcome| outcome == crate::records::RecordOutcome::Joined), 3);
}

#[test]
fn an_unknown_site_is_told_once() {
    let mut world = world(&[]);
    for id in ["A1", "A2"] {
        world.row(COMMUNITY, "p").appointment(&[("local_id", id), ("starts", "2017-10-11T09:30"), ("site", "Nowhere")]);
    }
    let unknown = |one: &&crate::ledger::Exception| one.reason == Reason::SiteUnknown;
    assert_eq!(world.reconcile().linked.records.exceptions.iter().filter(unknown).count(), 1);
}
