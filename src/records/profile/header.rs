//! Which of a sheet's first rows is its header.
//!
//! Names of columns are printed, so a row of data must never be taken for one: a row is a header only where none of its cells
//! could be somebody's data, and something speaks for it: words that columns are called by, or columns below that hold numbers,
//! dates or codes where it holds words.

use super::header_rows;
use super::people;
use super::synonyms;
use super::value::{Mark, look};
use super::words::words;
use crate::records::clean::number_text;
use crate::sources::{Cell, FirstRow, HeaderRows};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// So many rows below a row are looked at.
const ROWS_BELOW: usize = 25;
/// Names of columns can be whole sentences.
const NAME_LENGTH_MAX: usize = 250;
/// What only rows below a row can tell is told by so many of them.
const ROWS_BELOW_MIN: usize = 3;
/// Names over data of another kind: no row of data has so many.
const CONTRASTS_MIN: usize = 3;
/// So many rows above the header may be as wide as it is: a header may stand on four rows.
const WIDE_ABOVE_MAX: usize = 3;

/// The rows of the header, if one can be told.
pub(super) fn find(first: &[FirstRow]) -> Option<HeaderRows> {
    let rows: Vec<Vec<Seen>> = first.iter().map(|row| row.cells.iter().map(seen).collect()).collect();
    let scores = (0..rows.len()).filter_map(|at| score(&rows, at).map(|score| (score, at)));
    // The best, and of equals the first.
    let best = scores.max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)))?;
    Some(header_rows::around(first, best.1))
}

/// What a cell is as far as a header is concerned.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    Empty,
    /// Words, and how much they sound like the name of a column.
    Words {
        text: String,
        known: bool,
    },
    /// A month or a day: the name of a column in a table that is wide.
    Period,
    /// Anything that is data.
    Data,
}

pub(super) fn seen(cell: &Cell) -> Seen {
    match cell {
        Cell::Empty => Seen::Empty,
        Cell::Text(text) => of_text(text),
        Cell::Moment(_) => Seen::Period,
        Cell::Number(number) if (1990.0..=2100.0).contains(number) && !number_text(*number).contains('.') => {
            Seen::Period
        }
        Cell::Number(_) | Cell::Bool(_) | Cell::Error(_) => Seen::Data,
    }
}

fn of_text(text: &str) -> Seen {
    let look = look(text);
    let telling = [
        Mark::TenDigits,
        Mark::ChiCut,
        Mark::Postcode,
        Mark::Phone,
        Mark::PhoneCut,
        Mark::Email,
        Mark::Practice,
        Mark::Ubrn,
        Mark::Time,
        Mark::FilePath,
        Mark::Scientific,
    ];
    // A hyphen for "nothing" stands in headers too, and a mark such as [c] where a number was withheld.
    if look.has(Mark::NullWord) || (text.starts_with('[') && text.len() <= 3) {
        return Seen::Empty;
    }
    if look.has(Mark::Month) {
        return Seen::Period;
    }
    let number = look.has(Mark::Decimal) || look.has(Mark::Whole);
    let is_data = look.date.is_some() || number || telling.iter().any(|mark| look.has(*mark));
    if is_data || !text.chars().any(char::is_alphabetic) || text.chars().count() > NAME_LENGTH_MAX {
        return Seen::Data;
    }
    let words = words(text);
    let known = !words.is_empty()
        && words.iter().filter(|word| is_of_columns(word)).count() * 2 >= words.len()
        && !words.iter().any(|word| is_of_people(word));
    // A whole name of somebody is no name of a column.
    let whole_name = look.has(Mark::FullName) && (look.has(Mark::GivenName) || text.contains(','));
    if whole_name && !known {
        return Seen::Data;
    }
    Seen::Words { text: text.to_lowercase(), known }
}

/// Words that columns are called by, in any field.
static COLUMN_WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let more = [
        "code",
        "number",
        "name",
        "date",
        "time",
        "id",
        "type",
        "status",
        "total",
        "count",
        "value",
        "period",
        "month",
        "year",
        "week",
        "region",
        "provider",
        "organisation",
        "measure",
        "activity",
        "group",
        "area",
        "comments",
        "notes",
        "reason",
        "amount",
        "area",
        "age",
        "band",
        "percent",
        "percentage",
        "number",
        "weeks",
        "level",
        "trust",
        "attendances",
        "comment",
        "message",
        "reply",
        "average",
        "price",
        "rate",
        "given",
        "family",
        "ethnic",
        "ethnicity",
        "category",
        "weight",
        "height",
        "role",
        "supplier",
        "expense",
        "entity",
        "sum",
    ];
    synonyms::all_words().chain(more).filter(|word| word.len() > 1).collect()
});

fn is_of_columns(word: &str) -> bool {
    COLUMN_WORDS.contains(word) || word.chars().all(char::is_numeric)
}

pub(super) fn is_of_people(word: &str) -> bool {
    (people::is_given_name(word) || people::is_family_name(word)) && !COLUMN_WORDS.contains(word)
}

/// How much speaks for a row, `None` where it cannot be the header.
fn score(rows: &[Vec<Seen>], at: usize) -> Option<f64> {
    let below = &rows[at + 1..(at + 1 + ROWS_BELOW).min(rows.len())];
    let row = &of_table(&rows[at], below);
    let filled = |row: &[Seen]| row.iter().filter(|cell| **cell != Seen::Empty).count();
    let mut widths: Vec<usize> = below.iter().map(|row| filled(row)).collect();
    widths.sort_unstable();
    let usual = widths.get(widths.len() / 2).copied().unwrap_or(0);
    let names: Vec<&Seen> = row.iter().filter(|cell| **cell != Seen::Empty).collect();
    if names.contains(&&Seen::Data)
        || names.is_empty()
        || names.len() * 10 < usual * 6
        || (names.len() < 2 && usual > 1)
    {
        return None;
    }
    let wide_above = rows[..at].iter().filter(|row| filled(row) * 10 >= usual * 6).count();
    if usual > 2 && wide_above > WIDE_ABOVE_MAX {
        return None;
    }
    let contrast = (0..row.len()).filter(|&column| contrasts(row, below, column)).count();
    // Long sentences may be notes, and words that come again may be data: not where figures stand below most of them.
    let above_figures = names.len() > 2 && below.len() >= ROWS_BELOW_MIN && contrast * 2 >= names.len();
    let sentences = names.iter().filter(|name| text_of(name).is_some_and(|text| text.split(' ').count() > 12)).count();
    let distinct: BTreeSet<&str> = names.iter().filter_map(|name| text_of(name)).collect();
    let words = names.iter().filter(|name| text_of(name).is_some()).count();
    let come_again = distinct.len() * 10 < words * 7 && !(contrast >= CONTRASTS_MIN && is_in_groups(row));
    if words == 0 || (!above_figures && (come_again || sentences * 2 > names.len())) {
        return None;
    }
    let known = names.iter().filter(|name| matches!(name, Seen::Words { known: true, .. })).count();
    if again(row, below, above_figures)
        || contrast == 0 && (known * 2 < names.len() || names.len() == 1 || wide_above > 0)
    {
        return None;
    }
    // Of a header on two rows the lower one has more names; of a title and a header, the header.
    Some(3.0 * known as f64 + 2.0 * contrast as f64 + names.len() as f64 - 0.01 * at as f64)
}

/// Whether the names that stand several times are groups of columns that come again: dose and batch of each vaccine.
fn is_in_groups(row: &[Seen]) -> bool {
    let names: Vec<&str> = row.iter().filter_map(text_of).collect();
    let times = |name: &str| names.iter().filter(|other| **other == name).count();
    let again: Vec<&str> = names.iter().copied().filter(|name| times(name) > 1).collect();
    let group = again.iter().skip(1).position(|name| *name == again[0]).map_or(again.len(), |place| place + 1);
    group > 1 && again.len().is_multiple_of(group) && again.chunks(group).all(|part| part == &again[..group])
}

/// The row without figures that stand beside the table: nothing is left of such a figure, and nothing below it.
fn of_table(row: &[Seen], below: &[Vec<Seen>]) -> Vec<Seen> {
    let is_clear = |column: usize| below.iter().all(|row| row.get(column).is_none_or(|cell| *cell == Seen::Empty));
    let is_beside = |column: usize| {
        row[column] == Seen::Data
            && below.len() >= ROWS_BELOW_MIN
            && column > 0
            && row[column - 1] == Seen::Empty
            && is_clear(column - 1)
            && is_clear(column)
    };
    (0..row.len()).map(|column| if is_beside(column) { Seen::Empty } else { row[column].clone() }).collect()
}

/// The names of a header's columns. A figure that stands beside the table is none.
pub(super) fn names_of(header: Vec<String>) -> Vec<String> {
    let is_left_out = |column: usize| {
        column > 0 && header[column - 1].is_empty() && look(&header[column]).date.is_none() && {
            let text = header[column].as_str();
            of_text(text) == Seen::Data && !(text.len() == 4 && ("1990"..="2100").contains(&text))
        }
    };
    let left_out: Vec<bool> = (0..header.len()).map(is_left_out).collect();
    let names = header.into_iter().zip(left_out);
    names.map(|(name, is_left_out)| if is_left_out { String::new() } else { name }).collect()
}

fn text_of(cell: &Seen) -> Option<&str> {
    match cell {
        Seen::Words { text, .. } => Some(text),
        _ => None,
    }
}

/// Words above, data below.
pub(super) fn contrasts(row: &[Seen], below: &[Vec<Seen>], column: usize) -> bool {
    let named = matches!(row[column], Seen::Words { .. } | Seen::Period);
    let cells = || below.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != Seen::Empty);
    let data = cells().filter(|cell| matches!(cell, Seen::Data | Seen::Period)).count();
    named && data > 0 && data * 10 >= cells().count() * 6
}

/// A value of a row that comes again below it in the same column is data: a name is there once. The whole header may come
/// again, on every page; and above figures a part of it, over a narrower table further down.
fn again(row: &[Seen], below: &[Vec<Seen>], above_figures: bool) -> bool {
    let is_part = |other: &[Seen]| {
        let filled = || other.iter().enumerate().filter(|(_, cell)| **cell != Seen::Empty);
        filled().count() > 1 && filled().all(|(column, cell)| row.get(column) == Some(cell))
    };
    let is_header = |other: &[Seen]| other == row || (above_figures && is_part(other));
    let others: Vec<&Vec<Seen>> = below.iter().filter(|other| !is_header(other)).collect();
    let comes_again = |column: usize| {
        matches!(row[column], Seen::Words { .. }) && others.iter().any(|other| other.get(column) == Some(&row[column]))
    };
    let names = row.iter().filter(|cell| matches!(cell, Seen::Words { .. })).count();
    (0..row.len()).filter(|&column| comes_again(column)).count() * 4 >= names.max(1)
}

/// Rows as they are found in a file, of a text with a bar between cells.
#[cfg(test)]
pub(super) fn first_rows(text: &str) -> Vec<FirstRow> {
    let cell = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.into()) };
    let rows = text.lines().zip(1u32..).filter(|(line, _)| line.split('|').any(|cell| !cell.is_empty()));
    rows.map(|(line, row)| FirstRow { row, cells: line.split('|').map(cell).collect() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<u32>) {
        assert_eq!(find(&first_rows(text)).map(HeaderRows::last), expected, "{text}");
    }

    #[test]
    fn under_titles_and_notes() {
        check("Patient ID|Surname|DOB\n1|Quillfeather|03/02/1961\n", Some(1));
        check(
            "MSK Physiotherapy\nRun by K Burnside on 29 Sep 2017 07:02\n\nPatient ID|Surname|DOB\n1|Q|03/02/1961\n",
            Some(4),
        );
        check("||Type 1|\nCode|Region|Departments|All\nRTH|South|10|20\nRNU|South|4|5\n", Some(2));
        check("Activity|Service|Month|Count\nReceived|Physio|Apr-17|50\n", Some(1));
        check("Service|Apr-17|May-17|Jun-17\nPhysio|50|60|70\nPain|1|2|3\n", Some(1));
    }

    #[test]
    fn names_that_nobody_knows_stand_above_data_of_another_kind() {
        check("Wibble|Wobble\n12|01/02/2017\n13|02/02/2017\n", Some(1));
    }

    #[test]
    fn marks_for_numbers_that_were_withheld_are_no_words() {
        check("Parent|Region|Leavers\nX|Kent|[c]\nY|Devon|[c]\nZ|Essex|12\n", Some(1));
    }

    #[test]
    fn names_that_come_again_under_groups_stand_above_figures() {
        let rows = "04/2017|-|52+|9|8|7|6|5|4\n05/2017|4|3|9|8|7|6|5|4\n06/2017|4|3|9|8|7|6|5|4\n";
        check(&format!("|Waiting|||Seen|||New||\n|Median|Upper|All|Median|Upper|All|Median|Upper\n{rows}"), Some(2));
        check("Pain|Pain|Pain|Hip\nKnee|Back|Pain|Hip\nHip|Knee|Knee|Back\n", None);
    }

    #[test]
    fn groups_of_columns_may_come_again_in_one_row() {
        let rows = "9990000018|Quillfeather|03/02/1961|02/04/2017|Flu|1|B1|Flu|2|B2|Flu|3|B3\n\
                    9990000026|Thistlewood|14/11/1948|03/04/2017|Flu|1|B4||||||\n\
                    9990000034|Pennyfather|15/10/1950|04/04/2017|Flu|1|B5|Flu|2|B6|||\n";
        let head = "NHS number|Surname|Date of birth|Attended";
        check(&format!("{head}|Vaccine|Dose|Batch|Vaccine|Dose|Batch|Vaccine|Dose|Batch\n{rows}"), Some(1));
        check(&format!("{head}|Vaccine|Dose|Batch|Dose|Batch|Vaccine|Vaccine|Vaccine|Dose\n{rows}"), None);
        // Rows of data that come in groups have nothing of another kind below them.
        check("Knee|Hip|Knee|Hip|Knee|Hip\nHip|Knee|Hip|Knee|Hip|Knee\nBack|Hip|Back|Hip|Back|Hip\n", None);
    }

    #[test]
    fn a_header_on_four_rows_comes_again_in_part_over_a_second_table() {
        let rows = "Home|25|0|16|0\nHospice|55|0|53|0\nElsewhere|24|0|22|0\n";
        let head = "Week|10|11|12|13\nEnded|2020-03-06|2020-03-13|2020-03-20|2020-03-27\n|North||South|\n";
        let names = "|Total deaths|Other deaths|Total deaths|Other deaths\n";
        check(&format!("{head}{names}{rows}\n|North\n|Total deaths|Other deaths\n{rows}"), Some(4));
    }

    #[test]
    fn a_figure_beside_the_table_does_not_hide_its_header() {
        let rows = "2017-04-01|1138652|54371|1\n2017-05-01|1150728|55181|1\n2017-06-01|1163143|54961|1\n";
        check(&format!("Period|Type 1|Type 2|Standard||0.95\n{rows}"), Some(1));
        check(&format!("Period|Type 1|Type 2|0.95\n{rows}"), None);
        let header = ["Period", "Type 1", "", "0.95", "2017", "", "2018", "", "2017-04-01"];
        let named = ["Period", "Type 1", "", "", "2017", "", "2018", "", "2017-04-01"];
        assert_eq!(names_of(header.map(str::to_owned).into()), named);
    }

    #[test]
    fn names_may_be_sentences_where_figures_stand_below() {
        let name = |grade: &str| {
            format!("Number of staff that left the whole service in the year of the count at grade {grade}")
        };
        let rows = "Crown|Kent|10|20|[c]|30\nCrown|Devon|0|0|5|10\nHome|Kent|1|2|3|4\n";
        let names: Vec<String> = ["one", "two", "three", "four"].map(name).into();
        check(&format!("Table 1\nParent|Region|{}\n{rows}", names.join("|")), Some(2));
        check(&format!("{}\n27/11/2010\n", names[0]), None);
        let notes = names.join("|");
        check(&format!("{notes}\nKnee|Hip|Back|Neck\nHip|Back|Knee|Hip\nNeck|Neck|Hip|Knee\n"), None);
    }

    #[test]
    fn data_are_never_a_header() {
        check("1|Quillfeather|03/02/1961\n2|Thistlewood|14/11/1948\n", None);
        check("Quillfeather|Maude\nThistlewood|Ambrose\nQuillfeather|Ann\n", None);
        check("SMITH|John|Knee\nPATEL|Anna|Hip\nJONES|Ian|Hip\n", None);
        check("A81001|THE SURGERY|TS18 1HU\nA81002|THE SURGERY|TS18 2AW\n", None);
        check(
            "Quillfeather|Maude|Knee|Routine\nThistlewood|Ambrose|Hip|Urgent\nPennyfather|Agnes|Knee|Routine\n",
            None,
        );
        check(
            "Quillfeather|Maude||Hall Clinic\nThistlewood|Ambrose||Hall Clinic\nPenny|Agnes|01/02/1960|Mill Clinic\n",
            None,
        );
        check("9990000018|Quillfeather\n9990000026|Thistlewood\n", None);
    }
}
