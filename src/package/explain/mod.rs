//! Where a patient, a pair, a row, a referral, an appointment or a figure of a sealed package comes from.
//!
//! It is told from the package alone: rows by their place, comparisons by their outcome, dates of care where they decide
//! something. No name, number, address, complaint or place is given.

mod appointment;
mod figure;
mod pairs;
mod patient;
mod referral;
mod row;
mod shelf;
mod subject;

pub use appointment::{AppointmentExplained, Candidate, HeldTold, SettledTold};
pub use figure::{FigureExplained, FigureItem};
pub use pairs::{PairLine, PairTold, each_pair};
pub use patient::{Edge, Member, NearPair, PatientExplained, joined_words};
pub use referral::{Kin, ReferralExplained, ReferralLine, ReferralRow};
pub use row::{PairExplained, RowExplained};
pub use shelf::Shelf;
pub use subject::Subject;

use super::error::Error;
use super::opened::Opened;
use super::previous::Kind;
use crate::decisions::RowName;
use crate::ledger::Reason;
use std::collections::HashMap;

/// What a package says of something.
#[derive(Clone, Debug)]
pub enum Explanation {
    /// A patient.
    Patient(Box<PatientExplained>),
    /// Two rows, or two patients.
    Pair(Box<PairExplained>),
    /// A row.
    Row(Box<RowExplained>),
    /// A referral.
    Referral(Box<ReferralExplained>),
    /// An appointment.
    Appointment(Box<AppointmentExplained>),
    /// A figure.
    Figure(Box<FigureExplained>),
}

/// Why nothing could be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The package cannot be read, or is not what was sealed.
    #[error("the package cannot be explained from")]
    Package(#[from] Error),
    /// The package holds nothing of that name.
    #[error("{what}")]
    Unknown {
        /// What there is not.
        what: String,
        /// The nearest there is, or where to look.
        hint: String,
    },
}

fn explain_from(package: &Shelf<'_>, subject: &Subject) -> Result<Explanation, ExplainError> {
    Ok(match subject {
        Subject::Patient(id) => Explanation::Patient(Box::new(patient::explain(package, id)?)),
        Subject::Referral(id) => Explanation::Referral(Box::new(referral::explain(package, id)?)),
        Subject::Appointment(id) => Explanation::Appointment(Box::new(appointment::explain(package, id)?)),
        Subject::Figure(name) => Explanation::Figure(Box::new(figure::explain(package, name)?)),
        Subject::Row(name) => Explanation::Row(Box::new(row::explain(package, name)?)),
        Subject::Rows(names) => Explanation::Pair(Box::new(row::explain_pair(package, names)?)),
        Subject::Patients(ids) => Explanation::Pair(Box::new(row::explain_patients(package, ids)?)),
    })
}

/// How many exceptions of a reason stand in each source, in order.
pub fn exceptions_of(package: &Opened, reason: Reason) -> Result<Vec<(String, u64)>, Error> {
    let mut counts: Vec<(String, u64)> = Vec::new();
    package.each_line("exceptions", ["source", "reason"], &mut |[source, slug]| {
        if slug == reason.slug() {
            match counts.iter_mut().find(|(known, _)| known == source) {
                Some((_, count)) => *count += 1,
                None => counts.push((source.to_owned(), 1)),
            }
        }
    })?;
    Ok(counts)
}

/// The columns that name a row.
const ROW: [&str; 4] = ["source", "file", "sheet", "row"];
const LEFT: [&str; 4] = ["left_source", "left_file", "left_sheet", "left_row"];
const RIGHT: [&str; 4] = ["right_source", "right_file", "right_sheet", "right_row"];
const NO_SUCH_LINE: &str = "the table has a line that this version does not write";

/// A row as a person writes and reads it: `source:file:sheet:row`, or `source:file:row` of a file without sheets.
pub fn shown_row(row: &RowName) -> String {
    let RowName { source, file, sheet, row } = row;
    if sheet.is_empty() { format!("{source}:{file}:{row}") } else { format!("{source}:{file}:{sheet}:{row}") }
}

/// An exception of one of the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptionTold {
    /// The row.
    pub row: RowName,
    /// The field; empty when it is the row.
    pub field: String,
    /// Why.
    pub reason: Reason,
}

/// A decision about one of the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionTold {
    /// Its line of the journal.
    pub event: String,
    /// What was asked.
    pub kind: String,
    /// What was answered.
    pub answer: String,
    /// Who answered.
    pub who: String,
    /// When.
    pub at: String,
    /// Whether it is in effect.
    pub standing: String,
    /// What it changed.
    pub effect: String,
    /// The first two rows it is about.
    pub rows: Vec<RowName>,
}

/// A row whose patient is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct UnassignedTold {
    /// The row.
    pub row: RowName,
    /// Why.
    pub reason: Option<Reason>,
    /// Whose it may be.
    pub candidates: Vec<String>,
}

/// Rows that are looked for in tables.
struct Wanted {
    rows: Vec<RowName>,
    by_number: HashMap<u32, Vec<usize>>,
}

impl Wanted {
    fn new<'r>(rows: impl IntoIterator<Item = &'r RowName>) -> Self {
        let rows: Vec<RowName> = rows.into_iter().cloned().collect();
        let mut by_number: HashMap<u32, Vec<usize>> = HashMap::new();
        rows.iter().enumerate().for_each(|(place, row)| by_number.entry(row.row).or_default().push(place));
        Wanted { rows, by_number }
    }

    /// The place of the row of that name among those that were given.
    fn find(&self, [source, file, sheet, row]: [&str; 4]) -> Option<usize> {
        let of_number = self.by_number.get(&row.parse().ok()?)?;
        let is = |name: &RowName| name.source == source && name.file == file && name.sheet == sheet;
        of_number.iter().copied().find(|place| is(&self.rows[*place]))
    }

    /// The row at a place.
    fn row(&self, place: usize) -> RowName {
        self.rows[place].clone()
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        self.by_number.keys().copied()
    }
}

fn row_name([source, file, sheet, row]: [&str; 4]) -> RowName {
    let row = row.parse().unwrap_or(0);
    RowName { source: source.to_owned(), file: file.to_owned(), sheet: sheet.to_owned(), row }
}

fn four<'c>(cells: &[&'c str]) -> [&'c str; 4] {
    [cells[0], cells[1], cells[2], cells[3]]
}

fn exceptions(package: &Shelf<'_>, wanted: &Wanted) -> Result<Vec<ExceptionTold>, Error> {
    let mut found = Vec::new();
    package.of_rows("exceptions", (ROW, wanted), ["field", "reason"], |place, [field, reason]| {
        if let Some(reason) = Reason::of_slug(reason) {
            found.push(ExceptionTold { row: wanted.row(place), field: field.to_owned(), reason });
        }
    })?;
    Ok(found)
}

fn unassigned(package: &Shelf<'_>, wanted: &Wanted) -> Result<Vec<UnassignedTold>, Error> {
    let mut found = Vec::new();
    package.of_rows("unassigned", (ROW, wanted), ["reason", "candidates"], |place, [reason, candidates]| {
        let candidates = candidates.split(';').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        found.push(UnassignedTold { row: wanted.row(place), reason: Reason::of_slug(reason), candidates });
    })?;
    Ok(found)
}

fn decisions(package: &Shelf<'_>, wanted: &Wanted) -> Result<Vec<DecisionTold>, Error> {
    let mut found = Vec::new();
    let columns: Vec<&str> =
        LEFT.into_iter().chain(RIGHT).chain(["event", "kind", "answer", "who", "at", "standing", "effect"]).collect();
    package.of_any("review_decisions", &[(LEFT, wanted), (RIGHT, wanted)], &columns, &mut |cells| {
        let named = [four(cells), four(&cells[4..])].into_iter().filter(|row| !row[0].is_empty());
        let named: Vec<[&str; 4]> = named.collect();
        if !named.iter().any(|row| wanted.find(*row).is_some()) {
            return;
        }
        let text = |place: usize| cells[8 + place].to_owned();
        found.push(DecisionTold {
            event: text(0),
            kind: text(1),
            answer: text(2),
            who: text(3),
            at: text(4),
            standing: text(5),
            effect: text(6),
            rows: named.into_iter().map(row_name).collect(),
        });
    })?;
    Ok(found)
}

/// What two columns of a table hold in the lines whose column has this value: mostly an id and a word about it.
fn listed(
    package: &Shelf<'_>,
    table: &'static str,
    (column, value): (&'static str, &str),
    wanted: [&'static str; 2],
) -> Result<Vec<(String, String)>, Error> {
    let mut lines = Vec::new();
    package.where_is(table, (column, value), wanted, |[one, two]| lines.push((one.to_owned(), two.to_owned())))?;
    Ok(lines)
}

/// The patient of each of these rows, where it is known.
fn patients_of(package: &Shelf<'_>, wanted: &Wanted, count: usize) -> Result<Vec<Option<String>>, Error> {
    let mut patients = vec![None; count];
    package.of_rows("patient_records", (ROW, wanted), ["patient_id"], |place, [patient]| {
        patients[place] = Some(patient.to_owned());
    })?;
    Ok(patients)
}

/// What to say of an id that the package's table does not hold.
fn unknown_id(package: &Shelf<'_>, kind: Kind, id: &str) -> ExplainError {
    let (table, column) = match kind {
        Kind::Patient => ("patients", "patient_id"),
        Kind::Referral => ("referrals", "referral_id"),
        Kind::Appointment => ("appointments", "appointment_id"),
    };
    let what = format!("{id} is no {} of this package", kind.word());
    let mut into: Vec<String> = Vec::new();
    let mut is_earlier = false;
    let earlier = package.where_is("id_changes", ("id", id), ["into"], |[new]| {
        is_earlier = true;
        into.extend((!new.is_empty()).then(|| new.to_owned()));
    });
    if let Err(error) = earlier {
        return error.into();
    }
    if is_earlier {
        let what = format!("{what}: it was one of an earlier package");
        let hint = match into[..] {
            [] => "nothing of it is in this package; tables/id_changes.csv says so".to_owned(),
            _ => format!("its rows are now of {}", into.join(", ")),
        };
        return ExplainError::Unknown { what, hint };
    }
    let mut ids = Vec::new();
    if let Err(error) = package.each(table, &[column], &mut |cells| ids.push(cells[0].to_owned())) {
        return error.into();
    }
    ExplainError::Unknown { what, hint: nearest_ids(id, ids, table) }
}

/// Ids are letters and digits by chance, so that the nearest are those with the fewest slips, however many.
fn nearest_ids(id: &str, ids: Vec<String>, table: &str) -> String {
    const TOLD: usize = 3;
    let mut near: Vec<(usize, String)> =
        ids.into_iter().map(|known| (strsim::osa_distance(id, &known), known)).collect();
    near.sort_unstable();
    let near: Vec<String> = near.into_iter().take(TOLD).map(|(_, known)| known).collect();
    match near[..] {
        [] => format!("tables/{table}.csv is empty"),
        _ => format!("nearest: {}; all are in tables/{table}.csv", near.join(", ")),
    }
}
