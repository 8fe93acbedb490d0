//! Patients of three rows or more, the most doubtful first.

use super::asked::{Asked, Item, LINES_MAX, Line, Question, member_choices};
use super::fields::{FIELDS, Values, differing};
use super::material::Material;
use super::rows::{PatientPlace, Row};
use super::{Error, Queue};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer rows are a pair, or one.
const ROWS_MIN: usize = 3;

/// A patient's rows, and how sure the least sure of them is.
type Cluster = (u32, PatientPlace, Vec<Row>);

/// A line of what is known of each patient, then one for each of its rows.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let (clusters, more) = doubtful(material);
    let wanted: BTreeSet<Row> = clusters.iter().flat_map(|(.., rows)| rows).copied().collect();
    let people = material.people(&wanted)?;
    let ids: BTreeSet<String> =
        clusters.iter().map(|(_, patient, _)| material.rows.patient_id(*patient).to_owned()).collect();
    let patients = material.patients(&ids)?;
    let items = clusters.iter().map(|cluster| item(material, &people, &patients, cluster)).collect();
    let mut asked = Asked::of_people(Queue::Clusters, None, items);
    asked.more += more;
    Ok(asked)
}

/// The most doubtful that fit, in order, and how many do not.
fn doubtful(material: &Material<'_>) -> (Vec<Cluster>, usize) {
    let large = material.rows.by_patient().into_iter().filter(|(_, rows)| rows.len() >= ROWS_MIN);
    let mut clusters: Vec<Cluster> = large
        .map(|(patient, rows)| {
            let least = rows.iter().map(|(_, sure)| *sure).min().unwrap_or(0);
            (least, patient, rows.into_iter().map(|(row, _)| row).collect())
        })
        .collect();
    clusters.sort_unstable();
    let mut lines = 0;
    let fitting = clusters.iter().take_while(|(.., rows)| {
        lines += rows.len() + 1;
        lines <= LINES_MAX
    });
    let fitting = fitting.count();
    let more = clusters.len() - fitting;
    clusters.truncate(fitting);
    (clusters, more)
}

fn item(
    material: &Material<'_>,
    people: &BTreeMap<Row, Values>,
    patients: &BTreeMap<String, Values>,
    (_, patient, rows): &Cluster,
) -> Item {
    let id = material.rows.patient_id(*patient);
    let known = patients.get(id).cloned().unwrap_or_default();
    let head = Line {
        label: format!("Patient {id}"),
        cells: known.to_vec(),
        differs: vec![false; FIELDS.len()],
        row: None,
        choices: Vec::new(),
    };
    let shown = |row: &Row| material.rows.shown(*row, material.key);
    let members = rows.iter().zip(1..).map(|(row, number)| {
        let values = people.get(row).cloned().unwrap_or_default();
        let line = Line::of_person(format!("Row {number}"), &values, differing(&known, &values, false), shown(row));
        line.choose(member_choices())
    });
    let lines = std::iter::once(head).chain(members).collect();
    Item { lines, question: Question::Members(rows.iter().map(shown).collect()) }
}
