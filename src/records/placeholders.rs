//! Dates of birth that a system filled in where nobody knew one.

use super::texts::Symbol;
use super::{PersonId, Records};
use crate::config::Field;
use crate::config::fields::person::{DATE_OF_BIRTH, FAMILY_NAME, GIVEN_NAME, LOCAL_ID, NHS_NUMBER};
use crate::ledger::{Exception, Reason};
use crate::values::{PartialDate, Precision};
use foldhash::fast::FixedState;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A source with fewer dates of birth shows no pattern.
const BIRTHS_MIN: u64 = 100;
/// A date shared by no more people than this may be chance.
const PEOPLE_MAX: usize = 20;
/// One record in this many is a share that chance does not give: of people of all ages one in some 25,000 has a given date.
const SHARE: u64 = 200;
/// So many times as often as the other dates of the source: children born in one week share dates, and rightly.
const TIMES: u64 = 10;

/// Takes away every date of birth that far more people of one source have than chance allows, and says so at each row.
///
/// Counted apart: whole dates and years alone, because staff are told to enter 1 January when only the year is known, and a
/// source of years has many people a year.
pub(super) fn set_aside(records: &mut Records) {
    let placeholders = find(records);
    if placeholders.is_empty() {
        return;
    }
    let mut rows = BTreeSet::new();
    for person in records.people.places() {
        let birth = records.people.bits(DATE_OF_BIRTH, person);
        if placeholders.contains(&(records.source[person as usize], birth)) {
            records.people.set_bits(DATE_OF_BIRTH, person, 0);
            rows.insert(records.people.row(person));
        }
    }
    let field = || format!("person.{}", DATE_OF_BIRTH.name());
    // What was said of it as a year of birth no longer holds.
    records.exceptions.retain(|one| one.reason != Reason::BirthYearOnly || !rows.contains(&one.at));
    let exception = |at| Exception { at, field: field(), reason: Reason::DatePlaceholder };
    records.exceptions.extend(rows.into_iter().map(exception));
}

/// A date of birth of a source, packed.
type Birth = (u16, u32);
/// Records of each.
type Counts = BTreeMap<Birth, u64>;
/// Whom a record says it is of: by what, and that in symbols.
type Identity = (u8, u32, u32);

/// The dates, by source.
fn find(records: &Records) -> BTreeSet<Birth> {
    let mut counts: HashMap<Birth, u64, FixedState> = HashMap::default();
    for person in records.people.places() {
        let birth = records.people.bits(DATE_OF_BIRTH, person);
        if birth != 0 {
            *counts.entry((records.source[person as usize], birth)).or_default() += 1;
        }
    }
    let counts: Counts = counts.into_iter().collect();
    let common = commoner_than_chance(&counts);
    if common.is_empty() {
        return BTreeSet::new();
    }
    let mut people: BTreeMap<Birth, BTreeSet<Identity>> = BTreeMap::new();
    for person in records.people.places() {
        let key = (records.source[person as usize], records.people.bits(DATE_OF_BIRTH, person));
        if common.contains(&key) {
            people.entry(key).or_default().insert(identity(records, person));
        }
    }
    people.into_iter().filter(|(_, people)| people.len() > PEOPLE_MAX).map(|(key, _)| key).collect()
}

fn precision(birth: u32) -> Option<Precision> {
    PartialDate::unpack(birth).map(PartialDate::precision)
}

fn commoner_than_chance(counts: &Counts) -> BTreeSet<Birth> {
    let mut of_source: BTreeMap<u16, u64> = BTreeMap::new();
    let mut of_kind: BTreeMap<(u16, Option<Precision>), (u64, u64)> = BTreeMap::new();
    for ((source, birth), count) in counts {
        *of_source.entry(*source).or_default() += count;
        let (records, dates) = of_kind.entry((*source, precision(*birth))).or_default();
        (*records, *dates) = (*records + count, *dates + 1);
    }
    let is_common = |source: u16, birth: u32, count: u64| {
        let all = of_source[&source];
        let (records, dates) = of_kind[&(source, precision(birth))];
        // The only date of its kind has nothing to be compared with but the dates of other kinds beside it.
        let far_commoner = match dates {
            1 => count * 2 < all,
            _ => count * (dates - 1) > TIMES * (records - count),
        };
        all >= BIRTHS_MIN && count * SHARE > all && far_commoner
    };
    counts.iter().filter(|((source, birth), count)| is_common(*source, *birth, **count)).map(|(key, _)| *key).collect()
}

/// Whom a record says it is of, so that the many rows of one patient count once.
fn identity(records: &Records, person: PersonId) -> Identity {
    let symbol = |field: Field| records.people.symbol(field, person);
    let alone = |kind: u8, symbol: Symbol| symbol.is_some().then(|| (kind, symbol.place(), 0));
    alone(1, symbol(NHS_NUMBER))
        .or_else(|| alone(2, symbol(LOCAL_ID)))
        .unwrap_or_else(|| (3, symbol(FAMILY_NAME).place(), symbol(GIVEN_NAME).place()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::sample;

    /// A source in which the first `shared` of `all` rows have one date and the others dates of their own; how many rows
    /// keep a date of birth, and how many are told of a placeholder.
    #[track_caller]
    fn check(all: u32, (shared, date): (u32, &str), id: fn(u32) -> u32, expected: (usize, usize)) {
        let other = |row: u32| format!("{:02}/{:02}/{}", 2 + row % 27, 1 + row / 27 % 12, 1950 + row / 324);
        let born = |row: u32| if row < shared { date.to_owned() } else { other(row) };
        let rows: Vec<[String; 2]> = (0..all).map(|row| [id(row).to_string(), born(row)]).collect();
        check_rows(&rows, expected);
    }

    #[track_caller]
    fn check_rows(rows: &[[String; 2]], expected: (usize, usize)) {
        let fields = ["person.local_id", "person.date_of_birth"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let cells: Vec<[&str; 2]> = rows.iter().map(|row| [row[0].as_str(), row[1].as_str()]).collect();
        let cells: Vec<&[&str]> = cells.iter().map(|row| &row[..]).collect();
        let records = sample::records(&config, &fields, &cells);
        let kept = records.people.places().filter(|place| records.people.bits(DATE_OF_BIRTH, *place) != 0).count();
        let is_told = |one: &&Exception| one.reason == Reason::DatePlaceholder && one.field == "person.date_of_birth";
        assert_eq!((kept, records.exceptions.iter().filter(is_told).count()), expected);
    }

    #[test]
    fn a_date_that_too_many_share_is_no_date() {
        check(4000, (21, "11/11/1911"), |row| row, (3979, 21));
        check(4000, (21, "05/05/1975"), |row| row, (3979, 21));
        // Not more than twenty, and not more than one in 200.
        check(4000, (20, "11/11/1911"), |row| row, (4000, 0));
        check(4200, (21, "11/11/1911"), |row| row, (4200, 0));
    }

    #[test]
    fn a_default_on_new_years_day_is_no_year_either() {
        check(4000, (30, "01/01/1970"), |row| row, (3970, 30));
        let years: Vec<[String; 2]> =
            (0..2000).map(|row| [row.to_string(), format!("01/01/{}", 1930 + row % 80)]).collect();
        check_rows(&years, (2000, 0));
    }

    #[test]
    fn a_small_source_and_a_frequent_visitor_are_left_alone() {
        check(30, (25, "11/11/1911"), |row| row, (30, 0));
        check(4000, (60, "05/05/1975"), |row| if row < 60 { 7 } else { row }, (4000, 0));
    }

    #[test]
    fn children_of_one_week_share_dates_rightly() {
        let week: Vec<[String; 2]> =
            (0..700).map(|row| [row.to_string(), format!("{:02}/09/2017", 4 + row % 7)]).collect();
        check_rows(&week, (700, 0));
        let day: Vec<[String; 2]> = (0..150).map(|row| [row.to_string(), "04/09/2017".to_owned()]).collect();
        check_rows(&day, (150, 0));
    }
}
