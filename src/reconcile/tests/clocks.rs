//! Whether a clock runs, how long it has, and what is told of clocks that cannot be believed.

use crate::config::Holidays;
use crate::ledger::Reason;
use crate::reconcile::fixture::{COMMUNITY, HOSPITAL, RECEIVER, World};
use crate::reconcile::{ClockRule, Reconciled, WaitType, WeeksRule};
use jiff::civil::date;

type Values<'a> = &'a [(&'static str, &'a str)];

/// Fields that the rows of one world are told of for a reason.
fn told(reconciled: &Reconciled, reason: Reason) -> Vec<String> {
    let exceptions = reconciled.linked.records.exceptions.iter();
    exceptions.filter(|exception| exception.reason == reason).map(|exception| exception.field.clone()).collect()
}

fn of_rows(rows: &[Values]) -> Reconciled {
    let mut world = World::new();
    for values in rows {
        world.row(COMMUNITY, "p").referral(values);
    }
    world.reconcile()
}

/// Every national status, with what it says of the clock at the census, and whether it is or follows a valid stop:
/// "10, 11, 12 start; 20, 21 continue; 30 to 36 stop; 90, 91, 92, 98 no clock; 99 unknown".
const STATUSES: [(&str, WeeksRule, bool); 17] = [
    ("10", WeeksRule::StatusRuns, false),
    ("11", WeeksRule::StatusRuns, false),
    ("12", WeeksRule::StatusRuns, false),
    ("20", WeeksRule::StatusRuns, false),
    ("21", WeeksRule::StatusRuns, false),
    ("30", WeeksRule::StatusStopped, true),
    ("31", WeeksRule::StatusStopped, true),
    ("32", WeeksRule::StatusStopped, true),
    ("33", WeeksRule::StatusStopped, true),
    ("34", WeeksRule::StatusStopped, true),
    ("35", WeeksRule::StatusStopped, true),
    ("36", WeeksRule::StatusStopped, true),
    ("90", WeeksRule::StatusNoClock, true),
    ("91", WeeksRule::StatusNoClock, true),
    ("92", WeeksRule::StatusNoClock, false),
    ("98", WeeksRule::StatusNoClock, false),
    ("99", WeeksRule::EventRuns, false),
];

#[test]
fn every_status_says_whether_the_clock_runs_and_whether_it_was_stopped() {
    for (status, rule, stops) in STATUSES {
        let before = [
            ("local_id", "1"),
            ("received", "2017-03-01"),
            ("condition", "Knee pain"),
            ("rtt_status", status),
            ("last_seen", "2017-04-03"),
        ];
        let again = [("local_id", "2"), ("received", "2017-05-08"), ("condition", "Knee pain")];
        let reconciled = of_rows(&[&before, &again]);
        let [first, second] = &reconciled.referrals[..] else { panic!("two referrals") };
        assert_eq!(first.weeks_rule, rule, "{status}");
        let runs = matches!(rule, WeeksRule::StatusRuns | WeeksRule::EventRuns);
        assert_eq!((first.weeks, first.working_days), (runs.then_some(30), runs.then_some(147)), "{status}");
        let expected = if stops { ClockRule::NewAfterStop } else { ClockRule::OriginalKept };
        assert_eq!(second.clock_rule, expected, "{status}");
        assert_eq!(second.weeks, Some(if stops { 20 } else { 30 }), "{status}");
    }
}

#[test]
fn without_a_status_what_happened_decides() {
    let rule = |more: Values| {
        let mut values = vec![("local_id", "1"), ("received", "2017-03-01")];
        values.extend(more);
        let one = of_rows(&[&values]).referrals.remove(0);
        assert_eq!(one.weeks.is_some(), one.weeks_rule == WeeksRule::EventRuns);
        one.weeks_rule
    };
    let closed = |reason| [("status", "closed"), ("closed", "2017-05-02"), ("close_reason", reason)];
    assert_eq!(rule(&[]), WeeksRule::EventRuns);
    assert_eq!(rule(&closed("Treatment complete")), WeeksRule::EventStopped);
    assert_eq!(rule(&closed("Records lost")), WeeksRule::EventRuns, "closed, and its clock runs on");
    assert_eq!(rule(&closed("Discharged")), WeeksRule::EventRuns, "never seen");
    assert_eq!(rule(&[("last_seen", "2017-04-03"), ("rtt_status", "99")]), WeeksRule::EventRuns);
    let after = of_rows(&[&[("local_id", "1"), ("received", "2017-10-02")]]);
    assert_eq!((after.referrals[0].weeks_rule, after.referrals[0].weeks), (WeeksRule::NoStart, None));
}

#[test]
fn the_settings_of_the_clock_decide_what_is_counted() {
    let counted = |change: &dyn Fn(&mut crate::config::ClockSettings)| {
        let mut world = World::new();
        change(&mut world.config.clock);
        world.row(COMMUNITY, "p").referral(&[("local_id", "1"), ("received", "2017-08-20")]);
        let reconciled = world.reconcile();
        (reconciled.referrals[0].weeks, reconciled.referrals[0].working_days)
    };
    assert_eq!(counted(&|_| {}), (Some(5), Some(29)));
    assert_eq!(counted(&|clock| clock.day_zero_excluded = false), (Some(6), Some(29)), "a Sunday, day one of 42");
    assert_eq!(counted(&|clock| clock.holidays = Holidays::None), (Some(5), Some(30)));
    assert_eq!(counted(&|clock| clock.added_holidays = vec![date(2017, 9, 1)]), (Some(5), Some(28)));
}

#[test]
fn receipts_set_to_the_transfer_date_with_their_clocks_are_a_reset() {
    let check = |rows: usize, day: &str, expected: usize| {
        let labels: Vec<&'static str> = (0..rows).map(|label| &*format!("{label}").leak()).collect();
        let mut world = World::new();
        let knee = ("condition", "Knee pain");
        for label in &labels {
            world.row(COMMUNITY, label).referral(&[
                ("local_id", label),
                ("received", "2017-05-02"),
                ("clock_start", "2017-05-02"),
                knee,
            ]);
            world.row(RECEIVER, label).referral(&[("local_id", label), ("received", day), ("clock_start", day), knee]);
        }
        let reconciled = world.reconcile();
        assert_eq!(told(&reconciled, Reason::ClockResetInBulk).len(), expected, "{rows} {day}");
        assert!(
            reconciled
                .referrals
                .iter()
                .all(|one| one.clock_start.is_some_and(|start| start.date() == date(2017, 5, 2)))
        );
    };
    check(12, "2017-10-01", 12);
    check(11, "2017-10-01", 0);
    check(12, "2017-09-28", 0);
}

#[test]
fn clocks_reset_in_bulk_are_listed_row_by_row() {
    let mut world = World::new();
    let labels: Vec<&'static str> = (0..12).map(|label| &*format!("{label}").leak()).collect();
    for label in &labels {
        let received = format!("2017-06-{:02}", 1 + label.len());
        world.row(COMMUNITY, label).referral(&[
            ("local_id", label),
            ("received", &received),
            ("clock_start", "2017-09-01"),
        ]);
    }
    assert_eq!(told(&world.reconcile(), Reason::ClockResetInBulk), ["referral.clock_start"; 12]);
}

#[test]
fn a_repeat_of_what_ended_nobody_knows_how_keeps_the_earlier_start_and_is_told() {
    let check = |more: Values, rule: ClockRule, uncertain: usize| {
        let mut before =
            vec![("local_id", "1"), ("received", "2017-01-10"), ("condition", "Knee pain"), ("status", "closed")];
        before.extend(more);
        let again = [("local_id", "2"), ("received", "2017-05-08"), ("condition", "Knee pain")];
        let reconciled = of_rows(&[&before, &again]);
        assert_eq!(reconciled.referrals[1].clock_rule, rule, "{more:?}");
        assert_eq!(told(&reconciled, Reason::ClockUncertain).len(), uncertain, "{more:?}");
    };
    let closed = ("closed", "2017-04-03");
    check(&[closed], ClockRule::OriginalKept, 1);
    check(&[closed, ("close_reason", "Discharged")], ClockRule::OriginalKept, 1);
    check(&[closed, ("close_reason", "Discharged"), ("last_seen", "2017-03-01")], ClockRule::NewAfterStop, 0);
    check(&[closed, ("close_reason", "Records lost")], ClockRule::OriginalKept, 0);
    check(&[closed, ("rtt_status", "20")], ClockRule::OriginalKept, 0);
    check(&[closed, ("close_reason", "Treatment complete")], ClockRule::NewAfterStop, 0);
    check(&[("close_reason", "Treatment complete")], ClockRule::NewAfterStop, 1);
}

#[test]
fn dates_that_cannot_be_are_told_by_field() {
    let check = |field: &'static str, day: &str, told_of: &[&str]| {
        let reconciled = of_rows(&[&[("local_id", "1"), ("received", "2017-03-01"), (field, day)]]);
        assert_eq!(told(&reconciled, Reason::SequenceImplausible), told_of, "{field} {day}");
    };
    for field in ["closed", "triaged", "referred_on"] {
        check(field, "2017-02-28", &[&format!("referral.{field}")]);
        check(field, "2017-03-01", &[]);
    }
    for field in ["referred", "original_received", "clock_start"] {
        check(field, "2017-03-02", &[&format!("referral.{field}")]);
        check(field, "2017-03-01", &[]);
    }
    let visit = |starts: &str, status: &str| {
        let mut world = World::new();
        world.row(COMMUNITY, "p").appointment(&[("local_id", "A1"), ("starts", starts), ("status", status)]);
        told(&world.reconcile(), Reason::SequenceImplausible)
    };
    assert_eq!(visit("2017-10-11T09:30", "attended"), ["appointment.status"], "before the day had come");
    assert!(visit("2017-09-29T09:30", "attended").is_empty(), "on the day of the extract");
    assert!(visit("2017-10-11T09:30", "booked").is_empty());
}

#[test]
fn statuses_that_cannot_follow_one_another_are_told() {
    let check = |statuses: &[&str], implausible: usize| {
        let mut world = World::new();
        for (month, status) in (3..).zip(statuses) {
            let row = world.row(COMMUNITY, "p");
            row.referral(&[("local_id", "1"), ("received", "2017-03-01"), ("rtt_status", status)]);
            row.appointment(&[("starts", &format!("2017-{month:02}-06T09:00")), ("status", "attended")]);
        }
        let reconciled = world.reconcile();
        assert_eq!(reconciled.referrals.len(), 1);
        assert_eq!(told(&reconciled, Reason::RttStatusImplausible).len(), implausible, "{statuses:?}");
    };
    check(&["10", "20", "30", "90"], 0);
    check(&["10", "20", "32", "91", "11", "20"], 0);
    check(&["10", "10", "20"], 1);
    check(&["20", "30", "20"], 1);
    check(&["20", "91"], 1);
    check(&["20", "11"], 1);
    check(&["36", "20"], 1);
    check(&["20", "20", "20"], 0);
    check(&["10", "10", "10"], 0);
}

#[test]
fn a_running_status_on_what_was_stopped_is_told() {
    let check = |reason: &str, status: &str, implausible: bool| {
        let row = [
            ("local_id", "1"),
            ("received", "2017-03-01"),
            ("status", "closed"),
            ("closed", "2017-05-02"),
            ("close_reason", reason),
            ("rtt_status", status),
        ];
        assert_eq!(!told(&of_rows(&[&row]), Reason::RttStatusImplausible).is_empty(), implausible, "{reason} {status}");
    };
    check("Treatment complete", "20", true);
    check("Treatment complete", "30", false);
    check("Records lost", "20", false);
}

#[test]
fn a_status_without_a_clock_waits_for_no_treatment() {
    let mut world = World::new();
    world.row(HOSPITAL, "p").referral(&[
        ("local_id", "1"),
        ("received", "2017-03-01"),
        ("last_seen", "2017-04-03"),
        ("rtt_status", "92"),
    ]);
    let reconciled = world.reconcile();
    assert_eq!(reconciled.waiting_list.iter().map(|entry| entry.wait_type).collect::<Vec<_>>(), [WaitType::FollowUp]);
}
