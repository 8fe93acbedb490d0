//! What people closed: items of the safety list, and exclusions that they signed.

use super::Item;
use crate::config::{Config, Exclusion};
use crate::decisions::{Act, Decisions, RowName};
use crate::reconcile::Reconciled;
use crate::records::row_name;
use crate::sources::RowRef;
use std::collections::{BTreeMap, BTreeSet};

/// The decisions in effect that close something.
pub(super) struct Closings<'a> {
    config: &'a Config,
    reconciled: &'a Reconciled,
    /// Of each rule: events, with the rows that were shown.
    safety: BTreeMap<&'a str, Vec<(usize, BTreeSet<&'a RowName>)>>,
    /// Of what is signed, a name and a rule, the event that signs it.
    signed: BTreeMap<&'a str, usize>,
}

impl<'a> Closings<'a> {
    pub(super) fn of(config: &'a Config, reconciled: &'a Reconciled, decisions: &'a Decisions) -> Self {
        let mut closings = Closings { config, reconciled, safety: BTreeMap::new(), signed: BTreeMap::new() };
        for (_, event) in decisions.in_effect() {
            match &event.entry.act {
                Act::SafetyClosed { rule } => {
                    let rows = event.entry.rows.iter().map(|row| &row.name).collect();
                    closings.safety.entry(rule).or_default().push((event.number, rows));
                }
                Act::ExclusionSigned { exclusion } => {
                    closings.signed.insert(exclusion, event.number);
                }
                _ => {}
            }
        }
        closings
    }

    /// The event that closes an item of a rule. Every row behind the item must have been shown: an item that has gained a
    /// row since is open again.
    pub(super) fn closes(&self, rule: &str, item: Item) -> Option<usize> {
        let events = self.safety.get(rule)?;
        let name = |row: &RowRef| row_name(self.config, &self.reconciled.linked.records, *row);
        let rows: Vec<RowName> = self.rows(item).iter().map(name).collect();
        let shown = |(_, shown): &&(usize, BTreeSet<&RowName>)| rows.iter().all(|row| shown.contains(row));
        events.iter().find(shown).filter(|_| !rows.is_empty()).map(|(event, _)| *event)
    }

    /// The event that signs an exclusion which the configuration leaves unsigned.
    pub(super) fn signs(&self, exclusion: &Exclusion) -> Option<usize> {
        let unsigned = exclusion.signed_by.trim().is_empty();
        self.signed.get(exclusion.statement().as_str()).copied().filter(|_| unsigned)
    }

    fn rows(&self, item: Item) -> Vec<RowRef> {
        let records = &self.reconciled.linked.records;
        match item {
            Item::Row(row) => vec![row],
            Item::Patient(patient) => {
                let members = &self.reconciled.linked.members[patient as usize];
                members.iter().map(|record| records.people.row(*record)).collect()
            }
            // A second keying shows nothing that the first does not, unless they disagree, and that is asked apart.
            Item::Referral(referral) => {
                let referral = &self.reconciled.referrals[referral as usize];
                referral.records.iter().map(|(place, _)| records.referrals.row(*place)).collect()
            }
            Item::Appointment(appointment) => {
                let appointment = &self.reconciled.appointments[appointment as usize];
                appointment.records.iter().map(|(place, _)| records.appointments.row(*place)).collect()
            }
        }
    }
}
