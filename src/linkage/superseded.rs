//! Numbers that another took the place of. A statement that one did is worth no more than a number: it joins nobody by
//! itself, and is believed only of a system of record or of the national service.

use super::features::Profile;
use super::rulings::gather;
use crate::config::fields::person;
use crate::config::{Config, Standing};
use crate::records::{PersonId, Records};
use crate::values::NhsNumber;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What records say of numbers that were superseded, each chain of statements followed to its end.
#[derive(Default)]
pub struct Superseded {
    /// The number that stands for another now; nothing of a number that stands for itself.
    current: BTreeMap<u64, NhsNumber>,
    /// The smallest of the numbers that any statements, believed or not, tie together.
    kin: BTreeMap<u64, u64>,
    /// Superseding numbers that some record carries as its own.
    carried: BTreeSet<u64>,
}

/// Numbers with those that are said to have taken their place.
type Statements = BTreeMap<NhsNumber, BTreeSet<NhsNumber>>;

impl Superseded {
    /// Gathers what the records say.
    ///
    /// A number of which two statements lead to different ends, or whose statements go in a circle, stands for itself; so
    /// does one that the national service answered with, unless it says otherwise itself. An answer to a question that
    /// nobody asked says nothing.
    pub fn of(config: &Config, records: &Records) -> Self {
        let people = &records.people;
        let stated = |field, record: PersonId| people.nhs_number(&records.texts, field, record);
        let source = |record: PersonId| &config.sources[usize::from(records.source[record as usize])];
        let asked = records.traced.iter().filter(|traced| !traced.about.is_empty());
        let asked: BTreeSet<PersonId> = asked.map(|traced| traced.answer).collect();
        let (mut believed, mut all) = (Statements::new(), Statements::new());
        let mut answered = BTreeSet::new();
        let mut by_providers = Statements::new();
        for record in people.places() {
            let source = source(record);
            let is_answer = source.standing == Standing::Trace;
            if is_answer && !asked.contains(&record) {
                continue;
            }
            if is_answer {
                answered.extend(stated(person::NHS_NUMBER, record));
            }
            if people.bits(person::SUPERSEDED_BY, record) == 0 {
                continue;
            }
            let numbers = stated(person::NHS_NUMBER, record).zip(stated(person::SUPERSEDED_BY, record));
            let Some((old, new)) = numbers.filter(|(old, new)| old != new) else { continue };
            all.entry(old).or_default().insert(new);
            if is_answer {
                believed.entry(old).or_default().insert(new);
            } else if source.standing == Standing::Record && source.mapping.paper.is_none() {
                by_providers.entry(old).or_default().insert(new);
            }
        }
        by_providers.retain(|old, _| !answered.contains(old));
        for (old, new) in by_providers {
            believed.entry(old).or_default().extend(new);
        }
        let mut found = Superseded { current: ends(&believed), kin: kin(&all), carried: BTreeSet::new() };
        let successors: BTreeSet<NhsNumber> = found.current.values().copied().collect();
        if !successors.is_empty() {
            let carried = people.places().filter_map(|record| stated(person::NHS_NUMBER, record));
            found.carried =
                carried.filter(|number| successors.contains(number)).map(NhsNumber::reveal_integer).collect();
        }
        found
    }

    /// The number that stands for a number now.
    pub fn current(&self, number: NhsNumber) -> NhsNumber {
        self.current.get(&number.reveal_integer()).copied().unwrap_or(number)
    }

    /// Whether some record carries a superseding number as its own.
    pub fn is_carried(&self, successor: NhsNumber) -> bool {
        self.carried.contains(&successor.reveal_integer())
    }

    /// The same of a number as profiles hold it.
    pub(super) fn standing_for(&self, number: u64) -> u64 {
        self.current.get(&number).map_or(number, |current| current.reveal_integer())
    }

    /// What all numbers that statements tie to this one share; nothing of a number that no statement speaks of.
    pub(super) fn kin(&self, number: u64) -> Option<u64> {
        self.kin.get(&number).copied()
    }

    /// Whether there are no statements.
    pub(super) fn ties_none(&self) -> bool {
        self.kin.is_empty()
    }

    /// Whether statements, believed or not, tie two different numbers together.
    pub(super) fn ties(&self, one: &Profile, two: &Profile) -> bool {
        one.number != two.number && self.kin(one.number).is_some_and(|kin| self.kin(two.number) == Some(kin))
    }

    /// Whether believed statements make one of two different numbers.
    pub(super) fn makes_one(&self, one: &Profile, two: &Profile) -> bool {
        self.ties(one, two) && self.standing_for(one.number) == self.standing_for(two.number)
    }
}

/// The end of each number's chain, where there is one end. Goes from the ends back, so that a circle is never entered.
fn ends(said: &Statements) -> BTreeMap<u64, NhsNumber> {
    let mut predecessors: BTreeMap<NhsNumber, Vec<NhsNumber>> = BTreeMap::new();
    for (old, successors) in said {
        successors.iter().for_each(|new| predecessors.entry(*new).or_default().push(*old));
    }
    let mut open: BTreeMap<NhsNumber, usize> = said.iter().map(|(old, new)| (*old, new.len())).collect();
    let mut settled: BTreeMap<NhsNumber, Option<NhsNumber>> = predecessors
        .keys()
        .filter(|number| !said.contains_key(number))
        .map(|number| (*number, Some(*number)))
        .collect();
    let mut next: VecDeque<NhsNumber> = settled.keys().copied().collect();
    while let Some(number) = next.pop_front() {
        for old in predecessors.get(&number).into_iter().flatten() {
            let left = open.get_mut(old).expect("a predecessor is spoken of");
            *left -= 1;
            if *left == 0 {
                let ends: BTreeSet<Option<NhsNumber>> = said[old].iter().map(|new| settled[new]).collect();
                settled.insert(*old, ends.first().copied().flatten().filter(|_| ends.len() == 1));
                next.push_back(*old);
            }
        }
    }
    let moved = settled.into_iter().filter_map(|(number, end)| Some((number, end.filter(|end| *end != number)?)));
    moved.map(|(number, end)| (number.reveal_integer(), end)).collect()
}

/// The smallest of the numbers that statements tie together, by each of them.
fn kin(said: &Statements) -> BTreeMap<u64, u64> {
    let links = said.iter().flat_map(|(old, successors)| successors.iter().map(move |new| (old, new)));
    let groups = gather(links.map(|(old, new)| (old.reveal_integer(), new.reveal_integer())));
    groups.iter().flat_map(|group| group.iter().map(|number| (*number, group[0]))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Row, config, records};
    use super::*;
    use crate::config::{EvidenceKind, PaperMapping};
    use crate::records::Traced;

    /// A number, and the one that is said to have taken its place.
    type Said = (u64, Option<u64>);

    /// Statements of sources of these standings, `old>new` by place of the number, or a number alone; and where each of
    /// the first five numbers leads.
    #[track_caller]
    fn check(said: &[(Standing, &[Said])], expected: [u64; 5]) -> Superseded {
        let text = |(old, new): &Said| match new {
            Some(new) => format!("{}>{}", number(*old), number(*new)),
            None => number(*old),
        };
        let texts: Vec<Vec<String>> = said.iter().map(|(_, said)| said.iter().map(text).collect()).collect();
        let rows = |texts: &'_ Vec<String>| -> Vec<[String; 8]> {
            texts.iter().map(|text| ["", text.as_str(), "Dunmore", "", "", "", "", ""].map(String::from)).collect()
        };
        let rows: Vec<Vec<[String; 8]>> = texts.iter().map(rows).collect();
        let rows: Vec<Vec<Row<'_>>> =
            rows.iter().map(|rows| rows.iter().map(|row| row.each_ref().map(String::as_str)).collect()).collect();
        let rows: Vec<&[Row<'_>]> = rows.iter().map(Vec::as_slice).collect();
        let config = config(&said.iter().map(|(standing, _)| *standing).collect::<Vec<Standing>>());
        let mut records = records(&config, &rows);
        let standing = |record: &PersonId| config.sources[usize::from(records.source[*record as usize])].standing;
        let answers = records.people.places().filter(|record| standing(record) == Standing::Trace);
        records.traced = answers.map(|answer| Traced { answer, about: vec![0] }).collect();
        let found = Superseded::of(&config, &records);
        let ends = [0, 1, 2, 3, 4].map(|place| found.current(of(place)));
        assert_eq!(ends.map(NhsNumber::reveal), expected.map(number));
        found
    }

    fn of(place: u64) -> NhsNumber {
        number(place).parse().expect("a number")
    }

    /// A number of the test range; nothing at a place that has none.
    fn number(place: u64) -> String {
        super::super::tests::number(place + 1)
    }

    #[test]
    fn statements_are_followed_to_one_end_or_not_at_all() {
        let said = |said: &[Said], expected| check(&[(Standing::Record, said)], expected);
        said(&[(0, Some(1)), (1, Some(2))], [2, 2, 2, 3, 4]);
        // One system knows the middle of the chain, and another does not.
        said(&[(0, Some(1)), (0, Some(2)), (1, Some(2))], [2, 2, 2, 3, 4]);
        said(&[(0, Some(1)), (0, Some(2)), (3, Some(0))], [0, 1, 2, 3, 4]);
        said(&[(0, Some(1)), (1, Some(0)), (2, Some(0)), (3, Some(4))], [0, 1, 2, 4, 4]);
        said(&[(0, Some(0))], [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_long_chain_ends() {
        let places: Vec<u64> = (0..3000).filter(|place| !number(*place).is_empty()).collect();
        let said: Vec<Said> = places.windows(2).map(|pair| (pair[0], Some(pair[1]))).collect();
        check(&[(Standing::Record, &said)], [*places.last().expect("many"); 5]);
    }

    #[test]
    fn what_others_than_systems_of_record_say_is_asked_about_and_not_believed() {
        for standing in [Standing::Evidence(EvidenceKind::Letter), Standing::Declared] {
            let found = check(&[(standing, &[(0, Some(1))])], [0, 1, 2, 3, 4]);
            assert!(found.kin(of(0).reveal_integer()) == found.kin(of(1).reveal_integer()));
            assert!(found.kin(of(0).reveal_integer()).is_some() && found.kin(of(2).reveal_integer()).is_none());
        }
        let mut paper = config(&[Standing::Record]);
        paper.sources[0].mapping.paper = Some(PaperMapping::default());
        let said = format!("{}>{}", number(0), number(1));
        let rows: &[Row<'_>] = &[["", &said, "Dunmore", "", "", "", "", ""]];
        let found = Superseded::of(&paper, &records(&paper, &[rows]));
        assert!(found.current(of(0)) == of(0) && found.kin(of(0).reveal_integer()).is_some());
    }

    #[test]
    fn the_national_service_outranks_what_a_provider_says_of_a_number() {
        let provider: (Standing, &[Said]) = (Standing::Record, &[(0, Some(1)), (2, Some(3))]);
        check(&[provider, (Standing::Trace, &[(0, None)])], [0, 1, 3, 3, 4]);
        check(&[provider, (Standing::Trace, &[(0, Some(4))])], [4, 1, 3, 3, 4]);
    }
}
