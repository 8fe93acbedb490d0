//! What came back against what was asked. An answer counts only where everything beside it is as it was shown.

use super::grid::{ANSWER, Grid, GridLine, NOTE};
use super::read::{NO_VALUE, Sheets};
use crate::review::Queue;
use crate::review::asked::{Asked, Said};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// Why something in a workbook is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The workbook is of another package, or is no review workbook.
    OtherPackage,
    /// The journal is another than when the workbook was made.
    OtherJournal,
    /// A locked cell is not as it was.
    Changed,
    /// A line that was not asked.
    Foreign,
    /// A line that was asked is gone.
    Missing,
    /// A line is there twice.
    Duplicated,
    /// What stands there is not an answer.
    NotAnAnswer,
    /// An answer or a note is a formula whose value the file does not hold.
    Formula,
    /// What a folder is said to hold is no value of its field.
    Unreadable,
}

impl ProblemKind {
    /// Its stable name.
    pub fn slug(self) -> &'static str {
        match self {
            ProblemKind::OtherPackage => "other-package",
            ProblemKind::OtherJournal => "other-journal",
            ProblemKind::Changed => "changed",
            ProblemKind::Foreign => "foreign",
            ProblemKind::Missing => "missing",
            ProblemKind::Duplicated => "duplicated",
            ProblemKind::NotAnAnswer => "not-an-answer",
            ProblemKind::Formula => "formula-without-value",
            ProblemKind::Unreadable => "reading-unreadable",
        }
    }

    /// What to do next.
    pub fn what_to_do(self) -> &'static str {
        match self {
            ProblemKind::OtherPackage => {
                "name the package that it was made from with --package, or export a new workbook"
            }
            ProblemKind::OtherJournal => "restore the journal, or take the answers with --accept-rest",
            ProblemKind::Changed => "undo the change, or copy the answer into a new export",
            ProblemKind::Foreign => "take the line out; a workbook cannot ask more than was exported",
            ProblemKind::Missing => "put the line back, or take the other answers with --accept-rest",
            ProblemKind::Duplicated => "keep one of the lines",
            ProblemKind::NotAnAnswer => "choose an answer from the cell's list, or leave the cell empty",
            ProblemKind::Formula => "type the answer and the note themselves, no formulas",
            ProblemKind::Unreadable => {
                "write the value alone into the note, as it would be keyed: a code as the mapping lists it; \
                 a date as the mapping has it, or as 1961-07-09"
            }
        }
    }
}

/// Something in a workbook that is not taken. It never quotes a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The sheet.
    pub sheet: String,
    /// The line as a spreadsheet numbers it; nought when it has none.
    pub line: u32,
    /// Why.
    pub kind: ProblemKind,
    /// What is wrong, in words.
    pub what: String,
}

impl Problem {
    pub(super) fn new(sheet: &str, line: u32, kind: ProblemKind, what: impl Into<String>) -> Self {
        Problem { sheet: sheet.to_owned(), line, kind, what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {} [{}]", self.sheet, self.what, self.kind.slug()),
            line => write!(formatter, "{}:{line}: {} [{}]", self.sheet, self.what, self.kind.slug()),
        }
    }
}

/// A good answer, with its note and where it stands.
pub(super) struct Answered {
    pub queue: Queue,
    pub line: u32,
    pub said: Said,
    pub note: String,
}

/// What a workbook says.
#[derive(Default)]
pub(super) struct Compared {
    /// Good answers.
    pub said: Vec<Answered>,
    pub undecided: usize,
    pub notes_alone: usize,
    pub problems: Vec<Problem>,
}

/// Holds every sheet against what was asked on it. Of what an answer means, `refuse` says why the next run could
/// not read it.
pub(super) fn compare(asked: &[Asked], sheets: &Sheets, refuse: &dyn Fn(&Said) -> Option<String>) -> Compared {
    let mut compared = Compared::default();
    let nothing = BTreeMap::new();
    for asked in asked {
        let grid = Grid::new(asked);
        let lines = sheets.get(grid.name()).unwrap_or(&nothing);
        Sheet { grid: &grid, lines, refuse, bad: BTreeSet::new() }.compare(&mut compared);
    }
    compared
}

/// One sheet.
struct Sheet<'a> {
    grid: &'a Grid<'a>,
    lines: &'a BTreeMap<u32, Vec<String>>,
    refuse: &'a dyn Fn(&Said) -> Option<String>,
    /// Questions whose answers are not taken.
    bad: BTreeSet<usize>,
}

impl Sheet<'_> {
    fn compare(mut self, compared: &mut Compared) {
        let mut problems = Vec::new();
        self.compare_titles(&mut problems);
        let places = self.find_lines(&mut problems);
        for (place, expected) in self.grid.lines.iter().enumerate() {
            match places.get(&place) {
                Some(line) => self.compare_cells(*line, expected, &mut problems),
                None => {
                    let number = &expected.cells[0];
                    let whose = expected.line.name().map(|name| format!(" ({} row {})", name.source, name.row));
                    let what = format!("no. {number}{} is not there any more", whose.unwrap_or_default());
                    self.refuse(expected.item, 0, ProblemKind::Missing, what, &mut problems);
                }
            }
        }
        self.take_answers(&places, &mut problems, compared);
        problems.sort_by_key(|problem| (problem.line == 0, problem.line));
        compared.problems.append(&mut problems);
    }

    fn refuse(&mut self, item: usize, line: u32, kind: ProblemKind, what: String, problems: &mut Vec<Problem>) {
        self.bad.insert(item);
        problems.push(Problem::new(self.grid.name(), line, kind, what));
    }

    /// Under other titles nobody can say what somebody saw who answered.
    fn compare_titles(&mut self, problems: &mut Vec<Problem>) {
        let found = self.lines.get(&1).map(Vec::as_slice).unwrap_or_default();
        let titles = self.grid.titles.iter().map(|title| title.text.as_str());
        // A sheet that is gone altogether is told by its lines.
        if !self.lines.is_empty() && !titles.eq(found.iter().map(String::as_str)) {
            let what = "the titles of the columns are not as they were: no answer of this sheet is taken";
            self.bad.extend(0..self.grid.asked.items.len());
            problems.push(Problem::new(self.grid.name(), 1, ProblemKind::Changed, what));
        }
    }

    /// The line in the workbook of each line that was asked.
    fn find_lines(&mut self, problems: &mut Vec<Problem>) -> BTreeMap<usize, u32> {
        let column = self.grid.mark_column();
        let marks: HashMap<&str, usize> =
            self.grid.lines.iter().enumerate().map(|(place, line)| (line.cells[column].as_str(), place)).collect();
        let mut places: BTreeMap<usize, u32> = BTreeMap::new();
        let mut strange = Vec::new();
        for (line, cells) in self.lines.range(2..) {
            match marks.get(cell(cells, column)) {
                None => strange.push((*line, cells)),
                Some(place) => match places.get(place) {
                    None => drop(places.insert(*place, *line)),
                    Some(first) => {
                        let what = format!("the line is there twice: line {first} is the same");
                        let item = self.grid.lines[*place].item;
                        self.refuse(item, *line, ProblemKind::Duplicated, what, problems);
                    }
                },
            }
        }
        let numbers: HashMap<&str, usize> =
            self.grid.lines.iter().enumerate().map(|(place, line)| (line.cells[0].as_str(), place)).collect();
        for (line, cells) in strange {
            let place = numbers.get(cell(cells, 0)).copied();
            self.place_strange(line, cells, place, &mut places, problems);
        }
        places
    }

    /// A line whose mark is unknown: one of ours whose mark was changed, or none of ours.
    fn place_strange(
        &mut self,
        line: u32,
        cells: &[String],
        place: Option<usize>,
        places: &mut BTreeMap<usize, u32>,
        problems: &mut Vec<Problem>,
    ) {
        let mut row = self.grid.row_columns();
        let is_it = |place: &usize| {
            let expected = &self.grid.lines[*place].cells;
            !places.contains_key(place) && row.all(|column| same(cell(cells, column), &expected[column]))
        };
        match place.filter(is_it) {
            Some(place) => {
                places.insert(place, line);
                let item = self.grid.lines[place].item;
                let what = "the hidden mark of the line is not as it was".to_owned();
                self.refuse(item, line, ProblemKind::Changed, what, problems);
            }
            None => {
                let what = "the line was not in the workbook that was exported";
                problems.push(Problem::new(self.grid.name(), line, ProblemKind::Foreign, what));
            }
        }
    }

    fn compare_cells(&mut self, line: u32, expected: &GridLine<'_>, problems: &mut Vec<Problem>) {
        let cells = &self.lines[&line];
        let is_open = |column: usize| [ANSWER, NOTE].contains(&column) && !expected.line.choices.is_empty();
        let width = cells.len().max(expected.cells.len());
        let changed: Vec<&str> = (0..width)
            .filter(|column| !is_open(*column))
            .filter(|column| !same(cell(cells, *column), expected.cells.get(*column).map_or("", String::as_str)))
            .filter(|column| *column != self.grid.mark_column())
            .map(|column| self.grid.titles.get(column).map_or("beside the table", |title| title.text.as_str()))
            .collect();
        if !changed.is_empty() {
            let what = format!("not as it was exported: {}", changed.join(", "));
            self.refuse(expected.item, line, ProblemKind::Changed, what, problems);
        }
    }

    fn take_answers(&mut self, places: &BTreeMap<usize, u32>, problems: &mut Vec<Problem>, compared: &mut Compared) {
        let mut first = 0;
        for (place, item) in self.grid.asked.items.iter().enumerate() {
            let lines: Vec<Option<u32>> =
                (first..first + item.lines.len()).map(|line| places.get(&line).copied()).collect();
            first += item.lines.len();
            if !item.is_question() {
                continue;
            }
            let answers = self.answers(place, &lines, problems);
            if self.bad.contains(&place) {
                continue;
            }
            let note = |line: usize| lines[line].map_or("", |line| cell(&self.lines[&line], NOTE)).to_owned();
            let alone = (0..lines.len()).filter(|line| answers[*line].is_none() && !note(*line).is_empty());
            compared.notes_alone += alone.count();
            let said = item.said(&answers, &note(0)).map_err(|why| (ProblemKind::NotAnAnswer, why.words().to_owned()));
            let refused = |said: &Said| (self.refuse)(said).map(|what| (ProblemKind::Unreadable, what));
            match said.and_then(|said| said.iter().find_map(refused).map_or(Ok(said), Err)) {
                Ok(said) if said.is_empty() => compared.undecided += 1,
                Ok(said) => compared.said.extend(said.into_iter().map(|said| {
                    let (note, line) = (note(said.line), lines[said.line].unwrap_or(0));
                    Answered { queue: self.grid.asked.queue, line, said, note }
                })),
                Err((kind, what)) => {
                    let line = lines.iter().flatten().next().copied().unwrap_or(0);
                    problems.push(Problem::new(self.grid.name(), line, kind, what));
                }
            }
        }
    }

    fn answers(&mut self, item: usize, lines: &[Option<u32>], problems: &mut Vec<Problem>) -> Vec<Option<String>> {
        let grid = self.grid;
        let of_lines = grid.asked.items[item].lines.iter().zip(lines);
        let mut answers = Vec::with_capacity(lines.len());
        for (of, line) in of_lines {
            let cells = line.map_or(&[][..], |line| &self.lines[&line]);
            if !of.choices.is_empty() && [ANSWER, NOTE].into_iter().any(|column| cell(cells, column) == NO_VALUE) {
                let what = "the answer or the note is a formula whose value the file does not hold".to_owned();
                self.refuse(item, line.unwrap_or(0), ProblemKind::Formula, what, problems);
                answers.push(None);
                continue;
            }
            let said = cell(cells, ANSWER).to_lowercase();
            let said = said.split_whitespace().collect::<Vec<&str>>().join(" ");
            let known = of.choices.contains(&said);
            if !known && !said.is_empty() && !of.choices.is_empty() {
                let what = format!("the answer is none of: {}", of.choices.join(", "));
                self.refuse(item, line.unwrap_or(0), ProblemKind::NotAnAnswer, what, problems);
            }
            answers.push(known.then_some(said));
        }
        answers
    }
}

fn cell(cells: &[String], column: usize) -> &str {
    cells.get(column).map_or("", String::as_str)
}

/// Spreadsheet programs keep a text, though not always its white space.
fn same(found: &str, expected: &str) -> bool {
    found == expected || found.split_whitespace().eq(expected.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::{RowName, ShownRow};
    use crate::review::asked::{Item, Line, Question, member_choices, pair_choices};
    use crate::review::fields::{FIELDS, Values};

    fn row(row: u32) -> ShownRow {
        let name = RowName { source: "a".into(), file: "a.csv".into(), sheet: String::new(), row };
        ShownRow { name, commitment: format!("digest of {row}") }
    }

    fn line(label: &str, number: u32) -> Line {
        let values = Values::from(FIELDS.map(|shown| format!("{} {number}", shown.field)));
        Line::of_person(label, &values, vec![true; FIELDS.len()], row(number))
    }

    /// Two pairs, the second of them of the same two rows' contents; and a patient of three rows.
    fn asked() -> Vec<Asked> {
        let pair = |left, right| Item {
            lines: vec![line("Row A", left).choose(pair_choices()), line("Row B", right)],
            question: Question::Pair([row(left), row(right)]),
        };
        let members = (2..5).map(|number| line("Row", number).choose(member_choices()));
        let head = Line { row: None, ..line("Patient", 1) };
        let lines = std::iter::once(head).chain(members).collect();
        let cluster = Item { lines, question: Question::Members((2..5).map(row).collect()) };
        vec![
            Asked::of_people(Queue::Pairs, None, vec![pair(2, 3), pair(2, 4)]),
            Asked::of_people(Queue::Clusters, None, vec![cluster]),
        ]
    }

    /// The sheets as they were exported, then as somebody left them.
    fn sheets(asked: &[Asked], bend: impl FnOnce(&mut Sheets)) -> Sheets {
        let lines = |grid: &Grid<'_>| {
            let titles: Vec<String> = grid.titles.iter().map(|title| title.text.clone()).collect();
            (1..).zip(std::iter::once(titles).chain(grid.lines.iter().map(|line| line.cells.clone()))).collect()
        };
        let grids: Vec<Grid<'_>> = asked.iter().map(Grid::new).collect();
        let mut sheets = grids.iter().map(|grid| (grid.name().to_owned(), lines(grid))).collect();
        bend(&mut sheets);
        sheets
    }

    #[track_caller]
    fn check(bend: impl FnOnce(&mut Sheets), said: &[&str], problems: &[&str]) {
        let asked = asked();
        let compared = compare(&asked, &sheets(&asked, bend), &|_| None);
        let found: Vec<String> = compared.problems.iter().map(Problem::to_string).collect();
        assert_eq!(found.len(), problems.len(), "{found:?}");
        for (found, expected) in found.iter().zip(problems) {
            let (place, slug) = expected.split_once(' ').expect("a place and a slug");
            assert!(found.starts_with(place) && found.ends_with(&format!("[{slug}]")), "{found} is not {expected}");
        }
        let answers: Vec<&str> = compared.said.iter().map(|answered| answered.said.act.answer()).collect();
        assert_eq!(answers, said);
    }

    fn set(sheets: &mut Sheets, sheet: &str, line: u32, column: usize, text: &str) {
        sheets.get_mut(sheet).and_then(|lines| lines.get_mut(&line)).expect("a line")[column] = text.to_owned();
    }

    #[test]
    fn an_answer_counts_however_it_is_typed_and_wherever_its_line_went() {
        check(|_| {}, &[], &[]);
        check(|sheets| set(sheets, "Pairs", 2, ANSWER, "  SAME "), &["same"], &[]);
        check(
            |sheets| {
                set(sheets, "Pairs", 4, ANSWER, "unsure");
                let lines = sheets.get_mut("Pairs").expect("a sheet");
                let (first, last) = (lines[&2].clone(), lines[&5].clone());
                lines.extend([(2, last), (5, first)]);
            },
            &["unsure"],
            &[],
        );
    }

    #[test]
    fn what_stands_beside_a_change_is_not_taken_and_the_rest_is() {
        let answered = |sheets: &mut Sheets| {
            set(sheets, "Pairs", 2, ANSWER, "same");
            set(sheets, "Pairs", 4, ANSWER, "different");
            set(sheets, "Clusters", 3, ANSWER, "out");
        };
        check(answered, &["same", "different", "out"], &[]);
        let bent = |bend: fn(&mut Sheets), said: &[&str], problems: &[&str]| {
            check(
                |sheets| {
                    answered(sheets);
                    bend(sheets);
                },
                said,
                problems,
            );
        };
        bent(|sheets| set(sheets, "Pairs", 3, 7, "x"), &["different", "out"], &["Pairs:3: changed"]);
        bent(|sheets| set(sheets, "Clusters", 5, 7, "x"), &["same", "different"], &["Clusters:5: changed"]);
        bent(
            |sheets| set(sheets, "Pairs", 2, ANSWER, NO_VALUE),
            &["different", "out"],
            &["Pairs:2: formula-without-value"],
        );
        bent(
            |sheets| set(sheets, "Pairs", 2, NOTE, NO_VALUE),
            &["different", "out"],
            &["Pairs:2: formula-without-value"],
        );
        bent(|sheets| set(sheets, "Pairs", 3, ANSWER, NO_VALUE), &["different", "out"], &["Pairs:3: changed"]);
        bent(|sheets| set(sheets, "Pairs", 1, 6, "Given name"), &["out"], &["Pairs:1: changed"]);
        bent(
            |sheets| drop(sheets.get_mut("Pairs").expect("a sheet").remove(&5)),
            &["same", "out"],
            &["Pairs: missing"],
        );
        bent(
            |sheets| {
                let lines = sheets.get_mut("Pairs").expect("a sheet");
                lines.insert(9, lines[&5].clone());
            },
            &["same", "out"],
            &["Pairs:9: duplicated"],
        );
        bent(|sheets| set(sheets, "Pairs", 2, ANSWER, "same?"), &["different", "out"], &["Pairs:2: not-an-answer"]);
        bent(
            |sheets| (4..6).for_each(|line| set(sheets, "Clusters", line, ANSWER, "out")),
            &["same", "different"],
            &["Clusters:2: not-an-answer"],
        );
    }

    #[test]
    fn a_note_beside_no_answer_is_counted() {
        let asked = asked();
        let sheets = sheets(&asked, |sheets| set(sheets, "Pairs", 2, NOTE, "ask the GP"));
        let compared = compare(&asked, &sheets, &|_| None);
        assert_eq!((compared.notes_alone, compared.undecided, compared.said.len()), (1, 3, 0));
    }
}
