//! Decisions taken back: the journal is only ever added to, so an undo is an event of its own.

use super::Error;
use crate::config::Config;
use crate::decisions::{self, Act, Appended, Entry, Journal, Presence, Standing};
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

/// Takes decisions back, all or none. Gives what became of the journal.
///
/// # Errors
/// Nobody is named, or an event is not there, or was taken back already.
pub fn undo(config: &Config, options: &UndoOptions) -> Result<Appended, Error> {
    if options.who.trim().is_empty() {
        return Err(Error::asked("--who is empty", "say who takes it back, such as --who \"A. Records Officer\""));
    }
    let path = config.folder.join(&config.transition.decisions);
    // Nothing can be taken back where nothing was decided, and no journal is made for it.
    entries(&decisions::load(&path)?, options, &path)?;
    decisions::append(&path, |journal| entries(journal, options, &path))
}

fn entries(journal: &Journal, options: &UndoOptions, path: &Path) -> Result<Vec<Entry>, Error> {
    // What rows have become of does not matter: an event that has no effect can be taken back too.
    let journal = journal.clone().weigh(|shown| Presence::There(shown.commitment.clone()));
    let numbers: BTreeSet<usize> = options.events.iter().copied().collect();
    let entry = |number: usize| {
        let Some(place) = journal.events.iter().position(|event| event.number == number) else {
            let what = format!("{}: there is no event {number}", path.display());
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
