//! Columns whose values are kept for what is added to the comparisons: how they are read, which are compared unasked, and who
//! shares a value and is certainly somebody else.

use super::features::{self, Profile, Profiles};
use super::names;
use crate::config::fields::{RecordKind, person};
use crate::config::{BESIDE, ComparisonSetting};
use crate::records::{PersonId, Records, Symbol, Texts};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The levels of a column that is compared unasked.
const USUAL_LEVELS: [&str; 4] = ["exact", "damerau_levenshtein 1", "damerau_levenshtein 2", "jaro_winkler 0.88"];
/// A column is compared unasked where one row in so many has a value,
const FILLED: usize = 10;
/// and where of so many values one, at least, stands on several rows: what no two rows share numbers the rows.
const REPEATED: usize = 200;
/// So many columns are compared unasked.
const CHOSEN_AT_MOST: usize = 8;

/// The values of some fields, normalised: those of a record stand together.
pub(super) fn values(fields: &[String], records: &Records, words: &mut Texts) -> Vec<Symbol> {
    let mut values = vec![Symbol::NONE; records.people.len() * fields.len()];
    for (column, field) in fields.iter().enumerate() {
        let mut known: BTreeMap<u32, Symbol> = BTreeMap::new();
        let read = reader(records, field);
        for record in records.people.places() {
            let (sign, text) = read(record);
            let symbol = *known.entry(sign).or_insert_with(|| match normal(field, &text) {
                Some(normal) => words.intern(&normal),
                None => Symbol::NONE,
            });
            values[record as usize * fields.len() + column] = symbol;
        }
    }
    values
}

/// Reads a field of a record: a sign of its value, nought where there is none, and its text.
fn reader<'a>(records: &'a Records, field: &str) -> Box<dyn Fn(PersonId) -> (u32, Cow<'a, str>) + 'a> {
    let (people, texts) = (&records.people, &records.texts);
    if let Some(extra) = field.strip_prefix("extra.") {
        let extra = extra.to_owned();
        return Box::new(move |record| {
            let symbol = people.extra(&extra, record);
            (symbol.place(), texts.text(symbol).into())
        });
    }
    match RecordKind::Person.field(field) {
        None => Box::new(|_| (0, "".into())),
        Some(field) => Box::new(move |record| (people.bits(field, record), people.reveal(texts, field, record).into())),
    }
}

/// Of one value, so many records are paired with the next,
const OF_ONE_VALUE: usize = 10_000;
/// and so many of all.
const OF_ALL_VALUES: usize = 100_000;

/// Pairs of neighbours in order of a value, where it is the same, whose given names and dates of birth are not.
pub(super) fn strangers(profiles: &Profiles, value: impl Fn(usize) -> Option<u32>) -> Vec<(u32, u32)> {
    let all = profiles.profiles.iter().enumerate();
    let named = all.filter(|(_, profile)| profile.given.is_some() && profile.born != 0);
    let mut valued: Vec<(u32, u64, u32)> =
        named.filter_map(|(record, _)| Some((value(record)?, profiles.content[record], record as u32))).collect();
    valued.sort_unstable();
    let profile = |record: u32| &profiles.profiles[record as usize];
    let mut pairs: Vec<(u64, (u32, u32))> = Vec::new();
    for same in valued.chunk_by(|one, two| one.0 == two.0) {
        let next = same.windows(2).take(OF_ONE_VALUE).map(|pair| (pair[0].1, (pair[0].2, pair[1].2)));
        pairs.extend(next.filter(|(_, (one, two))| {
            profile(*one).given != profile(*two).given && profile(*one).born != profile(*two).born
        }));
    }
    pairs.sort_unstable();
    pairs.truncate(OF_ALL_VALUES);
    pairs.into_iter().map(|(_, pair)| pair).collect()
}

/// A value as it is compared; nothing where it says nothing.
fn normal(field: &str, text: &str) -> Option<String> {
    match field {
        "given_name" | "other_names" => names::given(text),
        "family_name" | "previous_family_name" => names::family(text),
        "phone" | "mobile" => features::telephone(text),
        "email" => features::email(text),
        "postcode" => features::any_postcode(text).or_else(|| plain(text)),
        "address" | "gp_practice" => features::address(text),
        _ => plain(text),
    }
}

/// In capitals, words a space apart.
fn plain(text: &str) -> Option<String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_uppercase).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Extra columns that may tell people apart: well filled, several values, of which some stand on several rows. How much each
/// is worth, training decides. Those that say most come first.
pub(super) fn chosen(records: &Records, profiles: &[Profile]) -> Vec<ComparisonSetting> {
    let people = &records.people;
    let rows = people.len();
    let mut found: Vec<(i64, String)> = Vec::new();
    let extra = people.extra_names().filter(|name| *name != BESIDE).map(|name| format!("extra.{name}"));
    for field in extra.chain(has_other_postcodes(records, profiles).then(|| "postcode".to_owned())) {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        let read = reader(records, &field);
        people.places().for_each(|record| *counts.entry(read(record).0).or_default() += 1);
        counts.remove(&0);
        let filled: usize = counts.values().sum();
        let repeated: usize = counts.values().filter(|count| **count > 1).sum();
        if counts.len() < 2 || filled * FILLED < rows || repeated * REPEATED < filled {
            continue;
        }
        let agree: f64 = counts.values().map(|count| (*count as f64 / filled as f64).powi(2)).sum();
        let share = filled as f64 / rows as f64;
        found.push(((libm::log2(agree) * share * share * 1e6) as i64, field));
    }
    found.sort();
    found.truncate(CHOSEN_AT_MOST);
    let mut fields: Vec<String> = found.into_iter().map(|(_, field)| field).collect();
    fields.sort();
    let levels = || USUAL_LEVELS.iter().map(|level| (*level).to_owned()).collect();
    let setting = |field| ComparisonSetting { field, levels: levels(), term_frequency: true, depends_on: None };
    fields.into_iter().map(setting).collect()
}

/// Whether most postcodes are of another country, where the built-in comparison can say nothing of them.
fn has_other_postcodes(records: &Records, profiles: &[Profile]) -> bool {
    let people = &records.people;
    let filled = people.places().filter(|record| people.bits(person::POSTCODE, *record) != 0).count();
    let here = profiles.iter().filter(|profile| profile.postcode.is_some()).count();
    filled > 2 * here
}
