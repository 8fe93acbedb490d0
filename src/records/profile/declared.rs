//! A table of figures that somebody declares: what, of which group, when, how many. No person is in it.

use super::fit::Facts;
use super::product::{ColumnType, DeclaredDraft};
use super::value::{Mark, is_month};

const MEASURE: &[&str] = &["activity", "measure", "metric", "indicator", "item", "figure", "line", "kpi"];
const GROUP: &[&str] =
    &["service", "specialty", "provider", "site", "group", "department", "team", "trust", "organisation"];
const VALUE: &[&str] =
    &["count", "value", "total", "figure", "volume", "activity", "n", "referrals", "patients", "actual", "sum"];
const PERIOD: &[&str] = &["month", "period", "quarter", "year", "week"];

/// The places of its columns, if the sheet is such a table.
pub(super) fn find(columns: &[Facts<'_>]) -> Option<DeclaredDraft> {
    let usable = |column: &usize| !columns[*column].name.is_empty();
    let places: Vec<usize> = (0..columns.len()).filter(usable).collect();
    let words: Vec<usize> = places.iter().copied().filter(|&column| is_label(&columns[column])).collect();
    let months: Vec<usize> = places
        .iter()
        .copied()
        .filter(|&column| is_month(columns[column].name) && is_figure(&columns[column]))
        .collect();
    let measure = by_word(columns, &words, MEASURE).or_else(|| words.first().copied())?;
    let rest: Vec<usize> = words.iter().copied().filter(|column| *column != measure).collect();
    let group = by_word(columns, &rest, GROUP).or_else(|| rest.first().copied());
    if months.len() >= 3 {
        return Some(DeclaredDraft { measure, group, period: None, value: None, period_columns: months });
    }
    let period = places.iter().copied().find(|&column| is_period(&columns[column]))?;
    let figures: Vec<usize> =
        places.iter().copied().filter(|&column| column != period && is_figure(&columns[column])).collect();
    let value =
        by_word(columns, &figures, VALUE).or_else(|| figures.first().copied().filter(|_| figures.len() == 1))?;
    let group = group.filter(|group| *group != period);
    (measure != period && columns.len() <= 12).then_some(DeclaredDraft {
        measure,
        group,
        period: Some(period),
        value: Some(value),
        period_columns: Vec::new(),
    })
}

fn by_word(columns: &[Facts<'_>], places: &[usize], words: &[&str]) -> Option<usize> {
    let says = |column: &&usize| columns[**column].words.iter().any(|word| words.contains(&word.as_str()));
    places.iter().find(says).copied()
}

/// Words that say what a row counts.
fn is_label(facts: &Facts<'_>) -> bool {
    let tally = facts.tally;
    let words = tally.share_of(Mark::OneWord) + tally.share_of(Mark::Words);
    matches!(facts.column_type, ColumnType::Code | ColumnType::Text | ColumnType::FreeText | ColumnType::FullName)
        && tally.share_of(Mark::Month) < 0.5
        && tally.share_of(Mark::Decimal) < 0.5
        && (words >= 0.5 || tally.share_of(Mark::Sentence) > 0.0)
}

fn is_figure(facts: &Facts<'_>) -> bool {
    facts.tally.share_of(Mark::Decimal) >= 0.8 && !matches!(facts.column_type, ColumnType::Date | ColumnType::NhsNumber)
}

fn is_period(facts: &Facts<'_>) -> bool {
    let says = facts.words.iter().any(|word| PERIOD.contains(&word.as_str()));
    facts.tally.share_of(Mark::Month) >= 0.8 || (says && facts.column_type == ColumnType::Date)
}
