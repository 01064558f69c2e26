//! The assignment of least cost: which row goes with which column.
//!
//! Shortest augmenting paths with potentials u_i, v_j: u_i + v_j <= c_ij everywhere, with equality at the
//! pairs that are chosen, so that no other choice costs less (R. Jonker, A. Volgenant, "A shortest augmenting
//! path algorithm for dense and sparse linear assignment problems", Computing 38 (1987) 325-340,
//! doi:10.1007/BF02278710).

use faer::MatRef;

/// The column of each row such that the sum of the chosen costs is least; as many pairs as the shorter side
/// has lines, the rows that stay alone have `None`.
///
/// `cost`: rows x columns, any shape, finite; for the largest sum give the negative. Among columns that are
/// equally near the lowest is taken: the same costs always give the same pairs.
///
/// Cost: s^2 l operations for a shorter side s and a longer one l.
///
/// # Panics
/// When a cost is not a finite number.
///
/// ```
/// let cost = faer::mat![[4.0, 1.0, 3.0], [2.0, 0.0, 5.0]];
/// assert_eq!(modalsweep::modes::assign(cost.as_ref()), [Some(1), Some(0)]); // 1 + 2, not 0 + 3 or 0 + 4
/// ```
pub fn assign(cost: MatRef<'_, f64>) -> Vec<Option<usize>> {
    assert!(cost.is_all_finite(), "finite costs");
    if cost.nrows() <= cost.ncols() {
        return rows_to_columns(cost).into_iter().map(Some).collect();
    }
    let mut columns = vec![None; cost.nrows()];
    for (column, row) in rows_to_columns(cost.transpose()).into_iter().enumerate() {
        columns[row] = Some(column);
    }
    columns
}

/// The state between two rows: potentials, and who has each column.
struct Matching {
    row_potential: Vec<f64>,
    column_potential: Vec<f64>,
    owner: Vec<Option<usize>>,
}

/// A path of least reduced cost from a row to a free column.
struct Path {
    /// Where it ends.
    end: usize,
    /// Its length.
    length: f64,
    /// Distance of each column, where it is final.
    reached: Vec<(usize, f64)>,
    /// The row from which each column was reached.
    from: Vec<usize>,
}

/// For at most as many rows as columns: one column for each row.
fn rows_to_columns(cost: MatRef<'_, f64>) -> Vec<usize> {
    let mut matching = Matching {
        row_potential: vec![0.0; cost.nrows()],
        column_potential: vec![0.0; cost.ncols()],
        owner: vec![None; cost.ncols()],
    };
    let mut columns: Vec<usize> = vec![usize::MAX; cost.nrows()];
    for row in 0..cost.nrows() {
        matching.enter(cost, row);
        let path = matching.shortest_path(cost, row, &columns);
        matching.raise(row, &path);
        matching.follow_back(row, &path, &mut columns);
    }
    columns
}

impl Matching {
    /// The highest potential that a new row may have: costs of any sign become reduced costs >= 0.
    fn enter(&mut self, cost: MatRef<'_, f64>, row: usize) {
        let below = self.column_potential.iter().enumerate().map(|(column, v)| cost[(row, column)] - v);
        self.row_potential[row] = below.fold(f64::INFINITY, f64::min);
    }

    /// Dijkstra's search over the reduced costs c_ij - u_i - v_j >= 0.
    fn shortest_path(&self, cost: MatRef<'_, f64>, start: usize, columns: &[usize]) -> Path {
        let mut distance = vec![f64::INFINITY; cost.ncols()];
        let mut from = vec![start; cost.ncols()];
        let mut open: Vec<usize> = (0..cost.ncols()).collect();
        let mut reached = Vec::new();
        let (mut row, mut length) = (start, 0.0);
        loop {
            let mut nearest = 0;
            for (at, &column) in open.iter().enumerate() {
                let reduced = cost[(row, column)] - self.row_potential[row] - self.column_potential[column];
                // Rounding may leave a tight pair slightly below zero.
                let through = length + reduced.max(0.0);
                if through < distance[column] {
                    (distance[column], from[column]) = (through, row);
                }
                if distance[column] < distance[open[nearest]] {
                    nearest = at;
                }
            }
            // Kept in order: ties go to the lowest column.
            let column = open.remove(nearest);
            length = distance[column];
            match self.owner[column] {
                None => return Path { end: column, length, reached, from },
                Some(owner) => {
                    debug_assert_eq!(columns[owner], column);
                    reached.push((column, length));
                    row = owner;
                }
            }
        }
    }

    /// Moves the potentials so that the path becomes tight and nothing else is violated.
    fn raise(&mut self, start: usize, path: &Path) {
        self.row_potential[start] += path.length;
        for &(column, distance) in &path.reached {
            self.column_potential[column] -= path.length - distance;
            if let Some(owner) = self.owner[column] {
                self.row_potential[owner] += path.length - distance;
            }
        }
    }

    /// Hands the columns on along the path.
    fn follow_back(&mut self, start: usize, path: &Path, columns: &mut [usize]) {
        let mut column = path.end;
        loop {
            let row = path.from[column];
            self.owner[column] = Some(row);
            std::mem::swap(&mut columns[row], &mut column);
            if row == start {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use faer::Mat;

    use super::*;

    /// Least sum over all ways, by trying every column for every row; rows <= columns.
    fn brute_force(cost: MatRef<'_, f64>, row: usize, taken: &mut Vec<usize>) -> f64 {
        if row == cost.nrows() {
            return 0.0;
        }
        let mut least = f64::INFINITY;
        for column in 0..cost.ncols() {
            if !taken.contains(&column) {
                taken.push(column);
                least = least.min(cost[(row, column)] + brute_force(cost, row + 1, taken));
                taken.pop();
            }
        }
        least
    }

    fn chosen_sum(cost: MatRef<'_, f64>) -> f64 {
        let columns = assign(cost);
        let mut pairs: Vec<(usize, usize)> =
            columns.iter().enumerate().filter_map(|(row, column)| Some((row, (*column)?))).collect();
        assert_eq!((columns.len(), pairs.len()), (cost.nrows(), cost.nrows().min(cost.ncols())));
        let sum = pairs.iter().map(|&pair| cost[pair]).sum();
        pairs.sort_by_key(|pair| pair.1);
        assert!(pairs.windows(2).all(|two| two[0].1 < two[1].1), "no column twice: {pairs:?}");
        sum
    }

    /// Whole numbers from `0..levels`: exact sums, and many ties where there are few levels.
    fn whole_numbers(rows: usize, cols: usize, levels: u64, state: &mut u64) -> Mat<f64> {
        Mat::from_fn(rows, cols, |_, _| {
            *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((*state >> 33) % levels) as f64 - 3.0
        })
    }

    #[test]
    fn no_permutation_costs_less() {
        let mut state = 1;
        for (rows, cols) in [(1, 1), (2, 2), (3, 3), (5, 5), (6, 6), (1, 6), (2, 5), (3, 7), (4, 6), (5, 7)] {
            for levels in [2, 4, 1000] {
                for _ in 0..20 {
                    let cost = whole_numbers(rows, cols, levels, &mut state);
                    let least = brute_force(cost.as_ref(), 0, &mut Vec::new());
                    assert_eq!(chosen_sum(cost.as_ref()), least, "{cost:?}");
                    assert_eq!(chosen_sum(cost.transpose()), least, "transposed {cost:?}");
                }
            }
        }
    }

    #[test]
    fn the_greedy_choice_is_not_taken() {
        let cost = faer::mat![[0.0, 1.0], [1.0, 100.0]];
        assert_eq!(assign(cost.as_ref()), [Some(1), Some(0)]);
    }

    #[test]
    fn ties_go_to_the_lowest_column_and_nothing_is_nothing() {
        assert_eq!(assign(Mat::zeros(3, 4).as_ref()), [Some(0), Some(1), Some(2)]);
        assert_eq!(assign(Mat::zeros(3, 2).as_ref()), [Some(0), Some(1), None]);
        assert_eq!(assign(Mat::zeros(0, 4).as_ref()), []);
        assert_eq!(assign(Mat::zeros(2, 0).as_ref()), [None, None]);
    }

    #[test]
    #[should_panic(expected = "finite costs")]
    fn nan_is_refused() {
        assign(faer::mat![[f64::NAN]].as_ref());
    }
}
