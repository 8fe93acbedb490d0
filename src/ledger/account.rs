//! Keys go in, each is settled once, and only a ledger with nothing left over closes.

use crate::sources::RowRef;
use std::fmt;

/// Something that must be accounted for.
pub trait Accountable: Copy + Ord + fmt::Debug {
    /// What can become of it.
    type Outcome: Copy + PartialEq + fmt::Debug;
}

/// What became of a physical row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disposition {
    /// Belongs to a patient.
    Used,
    /// A record whose patient is not known; worked in review.
    Unassigned,
    /// A declared figure.
    Declared,
    /// The second keying of a folder.
    Keying,
    /// Sites, boxes.
    Reference,
    /// Not used, with a reason.
    SetAside(super::Reason),
    /// The header.
    Header,
    /// Before the header.
    Preamble,
    /// After the data.
    Footer,
    /// Empty.
    Blank,
}

impl Disposition {
    /// The word used in `audit/rows.csv`.
    pub fn word(self) -> &'static str {
        match self {
            Disposition::Used => "used",
            Disposition::Unassigned => "unassigned",
            Disposition::Declared => "declared",
            Disposition::Keying => "keying",
            Disposition::Reference => "reference",
            Disposition::SetAside(_) => "set-aside",
            Disposition::Header => "header",
            Disposition::Preamble => "preamble",
            Disposition::Footer => "footer",
            Disposition::Blank => "blank",
        }
    }
}

impl Accountable for RowRef {
    type Outcome = Disposition;
}

/// An open account. `settle` panics on a key that is unknown or settled already: that is our bug, never the data's.
#[derive(Debug)]
pub struct Ledger<K: Accountable> {
    keys: Vec<K>,
    outcomes: Vec<Option<K::Outcome>>,
}

/// A closed account: every key, in order, with what became of it.
#[derive(Debug)]
pub struct Balanced<K: Accountable> {
    keys: Vec<K>,
    outcomes: Vec<K::Outcome>,
}

/// Keys that nobody settled.
#[derive(Debug)]
pub struct Outstanding<K>(pub Vec<K>);

impl<K: Accountable> Ledger<K> {
    /// Opens on these keys. A key that comes twice is a bug.
    pub fn open(mut keys: Vec<K>) -> Self {
        if !keys.is_sorted() {
            keys.sort_unstable();
        }
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "a ledger's keys are distinct");
        let outcomes = vec![None; keys.len()];
        Ledger { keys, outcomes }
    }

    /// Says what became of a key.
    pub fn settle(&mut self, key: K, outcome: K::Outcome) {
        let place = self.keys.binary_search(&key).unwrap_or_else(|_| panic!("{key:?} is not in this ledger"));
        let earlier = self.outcomes[place].replace(outcome);
        assert!(earlier.is_none(), "{key:?} was settled as {earlier:?} already");
    }

    /// Whether a key is settled; `None` when it is not in this ledger.
    pub fn outcome(&self, key: K) -> Option<Option<K::Outcome>> {
        self.keys.binary_search(&key).ok().map(|place| self.outcomes[place])
    }

    /// Closes, or says which keys are left over.
    pub fn close(self) -> Result<Balanced<K>, Outstanding<K>> {
        let left: Vec<K> = self
            .keys
            .iter()
            .zip(&self.outcomes)
            .filter(|(_, outcome)| outcome.is_none())
            .map(|(key, _)| *key)
            .collect();
        if !left.is_empty() {
            return Err(Outstanding(left));
        }
        let outcomes = self.outcomes.into_iter().flatten().collect();
        Ok(Balanced { keys: self.keys, outcomes })
    }
}

impl<K: Accountable> Balanced<K> {
    /// Every key with its outcome, in order of keys.
    pub fn entries(&self) -> impl Iterator<Item = (K, K::Outcome)> + '_ {
        self.keys.iter().copied().zip(self.outcomes.iter().copied())
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there was nothing to account for.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many keys ended so.
    pub fn count(&self, wanted: impl Fn(K::Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| wanted(**outcome)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Accountable for u32 {
        type Outcome = char;
    }

    #[test]
    fn closes_only_when_every_key_is_settled() {
        let mut ledger = Ledger::open(vec![3u32, 1, 2]);
        ledger.settle(2, 'b');
        ledger.settle(3, 'c');
        assert_eq!(ledger.outcome(1), Some(None));
        assert_eq!(ledger.outcome(9), None);
        let Outstanding(left) = ledger.close().expect_err("one key is open");
        assert_eq!(left, [1]);

        let mut ledger = Ledger::open(vec![1u32]);
        ledger.settle(1, 'a');
        let balanced = ledger.close().expect("all settled");
        assert_eq!(balanced.entries().collect::<Vec<_>>(), [(1, 'a')]);
    }

    #[test]
    #[should_panic(expected = "settled as Some('a') already")]
    fn settling_twice_is_a_bug() {
        let mut ledger = Ledger::open(vec![1u32]);
        ledger.settle(1, 'a');
        ledger.settle(1, 'b');
    }

    #[test]
    #[should_panic(expected = "not in this ledger")]
    fn settling_a_stranger_is_a_bug() {
        Ledger::open(vec![1u32]).settle(2, 'a');
    }

    #[test]
    #[should_panic(expected = "distinct")]
    fn a_key_counted_twice_is_a_bug() {
        Ledger::open(vec![1u32, 1]);
    }
}
