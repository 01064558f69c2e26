//! One dense symmetric matrix, `C = Y diag(mu) Y'`, in memory that the caller owns.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemStack, StackReq};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{MatMut, MatRef, Par};

use super::EigenError;

/// Workspace of [`symmetric_into`] for matrices of size `n`.
pub(super) fn symmetric_scratch(n: usize) -> StackReq {
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
pub(super) fn symmetric_into(
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
