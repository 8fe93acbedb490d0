//! Pairs of the review band that nobody decided.

use super::asked::{Asked, Column, Item, Line, Question, pair_choices};
use super::fields::{FIELDS, Values, differing, place};
use super::material::Material;
use super::rows::Row;
use super::{Error, Queue};
use crate::decisions::{Answer, RowName};
use crate::package::explain::each_pair;
use std::collections::{BTreeMap, BTreeSet};

/// The pairs of that queue: those that need more care are in a queue of their own. No score is shown: it must not sway.
pub(super) fn ask(material: &mut Material<'_>, queue: Queue) -> Result<Asked, Error> {
    let pairs = undecided(material)?;
    let wanted: BTreeSet<Row> = pairs.iter().flat_map(|pair| pair.rows).collect();
    let people = material.people(&wanted)?;
    let nobody = Values::default();
    let of = |row: Row| people.get(&row).unwrap_or(&nobody);
    let restricted = |pair: &&Undecided| is_restricted(of(pair.rows[0]), of(pair.rows[1]));
    let (mut items, mut found) = (Vec::new(), Vec::new());
    for pair in pairs.iter().filter(|pair| restricted(pair) == (queue == Queue::Restricted)) {
        items.push(item(material, &people, pair.rows));
        found.push(pair.found.clone());
    }
    Ok(Asked::of_people(queue, None, items).beside(FOUND, found))
}

/// What `handover explain` tells of a pair too, but for its scores.
const FOUND: Column = Column { title: "What the comparison found", width: 40.0 };

/// A pair, and what its comparison found.
struct Undecided {
    rows: [Row; 2],
    found: String,
}

fn undecided(material: &mut Material<'_>) -> Result<Vec<Undecided>, Error> {
    let decided: BTreeSet<(RowName, RowName)> = material
        .decisions
        .pairs
        .iter()
        .filter(|decision| decision.answer != Answer::Unsure && !material.held_back.contains(&decision.event))
        .map(|decision| (decision.left.clone(), decision.right.clone()))
        .collect();
    let rows = &mut material.rows;
    let mut pairs = Vec::new();
    each_pair(material.package, &mut |line| {
        if line.standing != "review" {
            return;
        }
        let (left, right) = (rows.number(line.left), rows.number(line.right));
        let (one, other) = (rows.name(left), rows.name(right));
        let key = if one <= other { (one, other) } else { (other, one) };
        if !decided.contains(&key) {
            let found = line.explanation().map(|told| told.without_scores()).unwrap_or_default();
            pairs.push(Undecided { rows: [left, right], found });
        }
    })?;
    Ok(pairs)
}

fn item(material: &Material<'_>, people: &BTreeMap<Row, Values>, [left, right]: [Row; 2]) -> Item {
    let values = |row| people.get(&row).cloned().unwrap_or_default();
    let shown = |row| material.rows.shown(row, material.key);
    let of_one_source = shown(left).name.source == shown(right).name.source;
    let differs = differing(&values(left), &values(right), of_one_source);
    let lines = vec![
        Line::of_person("Row A", &values(left), vec![false; FIELDS.len()], shown(left)).choose(pair_choices()),
        Line::of_person("Row B", &values(right), differs, shown(right)),
    ];
    Item { lines, question: Question::Pair([shown(left), shown(right)]) }
}

/// "Two verified numbers whose given name and sex changed together go only to a restricted queue." Whether the numbers are
/// verified is not asked here: where that is in doubt, care costs less.
fn is_restricted(one: &Values, other: &Values) -> bool {
    let differ = differing(one, other, false);
    let sexes = [one, other].map(|values| values[place("sex")].as_str());
    let known = sexes.iter().all(|sex| ["male", "female"].contains(sex));
    known && ["nhs_number", "given_name", "sex"].into_iter().all(|field| differ[place(field)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(other: [&str; 3], expected: bool) {
        let values = |[number, given, sex]: [&str; 3]| {
            let mut values = Values::default();
            let said = [("nhs_number", number), ("given_name", given), ("sex", sex)];
            said.into_iter().for_each(|(field, value)| values[place(field)] = value.to_owned());
            values
        };
        let one = values(["9990000018", "Robert", "male"]);
        assert_eq!(is_restricted(&one, &values(other)), expected, "{other:?}");
    }

    #[test]
    fn who_may_have_changed_number_name_and_sex_is_kept_apart() {
        check(["9990000050", "Rose", "female"], true);
        check(["9990000018", "Rose", "female"], false);
        check(["9990000050", "Robert", "female"], false);
        check(["9990000050", "Rose", "male"], false);
        check(["9990000050", "Rose", "unknown"], false);
        check(["", "Rose", "female"], false);
    }
}
