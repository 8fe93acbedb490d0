//! What people decided of appointments and of differences.

use crate::decisions::{Act, Answer, Effect, RowName, ShownRow, example};
use crate::linkage::{JoinedBy, Place};
use crate::reconcile::fixture::{COMMUNITY, LETTERS, LIST, TEXTS, World};
use crate::reconcile::{Reconciled, reconcile};

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
    let same = |booking| [(Act::AppointmentMatch(Answer::Same), [(LETTERS, 1), (COMMUNITY, booking)])];
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
    let (different, same) = (act(Answer::Different), act(Answer::Same));
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
    let reconciled = decided(&world, &[(Act::AppointmentMatch(Answer::Same), &[(LETTERS, 1), (COMMUNITY, 1)])]);
    assert_eq!(words(&reconciled), ["conflict", "recorded-only", "unrecorded"]);
}

#[test]
fn evidence_without_a_patient_comes_to_that_of_its_booking() {
    let mut world = booked("2017-10-11T09:30");
    world.stray(TEXTS, &[]).appointment(&[("starts", "2017-11-20T15:00")]);
    let text = 3;
    assert!(matches!(world.reconcile().linked.places[text], Place::Unplaced { .. }));
    let acts: [(Act, &[(usize, u32)]); 1] = [(Act::AppointmentMatch(Answer::Same), &[(TEXTS, 1), (COMMUNITY, 2)])];
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
    let reconciled = decided(&world, &[(Act::AppointmentMatch(Answer::Same), &[(TEXTS, 1), (COMMUNITY, 2)])]);
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
