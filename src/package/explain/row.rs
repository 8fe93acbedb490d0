//! A row: what became of it. Two rows, or two patients: what a comparison of them found.

use super::pairs::{self, PairTold};
use super::{
    DecisionTold, ExceptionTold, ExplainError, ROW, Shelf, UnassignedTold, Wanted, decisions, exceptions, patients_of,
    row_name, shown_row, unassigned, unknown_id,
};
use crate::decisions::RowName;
use crate::ledger::Reason;
use crate::package::opened::Thresholds;
use crate::package::previous::Kind;
use crate::values::nearest;

/// A row, explained.
#[derive(Clone, Debug)]
pub struct RowExplained {
    /// The row.
    pub row: RowName,
    /// What became of it.
    pub disposition: String,
    /// Why it was set aside.
    pub set_aside: Option<Reason>,
    /// Its patient, with how sure that is and who or what joined it.
    pub patient: Option<(String, f64, String)>,
    /// Why its patient is not known, and who it may be.
    pub unassigned: Option<UnassignedTold>,
    /// Referrals it speaks of, with what it is to each.
    pub referrals: Vec<(String, String)>,
    /// Appointments it speaks of, with what it is to each.
    pub appointments: Vec<(String, String)>,
    /// What could not be used of it.
    pub exceptions: Vec<ExceptionTold>,
    /// Decisions about it.
    pub decisions: Vec<DecisionTold>,
}

/// Two rows or two patients, explained.
#[derive(Clone, Debug)]
pub struct PairExplained {
    /// Both, as they are shown.
    pub names: [String; 2],
    /// Whether they are patients; else they are rows.
    pub are_patients: bool,
    /// The patients, where they are known.
    pub patients: [Option<String>; 2],
    /// Every pair across the two, the heaviest first.
    pub pairs: Vec<PairTold>,
    /// Decisions about both.
    pub decisions: Vec<DecisionTold>,
    /// What joins, and what is asked about.
    pub thresholds: Option<Thresholds>,
}

pub(super) fn explain(package: &Shelf<'_>, text: &str) -> Result<RowExplained, ExplainError> {
    let (row, disposition, reason) = find(package, &[text])?.remove(0);
    let wanted = Wanted::new([&row]);
    let mut explained = RowExplained {
        row,
        disposition,
        set_aside: Reason::of_slug(&reason),
        patient: None,
        unassigned: unassigned(package, &wanted)?.pop(),
        referrals: of_row(package, ["referral_records", "referral_id", "relation"], &wanted)?,
        appointments: of_row(package, ["appointment_records", "appointment_id", "standing"], &wanted)?,
        exceptions: exceptions(package, &wanted)?,
        decisions: decisions(package, &wanted)?,
    };
    let columns = ["patient_id", "match_probability", "joined_by"];
    package.of_rows("patient_records", (ROW, &wanted), columns, |_, [patient, sure, by]| {
        explained.patient = Some((patient.to_owned(), sure.parse().unwrap_or(0.0), by.to_owned()));
    })?;
    Ok(explained)
}

pub(super) fn explain_pair(package: &Shelf<'_>, names: &[String; 2]) -> Result<PairExplained, ExplainError> {
    let found = find(package, &[&names[0], &names[1]])?;
    let [left, right] = [&found[0].0, &found[1].0];
    if left == right {
        let what = format!("{} is one row, given twice", shown_row(left));
        return Err(ExplainError::Unknown { what, hint: "give two rows, or one alone".into() });
    }
    let wanted = Wanted::new([left, right]);
    let is_of_both = |cells: [[&str; 4]; 2]| cells.iter().all(|row| wanted.find(*row).is_some());
    let pairs = pairs::told(package, &wanted, |line| is_of_both([line.left, line.right]))?;
    let mut patients = patients_of(package, &wanted, 2)?;
    let patients = [patients[0].take(), patients[1].take()];
    let mut decisions = decisions(package, &wanted)?;
    decisions.retain(|decision| [left, right].into_iter().all(|row| decision.rows.contains(row)));
    let names = [shown_row(left), shown_row(right)];
    Ok(PairExplained { names, are_patients: false, patients, pairs, decisions, thresholds: package.thresholds() })
}

pub(super) fn explain_patients(package: &Shelf<'_>, ids: &[String; 2]) -> Result<PairExplained, ExplainError> {
    if ids[0] == ids[1] {
        let what = format!("{} is one patient, given twice", ids[0]);
        return Err(ExplainError::Unknown { what, hint: "give two patients, or one alone".into() });
    }
    let mut rows: [Vec<RowName>; 2] = Default::default();
    let [source, file, sheet, row] = ROW;
    for (rows, id) in rows.iter_mut().zip(ids) {
        package.where_is("patient_records", ("patient_id", id), [source, file, sheet, row], |cells| {
            rows.push(row_name(cells));
        })?;
    }
    if let Some((_, id)) = rows.iter().zip(ids).find(|(rows, _)| rows.is_empty()) {
        return Err(unknown_id(package, Kind::Patient, id));
    }
    let [one, other] = [Wanted::new(&rows[0]), Wanted::new(&rows[1])];
    let is_across = |left: [&str; 4], right: [&str; 4]| {
        one.find(left).is_some() && other.find(right).is_some()
            || one.find(right).is_some() && other.find(left).is_some()
    };
    let mut pairs = pairs::told(package, &one, |line| is_across(line.left, line.right))?;
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.explanation.total_hundredths));
    let mut decisions = decisions(package, &one)?;
    decisions.retain(|decision| decision.rows.iter().any(|row| rows[1].contains(row)));
    Ok(PairExplained {
        names: ids.clone(),
        are_patients: true,
        patients: ids.clone().map(Some),
        pairs,
        decisions,
        thresholds: package.thresholds(),
    })
}

fn of_row(
    package: &Shelf<'_>,
    [table, id, more]: [&'static str; 3],
    wanted: &Wanted,
) -> Result<Vec<(String, String)>, ExplainError> {
    let mut found = Vec::new();
    package.of_rows(table, (ROW, wanted), [id, more], |_, [id, word]| found.push((id.to_owned(), word.to_owned())))?;
    Ok(found)
}

/// The rows that texts name, each with its disposition and reason.
fn find(package: &Shelf<'_>, texts: &[&str]) -> Result<Vec<(RowName, String, String)>, ExplainError> {
    let sheets = sheets(package)?;
    let named: Vec<Vec<RowName>> = texts.iter().map(|text| named(text, &sheets)).collect();
    let wanted = Wanted::new(named.iter().flatten());
    let mut found: Vec<(RowName, String, String)> = Vec::new();
    package.of_rows("rows", (ROW, &wanted), ["disposition", "reason"], |place, [disposition, reason]| {
        found.push((wanted.row(place), disposition.to_owned(), reason.to_owned()));
    })?;
    let mut rows = Vec::new();
    for (text, named) in texts.iter().zip(&named) {
        let mut there = found.iter().filter(|(row, ..)| named.contains(row));
        match (there.next(), there.next()) {
            (Some(row), None) => rows.push(row.clone()),
            (Some((one, ..)), Some((other, ..))) => {
                let hint = format!("name its file and sheet, as in {} or {}", shown_row(one), shown_row(other));
                return Err(ExplainError::Unknown { what: format!("{text} may be several rows"), hint });
            }
            (None, _) => return Err(no_row(text, named, &sheets)),
        }
    }
    Ok(rows)
}

/// Every sheet with its rows.
fn sheets(package: &Shelf<'_>) -> Result<Vec<(RowName, u32)>, ExplainError> {
    let mut sheets = Vec::new();
    package.each("sources", &["source", "file", "sheet", "rows"], &mut |cells| {
        sheets.push((row_name([cells[0], cells[1], cells[2], "0"]), cells[3].parse().unwrap_or(0)));
    })?;
    Ok(sheets)
}

/// What a text may name: `source:file:sheet:row`, as much of the middle left out as still tells one sheet from the others.
fn named(text: &str, sheets: &[(RowName, u32)]) -> Vec<RowName> {
    let Some((rest, number)) = text.rsplit_once(':') else { return Vec::new() };
    let Ok(number) = number.trim().parse::<u32>() else { return Vec::new() };
    let (source, middle) = rest.split_once(':').unwrap_or((rest, ""));
    let of_source = || sheets.iter().map(|(sheet, _)| sheet).filter(|sheet| sheet.source == source);
    let whole = |sheet: &&RowName| middle == format!("{}:{}", sheet.file, sheet.sheet);
    let exact: Vec<&RowName> = of_source().filter(whole).collect();
    let part = |sheet: &&RowName| {
        let name = sheet.file.rsplit('/').next().unwrap_or("");
        middle.is_empty() || [sheet.file.as_str(), sheet.sheet.as_str(), name].contains(&middle)
    };
    let meant = if exact.is_empty() { of_source().filter(part).collect() } else { exact };
    meant.into_iter().map(|sheet| RowName { row: number, ..sheet.clone() }).collect()
}

fn no_row(text: &str, named: &[RowName], sheets: &[(RowName, u32)]) -> ExplainError {
    let what = format!("{text} is no row of this package");
    if let Some(row) = named.first() {
        let of_sheet = |(sheet, _): &&(RowName, u32)| RowName { row: row.row, ..sheet.clone() } == *row;
        let rows = sheets.iter().find(of_sheet).map_or(0, |(_, rows)| *rows);
        return ExplainError::Unknown { what, hint: format!("that sheet has the rows 1 to {rows}") };
    }
    let source = text.split(':').next().unwrap_or("");
    let mut known: Vec<&str> = sheets.iter().map(|(sheet, _)| sheet.source.as_str()).collect();
    known.dedup();
    let of_source: Vec<String> =
        sheets.iter().map(|(sheet, _)| sheet).filter(|sheet| sheet.source == source).map(shown_row).collect();
    let form = "write it as source:file:sheet:row";
    let hint = match (&of_source[..], &nearest(source, known.iter().map(|id| [*id]))[..]) {
        ([], []) => format!("{form}; the sources are {}", known.join(", ")),
        ([], near) => {
            format!("{form}; nearest sources: {}", near.iter().map(|at| known[*at]).collect::<Vec<_>>().join(", "))
        }
        (sheets, _) => {
            let begin = sheets.iter().map(|sheet| sheet.trim_end_matches('0')).collect::<Vec<_>>();
            format!("rows of {source} begin with {}", begin.join(" or "))
        }
    };
    ExplainError::Unknown { what, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str, u32)]) {
        let sheets: Vec<(RowName, u32)> = [
            ["clinic", "sources/clinic.csv", ""],
            ["hospital", "sources/book.xlsx", "Patients"],
            ["hospital", "sources/book.xlsx", "Referrals"],
        ]
        .map(|[source, file, sheet]| (row_name([source, file, sheet, "0"]), 9))
        .into();
        let named = named(text, &sheets);
        let found: Vec<(&str, &str, u32)> =
            named.iter().map(|row| (row.source.as_str(), row.sheet.as_str(), row.row)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_row_is_named_as_far_as_it_must_be() {
        for text in ["clinic:sources/clinic.csv::3", "clinic:sources/clinic.csv:3", "clinic:clinic.csv:3", "clinic:3"] {
            check(text, &[("clinic", "", 3)]);
        }
        for text in ["hospital:sources/book.xlsx:Patients:3", "hospital:Patients:3"] {
            check(text, &[("hospital", "Patients", 3)]);
        }
        check("hospital:3", &[("hospital", "Patients", 3), ("hospital", "Referrals", 3)]);
        for text in ["hospital:Nothing:3", "nobody:3", "clinic:three", "clinic"] {
            check(text, &[]);
        }
    }
}
