//! The kernel of the diagonal block of one panel: L L' as fast as it can be had, and what is done where a pivot is
//! not positive.
//!
//! - Positive definite: column by column, so that all DOFs without a pivot are found.
//! - Indefinite: the signed Cholesky factorization L S L', S = diag(+-1), with positive diagonal sqrt(|d|) in L. It is
//!   L D L' with the size of D moved into L. No interchanges.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltParams, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::reborrow::{Reborrow, ReborrowMut};
use faer::{Accum, MatMut, MatRef, Par, Spec};

/// A pivot below this part of its diagonal entry, negative, is no rounding error.
const CLEARLY_NEGATIVE: f64 = 1e-8;

/// Signed blocks of at most so many columns are worked on column by column, wider ones in halves.
const FEW_COLUMNS: usize = 16;

/// A pivot that the factorization can't use.
#[derive(Debug, Clone, Copy)]
pub(super) enum BadPivot {
    /// Zero but for rounding, or far below the diagonal; the DOF was held fixed and the work went on.
    Vanishing { column: u32 },
    /// Clearly below zero, where all have to be positive.
    Negative { column: u32, pivot: f64 },
    /// Zero, where both signs are allowed; what comes after it means nothing.
    Zero { column: u32 },
}

/// Cholesky's factorization of the lower triangle, in place; false where a pivot is not positive.
pub(super) fn cholesky(block: MatMut<'_, f64>) -> bool {
    let params = Spec::<LltParams, f64>::default();
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(block.nrows(), Par::Seq, params));
    let done = cholesky_in_place(block, Default::default(), Par::Seq, MemStack::new(&mut memory), params);
    done.is_ok()
}

/// Column by column, holding a DOF fixed where its pivot vanishes, so that all of them are found.
pub(super) fn cholesky_slowly(mut block: MatMut<'_, f64>, diagonal: &[f64], begin: u32) -> Vec<BadPivot> {
    let width = block.nrows();
    let mut bad = Vec::new();
    for col in 0..width {
        let known: f64 = (0..col).map(|k| block[(col, k)].powi(2)).sum();
        let pivot = block[(col, col)] - known;
        let column = begin + col as u32;
        // A pivot of rounding size: the sum of squares is exact to eps times the diagonal.
        let vanishing = pivot <= 64.0 * f64::EPSILON * diagonal[col].abs();
        if pivot < -CLEARLY_NEGATIVE * diagonal[col].abs() || (vanishing && diagonal[col] < 0.0) {
            bad.push(BadPivot::Negative { column, pivot });
        } else if vanishing {
            bad.push(BadPivot::Vanishing { column });
        }
        let fixed = vanishing.then(|| diagonal[col].abs().max(1.0) * 1e30);
        let root = fixed.unwrap_or(pivot).sqrt();
        block[(col, col)] = root;
        for row in col + 1..width {
            let known: f64 = (0..col).map(|k| block[(row, k)] * block[(col, k)]).sum();
            block[(row, col)] = (block[(row, col)] - known) / root;
        }
    }
    bad
}

/// The signed factorization of diagonal blocks, with its buffers.
#[derive(Default)]
pub(super) struct Signed {
    aside: Vec<f64>,
    unflipped: Vec<f64>,
    /// Columns of the block whose pivot is negative, ascending.
    pub negative: Vec<u32>,
    /// Columns of the block whose pivot is zero, ascending.
    pub zero: Vec<u32>,
}

impl Signed {
    /// L S L' of the lower triangle, in place. Pivots of at most the magnitude `smallest[col]` count as zero.
    /// Where all pivots are positive the bits are those of [`cholesky`].
    pub fn factorize(&mut self, mut block: MatMut<'_, f64>, smallest: &[f64]) {
        let width = block.nrows();
        self.negative.clear();
        self.zero.clear();
        self.aside.resize(self.aside.len().max(width * width), 0.0);
        let mut aside = MatMut::from_column_major_slice_mut(&mut self.aside[..width * width], width, width);
        aside.copy_from_triangular_lower(block.rb());
        if cholesky(block.rb_mut()) {
            let is_zero = |&col: &usize| block[(col, col)].powi(2) <= smallest[col];
            self.zero.extend((0..width).filter(is_zero).map(|col| col as u32));
            return;
        }
        block.copy_from_triangular_lower(aside.rb());
        self.in_halves(block, smallest, 0);
    }

    /// `first` is the column of the whole block where this part of it begins.
    fn in_halves(&mut self, block: MatMut<'_, f64>, smallest: &[f64], first: usize) {
        let width = block.nrows();
        if width <= FEW_COLUMNS {
            return self.by_columns(block, smallest, first);
        }
        let half = (width / 2).next_multiple_of(8);
        let known = self.negative.len();
        let (mut top, _, mut low, mut rest) = block.split_at_mut(half, half);
        self.in_halves(top.rb_mut(), &smallest[..half], first);
        // A21 = L21 S1 L11': the solution is L21 S1, the left factor of what the rest loses.
        solve_lower_triangular_in_place(top.rb(), low.rb_mut().transpose_mut(), Par::Seq);
        let negative = &self.negative[known..];
        if negative.is_empty() {
            subtract_lower(rest.rb_mut(), low.rb(), low.rb());
        } else {
            let size = low.nrows() * half;
            self.unflipped.resize(self.unflipped.len().max(size), 0.0);
            let unflipped = &mut self.unflipped[..size];
            let mut unflipped = MatMut::from_column_major_slice_mut(unflipped, low.nrows(), half);
            unflipped.copy_from(low.rb());
            negative.iter().for_each(|&col| flip(low.rb_mut(), col as usize - first));
            subtract_lower(rest.rb_mut(), unflipped.rb(), low.rb());
        }
        self.in_halves(rest, &smallest[half..], first + half);
    }

    fn by_columns(&mut self, mut block: MatMut<'_, f64>, smallest: &[f64], first: usize) {
        let width = block.nrows();
        for col in 0..width {
            let mut pivot = block[(col, col)];
            // NaN counts as zero too.
            if pivot.is_nan() || pivot.abs() <= smallest[col] {
                self.zero.push((first + col) as u32);
                pivot = 1.0;
            } else if pivot < 0.0 {
                self.negative.push((first + col) as u32);
            }
            let (root, sign) = (pivot.abs().sqrt(), 1f64.copysign(pivot));
            block[(col, col)] = root;
            (col + 1..width).for_each(|row| block[(row, col)] /= sign * root);
            for next in col + 1..width {
                let factor = sign * block[(next, col)];
                for row in next..width {
                    block[(row, next)] -= block[(row, col)] * factor;
                }
            }
        }
    }
}

/// The lower triangle of `target - left right'`.
fn subtract_lower(target: MatMut<'_, f64>, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    let (lower, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    matmul(target, lower, Accum::Add, left, full, right.transpose(), full, -1.0, Par::Seq);
}

/// Changes the sign of a column.
pub(super) fn flip(matrix: MatMut<'_, f64>, col: usize) {
    matrix.col_mut(col).iter_mut().for_each(|value| *value = -*value);
}
