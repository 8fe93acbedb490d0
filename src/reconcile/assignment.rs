//! One to one at least total cost.

use crate::linkage::Permutation;

/// What it costs to leave a row and a column alone. A pair at or above it is never made.
///
/// A conflict costs more than half of it, so that an agreement is never given up for two conflicts.
pub(super) const CAP: u32 = 60;

/// Assigns rows to columns one to one so that the cost of the pairs, and [`CAP`] for each row left alone, is least in
/// all. `costs[row][column]` is `None` where the two cannot be one. Gives the column of each row.
///
/// The Hungarian method with potentials, for each set of rows and columns that hang together by itself: a patient with a
/// booking a week for ten years has many small sets and no large one. Equal totals are decided by the order of rows and
/// columns, so callers put both in an order that does not depend on where rows stand in files.
pub(super) fn assign(costs: &[Vec<Option<u32>>]) -> Vec<Option<usize>> {
    let mut assigned = vec![None; costs.len()];
    for (rows, columns) in sets(costs) {
        let cost = |row: usize, column: usize| -> i64 {
            let of = |row: &usize| columns.get(column).and_then(|column| costs[*row][*column]);
            i64::from(rows.get(row).and_then(of).map_or(CAP, |pair| pair.min(CAP)))
        };
        let permutation = Permutation::cheapest(rows.len().max(columns.len()), cost);
        for (column, row) in permutation.rows().enumerate() {
            if row < rows.len() && column < columns.len() && cost(row, column) < i64::from(CAP) {
                assigned[rows[row]] = Some(columns[column]);
            }
        }
    }
    assigned
}

/// Rows that each want one column, and columns that each belong to somebody.
pub(super) struct Contest<'a> {
    /// `costs[row][column]` is `None` where the two cannot be one.
    pub(super) costs: &'a [Vec<Option<u32>>],
    /// Whose each column is.
    pub(super) owners: &'a [u32],
    /// With whom a row can be without a column of its own, and at what cost.
    pub(super) beside: &'a [Vec<(u32, u32)>],
    /// What it costs to leave a row alone.
    pub(super) alone: u32,
}

impl Contest<'_> {
    /// Of the assignment that costs least in all, one to one: with whom each row is, and how much more everything would cost
    /// if it were with nobody or with anybody else.
    pub(super) fn decide(&self) -> Vec<Option<(u32, u32)>> {
        let size = self.costs.len().max(self.owners.len());
        let table: Vec<Vec<i64>> = (0..size).map(|row| self.row(row, size, None)).collect();
        let best = Permutation::cheapest(size, |row, column| table[row][column]);
        let total = best.total(|row, column| table[row][column]);
        let mut chosen = vec![None; self.costs.len()];
        for (column, row) in best.rows().enumerate().filter(|(_, row)| *row < self.costs.len()) {
            let Some(owner) = self.owner(row, column) else { continue };
            let elsewhere = self.row(row, size, Some(owner));
            let cost =
                |other: usize, column: usize| if other == row { elsewhere[column] } else { table[other][column] };
            let without = best.without(row, column, cost).total(cost);
            chosen[row] = Some((owner, u32::try_from(without - total).expect("what is best costs least")));
        }
        chosen
    }

    /// What a row costs at every column, where what belongs to `barred` is closed to it. Beyond the last row are others that
    /// want nothing.
    fn row(&self, row: usize, size: usize, barred: Option<u32>) -> Vec<i64> {
        let Some(costs) = self.costs.get(row) else { return vec![0; size] };
        let is_open = |owner: &u32| Some(*owner) != barred;
        let beside = self.beside[row].iter().filter(|(owner, _)| is_open(owner)).map(|(_, cost)| *cost);
        let least = beside.min().map_or(self.alone, |cost| cost.min(self.alone));
        let direct = |column: usize| self.owners.get(column).filter(|owner| is_open(owner)).and_then(|_| costs[column]);
        (0..size).map(|column| i64::from(direct(column).map_or(least, |cost| cost.min(least)))).collect()
    }

    /// With whom a row is that has a column.
    fn owner(&self, row: usize, column: usize) -> Option<u32> {
        let direct = self.owners.get(column).and_then(|owner| Some((self.costs[row][column]?, *owner)));
        let beside = self.beside[row].iter().map(|(owner, cost)| (*cost, *owner));
        beside.chain(direct).filter(|(cost, _)| *cost < self.alone).min().map(|(_, owner)| owner)
    }
}

/// Rows and columns that pairs join, each set in order; what is in no pair is in no set.
fn sets(costs: &[Vec<Option<u32>>]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let columns = costs.first().map_or(0, Vec::len);
    let can_be = |row: usize, column: usize| costs[row][column].is_some_and(|cost| cost < CAP);
    let mut rows_left = vec![true; costs.len()];
    let mut columns_left = vec![true; columns];
    let mut sets = Vec::new();
    for first in 0..costs.len() {
        if !std::mem::take(&mut rows_left[first]) {
            continue;
        }
        let (mut rows, mut own_columns) = (vec![first], Vec::new());
        let mut next = 0;
        while let Some(row) = rows.get(next).copied() {
            next += 1;
            for column in (0..columns).filter(|column| can_be(row, *column)) {
                if std::mem::take(&mut columns_left[column]) {
                    own_columns.push(column);
                    let joined = |other: &usize| can_be(*other, column) && rows_left[*other];
                    let others: Vec<usize> = (0..costs.len()).filter(joined).collect();
                    others.iter().for_each(|other| rows_left[*other] = false);
                    rows.extend(others);
                }
            }
        }
        rows.sort_unstable();
        own_columns.sort_unstable();
        if !own_columns.is_empty() {
            sets.push((rows, own_columns));
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(costs: &[Vec<Option<u32>>], assigned: &[Option<usize>]) -> u32 {
        let pair = |(row, column): (usize, &Option<usize>)| {
            column.map_or(CAP, |column| costs[row][column].expect("a pair that can be"))
        };
        assigned.iter().enumerate().map(pair).sum()
    }

    /// Every way there is.
    fn least_by_trying(costs: &[Vec<Option<u32>>], row: usize, taken: &mut Vec<bool>) -> u32 {
        if row == costs.len() {
            return 0;
        }
        let mut best = CAP + least_by_trying(costs, row + 1, taken);
        for column in 0..costs[row].len() {
            if let (Some(cost), false) = (costs[row][column], taken[column]) {
                taken[column] = true;
                best = best.min(cost + least_by_trying(costs, row + 1, taken));
                taken[column] = false;
            }
        }
        best
    }

    fn tables() -> impl Strategy<Value = Vec<Vec<Option<u32>>>> {
        (1usize..6, 0usize..6).prop_flat_map(|(rows, columns)| {
            prop::collection::vec(prop::collection::vec(prop::option::of(0u32..CAP), columns), rows)
        })
    }

    proptest! {
        #[test]
        fn no_other_assignment_costs_less(costs in tables()) {
            let assigned = assign(&costs);
            let mut columns: Vec<usize> = assigned.iter().flatten().copied().collect();
            columns.sort_unstable();
            prop_assert!(columns.windows(2).all(|pair| pair[0] < pair[1]), "a column is used once");
            let columns = costs.first().map_or(0, Vec::len);
            prop_assert_eq!(total(&costs, &assigned), least_by_trying(&costs, 0, &mut vec![false; columns]));
        }
    }

    /// A table, whose its columns are, and with whom its rows can be beside them.
    type Sides = (Vec<Vec<Option<u32>>>, Vec<u32>, Vec<Vec<(u32, u32)>>);

    fn contests() -> impl Strategy<Value = Sides> {
        (1usize..5, 0usize..5).prop_flat_map(|(rows, columns)| {
            let costs = prop::collection::vec(prop::collection::vec(prop::option::of(0u32..9), columns), rows);
            let beside = prop::collection::vec(prop::collection::vec((0u32..4, 0u32..12), 0..3), rows);
            (costs, prop::collection::vec(0u32..4, columns), beside)
        })
    }

    const ALONE: u32 = 10;

    /// Every way there is: what each costs, and with whom each row then is.
    fn ways(sides: &Sides, row: usize, taken: &mut Vec<bool>) -> Vec<(u32, Vec<Option<u32>>)> {
        let (costs, owners, beside) = sides;
        if row == costs.len() {
            return vec![(0, Vec::new())];
        }
        let mut all = Vec::new();
        let mut go_on = |cost: u32, owner: Option<u32>, taken: &mut Vec<bool>| {
            for (rest, mut others) in ways(sides, row + 1, taken) {
                others.insert(0, owner);
                all.push((cost + rest, others));
            }
        };
        go_on(ALONE, None, taken);
        beside[row].iter().for_each(|(owner, cost)| go_on(*cost, Some(*owner), taken));
        for column in 0..owners.len() {
            if let (Some(cost), false) = (costs[row][column], taken[column]) {
                taken[column] = true;
                go_on(cost, Some(owners[column]), taken);
                taken[column] = false;
            }
        }
        all
    }

    proptest! {
        #[test]
        fn a_contest_is_decided_as_by_trying_every_way(sides in contests()) {
            let contest = Contest { costs: &sides.0, owners: &sides.1, beside: &sides.2, alone: ALONE };
            let ways = ways(&sides, 0, &mut vec![false; sides.1.len()]);
            let least = ways.iter().map(|(cost, _)| *cost).min().expect("a way");
            let decided = contest.decide();
            for (row, chosen) in decided.iter().enumerate() {
                let otherwise = |owner: u32| {
                    let ways = ways.iter().filter(|(_, owners)| owners[row] != Some(owner));
                    ways.map(|(cost, _)| *cost).min().expect("to be left alone is a way")
                };
                match chosen {
                    Some((owner, margin)) => prop_assert_eq!(least + margin, otherwise(*owner)),
                    None => prop_assert!(ways.iter().any(|(cost, owners)| *cost == least && owners[row].is_none())),
                }
            }
            // What is clear is clear together: some best way has all of it.
            let clear = |owners: &[Option<u32>]| {
                let mut decided = decided.iter().zip(owners);
                decided.all(|(chosen, owner)| chosen.is_none_or(|(chosen, margin)| margin == 0 || *owner == Some(chosen)))
            };
            prop_assert!(ways.iter().filter(|(cost, _)| *cost == least).all(|(_, owners)| clear(owners)));
        }
    }

    #[test]
    fn an_agreement_is_not_given_up_for_two_conflicts() {
        let costs = vec![vec![Some(0), Some(35)], vec![Some(35), None]];
        assert_eq!(assign(&costs), [Some(0), None]);
    }

    #[test]
    fn nothing_to_assign() {
        assert!(assign(&[]).is_empty());
        assert_eq!(assign(&[vec![], vec![]]), [None, None]);
    }
}
