//! Rows, referrals and appointments on a page.

use super::page::{LISTED, Page, counted, listed};
use super::pair::{how, sure};
use crate::package::explain::{
    AppointmentExplained, HeldTold, Kin, ReferralExplained, ReferralLine, ReferralRow, RowExplained, SettledTold,
    UnassignedTold, shown_row,
};
use crate::reconcile::{Classification, ClockDoubt, ClockRule, ReferralJoin, Side};

pub(super) fn row(page: &mut Page, row: &RowExplained) {
    page.title(format!("Row {}", shown_row(&row.row)));
    page.words("", &became(row));
    if let Some(reason) = row.set_aside {
        page.words("  ", &format!("{} [{}]", reason.sentence(), reason.slug()));
        page.words("  ", &format!("Next: {}.", reason.what_to_do()));
    }
    if let Some((patient, probability, joined_by)) = &row.patient {
        page.pair("patient", &format!("{patient}, {}", how(joined_by, *probability)));
    }
    if let Some(UnassignedTold { reason, candidates, .. }) = &row.unassigned {
        page.pair("patient", &format!("not known. {}", reason.map_or("", |reason| reason.sentence())));
        page.pair("may be", &candidates.join(", "));
    }
    page.pair("referrals", &listed(&row.referrals));
    page.pair("appointments", &listed(&row.appointments));
    page.exceptions(&row.exceptions);
    page.decisions(&row.decisions);
}

fn became(row: &RowExplained) -> String {
    let meaning = match row.disposition.as_str() {
        "used" => "it belongs to a patient",
        "unassigned" => "a record whose patient is not known: counted apart, and worked in review",
        "declared" => "it holds declared figures",
        "keying" => "the second keying of a folder",
        "reference" => "a line of a reference table",
        "set-aside" => "it could not be used",
        "header" | "preamble" | "footer" | "blank" => "no row of data",
        _ => "",
    };
    format!("{}: {meaning}", row.disposition)
}

pub(super) fn referral(page: &mut Page, referral: &ReferralExplained) {
    let line = &referral.line;
    page.title(format!("Referral {}", line.id));
    let patient = if line.patient.is_empty() { "a patient who is not known" } else { &line.patient };
    page.words("", &format!("of {patient}{}", waits(referral)));
    page.heading("Rows");
    page.rows(referral.rows.iter().take(LISTED).map(|row| (&row.at, of_referral(row))));
    page.more(referral.rows.len());
    clock(page, referral);
    priority(page, line);
    page.heading("Where it stands");
    page.pair("cohort", &line.cohort.map_or(String::new(), |of| format!("{}: {}", of.word(), of.sentence())));
    page.pair("status", &line.status);
    page.pair("closed", &line.closed);
    page.pair("RTT status", &line.rtt_status);
    page.pair("last seen", &line.last_seen);
    page.pair("next appointment", &line.next_appointment);
    page.pair("review due", &line.review_due);
    page.pair("appointments", &listed(&referral.appointments));
    family(page, referral);
    for (kind, cause, declared, proof) in &referral.differences {
        page.heading("The declared list says otherwise");
        page.pair("how", kind);
        page.pair("why", if cause == "unknown" { "unknown: nothing explains it" } else { cause });
        page.pair("declared in", &declared.as_ref().map(shown_row).unwrap_or_default());
        page.pair("proved by", &proof.as_ref().map(shown_row).unwrap_or_default());
    }
    page.exceptions(&referral.exceptions);
    page.decisions(&referral.decisions);
}

fn of_referral(row: &ReferralRow) -> String {
    let relation = row.relation.map_or(String::new(), |known| format!("{}: {}", known.word(), known.sentence()));
    match row.joined_by {
        Some(by) if by != ReferralJoin::Alone => {
            let agreed =
                if row.agreed.is_empty() { String::new() } else { format!(" Agreed: {}.", row.agreed.join(", ")) };
            format!("{relation} With the others by {}: {}{agreed}", by.word(), by.sentence())
        }
        _ => relation,
    }
}

fn waits(referral: &ReferralExplained) -> String {
    let weeks = &referral.line.weeks;
    match &referral.waits_for {
        Some(kind) if weeks.is_empty() => format!("; on the waiting list, {kind}"),
        Some(kind) => format!("; on the waiting list, {kind}, {weeks} weeks"),
        None => "; not on the waiting list".into(),
    }
}

fn clock(page: &mut Page, referral: &ReferralExplained) {
    let line = &referral.line;
    page.heading("Its clock");
    page.pair("starts", if line.clock_start.is_empty() { "nobody can say when" } else { &line.clock_start });
    page.pair("why there", &line.clock_rule.map_or(String::new(), |of| format!("{}: {}", of.word(), of.sentence())));
    page.pair("received", &line.received);
    if line.original_received != line.received.get(..10).unwrap_or(&line.received) {
        page.pair("first received", &line.original_received);
    }
    let from_parent = matches!(line.clock_rule, Some(ClockRule::OriginalKept | ClockRule::ParentRuns));
    match referral.ancestors.first() {
        Some(parent) if from_parent => page.pair("taken from", &format!("{}, whose clock runs on", parent.id)),
        None if line.clock_rule == Some(ClockRule::OriginalKept) => {
            page.pair("taken from", "an earlier receipt that one of its rows states");
        }
        _ => {}
    }
    if let Some(doubt) = line.clock_doubt {
        page.pair("in doubt", &doubted(line, doubt));
    }
    page.pair(
        "at the census",
        &line.weeks_rule.map_or(String::new(), |of| format!("{}: {}", of.word(), of.sentence())),
    );
    if !line.working_days.is_empty() {
        page.pair("counted", &format!("{} weeks; {} working days", line.weeks, line.working_days));
    }
}

fn doubted(line: &ReferralLine, doubt: ClockDoubt) -> String {
    let rule = line.other_clock_rule.map_or("", ClockRule::word);
    let start = if line.other_clock_start.is_empty() { "nobody can say when" } else { &line.other_clock_start };
    let why = doubt.sentence();
    if line.clock_event.is_empty() {
        format!("{why} Otherwise it would start: {start}, {rule}; a named person can say so (handover review, clocks).")
    } else {
        let event = &line.clock_event;
        format!("{why} A named person said how it was, event {event} of the journal; otherwise: {start}, {rule}.")
    }
}

fn priority(page: &mut Page, line: &ReferralLine) {
    page.heading("Its priority");
    let rule = line.priority_rule.map_or("", |rule| rule.sentence());
    page.pair("carried", &if line.priority.is_empty() { rule.into() } else { format!("{}: {rule}", line.priority) });
    if line.referrer_priority != line.priority {
        let given = &line.referrer_priority;
        page.pair("by the referrer", if given.is_empty() { "no priority is recorded" } else { given });
    }
    if line.triage_priority.is_empty() {
        page.pair(
            "at triage",
            if line.triaged.is_empty() { "no triage is recorded" } else { "no priority is recorded" },
        );
    } else {
        let signed = if line.is_triage_signed { "a row names who triaged it" } else { "no row names who triaged it" };
        let when = if line.triaged.is_empty() { "no day is recorded".into() } else { format!("on {}", line.triaged) };
        page.pair("at triage", &format!("{}; {when}; {signed}", line.triage_priority));
    }
}

fn family(page: &mut Page, referral: &ReferralExplained) {
    page.heading("Other referrals of the patient");
    if referral.others == 0 {
        page.words("  ", "None.");
        return;
    }
    let told = |kin: &Kin| {
        let start =
            if kin.clock_start.is_empty() { "no clock".into() } else { format!("clock from {}", kin.clock_start) };
        format!("{}, received {}, {start}, {}", kin.id, or_unknown(&kin.received), kin.cohort)
    };
    for (place, parent) in referral.ancestors.iter().enumerate() {
        page.pair(if place == 0 { "it follows" } else { "which follows" }, &told(parent));
    }
    referral.children.iter().for_each(|child| page.pair("followed by", &told(child)));
    match &referral.nearest {
        Some((kin, apart)) => {
            page.pair("nearest to be it", &told(kin));
            page.pair("but not it, as", &apart.why.join("; "));
        }
        None => page.pair("nearest to be it", "none but those above"),
    }
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "on no known day" } else { text }
}

pub(super) fn appointment(page: &mut Page, of: &AppointmentExplained) {
    page.title(format!("Appointment {}", of.id));
    let patient = if of.patient.is_empty() { "a patient who is not known" } else { &of.patient };
    let referral =
        if of.referral.is_empty() { ", of no referral".into() } else { format!(", referral {}", of.referral) };
    page.words("", &format!("of {patient}{referral}"));
    page.pair("starts", or_unknown(&of.starts));
    page.pair("booked", &of.booked);
    page.pair("status", &of.status);
    page.heading("Rows");
    page.rows(of.rows.iter().take(LISTED).map(|(row, standing)| (row, spoken(standing).to_owned())));
    page.more(of.rows.len());
    page.heading("Why it is classified so");
    page.pair("classification", of.classification.map_or("", Classification::word));
    page.pair("", &because(of));
    page.pair("recorded by", &of.recorded_by.map_or(String::new(), |by| format!("{}: {}", by.word(), by.sentence())));
    page.pair("they differ in", &differing(of));
    page.pair("they differed in", &of.held.as_ref().map(held).unwrap_or_default());
    page.pair("it is", resolution(of).as_deref().unwrap_or_default());
    for flag in &of.flags {
        page.pair("flag", &format!("{}: {}", flag.word(), flag.sentence()));
    }
    for (row, probability) in of.by_slot.iter().take(LISTED) {
        page.words("  ", "The slot alone tells whose this row is:");
        page.line(format!("     {}   probability {}", shown_row(row), sure(*probability)));
    }
    for UnassignedTold { row, reason, candidates } in of.unassigned.iter().take(LISTED) {
        page.words("  ", "Whose this row is, nobody knows:");
        page.line(format!("     {}", shown_row(row)));
        page.words("     ", reason.map_or("", |reason| reason.sentence()));
        page.words(
            "     ",
            &if candidates.is_empty() { String::new() } else { format!("may be {}", candidates.join(", ")) },
        );
    }
    nearest(page, of);
    page.exceptions(&of.exceptions);
    page.decisions(&of.decisions);
}

fn spoken(standing: &str) -> &'static str {
    match standing {
        "recorded" => "a booking system's row",
        "letter" => "evidence: a letter",
        "text" => "evidence: a text message",
        "diary" => "evidence: a diary",
        "call" => "evidence: a call",
        _ => "evidence of another kind",
    }
}

fn because(of: &AppointmentExplained) -> String {
    let recorded = of.rows.iter().filter(|(_, standing)| standing == "recorded").count();
    let evidence = of.rows.len() - recorded;
    let held = format!("The booking systems hold it in {}", counted(recorded, "row"));
    let news = format!("{} of evidence", counted(evidence, "row"));
    match of.classification {
        Some(Classification::Matched) if of.held.is_some() => {
            format!("{held}; by {news} it was otherwise, until a named person said which is right.")
        }
        Some(Classification::Matched) => {
            format!("{held}; by {news} it is the same in day, time and place, as far as they are given.")
        }
        Some(Classification::RecordedOnly) => format!("{held}; no evidence of this patient is news of it."),
        Some(Classification::Unrecorded) => {
            format!("It is known by {news} alone; no row of a booking system fits.")
        }
        Some(Classification::Conflict) => format!("{held}; by {news}, which can be news of no other, it is otherwise."),
        None => String::new(),
    }
}

/// What a named person said of a conflict.
fn held(held: &HeldTold) -> String {
    let right = match held.side {
        Some(Side::Evidence) => "The evidence is right, and what it says stands here",
        Some(Side::Recorded) | None => "The booking is right",
    };
    let differed = fields(&held.starts_differed, held.places_differed, &held.status_differed);
    format!("{differed}. {right}: a named person said so, event {} of the journal.", held.event)
}

/// Of a booking on or after the transfer date that the receiver does not hold, or of which a named person has said what
/// became of it.
fn resolution(of: &AppointmentExplained) -> Option<String> {
    let Some(SettledTold { how, to, event }) = &of.settled else {
        let waits = "unresolved: it stands on or after the transfer date and the receiver's system does not hold it, until a \
                     named person says that it is honoured, rebooked or cancelled (handover review, bookings).";
        return of.is_unresolved.then(|| waits.to_owned());
    };
    let to = if to.is_empty() { String::new() } else { format!(" to {to}") };
    Some(format!("{how}{to}: a named person said so, event {event} of the journal."))
}

fn differing(of: &AppointmentExplained) -> String {
    fields(&of.starts_differ, of.places_differ, &of.status_differs)
}

fn fields(starts: &Option<String>, places: bool, status: &Option<String>) -> String {
    let starts = starts.as_ref().map(|said| format!("when it starts: {said}"));
    let places = places.then(|| "the place".to_owned());
    let status = status.as_ref().map(|said| format!("whether it stands: {said}"));
    [starts, places, status].into_iter().flatten().collect::<Vec<String>>().join("; ")
}

fn nearest(page: &mut Page, of: &AppointmentExplained) {
    page.heading("What came nearest to being this one");
    match &of.nearest {
        Some(other) => {
            let class = other.classification.map_or("", Classification::word);
            page.pair("appointment", &format!("{}, starts {}, {class}", other.id, or_unknown(&other.starts)));
            let why = if other.apart.why.is_empty() {
                "its rows fit better as they are".into()
            } else {
                other.apart.why.join("; ")
            };
            page.pair("but not it, as", &why);
        }
        None if of.patient.is_empty() => page.words("  ", "Nobody can say while the patient is not known."),
        None => page.words("  ", "Nothing: the patient has no other appointment."),
    }
}
