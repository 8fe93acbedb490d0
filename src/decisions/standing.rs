//! Which decisions are in effect, and why the others are not. What is in effect does not depend on the order in which
//! decisions about different things were made.

use super::event::{Act, Answer, Entry, Event, Placing, Reading, RowName, ShownRow};
use super::journal::Journal;
use crate::values::Digest;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What is known of a row now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is not there.
    Gone,
    /// It is there; the keyed digest of its cells, in hexadecimal, is empty when rows of its kind have none.
    There(String),
    /// What was shown stands elsewhere in the row's source, and there alone: a later extract moves rows.
    Moved(RowName),
}

/// Whether an event is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    InEffect,
    /// A later event took it back: its place in [`Decisions::events`].
    Undone(usize),
    /// A later event answers the same question: its place.
    Superseded(usize),
    /// A row it speaks of is not there.
    RowGone,
    /// A row it speaks of is not what it was.
    RowChanged,
    /// It joins what other events keep apart. It waits until a person settles it: see [`Decisions::contradictions`].
    Contradicted,
}

impl Standing {
    /// The word used in `review_decisions.csv`.
    pub fn word(&self) -> &'static str {
        match self {
            Standing::InEffect => "in-effect",
            Standing::Undone(_) => "undone",
            Standing::Superseded(_) => "superseded",
            Standing::RowGone => "row-gone",
            Standing::RowChanged => "row-changed",
            Standing::Contradicted => "contradicted",
        }
    }
}

/// Decisions that cannot all be right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contradiction {
    /// The event that says two; or one of two that each say what only one can. A place in [`Decisions::events`].
    pub apart: usize,
    /// The events that say one, from one of its rows to the other.
    pub together: Vec<usize>,
}

/// A person's answer about two rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairDecision {
    /// Which event of the journal, from 1.
    pub event: usize,
    /// One row.
    pub left: RowName,
    /// The other.
    pub right: RowName,
    /// The answer.
    pub answer: Answer,
}

/// Every event of the journal, and which of them are in effect.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// The events, in the order of the journal. A row that has moved since has the name that it has now.
    pub events: Vec<Event>,
    /// Whether each is in effect.
    pub standings: Vec<Standing>,
    /// What cannot all be right.
    pub contradictions: Vec<Contradiction>,
    /// For each event that is contradicted, by its place: the place of the event that stands against it.
    pub against: BTreeMap<usize, usize>,
    /// The answers about who is who that are in effect, in the order of the journal: of pairs, of members put out, and of
    /// rows placed.
    pub pairs: Vec<PairDecision>,
    /// Digest of the journal's whole lines; `None` when there is no journal.
    pub digest: Option<Digest>,
    /// The last line, when it was torn.
    pub torn: Option<usize>,
}

impl Decisions {
    pub(super) fn of(journal: Journal, presence: impl Fn(&ShownRow) -> Presence) -> Self {
        let Journal { mut events, digest, torn, .. } = journal;
        let mut standings = vec![Standing::InEffect; events.len()];
        undo(&events, &mut standings);
        drop_changed(&mut events, &mut standings, presence);
        supersede(&events, &mut standings);
        let (contradictions, against) = contradict(&events, &mut standings);
        let mut decisions = Decisions { events, standings, contradictions, against, pairs: Vec::new(), digest, torn };
        decisions.pairs = decisions.in_effect().flat_map(|(_, event)| pairs(event)).collect();
        decisions
    }

    /// The events in effect, with their places.
    pub fn in_effect(&self) -> impl Iterator<Item = (usize, &Event)> {
        let standing = self.events.iter().zip(&self.standings).enumerate();
        standing.filter(|(_, (_, standing))| **standing == Standing::InEffect).map(|(place, (event, _))| (place, event))
    }

    /// The questions that are answered, with the answers: those in effect, and those that wait because they contradict others.
    pub fn answers(&self) -> Answers<'_> {
        let all = self.events.iter().zip(&self.standings);
        let standing = all.filter(|(_, standing)| matches!(standing, Standing::InEffect | Standing::Contradicted));
        let entries = standing.map(|(event, _)| &event.entry);
        Answers(entries.map(|entry| (question(&entry.act, &entry.rows), said(&entry.act, &entry.rows))).collect())
    }

    /// The last event that gave this answer of these rows and was taken back after so many events, and the event that did it,
    /// by number.
    pub fn taken_back(&self, act: &Act, rows: &[ShownRow], after: usize) -> Option<(usize, usize)> {
        let (asked, answered) = (question(act, rows), said(act, rows));
        let is_it = |event: &Event| {
            let Entry { act, rows, .. } = &event.entry;
            question(act, rows) == asked && said(act, rows) == answered
        };
        self.events.iter().zip(&self.standings).rev().find_map(|(event, standing)| match standing {
            Standing::Undone(by) if is_it(event) => {
                Some((event.number, self.events[*by].number)).filter(|(_, by)| *by > after)
            }
            _ => None,
        })
    }

    /// The number of the event that took an event back, answered its question anew, or stands against it.
    pub fn by(&self, place: usize) -> Option<usize> {
        let by = match &self.standings[place] {
            Standing::Undone(by) | Standing::Superseded(by) => Some(*by),
            Standing::Contradicted => self.against.get(&place).copied(),
            Standing::InEffect | Standing::RowGone | Standing::RowChanged => None,
        };
        by.map(|by| self.events[by].number)
    }

    /// The number of the event with this digest of its line.
    pub fn number_of(&self, digest: &str) -> Option<usize> {
        self.events.iter().find(|event| event.digest.to_string() == digest).map(|event| event.number)
    }
}

/// What is answered, by question.
pub struct Answers<'e>(BTreeMap<Question<'e>, Answered<'e>>);

/// What a new answer is beside those that stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The first to its question.
    First,
    /// What is answered already.
    Same,
    /// Another than stands: it takes that one's place.
    Another,
}

impl Answers<'_> {
    /// What an answer of these rows is.
    pub fn beside(&self, act: &Act, rows: &[ShownRow]) -> Beside {
        match self.0.get(&question(act, rows)) {
            None => Beside::First,
            Some(answer) if *answer == said(act, rows) => Beside::Same,
            Some(_) => Beside::Another,
        }
    }
}

/// Takes back what was undone. An undo may itself be undone, so the last word is heard first.
fn undo(events: &[Event], standings: &mut [Standing]) {
    let places: BTreeMap<String, usize> =
        events.iter().enumerate().map(|(place, event)| (event.digest.to_string(), place)).collect();
    for (by, event) in events.iter().enumerate().rev() {
        if let Act::Undo { event } = &event.entry.act
            && standings[by] == Standing::InEffect
            && let Some(place) = places.get(event)
            && standings[*place] == Standing::InEffect
        {
            standings[*place] = Standing::Undone(by);
        }
    }
}

/// Follows rows that moved; an event that speaks of one that changed or went has no effect.
fn drop_changed(events: &mut [Event], standings: &mut [Standing], presence: impl Fn(&ShownRow) -> Presence) {
    for (event, standing) in events.iter_mut().zip(standings).filter(|(_, standing)| **standing == Standing::InEffect) {
        for row in &mut event.entry.rows {
            match presence(row) {
                Presence::Moved(name) => row.name = name,
                Presence::Gone => *standing = Standing::RowGone,
                Presence::There(now) if now != row.commitment && *standing == Standing::InEffect => {
                    *standing = Standing::RowChanged;
                }
                Presence::There(_) => {}
            }
        }
    }
}

/// The question that an event answers: its kind, what it is about, and the rows, whose order says nothing where neither is
/// more than the other.
type Question<'e> = (&'static str, Cow<'e, str>, Vec<&'e RowName>);

fn question<'e>(act: &'e Act, rows: &'e [ShownRow]) -> Question<'e> {
    let mut rows: Vec<&RowName> = rows.iter().map(|row| &row.name).collect();
    match act {
        // Of keyings it is said which of the rows is meant, in whatever order they stand.
        Act::Pair(_)
        | Act::SafetyClosed { .. }
        | Act::DifferenceCause { .. }
        | Act::BookingSettled { .. }
        | Act::PaperReading { .. } => rows.sort_unstable(),
        Act::MemberOut => rows[1..].sort_unstable(),
        // Wherever it was placed before, the later word counts.
        Act::RowPlaced(_) => rows.truncate(1),
        // What was shown beside them is no part of what was asked.
        Act::AppointmentMatch(_) | Act::Clock(_) => rows.truncate(2),
        _ => {}
    }
    (act.kind(), act.about(), rows)
}

/// An answer: its word, the rows that it means or was given beside, where they are a part of it, and what it says beyond both.
type Answered<'e> = (&'e str, Vec<&'e RowName>, Cow<'e, str>);

fn said<'e>(act: &'e Act, rows: &'e [ShownRow]) -> Answered<'e> {
    let names = |from: usize, to: usize| {
        let mut names: Vec<&RowName> = rows.iter().take(to).skip(from).map(|row| &row.name).collect();
        names.sort_unstable();
        names
    };
    match act {
        Act::PaperReading { reading: Reading::First, .. } => ("", names(0, 1), "".into()),
        Act::PaperReading { reading: Reading::Second, .. } => ("", names(1, 2), "".into()),
        Act::RowPlaced(Placing::There) => (act.answer(), names(1, 2), "".into()),
        Act::AppointmentMatch(_) | Act::Clock(_) => (act.answer(), names(2, rows.len()), "".into()),
        _ => (act.answer(), Vec::new(), act.value()),
    }
}

/// Of answers to one question the last stands.
fn supersede(events: &[Event], standings: &mut [Standing]) {
    let mut last: BTreeMap<Question<'_>, usize> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        let counts = standings[place] == Standing::InEffect && !matches!(event.entry.act, Act::Undo { .. });
        if counts && let Some(earlier) = last.insert(question(&event.entry.act, &event.entry.rows), place) {
            standings[earlier] = Standing::Superseded(place);
        }
    }
}

/// The answers of an event about who is who.
fn pairs(event: &Event) -> Vec<PairDecision> {
    let rows = &event.entry.rows;
    let answer = |other: usize, answer: Answer| {
        let (one, other) = (rows[0].name.clone(), rows[other].name.clone());
        let (left, right) = if one <= other { (one, other) } else { (other, one) };
        PairDecision { event: event.number, left, right, answer }
    };
    match &event.entry.act {
        Act::Pair(said) => vec![answer(1, *said)],
        Act::MemberOut => (1..rows.len()).map(|other| answer(other, Answer::Different)).collect(),
        Act::RowPlaced(Placing::There) => vec![answer(1, Answer::Same)],
        _ => Vec::new(),
    }
}

/// Who is who, and which evidence is of which booking, as people said.
#[derive(Default)]
struct Said<'e> {
    /// From each row to those it is one with, and the event that says so.
    same: BTreeMap<&'e RowName, BTreeSet<(&'e RowName, usize)>>,
    different: Vec<(&'e RowName, &'e RowName, usize)>,
}

/// Finds what cannot all be right, and suspends every event that joins what another keeps apart: a wrong join is the worst
/// that can happen, and nobody can say which of a chain of joins is the wrong one.
fn contradict(events: &[Event], standings: &mut [Standing]) -> (Vec<Contradiction>, BTreeMap<usize, usize>) {
    let decided: Vec<(usize, PairDecision)> = events
        .iter()
        .enumerate()
        .filter(|(place, _)| standings[*place] == Standing::InEffect)
        .flat_map(|(place, event)| pairs(event).into_iter().map(move |pair| (place, pair)))
        .collect();
    let mut said = Said::default();
    for (place, pair) in &decided {
        match pair.answer {
            Answer::Same => said.join(&pair.left, &pair.right, *place),
            Answer::Different => said.different.push((&pair.left, &pair.right, *place)),
            Answer::Unsure => {}
        }
    }
    let mut found: BTreeSet<Contradiction> = BTreeSet::new();
    let mut against: BTreeMap<usize, usize> = BTreeMap::new();
    for (left, right, apart) in &said.different {
        if let Some(together) = said.path(left, right) {
            for event in said.component(left) {
                against.entry(event).or_insert(*apart);
            }
            found.insert(Contradiction { apart: *apart, together });
        }
    }
    for (row, apart) in nobodys(events, standings) {
        let together: Vec<usize> = said.neighbours(row).map(|(_, event)| *event).collect();
        if !together.is_empty() {
            for event in said.component(row) {
                against.entry(event).or_insert(apart);
            }
            found.insert(Contradiction { apart, together });
        }
    }
    for places in booked_twice(events, standings) {
        let (first, others) = (places[0], places[1..].to_vec());
        against.extend(others.iter().map(|other| (*other, first)));
        against.insert(first, others[0]);
        found.insert(Contradiction { apart: first, together: others });
    }
    for place in against.keys() {
        standings[*place] = Standing::Contradicted;
    }
    (found.into_iter().collect(), against)
}

/// Rows that are said to be nobody's, and the events that say so.
fn nobodys<'e>(events: &'e [Event], standings: &[Standing]) -> Vec<(&'e RowName, usize)> {
    let says_so = |place: &usize| {
        standings[*place] == Standing::InEffect && events[*place].entry.act == Act::RowPlaced(Placing::Nobody)
    };
    (0..events.len()).filter(says_so).map(|place| (&events[place].entry.rows[0].name, place)).collect()
}

/// Evidence that was given to two bookings: it is of one appointment. The events of each such piece.
fn booked_twice(events: &[Event], standings: &[Standing]) -> Vec<Vec<usize>> {
    let mut booked: BTreeMap<&RowName, Vec<usize>> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        if standings[place] == Standing::InEffect
            && matches!(event.entry.act, Act::AppointmentMatch(answer) if answer.is_one())
        {
            booked.entry(&event.entry.rows[0].name).or_default().push(place);
        }
    }
    booked.into_values().filter(|places| places.len() > 1).collect()
}

impl<'e> Said<'e> {
    fn join(&mut self, left: &'e RowName, right: &'e RowName, place: usize) {
        self.same.entry(left).or_default().insert((right, place));
        self.same.entry(right).or_default().insert((left, place));
    }

    fn neighbours(&self, row: &RowName) -> impl Iterator<Item = &(&'e RowName, usize)> {
        self.same.get(row).into_iter().flatten()
    }

    /// The events of the shortest chain that makes two rows one; of equals that through the rows that come first.
    fn path(&self, from: &'e RowName, to: &'e RowName) -> Option<Vec<usize>> {
        let mut came: BTreeMap<&RowName, (&RowName, usize)> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(row) = queue.pop_front() {
            if row == to {
                let mut events = Vec::new();
                let mut at = to;
                while at != from {
                    let (before, event) = came[at];
                    events.push(event);
                    at = before;
                }
                events.reverse();
                return Some(events);
            }
            for (next, event) in self.neighbours(row) {
                if *next != from && !came.contains_key(next) {
                    came.insert(next, (row, *event));
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// Every event that joins anything to a row, directly or through others.
    fn component(&self, of: &'e RowName) -> BTreeSet<usize> {
        let (mut events, mut seen, mut open) = (BTreeSet::new(), BTreeSet::from([of]), vec![of]);
        while let Some(row) = open.pop() {
            for (next, event) in self.neighbours(row) {
                events.insert(*event);
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        events
    }
}
