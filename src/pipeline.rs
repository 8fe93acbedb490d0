//! Every stage, in order. Read this second, after the map in `lib.rs`.
//!
//! `config → sources → records → linkage → reconcile → measures → package (+ report)`; `verify` stands apart and judges
//! what came out.

use crate::config::{self, Config, Mistake};
use crate::decisions::{self, Answer, Decisions, Journal, PairDecision};
use crate::linkage::{self, Agreement, AtThreshold, LinkModel, Linked, Reliability};
use crate::measures::{self, Measures};
use crate::package::{self, Naming, Opened, Previous};
use crate::reconcile::{self, Reconciled, UnknownSite};
use crate::records::profile::{self, FileProfile, Profiler};
use crate::records::{self, Normaliser, PersonId, Records, ReturnReader, Returned, RowNames};
use crate::report;
use crate::sources::{self, Batch, Intake, Origin, RawRow, SourceFile};
use crate::values::{CommitmentKey, Shown as _};
use jiff::civil::Date;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

/// A stage of the main job, as a person is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Sources are read and mapped.
    Read,
    /// Candidate pairs are found.
    Block,
    /// The model is trained.
    Train,
    /// Records become patients.
    Link,
    /// Referrals, appointments and the waiting list.
    Reconcile,
    /// Figures and gates.
    Measure,
    /// Tables are written and sealed.
    Package,
}

impl Stage {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Block => "block",
            Stage::Train => "train",
            Stage::Link => "link",
            Stage::Reconcile => "reconcile",
            Stage::Measure => "measure",
            Stage::Package => "package",
        }
    }
}

/// Someone who is told how the work goes. It learns paths and counts, never a value.
pub trait Observer: Send {
    /// Something in the configuration is probably not meant.
    fn warns(&mut self, warning: &config::Mistake);
    /// A stage begins.
    fn begins(&mut self, stage: Stage);
    /// Rows were read.
    fn reads(&mut self, progress: sources::Progress<'_>);
    /// A table was written.
    fn writes(&mut self, progress: package::Progress<'_>);
}

/// Why the main job ended early; the stage is the variant.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration.
    #[error("the configuration cannot be used")]
    Config(#[from] config::Error),
    /// The sources.
    #[error("a source cannot be read")]
    Sources(#[from] sources::Error),
    /// A source is not what it was a moment ago.
    #[error("{} was changed while it was read", path.shown())]
    Changed {
        /// The file.
        path: String,
    },
    /// The journal of decisions.
    #[error("the journal of decisions cannot be used")]
    Decisions(#[from] decisions::Error),
    /// A model that was named in the configuration.
    #[error("the model {} cannot be used: {what}", path.shown())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The package whose ids live on.
    #[error("the earlier package cannot be used")]
    Previous(#[source] package::Error),
    /// The package.
    #[error("the package cannot be written")]
    Package(#[from] package::Error),
}

/// What is given to a run beside its configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the package goes; else the next number under `packages/` beside the configuration.
    pub out: Option<PathBuf>,
    /// Whether this is the handover itself: every gate must be green or waived.
    pub final_run: bool,
}

/// A finished run.
#[derive(Debug)]
pub struct Finished {
    /// What a person is shown at the end.
    pub summary: crate::measures::Summary,
    /// Where the package is; `None` when a final run was refused by its gates.
    pub package: Option<PathBuf>,
    /// Whether the key is one that everybody can read.
    pub example_key: bool,
    /// What became of the ids of the earlier package, where there is one and a package was made.
    pub ids: Option<package::IdTallies>,
    /// What became of the rows of the earlier package, by source.
    pub source_changes: Vec<package::SourceTally>,
    /// What in the configuration is probably not meant.
    pub warnings: Vec<config::Mistake>,
}

/// Reads the sources and makes records of them, whatever people said of values; what `check` shows.
pub fn intake(config: &Config, observer: &mut dyn Observer) -> Result<Records, Error> {
    read(config, observer, Normaliser::finish)
}

/// Reads the sources a second time for what goes back to each provider. The files must be as they were.
pub fn returned(
    config: &Config,
    records: &Records,
    unknown: &[UnknownSite],
    observer: &mut dyn Observer,
) -> Result<Returned, Error> {
    observer.begins(Stage::Read);
    let mut reader = ReturnReader::new(config, records, report::SHEET_LINES_MAX);
    reader.expect_sites(unknown.iter().map(|site| {
        let nearest = site.nearest.iter().map(|(code, name)| format!("{code} {name}"));
        (site.text.as_str(), site.rows.as_slice(), nearest.collect())
    }));
    let mut take = |batch: Batch<'_>| {
        reader.take(&batch);
        batch.rows
    };
    let intake = sources::read(config, &mut take, &mut |progress| observer.reads(progress))?;
    let (before, after) = (&records.intake.files, &intake.files);
    let same = |place: usize| {
        let known = |file: &SourceFile| (file.origin, file.path.clone(), file.digest);
        before.get(place).map(known) == after.get(place).map(known)
    };
    if let Some(place) = (0..before.len().max(after.len())).find(|place| !same(*place)) {
        let changed = after.get(place).or(before.get(place));
        return Err(Error::Changed { path: changed.map(|file| file.path.clone()).unwrap_or_default() });
    }
    Ok(reader.finish())
}

/// Sites in the records that the crosswalk does not know, each once.
pub fn unknown_sites(records: &Records) -> Vec<UnknownSite> {
    reconcile::unknown_sites(records)
}

/// The files that a path stands for: itself, or each file of an archive.
pub fn members_of(path: &Path) -> Result<Vec<PathBuf>, Error> {
    Ok(sources::members_of(path)?)
}

/// What is in one file that no mapping describes yet; what `profile` shows. `today` tells what lies in the future.
pub fn profile(path: &Path, today: Date, observer: &mut dyn Observer) -> Result<FileProfile, Error> {
    observer.begins(Stage::Read);
    let mut profiler = Profiler::new(today);
    // The answer for a sheet is asked for before its first row comes.
    let header = Cell::new(None);
    let file = sources::read_unmapped(
        path,
        &mut |first| {
            header.set(profile::find_header(first));
            header.get()
        },
        &mut |batch| {
            profiler.take(&batch, header.get().map_or(0, |rows| rows.count));
            batch.rows
        },
        &mut |progress| observer.reads(progress),
    )?;
    Ok(profiler.finish(file))
}

fn read<'c>(
    config: &'c Config,
    observer: &mut dyn Observer,
    finish: impl FnOnce(Normaliser<'c>, Intake) -> Records,
) -> Result<Records, Error> {
    observer.begins(Stage::Read);
    let mut normaliser = Normaliser::new(config);
    let intake = read_aside(config, &mut normaliser, observer)?;
    left_out(config, &intake).iter().for_each(|warning| observer.warns(warning));
    let records = finish(normaliser, intake);
    tracing::info!(value_bytes = records.texts.value_bytes(), person_records = records.people.len(), "records made");
    Ok(records)
}

/// Batches that may wait to be mapped: the more there are, the less of them lies in a cache.
const BATCHES_AHEAD: usize = 2;

/// Reads on a thread of its own, so that the next rows are read while the last are mapped, in the same order. What of it goes to
/// all cores goes to the threads that map, after what they have to do already: so it fills the time in which one of them has
/// nothing more to map, and takes none of theirs before.
fn read_aside(
    config: &Config,
    normaliser: &mut Normaliser<'_>,
    observer: &mut dyn Observer,
) -> Result<Intake, sources::Error> {
    let (give, mut batches) = mpsc::sync_channel::<(Origin, Arc<[String]>, Vec<RawRow>)>(BATCHES_AHEAD);
    let (give_back, spent) = mpsc::channel::<Vec<RawRow>>();
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut known: Arc<[String]> = Arc::default();
            let mut take = move |Batch { origin, header, rows }: Batch<'_>| {
                if *known != *header {
                    known = header.into();
                }
                // Nobody takes it any more only when mapping has failed, which is told there.
                let _ = give.send((origin, Arc::clone(&known), rows));
                spent.try_recv().unwrap_or_default()
            };
            sources::read(config, &mut take, &mut |progress| observer.reads(progress))
        });
        let mut next = batches.recv().ok();
        while let Some((origin, header, rows)) = next.take() {
            let (waiting, next_one, normaliser) = (&mut batches, &mut next, &mut *normaliser);
            // Mapped by the pool itself and not on this thread beside it: else there were a thread more than cores.
            let rows = rayon::scope(move |_| {
                let batch = Batch { origin, header: &header, rows };
                // Room for one more batch is made when the reader can have a core.
                normaliser.take_while(batch, move || *next_one = (*waiting).try_recv().ok())
            });
            // When all has been read, nobody needs them any more.
            let _ = give_back.send(rows);
            next = next.or_else(|| batches.recv().ok());
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// What lies in an archive beside what is read of it: nobody would miss it otherwise.
pub fn left_out(config: &Config, intake: &Intake) -> Vec<Mistake> {
    let told = |file: &String| Mistake {
        file: config.folder.join(file),
        line: None,
        column: None,
        what: "no source's path names this file of the archive: it is not read".to_owned(),
        hint: "name it in the path of a source, or confirm with the provider that it holds no patients".to_owned(),
    };
    intake.left_out.iter().map(told).collect()
}

/// The main job, from a configuration to a sealed package.
pub fn run(path: &Path, options: &Options, observer: &mut dyn Observer) -> Result<Finished, Error> {
    let mut config = config::load(path)?;
    config.warnings.iter().for_each(|warning| observer.warns(warning));
    let journal = decisions::load(&config.folder.join(&config.transition.decisions))?;
    let fixed_model = fixed_model(&mut config)?;
    let out = options.out.clone().unwrap_or_else(|| package::default_out(&config));
    package::refuse_existing(&out)?;
    let key = key_of(&config, &journal)?;
    if let Some(warning) = lost_decisions(&config, &journal, &key) {
        observer.warns(&warning);
        config.warnings.push(warning);
    }
    let previous = package::open_previous(&config, &key).map_err(Error::Previous)?;
    let (records, decisions) = decided(&config, journal, &key, observer)?;
    let unread = left_out(&config, &records.intake);
    config.warnings.extend(unread);
    let (reconciled, measures, model) =
        conclude(&config, records, &decisions, (fixed_model, previous.as_ref()), observer);
    let summary = measures::Summary::of(&config, &reconciled, &measures, &decisions, options.final_run);
    if options.final_run && !summary.ready() {
        let (example_key, warnings) = (key.is_example(), config.warnings);
        return Ok(Finished { summary, package: None, example_key, ids: None, source_changes: vec![], warnings });
    }
    observer.begins(Stage::Package);
    let naming = Naming { key: &key, previous };
    let plan = package::plan(&config, reconciled, measures, &decisions, naming, model, options.final_run);
    let ids = plan.id_tallies();
    let source_changes = plan.source_tallies().to_vec();
    let report = report::draw(&plan);
    let sealed = package::seal(plan, report, &out, &mut |progress| observer.writes(progress))?;
    let (example_key, warnings) = (key.is_example(), config.warnings);
    Ok(Finished { summary, package: Some(sealed.path), example_key, ids, source_changes, warnings })
}

/// The records, with what people said of their values, and the decisions that are held against them.
fn decided(
    config: &Config,
    journal: Journal,
    key: &CommitmentKey,
    observer: &mut dyn Observer,
) -> Result<(Records, Decisions), Error> {
    let finish = |normaliser: Normaliser<'_>, intake| normaliser.finish_decided(intake, &journal, key);
    let mut records = read(config, observer, finish)?;
    records.find_traced(config, key);
    let rows = RowNames::new(config, &records, key);
    let decisions = journal.weigh(|row| rows.find(row));
    Ok((records, decisions))
}

/// The key. A new one is made for a new transition alone.
fn key_of(config: &Config, journal: &Journal) -> Result<CommitmentKey, Error> {
    Ok(if has_history(config, journal) { config::load_key_in_use(config) } else { config::load_key(config) }?)
}

/// Whether a package or a decision was made before.
fn has_history(config: &Config, journal: &Journal) -> bool {
    config.transition.previous.is_some() || !journal.events.is_empty() || !package::sealed_beside(config).is_empty()
}

/// What to say when the journal has not grown out of the one that an earlier package obeyed: decisions are lost.
fn lost_decisions(config: &Config, journal: &Journal, key: &CommitmentKey) -> Option<Mistake> {
    let previous = config.transition.previous.iter().map(|previous| config.folder.join(previous));
    let earlier = package::sealed_beside(config).into_iter().take(1).chain(previous);
    // What cannot be opened here is told of where it is needed.
    let mut opened = earlier.filter_map(|folder| Opened::open(&folder).ok()).filter(|package| package.is_of(key));
    let lost = opened.find(|package| package.decisions_digest().is_some_and(|digest| !journal.continues(digest)))?;
    let what = format!(
        "decisions that {} obeyed are not in this journal any more, or not as they were: they have no effect",
        lost.folder().shown()
    );
    let hint = "restore the journal from its last good copy, or decide anew what is asked again".to_owned();
    let file = config.folder.join(&config.transition.decisions);
    Some(Mistake { file, line: None, column: None, what, hint })
}

/// The people to trace on the national service: as a run, but nothing is written.
pub fn people_to_trace(path: &Path, observer: &mut dyn Observer) -> Result<package::TraceRequest, Error> {
    let mut config = config::load(path)?;
    let journal = decisions::load(&config.folder.join(&config.transition.decisions))?;
    let fixed_model = fixed_model(&mut config)?;
    let key = key_of(&config, &journal)?;
    let previous = package::open_previous(&config, &key).map_err(Error::Previous)?;
    let (records, decisions) = decided(&config, journal, &key, observer)?;
    let (reconciled, measures, model) =
        conclude(&config, records, &decisions, (fixed_model, previous.as_ref()), observer);
    let naming = Naming { key: &key, previous };
    let plan = package::plan(&config, reconciled, measures, &decisions, naming, model, false);
    Ok(package::people_to_trace(&plan))
}

/// What rows are asked about by: the references that answers of the national service come back under. Whoever has an answer
/// asked with a key.
pub fn references(path: &Path, observer: &mut dyn Observer) -> Result<BTreeSet<String>, Error> {
    let mut config = config::load(path)?;
    config.sources.retain(|source| source.standing != config::Standing::Trace);
    let key = config::load_key_in_use(&config)?;
    let records = read(&config, observer, Normaliser::finish)?;
    Ok(records.digest.iter().map(|row| key.reference(row)).collect())
}

/// From records to conclusions, by a model and an earlier package where there are such: nothing here touches the outside world, so nothing here can fail.
fn conclude(
    config: &Config,
    records: Records,
    decisions: &Decisions,
    (fixed_model, previous): (Option<LinkModel>, Option<&Previous>),
    observer: &mut dyn Observer,
) -> (Reconciled, Measures, String) {
    observer.begins(Stage::Block);
    let earlier = previous.map(|previous| previous.patients_of(config, &records)).unwrap_or_default();
    let prepared = linkage::prepare(config, records, decisions).with_earlier(earlier);
    observer.begins(Stage::Train);
    let model = fixed_model.unwrap_or_else(|| linkage::train(&prepared));
    observer.begins(Stage::Link);
    let linked = linkage::link(config, prepared, &model);
    observer.begins(Stage::Reconcile);
    let reconciled = reconcile::reconcile(config, linked, decisions);
    observer.begins(Stage::Measure);
    let measures = measures::measure(config, &reconciled, decisions);
    let model = serde_json::to_string_pretty(&model).expect("a model has only text and finite numbers");
    (reconciled, measures, model)
}

/// At which probability a machine joins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatchAt {
    /// As the configuration says.
    Configured,
    /// From this one on.
    Given(f64),
    /// Where the probabilities let expect the best F1, truth unseen.
    Estimated,
}

/// Tables of people, linked.
#[derive(Debug)]
pub struct LinkedPeople {
    /// Who is who.
    pub linked: Linked,
    /// The model that said so.
    pub model: LinkModel,
    /// Pairs that were compared.
    pub candidate_pairs: u64,
    /// The probability from which on a machine joined.
    pub match_at: f64,
    /// How far each threshold agrees with the truth, where a column gives it.
    pub agreement: Vec<Agreement>,
    /// Whether the probabilities of the pairs that are shown mean what they say, where a column gives the truth.
    pub reliability: Option<Reliability>,
    /// Of the answers about pairs that were given, those whose rows are there.
    pub answers: u64,
}

/// Thresholds that are tried against a truth, and when the best is to be estimated.
const THRESHOLDS: [f64; 15] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999];

/// The linkage engine alone, on tables of people: see [`config::of_people`]. The column beside, where there is one, is the
/// truth that the outcome is held against; nothing is linked by it, nor by what people answered about pairs.
pub fn link_people(
    config: &mut Config,
    match_at: MatchAt,
    answers: &[PairDecision],
    observer: &mut dyn Observer,
) -> Result<LinkedPeople, Error> {
    config.warnings.iter().for_each(|warning| observer.warns(warning));
    let fixed_model = fixed_model(config)?;
    let records = read(config, observer, Normaliser::finish)?;
    observer.begins(Stage::Block);
    let answers = answers_of(config, &records, answers);
    let answered = answers.len() as u64;
    let prepared = linkage::prepare(config, records, &Decisions::default()).with_answers(answers);
    observer.begins(Stage::Train);
    let model = fixed_model.unwrap_or_else(|| linkage::train(&prepared));
    observer.begins(Stage::Link);
    let chosen = match match_at {
        MatchAt::Configured => config.link.match_at,
        MatchAt::Given(share) => share,
        MatchAt::Estimated => likely_best(&prepared, &model, config.link.review_at),
    };
    (config.link.match_at, config.link.review_at) = (chosen, config.link.review_at.min(chosen));
    let truth = truth(prepared.records());
    let agreement = agreement(&prepared, &model, chosen, &truth);
    let candidate_pairs = prepared.candidate_pairs();
    let linked = linkage::link(config, prepared, &model);
    let reliability = (!agreement.is_empty()).then(|| reliability(&linked, &truth));
    Ok(LinkedPeople { linked, model, candidate_pairs, match_at: chosen, agreement, reliability, answers: answered })
}

/// The answers whose rows are there.
fn answers_of(config: &Config, records: &Records, answers: &[PairDecision]) -> Vec<(PersonId, PersonId, bool)> {
    let found = |pair: &PairDecision| {
        let find = |name| records::find_person(config, records, name);
        Some((find(&pair.left)?, find(&pair.right)?, pair.answer == Answer::Same))
    };
    answers.iter().filter_map(found).collect()
}

/// A sign of whom each row is of, where the column beside says it.
fn truth(records: &Records) -> Vec<Option<u32>> {
    let said = |record| Some(records.people.extra(config::BESIDE, record)).filter(|symbol| symbol.is_some());
    records.people.places().map(|record| said(record).map(|symbol| symbol.place())).collect()
}

/// The pairs that are shown against the truth; those of which it says nothing do not count.
fn reliability(linked: &Linked, truth: &[Option<u32>]) -> Reliability {
    let of = |record: PersonId| truth[record as usize];
    Reliability::of(linked.pairs.iter().filter_map(|pair| {
        let (left, right) = (of(pair.left)?, of(pair.right)?);
        Some((pair.probability(), left == right))
    }))
}

/// The threshold that is expected to give the best F1; of equals, the highest.
fn likely_best(prepared: &linkage::Prepared, model: &LinkModel, review_at: f64) -> f64 {
    let likely = linkage::likely(prepared, model, &THRESHOLDS, review_at);
    let f1 = |at: &AtThreshold| at.f1().unwrap_or(1.0);
    likely.iter().max_by(|one, other| f1(one).total_cmp(&f1(other))).map_or(review_at, |best| best.match_at)
}

/// Each threshold against the truth; nothing where no row says whose it is.
fn agreement(prepared: &linkage::Prepared, model: &LinkModel, chosen: f64, truth: &[Option<u32>]) -> Vec<Agreement> {
    let mut agreement = Vec::new();
    if truth.iter().any(Option::is_some) {
        let mut thresholds: Vec<f64> = THRESHOLDS.into_iter().chain([chosen]).collect();
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        linkage::sweep(prepared, model, &thresholds, &mut |joined| agreement.push(joined.agreement(truth)));
    }
    agreement
}

/// The model that the configuration names, if it names one. What it compares beside the built-in comparisons is compared.
fn fixed_model(config: &mut Config) -> Result<Option<LinkModel>, Error> {
    let Some(path) = config.link.model.as_ref().map(|name| config.folder.join(name)) else { return Ok(None) };
    let fault = |what: String| Error::Model { path: path.clone(), what };
    let text = config::read_file(&path).map_err(|error| fault(format!("it cannot be read ({error})")))?;
    let model: LinkModel = serde_json::from_slice(&text)
        .map_err(|error| fault(format!("it is not a model document (line {})", error.line())))?;
    if config.link.comparisons.is_empty() {
        (config.link.comparisons, config.link.chooses_columns) = (model.added(), false);
    }
    if model.fits(&config.link.comparisons) {
        Ok(Some(model))
    } else {
        Err(fault("its comparisons or levels are not those of this version and of [[link.comparison]]".into()))
    }
}
