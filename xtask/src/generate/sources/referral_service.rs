//! The national referral service: a worklist by UBRN, names in one column.

use super::{House, Sources, by_day, cells, day, sex_word, single_keyed, spaced, whose};
use crate::Failure;
use crate::generate::care::{COMPLAINTS, Line};
use crate::generate::people::AS_AT;
use crate::generate::places::{PRACTICES, REFERRERS};
use crate::generate::slips::Clerk;
use crate::generate::spool::Layout;
use crate::generate::text::{Dialect, Encoding, Target, write as write_text};
use crate::generate::truth::Truth;
use std::path::Path;

const DAY: &str = "%d-%b-%Y";
const HEADER: [&str; 15] = [
    "UBRN",
    "NHS Number",
    "Patient Name",
    "DOB",
    "Gender",
    "Postcode",
    "Priority",
    "Referral Date",
    "Converted",
    "Specialty",
    "Clinic Type",
    "Referring Organisation",
    "Referring Clinician",
    "Provider",
    "Booking Status",
];

pub fn emit(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    for (at, referral) in house.referrals(index).filter(|(_, referral)| referral.in_ers) {
        let person = house.person(referral);
        // The practice's own record, kept up for years.
        let care = super::Care { number_missing: clerk.rates.error.number_missing_ers, ..single_keyed(clerk, 0.0) };
        let said = clerk.takes_down(person, &house.household.people, &care);
        let specialty = match COMPLAINTS[referral.complaint].function {
            "410" => "Rheumatology",
            "191" => "Pain Management",
            _ => "Orthopaedics",
        };
        let specialty = if referral.line == Line::Community { "Physiotherapy" } else { specialty };
        let ubrn = referral.ubrn.expect("a referral through the service has its number").to_string();
        let name = format!("{}, {} ({})", said.family.to_uppercase(), said.given, said.title);
        let booked = house.appointments(at).next().is_some();
        let status = if referral.closed.is_some() {
            "Closed"
        } else if booked {
            "Booked"
        } else {
            "Deferred to provider"
        };
        let clinic = COMPLAINTS[referral.complaint].ers.to_owned();
        let cells = cells![
            format!("{} {} {}", &ubrn[..4], &ubrn[4..8], &ubrn[8..]),
            spaced(said.number),
            name,
            day(said.born, DAY),
            sex_word(said.sex, "Male", "Female"),
            said.postcode.as_str(),
            ["Routine", "Urgent", "2 Week Wait"][referral.priority as usize],
            day(Some(referral.written), DAY),
            day(Some(referral.received.min(AS_AT)), DAY),
            specialty,
            if referral.line == Line::Community { clinic } else { clinic.replacen("Physiotherapy", "Orthopaedics", 1) },
            PRACTICES[person.practice].0,
            REFERRERS[referral.referrer],
            if referral.line == Line::Community { "RNU" } else { "RTH" },
            status,
        ];
        let key = by_day(referral.received, &mut clerk.dice);
        sources.ers.push(key, cells, whose(person, referral));
    }
}

pub fn write(sources: &mut Sources, dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    let layout = Layout { header: HEADER.to_vec(), ..Layout::default() };
    let target = Target { source: "ers", stem: "ers_worklist", extension: ".csv", rows: 500_000 };
    let dialect = Dialect { encoding: Encoding::Utf8WithMark, delimiter: ',', quote_all: false, newline: "\r\n" };
    write_text(&mut sources.ers, &target, &dialect, &layout, dir, truth)
}
