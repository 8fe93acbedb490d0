//! What people decided of appointments and of differences.

use crate::decisions::{Act, Effect, Matching, RowName, ShownRow, example};
use crate::linkage::{JoinedBy, Place};
use crate::reconcile::fixture::{COMMUNITY, HOSPITAL, LETTERS, LIST, RECEIVER, TEXTS, World};
use crate::reconcile::{Appointment, Reconciled, Side, reconcile};
use jiff::civil::date;

/// An answer with its rows, each a source and a number.
pub(super) type Said<'a> = (Act, &'a [(usize, u32)]);

/// Reconciles with these answers in effect.
pub(super) fn decided(world: &World, acts: &[Said<'_>]) -> Reconciled {
    let shown = |(source, row): &(usize, u32)| {
        let source = &world.config.sources[*source];
        let name = RowName { source: source.id.clone(), file: source.path.clone(), sheet: String::new(), row: *row };
        ShownRow { name, commitment: String::new() }
    };
    let said = acts.iter().map(|(act, rows)| (act.clone(), rows.iter().map(shown).collect()));
    let decisions = example::in_effect(said);
    reconcile(&world.config, world.linked(), &decisions)
}

fn words(reconciled: &Reconciled) -> Vec<&'static str> {
    reconciled.appointments.iter().map(|one| one.classification.word()).collect()
}

/// Two bookings of a patient, and a letter to the first.
fn booked(letter: &str) -> World {
    let mut world = World::new();
    for (id, starts) in [("A1", "2017-10-11T09:30"), ("A2", "2017-11-20T14:00")] {
        let row = world.row(COMMUNITY, "p");
        row.referral(&[("local_id", "1"), ("received", "2017-03-01")]);
        row.appointment(&[("local_id", id), ("starts", starts)]);
    }
    world.row(LETTERS, "p").appointment(&[("starts", letter)]);
    world
}

#[test]
fn a_person_matches_what_a_machine_does_not() {
    let world = booked("2017-12-24T08:00");
    let same = |booking| [(Act::AppointmentMatch(Matching::Same), [(LETTERS, 1), (COMMUNITY, booking)])];
    assert_eq!(words(&world.reconcile()), ["recorded-only", "recorded-only", "unrecorded"]);
    for booking in [1, 2] {
        let acts = same(booking);
        let reconciled = decided(&world, &[(acts[0].0.clone(), &acts[0].1)]);
        let expected = if booking == 1 { ["conflict", "recorded-only"] } else { ["recorded-only", "conflict"] };
        assert_eq!(words(&reconciled), expected);
        assert_eq!(reconciled.linked.effects.of(1), Effect::Matched);
    }
}

#[test]
fn a_person_forbids_what_a_machine_matches() {
    let world = booked("2017-10-11T09:30");
    assert_eq!(words(&world.reconcile()), ["matched", "recorded-only"]);
    let act = |answer| (Act::AppointmentMatch(answer), [(LETTERS, 1), (COMMUNITY, 1)]);
    let (different, same) = (act(Matching::Different), act(Matching::Same));
    let reconciled = decided(&world, &[(different.0, &different.1)]);
    assert_eq!(words(&reconciled), ["recorded-only", "recorded-only", "unrecorded"]);
    assert_eq!(reconciled.linked.effects.of(1), Effect::Unmatched);
    let reconciled = decided(&world, &[(same.0, &same.1)]);
    assert_eq!(words(&reconciled), ["matched", "recorded-only"]);
    assert_eq!(reconciled.linked.effects.of(1), Effect::None, "it came to the same end without it");
}

#[test]
fn further_evidence_is_not_hidden_behind_what_a_person_matched() {
    let mut world = booked("2017-12-24T08:00");
    world.row(TEXTS, "p").appointment(&[("starts", "2017-10-11T15:00")]);
    let reconciled = decided(&world, &[(Act::AppointmentMatch(Matching::Same), &[(LETTERS, 1), (COMMUNITY, 1)])]);
    assert_eq!(words(&reconciled), ["conflict", "recorded-only", "unrecorded"]);
}

#[test]
fn evidence_without_a_patient_comes_to_that_of_its_booking() {
    let mut world = booked("2017-10-11T09:30");
    world.stray(TEXTS, &[]).appointment(&[("starts", "2017-11-20T15:00")]);
    let text = 3;
    assert!(matches!(world.reconcile().linked.places[text], Place::Unplaced { .. }));
    let acts: [(Act, &[(usize, u32)]); 1] = [(Act::AppointmentMatch(Matching::Same), &[(TEXTS, 1), (COMMUNITY, 2)])];
    let reconciled = decided(&world, &acts);
    let placed = Place::Patient { patient: 0, probability: 1.0, joined_by: JoinedBy::Decision };
    assert_eq!(reconciled.linked.places[text], placed);
    assert_eq!(words(&reconciled), ["matched", "conflict"]);
    assert_eq!(reconciled.linked.effects.of(1), Effect::Matched);
}

#[test]
fn rows_of_two_patients_are_not_matched() {
    let mut world = booked("2017-10-11T09:30");
    world.row(TEXTS, "q").appointment(&[("starts", "2017-11-20T15:00")]);
    let reconciled = decided(&world, &[(Act::AppointmentMatch(Matching::Same), &[(TEXTS, 1), (COMMUNITY, 2)])]);
    assert_eq!(words(&reconciled), words(&world.reconcile()));
    assert_eq!(reconciled.linked.effects.of(1), Effect::None);
}

#[test]
fn a_persons_cause_explains_a_difference() {
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(&[("local_id", "1"), ("received", "2017-03-01")]);
    world.row(COMMUNITY, "q").referral(&[("local_id", "2"), ("received", "2017-03-01")]);
    world.row(LIST, "q").referral(&[("local_id", "2"), ("clock_start", "2017-06-09")]);
    let shown = |reconciled: &Reconciled| -> Vec<(&'static str, String, Option<usize>)> {
        let differences = reconciled.differences.iter();
        differences.map(|one| (one.kind.word(), one.cause.to_string(), one.proof_event)).collect()
    };
    let unknown = |kind| (kind, "unknown".to_owned(), None);
    let (not_declared, clock) = ("found-not-declared", "clock-start-differs");
    assert_eq!(shown(&world.reconcile()), [unknown(not_declared), unknown(clock)]);
    let cause =
        |difference: &str, cause: &str| Act::DifferenceCause { difference: difference.into(), cause: cause.into() };
    let acts: [(Act, &[(usize, u32)]); 3] = [
        (cause(not_declared, "list-cut-off"), &[(COMMUNITY, 1)]),
        (cause(clock, "clock-typed-wrong"), &[(LIST, 1)]),
        // The row is of another kind of difference.
        (cause("priority-differs", "triage"), &[(LIST, 1)]),
    ];
    let reconciled = decided(&world, &acts);
    let expected =
        [(not_declared, "list-cut-off".to_owned(), Some(1)), (clock, "clock-typed-wrong".to_owned(), Some(2))];
    assert_eq!(shown(&reconciled), expected);
    let effects = [1, 2, 3].map(|event| reconciled.linked.effects.of(event));
    assert_eq!(effects, [Effect::Explained, Effect::Explained, Effect::None]);
}

/// A booking at half past nine, a letter an hour later, and more.
fn disputed(more: impl FnOnce(&mut World)) -> World {
    let mut world = World::new();
    let row = world.row(COMMUNITY, "p");
    row.referral(&[("local_id", "1"), ("received", "2017-03-01")]);
    row.appointment(&[("local_id", "A1"), ("starts", "2017-10-11T09:30"), ("site", "X"), ("status", "booked")]);
    world.row(LETTERS, "p").appointment(&[("starts", "2017-10-11T10:30"), ("site", "X")]);
    more(&mut world);
    world
}

/// Where the appointments start, and what they are.
fn started(reconciled: &Reconciled) -> Vec<(String, &'static str)> {
    let start = |one: &Appointment| one.starts.map(|starts| starts.reveal()[11..].to_owned()).unwrap_or_default();
    reconciled.appointments.iter().map(|one| (start(one), one.classification.word())).collect()
}

#[test]
fn a_person_says_which_side_of_a_conflict_is_right() {
    let world = disputed(|_| ());
    assert_eq!(started(&world.reconcile()), [("09:30".into(), "conflict")]);
    let rows: &[(usize, u32)] = &[(LETTERS, 1), (COMMUNITY, 1)];
    for (answer, side, starts) in
        [(Matching::Wrong, Side::Recorded, "09:30"), (Matching::Right, Side::Evidence, "10:30")]
    {
        let reconciled = decided(&world, &[(Act::AppointmentMatch(answer), rows)]);
        assert_eq!(started(&reconciled), [(starts.into(), "matched")]);
        let one = &reconciled.appointments[0];
        let held = one.held.as_ref().expect("a person said so");
        assert_eq!((held.event, held.side, held.is_moved), (1, side, side == Side::Evidence));
        assert_eq!(held.differed, "starts: recorded 2017-10-11T09:30, letter 2017-10-11T10:30");
        assert!(one.differs.is_empty() && one.contradictions.is_empty());
        assert_eq!(reconciled.linked.effects.of(1), Effect::Settled);
        let next = reconciled.referrals[0].next_appointment.map(|next| next.reveal()[11..].to_owned());
        assert_eq!(next.as_deref(), Some(starts));
    }
    let reconciled = decided(&world, &[(Act::AppointmentMatch(Matching::Different), rows)]);
    assert_eq!(started(&reconciled), [("09:30".into(), "recorded-only"), ("10:30".into(), "unrecorded")]);
    assert_eq!(reconciled.linked.effects.of(1), Effect::Unmatched);
    for answer in [Matching::Unsure, Matching::Same] {
        let reconciled = decided(&world, &[(Act::AppointmentMatch(answer), rows)]);
        assert_eq!(started(&reconciled), started(&world.reconcile()), "nobody knows yet which is right");
    }
}

#[test]
fn the_evidence_can_be_right_in_site_and_status_too() {
    let check = |letter: &[(&'static str, &str)], differed: &str, expected: fn(&Appointment) -> bool| {
        let mut world = disputed(|_| ());
        world.row(TEXTS, "p").appointment(letter);
        let rows: &[(usize, u32)] = &[(TEXTS, 1), (COMMUNITY, 1), (LETTERS, 1)];
        let reconciled = decided(&world, &[(Act::AppointmentMatch(Matching::Right), rows)]);
        let one = &reconciled.appointments[0];
        assert_eq!(one.held.as_ref().map(|held| held.differed.as_str()), Some(differed), "{letter:?}");
        assert!(expected(one), "{one:?}");
    };
    check(&[("starts", "2017-10-11T09:30"), ("site", "Y")], "site: recorded X, text Y", |one| {
        one.site == "Y" && one.classification.word() == "conflict"
    });
    check(
        &[("starts", "2017-10-11T09:30"), ("site", "X"), ("status", "cancelled-by-patient")],
        "status: recorded booked, text cancelled-by-patient",
        |one| one.is_cancelled(),
    );
}

#[test]
fn a_ruling_is_of_what_was_shown() {
    let held = |more: &dyn Fn(&mut World), shown: &[(usize, u32)]| {
        let world = disputed(|world| more(world));
        started(&decided(&world, &[(Act::AppointmentMatch(Matching::Right), shown)]))
    };
    let both: &[(usize, u32)] = &[(LETTERS, 1), (COMMUNITY, 1)];
    let text = |starts: &'static str| {
        move |world: &mut World| {
            world.row(TEXTS, "p").appointment(&[("starts", starts), ("site", "X")]);
        }
    };
    // A text that was shown too, whichever side it takes; one that came since and takes this side, or the other.
    let all: &[(usize, u32)] = &[(LETTERS, 1), (COMMUNITY, 1), (TEXTS, 1)];
    assert_eq!(held(&text("2017-10-11T09:30"), all), [("10:30".into(), "matched")]);
    assert_eq!(held(&text("2017-10-11"), all), [("10:30".into(), "matched")]);
    assert_eq!(held(&text("2017-10-11T10:30"), both), [("10:30".into(), "matched")]);
    assert_eq!(held(&text("2017-10-11T09:30"), both), [("10:30".into(), "conflict")]);
    // What is right stays so, though a later text takes the booking's side: that is asked about.
    let later = |world: &mut World| {
        let text = [("starts", "2017-10-11T09:30"), ("site", "X"), ("booked", "2017-09-20")];
        world.row(TEXTS, "p").appointment(&text);
    };
    assert_eq!(held(&later, both), [("10:30".into(), "conflict")]);
    // A third moment is nobody's side.
    assert_eq!(held(&text("2017-10-11T11:30"), all)[0], ("10:30".into(), "conflict"));
    // Another system holds the booking: of that nobody was asked.
    let hospital = |world: &mut World| {
        world.row(HOSPITAL, "p").appointment(&[("starts", "2017-10-11T09:30"), ("site", "X")]);
    };
    assert_eq!(held(&hospital, both), [("09:30".into(), "conflict")]);
}

#[test]
fn of_two_that_are_right_the_last_word_counts() {
    let text = |world: &mut World| {
        let text = [("starts", "2017-10-11T09:30"), ("site", "X"), ("booked", "2017-09-20")];
        world.row(TEXTS, "p").appointment(&text);
    };
    let world = disputed(text);
    let check = |last: Matching, starts: &str, side: Side, effects: [Effect; 2]| {
        let acts: [(Act, &[(usize, u32)]); 2] = [
            (Act::AppointmentMatch(Matching::Right), &[(LETTERS, 1), (COMMUNITY, 1)]),
            (Act::AppointmentMatch(last), &[(TEXTS, 1), (COMMUNITY, 1), (LETTERS, 1)]),
        ];
        let reconciled = decided(&world, &acts);
        assert_eq!(started(&reconciled), [(starts.into(), "matched")]);
        assert_eq!(reconciled.appointments[0].held.as_ref().map(|held| held.side), Some(side));
        assert_eq!([1, 2].map(|event| reconciled.linked.effects.of(event)), effects);
    };
    check(Matching::Right, "09:30", Side::Recorded, [Effect::None, Effect::Settled]);
    check(Matching::Wrong, "10:30", Side::Evidence, [Effect::Settled; 2]);
}

#[test]
fn what_the_receiver_holds_at_another_moment_is_unresolved() {
    let receiver = |world: &mut World| {
        world.row(RECEIVER, "p").appointment(&[("starts", "2017-10-11T09:30"), ("site", "X")]);
    };
    let world = disputed(receiver);
    let shown: &[(usize, u32)] = &[(LETTERS, 1), (COMMUNITY, 1), (RECEIVER, 1)];
    for (answer, open) in [(Matching::Wrong, false), (Matching::Right, true)] {
        let reconciled = decided(&world, &[(Act::AppointmentMatch(answer), shown)]);
        assert_eq!(reconciled.appointments.len(), 1);
        assert_eq!(reconciled.appointments[0].is_unresolved(date(2017, 10, 1)), open, "{answer:?}");
    }
}

#[test]
fn news_of_one_moment_is_parted_where_a_person_parts_it() {
    let world = disputed(|world| {
        world.row(TEXTS, "p").appointment(&[("starts", "2017-10-11T10:30"), ("site", "X")]);
    });
    let acts: [(Act, &[(usize, u32)]); 2] = [
        (Act::AppointmentMatch(Matching::Wrong), &[(LETTERS, 1), (COMMUNITY, 1)]),
        (Act::AppointmentMatch(Matching::Different), &[(TEXTS, 1), (COMMUNITY, 1)]),
    ];
    let reconciled = decided(&world, &acts);
    assert_eq!(started(&reconciled), [("09:30".into(), "matched"), ("10:30".into(), "unrecorded")]);
}
