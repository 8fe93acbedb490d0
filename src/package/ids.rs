//! Keyed ids of patients, referrals and appointments.
//!
//! An id is a keyed digest of an anchor: the smallest (provider, system, local id) of the thing's records, else its
//! booking reference, else the content of its first row. So an id survives a re-run, another order of sources and another
//! decision, for as long as the anchor stays. Two things with one anchor (a local id that two people share) are told
//! apart by their occurrence: the first keeps the plain anchor.

use crate::config::fields::{appointment, person, referral};
use crate::config::{Config, Field, Standing};
use crate::linkage::PatientIndex;
use crate::measures::Item;
use crate::reconcile::{AppointmentIndex, Reconciled, ReferralIndex};
use crate::records::{PersonId, Records, Symbol, Table};
use crate::values::{Digest, IdKey};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// Bytes of an id: a letter, a hyphen and sixteen characters.
const ID_BYTES: usize = 18;

/// Ids, without the cost of a text each.
struct Series {
    ids: Vec<[u8; ID_BYTES]>,
    order: Vec<u32>,
}

/// The ids of a package.
pub(super) struct Ids {
    patients: Series,
    referrals: Series,
    appointments: Series,
}

/// What an id is derived from. Systems are numbered in the order of (provider, system).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Anchor {
    Local { system: usize, id: Symbol },
    Booking { reference: Symbol },
    Content { digest: Digest },
}

/// Where anchors are looked for.
struct Anchors<'a> {
    records: &'a Records,
    systems: Vec<(&'a str, &'a str)>,
    /// Of each source: its system, and whether it is a system of record.
    sources: Vec<(usize, bool)>,
}

impl Ids {
    pub(super) fn derive(config: &Config, reconciled: &Reconciled, key: &IdKey) -> Self {
        let anchors = Anchors::new(config, &reconciled.linked.records);
        let patients = reconciled.linked.members.iter().map(|members| anchors.patient(members)).collect();
        let referrals = reconciled.referrals.iter().map(|referral| anchors.referral(&referral.records)).collect();
        let appointments =
            reconciled.appointments.iter().map(|appointment| anchors.appointment(&appointment.records)).collect();
        Ids {
            patients: anchors.series("P", patients, key),
            referrals: anchors.series("R", referrals, key),
            appointments: anchors.series("A", appointments, key),
        }
    }

    pub(super) fn patient(&self, patient: PatientIndex) -> &str {
        self.patients.id(patient)
    }

    pub(super) fn referral(&self, referral: ReferralIndex) -> &str {
        self.referrals.id(referral)
    }

    pub(super) fn appointment(&self, appointment: AppointmentIndex) -> &str {
        self.appointments.id(appointment)
    }

    /// The id of an item; `None` for a row.
    pub(super) fn of_item(&self, item: Item) -> Option<&str> {
        match item {
            Item::Patient(patient) => Some(self.patient(patient)),
            Item::Referral(referral) => Some(self.referral(referral)),
            Item::Appointment(appointment) => Some(self.appointment(appointment)),
            Item::Row(_) => None,
        }
    }

    /// Patients in the order of their ids.
    pub(super) fn patients(&self) -> &[PatientIndex] {
        &self.patients.order
    }

    /// Referrals in the order of their ids.
    pub(super) fn referrals(&self) -> &[ReferralIndex] {
        &self.referrals.order
    }

    /// Appointments in the order of their ids.
    pub(super) fn appointments(&self) -> &[AppointmentIndex] {
        &self.appointments.order
    }
}

impl Series {
    fn new(ids: Vec<[u8; ID_BYTES]>) -> Self {
        let mut order: Vec<u32> = (0..u32::try_from(ids.len()).expect("fewer things than 4 billion")).collect();
        order.par_sort_unstable_by_key(|index| ids[*index as usize]);
        let distinct = order.windows(2).all(|pair| ids[pair[0] as usize] != ids[pair[1] as usize]);
        assert!(distinct, "ids of distinct anchors are distinct");
        Series { ids, order }
    }

    fn id(&self, index: u32) -> &str {
        std::str::from_utf8(&self.ids[index as usize]).expect("an id is of letters and digits")
    }
}

impl<'a> Anchors<'a> {
    fn new(config: &'a Config, records: &'a Records) -> Self {
        let named = |source: &'a crate::config::Source| (source.provider.as_str(), source.system.as_str());
        let systems: BTreeSet<_> = config.sources.iter().map(named).collect();
        let systems: Vec<_> = systems.into_iter().collect();
        let place = |source| systems.binary_search(&named(source)).expect("every source's system is listed");
        let sources =
            config.sources.iter().map(|source| (place(source), source.standing == Standing::Record)).collect();
        Anchors { records, systems, sources }
    }

    fn patient(&self, members: &[PersonId]) -> Anchor {
        let of_record = members.iter().filter(|member| self.source(**member).1);
        let local = of_record.filter_map(|member| self.local(&self.records.people, person::LOCAL_ID, *member));
        self.smallest(local).unwrap_or_else(|| self.content(&self.records.people, members[0]))
    }

    fn referral<T>(&self, of: &[(u32, T)]) -> Anchor {
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

    fn appointment<T>(&self, of: &[(u32, T)]) -> Anchor {
        let table = &self.records.appointments;
        let local = self.local_of_records(table, appointment::LOCAL_ID, of);
        local.unwrap_or_else(|| self.content(table, of[0].0))
    }

    /// The smallest local id of rows of systems of record; failing that, of any row.
    fn local_of_records<T>(&self, table: &Table, field: Field, of: &[(u32, T)]) -> Option<Anchor> {
        let of_record = of.iter().filter(|(place, _)| self.source(table.subject(*place)).1);
        let smallest = self.smallest(of_record.filter_map(|(place, _)| self.local(table, field, *place)));
        smallest.or_else(|| self.smallest(of.iter().filter_map(|(place, _)| self.local(table, field, *place))))
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

    /// Numbers equal anchors in the order in which they come, then derives each id.
    fn series(&self, prefix: &str, anchors: Vec<Anchor>, key: &IdKey) -> Series {
        let mut seen: HashMap<Anchor, u32> = HashMap::with_capacity(anchors.len());
        let numbered: Vec<(Anchor, u32)> = anchors
            .into_iter()
            .map(|anchor| {
                let occurrence = seen.entry(anchor).or_insert(0);
                *occurrence += 1;
                (anchor, *occurrence)
            })
            .collect();
        drop(seen);
        Series::new(
            numbered.par_iter().map(|(anchor, occurrence)| self.id(prefix, *anchor, *occurrence, key)).collect(),
        )
    }

    fn id(&self, prefix: &str, anchor: Anchor, occurrence: u32, key: &IdKey) -> [u8; ID_BYTES] {
        let again = occurrence.to_string();
        let suffix = if occurrence > 1 { &[again.as_str()][..] } else { &[] };
        let text = |symbol| self.records.texts.text(symbol);
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

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;
    use crate::values::CommitmentKey;

    fn derive(change: impl FnOnce(&mut Config, &mut Reconciled)) -> Ids {
        let mut config = examples::config();
        let mut reconciled = examples::reconciled(&config);
        change(&mut config, &mut reconciled);
        Ids::derive(&config, &reconciled, &examples::key().id_key())
    }

    #[test]
    fn an_id_shared_by_two_people_gives_two_ids_and_the_first_keeps_the_plain_one() {
        let apart = derive(|_, _| {});
        let shared = derive(|_, reconciled| {
            let people = &mut reconciled.linked.records.people;
            let first = people.symbol(person::LOCAL_ID, 0);
            people.set_bits(person::LOCAL_ID, 2, first.place());
        });
        assert_eq!(apart.patient(0), shared.patient(0));
        assert_ne!(shared.patient(0), shared.patient(1));
        assert_ne!(apart.patient(1), shared.patient(1));
    }

    #[test]
    fn without_a_local_id_equal_rows_are_told_apart() {
        let ids = derive(|_, reconciled| {
            let records = &mut reconciled.linked.records;
            for record in records.people.places() {
                records.people.set_bits(person::LOCAL_ID, record, 0);
                records.digest[record as usize] = Digest::of(b"the same row");
            }
        });
        assert_ne!(ids.patient(0), ids.patient(1));
    }

    #[test]
    fn an_id_follows_the_key_and_the_local_id_alone() {
        let plain = derive(|_, _| {});
        let renamed = derive(|config, reconciled| {
            config.sources[0].id = "another-name".into();
            reconciled.linked.records.digest[0] = Digest::of(b"another row");
        });
        assert_eq!(plain.patient(0), renamed.patient(0));
        let config = examples::config();
        let other_key = CommitmentKey::parse(&[8; 32]).expect("32 bytes");
        let other = Ids::derive(&config, &examples::reconciled(&config), &other_key.id_key());
        assert_ne!(plain.patient(0), other.patient(0));
    }

    #[test]
    fn an_id_has_the_shape_of_the_schema() {
        let id = derive(|_, _| {}).patient(0).to_owned();
        assert!(
            id.starts_with("P-") && id[2..].bytes().all(|byte| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&byte))
        );
    }
}
