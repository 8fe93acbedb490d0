//! Which priority is carried, and what is never lowered in silence.

use crate::reconcile::fixture::{COMMUNITY, HOSPITAL, World};
use crate::reconcile::{PriorityRule, Referral};
use crate::values::Priority;

type Values<'a> = &'a [(&'static str, &'a str)];

/// One referral of several rows: what it carries, why, and whether something lowers it.
#[track_caller]
fn check(rows: &[Values], carried: &str, rule: PriorityRule, is_lowered: bool) -> Referral {
    let mut world = World::new();
    for (place, more) in rows.iter().enumerate() {
        let mut values = vec![("ubrn", "100000000001"), ("received", "2017-03-01")];
        values.extend(*more);
        world.row(if place == 0 { COMMUNITY } else { HOSPITAL }, "p").referral(&values);
    }
    let mut referrals = world.reconcile().referrals;
    assert_eq!(referrals.len(), 1);
    let one = referrals.remove(0);
    let shown = (one.priority.map_or("", Priority::word), one.priority_rule, one.is_lowered);
    assert_eq!(shown, (carried, rule, is_lowered), "{rows:?}");
    one
}

#[test]
fn records_that_disagree_carry_the_higher() {
    check(&[&[("priority", "routine")]], "routine", PriorityRule::AsReferred, false);
    check(&[&[("priority", "routine")], &[]], "routine", PriorityRule::AsReferred, false);
    check(&[&[("priority", "routine")], &[("priority", "urgent")]], "urgent", PriorityRule::Higher, true);
    check(&[&[]], "", PriorityRule::Unknown, false);
}

const URGENT: (&str, &str) = ("priority", "urgent");
const DOWN: (&str, &str) = ("triage_priority", "routine");
const DATED: (&str, &str) = ("triaged", "2017-03-05");
const NAMED: (&str, &str) = ("triaged_by", "Dr E Tranter");

#[test]
fn a_dated_triage_by_a_named_clinician_stands() {
    let one = check(&[&[URGENT, DOWN, DATED, NAMED]], "routine", PriorityRule::Triage, true);
    assert_eq!((one.referrer_priority, one.triage_priority), (Some(Priority::Urgent), Some(Priority::Routine)));
    assert!(one.triage.is_some());
    let raised = [("priority", "routine"), ("triage_priority", "two-week-wait"), DATED, NAMED];
    check(&[&raised], "two-week-wait", PriorityRule::Triage, false);
    let later = [("triage_priority", "urgent"), ("triaged", "2017-04-05"), NAMED];
    check(&[&[URGENT, DOWN, DATED, NAMED], &later], "urgent", PriorityRule::Triage, false);
}

#[test]
fn a_triage_that_nobody_signed_lowers_nothing() {
    for unsigned in [&[URGENT, DOWN][..], &[URGENT, DOWN, DATED], &[URGENT, DOWN, NAMED]] {
        let one = check(&[unsigned], "urgent", PriorityRule::Higher, true);
        assert_eq!((one.triage_priority, one.triage), (Some(Priority::Routine), None));
    }
    let after = ("triaged", "2017-10-05");
    check(&[&[URGENT, DOWN, after, NAMED]], "urgent", PriorityRule::Higher, true);
    let apart = [&[URGENT, DOWN, NAMED][..], &[DATED]];
    check(&apart, "urgent", PriorityRule::Higher, true);
}

#[test]
fn a_triage_that_raises_is_carried_though_nobody_signed_it() {
    check(&[&[("priority", "routine"), ("triage_priority", "urgent")]], "urgent", PriorityRule::Higher, false);
    check(&[&[("triage_priority", "urgent")]], "urgent", PriorityRule::AsReferred, false);
}
