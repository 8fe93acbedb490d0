//! Tables, numbers and sections, as every part of the page shows them.

use super::words;
use jiff::civil::Date;
use maud::{Markup, html};

/// One cell of a table.
pub(super) enum Cell {
    /// What the line is about.
    Head(String),
    /// What the line is about, and what that means.
    Explained { head: String, meaning: String },
    /// Text.
    Text(String),
    /// A number that the tables hold, as they write it.
    Number(String),
    /// A count, its thousands set apart.
    Count(u64),
    /// The value of a figure, exactly as `figures.csv` has it.
    Figure { name: String, value: String },
    /// The state of a gate.
    State(String),
}

/// A part of the page.
pub(super) struct Section {
    /// Its anchor.
    pub(super) id: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// What it shows.
    pub(super) body: Markup,
}

/// A table with its caption; one sentence where there is nothing to show.
pub(super) fn table(caption: &str, heads: &[&str], rows: Vec<Vec<Cell>>) -> Markup {
    if rows.is_empty() {
        return html! { p.nothing { strong { (caption) ": " } "none." } };
    }
    let numeric: Vec<bool> = rows[0].iter().map(is_numeric).collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for (head, numeric) in heads.iter().zip(&numeric) { th.number[*numeric] scope="col" { (head) } } } }
                tbody { @for row in rows { tr { @for cell in row { (draw_cell(cell)) } } } }
            }
        }
    }
}

fn is_numeric(cell: &Cell) -> bool {
    matches!(cell, Cell::Number(_) | Cell::Count(_) | Cell::Figure { .. })
}

fn draw_cell(cell: Cell) -> Markup {
    match cell {
        Cell::Head(text) => html! { th scope="row" { (text) } },
        Cell::Explained { head, meaning } => {
            html! { th.explained scope="row" { strong { (head) } span.meaning { (meaning) } } }
        }
        Cell::Text(text) => html! { td { (text) } },
        Cell::Number(text) => html! { td.number { (text) } },
        Cell::Count(0) => html! { td.number.nought { "0" } },
        Cell::Count(count) => html! { td.number { (grouped(count)) } },
        Cell::Figure { name, value } => html! { td data-figure=(name) { (value) } },
        Cell::State(state) => {
            let (mark, word) = words::state(&state);
            html! { td { span class={ "state " (state) } { span aria-hidden="true" { (mark) } " " (word) } } }
        }
    }
}

/// Thousands set apart: 12,500.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub(super) fn some(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// `30 September 2017`.
pub(super) fn spoken_date(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = usize::try_from(date.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

/// Where to read the lines behind a section.
pub(super) fn source_note(table: &str) -> Markup {
    html! { p.note { "Line by line in " code { (table) } "." } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_cell_is_escaped_and_a_figure_is_the_text_alone() {
        let drawn = draw_cell(Cell::Text("<b>".into())).into_string();
        assert_eq!(drawn, "<td>&lt;b&gt;</td>");
        let drawn = draw_cell(Cell::Figure { name: "patients".into(), value: "12500".into() }).into_string();
        assert_eq!(drawn, r#"<td data-figure="patients">12500</td>"#);
    }
}
