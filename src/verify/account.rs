//! The account of rows: every row of every sheet once, with what became of it, and every patient, referral and
//! appointment with as many records as it says.

use super::folder::Folder;
use super::keys::{KeySet, key};
use super::problems::{Place, ProblemKind as Kind};
use super::scan::{Judging, KeySets, Line};
use super::schema::{Schemas, Table};
use super::table::again;
use super::verdict::Findings;
use std::collections::{BTreeMap, HashMap};

/// Tables whose lines are counted by a word in one column.
pub(super) const TALLIED: [(&str, &str); 9] = [
    ("rows", "disposition"),
    ("referrals", "cohort"),
    ("referral_records", "relation"),
    ("appointments", "classification"),
    ("waiting_list", "wait_type"),
    ("exceptions", "severity"),
    ("pairs", "standing"),
    ("id_changes", "change"),
    ("source_changes", "change"),
];

/// Things that state how many records they have: their table, their records' table, and the column that names them there.
const MEMBERS: [(&str, &str, &str); 3] = [
    ("patients", "patient_records", "patient_id"),
    ("referrals", "referral_records", "referral_id"),
    ("appointments", "appointment_records", "appointment_id"),
];

/// What the tables hold, as counted here.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Lines of each table that could be read.
    pub(super) lines: BTreeMap<&'static str, u64>,
    /// Lines by word, for the tables that are tallied.
    pub(super) tallies: BTreeMap<(&'static str, String), u64>,
    /// Appointments whose patient is not known.
    pub(super) without_patient: u64,
    /// The sheets of `audit/sources.csv`.
    pub(super) sheets: Vec<Sheet>,
    /// Numerator, denominator and value of each figure, as they stand in the table.
    pub(super) figures: BTreeMap<String, [String; 3]>,
    /// Lines of `figure_rows` of each figure that has any.
    pub(super) behind: BTreeMap<String, u64>,
    /// The state of each gate.
    pub(super) gates: BTreeMap<String, String>,
    /// Every row, tagged with the place of its disposition among those that the schema allows.
    pub(super) dispositions: KeySet,
}

/// One line of `audit/sources.csv`.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) source: String,
    pub(super) file: String,
    pub(super) sheet: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) rows: u64,
    pub(super) format: String,
    pub(super) encoding: String,
    pub(super) delimiter: String,
    pub(super) header_row: Option<u64>,
    pub(super) header_rows: Option<u64>,
}

#[derive(Default)]
pub(super) struct Account {
    pub(super) facts: Facts,
    places: HashMap<u128, usize>,
    /// Lines of `audit/rows.csv` of each sheet.
    seen: Vec<u64>,
    words: Vec<String>,
    tally: Vec<u64>,
    /// Records of each patient, referral and appointment, by the place of its key.
    members: BTreeMap<&'static str, Vec<u32>>,
}

impl Account {
    /// Takes note of a line; gives the tag its key is kept with.
    pub(super) fn line(&mut self, line: &Line, row: Option<u128>, sets: &KeySets, judging: &mut Judging) -> usize {
        self.count_member(line, sets);
        let tag = self.count_word(line);
        match line.table.name {
            "sources" => self.sheet(line),
            "rows" => self.row(line, &mut judging.rows),
            "patient_records" => must_be(line, row, sets, &["used"], &mut judging.rows),
            "unassigned" => {
                must_be(line, row, sets, &["unassigned"], &mut judging.rows);
                candidates(line, sets, &mut judging.references);
            }
            "person_records" | "source_changes" => must_be(line, row, sets, &["used", "unassigned"], &mut judging.rows),
            "appointments" if line.value("patient_id").is_empty() => self.facts.without_patient += 1,
            "waiting_list" => waits(line, sets, &mut judging.members),
            "figures" => {
                let values = ["numerator", "denominator", "value"].map(|column| line.value(column).to_owned());
                self.facts.figures.insert(line.value("figure").to_owned(), values);
            }
            "figure_rows" => {
                *self.facts.behind.entry(line.value("figure").to_owned()).or_default() += 1;
                behind_figure(line, sets, &mut judging.references);
            }
            "gates" => {
                self.facts.gates.insert(line.value("gate").to_owned(), line.value("state").to_owned());
            }
            _ => {}
        }
        tag
    }

    fn sheet(&mut self, line: &Line) {
        let number = |column| line.value(column).parse().ok();
        let text = |column| line.value(column).to_owned();
        let place = self.facts.sheets.len();
        self.places.insert(key([line.value("source"), line.value("file"), line.value("sheet")]), place);
        self.seen.push(0);
        self.facts.sheets.push(Sheet {
            source: text("source"),
            file: text("file"),
            sheet: text("sheet"),
            bytes: number("bytes").unwrap_or(0),
            sha256: text("sha256"),
            rows: number("rows").unwrap_or(0),
            format: text("format"),
            encoding: text("encoding"),
            delimiter: text("delimiter"),
            header_row: number("header_row"),
            header_rows: number("header_rows"),
        });
    }

    fn row(&mut self, line: &Line, findings: &mut Findings) {
        findings.count(1);
        let sheet = key([line.value("source"), line.value("file"), line.value("sheet")]);
        match self.places.get(&sheet) {
            None => findings.add(Kind::SheetUnknown, &line.place(), || "its sheet is not in audit/sources.csv".into()),
            Some(&place) => {
                self.seen[place] += 1;
                let rows = self.facts.sheets[place].rows;
                if line.value("row").parse::<u64>().is_ok_and(|row| row > rows) {
                    let detail = || format!("its sheet has {rows} rows by audit/sources.csv");
                    findings.add(Kind::RowGap, &line.place(), detail);
                }
            }
        }
        if (line.value("disposition") == "set-aside") == line.value("reason").is_empty() {
            let detail = || "a row that is set aside has a reason, and no other row has one".into();
            findings.add(Kind::RowReason, &line.place(), detail);
        }
    }

    /// Counts the line's word; the tag is the word's place among those allowed.
    fn count_word(&mut self, line: &Line) -> usize {
        let Some(column) = self.open_tally(line.table) else { return 0 };
        let word = line.value(column);
        let place = self.words.iter().position(|known| known == word).unwrap_or(self.words.len());
        self.tally[place] += 1;
        place
    }

    /// The column by whose words a table is tallied. A table without lines has every word nought times.
    fn open_tally(&mut self, table: &Table) -> Option<&'static str> {
        let (_, column) = TALLIED.iter().find(|(name, _)| *name == table.name)?;
        if self.words.is_empty() {
            self.words = table.words(column).to_vec();
            self.tally = vec![0; self.words.len() + 1];
        }
        Some(column)
    }

    fn count_member(&mut self, line: &Line, sets: &KeySets) {
        let of = MEMBERS.iter().find(|(_, records, _)| *records == line.table.name);
        let Some((table, _, column)) = of else { return };
        let position = sets.get(table).and_then(|set| set.position(key([line.value(column)])));
        if let (Some(position), Some(counts)) = (position, self.members.get_mut(table)) {
            counts[position] += 1;
        }
    }

    /// Called when a table has been read whole.
    pub(super) fn table_read(&mut self, table: &Table, sets: &KeySets) {
        self.open_tally(table);
        for (word, count) in self.words.drain(..).zip(self.tally.drain(..)) {
            self.facts.tallies.insert((table.name, word), count);
        }
        if MEMBERS.iter().any(|(name, ..)| *name == table.name) {
            self.members.insert(table.name, vec![0; sets.get(table.name).map_or(0, KeySet::len)]);
        }
    }

    /// What can only be said when every table has been read.
    pub(super) fn close(&self, folder: &Folder, schemas: &Schemas, sets: &KeySets, judging: &mut Judging) {
        if self.facts.lines.get("rows") == Some(&0) {
            let detail = || "the package accounts for no row, so it proves nothing".into();
            judging.rows.add(Kind::NothingToCheck, &Place::file("data/audit/rows.csv"), detail);
        }
        for (sheet, seen) in self.facts.sheets.iter().zip(&self.seen).filter(|(sheet, seen)| sheet.rows != **seen) {
            let place = Place::file(&sheet.file).sheet(&sheet.sheet);
            let detail = || format!("{} rows by audit/sources.csv, {seen} in audit/rows.csv", sheet.rows);
            judging.rows.add(Kind::RowGap, &place, detail);
        }
        for (disposition, table) in [("used", "patient_records"), ("unassigned", "unassigned")] {
            self.all_listed(disposition, table, folder, schemas, sets, &mut judging.rows);
        }
        for (name, ..) in MEMBERS {
            self.compare_members(schemas.table(name), folder, sets, &mut judging.members);
        }
    }

    /// Every row of a disposition must stand in a table.
    fn all_listed(
        &self,
        disposition: &str,
        table: &str,
        folder: &Folder,
        schemas: &Schemas,
        sets: &KeySets,
        findings: &mut Findings,
    ) {
        let Some(listed) = sets.get(table) else { return };
        let rows = self.facts.tallies.get(&("rows", disposition.to_owned())).copied().unwrap_or(0);
        // Whatever is listed has the disposition, or a problem has been found: so equal numbers are equal sets.
        if rows == listed.len() as u64 && findings.is_clean() {
            return;
        }
        let of_rows = schemas.table("rows");
        again(folder, of_rows, &mut |number, record| {
            let line = Line { table: of_rows, number, record };
            let row = ["source", "file", "sheet", "row"].map(|column| line.value(column));
            if line.value("disposition") == disposition && !listed.holds(key(row)) {
                let detail = || format!("{disposition}, and not in tables/{table}.csv");
                findings.add(Kind::RowDisposition, &line.place(), detail);
            }
        });
    }

    fn compare_members(&self, table: &Table, folder: &Folder, sets: &KeySets, findings: &mut Findings) {
        let (Some(set), Some(counts)) = (sets.get(table.name), self.members.get(table.name)) else { return };
        again(folder, table, &mut |number, record| {
            let line = Line { table, number, record };
            let Some(position) = set.position(key([record.get(table.primary_key[0]).unwrap_or_default()])) else {
                return;
            };
            findings.count(1);
            let has = counts[position];
            if line.value("records").parse() != Ok(has) {
                let detail = || format!("{has} rows speak of it, and it states another number");
                findings.add(Kind::RecordsDiffer, &line.place().column("records"), detail);
            }
        });
    }
}

/// The row that a line is about must have one of these dispositions.
fn must_be(line: &Line, row: Option<u128>, sets: &KeySets, dispositions: &[&str], findings: &mut Findings) {
    let Some(rows) = sets.get("rows") else { return };
    // A row that is not there at all has been found already.
    let Some(tag) = row.and_then(|row| rows.tag(row)) else { return };
    let word = DISPOSITIONS.get(usize::from(tag)).copied().unwrap_or_default();
    if !dispositions.contains(&word) {
        let detail = || format!("audit/rows.csv does not say that the row is {}", dispositions.join(" or "));
        findings.add(Kind::RowDisposition, &line.place(), detail);
    }
}

fn waits(line: &Line, sets: &KeySets, findings: &mut Findings) {
    let tag = sets.get("referrals").and_then(|set| set.tag(key([line.value("referral_id")])));
    if tag.and_then(|tag| COHORTS.get(usize::from(tag))) == Some(&"closed") {
        let detail = || "the referral is closed, so nobody waits on it".into();
        findings.add(Kind::WaitingClosed, &line.place(), detail);
    }
}

fn candidates(line: &Line, sets: &KeySets, findings: &mut Findings) {
    let Some(patients) = sets.get("patients") else { return };
    for candidate in line.value("candidates").split(';').filter(|candidate| !candidate.is_empty()) {
        if !patients.holds(key([candidate])) {
            let place = line.place().column("candidates");
            findings.add(Kind::ReferenceOrphan, &place, || "not in patients".into());
        }
    }
}

fn behind_figure(line: &Line, sets: &KeySets, findings: &mut Findings) {
    let item = line.value("item");
    let (table, item) = match line.value("kind") {
        "patient" => ("patients", Some(key([item]))),
        "referral" => ("referrals", Some(key([item]))),
        "appointment" => ("appointments", Some(key([item]))),
        "row" => ("rows", row_named(item)),
        _ => return,
    };
    let Some(set) = sets.get(table) else { return };
    findings.count(1);
    if !item.is_some_and(|item| set.holds(item)) {
        let detail = || format!("not in {table}");
        findings.add(Kind::ReferenceOrphan, &line.place().column("item"), detail);
    }
}

/// `source:file:sheet:row`. Only the file's name may hold a colon itself.
fn row_named(item: &str) -> Option<u128> {
    let (source, rest) = item.split_once(':')?;
    let (rest, row) = rest.rsplit_once(':')?;
    let (file, sheet) = rest.rsplit_once(':')?;
    Some(key([source, file, sheet, row]))
}

/// In the order of the schema, as tags number them.
pub(super) const DISPOSITIONS: [&str; 10] =
    ["used", "unassigned", "declared", "keying", "reference", "set-aside", "header", "preamble", "footer", "blank"];
/// In the order of the schema, as tags number them.
const COHORTS: [&str; 10] = [
    "awaiting-triage",
    "first-appointment",
    "diagnostics",
    "in-treatment",
    "follow-up-due",
    "follow-up-overdue",
    "planned-review",
    "referred-on",
    "closed",
    "not-transferring",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_behind_a_figure_is_taken_apart() {
        assert_eq!(row_named("clinic:a:b.csv::7"), Some(key(["clinic", "a:b.csv", "", "7"])));
        assert_eq!(row_named("diary:book.xlsx:Diary:2"), Some(key(["diary", "book.xlsx", "Diary", "2"])));
        assert_eq!(row_named("clinic"), None);
    }

    #[test]
    fn tags_number_the_words_as_the_schemas_do() {
        let schemas = Schemas::embedded();
        assert_eq!(schemas.table("rows").words("disposition"), DISPOSITIONS);
        assert_eq!(schemas.table("referrals").words("cohort"), COHORTS);
        for (table, column) in TALLIED {
            let words = schemas.table(table).words(column);
            assert!((1..16).contains(&words.len()), "{table}.{column} is tallied and tagged by its words");
        }
    }
}
