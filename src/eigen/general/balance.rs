//! Balancing of one general matrix: permutations that isolate eigenvalues, and powers of two that
//! make rows and columns alike in norm.
//!
//! The method is that of LAPACK's `dgebal` (Parlett and Reinsch 1969; norms as in James, Langou and
//! Lowery 2014). Most matrices need neither, which one pass over the matrix tells.

use std::ops::Range;

/// Scaling must shrink the sum of the two norms at least to this fraction.
const WORTH_IT: f64 = 0.95;

/// Passes of the scaling after which it is good enough.
const MOST_PASSES: usize = 32;

/// Balances a column-major matrix of size `n` in place: `D^-1 P' A P D`. Returns the rows and columns between
/// the isolated eigenvalues, which lie on the diagonal outside.
///
/// The entries must be finite and far from overflow.
pub(super) fn balance(a: &mut [f64], n: usize, done: &mut Balancing) -> Range<usize> {
    done.exchanges.clear();
    done.factors.clear();
    done.factors.resize(n, 1.0);
    let mut block = Block { a, n, active: 0..n, done };
    block.isolate();
    block.scale();
    block.active
}

/// What balancing did to a matrix, and scratch.
#[derive(Debug, Default)]
pub(super) struct Balancing {
    /// Pairs of rows that were exchanged, in this order.
    exchanges: Vec<(usize, usize)>,
    /// Diagonal of `D`.
    factors: Vec<f64>,
    norms: Vec<f64>,
}

impl Balancing {
    /// `P D x`: from an eigenvector of the balanced matrix to one of the matrix.
    pub fn undo(&self, x: &mut [f64]) {
        for (x, factor) in x.iter_mut().zip(&self.factors) {
            *x *= factor;
        }
        for &(one, other) in self.exchanges.iter().rev() {
            x.swap(one, other);
        }
    }
}

struct Block<'a> {
    a: &'a mut [f64],
    n: usize,
    active: Range<usize>,
    done: &'a mut Balancing,
}

impl Block<'_> {
    /// Moves rows without off-diagonal entries to the end, columns without them to the start.
    fn isolate(&mut self) {
        while let Some(row) = self.active.clone().rev().find(|&row| self.is_isolated_row(row)) {
            self.exchange(row, self.active.end - 1);
            self.active.end -= 1;
        }
        while let Some(col) = self.active.clone().find(|&col| self.is_isolated_column(col)) {
            self.exchange(col, self.active.start);
            self.active.start += 1;
        }
    }

    fn is_isolated_row(&self, row: usize) -> bool {
        self.active.clone().all(|col| col == row || self.a[col * self.n + row] == 0.0)
    }

    fn is_isolated_column(&self, col: usize) -> bool {
        let column = &self.a[col * self.n..][..self.n];
        self.active.clone().all(|row| row == col || column[row] == 0.0)
    }

    /// Exchanges two rows and the columns of the same numbers.
    fn exchange(&mut self, one: usize, other: usize) {
        if one == other {
            return;
        }
        self.done.exchanges.push((one, other));
        for column in self.a.chunks_exact_mut(self.n) {
            column.swap(one, other);
        }
        for row in 0..self.n {
            self.a.swap(one * self.n + row, other * self.n + row);
        }
    }

    fn scale(&mut self) {
        if self.active.len() < 2 || self.is_balanced() {
            return;
        }
        for _ in 0..MOST_PASSES {
            let mut changed = false;
            for index in self.active.clone() {
                changed |= self.scale_one(index);
            }
            if !changed {
                return;
            }
        }
    }

    /// Whether every row is within a factor two of its column: then no scaling is worth it.
    fn is_balanced(&mut self) -> bool {
        let active = self.active.clone();
        let norms = &mut self.done.norms;
        norms.clear();
        norms.resize(2 * active.len(), 0.0);
        let (rows, columns) = norms.split_at_mut(active.len());
        for (col, norm) in active.clone().zip(columns.iter_mut()) {
            let column = &self.a[col * self.n..][active.clone()];
            for (row, value) in rows.iter_mut().zip(column) {
                *row += value * value;
            }
            *norm = sum_of_squares(column);
        }
        rows.iter().zip(columns).all(|(&row, column)| row <= 4.0 * *column && *column <= 4.0 * row)
    }

    /// Scales row and column `index` by a power of two where that brings their norms together.
    fn scale_one(&mut self, index: usize) -> bool {
        const RANGE: f64 = 1e140;
        let (mut column, mut row) = (0.0_f64, 0.0_f64);
        // All entries that are scaled, also those beside the active rows and columns.
        let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0_f64, |m, x| m.max(x.abs()));
        let mut column_entry = largest(&mut self.a[index * self.n..][..self.n].iter().copied());
        let mut row_entry = largest(&mut self.a[index..].iter().copied().step_by(self.n));
        for other in self.active.clone() {
            column = column.hypot(self.a[index * self.n + other]);
            row = row.hypot(self.a[other * self.n + index]);
        }
        if column == 0.0 || row == 0.0 {
            return false;
        }
        let sum = column + row;
        let mut factor = 1.0_f64;
        while column < row / 2.0 && factor < RANGE && column_entry < RANGE {
            (column, row, factor) = (column * 2.0, row / 2.0, factor * 2.0);
            column_entry *= 2.0;
        }
        while row <= column / 2.0 && factor > 1.0 / RANGE && row_entry < RANGE {
            (column, row, factor) = (column / 2.0, row * 2.0, factor / 2.0);
            row_entry *= 2.0;
        }
        if factor == 1.0 || column + row >= WORTH_IT * sum {
            return false;
        }
        self.done.factors[index] *= factor;
        for col in 0..self.n {
            self.a[col * self.n + index] /= factor;
        }
        self.a[index * self.n..][..self.n].iter_mut().for_each(|value| *value *= factor);
        true
    }
}

/// In eight partial sums, so that it runs in vectors.
pub(super) fn sum_of_squares(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value * value;
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|value| value * value).sum::<f64>()
}
