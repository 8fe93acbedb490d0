//! Units, candidates, scores, clusters, patients.

use super::blocking;
use super::candidates::Candidates;
use super::cluster::{Clusters, Groups, Marks, Ruling};
use super::effects::Outcome;
use super::features::{Features, Profile};
use super::held;
use super::model::{BlockingReport, LinkModel};
use super::one_to_one;
use super::pairs::{self, Pair};
use super::product::{JoinedBy, Linked, PatientIndex, Place};
use super::rarity::Rarity;
use super::rulings::Rulings;
use super::score::{Bar, Scorer};
use super::thin::Directory;
use super::thresholds;
use super::trace::{self, Told};
use super::train::{self as training};
use super::units::Units;
use crate::config::{Config, Standing};
use crate::decisions::Decisions;
use crate::ledger::Reason;
use crate::records::{PersonId, Records};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Records made comparable, with their candidate pairs; made once, for training and linking both.
pub struct Prepared {
    pub(super) records: Records,
    pub(super) features: Features,
    pub(super) units: Units,
    told: Vec<Told>,
    pub(super) candidates: Candidates,
    blocking: Vec<BlockingReport>,
    pub(super) rulings: Rulings,
    /// By unit, see [`Marks::lists`].
    lists: Vec<u64>,
    /// The earlier patient that each record was of; empty where nothing was linked before.
    earlier: Vec<Option<u32>>,
    rarity: OnceLock<Rarity>,
    /// What is known of pairs beside that, for estimates alone; none are made where this was not given.
    pub(super) answers: Option<Vec<(PersonId, PersonId, bool)>>,
}

impl Prepared {
    /// The records that were prepared.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// With pairs of which people said whether they are one person: what each threshold is likely to join is estimated too, and
    /// heeds them; nothing is joined by them.
    pub fn with_answers(self, answers: Vec<(PersonId, PersonId, bool)>) -> Self {
        Prepared { answers: Some(answers), ..self }
    }

    /// With the earlier patient that each record was of, where it was linked before: what was one patient is joined first where
    /// it still is joined at all, so that new rows come to patients as they are, and tear nothing out of them.
    pub fn with_earlier(self, earlier: Vec<Option<u32>>) -> Self {
        assert!(earlier.is_empty() || earlier.len() == self.records.people.len(), "one for each record");
        Prepared { earlier, ..self }
    }

    /// Pairs to compare, each counted once.
    pub fn candidate_pairs(&self) -> u64 {
        self.candidates.len() as u64
    }

    /// What scores pairs. What values are worth is told of the candidates when it is first asked for.
    pub(super) fn scorer(&self, model: &LinkModel) -> Scorer<'_> {
        let Prepared { features, units, candidates, .. } = self;
        let rarity =
            self.rarity.get_or_init(|| Rarity::of(features, units, candidates, &model.weights(&features.comparisons)));
        Scorer::new(features, units, model, rarity)
    }

    /// What is known of units beside what they say.
    pub(super) fn marks(&self) -> Marks {
        let verified = |profile: &Profile| if profile.verified { profile.number } else { 0 };
        let numbers = self.units.profiles.iter().map(verified).collect();
        let patient = |unit: u32| {
            let mut of = self.units.members(unit).iter().filter_map(|record| self.earlier[*record as usize]);
            of.next().filter(|first| of.all(|other| other == *first))
        };
        let units = if self.earlier.is_empty() { 0 } else { self.units.len() as u32 };
        Marks { numbers, lists: self.lists.clone(), earlier: (0..units).map(patient).collect() }
    }
}

/// Normalises the records, gathers units, finds candidate pairs.
pub fn prepare(config: &Config, records: Records, decisions: &Decisions) -> Prepared {
    let rulings = Rulings::find(config, &records, decisions);
    prepare_with(config, records, rulings)
}

fn prepare_with(config: &Config, records: Records, rulings: Rulings) -> Prepared {
    let (features, profiles) = Features::of(config, &records);
    let standing = |record: PersonId| config.sources[usize::from(records.source[record as usize])].standing;
    let gather = |alone: &BTreeSet<PersonId>| Units::of(&features, &profiles, standing, &rulings, alone);
    let mut units = gather(&BTreeSet::new());
    let torn = rulings.torn(&units, &unit_of_records(&units, records.people.len()));
    if !torn.is_empty() {
        units = gather(&torn);
    }
    drop(profiles);
    let answers = std::mem::take(&mut units.answers);
    let unit_of = unit_of_records(&units, records.people.len());
    let told = trace::settle(&features, &mut units, answers, (&records, &rulings, &unit_of));
    drop(unit_of);
    tracing::info!(units = units.len(), "units made");
    let (candidates, reports) = blocking::block(&features, &units);
    let blocking = reports
        .into_iter()
        .map(|report| BlockingReport {
            rule: report.name,
            pairs: report.pairs,
            blocks_split: report.blocks_split,
            pairs_left_out: report.pairs_left_out,
        })
        .collect();
    tracing::info!(candidate_pairs = candidates.len(), "pairs to compare");
    let lists = one_to_one::lists(config, &records, &units);
    Prepared {
        records,
        features,
        units,
        told,
        candidates,
        blocking,
        rulings,
        lists,
        earlier: Vec::new(),
        rarity: OnceLock::new(),
        answers: None,
    }
}

/// Trains a model on the prepared records.
pub fn train(prepared: &Prepared) -> LinkModel {
    let Prepared { features, units, candidates, .. } = prepared;
    let (m, u, seen, mut report) = training::train(features, units);
    report.blocking = prepared.blocking.clone();
    report.candidate_pairs = candidates.len() as u64;
    let counts = training::count_all(candidates.patterns());
    training::with_prior(&features.comparisons, &m, &u, &seen, report, &counts)
}

/// Applies a model: every record comes out in exactly one patient, or unplaced.
pub fn link(config: &Config, mut prepared: Prepared, model: &LinkModel) -> Linked {
    let mut pairs = compare(&mut prepared, model);
    loop {
        let (clustered, thresholds) = rayon::join(
            || cluster(config, &prepared, model, &pairs),
            || thresholds::of_run(config, &prepared, model, &pairs),
        );
        let held = clustered.held(config, &prepared);
        if held.events.is_empty() {
            return Linked { thresholds, ..place(config, prepared, model, pairs, clustered) };
        }
        let fewer = prepared.rulings.without(&held.events, held.asked);
        if prepared.rulings.keeps_any_apart() {
            // What is one with others is kept apart with them, and units are made by that: without the join they are others.
            let (answers, earlier) = (prepared.answers.take(), std::mem::take(&mut prepared.earlier));
            prepared = Prepared { answers, earlier, ..prepare_with(config, prepared.records, fewer) };
            pairs = compare(&mut prepared, model);
        } else {
            prepared.rulings = fewer;
        }
    }
}

fn compare(prepared: &mut Prepared, model: &LinkModel) -> Vec<Pair> {
    prepared.scorer(model);
    let candidates = std::mem::take(&mut prepared.candidates);
    let scorer = prepared.scorer(model);
    let mut pairs = pairs::score(&scorer, &candidates);
    drop(candidates);
    tracing::info!(pairs = pairs.len(), "pairs worth showing");
    pairs::bar_close_rivals(&scorer, &mut pairs);
    pairs
}

/// What a machine joins, with what people said of the units.
struct Clustered {
    unit_of: Vec<u32>,
    rulings: Vec<(u32, u32, Ruling)>,
    clusters: Clusters,
    refused: BTreeMap<u32, Bar>,
    groups: Groups,
}

fn cluster(config: &Config, prepared: &Prepared, model: &LinkModel, pairs: &[Pair]) -> Clustered {
    let unit_of = unit_of_records(&prepared.units, prepared.records.people.len());
    let rulings = prepared.rulings.of_units(&unit_of);
    let (mut clusters, refused) = joined_by_machine(config, prepared, model, pairs, &rulings);
    let groups = clusters.groups();
    Clustered { unit_of, rulings, clusters, refused, groups }
}

fn joined_by_machine(
    config: &Config,
    prepared: &Prepared,
    model: &LinkModel,
    pairs: &[Pair],
    rulings: &[(u32, u32, Ruling)],
) -> (Clusters, BTreeMap<u32, Bar>) {
    let scorer = prepared.scorer(model);
    Clusters::build(&scorer, prepared.marks(), rulings, pairs, config.link.match_at)
}

impl Clustered {
    fn held(&self, config: &Config, prepared: &Prepared) -> held::Held {
        let Prepared { records, features, units, rulings, .. } = prepared;
        let known =
            held::Known { config, records, features, units, rulings, unit_of: &self.unit_of, groups: &self.groups };
        known.find()
    }
}

/// Joins what people said on top of what a machine joins, and places every record.
fn place(config: &Config, prepared: Prepared, model: &LinkModel, pairs: Vec<Pair>, clustered: Clustered) -> Linked {
    let (none_together, none_apart) = with_half_the_answers(config, &prepared, model, &pairs, &clustered);
    let Prepared { records, features, units, told, rulings, rarity, .. } = prepared;
    let Clustered { unit_of, rulings: unit_rulings, mut clusters, refused, groups: by_machine } = clustered;
    clusters.join(&unit_rulings);
    let joined = unit_rulings.iter().any(|ruling| ruling.2 == Ruling::Same).then(|| clusters.groups());
    let groups = joined.as_ref().unwrap_or(&by_machine);
    drop(clusters);
    let tied = rulings.tied(&unit_of, &none_together);
    let mut places = places(&units, groups, &pairs, &tied, records.people.len());
    let directory = Directory::new(&features, &units, &groups.group_of);
    let (thin, mut machine) = directory.place_all(&rulings, &unit_of);
    units.thin.iter().zip(thin).for_each(|(thin, place)| places[thin.record as usize] = Some(place));
    for answer in &told {
        machine.insert(answer.record(), answer.place_by_machine(&groups.group_of));
        places[answer.record() as usize] = Some(answer.place(&groups.group_of));
    }
    drop(directory);
    let mut places: Vec<Place> =
        places.into_iter().map(|place| place.expect("every record is in a unit, thin or an answer")).collect();
    let evidence = |record: PersonId| is_evidence(config, &records, record);
    let withheld = leave_likely_evidence_open(config, &units, groups, &pairs, &unit_rulings, evidence, &mut places);
    assert_one_verified_number(&features, &units, &places, &unit_rulings, groups.len());
    let outcome = Outcome {
        features: &features,
        units: &units,
        unit_of: &unit_of,
        group_of: &groups.group_of,
        none_together: &none_together,
        none_apart: &none_apart,
        places: &places,
        machine: &machine,
        withheld: &withheld,
    };
    let effects = outcome.effects(&rulings);
    let apart = unit_rulings.iter().filter(|ruling| ruling.2 == Ruling::Different);
    let decided = apart.map(|(one, other, _)| (*one, *other)).collect();
    let rarity = rarity.into_inner().expect("pairs were scored");
    let scorer = Scorer::new(&features, &units, model, &rarity);
    let mut shown = pairs::to_show(config, &scorer, &units, &pairs, &refused, &decided, &groups.group_of);
    if !rulings.asked.is_empty() {
        shown = pairs::ask_again(&scorer, &unit_of, &rulings.asked, shown);
    }
    drop(scorer);
    drop((unit_of, features, units, refused, pairs));
    assemble(
        Linked { records, members: Vec::new(), places, pairs: shown, rulings, effects, thresholds: Vec::new() },
        groups.len(),
    )
}

/// The cluster of each unit as it would be if people had said of nobody to be one, and if they had kept nobody apart.
fn with_half_the_answers(
    config: &Config,
    prepared: &Prepared,
    model: &LinkModel,
    pairs: &[Pair],
    clustered: &Clustered,
) -> (Vec<PatientIndex>, Vec<PatientIndex>) {
    let same: Vec<(u32, u32, Ruling)> =
        clustered.rulings.iter().copied().filter(|ruling| ruling.2 == Ruling::Same).collect();
    let apart = prepared.rulings.kept_apart(&clustered.unit_of);
    let with = |rulings: &[(u32, u32, Ruling)]| {
        let (mut clusters, _) = joined_by_machine(config, prepared, model, pairs, rulings);
        clusters.join(rulings);
        clusters.groups().group_of
    };
    let none_together =
        if same.is_empty() || apart.is_empty() { clustered.groups.group_of.clone() } else { with(&apart) };
    (none_together, if apart.is_empty() { Vec::new() } else { with(&same) })
}

fn is_evidence(config: &Config, records: &Records, record: PersonId) -> bool {
    matches!(config.sources[usize::from(records.source[record as usize])].standing, Standing::Evidence(_))
}

/// Evidence that nothing joined, and that is likely somebody's all the same, is left open with its candidates: the slot of
/// its appointment may yet say whose it is. Gives the groups of evidence and candidate that a person keeps apart.
fn leave_likely_evidence_open(
    config: &Config,
    units: &Units,
    groups: &Groups,
    pairs: &[Pair],
    rulings: &[(u32, u32, Ruling)],
    is_evidence: impl Fn(PersonId) -> bool,
    places: &mut [Place],
) -> BTreeSet<(PatientIndex, PatientIndex)> {
    if !config.sources.iter().any(|source| matches!(source.standing, Standing::Evidence(_))) {
        return BTreeSet::new();
    }
    let group = |unit: u32| groups.group_of[unit as usize];
    let apart = rulings.iter().filter(|ruling| ruling.2 == Ruling::Different);
    let apart: BTreeSet<(PatientIndex, PatientIndex)> =
        apart.flat_map(|(one, two, _)| [(group(*one), group(*two)), (group(*two), group(*one))]).collect();
    let scraps: Vec<bool> = groups
        .iter()
        .map(|group| group.iter().all(|unit| units.members(*unit).iter().all(|record| is_evidence(*record))))
        .collect();
    let mut candidates: BTreeMap<PatientIndex, Vec<(i32, PatientIndex)>> = BTreeMap::new();
    let mut withheld = BTreeSet::new();
    for pair in pairs.iter().filter(|pair| pair.score.probability() >= config.link.review_at) {
        let (one, two) = (group(pair.left), group(pair.right));
        let open = matches!(pair.score.bar, Bar::None | Bar::CloseRival | Bar::TooLittle);
        for (scrap, whose) in [(one, two), (two, one)] {
            let is_candidate = open && one != two && scraps[scrap as usize] && !scraps[whose as usize];
            match apart.contains(&(one, two)) {
                true if is_candidate => withheld.extend([(scrap, whose), (whose, scrap)]),
                false if is_candidate => candidates.entry(scrap).or_default().push((-pair.score.weight, whose)),
                _ => {}
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
    withheld
}

/// The unit of each record; `u32::MAX` for thin ones.
pub(super) fn unit_of_records(units: &Units, records: usize) -> Vec<u32> {
    let mut unit_of = vec![u32::MAX; records];
    for unit in 0..units.len() as u32 {
        units.members(unit).iter().for_each(|record| unit_of[*record as usize] = unit);
    }
    unit_of
}

/// The place of every record of a unit, of which some are `tied` to others by people; nothing yet for thin ones.
fn places(units: &Units, groups: &Groups, pairs: &[Pair], tied: &BTreeSet<u32>, records: usize) -> Vec<Option<Place>> {
    // The best pair within its patient says how sure each unit is, and what joined it.
    let mut best: Vec<(f64, JoinedBy)> = vec![(0.0, JoinedBy::Alone); units.len()];
    for pair in pairs {
        if groups.group_of[pair.left as usize] == groups.group_of[pair.right as usize] {
            let by = if pair.score.number_agrees() { JoinedBy::NhsNumber } else { JoinedBy::Model };
            let probability = pair.score.probability();
            for unit in [pair.left, pair.right] {
                let known = &mut best[unit as usize];
                if probability > known.0 || (probability == known.0 && by == JoinedBy::NhsNumber) {
                    *known = (probability, by);
                }
            }
        }
    }
    for unit in tied {
        best[*unit as usize] = (1.0, JoinedBy::Decision);
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
    places
}

/// A patient holds two different verified NHS numbers, neither in the place of the other, only when a person has decided so.
fn assert_one_verified_number(
    features: &Features,
    units: &Units,
    places: &[Place],
    rulings: &[(u32, u32, Ruling)],
    patients: usize,
) {
    let mut numbers = vec![0u64; patients];
    let decided = rulings.iter().any(|ruling| ruling.2 == Ruling::Same);
    let whole = (0u32..).zip(&units.profiles).map(|(unit, profile)| (units.members(unit)[0], profile));
    let thin = units.thin.iter().map(|thin| (thin.record, &thin.profile));
    for (record, profile) in whole.chain(thin).filter(|(_, profile)| profile.verified) {
        if let Place::Patient { patient, .. } = &places[record as usize] {
            let number = features.superseded.standing_for(profile.number);
            let held = std::mem::replace(&mut numbers[*patient as usize], number);
            assert!(decided || held == 0 || held == number, "a machine joined two different verified NHS numbers");
        }
    }
}

/// What a shared local id with agreeing details is taken to be worth: the details were checked, the id may be a slip.
const LOCAL_ID_PROBABILITY: f64 = 0.9999;

/// Numbers patients by their first member.
fn assemble(mut linked: Linked, patients: usize) -> Linked {
    const UNSEEN: PatientIndex = PatientIndex::MAX;
    let mut new_number = vec![UNSEEN; patients];
    let members = &mut linked.members;
    let mut sizes = vec![0usize; patients];
    linked.places.iter().filter_map(Place::patient).for_each(|patient| sizes[patient as usize] += 1);
    for (record, place) in (0..).zip(&mut linked.places) {
        if let Place::Patient { patient, .. } = place {
            let number = &mut new_number[*patient as usize];
            if *number == UNSEEN {
                *number = members.len() as PatientIndex;
                members.push(Vec::with_capacity(sizes[*patient as usize]));
            }
            *patient = *number;
            members[*number as usize].push(record);
        }
    }
    for place in &mut linked.places {
        if let Place::Unplaced { candidates, .. } = place {
            for candidate in candidates {
                *candidate = new_number[*candidate as usize];
                assert_ne!(*candidate, UNSEEN, "a candidate is a patient with a record");
            }
        }
    }
    linked
}
