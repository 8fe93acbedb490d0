//! How the dates of a column stand in their cells, counted while the rows of a sheet come, and what is told of it at the
//! header and at the rows in doubt. A date is always read as the mapping says, or as the workbook does; what its column gives
//! cause to doubt is told, so that nobody takes it for sure.

use super::calendar::{Clock, Layout, Order, Seen, Way, Ways, see};
use super::instant::offset;
use crate::ledger::{Exception, Reason};
use crate::sources::RowRef;
use crate::values::Moment;
use jiff::civil::Date;

/// How a value stands in its cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Written {
    /// In a way that says nothing of its column.
    #[default]
    Plainly,
    /// As text, two numbers and a year.
    Numbers(Numbers),
    /// The same, with a time and its distance from Greenwich.
    NumbersInstant(Numbers),
    /// As a date of a workbook.
    Workbook(Way),
    /// As text with its distance from Greenwich.
    Instant,
    /// As a name that must be looked at: of several words, or with letters that test entries have.
    Notably,
}

/// How two numbers and a year stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As [`Way`] has them.
    DayFirst,
    MonthFirst,
    Same,
    Neither,
    /// So that either could come first; and what came first as it was read.
    Either(Option<First>),
}

/// What stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Day,
    Month,
}

impl Written {
    /// Of text that was read as this day, if it could be read.
    pub fn of_text(text: &str, day: Option<Date>) -> Self {
        let seen = see(text);
        let Some((local, _)) = offset(text).filter(|_| seen.is_none()) else { return Written::of_seen(seen, day) };
        match (Written::of_seen(see(local), day), day) {
            (Written::Numbers(numbers), Some(_)) => Written::NumbersInstant(numbers),
            (written, None) => written,
            (_, Some(_)) => Written::Instant,
        }
    }

    fn of_seen(seen: Option<Seen>, day: Option<Date>) -> Self {
        match seen {
            Some(seen) if seen.form.layout == Layout::Numbers => {
                let is = |read: Option<Date>| {
                    let month_and_day = |date: Date| (date.month(), date.day());
                    day.map(month_and_day) == read.map(month_and_day)
                };
                Written::Numbers(match seen.way() {
                    Way::Either if day.is_none() => return Written::Plainly,
                    Way::Either if is(seen.day_first) => Numbers::Either(Some(First::Day)),
                    Way::Either if is(seen.month_first) => Numbers::Either(Some(First::Month)),
                    Way::Either => Numbers::Either(None),
                    Way::DayFirst => Numbers::DayFirst,
                    Way::MonthFirst => Numbers::MonthFirst,
                    Way::Same => Numbers::Same,
                    Way::Neither => Numbers::Neither,
                })
            }
            Some(seen) if seen.form.clock == Clock::Instant && day.is_some() => Written::Instant,
            _ => Written::Plainly,
        }
    }

    /// Of a date of a workbook. One that a program made of text, it may have made with day and month exchanged.
    pub fn of_workbook(moment: Moment) -> Self {
        let (day, month) = (moment.date().day(), moment.date().month());
        Written::Workbook(match () {
            () if day > 12 => Way::DayFirst,
            () if day == month => Way::Same,
            () => Way::Either,
        })
    }
}

/// The dates of one field in one sheet.
pub(super) struct DateColumn {
    /// The place of its item.
    pub item: usize,
    /// Its field and its columns, as an exception names them.
    name: String,
    columns: String,
    texts: Ways,
    /// Of texts that could be either: how many were read with the day first, and with the month first.
    read: (u64, u64),
    either: Vec<RowRef>,
    workbook: Ways,
    turned: Vec<RowRef>,
    instants: u64,
}

impl DateColumn {
    /// Before the first row.
    pub fn new(item: usize, name: &str, columns: &[&str]) -> Self {
        DateColumn {
            item,
            name: name.to_owned(),
            columns: columns.join(", "),
            texts: Ways::default(),
            read: (0, 0),
            either: Vec::new(),
            workbook: Ways::default(),
            turned: Vec::new(),
            instants: 0,
        }
    }

    /// Counts a value.
    pub fn count(&mut self, at: RowRef, written: Written) {
        match written {
            Written::Plainly | Written::Notably => {}
            Written::Instant => self.instants += 1,
            Written::Workbook(way) => {
                self.workbook.count(way);
                self.turned.extend((way == Way::Either).then_some(at));
            }
            Written::Numbers(numbers) | Written::NumbersInstant(numbers) => {
                self.instants += u64::from(matches!(written, Written::NumbersInstant(_)));
                self.texts.count(match numbers {
                    Numbers::DayFirst => Way::DayFirst,
                    Numbers::MonthFirst => Way::MonthFirst,
                    Numbers::Same => Way::Same,
                    Numbers::Neither => Way::Neither,
                    Numbers::Either(first) => {
                        self.either.push(at);
                        self.read.0 += u64::from(first == Some(First::Day));
                        self.read.1 += u64::from(first == Some(First::Month));
                        Way::Either
                    }
                });
            }
        }
    }

    /// Says at the header what the column shows, and at each row in doubt that it is.
    pub fn tell(self, header: RowRef, exceptions: &mut Vec<Exception>) {
        let (day, month) = (self.texts.day_first_only, self.texts.month_first_only);
        let mut say = |reason, what: String| {
            let field = format!("{} ({}: {what})", self.name, self.columns);
            exceptions.push(Exception { at: header, field, reason });
        };
        let reason = self.doubt();
        if let Some(reason) = reason {
            say(reason, format!("{day} only day first, {month} only month first, {}", self.told_of_either()));
        }
        let turned = self.is_turned();
        if turned {
            let (dates, texts) = (self.workbook.both, day + month);
            say(Reason::DatesTurned, format!("{dates} dates of the workbook, {texts} as text"));
        }
        if self.instants > 0 {
            say(Reason::TimesWithOffset, format!("{} of them", self.instants));
        }
        let either = if reason.is_some() { self.either } else { Vec::new() };
        let turned = if turned { self.turned } else { Vec::new() };
        let name = self.name;
        let told = |at| Exception { at, field: name.clone(), reason: Reason::DateEitherWay };
        exceptions.extend(either.into_iter().chain(turned).map(told));
    }

    /// Whether texts stand in both orders, or in another than they were read in.
    fn doubt(&self) -> Option<Reason> {
        let (read_day_first, read_month_first) = self.read;
        match self.texts.order() {
            Order::Mixed => Some(Reason::DatesTwoWays),
            Order::DayFirst if read_month_first > 0 => Some(Reason::DatesOtherWay),
            Order::MonthFirst if read_day_first > 0 => Some(Reason::DatesOtherWay),
            Order::Undecided | Order::DayFirst | Order::MonthFirst => None,
        }
    }

    fn told_of_either(&self) -> String {
        match self.read {
            (0, 0) => "none that could be either".to_owned(),
            (day, 0) => format!("{day} could be either and are read day first"),
            (0, month) => format!("{month} could be either and are read month first"),
            (day, month) => format!("{} could be either: {day} are read day first, {month} month first", day + month),
        }
    }

    /// A program that turns text to dates with day and month exchanged does so only as far as the days are months too, and
    /// leaves the others as text: so all its dates lie within the first twelve days of a month, and no text does.
    fn is_turned(&self) -> bool {
        let left_as_text = self.texts.day_first_only + self.texts.month_first_only > 0 && self.texts.both == 0;
        left_as_text && self.workbook.both > 0 && self.workbook.day_first_only == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fields::{person, referral};
    use crate::records::{Records, sample};
    use crate::sources::{Cell, RowKind};
    use jiff::civil::date;

    const FIELDS: [&str; 2] = ["person.family_name", "referral.received"];

    /// Rows of one field's dates, read day first.
    fn records(cells: Vec<Cell>) -> Records {
        let config = sample::config(vec![sample::mapping(&FIELDS)]);
        let row = |(number, cell)| sample::row_of(0, number, RowKind::Data, vec![Cell::Text("Smith".into()), cell]);
        sample::records_of(&config, &FIELDS, (2..).zip(cells).map(row).collect(), None)
    }

    fn texts(texts: &[&str]) -> Vec<Cell> {
        texts.iter().map(|text| Cell::Text((*text).into())).collect()
    }

    /// What is told of the column, and of which rows that they are in doubt.
    #[track_caller]
    fn check(cells: Vec<Cell>, of_column: &[(Reason, &str)], in_doubt: &[u32]) {
        let records = records(cells);
        let told = |is: fn(&&Exception) -> bool| records.exceptions.iter().filter(is);
        let at_header: Vec<(Reason, String)> = told(|one| one.at.row() == 1)
            .map(|one| {
                let what = one.field.strip_prefix("referral.received (referral.received: ").expect("field and column");
                (one.reason, what.trim_end_matches(')').to_owned())
            })
            .collect();
        let at_header: Vec<(Reason, &str)> = at_header.iter().map(|(reason, what)| (*reason, what.as_str())).collect();
        assert_eq!(at_header, of_column);
        let rows: Vec<u32> = told(|one| one.reason == Reason::DateEitherWay).map(|one| one.at.row()).collect();
        assert_eq!(rows, in_doubt);
    }

    #[test]
    fn a_column_half_one_way_and_half_the_other_is_told_and_read_as_the_mapping_says() {
        let half = ["30/09/2017", "09/30/2017", "03/04/2017", "05/05/2017", "08/04/2017", "31/08/2017"];
        let told = "2 only day first, 1 only month first, 2 could be either and are read day first";
        check(texts(&half), &[(Reason::DatesTwoWays, told)], &[4, 6]);
        let records = records(texts(&half));
        let received = |place| records.referrals.reveal(&records.texts, referral::RECEIVED, place);
        assert_eq!([received(1), received(2), received(3)], ["", "2017-04-03", "2017-05-05"]);
        let impossible = |one: &&Exception| one.reason == Reason::DateImpossible && one.at.row() == 3;
        assert_eq!(records.exceptions.iter().filter(impossible).count(), 1);
    }

    #[test]
    fn a_slip_in_a_long_column_is_its_rows_own_matter() {
        let mut long = vec!["30/09/2017"; 99];
        long.extend(["03/04/2017", "09/30/2017"]);
        check(texts(&long), &[], &[]);
        check(texts(&["30/09/2017", "03/04/2017", "31/02/2017"]), &[], &[]);
        check(texts(&["03/04/2017", "05/06/2017"]), &[], &[]);
    }

    #[test]
    fn a_column_the_other_way_round_than_it_is_read_is_told() {
        let told = "0 only day first, 2 only month first, 1 could be either and are read day first";
        check(texts(&["09/30/2017", "03/04/2017", "09/29/2017"]), &[(Reason::DatesOtherWay, told)], &[3]);
    }

    #[test]
    fn forms_in_both_orders_do_not_make_it_sure() {
        let mut mapping = sample::mapping(&["person.date_of_birth"]);
        mapping.file.dates = vec!["%m/%d/%Y".into(), "%d/%m/%Y".into()];
        let config = sample::config(vec![mapping]);
        let births: [&[&str]; 3] = [&["30/09/1960"], &["31/08/1960"], &["03/04/1960"]];
        let records = sample::records(&config, &["person.date_of_birth"], &births);
        let told: Vec<(u32, Reason)> = records.exceptions.iter().map(|one| (one.at.row(), one.reason)).collect();
        assert_eq!(told, [(1, Reason::DatesOtherWay), (4, Reason::DateEitherWay)]);
        assert_eq!(records.people.reveal(&records.texts, person::DATE_OF_BIRTH, 2), "1960-03-04");
    }

    fn of_workbook(day: i8, month: i8) -> Cell {
        Moment::new(date(2017, month, day), None).map(Cell::Moment).expect("in range")
    }

    #[test]
    fn a_workbook_whose_program_exchanged_day_and_month_is_told() {
        let turned = |more: Option<Cell>| {
            let mut cells = vec![of_workbook(3, 4), of_workbook(5, 5), of_workbook(12, 1)];
            cells.extend(texts(&["30/09/2017", "13/04/2017"]));
            cells.extend(more);
            cells
        };
        let told = "3 dates of the workbook, 2 as text";
        check(turned(None), &[(Reason::DatesTurned, told)], &[2, 4]);
        // A workbook's date past the twelfth, or a text that it could have turned and did not, and nothing speaks for it.
        check(turned(Some(of_workbook(13, 4))), &[], &[]);
        check(turned(texts(&["03/04/2017"]).pop()), &[], &[]);
        check(vec![of_workbook(3, 4), of_workbook(5, 6)], &[], &[]);
    }

    #[test]
    fn of_times_with_a_distance_from_greenwich_it_is_told_that_they_became_times_here() {
        let times = ["2017-07-10T09:30:00Z", "2017-07-10 09:30", "2017-07-10T09:30:00+01:00"];
        check(texts(&times), &[(Reason::TimesWithOffset, "2 of them")], &[]);
        let records = records(texts(&times));
        let received = |place| records.referrals.reveal(&records.texts, referral::RECEIVED, place);
        assert_eq!(
            [received(0), received(1), received(2)],
            ["2017-07-10T10:30", "2017-07-10T09:30", "2017-07-10T09:30"]
        );
    }

    #[test]
    fn so_it_is_where_the_mapping_states_that_the_distance_is_there() {
        let mut mapping = sample::mapping(&FIELDS);
        mapping.file.dates = vec!["%d/%m/%Y %H:%M%z".into()];
        let times: [&[&str]; 3] =
            [&["Smith", "10/07/2017 09:30Z"], &["Smith", "13/07/2017 09:30+01:00"], &["Smith", "07/13/2017 09:30Z"]];
        let records = sample::records(&sample::config(vec![mapping]), &FIELDS, &times);
        let received = |place| records.referrals.reveal(&records.texts, referral::RECEIVED, place);
        assert_eq!([received(0), received(1), received(2)], ["2017-07-10T10:30", "2017-07-13T09:30", ""]);
        let told: Vec<(u32, Reason, &str)> =
            records.exceptions.iter().map(|one| (one.at.row(), one.reason, one.field.as_str())).collect();
        let two_ways = "1 only day first, 1 only month first, 1 could be either and are read day first";
        let column = |what: &str| format!("referral.received (referral.received: {what})");
        let (two_ways, offset) = (column(two_ways), column("2 of them"));
        let expected = [
            (1, Reason::DatesTwoWays, two_ways.as_str()),
            (1, Reason::TimesWithOffset, offset.as_str()),
            (2, Reason::DateEitherWay, "referral.received"),
            (4, Reason::DateImpossible, "referral.received"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn each_sheet_is_counted_by_itself() {
        let config = sample::config(vec![sample::mapping(&FIELDS)]);
        let mut normaliser = crate::records::Normaliser::new(&config);
        let header = FIELDS.map(str::to_owned);
        let mut intake = crate::sources::Intake::default();
        for (file, date) in [(0, "30/09/2017"), (1, "09/30/2017")] {
            let origin = crate::sources::Origin::Source(0);
            let rows =
                vec![sample::row_of(file, 1, RowKind::Header, Vec::new()), sample::row(file, 2, &["Smith", date])];
            normaliser.take(crate::sources::Batch { origin, header: &header, rows });
            intake.files.push(sample::file(origin, 2, None));
        }
        let reasons: Vec<Reason> = normaliser.finish(intake).exceptions.iter().map(|one| one.reason).collect();
        assert_eq!(reasons, [Reason::DateImpossible]);
    }
}
