//! Answers that are held back. Two answers that are each about little may, one after the other or with what a machine
//! joins, make one patient of two different verified NHS numbers that nobody was ever shown together. Such answers join
//! nothing until a person has seen two rows that carry the numbers, and has said that they are one person.

use super::cluster::Groups;
use super::features::Features;
use super::product::PatientIndex;
use super::rulings::{Rulings, Said, gather};
use super::thin::Directory;
use super::units::Units;
use crate::config::Config;
use crate::decisions::Answer;
use crate::records::{PersonId, Records};
use std::collections::{BTreeMap, BTreeSet};

/// Answers that join nothing.
#[derive(Default)]
pub(super) struct Held {
    /// Their events.
    pub events: BTreeSet<usize>,
    /// Rows that carry the numbers, for a person to be asked about: the first before the second.
    pub asked: BTreeSet<(PersonId, PersonId)>,
}

/// What a machine joins, and what people said.
pub(super) struct Known<'a> {
    pub config: &'a Config,
    pub records: &'a Records,
    pub features: &'a Features,
    pub units: &'a Units,
    pub rulings: &'a Rulings,
    pub unit_of: &'a [u32],
    pub groups: &'a Groups,
}

/// What an answer joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// All that a machine joins.
    Patient(PatientIndex),
    /// A record that a machine places nowhere.
    Record(PersonId),
}

/// Current numbers, each with a record that carries it.
type Numbers = BTreeMap<u64, PersonId>;

impl Known<'_> {
    /// Finds the answers that would make one patient of two numbers.
    ///
    /// Numbers of two rows that one answer names are one from there on: the person saw both. What is left of the answers is
    /// taken together wherever they meet in a row or in a patient, for nobody can say which of a chain is the wrong one.
    pub(super) fn find(&self) -> Held {
        let sames: Vec<&Said> = self.rulings.said.iter().filter(|said| said.answer == Answer::Same).collect();
        if sames.is_empty() {
            return Held::default();
        }
        let seen_as_one = self.seen_as_one(&sames);
        let ends = self.ends(&sames);
        let all: BTreeSet<End> = ends.iter().flat_map(|(one, two)| [*one, *two]).collect();
        let numbers: BTreeMap<End, Numbers> =
            all.into_iter().map(|end| (end, self.numbers(end, &seen_as_one))).collect();
        let joins_nothing_new = |one: End, two: End| {
            one == two || (!numbers[&one].is_empty() && numbers[&one].keys().eq(numbers[&two].keys()))
        };
        let open = || ends.iter().copied().filter(|(one, two)| !joins_nothing_new(*one, *two));
        let mut held = Held::default();
        for chain in gather(open()) {
            let mut carriers = Numbers::new();
            for (number, record) in chain.iter().flat_map(|end| &numbers[end]) {
                let first = carriers.entry(*number).or_insert(*record);
                *first = (*first).min(*record);
            }
            if carriers.len() > 1 {
                let of_chain = |(one, two): &(End, End)| chain.contains(one) && !joins_nothing_new(*one, *two);
                held.events
                    .extend(sames.iter().zip(&ends).filter(|(_, ends)| of_chain(ends)).map(|(said, _)| said.event));
                held.ask(self.rulings, carriers.into_values().collect());
            }
        }
        held
    }

    /// Numbers that answers say are of one person, about two rows that carry them: for each, one that stands for all.
    fn seen_as_one(&self, sames: &[&Said]) -> BTreeMap<u64, u64> {
        let numbers = |said: &&Said| self.carried(said.records.0).zip(self.carried(said.records.1));
        let groups = gather(sames.iter().filter_map(numbers).filter(|(one, two)| one != two));
        groups.iter().flat_map(|group| group.iter().map(|number| (*number, group[0]))).collect()
    }

    /// The ends of each answer.
    fn ends(&self, sames: &[&Said]) -> Vec<(End, End)> {
        let spoken_of = sames.iter().flat_map(|said| [said.records.0, said.records.1]);
        let unplaced: BTreeSet<PersonId> = spoken_of.filter(|record| self.unit(*record).is_none()).collect();
        let mut placed = BTreeMap::new();
        if !unplaced.is_empty() {
            let directory = Directory::new(self.features, self.units, &self.groups.group_of);
            placed = directory.patients_of(self.rulings, self.unit_of, &unplaced);
        }
        let end = |record: PersonId| match self.unit(record) {
            Some(unit) => End::Patient(self.groups.group_of[unit as usize]),
            None => placed.get(&record).map_or(End::Record(record), |patient| End::Patient(*patient)),
        };
        sames.iter().map(|said| (end(said.records.0), end(said.records.1))).collect()
    }

    fn numbers(&self, end: End, seen_as_one: &BTreeMap<u64, u64>) -> Numbers {
        let mut numbers = Numbers::new();
        let mut add = |number: u64, record: PersonId| {
            numbers.entry(seen_as_one.get(&number).copied().unwrap_or(number)).or_insert(record);
        };
        match end {
            End::Record(record) => self.carried(record).into_iter().for_each(|number| add(number, record)),
            End::Patient(patient) => {
                let units = self.groups.members(patient);
                for record in units.iter().flat_map(|unit| self.units.members(*unit)) {
                    self.carried(*record).into_iter().for_each(|number| add(number, *record));
                }
                // The national service gave it: no row of the patient need carry it.
                for unit in units {
                    let profile = &self.units.profiles[*unit as usize];
                    if profile.verified {
                        add(self.features.superseded.standing_for(profile.number), self.units.members(*unit)[0]);
                    }
                }
            }
        }
        numbers
    }

    /// The verified number that stands now for the one that a record itself carries.
    fn carried(&self, record: PersonId) -> Option<u64> {
        let (own, verified) = Features::stated_number(self.config, self.records, record);
        let superseded = &self.features.superseded;
        let unit = self.unit(record).map(|unit| &self.units.profiles[unit as usize]);
        match unit.filter(|profile| profile.verified) {
            // The service may have given another in its place.
            Some(profile) if verified || own == profile.number => {
                (own != 0).then(|| superseded.standing_for(profile.number))
            }
            Some(_) => None,
            None => verified.then(|| superseded.standing_for(own)),
        }
    }

    fn unit(&self, record: PersonId) -> Option<u32> {
        Some(self.unit_of[record as usize]).filter(|unit| *unit != u32::MAX)
    }
}

impl Held {
    /// Asks about rows that carry different numbers, each with the next, but where people keep them apart.
    fn ask(&mut self, rulings: &Rulings, mut carriers: Vec<PersonId>) {
        carriers.sort_unstable();
        carriers.dedup();
        let pairs = carriers.windows(2).map(|pair| (pair[0], pair[1]));
        self.asked.extend(pairs.filter(|(one, two)| !rulings.keeps_apart(*one, &[*two])));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{At, BY_ID, TEXT, county, link_among, number, said};
    use super::super::{Linked, PairStanding, ScoredPair};
    use super::*;
    use crate::decisions::{Decisions, Effect};

    /// Twins with a verified number each, the second of whom a hospital has on two rows of one id: the second row says little.
    struct Twins {
        numbers: [String; 2],
    }

    impl Twins {
        fn new() -> Self {
            Twins { numbers: [90_001, 90_203].map(number) }
        }

        /// Zoe; then of the other system a letter to Zoe, Isla, and Isla as a list has her.
        fn link(&self, decisions: &Decisions) -> (Linked, PersonId, [PersonId; 3]) {
            let zoe = ["0-z", &self.numbers[0], "Dunmore", "Zoe", "2015-03-07", "female", "OX3 9QT", ""];
            let letter = ["", "", "Dunmore", "Zoe", "", "", "LS1 4DX", ""];
            let isla = ["1-i", &self.numbers[1], "Dunmore", "Isla", "2015-03-07", "female", "OX3 9QT", ""];
            let baby = ["1-i", "", "Dunmore", "Isla", "2015-03-07", "female", "", ""];
            let (linked, one, two) = link_among(&county(200), &[zoe], &[letter, isla, baby], decisions);
            (linked, one[0], [two[0], two[1], two[2]])
        }
    }

    const ZOE: At = (0, 1);
    const LETTER: At = (1, 1);
    const ISLA: At = (1, 2);
    const BABY: At = (1, 3);

    #[track_caller]
    fn is_asked(linked: &Linked, one: PersonId, other: PersonId) {
        let of = |pair: &&ScoredPair| (pair.left, pair.right) == (one.min(other), one.max(other));
        let pairs: Vec<PairStanding> = linked.pairs.iter().filter(of).map(|pair| pair.standing).collect();
        assert_eq!(pairs, [PairStanding::Review]);
    }

    #[test]
    fn a_chain_of_answers_does_not_make_one_patient_of_two_numbers() {
        let (alone, ..) = Twins::new().link(&Decisions::default());
        let answers = [(ZOE, LETTER, Answer::Same), (LETTER, BABY, Answer::Same)];
        for answers in [answers, [answers[1], answers[0]]] {
            let (linked, zoe, [letter, isla, baby]) = Twins::new().link(&said(&answers));
            assert_eq!(linked.members, alone.members, "nothing is joined, and nothing is torn out");
            assert_ne!(linked.patient_of(zoe), linked.patient_of(isla));
            assert_eq!(linked.patient_of(isla), linked.patient_of(baby));
            assert_eq!([1, 2].map(|event| linked.effects.of(event)), [Effect::HeldBack; 2]);
            is_asked(&linked, zoe, letter);
            is_asked(&linked, letter, baby);
            is_asked(&linked, zoe, isla);
        }
    }

    #[test]
    fn one_answer_tears_no_row_out_of_the_patient_of_another_number() {
        let (linked, zoe, [_, isla, baby]) = Twins::new().link(&said(&[(ZOE, BABY, Answer::Same)]));
        assert_ne!(linked.patient_of(zoe), linked.patient_of(isla));
        assert_eq!(linked.patient_of(isla), linked.patient_of(baby));
        assert_eq!(linked.effects.of(1), Effect::HeldBack);
        is_asked(&linked, zoe, baby);
    }

    #[test]
    fn who_saw_both_numbers_joins_them_and_what_follows() {
        let (linked, zoe, [_, isla, baby]) = Twins::new().link(&said(&[(ZOE, ISLA, Answer::Same)]));
        assert!([isla, baby].iter().all(|record| linked.patient_of(*record) == linked.patient_of(zoe)));
        assert_eq!(linked.effects.of(1), Effect::Joined);

        let answers = [(ZOE, LETTER, Answer::Same), (LETTER, BABY, Answer::Same), (ISLA, ZOE, Answer::Same)];
        let (linked, zoe, others) = Twins::new().link(&said(&answers));
        assert!(others.iter().all(|record| linked.patient_of(*record) == linked.patient_of(zoe)));
        assert!([1, 2, 3].iter().all(|event| linked.effects.of(*event) != Effect::HeldBack));
    }

    #[test]
    fn a_chain_within_one_number_still_joins() {
        let (linked, zoe, [letter, isla, _]) = Twins::new().link(&said(&[(ZOE, LETTER, Answer::Same)]));
        assert_eq!(linked.patient_of(zoe), linked.patient_of(letter));
        assert_ne!(linked.patient_of(zoe), linked.patient_of(isla));
        assert_eq!(linked.effects.of(1), Effect::Joined);
    }

    #[test]
    fn a_number_that_took_the_place_of_another_is_not_a_second_one() {
        let [a, b] = [90_001, 90_203].map(number);
        let ab = format!("{a}>{b}");
        let old = ["0-h", ab.as_str(), "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", ""];
        let new = ["1-h", b.as_str(), "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", ""];
        let between = ["1-b", "", "Adeyemi", "Ruth", "1970-06-05", "female", "SW1A 1AA", ""];
        let answers = said(&[((0, 1), (1, 2), Answer::Same), ((1, 2), (1, 1), Answer::Same)]);
        let (linked, one, two) = link_among(&county(200), &[old], &[new, between], &answers);
        assert!(two.iter().all(|record| linked.patient_of(*record) == linked.patient_of(one[0])));
        assert_eq!([1, 2].map(|event| linked.effects.of(event)), [Effect::Joined; 2]);
    }

    #[test]
    fn a_row_placed_with_one_number_and_said_to_be_of_another_comes_to_neither() {
        let [a, b] = [90_001, 90_203].map(number);
        let hannah = ["0-h", a.as_str(), "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
        let tunde = ["0-t", b.as_str(), "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", "07700222222"];
        let placings = [((1, 1), (0, 1), Answer::Same), ((1, 1), (0, 2), Answer::Same)];
        let (linked, one, two) = link_among(&county(100), &[hannah, tunde], &[TEXT], &said(&placings));
        assert_eq!(linked.patient_of(two[0]), None);
        assert_ne!(linked.patient_of(one[0]), linked.patient_of(one[1]));
        assert_eq!([1, 2].map(|event| linked.effects.of(event)), [Effect::HeldBack; 2]);
        is_asked(&linked, one[0], two[0]);
        // One of them alone is followed.
        let (linked, one, two) = link_among(&county(100), &[hannah, tunde], &[TEXT], &said(&placings[1..]));
        assert_eq!(linked.patient_of(two[0]), linked.patient_of(one[1]));
        // What a local id places stays where it is.
        let by_id = said(&[((0, 3), (0, 2), Answer::Same)]);
        let (linked, one, _) = link_among(&county(100), &[hannah, tunde, BY_ID], &[], &by_id);
        assert_eq!(linked.patient_of(one[2]), linked.patient_of(one[0]));
        assert_eq!(linked.effects.of(1), Effect::HeldBack);
    }

    #[test]
    fn what_is_held_back_keeps_nothing_apart() {
        // That the letter is not Isla does not carry over to Zoe by an answer that is held back.
        let answers = [(ZOE, BABY, Answer::Same), (LETTER, ISLA, Answer::Different)];
        let (linked, zoe, [letter, isla, baby]) = Twins::new().link(&said(&answers));
        assert_eq!(linked.patient_of(isla), linked.patient_of(baby));
        assert_ne!(linked.patient_of(letter), linked.patient_of(isla));
        assert!(!linked.rulings.keeps_apart(zoe, &[letter]) && linked.rulings.keeps_apart(letter, &[isla]));
    }
}
