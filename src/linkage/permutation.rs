//! One to one at least total cost, where each row must have a column.

/// A square problem, solved: each row has a column of its own, so that the cost is least in all. Rows and columns count from 1
/// inside; nought is "none yet".
#[derive(Clone, Debug)]
pub struct Permutation {
    row_potential: Vec<i64>,
    column_potential: Vec<i64>,
    row_of: Vec<usize>,
}

impl Permutation {
    /// The cheapest there is.
    pub fn cheapest(size: usize, cost: impl Fn(usize, usize) -> i64) -> Self {
        let (row_potential, column_potential) = (vec![0i64; size + 1], vec![0i64; size + 1]);
        let mut permutation = Permutation { row_potential, column_potential, row_of: vec![0; size + 1] };
        (1..=size).for_each(|row| permutation.add(row, &cost));
        permutation
    }

    /// The cheapest once a row that has this column costs more than it did, and no other row costs anything else.
    pub fn without(&self, row: usize, column: usize, cost: impl Fn(usize, usize) -> i64) -> Self {
        let mut other = self.clone();
        other.row_of[column + 1] = 0;
        other.add(row + 1, &cost);
        other
    }

    /// The row of each column.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        self.row_of[1..].iter().map(|row| row - 1)
    }

    /// What all pairs cost together.
    pub fn total(&self, cost: impl Fn(usize, usize) -> i64) -> i64 {
        self.rows().enumerate().map(|(column, row)| cost(row, column)).sum()
    }

    /// Finds a column for one more row, along the shortest path on which others make room.
    fn add(&mut self, row: usize, cost: &impl Fn(usize, usize) -> i64) {
        let size = self.row_of.len() - 1;
        let mut came_from = vec![0usize; size + 1];
        self.row_of[0] = row;
        let mut column = 0;
        let mut least = vec![i64::MAX; size + 1];
        let mut used = vec![false; size + 1];
        while self.row_of[column] != 0 {
            used[column] = true;
            let current = self.row_of[column];
            let (mut delta, mut next) = (i64::MAX, 0);
            for candidate in 1..=size {
                if used[candidate] {
                    continue;
                }
                let potentials = self.row_potential[current] + self.column_potential[candidate];
                let reduced = cost(current - 1, candidate - 1) - potentials;
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
                    self.row_potential[self.row_of[candidate]] += delta;
                    self.column_potential[candidate] -= delta;
                } else {
                    least[candidate] = least[candidate].saturating_sub(delta);
                }
            }
            column = next;
        }
        while column != 0 {
            let previous = came_from[column];
            self.row_of[column] = self.row_of[previous];
            column = previous;
        }
    }
}
