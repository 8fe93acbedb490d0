//! Keyed ids of patients, referrals and appointments.
//!
//! An id is a keyed digest of an anchor: the smallest (provider, system, local id) of the thing's records, else its
//! booking reference, else the content of its first row. So an id survives a re-run, another order of sources and another
//! decision, for as long as the anchor stays. Two things with one anchor (a local id that two people share) are told
//! apart by their occurrence: the first keeps the plain anchor.
//!
//! With an earlier package at hand, a thing that shares rows with one of its things has that thing's id, whatever its
//! anchor has become; and an id that was ever somebody's is not made again for anybody else.

use super::anchors::{Anchor, Anchors};
use super::carry::{Change, Fate, carry};
use super::previous::{Id, Kind, Previous};
use super::shared::Shared;
use super::since::{RowChanges, Since};
use crate::config::Config;
use crate::linkage::PatientIndex;
use crate::measures::Item;
use crate::reconcile::{AppointmentIndex, Reconciled, ReferralIndex};
use crate::values::{CommitmentKey, IdKey};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// What ids are made from: the key, and an earlier package whose ids live on.
pub struct Naming<'a> {
    /// The key.
    pub key: &'a CommitmentKey,
    /// The earlier package.
    pub previous: Option<Previous>,
}

/// What became of the ids of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IdTally {
    /// Ids that live on.
    pub carried: u64,
    /// Ids of things of which the earlier package had nothing.
    pub new: u64,
    /// New ids of things that hold rows of an id that lives on elsewhere.
    pub split: u64,
    /// Ids that ended because their rows are part of a thing with another id.
    pub merged: u64,
    /// Ids that ended because nothing of them is left.
    pub ended: u64,
}

/// What became of the ids of an earlier package, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IdTallies {
    /// Of patients.
    pub patients: IdTally,
    /// Of referrals.
    pub referrals: IdTally,
    /// Of appointments.
    pub appointments: IdTally,
}

/// A line of `id_changes.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IdChange {
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) into: Option<Id>,
    pub(super) change: Change,
    pub(super) rows: u32,
}

/// Ids, without the cost of a text each.
struct Series {
    ids: Vec<Id>,
    order: Vec<u32>,
}

/// The ids of a package.
pub(super) struct Ids {
    /// By kind.
    series: [Series; 3],
    /// What became of earlier ids, in order.
    pub(super) changes: Vec<IdChange>,
    /// What became of earlier rows.
    pub(super) rows: RowChanges,
    /// `None` when there is no earlier package.
    pub(super) tallies: Option<IdTallies>,
}

/// Which earlier ids live on, of one kind.
struct Living {
    /// Of each thing, the earlier one whose id it has.
    old_of: Vec<Option<u32>>,
    fates: Vec<Fate>,
}

impl Ids {
    pub(super) fn derive(config: &Config, reconciled: &Reconciled, naming: &Naming<'_>) -> Self {
        let key = naming.key.id_key();
        let anchors = Anchors::new(config, reconciled);
        let Some(previous) = &naming.previous else {
            let series = Kind::ALL.map(|kind| Series::new(fresh(kind, &anchors, &key)));
            return Ids { series, changes: Vec::new(), rows: RowChanges::default(), tallies: None };
        };
        let shared = Shared::new(config, &reconciled.linked.records, previous, &anchors, &key);
        let living = Kind::ALL.map(|kind| {
            let shares = shared.shares(kind);
            let first_row = |thing| anchors.first_row(kind, thing);
            let carried = carry(previous.ids(kind).len(), anchors.things(kind) as usize, &shares, first_row);
            Living { fates: carried.fates(&shares), old_of: carried.old_of }
        });
        let matched = shared.into_matched();
        let series =
            Kind::ALL.map(|kind| Series::new(carried(kind, &anchors, &key, previous, &living[kind as usize].old_of)));
        let ids = Ids { series, changes: Vec::new(), rows: RowChanges::default(), tallies: None };
        let [patients, referrals, appointments] =
            Kind::ALL.map(|kind| living[kind as usize].tally(previous.ids(kind).len()));
        let changes = ids.changes_since(previous, &living);
        let since = Since { config, records: &reconciled.linked.records, previous, matched: &matched };
        let rows = since.row_changes(&anchors, &ids);
        Ids { changes, rows, tallies: Some(IdTallies { patients, referrals, appointments }), ..ids }
    }

    /// What became of earlier ids, those that had ended before among them.
    fn changes_since(&self, previous: &Previous, living: &[Living; 3]) -> Vec<IdChange> {
        let mut changes = Vec::new();
        for kind in Kind::ALL {
            changes.extend(living[kind as usize].fates.iter().map(|fate| IdChange {
                kind,
                id: previous.ids(kind)[fate.old as usize],
                into: fate.into.map(|new| self.series[kind as usize].ids[new as usize]),
                change: fate.change,
                rows: fate.rows,
            }));
        }
        changes.extend(previous.ended.iter().map(|ended| IdChange {
            kind: ended.kind,
            id: ended.id,
            into: ended.into,
            change: Change::EndedBefore,
            rows: ended.rows,
        }));
        changes.sort_unstable();
        self.assert_no_ended_id_is_in_use(&changes);
        changes
    }

    fn assert_no_ended_id_is_in_use(&self, changes: &[IdChange]) {
        let ended: HashSet<&Id> = changes.iter().filter(|line| line.change.ends()).map(|line| &line.id).collect();
        let in_use = self.series.iter().flat_map(|series| &series.ids).any(|id| ended.contains(id));
        assert!(!in_use, "an id that ended is nobody's");
    }

    /// The id of a thing of a kind.
    pub(super) fn id(&self, kind: Kind, thing: u32) -> Id {
        self.series[kind as usize].ids[thing as usize]
    }

    pub(super) fn patient(&self, patient: PatientIndex) -> &str {
        self.series[0].id(patient)
    }

    pub(super) fn referral(&self, referral: ReferralIndex) -> &str {
        self.series[1].id(referral)
    }

    pub(super) fn appointment(&self, appointment: AppointmentIndex) -> &str {
        self.series[2].id(appointment)
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
        &self.series[0].order
    }

    /// Referrals in the order of their ids.
    pub(super) fn referrals(&self) -> &[ReferralIndex] {
        &self.series[1].order
    }

    /// Appointments in the order of their ids.
    pub(super) fn appointments(&self) -> &[AppointmentIndex] {
        &self.series[2].order
    }
}

/// Ids as they are without an earlier package: equal anchors are numbered in the order in which they come.
fn fresh(kind: Kind, anchors: &Anchors<'_>, key: &IdKey) -> Vec<Id> {
    let mut seen: HashMap<Anchor, u32> = HashMap::with_capacity(anchors.things(kind) as usize);
    let numbered: Vec<(Anchor, u32)> = (0..anchors.things(kind))
        .map(|thing| {
            let anchor = anchors.of(kind, thing);
            let occurrence = seen.entry(anchor).or_insert(0);
            *occurrence += 1;
            (anchor, *occurrence)
        })
        .collect();
    drop(seen);
    numbered.par_iter().map(|(anchor, occurrence)| anchors.id(kind, *anchor, *occurrence, key)).collect()
}

/// Ids that live on, and new ones that were never anybody's.
fn carried(kind: Kind, anchors: &Anchors<'_>, key: &IdKey, previous: &Previous, old_of: &[Option<u32>]) -> Vec<Id> {
    let mut seen: HashMap<Anchor, u32> = HashMap::new();
    let mut unused = |anchor: Anchor| {
        let occurrence = seen.entry(anchor).or_insert(0);
        loop {
            *occurrence += 1;
            let id = anchors.id(kind, anchor, *occurrence, key);
            if !previous.knows(kind, &id) {
                return id;
            }
        }
    };
    let things = (0u32..).zip(old_of);
    things
        .map(|(thing, old)| match old {
            Some(old) => previous.ids(kind)[*old as usize],
            None => unused(anchors.of(kind, thing)),
        })
        .collect()
}

impl Living {
    fn tally(&self, olds: usize) -> IdTally {
        let carried = self.old_of.iter().flatten().count();
        let distinct = |of: &mut dyn Iterator<Item = u32>| of.collect::<HashSet<u32>>().len() as u64;
        let of_change = |change| self.fates.iter().filter(move |fate| fate.change == change);
        let split = distinct(&mut of_change(Change::Split).filter_map(|fate| fate.into));
        let merged = distinct(&mut of_change(Change::Merged).map(|fate| fate.old));
        let ended = of_change(Change::Ended).count() as u64;
        assert_eq!(olds as u64, carried as u64 + merged + ended, "every earlier id lives on or ended");
        IdTally { carried: carried as u64, new: (self.old_of.len() - carried) as u64 - split, split, merged, ended }
    }
}

impl Series {
    fn new(ids: Vec<Id>) -> Self {
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

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::super::previous::{Draft, ended, leading};
    use super::*;
    use crate::config::fields::person;
    use crate::values::Digest;

    fn derive(change: impl FnOnce(&mut Config, &mut Reconciled)) -> Ids {
        let mut config = examples::config();
        let mut reconciled = examples::reconciled(&config);
        change(&mut config, &mut reconciled);
        Ids::derive(&config, &reconciled, &Naming { key: &examples::key(), previous: None })
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
        let other = Naming { key: &other_key, previous: None };
        let other = Ids::derive(&config, &examples::reconciled(&config), &other);
        assert_ne!(plain.patient(0), other.patient(0));
    }

    /// Ids where the patients of these rows had these ids, and these had ended.
    fn derive_after(rows: &[(u32, Id)], gone: &[Id]) -> Ids {
        let config = examples::config();
        let mut draft = Draft::default();
        for (row, id) in rows {
            let digest = leading(&Digest::of(format!("0:{row}").as_bytes()));
            draft.person([b"clinic", b"sources/clinic.csv", b""], *row, digest, Some(*id));
        }
        gone.iter().filter_map(|id| ended(Kind::Patient, Change::Ended, *id, None, 0)).for_each(|id| draft.ended(id));
        let previous = Some(draft.finish(Digest::of(b"manifest")));
        Ids::derive(&config, &examples::reconciled(&config), &Naming { key: &examples::key(), previous })
    }

    fn id(text: &str) -> Id {
        Kind::Patient.id(text.as_bytes()).expect("an id")
    }

    #[test]
    fn an_id_lives_on_whatever_the_anchor_has_become() {
        let ids = derive_after(&[(2, id("P-0000000000000007"))], &[]);
        assert_eq!(ids.patient(0), "P-0000000000000007");
        let tally = ids.tallies.expect("there is an earlier package").patients;
        assert_eq!(tally, IdTally { carried: 1, new: 2, ..IdTally::default() });
        assert!(ids.changes.is_empty());
    }

    #[test]
    fn a_new_id_was_never_anybodys() {
        let plain = derive(|_, _| {});
        let of = |patient| id(plain.patient(patient));
        // What would be the id of the first is the second's, and what would be the second's has ended.
        let ids = derive_after(&[(4, of(0))], &[of(1)]);
        assert_eq!(id(ids.patient(1)), of(0));
        assert!(![of(0), of(1)].contains(&id(ids.patient(0))));
        assert_eq!(ids.patient(2), plain.patient(2));
        let ended = [IdChange { kind: Kind::Patient, id: of(1), into: None, change: Change::EndedBefore, rows: 0 }];
        assert_eq!(ids.changes, ended);
    }

    #[test]
    fn an_id_has_the_shape_of_the_schema() {
        let id = derive(|_, _| {}).patient(0).to_owned();
        assert!(
            id.starts_with("P-") && id[2..].bytes().all(|byte| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&byte))
        );
    }
}
