//! Clustering: pairs are joined from the strongest to the weakest, and two clusters only when, on average over all pairs
//! across them, they are more likely one person than two, and no rule forbids it. A chain of good pairs between people who
//! do not resemble one another therefore does not make one patient of them.

use super::pairs::Pair;
use super::score::{Bar, Scorer};
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
    parent: Vec<u32>,
    /// The members of a cluster in a ring: from each the next, from the last the first.
    next: Vec<u32>,
    /// How many members, at the root.
    sizes: Vec<u32>,
    /// The verified number of each cluster; nought when it has none. A decision may join two.
    numbers: Vec<u64>,
    apart: BTreeMap<u32, Vec<u32>>,
}

/// The units of each cluster, and the cluster of each unit. Clusters are numbered by their first unit.
pub(super) struct Groups {
    /// Cluster `c` has `members[starts[c]..starts[c + 1]]`, in order.
    members: Vec<u32>,
    starts: Vec<u32>,
    /// The cluster of each unit.
    pub group_of: Vec<u32>,
}

/// Across two clusters the mean probability must reach this.
const MEAN_AT_LEAST: f64 = 0.5;
/// Of clusters with more members, so many of each are compared.
const COMPARED_AT_MOST: usize = 12;

impl Clusters {
    /// Joins units: what people said first, then pairs of at least `match_at` from the heaviest on. Gives, by their
    /// place, the pairs that could not join.
    pub(super) fn build(
        scorer: &Scorer<'_>,
        numbers: Vec<u64>,
        rulings: &[(u32, u32, Ruling)],
        pairs: &[Pair],
        match_at: f64,
    ) -> (Self, BTreeMap<u32, Bar>) {
        let size = numbers.len() as u32;
        let mut clusters = Clusters {
            parent: (0..size).collect(),
            next: (0..size).collect(),
            sizes: vec![1; numbers.len()],
            numbers,
            apart: BTreeMap::new(),
        };
        for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Different) {
            clusters.apart.entry(*left).or_default().push(*right);
            clusters.apart.entry(*right).or_default().push(*left);
        }
        for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Same) {
            let (left, right) = (clusters.root(*left), clusters.root(*right));
            if left != right {
                clusters.merge(left, right);
            }
        }
        // Pairs stand in order of their units, so that their places decide between equal weights.
        let mut heaviest: Vec<u32> =
            (0u32..).zip(pairs).filter(|(_, pair)| pair.joinable(match_at)).map(|(place, _)| place).collect();
        heaviest.sort_unstable_by_key(|place| (Reverse(pairs[*place as usize].score.weight), *place));
        let mut refused = BTreeMap::new();
        for place in heaviest {
            let pair = &pairs[place as usize];
            let (left, right) = (clusters.root(pair.left), clusters.root(pair.right));
            if left == right {
                continue;
            }
            match clusters.obstacle(scorer, left, right) {
                None => clusters.merge(left, right),
                Some(bar) => {
                    refused.insert(place, bar);
                }
            }
        }
        for (left, right, _) in rulings.iter().filter(|ruling| ruling.2 == Ruling::Different) {
            assert_ne!(clusters.root(*left), clusters.root(*right), "what a person keeps apart is apart");
        }
        (clusters, refused)
    }

    /// The cluster of a unit.
    pub(super) fn root(&mut self, unit: u32) -> u32 {
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

    /// The clusters, numbered.
    pub(super) fn into_groups(mut self) -> Groups {
        let units = self.parent.len() as u32;
        let mut group_of = vec![u32::MAX; self.parent.len()];
        let (mut members, mut starts) = (Vec::with_capacity(self.parent.len()), vec![0]);
        for unit in 0..units {
            let root = self.root(unit);
            if group_of[unit as usize] != u32::MAX {
                continue;
            }
            let group = starts.len() as u32 - 1;
            let first = members.len();
            members.extend(self.members(root));
            members[first..].sort_unstable();
            members[first..].iter().for_each(|member| group_of[*member as usize] = group);
            starts.push(members.len() as u32);
        }
        starts.shrink_to_fit();
        Groups { members, starts, group_of }
    }

    /// The members of a cluster, from its root on.
    fn members(&self, root: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(root), move |unit| Some(self.next[*unit as usize]).filter(|next| *next != root))
    }

    fn obstacle(&self, scorer: &Scorer<'_>, left: u32, right: u32) -> Option<Bar> {
        let (one, two) = (self.numbers[left as usize], self.numbers[right as usize]);
        if one != 0 && two != 0 {
            let members = |root: u32| self.members(root).collect::<Vec<u32>>();
            match scorer.numbers_are_one(one, two) {
                Some(true) => {}
                None if !scorer.keeps_numbers_apart(&members(left), &members(right)) => {}
                _ => return Some(Bar::DifferentNumbers),
            }
        }
        let ruled_apart = |unit: u32| {
            let others = self.apart.get(&unit).into_iter().flatten();
            others.into_iter().any(|other| self.members(right).any(|member| member == *other))
        };
        if !self.apart.is_empty() && self.members(left).any(ruled_apart) {
            return Some(Bar::None);
        }
        if self.sizes[left as usize] == 1 && self.sizes[right as usize] == 1 {
            return None;
        }
        let (mut sum, mut pairs) = (0.0, 0.0);
        for one in self.members(left).take(COMPARED_AT_MOST) {
            for two in self.members(right).take(COMPARED_AT_MOST) {
                let score = scorer.score(one.min(two), one.max(two));
                if score.bar == Bar::OtherGivenName {
                    return Some(Bar::OtherGivenName);
                }
                sum += score.probability();
                pairs += 1.0;
            }
        }
        (sum / pairs < MEAN_AT_LEAST).then_some(Bar::None)
    }

    fn merge(&mut self, left: u32, right: u32) {
        let (into, from) =
            if self.sizes[left as usize] >= self.sizes[right as usize] { (left, right) } else { (right, left) };
        self.parent[from as usize] = into;
        self.sizes[into as usize] += self.sizes[from as usize];
        // Exchanging what follows either makes one ring of two.
        self.next.swap(into as usize, from as usize);
        if self.numbers[into as usize] == 0 {
            self.numbers[into as usize] = self.numbers[from as usize];
        }
    }
}

impl Groups {
    /// How many clusters.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The units of each cluster, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|ends| &self.members[ends[0] as usize..ends[1] as usize])
    }
}
