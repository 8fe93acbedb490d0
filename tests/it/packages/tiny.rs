//! One tiny package, built from the schemas and a dozen invented rows, and the means to bend it.

use super::invented::values;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const KEY: [u8; 32] = [0x42; 32];
const CONFIG: &str = "config of the tiny package";

/// Tables that have a count of their own name.
const UNCOUNTED: [&str; 3] = ["sources", "rows", "figure_rows"];
/// Tables that are counted by the words of a column.
const TALLIED: [(&str, &str); 9] = [
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

/// Files by path.
#[derive(Clone, PartialEq)]
pub struct Package {
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A table's lines, the header first.
pub type Lines = Vec<Vec<String>>;

/// Every schema, by name.
pub fn schemas() -> &'static BTreeMap<String, Value> {
    static SCHEMAS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(read_schemas);
    &SCHEMAS
}

fn read_schemas() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let entries = fs::read_dir(folder).expect("schemas");
    let read = |path: &Path| serde_json::from_slice::<Value>(&fs::read(path).expect("a schema")).expect("JSON");
    let schemas = entries.map(|entry| read(&entry.expect("an entry").path()));
    schemas.map(|schema| (schema["name"].as_str().expect("a name").to_owned(), schema)).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// The path of a table in the package.
pub fn path_of(table: &str) -> String {
    format!("data/{}", text(&schemas()[table]["path"]))
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files that the package was made from, and its key.
pub fn inputs() -> Package {
    let clinic = "Clinic list\nPatient,Surname,Forename,Born,Note\n1,Smyth,Ann,03/02/1961,\n\
                  2,Okafor,Ben,04/05/1972,\"knee,\nleft\"\n1,Smyth,Ann,03/02/1961,again\n\n,,,,someone will turn up\n\
                  9,Test,Test,01/01/1900,\nTotal,4\n";
    let totals = "Measure;Month;Count\r\nReferrals;2017-09;3\r\n";
    let key = "# EXAMPLE KEY: everybody can read it\n".to_owned() + &"42".repeat(32) + "\n";
    let files = [
        ("commitment.key", key.into_bytes()),
        ("sources/clinic.csv", clinic.as_bytes().to_vec()),
        ("sources/diary.xlsx", diary()),
        ("sources/totals.csv", totals.as_bytes().to_vec()),
    ];
    Package { files: files.map(|(path, bytes)| (path.to_owned(), bytes)).into() }
}

fn diary() -> Vec<u8> {
    use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
    let made = ExcelDateTime::from_ymd(2017, 9, 30).expect("a day");
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name("Diary").expect("a name");
    for (column, name) in [(0, "Who"), (1, "When"), (2, "Seen"), (3, "Minutes")] {
        sheet.write_string(0, column, name).expect("a header");
    }
    let when = ExcelDateTime::from_ymd(2017, 10, 4).expect("a day").and_hms(9, 30, 0).expect("a time");
    sheet.write_string(1, 0, " Ben Okafor ").expect("a cell");
    sheet.write_datetime_with_format(1, 1, &when, &Format::new().set_num_format("dd/mm/yyyy hh:mm")).expect("a cell");
    sheet.write_boolean(1, 2, false).expect("a cell");
    sheet.write_number(1, 3, 20).expect("a cell");
    let notes = book.add_worksheet();
    notes.set_name("Notes").expect("a name").set_hidden(true);
    notes.write_string(0, 0, "clinic moves in October").expect("a cell");
    book.save_to_buffer().expect("a workbook")
}

/// The tiny package as it must be.
pub fn generate() -> Package {
    let mut package = Package { files: BTreeMap::new() };
    for (name, schema) in schemas() {
        let fields = schema["schema"]["fields"].as_array().expect("fields").clone();
        let names: Vec<String> = fields.iter().map(|field| text(&field["name"]).to_owned()).collect();
        let mut lines = vec![names.clone()];
        for values in values(name) {
            let mut line = vec![String::new(); names.len()];
            for (column, value) in values {
                let place = names.iter().position(|name| *name == column);
                line[place.unwrap_or_else(|| panic!("{name} has no column {column}"))] = value;
            }
            lines.push(line);
        }
        package.set_table(name, lines);
    }
    package.files.insert("data/audit/model.json".into(), b"{\"format\": 1, \"prior\": 0.0009756}\n".to_vec());
    package.files.insert("data/report.html".into(), report().into_bytes());
    package.files.insert("bagit.txt".into(), b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_vec());
    package.set_json("data/audit/run.json", &run());
    let head = json!({ "format": "handover-package/1", "counts": {}, "config_digest": sha256(CONFIG.as_bytes()), "manifest_commitment": "" });
    package.set_json("head.json", &head);
    package.describe();
    package.balance();
    package.seal();
    package
}

fn report() -> String {
    let figures = values("figures");
    let rows: String = figures
        .iter()
        .map(|figure| {
            format!("<tr><td data-figure=\"{}\">{}</td></tr>\n", figure[0].1, figure.last().expect("a value").1)
        })
        .collect();
    format!("<!doctype html>\n<title>Handover</title>\n<table>\n{rows}</table>\n")
}

fn run() -> Value {
    let gate = |gate: &Vec<(&'static str, String)>| json!({ "gate": gate[0].1, "state": gate[2].1 });
    let gates: Vec<Value> = values("gates").iter().map(gate).collect();
    json!({ "format": 1, "tool": "handover 0.1.0", "config_digest": sha256(CONFIG.as_bytes()), "final": false, "gates": gates })
}

impl Package {
    /// Every file of a folder.
    pub fn read(folder: &Path) -> Package {
        let mut files = BTreeMap::new();
        let mut open = vec![folder.to_owned()];
        while let Some(place) = open.pop() {
            for entry in fs::read_dir(place).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let name = path.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
        Package { files }
    }

    pub fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        }
    }

    pub fn table(&self, name: &str) -> Lines {
        let bytes = &self.files[&path_of(name)];
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        reader.records().map(|record| record.expect("a line").iter().map(str::to_owned).collect()).collect()
    }

    pub fn set_table(&mut self, name: &str, lines: Lines) {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        lines.iter().for_each(|line| writer.write_record(line).expect("written"));
        self.files.insert(path_of(name), writer.into_inner().expect("written"));
    }

    /// Sets the value of a column in a line (the first below the header is 1).
    pub fn set(&mut self, table: &str, line: usize, column: &str, value: &str) {
        let mut lines = self.table(table);
        let place = lines[0].iter().position(|name| name == column).expect("a column");
        lines[line][place] = value.to_owned();
        self.set_table(table, lines);
    }

    pub fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.files[path]).expect("JSON")
    }

    pub fn set_json(&mut self, path: &str, document: &Value) {
        let mut text = serde_json::to_string_pretty(document).expect("JSON");
        text.push('\n');
        self.files.insert(path.to_owned(), text.into_bytes());
    }

    /// Changes a document and seals the package again.
    pub fn edit_json(&mut self, path: &str, edit: impl FnOnce(&mut Value)) {
        let mut document = self.json(path);
        edit(&mut document);
        self.set_json(path, &document);
        self.seal();
    }

    /// Writes `datapackage.json` for the tables as they are.
    pub fn describe(&mut self) {
        let resource = |(name, schema): (&String, &Value)| {
            let bytes = self.files.get(&path_of(name))?;
            let hash = format!("sha256:{}", sha256(bytes));
            let rows = self.table(name).len() - 1;
            Some(
                json!({ "name": name, "path": schema["path"], "bytes": bytes.len(), "hash": hash, "rows": rows, "schema": schema["schema"] }),
            )
        };
        let resources: Vec<Value> = schemas().iter().filter_map(resource).collect();
        self.set_json("data/datapackage.json", &json!({ "name": "tiny", "resources": resources }));
    }

    /// Writes the ledger, and the head's counts, for the tables as they are.
    pub fn balance(&mut self) {
        let schemas = schemas();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        counts.insert("rows.read".into(), self.table("rows").len() - 1);
        for name in schemas.keys().filter(|name| !UNCOUNTED.contains(&name.as_str())) {
            counts.insert(name.clone(), self.table(name).len() - 1);
        }
        for (table, column) in TALLIED {
            let lines = self.table(table);
            let place = lines[0].iter().position(|name| name == column).expect("a column");
            let fields = schemas[table]["schema"]["fields"].as_array().expect("fields");
            for word in fields[place]["constraints"]["enum"].as_array().expect("words") {
                let count = lines[1..].iter().filter(|line| line[place] == text(word)).count();
                counts.insert(format!("{table}.{}", text(word)), count);
            }
        }
        let unknown = self.table("appointments")[1..].iter().filter(|line| line[1].is_empty()).count();
        counts.insert("appointments.without-patient".into(), unknown);
        let counts: Map<String, Value> = counts.into_iter().map(|(name, count)| (name, count.into())).collect();
        let ledger = json!({ "format": 1, "counts": counts, "identities": identities(&counts) });
        self.set_json("data/audit/ledger.json", &ledger);
        let mut head = self.json("head.json");
        head["counts"] = counts.into();
        self.set_json("head.json", &head);
    }

    /// Writes manifests, sizes and the commitment for the files as they are.
    pub fn seal(&mut self) {
        let payload: Vec<&String> = self.files.keys().filter(|path| path.starts_with("data/")).collect();
        let manifest: String = payload.iter().map(|path| format!("{}  {path}\n", sha256(&self.files[*path]))).collect();
        let bytes: usize = payload.iter().map(|path| self.files[*path].len()).sum();
        let info = format!("Source-Organization: RNU\nPayload-Oxum: {bytes}.{}\n", payload.len());
        if self.files.contains_key("head.json") {
            let mut head = self.json("head.json");
            head["manifest_commitment"] = commitment(manifest.as_bytes()).into();
            self.set_json("head.json", &head);
        }
        self.files.insert("bag-info.txt".into(), info.into_bytes());
        self.files.insert("manifest-sha256.txt".into(), manifest.into_bytes());
        self.seal_tags();
    }

    /// Writes the tag manifest for the tag files as they are.
    pub fn seal_tags(&mut self) {
        let tags = ["bag-info.txt", "bagit.txt", "head.json", "manifest-sha256.txt"];
        let there = tags.iter().filter_map(|path| Some((path, self.files.get(*path)?)));
        let tags: String = there.map(|(path, bytes)| format!("{}  {path}\n", sha256(bytes))).collect();
        self.files.insert("tagmanifest-sha256.txt".into(), tags.into_bytes());
    }
}

fn identities(counts: &Map<String, Value>) -> Vec<Value> {
    let parts = |whole: &str| -> Vec<String> {
        let part = |name: &&String| {
            name.starts_with(&format!("{whole}.")) && !name.ends_with(".read") && !name.ends_with("-patient")
        };
        counts.keys().filter(part).cloned().collect()
    };
    let mut identities = vec![
        json!({ "name": "every physical row has one disposition", "left": ["rows.read"], "right": parts("rows") }),
        json!({ "name": "every used row is of one patient", "left": ["rows.used"], "right": ["patient_records"] }),
        json!({ "name": "every unassigned row is listed", "left": ["rows.unassigned"], "right": ["unassigned"] }),
        json!({ "name": "every row that speaks of somebody is a person record", "left": ["person_records"], "right": ["rows.used", "rows.unassigned"] }),
    ];
    let wholes = [
        ("every referral is in one cohort", "referrals"),
        ("every row of a referral has one relation", "referral_records"),
        ("every appointment is classified", "appointments"),
        ("every pathway waits for one thing", "waiting_list"),
        ("every exception has a severity", "exceptions"),
        ("every pair has a standing", "pairs"),
        ("every change of an id is of one sort", "id_changes"),
        ("every change of a row is of one sort", "source_changes"),
    ];
    identities.extend(wholes.map(|(name, whole)| json!({ "name": name, "left": [whole], "right": parts(whole) })));
    identities
}

fn commitment(manifest: &[u8]) -> String {
    let keyed = |key: &[u8], parts: &[&[u8]]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    };
    let digest = keyed(&keyed(&KEY, &[b"handover/commitments/1"]), &[b"manifest", manifest]);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
