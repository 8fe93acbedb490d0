//! What goes back to each provider: its own rows that need mending, as they stand in its files, and its values that nothing
//! explains. Records do not keep what stood in a row, so the files are read a second time.

use super::clean::{fold, is_invisible, number_text};
use super::columns::{self, Header};
use super::declared::is_no_figure;
use super::store::Records;
use crate::config::{Columns, Config, Field, FieldRule, FieldType, Mapping, RecordKind};
use crate::ledger::{Exception, Reason, Severity};
use crate::sources::{Batch, Cell, Origin, RawRow, RowRef};
use crate::values::nearest;
use std::collections::BTreeMap;
use std::fmt;

/// What goes back, by provider. What belongs to no provider (the site crosswalk) has an empty name.
#[derive(Debug, Default)]
pub struct Returned {
    /// Every provider of a source, whether or not anything goes back to it.
    pub providers: BTreeMap<String, ProviderReturn>,
}

/// What goes back to one provider.
#[derive(Debug, Default)]
pub struct ProviderReturn {
    /// How often each reason was told of a row and a field of it, reasons among them that nobody needs to mend.
    pub reasons: BTreeMap<Reason, u64>,
    /// Sheets with rows to mend, in order.
    pub sheets: Vec<ReturnedSheet>,
    /// Values that nothing explains, by source and field, the most frequent first.
    pub unmapped: Vec<UnmappedValue>,
}

/// A sheet with rows to mend. Personal data.
pub struct ReturnedSheet {
    /// The source's id.
    pub source: String,
    /// The file.
    pub file: String,
    /// The sheet; empty for delimited text.
    pub sheet: String,
    /// The header as it stands.
    pub header: Vec<String>,
    /// The rows, each once.
    pub rows: Vec<Vec<Box<str>>>,
    /// What is wrong with them, in order of rows.
    pub lines: Vec<ReturnedLine>,
    /// Lines for which there was no room.
    pub left_out: u64,
}

/// One thing that is wrong with one row.
#[derive(Debug)]
pub struct ReturnedLine {
    /// Why.
    pub reason: Reason,
    /// The field; empty when it is the row.
    pub field: String,
    /// The row's number in the file.
    pub row: u32,
    /// Its place among the sheet's rows.
    pub cells: usize,
    /// The columns that the field is read from.
    pub at_fault: Vec<usize>,
}

/// A value that no code map and no crosswalk knows. Personal data: a column may hold something else than it should.
#[derive(Clone, PartialEq, Eq)]
pub struct UnmappedValue {
    /// The source's id.
    pub source: String,
    /// The column or columns.
    pub file_column: String,
    /// The field, such as `referral.priority`.
    pub field: String,
    /// As it stands, white space folded; a character that cannot be seen is named, as `<U+200B>`.
    pub value: String,
    /// On how many rows.
    pub count: u64,
    /// The nearest known values, best first.
    pub nearest: Vec<String>,
}

/// Takes batches while the sources are read again.
pub struct ReturnReader<'a> {
    config: &'a Config,
    records: &'a Records,
    lines_max: usize,
    sheet: Option<OpenSheet>,
    returned: Returned,
    /// Exceptions whose rows have come.
    met: usize,
    sites: Vec<WantedSite>,
    /// Rows whose site is none that the crosswalk knows, in order, and its place among those.
    site_rows: Vec<(RowRef, usize)>,
    /// By source, column, field and value.
    unmapped: BTreeMap<(usize, String, String, String), Unexplained>,
}

/// A text for a site that the crosswalk does not know.
struct WantedSite {
    text: String,
    nearest: Vec<String>,
}

/// On how many rows, and the nearest known values.
struct Unexplained {
    count: u64,
    nearest: Vec<String>,
}

/// The field of sites.
const SITE: &str = "appointment.site";

struct OpenSheet {
    at: (usize, usize),
    header: Header,
    /// The columns of each field that was asked for.
    columns: BTreeMap<String, Vec<usize>>,
}

impl<'a> ReturnReader<'a> {
    /// Ready for the first batch. No sheet gets more lines than `lines_max`.
    pub fn new(config: &'a Config, records: &'a Records, lines_max: usize) -> Self {
        let providers = config.sources.iter().map(|source| (source.provider.clone(), ProviderReturn::default()));
        let returned = Returned { providers: providers.collect() };
        ReturnReader {
            config,
            records,
            lines_max,
            sheet: None,
            returned,
            met: 0,
            sites: Vec::new(),
            site_rows: Vec::new(),
            unmapped: BTreeMap::new(),
        }
    }

    /// Before the first batch: texts for sites that the crosswalk does not know, each with the rows that say it and the
    /// nearest sites.
    pub fn expect_sites<'s>(&mut self, sites: impl Iterator<Item = (&'s str, &'s [RowRef], Vec<String>)>) {
        for (text, rows, nearest) in sites {
            self.site_rows.extend(rows.iter().map(|row| (*row, self.sites.len())));
            self.sites.push(WantedSite { text: text.to_owned(), nearest });
        }
        self.site_rows.sort_unstable();
    }

    /// Keeps the rows that have exceptions.
    pub fn take(&mut self, batch: &Batch<'_>) {
        for row in &batch.rows {
            let all = &self.records.exceptions;
            let first = all.partition_point(|exception| exception.at < row.at);
            let of_row = &all[first..];
            let of_row = &of_row[..of_row.partition_point(|exception| exception.at == row.at)];
            if !of_row.is_empty() && self.is_known(row.at) {
                self.keep(row, of_row);
            }
            if let Ok(place) = self.site_rows.binary_search_by_key(&row.at, |(at, _)| *at)
                && self.is_known(row.at)
            {
                self.count_site(row, self.site_rows[place].1);
            }
        }
    }

    /// When the last batch has come.
    pub fn finish(mut self) -> Returned {
        for ((source, file_column, field, value), found) in std::mem::take(&mut self.unmapped) {
            let Unexplained { count, nearest } = found;
            let source_id = self.config.sources[source].id.clone();
            let unmapped = UnmappedValue { source: source_id, file_column, field, value, count, nearest };
            self.of_provider(Origin::Source(source)).unmapped.push(unmapped);
        }
        for provider in self.returned.providers.values_mut() {
            provider.unmapped.sort_by(|left, right| {
                let order = |of: &UnmappedValue| (of.source.clone(), of.field.clone(), std::cmp::Reverse(of.count));
                let rest = |of: &UnmappedValue| (of.value.clone(), of.file_column.clone());
                (order(left), rest(left)).cmp(&(order(right), rest(right)))
            });
        }
        assert_eq!(self.met, self.records.exceptions.len(), "every exception was met again, once");
        self.returned
    }

    /// Whether the row is of a file and sheet that were there at the first reading.
    fn is_known(&self, row: RowRef) -> bool {
        self.records.intake.files.get(row.file()).is_some_and(|file| file.sheets.len() > row.sheet())
    }

    fn of_provider(&mut self, origin: Origin) -> &mut ProviderReturn {
        let provider = match origin {
            Origin::Source(source) => self.config.sources[source].provider.clone(),
            Origin::Sites => String::new(),
        };
        self.returned.providers.entry(provider).or_default()
    }

    fn keep(&mut self, row: &RawRow, exceptions: &[Exception]) {
        let origin = self.records.origin(row.at);
        self.open(row.at);
        let mut cells = None;
        for (place, exception) in exceptions.iter().enumerate() {
            // Two figures of one row are told of alike, and once is enough.
            self.met += 1;
            if place > 0 && exceptions[place - 1] == *exception {
                continue;
            }
            *self.of_provider(origin).reasons.entry(exception.reason).or_default() += 1;
            let at_fault = self.at_fault(origin, row, exception);
            if let (Origin::Source(source), true) = (origin, is_unexplained(exception.reason)) {
                self.count_value(source, row, &exception.field, &at_fault);
            }
            if exception.reason.severity() != Severity::Notice {
                self.add_line(origin, row, exception, at_fault, &mut cells);
            }
        }
    }

    fn add_line(
        &mut self,
        origin: Origin,
        row: &RawRow,
        exception: &Exception,
        at_fault: Vec<usize>,
        cells: &mut Option<usize>,
    ) {
        let lines_max = self.lines_max;
        let field = self.field_shown(origin, exception);
        let sheet = self.returned_sheet(origin, row.at);
        if sheet.lines.len() >= lines_max {
            sheet.left_out += 1;
            return;
        }
        let cells = *cells.get_or_insert_with(|| {
            sheet.rows.push(row.cells.iter().map(|cell| as_it_stands(cell).into()).collect());
            sheet.rows.len() - 1
        });
        sheet.lines.push(ReturnedLine { reason: exception.reason, field, row: row.at.row(), cells, at_fault });
    }

    /// Of a column that is not there, its name is told too: the provider does not know ours.
    fn field_shown(&self, origin: Origin, exception: &Exception) -> String {
        let (Reason::ColumnMissing, Origin::Source(source)) = (exception.reason, origin) else {
            return exception.field.clone();
        };
        let mapping = &self.config.sources[source].mapping;
        let named = match rule_of(mapping, &exception.field).map(|rule| &rule.columns) {
            Some(Columns::FirstOf(names)) => names.join(" or "),
            Some(Columns::Join { columns, .. }) => columns.join(", "),
            None => declared_columns(mapping, &exception.field).join(", "),
        };
        if named.is_empty() { exception.field.clone() } else { format!("{} ({named})", exception.field) }
    }

    fn returned_sheet(&mut self, origin: Origin, row: RowRef) -> &mut ReturnedSheet {
        let records = self.records;
        let file = &records.intake.files[row.file()];
        let sheet = &file.sheets[row.sheet()];
        let source = match origin {
            Origin::Source(source) => self.config.sources[source].id.as_str(),
            Origin::Sites => "sites",
        };
        let sheets = &mut self.of_provider(origin).sheets;
        let is_open = sheets
            .last()
            .is_some_and(|last| (&*last.source, &last.file, &last.sheet) == (source, &file.path, &sheet.name));
        if !is_open {
            sheets.push(ReturnedSheet {
                source: source.to_owned(),
                file: file.path.clone(),
                sheet: sheet.name.clone(),
                header: sheet.header.clone(),
                rows: Vec::new(),
                lines: Vec::new(),
                left_out: 0,
            });
        }
        sheets.last_mut().expect("a sheet was opened")
    }

    fn open(&mut self, row: RowRef) {
        let at = (row.file(), row.sheet());
        if self.sheet.as_ref().is_none_or(|open| open.at != at) {
            let header = Header::new(&self.records.intake.files[at.0].sheets[at.1].header);
            self.sheet = Some(OpenSheet { at, header, columns: BTreeMap::new() });
        }
    }

    /// The cells of the row that the field is read from.
    fn at_fault(&mut self, origin: Origin, row: &RawRow, exception: &Exception) -> Vec<usize> {
        if exception.field.is_empty() || row.cells.is_empty() {
            return Vec::new();
        }
        // Of the figures of a wide table, those that are none.
        let is_figure = exception.field == "declared.value";
        let wrong = |place: &usize| !is_figure || row.cells.get(*place).is_some_and(is_no_figure);
        self.columns_of(origin, &exception.field).iter().copied().filter(wrong).collect()
    }

    /// The columns that the field is read from in the open sheet.
    fn columns_of(&mut self, origin: Origin, field: &str) -> &[usize] {
        let Some(open) = &mut self.sheet else { return &[] };
        if !open.columns.contains_key(field) {
            let places = match origin {
                Origin::Source(source) => places(&self.config.sources[source].mapping, field, &open.header),
                Origin::Sites => {
                    field.strip_prefix("sites.").and_then(|name| open.header.place(name)).into_iter().collect()
                }
            };
            open.columns.insert(field.to_owned(), places);
        }
        &open.columns[field]
    }

    fn count_value(&mut self, source: usize, row: &RawRow, field: &str, at_fault: &[usize]) {
        let said = stands_there(row, at_fault);
        if !said.is_empty() {
            let config = self.config;
            self.count(source, row.at, field, visible(&said), || {
                nearest_codes(&config.sources[source].mapping, field, &fold(said.trim()))
            });
        }
    }

    /// As it stands in the row, unless the text came from elsewhere: another keying, or what a person said of it.
    fn count_site(&mut self, row: &RawRow, site: usize) {
        let Origin::Source(source) = self.records.origin(row.at) else { return };
        self.open(row.at);
        let said = stands_there(row, self.columns_of(Origin::Source(source), SITE));
        let WantedSite { text, nearest } = &self.sites[site];
        let value = if fold(said.trim()) == text.as_str() { visible(&said) } else { text.clone() };
        let nearest = nearest.clone();
        self.count(source, row.at, SITE, value, || nearest);
    }

    fn count(&mut self, source: usize, at: RowRef, field: &str, value: String, nearest: impl FnOnce() -> Vec<String>) {
        self.open(at);
        let Some(open) = &self.sheet else { return };
        let column = column_text(&self.config.sources[source].mapping, field, &open.header);
        let key = (source, column, field.to_owned(), value);
        self.unmapped.entry(key).or_insert_with(|| Unexplained { count: 0, nearest: nearest() }).count += 1;
    }
}

/// What stands in these cells.
fn stands_there(row: &RawRow, places: &[usize]) -> String {
    let texts = places.iter().filter_map(|place| row.cells.get(*place)).map(as_it_stands);
    texts.filter(|text| !text.is_empty()).collect::<Vec<String>>().join(" ")
}

/// White space folded, and characters that cannot be seen by name: whoever looks for the value must find it, and no terminal
/// or spreadsheet may obey it.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            _ if character.is_whitespace() && shown.ends_with(' ') => {}
            _ if character.is_whitespace() => shown.push(' '),
            _ if character.is_control() || is_invisible(character) => {
                shown.push_str(&format!("<U+{:04X}>", u32::from(character)));
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Whether a list of known values lacks the value.
fn is_unexplained(reason: Reason) -> bool {
    matches!(reason, Reason::CodeNotMapped | Reason::PassUnknown)
}

fn as_it_stands(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Error(error) => error.to_string(),
        Cell::Number(number) => number_text(*number),
        Cell::Bool(true) => "TRUE".to_owned(),
        Cell::Bool(false) => "FALSE".to_owned(),
        Cell::Moment(moment) => moment.reveal(),
    }
}

/// How a mapping reads a field, by its name in exceptions.
fn rule_of<'c>(mapping: &'c Mapping, field: &str) -> Option<&'c FieldRule> {
    let is_extra = |((kind, name), _): &(&'c (RecordKind, String), &'c FieldRule)| {
        field == format!("{}.extra.{name}", kind.name())
    };
    let of_field = field_of(mapping, field).map(|found| &mapping.fields[&found]);
    of_field.or_else(|| mapping.extra.iter().find(is_extra).map(|(_, rule)| rule))
}

/// The columns in which a mapping looks for a part of declared figures, by its name in exceptions.
fn declared_columns<'c>(mapping: &'c Mapping, field: &str) -> Vec<&'c str> {
    let (Some(declared), Some(part)) = (&mapping.declared, field.strip_prefix("declared.")) else { return Vec::new() };
    let some = |name: &'c Option<String>| name.iter().map(String::as_str).collect::<Vec<&str>>();
    match part {
        "measure" => vec![&*declared.measure],
        "group" => some(&declared.group),
        "period" => some(&declared.period),
        "value" => declared.value.iter().chain(&declared.period_columns).map(String::as_str).collect(),
        "period_columns" => declared.period_columns.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn field_of(mapping: &Mapping, name: &str) -> Option<Field> {
    mapping.fields.keys().copied().find(|field| name == format!("{}.{}", field.kind.name(), field.name()).as_str())
}

fn names<'c>(mapping: &'c Mapping, field: &str, header: &Header) -> Vec<&'c str> {
    let mut names =
        rule_of(mapping, field).map_or_else(|| declared_columns(mapping, field), |rule| columns::names(rule, header));
    names.retain(|name| header.place(name).is_some());
    names
}

fn places(mapping: &Mapping, field: &str, header: &Header) -> Vec<usize> {
    names(mapping, field, header).into_iter().filter_map(|name| header.place(name)).collect()
}

fn column_text(mapping: &Mapping, field: &str, header: &Header) -> String {
    names(mapping, field, header).join(" + ")
}

/// Of the values that the mapping lists and the words themselves.
fn nearest_codes(mapping: &Mapping, field: &str, value: &str) -> Vec<String> {
    let Some(field) = field_of(mapping, field) else { return Vec::new() };
    let FieldType::Coded(words) = field.field_type() else { return Vec::new() };
    let listed = mapping.fields[&field].codes.keys().map(String::as_str);
    let mut known: Vec<&str> = listed.chain(words.iter().copied()).collect();
    known.sort_unstable();
    known.dedup();
    nearest(value, known.iter().map(|known| [*known])).into_iter().map(|place| known[place].to_owned()).collect()
}

impl fmt::Debug for ReturnedSheet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ReturnedSheet({}, {}, {} lines redacted)", self.file, self.sheet, self.lines.len())
    }
}

impl fmt::Debug for UnmappedValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "UnmappedValue({}, {}, redacted)", self.source, self.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Normaliser, sample};
    use crate::sources::{Intake, RowKind, Sheet, SourceFile};

    /// Two sources of two providers, one file each, all of whose dates are wrong.
    fn returned(lines_max: usize) -> Returned {
        let fields = ["person.local_id", "person.date_of_birth", "referral.priority"];
        let mut config = sample::config(vec![sample::mapping(&fields), sample::mapping(&fields)]);
        config.sources[1].provider = "RTH".into();
        let header: Vec<String> = fields.iter().map(|name| (*name).to_owned()).collect();
        let rows = |file: u16| {
            let data = |row| sample::row(file, row, &["007", "31/02/1960", "urgnt"]);
            vec![sample::row_of(file, 1, RowKind::Header, Vec::new()), data(2), data(3)]
        };
        let batch = |file: u16| Batch { origin: Origin::Source(file.into()), header: &header, rows: rows(file) };
        let mut normaliser = Normaliser::new(&config);
        let file = |source| {
            let file = sample::file(Origin::Source(source), 3, None);
            let sheets = file.sheets.into_iter().map(|sheet| Sheet { header: header.clone(), ..sheet });
            SourceFile { sheets: sheets.collect(), ..file }
        };
        normaliser.take(batch(0));
        normaliser.take(batch(1));
        let records = normaliser.finish(Intake { files: vec![file(0), file(1)], ..Intake::default() });
        let mut reader = ReturnReader::new(&config, &records, lines_max);
        reader.take(&batch(0));
        reader.take(&batch(1));
        reader.finish()
    }

    #[test]
    fn a_provider_gets_its_own_rows_with_the_cells_at_fault() {
        let returned = returned(100);
        assert_eq!(returned.providers.keys().collect::<Vec<_>>(), ["RNU", "RTH"]);
        for (provider, source) in [("RNU", "source-0"), ("RTH", "source-1")] {
            let of = &returned.providers[provider];
            let [sheet] = &of.sheets[..] else { panic!("one sheet") };
            assert_eq!((sheet.source.as_str(), sheet.rows.len(), sheet.left_out), (source, 2, 0));
            assert_eq!(sheet.rows[1].iter().map(|cell| &**cell).collect::<Vec<_>>(), ["007", "31/02/1960", "urgnt"]);
            let told: Vec<(u32, &str, usize, &[usize])> = sheet
                .lines
                .iter()
                .map(|line| (line.row, line.field.as_str(), line.cells, line.at_fault.as_slice()))
                .collect();
            let (birth, priority) = ("person.date_of_birth", "referral.priority");
            let expected: [(u32, &str, usize, &[usize]); 4] =
                [(2, birth, 0, &[1]), (2, priority, 0, &[2]), (3, birth, 1, &[1]), (3, priority, 1, &[2])];
            assert_eq!(told, expected);
            let [value] = &of.unmapped[..] else { panic!("one value") };
            let shown = (value.source.as_str(), value.value.as_str(), value.count, value.nearest.as_slice());
            assert_eq!(shown, (source, "urgnt", 2, &["urgent".to_owned()][..]));
            assert!(!format!("{returned:?}").contains("urgnt"), "what is told of it quotes nothing");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_named_and_sites_are_as_they_stand() {
        let fields = ["person.local_id", "referral.priority", "appointment.site"];
        let mut config = sample::config(vec![sample::mapping(&fields)]);
        config.sources[0].provider = "RNU".into();
        let header: Vec<String> = fields.iter().map(|name| (*name).to_owned()).collect();
        let rows = || {
            let data = |row, priority: &str, site: &str| sample::row(0, row, &["007", priority, site]);
            let header = sample::row_of(0, 1, RowKind::Header, Vec::new());
            vec![header, data(2, "urg\u{200b}nt", "Hill\u{7}"), data(3, "u\nrgnt", " Hill"), data(4, "u rgnt", "Hill")]
        };
        let batch = || Batch { origin: Origin::Source(0), header: &header, rows: rows() };
        let mut normaliser = Normaliser::new(&config);
        normaliser.take(batch());
        let file = sample::file(Origin::Source(0), 4, None);
        let sheets = file.sheets.into_iter().map(|sheet| Sheet { header: header.clone(), ..sheet }).collect();
        let records = normaliser.finish(Intake { files: vec![SourceFile { sheets, ..file }], ..Intake::default() });
        let mut reader = ReturnReader::new(&config, &records, 100);
        let at = |row| RowRef::for_tests(0, 0, row);
        let (said, elsewhere) = ([at(2), at(4)], [at(3)]);
        let sites = [("Hill", &said[..], vec!["HILL01 Hill Clinic".to_owned()]), ("Dale", &elsewhere[..], Vec::new())];
        reader.expect_sites(sites.into_iter());
        reader.take(&batch());
        let returned = reader.finish();
        let values = &returned.providers["RNU"].unmapped;
        let shown: Vec<(&str, &str, u64, usize)> = values
            .iter()
            .map(|one| (one.file_column.as_str(), one.value.as_str(), one.count, one.nearest.len()))
            .collect();
        let (site, priority) = ("appointment.site", "referral.priority");
        // The third row's site was said elsewhere: by another keying, or by a person.
        let expected = [
            (site, "Dale", 1, 0),
            (site, "Hill", 1, 1),
            (site, "Hill<U+0007>", 1, 1),
            (priority, "u rgnt", 2, 1),
            (priority, "urg<U+200B>nt", 1, 1),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn lines_without_room_are_counted() {
        let returned = returned(1);
        let of = &returned.providers["RTH"];
        assert_eq!((of.sheets[0].lines.len(), of.sheets[0].rows.len(), of.sheets[0].left_out), (1, 1, 3));
        assert_eq!(of.reasons.values().sum::<u64>(), 4);
    }
}
