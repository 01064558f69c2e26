//! One dense symmetric matrix, `C = Y diag(mu) Y'`, in memory that the caller owns.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, MatMut, MatRef, Par};

use crate::eigen::EigenError;

/// Workspace of [`symmetric_into`] for matrices of size `n`.
pub(in crate::eigen) fn symmetric_scratch(n: usize) -> StackReq {
    if n == 0 {
        return StackReq::EMPTY;
    }
    self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Default::default())
}

/// Eigenvalues of the lower triangle of `matrix` into `values`, ascending, and eigenvectors, if
/// wanted, into the columns of `vectors`.
///
/// The eigensolver neither looks for NaN nor reports how its iteration ended, so both are checked
/// here: the first at the door, the second by the trace.
pub(in crate::eigen) fn symmetric_into(
    matrix: MatRef<'_, f64>,
    values: &mut [f64],
    vectors: Option<MatMut<'_, f64>>,
    stack: &mut MemStack,
) -> Result<(), EigenError> {
    let n = matrix.nrows();
    if n == 0 {
        return Ok(());
    }
    let finite = (0..n).all(|j| (j..n).all(|i| matrix[(i, j)].is_finite()));
    if !finite {
        return Err(EigenError::OutOfRange);
    }
    // The solver takes numbers for zero by their absolute size: entries of 1e-10 would lose eight digits.
    let largest =
        (0..n).flat_map(|j| (j..n).map(move |i| (i, j))).fold(0.0, |m: f64, at| m.max(matrix[at].abs()));
    if largest > 0.0 && largest < 0.5 {
        let scale = largest.max(f64::MIN_POSITIVE).log2().ceil().exp2();
        let scaled = Mat::from_fn(n, n, |i, j| if i >= j { matrix[(i, j)] / scale } else { 0.0 });
        symmetric_into(scaled.as_ref(), values, vectors, stack)?;
        values.iter_mut().for_each(|value| *value *= scale);
        return Ok(());
    }
    let trace: f64 = (0..n).map(|i| matrix[(i, i)]).sum();
    let diagonal = DiagMut::from_slice_mut(values);
    let done = self_adjoint_evd(matrix, diagonal, vectors, Par::Seq, stack, Default::default());
    let sum: f64 = values.iter().sum();
    let size = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let rounding = 64.0 * n as f64 * f64::EPSILON * size * (n as f64).sqrt();
    if done.is_err() || (sum - trace).is_nan() || (sum - trace).abs() > rounding {
        return Err(EigenError::NotConverged { sum, trace });
    }
    Ok(())
}

/// Memory for one matrix after another of any size.
#[derive(Default)]
pub(in crate::eigen) struct One {
    size: usize,
    memory: Option<MemBuffer>,
}

impl std::fmt::Debug for One {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("One").field("size", &self.size).finish_non_exhaustive()
    }
}

impl One {
    /// [`symmetric_into`] in memory that grows to the largest size it has met.
    pub fn solve(
        &mut self,
        matrix: MatRef<'_, f64>,
        values: &mut [f64],
        vectors: Option<MatMut<'_, f64>>,
    ) -> Result<(), EigenError> {
        let n = matrix.nrows();
        if self.size < n || self.memory.is_none() {
            self.memory = Some(MemBuffer::new(symmetric_scratch(n)));
            self.size = n;
        }
        let memory = self.memory.as_mut().expect("made above");
        symmetric_into(matrix, values, vectors, MemStack::new(memory))
    }
}
