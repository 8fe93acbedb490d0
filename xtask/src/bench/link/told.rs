//! What the runs came to, as lines for a person.

use super::super::process::Watched;
use super::super::told::{line, spread};
use super::held::Agreement;
use serde_json::Value;
use std::fmt::Write;

/// Bars at a million rows: times as fast as Splink's whole run, and as its pairs a second; memory.
const SPEED_BAR: f64 = 10.0;
const TIGHT_PEAK_BAR: &str = "1.5 GiB";
const WIDE_BAR: &str = "under 25 s and 2 GiB";
const START_UP_BAR: f64 = 0.050;

/// The lines of our log between which pairs are found and compared, and between which they are scored.
const MARKS: [[&str; 2]; 2] = [["units made", "pairs to compare"], ["stage=\"train\"", "pairs worth showing"]];

/// A run of ours.
pub(super) struct Ours {
    pub watched: Watched,
    pub pairs: u64,
    pub match_at: f64,
    pub agreement: Agreement,
}

/// A run of theirs, with the document that it prints.
pub(super) struct Theirs {
    pub watched: Watched,
    pub document: Value,
    pub agreement: Agreement,
}

impl Theirs {
    /// Its stages, in order, with their seconds.
    fn stages(&self) -> impl Iterator<Item = (&str, f64)> {
        let stages = self.document["stages"].as_array().into_iter().flatten();
        stages.filter_map(|stage| Some((stage[0].as_str()?, stage[1].as_f64()?)))
    }
}

/// All that is told.
pub(super) struct Told<'a> {
    pub rows: usize,
    /// The seed, where the table is generated.
    pub made: Option<u64>,
    pub wide: bool,
    pub version: String,
    /// Seconds of saying the version, and of linking ten rows.
    pub start_up: [Vec<f64>; 2],
    pub ours: &'a [Ours],
    /// Or why there are none.
    pub theirs: Result<&'a [Theirs], String>,
}

/// What one program came to.
struct Sum {
    seconds: f64,
    peak: Option<u64>,
    pairs: u64,
    /// Pairs found and scored a second of the stages that find and score them.
    scored: f64,
}

impl Told<'_> {
    /// Times are median, least and most of the runs; memory is the most of all runs.
    pub(super) fn text(&self) -> String {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let table = self.made.map_or("a table of yours".to_owned(), |seed| format!("generated, seed {seed}"));
        let blocking = if self.wide { "wide" } else { "default and tight" };
        let mut text = format!(
            "{} rows of people ({table}), {blocking} blocking; {} runs; {cores} cores; whole processes, from CSV to clusters\n",
            self.rows,
            self.ours.len()
        );
        let ours = self.tell_ours(&mut text);
        match &self.theirs {
            Ok(theirs) => {
                let theirs = tell_theirs(theirs, &mut text);
                self.compare(&ours, &theirs, &mut text);
            }
            Err(why) => {
                let _ = writeln!(
                    text,
                    "\n!! SPLINK WAS NOT MEASURED: {why}\n!! Ours stands alone here, and nothing is compared."
                );
            }
        }
        let starts = self.start_up.clone().map(|seconds| spread(seconds).1 * 1000.0);
        let _ = writeln!(
            text,
            "\nstart-up: {:.1} ms to say the version, {:.1} ms to link ten rows   (the bar: under {:.0} ms)",
            starts[0],
            starts[1],
            START_UP_BAR * 1000.0
        );
        text
    }

    fn tell_ours(&self, text: &mut String) -> Sum {
        let first = &self.ours[0];
        let blocks = if self.wide { "five blocks of whole fields" } else { "built-in blocks" };
        let _ = writeln!(text, "\n{}: default model, {blocks}, joined from p {} on", self.version, first.match_at);
        *text += &heading();
        for (place, stage) in first.watched.stages.iter().enumerate() {
            let stages = || self.ours.iter().filter_map(|run| run.watched.stages.get(place));
            *text += &line(
                &stage.name,
                stages().map(|stage| stage.seconds).collect(),
                stages().filter_map(|stage| stage.peak).max(),
            );
        }
        // As with Splink's predict: neither making records comparable counts, nor clustering.
        let finding = |run: &Ours| -> f64 {
            let [found, scored] = MARKS.map(|[from, to]| run.watched.between(from, to).unwrap_or(f64::NAN));
            found + scored
        };
        let sum = Sum::of(self.ours.iter().map(|run| &run.watched), first.pairs, self.ours.iter().map(finding), text);
        sum.tell("finding, comparing and scoring", first.agreement, text);
        sum
    }

    fn compare(&self, ours: &Sum, theirs: &Sum, text: &mut String) {
        let ratio = theirs.seconds / ours.seconds;
        let _ = writeln!(
            text,
            "\nours is {ratio:.1} times as fast, whole runs, medians   (the bar: at least {SPEED_BAR} at 1000000 rows)"
        );
        let scored = ours.scored / theirs.scored;
        let _ = writeln!(
            text,
            "ours finds and scores {scored:.1} times as many pairs a second   (the bar: at least {SPEED_BAR})"
        );
        if let (Some(one), Some(two)) = (ours.peak, theirs.peak) {
            let bar = if self.wide { WIDE_BAR } else { TIGHT_PEAK_BAR };
            let part = one as f64 / two as f64;
            let _ =
                writeln!(text, "ours takes {part:.2} of the memory at peak   (the bar of ours at 1000000 rows: {bar})");
        }
    }
}

fn tell_theirs(theirs: &[Theirs], text: &mut String) -> Sum {
    let document = &theirs[0].document;
    let said = |name: &str| document[name].as_str().unwrap_or("not told").to_owned();
    let _ = writeln!(text, "\n{}: {}", said("versions"), said("settings"));
    for block in document["blocks"].as_array().into_iter().flatten() {
        let _ = writeln!(text, "  block: {}", block.as_str().unwrap_or("not told"));
    }
    *text += &heading();
    for (place, name) in theirs[0].stages().map(|stage| stage.0).enumerate() {
        let seconds = theirs.iter().filter_map(|run| run.stages().nth(place)).map(|stage| stage.1);
        *text += &line(name, seconds.collect(), None);
    }
    let pairs = document["pairs"].as_u64().unwrap_or(0);
    let predicting = |run: &Theirs| run.stages().filter(|stage| stage.0 == "predict").map(|stage| stage.1).sum();
    let finding = theirs.iter().map(predicting);
    let sum = Sum::of(theirs.iter().map(|run| &run.watched), pairs, finding, text);
    sum.tell("predict", theirs[0].agreement, text);
    sum
}

fn heading() -> String {
    format!("{:<24} {:>10} {:>10} {:>10} {:>16}\n", "", "median s", "min s", "max s", "peak memory MB")
}

impl Sum {
    fn of<'a>(
        runs: impl Iterator<Item = &'a Watched> + Clone,
        pairs: u64,
        finding: impl Iterator<Item = f64>,
        text: &mut String,
    ) -> Self {
        let seconds: Vec<f64> = runs.clone().map(|run| run.seconds).collect();
        let peak = runs.filter_map(|run| run.peak).max();
        *text += &line("whole process", seconds.clone(), peak);
        let scored = pairs as f64 / spread(finding.collect()).1;
        Sum { seconds: spread(seconds).1, peak, pairs, scored }
    }

    fn tell(&self, stages: &str, agreement: Agreement, text: &mut String) {
        let [precision, recall, f1] = agreement.shares();
        let _ = writeln!(
            text,
            "{} pairs compared: {:.0} a second of the whole run, {:.0} a second of {stages}\n\
             pairs in clusters: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}",
            self.pairs,
            self.pairs as f64 / self.seconds,
            self.scored,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::process::{Ended, Stage};
    use super::*;
    use serde_json::json;

    /// A run whose log has these lines after so many seconds.
    fn watched(seconds: f64, peak: u64, lines: &[(&str, f64)]) -> Watched {
        let stages = ["block", "train", "link"].map(|name| Stage {
            name: name.to_owned(),
            seconds: 1.0,
            peak: None,
            peak_until: None,
        });
        let errors = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
        let came = lines.iter().map(|(_, came)| *came).collect();
        Watched {
            ended: Ended::Well,
            seconds,
            peak: Some(peak),
            stages: stages.into(),
            errors,
            came,
            ..Watched::default()
        }
    }

    fn told(theirs: Result<&[Theirs], String>) -> String {
        let lines = [
            (" INFO units made", 0.2),
            (" INFO pairs to compare", 0.7),
            (" INFO stage done stage=\"train\" milliseconds=5", 1.2),
            (" INFO pairs worth showing", 1.7),
        ];
        let agreement = Agreement::default();
        let ours = [Ours { watched: watched(2.0, 500, &lines), pairs: 3_000, match_at: 0.99, agreement }];
        let (version, start_up) = ("handover 1".to_owned(), [vec![0.004], vec![0.010]]);
        Told { rows: 100, made: Some(42), wide: false, version, start_up, ours: &ours, theirs }.text()
    }

    #[test]
    fn ours_is_held_against_theirs() {
        let document = json!({ "versions": "Splink 5", "pairs": 800, "stages": [["em", 9.0], ["predict", 4.0]] });
        let theirs = [Theirs { watched: watched(30.0, 1_000, &[]), document, agreement: Agreement::default() }];
        let text = told(Ok(&theirs));
        for expected in ["15.0 times as fast", "scores 15.0 times as many", "0.50 of the memory", "predict", "4.0 ms"] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn that_splink_was_not_measured_is_said_loudly() {
        let text = told(Err("no network".into()));
        assert!(text.contains("!! SPLINK WAS NOT MEASURED: no network"), "{text}");
        assert!(!text.contains("times as fast") && text.contains("3000 pairs compared"), "{text}");
    }
}
