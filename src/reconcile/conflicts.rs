//! In what evidence contradicts the booking that it is news of, and which of the two named persons said is right.

use super::context::Context;
use super::decided::Ruling;
use super::slots::{Booking, Slot};
use super::words::Agreement;
use super::{Contradiction, Held, Side};
use crate::config::Field;
use crate::config::fields::appointment;
use crate::records::PersonId;
use crate::values::AppointmentStatus;
use std::collections::BTreeSet;

/// A booking beside the evidence that is news of it.
pub(super) struct Sides<'a> {
    context: &'a Context<'a>,
    recorded: Vec<&'a Slot>,
    news: Vec<&'a Slot>,
    /// Evidence of which a person said whether it is right.
    ruled: BTreeSet<PersonId>,
    /// The evidence that is right, in what it is not what was recorded, and which rows whoever said so was shown.
    right: Option<(&'a Slot, Vec<Contradiction>, &'a BTreeSet<PersonId>)>,
}

/// What is in conflict, and what no longer is.
#[derive(Default)]
pub(super) struct Conflict<'a> {
    /// Evidence that contradicts, and in what.
    pub(super) open: Vec<(&'a Slot, Contradiction)>,
    /// Which field differs and what each side says.
    pub(super) differs: String,
    pub(super) held: Option<Held>,
    /// The evidence that is right, and in what it is not what was recorded.
    right: Option<(&'a Slot, Vec<Contradiction>)>,
}

impl<'a> Conflict<'a> {
    /// The evidence that is right in this, where the booking is not.
    pub(super) fn right_in(&self, what: Contradiction) -> Option<&'a Slot> {
        self.right.as_ref().filter(|(_, of)| of.contains(&what)).map(|(slot, _)| *slot)
    }
}

impl<'a> Sides<'a> {
    pub(super) fn of(context: &'a Context<'a>, slots: &'a [Slot], booking: &Booking, news: &[usize]) -> Self {
        let of = |places: &[usize]| places.iter().map(|at| &slots[*at]).collect();
        Sides { context, recorded: of(&booking.slots), news: of(news), ruled: BTreeSet::new(), right: None }
    }

    pub(super) fn weigh(mut self) -> Conflict<'a> {
        let all = self.contradictions(true);
        let differs = self.told(&all);
        let rulings = self.rulings();
        if rulings.is_empty() {
            return Conflict { open: all, differs, ..Conflict::default() };
        }
        // What somebody said is right stays so, whatever was written later.
        let apart = self.contradictions(false);
        self.ruled = rulings.iter().map(|(slot, _)| self.person(slot)).collect();
        let right = rulings.iter().rfind(|(_, ruling)| ruling.is_right);
        self.right = right.map(|(slot, ruling)| {
            let not_recorded = apart.iter().filter(|(of, _)| of.place == slot.place).map(|(_, what)| *what);
            (*slot, not_recorded.collect(), &ruling.shown)
        });
        let open = self.contradictions(true);
        let decided = apart
            .into_iter()
            .filter(|one| !holds(&open, one) && (holds(&all, one) || self.ruled.contains(&self.person(one.0))));
        let differed = self.told(&decided.collect::<Vec<_>>());
        let differs = self.told(&open);
        let decisive = right.or(rulings.last()).map_or(0, |(_, ruling)| ruling.event);
        let counts = |ruling: &&Ruling| !ruling.is_right || ruling.event == decisive;
        let events = rulings.iter().map(|(_, ruling)| *ruling).filter(counts).map(|ruling| ruling.event).collect();
        let right = self.right.map(|(slot, what, _)| (slot, what)).filter(|(_, what)| !what.is_empty());
        let side = if right.is_some() { Side::Evidence } else { Side::Recorded };
        let is_moved = right.as_ref().is_some_and(|(_, what)| what.contains(&Contradiction::Starts));
        let held = (!differed.is_empty()).then_some(Held { event: decisive, side, is_moved, differed, events });
        Conflict { open, differs, held, right }
    }

    /// What people said of this evidence, in the order of the journal.
    fn rulings(&self) -> Vec<(&'a Slot, &'a Ruling)> {
        if self.context.matches.is_empty() {
            return Vec::new();
        }
        let ruled = self.news.iter().filter_map(|slot| Some((*slot, self.ruling(slot)?)));
        let mut rulings: Vec<(&Slot, &Ruling)> = ruled.collect();
        rulings.sort_by_key(|(_, ruling)| ruling.event);
        rulings
    }

    fn person(&self, slot: &Slot) -> PersonId {
        self.context.records.appointments.subject(slot.place)
    }

    /// What a person said last of this evidence and this booking, which still stands in the rows of booking systems that
    /// were shown: of another nobody has said anything.
    fn ruling(&self, slot: &Slot) -> Option<&'a Ruling> {
        let rulings = self.context.matches.rulings(self.person(slot));
        let recorded = || self.recorded.iter().map(|slot| self.person(slot)).collect::<BTreeSet<PersonId>>();
        rulings.filter(|ruling| ruling.recorded == recorded()).max_by_key(|ruling| ruling.event)
    }

    /// What evidence is held against in this: the rows of the booking; where evidence was said to be right, that; either,
    /// where it was shown to whoever said so.
    fn against(&self, slot: &Slot, what: Contradiction) -> Vec<&'a Slot> {
        match &self.right {
            Some((right, of, shown)) if of.contains(&what) => {
                let recorded: &[&Slot] = if shown.contains(&self.person(slot)) { &self.recorded } else { &[] };
                recorded.iter().chain([right]).copied().collect()
            }
            _ => self.recorded.clone(),
        }
    }

    /// The rows of one booking may name different moments; evidence that agrees with any of them agrees.
    fn agrees_in_time(&self, slot: &Slot) -> bool {
        let agrees = |one: &&Slot| one.same_day(slot) && (one.time_missing(slot) || one.same_minute(slot));
        self.against(slot, Contradiction::Starts).iter().any(agrees)
    }

    fn agrees_in_place(&self, slot: &Slot) -> bool {
        let agreement = |one: &&Slot| self.context.lexicon.sites.agreement(one.site, slot.site);
        self.against(slot, Contradiction::Site).iter().any(|one| agreement(one) != Agreement::Differs)
    }

    /// `heed_later`: what somebody wrote later, and agrees, supersedes what was written before.
    fn contradictions(&self, heed_later: bool) -> Vec<(&'a Slot, Contradiction)> {
        let after = |slot: &Slot, other: &Slot| {
            heed_later && matches!((slot.booked, other.booked), (Some(one), Some(other)) if one < other)
        };
        let stands = |slot: &Slot| {
            let agrees = |other: &&Slot| self.agrees_in_time(other) && self.agrees_in_place(other);
            !self.news.iter().any(|other| after(slot, other) && agrees(other))
        };
        let called_off = self.right.as_ref().is_some_and(|(_, of, _)| of.contains(&Contradiction::Status));
        let is_ahead = !called_off
            && self.recorded.iter().all(|slot| matches!(slot.status, None | Some(AppointmentStatus::Booked)));
        let is_called_off = |slot: &Slot| {
            is_ahead
                && slot.is_cancelled()
                && self.agrees_in_time(slot)
                && !self.news.iter().any(|other| after(slot, other) && !other.is_cancelled())
        };
        let mut found = Vec::new();
        for slot in self.news.iter().copied().filter(|slot| !self.ruled.contains(&self.person(slot))) {
            let stands = stands(slot);
            let what = [
                (Contradiction::Starts, stands && slot.day.is_some() && !self.agrees_in_time(slot)),
                (Contradiction::Site, stands && !self.agrees_in_place(slot)),
                (Contradiction::Status, is_called_off(slot)),
            ];
            found.extend(what.into_iter().filter(|(_, contradicts)| *contradicts).map(|(what, _)| (slot, what)));
        }
        found
    }

    /// "starts: recorded 2017-10-04T09:30, letter 2017-10-04T10:30"; several fields joined by a semicolon.
    fn told(&self, found: &[(&Slot, Contradiction)]) -> String {
        let show = |slot: &Slot, field: Field| {
            self.context.records.appointments.reveal(&self.context.records.texts, field, slot.place)
        };
        let said = |slot: &Slot, what: Contradiction| match what {
            Contradiction::Starts => show(slot, appointment::STARTS),
            Contradiction::Site => show(slot, appointment::SITE),
            Contradiction::Status => slot.status.unwrap_or(AppointmentStatus::Booked).word().into(),
        };
        let tell = |what: &Contradiction| {
            let (slot, _) = found.iter().find(|(_, of)| of == what)?;
            let (name, recorded) = (what.word(), said(self.recorded[0], *what));
            Some(format!("{name}: recorded {recorded}, {} {}", slot.standing.word(), said(slot, *what)))
        };
        Contradiction::ALL.iter().filter_map(tell).collect::<Vec<String>>().join("; ")
    }
}

fn holds(all: &[(&Slot, Contradiction)], (slot, what): &(&Slot, Contradiction)) -> bool {
    all.iter().any(|(other, of)| other.place == slot.place && of == what)
}
