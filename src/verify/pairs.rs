//! Pairs against the rows they are of: what is said to hold a patient together does, what is said to be apart is, and
//! the numbers of a pair follow from one another.
//!
//! "Probability = odds ÷ (1 + odds), where the odds are 2 to the power of the weight"; the weight is that of the prior
//! and of every comparison. Rows that a slot has placed came to their patient later, whatever their pairs say.

use super::agreement::{ASK, Tables};
use super::held::{OfRow, millionths};
use super::problems::{Place, ProblemKind as Kind};
use super::scan::Line;
use super::table::again;
use super::verdict::Findings;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const FILE: &str = "data/tables/pairs.csv";
const ROWS: &str = "data/tables/patient_records.csv";
const MODEL: &str = "data/audit/model.json";
const RUN: &str = "data/audit/run.json";
/// What an equal number with agreeing details is worth at least, in hundredths of a bit: a probability of 0.9999.
const NUMBER_WITH_DETAILS: i64 = 1329;
/// Weights are rounded one by one, and the prior by whoever made the model.
const ROUNDING: i64 = 1;

/// Patients between whom a pair is up for review, by their lines, the lesser first.
#[derive(Default)]
pub(super) struct Rivals(HashSet<(usize, usize)>);

impl Rivals {
    pub(super) fn holds(&self, one: Option<usize>, other: Option<usize>) -> bool {
        one.zip(other).is_some_and(|(one, other)| self.0.contains(&(one.min(other), one.max(other))))
    }
}

/// A pair that is said to hold a patient together.
struct Edge {
    left: u32,
    right: u32,
    millionths: u32,
    number: u32,
}

/// What is gathered while pairs are read.
#[derive(Default)]
struct Gathered {
    edges: Vec<Edge>,
    /// Each patient's line, with the probability of one of its edges; in order when all are read.
    joined: Vec<(u32, u32)>,
    rivals: Rivals,
    /// The likeliest pair that was refused, and where it stands.
    refused: Option<(u32, u64)>,
    /// The least likely pair that a person must decide.
    review: Option<u32>,
}

pub(super) fn judge(tables: &Tables, findings: &mut Findings) -> Rivals {
    let prior = prior(tables, findings);
    let mut gathered = Gathered::default();
    let table = tables.schemas.table("pairs");
    let (mut left, mut right) = (tables.rows.finder(table, "left_"), tables.rows.finder(table, "right_"));
    let parts: Vec<usize> =
        (0..table.fields.len()).filter(|column| table.fields[*column].name.starts_with("weight_")).collect();
    again(tables.folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        findings.count(1);
        numbers(&line, prior, &parts, findings);
        standing(tables, &line, left.find(record).zip(right.find(record)), &mut gathered, findings);
    });
    gathered.joined.sort_unstable();
    gathered.joined.dedup();
    if let (Some((refused, number)), Some(review)) = (gathered.refused, gathered.review)
        && refused >= review
    {
        let detail = || format!("refused, and as likely as a pair that is up for review; {ASK}");
        findings.add(Kind::PairStanding, &Place::file(FILE).line(number).column("standing"), detail);
    }
    let decided = decisions(tables, findings);
    let stated = stated_match(tables);
    joins(tables, &gathered, &decided, stated, findings);
    // No pair joins by itself below the threshold of matching, or, where the run does not state it, when no likelier than
    // what was refused.
    let floor = stated.unwrap_or(gathered.refused.map_or(0, |(refused, _)| refused + 1));
    weak_edges(tables, &gathered.edges, floor, findings);
    gathered.rivals
}

/// The weight of the prior in hundredths of a bit.
fn prior(tables: &Tables, findings: &mut Findings) -> Option<i64> {
    let document = tables.folder.document(MODEL).ok()?;
    let model: Option<serde_json::Value> = serde_json::from_slice(&document).ok();
    let prior = model.and_then(|model| model["prior"].as_f64()).filter(|prior| *prior > 0.0 && *prior < 1.0);
    if prior.is_none() {
        let detail = || "not a model's JSON with a prior between nought and one".into();
        findings.add(Kind::DocumentForm, &Place::file(MODEL), detail);
    }
    prior.map(|prior| ((prior / (1.0 - prior)).log2() * 100.0).round() as i64)
}

/// The threshold of matching, where the run states it.
fn stated_match(tables: &Tables) -> Option<u32> {
    let document = tables.folder.document(RUN).ok()?;
    let run: serde_json::Value = serde_json::from_slice(&document).ok()?;
    let threshold = run["link"]["match"].as_f64().filter(|share| (0.0..=1.0).contains(share))?;
    // A pair is as likely as its probability with all its decimals, and that is rounded to a millionth.
    Some((threshold * 1e6 - 1e-6).ceil() as u32)
}

fn hundredths(text: &str) -> Option<i64> {
    text.parse::<f64>().ok().filter(|bits| bits.is_finite()).map(|bits| (bits * 100.0).round() as i64)
}

fn numbers(line: &Line, prior: Option<i64>, parts: &[usize], findings: &mut Findings) {
    let (Some(weight), Some(probability)) =
        (hundredths(line.value("match_weight")), line.value("match_probability").parse::<f64>().ok())
    else {
        return;
    };
    let odds = (weight.clamp(-6_000, 6_000) as f64 / 100.0).exp2();
    if (odds / (1.0 + odds) - probability).abs() > 1e-6 {
        let detail = || format!("not the probability that goes with match_weight; {ASK}");
        findings.add(Kind::PairWeight, &line.place().column("match_probability"), detail);
    }
    let Some(prior) = prior else { return };
    let sum: i64 = prior + parts.iter().filter_map(|part| hundredths(line.record.get(*part)?)).sum::<i64>();
    let made = |column| !line.value(column).is_empty();
    let by_number = weight == NUMBER_WITH_DETAILS
        && sum < NUMBER_WITH_DETAILS
        && made("weight_nhs_number")
        && made("weight_date_of_birth");
    if (sum - weight).abs() > ROUNDING && !by_number {
        let detail = || format!("not the sum of its parts and of the prior in audit/model.json; {ASK}");
        findings.add(Kind::PairWeight, &line.place().column("match_weight"), detail);
    }
}

fn standing(
    tables: &Tables,
    line: &Line,
    rows: Option<(usize, usize)>,
    gathered: &mut Gathered,
    findings: &mut Findings,
) {
    let likely = millionths(line.value("match_probability")).unwrap_or(0);
    let is_edge = match line.value("standing") {
        "edge" => true,
        "review" => {
            // These are asked however unlikely: a number is shared, or what a person answered cannot be obeyed unseen.
            if !["nhs-number-alone", "nhs-number-conflict"].contains(&line.value("reason")) {
                gathered.review = Some(gathered.review.map_or(likely, |least| least.min(likely)));
            }
            false
        }
        // What a person keeps apart may be ever so likely.
        _ if line.value("reason") == "kept-apart" => false,
        _ => {
            gathered.refused = gathered.refused.max(Some((likely, line.number)));
            false
        }
    };
    let Some((left, right)) = rows else { return };
    let of = |row: usize| tables.rows.all[row];
    let (Some(one), Some(other)) = (of(left).patient(), of(right).patient()) else { return };
    let by_slot = [left, right].iter().any(|row| of(*row).is_joined_by(&["slot"]));
    if is_edge != (one == other) && !by_slot {
        let detail = match is_edge {
            true => format!("an edge, and tables/patient_records.csv has its rows in two patients; {ASK}"),
            false => format!("no edge, and tables/patient_records.csv has its rows in one patient; {ASK}"),
        };
        findings.add(Kind::PairStanding, &line.place().column("standing"), || detail);
    }
    if is_edge && one == other {
        let short = |long: usize| u32::try_from(long).unwrap_or(u32::MAX);
        gathered.joined.push((short(one), likely));
        if !by_slot {
            let number = u32::try_from(line.number).unwrap_or(u32::MAX);
            gathered.edges.push(Edge { left: short(left), right: short(right), millionths: likely, number });
        }
    } else if line.value("standing") == "review" {
        gathered.rivals.0.insert((one.min(other), one.max(other)));
    }
}

/// Patients in whom a decision holds two rows together; that decisions did what they are said to have done.
fn decisions(tables: &Tables, findings: &mut Findings) -> BTreeSet<usize> {
    let mut decided = BTreeSet::new();
    let table = tables.schemas.table("review_decisions");
    let (mut left, mut right) = (tables.rows.finder(table, "left_"), tables.rows.finder(table, "right_"));
    again(tables.folder, table, &mut |number, record| {
        let line = Line { table, number, record };
        findings.count(1);
        let patient = |row: Option<usize>| row.and_then(|row| tables.rows.all[row].patient());
        let (left, right) = (patient(left.find(record)), patient(right.find(record)));
        let together = left.is_some() && left == right;
        let (says_one, says_two) = match (line.value("standing"), line.value("kind"), line.value("answer")) {
            ("in-effect", "pair", "same") | ("in-effect", "row-placed", "there") => (true, false),
            ("in-effect", "appointment-match", "same" | "right" | "wrong") => (true, false),
            ("in-effect", "pair", "different") | ("in-effect", "cluster-member", _) => (false, true),
            _ => (false, false),
        };
        if together && says_one {
            decided.extend(left);
        }
        let mut add = |column: &str, what: &str| {
            findings.add(Kind::JoinUnsupported, &line.place().column(column), || format!("{what}; {ASK}"));
        };
        match line.value("effect") {
            "joined" | "placed" if !together => {
                add("effect", "said to have joined two rows that are not of one patient")
            }
            _ if together && says_two => {
                add("answer", "in effect, and the two rows that it keeps apart are of one patient")
            }
            _ => {}
        }
    });
    decided
}

/// Every row that was joined by something shows what joined it.
fn joins(
    tables: &Tables,
    gathered: &Gathered,
    decided: &BTreeSet<usize>,
    stated: Option<u32>,
    findings: &mut Findings,
) {
    let rows = &tables.rows.all;
    // By patient: whether others were joined without the row that stands alone, and how many stand alone.
    let mut alone = vec![0u32; tables.patients.len()];
    for (row, patient) in rows.iter().filter_map(|row| Some((row, row.patient()?))) {
        alone[patient] += u32::from(row.is_joined_by(&["alone"]));
    }
    for (row, patient) in rows.iter().filter_map(|row| Some((row, row.patient()?))) {
        findings.count(1);
        let compared = row.is_joined_by(&["model", "nhs-number"]);
        let by_decision = row.is_joined_by(&["decision"]);
        let what = if compared && gathered.joined.binary_search(&(row.patient, row.millionths)).is_err() {
            "no edge of its patient in tables/pairs.csv has this probability"
        } else if compared && stated.is_some_and(|threshold| row.millionths < threshold) {
            "less likely than the threshold of matching in audit/run.json"
        } else if by_decision && !decided.contains(&patient) {
            "no decision in tables/review_decisions.csv joins rows of its patient"
        } else if compared && alone[patient] > 0 {
            "joined to others of its patient, one of which is said to stand alone"
        } else if row.is_joined_by(&["alone"]) && alone[patient] > 1 {
            "said to stand alone, as another row of its patient is"
        } else {
            continue;
        };
        let column = if by_decision || row.is_joined_by(&["alone"]) { "joined_by" } else { "match_probability" };
        let place = Place::file(ROWS).line(row.number.into()).column(column);
        findings.add(Kind::JoinUnsupported, &place, || format!("{what}; {ASK}"));
    }
}

/// An edge too weak to join anything may stand where stronger ones, or decisions, join its rows without it.
fn weak_edges(tables: &Tables, edges: &[Edge], floor: u32, findings: &mut Findings) {
    if edges.iter().all(|edge| edge.millionths >= floor) {
        return;
    }
    let mut groups = Groups((0..tables.rows.all.len()).collect());
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    let is_decided = |row: &OfRow| row.is_joined_by(&["decision"]);
    for (place, row) in tables.rows.all.iter().enumerate().filter(|(_, row)| is_decided(row)) {
        if let Some(patient) = row.patient() {
            groups.join(*first.entry(patient).or_insert(place), place);
        }
    }
    for edge in edges.iter().filter(|edge| edge.millionths >= floor) {
        groups.join(edge.left as usize, edge.right as usize);
    }
    for edge in edges.iter().filter(|edge| edge.millionths < floor) {
        if groups.root(edge.left as usize) != groups.root(edge.right as usize) {
            let detail =
                || format!("too unlikely to join its rows, and neither likelier pairs nor a decision join them; {ASK}");
            findings.add(
                Kind::EdgeWeak,
                &Place::file(FILE).line(edge.number.into()).column("match_probability"),
                detail,
            );
        }
    }
}

/// Rows that are joined, each leading towards one that stands for all.
struct Groups(Vec<usize>);

impl Groups {
    fn root(&mut self, row: usize) -> usize {
        let mut row = row;
        while self.0[row] != row {
            self.0[row] = self.0[self.0[row]];
            row = self.0[row];
        }
        row
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_join() {
        let mut groups = Groups((0..6).collect());
        for (one, other) in [(4, 5), (1, 4), (2, 3)] {
            groups.join(one, other);
        }
        let roots: Vec<usize> = (0..6).map(|row| groups.root(row)).collect();
        assert_eq!(roots, [0, 1, 2, 2, 1, 1]);
    }

    #[test]
    fn weights_are_whole_hundredths() {
        for (text, expected) in [("8.03", Some(803)), ("-0.35", Some(-35)), ("12", Some(1200)), ("", None)] {
            assert_eq!(hundredths(text), expected);
        }
    }
}
