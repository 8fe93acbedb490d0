//! Fields on which two keyings of a folder disagree, with what both say and where the folder is.

use super::asked::{Asked, Column, Item, Line, Question, reading_choices};
use super::fields::{Values, place};
use super::material::{Material, legible};
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Act, RowName};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A field that was keyed in two ways.
struct Keyed {
    rows: [Row; 2],
    field: String,
    readings: [String; 2],
}

/// A line each.
pub(super) fn ask(material: &mut Material<'_>) -> Result<Asked, Error> {
    let keyed = undecided(material)?;
    let first: BTreeSet<Row> = keyed.iter().map(|keyed| keyed.rows[0]).collect();
    let people = material.people(&first)?;
    let folders = folders(material)?;
    let items = keyed.iter().map(|keyed| item(material, keyed, &people, &folders)).collect();
    Ok(Asked::new(Queue::Paper, columns(), items))
}

fn columns() -> Vec<Column> {
    let columns = [
        ("Field", 24.0),
        ("First keying", 22.0),
        ("Second keying", 22.0),
        ("Box", 10.0),
        ("Folder", 10.0),
        ("Family name", 18.0),
        ("Given name", 16.0),
        ("Born", 12.0),
    ];
    columns.map(|(title, width)| Column { title, width }).into()
}

fn undecided(material: &mut Material<'_>) -> Result<Vec<Keyed>, Error> {
    let decided = material.decisions.in_effect().filter_map(|(_, event)| match &event.entry.act {
        Act::PaperReading { field, .. } => {
            let rows: BTreeSet<RowName> = event.entry.rows.iter().map(|row| row.name.clone()).collect();
            Some((rows, field.clone()))
        }
        _ => None,
    });
    let decided: BTreeSet<(BTreeSet<RowName>, String)> = decided.collect();
    let columns = [
        "source",
        "file",
        "sheet",
        "row",
        "second_source",
        "second_file",
        "second_sheet",
        "second_row",
        "field",
        "first_reading",
        "second_reading",
    ];
    let rows = &mut material.rows;
    let mut found = Vec::new();
    material.package.each_line("paper_disagreements", columns, &mut |cells| {
        let first = rows.number([cells[0], cells[1], cells[2], cells[3]]);
        let second = rows.number([cells[4], cells[5], cells[6], cells[7]]);
        let both = BTreeSet::from([rows.name(first), rows.name(second)]);
        if !decided.contains(&(both, cells[8].to_owned())) {
            let readings = [legible(cells[9]), legible(cells[10])];
            found.push(Keyed { rows: [first, second], field: cells[8].to_owned(), readings });
        }
    })?;
    Ok(found)
}

/// The box and the folder of each first keying.
fn folders(material: &mut Material<'_>) -> Result<HashMap<Row, [String; 2]>, Error> {
    let columns = ["source", "file", "sheet", "row", "box", "folder"];
    let rows = &mut material.rows;
    let mut folders = HashMap::new();
    material.package.each_line("paper_folders", columns, &mut |[source, file, sheet, row, of_box, folder]| {
        let row = rows.number([source, file, sheet, row]);
        folders.insert(row, [legible(of_box), legible(folder)]);
    })?;
    Ok(folders)
}

fn item(
    material: &Material<'_>,
    keyed: &Keyed,
    people: &BTreeMap<Row, Values>,
    folders: &HashMap<Row, [String; 2]>,
) -> Item {
    let rows = keyed.rows.map(|row| material.rows.shown(row, material.key));
    let [first, second] = keyed.readings.clone();
    let [of_box, folder] = folders.get(&keyed.rows[0]).cloned().unwrap_or_default();
    let values = people.get(&keyed.rows[0]);
    let of = |field| values.map_or_else(String::new, |values| values[place(field)].clone());
    let who = ["family_name", "given_name", "date_of_birth"].map(of);
    let mut cells = vec![legible(&keyed.field), first, second, of_box, folder];
    cells.extend(who);
    let mut differs = vec![false; cells.len()];
    differs[2] = true;
    let label = "What does the folder say?".to_owned();
    let line = Line { label, cells, differs, row: Some(rows[0].clone()), choices: reading_choices() };
    Item { lines: vec![line], question: Question::Reading(rows, keyed.field.clone()) }
}
