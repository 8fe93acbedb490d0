//! `decisions.jsonl`: one JSON line an event, each with the digest of the line before it. Lines are only ever appended.

use super::event::{Act, Entry, Event};
use super::line::Line;
use super::{Decisions, Error, Presence, ShownRow};
use crate::config::{NoFile, open_file};
use crate::values::Digest;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Every event of a journal, in its order, the chain being whole.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// The events.
    pub events: Vec<Event>,
    /// Digest of the journal's whole lines; `None` when there is no journal.
    pub digest: Option<Digest>,
    /// The last line, from 1, when it was torn: a writer was stopped before it acknowledged anything. It says nothing.
    pub torn: Option<usize>,
    /// Digests of the journal as it was after each line, with the line's end and without.
    earlier: Vec<Digest>,
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The lines of the new events.
    pub lines: std::ops::Range<usize>,
    /// A torn last line that was cut off first.
    pub cut: Option<usize>,
}

/// Where the digest of the line before would be, on the first line.
const NO_LINE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Reads the journal. A journal that is not there holds no decisions.
pub fn load(path: &Path) -> Result<Journal, Error> {
    let fault = |source| Error::Io { path: path.to_owned(), source };
    refuse_what_is_no_file(path)?;
    let mut file = match open_file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Journal::default()),
        Err(source) => return Err(fault(source)),
    };
    // A writer is waited for, so that half of what it writes is not taken for a torn line.
    file.lock_shared().map_err(fault)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(fault)?;
    Ok(parse(path, &bytes)?.journal)
}

/// Appends the events that `decide` gives, in order, and gives their lines once they are on the disk. Writers take turns, and
/// `decide` sees the journal as it stands in this one's: what others have said meanwhile is in it. A torn last line is cut off
/// first. Either all events are acknowledged or none is; without any, nothing is written.
pub fn append<E: From<Error>>(
    path: &Path,
    decide: impl FnOnce(&Journal) -> Result<Vec<Entry>, E>,
) -> Result<Appended, E> {
    refuse_what_is_no_file(path)?;
    let mut file = open_for_append(path).map_err(|source| Error::Write { path: path.to_owned(), source })?;
    file.lock().map_err(|source| Error::Write { path: path.to_owned(), source })?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let parsed = parse(path, &bytes)?;
    let entries = decide(&parsed.journal)?;
    let next = parsed.journal.events.last().map_or(1, |event| event.number + 1);
    if entries.is_empty() {
        return Ok(Appended { lines: next..next, cut: None });
    }
    write(path, &mut file, &bytes, &parsed, &entries)?;
    Ok(Appended { lines: next..next + entries.len(), cut: parsed.journal.torn })
}

/// Writes the entries behind the whole lines, and waits until they are on the disk.
fn write(path: &Path, file: &mut File, bytes: &[u8], parsed: &Parsed, entries: &[Entry]) -> Result<(), Error> {
    let fault = |source| Error::Write { path: path.to_owned(), source };
    let wrong = |what| Error::Entry { path: path.to_owned(), what };
    let Parsed { journal, whole, last } = parsed;
    let whole = *whole;
    let mut known: BTreeSet<String> = journal.events.iter().map(|event| event.digest.to_string()).collect();
    let mut text = Vec::new();
    if whole > 0 && bytes[whole - 1] != b'\n' {
        text.push(b'\n');
    }
    let mut previous = last.clone();
    for entry in entries {
        entry.check().map_err(wrong)?;
        if let Act::Undo { event } = &entry.act
            && !known.contains(event)
        {
            return Err(wrong("it takes back an event that is not in the journal"));
        }
        let line = serde_json::to_vec(&Line::of(entry, &previous)).expect("an event has only text and numbers");
        previous = Digest::of(&line).to_string();
        known.insert(previous.clone());
        text.extend_from_slice(&line);
        text.push(b'\n');
    }
    if whole < bytes.len() {
        file.set_len(whole as u64).map_err(fault)?;
    }
    file.seek(SeekFrom::Start(whole as u64)).map_err(fault)?;
    let written = file.write_all(&text).and_then(|()| file.sync_all()).and_then(|()| sync_folder(path));
    if let Err(source) = written {
        // What was not acknowledged must not stand. The first error is the one to tell.
        let _ = file.set_len(whole as u64);
        return Err(fault(source));
    }
    Ok(())
}

/// To open a pipe is to wait for whoever holds its other end. Where nothing stands, there is no journal yet.
fn refuse_what_is_no_file(path: &Path) -> Result<(), Error> {
    match path.metadata() {
        Ok(about) if NoFile::of(&about).is_some() => Err(Error::NoFile { path: path.to_owned() }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Opens or makes it, for its owner alone: it holds patient data.
fn open_for_append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new file is safe only once its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A journal, how many bytes of it are whole lines, and the digest of the last of them.
struct Parsed {
    journal: Journal,
    whole: usize,
    last: String,
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Parsed, Error> {
    let mut parsed = Parsed { journal: Journal::default(), whole: 0, last: NO_LINE.to_owned() };
    let mut until_now = Sha256::new();
    parsed.journal.earlier.push(Digest::of(b""));
    for (place, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = place + 1;
        match event(line, number, &parsed.last) {
            Ok(event) => {
                check_undo(&parsed.journal, &event).map_err(|what| fault(path, number, what))?;
                parsed.last = event.digest.to_string();
                parsed.journal.events.push(event);
                parsed.whole += line.len();
                let text = line.strip_suffix(b"\n").unwrap_or(line);
                for part in [text, &line[text.len()..]] {
                    until_now.update(part);
                    parsed.journal.earlier.push(Digest::from_bytes(until_now.clone().finalize().into()));
                }
            }
            // What was acknowledged ends with a line's end: a line without one that says nothing was never acknowledged.
            Err(_) if !line.ends_with(b"\n") => parsed.journal.torn = Some(number),
            Err(what) => return Err(fault(path, number, what)),
        }
    }
    parsed.journal.digest = Some(Digest::of(&bytes[..parsed.whole]));
    Ok(parsed)
}

fn event(line: &[u8], number: usize, previous: &str) -> Result<Event, &'static str> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let parsed: Line =
        serde_json::from_slice(line).map_err(|_| "this is not an event that this version understands")?;
    if parsed.previous != previous {
        return Err("the chain of digests is broken here: a line before this one was changed, added or taken out");
    }
    Ok(Event { number, digest: Digest::of(line), entry: parsed.entry()? })
}

fn check_undo(journal: &Journal, event: &Event) -> Result<(), &'static str> {
    match &event.entry.act {
        Act::Undo { event } if !journal.events.iter().any(|earlier| earlier.digest.to_string() == *event) => {
            Err("it takes back an event that is not before it")
        }
        _ => Ok(()),
    }
}

fn fault(path: &Path, line: usize, what: &str) -> Error {
    let what = format!("{what}; restore the journal from its last good copy");
    Error::Line { path: path.to_owned(), line, what }
}

impl Journal {
    /// Whether this is the journal of that digest, or has grown out of it.
    pub fn continues(&self, digest: &Digest) -> bool {
        self.earlier.contains(digest)
    }

    /// Holds the events against the rows there are, and against one another.
    pub fn weigh(self, presence: impl Fn(&ShownRow) -> Presence) -> Decisions {
        Decisions::of(self, presence)
    }
}
