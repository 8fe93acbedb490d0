//! One field of some rows at once: its values cleaned and its texts looked up. Nothing is changed by it, so that the rows of a
//! batch are read on all cores; what came to be known by it is settled afterwards, in a fixed order.

use super::clean::{Clean, Cleaned, Reading};
use super::columns::{Cells, Item};
use super::memory::Remembered;
use super::texts::{self, LooseTexts, Texts};
use crate::sources::{Cell, RawRow};
use std::borrow::Cow;

/// The values of a field in some rows.
pub(super) struct Readings<'r> {
    /// One a row.
    pub values: Vec<Cleaned>,
    /// Numbers that were read as a count of days, with the places of their rows.
    pub serials: Vec<(usize, f64)>,
    /// Texts that are not looked up, and their rows.
    loose: LooseTexts,
    loose_rows: Vec<u32>,
    unknown: Vec<Unknown<'r>>,
    /// Texts of the sample that were known.
    sampled: u32,
    is_loose: bool,
}

/// Memory of readings that are done with.
#[derive(Default)]
pub(super) struct Spare {
    values: Vec<Cleaned>,
    loose: LooseTexts,
    loose_rows: Vec<u32>,
}

/// A text whose place is sought: its row and its hash.
type Sought<'r> = (usize, u64, Cow<'r, str>);

/// What a row says that no row before it said.
struct Unknown<'r> {
    row: usize,
    /// A text that has no place yet, with its hash.
    text: Option<(u64, Cow<'r, str>)>,
    remembered: Option<Remembered<'r>>,
    value: Cleaned,
}

/// How often a field's texts come again, as a sample of them shows. Of a field whose texts hardly ever do, such as local ids,
/// the others are not looked up: what is there twice all the same becomes one when the last row has come.
#[derive(Clone, Copy, Default)]
pub(super) struct Novelty {
    sampled: u32,
    new: u32,
}

/// So many texts are foreseen at a time.
const FORESEEN: usize = 16;
/// One text in so many is of the sample, wherever it stands: texts are drawn by their hashes.
const SAMPLE: u64 = 64;
/// A sample of fewer texts says nothing; one of more forgets the older half.
const SAMPLED_MIN: u32 = 32;
const SAMPLED_MAX: u32 = 512;

impl Novelty {
    /// Whether a text is of the sample.
    fn samples(hash: u64) -> bool {
        (hash >> 32).is_multiple_of(SAMPLE)
    }

    fn count(&mut self, sampled: u32, new: u32) {
        (self.sampled, self.new) = (self.sampled + sampled, self.new + new);
        while self.sampled >= SAMPLED_MAX {
            (self.sampled, self.new) = (self.sampled / 2, self.new / 2);
        }
    }

    /// Whether more texts are new than not.
    fn is_high(self) -> bool {
        self.sampled >= SAMPLED_MIN && self.new * 2 > self.sampled
    }
}

impl<'r> Readings<'r> {
    /// Before the first row.
    pub fn new(item: &Item<'_>, spare: Spare) -> Self {
        let Spare { mut values, mut loose, mut loose_rows } = spare;
        values.clear();
        loose.clear();
        loose_rows.clear();
        let is_loose = item.novelty.is_high();
        Readings { values, serials: Vec::new(), loose, loose_rows, unknown: Vec::new(), sampled: 0, is_loose }
    }

    /// When the last value has been used.
    pub fn into_spare(self) -> Spare {
        Spare { values: self.values, loose: self.loose, loose_rows: self.loose_rows }
    }

    /// Reads a field in some more rows.
    pub fn add(&mut self, item: &Item<'_>, cells: &Cells, rows: &[&'r RawRow], texts: &Texts) {
        self.values.reserve(rows.len());
        match cells {
            Cells::None => self.values.resize(self.values.len() + rows.len(), Cleaned::MISSING),
            Cells::One(place) => {
                let of_cell = |row: &&'r RawRow| Reading::of(row.cells.get(*place).unwrap_or(&Cell::Empty));
                let mut few = [Reading::Empty; FORESEEN];
                for some in rows.chunks(FORESEEN) {
                    few.iter_mut().zip(some).for_each(|(reading, row)| *reading = of_cell(row));
                    self.read(&few[..some.len()], item, texts);
                }
            }
            Cells::Joined(_) => {
                for row in rows {
                    let (read, place) = (item.read(cells, row), self.values.len());
                    let remembered = read.remembered_by(item);
                    let mut sought = None;
                    self.read_one(item, || read.clean(item), remembered, &mut sought);
                    self.find(sought, texts);
                    self.serials.extend(read.serial(item).map(|number| (place, number)));
                    read.settle(item, cells, row, &mut self.values[place]);
                }
            }
        }
    }

    /// Reads the cells of a few rows. What they hold is first looked for everywhere, and then found.
    fn read(&mut self, cells: &[Reading<'r>], item: &Item<'_>, texts: &Texts) {
        let first = self.values.len();
        let mut sought: [Option<Sought<'r>>; FORESEEN] = Default::default();
        if item.cleaner().remembers() {
            let mut remembered: [Option<Remembered<'r>>; FORESEEN] = Default::default();
            for (remembered, cell) in remembered.iter_mut().zip(cells) {
                *remembered = item.cleaner().remembered_by(*cell);
                remembered.iter().for_each(|raw| item.cleaner().memory.foresee(raw));
            }
            for ((cell, remembered), sought) in cells.iter().zip(remembered).zip(&mut sought) {
                self.read_one(item, || item.cleaner().clean(*cell), remembered, sought);
            }
            for (place, cell) in (first..).zip(cells) {
                self.serials.extend(item.cleaner().count_of_days(*cell).map(|number| (place, number)));
            }
        } else {
            for (cell, sought) in cells.iter().zip(&mut sought) {
                self.read_one(item, || item.cleaner().clean(*cell), None, sought);
            }
        }
        sought.iter().flatten().for_each(|(_, hash, _)| texts.foresee(*hash));
        sought.into_iter().for_each(|sought| self.find(sought, texts));
    }

    fn read_one(
        &mut self,
        item: &Item<'_>,
        clean: impl FnOnce() -> Clean<'r>,
        remembered: Option<Remembered<'r>>,
        sought: &mut Option<Sought<'r>>,
    ) {
        if let Some(value) = remembered.as_ref().and_then(|raw| item.cleaner().memory.recall(raw)) {
            return self.values.push(value);
        }
        let (Clean { value, text }, row) = (clean(), self.values.len());
        self.values.push(value);
        let text = text.map(|text| (texts::hash(&text), text));
        match (text, remembered) {
            (text, Some(raw)) => self.unknown.push(Unknown { row, text, remembered: Some(raw), value }),
            (Some((hash, text)), None) if self.is_loose && !Novelty::samples(hash) => {
                self.loose.push(&text);
                self.loose_rows.push(row as u32);
            }
            (Some((hash, text)), None) => *sought = Some((row, hash, text)),
            (None, None) => {}
        }
    }

    /// Takes the place of a text that came before.
    fn find(&mut self, sought: Option<Sought<'r>>, texts: &Texts) {
        let Some((row, hash, text)) = sought else { return };
        match texts.find(hash, &text) {
            Some(symbol) => {
                self.values[row].bits = symbol.place();
                self.sampled += u32::from(Novelty::samples(hash));
            }
            None => {
                let value = self.values[row];
                self.unknown.push(Unknown { row, text: Some((hash, text)), remembered: None, value });
            }
        }
    }

    /// Gives places to the texts that have none, and keeps in mind what came to be known.
    pub fn settle(&mut self, item: &mut Item<'_>, texts: &mut Texts) {
        for (row, symbol) in self.loose_rows.iter().zip(texts.add_loose(&self.loose)) {
            self.values[*row as usize].bits = symbol.place();
        }
        item.novelty.count(self.sampled, 0);
        for Unknown { row, text, remembered, mut value } in std::mem::take(&mut self.unknown) {
            if let Some((hash, text)) = text {
                let before = texts.len();
                value.bits = texts.intern_hashed(hash, &text).place();
                self.values[row].bits = value.bits;
                if remembered.is_none() && Novelty::samples(hash) {
                    item.novelty.count(1, u32::from(texts.len() > before));
                }
            }
            remembered.into_iter().for_each(|raw| item.remember(raw, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::fields::person::{FAMILY_NAME, LOCAL_ID};
    use crate::records::texts::Symbol;
    use crate::records::{Normaliser, Records, sample};
    use crate::sources::{Batch, Intake, Origin, RawRow, RowKind};
    use std::collections::BTreeMap;

    const FIELDS: [&str; 2] = ["person.local_id", "person.family_name"];
    const ROWS: u32 = 20_000;

    /// Ids that never come again within a source, yet all of them in both, and names that often do.
    fn records(threads: usize) -> Records {
        let config = sample::config(vec![sample::mapping(&FIELDS), sample::mapping(&FIELDS)]);
        let names: Vec<String> = FIELDS.map(str::to_owned).to_vec();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
        pool.install(|| {
            let mut normaliser = Normaliser::new(&config);
            for file in 0..2 {
                let id = |row: u32| if file == 0 { row } else { ROWS + 1 - row };
                let cells = |row: u32| [format!("ID{}", id(row)), format!("NAME{}", id(row) % 97)];
                let row = |row: u32| {
                    let cells = cells(row);
                    sample::row(file as u16, row + 1, &[&cells[0], &cells[1]])
                };
                let header = sample::row_of(file as u16, 1, RowKind::Header, Vec::new());
                let rows: Vec<RawRow> = std::iter::once(header).chain((1..=ROWS).map(row)).collect();
                let mut rows = rows.into_iter().peekable();
                while rows.peek().is_some() {
                    let rows = rows.by_ref().take(3000).collect();
                    normaliser.take(Batch { origin: Origin::Source(file), header: &names, rows });
                }
            }
            let files = (0..2).map(|file| sample::file(Origin::Source(file), ROWS + 1, None)).collect();
            normaliser.finish(Intake { files, ..Intake::default() })
        })
    }

    #[test]
    fn a_text_has_one_symbol_whether_it_was_looked_up_or_not() {
        let records = records(2);
        let mut symbols: BTreeMap<&str, Symbol> = BTreeMap::new();
        for person in records.people.places() {
            let row = records.people.row(person);
            let id = if row.file() == 0 { row.row() - 1 } else { ROWS + 2 - row.row() };
            for (field, expected) in [(LOCAL_ID, format!("ID{id}")), (FAMILY_NAME, format!("NAME{}", id % 97))] {
                let symbol = records.people.symbol(field, person);
                let text = records.texts.text(symbol);
                assert_eq!(text, expected);
                assert_eq!(*symbols.entry(text).or_insert(symbol), symbol, "{text} has one symbol");
            }
        }
        assert_eq!(symbols.len(), ROWS as usize + 97);
        assert!(records.texts.len() > symbols.len(), "ids were not looked up, so that some came twice");
        assert_eq!(records.texts.value_bytes(), symbols.keys().map(|text| text.len()).sum::<usize>());
    }

    #[test]
    fn places_of_texts_are_the_same_on_any_number_of_threads() {
        let (one, three) = (records(1), records(3));
        let symbols = |records: &Records| -> Vec<[Symbol; 2]> {
            let of = |person| [LOCAL_ID, FAMILY_NAME].map(|field| records.people.symbol(field, person));
            records.people.places().map(of).collect()
        };
        assert_eq!(symbols(&one), symbols(&three));
    }
}
