//! Review in a workbook: written once, answered in a spreadsheet program, read back.

mod about;
mod compare;
mod grid;
mod read;
mod write;

use super::asked::{Asked, Said};
use super::material::Material;
use super::{
    Error, Queue, bookings, clocks, clusters, conflicts, differences, exceptions, pairs, paper, safety, unassigned,
};
use crate::config::{self, Config};
use crate::decisions::{self, Act, Beside, Entry, Journal, Reading};
use crate::package::{self, Opened};
use crate::records;
use crate::values::Shown as _;
use about::{About, Mark};
use compare::{Answered, Compared};
use grid::Grid;
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use compare::{Problem, ProblemKind};

/// What to export.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// The queues; the usual ones when none is named.
    pub queues: Vec<Queue>,
    /// The package; else the newest dry run beside the configuration.
    pub package: Option<PathBuf>,
}

/// A workbook that waits for answers.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The package it was made from.
    pub package: PathBuf,
    /// Of each queue, how many questions are in the workbook, how many lines are for reading, and how many items more
    /// there are than were put in.
    pub queues: Vec<(Queue, usize, usize, usize)>,
    /// How many pairs are left for a workbook of the restricted queue.
    pub restricted: usize,
}

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The package; else the one beside the configuration that the workbook was made from.
    pub package: Option<PathBuf>,
    /// Who decided.
    pub who: String,
    /// When, such as `2017-09-25T10:22:05Z`.
    pub at: String,
    /// Whether good answers are taken where others are refused.
    pub accept_rest: bool,
}

/// What became of the answers in a workbook.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The package it was made from, where that was found.
    pub package: Option<PathBuf>,
    /// Decisions that were recorded.
    pub recorded: usize,
    /// The lines of the journal that hold them.
    pub lines: std::ops::Range<usize>,
    /// Answers that say what is already decided.
    pub decided_already: usize,
    /// Decisions that were recorded though another answer to their question was in effect: they take its place.
    pub superseding: usize,
    /// The journal's last line, where it was torn and was cut off.
    pub cut: Option<usize>,
    /// Answers that were recorded and taken back since the workbook was made: they are not recorded again.
    pub taken_back: Vec<TakenBack>,
    /// Questions without an answer.
    pub undecided: usize,
    /// Notes beside which there is no answer; they are not kept.
    pub notes_alone: usize,
    /// Decisions of the journal that cannot all be right, these answers among them.
    pub contradictions: usize,
    /// What was refused.
    pub problems: Vec<Problem>,
}

/// An answer that stands in the workbook, and was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// The sheet.
    pub sheet: &'static str,
    /// The line as a spreadsheet numbers it.
    pub line: u32,
    /// The event that gave the answer.
    pub event: usize,
    /// The event that took it back.
    pub by: usize,
}

/// Writes a workbook with the questions that the newest dry run leaves to people. Never over anything.
pub fn export(config: &Config, options: &ExportOptions, out: &Path) -> Result<Exported, Error> {
    let queues = queues(&options.queues)?;
    refuse_place(out)?;
    let key = config::load_key_in_use(config)?;
    let package = match &options.package {
        Some(folder) => Opened::open(folder)?,
        None => newest_dry_run(config)?,
    };
    if !package.is_of(&key) {
        return Err(other_key(package.folder()));
    }
    let journal = decisions::load(&config.folder.join(&config.transition.decisions))?;
    let about = About::new(&package, &journal, &queues, &key);
    let mut material = Material::read(&package, &key, journal)?;
    let asked = ask(&mut material, &queues)?;
    let restricted = match queues.contains(&Queue::Pairs) {
        true => pairs::ask(&mut material, Queue::Restricted)?.items.len(),
        false => 0,
    };
    let grids: Vec<Grid> = asked.iter().map(Grid::new).collect();
    let bytes = write::workbook(&about.page(&config.transition.name, &asked, restricted), &grids)
        .map_err(|error| Error::Write { path: out.to_owned(), source: std::io::Error::other(error.to_string()) })?;
    save(out, &bytes)?;
    let counts = asked.iter().map(|asked| {
        let questions = asked.questions();
        (asked.queue, questions, asked.items.len() - questions, asked.more)
    });
    Ok(Exported { package: package.folder().to_owned(), queues: counts.collect(), restricted })
}

/// Reads the answers in a workbook and records the good ones: all of them or, with `accept_rest`, those beside which
/// nothing is wrong.
pub fn import(config: &Config, options: &ImportOptions, workbook: &Path) -> Result<Imported, Error> {
    if options.who.trim().is_empty() {
        return Err(Error::asked("--who is empty", "say who decided, such as --who \"A. Records Officer\""));
    }
    let key = config::load_key_in_use(config)?;
    let sheets = read::sheets(workbook)?;
    let mark = match Mark::read(&sheets) {
        Ok(mark) => mark,
        Err(problem) => return Ok(Imported { problems: vec![problem], ..Imported::default() }),
    };
    let Some(package) = find(config, options.package.as_deref(), &mark)? else {
        return Ok(Imported { problems: vec![mark.other_package()], ..Imported::default() });
    };
    if !package.is_of(&key) {
        return Err(other_key(package.folder()));
    }
    let path = config.folder.join(&config.transition.decisions);
    let journal = decisions::load(&path)?;
    let mut problems: Vec<Problem> = mark.check(&package, &journal, &key).into_iter().collect();
    let queues = mark.queues.clone();
    let mut material = Material::read(&package, &key, mark.journal_then(&journal))?;
    let asked = ask(&mut material, &queues)?;
    let mut compared = compare::compare(&asked, &sheets, &|said| unreadable(config, said));
    problems.append(&mut compared.problems);
    let mut imported = Imported {
        package: Some(package.folder().to_owned()),
        undecided: compared.undecided,
        notes_alone: compared.notes_alone,
        problems,
        ..Imported::default()
    };
    material.weigh(journal)?;
    let given = Given { compared: &compared, options, after: mark.events };
    let new = given.entries(&material, &mut imported);
    if (imported.problems.is_empty() || options.accept_rest) && !new.is_empty() {
        given.record(&path, &mut material, &mut imported)?;
    } else {
        imported.superseding = 0;
    }
    Ok(imported)
}

/// Why the next run could not read what a folder says, where neither keying has it.
fn unreadable(config: &Config, said: &Said) -> Option<String> {
    let Act::PaperReading { field, reading: Reading::Other(text) } = &said.act else { return None };
    let source = &said.rows.first()?.name.source;
    let reason = records::unreadable(config, source, field, text)?;
    Some(format!("the answer is other, and the note cannot be read as {field}: {}", reason.sentence()))
}

/// The good answers, by whom they were given, and after how many events they were asked for.
struct Given<'a> {
    compared: &'a Compared,
    options: &'a ImportOptions,
    after: usize,
}

impl Given<'_> {
    /// Appends at once what is still new when it is this import's turn to write: somebody may be importing the same answers.
    fn record(&self, path: &Path, material: &mut Material<'_>, imported: &mut Imported) -> Result<(), Error> {
        let appended = decisions::append(path, |journal| {
            material.weigh(journal.clone())?;
            Ok::<_, Error>(self.entries(material, imported))
        })?;
        imported.recorded = appended.lines.len();
        (imported.lines, imported.cut) = (appended.lines, appended.cut);
        material.weigh(decisions::load(path)?)?;
        imported.contradictions = material.decisions.contradictions.len();
        Ok(())
    }

    /// What is to be recorded, and how many answers are not, or are and take the place of others.
    fn entries(&self, material: &Material<'_>, imported: &mut Imported) -> Vec<Entry> {
        (imported.decided_already, imported.superseding, imported.taken_back) = Default::default();
        let answers = material.decisions.answers();
        let mut entries = Vec::new();
        for Answered { queue, line, said: Said { act, rows, .. }, note } in &self.compared.said {
            let beside = answers.beside(act, rows);
            if beside == Beside::Same {
                imported.decided_already += 1;
                continue;
            }
            // Whoever took it back knew of it; whoever gave it in this workbook did not know of that.
            if let Some((event, by)) = material.decisions.taken_back(act, rows, self.after) {
                imported.taken_back.push(TakenBack { sheet: queue.title(), line: *line, event, by });
                continue;
            }
            imported.superseding += usize::from(beside == Beside::Another);
            let by_model = [Queue::Pairs, Queue::Clusters, Queue::Unassigned, Queue::Restricted].contains(queue);
            entries.push(Entry {
                at: self.options.at.clone(),
                who: self.options.who.trim().to_owned(),
                note: note.clone(),
                model: if by_model { material.package.model() } else { None },
                rows: rows.clone(),
                act: act.clone(),
            });
        }
        entries
    }
}

fn ask(material: &mut Material<'_>, queues: &[Queue]) -> Result<Vec<Asked>, Error> {
    let ask = |queue: &Queue| match queue {
        Queue::Pairs | Queue::Restricted => pairs::ask(material, *queue),
        Queue::Clusters => clusters::ask(material),
        Queue::Unassigned => unassigned::ask(material),
        Queue::Exceptions => exceptions::ask(material),
        Queue::Paper => paper::ask(material),
        Queue::Differences => differences::ask(material),
        Queue::Bookings => bookings::ask(material),
        Queue::Conflicts => conflicts::ask(material),
        Queue::Clocks => clocks::ask(material),
        Queue::Safety => safety::ask(material),
    };
    queues.iter().map(ask).collect()
}

/// Each queue once, in the order of the sheets.
fn queues(named: &[Queue]) -> Result<Vec<Queue>, Error> {
    let mut queues = if named.is_empty() { Queue::USUAL.to_vec() } else { named.to_vec() };
    queues.sort_unstable();
    queues.dedup();
    if queues.len() > 1 && queues.contains(&Queue::Restricted) {
        let what = "the restricted queue is never in a workbook with anything else";
        return Err(Error::asked(what, "export it by itself, for somebody who is entitled to see it"));
    }
    Ok(queues)
}

fn newest_dry_run(config: &Config) -> Result<Opened, Error> {
    for folder in package::sealed_beside(config) {
        let package = Opened::open(&folder)?;
        if !package.is_final() {
            return Ok(package);
        }
    }
    let what = format!("there is no dry run under {}", config.folder.join("packages").shown());
    Err(Error::asked(what, "run handover run first, or name a package with --package"))
}

/// The package that a workbook was made from: the one that was named, or that stands beside the config.
fn find(config: &Config, named: Option<&Path>, mark: &Mark) -> Result<Option<Opened>, Error> {
    if let Some(folder) = named {
        return Ok(Some(Opened::open(folder)?).filter(|package| mark.is_of(package)));
    }
    let opened = package::sealed_beside(config).into_iter().filter_map(|folder| Opened::open(&folder).ok());
    Ok({ opened }.find(|package| mark.is_of(package)))
}

fn other_key(folder: &Path) -> Error {
    let what = format!("{}: this package was not made with this commitment key, or was changed since", folder.shown());
    Error::asked(what, "restore the key that it was made with, or run again")
}

/// A workbook is written over nothing, and into no package.
fn refuse_place(out: &Path) -> Result<(), Error> {
    if out.symlink_metadata().is_ok() {
        let what = format!("{} is there already", out.shown());
        return Err(Error::asked(what, "give another name; a workbook may hold answers, and is never written over"));
    }
    if !has_ending(out) {
        let what = format!("{} is not the name of a workbook", out.shown());
        return Err(Error::asked(what, "give a name that ends in .xlsx"));
    }
    let whole = std::path::absolute(out).map_err(|source| Error::Write { path: out.to_owned(), source })?;
    match whole.ancestors().skip(1).find(|folder| folder.join("bagit.txt").exists()) {
        None => Ok(()),
        Some(folder) => {
            let what = format!("{} lies inside the package {}", out.shown(), folder.shown());
            Err(Error::asked(what, "give a place outside it; a package is never changed"))
        }
    }
}

fn has_ending(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"))
}

/// Puts the file in its place whole, for its owner alone.
fn save(out: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fault = |source| Error::Write { path: out.to_owned(), source };
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is its owner's alone from the beginning, and gone if anything fails.
    let mut file = tempfile::Builder::new().prefix(".review-").tempfile_in(folder).map_err(fault)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(fault)?;
    file.persist_noclobber(out).map_err(|error| fault(error.error)).map(drop)
}

/// The journal as it was after so many events.
fn first_events(journal: &Journal, events: usize) -> Journal {
    let mut first = Journal::default();
    first.events.extend(journal.events.iter().take(events).cloned());
    first
}
