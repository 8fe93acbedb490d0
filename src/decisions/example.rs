//! Events as tests of other rooms need them.

use super::{Act, Decisions, Entry, Event, ShownRow, Standing};
use crate::values::Digest;

/// An entry of somebody about these rows.
pub(crate) fn entry(act: Act, rows: Vec<ShownRow>) -> Entry {
    let (at, who, note) = ("2017-09-25T10:22:05Z".into(), "a records officer".into(), String::new());
    Entry { at, who, note, model: None, rows, act }
}

/// The events of a journal that holds these answers, in order.
pub(crate) fn events(said: impl IntoIterator<Item = (Act, Vec<ShownRow>)>) -> Vec<Event> {
    let event = |(number, (act, rows)): (usize, (Act, Vec<ShownRow>))| Event {
        number,
        digest: Digest::of(&[number as u8]),
        entry: entry(act, rows),
    };
    (1..).zip(said).map(event).collect()
}

/// These answers, all in effect.
pub(crate) fn in_effect(said: impl IntoIterator<Item = (Act, Vec<ShownRow>)>) -> Decisions {
    let events = events(said);
    Decisions { standings: vec![Standing::InEffect; events.len()], events, ..Decisions::default() }
}
