//! Tall blocks of columns, stored row by row, and the products that orthogonalization is made of.
//!
//! Rows are worked on in pieces of fixed size, side by side; sums over the pieces run in their order, so that results
//! don't depend on the number of threads.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::ModesError;
use super::narrow::{self, LANES};
use crate::factor::FactorError;
use crate::matrix::Pages;

/// Rows that are worked on together: with a hundred columns, what fits into a second-level cache.
const ROWS_PER_PIECE: usize = 512;

/// `rows x capacity` numbers, row-major, of which the first columns are in use.
#[derive(Debug)]
pub(super) struct Tall {
    values: Pages,
    capacity: usize,
}

impl Tall {
    /// All zero; `None` where there is no memory.
    pub fn zeroed(rows: usize, capacity: usize) -> Option<Self> {
        let capacity = capacity.max(1);
        Some(Self { values: Pages::zeroed(rows.checked_mul(capacity)?)?, capacity })
    }

    /// A copy of the first columns.
    pub fn first(&self, count: usize) -> Result<Self, ModesError> {
        let mut copy = Self::zeroed(self.rows(), count).ok_or_else(no_memory)?;
        let mut block = vec![0.0; self.rows() * count];
        self.columns(0..count).copy_into(&mut block);
        copy.set(0, &block, count);
        Ok(copy)
    }

    /// Some columns.
    pub fn columns(&self, range: std::ops::Range<usize>) -> Columns<'_> {
        debug_assert!(range.end <= self.capacity);
        Columns { values: &self.values, stride: self.capacity, first: range.start, width: range.len() }
    }

    pub fn rows(&self) -> usize {
        self.values.len() / self.capacity
    }

    /// Columns that there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Writes a packed block to the columns from `first` on.
    pub fn set(&mut self, first: usize, block: &[f64], width: usize) {
        if width == 0 {
            return;
        }
        let rows = self.values.chunks_exact_mut(self.capacity).zip(block.chunks_exact(width));
        rows.for_each(|(row, block)| row[first..first + width].copy_from_slice(block));
    }

    /// Replaces the columns `range` by their combinations with the columns of `by`: the first `by.ncols()` of them
    /// are new.
    pub fn combine(&mut self, range: std::ops::Range<usize>, by: MatRef<'_, f64>) {
        let (capacity, wide, width) = (self.capacity, range.len(), by.ncols());
        if width == 0 {
            return;
        }
        self.values.par_chunks_mut(ROWS_PER_PIECE * capacity).for_each_init(Vec::new, |buffer, piece| {
            let rows = piece.len() / capacity;
            buffer.resize(rows * width, 0.0);
            let old = MatRef::from_row_major_slice_with_stride(&piece[range.start..], rows, wide, capacity);
            multiply(row_major(buffer, width), Accum::Replace, old, by, 1.0);
            for (row, new) in piece.chunks_exact_mut(capacity).zip(buffer.chunks_exact(width)) {
                row[range.start..range.start + width].copy_from_slice(new);
            }
        });
    }
}

/// Columns of a tall block, or a packed one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns<'a> {
    values: &'a [f64],
    stride: usize,
    first: usize,
    width: usize,
}

impl<'a> Columns<'a> {
    /// A block without gaps.
    pub fn packed(values: &'a [f64], width: usize) -> Self {
        Self { values, stride: width.max(1), first: 0, width }
    }

    fn pieces(&self) -> usize {
        (self.values.len() / self.stride).div_ceil(ROWS_PER_PIECE)
    }

    fn piece(&self, number: usize) -> MatRef<'a, f64> {
        let rows = self.values.len() / self.stride;
        let begin = number * ROWS_PER_PIECE;
        let rows = ROWS_PER_PIECE.min(rows - begin);
        let values = &self.values[begin * self.stride..(begin + rows) * self.stride];
        MatRef::from_row_major_slice_with_stride(
            &values[self.first.min(values.len())..],
            rows,
            self.width,
            self.stride,
        )
    }

    /// Row k of these columns goes to row `order[k]`.
    pub fn scatter(&self, order: &[u32], mut to: MatMut<'_, f64>) {
        for (row, &target) in self.values.chunks_exact(self.stride).zip(order) {
            for (j, value) in row[self.first..self.first + self.width].iter().enumerate() {
                to[(target as usize, j)] = *value;
            }
        }
    }

    /// These columns without gaps.
    pub fn copy_into(&self, block: &mut [f64]) {
        if self.width == 0 {
            return;
        }
        for (row, block) in self.values.chunks_exact(self.stride).zip(block.chunks_exact_mut(self.width)) {
            block.copy_from_slice(&row[self.first..self.first + self.width]);
        }
    }

    /// A' B, `width x other.width`.
    pub fn cross(&self, other: Columns<'_>) -> Mat<f64> {
        let mut sum = Mat::zeros(self.width, other.width);
        if self.width == 0 || other.width == 0 {
            return sum;
        }
        let part = |piece: usize| {
            let mut part = Mat::<f64>::zeros(self.width, other.width);
            if other.width == LANES {
                narrow::cross(self.rows_of(piece), other.rows_of(piece), part.as_mut());
            } else {
                let (left, right) = (self.piece(piece).transpose(), other.piece(piece));
                multiply(part.as_mut(), Accum::Replace, left, right, 1.0);
            }
            part
        };
        let parts: Vec<Mat<f64>> = (0..self.pieces()).into_par_iter().map(part).collect();
        parts.iter().for_each(|part| sum += part);
        sum
    }

    /// W -= A H for a packed block W.
    pub fn subtract_from(&self, block: &mut [f64], h: MatRef<'_, f64>) {
        self.add_to(block, h, -1.0, Accum::Add);
    }

    /// A C, packed.
    pub fn times_into(&self, c: MatRef<'_, f64>, block: &mut [f64]) {
        self.add_to(block, c, 1.0, Accum::Replace);
    }

    /// Rows of a piece for the narrow products.
    fn rows_of(&self, number: usize) -> narrow::Rows<'a> {
        let values = &self.values[number * ROWS_PER_PIECE * self.stride..];
        let values = &values[..values.len().min(ROWS_PER_PIECE * self.stride)];
        narrow::Rows { values, stride: self.stride, first: self.first, width: self.width }
    }

    fn add_to(&self, block: &mut [f64], by: MatRef<'_, f64>, factor: f64, accum: Accum) {
        let width = by.ncols();
        if width == 0 || (self.width == 0 && accum == Accum::Add) {
            return;
        }
        let row = |i: usize| std::array::from_fn(|j| if j < width { factor * by[(i, j)] } else { 0.0 });
        let packed: Vec<[f64; LANES]> = (0..by.nrows()).map(row).collect();
        block.par_chunks_mut(ROWS_PER_PIECE * width).enumerate().for_each(|(number, piece)| {
            if width == LANES && accum == Accum::Add {
                narrow::add_product(self.rows_of(number), &packed, piece);
            } else {
                multiply(row_major(piece, width), accum, self.piece(number), by, factor);
            }
        });
    }
}

fn multiply(to: MatMut<'_, f64>, accum: Accum, left: MatRef<'_, f64>, right: MatRef<'_, f64>, factor: f64) {
    matmul(to, accum, left, right, factor, Par::Seq);
}

fn row_major(values: &mut [f64], width: usize) -> MatMut<'_, f64> {
    let rows = values.len() / width;
    MatMut::from_row_major_slice_mut(values, rows, width)
}

/// The allocator said no.
pub(super) fn no_memory() -> ModesError {
    ModesError::Factor(FactorError::OutOfMemory)
}
