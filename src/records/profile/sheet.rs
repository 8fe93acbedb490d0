//! From rows to a profile.

use super::assign::{self, Assigned};
use super::codes;
use super::declared;
use super::fit::Facts;
use super::header;
use super::header_rows::without_unit;
use super::judge;
use super::presets;
use super::product::{ColumnProfile, ColumnType, FieldDraft, FileProfile, Proposal, Remark, RowCounts, SheetProfile};
use super::remarks::{self, Findings, Sum};
use super::tally::Tally;
use super::words::words;
use crate::config::FieldType;
use crate::sources::{Batch, RawRow, RowKind, Sheet, SourceFile};
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The most rows of a sheet of .xls, and of the workbooks after it.
const ROW_LIMITS: [u32; 2] = [65_536, 1_048_576];

/// Takes the rows of one file and says what they are. It keeps no row.
pub struct Profiler {
    today: Date,
    sheets: BTreeMap<usize, Counted>,
}

#[derive(Default)]
struct Counted {
    counts: RowCounts,
    columns: Vec<Tally>,
    sums: Vec<Sum>,
    findings: Findings,
    /// The first and the last row of data.
    data: Option<(u32, u32)>,
    header_rows: u32,
}

impl Profiler {
    /// `today` tells what lies in the future; nothing else depends on it.
    pub fn new(today: Date) -> Self {
        Profiler { today, sheets: BTreeMap::new() }
    }

    /// Takes some rows of a sheet, where a header on so many rows was found (none: none was found).
    pub fn take(&mut self, batch: &Batch<'_>, header_rows: u32) {
        let Some(first) = batch.rows.first() else { return };
        let counted = self.sheets.entry(first.at.sheet()).or_default();
        counted.header_rows = header_rows;
        batch.rows.iter().for_each(|row| counted.count(row));
        let data: Vec<&RawRow> = batch.rows.iter().filter(|row| row.kind == RowKind::Data).collect();
        let width = data.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(batch.header.len());
        if counted.columns.len() < width {
            counted.columns.resize_with(width, Tally::new);
        }
        counted.add(&data, width);
        for (row, column) in batch.rows.iter().flat_map(|row| row.padded.iter().map(move |column| (row, *column))) {
            let Some(tally) = counted.columns.get_mut(usize::from(column)) else { continue };
            tally.padded += u64::from(row.kind == RowKind::Data);
            tally.padded_name |= row.kind == RowKind::Header;
        }
        let today = self.today;
        // Columns are independent, so that the counts are the same on any number of threads.
        counted.columns.par_iter_mut().enumerate().for_each(|(place, tally)| {
            data.iter().filter_map(|row| row.cells.get(place)).for_each(|cell| tally.see(cell, today));
        });
    }

    /// The file is read to its end.
    pub fn finish(mut self, file: SourceFile) -> FileProfile {
        let read_as = file.read_as;
        let sheets = file.sheets.into_iter().enumerate();
        FileProfile {
            path: file.path,
            format: read_as.format,
            encoding: read_as.encoding,
            delimiter: read_as.delimiter,
            date_system: read_as.date_system,
            bytes: file.bytes,
            sheets: sheets.map(|(place, sheet)| self.sheets.remove(&place).unwrap_or_default().finish(sheet)).collect(),
        }
    }
}

impl Counted {
    fn count(&mut self, row: &RawRow) {
        let counts = &mut self.counts;
        *match row.kind {
            RowKind::Data => &mut counts.data,
            RowKind::Header => &mut counts.header_again,
            RowKind::Preamble => &mut counts.preamble,
            RowKind::Footer => &mut counts.footer,
            RowKind::Blank => &mut counts.blank,
            RowKind::SetAside(_) => &mut counts.unusable,
        } += 1;
        counts.odd += u64::from(!row.findings.is_empty());
        self.findings.see(row);
        if row.kind == RowKind::Data {
            self.data = Some((self.data.map_or(row.at.row(), |data| data.0), row.at.row()));
        }
    }

    fn add(&mut self, data: &[&RawRow], width: usize) {
        if self.sums.len() < width {
            let seen = self.sums.first().map_or(0, Sum::rows);
            self.sums.resize_with(width, || Sum::after(seen));
        }
        self.sums.par_iter_mut().enumerate().for_each(|(place, sum)| {
            data.iter().for_each(|row| sum.see(row.cells.get(place)));
        });
    }

    fn remarks(&self, columns: &[ColumnProfile]) -> Vec<Remark> {
        let totals = self.data.into_iter().flat_map(|data| remarks::total_rows(&self.sums, data));
        let of_sheet = remarks::apart(columns).into_iter().chain(remarks::pivot(columns));
        of_sheet.chain(totals).chain(self.findings.remarks()).collect()
    }

    fn finish(mut self, sheet: Sheet) -> SheetProfile {
        let header_row = sheet.header_row.filter(|_| self.header_rows > 0);
        let names = if header_row.is_some() { header::names_of(sheet.header) } else { Vec::new() };
        // The header itself is not one that comes again.
        self.counts.header_again = self.counts.header_again.saturating_sub(u64::from(self.header_rows));
        let width = used_width(&names, &self.columns);
        self.columns.resize_with(width.max(self.columns.len()), Tally::new);
        self.columns.truncate(width);
        let name_of = |place: usize| names.get(place).map_or("", String::as_str);
        let facts: Vec<Facts<'_>> = self
            .columns
            .iter()
            .enumerate()
            .map(|(place, tally)| facts(name_of(place), tally, self.header_rows))
            .collect();
        let columns: Vec<ColumnProfile> =
            facts.iter().map(|facts| judge::column(facts.name.to_owned(), facts.tally, &facts.words)).collect();
        let mut profile = SheetProfile {
            name: sheet.name,
            hidden: sheet.hidden,
            rows: sheet.rows,
            header_row,
            header_rows: self.header_rows,
            counts: self.counts,
            remarks: self.remarks(&columns),
            row_limit: ROW_LIMITS.into_iter().find(|limit| *limit == sheet.rows),
            columns,
            ..SheetProfile::default()
        };
        if header_row.is_some() && profile.counts.data > 0 {
            propose(&mut profile, &facts);
        }
        profile
    }
}

/// Columns without a name and without a value, at the end, are none.
fn used_width(names: &[String], columns: &[Tally]) -> usize {
    let named = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let filled = columns.iter().rposition(|tally| tally.filled > 0).map_or(0, |last| last + 1);
    named.max(filled)
}

fn facts<'a>(name: &'a str, tally: &'a Tally, header_rows: u32) -> Facts<'a> {
    let words = words(if header_rows > 1 { without_unit(name) } else { name });
    let column_type = judge::column_type(tally, &words);
    Facts { name, words, column_type, tally }
}

fn propose(profile: &mut SheetProfile, facts: &[Facts<'_>]) {
    let preset = presets::find(facts.iter().map(|facts| facts.name));
    let mut assigned = assign::assign(facts, preset);
    let names_twice = |column: usize| {
        let name = presets::fold(facts[column].name);
        name.is_empty() || facts.iter().filter(|facts| presets::fold(facts.name) == name).count() > 1
    };
    for draft in &mut assigned.fields {
        if draft.columns.iter().any(|column| names_twice(*column)) {
            draft.mapped = false;
            draft.why = "its name is empty or stands over several columns, so that a mapping cannot name it".to_owned();
        }
    }
    let people = assigned.fields.iter().any(|draft| draft.mapped);
    if !people || assigned.kinds.is_empty() {
        profile.declared = declared::find(facts);
    }
    if profile.declared.is_some() {
        return;
    }
    profile.likeness = preset.map(presets::Preset::likeness);
    dates_of(&mut assigned, profile);
    tell(&assigned, facts, profile);
    profile.kinds = assigned.kinds;
    profile.kinds.retain(|kind| assigned.fields.iter().any(|draft| draft.field.kind == *kind && draft.mapped));
    profile.fields = assigned.fields;
}

/// The patterns that each field of dates needs; a column that no pattern reads rightly is not mapped.
fn dates_of(assigned: &mut Assigned, profile: &SheetProfile) {
    let dates = |draft: &&mut FieldDraft| matches!(draft.field.field_type(), FieldType::Date | FieldType::Moment);
    for draft in assigned.fields.iter_mut().filter(dates) {
        let column = &profile.columns[draft.columns[0]];
        let Some(evidence) = &column.dates else { continue };
        draft.dates = evidence.patterns.clone();
        if evidence.mixed {
            draft.mapped = false;
            draft.why = format!("no pattern reads all of it: {}", evidence.why);
        } else if evidence.serials
            && profile.columns[draft.columns[0]].patterns.first().is_some_and(|(shape, _)| shape == "99999")
        {
            draft.why.push_str("; numbers of days are read only where the workbook's cells are numbers");
        }
        if let Some(time) = draft.columns.get(1).map(|time| &profile.columns[*time]) {
            let clock = clock_pattern(time);
            let days =
                if draft.dates.is_empty() { vec!["%Y-%m-%d".to_owned()] } else { std::mem::take(&mut draft.dates) };
            draft.dates = days.into_iter().map(|day| format!("{day} {clock}")).collect();
        }
    }
}

fn clock_pattern(time: &ColumnProfile) -> String {
    let shape = time.patterns.first().map_or("", |(shape, _)| shape.as_str());
    let zoned = || {
        let zones =
            ["+99:99", "-99:99", "+9999", "-9999", "+99", "-99"].iter().find_map(|zone| shape.strip_suffix(zone));
        zones.or_else(|| shape.strip_suffix("9A").or(shape.strip_suffix("9 A")))
    };
    let (clock, zone) = zoned().map_or((shape, ""), |clock| (clock, "%z"));
    let pattern = match clock.trim_end() {
        "9999" => "%H%M",
        clock if clock.contains('.') => "%H:%M:%S%.f",
        clock if clock.matches(':').count() > 1 => "%H:%M:%S",
        clock if clock.contains(['A', 'a']) => "%I:%M %p",
        _ => "%H:%M",
    };
    format!("{pattern}{zone}")
}

/// Writes down at each column what it would fill, and the codes that a mapping must name.
fn tell(assigned: &Assigned, facts: &[Facts<'_>], profile: &mut SheetProfile) {
    for draft in &assigned.fields {
        let path = assign::path(draft.field);
        for &column in &draft.columns {
            let proposal = Proposal { field: path.clone(), mapped: draft.mapped, why: draft.why.clone() };
            profile.columns[column].proposals.push(proposal);
        }
        let [column] = draft.columns.as_slice() else { continue };
        let agrees = codes::share(&path, facts[*column].tally) >= 0.5;
        if codes::is_coded(&path) && agrees && profile.columns[*column].column_type != ColumnType::FreeText {
            let (codes, withheld) = codes::of(&path, facts[*column].tally);
            (profile.columns[*column].codes, profile.columns[*column].codes_withheld) = (codes, withheld);
        }
    }
    for (column, field, why) in &assigned.doubts {
        let proposal = Proposal { field: assign::path(*field), mapped: false, why: why.clone() };
        profile.columns[*column].proposals.push(proposal);
    }
}
