//! Units, candidates, scores, clusters, patients.

use super::blocking::{self, Candidate};
use super::cluster::{Clusters, Groups, Ruling};
use super::compare::Pattern;
use super::features::Features;
use super::model::{BlockingReport, LinkModel};
use super::pairs::{self, Pair};
use super::product::{DecisionEffect, JoinedBy, Linked, PatientIndex, Place, ReviewEffect, ScoredPair};
use super::score::{Bar, Scorer};
use super::thin::Directory;
use super::trace::{self, Told};
use super::train::{self, Counts};
use super::units::Units;
use crate::config::{Config, Standing};
use crate::decisions::{Answer, Decisions, RowName};
use crate::ledger::Reason;
use crate::records::{PersonId, Records, find_person};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Records made comparable, with their candidate pairs; made once, for training and linking both.
pub struct Prepared {
    records: Records,
    features: Features,
    units: Units,
    told: Vec<Told>,
    candidates: Vec<Candidate>,
    blocking: Vec<BlockingReport>,
    rulings: Vec<Said>,
}

/// A decision, its rows found.
struct Said {
    decision: usize,
    records: Option<(PersonId, PersonId)>,
    answer: Answer,
}

/// Normalises the records, gathers units, finds candidate pairs.
pub fn prepare(config: &Config, records: Records, decisions: &Decisions) -> Prepared {
    let rulings = find_rows(config, &records, decisions);
    let (features, profiles) = Features::of(config, &records);
    let apart: Vec<(PersonId, PersonId)> =
        rulings.iter().filter(|said| said.answer == Answer::Different).filter_map(|said| said.records).collect();
    let standing = |record: PersonId| config.sources[usize::from(records.source[record as usize])].standing;
    let mut units = Units::of(&features, profiles, standing, &apart);
    let answers = std::mem::take(&mut units.answers);
    let told = trace::settle(&features, &mut units, answers, &records.traced);
    let (candidates, reports) = blocking::block(&features, &units);
    let blocking = reports
        .into_iter()
        .map(|report| BlockingReport {
            rule: report.name.to_owned(),
            pairs: report.pairs,
            blocks_split: report.blocks_split,
            pairs_left_out: report.pairs_left_out,
        })
        .collect();
    tracing::info!(units = units.len(), candidate_pairs = candidates.len(), "pairs to compare");
    Prepared { records, features, units, told, candidates, blocking, rulings }
}

/// Trains a model on the prepared records.
pub fn train(prepared: &Prepared) -> LinkModel {
    let Prepared { features, units, candidates, .. } = prepared;
    let (m, u, seen, mut report) = train::train(features, units);
    report.blocking = prepared.blocking.clone();
    report.candidate_pairs = candidates.len() as u64;
    let counts = candidates
        .par_chunks(65_536)
        .map(|chunk| {
            let pairs: Vec<(u32, u32)> = chunk.iter().map(|candidate| (candidate.left, candidate.right)).collect();
            train::count(features, units, &pairs)
        })
        .reduce(Counts::new, merge_counts);
    train::with_prior(&m, &u, &seen, report, &counts)
}

fn merge_counts(mut one: BTreeMap<Pattern, u64>, other: BTreeMap<Pattern, u64>) -> BTreeMap<Pattern, u64> {
    for (pattern, count) in other {
        *one.entry(pattern).or_default() += count;
    }
    one
}

/// Applies a model: every record comes out in exactly one patient, or unplaced.
pub fn link(config: &Config, prepared: Prepared, model: &LinkModel) -> Linked {
    let Prepared { records, features, units, told, candidates, rulings, .. } = prepared;
    let scorer = Scorer::new(&features, &units, model);
    let mut pairs = pairs::score(&scorer, candidates);
    tracing::info!(pairs = pairs.len(), "pairs worth showing");
    pairs::bar_close_rivals(&scorer, &mut pairs);
    let unit_of = unit_of_records(&units, records.people.len());
    let unit_rulings = unit_rulings(&rulings, &unit_of);
    let numbers = units.profiles.iter().map(|profile| if profile.verified { profile.number } else { 0 }).collect();
    let (clusters, refused) = Clusters::build(&scorer, numbers, &unit_rulings, &pairs, config.link.match_at);
    let groups = clusters.into_groups();
    let mut places = places(&features, &units, &told, &groups, &pairs, &unit_rulings, records.people.len());
    let evidence = |record: PersonId| is_evidence(config, &records, record);
    leave_likely_evidence_open(config, &units, &groups, &pairs, evidence, &mut places);
    assert_one_verified_number(&units, &places, &unit_rulings, groups.len());
    let effects = effects(&rulings, &places, &unit_of, &pairs, config);
    let shown = pairs::to_show(config, &units, pairs, &refused, &groups.group_of);
    drop((unit_of, features, units, refused));
    assemble(records, places, groups.len(), shown, effects)
}

fn is_evidence(config: &Config, records: &Records, record: PersonId) -> bool {
    matches!(config.sources[usize::from(records.source[record as usize])].standing, Standing::Evidence(_))
}

/// Evidence that nothing joined, and that is likely somebody's all the same, is left open with its candidates: the slot of
/// its appointment may yet say whose it is.
fn leave_likely_evidence_open(
    config: &Config,
    units: &Units,
    groups: &Groups,
    pairs: &[Pair],
    is_evidence: impl Fn(PersonId) -> bool,
    places: &mut [Place],
) {
    let scraps: Vec<bool> = groups
        .iter()
        .map(|group| group.iter().all(|unit| units.members(*unit).iter().all(|record| is_evidence(*record))))
        .collect();
    let mut candidates: BTreeMap<PatientIndex, Vec<(i32, PatientIndex)>> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| pair.score.probability() >= config.link.review_at) {
        let (one, two) = (groups.group_of[pair.left as usize], groups.group_of[pair.right as usize]);
        let open = matches!(pair.score.bar, Bar::None | Bar::CloseRival | Bar::TooLittle);
        for (scrap, whose) in [(one, two), (two, one)] {
            if open && one != two && scraps[scrap as usize] && !scraps[whose as usize] {
                candidates.entry(scrap).or_default().push((-pair.score.weight, whose));
            }
        }
    }
    let open: BTreeMap<PatientIndex, Vec<PatientIndex>> = candidates
        .into_iter()
        .map(|(scrap, mut of)| {
            of.sort_unstable();
            let mut best: Vec<PatientIndex> = Vec::new();
            for (_, patient) in of {
                if !best.contains(&patient) {
                    best.push(patient);
                }
            }
            (scrap, best)
        })
        .collect();
    for place in places {
        match place {
            Place::Patient { patient, .. } => {
                if let Some(candidates) = open.get(patient) {
                    *place = Place::Unplaced { reason: Reason::PersonAmbiguous, candidates: candidates.clone() };
                }
            }
            Place::Unplaced { candidates, .. } => candidates.retain(|candidate| !open.contains_key(candidate)),
        }
    }
}

/// The decisions about pairs, with the person records of their rows.
fn find_rows(config: &Config, records: &Records, decisions: &Decisions) -> Vec<Said> {
    let found = |name: &RowName| find_person(config, records, name);
    (0..)
        .zip(&decisions.pairs)
        .map(|(decision, pair)| Said {
            decision,
            records: found(&pair.left).zip(found(&pair.right)),
            answer: pair.answer,
        })
        .collect()
}

/// The unit of each record; `u32::MAX` for thin ones.
fn unit_of_records(units: &Units, records: usize) -> Vec<u32> {
    let mut unit_of = vec![u32::MAX; records];
    for unit in 0..units.len() as u32 {
        units.members(unit).iter().for_each(|record| unit_of[*record as usize] = unit);
    }
    unit_of
}

fn unit_rulings(rulings: &[Said], unit_of: &[u32]) -> Vec<(u32, u32, Ruling)> {
    rulings
        .iter()
        .filter_map(|said| {
            let (left, right) = said.records?;
            let (left, right) = (unit_of[left as usize], unit_of[right as usize]);
            let ruling = match said.answer {
                Answer::Same => Ruling::Same,
                Answer::Different => Ruling::Different,
                Answer::Unsure => return None,
            };
            (left != right && left != u32::MAX && right != u32::MAX).then_some((left, right, ruling))
        })
        .collect()
}

fn places(
    features: &Features,
    units: &Units,
    told: &[Told],
    groups: &Groups,
    pairs: &[Pair],
    rulings: &[(u32, u32, Ruling)],
    records: usize,
) -> Vec<Place> {
    // The best pair within its patient says how sure each unit is, and what joined it.
    let mut best: Vec<(f64, JoinedBy)> = vec![(0.0, JoinedBy::Alone); units.len()];
    for pair in pairs {
        if groups.group_of[pair.left as usize] == groups.group_of[pair.right as usize] {
            let by = if pair.score.number_equal { JoinedBy::NhsNumber } else { JoinedBy::Model };
            let probability = pair.score.probability();
            for unit in [pair.left, pair.right] {
                let known = &mut best[unit as usize];
                if probability > known.0 || (probability == known.0 && by == JoinedBy::NhsNumber) {
                    *known = (probability, by);
                }
            }
        }
    }
    for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Same) {
        for unit in [left, right] {
            best[*unit as usize] = (1.0, JoinedBy::Decision);
        }
    }
    let mut places: Vec<Option<Place>> = vec![None; records];
    for (patient, group) in (0..).zip(groups.iter()) {
        for unit in group {
            let members = units.members(*unit);
            let (probability, joined_by) = match (group.len(), members.len()) {
                (1, 1) => (1.0, JoinedBy::Alone),
                (1, _) => (LOCAL_ID_PROBABILITY, JoinedBy::LocalId),
                _ => best[*unit as usize],
            };
            for record in members {
                places[*record as usize] = Some(Place::Patient { patient, probability, joined_by });
            }
        }
    }
    let directory = Directory::new(features, units, &groups.group_of);
    let found: Vec<Place> = units.thin.par_iter().map(|thin| directory.place(thin)).collect();
    for (thin, place) in units.thin.iter().zip(found) {
        places[thin.record as usize] = Some(place);
    }
    for answer in told {
        places[answer.record() as usize] = Some(answer.place(&groups.group_of));
    }
    places.into_iter().map(|place| place.expect("every record is in a unit, thin or an answer")).collect()
}

/// A patient holds two different verified NHS numbers only when a person has decided so.
fn assert_one_verified_number(units: &Units, places: &[Place], rulings: &[(u32, u32, Ruling)], patients: usize) {
    let mut numbers = vec![0u64; patients];
    let decided = rulings.iter().any(|ruling| ruling.2 == Ruling::Same);
    let whole = (0u32..).zip(&units.profiles).map(|(unit, profile)| (units.members(unit)[0], profile));
    let thin = units.thin.iter().map(|thin| (thin.record, &thin.profile));
    for (record, profile) in whole.chain(thin).filter(|(_, profile)| profile.verified) {
        if let Place::Patient { patient, .. } = &places[record as usize] {
            let held = std::mem::replace(&mut numbers[*patient as usize], profile.number);
            assert!(
                decided || held == 0 || held == profile.number,
                "a machine joined two different verified NHS numbers"
            );
        }
    }
}

/// What a shared local id with agreeing details is taken to be worth: the details were checked, the id may be a slip.
const LOCAL_ID_PROBABILITY: f64 = 0.9999;

fn effects(
    rulings: &[Said],
    places: &[Place],
    unit_of: &[u32],
    pairs: &[Pair],
    config: &Config,
) -> Vec<DecisionEffect> {
    let machine: BTreeMap<(u32, u32), bool> = if rulings.is_empty() {
        BTreeMap::new()
    } else {
        pairs.iter().map(|pair| ((pair.left, pair.right), pair.joinable(config.link.match_at))).collect()
    };
    rulings
        .iter()
        .map(|said| {
            let effect = match (said.records, said.answer) {
                (None, _) => ReviewEffect::RowGone,
                (_, Answer::Unsure) => ReviewEffect::None,
                (Some((left, right)), answer) => {
                    let (one, two) = (unit_of[left as usize], unit_of[right as usize]);
                    let by_machine = one == two || machine.get(&(one.min(two), one.max(two))).copied().unwrap_or(false);
                    match (answer == Answer::Same, same_patient(places, left, right), by_machine) {
                        (true, true, false) => ReviewEffect::Joined,
                        (false, false, true) => ReviewEffect::KeptApart,
                        _ => ReviewEffect::None,
                    }
                }
            };
            DecisionEffect { decision: said.decision, effect }
        })
        .collect()
}

fn same_patient(places: &[Place], left: PersonId, right: PersonId) -> bool {
    match (&places[left as usize], &places[right as usize]) {
        (Place::Patient { patient: one, .. }, Place::Patient { patient: two, .. }) => one == two,
        _ => false,
    }
}

/// Numbers patients by their first member.
fn assemble(
    records: Records,
    mut places: Vec<Place>,
    patients: usize,
    pairs: Vec<ScoredPair>,
    effects: Vec<DecisionEffect>,
) -> Linked {
    const UNSEEN: PatientIndex = PatientIndex::MAX;
    let mut new_number = vec![UNSEEN; patients];
    let mut members: Vec<Vec<PersonId>> = Vec::new();
    for (record, place) in (0..).zip(&mut places) {
        if let Place::Patient { patient, .. } = place {
            let number = &mut new_number[*patient as usize];
            if *number == UNSEEN {
                *number = members.len() as PatientIndex;
                members.push(Vec::new());
            }
            *patient = *number;
            members[*number as usize].push(record);
        }
    }
    for place in &mut places {
        if let Place::Unplaced { candidates, .. } = place {
            for candidate in candidates {
                *candidate = new_number[*candidate as usize];
                assert_ne!(*candidate, UNSEEN, "a candidate is a patient with a record");
            }
        }
    }
    members.iter_mut().for_each(Vec::shrink_to_fit);
    Linked { records, members, places, pairs, effects }
}
