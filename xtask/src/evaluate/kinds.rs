//! A labelled set whose rows are of kinds, such as twins: what came of each kind. Joining two people is worse than joining none.

use super::link::{Place, Set, Truth, place, share};
use crate::Failure;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// What came of one kind of rows.
#[derive(Debug, Default, PartialEq)]
pub struct Kind {
    /// People.
    pub people: u64,
    /// Of those with more rows than one: all in one patient,
    pub joined: u64,
    /// some of them apart, and a person is asked about it,
    pub in_review: u64,
    /// or nobody is.
    pub neither: u64,
    /// Patients that hold rows of this kind.
    pub patients: u64,
    /// Of these, such as hold two people.
    pub of_two: u64,
    /// Pairs of rows of two people about whom a person is asked, one of this kind at least.
    pub two_in_review: u64,
}

/// Each kind of the set, by its name; nothing where its rows are of none.
pub fn kinds(
    folder: &Path,
    files: &[String],
    set: &Set,
    truth: &Truth,
    patients: &HashMap<Place, String>,
    shown: &Path,
) -> Result<BTreeMap<String, Kind>, Failure> {
    let Some(column) = &set.kind else { return Ok(BTreeMap::new()) };
    let kind_of = super::link::labels(folder, files, column, None)?;
    let mut asked: Vec<(Place, Place)> = Vec::new();
    for line in csv::Reader::from_path(shown)?.deserialize::<BTreeMap<String, String>>() {
        let line = line?;
        if line["standing"] == "review" {
            asked.push((place(&line, "left")?, place(&line, "right")?));
        }
    }
    Ok(count(&kind_of, truth, patients, &asked))
}

fn count(
    kind_of: &Truth,
    truth: &Truth,
    patients: &HashMap<Place, String>,
    asked: &[(Place, Place)],
) -> BTreeMap<String, Kind> {
    let mut of_person: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    let mut people_of: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (place, person) in truth {
        of_person.entry(person).or_default().push(place);
        people_of.entry(&patients[place]).or_default().insert(person);
    }
    let (mut asked_of, mut kinds): (BTreeSet<&str>, BTreeMap<String, Kind>) = Default::default();
    for (left, right) in asked {
        if truth[left] == truth[right] {
            asked_of.insert(&truth[left]);
        } else {
            let of: BTreeSet<&String> = [left, right].into_iter().map(|place| &kind_of[place]).collect();
            of.into_iter().for_each(|kind| kinds.entry(kind.clone()).or_default().two_in_review += 1);
        }
    }
    for (person, places) in &of_person {
        let kind = kinds.entry(kind_of[places[0]].clone()).or_default();
        kind.people += 1;
        let apart: BTreeSet<&String> = places.iter().map(|place| &patients[*place]).collect();
        match places.len() {
            1 => {}
            _ if apart.len() == 1 => kind.joined += 1,
            _ if asked_of.contains(person) => kind.in_review += 1,
            _ => kind.neither += 1,
        }
    }
    let of_kind: BTreeSet<(&String, &String)> = truth.keys().map(|place| (&kind_of[place], &patients[place])).collect();
    for (kind, patient) in of_kind {
        let kind = kinds.entry(kind.clone()).or_default();
        kind.patients += 1;
        kind.of_two += u64::from(people_of[patient.as_str()].len() > 1);
    }
    kinds
}

impl Kind {
    fn repeated(&self) -> u64 {
        self.joined + self.in_review + self.neither
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "people": self.people, "repeated": self.repeated(), "joined": self.joined, "in_review": self.in_review,
            "neither": self.neither, "patients": self.patients, "patients_of_two": self.of_two,
            "two_people_in_review": self.two_in_review,
        })
    }
}

/// What misses the aims of the set: people by kind, patients of two in all.
pub fn missed(kinds: &BTreeMap<String, Kind>, set: &Set) -> Vec<String> {
    let mut missed = Vec::new();
    for (name, kind) in kinds {
        if let Some(aim) = set.aim_repeated_joined.filter(|aim| share(kind.joined, kind.repeated()) < *aim) {
            missed.push(format!("{name}: {} of {} joined, aim {aim}", kind.joined, kind.repeated()));
        }
    }
    let sum = |of: fn(&Kind) -> u64| kinds.values().map(of).sum::<u64>();
    // A patient that holds rows of two kinds counts with both.
    let (of_two, patients) = (sum(|kind| kind.of_two), sum(|kind| kind.patients));
    if let Some(aim) = set.aim_patients_of_two.filter(|aim| of_two as f64 > patients as f64 * aim) {
        missed.push(format!("{of_two} of {patients} patients hold two people, aim {aim}"));
    }
    missed
}

/// A line for each kind.
pub fn printed(kinds: &BTreeMap<String, Kind>) -> String {
    let mut text = format!(
        "  {:<34} {:>7} {:>8} {:>7} {:>7} {:>7} {:>7} | {:>8} {:>10}\n",
        "kind", "people", "repeated", "joined", "share", "review", "neither", "of two", "two asked"
    );
    for (name, kind) in kinds {
        text.push_str(&format!(
            "  {:<34} {:>7} {:>8} {:>7} {:>7.4} {:>7} {:>7} | {:>8} {:>10}\n",
            name,
            kind.people,
            kind.repeated(),
            kind.joined,
            share(kind.joined, kind.repeated()),
            kind.in_review,
            kind.neither,
            kind.of_two,
            kind.two_in_review,
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::link::tests::rows;
    use super::*;

    #[test]
    fn each_kind_is_counted_by_itself() {
        let kind_of = rows(&["twins", "twins", "twins", "twins", "one", "one", "one", "one", "one", "one"]);
        let truth = rows(&["a", "b", "c", "d", "e", "e", "f", "f", "g", "g"]);
        let patients = rows(&["1", "1", "2", "3", "4", "4", "5", "6", "7", "8"]);
        let at = |row: u64| ("people.csv".to_owned(), row);
        let kinds = count(&kind_of, &truth, &patients, &[(at(8), at(9)), (at(4), at(5))]);
        let twins = Kind { people: 4, patients: 3, of_two: 1, two_in_review: 1, ..Kind::default() };
        assert_eq!(kinds["twins"], twins);
        let one = Kind { people: 3, joined: 1, in_review: 1, neither: 1, patients: 5, ..Kind::default() };
        assert_eq!(kinds["one"], one);
        let set = "truth = \"who\"\naim_repeated_joined = 0.95\naim_patients_of_two = 0.0001\n";
        let set: Set = toml::from_str(set).expect("a set");
        let said = ["one: 1 of 3 joined, aim 0.95", "1 of 8 patients hold two people, aim 0.0001"];
        assert_eq!(missed(&kinds, &set), said);
    }
}
