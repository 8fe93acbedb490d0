//! Referrals of one patient that repeat one another or go on from one another, and whose clock runs on.

use super::clocks::exception;
use super::context::{Context, day_number};
use super::referrals::Draft;
use super::services;
use super::words::{self, Agreement, Ending};
use super::{ClockDoubt, ClockRule, Doubt, Referral, Relation};
use crate::config::fields::referral;
use crate::ledger::{Exception, Reason};
use crate::records::Symbol;
use crate::values::PartialDate;

/// Why nobody can say whether the earlier clock was stopped, and whether a named person has said so, by which event.
type InDoubt = (ClockDoubt, Option<(bool, usize)>);

/// How a later referral comes from an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Onward,
    Again,
}

/// A referral this many days after the end of an earlier one for the same thing is that one again.
pub(super) const AGAIN_DAYS: i32 = 366;
/// A referral that a hub sent on is received within this many days.
const ONWARD_DAYS: i32 = 21;

/// Finds parents and lets clocks run on. `drafts` keep their places; parents are places among them. Gives those of which
/// nobody can say whether the earlier clock was stopped.
pub(super) fn chain(context: &Context, drafts: &mut [Draft]) -> Vec<Exception> {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|at| drafts[*at].order);
    let mut uncertain = Vec::new();
    for rank in 1..order.len() {
        let (later, earlier) = (order[rank], &order[..rank]);
        if let Some((parent, link)) = parent_of(context, drafts, later, earlier) {
            let why = (link == Link::Again).then(|| drafts[parent].doubt()).flatten();
            let said = why.and_then(|_| context.restarts.stopped(context, &drafts[later], &drafts[parent]));
            if why.is_some() && said.is_none() {
                let place = drafts[later].places[0];
                uncertain.push(exception(context, place, referral::CLOCK_START, Reason::ClockUncertain));
            }
            run_on(drafts, (later, parent), link, why.map(|why| (why, said)));
        }
    }
    uncertain
}

fn parent_of(context: &Context, drafts: &[Draft], later: usize, earlier: &[usize]) -> Option<(usize, Link)> {
    let child = &drafts[later];
    // The nearest earlier one first.
    let before = || earlier.iter().rev().copied();
    if let Some(parent) = named_parent(context, drafts, child, earlier) {
        return Some((parent, if is_onward(context, &drafts[parent], child) { Link::Onward } else { Link::Again }));
    }
    if let Some(parent) = before().find(|at| shares_pathway(context, &drafts[*at], child)) {
        let onward = !shares_provider(context, &drafts[parent], child) || is_onward(context, &drafts[parent], child);
        return Some((parent, if onward { Link::Onward } else { Link::Again }));
    }
    if let Some(parent) = before().find(|at| was_sent_on_to(context, &drafts[*at], child)) {
        return Some((parent, Link::Onward));
    }
    before().find(|at| is_again(context, &drafts[*at], child)).map(|parent| (parent, Link::Again))
}

fn symbols<'d>(
    context: &Context<'d>,
    draft: &'d Draft,
    field: crate::config::Field,
) -> impl Iterator<Item = (u16, Symbol)> + 'd {
    let (table, context) = (&context.records.referrals, *context);
    draft
        .places
        .iter()
        .map(move |place| (context.system(table.subject(*place)), table.symbol(field, *place)))
        .filter(|(_, symbol)| symbol.is_some())
}

/// The referral that a record names as the one before it: in its own system, else the only one of that id.
fn named_parent(context: &Context, drafts: &[Draft], child: &Draft, earlier: &[usize]) -> Option<usize> {
    symbols(context, child, referral::PARENT_LOCAL_ID).find_map(|(system, id)| {
        let holds = |at: &usize, same_system: bool| {
            symbols(context, &drafts[*at], referral::LOCAL_ID)
                .any(|(other, local)| local == id && (!same_system || other == system))
        };
        earlier.iter().copied().find(|at| holds(at, true)).or_else(|| {
            let mut anywhere = earlier.iter().copied().filter(|at| holds(at, false));
            anywhere.next().filter(|_| anywhere.next().is_none())
        })
    })
}

fn shares_provider(context: &Context, left: &Draft, right: &Draft) -> bool {
    let provider = |system: &u16| context.config.sources[usize::from(*system)].provider.as_str();
    left.systems.iter().any(|one| right.systems.iter().any(|other| provider(one) == provider(other)))
}

fn shares_pathway(context: &Context, left: &Draft, right: &Draft) -> bool {
    let table = &context.records.referrals;
    let pathway =
        |place: &u32| (table.symbol(referral::PATHWAY_ID, *place), table.symbol(referral::PATHWAY_ISSUER, *place));
    left.places.iter().map(pathway).any(|(id, issuer)| {
        id.is_some()
            && right.places.iter().map(pathway).any(|(other, other_issuer)| {
                id == other && (!issuer.is_some() || !other_issuer.is_some() || issuer == other_issuer)
            })
    })
}

/// Between a parent and the child that names it: on to another service, or back again?
fn is_onward(context: &Context, parent: &Draft, child: &Draft) -> bool {
    let sent_on = parent.referred_on.is_some() || parent.closure.ending == Ending::ReferredOn;
    let elsewhere = !shares_provider(context, parent, child);
    let other_service = parent.specialty.agreement(child.specialty) == Agreement::Differs;
    sent_on || other_service || elsewhere && parent.closure.ending != Ending::Administrative
}

/// A hub sent the patient on, and another service received the patient soon after.
fn was_sent_on_to(context: &Context, parent: &Draft, child: &Draft) -> bool {
    let (Some(on), Some(received)) = (parent.referred_on, child.day) else { return false };
    let soon = (-1..=ONWARD_DAYS).contains(&(received - on));
    let contradicts = parent.condition.agreement(child.condition) == Agreement::Differs;
    if !soon || contradicts || shares_provider(context, parent, child) && !differs_in_service(parent, child) {
        return false;
    }
    let table = &context.records.referrals;
    let text = |draft: &Draft, field| {
        let mut texts = draft.places.iter().map(|place| table.text(&context.records.texts, field, *place));
        texts.find(|text| !text.is_empty()).unwrap_or("").to_owned()
    };
    let (referrer, destination) = (text(child, referral::REFERRER), text(parent, referral::REFERRED_ON_TO));
    let named = services::specialty(&destination).agreement(child.specialty) >= Agreement::Similar;
    let by_code = child.systems.iter().any(|system| {
        let provider = &context.config.sources[usize::from(*system)].provider;
        words::folded(&destination).contains(&words::folded(provider))
    });
    let agrees = parent.condition.agreement(child.condition) >= Agreement::Similar;
    words::is_hub(&referrer) || named || by_code || agrees || referrer.is_empty() && destination.is_empty()
}

fn differs_in_service(parent: &Draft, child: &Draft) -> bool {
    parent.specialty.agreement(child.specialty) == Agreement::Differs
}

/// The same patient referred again for the same thing, while the earlier referral was open or within twelve months after
/// it was closed.
fn is_again(context: &Context, parent: &Draft, child: &Draft) -> bool {
    let (Some(before), Some(day)) = (parent.day, child.day) else { return false };
    let condition = parent.condition.agreement(child.condition);
    let specialty = parent.specialty.agreement(child.specialty);
    let same_thing = match specialty {
        Agreement::Same | Agreement::Similar => condition != Agreement::Differs,
        Agreement::Unknown => condition >= Agreement::Similar,
        Agreement::Differs => false,
    };
    // "12: first activity at the start of a new period following a referral for a separate condition".
    if !same_thing || child.rtt == Some(12) {
        return false;
    }
    let seen = parent.referral.last_seen.map(|seen| day_number(seen.date()));
    let words = same_words(context, parent, child);
    let ended = parent.closure.is_closed().then(|| parent.closure.day().or(seen).unwrap_or(before));
    match ended {
        Some(ended) if ended <= day => {
            // After a valid end a like complaint in other words is another complaint.
            let another = parent.stopped_by(child.day) && words == Some(false);
            !another && day - ended <= AGAIN_DAYS
        }
        // Still open: two referrals side by side in one system are two conditions unless both say the same.
        _ => {
            let one_system = parent.systems.iter().any(|system| child.systems.contains(system));
            let sure = words.unwrap_or(condition >= Agreement::Similar || !one_system);
            sure && day - seen.unwrap_or(before).max(before) <= AGAIN_DAYS
        }
    }
}

/// Whether the systems that hold both referrals say the same of both conditions; `None` where none does. One system
/// whose words tell them apart is enough: another may know only the service.
fn same_words(context: &Context, parent: &Draft, child: &Draft) -> Option<bool> {
    let table = &context.records.referrals;
    let said = |draft: &Draft, system: u16| -> Vec<Symbol> {
        let own = draft.places.iter().filter(|place| context.system(table.subject(**place)) == system);
        let conditions = own.map(|place| table.symbol(referral::CONDITION, *place));
        conditions.filter(|condition| condition.is_some()).collect()
    };
    let mut answer = None;
    for system in parent.systems.iter().filter(|system| child.systems.contains(system)) {
        let (ours, theirs) = (said(parent, *system), said(child, *system));
        if ours.is_empty() || theirs.is_empty() {
            continue;
        }
        let same =
            |one: &Symbol| theirs.iter().any(|other| context.condition(*one).same_words(context.condition(*other)));
        answer = Some(answer.unwrap_or(true) && ours.iter().any(same));
    }
    answer
}

/// Where the clock of a referral starts that goes on from another or repeats it.
struct Start {
    clock: Option<PartialDate>,
    rule: ClockRule,
    original: Option<PartialDate>,
}

/// "Change of provider does not restart the clock: the period continues with the original referral to treatment period
/// start date … until there is an end date."
fn run_on(drafts: &mut [Draft], (later, parent): (usize, usize), link: Link, in_doubt: Option<InDoubt>) {
    let by_machine = drafts[parent].stopped_by(drafts[later].day);
    let said = in_doubt.and_then(|(_, said)| said);
    let stopped = said.map_or(by_machine, |(stopped, _)| stopped);
    let (taken, otherwise) = {
        let (child, earlier) = (&drafts[later], &drafts[parent].referral);
        let [restarted, kept] = [restarted(child, earlier), kept(child, earlier, link)];
        if stopped { (restarted, kept) } else { (kept, restarted) }
    };
    let child = &mut drafts[later];
    child.referral.parent = Some(u32::try_from(parent).expect("fewer referrals of a patient than 4 billion"));
    let relation = if link == Link::Onward { Relation::Onward } else { Relation::ReReferral };
    for (_, record) in &mut child.referral.records {
        if *record == Relation::Original {
            *record = relation;
        }
    }
    child.set_clock(taken.clock, taken.rule);
    child.referral.original_received = taken.original;
    child.referral.doubt = in_doubt.map(|(why, said)| Doubt {
        why,
        otherwise: otherwise.clock,
        otherwise_rule: otherwise.rule,
        event: said.map(|(_, event)| event),
    });
    if stopped {
        drafts[parent].said_stopped |= said.is_some();
    } else if link == Link::Again {
        let day = drafts[later].day;
        drafts[parent].give_way(day);
    }
}

/// The earlier clock was stopped.
fn restarted(child: &Draft, earlier: &Referral) -> Start {
    let before = earlier.clock_start;
    // A start taken over from before the stop is not the start of the new clock.
    let clock = match (child.clock.start, child.clock.plain) {
        (Some(start), Some((plain, _))) if before.is_some_and(|before| start <= before) => Some(plain),
        (own, _) => own,
    };
    let original = child.clock.received.and_then(|moment| PartialDate::day(moment.date()));
    Start { clock, rule: ClockRule::NewAfterStop, original }
}

/// The earlier clock runs on, unless the later referral's own is older still.
fn kept(child: &Draft, earlier: &Referral, link: Link) -> Start {
    let own = &child.referral;
    let Some(before) = earlier.clock_start else {
        return Start { clock: own.clock_start, rule: own.clock_rule, original: own.original_received };
    };
    let original = [own.original_received, earlier.original_received].into_iter().flatten().min();
    if own.clock_start.is_some_and(|own| own < before) {
        return Start { clock: own.clock_start, rule: own.clock_rule, original };
    }
    let rule = if link == Link::Onward { ClockRule::ParentRuns } else { ClockRule::OriginalKept };
    Start { clock: Some(before), rule, original }
}
