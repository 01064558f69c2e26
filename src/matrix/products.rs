//! Products with blocks of columns, and the matrix in another order.

use pulp::NullaryFnOnce;

use super::SymmetricMatrix;

/// Y = A X, compiled for the vector units that the machine has: a struct, since a closure is not.
struct BlockProduct<'a> {
    matrix: &'a SymmetricMatrix,
    x: &'a [f64],
    width: usize,
    y: &'a mut [f64],
}

impl NullaryFnOnce for BlockProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { matrix, x, width, y } = self;
        let mut first = 0;
        while first < width {
            first += match width - first {
                8.. => matrix.multiply_columns::<8>(x, width, first, y),
                4..8 => matrix.multiply_columns::<4>(x, width, first, y),
                _ => matrix.multiply_columns::<1>(x, width, first, y),
            };
        }
    }
}

/// One row of some columns.
#[inline(always)]
fn part<const COLUMNS: usize>(values: &[f64], begin: usize) -> [f64; COLUMNS] {
    let mut part = [0.0; COLUMNS];
    part.copy_from_slice(&values[begin..begin + COLUMNS]);
    part
}

impl SymmetricMatrix {
    /// Y = A X for a block of columns stored row by row: `x`, `y` hold `width` values per equation.
    ///
    /// Cost: `4 * entries * width` floating-point operations.
    ///
    /// # Panics
    /// When `x` or `y` has not `size * width` values.
    pub fn multiply_block_into(&self, x: &[f64], width: usize, y: &mut [f64]) {
        assert!(x.len() == self.size() * width && y.len() == x.len(), "`width` values per equation");
        pulp::Arch::new().dispatch(BlockProduct { matrix: self, x, width, y });
    }

    /// Columns `first..first + COLUMNS` of the block; returns their number.
    #[inline(always)]
    fn multiply_columns<const COLUMNS: usize>(
        &self,
        x: &[f64],
        width: usize,
        first: usize,
        y: &mut [f64],
    ) -> usize {
        for row in 0..self.size() {
            y[row * width + first..][..COLUMNS].fill(0.0);
        }
        for col in 0..self.size() {
            let begin = col * width + first;
            let (own, mut mine) = (part::<COLUMNS>(x, begin), part::<COLUMNS>(y, begin));
            let entries = self.col_ptr()[col]..self.col_ptr()[col + 1];
            for (&row, &value) in self.row_idx()[entries.clone()].iter().zip(&self.values()[entries]) {
                if row == col {
                    for j in 0..COLUMNS {
                        mine[j] += value * own[j];
                    }
                    continue;
                }
                let begin = row * width + first;
                let other = part::<COLUMNS>(x, begin);
                let theirs = &mut y[begin..begin + COLUMNS];
                for j in 0..COLUMNS {
                    mine[j] += value * other[j];
                    theirs[j] += value * own[j];
                }
            }
            y[begin..begin + COLUMNS].copy_from_slice(&mine);
        }
        COLUMNS
    }

    /// P A P', equation k going to `places[k]`, without the entries that are exactly zero.
    ///
    /// # Panics
    /// When `places` is not a permutation of `0..size`.
    pub fn permuted_without_zeros(&self, places: &[u32]) -> Self {
        self.moved(self.size(), |dof| places[dof] as usize, |value| value != 0.0)
    }

    /// The matrix among the equations of a larger one: equation k goes to `places[k]`, the others are
    /// empty.
    ///
    /// # Panics
    /// When `places` names an equation twice, or one at or beyond `size`.
    pub fn embedded(&self, size: usize, places: &[usize]) -> Self {
        assert_eq!(places.len(), self.size(), "one place per equation");
        self.moved(size, |dof| places[dof], |_| true)
    }

    fn moved(&self, size: usize, place: impl Fn(usize) -> usize, keep: impl Fn(f64) -> bool) -> Self {
        let mut taken = vec![false; size];
        for dof in 0..self.size() {
            assert!(!std::mem::replace(&mut taken[place(dof)], true), "every place once");
        }
        let mut columns: Vec<usize> = vec![0; size + 1];
        let (place, keep) = (&place, &keep);
        let entries = || {
            (0..self.size()).flat_map(move |col| {
                self.column(col).filter(move |&(_, value)| keep(value)).map(move |(row, value)| {
                    let (a, b) = (place(row), place(col));
                    (a.max(b), a.min(b), value)
                })
            })
        };
        entries().for_each(|(_, col, _)| columns[col + 1] += 1);
        for col in 0..size {
            columns[col + 1] += columns[col];
        }
        let mut next = columns.clone();
        let mut sorted = vec![(0usize, 0.0); columns[size]];
        for (row, col, value) in entries() {
            sorted[next[col]] = (row, value);
            next[col] += 1;
        }
        for pair in columns.windows(2) {
            sorted[pair[0]..pair[1]].sort_unstable_by_key(|&(row, _)| row);
        }
        let (row_idx, values) = sorted.into_iter().unzip();
        Self::from_sorted(columns, row_idx, values)
    }
}
