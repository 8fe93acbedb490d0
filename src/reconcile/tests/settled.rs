//! What named persons say became of future bookings.

use super::decided::decided;
use crate::decisions::{Act, Effect, Settlement};
use crate::reconcile::fixture::{COMMUNITY, LETTERS, RECEIVER, TEXTS, World, moment};
use crate::reconcile::{Appointment, Flag, Reconciled};
use jiff::civil::date;

const STARTS: &str = "2017-10-11T09:30";

fn settled(starts: &str, how: Settlement) -> Act {
    Act::BookingSettled { starts: moment(starts), how }
}

/// A referral whose only booking is on the day, with a letter that says so.
fn booked() -> World {
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(&[("received", "2017-08-01"), ("local_id", "R1")]).appointment(&[
        ("local_id", "A1"),
        ("starts", STARTS),
        ("site", "X"),
        ("status", "booked"),
    ]);
    world.row(LETTERS, "p").appointment(&[("starts", STARTS), ("site", "X")]);
    world
}

fn is_open(one: &Appointment) -> bool {
    one.is_unresolved(date(2017, 10, 1))
}

#[track_caller]
fn check(reconciled: &Reconciled, open: usize, effect: Effect) {
    assert_eq!(reconciled.appointments.iter().filter(|one| is_open(one)).count(), open);
    assert_eq!(reconciled.linked.effects.of(1), effect);
}

#[test]
fn a_named_person_settles_a_booking() {
    let world = booked();
    check(&world.reconcile(), 1, Effect::None);
    for (how, next, called_off) in [
        (Settlement::Honoured, Some(STARTS), false),
        (Settlement::Rebooked(moment("2017-10-20T10:00")), Some("2017-10-20T10:00"), true),
        (Settlement::Cancelled, None, true),
    ] {
        let reconciled = decided(&world, &[(settled(STARTS, how), &[(COMMUNITY, 1), (LETTERS, 1)])]);
        check(&reconciled, 0, Effect::Settled);
        let one = &reconciled.appointments[0];
        assert_eq!((one.is_called_off(), one.starts), (called_off, Some(moment(STARTS))), "{how:?}");
        assert_eq!(one.classification.word(), "matched", "what the rows say stays as it is");
        assert_eq!(reconciled.referrals[0].next_appointment, next.map(moment), "{how:?}");
    }
}

#[test]
fn the_last_word_on_a_booking_counts() {
    let rows: &[(usize, u32)] = &[(COMMUNITY, 1), (LETTERS, 1)];
    let acts = [(settled(STARTS, Settlement::Cancelled), rows), (settled(STARTS, Settlement::Honoured), &rows[..1])];
    let reconciled = decided(&booked(), &acts);
    let one = &reconciled.appointments[0];
    assert_eq!(one.settled.map(|settled| (settled.event, settled.how)), Some((2, Settlement::Honoured)));
    assert_eq!([1, 2].map(|event| reconciled.linked.effects.of(event)), [Effect::None, Effect::Settled]);
}

#[test]
fn a_decision_outlasts_further_evidence_and_nothing_else() {
    let shown: &[(usize, u32)] = &[(COMMUNITY, 1), (LETTERS, 1)];
    let acts = [(settled(STARTS, Settlement::Cancelled), shown)];
    let after = |change: &dyn Fn(&mut World)| {
        let mut world = booked();
        change(&mut world);
        decided(&world, &acts)
    };
    let text = |starts: &'static str| {
        move |world: &mut World| {
            world.row(TEXTS, "p").appointment(&[("starts", starts), ("site", "X")]);
        }
    };
    check(&after(&text(STARTS)), 0, Effect::Settled);
    // Another time, said since: nobody has decided about that.
    let reconciled = after(&|world| {
        world.row(TEXTS, "p").appointment(&[
            ("starts", "2017-10-11T10:30"),
            ("site", "X"),
            ("booked", "2017-09-20"),
            ("kind", "rescheduled"),
        ]);
    });
    assert_eq!(reconciled.appointments[0].classification.word(), "conflict");
    check(&reconciled, 1, Effect::None);
    // Another system that holds it, one that is not the receiver's.
    check(
        &after(&|world| {
            world.row(crate::reconcile::fixture::HOSPITAL, "p").appointment(&[("starts", STARTS), ("site", "X")]);
        }),
        1,
        Effect::None,
    );
    // The receiver holds it: nobody needs to decide.
    let held = after(&|world| {
        world.row(RECEIVER, "p").appointment(&[("starts", STARTS), ("site", "X")]);
    });
    check(&held, 0, Effect::None);
    // It was shown at another moment.
    let acts = [(settled("2017-10-04T09:30", Settlement::Cancelled), shown)];
    check(&decided(&booked(), &acts), 1, Effect::None);
}

#[test]
fn a_letter_that_supersedes_the_one_that_was_decided_is_asked_about() {
    let mut world = World::new();
    world.row(LETTERS, "p").appointment(&[("starts", STARTS), ("booked", "2017-09-01")]);
    let acts: [(Act, &[(usize, u32)]); 1] = [(settled(STARTS, Settlement::Cancelled), &[(LETTERS, 1)])];
    check(&decided(&world, &acts), 0, Effect::Settled);
    world.row(LETTERS, "p").appointment(&[
        ("starts", "2017-11-01T09:30"),
        ("booked", "2017-09-20"),
        ("kind", "rearranged"),
    ]);
    let reconciled = decided(&world, &acts);
    assert_eq!(reconciled.appointments.len(), 1);
    check(&reconciled, 1, Effect::None);
}

#[test]
fn what_is_called_off_clashes_with_nothing_and_takes_no_place() {
    let mut world = World::new();
    world.site("C-1", "Closing Clinic", "");
    for patient in ["p", "q"] {
        world.row(COMMUNITY, patient).appointment(&[
            ("local_id", patient),
            ("starts", STARTS),
            ("site", "C-1"),
            ("clinician", "Dr A Hale"),
            ("status", "booked"),
        ]);
    }
    let flags =
        |reconciled: &Reconciled| reconciled.appointments.iter().map(|one| one.flags.clone()).collect::<Vec<_>>();
    let acts: [(Act, &[(usize, u32)]); 1] = [(settled(STARTS, Settlement::Cancelled), &[(COMMUNITY, 1)])];
    let (before, after) = (flags(&world.reconcile()), flags(&decided(&world, &acts)));
    for flag in [Flag::SlotClash, Flag::ClosedSite] {
        assert!(before.iter().all(|flags| flags.contains(&flag)), "{flag:?}");
        assert!(!after[0].contains(&flag));
    }
    assert!(!after[1].contains(&Flag::SlotClash) && after[1].contains(&Flag::ClosedSite));
}
