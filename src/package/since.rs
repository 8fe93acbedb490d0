//! Rows since the earlier package: what a later extract of a source added, what it changed, and what is gone.
//!
//! A row of equal content is the same row, wherever in its source it stands. Of the rest, an earlier row and a present one
//! are one row that **changed** where one alone of each speaks of the same thing: the same appointment, else the same
//! referral, else the same patient, by ids that live on; first in one place, then anywhere in the source. Last, rows that
//! stand in one place and are of one patient. Whatever is left was **added**, or is **gone**.

use super::anchors::Anchors;
use super::ids::Ids;
use super::previous::{At, Id, Kind, Previous, SheetName};
use super::shared::{NO_ROW, sheet_numbers};
use crate::config::Config;
use crate::records::{PersonId, Records};
use serde::Serialize;
use std::collections::HashMap;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowChange {
    Added,
    Changed,
    Gone,
}

impl RowChange {
    /// Every change, in order.
    pub(super) const ALL: [RowChange; 3] = [RowChange::Added, RowChange::Changed, RowChange::Gone];

    /// The word used in tables.
    pub(super) fn word(self) -> &'static str {
        match self {
            RowChange::Added => "added",
            RowChange::Changed => "changed",
            RowChange::Gone => "gone",
        }
    }
}

/// A row of the earlier package that is not in this one as it was.
#[derive(Clone, Copy)]
pub(super) struct Before {
    pub(super) at: At,
    /// Whose it was, where that was known.
    pub(super) patient: Option<Id>,
}

/// A line of `source_changes.csv`.
pub(super) struct ChangedRow {
    pub(super) change: RowChange,
    pub(super) now: Option<PersonId>,
    pub(super) before: Option<Before>,
}

/// Rows of one source that speak of somebody, since an earlier package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceTally {
    /// The source's id.
    pub source: String,
    /// Rows in the earlier package.
    pub before: u64,
    /// Rows that are as they were, wherever they stand.
    pub unchanged: u64,
    /// Rows that were not there.
    pub added: u64,
    /// Rows of the same thing, with other content.
    pub changed: u64,
    /// Rows that are not there any more.
    pub gone: u64,
}

/// What became of the rows of an earlier package.
#[derive(Default)]
pub(super) struct RowChanges {
    /// In order of sources, changes and places.
    pub(super) lines: Vec<ChangedRow>,
    /// Sheets of the earlier package, by number.
    pub(super) sheets: Vec<SheetName>,
    /// Every source of either package, in order of ids.
    pub(super) tallies: Vec<SourceTally>,
}

/// A row that has no equal in the other package: the earlier row's place, or the person record.
#[derive(Clone, Copy)]
struct Loose {
    row: u32,
    source: u32,
    /// Where it stands, in a sheet of the earlier package.
    at: Option<At>,
    /// The most telling of the things it speaks of.
    thing: Option<(Kind, Id)>,
    patient: Option<Id>,
}

/// What an earlier row and a present one have in common if they are one row that changed.
type Common = (u32, Option<At>, Kind, Id);

/// In the order in which they are tried.
const COMMON: [fn(&Loose) -> Option<Common>; 3] = [
    |row| row.thing.and_then(|(kind, id)| Some((row.source, Some(row.at?), kind, id))),
    |row| row.thing.map(|(kind, id)| (row.source, None, kind, id)),
    |row| Some((row.source, Some(row.at?), Kind::Patient, row.patient?)),
];

/// The two packages.
pub(super) struct Since<'a> {
    pub(super) config: &'a Config,
    pub(super) records: &'a Records,
    pub(super) previous: &'a Previous,
    /// Of each person record, the place of the earlier row that it is.
    pub(super) matched: &'a [u32],
}

impl Since<'_> {
    /// Finds out what became of every row.
    pub(super) fn row_changes(&self, anchors: &Anchors<'_>, ids: &Ids) -> RowChanges {
        let names = self.source_names();
        let mut before = self.loose_before(&names);
        let mut now = self.loose_now(&names, anchors, ids);
        let mut tallies = self.tally_equal(&names);
        let mut lines: Vec<(u32, ChangedRow)> = Vec::new();
        for common in COMMON {
            for (old, new) in take_pairs(&mut before, &mut now, common) {
                let line =
                    ChangedRow { change: RowChange::Changed, now: Some(new.row), before: Some(self.before(&old)) };
                lines.push((new.source, line));
            }
        }
        let added =
            |row: &Loose| (row.source, ChangedRow { change: RowChange::Added, now: Some(row.row), before: None });
        let gone = |row: &Loose| {
            (row.source, ChangedRow { change: RowChange::Gone, now: None, before: Some(self.before(row)) })
        };
        lines.extend(now.iter().map(added));
        lines.extend(before.iter().map(gone));
        for (source, line) in &lines {
            tallies[*source as usize].count(line.change);
        }
        let sheets = self.previous.sheet_names();
        lines.sort_by_cached_key(|(source, line)| {
            let before = line.before.map(|before| (sheets[before.at.sheet as usize].clone(), before.at.row));
            (*source, line.change, line.now, before)
        });
        let lines: Vec<ChangedRow> = lines.into_iter().map(|(_, line)| line).collect();
        tallies.iter().for_each(SourceTally::assert_balance);
        RowChanges { lines, sheets, tallies }
    }

    /// The sources of both packages, in order of ids.
    fn source_names(&self) -> Vec<&str> {
        let earlier = self.previous.sources.iter().map(|name| std::str::from_utf8(name).unwrap_or_default());
        let mut names: Vec<&str> = self.config.sources.iter().map(|source| source.id.as_str()).chain(earlier).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn loose_before(&self, names: &[&str]) -> Vec<Loose> {
        let mut is_matched = vec![false; self.previous.rows.len()];
        self.matched.iter().filter(|old| **old != NO_ROW).for_each(|old| is_matched[*old as usize] = true);
        let sources = self.earlier_sources(names);
        let loose = (0u32..).zip(&self.previous.rows).filter(|(place, _)| !is_matched[*place as usize]);
        loose
            .map(|(place, row)| {
                let id = |kind: Kind| Some(self.previous.ids(kind)[row.of(kind)? as usize]);
                Loose {
                    row: place,
                    source: sources[self.previous.source_of[row.at.sheet as usize] as usize],
                    at: Some(row.at),
                    thing: most_telling(id),
                    patient: id(Kind::Patient),
                }
            })
            .collect()
    }

    /// Of each source of the earlier package, its place among the names.
    fn earlier_sources(&self, names: &[&str]) -> Vec<u32> {
        let place = |name: &Vec<u8>| names.partition_point(|known| known.as_bytes() < name.as_slice()) as u32;
        self.previous.sources.iter().map(place).collect()
    }

    /// Of each source of the configuration, its place among the names.
    fn present_sources(&self, names: &[&str]) -> Vec<u32> {
        let place = |id: &str| names.partition_point(|known| *known < id) as u32;
        self.config.sources.iter().map(|source| place(&source.id)).collect()
    }

    fn loose_now(&self, names: &[&str], anchors: &Anchors<'_>, ids: &Ids) -> Vec<Loose> {
        let sources = self.present_sources(names);
        let sheets = sheet_numbers(self.config, self.records, self.previous);
        let things = self.things_of_loose(anchors);
        let loose = self.records.people.places().filter(|record| self.matched[*record as usize] == NO_ROW);
        loose
            .map(|record| {
                let id = |kind: Kind| things[kind as usize].get(&record).map(|thing| ids.id(kind, *thing));
                let at = self.records.people.row(record);
                let sheet = sheets[at.file()][at.sheet()];
                Loose {
                    row: record,
                    source: sources[usize::from(self.records.source[record as usize])],
                    at: sheet.map(|sheet| At { sheet, row: at.row() }),
                    thing: most_telling(id),
                    patient: id(Kind::Patient),
                }
            })
            .collect()
    }

    /// By kind, what each row speaks of that has no equal in the earlier package.
    fn things_of_loose(&self, anchors: &Anchors<'_>) -> [HashMap<PersonId, u32>; 3] {
        Kind::ALL.map(|kind| {
            let mut of = HashMap::new();
            for thing in 0..anchors.things(kind) {
                for record in anchors.records_of(kind, thing) {
                    let subject = anchors.subject(kind, record);
                    if self.matched[subject as usize] == NO_ROW {
                        of.insert(subject, thing);
                    }
                }
            }
            of
        })
    }

    fn before(&self, row: &Loose) -> Before {
        Before { at: self.previous.rows[row.row as usize].at, patient: row.patient }
    }

    /// Every source, with the rows it had, and those that are as they were.
    fn tally_equal(&self, names: &[&str]) -> Vec<SourceTally> {
        let mut tallies: Vec<SourceTally> =
            names.iter().map(|name| SourceTally { source: (*name).to_owned(), ..SourceTally::default() }).collect();
        let (earlier, present) = (self.earlier_sources(names), self.present_sources(names));
        for row in &self.previous.rows {
            tallies[earlier[self.previous.source_of[row.at.sheet as usize] as usize] as usize].before += 1;
        }
        for (source, old) in self.records.source.iter().zip(self.matched) {
            tallies[present[usize::from(*source)] as usize].unchanged += u64::from(*old != NO_ROW);
        }
        tallies
    }
}

impl SourceTally {
    fn count(&mut self, change: RowChange) {
        match change {
            RowChange::Added => self.added += 1,
            RowChange::Changed => self.changed += 1,
            RowChange::Gone => self.gone += 1,
        }
    }

    fn assert_balance(&self) {
        assert_eq!(self.before, self.unchanged + self.changed + self.gone, "every earlier row is accounted for");
    }
}

/// An appointment says more of which row this is than its referral, and that more than its patient.
fn most_telling(id: impl Fn(Kind) -> Option<Id>) -> Option<(Kind, Id)> {
    [Kind::Appointment, Kind::Referral, Kind::Patient].into_iter().find_map(|kind| Some((kind, id(kind)?)))
}

/// Takes out those of which one alone on each side has something in common.
fn take_pairs(
    before: &mut Vec<Loose>,
    now: &mut Vec<Loose>,
    common: fn(&Loose) -> Option<Common>,
) -> Vec<(Loose, Loose)> {
    let alone = |rows: &[Loose]| {
        let mut of: HashMap<Common, Option<usize>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            if let Some(common) = common(row) {
                of.entry(common).and_modify(|only| *only = None).or_insert(Some(place));
            }
        }
        of
    };
    let of_now = alone(now);
    let mut pairs: Vec<(usize, usize)> =
        alone(before).into_iter().filter_map(|(common, old)| Some((old?, (*of_now.get(&common)?)?))).collect();
    pairs.sort_unstable();
    let taken = pairs.iter().map(|(old, new)| (before[*old], now[*new])).collect();
    let (mut olds, mut news) = (vec![false; before.len()], vec![false; now.len()]);
    pairs.iter().for_each(|(old, new)| (olds[*old], news[*new]) = (true, true));
    keep_others(before, &olds);
    keep_others(now, &news);
    taken
}

fn keep_others(rows: &mut Vec<Loose>, taken: &[bool]) {
    let mut taken = taken.iter();
    rows.retain(|_| !taken.next().expect("a mark for each row"));
}

#[cfg(test)]
mod tests {
    use super::super::examples::{self, CLINIC, LETTERS, content, local};
    use super::super::ids::Naming;
    use super::super::previous::Draft;
    use super::*;
    use crate::values::Digest;

    /// What became of the rows of the clinic and the letters, as (change, row now, row then), where rows 2 to 4 of both
    /// are here now.
    #[track_caller]
    fn check(earlier: impl FnOnce(&mut Draft), expected: &[(RowChange, Option<u32>, Option<u32>)]) -> RowChanges {
        let config = examples::config();
        let reconciled = examples::reconciled(&config);
        let mut draft = Draft::default();
        earlier(&mut draft);
        let previous = draft.finish(Digest::of(b"manifest"));
        let ids = Ids::derive(&config, &reconciled, &Naming { key: &examples::key(), previous: Some(previous) });
        let people = &reconciled.linked.records.people;
        let found: Vec<_> = ids
            .rows
            .lines
            .iter()
            .map(|line| {
                (line.change, line.now.map(|now| people.row(now).row()), line.before.map(|before| before.at.row))
            })
            .collect();
        assert_eq!(found, expected);
        ids.rows
    }

    fn as_they_are(draft: &mut Draft, rows: &[(u16, u32)]) {
        for (file, row) in rows {
            let sheet = if *file == 0 { CLINIC } else { LETTERS };
            draft.person(sheet, *row, content(*file, *row), None);
        }
    }

    const ALL: [(u16, u32); 6] = [(0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4)];
    use RowChange::{Added, Changed, Gone};

    #[test]
    fn equal_rows_are_no_change_wherever_they_stood() {
        let all = check(|draft| as_they_are(draft, &ALL), &[]);
        let clinic = SourceTally { source: "clinic".into(), before: 3, unchanged: 3, ..SourceTally::default() };
        assert_eq!(all.tallies[0], clinic);
        check(
            |draft| {
                as_they_are(draft, &ALL[1..]);
                draft.person(CLINIC, 70, content(0, 2), None);
            },
            &[],
        );
    }

    #[test]
    fn what_was_not_there_is_added_and_what_is_not_here_is_gone() {
        let changes = check(
            |draft| {
                as_they_are(draft, &ALL[1..]);
                draft.person(LETTERS, 9, [9; 16], None);
            },
            &[(Added, Some(2), None), (Gone, None, Some(9))],
        );
        let tallies: Vec<_> = changes.tallies.iter().map(|of| (of.source.as_str(), of.added, of.gone)).collect();
        assert_eq!(tallies, [("clinic", 1, 0), ("letters", 0, 1), ("paper", 0, 0), ("totals", 0, 0)]);
    }

    #[test]
    fn one_row_of_one_thing_with_other_content_has_changed() {
        let moved = |draft: &mut Draft| {
            as_they_are(draft, &ALL[1..]);
            draft.person(CLINIC, 70, [9; 16], Some(local(Kind::Patient, "100", &[])));
            draft.also(CLINIC, 70, Kind::Appointment, local(Kind::Appointment, "A1", &[]));
        };
        check(moved, &[(Changed, Some(2), Some(70))]);
    }

    #[test]
    fn two_rows_of_one_thing_are_not_guessed_at_unless_one_stands_where_it_stood() {
        let two = |draft: &mut Draft, rows: [u32; 2]| {
            as_they_are(draft, &ALL[1..]);
            for row in rows {
                draft.person(CLINIC, row, [row as u8; 16], Some(local(Kind::Patient, "100", &[])));
            }
            for row in rows {
                draft.also(CLINIC, row, Kind::Appointment, local(Kind::Appointment, "A1", &[]));
            }
        };
        check(|draft| two(draft, [70, 71]), &[(Added, Some(2), None), (Gone, None, Some(70)), (Gone, None, Some(71))]);
        check(|draft| two(draft, [2, 71]), &[(Changed, Some(2), Some(2)), (Gone, None, Some(71))]);
    }

    #[test]
    fn a_row_in_one_place_and_of_one_patient_has_changed_though_it_speaks_of_something_else() {
        let earlier = |draft: &mut Draft| {
            as_they_are(draft, &ALL[1..]);
            draft.person(CLINIC, 2, [9; 16], Some(local(Kind::Patient, "100", &[])));
        };
        check(earlier, &[(Changed, Some(2), Some(2))]);
    }

    #[test]
    fn a_source_that_is_no_more_is_gone_row_by_row() {
        let changes = check(
            |draft| {
                as_they_are(draft, &ALL);
                draft.person([b"old", b"old.csv", b""], 5, [9; 16], None);
            },
            &[(Gone, None, Some(5))],
        );
        let of = changes.tallies.iter().find(|of| of.source == "old").expect("a tally");
        assert_eq!((of.before, of.gone), (1, 1));
    }
}
