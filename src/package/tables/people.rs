//! Tables of who is who.

use crate::config::fields::person;
use crate::linkage::{PatientIndex, Place, WEIGHTS};
use crate::package::contents::Contents;
use crate::package::line::{Line, Lines, decimal, hundredths};
use crate::package::previous::Id;
use crate::values::{NhsNumber, PartialDate};
use std::io;

pub(super) fn patients(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for patient in contents.ids.patients() {
        patient_line(contents, *patient, out.begin());
        out.end()?;
    }
    Ok(())
}

fn patient_line(contents: &Contents<'_>, patient: PatientIndex, line: &mut Line) {
    let members = contents.reconciled.linked.members[patient as usize].as_slice();
    let chosen = |field| contents.chosen(members, field);
    let text = |field| contents.text(chosen(field));
    let date = |field| PartialDate::unpack(chosen(field)).map(PartialDate::reveal).unwrap_or_default();
    let joined = |field| contents.all_texts(members, field).join(";");
    let address = || contents.text(contents.chosen_address(members, chosen(person::POSTCODE)));
    let other_family_names = || contents.other_family_names(members, text(person::FAMILY_NAME));
    let (number, status) = contents.numbers().of(members);

    line.text("patient_id", contents.ids.patient(patient));
    line.revealed("nhs_number", number, NhsNumber::reveal);
    line.text("nhs_number_status", status.word());
    line.found("family_name", || text(person::FAMILY_NAME));
    line.found("given_name", || text(person::GIVEN_NAME));
    line.found("date_of_birth", || date(person::DATE_OF_BIRTH));
    line.found("sex", || text(person::SEX));
    line.found("postcode", || text(person::POSTCODE));
    line.found("other_names", || text(person::OTHER_NAMES));
    line.found("previous_family_name", || Vec::from_iter(other_family_names()).join(";"));
    line.found("title", || text(person::TITLE));
    line.found("date_of_death", || date(person::DATE_OF_DEATH));
    line.found("address", address);
    line.found("phone", || text(person::PHONE));
    line.found("mobile", || text(person::MOBILE));
    line.found("email", || text(person::EMAIL));
    line.found("gp_practice", || text(person::GP_PRACTICE));
    line.found("sensitive", || joined(person::SENSITIVE));
    line.found("language", || text(person::LANGUAGE));
    line.found("communication_need", || joined(person::COMMUNICATION_NEED));
    line.found("guardian", || joined(person::GUARDIAN));
    line.found("service_lines", || Vec::from_iter(contents.service_lines(members)).join(";"));
    line.shown("records", members.len());
}

pub(super) fn person_records(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let records = contents.records();
    for record in records.people.places() {
        let line = out.begin();
        line.row("", contents, Some(records.people.row(record)));
        line.fields(records, &records.people, record);
        line.extra(records, &records.people, record);
        out.end()?;
    }
    Ok(())
}

pub(super) fn patient_records(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let records = contents.records();
    for record in records.people.places() {
        let Place::Patient { patient, probability, joined_by } = &contents.reconciled.linked.places[record as usize]
        else {
            continue;
        };
        let line = out.begin();
        line.row("", contents, Some(records.people.row(record)));
        line.digest("row_sha256", &records.digest[record as usize]);
        line.text("patient_id", contents.ids.patient(*patient));
        line.found("match_probability", || decimal(*probability));
        line.text("joined_by", joined_by.word());
        out.end()?;
    }
    Ok(())
}

pub(super) fn unassigned(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let records = contents.records();
    for record in records.people.places() {
        let Place::Unplaced { reason, candidates } = &contents.reconciled.linked.places[record as usize] else {
            continue;
        };
        let line = out.begin();
        line.row("", contents, Some(records.people.row(record)));
        line.text("reason", reason.slug());
        line.joined("candidates", candidates.iter().map(|patient| contents.ids.patient(*patient)));
        line.digest("row_sha256", &records.digest[record as usize]);
        out.end()?;
    }
    Ok(())
}

pub(super) fn pairs(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let people = &contents.records().people;
    for pair in &contents.reconciled.linked.pairs {
        let line = out.begin();
        line.row("left_", contents, Some(people.row(pair.left)));
        line.row("right_", contents, Some(people.row(pair.right)));
        line.text("standing", pair.standing.word());
        line.text("rule", pair.rule.name());
        line.found("match_weight", || hundredths(pair.weight_hundredths));
        line.found("match_probability", || decimal(pair.probability()));
        line.text("reason", pair.reason.map_or("", |reason| reason.slug()));
        line.found("levels", || pair.levels.text());
        for (column, weight) in WEIGHT_COLUMNS.iter().zip(pair.weights.iter()) {
            line.revealed(column, weight, hundredths);
        }
        out.end()?;
    }
    Ok(())
}

/// The columns of [`WEIGHTS`], in order.
const WEIGHT_COLUMNS: [&str; WEIGHTS.len()] = [
    "weight_given_name",
    "weight_family_name",
    "weight_date_of_birth",
    "weight_sex",
    "weight_postcode",
    "weight_address",
    "weight_phone",
    "weight_email",
    "weight_nhs_number",
    "weight_gp_practice",
    "weight_local_id",
    "weight_extra",
];

pub(super) fn review_decisions(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for reviewed in &contents.reviewed {
        let entry = &reviewed.event.entry;
        let row = |place: usize| entry.rows.get(place).map(|row| &row.name);
        let line = out.begin();
        line.shown("event", reviewed.event.number);
        line.text("kind", entry.act.kind());
        line.text("at", &entry.at);
        line.text("who", &entry.who);
        line.text("about", &reviewed.about);
        line.text("answer", entry.act.answer());
        line.text("standing", reviewed.standing.word());
        line.maybe("by", reviewed.by);
        line.shown("rows", entry.rows.len());
        line.named_row("left_", row(0));
        line.named_row("right_", row(1));
        line.text("effect", reviewed.effect.word());
        out.end()?;
    }
    Ok(())
}

pub(super) fn id_changes(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for change in &contents.ids.changes {
        let line = out.begin();
        line.text("kind", change.kind.word());
        line.found("id", || shown(&change.id));
        line.text("change", change.change.word());
        line.found("into", || change.into.as_ref().map(shown).unwrap_or_default());
        line.shown("rows", change.rows);
        out.end()?;
    }
    Ok(())
}

pub(super) fn source_changes(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let changes = &contents.ids.rows;
    for row in &changes.lines {
        let at = row.now.map(|record| contents.records().people.row(record));
        let before = row.before.map(|before| (&changes.sheets[before.at.sheet as usize], before.at.row));
        let patient = row.before.and_then(|before| before.patient);
        let line = out.begin();
        line.text("change", row.change.word());
        line.row("", contents, at);
        line.earlier_row("previous_", before);
        line.text("patient_id", row.now.map_or("", |record| contents.patient_id_of(record)));
        line.found("previous_patient_id", || patient.as_ref().map(shown).unwrap_or_default());
        out.end()?;
    }
    Ok(())
}

fn shown(id: &Id) -> String {
    std::str::from_utf8(id).expect("an id is of letters and digits").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comparison_has_its_column() {
        for (column, comparison) in WEIGHT_COLUMNS.iter().zip(WEIGHTS) {
            assert_eq!(*column, format!("weight_{comparison}"));
        }
    }
}
