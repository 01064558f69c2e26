//! The small dense problems that are left of a large one.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd;
use faer::{Col, Mat, MatRef, Par};

/// Eigenvalues, ascending, and orthonormal eigenvectors of a symmetric matrix (its lower triangle); `None` where it
/// holds what is no number.
pub(super) fn symmetric_eigen(matrix: MatRef<'_, f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let size = matrix.nrows();
    let (mut values, mut vectors) = (Col::<f64>::zeros(size), Mat::<f64>::zeros(size, size));
    if size == 0 {
        return Some((Vec::new(), vectors));
    }
    let (compute, params) = (evd::ComputeEigenvectors::Yes, Default::default());
    let scratch = evd::self_adjoint_evd_scratch::<f64>(size, compute, Par::Seq, params);
    let (s, u) = (values.as_diagonal_mut(), Some(vectors.as_mut()));
    let mut memory = MemBuffer::new(scratch);
    let done = evd::self_adjoint_evd(matrix, s, u, Par::Seq, MemStack::new(&mut memory), params);
    let values: Vec<f64> = values.iter().copied().collect();
    (done.is_ok() && values.iter().all(|value| value.is_finite())).then_some((values, vectors))
}
