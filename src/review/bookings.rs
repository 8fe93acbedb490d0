//! Future bookings that the receiver's system does not hold: what became of each?

use super::asked::{Asked, Column, Item, Line, Question, booking_choices};
use super::care::{APPOINTMENT_ROWS, OF_PERSON, OF_REFERRAL, person_cells, referrals, rows_of};
use super::fields::Values;
use super::material::{Material, legible};
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, RowName};
use crate::values::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// Its items are the bookings that nobody has settled.
const UNRESOLVED: &str = "appointments.unresolved";

/// What is shown of a booking: its column, the title, and how many letters wide.
const OF_BOOKING: [(&str, &str, f64); 7] = [
    ("starts", "Starts", 17.0),
    ("site", "Where", 20.0),
    ("clinician", "With", 18.0),
    ("kind", "Kind", 14.0),
    ("recorded_by", "Recorded by", 12.0),
    ("evidence", "Evidence", 14.0),
    ("flags", "Flags", 26.0),
];

/// The place of `recorded_by` there.
const RECORDED_BY: usize = 4;
/// What the receiver holds of the patient: it may be what the booking became.
const HELD: (&str, f64) = ("The receiver holds", 22.0);

/// A booking that waits for somebody.
struct Open {
    appointment: String,
    patient: String,
    referral: String,
    starts: Moment,
    cells: Vec<String>,
}

/// A line each, the next to come first.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let mut open = open(material)?;
    open.sort_by(|one, other| (one.starts, &one.appointment).cmp(&(other.starts, &other.appointment)));
    let rows = rows_of(material, APPOINTMENT_ROWS, &open.iter().map(|open| open.appointment.clone()).collect())?;
    let settled = settled(material);
    let named = |rows: &[Row]| rows.iter().map(|row| material.rows.name(*row)).collect::<BTreeSet<RowName>>();
    open.retain(|open| {
        let rows = rows.get(&open.appointment).map_or(&[][..], Vec::as_slice);
        !rows.is_empty() && !settled.contains(&(named(rows), open.starts))
    });
    let of_referrals = referrals(material, &open.iter().map(|open| open.referral.clone()).collect())?;
    let patients = material.patients(&open.iter().map(|open| open.patient.clone()).collect())?;
    let first = |open: &Open| rows[&open.appointment][0];
    let people = material.people(&open.iter().map(first).collect())?;
    let item = |open: &Open| {
        let person = patients.get(&open.patient).or_else(|| people.get(&first(open)));
        item(material, open, &rows[&open.appointment], (person, &of_referrals))
    };
    Ok(Asked::new(Queue::Bookings, columns(), open.iter().map(item).collect()))
}

fn columns() -> Vec<Column> {
    let of = |(_, title, width): &(&'static str, &'static str, f64)| (*title, *width);
    let all = OF_BOOKING.iter().map(of).chain([HELD]).chain(OF_PERSON.iter().map(of)).chain(OF_REFERRAL.iter().map(of));
    all.map(|(title, width)| Column { title, width }).collect()
}

fn open(material: &Material<'_>) -> Result<Vec<Open>, Error> {
    let mut unresolved = BTreeSet::new();
    material.package.each_line("figure_rows", ["figure", "item"], &mut |[figure, item]| {
        unresolved.extend((figure == UNRESOLVED).then(|| item.to_owned()));
    })?;
    let mut columns = [""; 4 + OF_BOOKING.len()];
    columns[..4].copy_from_slice(&["appointment_id", "patient_id", "referral_id", "status"]);
    OF_BOOKING.iter().zip(&mut columns[4..]).for_each(|((field, ..), column)| *column = field);
    let (mut open, mut held): (Vec<Open>, BTreeMap<String, Vec<String>>) = Default::default();
    material.package.each_line("appointments", columns, &mut |cells| {
        let [appointment, patient, referral] = [cells[0], cells[1], cells[2]].map(str::to_owned);
        let said = &cells[4..];
        if let Some(starts) = said[0].parse().ok().filter(|_| unresolved.contains(cells[0])) {
            let cells = said.iter().map(|cell| legible(&cell.replace(';', "; "))).collect();
            open.push(Open { appointment, patient, referral, starts, cells });
        } else if ["receiver", "both"].contains(&said[RECORDED_BY]) && !cells[3].starts_with("cancelled") {
            held.entry(patient).or_default().push(legible(said[0]));
        }
    })?;
    for open in &mut open {
        let mut held = held.get(&open.patient).filter(|_| !open.patient.is_empty()).cloned().unwrap_or_default();
        held.sort_unstable();
        open.cells.push(held.join("; "));
    }
    Ok(open)
}

/// The rows and the moment of what was settled since.
fn settled(material: &Material<'_>) -> BTreeSet<(BTreeSet<RowName>, Moment)> {
    let settled = material.decisions.in_effect().filter_map(|(_, event)| match event.entry.act {
        Act::BookingSettled { starts, .. } => {
            Some((event.entry.rows.iter().map(|row| row.name.clone()).collect(), starts))
        }
        _ => None,
    });
    settled.collect()
}

fn item(
    material: &Material<'_>,
    open: &Open,
    rows: &[Row],
    (person, referrals): (Option<&Values>, &BTreeMap<String, Vec<String>>),
) -> Item {
    let rows: Vec<_> = rows.iter().map(|row| material.rows.shown(*row, material.key)).collect();
    let mut cells = open.cells.clone();
    cells.extend(person_cells(person));
    let nothing = vec![String::new(); OF_REFERRAL.len()];
    cells.extend(referrals.get(&open.referral).unwrap_or(&nothing).iter().cloned());
    let differs = vec![false; cells.len()];
    let label = "What becomes of it?".to_owned();
    let line = Line { label, cells, differs, row: Some(rows[0].clone()), choices: booking_choices() };
    Item { lines: vec![line], question: Question::Booking(rows, open.starts) }
}
