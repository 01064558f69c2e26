//! Products with blocks of columns, and the matrix in another order.

use super::SymmetricMatrix;

impl SymmetricMatrix {
    /// Y = A X for a block of columns stored row by row: `x`, `y` hold `width` values per equation.
    ///
    /// Cost: `4 * entries * width` floating-point operations.
    ///
    /// # Panics
    /// When `x` or `y` has not `size * width` values.
    pub fn multiply_block_into(&self, x: &[f64], width: usize, y: &mut [f64]) {
        assert!(x.len() == self.size() * width && y.len() == x.len(), "`width` values per equation");
        // Compiled for the vector units that the machine has.
        pulp::Arch::new().dispatch(|| self.multiply_rows(x, width, y));
    }

    #[inline(always)]
    fn multiply_rows(&self, x: &[f64], width: usize, y: &mut [f64]) {
        y.fill(0.0);
        for (col, own) in x.chunks_exact(width.max(1)).enumerate() {
            let (mine, after) = y[col * width..].split_at_mut(width);
            for (row, value) in self.column(col) {
                if row == col {
                    mine.iter_mut().zip(own).for_each(|(sum, x)| *sum += value * x);
                    continue;
                }
                let other = &x[row * width..(row + 1) * width];
                let theirs = &mut after[(row - col - 1) * width..(row - col) * width];
                for (((mine, theirs), own), other) in mine.iter_mut().zip(theirs).zip(own).zip(other) {
                    *mine += value * other;
                    *theirs += value * own;
                }
            }
        }
    }

    /// P A P', equation k going to `places[k]`, without the entries that are exactly zero.
    ///
    /// # Panics
    /// When `places` is not a permutation of `0..size`.
    pub fn permuted_without_zeros(&self, places: &[u32]) -> Self {
        assert_eq!(places.len(), self.size(), "one place per equation");
        let moved = || {
            (0..self.size()).flat_map(move |col| {
                self.column(col).filter(|&(_, value)| value != 0.0).map(move |(row, value)| {
                    let (a, b) = (places[row], places[col]);
                    (a.max(b) as usize, a.min(b) as usize, value)
                })
            })
        };
        let mut col_ptr = vec![0usize; self.size() + 1];
        moved().for_each(|(_, col, _)| col_ptr[col + 1] += 1);
        for col in 0..self.size() {
            col_ptr[col + 1] += col_ptr[col];
        }
        let mut next = col_ptr.clone();
        let mut entries = vec![(0usize, 0.0); col_ptr[self.size()]];
        for (row, col, value) in moved() {
            entries[next[col]] = (row, value);
            next[col] += 1;
        }
        for pair in col_ptr.windows(2) {
            entries[pair[0]..pair[1]].sort_unstable_by_key(|&(row, _)| row);
        }
        let (row_idx, values) = entries.into_iter().unzip();
        Self::from_sorted(col_ptr, row_idx, values)
    }
}
