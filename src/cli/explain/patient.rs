//! A patient on a page.

use super::page::{LISTED, Page, counted, listed};
use super::pair::{beyond, bits, briefly, heading, how, legend, sure, weighed};
use crate::package::explain::{Edge, Member, NearPair, PatientExplained, shown_row};
use crate::values::Shown as _;
use std::path::Path;

pub(super) fn show(page: &mut Page, folder: &Path, patient: &PatientExplained) {
    let PatientExplained { id, number_status, service_lines, members, .. } = patient;
    page.title(format!("Patient {id}"));
    let lines = service_lines.replace(';', ", ");
    let lines = if lines.is_empty() { String::new() } else { format!("; {lines}") };
    page.words("", &format!("{}; NHS number: {number_status}{lines}", counted(members.len(), "row")));
    page.heading("Rows, each with what joined it (and how probable that is)");
    let digits = members.len().to_string().len();
    for (number, member) in (1..).zip(members).take(MEMBERS) {
        page.line(format!("  {number:>digits$}  {}", shown_row(&member.row)));
        page.words(&" ".repeat(digits + 4), &joined(member));
    }
    beyond(page, MEMBERS, members.len(), "row");
    joining(page, &patient.edges, members.len());
    near(page, patient);
    if !patient.may_be_theirs.is_empty() {
        page.heading("Rows that may be theirs; nobody knows");
        for (row, reason) in patient.may_be_theirs.iter().take(LISTED) {
            page.line(format!("  {}", shown_row(row)));
            page.words("     ", reason.map_or("", |reason| reason.sentence()));
        }
        page.more(patient.may_be_theirs.len());
    }
    page.decisions(&patient.decisions);
    page.exceptions(&patient.exceptions);
    if !patient.referrals.is_empty() || !patient.appointments.is_empty() {
        page.heading("Care");
        page.pair("referrals", &listed(&patient.referrals));
        page.pair("appointments", &listed(&patient.appointments));
    }
    if !patient.near.is_empty() || patient.edges.iter().any(|edge| !edge.joins) {
        page.line("");
        page.faint(format!("Every part of one pair: handover explain {} ROW ROW", folder.shown()));
    }
}

/// So many rows are shown.
const MEMBERS: usize = 60;

fn joined(member: &Member) -> String {
    match member.stands_for {
        Some(other) => {
            let sure = sure(member.probability);
            format!("by the local id of row {}, which was compared in its place ({sure})", other + 1)
        }
        None => how(&member.joined_by, member.probability),
    }
}

fn joining(page: &mut Page, edges: &[Edge], members: usize) {
    let joins: Vec<&Edge> = edges.iter().filter(|edge| edge.joins).collect();
    if members < 2 {
        return;
    }
    page.heading("What joins them");
    if joins.is_empty() {
        page.words("  ", "No comparison: what is said beside each row above.");
    } else if joins.len() > 1 {
        let chain: Vec<String> = joins.iter().map(|edge| format!("{}-{}", edge.left + 1, edge.right + 1)).collect();
        page.words("  ", &format!("The chain of pairs, the surest first: {}", chain.join(", ")));
    }
    for (place, edge) in joins.iter().enumerate().take(LISTED) {
        page.line("");
        page.line(format!("  Rows {} and {}, brought together by: {}", edge.left + 1, edge.right + 1, edge.pair.rule));
        match joins[..place].iter().find(|shown| shown.pair.explanation == edge.pair.explanation) {
            Some(shown) => {
                page.words("  ", &format!("Part by part as rows {} and {} above.", shown.left + 1, shown.right + 1));
            }
            None => weighed(page, &edge.pair.explanation),
        }
    }
    beyond(page, LISTED, joins.len(), "pair");
    if !joins.is_empty() {
        page.line("");
        legend(page);
    }
    also(page, edges);
}

/// Pairs of rows that others had joined already.
fn also(page: &mut Page, edges: &[Edge]) {
    let others: Vec<&Edge> = edges.iter().filter(|edge| !edge.joins).collect();
    if others.is_empty() {
        return;
    }
    page.heading("Other pairs of these rows, joined already by those above");
    for edge in others.iter().take(LISTED) {
        let rows = format!("{} and {}", edge.left + 1, edge.right + 1);
        let told = &edge.pair.explanation;
        let (total, sure) = (bits(told.total_hundredths), sure(told.probability));
        page.line(format!("  {rows:<12} {total:>7} bits   probability {sure:<13} {}", edge.pair.rule));
    }
    beyond(page, LISTED, others.len(), "pair");
}

fn near(page: &mut Page, patient: &PatientExplained) {
    page.heading("What nearly joined");
    if patient.near.is_empty() {
        page.words("  ", "Nothing: no row of anybody else came near.");
        return;
    }
    const SHOWN: usize = 8;
    for NearPair { member, other, patient: whose, pair } in patient.near.iter().take(SHOWN) {
        let whose = whose.as_deref().map_or("whose patient is not known".to_owned(), |id| format!("of {id}"));
        page.line(format!("  Row {} and {}", member + 1, shown_row(other)));
        page.words("     ", &format!("{whose}. {}: {}", heading(pair), pair.why(patient.thresholds)));
        briefly(page, "     ", pair);
    }
    beyond(page, SHOWN, patient.near.len(), "pair");
}
