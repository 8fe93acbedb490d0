//! Labelled sets of people: `handover link` is run on each as a person would run it, and its clusters are held against the
//! labels here. A set is a folder with tables, `mapping.toml`, and `set.toml`, which says where the labels are; a `link.toml`
//! beside them is given as `--config`.

use super::kinds::{self, Kind};
use super::patients::pairs;
use crate::Failure;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

#[derive(clap::Args)]
pub struct Arguments {
    /// A labelled set, or a folder of such.
    dir: PathBuf,
    /// The program; built for release where absent.
    #[arg(long)]
    program: Option<PathBuf>,
    /// One JSON document instead of lines.
    #[arg(long)]
    json: bool,
    /// Exit 1 where an aim that a set states is missed.
    #[arg(long)]
    aims: bool,
}

/// What `set.toml` says.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The tables, each with its header in the first row; all `.csv` files of the folder where absent.
    #[serde(default)]
    files: Vec<String>,
    /// The column that says who each row truly is.
    truth: String,
    /// What stands before and after the label in that column, where it holds more.
    truth_between: Option<(String, String)>,
    /// The column that says of which kind of case each row is; what came of each is told.
    pub kind: Option<String>,
    /// The day on which the tables are looked at; today where absent.
    as_at: Option<String>,
    /// What the best F1 is to reach.
    aim_f1: Option<f64>,
    /// What the recall at a precision of 0.99 is to reach.
    aim_recall: Option<f64>,
    /// Of the people of each kind with more rows than one, the share that is to be joined.
    pub aim_repeated_joined: Option<f64>,
    /// Of all patients, the share that at most may hold two people.
    pub aim_patients_of_two: Option<f64>,
}

/// Thresholds of which the best is looked for.
const THRESHOLDS: [&str; 14] =
    ["0.05", "0.1", "0.2", "0.3", "0.5", "0.7", "0.8", "0.9", "0.95", "0.98", "0.99", "0.995", "0.999", "0.9999"];

/// The place of a row: file and row.
pub type Place = (String, u64);
/// Who each row truly is.
pub type Truth = HashMap<Place, String>;

/// Pairs of rows in one patient, against pairs of rows of one person.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Agreement {
    right: u64,
    joined: u64,
    actual: u64,
}

/// What came of one set.
struct Outcome {
    name: String,
    rows: usize,
    usual: Agreement,
    auto: (f64, Agreement),
    best: (f64, Agreement),
    recall_at_99: f64,
    for_review: u64,
    /// Pairs of rows of one person that are neither joined, nor in two patients about whom a person is asked.
    lost: u64,
    kinds: BTreeMap<String, Kind>,
    seconds: f64,
    missed: Vec<String>,
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let program = match &arguments.program {
        Some(program) => std::path::absolute(program)?,
        None => built()?,
    };
    let mut outcomes = Vec::new();
    for folder in sets(&arguments.dir)? {
        outcomes.push(evaluate(&program, &folder).map_err(|error| format!("{}: {error}", folder.display()))?);
    }
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let sets: Vec<serde_json::Value> = outcomes.iter().map(Outcome::json).collect();
        writeln!(out, "{:#}", serde_json::json!({ "sets": sets }))?;
    } else {
        write!(out, "{}", printed(&outcomes))?;
    }
    let missed: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.missed).collect();
    for line in &missed {
        writeln!(std::io::stderr(), "aim missed: {line}")?;
    }
    Ok(if arguments.aims && !missed.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn built() -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(["build", "--release", "--package", "handover"]).status()?;
    if !status.success() {
        return Err("the program could not be built".into());
    }
    let task = std::env::current_exe()?;
    let target = task.parent().and_then(Path::parent).ok_or("this program lies outside a target folder")?;
    Ok(target.join("release").join(format!("handover{}", std::env::consts::EXE_SUFFIX)))
}

/// The folder itself where it is a set, else those in it that are, in order.
fn sets(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    if dir.join("set.toml").is_file() {
        return Ok(vec![dir.to_owned()]);
    }
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))? {
        folders.push(entry?.path());
    }
    folders.retain(|folder| folder.join("set.toml").is_file());
    folders.sort();
    if folders.is_empty() { Err(format!("{}: no folder with a set.toml", dir.display()).into()) } else { Ok(folders) }
}

fn evaluate(program: &Path, folder: &Path) -> Result<Outcome, Failure> {
    let set: Set = toml::from_str(&std::fs::read_to_string(folder.join("set.toml"))?)?;
    let files = if set.files.is_empty() { tables(folder)? } else { set.files.clone() };
    let truth = labels(folder, &files, &set.truth, set.truth_between.as_ref())?;
    let scratch = Scratch::new(folder)?;
    let as_at = set.as_at.as_ref().map_or(Vec::new(), |day| vec!["--as-at", day.as_str()]);
    let link = |name: &str, more: &[&str]| {
        linked(program, folder, &files, &scratch.path(name), &[more, as_at.as_slice()].concat())
    };
    let (model, shown) = (scratch.path("model.json"), scratch.path("pairs.csv"));
    let [model, shown] = [&model, &shown].map(|path| path.to_string_lossy().into_owned());
    let started = std::time::Instant::now();
    link("usual", &["--save-model", &model, "--pairs", &shown])?;
    let seconds = started.elapsed().as_secs_f64();
    let (usual, patients) = agreement(&scratch.path("usual"), &truth)?;
    let said = link("auto", &["--model", &model, "--match", "auto"])?;
    let auto = (said["match"].as_f64().ok_or("no threshold is told")?, agreement(&scratch.path("auto"), &truth)?.0);
    let mut sweep = vec![auto];
    for threshold in THRESHOLDS {
        link(threshold, &["--model", &model, "--match", threshold])?;
        sweep.push((threshold.parse()?, agreement(&scratch.path(threshold), &truth)?.0));
    }
    let best = sweep.iter().copied().max_by(|one, two| one.1.f1().total_cmp(&two.1.f1())).unwrap_or(auto);
    let (for_review, asked) = asked(&scratch.path("pairs.csv"), &patients)?;
    let mut outcome = Outcome {
        name: folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        rows: truth.len(),
        usual,
        auto,
        best,
        recall_at_99: recall_at_99(&scratch.path("pairs.csv"), &truth, usual.actual)?,
        for_review,
        lost: lost(&truth, &patients, &asked),
        kinds: kinds::kinds(folder, &files, &set, &truth, &patients, &scratch.path("pairs.csv"))?,
        seconds,
        missed: Vec::new(),
    };
    outcome.hold_against(&set);
    Ok(outcome)
}

fn tables(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        files.extend(entry?.file_name().into_string().ok().filter(|name| name.ends_with(".csv")));
    }
    files.sort();
    if files.is_empty() { Err("there is no table".into()) } else { Ok(files) }
}

/// What a column says of each row; where it holds more, what stands between two texts.
pub fn labels(
    folder: &Path,
    files: &[String],
    column: &str,
    between: Option<&(String, String)>,
) -> Result<Truth, Failure> {
    let mut labels = Truth::new();
    for file in files {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(folder.join(file))?;
        let place = reader.headers()?.iter().position(|name| name == column);
        let cell = place.ok_or_else(|| format!("{file} has no column {column}"))?;
        for (row, line) in (2..).zip(reader.records()) {
            let line = line?;
            let cell = line.get(cell).unwrap_or_default();
            let label = match between {
                None => Some(cell),
                Some((before, after)) => cell.strip_prefix(before.as_str()).and_then(|rest| rest.split(after).next()),
            };
            let label = label.filter(|label| !label.is_empty());
            let label = label.ok_or_else(|| format!("{file}, row {row}: no label"))?;
            labels.insert((file.clone(), row), label.to_owned());
        }
    }
    Ok(labels)
}

/// A folder beside the set, away again at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(folder: &Path) -> Result<Self, Failure> {
        let path = std::path::absolute(folder)?.join(format!(".evaluate-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Scratch(path))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be taken away is seen beside the set.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the program in the set's folder; gives what it says.
fn linked(
    program: &Path,
    folder: &Path,
    files: &[String],
    out: &Path,
    more: &[&str],
) -> Result<serde_json::Value, Failure> {
    let mut command = Command::new(program);
    command.current_dir(folder).arg("link").args(files).args(["--mapping", "mapping.toml", "--json", "--out"]);
    command.arg(out).args(more);
    if folder.join("link.toml").is_file() {
        command.args(["--config", "link.toml"]);
    }
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(format!("handover link failed:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Clusters against labels, and the patient of each row. Every row must be there, once.
fn agreement(clusters: &Path, truth: &Truth) -> Result<(Agreement, HashMap<Place, String>), Failure> {
    let mut patients: HashMap<Place, String> = HashMap::new();
    for line in csv::Reader::from_path(clusters)?.deserialize::<BTreeMap<String, String>>() {
        let line = line?;
        let place = (line["file"].clone(), line["row"].parse()?);
        if !truth.contains_key(&place) || patients.insert(place, line["patient_id"].clone()).is_some() {
            return Err(format!("row {} of {} is not in the set, or given twice", line["row"], line["file"]).into());
        }
    }
    if patients.len() != truth.len() {
        return Err(format!("of {} rows {} came back", truth.len(), patients.len()).into());
    }
    Ok((Agreement::of(&patients, truth), patients))
}

impl Agreement {
    fn of(patients: &HashMap<Place, String>, truth: &Truth) -> Self {
        let mut of_person: HashMap<&str, u64> = HashMap::new();
        let mut of_patient: HashMap<&str, u64> = HashMap::new();
        let mut of_both: HashMap<(&str, &str), u64> = HashMap::new();
        for (place, patient) in patients {
            let person = truth[place].as_str();
            *of_person.entry(person).or_default() += 1;
            *of_patient.entry(patient).or_default() += 1;
            *of_both.entry((person, patient)).or_default() += 1;
        }
        Agreement {
            right: of_both.into_values().map(pairs).sum(),
            joined: of_patient.into_values().map(pairs).sum(),
            actual: of_person.into_values().map(pairs).sum(),
        }
    }

    fn precision(&self) -> f64 {
        share(self.right, self.joined)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.actual)
    }

    fn f1(&self) -> f64 {
        share(2 * self.right, self.joined + self.actual)
    }
}

/// Of nothing, all is right.
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

pub fn place(line: &BTreeMap<String, String>, side: &str) -> Result<Place, Failure> {
    Ok((line[&format!("{side}_file")].clone(), line[&format!("{side}_row")].parse()?))
}

/// Two patients about whom a person is asked, in order.
type Asked<'a> = HashSet<(&'a str, &'a str)>;

/// How many pairs a person is asked about, and the patients that they are of.
fn asked<'a>(shown: &Path, patients: &'a HashMap<Place, String>) -> Result<(u64, Asked<'a>), Failure> {
    let (mut asked, mut of) = (0, HashSet::new());
    for line in csv::Reader::from_path(shown)?.deserialize::<BTreeMap<String, String>>() {
        let line = line?;
        if line["standing"] == "review" {
            asked += 1;
            let [one, two] = [place(&line, "left")?, place(&line, "right")?].map(|place| patients[&place].as_str());
            of.insert((one.min(two), one.max(two)));
        }
    }
    Ok((asked, of))
}

/// Pairs of rows of one person in two patients about whom nobody is asked: whoever is asked about two patients by one pair
/// decides for all their rows.
fn lost(truth: &Truth, patients: &HashMap<Place, String>, asked: &Asked<'_>) -> u64 {
    let mut of_person: HashMap<&str, BTreeMap<&str, u64>> = HashMap::new();
    for (place, person) in truth {
        *of_person.entry(person).or_default().entry(&patients[place]).or_default() += 1;
    }
    let of_one = |held: &BTreeMap<&str, u64>| -> u64 {
        let with_later = |(place, one): (usize, (&&str, &u64))| -> u64 {
            let apart = held.iter().skip(place + 1).filter(|other| !asked.contains(&(*one.0, *other.0)));
            apart.map(|other| one.1 * other.1).sum()
        };
        held.iter().enumerate().map(with_later).sum()
    };
    of_person.values().map(of_one).sum()
}

/// The recall of the heaviest pairs, as many as can be taken with 99 in 100 of them right; those that a rule keeps from
/// being joined do not count. Pairs of one weight are taken together.
fn recall_at_99(shown: &Path, truth: &Truth, actual: u64) -> Result<f64, Failure> {
    let mut pairs: Vec<(f64, bool)> = Vec::new();
    for line in csv::Reader::from_path(shown)?.deserialize::<BTreeMap<String, String>>() {
        let line = line?;
        if line["reason"].is_empty() {
            let is_right = truth[&place(&line, "left")?] == truth[&place(&line, "right")?];
            pairs.push((line["match_weight"].parse()?, is_right));
        }
    }
    pairs.sort_by(|one, two| two.0.total_cmp(&one.0));
    let (mut right, mut taken, mut best) = (0u64, 0u64, 0u64);
    for same in pairs.chunk_by(|one, two| one.0 == two.0) {
        taken += same.len() as u64;
        right += same.iter().filter(|pair| pair.1).count() as u64;
        best = if share(right, taken) >= 0.99 { right } else { best };
    }
    Ok(share(best, actual))
}

impl Outcome {
    fn hold_against(&mut self, set: &Set) {
        let figures =
            [("best F1", self.best.1.f1(), set.aim_f1), ("recall at 0.99", self.recall_at_99, set.aim_recall)];
        for (figure, value, aim) in figures {
            if let Some(aim) = aim.filter(|aim| value < *aim) {
                self.missed.push(format!("{}: {figure} {value:.4}, aim {aim}", self.name));
            }
        }
        self.missed
            .extend(kinds::missed(&self.kinds, set).into_iter().map(|missed| format!("{}: {missed}", self.name)));
    }

    fn json(&self) -> serde_json::Value {
        let figures = |agreement: &Agreement| {
            serde_json::json!({
                "right": agreement.right, "joined": agreement.joined, "actual": agreement.actual,
                "precision": agreement.precision(), "recall": agreement.recall(), "f1": agreement.f1(),
            })
        };
        serde_json::json!({
            "set": self.name, "rows": self.rows, "default": figures(&self.usual),
            "auto": { "match": self.auto.0, "figures": figures(&self.auto.1) },
            "best": { "match": self.best.0, "figures": figures(&self.best.1) },
            "recall_at_precision_99": self.recall_at_99, "for_review": self.for_review, "lost": self.lost,
            "kinds": self.kinds.iter().map(|(name, kind)| (name.clone(), kind.json())).collect::<serde_json::Map<_, _>>(),
            "seconds": self.seconds, "aims_missed": self.missed,
        })
    }
}

fn printed(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "{:<14} {:>8} | {:>9} {:>7} {:>7} | {:>7} {:>7} | {:>7} {:>7} | {:>7} {:>7} {:>6} {:>7}\n",
        "set", "rows", "precision", "recall", "F1", "auto", "F1", "best", "F1", "R@.99", "review", "lost", "seconds"
    );
    for one in outcomes {
        text.push_str(&format!(
            "{:<14} {:>8} | {:>9.4} {:>7.4} {:>7.4} | {:>7} {:>7.4} | {:>7} {:>7.4} | {:>7.4} {:>7} {:>6} {:>7.1}\n",
            one.name,
            one.rows,
            one.usual.precision(),
            one.usual.recall(),
            one.usual.f1(),
            one.auto.0,
            one.auto.1.f1(),
            one.best.0,
            one.best.1.f1(),
            one.recall_at_99,
            one.for_review,
            one.lost,
            one.seconds,
        ));
        if !one.kinds.is_empty() {
            text.push_str(&kinds::printed(&one.kinds));
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What stands in each row of a table.
    pub(crate) fn rows(of: &[&str]) -> HashMap<Place, String> {
        (2..).zip(of).map(|(row, of)| (("people.csv".to_owned(), row), (*of).to_owned())).collect()
    }

    #[test]
    fn clusters_are_held_against_labels() {
        let truth = rows(&["a", "a", "b", "b", "b"]);
        let agreement = Agreement::of(&rows(&["1", "1", "1", "2", "2"]), &truth);
        assert_eq!(agreement, Agreement { right: 2, joined: 4, actual: 4 });
        assert_eq!((agreement.precision(), agreement.recall(), agreement.f1()), (0.5, 0.5, 0.5));
        assert_eq!(Agreement::of(&rows(&["1"]), &rows(&["a"])).f1(), 1.0);
    }

    #[test]
    fn a_pair_is_lost_where_nobody_is_asked_about_its_patients() {
        let (truth, patients) = (rows(&["a", "a", "a", "a", "b"]), rows(&["1", "1", "2", "3", "3"]));
        assert_eq!(lost(&truth, &patients, &HashSet::new()), 5, "two with the third, and those three with the fourth");
        assert_eq!(lost(&truth, &patients, &HashSet::from([("1", "2")])), 3);
        assert_eq!(lost(&truth, &patients, &HashSet::from([("1", "2"), ("1", "3"), ("2", "3")])), 0);
    }

    #[test]
    fn a_label_is_cut_out_of_its_cell() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("people.csv"), "id, name\nrec-12-org, x\nrec-12-dup-0, y\n")
            .expect("written");
        let set = "truth = \"id\"\ntruth_between = [\"rec-\", \"-\"]\n";
        let set: Set = toml::from_str(set).expect("a set");
        let files = ["people.csv".to_owned()];
        let labels = labels(folder.path(), &files, &set.truth, set.truth_between.as_ref()).expect("labels");
        assert_eq!(labels, rows(&["12", "12"]));
    }

    #[test]
    fn pairs_are_taken_from_the_heaviest_while_they_are_right() {
        let folder = tempfile::tempdir().expect("a folder");
        let shown = folder.path().join("pairs.csv");
        let columns = "left_file,left_row,right_file,right_row,match_weight,standing,reason\n";
        let line = |left: u64, right: u64, weight: &str, reason: &str| {
            format!("people.csv,{left},people.csv,{right},{weight},edge,{reason}\n")
        };
        let lines =
            [line(2, 3, "20", ""), line(2, 4, "15", "given-names-differ"), line(4, 5, "9", ""), line(3, 5, "9", "")];
        std::fs::write(&shown, columns.to_owned() + &lines.concat()).expect("written");
        let truth = rows(&["a", "a", "b", "b"]);
        assert_eq!(recall_at_99(&shown, &truth, 2).expect("a share"), 0.5);
    }
}
