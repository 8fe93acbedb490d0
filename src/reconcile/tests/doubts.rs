//! What named persons say of clocks that nobody else can.

use super::decided::decided;
use crate::decisions::{Act, Effect, Restart};
use crate::ledger::Reason;
use crate::reconcile::fixture::{COMMUNITY, World};
use crate::reconcile::{ClockDoubt, ClockRule, Reconciled, WeeksRule};

type Values<'a> = &'a [(&'static str, &'a str)];

/// A knee that was referred twice; what is told of the end of the first.
fn again(end: Values) -> World {
    let mut world = World::new();
    let before = [&[("local_id", "1"), ("received", "2017-03-01"), ("condition", "Knee pain")], end].concat();
    world.row(COMMUNITY, "p").referral(&before);
    world.row(COMMUNITY, "p").referral(&[("local_id", "2"), ("received", "2017-06-05"), ("condition", "Knee pain")]);
    world
}

const UNEXPLAINED: Values<'static> = &[("status", "closed"), ("closed", "2017-04-03")];
const UNSEEN: Values<'static> = &[("status", "closed"), ("closed", "2017-04-03"), ("close_reason", "Discharged")];
const UNDATED: Values<'static> = &[("rtt_status", "30")];

fn uncertain(reconciled: &Reconciled) -> usize {
    let exceptions = reconciled.linked.records.exceptions.iter();
    exceptions.filter(|exception| exception.reason == Reason::ClockUncertain).count()
}

/// When the clock of the second referral starts, why, and when and why otherwise.
#[track_caller]
fn check(reconciled: &Reconciled, why: ClockDoubt, clock: (&str, ClockRule), otherwise: (&str, ClockRule)) {
    let one = &reconciled.referrals[1];
    let doubt = one.doubt.expect("a doubt");
    assert_eq!((one.clock_start.map(|start| start.reveal()), one.clock_rule), (Some(clock.0.into()), clock.1));
    assert_eq!(doubt.why, why);
    assert_eq!(doubt.otherwise.map(|start| start.reveal()), Some(otherwise.0.into()));
    assert_eq!(doubt.otherwise_rule, otherwise.1);
}

#[test]
fn a_named_person_says_whether_the_earlier_clock_runs_on() {
    let (earlier, new) = (("2017-03-01", ClockRule::OriginalKept), ("2017-06-05", ClockRule::NewAfterStop));
    for (end, why, by_machine, otherwise) in [
        (UNEXPLAINED, ClockDoubt::EndedUnexplained, earlier, new),
        (UNSEEN, ClockDoubt::DischargedUnseen, earlier, new),
        (UNDATED, ClockDoubt::StopUndated, new, earlier),
    ] {
        let world = again(end);
        let alone = world.reconcile();
        check(&alone, why, by_machine, otherwise);
        assert_eq!((uncertain(&alone), alone.referrals[1].doubt.and_then(|doubt| doubt.event)), (1, None));
        for (answer, clock, other) in [(Restart::Earlier, earlier, new), (Restart::New, new, earlier)] {
            let reconciled = decided(&world, &[(Act::Clock(answer), &[(COMMUNITY, 2), (COMMUNITY, 1)])]);
            check(&reconciled, why, clock, other);
            let one = &reconciled.referrals[1];
            assert_eq!((uncertain(&reconciled), one.doubt.and_then(|doubt| doubt.event)), (0, Some(1)));
            assert_eq!(one.original_received.map(|day| day.reveal()), Some(clock.0.into()));
            assert_eq!(reconciled.linked.effects.of(1), Effect::Settled);
        }
        let unsure = decided(&world, &[(Act::Clock(Restart::Unsure), &[(COMMUNITY, 2), (COMMUNITY, 1)])]);
        check(&unsure, why, by_machine, otherwise);
        assert_eq!((uncertain(&unsure), unsure.linked.effects.of(1)), (1, Effect::None));
    }
}

#[test]
fn what_a_person_says_was_stopped_runs_no_longer() {
    let rows: &[(usize, u32)] = &[(COMMUNITY, 2), (COMMUNITY, 1)];
    let before = |answer| {
        let reconciled = decided(&again(UNEXPLAINED), &[(Act::Clock(answer), rows)]);
        (reconciled.referrals[0].weeks_rule, reconciled.referrals[0].weeks.is_some())
    };
    assert_eq!(before(Restart::New), (WeeksRule::EventStopped, false));
    assert_eq!(before(Restart::Earlier), (WeeksRule::EventRuns, true));
}

#[test]
fn a_decision_is_of_a_clock_in_doubt_and_of_those_two_referrals() {
    let act = |answer| Act::Clock(answer);
    // Since then a row tells how the earlier referral ended: nobody needs to say.
    let world = again(&[("status", "closed"), ("closed", "2017-04-03"), ("close_reason", "Records lost")]);
    let reconciled = decided(&world, &[(act(Restart::New), &[(COMMUNITY, 2), (COMMUNITY, 1)])]);
    assert_eq!(reconciled.referrals[1].clock_rule, ClockRule::OriginalKept);
    assert_eq!((reconciled.referrals[1].doubt, reconciled.linked.effects.of(1)), (None, Effect::None));
    // Of the other way round, nobody asked.
    let reconciled = decided(&again(UNEXPLAINED), &[(act(Restart::New), &[(COMMUNITY, 1), (COMMUNITY, 2)])]);
    assert_eq!((uncertain(&reconciled), reconciled.linked.effects.of(1)), (1, Effect::None));
    // The last word counts.
    let rows: &[(usize, u32)] = &[(COMMUNITY, 2), (COMMUNITY, 1)];
    let reconciled = decided(&again(UNEXPLAINED), &[(act(Restart::New), rows), (act(Restart::Earlier), rows)]);
    assert_eq!(reconciled.referrals[1].clock_rule, ClockRule::OriginalKept);
    assert_eq!(reconciled.referrals[1].doubt.and_then(|doubt| doubt.event), Some(2));
}
