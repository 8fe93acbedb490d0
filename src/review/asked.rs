//! Questions to people, and what each answer means.

use super::Queue;
use super::fields::{FIELDS, Values};
use crate::decisions::{Act, Answer, Matching, Placing, Reading, Restart, RowName, Settlement, ShownRow};
use crate::values::Moment;
use jiff::civil::Date;

/// The questions of one queue, in order.
pub(super) struct Asked {
    pub queue: Queue,
    pub columns: Vec<Column>,
    pub items: Vec<Item>,
    /// How many more there are than are asked at once.
    pub more: usize,
}

/// A column of what is shown.
#[derive(Clone)]
pub(super) struct Column {
    pub title: &'static str,
    pub width: f64,
}

/// One question, over one or more lines.
pub(super) struct Item {
    pub lines: Vec<Line>,
    pub question: Question,
}

/// One line of what is shown.
pub(super) struct Line {
    /// What stands on it: `Row A`, `Candidate 2`.
    pub label: String,
    /// A text for each column.
    pub cells: Vec<String>,
    /// Which of them differ from the first line of the question.
    pub differs: Vec<bool>,
    /// The row it speaks of.
    pub row: Option<ShownRow>,
    /// What can be answered on this line; nothing when it is for reading.
    pub choices: Vec<String>,
}

/// What an answer is about.
pub(super) enum Question {
    /// Are they one person?
    Pair([ShownRow; 2]),
    /// The lines after the first: which does not belong?
    Members(Vec<ShownRow>),
    /// Whose is the row: one of those of the lines after the first?
    Place(ShownRow, Vec<ShownRow>),
    /// Is the repair of this field right?
    Repair(ShownRow, String),
    /// What does the folder of these keyings say in this field?
    Reading([ShownRow; 2], String),
    /// Why is there this kind of difference, of these rows?
    Cause(Vec<ShownRow>, String),
    /// What became of the booking of these rows, which was to start then?
    Booking(Vec<ShownRow>, Moment),
    /// A line for each of these rows, which speak of one appointment: is the evidence right, or the booking of that row?
    Conflict { booking: ShownRow, rows: Vec<ShownRow> },
    /// Was the clock of an earlier referral stopped: of a row of the later one, a row of the earlier, and further ones.
    Clock(Vec<ShownRow>),
    /// Is the item of this rule, with these rows behind it, dealt with?
    Safety(Vec<ShownRow>, String),
    /// For reading.
    Nothing,
}

/// At most so many lines are asked at once: more than anybody works through before the next run.
pub(super) const LINES_MAX: usize = 30_000;

const ANSWERS: [Answer; 3] = [Answer::Same, Answer::Different, Answer::Unsure];
const OUT: &str = "out";
const NOBODY: &str = "nobody";
const UNSURE: &str = "unsure";
const ACCEPTED: &str = "accepted";
const REFUSED: &str = "refused";
const FIRST: &str = "first";
const SECOND: &str = "second";
/// The note says what.
const OTHER: &str = "other";
const CLOSED: &str = "closed";
/// The note says to when.
const REBOOKED: &str = "rebooked";

/// Two rows, one person or two.
pub(super) fn pair_choices() -> Vec<String> {
    ANSWERS.map(|answer| answer.word().to_owned()).into()
}

/// A row of a patient.
pub(super) fn member_choices() -> Vec<String> {
    vec![OUT.to_owned()]
}

/// A row of one of so many candidates.
pub(super) fn place_choices(candidates: usize) -> Vec<String> {
    let numbered = (1..=candidates).map(candidate);
    numbered.chain([NOBODY, UNSURE].map(str::to_owned)).collect()
}

/// A value that was repaired.
pub(super) fn repair_choices() -> Vec<String> {
    [ACCEPTED, REFUSED].map(str::to_owned).into()
}

/// A field of a folder.
pub(super) fn reading_choices() -> Vec<String> {
    [FIRST, SECOND, OTHER].map(str::to_owned).into()
}

/// A future booking.
pub(super) fn booking_choices() -> Vec<String> {
    let others = [Settlement::Honoured, Settlement::Cancelled].map(Settlement::word);
    [others[0], REBOOKED, others[1]].map(str::to_owned).into()
}

/// Evidence that contradicts a booking.
pub(super) fn conflict_choices() -> Vec<String> {
    [Matching::Right, Matching::Wrong, Matching::Different, Matching::Unsure].map(|it| it.word().to_owned()).into()
}

/// A clock in doubt.
pub(super) fn clock_choices() -> Vec<String> {
    Restart::ALL.map(|answer| answer.word().to_owned()).into()
}

/// An item of the safety list.
pub(super) fn safety_choices() -> Vec<String> {
    vec![CLOSED.to_owned()]
}

fn candidate(number: usize) -> String {
    format!("candidate {number}")
}

impl Asked {
    /// The questions that fit, whole ones only.
    pub(super) fn new(queue: Queue, columns: Vec<Column>, mut items: Vec<Item>) -> Self {
        let mut lines = 0;
        let fitting = items.iter().take_while(|item| {
            lines += item.lines.len();
            lines <= LINES_MAX
        });
        let fitting = fitting.count();
        let more = items.len() - fitting;
        items.truncate(fitting);
        Asked { queue, columns, items, more }
    }

    /// Questions about people: columns that are empty for everybody are left out.
    pub(super) fn of_people(queue: Queue, before: Option<Column>, items: Vec<Item>) -> Self {
        let of_fields = FIELDS.iter().map(|shown| Column { title: shown.title, width: shown.width });
        let mut asked = Asked::new(queue, before.into_iter().chain(of_fields).collect(), items);
        let lines = || asked.items.iter().flat_map(|item| &item.lines);
        let filled: Vec<bool> =
            (0..asked.columns.len()).map(|place| lines().any(|line| !line.cells[place].is_empty())).collect();
        asked.columns = kept(asked.columns, &filled);
        for line in asked.items.iter_mut().flat_map(|item| &mut item.lines) {
            line.cells = kept(std::mem::take(&mut line.cells), &filled);
            line.differs = kept(std::mem::take(&mut line.differs), &filled);
        }
        asked
    }

    /// With one more column, of which the first line of each question has a text.
    pub(super) fn beside(mut self, column: Column, texts: Vec<String>) -> Self {
        let mut texts = texts.into_iter();
        for item in &mut self.items {
            let mut text = texts.next();
            for line in &mut item.lines {
                line.cells.push(text.take().unwrap_or_default());
                line.differs.push(false);
            }
        }
        self.columns.push(column);
        self
    }

    /// How many of its questions wait for an answer.
    pub(super) fn questions(&self) -> usize {
        self.items.iter().filter(|item| item.is_question()).count()
    }
}

fn kept<T>(all: Vec<T>, filled: &[bool]) -> Vec<T> {
    all.into_iter().zip(filled).filter(|(_, filled)| **filled).map(|(one, _)| one).collect()
}

impl Line {
    /// A line about a person.
    pub(super) fn of_person(label: impl Into<String>, values: &Values, differs: Vec<bool>, row: ShownRow) -> Self {
        Line { label: label.into(), cells: values.to_vec(), differs, row: Some(row), choices: Vec::new() }
    }

    /// Puts a cell before the others.
    pub(super) fn before(mut self, cell: impl Into<String>) -> Self {
        self.cells.insert(0, cell.into());
        self.differs.insert(0, false);
        self
    }

    /// Lets it be answered.
    pub(super) fn choose(mut self, choices: Vec<String>) -> Self {
        self.choices = choices;
        self
    }

    /// The row's name.
    pub(super) fn name(&self) -> Option<&RowName> {
        self.row.as_ref().map(|row| &row.name)
    }
}

/// What is to be recorded of an answer: on which line it was given, what it says, of which rows.
pub(super) struct Said {
    pub line: usize,
    pub act: Act,
    pub rows: Vec<ShownRow>,
}

impl Item {
    /// Whether anything can be answered.
    pub(super) fn is_question(&self) -> bool {
        self.lines.iter().any(|line| !line.choices.is_empty())
    }

    /// What answers mean, one a line, each among the line's choices; of some the note beside the first is a part.
    pub(super) fn said(&self, answers: &[Option<String>], note: &str) -> Result<Vec<Said>, Meaningless> {
        self.meaning(answers, note).ok_or(match self.question {
            Question::Reading(..) => Meaningless::NothingRead,
            Question::Booking(..) => Meaningless::NoNewDay,
            Question::Conflict { .. } => Meaningless::TwoAreRight,
            _ => Meaningless::NobodyLeft,
        })
    }

    fn meaning(&self, answers: &[Option<String>], note: &str) -> Option<Vec<Said>> {
        let first = answers.first().and_then(Option::as_deref);
        match (&self.question, first) {
            (Question::Members(rows), _) => members_out(rows, answers),
            (Question::Conflict { booking, rows }, _) => self.sides(booking, rows, answers),
            (_, None) | (Question::Nothing, _) => Some(Vec::new()),
            (Question::Pair(rows), Some(word)) => {
                let answer = ANSWERS.into_iter().find(|answer| answer.word() == word)?;
                Some(vec![Said { line: 0, act: Act::Pair(answer), rows: rows.to_vec() }])
            }
            (Question::Place(row, candidates), Some(word)) => {
                let place = |placing, rows| Some(vec![Said { line: 0, act: Act::RowPlaced(placing), rows }]);
                match word {
                    NOBODY => place(Placing::Nobody, vec![row.clone()]),
                    UNSURE => place(Placing::Unsure, vec![row.clone()]),
                    _ => {
                        let number = (0..candidates.len()).find(|place| word == candidate(place + 1))?;
                        place(Placing::There, vec![row.clone(), candidates[number].clone()])
                    }
                }
            }
            (Question::Repair(row, field), Some(word)) => {
                let act = Act::Repair { field: field.clone(), accepted: word == ACCEPTED };
                Some(vec![Said { line: 0, act, rows: vec![row.clone()] }])
            }
            (Question::Reading(rows, field), Some(word)) => {
                let reading = match word {
                    FIRST => Reading::First,
                    SECOND => Reading::Second,
                    _ if note.trim().is_empty() => return None,
                    _ => Reading::Other(note.trim().to_owned()),
                };
                let act = Act::PaperReading { field: field.clone(), reading };
                Some(vec![Said { line: 0, act, rows: rows.to_vec() }])
            }
            (Question::Cause(rows, difference), Some(cause)) => {
                let act = Act::DifferenceCause { difference: difference.clone(), cause: cause.to_owned() };
                Some(vec![Said { line: 0, act, rows: rows.clone() }])
            }
            (Question::Booking(rows, starts), Some(word)) => {
                let to = moment(note).filter(|to| word == REBOOKED && to != starts);
                let act = Act::BookingSettled { starts: *starts, how: Settlement::of(word, to)? };
                Some(vec![Said { line: 0, act, rows: rows.clone() }])
            }
            (Question::Clock(rows), Some(word)) => {
                Some(vec![Said { line: 0, act: Act::Clock(Restart::of(word)?), rows: rows.clone() }])
            }
            (Question::Safety(rows, rule), Some(_)) => {
                let act = Act::SafetyClosed { rule: rule.clone() };
                Some(vec![Said { line: 0, act, rows: rows.clone() }])
            }
        }
    }
}

impl Item {
    /// What is right, by each line that was answered: the evidence, the booking, and what else was shown beside them. Two
    /// pieces of evidence are right only if they say the same.
    fn sides(&self, booking: &ShownRow, rows: &[ShownRow], answers: &[Option<String>]) -> Option<Vec<Said>> {
        let mut said: Vec<Said> = Vec::new();
        let mut right: Option<&Line> = None;
        for (place, (row, line)) in rows.iter().zip(&self.lines).enumerate() {
            let Some(word) = answers.get(place).and_then(Option::as_deref) else { continue };
            let answer = Matching::of(word)?;
            if answer == Matching::Right {
                if right.is_some_and(|right| right.cells[..3] != line.cells[..3]) {
                    return None;
                }
                right = Some(line);
            }
            let beside = rows.iter().filter(|other| *other != row && *other != booking);
            let rows = [row, booking].into_iter().chain(beside).cloned().collect();
            said.push(Said { line: place, act: Act::AppointmentMatch(answer), rows });
        }
        Some(said)
    }
}

/// Why answers, each among its line's choices, together mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaningless {
    /// Every row is out.
    NobodyLeft,
    /// Another reading, and the note does not say which.
    NothingRead,
    /// Another day, and the note does not say which.
    NoNewDay,
    /// Two pieces of evidence that differ are both right.
    TwoAreRight,
}

impl Meaningless {
    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Meaningless::NobodyLeft => "every row is out, so none is left to be the patient: leave at least one in",
            Meaningless::NothingRead => "the answer is other, and the note does not say what the folder says",
            Meaningless::NoNewDay => {
                "the answer is rebooked, and the note does not begin with another moment than the booking's: write the day, \
                 and the time where it is known, such as 2017-10-12 09:30 or 12/10/2017 09:30"
            }
            Meaningless::TwoAreRight => {
                "the answer is right on two lines that do not say the same: only one of them can be"
            }
        }
    }
}

/// The moment with which a note begins, as Britons write it or as tables do: a day, then a time where there is one.
fn moment(note: &str) -> Option<Moment> {
    let note = note.trim().replacen('T', " ", 1);
    let mut words = note.split_whitespace().map(|word| word.trim_end_matches([',', ';', '.', ':']));
    let day = words.next()?;
    let parts: Vec<&str> = day.split(['/', '.']).collect();
    let day = match parts[..] {
        [day, month, year] if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?.to_string()
        }
        _ => day.to_owned(),
    };
    let with_time = words.find(|word| *word != "at").and_then(|time| format!("{day} {time}").parse().ok());
    with_time.or_else(|| day.parse().ok())
}

/// Each row that is out, from those that stay. If none stays, nobody is left to be apart from.
fn members_out(rows: &[ShownRow], answers: &[Option<String>]) -> Option<Vec<Said>> {
    let is_out = |place: &usize| answers.get(place + 1).is_some_and(Option::is_some);
    let (out, staying): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(is_out);
    if !out.is_empty() && staying.is_empty() {
        return None;
    }
    let apart = |place: usize| std::iter::once(place).chain(staying.iter().copied()).map(|row| rows[row].clone());
    Some(
        out.into_iter()
            .map(|place| Said { line: place + 1, act: Act::MemberOut, rows: apart(place).collect() })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u32) -> ShownRow {
        let name = RowName { source: "a".into(), file: "a.csv".into(), sheet: String::new(), row };
        ShownRow { name, commitment: format!("digest of {row}") }
    }

    /// The line, the kind, the answer and the rows.
    type Expected<'e> = (usize, &'e str, &'e str, &'e [u32]);

    fn check(question: Question, answers: &[Option<&str>], expected: Option<&[Expected<'_>]>) {
        let answers: Vec<Option<String>> = answers.iter().map(|answer| answer.map(str::to_owned)).collect();
        let said = Item { lines: Vec::new(), question }.said(&answers, "3/4/1961").ok();
        let said = said.as_ref().map(|said| {
            let rows = |said: &Said| said.rows.iter().map(|row| row.name.row).collect::<Vec<u32>>();
            said.iter().map(|said| (said.line, said.act.kind(), said.act.answer(), rows(said))).collect::<Vec<_>>()
        });
        let expected = expected
            .map(|all| all.iter().map(|(line, kind, word, rows)| (*line, *kind, *word, rows.to_vec())).collect());
        assert_eq!(said, expected);
    }

    #[test]
    fn an_answer_is_about_the_rows_that_were_shown() {
        let pair = || Question::Pair([row(2), row(3)]);
        check(pair(), &[Some("different"), None], Some(&[(0, "pair", "different", &[2, 3])]));
        check(pair(), &[None, None], Some(&[]));
        let place = || Question::Place(row(9), vec![row(2), row(3)]);
        check(place(), &[Some("candidate 2"), None, None], Some(&[(0, "row-placed", "there", &[9, 3])]));
        check(place(), &[Some("nobody"), None, None], Some(&[(0, "row-placed", "nobody", &[9])]));
        check(place(), &[Some("unsure"), None, None], Some(&[(0, "row-placed", "unsure", &[9])]));
        check(place(), &[Some("candidate 3"), None, None], None);
        let repair = || Question::Repair(row(4), "person.nhs_number".into());
        check(repair(), &[Some("accepted")], Some(&[(0, "repair", "accepted", &[4])]));
        check(repair(), &[Some("refused")], Some(&[(0, "repair", "refused", &[4])]));
        let cause = || Question::Cause(vec![row(4), row(5)], "found-not-declared".into());
        check(cause(), &[Some("left-off")], Some(&[(0, "difference-cause", "left-off", &[4, 5])]));
        let clock = || Question::Clock(vec![row(4), row(2), row(5)]);
        check(clock(), &[Some("earlier"), None], Some(&[(0, "clock", "earlier", &[4, 2, 5])]));
        check(clock(), &[Some("new"), None], Some(&[(0, "clock", "new", &[4, 2, 5])]));
        check(clock(), &[None, None], Some(&[]));
        let safety = || Question::Safety(vec![row(4), row(5)], "diagnostic-unread".into());
        check(safety(), &[Some("closed")], Some(&[(0, "safety-item", "closed", &[4, 5])]));
        check(safety(), &[None], Some(&[]));
    }

    #[test]
    fn another_reading_is_in_the_note() {
        let reading = || Question::Reading([row(4), row(5)], "person.date_of_birth".into());
        check(reading(), &[Some("second")], Some(&[(0, "paper-reading", "second", &[4, 5])]));
        check(reading(), &[Some("other")], Some(&[(0, "paper-reading", "other", &[4, 5])]));
        let item = Item { lines: Vec::new(), question: reading() };
        let said = item.said(&[Some("other".into())], " 3/4/1961 ").expect("a reading");
        assert!(matches!(&said[0].act, Act::PaperReading { reading: Reading::Other(text), .. } if text == "3/4/1961"));
        assert_eq!(item.said(&[Some("other".into())], " ").err(), Some(Meaningless::NothingRead));
    }

    #[test]
    fn what_is_rebooked_has_another_day() {
        let starts: Moment = "2017-10-04T09:30".parse().expect("a moment");
        let check = |answer: &str, note: &str, expected: Option<(&str, &str)>| {
            let item = Item { lines: Vec::new(), question: Question::Booking(vec![row(4), row(5)], starts) };
            let said = item.said(&[Some(answer.into())], note);
            let said = said.as_ref().map(|said| (said[0].act.answer().to_owned(), said[0].act.value().into_owned()));
            let expected = expected.map(|(word, to)| (word.to_owned(), to.to_owned()));
            assert_eq!(said.map_err(|why| *why), expected.ok_or(Meaningless::NoNewDay), "{answer} {note}");
        };
        check("honoured", "rang on 12/10/2017", Some(("honoured", "")));
        check("cancelled", "", Some(("cancelled", "")));
        for note in ["2017-10-12 09:30", "12/10/2017 9:30", " 12.10.2017, at 09:30: told by phone", "2017-10-12T09:30"]
        {
            check("rebooked", note, Some(("rebooked", "2017-10-12T09:30")));
        }
        check("rebooked", "12/10/2017 told by phone", Some(("rebooked", "2017-10-12")));
        for note in ["", "next week", "31/02/2017", "12/10/17", "4/10/2017 09:30", "told on 12/10/2017"] {
            check("rebooked", note, None);
        }
    }

    #[test]
    fn only_one_side_of_a_conflict_is_right() {
        let line = |starts: &str| Line {
            label: String::new(),
            cells: vec![starts.to_owned(), "X".into(), String::new()],
            differs: vec![false; 3],
            row: None,
            choices: conflict_choices(),
        };
        let check = |answers: [Option<&str>; 3], third: &str, expected: Option<&[(usize, &str, [u32; 3])]>| {
            let rows = vec![row(2), row(3), row(4)];
            let lines = vec![line("2017-10-04T09:30"), line("2017-10-04T10:30"), line(third)];
            let item = Item { lines, question: Question::Conflict { booking: row(2), rows } };
            let said = item.said(&answers.map(|answer| answer.map(str::to_owned)), "");
            let told = |said: &Said| {
                let rows: Vec<u32> = said.rows.iter().map(|row| row.name.row).collect();
                (said.line, said.act.answer().to_owned(), rows)
            };
            let expected = expected
                .map(|all| all.iter().map(|(line, word, rows)| (*line, (*word).to_owned(), rows.to_vec())).collect());
            let said = said.map(|said| said.iter().map(told).collect::<Vec<_>>());
            assert_eq!(said, expected.ok_or(Meaningless::TwoAreRight), "{answers:?}");
        };
        let (one, other) = ("2017-10-04T10:30", "2017-10-04T11:30");
        check([None, None, None], other, Some(&[]));
        check([None, Some("right"), None], other, Some(&[(1, "right", [3, 2, 4])]));
        check(
            [None, Some("wrong"), Some("different")],
            other,
            Some(&[(1, "wrong", [3, 2, 4]), (2, "different", [4, 2, 3])]),
        );
        check([None, Some("right"), Some("right")], one, Some(&[(1, "right", [3, 2, 4]), (2, "right", [4, 2, 3])]));
        check([None, Some("right"), Some("right")], other, None);
    }

    #[test]
    fn who_is_out_is_apart_from_those_who_stay() {
        let members = || Question::Members(vec![row(2), row(3), row(4)]);
        check(members(), &[None, None, Some("out"), None], Some(&[(2, "cluster-member", "out", &[3, 2, 4])]));
        check(
            members(),
            &[None, Some("out"), Some("out"), None],
            Some(&[(1, "cluster-member", "out", &[2, 4]), (2, "cluster-member", "out", &[3, 4])]),
        );
        check(members(), &[None, Some("out"), Some("out"), Some("out")], None);
        check(members(), &[None; 4], Some(&[]));
    }

    #[test]
    fn only_whole_questions_are_cut() {
        let item = || Item {
            lines: (0..7).map(|_| Line::of_person("", &Values::default(), vec![false; FIELDS.len()], row(1))).collect(),
            question: Question::Nothing,
        };
        let asked = Asked::new(Queue::Clusters, Vec::new(), (0..LINES_MAX / 7 + 3).map(|_| item()).collect());
        assert_eq!((asked.items.len(), asked.more), (LINES_MAX / 7, 3));
    }
}
