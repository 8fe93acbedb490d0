//! Tables of referrals, appointments and the waiting list.

use crate::config::fields::{appointment, person, referral};
use crate::package::contents::Contents;
use crate::package::line::{Line, Lines};
use crate::reconcile::{Appointment, AppointmentStanding, Difference, Referral, ReferralIndex};
use crate::values::{Moment, PartialDate, Priority, ReferralStatus};
use std::collections::BTreeSet;
use std::io;

pub(super) fn referrals(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for index in contents.ids.referrals() {
        referral_line(contents, *index, out.begin());
        out.end()?;
    }
    Ok(())
}

fn referral_line(contents: &Contents<'_>, index: ReferralIndex, line: &mut Line) {
    let of = &contents.reconciled.referrals[index as usize];
    let first = |field| contents.first_text(of, field);
    line.text("referral_id", contents.ids.referral(index));
    line.text("patient_id", contents.patient_id(of.patient));
    line.text("specialty", &of.specialty);
    line.text("priority", of.priority.map_or("", Priority::word));
    line.text("triage_priority", of.triage_priority.map_or("", Priority::word));
    line.revealed("clock_start", of.clock_start, PartialDate::reveal);
    line.text("clock_rule", of.clock_rule.word());
    line.text("cohort", of.cohort.word());
    line.text("parent_referral_id", contents.referral_id(of.parent));
    line.text("treatment_function_code", &of.treatment_function_code);
    line.text("condition", &of.condition);
    line.found("referrer", || first(referral::REFERRER));
    line.revealed("received", of.received, Moment::reveal);
    line.revealed("original_received", of.original_received, PartialDate::reveal);
    line.revealed("triaged", triaged(contents, of), Moment::reveal);
    line.found("triaged_by", || triaged_by(contents, of));
    line.text("status", of.status.map_or("", ReferralStatus::word));
    line.revealed("closed", of.closed, PartialDate::reveal);
    line.found("close_reason", || first(referral::CLOSE_REASON));
    line.text("rtt_status", &of.rtt_status);
    line.found("ubrn", || first(referral::UBRN));
    line.found("pathway_id", || first(referral::PATHWAY_ID));
    line.found("pathway_issuer", || first(referral::PATHWAY_ISSUER));
    line.found("commissioner", || first(referral::COMMISSIONER));
    line.found("clinician", || first(referral::CLINICIAN));
    line.found("source_of_referral", || first(referral::SOURCE_OF_REFERRAL));
    line.revealed("last_seen", of.last_seen, PartialDate::reveal);
    line.revealed("review_due", of.review_due, PartialDate::reveal);
    line.revealed("next_appointment", of.next_appointment, Moment::reveal);
    line.maybe("weeks", of.weeks);
    line.shown("records", of.records.len() + of.keyings.len());
    line.text("priority_rule", of.priority_rule.word());
    line.text("referrer_priority", of.referrer_priority.map_or("", Priority::word));
    line.text("weeks_rule", of.weeks_rule.word());
    line.maybe("working_days", of.working_days);
    line.text("clock_doubt", of.doubt.map_or("", |doubt| doubt.why.word()));
    line.revealed("other_clock_start", of.doubt.and_then(|doubt| doubt.otherwise), PartialDate::reveal);
    line.text("other_clock_rule", of.doubt.map_or("", |doubt| doubt.otherwise_rule.word()));
    line.maybe("clock_event", of.doubt.and_then(|doubt| doubt.event));
}

/// When the triage that stands was, else the first.
fn triaged(contents: &Contents<'_>, of: &Referral) -> Option<Moment> {
    let table = &contents.records().referrals;
    let stands = of.triage.and_then(|place| table.moment(referral::TRIAGED, place));
    stands.or_else(|| of.records.iter().find_map(|(place, _)| table.moment(referral::TRIAGED, *place)))
}

/// Who made the triage that stands, else whoever is named first.
fn triaged_by<'c>(contents: &'c Contents<'_>, of: &Referral) -> &'c str {
    match of.triage {
        Some(place) => contents.records().referrals.text(&contents.records().texts, referral::TRIAGED_BY, place),
        None => contents.first_text(of, referral::TRIAGED_BY),
    }
}

pub(super) fn referral_records(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for (at, referral, relation, tie) in contents.referral_rows() {
        let line = out.begin();
        line.row("", contents, Some(at));
        line.text("referral_id", contents.ids.referral(referral));
        line.text("relation", relation.word());
        line.text("joined_by", tie.by.word());
        line.joined("agreed", tie.agreed());
        out.end()?;
    }
    Ok(())
}

pub(super) fn appointments(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for index in contents.ids.appointments() {
        let line = out.begin();
        line.text("appointment_id", contents.ids.appointment(*index));
        appointment_line(contents, &contents.reconciled.appointments[*index as usize], line);
        out.end()?;
    }
    Ok(())
}

fn appointment_line(contents: &Contents<'_>, of: &Appointment, line: &mut Line) {
    line.text("patient_id", contents.patient_id(of.patient));
    line.text("referral_id", contents.referral_id(of.referral));
    line.revealed("starts", of.starts, Moment::reveal);
    line.text("site", &of.site);
    line.text("classification", of.classification.word());
    line.text("recorded_by", of.recorded_by.word());
    line.joined("flags", of.flags.iter().map(|flag| flag.word()));
    line.text("clinician", &of.clinician);
    line.text("kind", &of.kind);
    line.text("status", &of.status);
    line.text("outcome", &of.outcome);
    line.revealed("booked", of.booked, Moment::reveal);
    let kinds: BTreeSet<AppointmentStanding> = of.records.iter().map(|(_, standing)| *standing).collect();
    let evidence = kinds.into_iter().filter(|standing| matches!(standing, AppointmentStanding::Evidence(_)));
    line.joined("evidence", evidence.map(standing_word));
    line.text("differs", &of.differs);
    line.shown("records", of.records.len());
    line.text("resolution", of.settled.map_or("", |settled| settled.how.word()));
    line.revealed("rebooked_to", of.settled.and_then(|settled| settled.how.to()), Moment::reveal);
    line.maybe("resolution_event", of.settled.map(|settled| settled.event));
    let held = of.held.as_ref();
    line.text("differed", held.map_or("", |held| &held.differed));
    line.text("holds", held.map_or("", |held| held.side.word()));
    line.maybe("holds_event", held.map(|held| held.event));
}

fn standing_word(standing: AppointmentStanding) -> &'static str {
    use crate::config::EvidenceKind;
    match standing {
        AppointmentStanding::Recorded => "recorded",
        AppointmentStanding::Evidence(EvidenceKind::Letter) => "letter",
        AppointmentStanding::Evidence(EvidenceKind::Text) => "text",
        AppointmentStanding::Evidence(EvidenceKind::Diary) => "diary",
        AppointmentStanding::Evidence(EvidenceKind::Call) => "call",
        AppointmentStanding::Evidence(EvidenceKind::Other) => "other",
    }
}

pub(super) fn appointment_records(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let (table, texts) = (&contents.records().appointments, &contents.records().texts);
    let mut rows = Vec::with_capacity(table.len());
    for (index, one) in (0u32..).zip(&contents.reconciled.appointments) {
        rows.extend(one.records.iter().map(|(place, standing)| (table.row(*place), index, *standing, *place)));
    }
    rows.sort_unstable();
    for (at, index, standing, place) in rows {
        let of = &contents.reconciled.appointments[index as usize];
        let line = out.begin();
        line.row("", contents, Some(at));
        line.text("appointment_id", contents.ids.appointment(index));
        line.text("standing", standing_word(standing));
        line.revealed("starts", table.moment(appointment::STARTS, place), Moment::reveal);
        line.text("site", table.text(texts, appointment::SITE, place));
        line.text("clinician", table.text(texts, appointment::CLINICIAN, place));
        line.text("status", table.text(texts, appointment::STATUS, place));
        line.revealed("booked", table.moment(appointment::BOOKED, place), Moment::reveal);
        let contradictions = of.contradictions.iter().filter(|(of, _)| *of == place);
        line.joined("differs", contradictions.map(|(_, what)| what.word()));
        out.end()?;
    }
    Ok(())
}

pub(super) fn waiting_list(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let mut entries: Vec<_> = contents.reconciled.waiting_list.iter().collect();
    entries.sort_by_key(|entry| contents.ids.referral(entry.referral));
    for entry in entries {
        let of = &contents.reconciled.referrals[entry.referral as usize];
        let first = |field| contents.first_text(of, field);
        let members = of.patient.map(|patient| contents.reconciled.linked.members[patient as usize].as_slice());
        let practice = members.map_or("", |members| contents.text(contents.chosen(members, person::GP_PRACTICE)));
        let line = out.begin();
        line.text("patient_id", contents.patient_id(of.patient));
        line.text("referral_id", contents.ids.referral(entry.referral));
        line.found("patient_pathway_identifier", || first(referral::PATHWAY_ID));
        line.found("pathway_issuer", || first(referral::PATHWAY_ISSUER));
        line.found("ubrn", || first(referral::UBRN));
        line.text("treatment_function_code", &of.treatment_function_code);
        line.found("commissioner", || first(referral::COMMISSIONER));
        line.text("gp_practice", practice);
        line.text("wait_type", entry.wait_type.word());
        line.revealed("clock_start", of.clock_start, PartialDate::reveal);
        line.maybe("weeks", of.weeks);
        line.text("rtt_status", &of.rtt_status);
        line.text("priority", of.priority.map_or("", Priority::word));
        line.revealed("next_appointment", of.next_appointment, Moment::reveal);
        line.revealed("last_seen", of.last_seen, PartialDate::reveal);
        line.revealed("review_due", of.review_due, PartialDate::reveal);
        line.text("specialty", &of.specialty);
        line.maybe("working_days", of.working_days);
        out.end()?;
    }
    Ok(())
}

pub(super) fn waiting_list_differences(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for difference in &contents.reconciled.differences {
        let Difference { patient, referral, kind, cause, declared_value, found_value, .. } = difference;
        let line = out.begin();
        line.text("patient_id", contents.patient_id(*patient));
        line.text("referral_id", contents.referral_id(*referral));
        line.text("difference", kind.word());
        line.text("cause", cause);
        line.text("declared_value", declared_value);
        line.text("found_value", found_value);
        line.row("declared_", contents, difference.declared_row);
        line.row("proof_", contents, difference.proof_row);
        line.maybe("proof_event", difference.proof_event);
        out.end()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::package::examples;

    #[test]
    fn the_second_keying_of_a_folder_speaks_of_its_referral() {
        examples::with_plan(|plan| {
            let rows = plan.count_by("referral_records", ["source", "relation"]);
            let rows: Vec<_> = rows.iter().map(|([source, relation], rows)| (&**source, &**relation, *rows)).collect();
            assert_eq!(rows, [("clinic", "original", 2), ("paper", "keying", 1)]);
            let of_referrals = plan.count_by("referrals", ["records"]);
            assert_eq!(of_referrals.into_values().collect::<Vec<_>>(), [1, 1]);
        });
    }
}
