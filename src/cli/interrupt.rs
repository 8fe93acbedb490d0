//! Ctrl-C, a request to end, a terminal that was closed.

use super::exit::{self, Outcome};
use super::{Voice, terminal};
use crate::package;
use crate::values::Shown as _;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on an interruption ends the program at once, says what is true, and leaves no half-made package behind.
///
/// A signal that is ignored already stays so: `nohup` ignores hangups, and a shell the interrupts of what it runs in the
/// background.
#[cfg(unix)]
pub(super) fn listen(voice: Voice, truth: &'static str) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = ignored();
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let wait = |mut signals: signal_hook::iterator::Signals| {
        let wait = move || signals.forever().take(1).for_each(|_| end(voice, truth));
        std::thread::Builder::new().name("interrupt".into()).spawn(wait)
    };
    if let Err(error) = signal_hook::iterator::Signals::new(heard).and_then(wait) {
        tracing::debug!(%error, "interruptions are not listened for");
    }
}

/// A bit for each signal that is ignored, the lowest for signal 1, as `proc_pid_status(5)` tells; none where no kernel tells.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// From now on an interruption ends the program at once, says what is true, and leaves no half-made package behind.
#[cfg(windows)]
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
        (Some(package), _) => (format!("the package {} is whole", package.shown()), "check it with handover verify"),
        (None, Some(folder)) => {
            let left = format!("{truth}, but {} could not be removed", folder.shown());
            (left, "remove the folder, which holds patient data; the next run tries to as well")
        }
        (None, None) => (truth.to_owned(), "run the command again"),
    };
    let message = format!("interrupted; {truth}");
    terminal::last_words(voice.json.then(|| exit::document(&message, hint)).as_deref(), &message);
    exit::at_once(Outcome::Interrupted);
}
