//! The truth and the package, read into numbers: places, people and ids are interned once.

use crate::Failure;
use std::collections::HashMap;
use std::path::Path;

/// Text to a small number and back.
#[derive(Default)]
pub struct Interner {
    by_text: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Interner {
    /// Nought is the empty text.
    pub fn id(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(id) = self.by_text.get(text) {
            return *id;
        }
        self.texts.push(text.to_owned());
        let id = u32::try_from(self.texts.len()).expect("fewer than four thousand million texts");
        self.by_text.insert(text.to_owned(), id);
        id
    }

    pub fn text(&self, id: u32) -> &str {
        if id == 0 { "" } else { &self.texts[id as usize - 1] }
    }
}

/// A physical row: source, file and sheet interned as one, and the number.
pub type RowKey = (u32, u64);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Data,
    Junk,
    Declared,
    Other,
}

/// What the truth says of one physical row.
pub struct TruthRow {
    pub key: RowKey,
    pub kind: Kind,
    pub person: u32,
    pub referral: u32,
    pub appointment: u32,
}

pub struct TruthReferral {
    pub relation: String,
    pub parent: u32,
    pub clock_start: String,
    pub waiting: bool,
    pub tags: Vec<String>,
}

pub struct HardPair {
    pub left: RowKey,
    pub right: RowKey,
    pub same: bool,
    pub shape: String,
}

#[derive(Default)]
pub struct Truth {
    pub places: Interner,
    pub ids: Interner,
    pub rows: Vec<TruthRow>,
    pub tags: HashMap<u32, Vec<String>>,
    pub referrals: HashMap<u32, TruthReferral>,
    /// Appointment to its classification.
    pub appointments: HashMap<u32, String>,
    pub hard_pairs: Vec<HardPair>,
}

/// A table with its header, read row by row.
struct Table {
    reader: csv::Reader<std::fs::File>,
    header: csv::StringRecord,
    name: String,
}

impl Table {
    fn open(path: &Path) -> Result<Self, Failure> {
        let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let header = reader.headers()?.clone();
        Ok(Self { reader, header, name: path.display().to_string() })
    }

    fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], Failure> {
        let mut found = [0; N];
        for (at, name) in found.iter_mut().zip(names) {
            *at = self
                .header
                .iter()
                .position(|column| column == name)
                .ok_or_else(|| format!("{}: no column {name}", self.name))?;
        }
        Ok(found)
    }

    fn each(mut self, mut take: impl FnMut(&csv::StringRecord) -> Result<(), Failure>) -> Result<(), Failure> {
        let mut record = csv::StringRecord::new();
        while self.reader.read_record(&mut record)? {
            take(&record)?;
        }
        Ok(())
    }
}

fn row_key(places: &mut Interner, record: &csv::StringRecord, at: [usize; 4]) -> Result<RowKey, Failure> {
    let [source, file, sheet, row] = at.map(|column| &record[column]);
    Ok((places.id(&format!("{source}\t{file}\t{sheet}")), row.parse().map_err(|_| format!("not a row number: {row}"))?))
}

fn words(text: &str) -> Vec<String> {
    text.split(';').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

impl Truth {
    pub fn read(dir: &Path) -> Result<Self, Failure> {
        let mut truth = Self::default();
        truth.read_rows(dir)?;
        let table = Table::open(&dir.join("people.csv"))?;
        let [person, tags] = table.columns(["person", "tags"])?;
        table.each(|record| {
            truth.tags.insert(truth.ids.id(&record[person]), words(&record[tags]));
            Ok(())
        })?;
        let table = Table::open(&dir.join("referrals.csv"))?;
        let [referral, relation, parent, clock, waiting, tags] =
            table.columns(["referral", "relation", "parent", "clock_start", "waiting", "tags"])?;
        table.each(|record| {
            let one = TruthReferral {
                relation: record[relation].to_owned(),
                parent: truth.ids.id(&record[parent]),
                clock_start: record[clock].to_owned(),
                waiting: &record[waiting] == "true",
                tags: words(&record[tags]),
            };
            truth.referrals.insert(truth.ids.id(&record[referral]), one);
            Ok(())
        })?;
        let table = Table::open(&dir.join("appointments.csv"))?;
        let [appointment, classification] = table.columns(["appointment", "classification"])?;
        table.each(|record| {
            truth.appointments.insert(truth.ids.id(&record[appointment]), record[classification].to_owned());
            Ok(())
        })?;
        truth.read_hard_pairs(dir)?;
        Ok(truth)
    }

    fn read_rows(&mut self, dir: &Path) -> Result<(), Failure> {
        let table = Table::open(&dir.join("rows.csv"))?;
        let at = table.columns(["source", "file", "sheet", "row"])?;
        let [kind, person, referral, appointment] = table.columns(["kind", "person", "referral", "appointment"])?;
        table.each(|record| {
            let key = row_key(&mut self.places, record, at)?;
            let kind = match &record[kind] {
                "data" => Kind::Data,
                "junk" => Kind::Junk,
                "declared" => Kind::Declared,
                _ => Kind::Other,
            };
            let [person, referral, appointment] =
                [person, referral, appointment].map(|column| self.ids.id(&record[column]));
            self.rows.push(TruthRow { key, kind, person, referral, appointment });
            Ok(())
        })
    }

    fn read_hard_pairs(&mut self, dir: &Path) -> Result<(), Failure> {
        let table = Table::open(&dir.join("hard_pairs.csv"))?;
        let left = table.columns(["left_source", "left_file", "left_sheet", "left_row"])?;
        let right = table.columns(["right_source", "right_file", "right_sheet", "right_row"])?;
        let [same, shape] = table.columns(["same", "shape"])?;
        table.each(|record| {
            let pair = HardPair {
                left: row_key(&mut self.places, record, left)?,
                right: row_key(&mut self.places, record, right)?,
                same: &record[same] == "true",
                shape: record[shape].to_owned(),
            };
            self.hard_pairs.push(pair);
            Ok(())
        })
    }

    /// `source:file:sheet:row`, as messages cite a row.
    pub fn cited(&self, key: RowKey) -> String {
        format!("{}:{}", self.places.text(key.0).replace('\t', ":"), key.1)
    }

    pub fn has_tag(&self, person: u32, tag: &str) -> bool {
        self.tags.get(&person).is_some_and(|tags| tags.iter().any(|one| one.starts_with(tag)))
    }
}

/// What the package says, by physical row and by id.
#[derive(Default)]
pub struct Package {
    pub ids: Interner,
    pub dispositions: HashMap<RowKey, String>,
    pub patients: HashMap<RowKey, u32>,
    pub referral_rows: HashMap<RowKey, u32>,
    pub relations: HashMap<RowKey, String>,
    pub clocks: HashMap<u32, String>,
    /// Appointment to its classification.
    pub appointments: HashMap<u32, String>,
    pub appointment_rows: HashMap<RowKey, u32>,
    /// Referrals on the waiting list, with the kind of wait.
    pub waiting: Vec<(u32, String)>,
}

impl Package {
    /// Places are interned with the truth's, so that rows compare by number.
    pub fn read(dir: &Path, places: &mut Interner) -> Result<Self, Failure> {
        let mut package = Self::default();
        let tables = dir.join("data/tables");
        let by_row = |path: &Path,
                      column: &str,
                      ids: &mut Interner,
                      places: &mut Interner|
         -> Result<HashMap<RowKey, u32>, Failure> {
            let table = Table::open(path)?;
            let at = table.columns(["source", "file", "sheet", "row"])?;
            let [column] = table.columns([column])?;
            let mut found = HashMap::new();
            table.each(|record| {
                found.insert(row_key(places, record, at)?, ids.id(&record[column]));
                Ok(())
            })?;
            Ok(found)
        };
        package.patients = by_row(&tables.join("patient_records.csv"), "patient_id", &mut package.ids, places)?;
        package.referral_rows = by_row(&tables.join("referral_records.csv"), "referral_id", &mut package.ids, places)?;
        package.appointment_rows =
            by_row(&tables.join("appointment_records.csv"), "appointment_id", &mut package.ids, places)?;
        package.relations = text_by_row(&tables.join("referral_records.csv"), "relation", places)?;
        package.dispositions = text_by_row(&dir.join("data/audit/rows.csv"), "disposition", places)?;
        package.clocks =
            package.by_id(&tables.join("referrals.csv"), "referral_id", "clock_start")?.into_iter().collect();
        package.appointments =
            package.by_id(&tables.join("appointments.csv"), "appointment_id", "classification")?.into_iter().collect();
        package.waiting = package.by_id(&tables.join("waiting_list.csv"), "referral_id", "wait_type")?;
        Ok(package)
    }

    fn by_id(&mut self, path: &Path, id: &str, column: &str) -> Result<Vec<(u32, String)>, Failure> {
        let table = Table::open(path)?;
        let [id, column] = table.columns([id, column])?;
        let mut found = Vec::new();
        table.each(|record| {
            found.push((self.ids.id(&record[id]), record[column].to_owned()));
            Ok(())
        })?;
        Ok(found)
    }
}

fn text_by_row(path: &Path, column: &str, places: &mut Interner) -> Result<HashMap<RowKey, String>, Failure> {
    let table = Table::open(path)?;
    let at = table.columns(["source", "file", "sheet", "row"])?;
    let [column] = table.columns([column])?;
    let mut found = HashMap::new();
    table.each(|record| {
        found.insert(row_key(places, record, at)?, record[column].to_owned());
        Ok(())
    })?;
    Ok(found)
}
