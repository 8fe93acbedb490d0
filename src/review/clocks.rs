//! Patients who were referred again: did the earlier clock run on, or was it stopped?

use super::asked::{Asked, Column, Item, Line, Question, clock_choices};
use super::care::{OF_PERSON, REFERRAL_ROWS, person_cells, rows_of};
use super::fields::Values;
use super::material::{Material, legible};
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, Restart, RowName};
use crate::reconcile::{ClockDoubt, ClockRule};
use std::collections::{BTreeMap, BTreeSet};

/// What is shown of each of the two referrals: its column, the title, and how many letters wide.
const OF_REFERRAL: [(&str, &str, f64); 11] = [
    ("specialty", "Specialty", 18.0),
    ("condition", "Condition", 20.0),
    ("referrer", "Referrer", 18.0),
    ("received", "Received", 16.0),
    ("status", "Status", 9.0),
    ("closed", "Closed", 12.0),
    ("close_reason", "Closed because", 20.0),
    ("rtt_status", "RTT status", 8.0),
    ("last_seen", "Last seen", 12.0),
    ("priority", "Priority", 10.0),
    ("cohort", "Where it stands", 18.0),
];

/// What would follow from each answer, and what the machine did.
const CLOCK: [(&str, f64); 5] = [
    ("If this holds, the clock starts", 14.0),
    ("Because", 34.0),
    ("Meanwhile", 34.0),
    ("Why nobody can say", 34.0),
    ("Its rows", 34.0),
];

/// A line of `referrals.csv`.
struct Referral {
    id: String,
    patient: String,
    parent: String,
    start: String,
    rule: Option<ClockRule>,
    other_start: String,
    other_rule: Option<ClockRule>,
    doubt: Option<ClockDoubt>,
    cells: Vec<String>,
}

/// Two lines each, the later referral first.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let all = referrals(material)?;
    let by_id: BTreeMap<&str, &Referral> = all.iter().map(|referral| (referral.id.as_str(), referral)).collect();
    let pairs: Vec<(&Referral, &Referral)> = all
        .iter()
        .filter(|referral| referral.doubt.is_some())
        .filter_map(|later| Some((later, *by_id.get(later.parent.as_str())?)))
        .collect();
    let both = pairs.iter().flat_map(|(later, earlier)| [later.id.clone(), earlier.id.clone()]);
    let rows = rows_of(material, REFERRAL_ROWS, &both.collect())?;
    let patients = material.patients(&pairs.iter().map(|(later, _)| later.patient.clone()).collect())?;
    let decided = decided(material);
    let items = pairs.iter().filter_map(|(later, earlier)| {
        let (of_later, of_earlier) = (rows.get(&later.id)?, rows.get(&earlier.id)?);
        let names = |rows: &[Row]| rows.iter().map(|row| material.rows.name(*row)).collect::<BTreeSet<RowName>>();
        let (one, other) = (names(of_later), names(of_earlier));
        let is_decided = decided.iter().any(|(later, earlier)| one.contains(later) && other.contains(earlier));
        let person = patients.get(&later.patient);
        (!is_decided).then(|| item(material, (later, of_later), (earlier, of_earlier), person))
    });
    let items: Vec<Item> = items.collect();
    Ok(Asked::new(Queue::Clocks, columns(), items))
}

fn columns() -> Vec<Column> {
    let of = |(_, title, width): &(&'static str, &'static str, f64)| (*title, *width);
    let all = OF_REFERRAL.iter().map(of).chain(CLOCK).chain(OF_PERSON.iter().map(of));
    all.map(|(title, width)| Column { title, width }).collect()
}

/// Those in doubt, which nobody has settled, and those that others follow.
fn referrals(material: &Material<'_>) -> Result<Vec<Referral>, Error> {
    const OWN: [&str; 9] = [
        "referral_id",
        "patient_id",
        "parent_referral_id",
        "clock_start",
        "clock_rule",
        "other_clock_start",
        "other_clock_rule",
        "clock_doubt",
        "clock_event",
    ];
    let mut parents = BTreeSet::new();
    let doubt = ["parent_referral_id", "clock_doubt", "clock_event"];
    material.package.each_line("referrals", doubt, &mut |[parent, doubt, event]| {
        parents.extend((!doubt.is_empty() && event.is_empty()).then(|| parent.to_owned()));
    })?;
    let mut columns = [""; OWN.len() + OF_REFERRAL.len()];
    columns[..OWN.len()].copy_from_slice(&OWN);
    OF_REFERRAL.iter().zip(&mut columns[OWN.len()..]).for_each(|((field, ..), column)| *column = field);
    let mut referrals = Vec::new();
    material.package.each_line("referrals", columns, &mut |cells| {
        let doubt = ClockDoubt::of_word(cells[7]).filter(|_| cells[8].is_empty());
        if doubt.is_some() || parents.contains(cells[0]) {
            let text = |place: usize| cells[place].to_owned();
            referrals.push(Referral {
                id: text(0),
                patient: text(1),
                parent: text(2),
                start: text(3),
                rule: ClockRule::of_word(cells[4]),
                other_start: text(5),
                other_rule: ClockRule::of_word(cells[6]),
                doubt,
                cells: cells[OWN.len()..].iter().map(|cell| legible(cell)).collect(),
            });
        }
    })?;
    Ok(referrals)
}

/// The rows, one of the later referral and one of the earlier, of which somebody has said since how it was.
fn decided(material: &Material<'_>) -> BTreeSet<(RowName, RowName)> {
    let said = material.decisions.in_effect().filter_map(|(_, event)| match event.entry.act {
        Act::Clock(Restart::Earlier | Restart::New) => {
            Some((event.entry.rows[0].name.clone(), event.entry.rows[1].name.clone()))
        }
        _ => None,
    });
    said.collect()
}

fn item(
    material: &Material<'_>,
    (later, of_later): (&Referral, &[Row]),
    (earlier, of_earlier): (&Referral, &[Row]),
    person: Option<&Values>,
) -> Item {
    let shown = |row: &Row| material.rows.shown(*row, material.key);
    let named = |rows: &[Row]| {
        let name = |row: &Row| {
            let RowName { source, file, sheet, row } = material.rows.name(*row);
            format!("{source}:{file}:{sheet}:{row}")
        };
        legible(&rows.iter().map(name).collect::<Vec<String>>().join("; "))
    };
    let is_new = later.rule == Some(ClockRule::NewAfterStop);
    let (taken, other) = ((&later.start, later.rule), (&later.other_start, later.other_rule));
    let (new, kept) = if is_new { (taken, other) } else { (other, taken) };
    let did = if is_new { "a new clock was started" } else { "the earlier clock was let run on" };
    let meanwhile = format!("{did}: the clock starts {}", or_unknown(&later.start));
    let why = later.doubt.map_or("", ClockDoubt::sentence).to_owned();
    let line = |label: &str, of: &Referral, (start, rule): (&String, Option<ClockRule>), more: [String; 2], rows| {
        let mut cells = of.cells.clone();
        cells.extend([or_unknown(start).to_owned(), rule.map_or("", ClockRule::sentence).to_owned()]);
        cells.extend(more);
        cells.push(named(rows));
        cells.extend(person_cells(person));
        let differs = vec![false; cells.len()];
        Line { label: label.to_owned(), cells, differs, row: rows.first().map(shown), choices: Vec::new() }
    };
    let none = String::new();
    let lines = vec![
        line("Referred again", later, new, [meanwhile, none.clone()], of_later).choose(clock_choices()),
        line("Earlier referral", earlier, kept, [none, why], of_earlier),
    ];
    let firsts = of_later.iter().take(1).chain(of_earlier.iter().take(1));
    let rows = firsts.chain(of_later.iter().skip(1)).chain(of_earlier.iter().skip(1)).map(shown).collect();
    Item { lines, question: Question::Clock(rows) }
}

fn or_unknown(start: &str) -> &str {
    if start.is_empty() { "on no known day" } else { start }
}
