//! Tables of who is who.

use crate::config::fields::person;
use crate::linkage::{COMPARISONS, PatientIndex, Place};
use crate::package::contents::Contents;
use crate::package::line::{Line, Lines, decimal, hundredths};
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
    let date = |field| PartialDate::unpack(chosen(field)).map(PartialDate::reveal);
    let (number, status) = contents.nhs_number(members);
    let family_name = text(person::FAMILY_NAME);
    let postcode = chosen(person::POSTCODE);

    line.text("patient_id", contents.ids.patient(patient));
    line.maybe("nhs_number", number.map(NhsNumber::reveal));
    line.text("nhs_number_status", status.word());
    line.text("family_name", family_name);
    line.text("given_name", text(person::GIVEN_NAME));
    line.maybe("date_of_birth", date(person::DATE_OF_BIRTH));
    line.text("sex", text(person::SEX));
    line.text("postcode", contents.text(postcode));
    line.text("other_names", text(person::OTHER_NAMES));
    line.joined("previous_family_name", contents.other_family_names(members, family_name));
    line.text("title", text(person::TITLE));
    line.maybe("date_of_death", date(person::DATE_OF_DEATH));
    line.text("address", contents.text(contents.chosen_address(members, postcode)));
    line.text("phone", text(person::PHONE));
    line.text("mobile", text(person::MOBILE));
    line.text("email", text(person::EMAIL));
    line.text("gp_practice", text(person::GP_PRACTICE));
    line.joined("sensitive", contents.all_texts(members, person::SENSITIVE));
    line.text("language", text(person::LANGUAGE));
    line.joined("communication_need", contents.all_texts(members, person::COMMUNICATION_NEED));
    line.joined("guardian", contents.all_texts(members, person::GUARDIAN));
    line.joined("service_lines", contents.service_lines(members));
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
        let Place::Patient { patient, probability, joined_by } = &contents.reconciled.linked.places[record as usize] else {
            continue;
        };
        let line = out.begin();
        line.row("", contents, Some(records.people.row(record)));
        line.shown("row_sha256", records.digest[record as usize]);
        line.text("patient_id", contents.ids.patient(*patient));
        line.text("match_probability", &decimal(*probability));
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
        line.text("rule", pair.rule);
        line.text("match_weight", &hundredths(pair.weight_hundredths));
        line.text("match_probability", &decimal(pair.probability));
        line.text("reason", pair.reason.map_or("", |reason| reason.slug()));
        for (column, weight) in WEIGHT_COLUMNS.iter().zip(pair.weights) {
            line.maybe(column, weight.map(hundredths));
        }
        out.end()?;
    }
    Ok(())
}

/// The columns of [`COMPARISONS`], in order.
const WEIGHT_COLUMNS: [&str; COMPARISONS.len()] = [
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
];

pub(super) fn review_decisions(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for (decision, effect) in &contents.reviewed {
        let line = out.begin();
        line.shown("event", decision.event);
        line.text("kind", "pair");
        line.named_row("left_", &decision.left);
        line.named_row("right_", &decision.right);
        line.text("answer", match decision.answer {
            crate::decisions::Answer::Same => "same",
            crate::decisions::Answer::Different => "different",
            crate::decisions::Answer::Unsure => "unsure",
        });
        line.text("effect", effect.word());
        out.end()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comparison_has_its_column() {
        for (column, comparison) in WEIGHT_COLUMNS.iter().zip(COMPARISONS) {
            assert_eq!(*column, format!("weight_{comparison}"));
        }
    }
}
