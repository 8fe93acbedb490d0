//! The rows of a package by small numbers, with what is needed to ask of them.

use super::Error;
use crate::decisions::{Presence, RowName, ShownRow};
use crate::package::Opened;
use crate::values::{CommitmentKey, Digest};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A row: its sheet's number, then its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Row(u64);

/// A patient, by its place in the order of `patient_records.csv`.
pub(super) type PatientPlace = u32;

/// What is known of a row that speaks of somebody.
struct Known {
    digest: Digest,
    /// Whose it is, and how sure that is, in millionths; nothing when it is not known.
    of: Option<(PatientPlace, u32)>,
}

/// Every row of a package that speaks of somebody.
#[derive(Default)]
pub(super) struct Rows {
    sheets: Vec<[String; 3]>,
    numbers: BTreeMap<[String; 3], u64>,
    last: u64,
    known: HashMap<Row, Known>,
    patients: Vec<String>,
    /// Rows that speak of nobody, where somebody asked for them.
    others: BTreeSet<Row>,
    /// Made when a row is first looked for that does not stand where it stood.
    by_commitment: OnceCell<HashMap<(String, String), Option<Row>>>,
}

const NAME: [&str; 4] = ["source", "file", "sheet", "row"];

impl Rows {
    /// Reads them.
    pub(super) fn read(package: &Opened) -> Result<Self, Error> {
        let mut rows = Rows::default();
        let mut places: HashMap<String, PatientPlace> = HashMap::new();
        let [source, file, sheet, row] = NAME;
        let columns = [source, file, sheet, row, "row_sha256", "patient_id", "match_probability"];
        package.each_line("patient_records", columns, &mut |[source, file, sheet, row, digest, patient, sure]| {
            let row = rows.number([source, file, sheet, row]);
            let next = rows.patients.len() as PatientPlace;
            let place = *places.entry(patient.to_owned()).or_insert(next);
            if place == next {
                rows.patients.push(patient.to_owned());
            }
            let millionths = (sure.parse::<f64>().unwrap_or(0.0) * 1e6).round() as u32;
            rows.know(row, digest, Some((place, millionths)));
        })?;
        let columns = [source, file, sheet, row, "row_sha256"];
        package.each_line("unassigned", columns, &mut |[source, file, sheet, row, digest]| {
            let row = rows.number([source, file, sheet, row]);
            rows.know(row, digest, None);
        })?;
        // Second keyings are rows that speak of somebody too, and a folder is asked about by both.
        let columns = ["second_source", "second_file", "second_sheet", "second_row", "second_row_sha256"];
        package.each_line("paper_disagreements", columns, &mut |[source, file, sheet, row, digest]| {
            let row = rows.number([source, file, sheet, row]);
            rows.know(row, digest, None);
        })?;
        Ok(rows)
    }

    fn know(&mut self, row: Row, digest: &str, of: Option<(PatientPlace, u32)>) {
        if let Some(digest) = Digest::from_hex(digest) {
            self.known.insert(row, Known { digest, of });
        }
    }

    /// Looks for rows that decisions name and that speak of nobody.
    pub(super) fn look_for(&mut self, package: &Opened, names: &[&RowName]) -> Result<(), Error> {
        let missing = |row: &Row| !self.known.contains_key(row);
        let wanted: BTreeSet<Row> = names.iter().filter_map(|name| self.find(name)).filter(missing).collect();
        let unknown = names.iter().any(|name| self.find(name).is_none());
        if wanted.is_empty() && !unknown {
            return Ok(());
        }
        let named: BTreeSet<(&str, &str, &str, u32)> =
            names.iter().map(|name| (&*name.source, &*name.file, &*name.sheet, name.row)).collect();
        package.each_line("rows", NAME, &mut |[source, file, sheet, row]| {
            let number = row.parse().unwrap_or(0);
            if named.contains(&(source, file, sheet, number)) {
                let row = self.number([source, file, sheet, row]);
                self.others.insert(row);
            }
        })?;
        Ok(())
    }

    /// The row with these cells for its name.
    pub(super) fn number(&mut self, [source, file, sheet, row]: [&str; 4]) -> Row {
        let names = [source, file, sheet];
        if self.sheets.get(self.last as usize).is_none_or(|last| *last != names) {
            let key = names.map(str::to_owned);
            self.last = self.numbers.get(&key).copied().unwrap_or_else(|| {
                let next = self.sheets.len() as u64;
                self.sheets.push(key.clone());
                self.numbers.insert(key, next);
                next
            });
        }
        Row(self.last << 32 | u64::from(row.parse::<u32>().unwrap_or(0)))
    }

    /// The row of that name, when any row of its sheet is known.
    pub(super) fn find(&self, name: &RowName) -> Option<Row> {
        let key = [name.source.clone(), name.file.clone(), name.sheet.clone()];
        self.numbers.get(&key).map(|sheet| Row(sheet << 32 | u64::from(name.row)))
    }

    /// Its name.
    pub(super) fn name(&self, row: Row) -> RowName {
        let [source, file, sheet] = self.sheets[(row.0 >> 32) as usize].clone();
        RowName { source, file, sheet, row: row.0 as u32 }
    }

    /// The row as it is shown to whoever decides.
    pub(super) fn shown(&self, row: Row, key: &CommitmentKey) -> ShownRow {
        let commitment = self.known.get(&row).map(|known| key.commit_row(&known.digest).to_string());
        ShownRow { name: self.name(row), commitment: commitment.unwrap_or_default() }
    }

    /// What is known of a row that a decision names; it may have moved since.
    pub(super) fn presence(&self, shown: &ShownRow, key: &CommitmentKey) -> Presence {
        let there = match self.find(&shown.name) {
            Some(row) if self.known.contains_key(&row) || self.others.contains(&row) => {
                Presence::There(self.shown(row, key).commitment)
            }
            _ => Presence::Gone,
        };
        if matches!(&there, Presence::There(commitment) if *commitment == shown.commitment) {
            return there;
        }
        let by_commitment = self.by_commitment.get_or_init(|| self.committed(key));
        let elsewhere = by_commitment.get(&(shown.name.source.clone(), shown.commitment.clone())).copied().flatten();
        elsewhere.map_or(there, |row| Presence::Moved(self.name(row)))
    }

    /// Rows by source and commitment; none where several are equal.
    fn committed(&self, key: &CommitmentKey) -> HashMap<(String, String), Option<Row>> {
        let mut rows: HashMap<(String, String), Option<Row>> = HashMap::with_capacity(self.known.len());
        for row in self.known.keys() {
            let shown = self.shown(*row, key);
            let of = rows.entry((shown.name.source, shown.commitment));
            of.and_modify(|alone| *alone = None).or_insert(Some(*row));
        }
        rows
    }

    /// Whose a row is, where that is known.
    pub(super) fn patient_of(&self, row: Row) -> Option<&str> {
        let (patient, _) = self.known.get(&row)?.of?;
        Some(self.patient_id(patient))
    }

    /// Every row of every patient with how sure it is, in the order of the rows.
    pub(super) fn by_patient(&self) -> BTreeMap<PatientPlace, Vec<(Row, u32)>> {
        let mut by_patient: BTreeMap<PatientPlace, Vec<(Row, u32)>> = BTreeMap::new();
        for (row, known) in &self.known {
            if let Some((patient, sure)) = known.of {
                by_patient.entry(patient).or_default().push((*row, sure));
            }
        }
        by_patient.values_mut().for_each(|rows| rows.sort_unstable());
        by_patient
    }

    /// A patient's id.
    pub(super) fn patient_id(&self, patient: PatientPlace) -> &str {
        &self.patients[patient as usize]
    }
}
