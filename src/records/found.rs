//! What was found wrong, by reason: how much of it there is, and where most of it is.

use super::store::{Records, Table};
use crate::ledger::{Disposition, Exception, Reason};
use crate::sources::{Origin, RowRef};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Exceptions by reason, most first, beside the rows that were read.
#[derive(Clone, Debug)]
pub struct Found {
    /// By reason.
    pub reasons: Vec<FoundReason>,
    /// Rows of data of the sources that were asked about.
    pub rows_of_data: u64,
}

/// One reason.
#[derive(Clone, Debug)]
pub struct FoundReason {
    /// The reason.
    pub reason: Reason,
    /// How often it was told.
    pub exceptions: u64,
    /// On how many rows of data. None where it is told of a whole file, on its header.
    pub rows: u64,
    /// By source, most first.
    pub sources: Vec<FoundIn>,
    /// By field, most first. What is wrong with a row as a whole has none.
    pub fields: Vec<(String, u64)>,
}

/// One source that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundIn {
    /// The source.
    pub origin: Origin,
    /// How often it was told of this source.
    pub exceptions: u64,
    /// On how many of its rows of data.
    pub rows: u64,
    /// Its rows of data.
    pub rows_of_data: u64,
}

#[derive(Default)]
struct Tally {
    exceptions: u64,
    rows: u64,
    last: Option<RowRef>,
    sources: BTreeMap<Origin, (u64, u64)>,
    fields: BTreeMap<String, u64>,
}

/// How many records there are of each kind that a source is first asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordCounts {
    /// Of people: one a row.
    pub people: usize,
    /// Of referrals.
    pub referrals: usize,
    /// Of appointments.
    pub appointments: usize,
    /// Declared figures.
    pub declared: usize,
}

impl Records {
    /// How many records there are; of one source alone when it is named.
    pub fn counts(&self, only: Option<Origin>) -> RecordCounts {
        let is_asked = |at: RowRef| only.is_none_or(|only| only == self.origin(at));
        let of_table = |table: &Table| match only {
            None => table.len(),
            Some(_) => table.places().filter(|place| is_asked(table.row(*place))).count(),
        };
        RecordCounts {
            people: of_table(&self.people),
            referrals: of_table(&self.referrals),
            appointments: of_table(&self.appointments),
            declared: self.declared.iter().filter(|figure| is_asked(figure.at)).count(),
        }
    }

    /// The exceptions by reason; of one source alone when it is named.
    pub fn found(&self, only: Option<Origin>) -> Found {
        let rows_of_data = self.rows_of_data();
        let mut tallies: BTreeMap<Reason, Tally> = BTreeMap::new();
        for exception in &self.exceptions {
            let origin = self.origin(exception.at);
            if only.is_none_or(|only| only == origin) {
                let is_data = !self.is_header(exception.at);
                tallies.entry(exception.reason).or_default().add(exception, origin, is_data);
            }
        }
        let mut reasons: Vec<FoundReason> =
            tallies.into_iter().map(|(reason, tally)| tally.of(reason, &rows_of_data)).collect();
        reasons.sort_by_key(|found| (Reverse(found.exceptions), found.reason.slug()));
        let asked = rows_of_data.iter().filter(|(origin, _)| only.is_none_or(|only| only == **origin));
        Found { reasons, rows_of_data: asked.map(|(_, rows)| rows).sum() }
    }

    /// Whose row it is.
    pub fn origin(&self, row: RowRef) -> Origin {
        self.intake.files[row.file()].origin
    }

    /// Whether the row is the header of its sheet.
    fn is_header(&self, row: RowRef) -> bool {
        self.intake.files[row.file()].sheets[row.sheet()].header_row == Some(row.row())
    }

    fn rows_of_data(&self) -> BTreeMap<Origin, u64> {
        let no_data = [Disposition::Header, Disposition::Preamble, Disposition::Footer, Disposition::Blank];
        let others = self.other_rows.iter().filter(|(_, kept)| !no_data.contains(kept)).map(|(at, _)| *at);
        let mut counts = BTreeMap::new();
        for row in self.people.places().map(|place| self.people.row(place)).chain(others) {
            *counts.entry(self.origin(row)).or_default() += 1;
        }
        counts
    }
}

impl Tally {
    /// Exceptions come in order of rows.
    fn add(&mut self, exception: &Exception, origin: Origin, is_data: bool) {
        let new_row = u64::from(is_data && self.last != Some(exception.at));
        self.last = Some(exception.at);
        self.exceptions += 1;
        self.rows += new_row;
        let of_source = self.sources.entry(origin).or_default();
        *of_source = (of_source.0 + 1, of_source.1 + new_row);
        // Of columns with one name it is told beside the field which is used.
        let field = exception.field.split(" (").next().unwrap_or_default();
        match self.fields.get_mut(field) {
            _ if field.is_empty() => {}
            Some(count) => *count += 1,
            None => drop(self.fields.insert(field.to_owned(), 1)),
        }
    }

    fn of(self, reason: Reason, rows_of_data: &BTreeMap<Origin, u64>) -> FoundReason {
        let found_in = |(origin, (exceptions, rows))| {
            let rows_of_data = rows_of_data.get(&origin).copied().unwrap_or_default();
            FoundIn { origin, exceptions, rows, rows_of_data }
        };
        let mut sources: Vec<FoundIn> = self.sources.into_iter().map(found_in).collect();
        sources.sort_by_key(|found| (Reverse(found.exceptions), found.origin));
        let mut fields: Vec<(String, u64)> = self.fields.into_iter().collect();
        fields.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        FoundReason { reason, exceptions: self.exceptions, rows: self.rows, sources, fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::sample;

    #[test]
    fn records_are_counted_of_one_source_or_of_all() {
        let fields = ["person.family_name", "referral.received"];
        let config = sample::config(vec![sample::mapping(&fields), sample::mapping(&fields)]);
        let mut normaliser = crate::records::Normaliser::new(&config);
        let mut intake = crate::sources::Intake::default();
        let header = fields.map(str::to_owned);
        for (file, rows) in [(0, &[["Smith", "01/02/2017"], ["Jones", ""]][..]), (1, &[["Brown", ""]])] {
            let origin = Origin::Source(file.into());
            let rows: Vec<_> = (1..).zip(rows).map(|(number, cells)| sample::row(file, number, cells)).collect();
            intake.files.push(sample::file(origin, u32::try_from(rows.len()).expect("few"), None));
            normaliser.take(crate::sources::Batch { origin, header: &header, rows });
        }
        let records = normaliser.finish(intake);
        let counts = |only| {
            let RecordCounts { people, referrals, appointments, declared } = records.counts(only);
            [people, referrals, appointments, declared]
        };
        assert_eq!(counts(None), [3, 1, 0, 0]);
        assert_eq!(counts(Some(Origin::Source(0))), [2, 1, 0, 0]);
        assert_eq!(counts(Some(Origin::Source(1))), [1, 0, 0, 0]);
        assert_eq!(counts(Some(Origin::Sites)), [0; 4]);
    }

    #[test]
    fn reasons_are_counted_by_exception_and_by_row() {
        let fields = ["person.family_name", "person.date_of_birth", "referral.received"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let rows: &[&[&str]] =
            &[&["Smith", "31/02/1960", "31/02/2017"], &["Jones", "31/02/1960", ""], &["Brown", "", ""]];
        let records = sample::records(&config, &fields, rows);
        let found = records.found(None);
        assert_eq!(found.rows_of_data, 3);
        let [only] = &found.reasons[..] else { panic!("one reason: {found:?}") };
        assert_eq!((only.reason, only.exceptions, only.rows), (Reason::DateImpossible, 3, 2));
        let fields: Vec<(&str, u64)> = only.fields.iter().map(|(field, count)| (field.as_str(), *count)).collect();
        assert_eq!(fields, [("person.date_of_birth", 2), ("referral.received", 1)]);
        let of_source = FoundIn { origin: Origin::Source(0), exceptions: 3, rows: 2, rows_of_data: 3 };
        assert_eq!(only.sources, [of_source]);
        let elsewhere = records.found(Some(Origin::Sites));
        assert!(elsewhere.reasons.is_empty() && elsewhere.rows_of_data == 0);
    }
}
