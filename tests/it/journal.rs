//! Journals of decisions, written as review would write them: each row with the commitment it has, each line with the
//! digest of the line before.

use handover::config;
use handover::decisions::{self, Act, Answer, Entry, Placing, Presence, Reading, RowName, ShownRow};
use handover::package;
use handover::pipeline::{self, Observer, Stage};
use handover::records::{Records, RowNames};
use handover::sources::{self, Origin};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// One answer, as a test states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    pub kind: String,
    pub answer: String,
    /// Rows by `source:row` or `source[sheet]:row`.
    #[serde(default)]
    pub rows: Vec<String>,
    /// A field, a rule, an exclusion, a kind of difference; of an undo, the number of an event.
    #[serde(default)]
    pub about: String,
    /// A third reading.
    #[serde(default)]
    pub value: String,
}

impl Answered {
    pub fn new(kind: &str, answer: &str, about: &str, rows: &[&str]) -> Self {
        let text = str::to_owned;
        let rows = rows.iter().map(|row| text(row)).collect();
        Answered { kind: text(kind), answer: text(answer), rows, about: text(about), value: String::new() }
    }
}

/// Appends answers to the journal of a transition in this folder.
pub fn append(folder: &Path, answers: &[Answered]) {
    let config = config::load(&folder.join("handover.toml")).expect("a good configuration");
    let key = config::load_key(&config).expect("a key");
    let records = pipeline::intake(&config, &mut Nobody).expect("sources that can be read");
    let rows = RowNames::new(&config, &records, &key);
    let path = folder.join(&config.transition.decisions);
    for answered in answers {
        let shown = |row: &String| {
            let name = name(&config, &records, row);
            let Presence::There(commitment) = rows.presence(&name) else { panic!("{row} is not there") };
            ShownRow { name, commitment }
        };
        let entry = Entry {
            at: "2017-09-29T10:22:05Z".into(),
            who: "Records officer".into(),
            note: String::new(),
            model: None,
            rows: answered.rows.iter().map(shown).collect(),
            act: act(answered, &path),
        };
        decisions::append(&path, &[entry]).expect("a good entry");
    }
}

/// Makes the journal anew and gives what it holds.
pub fn written(folder: &Path, answers: &[Answered]) -> String {
    let config = config::load(&folder.join("handover.toml")).expect("a good configuration");
    let path = folder.join(&config.transition.decisions);
    if path.exists() {
        fs::remove_file(&path).expect("removed");
    }
    append(folder, answers);
    fs::read_to_string(&path).expect("text")
}

fn name(config: &config::Config, records: &Records, row: &str) -> RowName {
    let (source, row) = row.rsplit_once(':').expect("source:row");
    let (source, sheet) = match source.strip_suffix(']').and_then(|source| source.split_once('[')) {
        Some((source, sheet)) => (source, sheet),
        None => (source, ""),
    };
    let is_of = |origin| matches!(origin, Origin::Source(place) if config.sources[place].id == source);
    let file = records.intake.files.iter().find(|file| is_of(file.origin)).expect("a file of the source");
    let row = row.parse().expect("a number");
    RowName { source: source.to_owned(), file: file.path.clone(), sheet: sheet.to_owned(), row }
}

fn act(answered: &Answered, journal: &Path) -> Act {
    let about = answered.about.clone();
    let said = || match answered.answer.as_str() {
        "same" => Answer::Same,
        "different" => Answer::Different,
        "unsure" => Answer::Unsure,
        other => panic!("no answer: {other}"),
    };
    match (answered.kind.as_str(), answered.answer.as_str()) {
        ("pair", _) => Act::Pair(said()),
        ("cluster-member", "out") => Act::MemberOut,
        ("paper-reading", reading) => {
            let reading = match reading {
                "first" => Reading::First,
                "second" => Reading::Second,
                _ => Reading::Other(answered.value.clone()),
            };
            Act::PaperReading { field: about, reading }
        }
        ("appointment-match", _) => Act::AppointmentMatch(said()),
        ("difference-cause", cause) => Act::DifferenceCause { difference: about, cause: cause.to_owned() },
        ("safety-item", "closed") => Act::SafetyClosed { rule: about },
        ("exclusion", "signed") => Act::ExclusionSigned { exclusion: about },
        ("repair", answer) => Act::Repair { field: about, accepted: answer == "accepted" },
        ("row-placed", "there") => Act::RowPlaced(Placing::There),
        ("row-placed", "nobody") => Act::RowPlaced(Placing::Nobody),
        ("undo", "undone") => {
            let number: usize = about.parse().expect("the number of an event");
            let journal = decisions::load(journal).expect("a good journal");
            Act::Undo { event: journal.events[number - 1].digest.to_string() }
        }
        other => panic!("no decision: {other:?}"),
    }
}

struct Nobody;

impl Observer for Nobody {
    fn warns(&mut self, _: &handover::config::Mistake) {}

    fn begins(&mut self, _: Stage) {}
    fn reads(&mut self, _: sources::Progress<'_>) {}
    fn writes(&mut self, _: package::Progress<'_>) {}
}
