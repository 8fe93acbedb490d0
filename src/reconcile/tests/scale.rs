//! Patients and slots of a size that nobody has, and that must not stop a run.

use crate::reconcile::Classification;
use crate::reconcile::fixture::{COMMUNITY, LETTERS, TEXTS, World};
use jiff::ToSpan as _;
use jiff::civil::date;

#[test]
fn a_patient_with_five_hundred_appointments_is_matched_one_to_one() {
    let mut world = World::new();
    let mut day = date(2014, 1, 6);
    for visit in 0..500 {
        // Five in a row each week: every one could be news of its neighbours.
        day += if visit % 5 == 0 { 3.days() } else { 1.day() };
        let (id, starts) = (format!("A{visit}"), format!("{day}T{:02}:30", 9 + visit % 5));
        world.row(COMMUNITY, "p").appointment(&[("local_id", &id), ("starts", &starts), ("site", "X")]);
        world.row(LETTERS, "p").appointment(&[("starts", &starts), ("site", "X")]);
    }
    let appointments = world.reconcile().appointments;
    assert_eq!(appointments.len(), 500);
    assert!(appointments.iter().all(|one| one.records.len() == 2 && one.classification == Classification::Matched));
}

#[test]
fn five_hundred_referral_rows_of_one_patient_are_grouped() {
    let mut world = World::new();
    let mut day = date(2014, 1, 6);
    for row in 0..500 {
        day += i64::from(row % 5 == 0).days();
        world.row(COMMUNITY, "p").referral(&[("received", &day.to_string()), ("condition", "Knee pain")]);
    }
    assert_eq!(world.reconcile().referrals.len(), 100);
}

#[test]
fn a_slot_with_two_hundred_candidates_is_decided_by_what_tells_them_apart() {
    let labels: Vec<&'static str> = (0..200).map(|label| &*format!("p{label}").leak()).collect();
    // Everybody's slot is at a minute of its own, so each text has one answer; a text to the whole class has none.
    let mut world = World::new();
    let starts = |at: usize| format!("2017-10-11T{:02}:{:02}", 9 + at / 60, at % 60);
    for (at, label) in labels.iter().enumerate() {
        world.row(COMMUNITY, label).appointment(&[("local_id", label), ("starts", &starts(at)), ("site", "X")]);
    }
    for at in 0..labels.len() {
        world.stray(TEXTS, &labels).appointment(&[("starts", &starts(at)), ("site", "X")]);
    }
    world.stray(TEXTS, &labels).appointment(&[("starts", "2017-10-11"), ("site", "X")]);
    let appointments = world.reconcile().appointments;
    assert_eq!(appointments.iter().filter(|one| one.classification == Classification::Matched).count(), 200);
    let nobodys: Vec<_> = appointments.iter().filter(|one| one.patient.is_none()).collect();
    assert_eq!((appointments.len(), nobodys.len()), (201, 1), "someone will turn up");
}

#[test]
fn news_that_may_be_of_a_thousand_people_keeps_nothing_from_the_rest() {
    let labels: Vec<&'static str> = (0..1_200).map(|label| &*format!("p{label}").leak()).collect();
    let starts = |at: usize| format!("2017-10-11T{:02}:{:02}", at / 60, at % 60);
    let mut world = World::new();
    for (at, label) in labels.iter().enumerate() {
        world.row(COMMUNITY, label).appointment(&[("local_id", label), ("starts", &starts(at)), ("site", "X")]);
    }
    world.stray(TEXTS, &labels).appointment(&[("starts", &starts(7)), ("site", "X")]);
    world.stray(TEXTS, &labels).appointment(&[("starts", "2017-10-11"), ("site", "X")]);
    let linked = world.reconcile().linked;
    assert_eq!([1_200, 1_201].map(|person| linked.patient_of(person)), [Some(7), None]);
}

#[test]
fn two_hundred_who_come_at_one_minute_are_told_apart_by_nothing() {
    let labels: Vec<&'static str> = (0..200).map(|label| &*format!("p{label}").leak()).collect();
    let mut world = World::new();
    for label in &labels {
        world.row(COMMUNITY, label).appointment(&[("local_id", label), ("starts", "2017-10-11T09:30"), ("site", "X")]);
    }
    // Every text has candidates of its own, so that each is news by itself; the first can be of one person alone.
    for at in 0..labels.len() {
        world.stray(TEXTS, &labels[..=at]).appointment(&[("starts", "2017-10-11T09:30"), ("site", "X")]);
    }
    let reconciled = world.reconcile();
    let placed: Vec<u32> = (200..400).filter_map(|person| reconciled.linked.patient_of(person)).collect();
    assert_eq!(placed, (0..200).collect::<Vec<u32>>(), "what is left for each is one");
}
