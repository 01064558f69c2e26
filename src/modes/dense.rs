//! The small dense problems that are left of a large one.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltParams, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::evd;
use faer::{Col, Mat, MatRef, Par, Spec};

/// Eigenvalues, ascending, and orthonormal eigenvectors of a symmetric matrix (its lower triangle); `None` where it
/// holds what is no number.
pub(super) fn symmetric_eigen(matrix: MatRef<'_, f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let size = matrix.nrows();
    let (mut values, mut vectors) = (Col::<f64>::zeros(size), Mat::<f64>::zeros(size, size));
    if size == 0 {
        return Some((Vec::new(), vectors));
    }
    // The solver takes numbers for zero by their absolute size: with entries of 1e-10 eight digits would be lost.
    let scale = power_of_two_above(matrix.norm_max())?;
    let scaled = Mat::from_fn(size, size, |i, j| matrix[(i, j)] / scale);
    let (compute, params) = (evd::ComputeEigenvectors::Yes, Default::default());
    let scratch = evd::self_adjoint_evd_scratch::<f64>(size, compute, Par::Seq, params);
    let (s, u) = (values.as_diagonal_mut(), Some(vectors.as_mut()));
    let mut memory = MemBuffer::new(scratch);
    let done = evd::self_adjoint_evd(scaled.as_ref(), s, u, Par::Seq, MemStack::new(&mut memory), params);
    let values: Vec<f64> = values.iter().map(|value| value * scale).collect();
    (done.is_ok() && values.iter().all(|value| value.is_finite())).then_some((values, vectors))
}

/// The lower triangular L of A = L L' (its lower triangle is read); above the diagonal stands what was there. `None` where A
/// is not positive definite.
pub(super) fn cholesky(mut matrix: Mat<f64>) -> Option<Mat<f64>> {
    let params = Spec::<LltParams, f64>::default();
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(matrix.nrows(), Par::Seq, params));
    let stack = MemStack::new(&mut memory);
    cholesky_in_place(matrix.as_mut(), Default::default(), Par::Seq, stack, params).ok()?;
    Some(matrix)
}

/// `None` for what is no number.
fn power_of_two_above(value: f64) -> Option<f64> {
    if value == 0.0 {
        return Some(1.0);
    }
    // Powers of two change no digits.
    (value.is_finite() && value >= f64::MIN_POSITIVE)
        .then(|| value.log2().ceil().clamp(-1000.0, 1000.0).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [[2, 1], [1, 2]] has 1 and 3, at any scale.
    #[test]
    fn small_entries_keep_their_digits() {
        for scale in [1.0, 1e-10, 1e-30, 1e-200, 1e100] {
            let matrix = Mat::from_fn(40, 40, |i, j| match (i / 2 == j / 2, i == j) {
                (true, true) => 2.0 * scale,
                (true, false) => scale,
                _ => 0.0,
            });
            let (values, _) = symmetric_eigen(matrix.as_ref()).expect("numbers");
            for (k, value) in values.iter().enumerate() {
                let expected = if k < 20 { scale } else { 3.0 * scale };
                assert!((value / expected - 1.0).abs() < 1e-14, "{value} of {expected}");
            }
        }
    }
}
