//! Patients referred again of whom nobody can say whether the earlier clock was stopped, and what named persons said of it.

use super::caseload::Caseload;
use super::context::Context;
use super::referrals::Draft;
use crate::config::Config;
use crate::decisions::{Act, Decisions, Effect, Effects, Restart};
use crate::records::{PersonId, Records, find_person};
use std::collections::BTreeMap;

/// The decisions in effect about clocks, by the row of the later referral that was asked about, in the order of the journal.
#[derive(Clone, Debug, Default)]
pub(super) struct Restarts(BTreeMap<PersonId, Vec<Said>>);

#[derive(Clone, Copy, Debug)]
struct Said {
    event: usize,
    earlier: PersonId,
    answer: Restart,
}

impl Restarts {
    pub(super) fn find(config: &Config, records: &Records, decisions: &Decisions) -> Self {
        let mut restarts = Restarts::default();
        for (_, event) in decisions.in_effect() {
            let Act::Clock(answer) = event.entry.act else { continue };
            let found = |place: usize| find_person(config, records, &event.entry.rows[place].name);
            let (Some(later), Some(earlier)) = (found(0), found(1)) else { continue };
            restarts.0.entry(later).or_default().push(Said { event: event.number, earlier, answer });
        }
        restarts
    }

    /// Whether the earlier clock was stopped, by the last who said so, and the event.
    pub(super) fn stopped(&self, context: &Context, later: &Draft, earlier: &Draft) -> Option<(bool, usize)> {
        if self.0.is_empty() {
            return None;
        }
        let people = |draft: &Draft| -> Vec<PersonId> {
            draft.places.iter().map(|place| context.records.referrals.subject(*place)).collect()
        };
        let before = people(earlier);
        let said = people(later).into_iter().filter_map(|person| self.0.get(&person)).flatten();
        let last = said.filter(|said| before.contains(&said.earlier)).max_by_key(|said| said.event)?;
        match last.answer {
            Restart::Earlier => Some((false, last.event)),
            Restart::New => Some((true, last.event)),
            Restart::Unsure => None,
        }
    }
}

/// Notes which decisions leave a clock no longer in doubt.
pub(super) fn note(found: &Caseload, effects: &mut Effects) {
    let decided = found.referrals.iter().filter_map(|referral| referral.doubt?.event);
    decided.for_each(|event| effects.note(event, Effect::Settled));
}
