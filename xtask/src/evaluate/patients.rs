//! Rows joined into patients, against rows that are one person.

use super::score::Scores;
use super::tables::{Kind, Package, RowKey, Truth};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Every physical row must have its disposition, and no row may be invented. The truth holds the rows of sources alone: a
/// file it does not know, such as the site crosswalk, may hold reference rows, and is counted apart.
pub fn rows(truth: &Truth, package: &Package, scores: &mut Scores) {
    let mut unaccounted = 0;
    for row in &truth.rows {
        if !package.dispositions.contains_key(&row.key) {
            unaccounted += 1;
            scores.example("row without a disposition", || truth.cited(row.key));
        }
    }
    let known: HashSet<RowKey> = truth.rows.iter().map(|row| row.key).collect();
    let sources: HashSet<u32> = truth.rows.iter().map(|row| row.key.0).collect();
    let (mut invented, mut reference) = (0, 0);
    for (key, disposition) in package.dispositions.iter().filter(|(key, _)| !known.contains(*key)) {
        let speaks_of_nobody = ["reference", "header", "preamble", "footer", "blank"].contains(&disposition.as_str());
        *(if speaks_of_nobody && !sources.contains(&key.0) { &mut reference } else { &mut invented }) += 1;
    }
    scores.count("rows.unaccounted", unaccounted, truth.rows.len() as u64);
    scores.count("rows.invented", invented, truth.rows.len() as u64);
    scores.count("rows.reference", reference, reference);
    let mut unused: BTreeMap<&str, u64> = BTreeMap::new();
    let mut data = 0;
    for row in truth.rows.iter().filter(|row| row.kind == Kind::Data) {
        data += 1;
        let disposition = package.dispositions.get(&row.key).map_or("missing", String::as_str);
        if disposition != "used" {
            *unused.entry(disposition).or_default() += 1;
            scores.example(&format!("row of data {disposition}"), || truth.cited(row.key));
        }
    }
    for (disposition, count) in unused {
        scores.count(format!("rows.data_{disposition}"), count, data);
    }
}

/// A row that counts: whose it is, and whose patient it became. Nought is none.
struct Member {
    key: RowKey,
    person: u32,
    patient: u32,
    /// A test patient, who need not become anybody.
    junk: bool,
}

/// Rows of data; declared lists where the package links them; test patients, each a person of their own.
fn members(truth: &Truth, package: &Package) -> Vec<Member> {
    let linked: HashSet<u32> = package.patients.keys().map(|key| key.0).collect();
    let mut nobody = u32::MAX;
    let mut members = Vec::new();
    for row in &truth.rows {
        let person = match row.kind {
            Kind::Data if row.person > 0 => row.person,
            Kind::Declared if row.person > 0 && linked.contains(&row.key.0) => row.person,
            Kind::Junk => {
                nobody -= 1;
                nobody
            }
            _ => continue,
        };
        members.push(Member {
            key: row.key,
            person,
            patient: package.patients.get(&row.key).copied().unwrap_or(0),
            junk: row.kind == Kind::Junk,
        });
    }
    members
}

pub fn pairs(count: u64) -> u64 {
    count * count.saturating_sub(1) / 2
}

pub fn patients(truth: &Truth, package: &Package, scores: &mut Scores) {
    let members = members(truth, package);
    let mut of_person: HashMap<u32, u64> = HashMap::new();
    let mut of_patient: HashMap<u32, u64> = HashMap::new();
    let mut of_both: HashMap<(u32, u32), u64> = HashMap::new();
    for member in &members {
        *of_person.entry(member.person).or_default() += 1;
        if member.patient > 0 {
            *of_patient.entry(member.patient).or_default() += 1;
            *of_both.entry((member.person, member.patient)).or_default() += 1;
        }
    }
    let sum = |counts: &mut dyn Iterator<Item = u64>| counts.map(pairs).sum::<u64>();
    let right = sum(&mut of_both.values().copied());
    scores.found("patients", right, sum(&mut of_patient.values().copied()), sum(&mut of_person.values().copied()));
    placed(truth, &members, &of_both, scores);
    wrong_joins(truth, &members, &of_both, scores);
    hard_pairs(truth, package, scores);
}

/// Source by source: rows in the patient that holds most of their person.
fn placed(truth: &Truth, members: &[Member], of_both: &HashMap<(u32, u32), u64>, scores: &mut Scores) {
    let mut main: HashMap<u32, (u64, u32)> = HashMap::new();
    for ((person, patient), count) in of_both {
        let best = main.entry(*person).or_default();
        *best = (*best).max((*count, *patient));
    }
    let mut by_source: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for member in members.iter().filter(|member| !member.junk) {
        let source = truth.places.text(member.key.0).split('\t').next().unwrap_or_default();
        let at_home =
            member.patient > 0 && main.get(&member.person).is_some_and(|(_, patient)| *patient == member.patient);
        let tally = by_source.entry(source).or_default();
        tally.0 += u64::from(at_home);
        tally.1 += 1;
        if !at_home && !main.contains_key(&member.person) {
            scores.example("person with no patient", || truth.cited(member.key));
        } else if !at_home {
            let what = if member.patient == 0 { "row in no patient" } else { "row apart from its person" };
            let person = truth.ids.text(member.person);
            scores.example(&format!("{what}: {source}"), || format!("{} of {person}", truth.cited(member.key)));
        }
    }
    for (source, (home, all)) in by_source {
        scores.share(format!("patients.with_their_person.{source}"), home, all);
    }
}

/// Patients that hold two people, by what is odd about them.
fn wrong_joins(truth: &Truth, members: &[Member], of_both: &HashMap<(u32, u32), u64>, scores: &mut Scores) {
    let mut people_of: HashMap<u32, Vec<u32>> = HashMap::new();
    for (person, patient) in of_both.keys() {
        people_of.entry(*patient).or_default().push(*person);
    }
    let mut example_row: HashMap<(u32, u32), RowKey> = HashMap::new();
    for member in members.iter().filter(|member| people_of.get(&member.patient).is_some_and(|people| people.len() > 1))
    {
        example_row.entry((member.person, member.patient)).or_insert(member.key);
    }
    let mut twins = 0;
    let mut by_shape: BTreeMap<String, u64> = BTreeMap::new();
    let mut patients: Vec<_> = people_of.iter().filter(|(_, people)| people.len() > 1).collect();
    patients.sort();
    for (patient, people) in &patients {
        let both_twins = people.iter().filter(|person| truth.has_tag(**person, "twin")).count() > 1;
        twins += u64::from(both_twins);
        let shape = truth.tags.get(&people[0]).and_then(|tags| tags.first()).map_or("no tag", String::as_str);
        let shape = if people.iter().any(|person| !truth.tags.contains_key(person)) { "test patient" } else { shape };
        *by_shape.entry(shape.to_owned()).or_default() += 1;
        scores.example(&format!("wrong join: {shape}"), || {
            let mut rows: Vec<String> =
                people.iter().map(|person| truth.cited(example_row[&(*person, **patient)])).collect();
            rows.sort();
            rows.join("  with  ")
        });
    }
    scores.count("patients.wrong_joins", patients.len() as u64, people_of.len() as u64);
    for (shape, count) in by_shape {
        scores.count(format!("patients.wrong_joins.{shape}"), count, people_of.len() as u64);
    }
    let all_twins = truth.tags.keys().filter(|person| truth.has_tag(**person, "twin")).count() as u64;
    scores.count("patients.twins_joined", twins, all_twins);
}

fn hard_pairs(truth: &Truth, package: &Package, scores: &mut Scores) {
    let mut by_shape: BTreeMap<(bool, &str), (u64, u64)> = BTreeMap::new();
    for pair in &truth.hard_pairs {
        let joined = match (package.patients.get(&pair.left), package.patients.get(&pair.right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        };
        let tally = by_shape.entry((pair.same, &pair.shape)).or_default();
        tally.0 += u64::from(joined);
        tally.1 += 1;
        if joined != pair.same {
            let kind = if pair.same { "hard pair missed" } else { "hard pair joined" };
            scores.example(&format!("{kind}: {}", pair.shape), || {
                format!("{}  with  {}", truth.cited(pair.left), truth.cited(pair.right))
            });
        }
    }
    for ((same, shape), (joined, all)) in by_shape {
        if same {
            scores.share(format!("hard.one_person_joined.{shape}"), joined, all);
        } else {
            scores.count(format!("hard.two_people_joined.{shape}"), joined, all);
        }
    }
}
