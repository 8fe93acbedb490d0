//! The rows above and below a header's row that belong to it: titles over several columns, and units.
//!
//! They too become part of names that are printed, and a row that is taken for one is none of data: nothing of either is
//! taken without need. Titles are taken where columns have no name of their own without them, units where each of them is one.

use super::header::{Seen, contrasts, is_of_people, seen};
use super::words::words;
use crate::sources::{FirstRow, HeaderRows, joined_names};
use std::collections::BTreeMap;

/// A mapping cannot say that there are more.
const ROWS_MAX: usize = 5;
const ROWS_BELOW: usize = 25;

/// What stands below a column's name to say how its values are written.
const UNITS: [&str; 52] = [
    "%",
    "cm",
    "m",
    "mm",
    "km",
    "miles",
    "ft",
    "in",
    "kg",
    "g",
    "mg",
    "mcg",
    "st",
    "lb",
    "lbs",
    "ml",
    "l",
    "mmol/l",
    "mmhg",
    "bpm",
    "kg/m2",
    "kg/m²",
    "days",
    "day",
    "weeks",
    "months",
    "years",
    "yrs",
    "hours",
    "hrs",
    "minutes",
    "mins",
    "min",
    "seconds",
    "secs",
    "£",
    "gbp",
    "pence",
    "dd/mm/yyyy",
    "dd/mm/yy",
    "dd-mm-yyyy",
    "dd-mmm-yyyy",
    "dd-mmm-yy",
    "yyyy-mm-dd",
    "yyyymmdd",
    "ddmmyyyy",
    "mm/yyyy",
    "hh:mm",
    "hh:mm:ss",
    "dd/mm/yyyy hh:mm",
    "hhmm",
    "yyyy",
];

/// The rows of the header of which the row at this place is one.
pub(super) fn around(first: &[FirstRow], at: usize) -> HeaderRows {
    let seen = first.iter().map(|row| row.cells.iter().map(seen).collect()).collect();
    let sight = Sight { first, texts: first.iter().map(FirstRow::texts).collect(), seen };
    let (mut from, mut to) = (at, at);
    while to - from + 1 < ROWS_MAX && sight.follows(to) && sight.goes_on(from, to) {
        to += 1;
    }
    while to - from + 1 < ROWS_MAX && from > 0 && sight.follows(from - 1) && sight.is_titled(from, to) {
        from -= 1;
    }
    HeaderRows { first: first[from].row, count: (to - from) as u32 + 1 }
}

struct Sight<'a> {
    first: &'a [FirstRow],
    texts: Vec<Vec<String>>,
    seen: Vec<Vec<Seen>>,
}

impl Sight<'_> {
    /// Whether the next row that holds anything is the next row of the sheet.
    fn follows(&self, place: usize) -> bool {
        self.first.get(place + 1).is_some_and(|next| next.row == self.first[place].row + 1)
    }

    /// Whether the row after a header goes on with it.
    fn goes_on(&self, from: usize, to: usize) -> bool {
        let row = &self.seen[to + 1];
        let below = &self.seen[to + 2..(to + 2 + ROWS_BELOW).min(self.seen.len())];
        let texts: Vec<&String> = self.texts[to + 1].iter().filter(|text| !text.is_empty()).collect();
        let filled = || (0..row.len()).filter(|&column| row[column] != Seen::Empty);
        let over_data = |column: usize| contrasts(&in_words(row), below, column);
        if !texts.is_empty() && texts.iter().all(|text| is_unit(text)) {
            return (0..row.len()).any(over_data);
        }
        let are_names = filled().count() > 1 && filled().all(|column| is_name(&row[column]) && over_data(column));
        // A name under a name is a value; one under the empty cells after a title is a name.
        let is_under_title = |column: &usize| self.texts[to].get(*column).is_none_or(String::is_empty);
        let under_titles = filled().filter(is_under_title).count();
        are_names && under_titles * 2 >= filled().count() && self.nameable(from, to + 1) > self.nameable(from, to)
    }

    /// Whether the row before a header holds titles over its columns.
    fn is_titled(&self, from: usize, to: usize) -> bool {
        let row = &self.seen[from - 1];
        let titles: Vec<usize> = (0..row.len()).filter(|&column| row[column] != Seen::Empty).collect();
        let width = self.seen[from].iter().rposition(|cell| *cell != Seen::Empty).map_or(0, |last| last + 1);
        // A label and its value, such as who ran the report, stand side by side at the left.
        let is_label = titles == [0, 1] || titles.iter().any(|column| self.texts[from - 1][*column].ends_with(':'));
        if titles.is_empty() || is_label || titles.iter().any(|column| *column >= width || !is_name(&row[*column])) {
            return false;
        }
        let known = titles.iter().filter(|&&column| matches!(row[column], Seen::Words { known: true, .. })).count();
        known * 2 >= titles.len() && self.nameable(from - 1, to) > self.nameable(from, to)
    }

    /// How many columns a mapping could name under a header of these rows.
    fn nameable(&self, from: usize, to: usize) -> usize {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for name in joined_names(&self.texts[from..=to]) {
            *counts.entry(name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()).or_default() += 1;
        }
        counts.iter().filter(|(name, count)| !name.is_empty() && **count == 1).count()
    }
}

/// What is left of a name that stands on several rows without the unit at its end.
pub(super) fn without_unit(name: &str) -> &str {
    let unit_at = |at: &usize| *at > 0 && is_unit(&name[*at..]);
    let ends = name.match_indices(char::is_whitespace).map(|(at, _)| at);
    let found = ends.filter(unit_at).min();
    found.map_or(name, |at| name[..at].trim_end())
}

fn is_unit(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['(', '[']).trim_end_matches([')', ']']).to_lowercase();
    UNITS.contains(&text.as_str())
}

/// A sign such as `%` is no word, and stands for one here.
fn in_words(row: &[Seen]) -> Vec<Seen> {
    let word = |cell: &Seen| match cell {
        Seen::Data => Seen::Period,
        other => other.clone(),
    };
    row.iter().map(word).collect()
}

fn is_name(cell: &Seen) -> bool {
    match cell {
        Seen::Words { text, .. } => !words(text).iter().any(|word| is_of_people(word)),
        Seen::Period => true,
        Seen::Empty | Seen::Data => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::{find, first_rows};
    use super::*;

    /// The first and the last row of the header that is found.
    #[track_caller]
    fn check(text: &str, expected: Option<(u32, u32)>) {
        assert_eq!(find(&first_rows(text)).map(|rows| (rows.first, rows.last())), expected, "{text}");
    }

    const PEOPLE: &str = "1|Quillfeather|03/02/1961|R1|01/04/2017|170|71\n2|Thistlewood|14/11/1948|R2|02/04/2017|165|80\n\
        3|Pennyfather|15/10/1950|R3|03/04/2017|181|90\n";

    #[test]
    fn titles_names_and_units() {
        let names = "Patient ID|Surname|Date of birth|Referral|Received|Height|Weight\n";
        let units = "||dd/mm/yyyy||dd/mm/yyyy|cm|(kg)\n";
        let titles = "Patient|||Referral||Measurements|\n";
        check(&format!("{names}{PEOPLE}"), Some((1, 1)));
        check(&format!("{names}{units}{PEOPLE}"), Some((1, 2)));
        // Titles that no column needs are left out, and what stands apart.
        check(&format!("{titles}{names}{units}{PEOPLE}"), Some((2, 3)));
        check(&format!("{titles}{names}\n{units}{PEOPLE}"), Some((2, 2)));
        let names = "ID|Surname|Date of birth|ID|Date|Height|Weight\n";
        check(&format!("Extract\n{titles}{names}{units}{PEOPLE}"), Some((2, 4)));
        check(&format!("{titles}{names}{PEOPLE}"), Some((1, 2)));
    }

    #[test]
    fn a_unit_at_the_end_is_no_part_of_what_a_name_says() {
        for (name, expected) in [
            ("Date of birth dd/mm/yyyy", "Date of birth"),
            ("Seen dd/mm/yyyy hh:mm", "Seen"),
            ("Height [cm]", "Height"),
            ("Height", "Height"),
            ("cm", "cm"),
        ] {
            assert_eq!(without_unit(name), expected);
        }
    }

    #[test]
    fn a_row_of_data_is_no_part_of_a_header() {
        // Units where the values are units.
        check("Measure|Unit\nHeight|cm\nWeight|kg\nPulse|bpm\n", Some((1, 1)));
        // People and their codes under names that stand twice.
        let names = "Surname|Date|Date\n";
        let rest = "Penny|04/02/1961|01/05/2017\nPenn|05/02/1961|02/05/2017\nPenni|06/02/1961|03/05/2017\n";
        check(&format!("{names}Quillfeather|03/02/1961|01/04/2017\n{rest}"), Some((1, 1)));
        check(&format!("{names}Quillfeather||\n{rest}"), Some((1, 1)));
        check(&format!("{names}|Knee|Hip\n{rest}"), Some((1, 1)));
    }

    #[test]
    fn what_stands_above_a_header_without_being_a_title_is_left_out() {
        let table = "ID|Surname|Date|ID|Date\n1|Quillfeather|03/02/1961|R1|01/04/2017\n2|Penny|04/02/1961|R2|01/05/2017\n3|Penn|05/02/1961|R3|02/05/2017\n";
        for above in
            ["Run by|Department", "Patients", "Run by:||Department", "Report|||7", "|||||Patient", "Maude|||Penny"]
        {
            check(&format!("{above}\n{table}"), Some((2, 2)));
        }
    }

    #[test]
    fn names_below_titles_of_which_some_are_names() {
        let rows = "2007/08|Apr-07|-|-|-|-\n2007/08|May-07|14.2|52+|9.1|50\n2007/08|Jun-07|13.3|52+|9|49\n";
        check(
            &format!("Year|Month|Incomplete||Completed|\n||Median wait|Total|Median wait|Total\n{rows}"),
            Some((1, 2)),
        );
    }
}
