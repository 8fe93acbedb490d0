//! The tables of a package as explanations ask for them: lines where a column holds something, and lines of certain rows.
//!
//! One explanation walks each table once and keeps nothing. Who wants many keeps the tables, with an index of each question.

use super::{ExplainError, Explanation, NO_SUCH_LINE, Subject, Wanted, four};
use crate::linkage::LinkModel;
use crate::package::error::Error;
use crate::package::opened::{Opened, Thresholds};
use crate::package::schema;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// A package to explain from.
pub struct Shelf<'p> {
    package: &'p Opened,
    model: OnceCell<LinkModel>,
    kept: Option<RefCell<HashMap<&'static str, Rc<Kept>>>>,
}

/// A table in memory.
struct Kept {
    lines: Vec<Vec<String>>,
    /// By the place of a column, then by what it holds: lines.
    by_text: RefCell<HashMap<usize, Rc<Index<String>>>>,
    /// By the place of the first of the four columns that name a row, then by row number: lines.
    by_row: RefCell<HashMap<usize, Rc<Index<u32>>>>,
}

/// Lines by what stands in a column.
type Index<K> = HashMap<K, Vec<usize>>;

impl<'p> Shelf<'p> {
    /// For one explanation.
    pub fn new(package: &'p Opened) -> Self {
        Shelf { package, model: OnceCell::new(), kept: None }
    }

    /// For many: tables that were read stay in memory.
    pub fn keeping(package: &'p Opened) -> Self {
        Shelf { kept: Some(RefCell::default()), ..Shelf::new(package) }
    }

    /// Explains one thing. Every table that is read is held to the digest that the package's manifest gives it.
    pub fn explain(&self, subject: &Subject) -> Result<Explanation, ExplainError> {
        super::explain_from(self, subject)
    }

    /// The model that was used.
    pub(super) fn model(&self) -> Result<&LinkModel, Error> {
        if let Some(model) = self.model.get() {
            return Ok(model);
        }
        let model = self.package.link_model()?;
        Ok(self.model.get_or_init(|| model))
    }

    /// What joined pairs, and what was asked about.
    pub(super) fn thresholds(&self) -> Option<Thresholds> {
        self.package.thresholds()
    }

    /// That a table is not one of this version.
    pub(super) fn unlike(&self, table: &str) -> Error {
        let path = self.package.folder().join(format!("data/{}", schema::of(table).path));
        Error::NoPackage { path, what: NO_SUCH_LINE }
    }

    /// Every line.
    pub(super) fn each(
        &self,
        table: &'static str,
        columns: &[&str],
        see: &mut dyn FnMut(&[&str]),
    ) -> Result<(), Error> {
        match self.kept(table)? {
            None => self.package.each_record(table, columns, see),
            Some(kept) => {
                let places = places(table, columns);
                kept.lines.iter().for_each(|line| show(line, &places, see));
                Ok(())
            }
        }
    }

    /// Lines where a column holds just this.
    pub(super) fn where_is<const N: usize>(
        &self,
        table: &'static str,
        (column, value): (&str, &str),
        columns: [&str; N],
        mut see: impl FnMut([&str; N]),
    ) -> Result<(), Error> {
        let mut see = |cells: &[&str]| see(std::array::from_fn(|place| cells[place]));
        let Some(kept) = self.kept(table)? else {
            let all: Vec<&str> = columns.into_iter().chain([column]).collect();
            return self.package.each_record(table, &all, &mut |cells| {
                if cells[N] == value {
                    see(&cells[..N]);
                }
            });
        };
        let index = kept.by_text(places(table, &[column])[0]);
        let places = places(table, &columns);
        index.get(value).into_iter().flatten().for_each(|at| show(&kept.lines[*at], &places, &mut see));
        Ok(())
    }

    /// Lines of these rows, each with the row's place among them. `row` are the columns that name one.
    pub(super) fn of_rows<const N: usize>(
        &self,
        table: &'static str,
        (row, wanted): ([&str; 4], &Wanted),
        columns: [&str; N],
        mut see: impl FnMut(usize, [&str; N]),
    ) -> Result<(), Error> {
        let all: Vec<&str> = row.into_iter().chain(columns).collect();
        self.of_any(table, &[(row, wanted)], &all, &mut |cells| {
            if let Some(place) = wanted.find(four(cells)) {
                see(place, std::array::from_fn(|at| cells[4 + at]));
            }
        })
    }

    /// Lines that may be of any of these rows, in order; it is for who sees them to look again.
    pub(super) fn of_any(
        &self,
        table: &'static str,
        rows: &[([&str; 4], &Wanted)],
        columns: &[&str],
        see: &mut dyn FnMut(&[&str]),
    ) -> Result<(), Error> {
        let Some(kept) = self.kept(table)? else { return self.package.each_record(table, columns, see) };
        let mut lines: BTreeSet<usize> = BTreeSet::new();
        for (row, wanted) in rows {
            let index = kept.by_row(places(table, row)[3]);
            lines.extend(wanted.numbers().filter_map(|number| index.get(&number)).flatten());
        }
        let places = places(table, columns);
        lines.into_iter().for_each(|at| show(&kept.lines[at], &places, see));
        Ok(())
    }

    fn kept(&self, table: &'static str) -> Result<Option<Rc<Kept>>, Error> {
        let Some(all) = &self.kept else { return Ok(None) };
        if let Some(kept) = all.borrow().get(table) {
            return Ok(Some(Rc::clone(kept)));
        }
        let columns: Vec<&str> = schema::of(table).columns().iter().map(String::as_str).collect();
        let mut lines = Vec::new();
        self.package.each_record(table, &columns, &mut |cells| {
            lines.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
        })?;
        let kept = Rc::new(Kept { lines, by_text: RefCell::default(), by_row: RefCell::default() });
        all.borrow_mut().insert(table, Rc::clone(&kept));
        Ok(Some(kept))
    }
}

impl Kept {
    fn by_text(&self, place: usize) -> Rc<Index<String>> {
        let mut known = self.by_text.borrow_mut();
        let index = known.entry(place).or_insert_with(|| Rc::new(self.index(|line| Some(line[place].clone()))));
        Rc::clone(index)
    }

    fn by_row(&self, place: usize) -> Rc<Index<u32>> {
        let mut known = self.by_row.borrow_mut();
        let index = known.entry(place).or_insert_with(|| Rc::new(self.index(|line| line[place].parse().ok())));
        Rc::clone(index)
    }

    fn index<K: Eq + std::hash::Hash>(&self, key: impl Fn(&[String]) -> Option<K>) -> Index<K> {
        let mut index: Index<K> = HashMap::new();
        for (at, line) in self.lines.iter().enumerate() {
            if let Some(key) = key(line) {
                index.entry(key).or_default().push(at);
            }
        }
        index
    }
}

fn places(table: &str, columns: &[&str]) -> Vec<usize> {
    let schema = schema::of(table);
    let place =
        |column: &&str| schema.place(column).unwrap_or_else(|| panic!("no column of {table} is called {column}"));
    columns.iter().map(place).collect()
}

fn show(line: &[String], places: &[usize], see: &mut dyn FnMut(&[&str])) {
    let cells: Vec<&str> = places.iter().map(|place| line[*place].as_str()).collect();
    see(&cells);
}
