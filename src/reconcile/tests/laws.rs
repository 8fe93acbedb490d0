//! What holds of any rows.

use crate::reconcile::fixture::{COMMUNITY, HOSPITAL, LETTERS, PAPER, RECEIVER, TEXTS, World};
use crate::reconcile::{Reconciled, conditions, declared, services, words};
use proptest::prelude::*;

/// One row of a patient: source, then choices among few values, so that rows meet.
type Choice = (usize, usize, usize, usize, usize);

const DAYS: [&str; 6] = ["2017-03-01", "2017-03-02", "2017-03-09", "2017-04-20", "2017-06-30", ""];
const CONDITIONS: [&str; 4] = ["Knee pain", "Knee", "Shoulder pain", ""];
const STARTS: [&str; 6] =
    ["2017-10-11T09:30", "2017-10-11T10:00", "2017-10-11", "2017-10-13T09:30", "2017-10-18T09:30", "2017-08-02T11:00"];
const SITES: [&str; 3] = ["North", "South", ""];
const SOURCES: [usize; 6] = [COMMUNITY, HOSPITAL, PAPER, RECEIVER, LETTERS, TEXTS];
const IDS: [&str; 5] = ["1", "2", "3", "4", ""];

fn add(world: &mut World, tag: usize, choice: &Choice) {
    let (source, id, day, condition, start) = *choice;
    let source = SOURCES[source];
    let closed = (source + id).is_multiple_of(3);
    let tag = tag.to_string();
    let patient = if tag.len().is_multiple_of(2) && id == 4 { "q" } else { "p" };
    let row = world.row(source, patient);
    let given = |values: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
        values.iter().filter(|(_, value)| !value.is_empty()).copied().collect()
    };
    if source < LETTERS {
        let mut values = given(&[("local_id", IDS[id]), ("received", DAYS[day]), ("condition", CONDITIONS[condition])]);
        if closed {
            values.extend([("status", "closed"), ("closed", "2017-05-02"), ("close_reason", "Records lost")]);
        }
        row.referral(&values);
    }
    row.appointment(&given(&[("starts", STARTS[start]), ("site", SITES[(id + day) % 3])]));
    // The tag tells rows apart that are otherwise the same, and nothing reads it.
    row.person(&[("language", &tag)]);
}

fn reconciled(choices: &[(usize, Choice)]) -> Reconciled {
    let mut world = World::new();
    for (tag, choice) in choices {
        add(&mut world, *tag, choice);
    }
    world.reconcile()
}

/// Everything concluded, in terms of tags, in an order of its own.
fn conclusions(reconciled: &Reconciled) -> (Vec<String>, Vec<String>) {
    let records = &reconciled.linked.records;
    let tag = |person: u32| records.people.text(&records.texts, crate::config::fields::person::LANGUAGE, person);
    let sorted = |mut tags: Vec<&str>| {
        tags.sort_unstable();
        tags.join(",")
    };
    let referral_tags = |index: u32| {
        let one = &reconciled.referrals[index as usize];
        sorted(one.records.iter().map(|(place, _)| tag(records.referrals.subject(*place))).collect())
    };
    let mut referrals: Vec<String> = (0u32..)
        .zip(&reconciled.referrals)
        .map(|(index, one)| {
            let clock = one.clock_start.map(|start| start.reveal());
            let parent = one.parent.map(referral_tags);
            format!(
                "{} {clock:?} {:?} {:?} {parent:?} {:?}",
                referral_tags(index),
                one.clock_rule,
                one.cohort,
                one.weeks
            )
        })
        .collect();
    let mut appointments: Vec<String> = reconciled
        .appointments
        .iter()
        .map(|one| {
            let tags = sorted(one.records.iter().map(|(place, _)| tag(records.appointments.subject(*place))).collect());
            let referral = one.referral.map(referral_tags);
            let starts = one.starts.map(|starts| starts.reveal());
            format!("{tags} {starts:?} {:?} {:?} {:?} {referral:?}", one.classification, one.recorded_by, one.flags)
        })
        .collect();
    referrals.sort_unstable();
    appointments.sort_unstable();
    (referrals, appointments)
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    prop::collection::vec((0usize..6, 0usize..5, 0usize..6, 0usize..4, 0usize..6), 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_of_rows_decides_nothing(rows in choices(), seed in any::<u64>()) {
        let numbered: Vec<(usize, Choice)> = rows.into_iter().enumerate().collect();
        let mut shuffled = numbered.clone();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let other = usize::try_from(state >> 33).expect("31 bits") % (at + 1);
            shuffled.swap(at, other);
        }
        prop_assert_eq!(conclusions(&reconciled(&numbered)), conclusions(&reconciled(&shuffled)));
    }

    #[test]
    fn no_text_is_too_odd(text in ".{0,40}", words in "[a-zé0-9 ./-]{0,24}") {
        for text in [text, words] {
            let _ = (words::ending(&text), words::following(&text), words::visit(&text), words::rtt_status(&text));
            let _ = (words::name(&text), services::specialty(&text), conditions::condition(&text));
            let as_at = jiff::civil::date(2017, 9, 30);
            let _ = (declared::measure(&text), declared::period(&text, as_at));
            let mut world = World::new();
            world.site(&text, &text, &text);
            world.site("RAA01", "East Marsh Health Centre", "");
            world.row(COMMUNITY, "p").appointment(&[("starts", "2017-10-11"), ("site", &text)]);
            prop_assert_eq!(world.reconcile().appointments.len(), 1);
        }
    }

    #[test]
    fn every_record_is_in_exactly_one_place(rows in choices()) {
        let numbered: Vec<(usize, Choice)> = rows.into_iter().enumerate().collect();
        let reconciled = reconciled(&numbered);
        let records = &reconciled.linked.records;
        let mut referrals: Vec<u32> = reconciled.referrals.iter().flat_map(|one| &one.records).map(|(place, _)| *place).collect();
        let mut appointments: Vec<u32> =
            reconciled.appointments.iter().flat_map(|one| &one.records).map(|(place, _)| *place).collect();
        referrals.sort_unstable();
        appointments.sort_unstable();
        prop_assert_eq!(referrals, records.referrals.places().collect::<Vec<_>>());
        prop_assert_eq!(appointments, records.appointments.places().collect::<Vec<_>>());
        let all = records.people.len() + records.dependent_tables().iter().map(|table| table.len()).sum::<usize>();
        prop_assert_eq!(reconciled.records.len(), all);
        prop_assert_eq!(reconciled.rows.len(), numbered.len());
        for one in &reconciled.referrals {
            prop_assert!(one.parent.is_none_or(|parent| parent < reconciled.referrals.len() as u32));
        }
    }
}
