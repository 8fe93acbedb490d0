//! A small invented transition for tests, built by hand.

use super::{Reconciled, reconcile};
use crate::config::{
    Config, EvidenceKind, Field, FieldType, Mapping, PaperMapping, RecordKind, Source, Standing, Transition,
};
use crate::decisions::Decisions;
use crate::ledger::Reason;
use crate::linkage::{JoinedBy, Linked, PatientIndex, Place};
use crate::records::{Records, Site, Table};
use crate::sources::{Intake, Origin, ReadAs, RowRef, Sheet, SourceFile};
use crate::values::{Digest, Moment, PartialDate, Precision};
use jiff::civil::{Date, date};
use std::collections::BTreeMap;

/// Whose row it is, by a label of the test's own.
#[derive(Clone, Debug)]
enum Whose {
    Patient(&'static str),
    Unknown(Vec<&'static str>),
}

/// One row of one source.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    source: usize,
    whose: Whose,
    values: Vec<(RecordKind, &'static str, String)>,
    bare: Vec<RecordKind>,
}

/// Sources with fixed places, so that tests name them.
pub(crate) const COMMUNITY: usize = 0;
pub(crate) const HOSPITAL: usize = 1;
pub(crate) const BOOKING: usize = 2;
pub(crate) const RECEIVER: usize = 3;
pub(crate) const LETTERS: usize = 4;
pub(crate) const TEXTS: usize = 5;
pub(crate) const LIST: usize = 6;
pub(crate) const PAPER: usize = 7;
pub(crate) const TOTALS: usize = 8;

/// A world of rows.
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) rows: Vec<Row>,
    pub(crate) sites: Vec<Site>,
}

fn source(id: &str, provider: &str, system: &str, service_line: &str, standing: Standing) -> Source {
    Source {
        id: id.into(),
        path: format!("{id}.csv"),
        mapping_path: format!("{id}.toml"),
        mapping: Mapping::default(),
        provider: provider.into(),
        system: system.into(),
        service_line: service_line.into(),
        standing,
        extracted_at: Some(date(2017, 9, 29)),
        control_rows: None,
        certified_by: None,
    }
}

pub(crate) fn config() -> Config {
    let mut sources = vec![
        source("a-community", "RAA", "alpha", "community", Standing::Record),
        source("b-hospital", "RBB", "beta", "secondary", Standing::Record),
        source("c-booking", "X09", "e-rs", "community", Standing::Record),
        source("d-receiver", "ZZZ", "omega", "community", Standing::Record),
        source("e-letters", "RAA", "letters", "community", Standing::Evidence(EvidenceKind::Letter)),
        source("f-texts", "RAA", "texts", "community", Standing::Evidence(EvidenceKind::Text)),
        source("g-list", "RAA", "alpha", "community", Standing::Declared),
        source("h-paper", "RAA", "paper", "community", Standing::Record),
        source("i-totals", "RAA", "alpha", "community", Standing::Declared),
    ];
    sources[PAPER].mapping.paper = Some(PaperMapping::default());
    Config::of(Transition::for_tests(&["RAA", "RBB"], "ZZZ"), sources)
}

impl World {
    pub(crate) fn new() -> Self {
        World { config: config(), rows: Vec::new(), sites: Vec::new() }
    }

    /// A row of a patient.
    pub(crate) fn row(&mut self, source: usize, patient: &'static str) -> &mut Row {
        self.push(source, Whose::Patient(patient))
    }

    /// A row whose patient is not known.
    pub(crate) fn stray(&mut self, source: usize, candidates: &[&'static str]) -> &mut Row {
        self.push(source, Whose::Unknown(candidates.to_vec()))
    }

    fn push(&mut self, source: usize, whose: Whose) -> &mut Row {
        self.rows.push(Row { source, whose, values: Vec::new(), bare: Vec::new() });
        self.rows.last_mut().expect("just pushed")
    }

    /// A line of the crosswalk.
    pub(crate) fn site(&mut self, code: &str, name: &str, successor: &str) {
        let row = u32::try_from(self.sites.len() + 2).expect("few sites");
        self.sites.push(Site {
            at: RowRef::for_tests(99, 0, row),
            legacy_site: code.into(),
            name: name.into(),
            provider: "RAA".into(),
            successor_site: successor.into(),
            closes_on: None,
        });
    }

    /// What linkage would give.
    pub(crate) fn linked(&self) -> Linked {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by_key(|row| row.source);
        let mut records = Records::empty();
        records.sites = self.sites.clone();
        let mut count = vec![0u32; self.config.sources.len()];
        let mut patients: Vec<&str> = Vec::new();
        let mut members: Vec<Vec<u32>> = Vec::new();
        for row in &rows {
            count[row.source] += 1;
            let file = u16::try_from(row.source).expect("few sources");
            let at = RowRef::for_tests(file, 0, count[row.source]);
            let person = records.people.push(at, 0);
            records.source.push(file);
            let cells: Vec<String> =
                row.values.iter().map(|(kind, name, value)| format!("{kind:?}{name}{value}")).collect();
            records.digest.push(Digest::of_cells(cells.iter().map(String::as_str)));
            fill(&mut records, row, at, person);
            if let Whose::Patient(label) = row.whose {
                let patient = patients.iter().position(|known| *known == label).unwrap_or_else(|| {
                    patients.push(label);
                    members.push(Vec::new());
                    patients.len() - 1
                });
                members[patient].push(person);
            }
        }
        records.intake = intake(&self.config, &count);
        let index = |label: &str| {
            let place = patients.iter().position(|known| *known == label).expect("a candidate is a patient");
            PatientIndex::try_from(place).expect("few patients")
        };
        let place = |row: &&Row| match &row.whose {
            Whose::Patient(label) => {
                Place::Patient { patient: index(label), probability: 1.0, joined_by: JoinedBy::Model }
            }
            Whose::Unknown(candidates) => Place::Unplaced {
                reason: Reason::PersonTooThin,
                candidates: candidates.iter().map(|label| index(label)).collect(),
            },
        };
        let places = rows.iter().map(place).collect();
        let (rulings, effects) = Default::default();
        Linked { records, members, places, pairs: Vec::new(), rulings, effects, thresholds: Vec::new() }
    }

    pub(crate) fn reconcile(&self) -> Reconciled {
        reconcile(&self.config, self.linked(), &Decisions::default())
    }
}

fn intake(config: &Config, count: &[u32]) -> Intake {
    let file = |place: usize| SourceFile {
        origin: Origin::Source(place),
        path: config.sources[place].path.clone(),
        bytes: 0,
        digest: Digest::of(b""),
        read_as: ReadAs::default(),
        sheets: vec![Sheet {
            name: String::new(),
            rows: count[place],
            header_row: None,
            header_rows: 0,
            header: Vec::new(),
            hidden: false,
            mapped: true,
        }],
    };
    Intake { files: (0..count.len()).map(file).collect(), ..Intake::default() }
}

fn fill(records: &mut Records, row: &Row, at: RowRef, person: u32) {
    let mut pushed: BTreeMap<RecordKind, u32> = BTreeMap::from([(RecordKind::Person, person)]);
    let kinds = row.values.iter().map(|(kind, ..)| *kind).chain(row.bare.iter().copied());
    for kind in kinds.collect::<std::collections::BTreeSet<_>>() {
        if kind != RecordKind::Person {
            pushed.insert(kind, table(records, kind).push(at, person));
        }
    }
    for (kind, name, value) in &row.values {
        let field = kind.field(name).expect("a field of the catalogue");
        let bits = bits(records, field, value);
        table(records, *kind).set_bits(field, pushed[kind], bits);
    }
}

fn bits(records: &mut Records, field: Field, value: &str) -> u32 {
    match field.field_type() {
        FieldType::Date => partial(value).pack(),
        FieldType::Moment => moment(value).pack(),
        FieldType::Text | FieldType::NhsNumber | FieldType::Coded(_) => records.texts.intern(value).place(),
    }
}

fn table(records: &mut Records, kind: RecordKind) -> &mut Table {
    match kind {
        RecordKind::Person => &mut records.people,
        RecordKind::Referral => &mut records.referrals,
        RecordKind::Appointment => &mut records.appointments,
        RecordKind::Diagnostic => &mut records.diagnostics,
        RecordKind::Document => &mut records.documents,
        RecordKind::OutcomeScore => &mut records.outcome_scores,
        RecordKind::Concern => &mut records.concerns,
        RecordKind::Paper => unreachable!("paper has no table"),
    }
}

/// "2017", "2017-09" or "2017-09-30".
pub(crate) fn partial(text: &str) -> PartialDate {
    let full: Date = format!("{text}-01-01")[..10].parse().expect("a date");
    let precision = match text.len() {
        4 => Precision::Year,
        7 => Precision::Month,
        _ => Precision::Day,
    };
    PartialDate::new(full, precision).expect("in range")
}

/// "2017-09-30" or "2017-09-30T09:30".
pub(crate) fn moment(text: &str) -> Moment {
    let date: Date = text[..10].parse().expect("a date");
    let minute = text.get(11..).map(|time| {
        let (hour, minute) = time.split_once(':').expect("hours and minutes");
        hour.parse::<u16>().expect("hours") * 60 + minute.parse::<u16>().expect("minutes")
    });
    Moment::new(date, minute).expect("in range")
}

impl Row {
    fn with(&mut self, kind: RecordKind, values: &[(&'static str, &str)]) -> &mut Self {
        self.values.extend(values.iter().map(|(name, value)| (kind, *name, (*value).to_owned())));
        if values.is_empty() {
            self.bare.push(kind);
        }
        self
    }

    pub(crate) fn person(&mut self, values: &[(&'static str, &str)]) -> &mut Self {
        self.with(RecordKind::Person, values)
    }

    pub(crate) fn referral(&mut self, values: &[(&'static str, &str)]) -> &mut Self {
        self.with(RecordKind::Referral, values)
    }

    pub(crate) fn appointment(&mut self, values: &[(&'static str, &str)]) -> &mut Self {
        self.with(RecordKind::Appointment, values)
    }

    pub(crate) fn diagnostic(&mut self, values: &[(&'static str, &str)]) -> &mut Self {
        self.with(RecordKind::Diagnostic, values)
    }
}
