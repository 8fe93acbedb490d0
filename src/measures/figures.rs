//! Every figure of the report, in its order.

use super::counts::Counts;
use super::product::UNRESOLVED;
use super::{Figure, Item};
use crate::config::Standing;
use crate::config::fields::referral;
use crate::ledger::{Disposition, Severity};
use crate::linkage::{JoinedBy, PairStanding, PatientIndex, Place};
use crate::reconcile::{
    Appointment, Calendar, Classification, ClockRule, Cohort, DifferenceKind, Flag, Limit, PriorityRule, Reconciled,
    RecordedBy, Referral, Relation, WaitType,
};
use std::collections::{BTreeMap, BTreeSet};

/// A plain count.
fn count(name: &str, definition: &str, numerator: usize) -> Figure {
    Figure {
        name: name.to_owned(),
        definition: definition.to_owned(),
        numerator: numerator as u64,
        denominator: None,
        items: Vec::new(),
    }
}

/// A count of the items that a person works through: each once, in order, so that the list is as long as the count says.
pub(super) fn listed(name: &str, definition: &str, mut items: Vec<Item>) -> Figure {
    items.sort_unstable();
    items.dedup();
    let numerator = items.len();
    Figure { items, ..count(name, definition, numerator) }
}

impl Figure {
    /// The same figure as a part of a whole.
    fn of(mut self, whole: usize) -> Figure {
        self.denominator = Some(whole as u64);
        self
    }
}

/// All figures but those of safety.
pub(super) fn figures(counts: &Counts, reconciled: &Reconciled) -> Vec<Figure> {
    let mut figures = Vec::new();
    rows(reconciled, &mut figures);
    patients(counts, reconciled, &mut figures);
    referrals(reconciled, &mut figures);
    first_steps(counts, reconciled, &mut figures);
    months(reconciled, &mut figures);
    appointments(counts, reconciled, &mut figures);
    waiting(counts, reconciled, &mut figures);
    declared(reconciled, &mut figures);
    paper(reconciled, &mut figures);
    figures
}

fn rows(reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let ledger = &reconciled.rows;
    let with = |wanted: fn(Disposition) -> bool| ledger.count(wanted);
    let all = ledger.len();
    figures.push(count("rows.read", "Physical rows of every file; the parts below add up to it", all));
    figures.push(count("rows.used", "Rows that belong to a patient", with(|one| one == Disposition::Used)));
    let unassigned = ledger.entries().filter(|(_, one)| *one == Disposition::Unassigned).map(|(row, _)| Item::Row(row));
    figures.push(listed(
        "rows.unassigned",
        "Rows that speak of somebody whose patient is not known",
        unassigned.collect(),
    ));
    figures.push(count("rows.declared", "Rows of declared figures", with(|one| one == Disposition::Declared)));
    figures.push(count(
        "rows.keying",
        "Rows that are the second keying of a folder",
        with(|one| one == Disposition::Keying),
    ));
    figures.push(count("rows.reference", "Rows of reference tables", with(|one| one == Disposition::Reference)));
    figures.push(count(
        "rows.set-aside",
        "Rows that could not be used, each with its reason",
        with(|one| matches!(one, Disposition::SetAside(_))),
    ));
    let around =
        |one| matches!(one, Disposition::Header | Disposition::Preamble | Disposition::Footer | Disposition::Blank);
    figures.push(count("rows.around", "Headers, preambles, footers and blank rows", with(around)));
    for (severity, what) in [
        (Severity::Error, "Exceptions for which a row was set aside"),
        (Severity::Warning, "Exceptions for which a value was left out or repaired, or a person must look"),
        (Severity::Notice, "Exceptions worth knowing, for which nothing was left out"),
    ] {
        let exceptions = &reconciled.linked.records.exceptions;
        let found = exceptions.iter().filter(|exception| exception.reason.severity() == severity).count();
        figures.push(count(&format!("exceptions.{}", severity.word()), what, found));
    }
}

fn patients(counts: &Counts, reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let linked = &reconciled.linked;
    let all = linked.members.len();
    let without: Vec<Item> = counts.unverified.iter().map(|patient| Item::Patient(*patient)).collect();
    figures.push(count("patients", "People, each once; rows whose patient is not known are not among them", all));
    figures.push(
        count("patients.with-verified-number", "Patients with a verified NHS number", all - without.len()).of(all),
    );
    figures.push(listed("patients.without-verified-number", "Patients without a verified NHS number", without).of(all));
    figures.push(
        count(
            "overlap.people",
            "Patients with records in two or more service lines, of those with a record in any",
            usize::try_from(counts.in_several_lines).unwrap_or(usize::MAX),
        )
        .of(usize::try_from(counts.in_any_line).unwrap_or(usize::MAX)),
    );
    let by_slot = |place: &Place| matches!(place, Place::Patient { joined_by: JoinedBy::Slot, .. });
    let placed = linked.places.iter().filter(|place| by_slot(place)).count();
    figures.push(count("patients.rows-placed-by-slot", "Rows placed through the slot of their appointment", placed));
    let review: Vec<_> = linked.pairs.iter().filter(|pair| pair.standing == PairStanding::Review).collect();
    let rows = review.iter().flat_map(|pair| [pair.left, pair.right]);
    let rows = rows.map(|person| Item::Row(linked.records.people.row(person))).collect();
    figures.push(count(
        "review.pairs",
        "Pairs of rows that a person must decide; tables/pairs.csv lists them",
        review.len(),
    ));
    figures.push(listed("review.rows", "Rows in a pair that a person must decide", rows));
}

fn referrals(reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let all = &reconciled.referrals;
    let records: usize = all.iter().map(|one| one.records.len()).sum();
    let items = |test: &dyn Fn(&Referral) -> bool| -> Vec<Item> {
        (0u32..).zip(all).filter(|(_, one)| test(one)).map(|(index, _)| Item::Referral(index)).collect()
    };
    let is = |relation: Relation| move |one: &Referral| one.records.iter().any(|(_, of)| *of == relation);
    figures.push(count("referrals.records", "Referral records, before any was found to repeat another", records));
    figures.push(count("referrals", "Referrals, each once", all.len()));
    figures.push(count(
        "referrals.merged",
        "Records that repeat a referral: records less referrals",
        records - all.len(),
    ));
    figures.push(listed(
        "referrals.re-referral",
        "Patients referred again for what was open or had been closed within the year",
        items(&is(Relation::ReReferral)),
    ));
    figures.push(listed("referrals.onward", "Referrals from one service on to another", items(&is(Relation::Onward))));
    for rule in ClockRule::ALL {
        let with = items(&|one| one.clock_rule == *rule);
        let name = format!("referrals.clock.{}", rule.word());
        let definition = format!("Referrals whose clock start follows the rule \"{}\"", rule.word());
        figures.push(count(&name, &definition, with.len()));
    }
    figures.push(listed(
        "referrals.clock-uncertain",
        "Patients referred again of whom nobody can say whether the earlier clock was stopped",
        items(&|one| one.doubt.is_some_and(|doubt| doubt.event.is_none())),
    ));
    figures.push(listed(
        "referrals.clock-settled",
        "Patients referred again of whom a named person said whether the earlier clock was stopped",
        items(&|one| one.doubt.is_some_and(|doubt| doubt.event.is_some())),
    ));
    for cohort in Cohort::ALL {
        let with = items(&|one| one.cohort == *cohort);
        let name = format!("referrals.cohort.{}", cohort.word());
        let definition = format!("Referrals in the cohort \"{}\"; the cohorts add up to all referrals", cohort.word());
        figures.push(count(&name, &definition, with.len()));
    }
    figures.push(listed(
        "referrals.without-patient",
        "Referrals whose patient is not known",
        items(&|one| one.patient.is_none()),
    ));
}

/// What comes first: a triage, and a booking.
fn first_steps(counts: &Counts, reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let table = &reconciled.linked.records.referrals;
    let all = || (0u32..).zip(&reconciled.referrals);
    let items = |test: &dyn Fn(&Referral) -> bool| -> Vec<Item> {
        all().filter(|(_, one)| test(one)).map(|(index, _)| Item::Referral(index)).collect()
    };
    figures.push(listed(
        "referrals.priority-lowered-by-clinician",
        "Referrals that carry less than their referrer gave, because a dated triage by a named clinician says so",
        items(&|one| one.priority_rule == PriorityRule::Triage && one.is_lowered),
    ));
    figures.push(listed(
        "referrals.accepted-without-booking",
        "Referrals triaged or accepted, never seen, and without an appointment ahead",
        items(&|one| one.cohort == Cohort::FirstAppointment && one.next_appointment.is_none()),
    ));
    let calendar = Calendar::of(&counts.config.clock);
    let in_time = |one: &Referral| {
        let triaged = one.records.iter().filter_map(|(place, _)| table.moment(referral::TRIAGED, *place)).min()?;
        calendar.within(one.received?, triaged, Limit::Hours(48))
    };
    let measured: Vec<bool> = all().filter_map(|(_, one)| in_time(one)).collect();
    let how = if counts.config.clock.hours_elapsed { "by the clock" } else { "counted as two working days" };
    let definition = format!(
        "Referrals triaged within 48 hours of receipt, {how}, of those triaged whose records tell it; dates without \
         times do not tell hours"
    );
    let triaged = measured.iter().filter(|in_time| **in_time).count();
    figures.push(count("referrals.triaged-within-48-hours", &definition, triaged).of(measured.len()));
}

/// The monthly series before and after repeats were found.
fn months(reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let table = &reconciled.linked.records.referrals;
    let mut months: BTreeMap<(i16, i8), (usize, usize)> = BTreeMap::new();
    for one in &reconciled.referrals {
        for (place, _) in &one.records {
            if let Some(received) = table.moment(referral::RECEIVED, *place) {
                months.entry((received.date().year(), received.date().month())).or_default().0 += 1;
            }
        }
        if let Some(received) = one.received {
            months.entry((received.date().year(), received.date().month())).or_default().1 += 1;
        }
    }
    for ((year, month), (records, referrals)) in months {
        let name = |what: &str| format!("referrals.month.{year:04}-{month:02}.{what}");
        let records_of = "Referral records received in the month, repeats counted";
        figures.push(count(&name("records"), records_of, records));
        figures.push(count(&name("referrals"), "Referrals first received in the month, each once", referrals));
    }
}

fn appointments(counts: &Counts, reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let all = &reconciled.appointments;
    let items = |test: &dyn Fn(&Appointment) -> bool| -> Vec<Item> {
        (0u32..).zip(all).filter(|(_, one)| test(one)).map(|(index, _)| Item::Appointment(index)).collect()
    };
    figures.push(count("appointments", "Appointments, each once; the four classes below add up to it", all.len()));
    for (class, definition) in [
        (Classification::Matched, "Recorded, and the evidence agrees"),
        (Classification::RecordedOnly, "Recorded, without evidence"),
        (Classification::Unrecorded, "Known from evidence only: no booking system holds it"),
        (Classification::Conflict, "Recorded, and the evidence says otherwise"),
    ] {
        let with = items(&|one| one.classification == class);
        let name = format!("appointments.{}", class.word());
        let work = matches!(class, Classification::Unrecorded | Classification::Conflict);
        figures.push(if work { listed(&name, definition, with) } else { count(&name, definition, with.len()) });
    }
    figures.push(listed(
        "appointments.conflict-settled",
        "Appointments of which a named person said whether the booking or the evidence is right",
        items(&|one| one.held.is_some()),
    ));
    for holder in RecordedBy::ALL {
        let name = format!("appointments.recorded-by.{}", holder.word());
        let definition = format!("Appointments recorded by: {}", holder.word());
        figures.push(count(&name, &definition, items(&|one| one.recorded_by == *holder).len()));
    }
    for flag in Flag::ALL {
        let with = items(&|one| one.flags.contains(flag));
        figures.push(listed(&format!("appointments.flag.{}", flag.word()), "Appointments with this flag", with));
    }
    figures.push(listed(
        "appointments.without-patient",
        "Appointments whose patient is not known: someone will turn up",
        items(&|one| one.patient.is_none()),
    ));
    let transfer = counts.config.transition.transfer_date;
    figures.push(listed(
        UNRESOLVED,
        "Bookings on or after the transfer date that still stand and that the receiver does not hold",
        items(&|one| one.is_unresolved(transfer)),
    ));
    for (word, definition) in [
        ("honoured", "Bookings that a named person said are honoured"),
        ("rebooked", "Bookings that a named person said were rebooked to another moment"),
        ("cancelled", "Bookings that a named person cancelled"),
    ] {
        let with = items(&|one| one.settled.is_some_and(|settled| settled.how.word() == word));
        figures.push(count(&format!("appointments.resolved.{word}"), definition, with.len()));
    }
    figures.push(listed(
        "appointments.rebooked-not-found",
        "Bookings rebooked to a day on which no booking system holds an appointment of the patient",
        rebooked_not_found(reconciled),
    ));
}

/// Somebody has promised these patients another day, and nobody's system knows of it.
fn rebooked_not_found(reconciled: &Reconciled) -> Vec<Item> {
    let all = &reconciled.appointments;
    let rebooked = |one: &Appointment| Some(one.settled?.how.to()?.date());
    let wanted: BTreeSet<_> = all.iter().filter_map(|one| Some((one.patient?, rebooked(one)?))).collect();
    let stands = all.iter().filter(|one| !one.is_called_off() && one.recorded_by != RecordedBy::Neither);
    let there = stands.filter_map(|one| Some((one.patient?, one.starts?.date())));
    let there: BTreeSet<_> = there.filter(|of| wanted.contains(of)).collect();
    let missing = |one: &Appointment| {
        rebooked(one).is_some_and(|day| one.patient.is_none_or(|patient| !there.contains(&(patient, day))))
    };
    (0u32..).zip(all).filter(|(_, one)| missing(one)).map(|(index, _)| Item::Appointment(index)).collect()
}

fn waiting(counts: &Counts, reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let list = &reconciled.waiting_list;
    let referral = |index: u32| &reconciled.referrals[index as usize];
    figures.push(count(
        "waiting-list.found",
        "Pathways that wait at the census date, rebuilt from records",
        list.len(),
    ));
    for wait in WaitType::ALL {
        let name = format!("waiting-list.found.{}", wait.word());
        let with = list.iter().filter(|entry| entry.wait_type == *wait).count();
        figures.push(count(&name, &format!("Pathways that wait, of type \"{}\"", wait.word()), with));
    }
    let treatment: Vec<_> = list.iter().filter(|entry| entry.wait_type == WaitType::Rtt).collect();
    let over = treatment.iter().filter(|entry| referral(entry.referral).weeks.is_some_and(|weeks| weeks >= 18));
    figures.push(
        count(
            "waiting-list.rtt-18-weeks-or-more",
            "Of type \"rtt\", those that waited 18 whole weeks or more",
            over.count(),
        )
        .of(treatment.len()),
    );
    let on_list = |index: u32| list.binary_search_by_key(&index, |entry| entry.referral).is_ok();
    let repeats = list.iter().filter(|entry| {
        let one = referral(entry.referral);
        one.clock_rule == ClockRule::OriginalKept && one.parent.is_some_and(on_list)
    });
    figures.push(listed(
        "waiting-list.repeats",
        "Pathways that wait beside the referral they repeat: one person, perhaps one wait, on two lines",
        repeats.map(|entry| Item::Referral(entry.referral)).collect(),
    ));
    figures.push(count("waiting-list.declared", "Rows of declared lists of people", claims(counts, reconciled).len()));
    let listed_people: BTreeSet<PatientIndex> = claims(counts, reconciled).into_iter().flatten().collect();
    let waiting_people: BTreeSet<PatientIndex> =
        list.iter().filter_map(|entry| referral(entry.referral).patient).collect();
    let on_no_list = waiting_people.difference(&listed_people).map(|patient| Item::Patient(*patient)).collect();
    figures.push(
        listed("waiting-list.people-on-no-list", "People who wait and are on no declared list", on_no_list)
            .of(waiting_people.len()),
    );
    let differences = &reconciled.differences;
    figures.push(count(
        "waiting-list.differences",
        "Ways in which declared and rebuilt lists differ",
        differences.len(),
    ));
    for kind in DifferenceKind::ALL {
        let with = differences.iter().filter(|one| one.kind == *kind).count();
        let name = format!("waiting-list.differences.{}", kind.word());
        figures.push(count(&name, &format!("Differences of kind \"{}\"", kind.word()), with));
    }
    let unexplained = differences.iter().filter(|one| one.cause == "unknown").count();
    figures.push(
        count("waiting-list.differences.unexplained", "Differences without a row that proves their cause", unexplained)
            .of(differences.len()),
    );
}

/// Rows of declared lists that claim a referral: the patient of each, where known.
pub(super) fn claims(counts: &Counts, reconciled: &Reconciled) -> Vec<Option<PatientIndex>> {
    let records = &reconciled.linked.records;
    let table = &records.referrals;
    let source = |place: u32| &counts.config.sources[usize::from(records.source[table.subject(place) as usize])];
    let declared = table.places().filter(|place| source(*place).standing == Standing::Declared);
    declared.map(|place| reconciled.linked.patient_of(table.subject(place))).collect()
}

fn declared(reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let records = &reconciled.linked.records;
    let value = |figure: usize| records.declared[figure].value;
    let compared: Vec<(usize, f64)> =
        reconciled.declared.iter().filter_map(|one| one.found.map(|found| (one.figure, found))).collect();
    let differ = compared.iter().filter(|(figure, found)| value(*figure) != *found).count();
    figures.push(count("declared.figures", "Declared figures", reconciled.declared.len()));
    figures.push(
        count("declared.compared", "Declared figures that could be counted again", compared.len())
            .of(reconciled.declared.len()),
    );
    figures.push(
        count("declared.differs", "Declared figures that the records do not bear out", differ).of(compared.len()),
    );
}

fn paper(reconciled: &Reconciled, figures: &mut Vec<Figure>) {
    let records = &reconciled.linked.records;
    let folders = &records.paper;
    figures.push(count("paper.folders", "Folders of transcribed paper", folders.len()));
    let once = folders.iter().filter(|folder| folder.keyings < 2).map(|folder| Item::Row(folder.at));
    figures.push(
        listed("paper.outstanding", "Folders that nobody has keyed a second time", once.collect()).of(folders.len()),
    );
    let compared: u32 = folders.iter().map(|folder| folder.fields_compared).sum();
    let definition = "Fields on which two keyings disagree; tables/paper_disagreements.csv lists them";
    let rows: Vec<Item> = records.disagreements.iter().map(|one| Item::Row(one.first)).collect();
    figures
        .push(count("paper.disagreements", definition, rows.len()).of(usize::try_from(compared).unwrap_or(usize::MAX)));
    figures.push(listed("paper.folders-disagreeing", "Folders of which two keyings disagree", rows).of(folders.len()));
}
