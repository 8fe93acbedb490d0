//! Ctrl-C, a request to end, a terminal that was closed.

use super::exit::{self, Outcome};
use super::{Voice, terminal};
use crate::package;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on an interruption ends the program at once, says what is true, and leaves no half-made package behind.
///
/// Where the signals are ignored already (`nohup`), they stay so.
pub(super) fn listen(voice: Voice, truth: &'static str) {
    if let Err(error) = ctrlc::try_set_handler(move || end(voice, truth)) {
        tracing::debug!(%error, "interruptions are not listened for");
    }
}

/// Waits for the end if one was asked for: what the interruption made of the work is no error to tell besides.
pub(super) fn give_way() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

fn end(voice: Voice, truth: &'static str) {
    INTERRUPTED.store(true, Ordering::SeqCst);
    let abandoned = package::abandon();
    let (truth, hint) = match (&abandoned.placed, abandoned.left.first()) {
        (Some(package), _) => (format!("the package {} is whole", package.display()), "check it with handover verify"),
        (None, Some(folder)) => {
            let left = format!("{truth}, but {} could not be removed", folder.display());
            (left, "remove the folder, which holds patient data; the next run tries to as well")
        }
        (None, None) => (truth.to_owned(), "run the command again"),
    };
    let message = format!("interrupted; {truth}");
    terminal::last_words(voice.json.then(|| exit::document(&message, hint)).as_deref(), &message);
    exit::at_once(Outcome::Interrupted);
}
