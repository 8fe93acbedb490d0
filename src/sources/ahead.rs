//! The reading library goes through a worksheet on a thread of its own, ahead of the rows that are made of its cells: it
//! is by far the slowest part, and has nothing else to do.

use super::cells::of_data_ref;
use super::workbook::{Trouble, guarded};
use super::{Cell, DateSystem, Error};
use calamine::DataRef;
use std::sync::mpsc::{SyncSender, sync_channel};

const BATCH_CELLS: usize = 1 << 12;
/// A batch of long texts is handed over sooner.
const BATCH_TEXT_BYTES: usize = 1 << 18;
/// Batches that may wait: while rows cannot be made yet, because it is not known what the sheet conceals, cells are read.
const BATCHES_AHEAD: usize = 8;

/// A cell that the library found.
pub(super) struct Found<'a> {
    /// Row and column, counted from nought.
    pub(super) at: (u32, u32),
    pub(super) value: Value<'a>,
    /// Whether it has a formula, and no value.
    pub(super) uncached: bool,
}

/// What a cell holds.
pub(super) enum Value<'a> {
    /// One of the workbook's texts, which nobody has looked at yet.
    Shared(&'a str),
    /// Made where the library read it, so that what it allocated is freed by the same thread; and whether it is a text that
    /// stands between white space.
    Made(Cell, bool),
}

impl<'a> Found<'a> {
    pub(super) fn new(at: (u32, u32), value: DataRef<'a>, uncached: bool, system: DateSystem) -> Self {
        let value = match value {
            DataRef::SharedString(text) => Value::Shared(text),
            other => {
                let (cell, is_padded) = of_data_ref(other, system);
                Value::Made(cell, is_padded)
            }
        };
        Found { at, value, uncached }
    }

    fn is_empty(&self) -> bool {
        matches!(self.value, Value::Made(Cell::Empty, _)) && !self.uncached
    }

    fn text_bytes(&self) -> usize {
        match &self.value {
            Value::Made(Cell::Text(text), _) => text.len(),
            _ => 0,
        }
    }
}

/// Hands every cell that holds anything to `take`, in order, while that answers true, and says whether it always did.
/// `next` reads the next cell, on the other thread. What came before damage is handed over before the damage is told.
pub(super) fn read_ahead<'a, E: Into<Trouble>>(
    next: impl FnMut() -> Result<Option<Found<'a>>, E> + Send,
    take: &mut dyn FnMut(Found<'a>) -> Result<bool, Error>,
    failed: impl Fn(Trouble) -> Error,
) -> Result<bool, Error> {
    std::thread::scope(|scope| {
        let (give, batches) = sync_channel(BATCHES_AHEAD);
        scope.spawn(move || give_batches(next, &give));
        for Batch { cells, outcome } in batches {
            touch(&cells);
            for cell in cells {
                if !take(cell)? {
                    return Ok(false);
                }
            }
            outcome.map_err(&failed)?;
        }
        Ok(true)
    })
}

/// Texts of a large workbook lie all over the memory: asked for together, they come side by side.
fn touch(cells: &[Found<'_>]) {
    let first = |cell: &Found<'_>| match cell.value {
        Value::Shared(text) => text.as_bytes().first().copied().unwrap_or_default(),
        Value::Made(..) => 0,
    };
    std::hint::black_box(cells.iter().fold(0, |joined, cell| joined ^ first(cell)));
}

struct Batch<'a> {
    cells: Vec<Found<'a>>,
    /// How reading went on after these cells.
    outcome: Result<(), Trouble>,
}

fn give_batches<'a, E: Into<Trouble>>(
    mut next: impl FnMut() -> Result<Option<Found<'a>>, E>,
    give: &SyncSender<Batch<'a>>,
) {
    let mut cells = Vec::new();
    let outcome = guarded(|| {
        let mut text_bytes = 0;
        while let Some(cell) = next()? {
            if cell.is_empty() {
                continue;
            }
            text_bytes += cell.text_bytes();
            if cells.is_empty() {
                cells.reserve_exact(BATCH_CELLS);
            }
            cells.push(cell);
            if cells.len() == BATCH_CELLS || text_bytes > BATCH_TEXT_BYTES {
                text_bytes = 0;
                // Nobody takes it any more when no more rows are asked for.
                if give.send(Batch { cells: std::mem::take(&mut cells), outcome: Ok(()) }).is_err() {
                    break;
                }
            }
        }
        Ok::<_, E>(())
    });
    let _ = give.send(Batch { cells, outcome });
}

#[cfg(test)]
mod tests {
    use super::super::workbook::{fail, is_guarded};
    use super::*;
    use std::path::Path;

    /// How many of so many cells were taken, and what was told in the end.
    fn read(many: u32, taken: usize, damage: impl Fn(u32) -> Result<(), Trouble> + Sync) -> (usize, Option<Error>) {
        let (mut row, mut texts) = (0, 0);
        let next = || {
            assert!(is_guarded());
            damage(row)?;
            row += 1;
            let found = Found::new((row, 0), DataRef::SharedString("a text"), false, DateSystem::From1900);
            Ok::<_, Trouble>((row <= many).then_some(found))
        };
        let mut take = |found: Found<'_>| {
            assert!(found.at.0 as usize == texts + 1, "in order");
            texts += 1;
            Ok(texts < taken)
        };
        let outcome = read_ahead(next, &mut take, |trouble| fail(Path::new("a.xlsx"), trouble));
        assert_eq!(
            outcome.as_ref().ok().copied(),
            outcome.is_ok().then_some(texts < taken),
            "told whether all was taken"
        );
        (texts, outcome.err())
    }

    #[test]
    fn cells_come_in_order_up_to_the_last() {
        for many in [0, 1, BATCH_CELLS as u32, 1_000_000] {
            let (texts, error) = read(many, usize::MAX, |_| Ok(()));
            assert_eq!((texts, error.map(|error| error.to_string())), (many as usize, None));
        }
    }

    #[test]
    fn what_came_before_damage_is_taken_before_it_is_told() {
        let at = BATCH_CELLS as u32 + 7;
        let broken = |row: u32| if row == at { Err(Trouble::Damaged) } else { Ok(()) };
        let panics = |row: u32| if row == at { panic!("of the library") } else { Ok(()) };
        let expected = fail(Path::new("a.xlsx"), Trouble::Damaged).to_string();
        for (texts, error) in [read(u32::MAX, usize::MAX, broken), read(u32::MAX, usize::MAX, panics)] {
            assert_eq!((texts, error.map(|error| error.to_string())), (at as usize, Some(expected.clone())));
        }
    }

    #[test]
    fn reading_ends_when_no_more_is_asked_for() {
        for taken in [1, 3 * BATCH_CELLS] {
            let broken = |row: u32| if row as usize > taken + BATCH_CELLS { Err(Trouble::Damaged) } else { Ok(()) };
            assert!(matches!(read(u32::MAX, taken, broken), (texts, None) if texts == taken));
        }
    }
}
