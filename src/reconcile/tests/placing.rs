//! Evidence placed through slots.

use crate::linkage::{JoinedBy, Place};
use crate::reconcile::Reconciled;
use crate::reconcile::fixture::{COMMUNITY, LETTERS, TEXTS, World};

/// Mother and child on one telephone, each with a booking.
fn family() -> World {
    let mut world = World::new();
    for (patient, given, id, starts) in [
        ("m", "Anna", "A1", "2017-10-11T09:30"),
        ("c", "Ben", "A2", "2017-10-11T10:30"),
        ("x", "Cora", "A3", "2017-12-01T10:30"),
    ] {
        let row = world.row(COMMUNITY, patient);
        row.person(&[("given_name", given)]);
        row.referral(&[("local_id", id), ("received", "2017-03-01")]);
        row.appointment(&[("local_id", id), ("starts", starts)]);
    }
    world
}

/// The first member of the patient that each text was placed with; nought for none.
fn placed(reconciled: &Reconciled) -> Vec<u32> {
    let records = &reconciled.linked.records;
    let texts = records.people.places().filter(|person| usize::from(records.source[*person as usize]) >= LETTERS);
    texts
        .map(|person| match &reconciled.linked.places[person as usize] {
            Place::Patient { patient, joined_by, probability } => {
                assert_eq!(*joined_by, JoinedBy::Slot);
                assert!((0.9..1.0).contains(probability));
                let members = &reconciled.linked.members[*patient as usize];
                assert!(members.contains(&person) && members.is_sorted());
                members[0] + 1
            }
            Place::Unplaced { .. } => 0,
        })
        .collect()
}

fn check(texts: &[(&str, &str, &[&'static str])], expected: &[u32]) -> Reconciled {
    let mut world = family();
    for (given, starts, candidates) in texts {
        let row = world.stray(TEXTS, candidates);
        if !given.is_empty() {
            row.person(&[("given_name", given)]);
        }
        row.appointment(&[("starts", starts)]);
    }
    let reconciled = world.reconcile();
    assert_eq!(placed(&reconciled), expected);
    reconciled
}

#[test]
fn the_slot_decides_between_people_on_one_telephone() {
    let reconciled = check(&[("", "2017-10-11T09:30", &["m", "c"]), ("", "2017-10-11T10:30", &["m", "c"])], &[1, 2]);
    let words: Vec<&str> = reconciled.appointments.iter().map(|one| one.classification.word()).collect();
    assert_eq!(words, ["matched", "matched", "recorded-only"]);
}

#[test]
fn what_fits_to_the_minute_goes_first_and_the_rest_follows() {
    check(&[("", "2017-10-11", &["m", "c"])], &[0]);
    check(&[("", "2017-10-11", &["m", "c"]), ("", "2017-10-11T09:30", &["m", "c"])], &[2, 1]);
}

#[test]
fn a_reminder_sent_twice_is_placed_twice() {
    check(&[("", "2017-10-11T09:30", &["m", "c"]), ("", "2017-10-11T09:30", &["m", "c"])], &[1, 1]);
}

#[test]
fn a_given_name_decides_before_the_slot() {
    check(&[("Ben", "2017-10-11T09:30", &["m", "c"])], &[0]);
    check(&[("B", "2017-10-11T10:30", &["m", "c"])], &[2]);
    check(&[("Zoe", "2017-10-11T09:30", &["m"])], &[0]);
}

#[test]
fn the_only_candidate_is_placed_without_a_slot() {
    let reconciled = check(&[("Cora", "2017-10-20T09:30", &["x"])], &[3]);
    assert_eq!(reconciled.appointments.last().map(|one| one.classification.word()), Some("unrecorded"));
    assert_eq!(reconciled.appointments.iter().filter(|one| one.patient.is_none()).count(), 0);
}

#[test]
fn several_candidates_without_a_slot_stay_open_and_someone_will_turn_up() {
    let reconciled = check(&[("", "2017-10-20T09:30", &["m", "c"])], &[0]);
    let unknown: Vec<_> = reconciled.appointments.iter().filter(|one| one.patient.is_none()).collect();
    assert_eq!(unknown.len(), 1);
    assert_eq!(reconciled.rows.count(|outcome| outcome == crate::ledger::Disposition::Unassigned), 1);
}

#[test]
fn a_name_at_the_minute_and_the_place_of_a_slot_is_somebodys() {
    let placed_with = |given: &str, starts: &str, site: &str| {
        let mut world = World::new();
        world.site("C-1", "North Clinic", "S-1");
        for (patient, given, family) in [("m", "Anna", "Quillfeather"), ("c", "Ben", "Thistlewood")] {
            let row = world.row(COMMUNITY, patient);
            row.person(&[("given_name", given), ("family_name", family)]);
            row.appointment(&[("local_id", given), ("starts", "2017-10-11T09:30"), ("site", "C-1")]);
        }
        world.stray(TEXTS, &[]).person(&[("given_name", given)]).appointment(&[("starts", starts), ("site", site)]);
        placed(&world.reconcile())
    };
    const MINUTE: &str = "2017-10-11T09:30";
    assert_eq!(placed_with("Ben", MINUTE, "North Clinic"), [2]);
    assert_eq!(placed_with("Quillfeather", MINUTE, "North Clinic"), [1], "a name on its own is either");
    assert_eq!(placed_with("Zoe", MINUTE, "North Clinic"), [0]);
    assert_eq!(placed_with("Ben", MINUTE, ""), [0], "nothing says that it is there");
    assert_eq!(placed_with("Ben", "2017-10-11", "North Clinic"), [0]);
}

#[test]
fn patients_stay_in_the_order_of_their_first_members() {
    let mut world = World::new();
    world.row(COMMUNITY, "p").person(&[("given_name", "Anna")]);
    world.row(TEXTS, "q").person(&[("given_name", "Ben")]);
    world.row(TEXTS, "r").person(&[("given_name", "Cora")]);
    world.stray(LETTERS, &["r"]).appointment(&[("starts", "2017-10-20T09:30")]);
    let reconciled = world.reconcile();
    assert_eq!(reconciled.linked.members, [vec![0], vec![1, 3], vec![2]]);
    assert!((0u32..).zip(&reconciled.linked.members).all(|(patient, members)| {
        members.iter().all(|member| reconciled.linked.patient_of(*member) == Some(patient))
    }));
}

/// Brother and sister on one telephone who are seen at one minute; news of them, by source, given name and moment.
fn check_siblings(news: &[(usize, &str, &str)], expected: &[u32]) {
    let mut world = World::new();
    for (patient, given) in [("m", "Anna"), ("c", "Ben")] {
        let row = world.row(COMMUNITY, patient);
        row.person(&[("given_name", given)]);
        row.appointment(&[("local_id", given), ("starts", "2017-10-11T09:30")]);
    }
    for (source, given, starts) in news {
        let row = world.stray(*source, &["m", "c"]);
        if !given.is_empty() {
            row.person(&[("given_name", given)]);
        }
        row.appointment(&[("starts", starts)]);
    }
    assert_eq!(placed(&world.reconcile()), expected, "{news:?}");
}

#[test]
fn one_source_writes_of_one_booking_once() {
    const MINUTE: &str = "2017-10-11T09:30";
    check_siblings(&[(TEXTS, "", MINUTE)], &[0]);
    check_siblings(&[(TEXTS, "Anna", MINUTE), (TEXTS, "", MINUTE)], &[1, 2]);
    // Which of the two is of whom nobody can say.
    check_siblings(&[(TEXTS, "", MINUTE), (TEXTS, "", MINUTE)], &[0, 0]);
    // A letter is no reason why a text should not be of the same booking.
    check_siblings(&[(LETTERS, "Anna", MINUTE), (TEXTS, "", MINUTE)], &[1, 0]);
    check_siblings(&[(TEXTS, "Anna", MINUTE), (TEXTS, "", "2017-10-11")], &[1, 2]);
    check_siblings(&[(TEXTS, "Anna", MINUTE), (TEXTS, "", "2017-10-11"), (TEXTS, "", MINUTE)], &[1, 0, 0]);
    check(&[("", "2017-10-11", &["m", "x"]), ("Anna", "2017-10-11T09:30", &["m", "x"])], &[0, 1]);
}
