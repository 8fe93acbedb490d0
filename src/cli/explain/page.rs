//! Lines of a page that is pleasant at eighty columns.

use super::super::terminal::{Style, wrapped};
use crate::decisions::RowName;
use crate::package::explain::{DecisionTold, ExceptionTold, shown_row};

/// No line of words is longer. Names of rows are never broken: they are there to be copied.
pub(super) const WIDTH: usize = 80;

/// What is shown.
#[derive(Default)]
pub(super) struct Page {
    lines: Vec<(Style, String)>,
}

impl Page {
    /// The first line.
    pub(super) fn title(&mut self, text: impl Into<String>) {
        self.lines.push((Style::Bold, text.into()));
    }

    /// An empty line, and what the next ones are about.
    pub(super) fn heading(&mut self, text: &str) {
        self.lines.push((Style::Plain, String::new()));
        self.lines.push((Style::Bold, text.to_owned()));
    }

    /// A line as it is.
    pub(super) fn line(&mut self, text: impl Into<String>) {
        self.lines.push((Style::Plain, text.into()));
    }

    /// A line that helps to read others.
    pub(super) fn faint(&mut self, text: impl Into<String>) {
        self.lines.push((Style::Faint, text.into()));
    }

    /// Words, as far in as the sign before them is long.
    pub(super) fn words(&mut self, sign: &str, text: &str) {
        self.lines.extend(wrapped(WIDTH, sign, text).into_iter().map(|line| (Style::Plain, line)));
    }

    /// A name and what it has.
    pub(super) fn pair(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.words(&format!("  {name:<18} "), value);
        }
    }

    /// The lines.
    pub(super) fn into_lines(self) -> Vec<(Style, String)> {
        self.lines
    }

    /// What could not be used.
    pub(super) fn exceptions(&mut self, exceptions: &[ExceptionTold]) {
        if exceptions.is_empty() {
            return;
        }
        self.heading("What could not be used, or needs a person's eye");
        for ExceptionTold { row, field, reason } in exceptions.iter().take(LISTED) {
            let field = if field.is_empty() { String::new() } else { format!(":{field}") };
            self.line(format!("  {}{field}", shown_row(row)));
            self.words("     ", &format!("{} [{}]", reason.sentence(), reason.slug()));
        }
        self.more(exceptions.len());
    }

    /// What people decided.
    pub(super) fn decisions(&mut self, decisions: &[DecisionTold]) {
        if decisions.is_empty() {
            return;
        }
        self.heading("Decisions");
        for told in decisions {
            let DecisionTold { event, kind, answer, who, at, standing, effect, rows } = told;
            self.words("  ", &format!("event {event}: {kind}, {answer}; {standing}, effect: {effect}; {who}, {at}"));
            rows.iter().for_each(|row| self.line(format!("     {}", shown_row(row))));
        }
    }

    /// Rows, one a line.
    pub(super) fn rows<'r>(&mut self, rows: impl IntoIterator<Item = (&'r RowName, String)>) {
        for (row, what) in rows {
            self.line(format!("  {}", shown_row(row)));
            if !what.is_empty() {
                self.words("     ", &what);
            }
        }
    }

    /// Says how many are not shown, of so many.
    pub(super) fn more(&mut self, of: usize) {
        if of > LISTED {
            self.faint(format!("  … and {} more: --json lists them all", of - LISTED));
        }
    }
}

/// No more of a kind are shown.
pub(super) const LISTED: usize = 20;

/// Several ids with a word each, as one text.
pub(super) fn listed(ids: &[(String, String)]) -> String {
    let shown: Vec<String> = ids.iter().take(LISTED).map(|(id, word)| format!("{id} {word}")).collect();
    match ids.len().checked_sub(LISTED).filter(|more| *more > 0) {
        Some(more) => format!("{}, and {more} more", shown.join(", ")),
        None => shown.join(", "),
    }
}

/// `1 row`, `2 rows`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
