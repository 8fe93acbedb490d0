//! What the providers declared before the transfer: lists of people waiting, and totals.

use super::community::{local_referral as community_referral, service};
use super::hospital::local_referral as hospital_referral;
use super::{House, Kind, Sources, cells, digits, whose};
use crate::Failure;
use crate::generate::care::{COMPLAINTS, Line, Referral};
use crate::generate::dice::Dice;
use crate::generate::people::AS_AT;
use crate::generate::rates::Rates;
use crate::generate::slips::Clerk;
use crate::generate::spool::{Layout, Spool, Whose};
use crate::generate::text::{Dialect, Encoding, Target, write as write_text};
use crate::generate::truth::{Total, Truth};
use crate::generate::workbook::{Sheet, write as write_workbook};
use jiff::civil::date;
use std::collections::BTreeMap;
use std::path::Path;

const LIST: [&str; 14] = [
    "Patient No",
    "NHS Number",
    "Surname",
    "Forename",
    "Date of Birth",
    "Postcode",
    "Referral No",
    "UBRN",
    "Referral received",
    "Priority",
    "Specialty",
    "Clock start",
    "Weeks waiting",
    "RTT status",
];
const MONTHS: [(i8, &str); 6] =
    [(4, "Apr-17"), (5, "May-17"), (6, "Jun-17"), (7, "Jul-17"), (8, "Aug-17"), (9, "Sep-17")];
const SERVICES: [&str; 4] = ["MSK Physiotherapy", "MSK Spinal Triage", "MSK Pain Service", "MSK Rheumatology CATS"];
const RECEIVED: &str = "Referrals received";
const WAITING: &str = "Patients waiting";

/// What really came and really waits at the community trust, by service.
#[derive(Default)]
pub struct Tally {
    received: BTreeMap<(&'static str, i8), u64>,
    waiting: BTreeMap<&'static str, u64>,
}

pub fn emit(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    let mine: Vec<usize> = house.referrals(index).map(|(at, _)| at).collect();
    for at in mine {
        let referral = &house.plan.referrals[at];
        if !referral.recorded {
            continue;
        }
        if referral.line == Line::Community {
            if referral.received >= date(2017, 4, 1) {
                *sources.tally.received.entry((service(referral.complaint), referral.received.month())).or_default() +=
                    1;
            }
            *sources.tally.waiting.entry(service(referral.complaint)).or_default() += u64::from(referral.waiting);
        }
        let errors = &clerk.rates.error;
        let chance = if referral.waiting { 1.0 - errors.declared_left_off } else { errors.declared_not_waiting };
        if clerk.dice.chance(chance) {
            list(sources, house, index, referral, clerk);
        }
    }
}

fn list(sources: &mut Sources, house: &House, index: usize, referral: &Referral, clerk: &mut Clerk) {
    let community = referral.line == Line::Community;
    let known = if community { &house.community[index] } else { &house.hospital[index] };
    let Some(registered) = known.first() else { return };
    let person = &house.household.people[index];
    let said = &registered.said;
    let missing = clerk.rates.error.number_missing_declared;
    let clock =
        if clerk.dice.chance(clerk.rates.error.declared_clock_reset) { date(2017, 9, 1) } else { referral.clock_start };
    let weeks = AS_AT.duration_since(clock).as_hours() / 24 / 7;
    let (local, specialty) = if community {
        (community_referral(referral, 0).to_string(), service(referral.complaint))
    } else {
        (hospital_referral(referral, 0), COMPLAINTS[referral.complaint].function)
    };
    let cells = cells![
        registered.local.to_string(),
        digits(said.number.filter(|_| !clerk.dice.chance(missing))),
        said.family.as_str(),
        said.given.as_str(),
        said.born,
        said.postcode.as_str(),
        local,
        referral.ubrn.map(|ubrn| ubrn.to_string()).unwrap_or_default(),
        Some(referral.received),
        ["Routine", "Urgent", "2WW"][referral.priority as usize],
        specialty,
        Some(clock),
        Some(u64::try_from(weeks.max(0)).expect("not negative")),
        if referral.waiting { referral.rtt } else { "20" },
    ];
    let key = u64::try_from(clock.duration_since(date(1990, 1, 1)).as_hours()).expect("after 1990") << 32
        | clerk.dice.bits() >> 32;
    let spool = if community { &mut sources.community_list } else { &mut sources.hospital_list };
    spool.push(key, cells, whose(person, referral).kind(Kind::Declared));
}

pub fn write(
    sources: &mut Sources,
    dir: &Path,
    truth: &mut Truth,
    dice: &mut Dice,
    rates: &Rates,
) -> Result<(), Failure> {
    let layout = |title: &'static str| Layout {
        preamble: vec![vec![title], vec!["Position at 30/09/2017"], vec![]],
        header: LIST.to_vec(),
        footer: vec![vec![], vec!["Total on list: {rows}"]],
    };
    let mut sheets = [
        Sheet {
            source: "rnu-list",
            name: "Community PTL",
            spool: &mut sources.community_list,
            layout: layout("Community MSK: patients waiting"),
        },
        Sheet {
            source: "rth-list",
            name: "Acute PTL",
            spool: &mut sources.hospital_list,
            layout: layout("Acute MSK: incomplete pathways"),
        },
    ];
    write_workbook("declared_waiting_list", &mut sheets, dir, truth)?;
    totals(&sources.tally, dir, truth, dice, rates)
}

/// A long table with subtotals among the rows, some of whose cells are not what they should be.
fn totals(tally: &Tally, dir: &Path, truth: &mut Truth, dice: &mut Dice, rates: &Rates) -> Result<(), Failure> {
    let mut spool = Spool::default();
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let doubled = dice.below(MONTHS.len());
    for service in SERVICES {
        for (at, (month, period)) in MONTHS.iter().enumerate() {
            let right = tally.received.get(&(service, *month)).copied().unwrap_or(0);
            // One month of one service was counted twice, as one was in the scrutiny report.
            let twice = at == doubled && service == SERVICES[0];
            let declared = if twice { right * 2 } else { misdeclared(right, dice, rates) };
            let sum = sums.entry(period).or_default();
            (sum.0, sum.1) = (sum.0 + right, sum.1 + declared);
            declare(&mut spool, truth, RECEIVED, service, period, right, declared)?;
        }
    }
    for (_, period) in MONTHS {
        let (right, declared) = sums[period];
        declare(&mut spool, truth, RECEIVED, "Total", period, right, misdeclared(declared, dice, rates))?;
    }
    let (mut right_sum, mut declared_sum) = (0, 0);
    for service in SERVICES {
        let right = tally.waiting.get(service).copied().unwrap_or(0);
        // The lists were "much longer than originally declared".
        let declared = (right as f64 * (1.0 - rates.error.declared_left_off)).round() as u64;
        (right_sum, declared_sum) = (right_sum + right, declared_sum + declared);
        declare(&mut spool, truth, WAITING, service, "Sep-17", right, declared)?;
    }
    declare(&mut spool, truth, WAITING, "Total", "Sep-17", right_sum, declared_sum)?;
    let layout = Layout {
        preamble: vec![vec!["MSK activity return 2017/18"], vec![]],
        header: vec!["Activity", "Service", "Month", "Count"],
        footer: vec![vec!["Source: monthly contract return"]],
    };
    let target = Target { source: "declared-totals", stem: "declared_totals", extension: ".csv", rows: 10_000 };
    let dialect = Dialect { encoding: Encoding::Utf8, delimiter: ',', quote_all: false, newline: "\r\n" };
    write_text(&mut spool, &target, &dialect, &layout, dir, truth)
}

fn misdeclared(right: u64, dice: &mut Dice, rates: &Rates) -> u64 {
    if dice.chance(rates.error.declared_cell_wrong) { right + 1 + dice.below(9) as u64 } else { right }
}

fn declare(
    spool: &mut Spool,
    truth: &mut Truth,
    measure: &'static str,
    group: &str,
    period: &str,
    right: u64,
    declared: u64,
) -> Result<(), Failure> {
    spool.push(spool.len() as u64, cells![measure, group, period, declared.to_string()], Whose::nobody(Kind::Declared));
    truth.total(&Total { measure, group: group.to_owned(), period: period.to_owned(), right, declared })
}
