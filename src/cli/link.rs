//! `handover link`.

mod answers;
mod calibration;
mod plot;
mod tables;

use super::Voice;
use super::exit::{Failure, Outcome};
use super::private::write_new;
use super::run::{exceptions, texts};
use super::terminal::{Watcher, print, say, thousands};
use crate::config::{self, Config, LISTS_AT_MOST, PeopleTables};
use crate::ledger::Disposition;
use crate::linkage::{Agreement, PairStanding};
use crate::measures::by_reason;
use crate::pipeline::{self, LinkedPeople, MatchAt};
use crate::records::Records;
use crate::values::Shown as _;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tables::Numbered;

/// What is linked, and where the answer goes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The tables of people; all are of one system, described by one mapping
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Which column each field comes from; of its tables only [file] and [person] are used
    #[arg(long)]
    mapping: PathBuf,
    /// Which row is of which patient; must not be there
    #[arg(long, value_name = "FILE", default_value = "clusters.csv")]
    out: PathBuf,
    /// Also write the pairs that were joined, or nearly, with the weight of each comparison; must not be there
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// The probability from which on rows are joined, or auto: the one that likely gives the best F1
    #[arg(long = "match", value_name = "P|auto", value_parser = match_at)]
    match_at: Option<MatchAt>,
    /// A file with a [link] table
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A model that was saved, instead of one trained on these tables
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Write the model; must not be there
    #[arg(long, value_name = "FILE")]
    save_model: Option<PathBuf>,
    /// Write what each threshold is likely to join, truth unseen; must not be there
    #[arg(long, value_name = "FILE")]
    thresholds: Option<PathBuf>,
    /// Draw whether probabilities mean what they say, as SVG; must not be there
    #[arg(long, value_name = "FILE", requires = "truth")]
    reliability: Option<PathBuf>,
    /// Pairs as --pairs writes them, with a column `answer` (same or different): what is likely goes by them too. Nothing is linked by it
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// The column that says who each row truly is: tells precision, recall and F1 by threshold. Nothing is linked by it
    #[arg(long, value_name = "COLUMN")]
    truth: Option<String>,
    /// Each table names everybody once: of one table at most one person comes to a patient, the one who fits best
    #[arg(long)]
    one_to_one: bool,
    /// The day on which the tables are looked at, such as 2017-09-30: nobody is born later; today where it is absent
    #[arg(long, value_name = "DATE")]
    as_at: Option<Date>,
    /// How many threads; the answer is the same on any number
    #[arg(long)]
    pub threads: Option<usize>,
}

fn match_at(text: &str) -> Result<MatchAt, String> {
    match text.parse::<f64>() {
        _ if text == "auto" => Ok(MatchAt::Estimated),
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(MatchAt::Given(share)),
        _ => Err("give a probability above 0 and up to 1, such as 0.99, or auto".to_owned()),
    }
}

/// Links, writes the tables, and tells what came of it.
pub(super) fn link(arguments: &Arguments, voice: Voice) -> Result<Outcome, Failure> {
    refuse_outputs(&arguments.outputs())?;
    arguments.files.iter().try_for_each(|file| refuse_missing(file))?;
    let today = || jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut config = config::of_people(&PeopleTables {
        files: &arguments.files,
        mapping: &arguments.mapping,
        settings: arguments.config.as_deref(),
        as_at: arguments.as_at.unwrap_or_else(today),
        beside: arguments.truth.as_deref(),
    })?;
    if let Some(model) = &arguments.model {
        config.link.model = Some(model.to_string_lossy().into_owned());
    }
    if arguments.one_to_one {
        config.link.one_to_one = each_once(&config)?;
    }
    let answers = arguments.answers.as_deref().map_or(Ok(Vec::new()), answers::read)?;
    let mut watcher = Watcher::new(voice);
    let match_at = arguments.match_at.unwrap_or(MatchAt::Configured);
    let done = pipeline::link_people(&mut config, match_at, &answers, &mut watcher)?;
    if let (Some(column), true) = (&arguments.truth, done.agreement.is_empty()) {
        let message = format!("no row has anything in the column {column} that --truth names");
        return Err(Failure::new(Outcome::Usage, message, "give the name of a column as the header has it"));
    }
    let numbered = Numbered::of(&done.linked);
    arguments.write(&config, &done, &numbered)?;
    let told =
        Told { arguments, config: &config, done: &done, patients: numbered.patients, unplaced: numbered.unplaced };
    let seconds = watcher.seconds();
    drop(watcher);
    if voice.json {
        print(&told.json().to_string());
    } else if !voice.quiet {
        told.rows_left_out().iter().for_each(|line| say(line));
        print(&told.screen(seconds).join("\n"));
    }
    Ok(Outcome::Done)
}

/// Every table, as one that names everybody once.
fn each_once(config: &Config) -> Result<Vec<String>, Failure> {
    let lists: Vec<String> = config.sources.iter().map(|source| source.id.clone()).collect();
    if (2..=LISTS_AT_MOST).contains(&lists.len()) {
        return Ok(lists);
    }
    let message = format!("--one-to-one is of 2 to {LISTS_AT_MOST} tables, and there are {}", lists.len());
    Err(Failure::new(Outcome::Usage, message, "name a table for each list of people, or leave --one-to-one out"))
}

impl Arguments {
    /// What is to be written.
    fn outputs(&self) -> Vec<&Path> {
        let Arguments { out, pairs, save_model, thresholds, reliability, .. } = self;
        let more = [pairs, save_model, thresholds, reliability].into_iter().flatten();
        std::iter::once(out).chain(more).map(PathBuf::as_path).collect()
    }

    fn write(&self, config: &Config, done: &LinkedPeople, numbered: &Numbered) -> Result<(), Failure> {
        tables::write_clusters(&self.out, config, &done.linked, numbered)?;
        if let Some(path) = &self.pairs {
            tables::write_pairs(path, config, &done.linked)?;
        }
        if let Some(path) = &self.save_model {
            tables::write_model(path, &done.model)?;
        }
        if let Some(path) = &self.thresholds {
            calibration::write_thresholds(path, &done.linked.thresholds, &done.agreement)?;
        }
        if let (Some(path), Some(reliability)) = (&self.reliability, &done.reliability) {
            let drawn = plot::draw(reliability);
            write_new(path, drawn.as_bytes()).map_err(|error| Failure::io(path, &error))?;
        }
        Ok(())
    }
}

fn refuse_outputs(outputs: &[&Path]) -> Result<(), Failure> {
    for (place, path) in outputs.iter().enumerate() {
        Failure::unless_outside_packages(path)?;
        let message = match () {
            () if path.exists() => format!("{} is there already", path.shown()),
            () if outputs[..place].contains(path) => format!("{} is to be written twice", path.shown()),
            () => continue,
        };
        return Err(Failure::new(Outcome::Usage, message, "give another name, or move it away"));
    }
    Ok(())
}

/// A file of an archive is looked for when the archive is read.
fn refuse_missing(file: &Path) -> Result<(), Failure> {
    if file.is_file() || file.to_string_lossy().contains('!') {
        return Ok(());
    }
    let what = if file.is_dir() { "this is a folder" } else { "there is no such file" };
    let message = format!("{}: {what}", file.shown());
    Err(Failure::new(Outcome::Input, message, "name the tables of people that are to be linked"))
}

/// What a person is told.
struct Told<'a> {
    arguments: &'a Arguments,
    config: &'a Config,
    done: &'a LinkedPeople,
    patients: u32,
    unplaced: u64,
}

impl Told<'_> {
    fn records(&self) -> &Records {
        &self.done.linked.records
    }

    fn rows(&self) -> u64 {
        self.records().people.len() as u64
    }

    fn standing(&self, of: PairStanding) -> u64 {
        self.done.linked.pairs.iter().filter(|pair| pair.standing == of).count() as u64
    }

    /// Rows that speak of nobody, by what they are.
    fn other_rows(&self) -> BTreeMap<&'static str, u64> {
        count(self.records().other_rows.iter().map(|(_, disposition)| disposition.word()))
    }

    /// Rows that were set aside, by reason.
    fn set_aside(&self) -> BTreeMap<&'static str, u64> {
        count(self.records().other_rows.iter().filter_map(|(_, disposition)| match disposition {
            Disposition::SetAside(reason) => Some(reason.slug()),
            _ => None,
        }))
    }

    fn exceptions(&self) -> Vec<(&'static str, u64)> {
        by_reason(&self.records().exceptions)
    }

    fn rows_left_out(&self) -> Vec<String> {
        let told = |(slug, count): (&str, u64)| {
            let rows = if count == 1 { "row was" } else { "rows were" };
            format!("warning: {} {rows} set aside and linked with nobody: {slug}", thousands(count))
        };
        self.set_aside().into_iter().map(told).collect()
    }

    fn json(&self) -> Value {
        json!({
            "format": 1, "ok": true, "clusters": self.arguments.out, "pairs": self.arguments.pairs,
            "model": self.arguments.save_model, "rows": self.rows(), "patients": self.patients,
            "rows_too_thin": self.unplaced, "other_rows": self.other_rows(), "set_aside": self.set_aside(),
            "exceptions": self.exceptions(), "match": self.done.match_at,
            "pairs_compared": self.done.candidate_pairs, "pairs_joined": self.standing(PairStanding::Edge),
            "pairs_for_review": self.standing(PairStanding::Review),
            "thresholds": calibration::thresholds_json(&self.done.linked.thresholds), "answers": self.done.answers,
            "reliability": calibration::reliability_json(self.done.reliability.as_ref()),
            "truth": self.done.agreement.iter().map(agreement_json).collect::<Vec<Value>>(),
            "warnings": texts(&self.config.warnings),
        })
    }

    fn screen(&self, seconds: f64) -> Vec<String> {
        let line = |name: &str, count: u64, more: &str| format!("{name:<20} {:>11}   {more}", thousands(count));
        let thin = format!("{} of them say too little to be compared, each alone", thousands(self.unplaced));
        let joined = format!(
            "{} joined at {} or more, {} in doubt",
            thousands(self.standing(PairStanding::Edge)),
            self.done.match_at,
            thousands(self.standing(PairStanding::Review)),
        );
        let mut lines = vec![
            line("Rows of people", self.rows(), if self.unplaced == 0 { "" } else { &thin }),
            line("Patients", u64::from(self.patients), ""),
            line("Pairs compared", self.done.candidate_pairs, &joined),
        ];
        lines.extend(exceptions(&self.exceptions()));
        lines.extend(calibration::threshold_lines(&self.done.linked.thresholds, self.done.match_at, self.done.answers));
        lines.extend(truth_lines(&self.done.agreement, self.done.match_at));
        lines.extend(calibration::reliability_lines(self.done.reliability.as_ref()));
        lines.push(format!("Clusters  {}", self.arguments.out.shown()));
        lines.extend(self.arguments.pairs.iter().map(|path| format!("Pairs     {}", path.shown())));
        lines.extend(self.arguments.save_model.iter().map(|path| format!("Model     {}", path.shown())));
        lines.extend(self.arguments.thresholds.iter().map(|path| format!("Thresholds {}", path.shown())));
        lines.extend(self.arguments.reliability.iter().map(|path| format!("Plot      {}", path.shown())));
        lines.push(format!("Done in {seconds:.1} s"));
        lines
    }
}

fn count<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, u64> {
    let mut counts = BTreeMap::new();
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    counts
}

fn agreement_json(agreement: &Agreement) -> Value {
    let rounded = |share: Option<f64>| share.map(|share| (share * 1e6).round() / 1e6);
    json!({
        "match": agreement.match_at, "right": agreement.right, "joined": agreement.joined,
        "true": agreement.true_pairs, "precision": rounded(agreement.precision()),
        "recall": rounded(agreement.recall()), "f1": rounded(agreement.f1()),
    })
}

/// A line a threshold, then the best; nothing where there is no truth.
fn truth_lines(agreement: &[Agreement], match_at: f64) -> Vec<String> {
    let Some(best) = agreement.iter().max_by(|one, two| one.f1().unwrap_or(0.0).total_cmp(&two.f1().unwrap_or(0.0)))
    else {
        return Vec::new();
    };
    let shown = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.4}"));
    let mut lines = vec![
        format!("Against the truth    {:>11} pairs of rows are of one person", thousands(best.true_pairs)),
        format!("{:>9} {:>11} {:>9} {:>9} {:>9}", "match", "joined", "precision", "recall", "F1"),
    ];
    lines.extend(agreement.iter().map(|one| {
        let mark = match (one.match_at == match_at, one.match_at == best.match_at) {
            (true, true) => "   this run, the best",
            (true, false) => "   this run",
            (false, true) => "   the best",
            (false, false) => "",
        };
        let shares = [one.precision(), one.recall(), one.f1()].map(shown);
        let [precision, recall, f1] = shares;
        format!("{:>9} {:>11} {precision:>9} {recall:>9} {f1:>9}{mark}", one.match_at, thousands(one.joined))
    }));
    lines.push(String::new());
    lines
}
