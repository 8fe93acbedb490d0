//! Journals of decisions, written as review would write them: each row with the commitment it has, each line with the
//! digest of the line before.

use crate::review::{self, ANSWER};
use crate::transition::{Transition, columns};
use handover::config;
use handover::decisions::{
    self, Act, Answer, Entry, Matching, Placing, Presence, Reading, Restart, RowName, Settlement, ShownRow,
};
use handover::package;
use handover::pipeline::{self, Observer, Stage};
use handover::records::{Records, RowNames};
use handover::sources::{self, Origin};
use serde::Deserialize;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One answer, as a test states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    pub kind: String,
    pub answer: String,
    /// Rows by `source:row` or `source[sheet]:row`.
    #[serde(default)]
    pub rows: Vec<String>,
    /// A field, a rule, an exclusion, a kind of difference, when a booking was to start; of an undo, the number of an event.
    #[serde(default)]
    pub about: String,
    /// A third reading; when the patient of a booking that was rebooked comes instead.
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
        decisions::append::<decisions::Error>(&path, |_| Ok(vec![entry])).expect("a good entry");
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
        ("appointment-match", answer) => Act::AppointmentMatch(Matching::of(answer).expect("an answer")),
        ("clock", answer) => Act::Clock(Restart::of(answer).expect("an answer")),
        ("difference-cause", cause) => Act::DifferenceCause { difference: about, cause: cause.to_owned() },
        ("booking", how) => Act::BookingSettled {
            starts: about.parse().expect("when it was to start"),
            how: Settlement::of(how, answered.value.parse().ok()).expect("what became of it"),
        },
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

/// So many clerks work at once.
const CLERKS: usize = 8;

/// Every clerk answers other pairs of one dry run in a workbook of their own, and all are imported at one moment, each by a
/// process of its own: all wait for the journal until it is let go.
#[test]
fn processes_that_append_at_once_lose_nothing() {
    let example = review::example(&["--queue", "pairs"]);
    let (journal, answered) = (example.path().join("decisions.jsonl"), workbooks(&example));
    assert!(answered.iter().all(|answers| *answers > 20), "every clerk has something to lose: {answered:?}");
    File::create_new(&journal).expect("made");
    let held = File::open(&journal).expect("there");
    held.lock_shared().expect("held");
    let clerks: Vec<Child> = (0..CLERKS).map(|clerk| import(&example, clerk)).collect();
    wait_for(&clerks);
    assert_eq!(fs::metadata(&journal).expect("there").len(), 0, "whoever reads keeps writers waiting");
    held.unlock().expect("let go");
    for (clerk, process) in clerks.into_iter().enumerate() {
        let said = process.wait_with_output().expect("it ends");
        let document: serde_json::Value = serde_json::from_slice(&said.stdout).expect("one document");
        assert_eq!((said.status.code(), &document["recorded"]), (Some(0), &answered[clerk].into()), "{document}");
    }
    // Loading holds every line against the digest of the line before.
    let events = decisions::load(&journal).expect("the chain is whole").events;
    assert_eq!(events.len(), answered.iter().sum::<usize>());
    for (clerk, answers) in answered.iter().enumerate() {
        let own: Vec<usize> =
            (1..).zip(&events).filter(|(_, one)| one.entry.who == who(clerk)).map(|(at, _)| at).collect();
        assert_eq!(own.len(), *answers, "{}", who(clerk));
        assert_eq!(own[answers - 1] - own[0] + 1, *answers, "what is imported at once stands together");
    }
    let said = example.handover(&["run", "--quiet", "--out", "packages/0002"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let table = fs::read(example.path().join("packages/0002/data/tables/review_decisions.csv")).expect("a table");
    let standings = columns(&table, &["who", "standing"]);
    assert_eq!(standings.len(), events.len());
    assert!(standings.iter().all(|line| line[1] == "in-effect"), "{standings:?}");
}

/// One workbook imported by several processes at one moment: all have looked into the journal before any of them writes.
#[test]
fn processes_that_import_the_same_answers_at_once_record_each_once() {
    let example = review::example(&["--queue", "pairs"]);
    let journal = example.path().join("decisions.jsonl");
    let answers = workbooks(&example)[0];
    assert!(answers > 20);
    File::create_new(&journal).expect("made");
    let held = File::open(&journal).expect("there");
    held.lock_shared().expect("held");
    let clerks: Vec<Child> = (0..CLERKS).map(|_| import(&example, 0)).collect();
    wait_for(&clerks);
    held.unlock().expect("let go");
    let said = clerks.into_iter().map(|process| {
        let said = process.wait_with_output().expect("it ends");
        let document: serde_json::Value = serde_json::from_slice(&said.stdout).expect("one document");
        assert_eq!(said.status.code(), Some(0), "{document}");
        let count = |name: &str| document[name].as_u64().expect("a count") as usize;
        (count("recorded"), count("decided_already"), count("superseded"))
    });
    let mut said: Vec<(usize, usize, usize)> = said.collect();
    said.sort_unstable();
    let (one, others) = said.split_last().expect("clerks");
    assert_eq!(*one, (answers, 0, 0));
    assert_eq!(others, [(0, answers, 0); CLERKS - 1]);
    assert_eq!(decisions::load(&journal).expect("the chain is whole").events.len(), answers);
}

/// Whoever decides while a torn line stands is told of it: somebody may think that it was recorded.
#[test]
fn a_torn_line_that_is_cut_off_is_told() {
    let example = review::example(&["--queue", "pairs"]);
    workbooks(&example);
    let journal = example.path().join("decisions.jsonl");
    fs::write(&journal, "{\"previous\":\"00").expect("written");
    let said = example.handover(&["review", "import", &workbook(0), "--who", "x", "--json"]);
    assert_eq!((said.code, &said.json()["torn_line_cut"]), (0, &1.into()), "{}", said.all());
    assert!(said.err.contains("line, 1, was torn and has been cut off"), "{}", said.err);
    let said = example.handover(&["review", "import", &workbook(1), "--who", "x", "--json"]);
    assert_eq!((said.err.as_str(), &said.json()["torn_line_cut"]), ("", &serde_json::Value::Null));
    let whole = fs::read(&journal).expect("a journal");
    fs::write(&journal, [&whole[..], b"{"].concat()).expect("written");
    let said = example.handover(&["review", "undo", "--event", "1", "--who", "x"]);
    assert!(said.code == 0 && said.err.contains("was torn and has been cut off"), "{}", said.all());
}

/// A pipe is refused by every command that needs the journal; none waits for somebody to write into it.
#[cfg(unix)]
#[test]
fn a_journal_that_is_no_file_is_refused() {
    let clinic = Transition::clinic();
    let made = Command::new("mkfifo").arg(clinic.path().join("decisions.jsonl")).status().expect("mkfifo");
    assert!(made.success());
    insta::assert_snapshot!(clinic.handover(&["run", "--quiet"]).refusal(), @r#"
    2
    error: the journal of decisions cannot be used
      decisions.jsonl: a journal of decisions is a file, and this is none
      next: name a file as transition.decisions in handover.toml, or leave the key out
    "#);
}

fn who(clerk: usize) -> String {
    format!("Clerk {clerk}")
}

fn workbook(clerk: usize) -> String {
    format!("answered-{clerk}.xlsx")
}

/// A workbook a clerk, each with answers to other pairs; how many.
fn workbooks(example: &Transition) -> Vec<usize> {
    let asked = review::read(&example.path().join("ask.xlsx"));
    let workbook = |clerk: usize| {
        let mut sheets = asked.clone();
        let questions = review::sheet(&mut sheets, "Pairs").iter_mut().skip(1).filter(|line| !line[0].contains('.'));
        let own = questions.skip(clerk).step_by(CLERKS).map(|line| line[ANSWER] = "different".into()).count();
        review::write(&example.path().join(workbook(clerk)), &sheets);
        own
    };
    (0..CLERKS).map(workbook).collect()
}

fn import(example: &Transition, clerk: usize) -> Child {
    let arguments = ["review", "import", &workbook(clerk), "--who", &who(clerk), "--json"];
    let mut program = Command::new(env!("CARGO_BIN_EXE_handover"));
    program.current_dir(example.path()).args(arguments).env_remove("RUST_LOG");
    program.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts")
}

/// Until every process waits for a file, where the system tells; else as long as they are likely to need. Whoever is late
/// makes the test weaker and not wrong.
fn wait_for(clerks: &[Child]) {
    let until = Instant::now() + Duration::from_secs(if Path::new("/proc/locks").exists() { 60 } else { 5 });
    let waits = |clerk: &Child, locks: &str| {
        let pid = clerk.id().to_string();
        locks.lines().any(|line| line.contains("->") && line.split_whitespace().any(|word| word == pid))
    };
    while Instant::now() < until {
        let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
        if clerks.iter().all(|clerk| waits(clerk, &locks)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
