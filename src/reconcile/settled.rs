//! What named persons said became of future bookings.

use super::caseload::Caseload;
use super::context::Context;
use super::{Appointment, AppointmentStanding, Classification, Settled};
use crate::config::{Config, Standing};
use crate::decisions::{Act, Decisions, Effect, Effects, Settlement};
use crate::records::{PersonId, Records, find_person};
use crate::values::Moment;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The decisions in effect that settle a booking.
#[derive(Clone, Debug, Default)]
pub(super) struct Settlements {
    said: Vec<Said>,
    /// By each row that was shown: places in `said`, in the order of the journal.
    of_row: BTreeMap<PersonId, Vec<usize>>,
}

/// What one event says.
#[derive(Clone, Debug)]
struct Said {
    event: usize,
    starts: Moment,
    how: Settlement,
    /// The rows that were shown.
    shown: BTreeSet<PersonId>,
    /// Those of them that are booking systems'.
    recorded: BTreeSet<PersonId>,
}

impl Settlements {
    pub(super) fn find(config: &Config, records: &Records, decisions: &Decisions) -> Self {
        let mut settlements = Settlements::default();
        let is_recorded = |person: &&PersonId| {
            config.sources[usize::from(records.source[**person as usize])].standing == Standing::Record
        };
        for (_, event) in decisions.in_effect() {
            let Act::BookingSettled { starts, how } = event.entry.act else { continue };
            let found = event.entry.rows.iter().map(|row| find_person(config, records, &row.name));
            let Some(shown) = found.collect::<Option<BTreeSet<PersonId>>>() else { continue };
            for person in &shown {
                settlements.of_row.entry(*person).or_default().push(settlements.said.len());
            }
            let recorded = shown.iter().filter(is_recorded).copied().collect();
            settlements.said.push(Said { event: event.number, starts, how, shown, recorded });
        }
        settlements
    }

    /// Settles what was decided of these appointments; the last word on each counts.
    pub(super) fn settle(&self, context: &Context, appointments: &mut [Appointment]) {
        if self.said.is_empty() {
            return;
        }
        for appointment in appointments {
            let subject = |place: &u32| context.records.appointments.subject(*place);
            let rows = appointment.records.iter().map(|(place, _)| subject(place));
            let said = rows.filter_map(|person| self.of_row.get(&person)).flatten().collect::<BTreeSet<_>>();
            let last = said.into_iter().rev().map(|place| &self.said[*place]);
            let is_of = |said: &&Said| said.is_of(context, appointment);
            appointment.settled = { last }.find(is_of).map(|said| Settled { event: said.event, how: said.how });
        }
    }
}

impl Said {
    /// Whether the booking is still the one that was shown: at the same moment, in the same rows of booking systems, with
    /// all its evidence where no system holds it. Further evidence may have come to it that does not contradict; a row of
    /// a booking system, another moment or a contradiction is something that nobody has decided.
    fn is_of(&self, context: &Context, appointment: &Appointment) -> bool {
        let rows = |only_recorded: bool| -> BTreeSet<PersonId> {
            let rows = appointment.records.iter();
            let wanted = rows.filter(|(_, standing)| !only_recorded || *standing == AppointmentStanding::Recorded);
            wanted.map(|(place, _)| context.records.appointments.subject(*place)).collect()
        };
        let all = rows(false);
        appointment.starts == Some(self.starts)
            && rows(true) == self.recorded
            && (!self.recorded.is_empty() || all.is_superset(&self.shown))
            && (all.is_subset(&self.shown) || appointment.classification != Classification::Conflict)
    }
}

/// Notes which decisions leave a booking no longer unresolved that would be so without them.
pub(super) fn note(found: &Caseload, transfer_date: Date, effects: &mut Effects) {
    for appointment in &found.appointments {
        if let Some(settled) = appointment.settled.filter(|_| appointment.would_be_unresolved(transfer_date)) {
            effects.note(settled.event, Effect::Settled);
        }
    }
}
