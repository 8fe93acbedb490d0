//! A sheet as cells: what is written, and what must come back.

use crate::review::Queue;
use crate::review::asked::{Asked, Item, Line, Question};
use crate::review::material::legible;
use crate::values::Digest;
use std::collections::HashMap;

/// A sheet.
pub(super) struct Grid<'a> {
    pub asked: &'a Asked,
    pub titles: Vec<Title>,
    pub lines: Vec<GridLine<'a>>,
}

/// A column.
pub(super) struct Title {
    pub text: String,
    pub width: f64,
    pub hidden: bool,
}

/// A line below the titles.
pub(super) struct GridLine<'a> {
    pub item: usize,
    pub place: usize,
    pub line: &'a Line,
    /// A text for each title; empty where something can be written.
    pub cells: Vec<String>,
    /// Which of them differ from the first line of their question.
    pub differs: Vec<bool>,
}

/// The column of answers.
pub(super) const ANSWER: usize = 1;
/// The column of notes.
pub(super) const NOTE: usize = 2;
/// The first column that moves when a person scrolls to the right.
pub(super) const FIRST_MOVING: usize = 4;
const BEFORE: [(&str, f64); 5] =
    [("No.", 7.0), ("Your answer", 14.0), ("Your note", 24.0), ("What", 16.0), ("Differs in", 18.0)];
const ROW: [(&str, f64); 4] = [("Source", 14.0), ("File", 28.0), ("Sheet", 14.0), ("Row", 8.0)];
const HIDDEN: [&str; 2] = ["Line", "Digest"];

impl<'a> Grid<'a> {
    /// Lays out what is asked.
    pub(super) fn new(asked: &'a Asked) -> Self {
        let shown = |(text, width): &(&str, f64)| Title { text: (*text).to_owned(), width: *width, hidden: false };
        let columns = asked.columns.iter().map(|column| shown(&(column.title, column.width)));
        let hidden = HIDDEN.map(|text| Title { text: text.to_owned(), width: 20.0, hidden: true });
        let titles: Vec<Title> =
            BEFORE.iter().map(shown).chain(columns).chain(ROW.iter().map(shown)).chain(hidden).collect();
        let mut seen: HashMap<Digest, usize> = HashMap::new();
        let mut lines = Vec::new();
        for (item, of) in asked.items.iter().enumerate() {
            let identity = identity(asked.queue, of);
            let nth = seen.entry(identity).or_default();
            *nth += 1;
            lines.extend(of.lines.iter().enumerate().map(|(place, line)| {
                let cells = cells(asked, (item, place, line), &mark(identity, *nth, place));
                let mut differs = vec![false; BEFORE.len()];
                differs.extend(&line.differs);
                differs.resize(titles.len(), false);
                GridLine { item, place, line, cells, differs }
            }));
        }
        Grid { asked, titles, lines }
    }

    /// Its name.
    pub(super) fn name(&self) -> &'static str {
        self.asked.queue.title()
    }

    /// The columns that name a row.
    pub(super) fn row_columns(&self) -> std::ops::Range<usize> {
        self.mark_column() - ROW.len()..self.mark_column()
    }

    /// The column by which lines are known.
    pub(super) fn mark_column(&self) -> usize {
        self.titles.len() - HIDDEN.len()
    }
}

fn cells(asked: &Asked, (item, place, line): (usize, usize, &Line), mark: &str) -> Vec<String> {
    let number = if place == 0 { (item + 1).to_string() } else { format!("{}.{place}", item + 1) };
    let titles = asked.columns.iter().zip(&line.differs).filter(|(_, differs)| **differs);
    let differing: Vec<&str> = titles.map(|(column, _)| column.title).collect();
    let mut cells = vec![number, String::new(), String::new(), line.label.clone(), differing.join(", ")];
    cells.extend(line.cells.iter().cloned());
    cells.extend(match line.name() {
        Some(name) => [legible(&name.source), legible(&name.file), legible(&name.sheet), name.row.to_string()],
        None => Default::default(),
    });
    cells.push(mark.to_owned());
    cells.push(line.row.as_ref().map(|row| row.commitment.clone()).unwrap_or_default());
    cells
}

/// A question by what it is about: the rows and their keyed digests.
fn identity(queue: Queue, item: &Item) -> Digest {
    let mut parts = vec![queue.word().to_owned()];
    for line in &item.lines {
        // Several may be asked of one row: what is asked is then a part of it.
        let of_rows_alone = matches!(item.question, Question::Pair(_) | Question::Members(_) | Question::Place(..));
        let cells = if of_rows_alone { String::new() } else { line.cells.join("\n") };
        let row = line.row.as_ref().map(|row| {
            let name = &row.name;
            [&name.source, &name.file, &name.sheet, &name.row.to_string(), &row.commitment]
                .map(String::as_str)
                .join("\n")
        });
        parts.extend([line.label.clone(), cells, row.unwrap_or_default()]);
    }
    Digest::of_cells(parts.iter().map(String::as_str))
}

/// The name of a line: of the question, which of those that are alike, and the line's place in it.
fn mark(identity: Digest, nth: usize, place: usize) -> String {
    let digits = identity.to_string();
    format!("{}-{nth}-{place}", &digits[..24])
}
