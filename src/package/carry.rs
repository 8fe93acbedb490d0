//! Which id of an earlier package lives on in which thing of this one: a decision on counts alone.
//!
//! A thing takes the id with which it shares most rows; of equals the smaller id, then the thing that holds the id's
//! anchor, then the one whose first row comes first. No id goes to two things and no thing has two: what shares rows with
//! a thing that took another id has **merged** into it where its own id ends, and what an id loses to a new thing is
//! **split** from it.

use std::cmp::Reverse;

/// What a thing of the earlier package and one of this package have in common. There is one for each such two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    /// The earlier thing, by the place of its id in the order of ids.
    pub(super) old: u32,
    /// The present thing.
    pub(super) new: u32,
    /// Rows of both; nought where only the local id from which the earlier id was made shows that they are one.
    pub(super) rows: u32,
    /// Whether the present thing holds what the earlier id was made from.
    pub(super) anchored: bool,
}

/// Who has whose id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Carried {
    /// Of each present thing, the earlier one whose id it has.
    pub(super) old_of: Vec<Option<u32>>,
    /// Of each earlier thing, the present one that has its id.
    pub(super) new_of: Vec<Option<u32>>,
}

/// What became of an earlier id, or of rows that were its.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Change {
    /// It ended; rows of it are part of a thing with another earlier id.
    Merged,
    /// It lives on; rows of it are part of a thing with a new id.
    Split,
    /// It lives on; rows of it are part of a thing with another earlier id.
    Moved,
    /// It ended; nothing of it is in this package.
    Ended,
    /// It had ended before the earlier package was made.
    EndedBefore,
}

impl Change {
    /// Every change, in order.
    pub(super) const ALL: [Change; 5] =
        [Change::Merged, Change::Split, Change::Moved, Change::Ended, Change::EndedBefore];

    /// The word used in tables.
    pub(super) fn word(self) -> &'static str {
        match self {
            Change::Merged => "merged",
            Change::Split => "split",
            Change::Moved => "moved",
            Change::Ended => "ended",
            Change::EndedBefore => "ended-before",
        }
    }

    /// The change of a word.
    pub(super) fn of(word: &[u8]) -> Option<Change> {
        Change::ALL.into_iter().find(|change| change.word().as_bytes() == word)
    }

    /// Whether the id is nobody's any more.
    pub(super) fn ends(self) -> bool {
        matches!(self, Change::Merged | Change::Ended | Change::EndedBefore)
    }
}

/// One line of what became of earlier ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fate {
    pub(super) old: u32,
    pub(super) change: Change,
    pub(super) into: Option<u32>,
    pub(super) rows: u32,
}

/// Gives ids on. `first_row` tells things with equal claims apart; it is another number for each.
pub(super) fn carry(olds: usize, news: usize, shares: &[Share], first_row: impl Fn(u32) -> u32) -> Carried {
    let mut order: Vec<&Share> = shares.iter().collect();
    order.sort_unstable_by_key(|share| (Reverse(share.rows), share.old, Reverse(share.anchored), first_row(share.new)));
    let mut carried = Carried { old_of: vec![None; news], new_of: vec![None; olds] };
    for Share { old, new, .. } in order {
        let (old_of, new_of) = (&mut carried.old_of[*new as usize], &mut carried.new_of[*old as usize]);
        if old_of.is_none() && new_of.is_none() {
            (*old_of, *new_of) = (Some(*old), Some(*new));
        }
    }
    carried
}

impl Carried {
    /// Everything that became of the earlier ids beyond living on whole, in no order.
    pub(super) fn fates(&self, shares: &[Share]) -> Vec<Fate> {
        let mut shared = vec![false; self.new_of.len()];
        let mut fates = Vec::new();
        for share in shares {
            shared[share.old as usize] = true;
            let change = match (self.new_of[share.old as usize], self.old_of[share.new as usize]) {
                (Some(new), _) if new == share.new => continue,
                (Some(_), Some(_)) => Change::Moved,
                (Some(_), None) => Change::Split,
                (None, Some(_)) => Change::Merged,
                (None, None) => unreachable!("two things that share something and have no id would share one"),
            };
            fates.push(Fate { old: share.old, change, into: Some(share.new), rows: share.rows });
        }
        let gone = (0..).zip(&shared).filter(|(_, shared)| !**shared);
        fates.extend(gone.map(|(old, _)| Fate { old, change: Change::Ended, into: None, rows: 0 }));
        fates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn share(old: u32, new: u32, rows: u32) -> Share {
        Share { old, new, rows, anchored: false }
    }

    /// Who has whose id, and what is told beside.
    #[track_caller]
    fn check(shares: &[Share], olds: usize, expected: &[Option<u32>], told: &[(u32, Change, Option<u32>, u32)]) {
        let carried = carry(olds, expected.len(), shares, |new| new);
        assert_eq!(carried.old_of, expected);
        let mut fates: Vec<_> =
            carried.fates(shares).into_iter().map(|fate| (fate.old, fate.change, fate.into, fate.rows)).collect();
        fates.sort_unstable();
        assert_eq!(fates, told);
    }

    #[test]
    fn of_two_that_become_one_the_greater_lives_on_and_of_equals_the_smaller_id() {
        check(&[share(0, 0, 1), share(1, 0, 2)], 2, &[Some(1)], &[(0, Change::Merged, Some(0), 1)]);
        check(&[share(1, 0, 2), share(0, 0, 2)], 2, &[Some(0)], &[(1, Change::Merged, Some(0), 2)]);
        // The anchor does not count between two ids.
        let anchored = Share { anchored: true, ..share(1, 0, 2) };
        check(&[share(0, 0, 2), anchored], 2, &[Some(0)], &[(1, Change::Merged, Some(0), 2)]);
    }

    #[test]
    fn of_one_that_becomes_two_the_greater_part_keeps_the_id_then_the_anchored_then_the_first() {
        check(&[share(0, 0, 1), share(0, 1, 2)], 1, &[None, Some(0)], &[(0, Change::Split, Some(0), 1)]);
        let anchored = Share { anchored: true, ..share(0, 1, 2) };
        check(&[share(0, 0, 2), anchored], 1, &[None, Some(0)], &[(0, Change::Split, Some(0), 2)]);
        check(&[share(0, 1, 2), share(0, 0, 2)], 1, &[Some(0), None], &[(0, Change::Split, Some(1), 2)]);
    }

    #[test]
    fn rows_that_go_from_one_living_id_to_another_are_told() {
        let shares = [share(0, 0, 3), share(0, 1, 1), share(1, 1, 2)];
        check(&shares, 2, &[Some(0), Some(1)], &[(0, Change::Moved, Some(1), 1)]);
    }

    #[test]
    fn what_shares_nothing_ends_and_an_anchor_alone_is_enough_to_live_on() {
        check(&[], 1, &[None], &[(0, Change::Ended, None, 0)]);
        check(&[Share { anchored: true, ..share(0, 0, 0) }], 1, &[Some(0)], &[]);
    }

    #[test]
    fn an_id_whose_rows_are_in_two_others_is_told_of_both() {
        let shares = [share(0, 0, 5), share(1, 1, 5), share(2, 0, 2), share(2, 1, 1)];
        let told = [(2, Change::Merged, Some(0), 2), (2, Change::Merged, Some(1), 1)];
        check(&shares, 3, &[Some(0), Some(1)], &told);
    }

    const THINGS: u32 = 6;

    /// Shares between at most six things and six, no two of which are of the same two.
    fn shares() -> impl Strategy<Value = Vec<Share>> {
        let one = ((0..THINGS, 0..THINGS), (0u32..4, any::<bool>()));
        proptest::collection::vec(one, 0..20).prop_map(|shares| {
            let distinct: BTreeMap<(u32, u32), (u32, bool)> = shares.into_iter().collect();
            let share = |((old, new), (rows, anchored))| Share { old, new, rows, anchored };
            distinct.into_iter().map(share).collect()
        })
    }

    proptest! {
        #[test]
        fn every_id_lives_on_once_or_is_told_of(shares in shares()) {
            let carried = carry(THINGS as usize, THINGS as usize, &shares, |new| new);
            for (new, old) in (0u32..).zip(&carried.old_of).filter_map(|(new, old)| Some((new, (*old)?))) {
                prop_assert_eq!(carried.new_of[old as usize], Some(new));
                prop_assert!(shares.iter().any(|share| (share.old, share.new) == (old, new)));
            }
            let living = carried.new_of.iter().flatten();
            prop_assert_eq!(living.clone().collect::<BTreeSet<_>>().len(), living.count());
            let fates = carried.fates(&shares);
            for (old, new) in (0u32..).zip(&carried.new_of) {
                let ended = fates.iter().any(|fate| fate.old == old && fate.change.ends());
                prop_assert_eq!(new.is_none(), ended);
            }
            // Whatever was shared is where its id is, or is told of.
            for share in &shares {
                let told = fates.iter().any(|fate| (fate.old, fate.into) == (share.old, Some(share.new)));
                prop_assert!(told != (carried.new_of[share.old as usize] == Some(share.new)));
            }
        }

        #[test]
        fn a_thing_that_shares_rows_has_an_id_unless_all_it_shares_with_are_taken(shares in shares()) {
            let carried = carry(THINGS as usize, THINGS as usize, &shares, |new| new);
            for share in shares.iter().filter(|share| carried.old_of[share.new as usize].is_none()) {
                let kept_by = carried.new_of[share.old as usize];
                let kept = shares.iter().find(|other| other.old == share.old && Some(other.new) == kept_by);
                prop_assert!(kept.is_some_and(|kept| kept.rows >= share.rows));
            }
        }

        #[test]
        fn neither_the_order_of_shares_nor_that_of_things_matters(
            shares in shares(),
            turns in 0usize..20,
            order in Just((0..THINGS).collect::<Vec<u32>>()).prop_shuffle(),
        ) {
            let plain = carry(THINGS as usize, THINGS as usize, &shares, |new| new);
            let mut turned = shares.clone();
            turned.rotate_left(turns % shares.len().max(1));
            turned.iter_mut().for_each(|share| share.new = order[share.new as usize]);
            let first_row = |new: u32| order.iter().position(|place| *place == new).expect("a permutation") as u32;
            let turned = carry(THINGS as usize, THINGS as usize, &turned, first_row);
            for (new, old) in plain.old_of.iter().enumerate() {
                prop_assert_eq!(*old, turned.old_of[order[new] as usize]);
            }
        }
    }
}
