//! The first sheet: what this is, what to do, and by which package and journal the answers will be judged.

use super::compare::{Problem, ProblemKind};
use super::read::Sheets;
use crate::decisions::Journal;
use crate::package::Opened;
use crate::review::Queue;
use crate::review::asked::Asked;
use crate::review::material::legible;
use crate::values::{CommitmentKey, Digest};

/// The name of the first sheet.
pub(super) const SHEET: &str = "Read me";

/// What a workbook is about.
pub(super) struct About {
    mark: Mark,
    config_digest: Digest,
    model: String,
    folder: String,
    example_key: bool,
}

/// By what a workbook is known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    package: String,
    /// How many events the journal had.
    pub(super) events: usize,
    /// The digest of the last of them.
    last: String,
    pub queues: Vec<Queue>,
    /// A keyed digest of the above.
    seal: String,
}

const PACKAGE: &str = "Package digest";
const CONFIG: &str = "Configuration digest";
const EVENTS: &str = "Journal events";
const LAST: &str = "Journal digest";
const QUEUES: &str = "Queues";
const SEAL: &str = "Seal";

/// A line of the first sheet.
pub(super) enum PageLine {
    Heading(String),
    Text(String),
    Pair(String, String),
}

impl About {
    pub(super) fn new(package: &Opened, journal: &Journal, queues: &[Queue], key: &CommitmentKey) -> Self {
        let last = last(journal, journal.events.len());
        let mut mark = Mark {
            package: package.commitment().to_string(),
            events: journal.events.len(),
            last,
            queues: queues.to_vec(),
            seal: String::new(),
        };
        mark.seal = mark.sealed(key);
        let folder = package.folder().file_name().map(|name| name.to_string_lossy().into_owned());
        About {
            mark,
            config_digest: package.config_digest(),
            model: package.model().map(|model| model.to_string()).unwrap_or_default(),
            folder: folder.unwrap_or_default(),
            example_key: key.is_example(),
        }
    }

    /// The sheet, line by line.
    pub(super) fn page(&self, transition: &str, asked: &[Asked], restricted: usize) -> Vec<PageLine> {
        let heading = |text: &str| PageLine::Heading(text.to_owned());
        let text = |text: &str| PageLine::Text(text.to_owned());
        let mut page = vec![
            PageLine::Heading(format!("Clerical review: {}", legible(transition))),
            text(
                "THIS FILE HOLDS PATIENT DATA. Keep it where patient records may be kept, and delete it when it has been \
                  imported.",
            ),
            heading("What to do"),
            text("1. Go through the sheets. What is asked stands below."),
            text(
                "2. Answer in the yellow cells: choose from the list that opens beside the cell. A note is optional, and \
                  is kept only beside an answer.",
            ),
            text("3. Leave a cell empty if you have not decided. You can import now and go on in the same file later."),
            text(
                "4. Save the file as an Excel workbook (.xlsx), and have it imported: handover review import FILE --who \
                  \"your name\"",
            ),
            text(
                "Cells that differ from the first line of a question are coloured and begin with the sign ≠; the column \
                  \"Differs in\" names them. What one row does not say is not marked.",
            ),
            text(
                "Everything else is locked. A line that was changed, added, taken out or put in twice is refused, and so \
                  is what stands beside it.",
            ),
            heading("What is asked"),
        ];
        for asked in asked {
            let (queue, questions) = (asked.queue, asked.questions());
            page.push(PageLine::Pair(queue.title().to_owned(), queue.task().to_owned()));
            let reading = asked.items.len() - questions;
            let mut counts = format!("{questions} to answer");
            if reading > 0 {
                counts += &format!(", {reading} for reading");
            }
            if asked.more > 0 {
                counts += &format!(". {} more do not fit into this workbook: they are in the next one", asked.more);
            }
            page.push(PageLine::Pair(String::new(), counts));
        }
        if restricted > 0 {
            let kept = format!(
                "{restricted} pairs are not in this workbook: they need more care. See handover review export --queue \
                 restricted"
            );
            page.push(PageLine::Text(kept));
        }
        page.push(heading("What this was made from"));
        page.extend(self.marks());
        if self.example_key {
            page.push(text("The commitment key is the published example: use another for real data."));
        }
        page
    }

    fn marks(&self) -> impl Iterator<Item = PageLine> {
        let queues: Vec<&str> = self.mark.queues.iter().map(|queue| queue.word()).collect();
        let pairs = [
            ("Package", self.folder.clone()),
            (PACKAGE, self.mark.package.clone()),
            (CONFIG, self.config_digest.to_string()),
            ("Model digest", self.model.clone()),
            (EVENTS, self.mark.events.to_string()),
            (LAST, self.mark.last.clone()),
            (QUEUES, queues.join(", ")),
            (SEAL, self.mark.seal.clone()),
        ];
        pairs.into_iter().map(|(name, value)| PageLine::Pair(name.to_owned(), value))
    }
}

impl Mark {
    /// Finds it on the first sheet.
    pub(super) fn read(sheets: &Sheets) -> Result<Self, Problem> {
        let changed = |line: u32, what: &str| Problem::new(SHEET, line, ProblemKind::Changed, what);
        let page = sheets.get(SHEET).ok_or_else(|| {
            Problem::new(SHEET, 0, ProblemKind::OtherPackage, "the sheet is not there: this is no review workbook")
        })?;
        let value = |name: &str| {
            let line = page.iter().find(|(_, cells)| cells.first().is_some_and(|cell| cell == name));
            let value = line.and_then(|(number, cells)| Some((*number, cells.get(1)?.trim().to_owned())));
            value.ok_or_else(|| changed(0, &format!("the line {name:?} is not there any more")))
        };
        let (line, events) = value(EVENTS)?;
        let events = events.parse().map_err(|_| changed(line, "this is not a number any more"))?;
        let (line, words) = value(QUEUES)?;
        let queues: Option<Vec<Queue>> = words.split(',').map(|word| Queue::of(word.trim())).collect();
        Ok(Mark {
            package: value(PACKAGE)?.1,
            events,
            last: match value(LAST) {
                Ok((_, last)) => last,
                // An empty cell is no cell.
                Err(_) if events == 0 => String::new(),
                Err(problem) => return Err(problem),
            },
            queues: queues.ok_or_else(|| changed(line, "these are not queues any more"))?,
            seal: value(SEAL)?.1,
        })
    }

    /// Whether the workbook was made from this package.
    pub(super) fn is_of(&self, package: &Opened) -> bool {
        self.package == package.commitment().to_string()
    }

    /// What to say when no package fits.
    pub(super) fn other_package(&self) -> Problem {
        let what = "the workbook was made from another package than is here";
        Problem::new(SHEET, 0, ProblemKind::OtherPackage, what)
    }

    /// What is wrong with it, the package being the right one.
    pub(super) fn check(&self, package: &Opened, journal: &Journal, key: &CommitmentKey) -> Option<Problem> {
        debug_assert!(self.is_of(package));
        if self.seal != self.sealed(key) {
            let what = "what the workbook says of itself was changed";
            return Some(Problem::new(SHEET, 0, ProblemKind::Changed, what));
        }
        if !self.continues(journal) {
            let what = "the journal is not the one that the workbook was made beside, nor a later state of it";
            return Some(Problem::new(SHEET, 0, ProblemKind::OtherJournal, what));
        }
        None
    }

    /// The journal as it was when the workbook was made; empty when it is another.
    pub(super) fn journal_then(&self, journal: &Journal) -> Journal {
        super::first_events(journal, if self.continues(journal) { self.events } else { 0 })
    }

    fn continues(&self, journal: &Journal) -> bool {
        self.events <= journal.events.len() && last(journal, self.events) == self.last
    }

    fn sealed(&self, key: &CommitmentKey) -> String {
        let queues: Vec<&str> = self.queues.iter().map(|queue| queue.word()).collect();
        let events = self.events.to_string();
        let parts = ["review workbook", &self.package, &events, &self.last, &queues.join(",")];
        key.commit_row(&Digest::of_cells(parts)).to_string()
    }
}

/// The digest of the last of so many events; empty for none.
fn last(journal: &Journal, events: usize) -> String {
    let event = events.checked_sub(1).and_then(|place| journal.events.get(place));
    event.map(|event| event.digest.to_string()).unwrap_or_default()
}
