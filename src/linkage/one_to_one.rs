//! One to one: of lists that name everybody once, a person of one is joined to at most one of another, and all together so
//! that the total weight is the greatest there is.

use super::cluster::Clusters;
use super::pairs::Pair;
use super::permutation::Permutation;
use super::rulings::gather;
use super::score::Bar;
use super::units::Units;
use crate::config::Config;
use crate::records::Records;
use std::collections::{BTreeMap, BTreeSet};

/// Of people who hang together, so many of one list are assigned at best total weight; of more, the heaviest pair comes first.
const ASSIGNED_AT_MOST: usize = 200;

/// The lists that name everybody once and that each unit is on, a bit each; nothing where there is no such list.
pub(super) fn lists(config: &Config, records: &Records, units: &Units) -> Vec<u64> {
    let named = &config.link.one_to_one;
    if named.is_empty() {
        return Vec::new();
    }
    let list = |id: &String| named.iter().position(|name| name == id).map_or(0, |place| 1 << place);
    let of_source: Vec<u64> = config.sources.iter().map(|source| list(&source.id)).collect();
    let of_unit = |unit: u32| {
        let sources = units.members(unit).iter().map(|record| of_source[usize::from(records.source[*record as usize])]);
        sources.fold(0, |lists, list| lists | list)
    };
    (0..units.len() as u32).map(of_unit).collect()
}

/// A pair of wholes that two lists name: the one that is on the first list, then the one that is on the second.
type Ends = (u32, u32);

/// The weight that joining two wholes adds, and the pairs that would.
#[derive(Default)]
struct Offered {
    gain: i64,
    places: Vec<u32>,
}

impl Clusters {
    /// Of the pairs in these places, those that must give way to others: of every two lists that name everybody once, pairs are
    /// taken so that nobody is in two of them, and their weight is the greatest in all.
    pub(super) fn outbid(&mut self, pairs: &[Pair], places: &[u32]) -> BTreeMap<u32, Bar> {
        let mut offered: BTreeMap<(u32, u32), BTreeMap<Ends, Offered>> = BTreeMap::new();
        for place in places {
            let Pair { left, right, score, .. } = &pairs[*place as usize];
            let lists = [self.lists_of(*left), self.lists_of(*right)];
            // What cannot join whatever else does is no choice.
            if lists.contains(&0) || lists[0] & lists[1] != 0 || self.is_kept_apart(*left, *right) {
                continue;
            }
            let ends = (self.whole(*left), self.whole(*right));
            for (one, two) in bits(lists[0]).flat_map(|one| bits(lists[1]).map(move |two| (one, two))) {
                let (of, ends) = if one < two { ((one, two), ends) } else { ((two, one), (ends.1, ends.0)) };
                let offered = offered.entry(of).or_default().entry(ends).or_default();
                // Whatever may be joined is better joined than not.
                offered.gain = offered.gain.max(i64::from(score.weight).max(1));
                offered.places.push(*place);
            }
        }
        let outbid = offered.values().flat_map(|between| {
            let taken = assign(between);
            between.iter().filter(move |(ends, _)| !taken.contains(ends)).flat_map(|(_, offered)| &offered.places)
        });
        outbid.map(|place| (*place, Bar::AnotherFitsBetter)).collect()
    }
}

fn bits(lists: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |bit| lists >> bit & 1 == 1)
}

/// The pairs between two lists of which nobody is in two, and whose gain is the greatest in all.
fn assign(between: &BTreeMap<Ends, Offered>) -> BTreeSet<Ends> {
    // The two lists have nobody in common; their numbers are kept apart all the same.
    let sides = between.keys().map(|(one, two)| ((0, *one), (1, *two)));
    let mut taken = BTreeSet::new();
    for group in gather(sides) {
        let side = |side: u8| group.iter().filter(|of| of.0 == side).map(|of| of.1).collect::<Vec<u32>>();
        let (ones, twos) = (side(0), side(1));
        let size = ones.len().max(twos.len());
        if size == 1 {
            taken.insert((ones[0], twos[0]));
            continue;
        }
        if size > ASSIGNED_AT_MOST {
            taken.extend(heaviest_first(between, &ones));
            continue;
        }
        let gain = |one: usize, two: usize| -> i64 {
            let ends = ones.get(one).zip(twos.get(two)).map(|(one, two)| (*one, *two));
            ends.and_then(|ends| between.get(&ends)).map_or(0, |offered| offered.gain)
        };
        for (two, one) in Permutation::cheapest(size, |one, two| -gain(one, two)).rows().enumerate() {
            if gain(one, two) > 0 {
                taken.insert((ones[one], twos[two]));
            }
        }
    }
    taken
}

/// The same of one side's people, of whom too many hang together: each pair that is left nothing heavier.
fn heaviest_first(between: &BTreeMap<Ends, Offered>, ones: &[u32]) -> Vec<Ends> {
    let of = |one: &u32| between.range((*one, 0)..=(*one, u32::MAX));
    let mut order: Vec<(i64, Ends)> = ones.iter().flat_map(of).map(|(ends, offered)| (-offered.gain, *ends)).collect();
    order.sort_unstable();
    let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
    let mut taken = Vec::new();
    for (_, ends) in order {
        if !left.contains(&ends.0) && !right.contains(&ends.1) {
            left.insert(ends.0);
            right.insert(ends.1);
            taken.push(ends);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::super::blocking::Rule;
    use super::super::cluster::{Marks, Ruling, heaviest};
    use super::super::score::{Score, Tie};
    use super::super::tests::{Row, config, county, link_with, records, said};
    use super::super::{PairStanding, link, prepare, train};
    use super::*;
    use crate::config::Standing;
    use crate::decisions::{Answer, Decisions};
    use crate::ledger::Reason;
    use proptest::prelude::*;

    /// Units 0–4 are on one list, 5–9 on another, with these weights between them.
    fn pairs(weights: &[(u32, u32, i32)]) -> Vec<Pair> {
        let pair = |(left, right, weight): &(u32, u32, i32)| Pair {
            left: *left,
            right: *right,
            score: Score { weight: *weight, bar: Bar::None, tie: Tie::None },
            rule: Rule::DECISION,
        };
        weights.iter().map(pair).collect()
    }

    fn taken(weights: &[(u32, u32, i32)], rulings: &[(u32, u32, Ruling)]) -> Vec<(u32, u32)> {
        let pairs = pairs(weights);
        let lists = (0..10).map(|unit| if unit < 5 { 1 } else { 2 }).collect();
        let mut clusters = Clusters::alone(Marks { numbers: vec![0; 10], lists, earlier: Vec::new() }, rulings);
        let outbid = clusters.outbid(&pairs, &heaviest(&pairs, 0.5));
        let kept = (0..).zip(&pairs).filter(|(place, _)| !outbid.contains_key(place));
        kept.map(|(_, pair)| (pair.left, pair.right)).collect()
    }

    #[test]
    fn the_total_counts_and_not_the_heaviest_pair() {
        assert_eq!(taken(&[(0, 5, 1000), (0, 6, 900), (1, 5, 900)], &[]), [(0, 6), (1, 5)]);
        assert_eq!(taken(&[(0, 5, 1000), (0, 6, 300), (1, 5, 300)], &[]), [(0, 5)]);
    }

    #[test]
    fn what_people_keep_apart_is_no_choice_and_what_they_join_is_one() {
        assert_eq!(
            taken(&[(0, 5, 1000), (0, 6, 400)], &[(0, 5, Ruling::Different)]),
            [(0, 5), (0, 6)],
            "(0, 5) will not join"
        );
        // 0 is one with 6: then 5 is another person, and no choice for either.
        assert_eq!(taken(&[(0, 5, 1000), (1, 6, 400)], &[(0, 6, Ruling::Same)]), [(0, 5), (1, 6)], "neither will join");
        assert_eq!(
            taken(&[(0, 5, 1000), (1, 5, 400)], &[(0, 6, Ruling::Same)]),
            [(0, 5), (1, 5)],
            "only one will join"
        );
    }

    /// Every way there is.
    fn greatest(weights: &[(u32, u32, i32)], taken: &mut Vec<u32>) -> i32 {
        let Some(((left, right, weight), rest)) = weights.split_first() else { return 0 };
        let without = greatest(rest, taken);
        if taken.contains(left) || taken.contains(right) {
            return without;
        }
        taken.extend([*left, *right]);
        let with = weight + greatest(rest, taken);
        taken.truncate(taken.len() - 2);
        with.max(without)
    }

    fn weights() -> impl Strategy<Value = Vec<(u32, u32, i32)>> {
        let all = || (0..5u32).flat_map(|left| (5..10).map(move |right| (left, right))).collect::<Vec<_>>();
        proptest::collection::vec(proptest::option::of(1..40i32), 25).prop_map(move |of| {
            let some =
                all().into_iter().zip(of).filter_map(|((left, right), weight)| Some((left, right, weight? * 50)));
            some.take(12).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_other_choice_weighs_more(weights in weights()) {
            let taken = taken(&weights, &[]);
            let mut ends: Vec<u32> = taken.iter().flat_map(|pair| [pair.0, pair.1]).collect();
            ends.sort_unstable();
            prop_assert!(ends.windows(2).all(|two| two[0] < two[1]), "nobody is in two pairs");
            let total = weights.iter().filter(|of| taken.contains(&(of.0, of.1))).map(|of| of.2).sum::<i32>();
            prop_assert_eq!(total, greatest(&weights, &mut Vec::new()));
        }

        /// Few values, so that many rows could be one.
        #[test]
        fn no_patient_holds_two_of_a_list(
            people in proptest::collection::vec((0..3usize, 0..3usize, 0..2usize, 0..3usize), 3..24),
            is_care in proptest::bool::ANY,
        ) {
            let row = |(given, born, postcode, _): (usize, usize, usize, usize)| -> Row<'static> {
                let born = ["1984-03-07", "1984-07-03", "1984-03-08"][born];
                ["", "", "Dunmore", ["Hannah", "Hanna", "Hannahe"][given], born, "", ["OX3 9QT", "LS1 4DX"][postcode], ""]
            };
            let mut lists: [Vec<Row<'_>>; 3] = Default::default();
            people.iter().for_each(|person| lists[person.3].push(row(*person)));
            let mut config = config(&[Standing::Record; 3]);
            (config.link.is_care, config.link.match_at) = (is_care, 0.3);
            config.link.one_to_one = vec!["s0".into(), "s2".into()];
            let prepared = prepare(&config, records(&config, &[&lists[0], &lists[1], &lists[2]]), &Decisions::default());
            let model = train(&prepared);
            let linked = link(&config, prepared, &model);
            for members in &linked.members {
                for list in [0, 2] {
                    let of_list = members.iter().filter(|record| linked.records.source[**record as usize] == list);
                    prop_assert!(of_list.count() <= 1, "{members:?}");
                }
            }
        }
    }

    const FIRST: Row<'static> = ["0-h", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];

    #[test]
    fn the_better_of_two_is_joined_and_the_other_is_asked_about() {
        let better = ["1-h", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
        let worse = ["1-i", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", ""];
        let mut config = config(&[Standing::Record, Standing::Record]);
        config.link.one_to_one = vec!["s0".into(), "s1".into()];
        let none = Decisions::default();
        let (linked, _, one, two) = link_with(&config, &county(200), &[FIRST], &[worse, better], &none);
        assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[1]));
        assert_ne!(linked.patient_of(one[0]), linked.patient_of(two[0]));
        let lost = linked.pairs.iter().find(|pair| (pair.left, pair.right) == (one[0], two[0])).expect("it is shown");
        assert_eq!((lost.standing, lost.reason), (PairStanding::Review, Some(Reason::AnotherFitsBetter)));
        // What a person says outranks it, and the other then gives way.
        let same = said(&[((0, 1), (1, 1), Answer::Same)]);
        let (linked, _, one, two) = link_with(&config, &county(200), &[FIRST], &[worse, better], &same);
        assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[0]));
        assert_ne!(linked.patient_of(one[0]), linked.patient_of(two[1]));
    }
}
