//! Bookings that evidence contradicts: which of the two is right, or are they two appointments?

use super::asked::{Asked, Column, Item, Line, Question, conflict_choices};
use super::care::{OF_PERSON, OF_REFERRAL, person_cells, referrals};
use super::fields::Values;
use super::material::{Material, legible};
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, Matching, RowName, ShownRow};
use crate::reconcile::{AppointmentStanding, Classification, Contradiction, Flag};
use std::collections::{BTreeMap, BTreeSet};

/// What is shown of each row: its column, the title, how many letters wide, and what of it can contradict.
const OF_ROW: [(&str, &str, f64, Option<Contradiction>); 5] = [
    ("starts", "Starts", 17.0, Some(Contradiction::Starts)),
    ("site", "Where", 20.0, Some(Contradiction::Site)),
    ("status", "Status", 14.0, Some(Contradiction::Status)),
    ("clinician", "With", 18.0, None),
    ("booked", "Booked or written", 17.0, None),
];

/// What the package says meanwhile.
const MEANWHILE: (&str, f64) = ("Goes out meanwhile as", 30.0);

/// A booking that evidence contradicts.
struct Open {
    appointment: String,
    patient: String,
    referral: String,
    starts: String,
    is_ahead: bool,
    meanwhile: String,
}

impl Open {
    /// What is yet to come stands before what is over.
    fn order(&self) -> (bool, &str, &str) {
        (!self.is_ahead, &self.starts, &self.appointment)
    }
}

/// A row of it.
struct Said {
    row: Row,
    standing: String,
    cells: Vec<String>,
    differs: Vec<bool>,
}

impl Said {
    fn is_recorded(&self) -> bool {
        self.standing == AppointmentStanding::Recorded.word()
    }
}

/// A line for each row, that of the booking first; bookings ahead before those that are over, the next to come first.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let mut open = open(material)?;
    open.sort_by(|one, other| one.order().cmp(&other.order()));
    let mut rows = rows(material, &open.iter().map(|open| open.appointment.clone()).collect())?;
    for of in rows.values_mut() {
        of.sort_by_key(|said| !said.is_recorded());
    }
    let of_referrals = referrals(material, &open.iter().map(|open| open.referral.clone()).collect())?;
    let patients = material.patients(&open.iter().map(|open| open.patient.clone()).collect())?;
    let people = material.people(&rows.values().flatten().map(|said| said.row).collect())?;
    let answers = answers(material);
    let known = (&patients, &people, &of_referrals);
    let item = |open: &Open| item(material, open, rows.get(&open.appointment)?, &answers, known);
    Ok(Asked::new(Queue::Conflicts, columns(), open.iter().filter_map(item).collect()))
}

fn columns() -> Vec<Column> {
    let of_row = OF_ROW.iter().map(|(_, title, width, _)| (*title, *width));
    let of = |(_, title, width): &(&'static str, &'static str, f64)| (*title, *width);
    let all = of_row.chain([MEANWHILE]).chain(OF_PERSON.iter().map(of)).chain(OF_REFERRAL.iter().map(of));
    all.map(|(title, width)| Column { title, width }).collect()
}

fn open(material: &Material<'_>) -> Result<Vec<Open>, Error> {
    let columns =
        ["appointment_id", "patient_id", "referral_id", "classification", "flags", "starts", "site", "status"];
    let mut open = Vec::new();
    material.package.each_line("appointments", columns, &mut |cells| {
        let [id, patient, referral, class, flags, starts, site, status] = cells;
        if class == Classification::Conflict.word() {
            let meanwhile = [starts, site, status].into_iter().filter(|text| !text.is_empty()).map(legible);
            open.push(Open {
                appointment: id.to_owned(),
                patient: patient.to_owned(),
                referral: referral.to_owned(),
                starts: starts.to_owned(),
                is_ahead: flags.split(';').any(|flag| flag == Flag::StartsAfterTransfer.word()),
                meanwhile: meanwhile.collect::<Vec<String>>().join(", "),
            });
        }
    })?;
    Ok(open)
}

/// The rows of these appointments, in order.
fn rows(material: &mut Material<'_>, wanted: &BTreeSet<String>) -> Result<BTreeMap<String, Vec<Said>>, Error> {
    let mut columns = [""; 7 + OF_ROW.len()];
    columns[..7].copy_from_slice(&["source", "file", "sheet", "row", "appointment_id", "standing", "differs"]);
    OF_ROW.iter().zip(&mut columns[7..]).for_each(|((field, ..), column)| *column = field);
    let mut of: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    let numbers = &mut material.rows;
    material.package.each_line("appointment_records", columns, &mut |cells| {
        if wanted.contains(cells[4]) {
            let differs: Vec<&str> = cells[6].split(';').collect();
            let contradicts = |what: &Option<Contradiction>| what.is_some_and(|what| differs.contains(&what.word()));
            of.entry(cells[4].to_owned()).or_default().push(Said {
                row: numbers.number([cells[0], cells[1], cells[2], cells[3]]),
                standing: cells[5].to_owned(),
                cells: cells[7..].iter().map(|cell| legible(cell)).collect(),
                differs: OF_ROW.iter().map(|(.., what)| contradicts(what)).collect(),
            });
        }
    })?;
    Ok(of)
}

/// What people have said of a piece of evidence: of which booking, what, and what they were shown.
type Answers = BTreeMap<RowName, Vec<(RowName, Matching, BTreeSet<RowName>)>>;

fn answers(material: &Material<'_>) -> Answers {
    let mut answers = Answers::new();
    for (_, event) in material.decisions.in_effect() {
        let Act::AppointmentMatch(answer) = event.entry.act else { continue };
        let names: Vec<&RowName> = event.entry.rows.iter().map(|row| &row.name).collect();
        let shown = names.iter().copied().cloned().collect();
        answers.entry(names[0].clone()).or_default().push((names[1].clone(), answer, shown));
    }
    answers
}

type Known<'k> = (&'k BTreeMap<String, Values>, &'k BTreeMap<Row, Values>, &'k BTreeMap<String, Vec<String>>);

/// The question; none where all of it is decided since.
fn item(
    material: &Material<'_>,
    open: &Open,
    said: &[Said],
    answers: &Answers,
    (patients, people, of_referrals): Known<'_>,
) -> Option<Item> {
    if !said.first().is_some_and(Said::is_recorded) {
        return None;
    }
    let shown: Vec<ShownRow> = said.iter().map(|said| material.rows.shown(said.row, material.key)).collect();
    let names: BTreeSet<RowName> = shown.iter().map(|row| row.name.clone()).collect();
    let mut booking = shown[0].clone();
    let mut lines = Vec::new();
    for (place, (of, row)) in said.iter().zip(&shown).enumerate() {
        let own = answers.get(&row.name).map_or(&[][..], Vec::as_slice);
        // A question that was asked of another row of this booking is the same question.
        if let Some((known, ..)) = own.iter().rfind(|(known, ..)| names.contains(known)) {
            booking = shown.iter().find(|row| row.name == *known).expect("a row of the booking").clone();
        }
        let settles = |(_, answer, of): &(RowName, Matching, BTreeSet<RowName>)| {
            !matches!(answer, Matching::Same | Matching::Unsure) && *of == names
        };
        let is_asked = of.differs.contains(&true) && !own.iter().any(settles);
        let is_first = place == 0;
        let mut cells = of.cells.clone();
        cells.push(if is_first { open.meanwhile.clone() } else { String::new() });
        let patient = patients.get(&open.patient).filter(|_| is_first);
        cells.extend(person_cells(patient.or_else(|| people.get(&of.row))));
        let referral = of_referrals.get(&open.referral).filter(|_| is_first);
        cells.extend(referral.cloned().unwrap_or_else(|| vec![String::new(); OF_REFERRAL.len()]));
        let mut differs = of.differs.clone();
        differs.resize(cells.len(), false);
        let label = if of.is_recorded() { "Booking".to_owned() } else { format!("Evidence: {}", of.standing) };
        let choices = if is_asked { conflict_choices() } else { Vec::new() };
        lines.push(Line { label, cells, differs, row: Some(row.clone()), choices });
    }
    let item = Item { lines, question: Question::Conflict { booking, rows: shown } };
    item.is_question().then_some(item)
}
