//! Batches of rows in, records out.

use super::Records;
use super::chi;
use super::clean::Cleaned;
use super::columns::{Cells, Header, Item};
use super::declared::DeclaredColumns;
use super::draft::{Draft, Drafted};
use super::paper;
use super::placeholders;
use super::reader::{Serial, SourceReader, reason_of};
use super::reading::Readings;
use super::said::Said;
use super::sites::SiteColumns;
use super::store::Keying;
use super::written::DateColumn;
use crate::config::Config;
use crate::decisions::{Effect, Journal};
use crate::ledger::{Disposition, Exception, Reason};
use crate::sources::{Batch, DateSystem, Finding, Intake, Origin, RawRow, RowKind, RowRef};
use crate::values::{CommitmentKey, Digest};
use std::mem::take;

/// Takes batches while the sources are read, and gives the records when the last has come.
pub struct Normaliser<'a> {
    config: &'a Config,
    records: Records,
    sources: Vec<SourceReader<'a>>,
    sheet: Option<OpenSheet>,
}

/// The sheet whose rows are coming.
struct OpenSheet {
    file: usize,
    sheet: usize,
    first: RowRef,
    header: Option<RowRef>,
    columns: Option<SheetColumns>,
    unmapped_told: bool,
}

/// Where the sheet holds what.
enum SheetColumns {
    People(Vec<Cells>, Vec<DateColumn>),
    Declared(DeclaredColumns),
    Sites(SiteColumns),
}

impl<'a> Normaliser<'a> {
    /// Ready for the first batch.
    pub fn new(config: &'a Config) -> Self {
        let sources = (0..config.sources.len()).map(|source| SourceReader::new(config, source));
        Normaliser { config, records: Records::empty(), sources: sources.collect(), sheet: None }
    }

    /// Maps the rows of a batch.
    pub fn take(&mut self, batch: Batch<'_>) {
        self.take_while(batch, || ());
    }

    /// Maps the rows of a batch. `begin` may begin other work, for which one core is free from then on: rows are read on all
    /// cores, and then put in their places one after the other. Gives the rows back, which are done with.
    pub fn take_while(&mut self, batch: Batch<'_>, begin: impl FnOnce()) -> Vec<RawRow> {
        let Some(first) = batch.rows.first() else { return batch.rows };
        let mut sheet = self.open_sheet(first.at);
        let mut people = Vec::with_capacity(batch.rows.len());
        for row in &batch.rows {
            if row.kind == RowKind::Header && sheet.header.is_none() {
                sheet.header = Some(row.at);
            }
            if matches!(row.kind, RowKind::Header | RowKind::Data) && sheet.columns.is_none() {
                let at = sheet.header.unwrap_or(sheet.first);
                sheet.columns = Some(self.find_columns(batch.origin, batch.header, at));
            }
            match row.kind {
                RowKind::Data => self.take_data(row, &mut sheet, &mut people),
                RowKind::Header => {
                    row.findings.iter().for_each(|finding| self.except(row.at, reason_of(*finding)));
                    self.put_by(row.at, Disposition::Header);
                }
                RowKind::Preamble => self.put_by(row.at, Disposition::Preamble),
                RowKind::Footer => self.put_by(row.at, Disposition::Footer),
                RowKind::Blank => self.put_by(row.at, Disposition::Blank),
                RowKind::SetAside(finding) => self.set_aside(row.at, finding, &mut sheet),
            }
        }
        if let (Some(SheetColumns::People(cells, dates)), Origin::Source(source)) = (&mut sheet.columns, batch.origin) {
            self.take_people(source, &people, (cells, dates), begin);
        }
        self.sheet = Some(sheet);
        batch.rows
    }

    /// Compares the keyings of paper, sets default dates of birth aside, sorts exceptions, gives the records.
    pub fn finish(self, intake: Intake) -> Records {
        self.finish_by(intake, |_, _, _| Said::default())
    }

    /// The same, with what people said of values: which reading of a folder is right, and which repairs are.
    pub fn finish_decided(self, intake: Intake, journal: &Journal, key: &CommitmentKey) -> Records {
        self.finish_by(intake, |config, records, held| Said::of(config, records, held, journal, key))
    }

    fn finish_by(mut self, intake: Intake, said: impl Fn(&Config, &Records, &[(RowRef, Digest)]) -> Said) -> Records {
        if let Some(last) = self.sheet.take() {
            self.close(last);
        }
        for source in 0..self.sources.len() {
            self.settle_serials(source, &intake);
        }
        self.records.intake = intake;
        if let Some(unified) = self.records.texts.unify() {
            self.records.unify(&unified);
            self.sources.iter_mut().for_each(|reader| reader.unify(&unified));
        }
        self.records.arrange();
        let held = self.sources.iter().flat_map(|reader| &reader.held);
        let mut held: Vec<(RowRef, Digest)> = held.map(|row| (row.at, row.digest)).collect();
        held.sort_unstable_by_key(|(at, _)| *at);
        let said = said(self.config, &self.records, &held);
        drop(held);
        for source in 0..self.sources.len() {
            self.settle_paper(source, &said);
        }
        let mut records = self.records;
        said.repair(self.config, &mut records);
        placeholders::set_aside(&mut records);
        chi::tell_differences(&mut records);
        records.other_rows.sort_unstable();
        records.exceptions.sort_unstable();
        records.keyings.sort_unstable_by_key(|keying| keying.at);
        records.paper.sort_unstable_by_key(|folder| folder.at);
        records.disagreements.sort_unstable_by(|one, other| {
            (one.first, one.second, &one.field).cmp(&(other.first, other.second, &other.field))
        });
        records.assert_every_row_is_kept();
        records.shrink();
        records
    }

    fn open_sheet(&mut self, at: RowRef) -> OpenSheet {
        match self.sheet.take() {
            Some(open) if (open.file, open.sheet) == (at.file(), at.sheet()) => return open,
            Some(other) => self.close(other),
            None => {}
        }
        let (file, sheet) = (at.file(), at.sheet());
        OpenSheet { file, sheet, first: at, header: None, columns: None, unmapped_told: false }
    }

    /// When a sheet's last row has come, its columns of dates are known.
    fn close(&mut self, sheet: OpenSheet) {
        let at = sheet.header.unwrap_or(sheet.first);
        if let Some(SheetColumns::People(_, dates)) = sheet.columns {
            dates.into_iter().for_each(|column| column.tell(at, &mut self.records.exceptions));
        }
    }

    fn find_columns(&mut self, origin: Origin, names: &[String], at: RowRef) -> SheetColumns {
        let header = Header::new(names);
        let exceptions = &mut self.records.exceptions;
        let source = match origin {
            Origin::Sites => {
                return SheetColumns::Sites(SiteColumns::find(&header, at, self.config.transition.as_at, exceptions));
            }
            Origin::Source(source) => source,
        };
        if let Some(declared) = &self.config.sources[source].mapping.declared {
            return SheetColumns::Declared(DeclaredColumns::find(declared, &header, at, exceptions));
        }
        let find = |item: &Item<'_>| {
            let (cells, missing) = item.cells(&header);
            for rivals in item.names(&header).into_iter().filter_map(|name| header.rivals(name)) {
                let field = format!("{} ({rivals})", item.name);
                exceptions.push(Exception { at, field, reason: Reason::ColumnTwice });
            }
            if missing {
                exceptions.push(Exception { at, field: item.name.clone(), reason: Reason::ColumnMissing });
            }
            cells
        };
        let items = &self.sources[source].items;
        let of_dates = items.iter().enumerate().filter(|(_, item)| item.cleaner().is_date());
        let dates = of_dates.map(|(place, item)| DateColumn::new(place, &item.name, &item.names(&header)));
        SheetColumns::People(items.iter().map(find).collect(), dates.collect())
    }

    fn put_by(&mut self, at: RowRef, disposition: Disposition) {
        self.records.other_rows.push((at, disposition));
    }

    fn except(&mut self, at: RowRef, reason: Reason) {
        self.records.exceptions.push(Exception { at, field: String::new(), reason });
    }

    /// A sheet that no mapping claims is one exception, not one a row.
    fn set_aside(&mut self, at: RowRef, finding: Finding, sheet: &mut OpenSheet) {
        let reason = reason_of(finding);
        if finding != Finding::SheetNotMapped || !sheet.unmapped_told {
            self.except(at, reason);
        }
        sheet.unmapped_told |= finding == Finding::SheetNotMapped;
        self.put_by(at, Disposition::SetAside(reason));
    }

    fn take_data<'r>(&mut self, row: &'r RawRow, sheet: &mut OpenSheet, people: &mut Vec<&'r RawRow>) {
        for finding in &row.findings {
            self.except(row.at, reason_of(*finding));
        }
        let records = &mut self.records;
        let disposition = match sheet.columns.as_mut() {
            Some(SheetColumns::Sites(columns)) => columns.read(row, &mut records.sites, &mut records.exceptions),
            Some(SheetColumns::Declared(columns)) => columns.read(row, &mut records.declared, &mut records.exceptions),
            Some(SheetColumns::People(..)) => return people.push(row),
            None => unreachable!("the columns of a sheet are found at its first row of data"),
        };
        self.put_by(row.at, disposition);
    }

    /// Rows that speak of people: read on all cores, then settled one after the other.
    fn take_people(
        &mut self,
        source: usize,
        rows: &[&RawRow],
        (cells, dates): (&[Cells], &mut [DateColumn]),
        begin: impl FnOnce(),
    ) {
        let mut readings = self.sources[source].read(rows, cells, &self.records.texts);
        begin();
        let reader = &mut self.sources[source];
        reader.settle(rows, &mut readings, &mut self.records);
        for column in dates {
            let values = &readings[column.item].values;
            rows.iter().zip(values).for_each(|(row, value)| column.count(row.at, value.written));
        }
        if reader.paper.is_none() {
            for (item, readings) in reader.items.iter().zip(&readings) {
                let told = rows.iter().zip(&readings.values).filter_map(|(row, value)| Some((row.at, value.reason?)));
                let exceptions = told.map(|(at, reason)| Exception { at, field: item.name.clone(), reason });
                self.records.exceptions.extend(exceptions);
            }
        }
        self.place_people(source, rows, cells, &readings);
        self.sources[source].reuse(readings);
    }

    /// Makes records of rows, or keeps them until all keyings of paper are there, or sets them aside.
    fn place_people(&mut self, source: usize, rows: &[&RawRow], cells: &[Cells], readings: &[Readings<'_>]) {
        let (reader, records) = (&mut self.sources[source], &mut self.records);
        let draft = Draft::new(&reader.items, readings.iter().map(|readings| &*readings.values).collect(), rows.len());
        let (mut drafted, mut held) = (Vec::with_capacity(rows.len()), Vec::new());
        for (place, row) in rows.iter().enumerate() {
            let (at, refusal) = (row.at, draft.refusal(place, &records.texts));
            if reader.paper.is_some() && refusal.is_some() {
                let named = reader.items.iter().zip(draft.values(place));
                let told = named.filter_map(|(item, value)| Some((item.name.clone(), value.reason?)));
                records.exceptions.extend(told.map(|(field, reason)| Exception { at, field, reason }));
            }
            if reader.paper.is_some() && refusal != Some(Reason::TestRow) {
                held.push(reader.hold(row, cells, (&draft, place), refusal.is_some(), &records.texts));
            } else if refusal.is_none() {
                drafted.push(Drafted { row: place, at, digest: row.digest });
            }
            if let Some(reason) = refusal {
                records.exceptions.push(Exception { at, field: String::new(), reason });
                records.other_rows.push((at, Disposition::SetAside(reason)));
            }
        }
        draft.record(&drafted, number_of(source), records);
        reader.held.append(&mut held);
    }

    /// Reads again, under the workbook's own date system, every number that was read as a count of days.
    fn settle_serials(&mut self, source: usize, intake: &Intake) {
        let reader = &mut self.sources[source];
        for Serial { at, item: place, number } in take(&mut reader.serials) {
            let system = intake.files[at.file()].read_as.date_system.unwrap_or(DateSystem::From1900);
            let item = &reader.items[place];
            let cleaned = item.cleaner().serial(number, system);
            if let Ok(held) = reader.held.binary_search_by_key(&at, |row| row.at) {
                if let Some(value) = reader.held[held].values.get_mut(place) {
                    *value = cleaned;
                }
                continue;
            }
            let reason = cleaned.reason.map(|reason| Exception { at, field: item.name.clone(), reason });
            self.records.exceptions.extend(reason);
            if let (Some(field), Some(table)) = (item.field(), self.records.table_mut(item.kind()))
                && let Some(record) = table.at_row(at)
            {
                table.set_bits(field, record, cleaned.bits);
            }
        }
    }

    fn settle_paper(&mut self, source: usize, said: &Said) {
        let reader = &mut self.sources[source];
        let Some(mapping) = reader.paper else { return };
        let held = take(&mut reader.held);
        let settled = paper::settle(held, &mut reader.items, mapping, &mut self.records.texts, said);
        let column = |place: usize| settled.records.iter().map(|(_, _, values)| values[place]).collect();
        let columns: Vec<Vec<Cleaned>> = (0..reader.items.len()).map(column).collect();
        let draft = Draft::new(&reader.items, columns.iter().map(Vec::as_slice).collect(), settled.records.len());
        let rows = settled.records.iter().enumerate();
        let rows: Vec<Drafted> = rows.map(|(row, &(at, digest, _))| Drafted { row, at, digest }).collect();
        draft.record(&rows, number_of(source), &mut self.records);
        self.records.arrange();
        let people = &self.records.people;
        for (at, digest, first) in settled.keyings {
            let of = people.at_row(first).expect("the first keying became a record");
            self.records.keyings.push(Keying { at, of, digest });
            self.records.other_rows.push((at, Disposition::Keying));
        }
        let repeats = settled.repeats.into_iter().map(|at| (at, Disposition::SetAside(Reason::KeyedTooOften)));
        self.records.other_rows.extend(repeats);
        self.records.paper.extend(settled.folders);
        self.records.disagreements.extend(settled.disagreements);
        self.records.exceptions.extend(settled.exceptions);
        for event in settled.taken {
            self.records.effects.note(event, Effect::ReadingTaken);
        }
    }
}

/// As records keep the place of a source.
fn number_of(source: usize) -> u16 {
    u16::try_from(source).expect("fewer than 65,536 sources")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fields::{appointment, person, referral};
    use crate::config::{Columns, FieldRule, Mapping, PaperMapping};
    use crate::records::sample;
    use crate::sources::Cell;
    use proptest::prelude::*;

    fn reasons(records: &Records) -> Vec<(u32, &str, Reason)> {
        let told = records.exceptions.iter();
        told.map(|exception| (exception.at.row(), exception.field.as_str(), exception.reason)).collect()
    }

    fn dispositions(records: &Records) -> Vec<(u32, Disposition)> {
        records.other_rows.iter().map(|(at, kept)| (at.row(), *kept)).collect()
    }

    #[test]
    fn a_wide_row_carries_one_record_of_each_kind_it_speaks_of() {
        let fields = [
            "person.family_name",
            "referral.person_local_id",
            "referral.local_id",
            "appointment.person_local_id",
            "appointment.referral_local_id",
            "appointment.starts",
            "person.extra.job",
            "appointment.extra.room",
        ];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let rows: &[&[&str]] = &[
            &["Smith", "L1", "R1", "L1", "R1", "04/10/2017", "Baker", "5"],
            &["Jones", "L2", "R2", "L2", "R2", "", "", "6"],
            &["Brown", "", "", "", "", "not a date", "", ""],
        ];
        let records = sample::records(&config, &fields, rows);
        let (texts, people) = (&records.texts, &records.people);
        let ids: Vec<&str> = people.places().map(|place| people.text(texts, person::LOCAL_ID, place)).collect();
        assert_eq!(ids, ["L1", "L2", ""]);
        assert_eq!(records.referrals.subject(1), 1);
        let appointments: Vec<_> =
            records.appointments.places().map(|place| records.appointments.row(place).row()).collect();
        assert_eq!(appointments, [2, 4], "ids alone make no appointment; a date that cannot be read does");
        assert_eq!(reasons(&records), [(4, "appointment.starts", Reason::DateNotUnderstood)]);
        assert_eq!(texts.text(people.extra("job", 0)), "Baker");
        assert_eq!(texts.text(records.appointments.extra("room", 0)), "5");
        assert_eq!(texts.text(records.appointments.extra("room", 1)), "");
    }

    #[test]
    fn a_persons_own_local_id_goes_first() {
        let fields = ["person.local_id", "referral.person_local_id", "referral.local_id"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let records = sample::records(&config, &fields, &[&["P1", "L1", "R1"], &["", "L2", "R2"]]);
        let id = |place| records.people.text(&records.texts, person::LOCAL_ID, place);
        assert_eq!((id(0), id(1)), ("P1", "L2"));
        assert_eq!(records.referrals.text(&records.texts, referral::PERSON_LOCAL_ID, 0), "L1");
    }

    #[test]
    fn names_are_taken_apart_where_no_family_name_is_given() {
        let fields =
            ["person.full_name", "person.family_name", "person.given_name", "person.other_names", "person.title"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let check = |cells: [&str; 5], expected: [&str; 4]| {
            let records = sample::records(&config, &fields, &[&cells]);
            let shown = [person::TITLE, person::GIVEN_NAME, person::OTHER_NAMES, person::FAMILY_NAME]
                .map(|field| records.people.text(&records.texts, field, 0));
            assert_eq!(shown, expected);
        };
        check(["SMITH, John Paul (Mr)", "", "", "", ""], ["Mr", "John", "Paul", "SMITH"]);
        check(["SMITH, John", "Jones", "", "", ""], ["", "", "", "Jones"]);
        check(["SMITH, John", "", "Jack", "", "Dr"], ["Dr", "Jack", "", "SMITH"]);
        check(["", "Smith", "John Paul", "", ""], ["", "John", "Paul", "Smith"]);
        check(["", "Smith", "John Paul", "George", ""], ["", "John Paul", "George", "Smith"]);
    }

    #[test]
    fn rows_of_nobody_are_set_aside_and_rows_of_somebody_never() {
        let fields = ["person.given_name", "person.family_name", "person.nhs_number"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let rows: &[&[&str]] =
            &[&["", "NULL", "n/a"], &["Test", "Patient", "9990000050"], &["", "", "123"], &["Anna", "Testa"]];
        let records = sample::records(&config, &fields, rows);
        let expected = [
            (1, Disposition::Header),
            (2, Disposition::SetAside(Reason::NothingMapped)),
            (3, Disposition::SetAside(Reason::TestRow)),
        ];
        assert_eq!(dispositions(&records), expected);
        let expected = [
            (2, "", Reason::NothingMapped),
            (3, "", Reason::TestRow),
            (3, "person.nhs_number", Reason::NhsNumberTest),
            (4, "person.nhs_number", Reason::NhsNumberLength),
        ];
        assert_eq!(reasons(&records), expected);
        assert_eq!(records.people.len(), 2);
    }

    #[test]
    fn test_numbers_are_told_once() {
        let fields = ["person.nhs_number"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let records = sample::records(&config, &fields, &[&["4010232137"], &["9990000050"], &["9990000050"]]);
        assert_eq!(reasons(&records), [(3, "person.nhs_number", Reason::NhsNumberTest)]);
    }

    #[test]
    fn a_missing_column_is_told_once_at_the_header() {
        let config = sample::config(vec![sample::mapping(&["person.family_name", "person.phone"])]);
        let records = sample::records(&config, &["PERSON.family_name "], &[&["Smith"], &["Jones"]]);
        assert_eq!(reasons(&records), [(1, "person.phone", Reason::ColumnMissing)]);
        assert_eq!(records.people.text(&records.texts, person::FAMILY_NAME, 1), "Jones");
    }

    #[test]
    fn a_count_of_days_waits_for_the_date_system() {
        let fields = ["person.date_of_birth", "appointment.starts"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let check = |system, born: f64, expected: (&str, &str), wrong: &[(u32, &str, Reason)]| {
            let cells = vec![Cell::Number(born), Cell::Number(41_550.5)];
            let row = sample::row_of(0, 2, RowKind::Data, cells);
            let records = sample::records_of(&config, &fields, vec![row], system);
            let born = records.people.reveal(&records.texts, person::DATE_OF_BIRTH, 0);
            let starts = records.appointments.reveal(&records.texts, appointment::STARTS, 0);
            assert_eq!((born.as_str(), starts.as_str()), expected);
            assert_eq!(reasons(&records), wrong);
        };
        let implausible = (2, "person.date_of_birth", Reason::BirthDateImplausible);
        check(None, 22_041.0, ("1960-05-05", "2013-10-03T12:00"), &[]);
        check(Some(DateSystem::From1904), 20_579.0, ("1960-05-05", "2017-10-04T12:00"), &[]);
        check(Some(DateSystem::From1900), 42_000.0, ("2014-12-27", "2013-10-03T12:00"), &[]);
        check(Some(DateSystem::From1904), 42_000.0, ("", "2017-10-04T12:00"), &[implausible]);
    }

    #[test]
    fn paper_takes_its_place_among_the_rows_of_other_sources() {
        let mut paper = sample::mapping(&["paper.folder", "paper.pass", "person.family_name"]);
        paper.paper = Some(PaperMapping::default());
        let config = sample::config(vec![paper, sample::mapping(&["person.family_name", "referral.local_id"])]);
        let mut normaliser = Normaliser::new(&config);
        let header = ["paper.folder", "paper.pass", "person.family_name"].map(str::to_owned);
        let rows = vec![sample::row(0, 1, &["7", "2", "Smith"]), sample::row(0, 2, &["7", "1", "Smith"])];
        normaliser.take(Batch { origin: Origin::Source(0), header: &header, rows });
        let header = ["person.family_name", "referral.local_id"].map(str::to_owned);
        let rows = vec![sample::row(1, 1, &["Jones", ""]), sample::row(1, 2, &["Brown", "R1"])];
        normaliser.take(Batch { origin: Origin::Source(1), header: &header, rows });
        let files = vec![sample::file(Origin::Source(0), 2, None), sample::file(Origin::Source(1), 2, None)];
        let records = normaliser.finish(Intake { files, ..Intake::default() });
        let people = &records.people;
        let names: Vec<&str> =
            people.places().map(|place| people.text(&records.texts, person::FAMILY_NAME, place)).collect();
        assert_eq!(names, ["Smith", "Jones", "Brown"]);
        assert_eq!(records.source, [0, 1, 1]);
        assert!(people.places().all(|place| people.subject(place) == place));
        assert_eq!(records.referrals.subject(0), 2);
        assert_eq!(records.keyings[0].of, 0);
    }

    #[test]
    fn an_unmapped_sheet_is_one_exception() {
        let config = sample::config(vec![Mapping::default()]);
        let aside = |row| sample::row_of(0, row, RowKind::SetAside(Finding::SheetNotMapped), Vec::new());
        let wide = sample::row_of(0, 4, RowKind::SetAside(Finding::TooManyCells), Vec::new());
        let records = sample::records_of(&config, &[], vec![aside(2), aside(3), wide], None);
        assert_eq!(reasons(&records), [(2, "", Reason::SheetNotMapped), (4, "", Reason::RowTooWide)]);
        assert_eq!(dispositions(&records)[2], (3, Disposition::SetAside(Reason::SheetNotMapped)));
    }

    /// Any row at all: mostly data, with words that clean to values, to reasons and to nothing.
    fn any_row() -> impl Strategy<Value = (RowKind, Vec<&'static str>)> {
        let kinds = vec![
            RowKind::Data,
            RowKind::Data,
            RowKind::Data,
            RowKind::Data,
            RowKind::Header,
            RowKind::Preamble,
            RowKind::Footer,
            RowKind::Blank,
            RowKind::SetAside(Finding::StrayQuote),
            RowKind::SetAside(Finding::SheetNotMapped),
        ];
        let words = vec![
            "",
            "",
            "1",
            "2",
            "7",
            "8",
            "TEST",
            "ZZZ",
            "Smith",
            "Okafor",
            "05/05/1960",
            "NULL",
            "#N/A",
            "4010232137",
        ];
        (prop::sample::select(kinds), prop::collection::vec(prop::sample::select(words), 0..7))
    }

    fn any_mapping(paper: bool) -> Mapping {
        let fields = [
            "person.family_name",
            "person.given_name",
            "person.date_of_birth",
            "referral.received",
            "paper.folder",
            "paper.pass",
        ];
        let mut mapping = sample::mapping(if paper { &fields } else { &fields[..4] });
        mapping.paper = paper.then(PaperMapping::default);
        let rule = FieldRule { columns: Columns::FirstOf(vec!["person.nhs_number".into()]), ..sample::rule("") };
        mapping.fields.insert(person::NHS_NUMBER, rule);
        mapping
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// `finish` asserts that every physical row is kept exactly once; here that the tables agree with each other too.
        #[test]
        fn every_row_is_kept_exactly_once(
            files in prop::collection::vec(prop::collection::vec(any_row(), 0..24), 1..4),
        ) {
            let config = sample::config((0..files.len()).map(|number| any_mapping(number % 2 == 0)).collect());
            let header = [
                "person.family_name", "person.given_name", "person.date_of_birth", "referral.received", "paper.folder",
                "paper.pass", "person.nhs_number",
            ].map(str::to_owned);
            let mut normaliser = Normaliser::new(&config);
            let mut intake = Intake::default();
            let mut people = 0;
            for (number, rows) in files.iter().enumerate() {
                let place = u16::try_from(number).expect("few");
                let mint = |(row, (kind, cells)): (u32, &(RowKind, Vec<&'static str>))| {
                    RawRow { kind: *kind, ..sample::row(place, row, cells) }
                };
                let rows: Vec<RawRow> = (1..).zip(rows).map(mint).collect();
                let last = rows.len();
                people += rows.iter().filter(|row| row.kind == RowKind::Data).count();
                let (origin, last) = (Origin::Source(number), u32::try_from(last).expect("few"));
                normaliser.take(Batch { origin, header: &header, rows });
                intake.files.push(sample::file(origin, last, None));
            }
            let records = normaliser.finish(intake);
            let beside = |kept: &Disposition| matches!(kept, Disposition::Keying | Disposition::SetAside(
                Reason::NothingMapped | Reason::TestRow | Reason::KeyedTooOften));
            let beside = records.other_rows.iter().filter(|(_, kept)| beside(kept)).count();
            prop_assert_eq!(records.people.len() + beside, people);
            prop_assert_eq!(records.keyings.len(), records.other_rows.iter().filter(|(_, kept)| *kept == Disposition::Keying).count());
            prop_assert!(records.exceptions.is_sorted());
            for place in records.referrals.places() {
                let subject = records.referrals.subject(place);
                prop_assert_eq!(records.people.row(subject), records.referrals.row(place));
            }
        }
    }
}
