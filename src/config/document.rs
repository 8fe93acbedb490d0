//! One configuration file: its text, the places in it, and what is wrong with it so far.

use super::Mistake;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One file while it is walked. Mistakes gather here, so that a reader of values can go on after each.
pub(super) struct Document {
    file: PathBuf,
    text: String,
    mistakes: RefCell<Vec<Mistake>>,
    warnings: RefCell<Vec<Mistake>>,
    /// Lines whose syntax is broken: what the recovered values say there is not worth a second mistake.
    broken_lines: RefCell<BTreeSet<usize>>,
    /// Whether more than single values is broken, so that keys may have been lost or have landed in another table.
    keys_lost: Cell<bool>,
}

impl Document {
    /// A file with this content. What is not UTF-8 is a mistake, and the rest is read all the same.
    pub(super) fn new(file: PathBuf, bytes: Vec<u8>) -> Self {
        let wide = [&b"\xff\xfe"[..], b"\xfe\xff"].iter().any(|mark| bytes.starts_with(mark));
        let (mistakes, warnings) = (RefCell::default(), RefCell::default());
        let broken_lines = RefCell::default();
        let (text, fault) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let fault = error.utf8_error().valid_up_to();
                // Of UTF-16 every line would be a mistake of its own.
                let text = if wide { String::new() } else { String::from_utf8_lossy(error.as_bytes()).into_owned() };
                (text, Some(fault))
            }
        };
        let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let text = text[skipped..].to_owned();
        let document = Document { file, text, mistakes, warnings, broken_lines, keys_lost: Cell::new(wide) };
        if let Some(at) = fault {
            let at = at.saturating_sub(skipped);
            document.syntax(at..at, "not UTF-8 text", "save the file with the encoding UTF-8");
        }
        document
    }

    /// The tables, as far as they can be read; broken syntax becomes mistakes.
    pub(super) fn parse(&self) -> DeTable<'_> {
        let (table, faults) = DeTable::parse_recoverable(&self.text);
        for fault in faults {
            let span = fault.span().unwrap_or(0..0);
            let (what, hint) = self.explain(fault.message(), &span);
            if fault.message() != "duplicate key" && !self.inside_a_value(table.get_ref(), span.start) {
                self.keys_lost.set(true);
            }
            self.syntax(span, &what, hint);
        }
        table.into_inner()
    }

    /// Notes a mistake at a place.
    pub(super) fn mistake(&self, span: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let (line, column) = self.position(span.start);
        let broken = self.broken_lines.borrow();
        if broken.contains(&line) {
            return;
        }
        self.push(line, column, what.into(), hint.into());
    }

    /// Notes what is probably not meant, and can be used all the same.
    pub(super) fn warning(&self, span: &Range<usize>, what: String, hint: String) {
        let (line, column) = self.position(span.start);
        let file = self.file.clone();
        self.warnings.borrow_mut().push(Mistake { file, line: Some(line), column: Some(column), what, hint });
    }

    /// The warnings so far.
    pub(super) fn warnings(&self) -> Vec<Mistake> {
        self.warnings.borrow().clone()
    }

    /// Notes that something is not there, or not where it belongs. Where broken syntax may be to blame, we keep quiet.
    pub(super) fn absent(&self, span: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        if !self.keys_lost.get() {
            self.mistake(span, what, hint);
        }
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        self.position(span.start).0
    }

    /// Everything that is wrong, in the order of the file.
    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort();
        mistakes.dedup();
        mistakes
    }

    fn syntax(&self, span: Range<usize>, what: &str, hint: &str) {
        let (line, column) = self.position(span.start);
        let first_on_line = self.broken_lines.borrow_mut().insert(line);
        if first_on_line {
            self.push(line, column, what.to_owned(), hint.to_owned());
        }
    }

    /// Whether a place belongs to a value of one line: then its key is known whatever is wrong with the value.
    fn inside_a_value(&self, table: &DeTable<'_>, offset: usize) -> bool {
        table.values().any(|value| self.holds(value, offset))
    }

    fn holds(&self, value: &Spanned<DeValue<'_>>, offset: usize) -> bool {
        match value.get_ref() {
            DeValue::Table(table) => self.inside_a_value(table, offset),
            DeValue::Array(list) => list.iter().any(|part| self.holds(part, offset)),
            _ => {
                let span = value.span();
                (span.start..=span.end).contains(&offset) && !self.text[span].contains('\n')
            }
        }
    }

    fn push(&self, line: usize, column: usize, what: String, hint: String) {
        let file = self.file.clone();
        self.mistakes.borrow_mut().push(Mistake { file, line: Some(line), column: Some(column), what, hint });
    }

    fn explain(&self, message: &str, span: &Range<usize>) -> (String, &'static str) {
        let found = self.text.get(span.clone()).unwrap_or_default();
        if message == "duplicate key" {
            return (format!("{} is given twice", quoted(found)), "keep one of the two");
        }
        if message.starts_with("invalid date") {
            return (format!("{} is not a calendar date", quoted(found)), "write it as 2017-09-30");
        }
        if message.starts_with("string values must be quoted") && found.is_empty() {
            return ("there is no value after the equals sign".to_owned(), "write one, or remove the key");
        }
        if message.starts_with("string values must be quoted") {
            return (format!("{} is text without quotes", quoted(found)), "write it in double quotes");
        }
        let what = format!("not valid TOML: {}", message.replace('\n', " "));
        (what, "text stands in double quotes, numbers and dates do not; each key stands on a line of its own")
    }

    /// 1-based line, and column in characters.
    fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// A word of the file between backquotes: control characters escaped, cut after 60 characters.
pub(super) fn quoted(word: &str) -> String {
    let mut shown: String = word.chars().take(60).flat_map(char::escape_debug).collect();
    if word.chars().nth(60).is_some() {
        shown.push('…');
    }
    format!("`{}`", shown.replace("\\\"", "\"").replace("\\'", "'"))
}

/// The known word that was probably meant: equal but for case and hyphens, or few letters away.
pub(super) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let plain = |word: &str| word.trim().to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    if word.len() > 64 {
        return None;
    }
    let limit = (word.chars().count() / 3).max(1);
    let by_distance = known.into_iter().map(|known| (strsim::osa_distance(&word, &plain(known)), known));
    by_distance.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// "did you mean" where a known word is near, else the known words.
pub(super) fn did_you_mean(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => format!("known here: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, usize, &str)]) {
        let document = Document::new(PathBuf::from("x.toml"), text.as_bytes().to_vec());
        document.parse();
        let found = document.into_mistakes();
        let found: Vec<_> = found
            .iter()
            .map(|mistake| (mistake.line.unwrap_or(0), mistake.column.unwrap_or(0), mistake.what.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn broken_syntax_is_located_in_characters() {
        check("a = \"é\" x\n", &[(1, 9, "not valid TOML: unexpected key or value, expected newline, `#`")]);
        check("\u{feff}a = 1\r\na = 2\r\n", &[(2, 1, "`a` is given twice")]);
        check("a = 2017-02-30\n", &[(1, 5, "`2017-02-30` is not a calendar date")]);
        check("a = 1\n", &[]);
    }

    #[test]
    fn what_is_not_utf_8_is_one_mistake() {
        let document = Document::new(PathBuf::from("x.toml"), b"a = 1\nb = \"\xe9\"\n".to_vec());
        document.parse();
        let found = document.into_mistakes();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].column), (Some(2), Some(6)));
    }

    #[test]
    fn what_is_utf_16_is_one_mistake() {
        let bytes: Vec<u8> = "\u{feff}a = 1\nb = \"x\"\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let document = Document::new(PathBuf::from("x.toml"), bytes);
        document.parse();
        document.absent(&(0..0), "the table `transition` is missing", "");
        let found = document.into_mistakes();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].what, "not UTF-8 text");
    }

    #[test]
    fn a_near_word_is_offered_and_a_far_one_is_not() {
        assert_eq!(nearest("Date-of-Birth", ["date_of_birth", "date_of_death"]), Some("date_of_birth"));
        assert_eq!(nearest("recieved", ["received", "referred"]), Some("received"));
        assert_eq!(nearest("shoe_size", ["postcode", "sex"]), None);
        assert_eq!(did_you_mean("zzz", &["one", "two"]), "known here: one, two");
    }

    #[test]
    fn nothing_that_moves_a_terminal_is_quoted() {
        assert_eq!(quoted("a\u{1b}[2Jb"), "`a\\u{1b}[2Jb`");
        assert_eq!(quoted("it's"), "`it's`");
    }
}
