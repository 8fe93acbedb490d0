//! Gaps in what was booked, news that changes news, and what each side of a conflict says.

use crate::reconcile::fixture::{COMMUNITY, LETTERS, TEXTS, World};
use crate::reconcile::{Appointment, Flag};

type Values<'a> = &'a [(&'static str, &'a str)];

fn appointments(rows: &[(usize, Values)]) -> Vec<Appointment> {
    let mut world = World::new();
    for (source, values) in rows {
        world.row(*source, "p").appointment(values);
    }
    world.reconcile().appointments
}

#[test]
fn an_attended_visit_lacks_its_outcome_where_others_have_theirs() {
    let seen: Values = &[("local_id", "A1"), ("starts", "2017-09-11T09:30"), ("status", "attended")];
    let told: Values =
        &[("local_id", "A2"), ("starts", "2017-09-12T09:30"), ("status", "attended"), ("outcome", "Discharged")];
    let lacks = |rows: &[(usize, Values)]| -> Vec<bool> {
        appointments(rows).iter().map(|one| one.flags.contains(&Flag::NoOutcome)).collect()
    };
    assert_eq!(lacks(&[(COMMUNITY, seen)]), [false], "a source that gives no outcomes can lack none");
    assert_eq!(lacks(&[(COMMUNITY, seen), (COMMUNITY, told)]), [true, false]);
    assert_eq!(lacks(&[(COMMUNITY, seen), (TEXTS, told)]), [false, false]);
}

#[test]
fn another_appointment_that_was_promised_is_booked_or_told() {
    let promised = |outcome: &str, referral: Values, next: &[Values]| {
        let mut world = World::new();
        let mut values = vec![("local_id", "R1"), ("received", "2017-03-01")];
        values.extend(referral);
        world.row(COMMUNITY, "p").referral(&values);
        let seen = [
            ("local_id", "A1"),
            ("starts", "2017-08-01T09:30"),
            ("status", "attended"),
            ("outcome", outcome),
            ("referral_local_id", "R1"),
        ];
        world.row(COMMUNITY, "p").appointment(&seen);
        next.iter().for_each(|values| {
            world.row(COMMUNITY, "p").appointment(values);
        });
        world.reconcile().appointments[0].flags.contains(&Flag::NoneBooked)
    };
    let ahead: Values = &[("local_id", "A2"), ("starts", "2017-10-11T09:30"), ("referral_local_id", "R1")];
    let off: Values = &[("local_id", "A2"), ("starts", "2017-10-11T09:30"), ("status", "cancelled-by-provider")];
    assert!(promised("2", &[], &[]));
    assert!(promised("Another appointment given", &[], &[off]), "one that was called off is none");
    assert!(!promised("2", &[], &[ahead]));
    assert!(promised("Review in 6 weeks", &[], &[]));
    assert!(!promised("Review in 3 months", &[], &[]), "its time has not come");
    assert!(!promised("1", &[], &[]) && !promised("", &[], &[]));
    let closed = |reason| [("status", "closed"), ("closed", "2017-08-02"), ("close_reason", reason)];
    assert!(!promised("2", &closed("Treatment complete"), &[]));
    assert!(promised("2", &closed("Records lost"), &[]));
}

#[test]
fn a_class_or_a_list_of_people_to_telephone_is_no_clash_and_two_calls_are_one() {
    let check = |kinds: &[&str], expected: usize| {
        let mut world = World::new();
        for (patient, kind) in ["p", "q", "r", "s"].into_iter().zip(kinds) {
            world.row(COMMUNITY, patient).appointment(&[
                ("local_id", patient),
                ("starts", "2017-10-11T09:30"),
                ("site", "X"),
                ("clinician", if patient == "p" { "Firth" } else { "Jo Firth" }),
                ("kind", kind),
            ]);
        }
        let appointments = world.reconcile().appointments;
        let clashing = appointments.iter().filter(|one| one.flags.contains(&Flag::SlotClash)).count();
        assert_eq!(clashing, expected, "{kinds:?}");
    };
    for (kind, expected) in [("Telephone list", 0), ("03", 2), ("Group", 0), ("", 2), ("1", 2), ("Phone review", 2)] {
        check(&[kind, kind], expected);
    }
    check(&["03", "Phone review"], 2);
    check(&["03", "1"], 2);
    check(&["Telephone list", "1"], 0);
    // Three calls at one minute are a list, entered at its beginning; two people who come then are two.
    check(&["3", "04", "Phone review"], 0);
    check(&["3", "04", "Phone review", "1"], 0);
    check(&["3", "04", "1", "1"], 4);
}

#[test]
fn one_person_is_in_one_place() {
    let check = |kinds: [&str; 2], sites: [&str; 2], expected: usize| {
        let mut world = World::new();
        world.site("C-1", "North Clinic", "S-1");
        world.site("C-2", "South Clinic", "S-2");
        for (kind, (site, id)) in kinds.into_iter().zip(sites.into_iter().zip(["A1", "A2"])) {
            let source = if id == "A1" { COMMUNITY } else { crate::reconcile::fixture::HOSPITAL };
            world.row(source, "p").appointment(&[
                ("local_id", id),
                ("starts", "2017-10-11T09:30"),
                ("site", site),
                ("kind", kind),
            ]);
        }
        let appointments = world.reconcile().appointments;
        let clashing = appointments.iter().filter(|one| one.flags.contains(&Flag::SlotClash)).count();
        assert_eq!(clashing, expected, "{kinds:?} {sites:?}");
    };
    check(["1", "2"], ["C-1", "C-2"], 2);
    check(["Back class", "2"], ["C-1", "C-2"], 2);
    check(["Telephone review", "2"], ["C-1", "C-2"], 0);
    check(["1", "1"], ["C-1", "C-1"], 0);
}

/// (rows, classification, what differs) of each appointment.
#[track_caller]
fn check(rows: &[(usize, Values)], expected: &[(usize, &str, &str)]) {
    let found = appointments(rows);
    let shown: Vec<(usize, &str, &str)> =
        found.iter().map(|one| (one.records.len(), one.classification.word(), one.differs.as_str())).collect();
    assert_eq!(shown, expected);
}

const BOOKED: Values<'static> =
    &[("local_id", "A1"), ("starts", "2017-10-13T09:30"), ("status", "booked"), ("site", "X")];

#[test]
fn a_later_letter_supersedes_an_earlier_one() {
    let first: Values = &[("local_id", "L1"), ("starts", "2017-10-11T09:30"), ("booked", "2017-09-01"), ("site", "X")];
    let second: Values = &[("local_id", "L1"), ("starts", "2017-10-13T09:30"), ("booked", "2017-09-12"), ("site", "X")];
    check(&[(COMMUNITY, BOOKED), (LETTERS, first), (LETTERS, second)], &[(3, "matched", "")]);
    check(&[(LETTERS, first), (LETTERS, second)], &[(2, "unrecorded", "")]);
    let latest = appointments(&[(LETTERS, first), (LETTERS, second)]);
    assert_eq!(latest[0].starts.map(|starts| starts.reveal()).as_deref(), Some("2017-10-13T09:30"));
    // The other way round the system holds what the later letter changed.
    let before: Values = &[("local_id", "A1"), ("starts", "2017-10-11T09:30"), ("status", "booked"), ("site", "X")];
    let differs = "starts: recorded 2017-10-11T09:30, letter 2017-10-13T09:30";
    check(&[(COMMUNITY, before), (LETTERS, first), (LETTERS, second)], &[(3, "conflict", differs)]);
}

#[test]
fn a_letter_that_says_it_changes_an_appointment_takes_the_one_it_changes() {
    let old: Values = &[("starts", "2017-10-03T14:00"), ("booked", "2017-09-01"), ("clinician", "Jo Firth")];
    let new: Values = &[
        ("starts", "2017-10-13T09:30"),
        ("booked", "2017-09-12"),
        ("clinician", "Jo Firth"),
        ("kind", "Rescheduled appointment"),
    ];
    check(&[(COMMUNITY, BOOKED), (LETTERS, old), (LETTERS, new)], &[(3, "matched", "")]);
    check(&[(LETTERS, old), (LETTERS, new)], &[(2, "unrecorded", "")]);
    // The books still hold what it changed.
    let kept: Values =
        &[("local_id", "A1"), ("starts", "2017-10-03T14:00"), ("booked", "2017-09-01"), ("clinician", "Jo Firth")];
    let differs = "starts: recorded 2017-10-03T14:00, letter 2017-10-13T09:30";
    check(&[(COMMUNITY, kept), (LETTERS, new)], &[(2, "conflict", differs)]);
    check(&[(COMMUNITY, kept), (LETTERS, old), (LETTERS, new)], &[(3, "conflict", differs)]);
    let second: Values = &[("local_id", "A2"), ("starts", "2017-11-03T14:00"), ("booked", "2017-09-01")];
    let recorded = (1, "recorded-only", "");
    check(&[(COMMUNITY, kept), (COMMUNITY, second), (LETTERS, new)], &[recorded, recorded, (1, "unrecorded", "")]);
    for not_changed in [
        &[("local_id", "A1"), ("starts", "2017-09-11T14:00"), ("booked", "2017-09-01")][..],
        &[("local_id", "A1"), ("starts", "2017-10-03T14:00"), ("booked", "2017-09-14")],
        &[
            ("local_id", "A1"),
            ("starts", "2017-10-03T14:00"),
            ("booked", "2017-09-01"),
            ("status", "cancelled-by-patient"),
        ],
    ] {
        check(&[(COMMUNITY, not_changed), (LETTERS, new)], &[recorded, (1, "unrecorded", "")]);
    }
    // Which of two it changed nobody can say.
    let other: Values = &[("starts", "2017-10-05T14:00"), ("booked", "2017-09-02"), ("clinician", "Jo Firth")];
    let alone = (1, "unrecorded", "");
    check(&[(LETTERS, old), (LETTERS, other), (LETTERS, new)], &[alone, alone, alone]);
    // Written later, or for another clinician: not what it changed.
    let later: Values = &[("starts", "2017-10-03T14:00"), ("booked", "2017-09-20")];
    check(&[(LETTERS, later), (LETTERS, new)], &[alone, alone]);
    let others: Values = &[("starts", "2017-10-03T14:00"), ("booked", "2017-09-01"), ("clinician", "A Hale")];
    check(&[(LETTERS, others), (LETTERS, new)], &[alone, alone]);
}

#[test]
fn a_call_that_calls_off_what_still_stands_is_a_conflict() {
    let off: Values = &[("starts", "2017-10-13T09:30"), ("booked", "2017-09-20"), ("status", "cancelled-by-patient")];
    let differs = "status: recorded booked, text cancelled-by-patient";
    check(&[(COMMUNITY, BOOKED), (TEXTS, off)], &[(2, "conflict", differs)]);
    let on: Values = &[("starts", "2017-10-13T09:30"), ("booked", "2017-09-25")];
    check(&[(COMMUNITY, BOOKED), (TEXTS, off), (LETTERS, on)], &[(3, "matched", "")]);
    let kept: Values = &[("local_id", "A1"), ("starts", "2017-09-13T09:30"), ("status", "attended")];
    let late: Values = &[("starts", "2017-09-13T09:30"), ("status", "cancelled-by-patient")];
    check(&[(COMMUNITY, kept), (TEXTS, late)], &[(2, "matched", "")]);
}
