//! What the things of an earlier package and of this one have in common.
//!
//! A row is the earlier one when it stands in the same source, file, sheet and row with the same content; else when it is
//! one of the same content elsewhere in the source, since a corrected extract moves rows: of equal rows the first is the
//! first. Things whose rows have all changed are known by what their id was made from, where that leaves no doubt.

use super::anchors::{Anchor, Anchors};
use super::carry::Share;
use super::previous::{At, Id, Kind, OldRow, Previous, RowDigest, leading};
use crate::config::Config;
use crate::records::{PersonId, Records};
use crate::sources::Origin;
use crate::values::IdKey;
use rayon::prelude::*;
use std::collections::HashMap;

/// No earlier row.
pub(super) const NO_ROW: u32 = u32::MAX;

/// Rows of this package with the earlier rows that they are.
pub(super) struct Shared<'a> {
    previous: &'a Previous,
    anchors: &'a Anchors<'a>,
    key: &'a IdKey,
    /// Of each person record, the place of the earlier row.
    matched: Vec<u32>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(
        config: &Config,
        records: &Records,
        previous: &'a Previous,
        anchors: &'a Anchors<'a>,
        key: &'a IdKey,
    ) -> Self {
        Shared { previous, anchors, key, matched: matched(config, records, previous) }
    }

    /// What things of a kind share.
    pub(super) fn shares(&self, kind: Kind) -> Vec<Share> {
        let mut shares = self.by_rows(kind);
        self.mark_anchored(kind, &mut shares);
        shares.extend(self.by_anchors(kind, &shares));
        shares
    }

    /// Of each person record, the place of the earlier row that it is.
    pub(super) fn into_matched(self) -> Vec<u32> {
        self.matched
    }

    /// The earlier row of a record of a kind.
    fn old_row(&self, kind: Kind, record: u32) -> Option<&OldRow> {
        self.previous.rows.get(self.matched[self.anchors.subject(kind, record) as usize] as usize)
    }

    /// In order of earlier things, those that share most rows first.
    fn by_rows(&self, kind: Kind) -> Vec<Share> {
        let of_thing = |new: u32| {
            let records = self.anchors.records_of(kind, new);
            let olds: Vec<u32> =
                records.into_iter().filter_map(|record| self.old_row(kind, record)?.of(kind)).collect();
            olds.into_iter().map(move |old| (old, new))
        };
        let mut rows: Vec<(u32, u32)> =
            (0..self.anchors.things(kind)).into_par_iter().flat_map_iter(of_thing).collect();
        rows.par_sort_unstable();
        let of_both = rows.chunk_by(|left, right| left == right);
        let mut shares: Vec<Share> = of_both
            .map(|rows| Share { old: rows[0].0, new: rows[0].1, rows: rows.len() as u32, anchored: false })
            .collect();
        shares.sort_by_key(|share| (share.old, std::cmp::Reverse(share.rows)));
        shares
    }

    /// Where things share equally many rows with an earlier one, its anchor decides. It is looked for only there.
    fn mark_anchored(&self, kind: Kind, shares: &mut [Share]) {
        let of_one = shares.chunk_by_mut(|left, right| (left.old, left.rows) == (right.old, right.rows));
        for share in of_one.filter(|shares| shares.len() > 1).flatten() {
            let id = self.previous.ids(kind)[share.old as usize];
            let mut records = self.anchors.records_of(kind, share.new).into_iter();
            share.anchored = records.any(|record| {
                self.anchors.of_record(kind, record).any(|anchor| self.known_ids(kind, anchor).contains(&id))
            });
        }
    }

    /// Ids that were made from an anchor: one for each thing that ever had it.
    fn known_ids(&self, kind: Kind, anchor: Anchor) -> Vec<Id> {
        let ids = (1..).map(|occurrence| self.anchors.id(kind, anchor, occurrence, self.key));
        ids.take_while(|id| self.previous.knows(kind, id)).collect()
    }

    /// Earlier things of which no row is left, where one new thing alone has their anchor among its new rows. A local id
    /// that two had, or that two have, shows nothing: a wrong guess would give somebody another person's id.
    fn by_anchors(&self, kind: Kind, shares: &[Share]) -> Vec<Share> {
        let mut is_shared = vec![false; self.previous.ids(kind).len()];
        shares.iter().for_each(|share| is_shared[share.old as usize] = true);
        if !is_shared.contains(&false) {
            return Vec::new();
        }
        let of_thing = |new: u32| {
            let records = self.anchors.records_of(kind, new).into_iter();
            let changed = records.filter(|record| self.old_row(kind, *record).is_none());
            let anchors: Vec<Anchor> = changed.flat_map(|record| self.anchors.of_record(kind, record)).collect();
            anchors.into_iter().map(move |anchor| (anchor, new))
        };
        let mut claims: Vec<(Anchor, u32)> =
            (0..self.anchors.things(kind)).into_par_iter().flat_map_iter(of_thing).collect();
        claims.par_sort_unstable();
        claims.dedup();
        let of_one: Vec<&[(Anchor, u32)]> = claims.chunk_by(|left, right| left.0 == right.0).collect();
        let found = of_one.into_par_iter().filter(|claims| claims.len() == 1).filter_map(|claims| {
            let (anchor, new) = claims[0];
            let known = self.known_ids(kind, anchor);
            let mut living = known.iter().filter_map(|id| self.previous.find(kind, id));
            let old = living.next().filter(|old| !is_shared[*old as usize])?;
            living.next().is_none().then_some(Share { old, new, rows: 0, anchored: true })
        });
        let mut found: Vec<Share> = found.collect();
        found.sort_unstable_by_key(|share| (share.old, share.new));
        found.dedup();
        found
    }
}

/// Of each person record, the place of the earlier row that it is.
fn matched(config: &Config, records: &Records, previous: &Previous) -> Vec<u32> {
    let mut matched = match_where_they_stood(config, records, previous);
    match_by_content(config, records, previous, &mut matched);
    matched
}

impl Previous {
    /// Of each person record, the earlier patient that its row was of, by a number; nothing of rows that are new or were of nobody.
    pub fn patients_of(&self, config: &Config, records: &Records) -> Vec<Option<u32>> {
        let patient = |old: u32| self.rows.get(old as usize).and_then(|row| row.of(Kind::Patient));
        matched(config, records, self).into_iter().map(patient).collect()
    }
}

/// Of each file's sheets, their numbers in the earlier package.
pub(super) fn sheet_numbers(config: &Config, records: &Records, previous: &Previous) -> Vec<Vec<Option<u32>>> {
    let source_id = |origin| match origin {
        Origin::Source(place) => config.sources[place].id.as_str(),
        Origin::Sites => "sites",
    };
    let files = records.intake.files.iter();
    files
        .map(|file| {
            let source = source_id(file.origin);
            file.sheets.iter().map(|sheet| previous.sheet(source, &file.path, &sheet.name)).collect()
        })
        .collect()
}

/// Rows that stand where they stood, unchanged.
fn match_where_they_stood(config: &Config, records: &Records, previous: &Previous) -> Vec<u32> {
    let sheets = sheet_numbers(config, records, previous);
    let old_row = |record: PersonId| {
        let at = records.people.row(record);
        let found = previous.row_at(At { sheet: sheets[at.file()][at.sheet()]?, row: at.row() })?;
        (previous.rows[found as usize].digest == leading(&records.digest[record as usize])).then_some(found)
    };
    let people = u32::try_from(records.people.len()).expect("fewer records than 4 billion");
    (0..people).into_par_iter().map(|record| old_row(record).unwrap_or(NO_ROW)).collect()
}

/// Of the rows that are left, those of equal content in one source, one to one and in order.
fn match_by_content(config: &Config, records: &Records, previous: &Previous, matched: &mut [u32]) {
    let mut taken = vec![false; previous.rows.len()];
    matched.iter().filter(|old| **old != NO_ROW).for_each(|old| taken[*old as usize] = true);
    let numbers: HashMap<&[u8], u32> = (0..).zip(&previous.sources).map(|(place, id)| (id.as_slice(), place)).collect();
    let sources: Vec<Option<u32>> =
        config.sources.iter().map(|source| numbers.get(source.id.as_bytes()).copied()).collect();

    let left = (0u32..).zip(&previous.rows).filter(|(place, _)| !taken[*place as usize]);
    let mut old: Vec<(u32, RowDigest, u32)> =
        left.map(|(place, row)| (previous.source_of[row.at.sheet as usize], row.digest, place)).collect();
    let left = records.people.places().filter(|record| matched[*record as usize] == NO_ROW);
    let mut new: Vec<(u32, RowDigest, u32)> = left
        .filter_map(|record| {
            let source = sources[usize::from(records.source[record as usize])]?;
            Some((source, leading(&records.digest[record as usize]), record))
        })
        .collect();
    old.par_sort_unstable();
    new.par_sort_unstable();
    let mut old = old.into_iter().peekable();
    for (source, digest, record) in new {
        while old.next_if(|(of, content, _)| (*of, *content) < (source, digest)).is_some() {}
        if let Some((.., place)) = old.next_if(|(of, content, _)| (*of, *content) == (source, digest)) {
            matched[record as usize] = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{self, CLINIC, LETTERS, content, local};
    use super::super::previous::Draft;
    use super::*;
    use crate::config::fields::person;
    use crate::reconcile::Reconciled;
    use crate::values::Digest;

    fn id(kind: Kind, number: u32) -> Id {
        kind.id(format!("{}-{number:016}", kind.prefix()).as_bytes()).expect("an id")
    }

    /// What is shared, as (earlier, present, rows).
    #[track_caller]
    fn check(
        kind: Kind,
        earlier: impl FnOnce(&mut Draft),
        change: impl FnOnce(&mut Reconciled),
        expected: &[(u32, u32, u32)],
    ) {
        let (config, key) = (examples::config(), examples::key().id_key());
        let mut reconciled = examples::reconciled(&config);
        change(&mut reconciled);
        let mut draft = Draft::default();
        earlier(&mut draft);
        let previous = draft.finish(Digest::of(b"manifest"));
        let anchors = Anchors::new(&config, &reconciled);
        let shared = Shared::new(&config, &reconciled.linked.records, &previous, &anchors, &key);
        let found: Vec<_> = shared.shares(kind).iter().map(|share| (share.old, share.new, share.rows)).collect();
        assert_eq!(found, expected);
    }

    fn patient(number: u32) -> Option<Id> {
        Some(id(Kind::Patient, number))
    }

    #[test]
    fn a_row_is_the_same_where_it_stood_and_where_it_moved_to_but_not_with_other_content() {
        let same = |draft: &mut Draft| draft.person(CLINIC, 2, content(0, 2), patient(1));
        check(Kind::Patient, same, |_| {}, &[(0, 0, 1)]);
        let moved = |draft: &mut Draft| draft.person(CLINIC, 70, content(0, 2), patient(1));
        check(Kind::Patient, moved, |_| {}, &[(0, 0, 1)]);
        let other_file = |draft: &mut Draft| draft.person([b"clinic", b"old.csv", b""], 2, content(0, 2), patient(1));
        check(Kind::Patient, other_file, |_| {}, &[(0, 0, 1)]);
        let changed = |draft: &mut Draft| draft.person(CLINIC, 2, content(0, 70), patient(1));
        check(Kind::Patient, changed, |_| {}, &[]);
        let other_source = |draft: &mut Draft| draft.person(LETTERS, 2, content(0, 2), patient(1));
        check(Kind::Patient, other_source, |_| {}, &[]);
    }

    #[test]
    fn equal_rows_are_one_to_one_and_in_order() {
        let earlier = |draft: &mut Draft| {
            draft.person(CLINIC, 12, content(0, 2), patient(2));
            draft.person(CLINIC, 11, content(0, 2), patient(1));
        };
        check(Kind::Patient, earlier, |_| {}, &[(0, 0, 1)]);
        let all_equal = |reconciled: &mut Reconciled| {
            let digests = &mut reconciled.linked.records.digest;
            (digests[1], digests[2]) = (digests[0], digests[0]);
        };
        check(Kind::Patient, earlier, all_equal, &[(0, 0, 1), (1, 0, 1)]);
    }

    #[test]
    fn rows_are_counted_for_each_two_things() {
        let earlier = |draft: &mut Draft| {
            draft.person(CLINIC, 2, content(0, 2), patient(1));
            draft.person(CLINIC, 3, content(0, 3), patient(1));
            draft.person(CLINIC, 4, content(0, 4), patient(1));
            draft.person(LETTERS, 3, content(1, 3), patient(2));
        };
        check(Kind::Patient, earlier, |_| {}, &[(0, 0, 2), (0, 1, 1), (1, 1, 1)]);
    }

    #[test]
    fn a_booking_is_known_by_its_row_though_nobody_knows_whose_the_row_was() {
        let earlier = |draft: &mut Draft| {
            draft.person(LETTERS, 9, content(1, 2), None);
            draft.also(LETTERS, 9, Kind::Appointment, id(Kind::Appointment, 1));
        };
        check(Kind::Appointment, earlier, |_| {}, &[(0, 1, 1)]);
        check(Kind::Patient, earlier, |_| {}, &[]);
    }

    #[test]
    fn a_thing_whose_rows_have_all_changed_is_known_by_its_local_id_where_there_is_no_doubt() {
        let earlier = |draft: &mut Draft| draft.person(CLINIC, 2, [1; 16], Some(local(Kind::Patient, "100", &[])));
        check(Kind::Patient, earlier, |_| {}, &[(0, 0, 0)]);
        // Two have the local id now, or two had it before.
        let two_now = |reconciled: &mut Reconciled| {
            let people = &mut reconciled.linked.records.people;
            let shared = people.symbol(person::LOCAL_ID, 0);
            people.set_bits(person::LOCAL_ID, 2, shared.place());
        };
        check(Kind::Patient, earlier, two_now, &[]);
        let two_before = |draft: &mut Draft| {
            draft.person(CLINIC, 2, [1; 16], Some(local(Kind::Patient, "100", &[])));
            draft.person(CLINIC, 3, [2; 16], Some(local(Kind::Patient, "100", &["2"])));
        };
        check(Kind::Patient, two_before, |_| {}, &[]);
        let referral = |draft: &mut Draft| draft.also(CLINIC, 70, Kind::Referral, local(Kind::Referral, "R1", &[]));
        check(Kind::Referral, referral, |_| {}, &[(0, 0, 0)]);
    }

    #[test]
    fn an_anchor_shows_nothing_where_rows_show_something_else() {
        let earlier = |draft: &mut Draft| {
            draft.person(CLINIC, 4, content(0, 4), Some(local(Kind::Patient, "100", &[])));
        };
        check(Kind::Patient, earlier, |_| {}, &[(0, 1, 1)]);
    }
}
