//! Rows of a table of declared figures.

use super::clean::Reading;
use super::columns::Header;
use super::store::DeclaredFigure;
use crate::config::DeclaredMapping;
use crate::ledger::{Disposition, Exception, Reason};
use crate::sources::{Cell, RawRow, RowRef};

/// Where a sheet's columns say what.
pub(super) struct DeclaredColumns {
    measure: Option<usize>,
    group: Option<usize>,
    period: Option<usize>,
    /// Columns of figures, by name; in a wide table the name is the period.
    figures: Vec<(String, usize)>,
    wide: bool,
}

impl DeclaredColumns {
    /// Finds the columns under a header; what is missing becomes an exception at `at`.
    pub fn find(mapping: &DeclaredMapping, header: &Header, at: RowRef, exceptions: &mut Vec<Exception>) -> Self {
        let mut place = |field: &str, name: &str| {
            let place = header.place(name);
            if let Some(rivals) = header.rivals(name) {
                let field = format!("declared.{field} ({rivals})");
                exceptions.push(Exception { at, field, reason: Reason::ColumnTwice });
            }
            if place.is_none() {
                let field = format!("declared.{field}");
                exceptions.push(Exception { at, field, reason: Reason::ColumnMissing });
            }
            place
        };
        let measure = place("measure", &mapping.measure);
        let group = mapping.group.as_deref().and_then(|name| place("group", name));
        let period = mapping.period.as_deref().and_then(|name| place("period", name));
        let value = mapping.value.as_deref().and_then(|name| Some((name.to_owned(), place("value", name)?)));
        let mut figures: Vec<(String, usize)> = value.into_iter().collect();
        for name in &mapping.period_columns {
            figures.extend(place("period_columns", name).map(|place| (name.clone(), place)));
        }
        let wide = !mapping.period_columns.is_empty();
        DeclaredColumns { measure, group, period, figures, wide }
    }

    /// Reads a row's figures and says what becomes of the row.
    pub fn read(
        &self,
        row: &RawRow,
        figures: &mut Vec<DeclaredFigure>,
        exceptions: &mut Vec<Exception>,
    ) -> Disposition {
        let text = |place: Option<usize>| -> String {
            place.and_then(|place| reading(row, place).text()).map(|text| text.into_owned()).unwrap_or_default()
        };
        let (measure, group, period) = (text(self.measure), text(self.group), text(self.period));
        let (mut found, mut refused) = (0, Vec::new());
        for (column, place) in &self.figures {
            match figure(row.cells.get(*place).unwrap_or(&Cell::Empty)) {
                Some(Ok(value)) => {
                    let period = if period.is_empty() && self.wide { column.clone() } else { period.clone() };
                    let (measure, group, column) = (measure.clone(), group.clone(), column.clone());
                    figures.push(DeclaredFigure { at: row.at, column, measure, group, period, value });
                    found += 1;
                }
                Some(Err(Reason::FigureNotNumber)) => refused.push(Reason::FigureInPart),
                Some(Err(reason)) => refused.push(reason),
                None => {}
            }
        }
        let says_something = !refused.is_empty() || [measure, group, period].iter().any(|text| !text.is_empty());
        let mut tell = |field: &str, reason| exceptions.push(Exception { at: row.at, field: field.into(), reason });
        if found > 0 {
            refused.into_iter().for_each(|reason| tell("declared.value", reason));
            return Disposition::Declared;
        }
        // The whole row is told once, whatever stands in its cells.
        let (field, reason) =
            if says_something { ("declared.value", Reason::FigureNotNumber) } else { ("", Reason::NothingMapped) };
        tell(field, reason);
        Disposition::SetAside(reason)
    }
}

fn reading(row: &RawRow, place: usize) -> Reading<'_> {
    Reading::of(row.cells.get(place).unwrap_or(&Cell::Empty))
}

/// A figure: a number, perhaps with commas at the thousands or a footnote's asterisk. `None` where nothing stands.
/// Whether something stands there that is no figure.
pub(super) fn is_no_figure(cell: &Cell) -> bool {
    matches!(figure(cell), Some(Err(_)))
}

fn figure(cell: &Cell) -> Option<Result<f64, Reason>> {
    match cell {
        Cell::Empty => None,
        Cell::Number(number) if number.is_finite() => Some(Ok(*number)),
        Cell::Text(text) => Some(figure_of_text(text.trim()).ok_or(Reason::FigureNotNumber)),
        Cell::Error(_) => Some(Err(Reason::CellError)),
        Cell::Number(_) | Cell::Bool(_) | Cell::Moment(_) => Some(Err(Reason::FigureNotNumber)),
    }
}

fn figure_of_text(text: &str) -> Option<f64> {
    let text = text.trim_end_matches('*').trim_end();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = whole.contains(',');
    let legal = all_digits(first)
        && (!grouped || first.len() <= 3)
        && groups.all(|group| group.len() == 3 && all_digits(group));
    if !legal || !all_digits(fraction) {
        return None;
    }
    format!("{}.{fraction}", whole.replace(',', "")).parse::<f64>().ok().map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::sample;

    #[track_caller]
    fn check(text: &str, expected: Option<f64>) {
        assert_eq!(figure_of_text(text), expected, "{text}");
    }

    #[test]
    fn a_figure_may_have_commas_and_a_footnote() {
        check("2043*", Some(2043.0));
        check("12,043 *", Some(12043.0));
        check("1,234,567.5", Some(1_234_567.5));
        check("-4", Some(-4.0));
        check("0", Some(0.0));
        for bad in [
            "", "-", "*", "1,23", "1234,567", ",123", "12 043", "52+", "77%", "1.", "1.2.3", "1e3", "inf", "N/A", "[c]",
        ] {
            check(bad, None);
        }
    }

    fn mapping(wide: bool) -> DeclaredMapping {
        DeclaredMapping {
            measure: "Activity".into(),
            group: Some("Specialty".into()),
            period: (!wide).then(|| "Month".into()),
            period_columns: if wide { vec!["Sep-17".into(), "Oct-17".into()] } else { Vec::new() },
            value: (!wide).then(|| "Count".into()),
        }
    }

    #[track_caller]
    fn check_row(wide: bool, header: &[&str], cells: &[&str], expected: (&[(&str, f64)], Disposition, usize)) {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let row = sample::row(0, 2, cells);
        let (mut figures, mut exceptions) = (Vec::new(), Vec::new());
        let columns = DeclaredColumns::find(&mapping(wide), &Header::new(&header), row.at, &mut exceptions);
        let disposition = columns.read(&row, &mut figures, &mut exceptions);
        let found: Vec<(&str, f64)> = figures.iter().map(|figure| (figure.period.as_str(), figure.value)).collect();
        assert_eq!((found.as_slice(), disposition, exceptions.len()), expected);
    }

    #[test]
    fn long_and_wide_tables() {
        let long = ["Activity", "Specialty", "Month", "Count"];
        check_row(
            false,
            &long,
            &["Waiting", "MSK", "Sep-17", "1,204"],
            (&[("Sep-17", 1204.0)], Disposition::Declared, 0),
        );
        let wide = ["Activity", "Specialty", "sep-17", " OCT-17 "];
        let both: &[(&str, f64)] = &[("Sep-17", 12.0), ("Oct-17", 9.0)];
        check_row(true, &wide, &["Waiting", "MSK", "12", "9*"], (both, Disposition::Declared, 0));
        check_row(true, &wide, &["Waiting", "MSK", "12", "n/a"], (&[("Sep-17", 12.0)], Disposition::Declared, 1));
        check_row(true, &wide, &["Waiting", "MSK", "12", ""], (&[("Sep-17", 12.0)], Disposition::Declared, 0));
    }

    #[test]
    fn a_row_without_a_figure_is_set_aside_once() {
        let long = ["Activity", "Specialty", "Month", "Count"];
        let not_number = Disposition::SetAside(Reason::FigureNotNumber);
        check_row(false, &long, &["Waiting", "MSK", "Sep-17", "[c]"], (&[], not_number, 1));
        check_row(false, &long, &["A heading", "", "", ""], (&[], not_number, 1));
        check_row(false, &long, &["", "", "", ""], (&[], Disposition::SetAside(Reason::NothingMapped), 1));
        let twice = ["Activity", "Specialty", "Month", "Count", "count "];
        let first: &[(&str, f64)] = &[("Sep-17", 3.0)];
        check_row(false, &twice, &["Waiting", "MSK", "Sep-17", "3", "4"], (first, Disposition::Declared, 1));
        let one_missing = ["Activity", "Specialty", "Month"];
        check_row(false, &one_missing, &["Waiting", "MSK", "Sep-17"], (&[], not_number, 2));
    }
}
