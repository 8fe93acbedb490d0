//! Which cells of a sheet a mapping's fields are read from, and how a row's cells become readings.

use super::clean::{Clean, Cleaned, Cleaner, Reading, fold, said};
use super::dates::is_placeholder;
use super::memory::Remembered;
use super::reading::Novelty;
use super::texts::Texts;
use super::written::Written;
use crate::config::{Columns, Config, Field, FieldRule, FieldType, RecordKind};
use crate::ledger::Reason;
use crate::sources::{Cell, RawRow, letters};
use crate::values::Moment;
use std::collections::HashMap;

/// A header: the places of each name.
pub(super) struct Header(HashMap<String, Vec<usize>>);

/// Something that a mapping fills.
pub(super) struct Item<'c> {
    /// Where its values go.
    pub target: Target<'c>,
    /// `referral.received`
    pub name: String,
    /// Whether it says something of its own: in a wide row, the ids of a person and a referral make no appointment.
    pub own: bool,
    /// How often its texts come again.
    pub novelty: Novelty,
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

/// What stands in the cells of one item in a row.
pub(super) enum Read<'r> {
    /// In one cell; whether an error stood in another.
    One(Reading<'r>, bool),
    /// In several, joined; whether an error stood among them.
    Joined(String, bool),
}

impl Header {
    /// Names are compared trimmed, with inner white space folded and without regard to case; of two equal names the
    /// first is meant.
    pub fn new(names: &[String]) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            places.entry(key(name)).or_default().push(place);
        }
        Header(places)
    }

    /// The place of a column.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.0.get(&key(name)).map(|places| places[0])
    }

    /// Which of several columns of one name is used, in words; `None` where there are not several.
    pub fn rivals(&self, name: &str) -> Option<String> {
        let (used, others) = self.0.get(&key(name))?.split_first()?;
        let others: Vec<String> = others.iter().map(|place| letters(*place)).collect();
        let told = || format!("{}: column {} is used, not {}", fold(name.trim()), letters(*used), others.join(", "));
        (!others.is_empty()).then(told)
    }
}

/// The columns that a field is read from under a header, as the mapping writes them.
pub(super) fn names<'c>(rule: &'c FieldRule, header: &Header) -> Vec<&'c str> {
    match &rule.columns {
        Columns::FirstOf(names) => {
            names.iter().find(|name| header.place(name).is_some()).map(String::as_str).into_iter().collect()
        }
        Columns::Join { columns, .. } => columns.iter().map(String::as_str).collect(),
    }
}

fn key(name: &str) -> String {
    fold(name.trim()).to_lowercase()
}

impl<'c> Item<'c> {
    /// All that the mapping of a source fills: fields in the order of the catalogue, then extra columns.
    pub fn of_source(config: &'c Config, source: usize) -> Vec<Self> {
        let mapping = &config.sources[source].mapping;
        let (as_at, extracted_at) = (config.transition.as_at, config.sources[source].extracted_at);
        let of_time = |cleaner: Cleaner| if config.link.is_care { cleaner } else { cleaner.of_any_time() };
        let fields = mapping.fields.iter().map(|(field, rule)| Item {
            target: Target::Field(*field),
            name: format!("{}.{}", field.kind.name(), field.name()),
            own: !["person_local_id", "referral_local_id"].contains(&field.name()),
            novelty: Novelty::default(),
            rule,
            cleaner: of_time(Cleaner::for_field(*field, rule, &mapping.file.dates, as_at).extracted_at(extracted_at)),
        });
        let extra = mapping.extra.iter().map(|((kind, name), rule)| Item {
            target: Target::Extra(*kind, name),
            name: format!("{}.extra.{name}", kind.name()),
            own: false,
            novelty: Novelty::default(),
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

    /// Whether it holds NHS numbers.
    pub fn is_nhs_number(&self) -> bool {
        self.field().is_some_and(|field| field.field_type() == FieldType::NhsNumber)
    }

    /// How its values are cleaned.
    pub fn cleaner(&self) -> &Cleaner {
        &self.cleaner
    }

    /// A value that a person gave, cleaned as a cell of it is.
    pub fn clean_told(&self, text: &str, texts: &mut Texts) -> Cleaned {
        let cleaned = self.cleaner.clean(Reading::Text(text)).placed(texts);
        // Of test numbers it is told once a source.
        Cleaned { reason: cleaned.reason.filter(|reason| *reason != Reason::NhsNumberTest), ..cleaned }
    }

    /// Keeps in mind what a value came to.
    pub fn remember(&mut self, value: Remembered<'_>, cleaned: Cleaned) {
        self.cleaner.memory.remember(value, cleaned);
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

    /// The columns that it is read from under a header, as the mapping writes them.
    pub fn names(&self, header: &Header) -> Vec<&'c str> {
        names(self.rule, header)
    }

    /// Its cells as they stand, for people to compare. Personal data.
    pub fn as_found(&self, cells: &Cells, row: &RawRow) -> String {
        match self.read(cells, row) {
            Read::One(Reading::Text(text), _) => fold(text.trim()).into_owned(),
            Read::One(other, _) => other.text().unwrap_or_default().into_owned(),
            Read::Joined(text, _) => fold(text.trim()).into_owned(),
        }
    }

    /// What stands in its cells in a row.
    pub fn read<'r>(&self, cells: &Cells, row: &'r RawRow) -> Read<'r> {
        let cell = |place: usize| row.cells.get(place).unwrap_or(&Cell::Empty);
        let (places, join) = match (cells, &self.rule.columns) {
            (Cells::None, _) => return Read::One(Reading::Empty, false),
            (Cells::One(place), _) => return Read::One(Reading::of(cell(*place)), false),
            (Cells::Joined(places), Columns::Join { join, .. }) => (places, join.as_str()),
            (Cells::Joined(places), Columns::FirstOf(_)) => (places, " "),
        };
        let said = |place: &&usize| Reading::of(cell(**place)).text().is_some();
        let mut filled = places.iter().filter(said);
        let errors = places.iter().any(|place| matches!(cell(*place), Cell::Error(_)));
        match (filled.next(), filled.next()) {
            (None, _) => Read::One(if errors { Reading::Error } else { Reading::Empty }, false),
            (Some(one), None) => Read::One(Reading::of(cell(*one)), errors),
            _ => {
                let (dates, mut joined) = (self.cleaner.is_date(), String::new());
                for place in places.iter().filter(said) {
                    if !joined.is_empty() {
                        joined.push_str(join);
                    }
                    part(cell(*place), dates, &mut joined);
                }
                Read::Joined(joined, errors)
            }
        }
    }
}

impl<'r> Read<'r> {
    /// What the value is remembered by, if values of the item are.
    pub fn remembered_by(&self, item: &Item<'_>) -> Option<Remembered<'r>> {
        match self {
            Read::One(reading, _) => item.cleaner.remembered_by(*reading),
            Read::Joined(text, _) => item.cleaner.remembered_by(Reading::Text(text)).map(Remembered::into_owned),
        }
    }

    /// The value.
    pub fn clean(&self, item: &Item<'_>) -> Clean<'r> {
        match self {
            Read::One(reading, _) => item.cleaner.clean(*reading),
            Read::Joined(text, _) => item.cleaner.clean(Reading::Text(text)).into_owned(),
        }
    }

    /// The number that is read as a count of days, if it is one.
    pub fn serial(&self, item: &Item<'_>) -> Option<f64> {
        match self {
            Read::One(reading, _) => item.cleaner.count_of_days(*reading),
            Read::Joined(..) => None,
        }
    }

    /// The value with what its other cells say of it.
    pub fn settle(&self, item: &Item<'_>, cells: &Cells, row: &RawRow, value: &mut Cleaned) {
        if let Read::One(_, true) | Read::Joined(_, true) = self {
            *value = Cleaned { reason: value.reason.or(Some(Reason::CellError)), filled: true, ..*value };
        }
        if let (Cells::Joined(places), true) = (cells, item.cleaner.is_date() && value.bits != 0) {
            let days = places.iter().filter_map(|place| day_of_workbook(row.cells.get(*place)?));
            value.written = days.map(Written::of_workbook).next().unwrap_or(value.written);
        }
    }
}

/// A time of day is a moment of the day nought of a workbook.
fn day_of_workbook(cell: &Cell) -> Option<Moment> {
    match cell {
        Cell::Moment(moment) if !is_placeholder(moment.date()) => Some(*moment),
        _ => None,
    }
}

/// One of several cells. A time of day that a workbook does not mark as one is a fraction of a day.
fn part(cell: &Cell, of_date: bool, joined: &mut String) {
    match cell {
        Cell::Text(text) => joined.push_str(&said(text, true).unwrap_or_default()),
        Cell::Number(number) if of_date && (0.0..1.0).contains(number) => {
            let minute = ((number * 1440.0).round() as u16).min(1439);
            joined.push_str(&format!("{:02}:{:02}", minute / 60, minute % 60));
        }
        Cell::Moment(moment) if of_date => {
            joined.push_str(&Moment::new(moment.date(), None).map(Moment::reveal).unwrap_or_default());
        }
        other => joined.push_str(&Reading::of(other).text().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fields::{appointment, person};
    use crate::records::reading::{Readings, Spare};
    use crate::records::sample;
    use crate::records::texts::Symbol;
    use crate::sources::RowKind;
    use jiff::civil::date;

    fn header(names: &[&str]) -> Header {
        Header::new(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    fn item(field: Field, rule: &FieldRule) -> Item<'_> {
        let cleaner = Cleaner::for_field(field, rule, &[], date(2017, 9, 30));
        Item { target: Target::Field(field), name: "any".into(), own: true, novelty: Novelty::default(), rule, cleaner }
    }

    #[test]
    fn names_are_compared_loosely_and_the_first_of_two_is_meant() {
        let header = header(&["Patient ID", "", " date \n of  BIRTH ", "patient id"]);
        let found = ["PATIENT  ID", "Date of birth", "Patient", "patient id "].map(|name| header.place(name));
        assert_eq!(found, [Some(0), Some(2), None, Some(0)]);
    }

    #[test]
    fn columns_of_one_name_are_told_as_a_spreadsheet_letters_them() {
        let mut names = vec!["Phone"; 3];
        names.resize(26, "");
        names.extend(["Name", " PHONE"]);
        let header = header(&names);
        assert_eq!(header.rivals("phone ").as_deref(), Some("phone: column A is used, not B, C, AB"));
        assert_eq!((header.rivals("Name"), header.rivals("Town")), (None, None));
    }

    #[test]
    fn a_column_is_missing_when_no_alternative_is_there_or_any_part_is_not() {
        let check = |columns: Columns, expected: (Vec<usize>, bool)| {
            let rule = FieldRule { columns, ..sample::rule("any") };
            let (cells, missing) = item(person::ADDRESS, &rule).cells(&header(&["A", "B"]));
            let places = match cells {
                Cells::None => Vec::new(),
                Cells::One(place) => vec![place],
                Cells::Joined(places) => places,
            };
            assert_eq!((places, missing), expected);
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        check(Columns::FirstOf(names(&["X", "b", "a"])), (vec![1], false));
        check(Columns::FirstOf(names(&["X", "Y"])), (vec![], true));
        check(Columns::Join { columns: names(&["B", "A"]), join: " ".into() }, (vec![1, 0], false));
        check(Columns::Join { columns: names(&["B", "X"]), join: " ".into() }, (vec![1], true));
        check(Columns::Join { columns: names(&["X"]), join: " ".into() }, (vec![], true));
    }

    #[track_caller]
    fn check_joined(field: Field, join: &str, cells: Vec<Cell>, expected: (&str, Option<Reason>)) {
        let columns = (0..cells.len()).map(|place| place.to_string()).collect();
        let mut rule = sample::rule("any");
        rule.columns = Columns::Join { columns, join: join.into() };
        rule.dates = vec!["%d/%m/%Y %H:%M".into()];
        let row = sample::row_of(0, 2, RowKind::Data, cells);
        let places = Cells::Joined((0..row.cells.len()).collect());
        let mut item = item(field, &rule);
        for round in ["new", "remembered"] {
            let mut texts = Texts::default();
            let mut readings = Readings::new(&item, Spare::default());
            readings.add(&item, &places, &[&row], &texts);
            readings.settle(&mut item, &mut texts);
            let value = readings.values[0];
            let shown = match field {
                appointment::STARTS => Moment::unpack(value.bits).map(Moment::reveal).unwrap_or_default(),
                _ => texts.text(Symbol::at(value.bits)).to_owned(),
            };
            assert_eq!((shown.as_str(), value.reason), expected, "{round}");
        }
    }

    #[test]
    fn joined_cells_leave_out_what_is_empty() {
        let text = |text: &str| Cell::Text(text.into());
        let address = vec![text("12 High St"), Cell::Empty, text("NULL"), text("Town")];
        check_joined(person::ADDRESS, ", ", address, ("12 High St, Town", None));
        check_joined(person::ADDRESS, ", ", vec![Cell::Number(12.0), text("High St")], ("12, High St", None));
        check_joined(person::ADDRESS, ", ", vec![Cell::Empty, text("-")], ("", None));
        let spoilt = vec![Cell::Error("#REF!".into()), text("Town")];
        check_joined(person::ADDRESS, ", ", spoilt, ("Town", Some(Reason::CellError)));
        check_joined(person::ADDRESS, ", ", vec![Cell::Error("#REF!".into())], ("", Some(Reason::CellError)));
    }

    #[test]
    fn a_day_and_a_time_make_a_moment() {
        let text = |text: &str| Cell::Text(text.into());
        let day = || Moment::new(date(2017, 10, 4), None).map(Cell::Moment).expect("in range");
        let starts = appointment::STARTS;
        check_joined(starts, " ", vec![text("04/10/2017"), text("9:30")], ("2017-10-04T09:30", None));
        check_joined(starts, " ", vec![text("04/10/2017"), Cell::Empty], ("2017-10-04", None));
        check_joined(starts, " ", vec![day(), text("09:30")], ("2017-10-04T09:30", None));
        check_joined(starts, " ", vec![day(), Cell::Number(9.5 / 24.0)], ("2017-10-04T09:30", None));
        check_joined(starts, " ", vec![day(), Cell::Empty], ("2017-10-04", None));
        check_joined(starts, " ", vec![Cell::Empty, text("09:30")], ("", Some(Reason::DateNotUnderstood)));
    }
}
