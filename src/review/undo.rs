//! Decisions taken back: the journal is only ever added to, so an undo is an event of its own.

use super::Error;
use crate::config::Config;
use crate::decisions::{self, Act, Appended, Entry, Journal, Presence, Standing};
use crate::values::Shown as _;
use std::collections::BTreeSet;
use std::path::Path;

/// What is taken back, by whom.
#[derive(Clone, Debug)]
pub struct UndoOptions {
    /// The events, by their numbers: lines of the journal, and the column `event` of `review_decisions.csv`.
    pub events: Vec<usize>,
    /// Who takes them back.
    pub who: String,
    /// When, such as `2017-09-25T10:22:05Z`.
    pub at: String,
    /// Why; may be empty.
    pub note: String,
}

/// What became of the journal.
#[derive(Clone, Debug)]
pub struct Undone {
    /// What was appended.
    pub appended: Appended,
    /// Earlier events that are in effect again, by number: answers that what is taken back had superseded or stood against.
    pub in_effect_again: BTreeSet<usize>,
}

/// Takes decisions back, all or none.
///
/// # Errors
/// Nobody is named, or an event is not there, or was taken back already.
pub fn undo(config: &Config, options: &UndoOptions) -> Result<Undone, Error> {
    if options.who.trim().is_empty() {
        return Err(Error::asked("--who is empty", "say who takes it back, such as --who \"A. Records Officer\""));
    }
    let path = config.folder.join(&config.transition.decisions);
    // Nothing can be taken back where nothing was decided, and no journal is made for it.
    entries(&decisions::load(&path)?, options, &path)?;
    let mut before = BTreeSet::new();
    let appended = decisions::append(&path, |journal| {
        before = in_effect(journal);
        entries(journal, options, &path)
    })?;
    let mut in_effect_again = in_effect(&decisions::load(&path)?);
    in_effect_again.retain(|event| *event < appended.lines.start && !before.contains(event));
    Ok(Undone { appended, in_effect_again })
}

/// The events that are in effect as far as the journal alone tells, by number.
fn in_effect(journal: &Journal) -> BTreeSet<usize> {
    let weighed = journal.clone().weigh(|shown| Presence::There(shown.commitment.clone()));
    weighed.in_effect().map(|(_, event)| event.number).collect()
}

fn entries(journal: &Journal, options: &UndoOptions, path: &Path) -> Result<Vec<Entry>, Error> {
    // What rows have become of does not matter: an event that has no effect can be taken back too.
    let journal = journal.clone().weigh(|shown| Presence::There(shown.commitment.clone()));
    let numbers: BTreeSet<usize> = options.events.iter().copied().collect();
    let entry = |number: usize| {
        let Some(place) = journal.events.iter().position(|event| event.number == number) else {
            let what = format!("{}: there is no event {number}", path.shown());
            return Err(Error::asked(what, "events are numbered in the column event of review_decisions.csv"));
        };
        if let Standing::Undone(by) = journal.standings[place] {
            let what = format!("event {number} is taken back already, by event {}", journal.events[by].number);
            return Err(Error::asked(
                what,
                "leave it out; to have it in effect again, take back the event that did it",
            ));
        }
        let act = Act::Undo { event: journal.events[place].digest.to_string() };
        let (at, who, note) = (options.at.clone(), options.who.trim().to_owned(), options.note.clone());
        Ok(Entry { at, who, note, model: None, rows: Vec::new(), act })
    };
    numbers.into_iter().map(entry).collect()
}
