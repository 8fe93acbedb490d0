//! The receiver's own first bookings, from a system that prints NULL for nothing.

use super::{Care, House, Sources, by_day, cells, day, digits, moment, sex_word, whose};
use crate::Failure;
use crate::generate::care::Status;
use crate::generate::places::{PHYSIOS, SITES};
use crate::generate::slips::Clerk;
use crate::generate::spool::{Cell, Layout};
use crate::generate::text::{Dialect, Encoding, Target, write as write_text};
use crate::generate::truth::Truth;
use std::path::Path;

const DAY: &str = "%d/%m/%Y";
const HEADER: [&str; 18] = [
    "ClientID",
    "NHSNumber",
    "Surname",
    "Firstname",
    "DateOfBirth",
    "Gender",
    "Address",
    "Postcode",
    "Mobile",
    "Email",
    "AppointmentID",
    "BookedOn",
    "ApptDate",
    "ApptTime",
    "ClinicID",
    "HCP",
    "ApptType",
    "Outcome",
];

pub fn emit(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    let mine: Vec<usize> = house.referrals(index).map(|(at, _)| at).collect();
    let bookings: Vec<_> =
        mine.iter().flat_map(|at| house.appointments(*at)).filter(|appointment| appointment.received).collect();
    if bookings.is_empty() {
        return;
    }
    let person = &house.household.people[index];
    let care =
        Care { number_missing: clerk.rates.error.number_missing_receiver, typo: clerk.rates.error.typo_single_keyed };
    let said = clerk.takes_down(person, &house.household.people, &care);
    sources.registrations += 1;
    let client = super::scattered(sources.registrations, 6_700_417, 300_000, 8_699_999);
    for appointment in bookings {
        let referral = &house.plan.referrals[appointment.referral];
        let legacy = &SITES[appointment.site];
        let cells: [Cell; 18] = cells![
            client.to_string(),
            digits(said.number),
            said.family.as_str(),
            said.given.as_str(),
            day(said.born, DAY),
            sex_word(said.sex, "M", "F"),
            format!("{}, {}", said.street, said.town).trim_matches([',', ' ']),
            said.postcode.as_str(),
            said.mobile.as_str(),
            said.email.as_str(),
            super::scattered(u64::from(appointment.id), 179_424_673, 1_000_000_000, 899_999_999).to_string(),
            day(Some(appointment.booked), DAY),
            day(Some(appointment.starts.date()), DAY),
            moment(appointment.starts, "%H:%M"),
            legacy.successor.unwrap_or(legacy.code),
            PHYSIOS[appointment.id as usize % PHYSIOS.len()],
            if appointment.first { "First" } else { "Follow-up" },
            if appointment.status == Status::Booked { "Booked" } else { "Cancelled" },
        ];
        let cells = cells.map(|cell| if cell == Cell::Blank { Cell::from("NULL") } else { cell });
        let key = by_day(appointment.booked, &mut clerk.dice);
        sources.receiver.push(key, cells, whose(person, referral).appointment(appointment.id));
    }
}

pub fn write(sources: &mut Sources, dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    let layout = Layout { header: HEADER.to_vec(), ..Layout::default() };
    let target = Target { source: "nxx-bookings", stem: "nxx_first_bookings", extension: ".txt", rows: 500_000 };
    let dialect = Dialect { encoding: Encoding::Utf8, delimiter: '|', quote_all: false, newline: "\n" };
    write_text(&mut sources.receiver, &target, &dialect, &layout, dir, truth)
}
