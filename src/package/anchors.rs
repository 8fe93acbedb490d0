//! What ids are made from: the local id in a system, a booking reference, else the content of a row.

use super::previous::{Id, Kind};
use crate::config::fields::{appointment, person, referral};
use crate::config::{Config, Field, Source, Standing};
use crate::reconcile::Reconciled;
use crate::records::{PersonId, Records, Symbol, Table};
use crate::values::{Digest, IdKey};
use std::collections::BTreeSet;

/// What an id is derived from. Systems are numbered in the order of (provider, system).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Anchor {
    Local { system: usize, id: Symbol },
    Booking { reference: Symbol },
    Content { digest: Digest },
}

/// Where anchors are looked for.
pub(super) struct Anchors<'a> {
    reconciled: &'a Reconciled,
    records: &'a Records,
    systems: Vec<(&'a str, &'a str)>,
    /// Of each source: its system, and whether it is a system of record.
    sources: Vec<(usize, bool)>,
}

impl<'a> Anchors<'a> {
    pub(super) fn new(config: &'a Config, reconciled: &'a Reconciled) -> Self {
        let named = |source: &'a Source| (source.provider.as_str(), source.system.as_str());
        let systems: BTreeSet<_> = config.sources.iter().map(named).collect();
        let systems: Vec<_> = systems.into_iter().collect();
        let place = |source| systems.binary_search(&named(source)).expect("every source's system is listed");
        let sources =
            config.sources.iter().map(|source| (place(source), source.standing == Standing::Record)).collect();
        Anchors { reconciled, records: &reconciled.linked.records, systems, sources }
    }

    /// How many things there are of a kind.
    pub(super) fn things(&self, kind: Kind) -> u32 {
        let things = match kind {
            Kind::Patient => self.reconciled.linked.members.len(),
            Kind::Referral => self.reconciled.referrals.len(),
            Kind::Appointment => self.reconciled.appointments.len(),
        };
        u32::try_from(things).expect("fewer things than 4 billion")
    }

    /// The records of a thing: places in the table of its kind, in order of rows.
    pub(super) fn records_of(&self, kind: Kind, thing: u32) -> Vec<u32> {
        let thing = thing as usize;
        match kind {
            Kind::Patient => self.reconciled.linked.members[thing].clone(),
            Kind::Referral => self.reconciled.referrals[thing].records.iter().map(|(place, _)| *place).collect(),
            Kind::Appointment => self.reconciled.appointments[thing].records.iter().map(|(place, _)| *place).collect(),
        }
    }

    /// The row that comes first of those that speak of a thing, by its person record.
    pub(super) fn first_row(&self, kind: Kind, thing: u32) -> PersonId {
        let thing = thing as usize;
        match kind {
            Kind::Patient => self.reconciled.linked.members[thing][0],
            Kind::Referral => self.records.referrals.subject(self.reconciled.referrals[thing].records[0].0),
            Kind::Appointment => self.records.appointments.subject(self.reconciled.appointments[thing].records[0].0),
        }
    }

    /// The person record of the row of a record of a kind.
    pub(super) fn subject(&self, kind: Kind, record: u32) -> PersonId {
        self.table(kind).subject(record)
    }

    fn table(&self, kind: Kind) -> &'a Table {
        match kind {
            Kind::Patient => &self.records.people,
            Kind::Referral => &self.records.referrals,
            Kind::Appointment => &self.records.appointments,
        }
    }

    /// The anchor of a thing: the smallest local id of its rows in systems of record; failing that, in any; failing that
    /// its booking reference, or the content of its first row. A local id of a person elsewhere is no anchor: a list or a
    /// letter may have taken it from anywhere.
    pub(super) fn of(&self, kind: Kind, thing: u32) -> Anchor {
        match kind {
            Kind::Patient => self.of_patient(&self.reconciled.linked.members[thing as usize]),
            Kind::Referral => self.of_referral(&self.reconciled.referrals[thing as usize].records),
            Kind::Appointment => {
                let of = &self.reconciled.appointments[thing as usize].records;
                let local = self.local_of_records(&self.records.appointments, appointment::LOCAL_ID, of);
                local.unwrap_or_else(|| self.content(&self.records.appointments, of[0].0))
            }
        }
    }

    fn of_patient(&self, members: &[PersonId]) -> Anchor {
        let of_record = members.iter().filter(|member| self.source(**member).1);
        let local = of_record.filter_map(|member| self.local(&self.records.people, person::LOCAL_ID, *member));
        self.smallest(local).unwrap_or_else(|| self.content(&self.records.people, members[0]))
    }

    fn of_referral<T>(&self, of: &[(u32, T)]) -> Anchor {
        let table = &self.records.referrals;
        let local = self.local_of_records(table, referral::LOCAL_ID, of);
        let booking = || {
            let references = of.iter().map(|(place, _)| table.symbol(referral::UBRN, *place));
            let present = references.filter(|reference| reference.is_some());
            let reference = present.min_by_key(|reference| self.records.texts.text(*reference));
            reference.map(|reference| Anchor::Booking { reference })
        };
        local.or_else(booking).unwrap_or_else(|| self.content(table, of[0].0))
    }

    /// The smallest local id of rows of systems of record; failing that, of any row.
    fn local_of_records<T>(&self, table: &Table, field: Field, of: &[(u32, T)]) -> Option<Anchor> {
        let of_record = of.iter().filter(|(place, _)| self.source(table.subject(*place)).1);
        let smallest = self.smallest(of_record.filter_map(|(place, _)| self.local(table, field, *place)));
        smallest.or_else(|| self.smallest(of.iter().filter_map(|(place, _)| self.local(table, field, *place))))
    }

    /// Every anchor that one record could give its thing.
    pub(super) fn of_record(&self, kind: Kind, record: u32) -> impl Iterator<Item = Anchor> + use<> {
        let table = self.table(kind);
        let local = |field| self.local(table, field, record).map(|(system, id)| Anchor::Local { system, id });
        let (local, booking) = match kind {
            Kind::Patient => (local(person::LOCAL_ID).filter(|_| self.source(record).1), None),
            Kind::Referral => {
                let reference = table.symbol(referral::UBRN, record);
                (local(referral::LOCAL_ID), reference.is_some().then_some(Anchor::Booking { reference }))
            }
            Kind::Appointment => (local(appointment::LOCAL_ID), None),
        };
        [local, booking, Some(self.content(table, record))].into_iter().flatten()
    }

    fn source(&self, record: PersonId) -> (usize, bool) {
        self.sources[usize::from(self.records.source[record as usize])]
    }

    fn local(&self, table: &Table, field: Field, place: u32) -> Option<(usize, Symbol)> {
        let id = table.symbol(field, place);
        id.is_some().then(|| (self.source(table.subject(place)).0, id))
    }

    fn smallest(&self, ids: impl Iterator<Item = (usize, Symbol)>) -> Option<Anchor> {
        let smallest = ids.min_by_key(|(system, id)| (*system, self.records.texts.text(*id)));
        smallest.map(|(system, id)| Anchor::Local { system, id })
    }

    fn content(&self, table: &Table, place: u32) -> Anchor {
        Anchor::Content { digest: self.records.digest[table.subject(place) as usize] }
    }

    /// The id of a thing with an anchor that so many things have had before it.
    pub(super) fn id(&self, kind: Kind, anchor: Anchor, occurrence: u32, key: &IdKey) -> Id {
        let again = occurrence.to_string();
        let suffix = if occurrence > 1 { &[again.as_str()][..] } else { &[] };
        let text = |symbol| self.records.texts.text(symbol);
        let prefix = kind.prefix();
        let id = match anchor {
            Anchor::Local { system, id } => {
                let (provider, name) = self.systems[system];
                key.id(prefix, &[&["local", provider, name, text(id)], suffix].concat())
            }
            Anchor::Booking { reference } => key.id(prefix, &[&["ubrn", text(reference)], suffix].concat()),
            Anchor::Content { digest } => key.id(prefix, &["content", &digest.to_string(), &again]),
        };
        id.as_bytes().try_into().expect("an id is a letter, a hyphen and sixteen characters")
    }
}
