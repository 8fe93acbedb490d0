//! The rows above and below a header's row that belong to it: titles over several columns, and units.
//!
//! They too become part of names that are printed, and a row that is taken for one is none of data: nothing of either is
//! taken without need. Titles are taken where columns have no name of their own without them, units where each of them is one.
//! That a row holds titles is told by its words, or by its shape: they stand over several columns, and with them no two
//! columns have one name.

use super::header::{Seen, contrasts, is_of_people, seen};
use super::words::words;
use crate::sources::{FirstRow, HeaderRows, joined_names};
use std::collections::BTreeMap;

/// A mapping cannot say that there are more.
const ROWS_MAX: usize = 5;
const ROWS_BELOW: usize = 25;
/// Rows of titles of which each alone is of no use: titles over titles.
const TITLES_AT_ONCE: usize = 2;

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
    while let Some(titles) = sight.titles_over(from, to) {
        from -= titles;
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

    /// How many rows before a header hold titles over its columns: those that columns need, if there are any.
    fn titles_over(&self, from: usize, to: usize) -> Option<usize> {
        let most = TITLES_AT_ONCE.min(from).min(ROWS_MAX.saturating_sub(to - from + 1));
        let are_titles = |rows: usize| {
            let above = from - rows..from;
            above.clone().all(|place| self.follows(place) && self.may_be_titles(place, from))
                && self.nameable(above.start, to) > self.nameable(from, to)
                && (above.clone().all(|place| self.has_known_titles(place))
                    || above.clone().all(|place| self.is_spread(place, from)) && self.all_nameable(above.start, to))
        };
        (1..=most).find(|rows| are_titles(*rows))
    }

    fn titles(&self, place: usize) -> Vec<usize> {
        let row = &self.seen[place];
        (0..row.len()).filter(|&column| row[column] != Seen::Empty).collect()
    }

    fn may_be_titles(&self, place: usize, header: usize) -> bool {
        let (row, titles) = (&self.seen[place], self.titles(place));
        let width = self.seen[header].iter().rposition(|cell| *cell != Seen::Empty).map_or(0, |last| last + 1);
        // A label and its value, such as who ran the report, stand side by side at the left.
        let is_label = titles == [0, 1] || titles.iter().any(|column| self.texts[place][*column].ends_with(':'));
        !titles.is_empty() && !is_label && titles.iter().all(|column| *column < width && is_name(&row[*column]))
    }

    fn has_known_titles(&self, place: usize) -> bool {
        let titles = self.titles(place);
        let is_known = |column: &&usize| matches!(self.seen[place][**column], Seen::Words { known: true, .. });
        titles.iter().filter(is_known).count() * 2 >= titles.len()
    }

    /// Whether a row holds several titles, most of which stand over several names; and single words, which may be somebody's
    /// name, only over the same names each.
    fn is_spread(&self, place: usize, header: usize) -> bool {
        let (titles, names) = (self.titles(place), &self.texts[header]);
        let ends = titles.iter().copied().skip(1).chain([names.len()]);
        let below = |from: usize, to: usize| -> Vec<&String> {
            names[from..to].iter().filter(|name| !name.is_empty()).collect()
        };
        let groups: Vec<Vec<&String>> = titles.iter().zip(ends).map(|(from, to)| below(*from, to)).collect();
        let wide: Vec<&Vec<&String>> = groups.iter().filter(|group| group.len() > 1).collect();
        let come_again = wide.iter().any(|group| wide.iter().filter(|other| other == &group).count() > 1);
        let in_words = || titles.iter().any(|column| self.texts[place][*column].split_whitespace().count() > 1);
        titles.len() > 1 && wide.len() * 2 > titles.len() && (come_again || in_words())
    }

    /// How many columns a mapping could name under a header of these rows.
    fn nameable(&self, from: usize, to: usize) -> usize {
        self.names(from, to).values().filter(|count| **count == 1).count()
    }

    fn all_nameable(&self, from: usize, to: usize) -> bool {
        self.names(from, to).values().all(|count| *count == 1)
    }

    /// Names of columns, and over how many each stands.
    fn names(&self, from: usize, to: usize) -> BTreeMap<String, usize> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for name in joined_names(&self.texts[from..=to]) {
            *counts.entry(name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()).or_default() += 1;
        }
        counts.remove("");
        counts
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
        Seen::Words { text, .. } => !words(text)
            .iter()
            .any(|word| is_of_people(word) || ["mr", "mrs", "miss", "ms", "dr"].contains(&word.as_str())),
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
    fn titles_of_words_that_nobody_knows_are_told_by_their_shape() {
        let rows = "1|2|3|4|5|6\n2|3|4|5|6|7\n3|4|5|6|7|8\n4|5|6|7|8|9\n";
        let names = "Wibble|Wobble|Wubble|Wibble|Wobble|Wubble\n";
        check(&format!("Zorp|||Blip||\n{names}{rows}"), Some((1, 2)));
        check(&format!("Extract\nZorp|||Blip||\n{names}{rows}"), Some((2, 3)));
        let unlike = "Wibble|Wobble|Wubble|Wibble|Wubble|Webble\n";
        check(&format!("Zorps of May|||Blip||\n{unlike}{rows}"), Some((1, 2)));
        check(&format!("Zorp|||Blip||\n{unlike}{rows}"), Some((2, 2)));
        // Titles over titles, of which neither row is enough.
        let twice = "Flim|Flam|Flim|Flam|Flim|Flam|Flim|Flam\n";
        let rows_of_eight = "1|2|3|4|5|6|7|8\n2|3|4|5|6|7|8|9\n3|4|5|6|7|8|9|1\n4|5|6|7|8|9|1|2\n";
        check(&format!("Zorp||||Blip|||\nNorp||Korp||Norp||Korp|\n{twice}{rows_of_eight}"), Some((1, 3)));
        for above in [
            // They leave names that stand twice, or are one alone, one and the same, a label, a figure, a person.
            "Zorp|Blip||||",
            "Zorp|||||",
            "Zorp|||Zorp||",
            "Zorp:|||Blip||",
            "Zorp|||12||",
            "Dr Zorp|||Ward 9||",
        ] {
            check(&format!("{above}\n{names}{rows}"), Some((2, 2)));
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
