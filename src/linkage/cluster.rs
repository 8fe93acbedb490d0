//! Clustering: pairs are joined from the strongest to the weakest, and two clusters only when, on average over all pairs
//! across them, they are more likely one person than two, and no rule forbids it. A chain of good pairs between people who
//! do not resemble one another therefore does not make one patient of them.

use super::score::{Bar, Score, Scorer};
use std::collections::BTreeMap;

/// A pair that may join two clusters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub left: u32,
    pub right: u32,
    pub score: Score,
}

/// What a person said of two units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    Same,
    Different,
}

/// Units in clusters.
pub(super) struct Clusters {
    parent: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// The verified number of each cluster; nought when it has none. A decision may join two.
    numbers: Vec<u64>,
    apart: BTreeMap<u32, Vec<u32>>,
}

/// Across two clusters the mean probability must reach this.
const MEAN_AT_LEAST: f64 = 0.5;
/// Of clusters with more members, so many of each are compared.
const COMPARED_AT_MOST: usize = 12;

impl Clusters {
    /// Joins units: what people said first, then edges of at least `match_at` from the heaviest on. Gives the edges that
    /// could not join, in order.
    pub(super) fn build(
        scorer: &Scorer<'_>,
        numbers: Vec<u64>,
        rulings: &[(u32, u32, Ruling)],
        mut edges: Vec<Edge>,
    ) -> (Self, Vec<Edge>) {
        let size = numbers.len();
        let mut clusters = Clusters {
            parent: (0..size as u32).collect(),
            members: (0..size as u32).map(|unit| vec![unit]).collect(),
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
        edges.sort_by_key(|edge| (std::cmp::Reverse(edge.score.weight), edge.left, edge.right));
        let mut refused = Vec::new();
        for edge in edges {
            let (left, right) = (clusters.root(edge.left), clusters.root(edge.right));
            if left == right {
                continue;
            }
            match clusters.obstacle(scorer, left, right) {
                None => clusters.merge(left, right),
                Some(bar) => {
                    let bar = if edge.score.bar == Bar::None { bar } else { edge.score.bar };
                    refused.push(Edge { score: Score { bar, ..edge.score }, ..edge });
                }
            }
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

    /// The units of each cluster, in order.
    pub(super) fn into_groups(self) -> Vec<Vec<u32>> {
        let mut groups: Vec<Vec<u32>> = self.members.into_iter().filter(|members| !members.is_empty()).collect();
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable_by_key(|group| group[0]);
        groups
    }

    fn obstacle(&self, scorer: &Scorer<'_>, left: u32, right: u32) -> Option<Bar> {
        let (one, two) = (self.numbers[left as usize], self.numbers[right as usize]);
        if one != 0 && two != 0 && one != two {
            return Some(Bar::DifferentNumbers);
        }
        let (left, right) = (&self.members[left as usize], &self.members[right as usize]);
        let ruled_apart =
            |unit: &u32| self.apart.get(unit).is_some_and(|others| others.iter().any(|other| right.contains(other)));
        if !self.apart.is_empty() && left.iter().any(ruled_apart) {
            return Some(Bar::None);
        }
        if left.len() * right.len() == 1 {
            return None;
        }
        let (mut sum, mut pairs) = (0.0, 0.0);
        for one in left.iter().take(COMPARED_AT_MOST) {
            for two in right.iter().take(COMPARED_AT_MOST) {
                let score = scorer.score(*one.min(two), *one.max(two));
                if score.bar == Bar::OtherGivenName {
                    return Some(Bar::OtherGivenName);
                }
                sum += score.probability;
                pairs += 1.0;
            }
        }
        (sum / pairs < MEAN_AT_LEAST).then_some(Bar::None)
    }

    fn merge(&mut self, left: u32, right: u32) {
        let (into, from) = if self.members[left as usize].len() >= self.members[right as usize].len() {
            (left, right)
        } else {
            (right, left)
        };
        self.parent[from as usize] = into;
        let moved = std::mem::take(&mut self.members[from as usize]);
        self.members[into as usize].extend(moved);
        if self.numbers[into as usize] == 0 {
            self.numbers[into as usize] = self.numbers[from as usize];
        }
    }
}
