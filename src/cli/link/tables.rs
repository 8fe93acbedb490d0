//! The files that `handover link` writes: for their owner alone, since they say who is who.

use super::super::exit::Failure;
use super::super::private::create_new;
use crate::config::Config;
use crate::linkage::{LinkModel, Linked, Place, ScoredPair, WEIGHTS};
use crate::package::{decimal, hundredths};
use crate::sources::{Origin, RowRef};
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// Patients by ordinals, in the order of their first rows. A row that says too little is a patient of its own here, so that
/// nobody takes all such rows for one person.
pub(super) struct Numbered {
    ids: Vec<u32>,
    /// How many patients.
    pub patients: u32,
    /// Rows that say too little.
    pub unplaced: u64,
}

impl Numbered {
    pub(super) fn of(linked: &Linked) -> Self {
        let mut known = vec![0u32; linked.members.len()];
        let mut numbered = Numbered { ids: Vec::with_capacity(linked.places.len()), patients: 0, unplaced: 0 };
        for place in &linked.places {
            let id = match place.patient() {
                Some(patient) if known[patient as usize] != 0 => known[patient as usize],
                patient => {
                    numbered.patients += 1;
                    match patient {
                        Some(patient) => known[patient as usize] = numbered.patients,
                        None => numbered.unplaced += 1,
                    }
                    numbered.patients
                }
            };
            numbered.ids.push(id);
        }
        numbered
    }
}

/// So many rows are written out by one thread, and so many times as many before they go to the file.
const ROWS: usize = 1 << 14;
const TIMES: usize = 16;

/// Every row of people, once, in order, with its patient and how sure that is; nothing there where it says too little.
pub(super) fn write_clusters(path: &Path, config: &Config, linked: &Linked, ids: &Numbered) -> Result<(), Failure> {
    let text = |(number, places): (usize, &[Place])| -> csv::Result<Vec<u8>> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let mut known: HashMap<u64, String> = HashMap::new();
        for (record, place) in (number * ROWS..).zip(places) {
            let row = linked.records.people.row(record as u32);
            let [source, file, sheet, row] = &names(config, linked, row);
            let probability = match place {
                Place::Patient { probability, .. } => {
                    known.entry(probability.to_bits()).or_insert_with(|| decimal(*probability)).as_str()
                }
                Place::Unplaced { .. } => "",
            };
            out.write_record([source.as_ref(), file, sheet, row, &ids.ids[record].to_string(), probability])?;
        }
        out.into_inner().map_err(|error| error.into_error().into())
    };
    let written = || -> io::Result<()> {
        let mut file = create_new(path)?;
        file.write_all(b"source,file,sheet,row,patient_id,match_probability\n")?;
        let chunks: Vec<(usize, &[Place])> = linked.places.chunks(ROWS).enumerate().collect();
        for some in chunks.chunks(TIMES) {
            let texts: Vec<csv::Result<Vec<u8>>> = some.par_iter().map(|chunk| text(*chunk)).collect();
            texts.into_iter().try_for_each(|text| file.write_all(&text?))?;
        }
        file.sync_all()
    };
    written().map_err(|error| Failure::io(path, &error))
}

const PAIR_COLUMNS: [&str; 13] = [
    "left_file",
    "left_sheet",
    "left_row",
    "right_file",
    "right_sheet",
    "right_row",
    "match_weight",
    "match_probability",
    "left_source",
    "right_source",
    "standing",
    "rule",
    "reason",
];

/// The pairs that hold patients together, those in doubt, and the nearest refusals.
pub(super) fn write_pairs(path: &Path, config: &Config, linked: &Linked) -> Result<(), Failure> {
    write(path, |out| {
        let weights = WEIGHTS.iter().map(|comparison| format!("weight_{comparison}"));
        out.write_record(PAIR_COLUMNS.iter().map(|column| (*column).to_owned()).chain(weights))?;
        linked.pairs.iter().try_for_each(|pair| write_pair(out, config, linked, pair))
    })
}

fn write_pair(out: &mut Out, config: &Config, linked: &Linked, pair: &ScoredPair) -> csv::Result<()> {
    let [left, right] = [pair.left, pair.right].map(|record| names(config, linked, linked.records.people.row(record)));
    for [_, file, sheet, row] in [&left, &right] {
        [file, sheet, row].into_iter().try_for_each(|cell| out.write_field(cell.as_bytes()))?;
    }
    out.write_field(hundredths(pair.weight_hundredths))?;
    out.write_field(decimal(pair.probability()))?;
    out.write_field(left[0].as_bytes())?;
    out.write_field(right[0].as_bytes())?;
    out.write_field(pair.standing.word())?;
    out.write_field(pair.rule.name())?;
    out.write_field(pair.reason.map_or("", |reason| reason.slug()))?;
    pair.weights.iter().try_for_each(|weight| out.write_field(weight.map(hundredths).unwrap_or_default()))?;
    out.write_record(None::<&[u8]>)
}

/// The model as a document that can be used again.
pub(super) fn write_model(path: &Path, model: &LinkModel) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(model).expect("a model has only text and finite numbers");
    let written = create_new(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|error| Failure::io(path, &error))
}

/// A table that is being written.
pub(super) type Out = csv::Writer<BufWriter<File>>;

/// Writes a table that is not there yet.
pub(super) fn write(path: &Path, fill: impl FnOnce(&mut Out) -> csv::Result<()>) -> Result<(), Failure> {
    let written = || -> io::Result<()> {
        let mut out = csv::Writer::from_writer(BufWriter::new(create_new(path)?));
        fill(&mut out)?;
        let buffer = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
        buffer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    };
    written().map_err(|error| Failure::io(path, &error))
}

fn names<'a>(config: &'a Config, linked: &'a Linked, at: RowRef) -> [std::borrow::Cow<'a, str>; 4] {
    let file = &linked.records.intake.files[at.file()];
    let source = match file.origin {
        Origin::Source(place) => config.sources[place].id.as_str(),
        Origin::Sites => "sites",
    };
    let sheet = file.sheets[at.sheet()].name.as_str();
    [source.into(), file.path.as_str().into(), sheet.into(), at.row().to_string().into()]
}
