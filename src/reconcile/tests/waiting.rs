//! The waiting list, and the list that was declared.

use crate::decisions::Decisions;
use crate::ledger::Reason;
use crate::reconcile::fixture::{BOOKING, COMMUNITY, HOSPITAL, LIST, PAPER, TOTALS, World};
use crate::reconcile::reconcile;
use crate::records::DeclaredFigure;
use crate::sources::RowRef;

type Values<'a> = &'a [(&'static str, &'a str)];

fn waits(values: Values) -> Option<&'static str> {
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(values);
    world.reconcile().waiting_list.first().map(|entry| entry.wait_type.word())
}

#[test]
fn who_waits_and_for_what() {
    let physio = ("specialty", "MSK Physiotherapy");
    assert_eq!(waits(&[("received", "2017-03-01"), physio]), Some("ahp"));
    assert_eq!(waits(&[("received", "2017-03-01"), ("specialty", "110")]), Some("rtt"));
    // Referred after the census date, or with a mistyped year: off the list nobody would look for the patient.
    assert_eq!(waits(&[("received", "2017-10-02"), physio]), Some("ahp"));
    assert_eq!(waits(&[("received", "2071-03-01"), physio]), Some("ahp"));
    assert_eq!(waits(&[("received", "2017-10-02"), ("status", "closed")]), None);
    assert_eq!(waits(&[("received", "2017-03-01"), ("status", "closed"), ("closed", "2017-04-01")]), None);
    assert_eq!(waits(&[("received", "2017-03-01"), ("review_due", "2017-12-01")]), Some("planned"));
    // Seen is not treated: the clock runs until a stop.
    assert_eq!(
        waits(&[("received", "2017-03-01"), physio, ("last_seen", "2017-08-01"), ("rtt_status", "20")]),
        Some("ahp")
    );
    assert_eq!(
        waits(&[("received", "2017-03-01"), physio, ("last_seen", "2017-08-01"), ("rtt_status", "30")]),
        Some("follow-up")
    );
}

/// (kind, cause, whether a row proves it) of each difference.
fn check(rows: &[(usize, Values)], expected: &[(&str, &str, bool)]) {
    let mut world = World::new();
    for (source, values) in rows {
        world.row(*source, "p").referral(values);
    }
    let reconciled = world.reconcile();
    let shown: Vec<(&str, &str, bool)> =
        reconciled.differences.iter().map(|one| (one.kind.word(), &*one.cause, one.proof_row.is_some())).collect();
    assert_eq!(shown, expected);
}

const REFERRAL: Values<'static> =
    &[("local_id", "1"), ("received", "2017-03-01"), ("specialty", "MSK Physiotherapy"), ("priority", "urgent")];
const CLAIM: Values<'static> =
    &[("local_id", "1"), ("clock_start", "2017-03-01"), ("specialty", "MSK Physiotherapy"), ("priority", "urgent")];

#[test]
fn a_list_that_agrees_has_no_differences() {
    check(&[(COMMUNITY, REFERRAL)], &[]);
    check(&[(COMMUNITY, REFERRAL), (LIST, CLAIM)], &[]);
    let without_id = &CLAIM[1..];
    check(&[(COMMUNITY, REFERRAL), (LIST, without_id)], &[]);
}

#[test]
fn declared_and_not_waiting() {
    let with = |extra: Values| -> Vec<(&'static str, String)> {
        REFERRAL.iter().chain(extra).map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    let case = |extra: Values, cause: &str| {
        let values = with(extra);
        let values: Vec<(&'static str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        check(&[(COMMUNITY, &values), (LIST, CLAIM)], &[("declared-not-found", cause, true)]);
    };
    case(&[("status", "closed"), ("closed", "2017-08-01")], "closed-before-census");
    case(&[("referred_on", "2017-08-01")], "referred-on");
    check(&[(LIST, CLAIM)], &[("declared-not-found", "unknown", false)]);
}

#[test]
fn listed_twice() {
    check(&[(COMMUNITY, REFERRAL), (LIST, CLAIM), (LIST, CLAIM)], &[("declared-twice", "listed-twice", true)]);
}

#[test]
fn other_clocks() {
    let claim = |clock: &'static str| [("local_id", "1"), ("clock_start", clock)];
    let differs = |cause, proven| [("clock-start-differs", cause, proven)];
    check(&[(COMMUNITY, REFERRAL), (LIST, &claim("2017-10-01"))], &differs("clock-reset", true));
    check(&[(COMMUNITY, REFERRAL), (LIST, &claim("2017-01-03"))], &differs("day-month-swapped", true));
    check(&[(COMMUNITY, REFERRAL), (LIST, &claim("2017-06-09"))], &differs("unknown", false));
    let with_receipt =
        |received: &'static str| [("local_id", "1"), ("received", received), ("clock_start", "2017-06-09")];
    check(&[(COMMUNITY, REFERRAL), (LIST, &with_receipt("2017-03-01"))], &differs("clock-after-receipt", true));
    check(&[(COMMUNITY, REFERRAL), (LIST, &with_receipt("2017-02-01"))], &differs("unknown", false));
    let duplicate: Values = &[("ubrn", "100000000001"), ("received", "2017-02-20")];
    let known: Values = &[("local_id", "1"), ("ubrn", "100000000001"), ("received", "2017-03-01")];
    check(
        &[(COMMUNITY, known), (BOOKING, duplicate), (LIST, &claim("2017-03-01"))],
        &differs("earlier-duplicate", true),
    );
    let lost: Values = &[
        ("local_id", "7"),
        ("received", "2017-01-10"),
        ("condition", "Knee"),
        ("specialty", "MSK"),
        ("status", "closed"),
        ("closed", "2017-02-10"),
        ("close_reason", "Records lost"),
    ];
    let again: Values = &[("local_id", "1"), ("received", "2017-03-01"), ("condition", "Knee"), ("specialty", "MSK")];
    check(&[(COMMUNITY, lost), (COMMUNITY, again), (LIST, &claim("2017-03-01"))], &differs("clock-reset", true));
}

#[test]
fn other_priorities() {
    let claim: Values = &[("local_id", "1"), ("clock_start", "2017-03-01"), ("priority", "routine")];
    check(&[(COMMUNITY, REFERRAL), (LIST, claim)], &[("priority-differs", "unknown", false)]);
    let triaged: Values =
        &[("local_id", "1"), ("received", "2017-03-01"), ("priority", "urgent"), ("triage_priority", "routine")];
    check(&[(COMMUNITY, triaged), (LIST, claim)], &[("priority-differs", "triage", true)]);
    let lower: Values = &[("local_id", "1"), ("received", "2017-03-01"), ("priority", "routine")];
    check(
        &[(COMMUNITY, REFERRAL), (COMMUNITY, lower), (LIST, claim)],
        &[("priority-differs", "records-disagree", true)],
    );
}

#[test]
fn waiting_and_not_declared() {
    let found = |source: usize, values: Values, cause: &str, proven: bool| {
        let mut world = World::new();
        world.row(source, "p").referral(values);
        world.row(COMMUNITY, "q").referral(&[("local_id", "9"), ("received", "2017-03-01")]);
        world.row(LIST, "q").referral(&[("local_id", "9"), ("clock_start", "2017-03-01")]);
        let differences = world.reconcile().differences;
        let shown: Vec<_> =
            differences.iter().map(|one| (one.kind.word(), &*one.cause, one.proof_row.is_some())).collect();
        assert_eq!(shown, [("found-not-declared", cause, proven)]);
    };
    found(COMMUNITY, REFERRAL, "unknown", false);
    found(HOSPITAL, REFERRAL, "no-list-from-provider", true);
    found(PAPER, &REFERRAL[1..], "paper-only", true);
    let late: Values = &[("local_id", "1"), ("received", "2017-09-30")];
    found(COMMUNITY, late, "received-after-list", true);
    let treated: Values =
        &[("local_id", "1"), ("received", "2017-03-01"), ("last_seen", "2017-08-01"), ("rtt_status", "30")];
    found(COMMUNITY, treated, "clock-stopped", true);
}

#[test]
fn received_after_the_census_date() {
    let later: Values = &[("local_id", "1"), ("received", "2017-10-02"), ("specialty", "MSK Hub")];
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(later);
    world.row(COMMUNITY, "q").referral(&[("local_id", "2"), ("received", "2017-09-30"), ("specialty", "MSK Hub")]);
    world.row(LIST, "q").referral(&[("local_id", "2"), ("clock_start", "2017-09-30")]);
    let mut linked = world.linked();
    linked.records.declared = vec![figure("Patients waiting", "MSK Hub", "Sep-17")];
    let reconciled = reconcile(&world.config, linked, &Decisions::default());
    let told: Vec<(u32, &str, Reason)> =
        reconciled.linked.records.exceptions.iter().map(|one| (one.at.row(), one.field.as_str(), one.reason)).collect();
    assert_eq!(told, [(1, "referral.received", Reason::ReceivedAfterCensus)]);
    assert_eq!(reconciled.waiting_list.len(), 2, "both wait");
    assert_eq!(reconciled.referrals[0].weeks, None, "not one week yet");
    assert_eq!(reconciled.declared[0].found, Some(1.0), "a figure declared for the census counts who had come by then");
    let shown: Vec<_> = reconciled.differences.iter().map(|one| (one.kind.word(), &*one.cause)).collect();
    assert_eq!(shown, [("found-not-declared", "received-after-census")]);
}

fn figure(measure: &str, group: &str, period: &str) -> DeclaredFigure {
    DeclaredFigure {
        at: RowRef::for_tests(u16::try_from(TOTALS).expect("few sources"), 0, 1),
        column: "Count".into(),
        measure: measure.into(),
        group: group.into(),
        period: period.into(),
        value: 1.0,
    }
}

#[test]
fn declared_totals_are_counted_again() {
    let mut world = World::new();
    for (patient, id, received, priority) in
        [("p", "1", "2017-08-03", "urgent"), ("q", "2", "2017-08-30", "routine"), ("r", "3", "2017-09-04", "routine")]
    {
        let values = [("local_id", id), ("received", received), ("specialty", "MSK Hub"), ("priority", priority)];
        world.row(COMMUNITY, patient).referral(&values);
        // The same referral again in another system: not counted twice.
        world.row(BOOKING, patient).referral(&values[1..]);
    }
    world.row(HOSPITAL, "s").referral(&[("local_id", "4"), ("received", "2017-08-03"), ("specialty", "110")]);
    let mut linked = world.linked();
    linked.records.declared = vec![
        figure("Referrals received", "MSK Hub", "Aug-17"),
        figure("Referrals received", "Total", "2017/18"),
        figure("Urgent referrals received", "", "Aug-17"),
        figure("Patients waiting", "msk hub", "Sep-17"),
        figure("Patients waiting", "Total", "Aug-17"),
        figure("Referrals received", "Podiatry", "Aug-17"),
        figure("Referrals received", "Hovercraft", "Aug-17"),
        figure("% seen", "", ""),
    ];
    let reconciled = reconcile(&world.config, linked, &Decisions::default());
    let found: Vec<Option<f64>> = reconciled.declared.iter().map(|one| one.found).collect();
    assert_eq!(found, [Some(2.0), Some(3.0), Some(1.0), Some(3.0), None, Some(0.0), None, None]);
}

#[test]
fn a_whole_beside_its_groups_is_counted_like_for_like() {
    let mut world = World::new();
    world.row(COMMUNITY, "p").referral(&[("local_id", "1"), ("received", "2017-08-03"), ("specialty", "MSK Hub")]);
    world.row(PAPER, "q").referral(&[("received", "2017-08-03"), ("condition", "Knee")]);
    let count = |groups: &[&str]| {
        let mut linked = world.linked();
        linked.records.declared = groups.iter().map(|group| figure("Referrals received", group, "Aug-17")).collect();
        let reconciled = reconcile(&world.config, linked, &Decisions::default());
        reconciled.declared.last().and_then(|one| one.found)
    };
    assert_eq!(count(&["Total"]), Some(2.0));
    assert_eq!(count(&["MSK Hub", "Total"]), Some(1.0));
}
