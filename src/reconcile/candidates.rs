//! Which candidate's slot evidence is news of: one assignment at least total cost over all candidates who hang together.
//!
//! The news of one source and the slots of the candidates are assigned one to one, since one source writes of one booking
//! once. The same news sent again may go beside it, at a cost; news of another source is assigned by itself, for a booking can
//! well have a letter and a text. What would be nearly as well with anybody else is left to people.

use super::assignment::Contest;
use super::context::Context;
use super::slots::{Slot, bookings, evidence};
use super::words::Agreement;
use crate::linkage::PatientIndex;
use crate::values::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// News that gives no time, of a slot of the same day, or the other way about: more than site and clinician together.
const DAY: u32 = 6;
/// News of a slot of which its source has written already.
const REPEAT: u32 = 5;
/// News of nobody's slot: little more than news without a time of a slot of which its source has written already, so that
/// such news is left to people.
const ALONE: u32 = 12;
/// With anybody else, or with nobody, everything together must cost as much more.
const CLEAR: u32 = 3;
/// News that fits more slots than this is anybody's, and tells nothing of other news.
const MANY: usize = 200;
/// More rows or columns that hang together than this are left to people: nobody tells so many apart by their slots.
const LARGEST: usize = 1_000;

/// What a piece of evidence says, and whose it may be.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) said: Vec<Slot>,
    /// In order.
    pub(super) candidates: Vec<PatientIndex>,
}

/// One slot of a patient, with all the patient's records that speak of it.
struct Column {
    owner: PatientIndex,
    slots: Vec<Slot>,
}

/// Pieces of one source with the same candidates and the same moment: one piece of news, however often it was sent.
struct News<'p> {
    pieces: Vec<&'p Piece>,
    places: Vec<usize>,
    /// Columns that it fits, with the cost.
    fits: Vec<(usize, u32)>,
    beside: Vec<(u32, u32)>,
}

/// The candidate of each piece whose slot it is clearly news of. `slots` are those of every candidate.
pub(super) fn decide(
    context: &Context,
    pieces: &[Piece],
    slots: &BTreeMap<PatientIndex, Vec<Slot>>,
) -> Vec<Option<PatientIndex>> {
    let all: Vec<Column> = slots.iter().flat_map(|(patient, own)| columns(context, *patient, own)).collect();
    // A telephone of thousands is looked through by the day, not by the person.
    let mut of_day: BTreeMap<Option<i32>, BTreeSet<usize>> = BTreeMap::new();
    for (place, column) in all.iter().enumerate() {
        for slot in &column.slots {
            of_day.entry(slot.day).or_default().insert(place);
        }
    }
    let mut news = news(context, pieces);
    for one in &mut news {
        let Piece { said, candidates } = one.pieces[0];
        let near: BTreeSet<usize> = said.iter().filter_map(|said| of_day.get(&said.day)).flatten().copied().collect();
        let own = near.into_iter().filter(|place| candidates.binary_search(&all[*place].owner).is_ok());
        own.for_each(|place| one.offer(context, place, &all[place]));
        if one.fits.len() > MANY {
            (one.fits, one.beside) = Default::default();
        }
    }
    let mut decided = vec![None; pieces.len()];
    for (rows, used) in sets(&news, all.len()) {
        for (row, chosen) in rows.iter().zip(contest(&news, &rows, &used, &all)) {
            news[*row].places.iter().for_each(|piece| decided[*piece] = chosen);
        }
    }
    decided
}

/// The slots of a patient: bookings, and evidence of what no booking system holds.
fn columns(context: &Context, owner: PatientIndex, own: &[Slot]) -> Vec<Column> {
    let mut slots = own.to_vec();
    slots.sort_by_key(Slot::order);
    let of = |places: &[usize]| places.iter().map(|place| slots[*place].clone()).collect();
    let mut columns: Vec<Column> =
        bookings(context, &slots).iter().map(|one| Column { owner, slots: of(&one.slots) }).collect();
    for group in evidence(context, &slots) {
        let is_of = |column: &&mut Column| {
            let fits = |slot: &Slot| group.iter().any(|said| fit(context, &slots[*said], slot).is_some());
            column.slots.iter().any(fits)
        };
        match columns.iter_mut().find(is_of) {
            Some(column) => column.slots.extend(of(&group)),
            None => columns.push(Column { owner, slots: of(&group) }),
        }
    }
    columns
}

fn news<'p>(context: &Context, pieces: &'p [Piece]) -> Vec<News<'p>> {
    type Key<'p> = (u16, Vec<Option<Moment>>, &'p [PatientIndex]);
    let mut same: BTreeMap<Key<'p>, Vec<News<'p>>> = BTreeMap::new();
    for (place, piece) in pieces.iter().enumerate() {
        let moments = piece.said.iter().map(|said| said.starts).collect();
        let key = (piece.said[0].source, moments, &piece.candidates[..]);
        let all = same.entry(key).or_default();
        let agrees = |news: &&mut News| news.pieces.iter().all(|other| !contradict(context, piece, other));
        match all.iter_mut().find(agrees) {
            Some(news) => {
                news.pieces.push(piece);
                news.places.push(place);
            }
            None => all.push(News { pieces: vec![piece], places: vec![place], fits: Vec::new(), beside: Vec::new() }),
        }
    }
    same.into_values().flatten().collect()
}

/// Whether two pieces name two places or two clinicians.
fn contradict(context: &Context, one: &Piece, other: &Piece) -> bool {
    let differ = |one: &Slot, other: &Slot| {
        context.lexicon.sites.agreement(one.site, other.site) == Agreement::Differs
            || context.names(one.clinician, other.clinician) == Agreement::Differs
    };
    one.said.iter().any(|one| other.said.iter().any(|other| differ(one, other)))
}

impl News<'_> {
    /// Notes what it costs to take this as news of the slot, if it can be.
    fn offer(&mut self, context: &Context, place: usize, column: &Column) {
        let Some(cost) = self.cost(context, column) else { return };
        let source = self.pieces[0].said[0].source;
        let known = column.slots.iter().any(|slot| !slot.is_recorded() && slot.source == source);
        self.fits.push((place, cost + if known { REPEAT } else { 0 }));
        self.beside.push((column.owner, cost + REPEAT));
    }

    /// The dearest of its pieces, each at the record that it fits best.
    fn cost(&self, context: &Context, column: &Column) -> Option<u32> {
        let of_piece = |piece: &&Piece| {
            let pairs = piece.said.iter().flat_map(|said| column.slots.iter().map(move |slot| (said, slot)));
            pairs.filter_map(|(said, slot)| fit(context, said, slot)).min()
        };
        self.pieces.iter().map(of_piece).try_fold(0, |dearest, cost| Some(dearest.max(cost?)))
    }
}

/// What it costs to take what was said as news of a slot; `None` where anything contradicts. Missing is not a mismatch.
fn fit(context: &Context, said: &Slot, slot: &Slot) -> Option<u32> {
    let site = context.lexicon.sites.agreement(said.site, slot.site);
    let clinician = context.names(said.clinician, slot.clinician);
    let contradicted = site == Agreement::Differs || clinician == Agreement::Differs;
    let to_the_minute = said.same_minute(slot);
    if contradicted || !said.same_day(slot) || !to_the_minute && !said.time_missing(slot) {
        return None;
    }
    let doubt = u32::from(site == Agreement::Unknown) + u32::from(clinician == Agreement::Unknown);
    Some(doubt + if to_the_minute { 0 } else { DAY })
}

/// News and columns that hang together, both in order.
fn sets(news: &[News], columns: usize) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut wanted_by: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (row, one) in news.iter().enumerate() {
        one.fits.iter().for_each(|(column, _)| wanted_by[*column].push(row));
    }
    // What two sources say of one slot is decided apart, so each source has sets of its own.
    let source = |row: usize| news[row].pieces[0].said[0].source;
    let mut left = vec![true; news.len()];
    let mut found = Vec::new();
    for first in 0..news.len() {
        if !std::mem::take(&mut left[first]) {
            continue;
        }
        let (mut rows, mut own) = (vec![first], Vec::new());
        let mut next = 0;
        while let Some(row) = rows.get(next).copied() {
            next += 1;
            for (column, _) in &news[row].fits {
                own.push(*column);
                for other in wanted_by[*column].iter().filter(|other| source(**other) == source(first)) {
                    if std::mem::take(&mut left[*other]) {
                        rows.push(*other);
                    }
                }
            }
        }
        rows.sort_unstable();
        own.sort_unstable();
        own.dedup();
        found.push((rows, own));
    }
    found
}

fn contest(news: &[News], rows: &[usize], used: &[usize], all: &[Column]) -> Vec<Option<PatientIndex>> {
    if rows.len().max(used.len()) > LARGEST {
        return vec![None; rows.len()];
    }
    let costs_of = |row: &usize| {
        let mut costs = vec![None; used.len()];
        for (column, cost) in &news[*row].fits {
            costs[used.binary_search(column).expect("a column of the set")] = Some(*cost);
        }
        costs
    };
    let costs: Vec<Vec<Option<u32>>> = rows.iter().map(costs_of).collect();
    let owners: Vec<u32> = used.iter().map(|column| all[*column].owner).collect();
    let beside: Vec<Vec<(u32, u32)>> = rows.iter().map(|row| news[*row].beside.clone()).collect();
    let decided = Contest { costs: &costs, owners: &owners, beside: &beside, alone: ALONE }.decide();
    decided.into_iter().map(|chosen| chosen.filter(|(_, margin)| *margin >= CLEAR).map(|(owner, _)| owner)).collect()
}
