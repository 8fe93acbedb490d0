//! Standard output, standard error, the log, progress.

use super::Voice;
use super::exit::{Failure, Outcome};
use crate::config::Mistake;
use crate::pipeline::{Observer, Stage};
use crate::sources::Progress;
use crate::values::{by_number, steers};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::borrow::Cow;
use std::io::{IsTerminal, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Prints a line on standard output. When nobody listens any more (a closed pipe), there is nobody to tell.
pub(super) fn print(text: &str) {
    let turn = TURN.lock();
    print_in_turn(text);
    if let Ok(mut printed) = turn {
        *printed = true;
    }
}

/// What an interrupted command says, on whatever thread: one document, if none was printed, and one line.
pub(super) fn last_words(document: Option<&str>, line: &str) {
    // Whoever is printing now may wait for somebody who reads no more.
    let turn = TURN.try_lock();
    if let (Ok(false), Some(document)) = (turn.as_deref().copied(), document) {
        print_in_turn(document);
    }
    if let Ok(bar) = BAR.try_lock() {
        bar.iter().for_each(ProgressBar::finish_and_clear);
    }
    say(line);
    // Nothing more is printed by anybody.
    std::mem::forget(turn);
}

/// Whose turn it is to print, and whether something was.
static TURN: Mutex<bool> = Mutex::new(false);

/// The progress that is shown.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// How a line is set off from others, on a terminal that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Faint,
}

/// Prints lines, set off where standard output is a terminal and nobody asked for plain text.
pub(super) fn print_styled(lines: &[(Style, String)]) {
    let styled = is_styled(&std::io::stdout());
    let shown: Vec<String> = lines.iter().map(|(style, text)| in_style(*style, text, styled)).collect();
    let turn = TURN.lock();
    write_in_turn(&shown.join("\n"));
    if let Ok(mut printed) = turn {
        *printed = true;
    }
}

/// Whether what goes there is read on a terminal that shows styles, and nobody asked for plain text.
fn is_styled(stream: &impl IsTerminal) -> bool {
    let is = |name: &str, asks: fn(&std::ffi::OsStr) -> bool| std::env::var_os(name).is_some_and(|value| asks(&value));
    stream.is_terminal() && !is("NO_COLOR", |value| !value.is_empty()) && !is("TERM", |value| value == "dumb")
}

/// Only what stands round a line steers a terminal; what is in it does not.
fn in_style(style: Style, text: &str, styled: bool) -> String {
    let text = harmless(text);
    match style {
        Style::Bold if styled && !text.is_empty() => format!("\u{1b}[1m{text}\u{1b}[0m"),
        Style::Faint if styled && !text.is_empty() => format!("\u{1b}[2m{text}\u{1b}[0m"),
        _ => text.into_owned(),
    }
}

fn print_in_turn(text: &str) {
    write_in_turn(&harmless(text));
}

fn write_in_turn(text: &str) {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    if written.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
        OUTPUT_LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether something that was printed did not arrive, though somebody may be waiting for it (a full disk).
pub(super) fn output_lost() -> bool {
    OUTPUT_LOST.load(Ordering::Relaxed)
}

static OUTPUT_LOST: AtomicBool = AtomicBool::new(false);

/// Names of files, sheets and columns, and what stands on the command line, are data: what would steer a terminal, or turn
/// the direction of what is read there, is shown by its number. JSON writes such a character in the same way. Of names alone
/// line ends are shown so too, where a line is made of them: see [`crate::values::Shown`].
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    by_number(text, |character| steers(character) && character != '\n')
}

/// Says a line on standard error.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

/// The log goes to standard error; it holds paths, rows and counts, never a value.
pub(super) fn start_log(voice: Voice) {
    let level = match (voice.quiet, voice.verbose) {
        (true, _) => tracing::level_filters::LevelFilter::ERROR,
        (false, 0) => tracing::level_filters::LevelFilter::WARN,
        (false, 1) => tracing::level_filters::LevelFilter::INFO,
        (false, _) => tracing::level_filters::LevelFilter::DEBUG,
    };
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(is_styled(&std::io::stderr()))
        .without_time()
        .with_target(false)
        .try_init();
}

/// A panic is our bug, and its message may hold a value: only the place in the source is told. One of the
/// reading library at a damaged file is caught, and the file is refused in words of its own.
pub(super) fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if crate::sources::is_guarded() || crate::verify::is_guarded() {
            return;
        }
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        say(&format!("a part of this program failed at {place}; please report the place"));
    }));
}

/// More threads than any machine that this is for has cores.
const THREADS_MAX: usize = 1024;

/// Runs with so many threads.
pub(super) fn with_threads(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<Outcome, Failure> + Send,
) -> Result<Outcome, Failure> {
    match threads {
        None => work(),
        Some(0) => Err(Failure::new(
            Outcome::Usage,
            "--threads 0: at least one thread is needed",
            "leave --threads out to use all cores",
        )),
        Some(threads) if threads > THREADS_MAX => Err(Failure::new(
            Outcome::Usage,
            format!("--threads {threads}: more than {THREADS_MAX}"),
            "leave --threads out to use all cores",
        )),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| {
                let hint = "give fewer --threads, or leave it out to use all cores";
                Failure::new(Outcome::Machine, format!("threads could not be started: {error}"), hint)
            })?;
            pool.install(work)
        }
    }
}

/// Shows how the work goes: a bar on a terminal, a line a stage with `-v`, nothing with `--quiet`.
pub(super) struct Watcher {
    bar: ProgressBar,
    stage: Option<(Stage, Instant)>,
    started: Instant,
    rows: u64,
}

impl Watcher {
    pub(super) fn new(voice: Voice) -> Self {
        let bar = if voice.quiet || !std::io::stderr().is_terminal() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        } else {
            ProgressBar::new(0)
        };
        if let Ok(mut shown) = BAR.lock() {
            *shown = Some(bar.clone());
        }
        Watcher { bar, stage: None, started: Instant::now(), rows: 0 }
    }

    /// Seconds since the work began.
    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn stage_ends(&mut self) {
        if let Some((stage, since)) = self.stage.take() {
            tracing::info!(stage = stage.name(), milliseconds = since.elapsed().as_millis() as u64, "stage done");
        }
    }
}

impl Observer for Watcher {
    /// However quiet a person wants it: what is counted to the wrong day is wrong throughout.
    fn warns(&mut self, warning: &Mistake) {
        self.bar.suspend(|| say(&format!("warning: {warning}")));
    }

    fn begins(&mut self, stage: Stage) {
        self.stage_ends();
        self.stage = Some((stage, Instant::now()));
        let template = match stage {
            Stage::Read => "{msg:12} {bar:30} {bytes}/{total_bytes}  {prefix}  {eta} left",
            _ => "{msg:12} {spinner} {elapsed}  {prefix}",
        };
        self.bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
        self.bar.set_message(stage.name());
        self.bar.enable_steady_tick(std::time::Duration::from_millis(120));
    }

    fn reads(&mut self, progress: Progress<'_>) {
        self.rows = progress.rows;
        self.bar.set_length(progress.bytes_in_all);
        self.bar.set_position(progress.bytes);
        let rate = progress.rows as f64 / self.seconds().max(0.001);
        self.bar.set_prefix(format!("{} rows, {rate:.0} a second", thousands(progress.rows)));
    }

    fn writes(&mut self, progress: crate::package::Progress<'_>) {
        self.bar.set_prefix(format!("{} of {} tables, {}", progress.written, progress.tables, progress.table));
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stage_ends();
        self.bar.finish_and_clear();
    }
}

/// `1234567` as `1,234,567`.
pub(super) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where a header is, in words.
pub(super) fn header_told(row: u32, rows: u32) -> String {
    if rows > 1 { format!("header in rows {row} to {}", row + rows - 1) } else { format!("header in row {row}") }
}

/// Lines of whole words, all but the first as far in as the first one's sign.
pub(super) fn wrapped(width: usize, first: &str, text: &str) -> Vec<String> {
    let indent = first.chars().count();
    let (mut lines, mut line, mut length) = (Vec::new(), first.to_owned(), indent);
    for word in text.split_whitespace() {
        let word_length = word.chars().count();
        if length > indent && length + 1 + word_length > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            length = indent;
        }
        if length > indent {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word_length;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_shown_by_its_number() {
        for (text, expected) in [
            ("naïve\n  “Ely”", "naïve\n  “Ely”"),
            ("\u{1b}[31mred\u{7}", "\\u001b[31mred\\u0007"),
            ("a\tb\rc\u{9b}2J\u{7f}", "a\\u0009b\\u000dc\\u009b2J\\u007f"),
            ("fdp.\u{202e}exe\u{2069}", "fdp.\\u202eexe\\u2069"),
        ] {
            assert_eq!(harmless(text), expected);
            let read: String = serde_json::from_str(&harmless(&serde_json::json!(text).to_string())).expect("JSON");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn only_our_own_signs_reach_a_terminal() {
        let text = "Row \u{1b}[2Ja";
        assert_eq!(in_style(Style::Bold, text, true), "\u{1b}[1mRow \\u001b[2Ja\u{1b}[0m");
        assert_eq!(in_style(Style::Faint, text, false), "Row \\u001b[2Ja");
        assert_eq!(in_style(Style::Bold, "", true), "");
    }

    #[test]
    fn thousands_are_parted() {
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(count), expected);
        }
    }
}
