//! Requests still open, documents held elsewhere, scores, and concerns.

use super::{Care, House, Sources, Whose, by_day, cells, day, digits, moment, sex_word, spaced};
use crate::Failure;
use crate::generate::people::{AS_AT, Person, before};
use crate::generate::places::CONSULTANTS;
use crate::generate::slips::{Clerk, Said};
use crate::generate::spool::{Layout, Spool};
use crate::generate::text::{Dialect, Encoding, Target, write as write_text};
use crate::generate::truth::Truth;
use jiff::ToSpan;
use jiff::civil::Date;
use std::path::Path;

const DIAGNOSTICS: [&str; 14] = [
    "Order No",
    "Hospital No",
    "NHS No",
    "Patient",
    "DOB",
    "Sex",
    "Test",
    "Requested",
    "Sent",
    "Expected",
    "Resulted",
    "Reviewed",
    "Reviewed By",
    "Status",
];
const DOCUMENTS: [&str; 9] = [
    "DocumentID",
    "NHSNumber",
    "Surname",
    "Forename",
    "DateOfBirth",
    "DocumentType",
    "EventDate",
    "FilePath",
    "FileSize",
];
const SCORES: [&str; 12] = [
    "NHS_NUMBER",
    "SURNAME",
    "FORENAME",
    "DOB",
    "GENDER",
    "POSTCODE",
    "QUESTIONNAIRE",
    "STAGE",
    "DATE_COMPLETED",
    "COMPLETED_BY",
    "ENTERED_BY",
    "INDEX_SCORE",
];
const CONCERNS: [&str; 8] =
    ["Ref", "Opened", "Type", "Person affected", "Their DOB", "Their postcode", "Contact no", "Description"];

pub fn emit(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    let shares = &clerk.rates.structure;
    let (open, document, score, concern) =
        (shares.diagnostic_open, shares.document_indexed, shares.score_kept, shares.concern_raised);
    if clerk.dice.chance(open) {
        diagnostic(sources, house, index, clerk);
    }
    if clerk.dice.chance(document) {
        documents(sources, house, index, clerk);
    }
    if clerk.dice.chance(score) {
        scores(sources, house, index, clerk);
    }
    if clerk.dice.chance(concern) {
        self::concern(sources, house, index, clerk);
    }
}

fn taken_down<'a>(house: &'a House, index: usize, number_missing: f64, clerk: &mut Clerk) -> (&'a Person, Said) {
    let person = &house.household.people[index];
    let care = Care { number_missing, typo: clerk.rates.error.typo_single_keyed };
    (person, clerk.takes_down(person, &house.household.people, &care))
}

fn diagnostic(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    const TESTS: [&str; 6] = [
        "MRI lumbar spine",
        "MRI knee",
        "X-ray hip",
        "X-ray shoulder",
        "Ultrasound shoulder",
        "Bloods: CRP, RF, urate",
    ];
    let (person, said) = taken_down(house, index, clerk.rates.error.number_missing_diagnostics, clerk);
    let hospital = house.hospital[index].first().map(|registered| registered.local.to_string()).unwrap_or_default();
    let requested = before(&mut clerk.dice, AS_AT, 2, 150);
    let unsent = clerk.dice.chance(0.08);
    let sent = (!unsent).then(|| requested + 1.days());
    let expected = requested + 42.days();
    let resulted =
        sent.filter(|_| clerk.dice.chance(0.45)).map(|sent| (sent + clerk.dice.between(1, 40).days()).min(AS_AT));
    let reviewed = resulted.filter(|_| clerk.dice.chance(0.35)).map(|resulted| (resulted + 3.days()).min(AS_AT));
    let status = match (sent, resulted, reviewed) {
        (None, ..) => "Held",
        (_, None, _) => "Requested",
        (.., None) => "Resulted - unread",
        _ => "Resulted - acknowledged",
    };
    let shown = |date: Option<Date>| date.map(|date| moment(date.at(9, 0, 0, 0), "%d-%m-%Y %H:%M")).unwrap_or_default();
    sources.serial += 1;
    let cells = cells![
        format!("ICE{:08}", super::scattered(sources.serial, 1_299_709, 0, 99_999_999)),
        hospital,
        spaced(said.number),
        format!("{} {}", said.family.to_uppercase(), said.given),
        day(said.born, "%d-%m-%Y"),
        sex_word(said.sex, "M", "F"),
        *clerk.dice.pick(&TESTS),
        shown(Some(requested)),
        shown(sent),
        shown(Some(expected)),
        shown(resulted),
        shown(reviewed),
        if reviewed.is_some() { CONSULTANTS[index % CONSULTANTS.len()] } else { "" },
        status,
    ];
    let key = by_day(requested, &mut clerk.dice);
    sources.diagnostics.push(key, cells, Whose::of(person.id));
}

fn documents(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    const KINDS: [&str; 5] =
        ["Clinic letter", "Referral letter", "Discharge summary", "Imaging report", "Consent form"];
    let (person, said) = taken_down(house, index, clerk.rates.error.number_missing_documents, clerk);
    for _ in 0..=clerk.dice.below(2) {
        let dated = before(&mut clerk.dice, AS_AT, 1, 600);
        sources.serial += 1;
        let document = super::scattered(sources.serial, 1_299_709, 0, 99_999_999);
        let cells = cells![
            format!("{document:08}"),
            digits(said.number),
            said.family.as_str(),
            said.given.as_str(),
            day(said.born, "%Y%m%d"),
            *clerk.dice.pick(&KINDS),
            day(Some(dated), "%Y%m%d"),
            // One in twenty is indexed and was never delivered.
            if clerk.dice.chance(0.05) {
                String::new()
            } else {
                format!("\\\\rnu-docs\\msk\\{}\\{document:08}.tif", dated.year())
            },
            (20_000 + clerk.dice.below(900_000)).to_string(),
        ];
        let key = by_day(dated, &mut clerk.dice);
        sources.documents.push(key, cells, Whose::of(person.id));
    }
}

fn scores(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    let (person, said) = taken_down(house, index, clerk.rates.error.number_missing_scores, clerk);
    let stages: &[&str] = if clerk.dice.chance(0.4) { &["Baseline", "Discharge"] } else { &["Baseline"] };
    let mut completed = before(&mut clerk.dice, AS_AT, 60, 500);
    for stage in stages {
        let by_clinician = clerk.dice.chance(0.15);
        let score = 300 + clerk.dice.below(700);
        let cells = cells![
            digits(said.number),
            said.family.to_uppercase(),
            said.given.to_uppercase(),
            day(said.born, "%d-%b-%y"),
            sex_word(said.sex, "1", "2"),
            said.postcode.as_str(),
            "EQ-5D-5L",
            *stage,
            day(Some(completed), "%d-%b-%y"),
            if by_clinician { "Clinician" } else { "Patient" },
            *clerk.dice.pick(&["Reception", "Patient kiosk", "Clinician"]),
            format!("0.{score:03}"),
        ];
        let key = by_day(completed, &mut clerk.dice);
        sources.scores.push(key, cells, Whose::of(person.id));
        completed = (completed + 56.days()).min(AS_AT);
    }
}

fn concern(sources: &mut Sources, house: &House, index: usize, clerk: &mut Clerk) {
    const KINDS: [(&str, &str); 4] = [
        ("Waiting time", "Was told six weeks and has heard nothing since."),
        ("Cancelled appointment", "Arrived to find the clinic closed,\nno letter had come."),
        ("Records", "Asked to tell the whole history again: \"they had no notes\"."),
        ("Communication", "Telephoned nine times, no answer."),
    ];
    let (person, said) = taken_down(house, index, 1.0, clerk);
    let (kind, description) = *clerk.dice.pick(&KINDS);
    let raised = before(&mut clerk.dice, AS_AT, 1, 200);
    let contact = if said.mobile.is_empty() { said.landline.as_str() } else { said.mobile.as_str() };
    sources.serial += 1;
    let cells = cells![
        format!("WEB{}", super::scattered(sources.serial, 1_299_709, 10_000, 8_999_999)),
        day(Some(raised), "%d/%m/%Y"),
        kind,
        format!("{} {} {}", said.title, said.given, said.family),
        if clerk.dice.chance(0.8) { day(said.born, "%d/%m/%Y") } else { String::new() },
        said.postcode.as_str(),
        if clerk.dice.chance(0.6) { contact } else { "" },
        description,
    ];
    let key = by_day(raised, &mut clerk.dice);
    sources.concerns.push(key, cells, Whose::of(person.id));
}

pub fn write(sources: &mut Sources, dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    let plain = Dialect { encoding: Encoding::Utf8, delimiter: ',', quote_all: false, newline: "\r\n" };
    let old = Dialect { encoding: Encoding::Windows1252, delimiter: ',', quote_all: true, newline: "\r\n" };
    let mut one = |spool: &mut Spool, source, stem, dialect: &Dialect, layout: Layout| {
        let target = Target { source, stem, extension: ".csv", rows: 500_000 };
        write_text(spool, &target, dialect, &layout, dir, truth)
    };
    let preamble = vec![vec!["Outstanding requests: MSK"], vec!["Includes results not yet acknowledged"], vec![]];
    let layout = Layout { preamble, header: DIAGNOSTICS.to_vec(), footer: vec![vec!["{rows} requests"]] };
    one(&mut sources.diagnostics, "ice", "ice_outstanding", &plain, layout)?;
    one(
        &mut sources.documents,
        "docman",
        "docman_index",
        &old,
        Layout { header: DOCUMENTS.to_vec(), ..Layout::default() },
    )?;
    one(&mut sources.scores, "eq5d", "eq5d_scores", &plain, Layout { header: SCORES.to_vec(), ..Layout::default() })?;
    one(
        &mut sources.concerns,
        "datix",
        "datix_concerns",
        &old,
        Layout { header: CONCERNS.to_vec(), ..Layout::default() },
    )
}
