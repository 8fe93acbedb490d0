//! The sources, read again: the same bytes, and every physical row accounted for.

use super::account::{DISPOSITIONS, Facts, Sheet};
use super::folder::{Folder, digest_stream};
use super::keys::key;
use super::packed::Lying;
use super::problems::{Place, ProblemKind as Kind};
use super::schema::Schemas;
use super::table::again;
use super::text::{Rows, cells, row_digest, usual_width};
use super::verdict::{Check, Findings, not_asked};
use super::workbook::Workbook;
use encoding_rs::Encoding;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// The digests of rows that speak of somebody, by the row's key, in order of keys; the first 16 bytes of each.
type DigestedRows = Vec<(u128, u128)>;

const CHECKS: [&str; 3] = ["source-files", "source-rows", "row-digests"];

/// What one file of the sources shows.
struct Recount<'a> {
    facts: &'a Facts,
    digested: &'a DigestedRows,
    files: Findings,
    rows: Findings,
    digests: Findings,
    compared: u64,
}

/// The checks `source-files`, `source-rows` and `row-digests`.
pub(super) fn judge(folder: &Folder, schemas: &Schemas, facts: &Facts, sources: Option<&Path>) -> [Check; 3] {
    let Some(sources) = sources else { return CHECKS.map(|name| not_asked(name, "the sources were not given")) };
    let digested = digested_rows(folder, schemas);
    let mut by_file: BTreeMap<&str, Vec<&Sheet>> = BTreeMap::new();
    for sheet in &facts.sheets {
        by_file.entry(&sheet.file).or_default().push(sheet);
    }
    let of_file = |(file, sheets): (&str, Vec<&Sheet>)| {
        let mut recount = Recount::new(facts, &digested);
        recount.judge_file(sources, file, &sheets);
        recount
    };
    let of_files: Vec<Recount> = by_file.into_par_iter().map(of_file).collect();
    let mut all = of_files.into_iter().fold(Recount::new(facts, &digested), Recount::join);
    let left = (digested.len() as u64).saturating_sub(all.compared);
    if left > 0 {
        let detail =
            || format!("{left} rows that speak of somebody hold nothing in the sources, or could not be read there");
        all.digests.add(Kind::RowChanged, &Place::default(), detail);
    }
    [all.files.close(), all.rows.close(), all.digests.close()]
}

fn digested_rows(folder: &Folder, schemas: &Schemas) -> DigestedRows {
    let mut rows = Vec::new();
    for (name, prefix) in [("patient_records", ""), ("unassigned", ""), ("paper_disagreements", "second_")] {
        let table = schemas.table(name);
        let columns =
            ["source", "file", "sheet", "row", "row_sha256"].map(|name| table.column(&format!("{prefix}{name}")));
        again(folder, table, &mut |_, record| {
            let [row @ .., digest] = columns.map(|column| record.get(column).unwrap_or_default());
            let leading = digest.get(..32).and_then(|digits| u128::from_str_radix(digits, 16).ok());
            rows.push((key(row), leading.unwrap_or(0)));
        });
    }
    rows.sort_unstable();
    rows.dedup_by_key(|(row, _)| *row);
    rows
}

impl<'a> Recount<'a> {
    fn new(facts: &'a Facts, digested: &'a DigestedRows) -> Self {
        let [files, rows, digests] = CHECKS.map(Findings::new);
        Recount { facts, digested, files, rows, digests, compared: 0 }
    }

    fn join(mut self, other: Self) -> Self {
        self.files.absorb(other.files);
        self.rows.absorb(other.rows);
        self.digests.absorb(other.digests);
        self.compared += other.compared;
        self
    }

    fn judge_file(&mut self, sources: &Path, file: &str, sheets: &[&Sheet]) {
        let place = Place::file(file);
        self.files.count(1);
        let Some(lying) = Lying::within(sources, file) else {
            return self.files.add(Kind::SourceMissing, &place, || "the path leads out of the sources".into());
        };
        if !lying.path.is_file() {
            return self.files.add(Kind::SourceMissing, &place, || "the file is not there".into());
        }
        // A member of an archive is read no further than shows that it is longer than it was.
        let bytes_max = sheets.iter().map(|sheet| sheet.bytes).max().unwrap_or(0).saturating_add(1);
        let Ok((digested, bytes)) = lying.read(bytes_max, |stream| digest_stream(stream, false)) else {
            return self.files.add(Kind::SourceUnreadable, &place, || "the file could not be read".into());
        };
        if sheets.iter().any(|sheet| sheet.sha256 != digested.sha256 || sheet.bytes != bytes) {
            let detail = || "the bytes are not those that the package was made from".into();
            self.files.add(Kind::SourceChanged, &place, detail);
            // What was never taken in may be made to harm whoever opens it; text cannot be.
            if sheets[0].format != "csv" {
                return;
            }
        }
        match sheets[0].format.as_str() {
            _ if sheets.iter().any(|sheet| sheet.format != sheets[0].format) => {
                self.files.add(Kind::SourceUnreadable, &place, || "said to be of several formats".into());
            }
            "csv" => sheets.iter().for_each(|sheet| self.judge_text(&lying, sheet)),
            _ => self.judge_workbook(&lying, file, sheets),
        }
    }

    fn judge_text(&mut self, lying: &Lying, sheet: &Sheet) {
        let place = Place::file(&sheet.file);
        let delimiter = match sheet.delimiter.as_bytes() {
            b"tab" => Some(b'\t'),
            [byte] => Some(*byte),
            _ => None,
        };
        let encoding = Encoding::for_label(sheet.encoding.as_bytes());
        let (Some(delimiter), Some(encoding)) = (delimiter, encoding) else {
            let detail = || "audit/sources.csv states no encoding or delimiter that is known here".into();
            return self.files.add(Kind::SourceUnreadable, &place, detail);
        };
        match self.read_text(lying, sheet, delimiter, encoding) {
            Ok(rows) => self.compare_rows(sheet, rows),
            Err(_) => self.files.add(Kind::SourceUnreadable, &place, || "the file could not be read to its end".into()),
        }
    }

    fn read_text(&mut self, lying: &Lying, sheet: &Sheet, by: u8, encoding: &'static Encoding) -> io::Result<u64> {
        let bytes_max = sheet.bytes.saturating_add(1);
        let width = lying.read(bytes_max, |stream| usual_width(stream, encoding, by))?;
        lying.read(bytes_max, |stream| {
            let mut rows = Rows::new(stream, encoding, by, width);
            let mut number = 0;
            while let Some(row) = rows.next()? {
                number += 1;
                match row {
                    Some(row) => self.judge_row(sheet, number, &cells(&row, by)),
                    // What cannot be split holds something, and nothing that anybody used.
                    None => self.judge_row(sheet, number, &["\u{fffd}".to_owned()]),
                }
            }
            Ok(number)
        })
    }

    fn judge_workbook(&mut self, lying: &Lying, file: &str, sheets: &[&Sheet]) {
        let place = Place::file(file);
        let input = lying.input(sheets[0].bytes.saturating_add(1)).ok();
        let Some(mut book) = input.and_then(|input| Workbook::open(input, &sheets[0].format)) else {
            let detail = || format!("the file could not be read as {}", sheets[0].format);
            return self.files.add(Kind::SourceUnreadable, &place, detail);
        };
        let there = book.sheets();
        let accounted: BTreeSet<&str> = sheets.iter().map(|sheet| sheet.sheet.as_str()).collect();
        for (name, holds_rows) in &there {
            if *holds_rows && !accounted.contains(name.as_str()) {
                let detail = || "audit/sources.csv does not hold the sheet, so its rows are not accounted for".into();
                self.rows.add(Kind::SheetUnaccounted, &place.clone().sheet(name), detail);
            }
        }
        for sheet in sheets {
            let place = place.clone().sheet(&sheet.sheet);
            match there.iter().find(|(name, _)| *name == sheet.sheet) {
                None => self.rows.add(Kind::SheetUnaccounted, &place, || "the workbook has no such sheet".into()),
                Some((_, false)) => self.compare_rows(sheet, 0),
                Some((name, true)) => {
                    match book.rows(name, &mut |row, cells| self.judge_row(sheet, row, cells)) {
                        Some(rows) => self.compare_rows(sheet, rows),
                        None => self.files.add(Kind::SourceUnreadable, &place, || "the sheet could not be read".into()),
                    };
                }
            }
        }
    }

    fn compare_rows(&mut self, sheet: &Sheet, rows: u64) {
        self.rows.count(rows.max(1));
        if rows != sheet.rows {
            let place = Place::file(&sheet.file).sheet(&sheet.sheet);
            let detail = || format!("the file has {rows} rows, and {} are accounted for", sheet.rows);
            self.rows.add(Kind::SourceRows, &place, detail);
        }
        // The header that the reading began from must lie in the file.
        let last = sheet.header_row.map(|first| first.saturating_add(sheet.header_rows.unwrap_or(1).saturating_sub(1)));
        if last.is_some_and(|header| header > rows) {
            let place = Place::file(&sheet.file).sheet(&sheet.sheet);
            self.rows.add(Kind::SourceRows, &place, || "the header is said to reach beyond the last row".into());
        }
    }

    fn judge_row(&mut self, sheet: &Sheet, number: u64, cells: &[String]) {
        let row = key([&sheet.source, &sheet.file, &sheet.sheet, number.to_string().as_str()]);
        let tag = self.facts.dispositions.tag(row);
        let disposition = tag.and_then(|tag| DISPOSITIONS.get(usize::from(tag)));
        let place = || Place::file(&sheet.file).sheet(&sheet.sheet).line(number);
        if disposition == Some(&"blank") && cells.iter().any(|cell| !cell.is_empty()) {
            self.rows.add(Kind::BlankRowHolds, &place(), || "accounted for as blank, and it holds something".into());
        }
        let Ok(found) = self.digested.binary_search_by_key(&row, |(row, _)| *row) else { return };
        self.digests.count(1);
        self.compared += 1;
        let digest = row_digest(cells);
        let mut leading = [0; 16];
        leading.copy_from_slice(&digest[..16]);
        if u128::from_be_bytes(leading) != self.digested[found].1 {
            let detail = || "the row does not hold what the package was made from".into();
            self.digests.add(Kind::RowChanged, &place(), detail);
        }
    }
}
