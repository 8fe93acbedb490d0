//! What each system writes of a household and its care: one file a system, layout beside rows.

mod clinical;
mod community;
mod declared;
mod evidence;
mod hospital;
mod paper;
mod receiver;
mod referral_service;

use super::care::{Appointment, Line, Plan, Referral};
use super::dice::Dice;
use super::names::Sex;
use super::people::{Household, Person};
use super::places::SITES;
use super::slips::{Care, Clerk, Said};
use super::spool::{Kind, Spool, Whose};
use super::truth::Truth;
use crate::Failure;
use jiff::civil::{Date, DateTime};
use std::path::Path;

pub use declared::Tally;

/// One person as one system knows them, under its own number.
#[derive(Clone)]
pub struct Registered {
    pub local: u64,
    pub said: Said,
}

/// A household on its way into the sources.
pub struct House<'a> {
    pub household: &'a Household,
    pub plan: &'a Plan,
    /// By person: registrations with the community trust and with the hospital, none to two each.
    pub community: Vec<Vec<Registered>>,
    pub hospital: Vec<Vec<Registered>>,
    /// By person: the first community row and the hospital's patient row, for the hard pairs.
    community_row: Vec<Option<usize>>,
    hospital_row: Vec<Option<usize>>,
}

impl House<'_> {
    fn person(&self, referral: &Referral) -> &Person {
        &self.household.people[referral.person]
    }

    fn referrals(&self, person: usize) -> impl Iterator<Item = (usize, &Referral)> {
        self.plan.referrals.iter().enumerate().filter(move |(_, referral)| referral.person == person)
    }

    fn appointments(&self, referral: usize) -> impl Iterator<Item = &Appointment> {
        self.plan.appointments.iter().filter(move |appointment| appointment.referral == referral)
    }

    /// Reminders are sent from a system's own record, so that one which texts somebody has their mobile.
    fn keeps_mobile(&self, person: usize, line: Line, said: &mut Said) {
        let mut mine = self.referrals(person).filter(|(_, referral)| referral.line == line);
        let texted = mine.any(|(at, _)| self.appointments(at).any(|appointment| appointment.by_text));
        if texted && said.mobile.is_empty() {
            said.mobile = self.household.people[person].mobile.clone().unwrap_or_default();
        }
    }

    /// A system's record of a person, for what is printed from it; `None` where neither trust has one.
    fn known(&self, person: usize) -> Option<&Registered> {
        self.community[person].first().or_else(|| self.hospital[person].first())
    }
}

/// A scripted pair by its rows: left in the community report, right among the hospital's patients.
struct HardPair {
    left: usize,
    right: usize,
    same: bool,
    shape: &'static str,
}

/// The rows of every source, until they are written.
#[derive(Default)]
pub struct Sources {
    community: Spool,
    patients: Spool,
    referrals: Spool,
    appointments: Spool,
    ers: Spool,
    receiver: Spool,
    texts: Spool,
    letters: Spool,
    diary: Spool,
    paper: Spool,
    diagnostics: Spool,
    documents: Spool,
    scores: Spool,
    concerns: Spool,
    community_list: Spool,
    hospital_list: Spool,
    tally: Tally,
    hard_pairs: Vec<HardPair>,
    registrations: u64,
    folders: u64,
    serial: u64,
}

/// A counter spread over a range, each value once while the counter stays below the range.
fn scattered(counter: u64, step: u64, first: u64, range: u64) -> u64 {
    first + counter.wrapping_mul(step) % range
}

impl Sources {
    /// Test patients, as every live system has.
    pub fn test_patients(&mut self, clerk: &mut Clerk, people: u32) {
        let count = 1 + (f64::from(people) * clerk.rates.error.test_patient) as usize;
        for number in 0..count {
            community::test_patient(self, clerk, number);
            hospital::test_patient(self, clerk, number);
        }
    }

    /// Everything every system says of this household.
    pub fn emit(&mut self, household: &Household, plan: &Plan, clerk: &mut Clerk) {
        let count = household.people.len();
        let mut house = House {
            household,
            plan,
            community: vec![Vec::new(); count],
            hospital: vec![Vec::new(); count],
            community_row: vec![None; count],
            hospital_row: vec![None; count],
        };
        for index in 0..count {
            community::register(self, &mut house, index, clerk);
            hospital::register(self, &mut house, index, clerk);
        }
        for index in 0..count {
            community::emit(self, &mut house, index, clerk);
            hospital::emit(self, &mut house, index, clerk);
            referral_service::emit(self, &house, index, clerk);
            receiver::emit(self, &house, index, clerk);
            evidence::emit(self, &house, index, clerk);
            paper::emit(self, &house, index, clerk);
            clinical::emit(self, &house, index, clerk);
            declared::emit(self, &house, index, clerk);
        }
        for mirror in &household.mirrors {
            if let (Some(left), Some(right)) = (house.community_row[mirror.left], house.hospital_row[mirror.right]) {
                self.community.want_place(left);
                self.patients.want_place(right);
                self.hard_pairs.push(HardPair { left, right, same: mirror.same, shape: mirror.shape });
            }
        }
    }

    /// Sorts and writes every source, and the truth of every row.
    pub fn write(
        mut self,
        dir: &Path,
        truth: &mut Truth,
        dice: &mut Dice,
        rates: &super::rates::Rates,
    ) -> Result<(), Failure> {
        community::write(&mut self, dir, truth)?;
        hospital::write(&mut self, dir, truth)?;
        for pair in &self.hard_pairs {
            let left = self.community.places[&pair.left].as_ref().expect("every wanted row was written");
            let right = self.patients.places[&pair.right].as_ref().expect("every wanted row was written");
            truth.hard_pair(left, right, pair.same, pair.shape)?;
        }
        (self.community, self.patients, self.referrals, self.appointments) = Default::default();
        referral_service::write(&mut self, dir, truth)?;
        receiver::write(&mut self, dir, truth)?;
        evidence::write(&mut self, dir, truth)?;
        paper::write(&mut self, dir, truth)?;
        clinical::write(&mut self, dir, truth)?;
        declared::write(&mut self, dir, truth, dice, rates)
    }
}

/// A list of cells from anything a cell can be made of.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { [$($crate::generate::spool::Cell::from($value)),*] };
}
use cells;

fn whose(person: &Person, referral: &Referral) -> Whose {
    Whose::of(person.id).referral(referral.id)
}

fn day(date: Option<Date>, pattern: &str) -> String {
    date.map(|date| date.strftime(pattern).to_string()).unwrap_or_default()
}

fn moment(time: DateTime, pattern: &str) -> String {
    time.strftime(pattern).to_string()
}

fn digits(number: Option<u64>) -> String {
    number.map(|number| format!("{number:010}")).unwrap_or_default()
}

/// 999 123 4567, as it is printed for people.
fn spaced(number: Option<u64>) -> String {
    let digits = digits(number);
    if digits.is_empty() { digits } else { format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..]) }
}

fn sex_word(sex: Option<Sex>, male: &str, female: &str) -> String {
    match sex {
        Some(Sex::Male) => male.to_owned(),
        Some(Sex::Female) => female.to_owned(),
        None => String::new(),
    }
}

/// Rows sorted by day come in no order of persons within it.
fn by_day(date: Date, dice: &mut Dice) -> u64 {
    let days = date.duration_since(jiff::civil::date(1990, 1, 1)).as_hours() / 24;
    u64::try_from(days.max(0)).expect("not negative") << 32 | dice.bits() >> 32
}

fn site_in_words(site: usize, short: f64, clerk: &mut Clerk) -> String {
    let name = if clerk.dice.chance(short) { SITES[site].short } else { SITES[site].name };
    if clerk.dice.chance(clerk.rates.error.site_misspelt) {
        super::slips::slip_of_the_finger(name, &mut clerk.dice)
    } else {
        name.to_owned()
    }
}

fn single_keyed(clerk: &Clerk, number_missing: f64) -> Care {
    Care { number_missing, typo: clerk.rates.error.typo_single_keyed }
}

fn junk() -> Whose {
    Whose::nobody(Kind::Junk)
}
