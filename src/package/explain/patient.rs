//! A patient: which rows make it up, what joined each, what nearly joined.

use super::pairs::{self, PairTold};
use super::{
    DecisionTold, ExceptionTold, ExplainError, ROW, Shelf, Wanted, decisions, exceptions, four, listed, patients_of,
    row_name, unknown_id,
};
use crate::decisions::RowName;
use crate::ledger::Reason;
use crate::package::opened::Thresholds;
use crate::package::previous::Kind;
use std::collections::BTreeMap;

/// A patient, explained.
#[derive(Clone, Debug)]
pub struct PatientExplained {
    /// Its id.
    pub id: String,
    /// How far its NHS number can be relied on.
    pub number_status: String,
    /// The service lines its rows are of, joined by `;`.
    pub service_lines: String,
    /// Its rows, in order.
    pub members: Vec<Member>,
    /// Pairs of its rows: first those that join them, the heaviest first.
    pub edges: Vec<Edge>,
    /// Pairs of one of its rows and a row of somebody else, the heaviest first.
    pub near: Vec<NearPair>,
    /// Rows whose patient is not known and may be this one.
    pub may_be_theirs: Vec<(RowName, Option<Reason>)>,
    /// Decisions about its rows.
    pub decisions: Vec<DecisionTold>,
    /// What could not be used of its rows, or needs a person's eye.
    pub exceptions: Vec<ExceptionTold>,
    /// Its referrals with their cohorts.
    pub referrals: Vec<(String, String)>,
    /// Its appointments with their classes.
    pub appointments: Vec<(String, String)>,
    /// What joins, and what is asked about.
    pub thresholds: Option<Thresholds>,
}

/// A row of a patient.
#[derive(Clone, Debug)]
pub struct Member {
    /// The row.
    pub row: RowName,
    /// How sure it is that the row is of this patient.
    pub probability: f64,
    /// Who or what joined it, as `patient_records.csv` has it.
    pub joined_by: String,
    /// The row of the same local id, by its place, that was compared in its stead.
    pub stands_for: Option<usize>,
}

/// A pair of rows of one patient, by their places.
#[derive(Clone, Debug)]
pub struct Edge {
    /// One row.
    pub left: usize,
    /// The other.
    pub right: usize,
    /// Whether it is of the chain that joins the rows; else the two were joined already.
    pub joins: bool,
    /// The pair.
    pub pair: PairTold,
}

/// A pair that did not join.
#[derive(Clone, Debug)]
pub struct NearPair {
    /// The row of this patient, by its place.
    pub member: usize,
    /// The other row.
    pub other: RowName,
    /// The patient of the other row, where it is known.
    pub patient: Option<String>,
    /// The pair.
    pub pair: PairTold,
}

/// Who or what joined a row, in words for the word of `patient_records.csv`.
pub fn joined_words(joined_by: &str) -> &'static str {
    match joined_by {
        "alone" => "the patient's only row",
        "local-id" => "by its local id, with details that agree or none",
        "nhs-number" => "by the NHS number, with birth date and name that agree",
        "model" => "by all comparisons together",
        "slot" => "by the slot of an appointment, which is this patient's alone",
        "decision" => "by a person's decision",
        _ => "",
    }
}

pub(super) fn explain(package: &Shelf<'_>, id: &str) -> Result<PatientExplained, ExplainError> {
    let mut patient = members(package, id)?;
    let rows = Wanted::new(patient.members.iter().map(|member| &member.row));
    describe(package, id, &mut patient)?;
    relate(package, &rows, &mut patient)?;
    stand_in(package, &rows, &mut patient)?;
    patient.decisions = decisions(package, &rows)?;
    patient.exceptions = exceptions(package, &rows)?;
    patient.may_be_theirs = may_be_theirs(package, id)?;
    patient.referrals = listed(package, "referrals", ("patient_id", id), ["referral_id", "cohort"])?;
    patient.appointments = listed(package, "appointments", ("patient_id", id), ["appointment_id", "classification"])?;
    Ok(patient)
}

fn members(package: &Shelf<'_>, id: &str) -> Result<PatientExplained, ExplainError> {
    let mut members = Vec::new();
    let [source, file, sheet, row] = ROW;
    let columns = [source, file, sheet, row, "match_probability", "joined_by"];
    package.where_is("patient_records", ("patient_id", id), columns, |cells| {
        let probability = cells[4].parse().unwrap_or(0.0);
        let (row, joined_by) = (row_name(four(&cells)), cells[5].to_owned());
        members.push(Member { row, probability, joined_by, stands_for: None });
    })?;
    if members.is_empty() {
        return Err(unknown_id(package, Kind::Patient, id));
    }
    Ok(PatientExplained {
        id: id.to_owned(),
        number_status: String::new(),
        service_lines: String::new(),
        members,
        edges: Vec::new(),
        near: Vec::new(),
        may_be_theirs: Vec::new(),
        decisions: Vec::new(),
        exceptions: Vec::new(),
        referrals: Vec::new(),
        appointments: Vec::new(),
        thresholds: package.thresholds(),
    })
}

fn describe(package: &Shelf<'_>, id: &str, patient: &mut PatientExplained) -> Result<(), ExplainError> {
    let columns = ["nhs_number_status", "service_lines"];
    package.where_is("patients", ("patient_id", id), columns, |[status, lines]| {
        (patient.number_status, patient.service_lines) = (status.to_owned(), lines.to_owned());
    })?;
    Ok(())
}

/// Pairs within the patient, and those with others.
fn relate(package: &Shelf<'_>, rows: &Wanted, patient: &mut PatientExplained) -> Result<(), ExplainError> {
    let touches = |line: &pairs::PairLine<'_>| rows.find(line.left).is_some() || rows.find(line.right).is_some();
    let place = |row: &RowName| patient.members.iter().position(|member| member.row == *row);
    let (mut edges, mut near) = (Vec::new(), Vec::new());
    for pair in pairs::told(package, rows, touches)? {
        match (place(&pair.left), place(&pair.right)) {
            (Some(left), Some(right)) => edges.push(Edge { left, right, joins: false, pair }),
            (Some(member), None) => near.push(NearPair { member, other: pair.right.clone(), patient: None, pair }),
            (None, Some(member)) => near.push(NearPair { member, other: pair.left.clone(), patient: None, pair }),
            (None, None) => {}
        }
    }
    near.sort_by_key(|near| std::cmp::Reverse(near.pair.explanation.total_hundredths));
    let others = Wanted::new(near.iter().map(|near| &near.other));
    // Of equal names the first place is found: fill all of them.
    let patients = patients_of(package, &others, near.len())?;
    let known: BTreeMap<RowName, Option<String>> =
        near.iter().zip(patients).rev().map(|(near, patient)| (near.other.clone(), patient)).collect();
    near.iter_mut().for_each(|near| near.patient = known[&near.other].clone());
    (patient.edges, patient.near) = (chain(edges, patient.members.len(), package.thresholds()), near);
    Ok(())
}

/// Marks the pairs that join, as the machine joined them: the heaviest first, each where it brings together what was apart.
fn chain(mut edges: Vec<Edge>, members: usize, thresholds: Option<Thresholds>) -> Vec<Edge> {
    edges.sort_by_key(|edge| (std::cmp::Reverse(edge.pair.explanation.total_hundredths), edge.left, edge.right));
    let mut part: Vec<usize> = (0..members).collect();
    for edge in &mut edges {
        let (one, other) = (part[edge.left], part[edge.right]);
        let likely = thresholds.is_none_or(|limits| edge.pair.explanation.probability >= limits.match_at);
        edge.joins = one != other && likely && edge.pair.standing == "edge";
        if edge.joins {
            part.iter_mut().filter(|part| **part == other).for_each(|part| *part = one);
        }
    }
    edges.sort_by_key(|edge| !edge.joins);
    edges
}

/// Rows of one local id are compared as one: the first of them stands for the others.
fn stand_in(package: &Shelf<'_>, rows: &Wanted, patient: &mut PatientExplained) -> Result<(), ExplainError> {
    let compared = |place: usize, patient: &PatientExplained| {
        let edges = patient.edges.iter().any(|edge| edge.left == place || edge.right == place);
        edges || patient.near.iter().any(|near| near.member == place)
    };
    let mut ids: Vec<(String, String)> = vec![Default::default(); patient.members.len()];
    package.of_rows("person_records", (ROW, rows), ["source", "local_id"], |place, [source, id]| {
        ids[place] = (source.to_owned(), id.to_ascii_uppercase());
    })?;
    for place in 0..ids.len() {
        let by_machine = ["local-id", "nhs-number", "model"].contains(&patient.members[place].joined_by.as_str());
        if !by_machine || compared(place, patient) || ids[place].1.is_empty() {
            continue;
        }
        let same = |other: &usize| *other != place && ids[*other].1 == ids[place].1 && compared(*other, patient);
        // A system may be of several sources; one of its own source is the likeliest.
        let of_own_source = (0..ids.len()).filter(same).find(|other| ids[*other].0 == ids[place].0);
        patient.members[place].stands_for = of_own_source.or_else(|| (0..ids.len()).find(same));
    }
    Ok(())
}

fn may_be_theirs(package: &Shelf<'_>, id: &str) -> Result<Vec<(RowName, Option<Reason>)>, ExplainError> {
    let mut rows = Vec::new();
    let columns: Vec<&str> = ROW.into_iter().chain(["reason", "candidates"]).collect();
    package.each("unassigned", &columns, &mut |cells| {
        if cells[5].split(';').any(|candidate| candidate == id) {
            rows.push((row_name(four(cells)), Reason::of_slug(cells[4])));
        }
    })?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::PairExplanation;

    fn row(number: u32) -> RowName {
        RowName { source: "a".into(), file: "a.csv".into(), sheet: String::new(), row: number }
    }

    fn edge(left: usize, right: usize, total: i32, probability: f64) -> Edge {
        let explanation = PairExplanation {
            prior_hundredths: -1000,
            made: Vec::new(),
            not_made: Vec::new(),
            shared_hundredths: 0,
            raised_hundredths: 0,
            total_hundredths: total,
            probability,
        };
        let (one, two) = (row(left as u32), row(right as u32));
        let pair =
            PairTold { left: one, right: two, standing: "edge".into(), rule: String::new(), reason: None, explanation };
        Edge { left, right, joins: false, pair }
    }

    #[test]
    fn the_chain_is_of_the_heaviest_pairs_that_join_what_was_apart() {
        let edges =
            vec![edge(0, 1, 900, 0.998), edge(1, 2, 1500, 0.9999), edge(0, 2, 1800, 0.9999), edge(2, 3, 100, 0.6)];
        let chain = chain(edges, 4, Some(Thresholds { match_at: 0.99, review_at: 0.5 }));
        let told: Vec<(usize, usize, bool)> = chain.iter().map(|edge| (edge.left, edge.right, edge.joins)).collect();
        assert_eq!(told, [(0, 2, true), (1, 2, true), (0, 1, false), (2, 3, false)]);
    }
}
