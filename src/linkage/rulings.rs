//! What people said of who is who, followed to its end: what is one with what is one is one, and apart from what any part
//! of it is apart from.

use super::cluster::Ruling;
use super::units::Units;
use crate::config::Config;
use crate::decisions::{Act, Answer, Decisions, PairDecision, Placing};
use crate::records::{PersonId, Records, find_person};
use std::collections::{BTreeMap, BTreeSet};

/// Who is who by the decisions in effect.
#[derive(Clone, Debug, Default)]
pub struct Rulings {
    /// The answers, in the order of the journal.
    pub(super) said: Vec<Said>,
    /// Records of one person, in order.
    pub(super) together: Vec<Vec<PersonId>>,
    /// Records of two people, each way round.
    apart: BTreeSet<(PersonId, PersonId)>,
    /// Records that are of nobody in these data, with the event that says so.
    pub(super) nobody: BTreeMap<PersonId, usize>,
    /// Answers that join nothing: see [`super::held`].
    pub(super) held: Vec<Said>,
    /// Records that a person is asked about because of them, each the first before the second.
    pub(super) asked: BTreeSet<(PersonId, PersonId)>,
}

/// An answer about two records.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub event: usize,
    pub records: (PersonId, PersonId),
    pub answer: Answer,
}

impl Rulings {
    /// Finds the records that the decisions speak of.
    pub(super) fn find(config: &Config, records: &Records, decisions: &Decisions) -> Self {
        let found = |pair: &PairDecision| {
            let pair_of = find_person(config, records, &pair.left).zip(find_person(config, records, &pair.right))?;
            Some(Said { event: pair.event, records: pair_of, answer: pair.answer })
        };
        let said: Vec<Said> = decisions.pairs.iter().filter_map(found).collect();
        let nobodys = decisions.in_effect().filter(|(_, event)| event.entry.act == Act::RowPlaced(Placing::Nobody));
        let nobody = nobodys
            .filter_map(|(_, event)| Some((find_person(config, records, &event.entry.rows[0].name)?, event.number)));
        Rulings::of(said, nobody.collect())
    }

    fn of(said: Vec<Said>, nobody: BTreeMap<PersonId, usize>) -> Self {
        let with = |answer| said.iter().filter(move |one| one.answer == answer).map(|one| one.records);
        let together = gather(with(Answer::Same));
        let group_of: BTreeMap<PersonId, &Vec<PersonId>> =
            together.iter().flat_map(|group| group.iter().map(move |record| (*record, group))).collect();
        let mut apart = BTreeSet::new();
        for (one, other) in with(Answer::Different) {
            let all = |record: PersonId| group_of.get(&record).map_or(vec![record], |group| group.to_vec());
            for (one, other) in all(one).into_iter().flat_map(|one| all(other).into_iter().map(move |two| (one, two))) {
                apart.extend([(one, other), (other, one)]);
            }
        }
        Rulings { said, together, apart, nobody, held: Vec::new(), asked: BTreeSet::new() }
    }

    /// The same without answers that are held back; `asked` are the records that are asked about in their place.
    pub(super) fn without(&self, events: &BTreeSet<usize>, asked: BTreeSet<(PersonId, PersonId)>) -> Self {
        let (held, said) = self.said.iter().cloned().partition(|said: &Said| events.contains(&said.event));
        let mut fewer = Rulings::of(said, self.nobody.clone());
        fewer.asked = self.asked.union(&asked).copied().collect();
        let ordered = |(one, other): (PersonId, PersonId)| (one.min(other), one.max(other));
        fewer.asked.extend(held.iter().map(|said: &Said| ordered(said.records)));
        fewer.held = self.held.iter().cloned().chain(held).collect();
        fewer
    }

    /// Whether anything is kept apart.
    pub(super) fn keeps_any_apart(&self) -> bool {
        !self.apart.is_empty()
    }

    /// Whether nobody has said anything of who is who.
    pub(super) fn is_empty(&self) -> bool {
        self.said.is_empty() && self.nobody.is_empty()
    }

    /// Records that a record is kept apart from, in order.
    pub(super) fn apart_from(&self, record: PersonId) -> impl Iterator<Item = PersonId> + '_ {
        self.apart.range((record, 0)..=(record, PersonId::MAX)).map(|(_, other)| *other)
    }

    /// Whether a record is kept apart from any of these, which are in order.
    pub fn keeps_apart(&self, record: PersonId, members: &[PersonId]) -> bool {
        self.apart_from(record).any(|other| members.binary_search(&other).is_ok())
    }

    /// Whether a record is nobody's.
    pub fn is_nobodys(&self, record: PersonId) -> bool {
        self.nobody.contains_key(&record)
    }

    /// Groups of records that are said to be of one person each.
    pub fn together(&self) -> &[Vec<PersonId>] {
        &self.together
    }

    /// The events that say of a record that it is one with another.
    pub fn joins_of(&self, record: PersonId) -> impl Iterator<Item = usize> + '_ {
        let of = move |said: &&Said| said.answer == Answer::Same && [said.records.0, said.records.1].contains(&record);
        self.said.iter().filter(of).map(|said| said.event)
    }

    /// The same of units; a record that is in no unit binds those that it is one with all the same.
    pub(super) fn of_units(&self, unit_of: &[u32]) -> Vec<(u32, u32, Ruling)> {
        let unit = |record: &PersonId| Some(unit_of[*record as usize]).filter(|unit| *unit != u32::MAX);
        let mut rulings = Vec::new();
        for group in &self.together {
            let units: BTreeSet<u32> = group.iter().filter_map(unit).collect();
            let first = units.first().copied().into_iter().cycle();
            rulings.extend(first.zip(units.iter().skip(1)).map(|(first, other)| (first, *other, Ruling::Same)));
        }
        let apart = self.apart.iter().filter_map(|(one, other)| unit(one).zip(unit(other)));
        let apart: BTreeSet<(u32, u32)> = apart.filter(|(one, other)| one < other).collect();
        rulings.extend(apart.into_iter().map(|(one, other)| (one, other, Ruling::Different)));
        rulings
    }

    /// The units of answers that keep two apart, and not what follows from them by way of others.
    pub(super) fn kept_apart(&self, unit_of: &[u32]) -> Vec<(u32, u32, Ruling)> {
        let said = self.said.iter().filter(|said| said.answer == Answer::Different);
        let units = said.map(|said| (unit_of[said.records.0 as usize], unit_of[said.records.1 as usize]));
        units.filter(|(one, two)| one.max(two) != &u32::MAX).map(|(one, two)| (one, two, Ruling::Different)).collect()
    }

    /// Units that people tie to others which would be of another group without what they say to be one.
    pub(super) fn tied(&self, unit_of: &[u32], none_together: &[u32]) -> BTreeSet<u32> {
        let mut tied = BTreeSet::new();
        for group in &self.together {
            let units = || group.iter().map(|record| unit_of[*record as usize]).filter(|unit| *unit != u32::MAX);
            let groups: BTreeSet<u32> = units().map(|unit| none_together[unit as usize]).collect();
            if groups.len() > 1 {
                tied.extend(units());
            }
        }
        tied
    }

    /// Records whose local id may not join them: it would bring together, through what people said to be one, what they
    /// said to be two.
    pub(super) fn torn(&self, units: &Units, unit_of: &[u32]) -> BTreeSet<PersonId> {
        let rulings = self.of_units(unit_of);
        let same = rulings.iter().filter(|ruling| ruling.2 == Ruling::Same).map(|ruling| (ruling.0, ruling.1));
        let groups = gather(same);
        let is_torn = |group: &&Vec<u32>| {
            let holds = |unit: &u32| group.binary_search(unit).is_ok();
            rulings.iter().any(|(one, other, ruling)| *ruling == Ruling::Different && holds(one) && holds(other))
        };
        let torn = groups.iter().filter(is_torn).flatten();
        torn.flat_map(|unit| units.members(*unit).iter().copied()).collect()
    }
}

/// Groups of what is linked, directly or through others; each in order.
pub(super) fn gather<T: Copy + Ord>(links: impl Iterator<Item = (T, T)>) -> Vec<Vec<T>> {
    let mut neighbours: BTreeMap<T, Vec<T>> = BTreeMap::new();
    for (one, other) in links {
        neighbours.entry(one).or_default().push(other);
        neighbours.entry(other).or_default().push(one);
    }
    let mut seen = BTreeSet::new();
    let mut groups = Vec::new();
    for start in neighbours.keys() {
        if !seen.insert(*start) {
            continue;
        }
        let (mut group, mut open) = (Vec::new(), vec![*start]);
        while let Some(one) = open.pop() {
            group.push(one);
            open.extend(neighbours[&one].iter().filter(|other| seen.insert(**other)));
        }
        group.sort_unstable();
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rulings(said: &[(PersonId, PersonId, bool)]) -> Rulings {
        let said = said.iter().zip(1..).map(|((one, other, same), event)| {
            let answer = if *same { Answer::Same } else { Answer::Different };
            Said { event, records: (*one, *other), answer }
        });
        Rulings::of(said.collect(), BTreeMap::new())
    }

    #[test]
    fn what_is_one_is_apart_from_what_any_part_of_it_is_apart_from() {
        let found = rulings(&[(1, 2, true), (3, 2, true), (3, 5, false), (5, 6, true), (8, 9, true)]);
        assert_eq!(found.together, [vec![1, 2, 3], vec![5, 6], vec![8, 9]]);
        assert!([1, 2, 3].iter().all(|one| found.keeps_apart(*one, &[5, 6])));
        assert!([5, 6].iter().all(|one| found.keeps_apart(*one, &[0, 1, 4])));
        assert!(!found.keeps_apart(8, &[1, 2, 3, 5, 6, 9]));
        assert_eq!(found.joins_of(2).collect::<Vec<usize>>(), [1, 2]);
    }

    #[test]
    fn a_record_without_a_unit_binds_the_units_it_is_one_with() {
        let found = rulings(&[(0, 4, true), (4, 2, true), (1, 3, false)]);
        let units = found.of_units(&[0, 1, 2, 3, u32::MAX]);
        assert_eq!(units, [(0, 2, Ruling::Same), (1, 3, Ruling::Different)]);
    }
}
