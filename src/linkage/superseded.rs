//! Numbers that another took the place of. A statement that one did is worth no more than a number: it joins nobody by
//! itself, and is believed only of a system of record or of the national service.

use super::features::Profile;
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
    /// does one that the national service answered with, unless it says otherwise itself.
    pub fn of(config: &Config, records: &Records) -> Self {
        let people = &records.people;
        let stated = |field, record: PersonId| people.nhs_number(&records.texts, field, record);
        let source = |record: PersonId| &config.sources[usize::from(records.source[record as usize])];
        let (mut believed, mut all) = (Statements::new(), Statements::new());
        let mut answered = BTreeSet::new();
        let mut by_providers = Statements::new();
        for record in people.places() {
            let source = source(record);
            let is_answer = source.standing == Standing::Trace;
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
    let mut neighbours: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    let pairs = said.iter().flat_map(|(old, successors)| successors.iter().map(move |new| (old, new)));
    for (old, new) in pairs.map(|(old, new)| (old.reveal_integer(), new.reveal_integer())) {
        neighbours.entry(old).or_default().push(new);
        neighbours.entry(new).or_default().push(old);
    }
    let mut kin = BTreeMap::new();
    for smallest in neighbours.keys() {
        let mut open = vec![*smallest];
        while let Some(number) = open.pop() {
            if !kin.contains_key(&number) {
                kin.insert(number, *smallest);
                open.extend(&neighbours[&number]);
            }
        }
    }
    kin
}
