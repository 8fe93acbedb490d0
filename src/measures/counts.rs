//! What more than one figure or gate asks for, counted once.

use crate::config::{Config, Standing};
use crate::ledger::{Disposition, Severity};
use crate::linkage::{NumberStatus, PatientIndex, PatientNumbers, Superseded};
use crate::reconcile::Reconciled;
use crate::sources::{Origin, RowRef};
use std::collections::BTreeSet;

/// Rows of one source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SourceRows {
    /// Rows of data: all but header, preamble, footer and blank rows.
    pub(super) data: u64,
    /// Of them, set aside for an error.
    pub(super) errors: u64,
}

/// Counts over everything that was read.
pub(super) struct Counts<'a> {
    pub(super) config: &'a Config,
    /// By source.
    pub(super) rows: Vec<SourceRows>,
    /// Patients without a verified NHS number, in order.
    pub(super) unverified: Vec<PatientIndex>,
    /// Patients with records in two or more service lines, in order.
    pub(super) in_several_lines: u64,
    /// Patients with a record in any service line: all but those that only lists or tracing name.
    pub(super) in_any_line: u64,
}

/// Whether a row is one of data.
fn is_data(disposition: Disposition) -> bool {
    match disposition {
        Disposition::Used
        | Disposition::Unassigned
        | Disposition::Declared
        | Disposition::Keying
        | Disposition::SetAside(_) => true,
        Disposition::Reference
        | Disposition::Header
        | Disposition::Preamble
        | Disposition::Footer
        | Disposition::Blank => false,
    }
}

impl<'a> Counts<'a> {
    pub(super) fn of(config: &'a Config, reconciled: &Reconciled) -> Self {
        let (in_several_lines, in_any_line) = lines(config, reconciled);
        Counts {
            config,
            rows: rows(config, reconciled),
            unverified: unverified(config, reconciled),
            in_several_lines,
            in_any_line,
        }
    }
}

/// The source of a row; `None` for the site crosswalk.
pub(super) fn source_of(reconciled: &Reconciled, row: RowRef) -> Option<usize> {
    match reconciled.linked.records.intake.files[row.file()].origin {
        Origin::Source(source) => Some(source),
        Origin::Sites => None,
    }
}

fn rows(config: &Config, reconciled: &Reconciled) -> Vec<SourceRows> {
    let mut rows = vec![SourceRows::default(); config.sources.len()];
    for (row, disposition) in reconciled.rows.entries() {
        if let Some(source) = source_of(reconciled, row).filter(|_| is_data(disposition)) {
            rows[source].data += 1;
            let error = matches!(disposition, Disposition::SetAside(reason) if reason.severity() == Severity::Error);
            rows[source].errors += u64::from(error);
        }
    }
    rows
}

fn unverified(config: &Config, reconciled: &Reconciled) -> Vec<PatientIndex> {
    let linked = &reconciled.linked;
    let superseded = Superseded::of(config, &linked.records);
    let numbers = PatientNumbers { config, records: &linked.records, superseded: &superseded };
    let patients = (0u32..).zip(&linked.members);
    patients
        .filter(|(_, members)| numbers.of(members).1 != NumberStatus::Verified)
        .map(|(patient, _)| patient)
        .collect()
}

/// Patients in several service lines, and in any.
fn lines(config: &Config, reconciled: &Reconciled) -> (u64, u64) {
    let records = &reconciled.linked.records;
    let (mut several, mut any) = (0, 0);
    for members in &reconciled.linked.members {
        let sources = members.iter().map(|member| &config.sources[usize::from(records.source[*member as usize])]);
        let lines: BTreeSet<&str> = sources
            .filter(|source| matches!(source.standing, Standing::Record | Standing::Evidence(_)))
            .map(|source| source.service_line.as_str())
            .filter(|line| !line.is_empty())
            .collect();
        several += u64::from(lines.len() >= 2);
        any += u64::from(!lines.is_empty());
    }
    (several, any)
}
