//! Both ledgers: what became of every physical row and of every record.

use super::caseload::{Substance, substance};
use super::context::Context;
use crate::config::RecordKind;
use crate::ledger::{Balanced, Disposition, Ledger, Outstanding};
use crate::linkage::Linked;
use crate::records::{PersonId, RecordOutcome, RecordRef, Table};
use crate::sources::RowRef;

/// Every physical row of every file, each once: rows of people by whether their patient is known, others as they were
/// read.
pub(super) fn rows(linked: &Linked) -> Balanced<RowRef> {
    let records = &linked.records;
    let people = records.people.places().map(|person| records.people.row(person));
    let keys: Vec<RowRef> = people.chain(records.other_rows.iter().map(|(row, _)| *row)).collect();
    let physical: u64 =
        records.intake.files.iter().flat_map(|file| &file.sheets).map(|sheet| u64::from(sheet.rows)).sum();
    assert_eq!(keys.len() as u64, physical, "every physical row comes from records exactly once");
    let mut ledger = Ledger::open(keys);
    for person in records.people.places() {
        let known = linked.patient_of(person).is_some();
        ledger.settle(records.people.row(person), if known { Disposition::Used } else { Disposition::Unassigned });
    }
    for (row, disposition) in &records.other_rows {
        ledger.settle(*row, *disposition);
    }
    balanced(ledger.close(), "row")
}

/// Every record of every table: part of a patient's care, unassigned with its row, or set aside.
pub(super) fn records(context: &Context, linked: &Linked) -> Balanced<RecordRef> {
    let records = &linked.records;
    let tables: Vec<&Table> = std::iter::once(&records.people).chain(records.dependent_tables()).collect();
    let name = |table: &Table, place: u32| RecordRef { kind: table.kind(), place };
    let keys = tables.iter().flat_map(|table| table.places().map(|place| name(table, place))).collect();
    let mut ledger = Ledger::open(keys);
    for table in tables {
        for place in table.places() {
            let person = if table.kind() == RecordKind::Person { place } else { table.subject(place) };
            ledger.settle(name(table, place), outcome(context, linked, table, place, person));
        }
    }
    balanced(ledger.close(), "record")
}

fn outcome(context: &Context, linked: &Linked, table: &Table, place: u32, person: PersonId) -> RecordOutcome {
    let fragment = table.kind() == RecordKind::Appointment && substance(context, place) == Substance::Fragment;
    if fragment {
        RecordOutcome::SetAside
    } else if linked.patient_of(person).is_some() {
        RecordOutcome::Joined
    } else {
        RecordOutcome::Unassigned
    }
}

fn balanced<K: crate::ledger::Accountable>(closed: Result<Balanced<K>, Outstanding<K>>, what: &str) -> Balanced<K> {
    closed.unwrap_or_else(|Outstanding(left)| {
        panic!("a {what} ledger closes only when all is settled; {} left over, first {:?}", left.len(), left.first())
    })
}
