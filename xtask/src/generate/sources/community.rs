//! The community trust: one wide report, a row for every referral and appointment, as SystmOne prints it.

use super::{
    House, Registered, Sources, by_day, cells, day, digits, junk, moment, sex_word, single_keyed, site_in_words, whose,
};
use crate::Failure;
use crate::generate::care::{Appointment, COMPLAINTS, Line, Priority, Referral, Status};
use crate::generate::places::{PHYSIOS, PRACTICES, REFERRERS};
use crate::generate::slips::Clerk;
use crate::generate::spool::{Cell, Layout};
use crate::generate::text::{Dialect, Encoding, Target, write as write_text};
use crate::generate::truth::Truth;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::path::Path;

const DAY: &str = "%d %b %Y";
const MOMENT: &str = "%d %b %Y %H:%M";

const HEADER: [&str; 43] = [
    "Patient ID",
    "NHS number",
    "Title",
    "Surname",
    "Forename",
    "Middle name",
    "Previous surname",
    "Gender",
    "Date of birth",
    "House number and road",
    "Town",
    "Postcode",
    "Home telephone",
    "Mobile telephone",
    "Email",
    "GP practice code",
    "Main language",
    "Referral ID",
    "Date referral received",
    "Date of referral",
    "Referral source",
    "Referrer",
    "Referral priority",
    "Date triaged",
    "Referral reason",
    "Service",
    "UBRN",
    "Pathway ID",
    "Referral status",
    "Date discharged",
    "Discharge reason",
    "Referred on to",
    "Date referred on",
    "Previous referral ID",
    "RTT status",
    "RTT start",
    "Last seen",
    "Appointment ID",
    "Date booked",
    "Appointment date",
    "Clinic",
    "Clinician",
    "Appointment status",
];

/// The service of a complaint, in this trust's words.
pub fn service(complaint: usize) -> &'static str {
    match COMPLAINTS[complaint].function {
        "191" => "MSK Pain Service",
        "410" => "MSK Rheumatology CATS",
        "108" => "MSK Spinal Triage",
        _ => "MSK Physiotherapy",
    }
}

pub fn register(sources: &mut Sources, house: &mut House, index: usize, clerk: &mut Clerk) {
    let person = &house.household.people[index];
    if !house.referrals(index).any(|(_, referral)| referral.line == Line::Community && referral.recorded) {
        return;
    }
    let times = if person.script.is_none() && clerk.dice.chance(clerk.rates.error.registered_twice) { 2 } else { 1 };
    for _ in 0..times {
        let care = single_keyed(clerk, clerk.rates.error.number_missing_community);
        let mut said = clerk.takes_down(person, &house.household.people, &care);
        house.keeps_mobile(index, Line::Community, &mut said);
        sources.registrations += 1;
        let local = super::scattered(sources.registrations, 7_919, 1_000_000, 8_999_999);
        house.community[index].push(Registered { local, said });
    }
}

pub fn emit(sources: &mut Sources, house: &mut House, index: usize, clerk: &mut Clerk) {
    let registered = house.community[index].clone();
    if registered.is_empty() {
        return;
    }
    let mine: Vec<usize> = house
        .referrals(index)
        .filter(|(_, referral)| referral.line == Line::Community && referral.recorded)
        .map(|(at, _)| at)
        .collect();
    for (turn, at) in mine.iter().enumerate() {
        let under = &registered[turn % registered.len()];
        let handle = rows_of(sources, house, under, *at, 0, clerk);
        house.community_row[index].get_or_insert(handle);
        // Entered a second time by another hand, or under the second registration.
        let again = registered.len() > mine.len() || clerk.dice.chance(clerk.rates.error.referral_entered_twice);
        if again {
            let under = registered.last().expect("registered at least once");
            rows_of(sources, house, under, *at, 1, clerk);
        }
    }
}

/// The rows of one referral; the first handle. A second entry carries no appointments.
fn rows_of(
    sources: &mut Sources,
    house: &House,
    under: &Registered,
    at: usize,
    entry: u64,
    clerk: &mut Clerk,
) -> usize {
    let referral = &house.plan.referrals[at];
    let local = local_referral(referral, entry);
    let late = if referral.in_ers && clerk.dice.chance(0.25) || entry > 0 { clerk.dice.between(1, 3) } else { 0 };
    let received = referral.received + late.days();
    let parent = referral
        .parent
        .filter(|_| clerk.dice.chance(0.35))
        .map(|parent| local_referral(&house.plan.referrals[parent], 0));
    let ubrn = referral.ubrn.filter(|_| !clerk.dice.chance(clerk.rates.error.ubrn_not_entered));
    let middle = referral_cells(referral, local, received, parent, ubrn, clerk);
    let person = person_cells(house, under, referral.person);
    let recorded: Vec<&Appointment> =
        house.appointments(at).filter(|appointment| appointment.recorded && entry == 0).collect();
    let key = by_day(received, &mut clerk.dice);
    let whose = whose(house.person(referral), referral);
    let mut first = None;
    for appointment in &recorded {
        let last = appointment_cells(appointment, clerk);
        let cells = person.iter().chain(&middle).cloned().chain(last);
        first.get_or_insert(sources.community.push(key, cells, whose.appointment(appointment.id)));
    }
    first.unwrap_or_else(|| {
        let nothing = std::iter::repeat_n(Cell::Blank, 6);
        sources.community.push(key, person.iter().chain(&middle).cloned().chain(nothing), whose)
    })
}

pub fn local_referral(referral: &Referral, entry: u64) -> u64 {
    super::scattered(u64::from(referral.id) * 2 + entry, 15_485_863, 10_000_000, 89_999_999)
}

fn person_cells(house: &House, under: &Registered, index: usize) -> Vec<Cell> {
    let person = &house.household.people[index];
    let said = &under.said;
    cells![
        under.local.to_string(),
        digits(said.number),
        said.title,
        said.family.as_str(),
        said.given.as_str(),
        said.other.as_str(),
        said.previous_family.as_str(),
        sex_word(said.sex, "Male", "Female"),
        day(said.born, DAY),
        said.street.as_str(),
        said.town,
        said.postcode.as_str(),
        said.landline.as_str(),
        said.mobile.as_str(),
        said.email.as_str(),
        PRACTICES[person.practice].0,
        person.language.unwrap_or("English"),
    ]
    .to_vec()
}

fn referral_cells(
    referral: &Referral,
    local: u64,
    received: Date,
    parent: Option<u64>,
    ubrn: Option<u64>,
    clerk: &mut Clerk,
) -> Vec<Cell> {
    let closing = referral.closed.as_ref();
    let lowered = clerk.dice.chance(clerk.rates.error.priority_lowered);
    let priority = if lowered && referral.priority == Priority::Urgent { Priority::Routine } else { referral.priority };
    cells![
        local.to_string(),
        day(Some(received), DAY),
        day(Some(referral.written), DAY),
        if referral.in_ers { "Choose and Book" } else { "GP letter" },
        REFERRERS[referral.referrer],
        ["Routine", "Urgent", "2 Week Wait"][priority as usize],
        day(referral.triaged, DAY),
        COMPLAINTS[referral.complaint].community,
        service(referral.complaint),
        ubrn.map(|ubrn| ubrn.to_string()).unwrap_or_default(),
        if ubrn.is_some() || referral.ubrn.is_none() { referral.pathway.as_str() } else { "" },
        if closing.is_some() { "Discharged" } else { "In progress" },
        day(closing.map(|closing| closing.on), DAY),
        closing.map(|closing| closing.why).unwrap_or_default(),
        referral.referred_on.map(|_| "Orthopaedics, Thameshire General").unwrap_or_default(),
        day(referral.referred_on, DAY),
        parent.map(|parent| parent.to_string()).unwrap_or_default(),
        referral.rtt,
        day(referral.stated_clock, DAY),
        day(referral.last_seen, DAY),
    ]
    .to_vec()
}

fn appointment_cells(appointment: &Appointment, clerk: &mut Clerk) -> [Cell; 6] {
    let status = match appointment.status {
        Status::Booked => "Booked",
        Status::Attended => "Finished",
        Status::DidNotAttend => "Did Not Attend",
        Status::CancelledByPatient => "Cancelled by Patient",
        Status::CancelledByProvider => "Cancelled by Unit",
    };
    cells![
        super::scattered(u64::from(appointment.id), 32_452_843, 10_000_000, 89_999_999).to_string(),
        day(Some(appointment.booked), DAY),
        moment(appointment.starts, MOMENT),
        site_in_words(appointment.site, 0.04, clerk),
        clinician(appointment, clerk),
        status,
    ]
}

/// Seldom, a note runs over two lines inside the quotes.
fn clinician(appointment: &Appointment, clerk: &mut Clerk) -> String {
    let name = PHYSIOS[appointment.id as usize % PHYSIOS.len()];
    if clerk.dice.chance(0.01) { format!("{name}\n(covering \"Team B\")") } else { name.to_owned() }
}

pub fn test_patient(sources: &mut Sources, clerk: &mut Clerk, number: usize) {
    let names: [(&str, &str); 3] = [("TEST", "Patient"), ("ZZZTEST", "Do Not Use"), ("XXTESTPATIENT", "Physio")];
    let (family, given) = names[number % names.len()];
    sources.registrations += 1;
    let local = super::scattered(sources.registrations, 7_919, 1_000_000, 8_999_999).to_string();
    let received = date(2017, 3, 6);
    let mut row = vec![Cell::Blank; HEADER.len()];
    let filled: [(usize, &str); 9] = [
        (0, &local),
        (3, family),
        (4, given),
        (8, "01 Jan 1980"),
        (11, "ZZ99 3WZ"),
        (18, "06 Mar 2017"),
        (22, "Routine"),
        (24, "Test referral please ignore"),
        (28, "In progress"),
    ];
    for (column, text) in filled {
        row[column] = Cell::from(text);
    }
    row[17] =
        Cell::from(super::scattered(4_000_000_000 + number as u64, 15_485_863, 10_000_000, 89_999_999).to_string());
    let key = by_day(received, &mut clerk.dice);
    sources.community.push(key, row, junk());
}

pub fn write(sources: &mut Sources, dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    let layout = Layout {
        preamble: vec![
            vec!["MSK Physiotherapy - referrals and appointments"],
            vec!["Run by K Burnside on 29 Sep 2017 07:02"],
            vec!["Referrals received between 01 Jan 2016 and 29 Sep 2017"],
            vec![],
        ],
        header: HEADER.to_vec(),
        footer: vec![vec!["Total rows: {rows}"], vec!["End of report"]],
    };
    // The system prints at most so many rows a file, so that there are always two or more.
    let rows = sources.community.len().div_ceil(2).clamp(1, 400_000);
    let target = Target { source: "rnu-community", stem: "rnu_msk_report", extension: ".csv", rows };
    let dialect = Dialect { encoding: Encoding::Windows1252, delimiter: ',', quote_all: false, newline: "\r\n" };
    write_text(&mut sources.community, &target, &dialect, &layout, dir, truth)
}
