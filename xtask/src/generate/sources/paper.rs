//! Boxes of paper, each folder keyed by two people into a workbook.

use super::{Care, House, Kind, Sources, day, digits, sex_word, whose};
use crate::Failure;
use crate::generate::care::{COMPLAINTS, Referral};
use crate::generate::places::{PRACTICES, REFERRERS};
use crate::generate::slips::{Clerk, slip_of_the_finger};
use crate::generate::spool::{Cell, Layout};
use crate::generate::truth::Truth;
use crate::generate::workbook::{Sheet, write as write_workbook};
use std::path::Path;

const DAY: &str = "%d/%m/%Y";
const HEADER: [&str; 22] = [
    "Box",
    "Folder",
    "Keyed",
    "Initials",
    "Scan",
    "Cannot read",
    "NHS No",
    "Surname",
    "Forenames",
    "DOB",
    "Sex",
    "Address",
    "Postcode",
    "Telephone",
    "Practice",
    "Referral date",
    "Received stamp",
    "Priority",
    "Problem",
    "Referred by",
    "Last seen",
    "Status",
];
/// Identifiers, dates and priority are keyed twice; the rest once.
const KEYED_TWICE: [usize; 7] = [6, 7, 8, 9, 12, 16, 17];
const FOLDERS_A_BOX: u64 = 40;

pub fn emit(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    let mine: Vec<usize> = house.referrals(index).filter(|(_, referral)| referral.on_paper).map(|(at, _)| at).collect();
    for at in mine {
        let referral = &house.plan.referrals[at];
        let written = folder(house, referral, clerk);
        sources.folders += 1;
        // Folders lie in the boxes in no order.
        let number = super::scattered(sources.folders, 1_000_003, 0, 9_999_991);
        let key = number * 2;
        let whose = whose(house.person(referral), referral);
        sources.paper.push(key, keyed(&written, 1, clerk), whose);
        if !clerk.dice.chance(clerk.rates.error.paper_second_keying_missing) {
            sources.paper.push(key + 1, keyed(&written, 2, clerk), whose.kind(Kind::Keying));
        }
    }
}

/// What the folder says to somebody who reads it without a slip. Box and folder are numbered when all are known.
fn folder(house: &House, referral: &Referral, clerk: &mut Clerk) -> Vec<String> {
    let person = house.person(referral);
    let care = Care { number_missing: clerk.rates.error.number_missing_paper, typo: 0.0 };
    let said = clerk.takes_down(person, &house.household.people, &care);
    let forenames = format!("{} {}", said.given, said.other).trim_end().to_owned();
    let address = [said.street.as_str(), said.town].join(", ").trim_matches([',', ' ']).to_owned();
    let telephone = if said.mobile.is_empty() { said.landline.clone() } else { said.mobile.clone() };
    let status = if referral.closed.is_some() { "discharged" } else { "open" };
    let mut fields = vec![String::new(); 6];
    fields.extend([
        digits(said.number),
        said.family,
        forenames,
        day(said.born, DAY),
        sex_word(said.sex, "M", "F"),
        address,
        said.postcode,
        telephone,
        PRACTICES[person.practice].1.to_owned(),
        day(Some(referral.written), DAY),
        day(Some(referral.received), DAY),
        ["routine", "URGENT", "2ww"][referral.priority as usize].to_owned(),
        COMPLAINTS[referral.complaint].paper.to_owned(),
        REFERRERS[referral.referrer].to_owned(),
        day(referral.last_seen, DAY),
        status.to_owned(),
    ]);
    fields
}

/// One person's keying of a folder, with that person's slips.
fn keyed(written: &[String], pass: u64, clerk: &mut Clerk) -> Vec<Cell> {
    const INITIALS: [&str; 8] = ["KB", "LA", "TD", "SC", "RO", "MP", "JS", "AR"];
    let half = INITIALS.len() / 2;
    let initials = INITIALS[clerk.dice.below(half) + if pass == 2 { half } else { 0 }];
    let mut unreadable = Vec::new();
    let mut cells = vec![Cell::Blank; 6];
    for (column, text) in written.iter().enumerate().skip(6) {
        let wanted = pass == 1 || KEYED_TWICE.contains(&column);
        if !wanted || text.is_empty() {
            cells.push(Cell::Blank);
        } else if clerk.dice.chance(clerk.rates.error.paper_unreadable_field) {
            unreadable.push(HEADER[column]);
            cells.push(Cell::Blank);
        } else if clerk.dice.chance(clerk.rates.error.typo_single_keyed) {
            cells.push(Cell::from(mistyped(column, text, clerk)));
        } else {
            cells.push(Cell::from(text.as_str()));
        }
    }
    cells[2] = Cell::Number(pass);
    cells[3] = Cell::from(initials);
    cells[5] = Cell::from(unreadable.join("; "));
    cells
}

fn mistyped(column: usize, text: &str, clerk: &mut Clerk) -> String {
    match column {
        // Of a coded word, the other word.
        10 => if text == "M" { "F" } else { "M" }.to_owned(),
        17 => if text == "routine" { "URGENT" } else { "routine" }.to_owned(),
        21 => if text == "open" { "discharged" } else { "open" }.to_owned(),
        9 | 15 | 16 | 20 => {
            // A digit of the day.
            let last = text.as_bytes()[1] - b'0';
            format!("{}{}{}", &text[..1], (last + 1) % 10, &text[2..]).replacen("00/", "10/", 1)
        }
        _ => slip_of_the_finger(text, &mut clerk.dice),
    }
}

pub fn write(sources: &mut Sources, dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    number_boxes(sources);
    let layout = Layout { header: HEADER.to_vec(), ..Layout::default() };
    let mut sheets = [Sheet { source: "paper", name: "Keying", spool: &mut sources.paper, layout }];
    write_workbook("paper_boxes_keyed", &mut sheets, dir, truth)
}

/// Boxes are filled in the order the folders were found.
fn number_boxes(sources: &mut Sources) {
    let mut numbered = crate::generate::spool::Spool::default();
    let (mut folder, mut last) = (0, None);
    for handle in sources.paper.order() {
        let place = sources.paper.key(handle) / 2;
        if last != Some(place) {
            (folder, last) = (folder + 1, Some(place));
        }
        let mut row: Vec<Cell> = sources.paper.cells(handle).collect();
        let in_box = (folder - 1) % FOLDERS_A_BOX + 1;
        row[0] = Cell::from(format!("B{:03}", (folder - 1) / FOLDERS_A_BOX + 1));
        row[1] = Cell::Number(in_box);
        row[4] = Cell::from(format!("B{:03}-{in_box:02}.pdf", (folder - 1) / FOLDERS_A_BOX + 1));
        let key = sources.paper.key(handle);
        numbered.push(key, row, sources.paper.whose(handle));
    }
    sources.paper = numbered;
}
