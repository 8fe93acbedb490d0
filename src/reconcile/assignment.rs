//! One to one at least total cost.

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
        let column_row = cheapest_permutation(rows.len().max(columns.len()), cost);
        for (column, row) in column_row.into_iter().enumerate() {
            if row < rows.len() && column < columns.len() && cost(row, column) < i64::from(CAP) {
                assigned[rows[row]] = Some(columns[column]);
            }
        }
    }
    assigned
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

/// The row of each column in a square problem. Rows and columns count from 1 inside; nought is "none yet".
fn cheapest_permutation(size: usize, cost: impl Fn(usize, usize) -> i64) -> Vec<usize> {
    let mut row_potential = vec![0i64; size + 1];
    let mut column_potential = vec![0i64; size + 1];
    let mut row_of = vec![0usize; size + 1];
    let mut came_from = vec![0usize; size + 1];
    for row in 1..=size {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![i64::MAX; size + 1];
        let mut used = vec![false; size + 1];
        while row_of[column] != 0 {
            used[column] = true;
            let current = row_of[column];
            let (mut delta, mut next) = (i64::MAX, 0);
            for candidate in 1..=size {
                if used[candidate] {
                    continue;
                }
                let reduced = cost(current - 1, candidate - 1) - row_potential[current] - column_potential[candidate];
                if reduced < least[candidate] {
                    least[candidate] = reduced;
                    came_from[candidate] = column;
                }
                if least[candidate] < delta {
                    delta = least[candidate];
                    next = candidate;
                }
            }
            for candidate in 0..=size {
                if used[candidate] {
                    row_potential[row_of[candidate]] += delta;
                    column_potential[candidate] -= delta;
                } else {
                    least[candidate] = least[candidate].saturating_sub(delta);
                }
            }
            column = next;
        }
        while column != 0 {
            let previous = came_from[column];
            row_of[column] = row_of[previous];
            column = previous;
        }
    }
    row_of[1..].iter().map(|row| row - 1).collect()
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
