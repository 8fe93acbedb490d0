//! Rows by the names that the journal and the tables give them.

use super::moved::Moved;
use super::store::{Keying, PersonId, Records};
use crate::config::Config;
use crate::decisions::{Presence, RowName, ShownRow};
use crate::sources::{Origin, RowRef};
use crate::values::CommitmentKey;

/// Between rows and their names.
pub struct RowNames<'a> {
    config: &'a Config,
    records: &'a Records,
    key: &'a CommitmentKey,
    moved: Moved<'a>,
}

impl<'a> RowNames<'a> {
    /// Of these records.
    pub fn new(config: &'a Config, records: &'a Records, key: &'a CommitmentKey) -> Self {
        let keyings = records.keyings.iter().map(|keying| (keying.at, keying.digest)).collect();
        RowNames { config, records, key, moved: Moved::new(config, records, key, keyings) }
    }

    /// What is known of a row that was shown; it may have moved since.
    pub fn find(&self, shown: &ShownRow) -> Presence {
        self.moved.follow(shown, self.presence(&shown.name))
    }

    /// What is known of the row that stands in a place.
    pub fn presence(&self, name: &RowName) -> Presence {
        let Some((file, sheet)) = self.sheet(name) else { return Presence::Gone };
        if name.row == 0 || name.row > self.records.intake.files[file].sheets[sheet].rows {
            return Presence::Gone;
        }
        let keying = || {
            let place = (file, sheet, name.row);
            let at = |keying: &Keying| (keying.at.file(), keying.at.sheet(), keying.at.row());
            let found = self.records.keyings.binary_search_by(|keying| at(keying).cmp(&place));
            found.ok().map(|place| self.records.keyings[place].digest)
        };
        let person = person_at(self.records, file, sheet, name.row);
        let digest = person.map(|person| self.records.digest[person as usize]).or_else(keying);
        Presence::There(digest.map(|digest| self.key.commit_row(&digest).to_string()).unwrap_or_default())
    }

    fn sheet(&self, name: &RowName) -> Option<(usize, usize)> {
        find_sheet(self.config, self.records, name)
    }
}

/// The name of a row.
pub fn row_name(config: &Config, records: &Records, row: RowRef) -> RowName {
    let file = &records.intake.files[row.file()];
    let source = match file.origin {
        Origin::Source(source) => config.sources[source].id.clone(),
        Origin::Sites => "sites".to_owned(),
    };
    RowName { source, file: file.path.clone(), sheet: file.sheets[row.sheet()].name.clone(), row: row.row() }
}

/// The person record of a row, where it has one.
pub fn find_person(config: &Config, records: &Records, name: &RowName) -> Option<PersonId> {
    let (file, sheet) = find_sheet(config, records, name)?;
    person_at(records, file, sheet, name.row)
}

pub(super) fn find_sheet(config: &Config, records: &Records, name: &RowName) -> Option<(usize, usize)> {
    let of_source = |origin: &Origin| match origin {
        Origin::Source(source) => config.sources[*source].id == name.source,
        Origin::Sites => name.source == "sites",
    };
    let mut files = records.intake.files.iter().enumerate();
    let (place, file) = files.find(|(_, file)| file.path == name.file && of_source(&file.origin))?;
    let sheet = file.sheets.iter().position(|sheet| sheet.name == name.sheet)?;
    Some((place, sheet))
}

fn person_at(records: &Records, file: usize, sheet: usize, row: u32) -> Option<PersonId> {
    records.people.at((file, sheet, row))
}
