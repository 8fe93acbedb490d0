//! Totals and notes under a table. Taking a row of data for one of them would lose a person, so that every doubt makes
//! the row data: what is no data after all is then set aside with a reason, where people see it.

use super::Cell;

/// A row with so many filled columns of the mapping is data, whatever it says.
const DATA_COLUMNS: usize = 3;
/// In a narrower table a footer looks like any row.
const HEADER_WIDTH_MIN: usize = 4;
const NOTE_WORDS_MIN: usize = 3;

/// Whole words that a footer's first cell begins with.
const OPENINGS: &[&str] = &[
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "record count",
    "row count",
    "number of records",
    "number of rows",
    "end of",
    "eof",
    "footnote",
    "footnotes",
    "run date",
    "copyright",
    "disclaimer",
];
/// Words that are names too: a colon or a figure must follow.
const OPENINGS_OF_MORE: &[&str] = &[
    "count",
    "records",
    "rows",
    "end",
    "report",
    "printed",
    "produced",
    "generated",
    "source",
    "sources",
    "note",
    "notes",
    "page",
    "key",
    "confidential",
];

/// What is known of the table a row may stand under.
pub(super) struct Shape<'a> {
    pub(super) mapped: &'a [usize],
    pub(super) header_width: usize,
    pub(super) after_blank: bool,
}

/// Whether the row would be a footer if only rows like it followed.
pub(super) fn may_be(cells: &[Cell], shape: &Shape<'_>) -> bool {
    let filled = |column: &&usize| cells.get(**column).is_some_and(|cell| !cell.is_empty());
    if shape.header_width < HEADER_WIDTH_MIN
        || shape.mapped.iter().filter(filled).take(DATA_COLUMNS).count() == DATA_COLUMNS
    {
        return false;
    }
    let mut cells = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let (first, second, third) = (cells.next(), cells.next(), cells.next());
    let Some((column, Cell::Text(text))) = first else { return false };
    if third.is_some() {
        return false;
    }
    let opens = opens_footer(text);
    match second {
        Some((_, cell)) => is_figure(cell) && (opens || OPENINGS_OF_MORE.contains(&text.to_lowercase().as_str())),
        None => opens || (shape.after_blank && column == 0 && is_note(text)),
    }
}

fn opens_footer(text: &str) -> bool {
    let text = text.trim_start_matches(['(', '[', '"']).to_lowercase();
    let rule = ["**", "--", "==", "##", "__"].iter().any(|mark| text.starts_with(mark));
    let after = |word: &str| {
        let rest = text.strip_prefix(word)?;
        let whole_word = !rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '\'');
        whole_word.then_some(rest)
    };
    let says_more = |rest: &str| rest.contains(|next: char| next == ':' || next.is_ascii_digit());
    rule || text.starts_with('©')
        || OPENINGS.iter().any(|word| after(word).is_some())
        || OPENINGS_OF_MORE.iter().any(|word| after(word).is_some_and(says_more))
        || counts_rows(&text)
}

/// `3 rows affected`, `1,204 records`.
fn counts_rows(text: &str) -> bool {
    let rest = text.trim_start_matches(|first: char| first.is_ascii_digit() || first == ',').trim_start();
    rest.len() < text.len() && ["row", "record", "line"].iter().any(|word| rest.starts_with(word))
}

/// A count, and no identifier: an NHS number has ten digits, a telephone number eleven.
fn is_figure(cell: &Cell) -> bool {
    match cell {
        Cell::Number(number) => number.abs() < 1e9,
        Cell::Text(text) => {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            (1..10).contains(&digits) && text.chars().all(|one| one.is_ascii_digit() || ",.% ".contains(one))
        }
        _ => false,
    }
}

fn is_note(text: &str) -> bool {
    text.split_whitespace().count() >= NOTE_WORDS_MIN || text.starts_with(['*', '†', '‡'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cells: &[&str], after_blank: bool, expected: bool) {
        let cells: Vec<Cell> = cells.iter().map(|text| Cell::text(text)).collect();
        let shape = Shape { mapped: &[0, 1, 2, 3], header_width: 5, after_blank };
        assert_eq!(may_be(&cells, &shape), expected);
    }

    #[test]
    fn totals_and_notes_are_footers() {
        check(&["Total", "1,234"], false, true);
        check(&["Grand total: 17"], false, true);
        check(&["Count", "1,234"], false, true);
        check(&["Page 1 of 3"], false, true);
        check(&["(3 rows affected)"], false, true);
        check(&["*** End of report ***"], false, true);
        check(&["Figures are provisional until March"], true, true);
    }

    #[test]
    fn whoever_may_be_a_person_is_data() {
        check(&["Total", "John", "Male"], true, false);
        check(&["Count", "Basie"], true, false);
        check(&["Rowe"], true, false);
        check(&["Page"], false, false);
        check(&["Key"], true, false);
        check(&["Page-Jones"], true, false);
        check(&["Total", "9990000018"], true, false);
        check(&["", "Figures are provisional until March"], true, false);
        check(&["Figures are provisional until March"], false, false);
        check(&["9990000018"], true, false);
        check(&["Key", "Anna"], false, false);
    }

    #[test]
    fn a_row_that_fills_three_mapped_columns_is_data() {
        check(&["Total", "1", "2"], true, false);
    }
}
