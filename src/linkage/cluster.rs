//! Clustering: pairs are joined from the strongest to the weakest, and two clusters only when, on average over all pairs
//! across them, they are more likely one person than two, and no rule forbids it. A chain of good pairs between people who
//! do not resemble one another therefore does not make one patient of them.

use super::pairs::Pair;
use super::score::{Bar, Scorer};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What a person said of two units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    Same,
    Different,
}

/// Units in clusters.
pub(super) struct Clusters {
    joined: Rings,
    /// The clusters with those that people will join to them; nothing where people join none. What they keep apart is kept
    /// apart across all of it.
    bound: Option<Rings>,
    /// The verified number of each cluster; nought when it has none.
    numbers: Vec<u64>,
    /// By the root of what is bound, else of the cluster: the lists that name everybody once and that it is on, a bit each;
    /// empty where there is no such list.
    lists: Vec<u64>,
    apart: BTreeMap<u32, Vec<u32>>,
}

/// What is known of units beside what they say.
pub(super) struct Marks {
    /// The verified number of each unit; nought when it has none.
    pub numbers: Vec<u64>,
    /// The lists that name everybody once and that each unit is on, a bit each; empty where there is no such list.
    pub lists: Vec<u64>,
    /// The earlier patient that each unit was of, if any; empty where nothing was linked before.
    pub earlier: Vec<Option<u32>>,
}

/// Sets of units.
struct Rings {
    parent: Vec<u32>,
    /// The members of a set in a ring: from each the next, from the last the first.
    next: Vec<u32>,
    /// How many members, at the root.
    sizes: Vec<u32>,
}

/// The units of each cluster, and the cluster of each unit. Clusters are numbered by their first unit.
pub(super) struct Groups {
    /// Cluster `c` has `members[starts[c]..starts[c + 1]]`, in order.
    members: Vec<u32>,
    starts: Vec<u32>,
    /// The cluster of each unit.
    pub group_of: Vec<u32>,
}

/// What became of a pair that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    Joined,
    OneAlready,
    Refused(Bar),
}

/// The places of the pairs that a machine may join, the heaviest first.
pub(super) fn heaviest(pairs: &[Pair], match_at: f64) -> Vec<u32> {
    // Pairs stand in order of their units, so that their places decide between equal weights.
    let joinable = (0u32..).zip(pairs).filter(|(_, pair)| pair.joinable(match_at));
    let mut heaviest: Vec<(Reverse<i32>, u32)> =
        joinable.map(|(place, pair)| (Reverse(pair.score.weight), place)).collect();
    heaviest.par_sort_unstable();
    heaviest.into_iter().map(|(_, place)| place).collect()
}

/// Of clusters with more members, so many of each are compared.
const COMPARED_AT_MOST: usize = 12;

impl Clusters {
    /// Joins units as a machine does: pairs of at least `match_at` from the heaviest on. Gives, by their place, the pairs
    /// that could not join. What was one patient before comes first: what is new joins it as it is, or does not. What people
    /// join comes after it, by [`Clusters::join`]: it tears nothing out of a cluster.
    pub(super) fn build(
        scorer: &Scorer<'_>,
        mut marks: Marks,
        rulings: &[(u32, u32, Ruling)],
        pairs: &[Pair],
        match_at: f64,
    ) -> (Self, BTreeMap<u32, Bar>) {
        let mut heaviest = heaviest(pairs, match_at);
        let earlier = std::mem::take(&mut marks.earlier);
        if !earlier.is_empty() {
            let patient = |unit: u32| earlier[unit as usize];
            heaviest.sort_by_key(|place| {
                let Pair { left, right, .. } = pairs[*place as usize];
                patient(left).is_none() || patient(left) != patient(right)
            });
        }
        let mut clusters = Clusters::alone(marks, rulings);
        let mut refused = clusters.outbid(pairs, &heaviest);
        for place in heaviest {
            if refused.contains_key(&place) {
                continue;
            }
            if let Offer::Refused(bar) = clusters.offer(scorer, &pairs[place as usize]) {
                refused.insert(place, bar);
            }
        }
        (clusters, refused)
    }

    /// Every unit by itself.
    pub(super) fn alone(marks: Marks, rulings: &[(u32, u32, Ruling)]) -> Self {
        let Marks { numbers, lists, earlier: _ } = marks;
        let size = numbers.len() as u32;
        let mut clusters = Clusters { joined: Rings::alone(size), bound: None, numbers, lists, apart: BTreeMap::new() };
        for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Different) {
            clusters.apart.entry(*left).or_default().push(*right);
            clusters.apart.entry(*right).or_default().push(*left);
        }
        for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Same) {
            clusters.bind(*left, *right);
        }
        clusters
    }

    /// Joins the clusters of a pair, unless something forbids it. Pairs must come in the order of [`heaviest`].
    pub(super) fn offer(&mut self, scorer: &Scorer<'_>, pair: &Pair) -> Offer {
        let (left, right) = (self.joined.root(pair.left), self.joined.root(pair.right));
        if left == right {
            return Offer::OneAlready;
        }
        if let Some(bar) = self.obstacle(scorer, left, right) {
            return Offer::Refused(bar);
        }
        self.merge(left, right);
        Offer::Joined
    }

    /// Holds two units for one, as people say that they are.
    fn bind(&mut self, left: u32, right: u32) {
        let lists = self.lists_of(left) | self.lists_of(right);
        let size = self.numbers.len() as u32;
        self.bound.get_or_insert_with(|| Rings::alone(size)).unite(left, right);
        self.put_on(left, lists);
    }

    /// What a unit stands for: all that people bind to its cluster.
    pub(super) fn whole(&mut self, unit: u32) -> u32 {
        self.bound.as_mut().unwrap_or(&mut self.joined).root(unit)
    }

    /// The lists that name everybody once and that the whole of a unit is on.
    pub(super) fn lists_of(&mut self, unit: u32) -> u64 {
        if self.lists.is_empty() {
            return 0;
        }
        let whole = self.whole(unit);
        self.lists[whole as usize]
    }

    fn put_on(&mut self, unit: u32, lists: u64) {
        if !self.lists.is_empty() {
            let whole = self.whole(unit);
            self.lists[whole as usize] = lists;
        }
    }

    /// Whether joining two units would have a list that names everybody once name somebody twice.
    pub(super) fn are_listed_apart(&mut self, left: u32, right: u32) -> bool {
        !self.lists.is_empty()
            && self.whole(left) != self.whole(right)
            && self.lists_of(left) & self.lists_of(right) != 0
    }

    /// Whether two units are in one cluster.
    pub(super) fn are_one(&mut self, left: u32, right: u32) -> bool {
        self.joined.root(left) == self.joined.root(right)
    }

    /// Joins whole clusters, as people said.
    pub(super) fn join(&mut self, rulings: &[(u32, u32, Ruling)]) {
        for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Same) {
            self.joined.unite(*left, *right);
        }
        for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Different) {
            assert_ne!(self.joined.root(*left), self.joined.root(*right), "what a person keeps apart is apart");
        }
    }

    /// The clusters, numbered.
    pub(super) fn groups(&mut self) -> Groups {
        let units = self.numbers.len();
        let mut group_of = vec![u32::MAX; units];
        let (mut members, mut starts) = (Vec::with_capacity(units), vec![0]);
        for unit in 0..units as u32 {
            let root = self.joined.root(unit);
            if group_of[unit as usize] != u32::MAX {
                continue;
            }
            let group = starts.len() as u32 - 1;
            let first = members.len();
            members.extend(self.joined.members(root));
            members[first..].sort_unstable();
            members[first..].iter().for_each(|member| group_of[*member as usize] = group);
            starts.push(members.len() as u32);
        }
        starts.shrink_to_fit();
        Groups { members, starts, group_of }
    }

    fn obstacle(&mut self, scorer: &Scorer<'_>, left: u32, right: u32) -> Option<Bar> {
        let (one, two) = (self.numbers[left as usize], self.numbers[right as usize]);
        if one != 0 && two != 0 {
            let members = |root: u32| self.joined.members(root).collect::<Vec<u32>>();
            match scorer.numbers_are_one(one, two) {
                Some(true) => {}
                None if !scorer.keeps_numbers_apart(&members(left), &members(right)) => {}
                _ => return Some(Bar::DifferentNumbers),
            }
        }
        if self.is_kept_apart(left, right) {
            return Some(Bar::None);
        }
        if self.are_listed_apart(left, right) {
            return Some(Bar::AnotherFitsBetter);
        }
        if self.joined.sizes[left as usize] == 1 && self.joined.sizes[right as usize] == 1 {
            return None;
        }
        let (mut sum, mut pairs) = (0.0, 0.0);
        for one in self.joined.members(left).take(COMPARED_AT_MOST) {
            for two in self.joined.members(right).take(COMPARED_AT_MOST) {
                let (one, two) = (one.min(two), one.max(two));
                let score = scorer.score(one, two);
                if scorer.keeps_given_names_apart(one, two, &score) {
                    let mut all = self.joined.members(left).chain(self.joined.members(right));
                    if !all.any(|third| scorer.are_slips_of_one_name([one, two], third)) {
                        return Some(Bar::OtherGivenName);
                    }
                }
                sum += score.probability();
                pairs += 1.0;
            }
        }
        (sum / pairs < scorer.mean_at_least()).then_some(Bar::None)
    }

    /// Whether people keep any of one cluster, or of what they join to it, apart from any of the other.
    pub(super) fn is_kept_apart(&mut self, left: u32, right: u32) -> bool {
        if self.apart.is_empty() {
            return false;
        }
        let sets = self.bound.as_mut().unwrap_or(&mut self.joined);
        let (left, right) = (sets.root(left), sets.root(right));
        let apart = |unit: u32| self.apart.get(&unit).into_iter().flatten();
        left != right
            && sets.members(left).any(|unit| apart(unit).any(|other| sets.members(right).any(|of| of == *other)))
    }

    fn merge(&mut self, left: u32, right: u32) {
        let lists = self.lists_of(left) | self.lists_of(right);
        if let Some(bound) = &mut self.bound {
            bound.unite(left, right);
        }
        let numbers = [left, right].map(|root| self.numbers[root as usize]);
        let into = self.joined.unite(left, right);
        if self.numbers[into as usize] == 0 {
            self.numbers[into as usize] = numbers[0].max(numbers[1]);
        }
        self.put_on(into, lists);
    }
}

impl Rings {
    fn alone(size: u32) -> Self {
        Rings { parent: (0..size).collect(), next: (0..size).collect(), sizes: vec![1; size as usize] }
    }

    /// The set of a unit.
    fn root(&mut self, unit: u32) -> u32 {
        let mut root = unit;
        while self.parent[root as usize] != root {
            root = self.parent[root as usize];
        }
        let mut step = unit;
        while self.parent[step as usize] != root {
            step = std::mem::replace(&mut self.parent[step as usize], root);
        }
        root
    }

    /// The members of a set, from its root on.
    fn members(&self, root: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(root), move |unit| Some(self.next[*unit as usize]).filter(|next| *next != root))
    }

    /// Makes one set of the sets of two units, and gives its root.
    fn unite(&mut self, left: u32, right: u32) -> u32 {
        let (left, right) = (self.root(left), self.root(right));
        if left == right {
            return left;
        }
        let (into, from) =
            if self.sizes[left as usize] >= self.sizes[right as usize] { (left, right) } else { (right, left) };
        self.parent[from as usize] = into;
        self.sizes[into as usize] += self.sizes[from as usize];
        // Exchanging what follows either makes one ring of two.
        self.next.swap(into as usize, from as usize);
        into
    }
}

impl Groups {
    /// How many clusters.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The units of a cluster, in order.
    pub(super) fn members(&self, cluster: u32) -> &[u32] {
        &self.members[self.starts[cluster as usize] as usize..self.starts[cluster as usize + 1] as usize]
    }

    /// The units of each cluster, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|ends| &self.members[ends[0] as usize..ends[1] as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{County, Row, config, county, number, records};
    use super::super::{link, prepare, train};
    use crate::config::Standing;
    use crate::decisions::Decisions;

    fn row<'a>(number: &'a str, postcode: &'a str, mobile: &'a str) -> Row<'a> {
        ["", number, "Elmyard", "Noah", "1978-09-03", "male", postcode, mobile]
    }

    /// Whether two rows of a first system are one patient, given which patients they were of before, and what a second has.
    fn are_one(first: [Row<'_>; 2], second: &[Row<'_>], earlier: [Option<u32>; 2]) -> bool {
        let County { rows: [one, two] } = county(300);
        let rows = |few: &[Row<'_>], many: &[[String; 8]]| -> Vec<[String; 8]> {
            few.iter().map(|row| row.map(String::from)).chain(many.iter().cloned()).collect()
        };
        let (one, two) = (rows(&first, &one), rows(second, &two));
        let [one, two] = [&one, &two].map(|rows| rows.iter().map(|row| row.each_ref().map(String::as_str)).collect());
        let (one, two): (Vec<Row<'_>>, Vec<Row<'_>>) = (one, two);
        let mut config = config(&[Standing::Record, Standing::Record]);
        // Where care hangs on it, who fits almost as well bars both.
        config.link.is_care = false;
        let mut patients = vec![None; one.len() + two.len()];
        patients[..2].copy_from_slice(&earlier);
        let prepared = prepare(&config, records(&config, &[&one, &two]), &Decisions::default()).with_earlier(patients);
        let model = train(&prepared);
        let linked = link(&config, prepared, &model);
        linked.patient_of(0) == linked.patient_of(1)
    }

    #[test]
    fn new_rows_tear_nothing_out_of_an_earlier_patient() {
        let numbers = [90_001, 90_203].map(number);
        let mut first = [row("", "BA20 5FZ", "07700111111"), row(&numbers[0], "", "")];
        // Day and month are exchanged, so that another row fits better.
        first[1][4] = "1978-03-09";
        let second = [row(&numbers[1], "BA20 5FZ", "07700111111")];
        assert!(!are_one(first, &second, [None, None]), "the new row fits better");
        assert!(!are_one(first, &second, [Some(7), Some(8)]) && !are_one(first, &second, [Some(7), None]));
        assert!(are_one(first, &second, [Some(7), Some(7)]), "a person is asked about the new row");
    }
}
