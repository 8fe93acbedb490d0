//! Conditions a final handover must meet, in the order of the contract.

use super::closing::Closings;
use super::counts::Counts;
use super::figures::claims;
use super::safety::Rule;
use super::{Gate, GateState};
use crate::config::{Config, Exclusion, Source};
use crate::linkage::PairStanding;
use crate::reconcile::Reconciled;
use jiff::civil::Date;

/// What was measured for one gate.
struct Reading {
    name: &'static str,
    definition: &'static str,
    closes_by: &'static str,
    /// `None` where there was nothing to measure.
    value: Option<f64>,
    /// Red whatever the value.
    red: bool,
    worst_source: Option<String>,
}

/// Every gate.
pub(super) fn gates(counts: &Counts, reconciled: &Reconciled, closings: &Closings<'_>, safety: &[Rule]) -> Vec<Gate> {
    let readings = [
        unreviewed_pairs(reconciled),
        exceptions(counts),
        without_verified_number(counts, reconciled),
        unresolved(counts, reconciled),
        unexplained(counts, reconciled),
        Reading {
            name: "safety_items_open",
            definition: "Open items of the safety list, of rules that are not switched off",
            closes_by: "a clinician looks and closes the item in review (safety-item), the sender's record is put right, or the rule is switched off with a reason",
            value: some_if(!reconciled.referrals.is_empty(), safety.iter().map(Rule::open).sum()),
            red: false,
            worst_source: None,
        },
        paper_outstanding(reconciled),
        paper_disagreements(reconciled),
        exclusions(counts.config, closings),
        extract_age(counts),
    ];
    readings.into_iter().map(|reading| reading.judge(counts.config)).collect()
}

impl Reading {
    /// Red over its ceiling or without one; what was not measured is never green.
    fn judge(self, config: &Config) -> Gate {
        let ceiling = config.gates.get(self.name).copied();
        let waived = config.waivers.iter().any(|waiver| waiver.gate == self.name);
        let holds = matches!((self.value, ceiling), (Some(value), Some(ceiling)) if value <= ceiling) && !self.red;
        let state = match (holds, waived, self.value.is_none() && !self.red) {
            (true, ..) => GateState::Green,
            // A person may also answer for what cannot be measured, such as paper where there is none.
            (false, true, _) => GateState::Waived,
            (false, false, true) => GateState::NotMeasured,
            (false, false, false) => GateState::Red,
        };
        Gate {
            name: self.name,
            definition: self.definition,
            state,
            value: self.value,
            ceiling,
            worst_source: self.worst_source,
            closes_by: self.closes_by,
        }
    }
}

/// A count, where there is something to count.
fn some_if(measurable: bool, count: usize) -> Option<f64> {
    measurable.then_some(count as f64)
}

/// A share in per cent, to a millionth.
fn percent(part: u64, whole: u64) -> f64 {
    (part as f64 * 1e8 / whole as f64).round() / 1e6
}

fn unreviewed_pairs(reconciled: &Reconciled) -> Reading {
    let linked = &reconciled.linked;
    // What a person has decided is an edge or refused, and stands in review no longer.
    let open = linked.pairs.iter().filter(|pair| pair.standing == PairStanding::Review);
    Reading {
        name: "unreviewed_pairs",
        definition: "Pairs of rows in the review band that nobody has decided",
        closes_by: "a person decides in review whether the two are one (pair, cluster-member or row-placed)",
        value: some_if(!linked.records.people.is_empty(), open.count()),
        red: false,
        worst_source: None,
    }
}

fn exceptions(counts: &Counts) -> Reading {
    let shares = counts.rows.iter().zip(&counts.config.sources).filter(|(rows, _)| rows.data > 0);
    let shares = shares.map(|(rows, source)| (percent(rows.errors, rows.data), source));
    // Of sources that are equally bad the first is named.
    let worst = shares.reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
    Reading {
        name: "exceptions_percent",
        definition: "Rows set aside for an error, of the rows of data, in per cent, of the worst source",
        closes_by: "the export or the mapping is corrected, or the provider confirms that the rows hold no patients",
        value: worst.map(|(share, _)| share),
        red: false,
        worst_source: worst.map(|(_, source)| source.id.clone()),
    }
}

fn without_verified_number(counts: &Counts, reconciled: &Reconciled) -> Reading {
    let all = reconciled.linked.members.len() as u64;
    Reading {
        name: "patients_without_verified_nhs_number_percent",
        definition: "Patients without a verified NHS number, in per cent",
        closes_by: "the patients are traced on the national service and the answer is added as a source",
        value: (all > 0).then(|| percent(counts.unverified.len() as u64, all)),
        red: false,
        worst_source: None,
    }
}

fn unresolved(counts: &Counts, reconciled: &Reconciled) -> Reading {
    let transfer = counts.config.transition.transfer_date;
    let open = reconciled.appointments.iter().filter(|one| one.is_unresolved(transfer)).count();
    Reading {
        name: "unrecorded_appointments_unresolved",
        definition: "Bookings on or after the transfer date that still stand and that the receiver's system does not hold",
        closes_by: "a named person honours, rebooks or cancels the booking, and the receiver's or sender's record shows it",
        value: some_if(!reconciled.appointments.is_empty(), open),
        red: false,
        worst_source: None,
    }
}

fn unexplained(counts: &Counts, reconciled: &Reconciled) -> Reading {
    let unknown = reconciled.differences.iter().filter(|one| one.cause == "unknown").count();
    Reading {
        name: "declared_differences_unexplained",
        definition: "Differences between declared and rebuilt waiting lists without a row that proves their cause",
        closes_by: "a row that proves the cause is added, the provider corrects the declared list, or a person gives the cause in review (difference-cause)",
        value: some_if(!claims(counts, reconciled).is_empty(), unknown),
        red: false,
        worst_source: None,
    }
}

fn paper_outstanding(reconciled: &Reconciled) -> Reading {
    let once = reconciled.linked.records.paper.iter().filter(|folder| folder.keyings < 2).count();
    Reading {
        name: "paper_folders_outstanding",
        definition: "Folders of paper that were not keyed a second time",
        closes_by: "the folder is keyed a second time",
        value: some_if(has_paper(reconciled), once),
        red: false,
        worst_source: None,
    }
}

fn paper_disagreements(reconciled: &Reconciled) -> Reading {
    Reading {
        name: "paper_disagreements_open",
        definition: "Fields on which two keyings of a folder disagree",
        closes_by: "a person looks at the folder and records in review what it says (paper-reading)",
        value: some_if(has_paper(reconciled), reconciled.linked.records.disagreements.len()),
        red: false,
        worst_source: None,
    }
}

fn has_paper(reconciled: &Reconciled) -> bool {
    !reconciled.linked.records.paper.is_empty()
}

fn exclusions(config: &Config, closings: &Closings<'_>) -> Reading {
    let is_unsigned =
        |exclusion: &&Exclusion| exclusion.signed_by.trim().is_empty() && closings.signs(exclusion).is_none();
    let unsigned = config.exclusions.iter().filter(is_unsigned).count();
    Reading {
        name: "exclusions_unsigned",
        definition: "Proposed exclusions that nobody has signed",
        closes_by: "a named person signs the exclusion, in the configuration or in review (exclusion), or it is taken out",
        value: Some(unsigned as f64),
        red: false,
        worst_source: None,
    }
}

/// The oldest extract before the transfer date; red too where an extract has no date, or not the rows it was certified
/// to have.
fn extract_age(counts: &Counts) -> Reading {
    let config = counts.config;
    let age = |on: Date| config.transition.transfer_date.duration_since(on).as_hours() / 24;
    let dated: Vec<(i64, &Source)> =
        config.sources.iter().filter_map(|source| Some((age(source.extracted_at?), source))).collect();
    let oldest = dated.iter().copied().reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
    let undated = config.sources.iter().find(|source| source.extracted_at.is_none());
    let miscounted = config
        .sources
        .iter()
        .zip(&counts.rows)
        .find(|(source, rows)| source.control_rows.is_some_and(|certified| certified != rows.data));
    let worst = miscounted.map(|(source, _)| source).or(undated).or(oldest.map(|(_, source)| source));
    Reading {
        name: "extract_age_days",
        definition: "Days from the oldest extract to the transfer date; red too where an extract is undated, or its rows of data are not as many as were certified",
        closes_by: "the provider extracts again, and certifies the day and the rows",
        value: oldest.map(|(age, _)| age as f64),
        red: undated.is_some() || miscounted.is_some(),
        worst_source: worst.map(|source| source.id.clone()),
    }
}
