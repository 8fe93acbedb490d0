//! Which cells of a sheet a mapping's fields are read from, and how a row's cells become readings.

use super::clean::{Cleaned, Cleaner, Reading, fold, said};
use super::texts::Texts;
use crate::config::{Columns, Config, Field, FieldRule, RecordKind};
use crate::ledger::Reason;
use crate::sources::{Cell, RawRow};
use crate::values::Moment;
use std::collections::HashMap;

/// A header, by name.
pub(super) struct Header(HashMap<String, usize>);

/// Something that a mapping fills.
pub(super) struct Item<'c> {
    /// Where its values go.
    pub target: Target<'c>,
    /// `referral.received`
    pub name: String,
    /// Whether it says something of its own: a person's local id on a referral's row makes no referral.
    pub own: bool,
    rule: &'c FieldRule,
    cleaner: Cleaner,
}

/// Where values go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'c> {
    Field(Field),
    Extra(RecordKind, &'c str),
}

/// The cells of one item in one sheet.
pub(super) enum Cells {
    None,
    One(usize),
    Joined(Vec<usize>),
}

impl Header {
    /// Names are compared trimmed, with inner white space folded and without regard to case; of two equal names the
    /// first is meant.
    pub fn new(names: &[String]) -> Self {
        let mut places = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            places.entry(key(name)).or_insert(place);
        }
        Header(places)
    }

    /// The place of a column.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.0.get(&key(name)).copied()
    }
}

fn key(name: &str) -> String {
    fold(name.trim()).to_lowercase()
}

impl<'c> Item<'c> {
    /// All that the mapping of a source fills: fields in the order of the catalogue, then extra columns.
    pub fn of_source(config: &'c Config, source: usize) -> Vec<Self> {
        let mapping = &config.sources[source].mapping;
        let as_at = config.transition.as_at;
        let fields = mapping.fields.iter().map(|(field, rule)| Item {
            target: Target::Field(*field),
            name: format!("{}.{}", field.kind.name(), field.name()),
            own: field.name() != "person_local_id",
            rule,
            cleaner: Cleaner::for_field(*field, rule, &mapping.file.dates, as_at),
        });
        let extra = mapping.extra.iter().map(|((kind, name), rule)| Item {
            target: Target::Extra(*kind, name),
            name: format!("{}.extra.{name}", kind.name()),
            own: false,
            rule,
            cleaner: Cleaner::for_extra(),
        });
        fields.chain(extra).collect()
    }

    /// The kind of record it belongs to.
    pub fn kind(&self) -> RecordKind {
        match self.target {
            Target::Field(field) => field.kind,
            Target::Extra(kind, _) => kind,
        }
    }

    /// Its field; `None` for an extra column.
    pub fn field(&self) -> Option<Field> {
        match self.target {
            Target::Field(field) => Some(field),
            Target::Extra(..) => None,
        }
    }

    /// How its values are cleaned.
    pub fn cleaner(&self) -> &Cleaner {
        &self.cleaner
    }

    /// Its cells under a header, and whether a column that the mapping names is missing.
    pub fn cells(&self, header: &Header) -> (Cells, bool) {
        match &self.rule.columns {
            Columns::FirstOf(names) => match names.iter().find_map(|name| header.place(name)) {
                Some(place) => (Cells::One(place), false),
                None => (Cells::None, true),
            },
            Columns::Join { columns, .. } => {
                let places: Vec<usize> = columns.iter().filter_map(|name| header.place(name)).collect();
                let missing = places.len() < columns.len();
                (if places.is_empty() { Cells::None } else { Cells::Joined(places) }, missing)
            }
        }
    }

    /// Its value in a row, and the number that was read as a count of days, if one was.
    pub fn clean(
        &mut self,
        cells: &Cells,
        row: &RawRow,
        texts: &mut Texts,
        scratch: &mut String,
    ) -> (Cleaned, Option<f64>) {
        let (reading, spoilt) = self.reading(cells, row, scratch);
        let mut cleaned = self.cleaner.clean(reading, texts);
        if spoilt {
            cleaned = Cleaned { reason: cleaned.reason.or(Some(Reason::CellError)), filled: true, ..cleaned };
        }
        match reading {
            Reading::Number(number) if self.cleaner.counts_days(number) => (cleaned, Some(number)),
            _ => (cleaned, None),
        }
    }

    /// Its cells as they stand, for people to compare. Personal data.
    pub fn as_found(&self, cells: &Cells, row: &RawRow) -> String {
        let mut scratch = String::new();
        match self.reading(cells, row, &mut scratch).0 {
            Reading::Text(text) => fold(text.trim()).into_owned(),
            other => other.text().unwrap_or_default().into_owned(),
        }
    }

    /// The reading, and whether an error stood in one of several cells.
    fn reading<'r>(&self, cells: &Cells, row: &'r RawRow, scratch: &'r mut String) -> (Reading<'r>, bool) {
        let cell = |place: usize| row.cells.get(place).unwrap_or(&Cell::Empty);
        let (places, join) = match (cells, &self.rule.columns) {
            (Cells::None, _) => return (Reading::Empty, false),
            (Cells::One(place), _) => return (Reading::of(cell(*place)), false),
            (Cells::Joined(places), Columns::Join { join, .. }) => (places, join.as_str()),
            (Cells::Joined(places), Columns::FirstOf(_)) => (places, " "),
        };
        let said = |place: &&usize| Reading::of(cell(**place)).text().is_some();
        let mut filled = places.iter().filter(said);
        let errors = places.iter().any(|place| matches!(cell(*place), Cell::Error(_)));
        match (filled.next(), filled.next()) {
            (None, _) => (if errors { Reading::Error } else { Reading::Empty }, false),
            (Some(one), None) => (Reading::of(cell(*one)), errors),
            _ => {
                let dates = self.cleaner.is_date();
                scratch.clear();
                for place in places.iter().filter(said) {
                    if !scratch.is_empty() {
                        scratch.push_str(join);
                    }
                    part(cell(*place), dates, scratch);
                }
                (Reading::Text(scratch), errors)
            }
        }
    }
}

/// One of several cells. A workbook keeps a time of day as a fraction of a day, or as a time on the day before its first.
fn part(cell: &Cell, of_date: bool, joined: &mut String) {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    match cell {
        Cell::Text(text) => joined.push_str(&said(text, true).unwrap_or_default()),
        Cell::Number(number) if of_date && (0.0..1.0).contains(number) => {
            joined.push_str(&clock(((number * 1440.0).round() as u16).min(1439)));
        }
        Cell::Moment(moment) if of_date => match (moment.date().year() < 1905, moment.minute()) {
            (true, Some(minute)) => joined.push_str(&clock(minute)),
            _ => joined.push_str(&Moment::new(moment.date(), None).map(Moment::reveal).unwrap_or_default()),
        },
        other => joined.push_str(&Reading::of(other).text().unwrap_or_default()),
    }
}
