//! `decisions.jsonl`: one JSON line an event, each with a digest chained to the one before.

use crate::values::Digest;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A row by its name, as the journal and the tables write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct RowName {
    /// Source id.
    pub source: String,
    /// Path relative to the config's folder.
    pub file: String,
    /// Sheet's name; empty for delimited text.
    #[serde(default)]
    pub sheet: String,
    /// The number a person sees.
    pub row: u32,
}

/// What a person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// One person.
    Same,
    /// Two people.
    Different,
    /// Cannot tell; stays in review.
    Unsure,
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

/// Every decision in effect, in the order of the journal.
#[derive(Debug, Default)]
pub struct Decisions {
    /// Answers about pairs; of two about one pair the later stands.
    pub pairs: Vec<PairDecision>,
    /// Digest of the journal's bytes; `None` when there is no journal.
    pub digest: Option<Digest>,
}

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("{}: cannot be read", path.display())]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not an event.
    #[error("{}:{line}: {what}", path.display())]
    Line {
        /// The journal.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong and what to do.
        what: String,
    },
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    left: RowName,
    right: RowName,
    answer: Answer,
    previous: String,
}

/// Reads the journal. A journal that is not there holds no decisions.
///
/// Each event names the SHA-256 digest of the line before it (`previous`; 64 noughts on the first), so that a line taken
/// out or changed is noticed.
pub fn load(path: &Path) -> Result<Decisions, Error> {
    let text = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Decisions::default()),
        Err(source) => return Err(Error::Io { path: path.to_owned(), source }),
    };
    let fault = |line: usize, what: &str| Error::Line { path: path.to_owned(), line, what: what.into() };
    let mut pairs: Vec<PairDecision> = Vec::new();
    let mut previous = "0".repeat(64);
    for (place, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let number = place + 1;
        let event: Event = serde_json::from_slice(line).map_err(|_| {
            fault(number, "not an event this version understands; restore the journal from its last good copy")
        })?;
        if event.kind != "pair" {
            return Err(fault(number, "the kind of this event is not known to this version"));
        }
        if event.previous != previous {
            return Err(fault(
                number,
                "the chain of digests is broken here: a line before it was changed, added or taken out",
            ));
        }
        previous = Digest::of(line).to_string();
        let (left, right) =
            if event.left <= event.right { (event.left, event.right) } else { (event.right, event.left) };
        pairs.retain(|earlier| (&earlier.left, &earlier.right) != (&left, &right));
        pairs.push(PairDecision { event: number, left, right, answer: event.answer });
    }
    Ok(Decisions { pairs, digest: Some(Digest::of(&text)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn line(previous: &str, row: u32, answer: &str) -> String {
        format!(
            r#"{{"kind":"pair","left":{{"source":"a","file":"a.csv","row":{row}}},"right":{{"source":"b","file":"b.csv","row":3}},"answer":"{answer}","previous":"{previous}"}}"#
        )
    }

    fn read(lines: &[String]) -> Result<Decisions, Error> {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        for line in lines {
            writeln!(file, "{line}").expect("written");
        }
        load(file.path())
    }

    #[test]
    fn the_later_answer_about_a_pair_stands() {
        let first = line(&"0".repeat(64), 2, "same");
        let second = line(&Digest::of(first.as_bytes()).to_string(), 2, "different");
        let decisions = read(&[first, second]).expect("a good chain");
        assert_eq!(decisions.pairs.len(), 1);
        assert_eq!(decisions.pairs[0].answer, Answer::Different);
    }

    #[test]
    fn a_line_taken_out_breaks_the_chain() {
        let first = line(&"0".repeat(64), 2, "same");
        let second = line(&Digest::of(first.as_bytes()).to_string(), 4, "same");
        assert!(matches!(read(&[second]), Err(Error::Line { line: 1, .. })));
    }

    #[test]
    fn no_journal_is_no_decisions() {
        let decisions = load(Path::new("no/such/journal.jsonl")).expect("absent is empty");
        assert!(decisions.pairs.is_empty() && decisions.digest.is_none());
    }
}
