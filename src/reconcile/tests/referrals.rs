//! What becomes of referral records: one of many, again, onward, clocks and cohorts.

use crate::ledger::Reason;
use crate::reconcile::fixture::{BOOKING, COMMUNITY, HOSPITAL, LETTERS, PAPER, RECEIVER, World};
use crate::reconcile::{ClockRule, Cohort, Reconciled, Relation};
use crate::values::{PartialDate, Priority};

/// (relations, clock start, rule) of each referral, in order.
fn shown(reconciled: &Reconciled) -> Vec<(Vec<&'static str>, String, &'static str)> {
    let words = |records: &[(u32, Relation)]| records.iter().map(|(_, relation)| relation.word()).collect();
    let clock = |start: Option<PartialDate>| start.map(PartialDate::reveal).unwrap_or_default();
    reconciled
        .referrals
        .iter()
        .map(|one| (words(&one.records), clock(one.clock_start), one.clock_rule.word()))
        .collect()
}

fn check(rows: &[(usize, &[(&'static str, &str)])], expected: &[(&[&str], &str, ClockRule)]) -> Reconciled {
    let mut world = World::new();
    for (source, values) in rows {
        world.row(*source, "p").referral(values);
    }
    let reconciled = world.reconcile();
    let expected: Vec<(Vec<&str>, String, &str)> =
        expected.iter().map(|(words, clock, rule)| (words.to_vec(), (*clock).to_owned(), rule.word())).collect();
    assert_eq!(shown(&reconciled), expected);
    reconciled
}

#[test]
fn a_report_that_repeats_a_referral_is_one() {
    let row: (usize, &[_]) =
        (COMMUNITY, &[("local_id", "1"), ("received", "2017-03-01"), ("specialty", "Physiotherapy")]);
    check(&[row, row, row], &[(&["original", "duplicate", "duplicate"], "2017-03-01", ClockRule::Received)]);
}

#[test]
fn one_ubrn_is_one_referral_however_it_is_written() {
    check(
        &[
            (COMMUNITY, &[("local_id", "1"), ("received", "2017-03-20"), ("ubrn", "100000000001")]),
            (BOOKING, &[("received", "2017-03-01"), ("ubrn", "1000 0000 0001")]),
        ],
        &[(&["duplicate", "original"], "2017-03-01", ClockRule::EarliestOfDuplicates)],
    );
}

#[test]
fn two_systems_hold_one_referral_when_dates_service_and_condition_allow() {
    let community: (usize, &[_]) = (
        COMMUNITY,
        &[
            ("local_id", "1"),
            ("received", "2017-03-03"),
            ("specialty", "MSK Physiotherapy"),
            ("condition", "Knee pain"),
        ],
    );
    let one = &[(&["original", "duplicate"][..], "2017-03-03", ClockRule::EarliestOfDuplicates)];
    check(&[community, (PAPER, &[("received", "2017-03-06"), ("condition", "Knee")])], one);
    let late = (PAPER, &[("received", "2017-03-30"), ("condition", "Knee")][..]);
    check(
        &[community, late],
        &[
            (&["original"], "2017-03-03", ClockRule::Received),
            (&["re-referral"], "2017-03-03", ClockRule::OriginalKept),
        ],
    );
    let shoulder = (PAPER, &[("received", "2017-03-03"), ("condition", "Shoulder")][..]);
    check(
        &[community, shoulder],
        &[(&["original"], "2017-03-03", ClockRule::Received), (&["original"], "2017-03-03", ClockRule::Received)],
    );
    let other_ubrn = |ubrn| (BOOKING, [("received", "2017-03-03"), ("specialty", "Physiotherapy"), ("ubrn", ubrn)]);
    let (source, values) = other_ubrn("100000000001");
    let (_, others) = other_ubrn("100000000002");
    let reconciled = check(
        &[(source, &values), (source, &others)],
        &[(&["original"], "2017-03-03", ClockRule::Received), (&["original"], "2017-03-03", ClockRule::Received)],
    );
    assert_eq!(reconciled.referrals.len(), 2);
}

#[test]
fn two_conditions_in_one_month_stay_two() {
    let row = |id, day, condition| {
        [("local_id", id), ("received", day), ("specialty", "Physiotherapy"), ("condition", condition)]
    };
    let (one, two) = (row("1", "2017-03-01", "Knee pain"), row("2", "2017-03-02", "Shoulder pain"));
    let plain = |day: &'static str| (&["original"][..], day, ClockRule::Received);
    check(&[(COMMUNITY, &one), (COMMUNITY, &two)], &[plain("2017-03-01"), plain("2017-03-02")]);
    // A third record in another system goes to the one it fits, and does not pull the two together.
    let third = (BOOKING, &[("received", "2017-03-02"), ("specialty", "Physiotherapy"), ("condition", "Shoulder")][..]);
    let reconciled = check(
        &[(COMMUNITY, &one), (COMMUNITY, &two), third],
        &[plain("2017-03-01"), (&["original", "duplicate"], "2017-03-02", ClockRule::Received)],
    );
    assert!(reconciled.referrals.iter().all(|referral| referral.parent.is_none()));
}

#[test]
fn a_referral_entered_twice_in_one_system_is_one() {
    let row = |id, received, condition| {
        [
            ("local_id", id),
            ("received", received),
            ("referred", "2017-02-27"),
            ("condition", condition),
            ("referrer", "Dr A Hale"),
        ]
    };
    let (one, two) = (row("1", "2017-03-01", "Knee pain"), row("2", "2017-03-03", "Knee pain"));
    check(
        &[(COMMUNITY, &one), (COMMUNITY, &two)],
        &[(&["original", "duplicate"], "2017-03-01", ClockRule::EarliestOfDuplicates)],
    );
}

#[test]
fn a_row_that_says_neither_which_nor_when_goes_where_it_fits() {
    let one = [("local_id", "1"), ("received", "2017-03-01"), ("condition", "Knee pain")];
    let two = [("local_id", "2"), ("received", "2017-05-01"), ("condition", "Shoulder pain")];
    check(
        &[(COMMUNITY, &one), (COMMUNITY, &two), (PAPER, &[("condition", "Knee"), ("priority", "urgent")])],
        &[
            (&["original", "duplicate"], "2017-03-01", ClockRule::Received),
            (&["original"], "2017-05-01", ClockRule::Received),
        ],
    );
}

#[test]
fn the_highest_priority_counts() {
    let reconciled = check(
        &[
            (COMMUNITY, &[("local_id", "1"), ("received", "2017-03-01"), ("priority", "routine")]),
            (COMMUNITY, &[("local_id", "1"), ("received", "2017-03-01"), ("priority", "two-week-wait")]),
        ],
        &[(&["original", "duplicate"], "2017-03-01", ClockRule::Received)],
    );
    assert_eq!(reconciled.referrals[0].priority, Some(Priority::TwoWeekWait));
}

fn again(reason: &str, rtt: &str, extra: &[(&'static str, &str)], expected: (&str, ClockRule)) {
    let mut first = vec![
        ("local_id", "1"),
        ("received", "2017-01-10"),
        ("condition", "Knee pain"),
        ("specialty", "Physiotherapy"),
        ("status", "closed"),
        ("closed", "2017-04-03"),
        ("close_reason", reason),
        ("rtt_status", rtt),
    ];
    first.extend(extra);
    let second =
        [("local_id", "2"), ("received", "2017-05-08"), ("condition", "Knee pain"), ("specialty", "Physiotherapy")];
    let reconciled = check(
        &[(COMMUNITY, &first), (COMMUNITY, &second)],
        &[(&["original"], "2017-01-10", ClockRule::Received), (&["re-referral"], expected.0, expected.1)],
    );
    assert_eq!(reconciled.referrals[1].parent, Some(0), "{reason}");
}

#[test]
fn closure_for_lost_records_or_inactivity_stops_no_clock() {
    let kept = ("2017-01-10", ClockRule::OriginalKept);
    again("Records not received", "10", &[], kept);
    again("No activity for 6 months", "34", &[], kept);
    again("Administrative closure - inactive", "", &[], kept);
    again("", "10", &[], kept);
    again("Did not attend", "10", &[("priority", "two-week-wait")], kept);
    again("Did not attend", "10", &[("last_seen", "2017-02-01")], kept);
}

#[test]
fn a_valid_stop_starts_a_new_clock() {
    let anew = ("2017-05-08", ClockRule::NewAfterStop);
    again("Treatment complete", "30", &[], anew);
    again("Decision not to treat", "10", &[], anew);
    again("Something else", "35", &[], anew);
    again("", "90", &[], anew);
    again("Did not attend", "10", &[], anew);
    again("Discharged", "20", &[("last_seen", "2017-03-20")], anew);
}

#[test]
fn a_referral_long_after_the_end_is_a_new_one() {
    check(
        &[
            (
                COMMUNITY,
                &[
                    ("local_id", "1"),
                    ("received", "2015-01-10"),
                    ("condition", "Knee"),
                    ("status", "closed"),
                    ("closed", "2015-04-03"),
                ],
            ),
            (COMMUNITY, &[("local_id", "2"), ("received", "2017-05-08"), ("condition", "Knee")]),
        ],
        &[(&["original"], "2015-01-10", ClockRule::Received), (&["original"], "2017-05-08", ClockRule::Received)],
    );
}

#[test]
fn an_onward_referral_keeps_its_row_and_the_parents_clock() {
    let hub = [
        ("local_id", "1"),
        ("received", "2017-02-01"),
        ("specialty", "MSK Physiotherapy"),
        ("condition", "Knee pain"),
        ("pathway_id", "PW1"),
        ("referred_on", "2017-04-03"),
        ("referred_on_to", "Orthopaedics"),
        ("status", "closed"),
        ("closed", "2017-04-03"),
        ("close_reason", "Referred to secondary care"),
    ];
    let expected = &[
        (&["original"][..], "2017-02-01", ClockRule::Received),
        (&["onward"][..], "2017-02-01", ClockRule::ParentRuns),
    ];
    let by_pathway = [("local_id", "9"), ("received", "2017-06-30"), ("specialty", "110"), ("pathway_id", "PW1")];
    let reconciled = check(&[(COMMUNITY, &hub), (HOSPITAL, &by_pathway)], expected);
    assert_eq!(reconciled.referrals[0].cohort, Cohort::ReferredOn);
    let by_destination = [("local_id", "9"), ("received", "2017-04-10"), ("specialty", "110"), ("condition", "Knee")];
    check(&[(COMMUNITY, &hub), (HOSPITAL, &by_destination)], expected);
    let by_name = [("local_id", "9"), ("received", "2017-08-10"), ("specialty", "110"), ("parent_local_id", "1")];
    check(&[(COMMUNITY, &hub), (HOSPITAL, &by_name)], expected);
    let other_knee = [("local_id", "9"), ("received", "2017-04-10"), ("specialty", "110"), ("condition", "Shoulder")];
    let apart = &[expected[0], (&["original"][..], "2017-04-10", ClockRule::Received)];
    check(&[(COMMUNITY, &hub), (HOSPITAL, &other_knee)], apart);
}

#[test]
fn recorded_clocks_are_believed_only_when_they_can_be() {
    let row = |start| [("local_id", "1"), ("received", "2017-03-01"), ("clock_start", start)];
    let earlier = row("2017-02-01");
    check(&[(COMMUNITY, &earlier)], &[(&["original"], "2017-02-01", ClockRule::Recorded)]);
    let later = row("2017-03-09");
    let reconciled = check(&[(COMMUNITY, &later)], &[(&["original"], "2017-03-01", ClockRule::Received)]);
    assert!(has(&reconciled, Reason::SequenceImplausible, "referral.clock_start"));
    let transfer = [("local_id", "1"), ("received", "2017-10-02"), ("clock_start", "2017-10-01")];
    let reconciled = check(&[(COMMUNITY, &transfer)], &[(&["original"], "2017-10-02", ClockRule::Received)]);
    assert!(has(&reconciled, Reason::SequenceImplausible, "referral.clock_start"));
    let original = [("local_id", "1"), ("received", "2017-03-01"), ("original_received", "2016-11-01")];
    check(&[(COMMUNITY, &original)], &[(&["original"], "2016-11-01", ClockRule::OriginalKept)]);
    let referred = [("local_id", "1"), ("referred", "2017-03-01")];
    check(&[(COMMUNITY, &referred)], &[(&["original"], "2017-03-01", ClockRule::Referred)]);
    let reconciled = check(&[(COMMUNITY, &[("local_id", "1")])], &[(&["original"], "", ClockRule::Unknown)]);
    assert!(has(&reconciled, Reason::ClockUnknown, "referral.received"));
}

#[test]
fn clocks_reset_in_bulk_are_not_believed() {
    const LABELS: [&str; 30] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v",
        "w", "x", "y", "z", "aa", "bb", "cc", "dd",
    ];
    let mut world = World::new();
    for label in LABELS {
        world.row(COMMUNITY, label).referral(&[
            ("local_id", label),
            ("received", "2017-09-04"),
            ("clock_start", "2017-09-01"),
        ]);
    }
    let reconciled = world.reconcile();
    assert!(reconciled.referrals.iter().all(|referral| referral.clock_rule == ClockRule::Received));
}

fn has(reconciled: &Reconciled, reason: Reason, field: &str) -> bool {
    let exceptions = &reconciled.linked.records.exceptions;
    assert!(exceptions.is_sorted());
    exceptions.iter().any(|exception| exception.reason == reason && exception.field == field)
}

#[test]
fn one_id_on_two_patients_is_two_referrals_and_an_exception() {
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(&[("local_id", "1"), ("received", "2017-03-01")]);
    world.row(COMMUNITY, "q").referral(&[("local_id", "1"), ("received", "2017-03-01")]);
    let reconciled = world.reconcile();
    assert_eq!(reconciled.referrals.len(), 2);
    let shared = |exception: &&crate::ledger::Exception| exception.reason == Reason::ReferralIdShared;
    assert_eq!(reconciled.linked.records.exceptions.iter().filter(shared).count(), 2);
    let mut world = World::new();
    world.row(BOOKING, "p").referral(&[("ubrn", "1000 0000 0001"), ("received", "2017-03-01")]);
    world.row(COMMUNITY, "q").referral(&[("ubrn", "100000000001"), ("received", "2017-03-01")]);
    assert!(has(&world.reconcile(), Reason::ReferralIdShared, "referral.ubrn"));
}

#[test]
fn a_letter_can_be_the_only_record_of_a_referral() {
    check(&[(LETTERS, &[("specialty", "Physiotherapy")])], &[(&["original"], "", ClockRule::Unknown)]);
}

#[test]
fn an_open_record_outranks_a_closure_that_ended_nothing() {
    let cohort = |first: &[(&'static str, &str)], second: &[(&'static str, &str)]| {
        let mut world = World::new();
        world.row(COMMUNITY, "p").referral(first);
        world.row(BOOKING, "p").referral(second);
        let reconciled = world.reconcile();
        assert_eq!(reconciled.referrals.len(), 1);
        reconciled.referrals[0].cohort
    };
    let open = [("ubrn", "100000000001"), ("received", "2017-03-01"), ("status", "open")];
    let closed = |reason| {
        [
            ("ubrn", "100000000001"),
            ("received", "2017-03-01"),
            ("status", "closed"),
            ("closed", "2017-05-01"),
            ("close_reason", reason),
        ]
    };
    assert_eq!(cohort(&closed("Treatment complete"), &open), Cohort::Closed);
    assert_eq!(cohort(&closed("Duplicate entry"), &open), Cohort::AwaitingTriage);
    assert_eq!(cohort(&closed(""), &open), Cohort::AwaitingTriage);
    let active = [open[0], open[1], open[2], ("last_seen", "2017-06-01")];
    assert_eq!(cohort(&closed("Treatment complete"), &active), Cohort::FollowUpOverdue);
}

#[test]
fn every_referral_is_in_one_cohort() {
    let cohort =
        |referral: &[(&'static str, &str)], visits: &[&[(&'static str, &str)]], tests: &[&[(&'static str, &str)]]| {
            let mut world = World::new();
            let mut values = vec![("local_id", "1"), ("received", "2017-03-01"), ("condition", "Knee")];
            values.extend(referral);
            world.row(COMMUNITY, "p").referral(&values);
            for visit in visits {
                world.row(COMMUNITY, "p").appointment(visit);
            }
            for test in tests {
                world.row(HOSPITAL, "p").diagnostic(test);
            }
            world.reconcile().referrals[0].cohort
        };
    let attended = |outcome| [("starts", "2017-08-01T09:00"), ("status", "attended"), ("outcome", outcome)];
    let ahead: &[_] = &[("starts", "2017-11-01T09:00"), ("status", "booked")];
    assert_eq!(cohort(&[], &[], &[]), Cohort::AwaitingTriage);
    assert_eq!(cohort(&[("triaged", "2017-03-05")], &[], &[]), Cohort::FirstAppointment);
    assert_eq!(cohort(&[], &[ahead], &[]), Cohort::FirstAppointment);
    assert_eq!(cohort(&[], &[], &[&[("test", "MRI knee"), ("requested", "2017-04-01")]]), Cohort::Diagnostics);
    assert_eq!(
        cohort(&[], &[], &[&[("test", "MRI lumbar spine"), ("requested", "2017-04-01")]]),
        Cohort::AwaitingTriage
    );
    assert_eq!(cohort(&[], &[], &[&[("requested", "2017-04-01"), ("resulted", "2017-05-01")]]), Cohort::AwaitingTriage);
    assert_eq!(cohort(&[], &[&attended(""), ahead], &[]), Cohort::InTreatment);
    assert_eq!(cohort(&[], &[&attended("3")], &[]), Cohort::FollowUpDue);
    assert_eq!(cohort(&[], &[&attended("2")], &[]), Cohort::FollowUpOverdue);
    assert_eq!(cohort(&[], &[&attended("review in 4 weeks")], &[]), Cohort::FollowUpOverdue);
    assert_eq!(cohort(&[], &[&attended("discharged")], &[]), Cohort::InTreatment);
    assert_eq!(cohort(&[("review_due", "2017-12-01")], &[&attended("")], &[]), Cohort::PlannedReview);
    assert_eq!(cohort(&[("review_due", "2017-09-01")], &[&attended("")], &[]), Cohort::FollowUpOverdue);
    assert_eq!(cohort(&[("status", "closed"), ("closed", "2017-09-01")], &[ahead], &[]), Cohort::Closed);
    assert_eq!(cohort(&[("status", "closed"), ("closed", "2017-10-20")], &[], &[]), Cohort::AwaitingTriage);
    assert_eq!(cohort(&[("referred_on", "2017-05-01")], &[], &[]), Cohort::ReferredOn);
}

#[test]
fn whole_weeks_are_counted_to_the_census() {
    let mut world = World::new();
    world.row(RECEIVER, "p").referral(&[("local_id", "1"), ("received", "2017-09-17")]);
    world.row(RECEIVER, "q").referral(&[("local_id", "2"), ("received", "2017-09-16")]);
    let weeks: Vec<Option<u32>> = world.reconcile().referrals.iter().map(|referral| referral.weeks).collect();
    assert_eq!(weeks, [Some(1), Some(2)]);
}

#[test]
fn a_system_that_tells_two_complaints_apart_is_believed() {
    let community = |id, received, condition, ubrn| {
        [("local_id", id), ("received", received), ("condition", condition), ("specialty", "MSK"), ("ubrn", ubrn)]
    };
    let booking = |received, ubrn| {
        [("received", received), ("condition", "Physiotherapy - Back"), ("specialty", "Physiotherapy"), ("ubrn", ubrn)]
    };
    let (one, two) = ("100000000001", "100000000002");
    let rows = |second: &'static str, expected: ClockRule, relation: &'static str, clock: &'static str| {
        check(
            &[
                (COMMUNITY, &community("1", "2017-02-01", "Low back pain", one)),
                (COMMUNITY, &community("2", "2017-05-01", second, two)),
                (BOOKING, &booking("2017-02-01", one)),
                (BOOKING, &booking("2017-05-01", two)),
            ],
            &[
                (&["original", "duplicate"], "2017-02-01", ClockRule::Received),
                (&[relation, "duplicate"], clock, expected),
            ],
        );
    };
    rows("Sciatica", ClockRule::Received, "original", "2017-05-01");
    rows("Low back pain", ClockRule::OriginalKept, "re-referral", "2017-02-01");
}

#[test]
fn what_nobody_tidied_gives_way_to_the_referral_that_took_over() {
    let closed: &[_] = &[
        ("ubrn", "100000000001"),
        ("local_id", "1"),
        ("received", "2017-01-10"),
        ("condition", "Knee"),
        ("specialty", "MSK"),
        ("status", "closed"),
        ("closed", "2017-04-03"),
        ("close_reason", "No activity for 6 months"),
    ];
    let open: &[_] = &[("ubrn", "100000000001"), ("received", "2017-01-10"), ("status", "open")];
    let again: &[_] = &[("local_id", "2"), ("received", "2017-05-08"), ("condition", "Knee"), ("specialty", "MSK")];
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(closed);
    world.row(BOOKING, "p").referral(open);
    assert_eq!(world.reconcile().waiting_list.len(), 1, "open in one system, and nobody took over");
    world.row(COMMUNITY, "p").referral(again);
    let reconciled = world.reconcile();
    let cohorts: Vec<Cohort> = reconciled.referrals.iter().map(|referral| referral.cohort).collect();
    assert_eq!(cohorts, [Cohort::Closed, Cohort::AwaitingTriage]);
    assert!(reconciled.referrals[0].closed_without_end);
    assert_eq!(reconciled.waiting_list.len(), 1);
}

/// Rows of one id of one system; whether a person is told, and whether the patient waits.
fn open_and_closed(rows: &[&[(&'static str, &str)]], told: bool, waits: bool) {
    let mut world = World::new();
    for values in rows {
        let values: Vec<_> = values.iter().chain(&[("local_id", "1"), ("specialty", "MSK")]).copied().collect();
        world.row(COMMUNITY, "p").referral(&values);
    }
    let reconciled = world.reconcile();
    assert_eq!(reconciled.referrals.len(), 1);
    let exceptions = &reconciled.linked.records.exceptions;
    let of_status: Vec<u32> = exceptions
        .iter()
        .filter(|one| one.reason == Reason::StatusContradictory && one.field == "referral.status")
        .map(|one| one.at.row())
        .collect();
    assert_eq!(of_status, if told { vec![1, 2] } else { Vec::new() }, "{rows:?}");
    assert_eq!(reconciled.waiting_list.len(), usize::from(waits), "{rows:?}");
}

#[test]
fn open_and_closed_without_dates_that_order_them_stays_open() {
    let open = [("received", "2017-03-01"), ("status", "open")];
    let closed = |extra: &[(&'static str, &'static str)]| {
        [&[("received", "2017-03-01"), ("status", "closed"), ("close_reason", "Treatment complete")], extra].concat()
    };
    open_and_closed(&[&open, &closed(&[])], true, true);
    open_and_closed(&[&closed(&[]), &open], true, true);
    open_and_closed(&[&open, &closed(&[("rtt_status", "30")])], true, true);
    // An open row that knows no day may be of any day, before the closure or after it.
    open_and_closed(&[&[("status", "open")], &closed(&[("closed", "2017-06-01")])], true, true);
    // Here the dates say it: closed after all that the open row knows, or seen again after the closure.
    open_and_closed(&[&open, &closed(&[("closed", "2017-06-01")])], false, false);
    let seen = [("received", "2017-03-01"), ("status", "open"), ("last_seen", "2017-07-01")];
    open_and_closed(&[&seen, &closed(&[("closed", "2017-06-01")])], false, true);
    open_and_closed(&[&closed(&[]), &closed(&[])], false, false);
}

/// Two rows of one system under two ids: how many referrals, and whether a person is told of both.
fn under_two_ids(left: &[(&'static str, &str)], right: &[(&'static str, &str)], referrals: usize, told: bool) {
    let mut world = World::new();
    for (id, values) in [("1", left), ("2", right)] {
        let values: Vec<_> = values.iter().chain(&[("local_id", id), ("received", "2017-03-01")]).copied().collect();
        world.row(COMMUNITY, "p").referral(&values);
    }
    let reconciled = world.reconcile();
    let exceptions = &reconciled.linked.records.exceptions;
    let repeated: Vec<u32> =
        exceptions.iter().filter(|one| one.reason == Reason::ReferralRepeated).map(|one| one.at.row()).collect();
    assert_eq!(reconciled.referrals.len(), referrals, "{left:?} {right:?}");
    assert_eq!(repeated, if told { vec![1, 2] } else { Vec::new() }, "{left:?} {right:?}");
}

#[test]
fn one_day_one_complaint_two_ids_is_never_silently_two_waits() {
    let knee = [("condition", "Knee pain"), ("specialty", "MSK"), ("referrer", "Dr A Hale")];
    // A second entry is one referral, and its row says "duplicate".
    under_two_ids(&knee, &knee, 1, false);
    // Something tells them apart, and it may be a slip: both stay, and a person is told.
    under_two_ids(&knee, &[knee[0], knee[1], ("referrer", "Dr E Tranter")], 2, true);
    let booked = |ubrn| [knee[0], knee[1], ("ubrn", ubrn)];
    under_two_ids(&booked("100000000001"), &booked("100000000002"), 2, true);
    under_two_ids(&knee, &[("condition", "Knee"), knee[1]], 2, true);
    under_two_ids(&knee[1..], &knee[1..], 2, true);
    // Two complaints are two referrals; one that is closed waits for nothing.
    under_two_ids(&knee, &[("condition", "Shoulder pain"), knee[1]], 2, false);
    let closed = [("condition", "Knee"), knee[1], ("status", "closed"), ("closed", "2017-03-02")];
    under_two_ids(&knee, &closed, 2, false);
}

#[test]
fn a_referral_that_is_open_and_the_one_that_repeats_it_are_told_of() {
    let told = |first: &[(&'static str, &str)], second: &[(&'static str, &str)]| -> Vec<u32> {
        let mut world = World::new();
        for (source, values) in [(COMMUNITY, first), (HOSPITAL, second)] {
            let knee = [("condition", "Knee pain"), ("specialty", "MSK")];
            world.row(source, "p").referral(&[values, &knee].concat());
        }
        let reconciled = world.reconcile();
        assert_eq!(reconciled.referrals.len(), 2);
        let exceptions = reconciled.linked.records.exceptions.iter();
        exceptions.filter(|one| one.reason == Reason::ReferralRepeated).map(|one| one.at.row()).collect()
    };
    let first = [("local_id", "1"), ("received", "2017-03-01")];
    let again = [("local_id", "7"), ("received", "2017-08-01")];
    assert_eq!(told(&first, &again), [1, 1], "one row of each of two systems");
    let lost =
        [&first[..], &[("status", "closed"), ("closed", "2017-07-01"), ("close_reason", "Records lost")]].concat();
    assert!(told(&lost, &again).is_empty());
    let treated = [&first[..], &[("rtt_status", "30")]].concat();
    assert!(told(&treated, &again).is_empty());
}

#[test]
fn each_row_says_why_it_is_of_its_referral() {
    let mut world = World::new();
    let knee = ("condition", "Knee pain");
    let rows: [(usize, &[(&'static str, &str)]); 5] = [
        (COMMUNITY, &[("local_id", "1"), ("received", "2017-03-01"), ("ubrn", "100000000001"), knee]),
        (COMMUNITY, &[("local_id", "1"), ("received", "2017-03-01"), knee]),
        (BOOKING, &[("received", "2017-03-02"), ("ubrn", "100000000001")]),
        (HOSPITAL, &[("local_id", "7"), ("received", "2017-03-03"), ("specialty", "Physiotherapy"), knee]),
        (LETTERS, &[knee]),
    ];
    for (source, values) in rows {
        world.row(source, "p").referral(values);
    }
    world.row(COMMUNITY, "q").referral(&[("local_id", "9")]);
    let reconciled = world.reconcile();
    let told = |at: usize| -> Vec<(&'static str, Vec<&'static str>)> {
        reconciled.referrals[at].ties.iter().map(|tie| (tie.by.word(), tie.agreed().collect())).collect()
    };
    let by_id = |by| (by, vec![]);
    let alike = ("likeness", vec!["received", "condition"]);
    assert_eq!(told(0), [by_id("local-id"), by_id("local-id"), alike, by_id("ubrn"), by_id("best-fit")]);
    assert_eq!(told(1), [by_id("alone")]);
}
