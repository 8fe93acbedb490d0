//! The hospital trust: one workbook of three sheets, codes for everything, as Cerner Millennium gives it out.

use super::{House, Registered, Sources, by_day, cells, junk, whose};
use crate::Failure;
use crate::generate::care::{Appointment, COMPLAINTS, Line, Referral, Relation, Status};
use crate::generate::names::Sex;
use crate::generate::places::{CONSULTANTS, PRACTICES, REFERRERS, SITES};
use crate::generate::slips::{Care, Clerk};
use crate::generate::spool::{Cell, Layout};
use crate::generate::truth::Truth;
use crate::generate::workbook::{Sheet, write as write_workbook};
use jiff::ToSpan;
use jiff::civil::date;
use std::path::Path;

const PATIENTS: [&str; 20] = [
    "MRN",
    "NHS_NUMBER",
    "NHS_STATUS",
    "SUPERSEDED_BY",
    "NAME_LAST",
    "NAME_FIRST",
    "NAME_MIDDLE",
    "NAME_PREVIOUS",
    "TITLE",
    "SEX_CD",
    "BIRTH_DT",
    "DECEASED_DT",
    "STREET_ADDR",
    "CITY",
    "ZIPCODE",
    "HOME_PHONE",
    "MOBILE_PHONE",
    "EMAIL",
    "PCP_PRACTICE",
    "END_EFFECTIVE_DT",
];
const REFERRALS: [&str; 26] = [
    "REFERRAL_ID",
    "MRN",
    "RECEIVED_DT",
    "WRITTEN_DT",
    "SOURCE_CD",
    "REFERRER",
    "PRIORITY_CD",
    "TRIAGE_PRIORITY_CD",
    "TRIAGED_DT",
    "TRIAGED_BY",
    "TREATMENT_FUNCTION_CD",
    "CONDITION",
    "COMMISSIONER",
    "CONSULTANT",
    "UBRN",
    "PATHWAY_ID",
    "PATHWAY_ISSUER",
    "REFERRAL_STATUS",
    "CLOSED_DT",
    "CLOSE_REASON",
    "RTT_STATUS_CD",
    "CLOCK_START_DT",
    "ORIG_RECEIVED_DT",
    "PREVIOUS_REFERRAL_ID",
    "LAST_SEEN_DT",
    "REVIEW_DUE_DT",
];
const APPOINTMENTS: [&str; 11] = [
    "SCH_EVENT_ID",
    "MRN",
    "REFERRAL_ID",
    "OFFERED_DT",
    "BOOKED_DT",
    "APPT_DT_TM",
    "LOCATION_CD",
    "CLINICIAN",
    "FIRST_ATTENDANCE_CD",
    "ATTENDANCE_CD",
    "OUTCOME_CD",
];

pub fn register(sources: &mut Sources, house: &mut House, index: usize, clerk: &mut Clerk) {
    let person = &house.household.people[index];
    if !house.referrals(index).any(|(_, referral)| referral.line == Line::Hospital && referral.recorded) {
        return;
    }
    let times = if person.script.is_none() && clerk.dice.chance(clerk.rates.error.registered_twice) { 2 } else { 1 };
    for _ in 0..times {
        // Entered at the desk and read back to the patient: as good as keyed twice.
        let care = Care {
            number_missing: clerk.rates.error.number_missing_hospital,
            typo: clerk.rates.error.typo_double_keyed,
        };
        let said = clerk.takes_down(person, &house.household.people, &care);
        let mut said = clerk.tweaked(person, said);
        house.keeps_mobile(index, Line::Hospital, &mut said);
        sources.registrations += 1;
        let local = super::scattered(sources.registrations, 104_729, 2_000_000, 7_899_999);
        house.hospital[index].push(Registered { local, said });
    }
}

pub fn emit(sources: &mut Sources, house: &mut House, index: usize, clerk: &mut Clerk) {
    let registered = house.hospital[index].clone();
    for under in &registered {
        let handle = patient(sources, house, under, index);
        house.hospital_row[index].get_or_insert(handle);
    }
    if registered.is_empty() {
        return;
    }
    let mine: Vec<usize> = house
        .referrals(index)
        .filter(|(_, referral)| referral.line == Line::Hospital && referral.recorded)
        .map(|(at, _)| at)
        .collect();
    for (turn, at) in mine.into_iter().enumerate() {
        let under = &registered[turn % registered.len()];
        referral(sources, house, under, at, 0, clerk);
        if clerk.dice.chance(clerk.rates.error.referral_entered_twice) {
            referral(sources, house, registered.last().expect("registered"), at, 1, clerk);
        }
        for appointment in house.appointments(at).filter(|appointment| appointment.recorded) {
            // Reception books under whichever registration it finds.
            let found = &registered[clerk.dice.below(registered.len())];
            self::appointment(sources, house, found, appointment, &mut clerk.dice);
        }
    }
}

fn patient(sources: &mut Sources, house: &House, under: &Registered, index: usize) -> usize {
    let person = &house.household.people[index];
    let said = &under.said;
    let traced = said.number == Some(person.number);
    let status = match said.number {
        None => "03",
        Some(_) if traced => "01",
        Some(_) => "02",
    };
    let sex = match said.sex {
        Some(Sex::Male) => "1",
        Some(Sex::Female) => "2",
        None => "9",
    };
    let cells = cells![
        Some(under.local),
        said.number,
        status,
        said.superseded_by,
        said.family.to_uppercase(),
        said.given.as_str(),
        said.other.as_str(),
        said.previous_family.to_uppercase(),
        said.title,
        sex,
        said.born,
        said.died,
        said.street.as_str(),
        said.town,
        padded(&said.postcode),
        said.landline.as_str(),
        said.mobile.as_str(),
        said.email.as_str(),
        PRACTICES[person.practice].0,
        Some(date(2100, 12, 31)),
    ];
    sources.patients.push(under.local, cells, super::Whose::of(person.id))
}

/// "Outward, padded to 4, inward 3": the eight characters of old extracts.
fn padded(postcode: &str) -> String {
    postcode.split_once(' ').map_or_else(|| postcode.to_owned(), |(outward, inward)| format!("{outward:<4} {inward}"))
}

pub fn local_referral(referral: &Referral, entry: u64) -> String {
    format!("OP{:08}", super::scattered(u64::from(referral.id) * 2 + entry, 48_611, 0, 99_999_999))
}

fn referral(sources: &mut Sources, house: &House, under: &Registered, at: usize, entry: u64, clerk: &mut Clerk) {
    let referral = &house.plan.referrals[at];
    let late = if referral.in_ers && clerk.dice.chance(0.25) || entry > 0 { clerk.dice.between(1, 3) } else { 0 };
    let received = referral.received + late.days();
    let closing = referral.closed.as_ref();
    let same_trust = referral.relation == Relation::ReReferral && clerk.dice.chance(0.35);
    let previous =
        referral.parent.filter(|_| same_trust).map(|parent| local_referral(&house.plan.referrals[parent], 0));
    let ubrn = referral.ubrn.filter(|_| !clerk.dice.chance(clerk.rates.error.ubrn_not_entered));
    let lowered = referral.triage_priority != referral.priority;
    let onward = referral.relation == Relation::Onward;
    let pathway = if onward && clerk.dice.chance(0.2) || ubrn.is_none() && referral.ubrn.is_some() {
        ""
    } else {
        &referral.pathway
    };
    let original = referral.original_received != referral.received && clerk.dice.chance(0.3);
    let cells = cells![
        local_referral(referral, entry),
        Some(under.local),
        Some(received),
        Some(referral.written),
        if onward { "14" } else { "03" },
        REFERRERS[referral.referrer],
        ["1", "2", "3"][referral.priority as usize],
        ["1", "2", "3"][referral.triage_priority as usize],
        referral.triaged,
        if lowered { "" } else { CONSULTANTS[referral.consultant] },
        COMPLAINTS[referral.complaint].function,
        COMPLAINTS[referral.complaint].hospital,
        "14X",
        CONSULTANTS[referral.consultant],
        ubrn.map(|ubrn| ubrn.to_string()).unwrap_or_default(),
        pathway,
        if pathway.is_empty() {
            ""
        } else if pathway.starts_with('R') {
            "RNU"
        } else {
            "X09"
        },
        if closing.is_some() { "CLOSED" } else { "OPEN" },
        closing.map(|closing| closing.on),
        closing.map(|closing| closing.why).unwrap_or_default(),
        referral.rtt,
        referral.stated_clock,
        Some(referral.original_received).filter(|_| original),
        previous.unwrap_or_default(),
        referral.last_seen,
        referral.last_seen.filter(|_| closing.is_none() && referral.treated).map(|seen| seen + 180.days()),
    ];
    let key = by_day(received, &mut clerk.dice);
    sources.referrals.push(key, cells, whose(house.person(referral), referral));
}

fn appointment(
    sources: &mut Sources,
    house: &House,
    under: &Registered,
    appointment: &Appointment,
    dice: &mut crate::generate::dice::Dice,
) {
    let referral = &house.plan.referrals[appointment.referral];
    let (attendance, outcome) = match appointment.status {
        Status::Booked => ("0", ""),
        Status::Attended if referral.closed.is_some() && referral.last_seen == Some(appointment.starts.date()) => {
            ("5", "1")
        }
        Status::Attended => (*dice.pick(&["5", "5", "5", "6"]), "2"),
        Status::DidNotAttend => (*dice.pick(&["3", "3", "7"]), "3"),
        Status::CancelledByPatient => ("2", "2"),
        Status::CancelledByProvider => ("4", "2"),
    };
    let cells = cells![
        Some(super::scattered(u64::from(appointment.id), 86_028_121, 100_000_000, 899_999_999)),
        Some(under.local),
        local_referral(referral, 0),
        Some(appointment.booked),
        Some(appointment.booked),
        Cell::Moment(appointment.starts),
        SITES[appointment.site].code,
        CONSULTANTS[referral.consultant],
        if appointment.first { "1" } else { "2" },
        attendance,
        outcome,
    ];
    let key = by_day(appointment.starts.date(), dice);
    sources.appointments.push(key, cells, whose(house.person(referral), referral).appointment(appointment.id));
}

pub fn test_patient(sources: &mut Sources, clerk: &mut Clerk, number: usize) {
    let local = 9_999_990 + number as u64;
    let names = ["ZZZTEST", "XXTEST", "TESTPATIENT"];
    let born = date(1970, 1, 1 + i8::try_from(clerk.dice.below(28)).expect("a day"));
    let cells = cells![
        Some(local),
        None::<u64>,
        "07",
        None::<u64>,
        names[number % names.len()],
        "Donotuse",
        "",
        "",
        "",
        "9",
        Some(born),
        None::<jiff::civil::Date>,
        "Training Room",
        "",
        "ZZ99 3WZ",
        "",
        "",
        "",
        "",
        Some(date(2100, 12, 31)),
    ];
    sources.patients.push(local, cells, junk());
}

pub fn write(sources: &mut Sources, dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    let plain = |header: &[&'static str]| Layout { header: header.to_vec(), ..Layout::default() };
    let mut referrals = plain(&REFERRALS);
    referrals.preamble =
        vec![vec!["Trauma, orthopaedics, spinal, pain and rheumatology: referrals received since 01/01/2016"], vec![]];
    let mut sheets = [
        Sheet { source: "rth-patients", name: "Patients", spool: &mut sources.patients, layout: plain(&PATIENTS) },
        Sheet { source: "rth-referrals", name: "Referrals", spool: &mut sources.referrals, layout: referrals },
        Sheet {
            source: "rth-appointments",
            name: "Appointments",
            spool: &mut sources.appointments,
            layout: plain(&APPOINTMENTS),
        },
    ];
    write_workbook("rth_msk_extract", &mut sheets, dir, truth)
}
