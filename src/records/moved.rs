//! Rows by their commitments: a later extract moves rows, and what a person decided of a row follows it.

use super::rows::row_name;
use super::store::Records;
use crate::config::Config;
use crate::decisions::{Presence, ShownRow};
use crate::sources::{Origin, RowRef};
use crate::values::{CommitmentKey, Digest};
use rayon::prelude::*;
use std::cell::OnceCell;

/// Finds rows that do not stand where they stood. What it needs is made when it is first asked.
pub(super) struct Moved<'a> {
    config: &'a Config,
    records: &'a Records,
    key: &'a CommitmentKey,
    /// Rows with digests that are no person records.
    others: Vec<(RowRef, Digest)>,
    rows: OnceCell<Vec<(Origin, u128, RowRef)>>,
}

impl<'a> Moved<'a> {
    pub(super) fn new(
        config: &'a Config,
        records: &'a Records,
        key: &'a CommitmentKey,
        others: Vec<(RowRef, Digest)>,
    ) -> Self {
        Moved { config, records, key, others, rows: OnceCell::new() }
    }

    /// What is known of a row that was shown, given what is known of the place where it stood. Of rows of equal content
    /// nobody can say which was meant.
    pub(super) fn follow(&self, shown: &ShownRow, there: Presence) -> Presence {
        let as_it_was = matches!(&there, Presence::There(commitment) if *commitment == shown.commitment);
        if as_it_was {
            return there;
        }
        let elsewhere = self.alone(shown).map(|row| row_name(self.config, self.records, row));
        elsewhere.map_or(there, Presence::Moved)
    }

    /// The one row of the source that has this commitment.
    fn alone(&self, shown: &ShownRow) -> Option<RowRef> {
        let source = self.config.sources.iter().position(|source| source.id == shown.name.source)?;
        let wanted = (Origin::Source(source), leading(&Digest::from_hex(&shown.commitment)?));
        let rows = self.rows.get_or_init(|| self.committed());
        let first = rows.partition_point(|(origin, commitment, _)| (*origin, *commitment) < wanted);
        let mut found = rows[first..].iter().take_while(|(origin, commitment, _)| (*origin, *commitment) == wanted);
        let (.., row) = found.next()?;
        found.next().is_none().then_some(*row)
    }

    fn committed(&self) -> Vec<(Origin, u128, RowRef)> {
        let people = self.records.people.places();
        let people = people.map(|person| (self.records.people.row(person), self.records.digest[person as usize]));
        let all: Vec<(RowRef, Digest)> = people.chain(self.others.iter().copied()).collect();
        let commit = |(row, digest): &(RowRef, Digest)| {
            let origin = self.records.intake.files[row.file()].origin;
            (origin, leading(&self.key.commit_row(digest)), *row)
        };
        let mut rows: Vec<(Origin, u128, RowRef)> = all.par_iter().map(commit).collect();
        rows.par_sort_unstable();
        rows
    }
}

/// 128 bits are more than enough to tell rows apart.
fn leading(digest: &Digest) -> u128 {
    let mut leading = [0; 16];
    leading.copy_from_slice(&digest.bytes()[..16]);
    u128::from_be_bytes(leading)
}
