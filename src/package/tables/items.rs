//! Tables of what hangs on a patient, and of paper.

use crate::package::contents::Contents;
use crate::package::line::Lines;
use crate::records::Table;
use std::io;

pub(super) fn diagnostics(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    of_table(contents, &contents.records().diagnostics, out)
}

pub(super) fn documents(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    of_table(contents, &contents.records().documents, out)
}

pub(super) fn outcome_scores(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    of_table(contents, &contents.records().outcome_scores, out)
}

pub(super) fn concerns(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    of_table(contents, &contents.records().concerns, out)
}

/// The row, the patient, the kind's fields in the order of the catalogue, and the extra columns.
fn of_table(contents: &Contents<'_>, table: &Table, out: &mut Lines<'_>) -> io::Result<()> {
    let records = contents.records();
    let mut places: Vec<u32> = table.places().collect();
    places.sort_by_key(|place| table.row(*place));
    for place in places {
        let line = out.begin();
        line.row("", contents, Some(table.row(place)));
        line.text("patient_id", contents.patient_id_of(table.subject(place)));
        line.fields(records, table, place);
        line.extra(records, table, place);
        out.end()?;
    }
    Ok(())
}

pub(super) fn paper_folders(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let mut folders: Vec<_> = contents.records().paper.iter().collect();
    folders.sort_by_key(|folder| folder.at);
    for folder in folders {
        let line = out.begin();
        line.row("", contents, Some(folder.at));
        line.text("box", &folder.box_name);
        line.text("folder", &folder.folder);
        line.shown("keyings", folder.keyings);
        line.shown("fields_compared", folder.fields_compared);
        line.shown("fields_disagreeing", folder.fields_disagreeing);
        out.end()?;
    }
    Ok(())
}

pub(super) fn paper_disagreements(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    let mut disagreements: Vec<_> = contents.records().disagreements.iter().collect();
    disagreements.sort_by_key(|disagreement| (disagreement.first, disagreement.second, &disagreement.field));
    for disagreement in disagreements {
        let line = out.begin();
        line.row("", contents, Some(disagreement.first));
        line.row("second_", contents, Some(disagreement.second));
        line.text("field", &disagreement.field);
        line.text("first_reading", &disagreement.first_reading);
        line.text("second_reading", &disagreement.second_reading);
        let keyings = &contents.records().keyings;
        let second = keyings.binary_search_by_key(&disagreement.second, |keying| keying.at);
        line.digest("second_row_sha256", &keyings[second.expect("the second is a keying")].digest);
        out.end()?;
    }
    Ok(())
}
