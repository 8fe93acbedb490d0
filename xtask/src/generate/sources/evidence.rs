//! What speaks of bookings without being a booking system: text reminders, a list of letters, a clinic diary.

use super::{Care, House, Sources, by_day, cells, day, moment, site_in_words, spaced, whose};
use crate::Failure;
use crate::generate::care::{Appointment, Referral};
use crate::generate::ods;
use crate::generate::people::{AS_AT, Person};
use crate::generate::places::{PHYSIOS, SITES};
use crate::generate::slips::{Clerk, Said};
use crate::generate::spool::{Cell, Layout};
use crate::generate::text::{Dialect, Encoding, Target, write as write_text};
use crate::generate::truth::Truth;
use jiff::ToSpan;
use jiff::civil::DateTime;
use std::path::Path;

const TEXTS: [&str; 8] = ["Phone", "Name", "Message", "Appointment", "Clinic", "Sent", "Reply", "Reply time"];
const LETTERS: [&str; 9] =
    ["Letter no", "Printed", "Template", "Addressee", "NHS no", "DOB", "Address", "Postcode", "Appointment"];
const DIARY: [&str; 8] = ["When", "Clinic", "Physio", "Patient", "DOB", "Pt no", "Tel", "Comments"];

pub fn emit(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    let mine: Vec<usize> = house.referrals(index).map(|(at, _)| at).collect();
    for at in mine {
        let referral = &house.plan.referrals[at];
        let appointments: Vec<&Appointment> = house.appointments(at).collect();
        for appointment in appointments {
            let (starts, site) = appointment.evidence_says.unwrap_or((appointment.starts, appointment.site));
            let spoken = Spoken { house, index, referral, appointment, starts, site };
            if appointment.by_text {
                text(sources, &spoken, clerk);
            }
            if appointment.by_letter {
                letter(sources, &spoken, clerk);
            }
            if appointment.in_diary {
                diary(sources, &spoken, clerk);
            }
        }
    }
}

/// One booking as evidence has it.
struct Spoken<'a> {
    house: &'a House<'a>,
    index: usize,
    referral: &'a Referral,
    appointment: &'a Appointment,
    starts: DateTime,
    site: usize,
}

impl Spoken<'_> {
    fn person(&self) -> &Person {
        &self.house.household.people[self.index]
    }

    fn whose(&self) -> super::Whose {
        whose(self.person(), self.referral).appointment(self.appointment.id)
    }

    /// Printed from the trust's own record where there is one, so that its mistakes are repeated.
    fn said(&self, clerk: &mut Clerk) -> Said {
        match self.house.known(self.index) {
            Some(registered) => registered.said.clone(),
            None => {
                let care = Care { number_missing: 0.0, typo: clerk.rates.error.typo_single_keyed };
                clerk.takes_down(self.person(), &self.house.household.people, &care)
            }
        }
    }
}

fn text(sources: &mut Sources, spoken: &Spoken, clerk: &mut Clerk) {
    let mobile = spoken.person().mobile.clone().expect("only people with mobiles are texted");
    let said = spoken.said(clerk);
    let name = if clerk.dice.chance(clerk.rates.error.text_first_name_only) {
        said.given
    } else {
        format!("{} {}", said.given, said.family)
    };
    let phone = match clerk.dice.below(3) {
        0 => format!("+44{}", &mobile[1..]),
        1 => format!("{} {}", &mobile[..5], &mobile[5..]),
        _ => mobile,
    };
    let sent = spoken.starts - 2.days();
    let message = format!(
        "Reminder: your appointment is on {}. Reply CANCEL if you cannot come.",
        moment(spoken.starts, "%a %d %b at %H:%M")
    );
    let answered = sent.date() <= AS_AT && clerk.dice.chance(0.12);
    let clinic = site_in_words(spoken.site, 0.15, clerk);
    let cells = cells![
        phone,
        name,
        message,
        moment(spoken.starts, "%d/%m/%Y %H:%M"),
        clinic,
        if sent.date() <= AS_AT { moment(sent, "%d/%m/%Y %H:%M") } else { "queued".to_owned() },
        if answered { "OK thanks" } else { "" },
        if answered { moment(sent + 35.minutes(), "%d/%m/%Y %H:%M") } else { String::new() },
    ];
    let key = by_day(sent.date(), &mut clerk.dice);
    sources.texts.push(key, cells, spoken.whose());
}

fn letter(sources: &mut Sources, spoken: &Spoken, clerk: &mut Clerk) {
    let said = spoken.said(clerk);
    let initial: String = said.given.chars().take(1).collect();
    let addressee = if clerk.dice.chance(0.2) {
        format!("{} {initial} {}", said.title, said.family)
    } else {
        format!("{} {} {}", said.title, said.given, said.family)
    };
    let number = said.number.filter(|_| !clerk.dice.chance(clerk.rates.error.number_missing_letters));
    sources.serial += 1;
    let address = [said.street.as_str(), said.town].join("\n").trim_matches('\n').to_owned();
    let place = site_in_words(spoken.site, 0.0, clerk);
    let cells = cells![
        format!("L{:07}", super::scattered(sources.serial, 1_299_709, 0, 9_999_999)),
        day(Some(spoken.appointment.booked), "%d.%m.%Y"),
        format!("New appointment - {place}"),
        addressee,
        spaced(number),
        if clerk.dice.chance(0.85) { day(said.born, "%d.%m.%Y") } else { String::new() },
        address,
        said.postcode.as_str(),
        moment(spoken.starts, "%d %B %Y %H:%M"),
        place,
    ];
    let key = by_day(spoken.appointment.booked, &mut clerk.dice);
    sources.letters.push(key, cells, spoken.whose());
}

fn diary(sources: &mut Sources, spoken: &Spoken, clerk: &mut Clerk) {
    let said = spoken.said(clerk);
    let registered = spoken.house.community[spoken.index].first();
    let local = registered
        .filter(|_| clerk.dice.chance(0.5))
        .map(|registered| registered.local.to_string())
        .unwrap_or_default();
    let born = if clerk.dice.chance(0.75) { said.born } else { None };
    let telephone = local.is_empty() && born.is_none() || clerk.dice.chance(0.3);
    let contact = if said.mobile.is_empty() { said.landline.as_str() } else { said.mobile.as_str() };
    let cells = [
        Cell::Moment(spoken.starts),
        Cell::from(SITES[spoken.site].short),
        Cell::from(PHYSIOS[spoken.appointment.id as usize % PHYSIOS.len()]),
        Cell::from(format!("{}, {}", said.family.to_uppercase(), said.given)),
        Cell::from(born),
        Cell::from(local),
        Cell::from(if telephone { contact } else { "" }),
        Cell::from(if clerk.dice.chance(0.1) { "needs ground floor" } else { "" }),
    ];
    let key = by_day(spoken.starts.date(), &mut clerk.dice);
    sources.diary.push(key, cells, spoken.whose());
}

pub fn write(sources: &mut Sources, dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    let layout = Layout { header: TEXTS.to_vec(), ..Layout::default() };
    let target = Target { source: "texts", stem: "text_reminders", extension: ".csv", rows: 500_000 };
    let dialect = Dialect { encoding: Encoding::Utf8, delimiter: ',', quote_all: false, newline: "\n" };
    write_text(&mut sources.texts, &target, &dialect, &layout, dir, truth)?;

    let mut header = LETTERS.to_vec();
    header.push("Venue");
    let layout = Layout { preamble: vec![vec!["Outgoing letters: appointments"]], header, ..Layout::default() };
    let target = Target { source: "letters", stem: "letters_sent", extension: ".tsv", rows: 500_000 };
    let dialect = Dialect { encoding: Encoding::Windows1252, delimiter: '\t', quote_all: false, newline: "\r\n" };
    write_text(&mut sources.letters, &target, &dialect, &layout, dir, truth)?;

    let layout =
        Layout { preamble: vec![vec!["Clinic diary, all teams"], vec![]], header: DIARY.to_vec(), ..Layout::default() };
    ods::write(&mut sources.diary, "diary", "clinic_diary", "Diary", &layout, dir, truth)
}
