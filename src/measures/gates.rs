//! Conditions a final handover must meet, in the order of the contract.

use super::closing::Closings;
use super::counts::{Counts, source_of};
use super::figures::claims;
use super::safety::Rule;
use super::{Gate, GateState, Item};
use crate::config::{Config, Exclusion, Source, Standing};
use crate::linkage::PairStanding;
use crate::reconcile::{Difference, Reconciled};
use crate::records::{PaperFolder, PersonId};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What was measured for one gate.
struct Reading {
    name: &'static str,
    definition: &'static str,
    closes_by: &'static str,
    /// `None` where there was nothing to measure.
    value: Option<f64>,
    /// Of how many, where it is of something that can be counted.
    denominator: Option<u64>,
    /// Red whatever the value.
    red: bool,
    /// A place in the configuration's sources.
    worst: Option<usize>,
}

/// Every gate.
pub(super) fn gates(counts: &Counts, reconciled: &Reconciled, closings: &Closings<'_>, safety: &[Rule]) -> Vec<Gate> {
    let readings = [
        unreviewed_pairs(reconciled),
        exceptions(counts),
        without_verified_number(counts, reconciled),
        unresolved(counts, reconciled),
        unexplained(counts, reconciled),
        safety_items(reconciled, safety),
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
        let waiver = config.waivers.iter().find(|waiver| waiver.gate == self.name);
        let holds = matches!((self.value, ceiling), (Some(value), Some(ceiling)) if value <= ceiling) && !self.red;
        let state = match (holds, waiver.is_some(), self.value.is_none() && !self.red) {
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
            denominator: self.denominator,
            worst_source: self.worst.map(|source| config.sources[source].id.clone()),
            closes_by: self.closes_by,
            waiver: waiver.filter(|_| state == GateState::Waived).cloned(),
        }
    }
}

/// The source that most of these are of; of equals the first. Each comes once for every time it is at fault.
fn worst(sources: impl IntoIterator<Item = Option<usize>>) -> Option<usize> {
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for source in sources.into_iter().flatten() {
        *counts.entry(source).or_default() += 1;
    }
    counts.into_iter().reduce(|worst, next| if next.1 > worst.1 { next } else { worst }).map(|(source, _)| source)
}

/// The source of the row of a person record.
fn of_person(reconciled: &Reconciled, person: PersonId) -> Option<usize> {
    Some(usize::from(reconciled.linked.records.source[person as usize]))
}

/// The sources of an item, each once.
fn of_item(reconciled: &Reconciled, item: Item) -> Vec<Option<usize>> {
    let records = &reconciled.linked.records;
    let people: Vec<PersonId> = match item {
        Item::Row(row) => return vec![source_of(reconciled, row)],
        Item::Patient(patient) => reconciled.linked.members[patient as usize].clone(),
        Item::Referral(referral) => {
            let of = &reconciled.referrals[referral as usize].records;
            of.iter().map(|(place, _)| records.referrals.subject(*place)).collect()
        }
        Item::Appointment(appointment) => {
            let of = &reconciled.appointments[appointment as usize].records;
            of.iter().map(|(place, _)| records.appointments.subject(*place)).collect()
        }
    };
    let sources: BTreeSet<Option<usize>> = people.into_iter().map(|person| of_person(reconciled, person)).collect();
    sources.into_iter().collect()
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
    let open: Vec<_> = linked.pairs.iter().filter(|pair| pair.standing == PairStanding::Review).collect();
    Reading {
        name: "unreviewed_pairs",
        definition: "Pairs of rows in the review band that nobody has decided, of all pairs that are shown",
        closes_by: "a person decides in review whether the two are one (pair, cluster-member or row-placed)",
        value: some_if(!linked.records.people.is_empty(), open.len()),
        denominator: Some(linked.pairs.len() as u64),
        red: false,
        worst: worst(open.iter().flat_map(|pair| {
            let sources = [pair.left, pair.right].map(|person| of_person(reconciled, person));
            BTreeSet::from(sources)
        })),
    }
}

fn exceptions(counts: &Counts) -> Reading {
    let shares = counts.rows.iter().enumerate().filter(|(_, rows)| rows.data > 0);
    let shares = shares.map(|(source, rows)| (percent(rows.errors, rows.data), source));
    // Of sources that are equally bad the first is named.
    let worst = shares.reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
    Reading {
        name: "exceptions_percent",
        definition: "Rows set aside for an error, of the rows of data, in per cent, of the worst source",
        closes_by: "the export or the mapping is corrected, or the provider confirms that the rows hold no patients",
        value: worst.map(|(share, _)| share),
        denominator: worst.map(|(_, source)| counts.rows[source].data),
        red: false,
        worst: worst.map(|(_, source)| source),
    }
}

fn without_verified_number(counts: &Counts, reconciled: &Reconciled) -> Reading {
    let all = reconciled.linked.members.len() as u64;
    Reading {
        name: "patients_without_verified_nhs_number_percent",
        definition: "Patients without a verified NHS number, in per cent",
        closes_by: "the patients are traced on the national service and the answer is added as a source",
        value: (all > 0).then(|| percent(counts.unverified.len() as u64, all)),
        denominator: Some(all),
        red: false,
        worst: worst(counts.unverified.iter().flat_map(|patient| of_item(reconciled, Item::Patient(*patient)))),
    }
}

fn unresolved(counts: &Counts, reconciled: &Reconciled) -> Reading {
    let transfer = counts.config.transition.transfer_date;
    let open = (0u32..).zip(&reconciled.appointments).filter(|(_, one)| one.is_unresolved(transfer));
    let open: Vec<Item> = open.map(|(appointment, _)| Item::Appointment(appointment)).collect();
    Reading {
        name: "unrecorded_appointments_unresolved",
        definition: "Bookings on or after the transfer date that still stand and that the receiver's system does not hold",
        closes_by: "the receiver's system holds the booking, or a named person says in review that it is honoured, rebooked or cancelled (booking)",
        value: some_if(!reconciled.appointments.is_empty(), open.len()),
        denominator: Some(reconciled.appointments.len() as u64),
        red: false,
        worst: worst(open.into_iter().flat_map(|item| of_item(reconciled, item))),
    }
}

fn unexplained(counts: &Counts, reconciled: &Reconciled) -> Reading {
    let unknown: Vec<&Difference> = reconciled.differences.iter().filter(|one| one.cause == "unknown").collect();
    let sources = |one: &&Difference| match (one.declared_row, one.referral) {
        (Some(row), _) => vec![source_of(reconciled, row)],
        (None, Some(referral)) => of_item(reconciled, Item::Referral(referral)),
        (None, None) => Vec::new(),
    };
    Reading {
        name: "declared_differences_unexplained",
        definition: "Differences between declared and rebuilt waiting lists without a row that proves their cause",
        closes_by: "a row that proves the cause is added, the provider corrects the declared list, or a person gives the cause in review (difference-cause)",
        value: some_if(!claims(counts, reconciled).is_empty(), unknown.len()),
        denominator: Some(reconciled.differences.len() as u64),
        red: false,
        worst: worst(unknown.iter().flat_map(sources)),
    }
}

fn safety_items(reconciled: &Reconciled, safety: &[Rule]) -> Reading {
    let open: Vec<Item> = safety.iter().flat_map(Rule::open_items).copied().collect();
    Reading {
        name: "safety_items_open",
        definition: "Open items of the safety list, of rules that are not switched off",
        closes_by: "a clinician looks and closes the item in review (safety-item), the sender's record is put right, or the rule is switched off with a reason",
        value: some_if(!reconciled.referrals.is_empty(), open.len()),
        denominator: Some(safety.iter().map(|rule| rule.items().len() as u64).sum()),
        red: false,
        worst: worst(open.into_iter().flat_map(|item| of_item(reconciled, item))),
    }
}

fn paper_outstanding(reconciled: &Reconciled) -> Reading {
    let folders = &reconciled.linked.records.paper;
    let once: Vec<&PaperFolder> = folders.iter().filter(|folder| folder.keyings < 2).collect();
    Reading {
        name: "paper_folders_outstanding",
        definition: "Folders of paper that were not keyed a second time",
        closes_by: "the folder is keyed a second time",
        value: some_if(has_paper(reconciled), once.len()),
        denominator: Some(folders.len() as u64),
        red: false,
        worst: worst(once.iter().map(|folder| source_of(reconciled, folder.at))),
    }
}

fn paper_disagreements(reconciled: &Reconciled) -> Reading {
    let records = &reconciled.linked.records;
    Reading {
        name: "paper_disagreements_open",
        definition: "Fields on which two keyings of a folder disagree",
        closes_by: "a person looks at the folder and records in review what it says (paper-reading)",
        value: some_if(has_paper(reconciled), records.disagreements.len()),
        denominator: Some(records.paper.iter().map(|folder| u64::from(folder.fields_compared)).sum()),
        red: false,
        worst: worst(records.disagreements.iter().map(|one| source_of(reconciled, one.first))),
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
        denominator: Some(config.exclusions.len() as u64),
        red: false,
        worst: None,
    }
}

/// An extract may be made so many days after the transfer.
const DAYS_AFTER_MAX: i64 = 31;

/// The oldest extract before the transfer date; red too where the provider's certificate of an extract lacks its day, its
/// rows or a name, or where there are not as many rows of data as it says. Paper is counted by its boxes, and the answer of
/// the national service is nobody's extract.
fn extract_age(counts: &Counts) -> Reading {
    let config = counts.config;
    let age = |on: Date| config.transition.transfer_date.duration_since(on).as_hours() / 24;
    let extracts = config.sources.iter().enumerate();
    let extracts: Vec<(usize, &Source)> = extracts.filter(|(_, source)| is_extract(source)).collect();
    let dated = extracts.iter().filter_map(|(place, source)| Some((age(source.extracted_at?), *place)));
    let oldest = dated.reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
    let miscounted = extracts
        .iter()
        .find(|(place, source)| source.control_rows.is_some_and(|certified| certified != counts.rows[*place].data));
    // So long after the transfer nobody extracts from what was handed over: the day is a slip.
    let misdated = extracts.iter().find(|(_, source)| source.extracted_at.is_some_and(|on| age(on) < -DAYS_AFTER_MAX));
    let uncertified = extracts.iter().find(|(_, source)| !is_certified(source));
    Reading {
        name: "extract_age_days",
        definition: "Days from the oldest extract to the transfer date; red too where an extract is not certified (its day, its rows of data and who says so), or has not as many rows of data as were certified, or is dated more than 31 days after the transfer",
        closes_by: "the provider extracts again, and certifies the day and the rows",
        value: oldest.map(|(age, _)| age as f64),
        denominator: Some(extracts.len() as u64),
        red: uncertified.is_some() || miscounted.is_some() || misdated.is_some(),
        worst: miscounted.or(uncertified).or(misdated).map(|(place, _)| *place).or(oldest.map(|(_, place)| place)),
    }
}

fn is_extract(source: &Source) -> bool {
    source.mapping.paper.is_none() && source.standing != Standing::Trace
}

fn is_certified(source: &Source) -> bool {
    let named = source.certified_by.as_deref().is_some_and(|name| !name.trim().is_empty());
    named && source.extracted_at.is_some() && source.control_rows.is_some()
}
