//! From general matrices to Hessenberg matrices in lanes, and to eigenvalues.

use std::ops::Range;

use faer::c64;

use super::balance::{Balancing, balance, sum_of_squares};
use super::fallback::Fallback;
use super::francis::{Francis, entries, stride};
use super::hessenberg::Hessenberg;
use super::order;
use super::reduction::Reduction;
use crate::eigen::batch::largest;
use crate::eigen::lane_buffer::LaneBuffer;
use crate::eigen::lanes::MAX_LANES;
use crate::eigen::{EigenError, InstructionSet, Operand};

/// Up to this size the Hessenberg reduction runs in lanes too: above, the lanes leave the second cache.
pub(super) const LARGEST_REDUCED_IN_LANES: usize = 112;

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// One matrix.
    pub dense: Vec<f64>,
    pub balancing: Balancing,
    /// Eigenvectors of one matrix, unsorted.
    pub shapes: Vec<f64>,
    pub order: Vec<usize>,
    pub hessenberg: Hessenberg,
    pub lanes: LaneBuffer,
    pub scratch: LaneBuffer,
    pub values: Vec<c64>,
    pub fallback: Fallback,
}

/// What is known of a matrix before the iteration.
#[derive(Debug, Clone, Default)]
pub(super) struct Prepared {
    /// Rows between the isolated eigenvalues; the rest of the problem.
    pub active: Range<usize>,
    /// The power of two that the matrix was divided by.
    pub scale: f64,
    pub trace: f64,
    /// Frobenius norm after balancing, of what the eigenvalues depend on.
    norm: f64,
}

impl Prepared {
    /// Checks, sorts and scales the eigenvalues of one matrix.
    pub fn finish(&self, values: &mut [c64]) -> Result<(), EigenError> {
        let sum: f64 = values.iter().map(|value| value.re).sum();
        let rounding = 16.0 * values.len() as f64 * f64::EPSILON * self.norm;
        // NaN fails, too.
        if (sum - self.trace).abs().partial_cmp(&rounding).is_none_or(std::cmp::Ordering::is_gt) {
            return Err(EigenError::NotConverged { sum: sum * self.scale, trace: self.trace * self.scale });
        }
        order::sort(values);
        // Adding zero leaves no negative zero.
        values.iter_mut().for_each(|value| *value = *value * self.scale + c64::new(0.0, 0.0));
        let in_range = values.iter().all(|value| value.re.is_finite() && value.im.is_finite());
        if in_range { Ok(()) } else { Err(EigenError::OutOfRange) }
    }
}

impl Workspace {
    pub fn reserve(&mut self, n: usize, set: InstructionSet) {
        let grow = |len: usize, room: usize| len.max(room);
        self.dense.resize(grow(self.dense.len(), n * n), 0.0);
        self.values.resize(grow(self.values.len(), n * set.lanes()), c64::new(0.0, 0.0));
        self.lanes.reals::<pulp::Scalar>(entries(n) * set.lanes());
        self.scratch.reals::<pulp::Scalar>(4 * n * set.lanes());
    }

    /// Eigenvalues of the matrices in the lanes, to `values`; which of them did not converge.
    pub fn iterate(
        &mut self,
        n: usize,
        (sizes, most_sweeps): ([usize; MAX_LANES], u32),
        set: InstructionSet,
    ) -> [bool; MAX_LANES] {
        let matrices = &mut self.lanes.numbers()[..entries(n) * set.lanes()];
        if n <= LARGEST_REDUCED_IN_LANES {
            let scratch = &mut self.scratch.numbers()[..4 * n * set.lanes()];
            set.run(Reduction { matrices, scratch, n });
        }
        let values = &mut self.values[..n * set.lanes()];
        set.run(Francis { hessenberg: matrices, n, sizes, most_sweeps, values })
    }

    /// Checks, scales and balances the matrix in `dense`; isolated eigenvalues go to `values`.
    pub fn prepare(&mut self, n: usize, values: &mut [c64]) -> Result<Prepared, EigenError> {
        let dense = &mut self.dense[..n * n];
        let scale = range_scale(largest(dense, |_| 0..n, n, Operand::Matrix)?);
        if scale != 1.0 {
            dense.iter_mut().for_each(|value| *value /= scale);
        }
        let active = balance(dense, n, &mut self.balancing);
        for (i, value) in values.iter_mut().enumerate() {
            *value = c64::new(dense[i * n + i], 0.0);
        }
        let trace = (0..n).map(|i| dense[i * n + i]).sum();
        let mut square = if active.len() == n { sum_of_squares(dense) } else { 0.0 };
        if active.len() < n {
            let isolated = (0..n).filter(|i| !active.contains(i)).map(|i| dense[i * n + i].powi(2));
            let block = active.clone().map(|j| sum_of_squares(&dense[j * n..][active.clone()]));
            square = block.sum::<f64>() + isolated.sum::<f64>();
        }
        Ok(Prepared { active, scale, trace, norm: square.sqrt() })
    }

    /// Reduces the active block of `dense` and puts it into its lane.
    pub fn reduce(&mut self, n: usize, active: Range<usize>, place: (usize, usize), set: InstructionSet) {
        let size = active.len();
        let (padded, distance) = self.hessenberg.matrix(size);
        let columns = self.dense[active.start * n..active.end * n].chunks_exact(n);
        for (target, column) in padded.chunks_exact_mut(distance).zip(columns) {
            let (rows, padding) = target.split_at_mut(size);
            rows.copy_from_slice(&column[active.clone()]);
            padding.fill(0.0);
        }
        self.hessenberg.reduce(size, set);
        let (reduced, _) = self.hessenberg.matrix(size);
        let columns =
            reduced.chunks_exact(distance).enumerate().map(|(j, column)| &column[..size.min(j + 2)]);
        fill_lane(&mut self.lanes.numbers()[..entries(n) * place.1], columns, stride(n), place);
    }

    /// Puts the active block of `dense` into its lane.
    pub fn scatter(&mut self, n: usize, active: Range<usize>, place: (usize, usize)) {
        let columns = self.dense[active.start * n..active.end * n].chunks_exact(n);
        let columns = columns.map(|column| &column[active.clone()]);
        fill_lane(&mut self.lanes.numbers()[..entries(n) * place.1], columns, stride(n), place);
    }
}

/// Columns into one of so many lanes, with zeros below and beside them.
fn fill_lane<'a>(
    numbers: &mut [f64],
    columns: impl Iterator<Item = &'a [f64]>,
    stride: usize,
    (lane, lanes): (usize, usize),
) {
    let columns = columns.chain(std::iter::repeat::<&[f64]>(&[]));
    for (target, column) in numbers.chunks_exact_mut(stride * lanes).zip(columns) {
        let (filled, zero) = target.split_at_mut(column.len() * lanes);
        for (target, value) in filled.chunks_exact_mut(lanes).zip(column) {
            target[lane] = *value;
        }
        zero.chunks_exact_mut(lanes).for_each(|target| target[lane] = 0.0);
    }
}

/// A power of two by which the entries come into a range where squares neither overflow nor vanish; 1 for
/// nearly all matrices.
fn range_scale(largest: f64) -> f64 {
    const FAR: f64 = 1e90;
    if largest == 0.0 || (1.0 / FAR..FAR).contains(&largest) {
        return 1.0;
    }
    largest.log2().floor().clamp(-1000.0, 1000.0).exp2()
}
