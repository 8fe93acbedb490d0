//! Evidence that says little of who it is about, placed through the slot of its appointment.

use super::candidates::{self, Piece};
use super::context::{ByPatient, Context};
use super::slots::Slot;
use super::words::{Agreement, folded};
use crate::config::fields::{appointment, person};
use crate::config::{Field, Standing};
use crate::decisions::Effect;
use crate::ledger::Reason;
use crate::linkage::{JoinedBy, Linked, PatientIndex, Place};
use crate::records::PersonId;
use crate::values::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// Chance that the right patient has a slot that agrees: most bookings that are written to somebody are recorded.
const RIGHT_HAS_SLOT: f64 = 0.9;
/// Chance that a wrong patient has one by coincidence: few people have an appointment on a given day.
const WRONG_HAS_SLOT: f64 = 0.01;
/// Probability for the only candidate where no slot bears it out: one phone in twenty is also somebody's who is not in
/// these data.
const ONLY_CANDIDATE: f64 = 0.95;

/// A record to be placed.
struct Placement {
    person: PersonId,
    patient: PatientIndex,
    probability: f64,
}

/// A piece of evidence whose patient is one of several.
struct Open {
    person: PersonId,
    piece: Piece,
}

/// Places what can be placed and gives the records with it. Patients stay in the order of their first members.
pub(super) fn place(context: &Context, linked: &Linked) -> Vec<(PersonId, PatientIndex, f64, JoinedBy)> {
    let mut open = open_evidence(context, linked);
    let known = ByPatient::of(linked, &linked.records.appointments);
    find_by_slot(context, linked, &mut open);
    for one in &mut open {
        let apart = |patient: &PatientIndex| linked.rulings.keeps_apart(one.person, &linked.members[*patient as usize]);
        one.piece.candidates.retain(|patient| !apart(patient));
        one.piece.candidates.sort_unstable();
        one.piece.candidates.dedup();
    }
    open.retain(|one| !one.piece.candidates.is_empty());
    let mut slots: BTreeMap<PatientIndex, Vec<Slot>> = BTreeMap::new();
    for patient in open.iter().flat_map(|one| &one.piece.candidates).collect::<BTreeSet<_>>() {
        let own = known.patient(*patient).iter().map(|place| Slot::of(context, *place)).collect();
        slots.insert(*patient, own);
    }
    let mut placements = decide(context, linked, &open, &slots);
    keep_apart(linked, &mut placements);
    let by_slot = |one: Placement| (one.person, one.patient, one.probability, JoinedBy::Slot);
    placements.into_iter().map(by_slot).collect()
}

/// Evidence that a person said is of two people, and that slots would give to one patient, stays open.
fn keep_apart(linked: &Linked, placements: &mut Vec<Placement>) {
    let mut placed: BTreeMap<PatientIndex, Vec<PersonId>> = BTreeMap::new();
    for placement in placements.iter() {
        placed.entry(placement.patient).or_default().push(placement.person);
    }
    placed.values_mut().for_each(|people| people.sort_unstable());
    placements.retain(|one| !linked.rulings.keeps_apart(one.person, &placed[&one.patient]));
    for group in linked.rulings.together() {
        let is_of = |one: &Placement| group.binary_search(&one.person).is_ok();
        let patients: BTreeSet<PatientIndex> =
            placements.iter().filter(|one| is_of(one)).map(|one| one.patient).collect();
        placements.retain(|one| patients.len() < 2 || !is_of(one));
    }
}

/// What a person said is one with evidence that its slot has placed comes after it.
fn follow(linked: &mut Linked) {
    let mut followers: Vec<(PersonId, PatientIndex)> = Vec::new();
    for group in linked.rulings.together() {
        let known = group.iter().find_map(|person| linked.patient_of(*person));
        let is_open =
            |person: &&PersonId| linked.patient_of(**person).is_none() && !linked.rulings.is_nobodys(**person);
        let open = group.iter().filter(is_open);
        followers.extend(open.filter_map(|person| Some((*person, known?))));
    }
    for (person, patient) in followers {
        join(linked, person, patient, (1.0, JoinedBy::Decision));
        for event in linked.rulings.joins_of(person) {
            linked.effects.note(event, Effect::Placed);
        }
    }
}

fn join(linked: &mut Linked, person: PersonId, patient: PatientIndex, (probability, joined_by): (f64, JoinedBy)) {
    let members = &mut linked.members[patient as usize];
    let at = members.partition_point(|member| *member < person);
    members.insert(at, person);
    linked.places[person as usize] = Place::Patient { patient, probability, joined_by };
}

/// Rows of evidence with a dated appointment that linkage gave candidates for. A booking system's row is not placed so:
/// its own ids are for a person to look into.
fn open_evidence(context: &Context, linked: &Linked) -> Vec<Open> {
    let table = &context.records.appointments;
    let mut by_person: BTreeMap<PersonId, Vec<Slot>> = BTreeMap::new();
    for place in table.places() {
        let person = table.subject(place);
        // What a person said is nobody's is not asked about again.
        let unplaced = matches!(&linked.places[person as usize], Place::Unplaced { reason, .. } if *reason != Reason::PlacedNobody);
        if unplaced && matches!(context.standing(person), Standing::Evidence(_)) {
            by_person.entry(person).or_default().push(Slot::of(context, place));
        }
    }
    by_person
        .into_iter()
        .filter(|(_, slots)| slots.iter().all(|slot| slot.day.is_some()))
        .map(|(person, said)| Open { person, piece: Piece { said, candidates: named(context, linked, person) } })
        .collect()
}

/// Gives evidence that linkage found no candidates for those who have a recorded slot at its very minute and site, and the
/// name it gives: "a text log with only a phone and an initial finds its patient through the slot".
fn find_by_slot(context: &Context, linked: &Linked, open: &mut [Open]) {
    let table = &context.records.appointments;
    let nobody = |one: &Open| matches!(&linked.places[one.person as usize], Place::Unplaced { candidates, .. } if candidates.is_empty());
    let minutes: BTreeSet<Moment> = open
        .iter()
        .filter(|one| nobody(one))
        .flat_map(|one| one.piece.said.iter().filter_map(|slot| slot.starts.filter(|starts| starts.minute().is_some())))
        .collect();
    if minutes.is_empty() {
        return;
    }
    let mut recorded: BTreeMap<Moment, Vec<(PatientIndex, Slot)>> = BTreeMap::new();
    for place in table.places() {
        let starts = table.moment(appointment::STARTS, place).filter(|starts| minutes.contains(starts));
        let patient = linked.patient_of(table.subject(place));
        if let (Some(starts), Some(patient)) = (starts, patient) {
            let slot = Slot::of(context, place);
            if slot.is_recorded() {
                recorded.entry(starts).or_default().push((patient, slot));
            }
        }
    }
    for one in open.iter_mut().filter(|one| nobody(one)) {
        let mut candidates: BTreeSet<PatientIndex> = BTreeSet::new();
        for said in &one.piece.said {
            for (patient, slot) in said.starts.and_then(|starts| recorded.get(&starts)).into_iter().flatten() {
                let place_agrees = context.lexicon.sites.agreement(said.site, slot.site) == Agreement::Same;
                if place_agrees && goes_by(context, one.person, &linked.members[*patient as usize]) {
                    candidates.insert(*patient);
                }
            }
        }
        one.piece.candidates = candidates.into_iter().collect();
    }
}

/// Whether a patient goes by every name that a row gives, a name on its own being either.
fn goes_by(context: &Context, row: PersonId, members: &[PersonId]) -> bool {
    let names = |row: PersonId| [person::GIVEN_NAME, person::FAMILY_NAME].map(|field| first_word(context, field, row));
    let said: Vec<String> = names(row).into_iter().filter(|name| !name.is_empty()).collect();
    let is =
        |name: &String, other: &String| name == other || (other.len() > 3 && strsim::jaro_winkler(name, other) >= 0.93);
    !said.is_empty()
        && said.iter().all(|name| members.iter().any(|member| names(*member).iter().any(|other| is(name, other))))
}

/// Of a name; empty where there is none.
fn first_word(context: &Context, field: Field, row: PersonId) -> String {
    let text = folded(context.records.people.text(&context.records.texts, field, row));
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

/// The candidates whose given name agrees, where any does; else those whose given name does not contradict.
fn named(context: &Context, linked: &Linked, row: PersonId) -> Vec<PatientIndex> {
    let Place::Unplaced { candidates, .. } = &linked.places[row as usize] else { return Vec::new() };
    let agreement = |patient: &PatientIndex| {
        let members = &linked.members[*patient as usize];
        members.iter().map(|member| given_names(context, row, *member)).max_by_key(|agreement| match agreement {
            Agreement::Same | Agreement::Similar => 2,
            Agreement::Differs => 1,
            Agreement::Unknown => 0,
        })
    };
    let agreements: Vec<Agreement> =
        candidates.iter().map(|patient| agreement(patient).unwrap_or(Agreement::Unknown)).collect();
    let wanted = |agreement: &Agreement| match agreement {
        Agreement::Same | Agreement::Similar => true,
        Agreement::Unknown => !agreements.iter().any(|other| *other >= Agreement::Similar),
        Agreement::Differs => false,
    };
    candidates.iter().zip(&agreements).filter(|(_, agreement)| wanted(agreement)).map(|(patient, _)| *patient).collect()
}

/// First words of two given names: equal, an initial, a short form that begins alike, or a slip.
fn given_names(context: &Context, left: PersonId, right: PersonId) -> Agreement {
    let [left, right] = [left, right].map(|row| first_word(context, person::GIVEN_NAME, row));
    if left.is_empty() || right.is_empty() {
        return Agreement::Unknown;
    }
    let alike = left == right
        || left.starts_with(&right)
        || right.starts_with(&left)
        || strsim::jaro_winkler(&left, &right) >= 0.88;
    match (alike, left.chars().next() == right.chars().next()) {
        (true, _) => Agreement::Same,
        // Robert and Rob are found above; Robert and Bob, Margaret and Peggy are not: only a pair of full names that
        // begin differently could be either, so it is left to a person.
        (false, _) => Agreement::Differs,
    }
}

/// Decides over all evidence at once; what has one candidate and no slot is placed with that one.
fn decide(
    context: &Context,
    linked: &Linked,
    open: &[Open],
    slots: &BTreeMap<PatientIndex, Vec<Slot>>,
) -> Vec<Placement> {
    let pieces: Vec<Piece> = open.iter().map(|one| one.piece.clone()).collect();
    let by_slot = candidates::decide(context, &pieces, slots);
    let placement = |(one, patient): (&Open, Option<PatientIndex>)| {
        let all = &one.piece.candidates;
        let was_alone =
            matches!(&linked.places[one.person as usize], Place::Unplaced { candidates, .. } if candidates.len() == 1);
        let only =
            || if let ([patient], true) = (&all[..], was_alone) { Some((*patient, ONLY_CANDIDATE)) } else { None };
        let (patient, probability) = patient.map(|patient| (patient, probability(all.len()))).or_else(only)?;
        Some(Placement { person: one.person, patient, probability })
    };
    open.iter().zip(by_slot).filter_map(placement).collect()
}

/// Probability that the one of `candidates` whose slot agrees is the right one, all being equally likely before:
/// either the right one has a slot and the others have none, or the right one has none and this one has it by chance.
fn probability(candidates: usize) -> f64 {
    let others = candidates.saturating_sub(1) as f64;
    let right = RIGHT_HAS_SLOT * (1.0 - WRONG_HAS_SLOT);
    let wrong = others * (1.0 - RIGHT_HAS_SLOT) * WRONG_HAS_SLOT;
    let posterior = if others == 0.0 { 1.0 - WRONG_HAS_SLOT * (1.0 - RIGHT_HAS_SLOT) } else { right / (right + wrong) };
    (posterior * 1e6).round() / 1e6
}

/// Makes placed records members of their patients, and keeps patients in the order of their first members.
pub(super) fn apply(mut linked: Linked, placements: &[(PersonId, PatientIndex, f64, JoinedBy)]) -> Linked {
    for (person, patient, probability, joined_by) in placements {
        join(&mut linked, *person, *patient, (*probability, *joined_by));
    }
    if !placements.is_empty() {
        follow(&mut linked);
    }
    if !linked.members.is_sorted_by_key(|members| members[0]) {
        renumber(&mut linked);
    }
    linked
}

fn renumber(linked: &mut Linked) {
    let mut order: Vec<PatientIndex> = (0u32..).take(linked.members.len()).collect();
    order.sort_by_key(|patient| linked.members[*patient as usize][0]);
    let mut number = vec![0; order.len()];
    for (new, old) in (0u32..).zip(&order) {
        number[*old as usize] = new;
    }
    let mut members: Vec<Vec<PersonId>> = std::mem::take(&mut linked.members);
    linked.members = order.iter().map(|old| std::mem::take(&mut members[*old as usize])).collect();
    for place in &mut linked.places {
        match place {
            Place::Patient { patient, .. } => *patient = number[*patient as usize],
            Place::Unplaced { candidates, .. } => {
                candidates.iter_mut().for_each(|candidate| *candidate = number[*candidate as usize]);
            }
        }
    }
}
