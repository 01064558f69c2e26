//! From the pair to one symmetric matrix: `K + s M = L L'`, `C = L^-1 M L^-T`.
//!
//! Everything is scaled first by powers of two, `S = diag(2^-e)`, so that the diagonal of
//! `S (K + s M) S` lies between 1/2 and 2 and the largest entry of `S M S` is about one: millimetres
//! beside radians, or a penalty beside a soft spring, then cost no accuracy, and the scaling
//! itself rounds nothing.

use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Mat, MatMut, MatRef, Par};

use super::super::EigenError;
use super::super::symmetric::{symmetric_into, symmetric_scratch};
use super::{PairWorkspace, Pencil};
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};

/// How well the Cholesky factorization went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pivots {
    /// Largest ratio of a diagonal entry to its pivot, `A_ii / L_ii^2`; at least one.
    pub ratio: f64,
    /// The equation with that ratio.
    pub dof: usize,
}

/// The sum is not positive definite in working precision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused;

/// Bytes of scratch that a pair of size `n` needs.
pub(super) fn scratch(n: usize) -> StackReq {
    cholesky_in_place_scratch::<f64>(n, Par::Seq, Default::default()).or(symmetric_scratch(n))
}

/// Factors `S (K + shift M) S = L L'` into `work.factor`, with `S` in `work.scale`.
pub(super) fn factor(work: &mut PairWorkspace, pencil: Pencil<'_>, shift: f64) -> Result<Pivots, Refused> {
    scaled_sum(work, pencil, shift)?;
    let diagonal: Vec<f64> = (0..work.n).map(|i| work.factor[(i, i)]).collect();
    cholesky_in_place(
        work.factor.as_mut(),
        Default::default(),
        Par::Seq,
        MemStack::new(&mut work.memory),
        Default::default(),
    )
    .map_err(|_| Refused)?;
    let mut pivots = Pivots { ratio: 1.0, dof: 0 };
    for (dof, original) in diagonal.iter().enumerate() {
        let ratio = original / work.factor[(dof, dof)].powi(2);
        if ratio.is_nan() {
            return Err(Refused);
        }
        if ratio > pivots.ratio {
            pivots = Pivots { ratio, dof };
        }
    }
    Ok(pivots)
}

/// Lower triangle of `S (K + shift M) S` into `work.factor`.
fn scaled_sum(work: &mut PairWorkspace, pencil: Pencil<'_>, shift: f64) -> Result<(), Refused> {
    let entry = |i: usize, j: usize| match shift {
        0.0 => pencil.stiffness[(i, j)],
        _ => pencil.stiffness[(i, j)] + shift * pencil.mass[(i, j)],
    };
    for i in 0..work.n {
        work.scale[i] = inverse_root(entry(i, i)).ok_or(Refused)?;
    }
    for j in 0..work.n {
        for i in j..work.n {
            work.factor[(i, j)] = entry(i, j) * work.scale[i] * work.scale[j];
        }
    }
    Ok(())
}

/// The power of two next to `1 / sqrt(value)`, for positive finite values.
fn inverse_root(value: f64) -> Option<f64> {
    let positive = value > 0.0 && value.is_finite();
    positive.then(|| (-0.5 * value.log2()).round().exp2())
}

/// `C = L^-1 (c S M S) L^-T` into `work.reduced`; returns `c`, a power of two, or `None` for `M = 0`.
pub(super) fn reduce(work: &mut PairWorkspace, pencil: Pencil<'_>) -> Result<Option<f64>, EigenError> {
    let n = work.n;
    let mut largest = 0.0_f64;
    for j in 0..n {
        for i in j..n {
            let value = pencil.mass[(i, j)] * work.scale[i] * work.scale[j];
            work.reduced[(i, j)] = value;
            largest = largest.max(value.abs());
        }
    }
    if largest == 0.0 {
        return Ok(None);
    }
    let unit = (-largest.log2()).round().exp2();
    if !unit.is_finite() || unit == 0.0 {
        return Err(EigenError::OutOfRange);
    }
    for j in 0..n {
        for i in j..n {
            let value = work.reduced[(i, j)] * unit;
            work.reduced[(i, j)] = value;
            work.reduced[(j, i)] = value;
        }
    }
    let lower = work.factor.as_ref();
    solve_lower_triangular_in_place(lower, work.reduced.as_mut(), Par::Seq);
    solve_lower_triangular_in_place(lower, work.reduced.as_mut().transpose_mut(), Par::Seq);
    Ok(Some(unit))
}

/// Eigenvalues of `work.reduced`, ascending, into `work.mu`, and its eigenvectors if wanted.
pub(super) fn spectrum(work: &mut PairWorkspace, vectors: Option<MatMut<'_, f64>>) -> Result<(), EigenError> {
    let stack = MemStack::new(&mut work.memory);
    symmetric_into(work.reduced.as_ref(), &mut work.mu, vectors, stack)
}

/// Why `K + shift M` could not be factored, in terms of the motion that is to blame.
///
/// Runs only on the way to an error, hence allocates: one more eigenproblem, of the scaled sum.
pub(super) fn diagnose(pencil: Pencil<'_>, shift: f64) -> EigenError {
    let n = pencil.stiffness.nrows();
    let mut work = PairWorkspace::new(n);
    if scaled_sum(&mut work, pencil, shift).is_err() {
        return diagonal_at_fault(pencil, shift);
    }
    let mut vectors = Mat::zeros(n, n);
    let mut memory = MemBuffer::new(symmetric_scratch(n));
    let stack = MemStack::new(&mut memory);
    let sum = work.factor.as_ref();
    if let Err(error) = symmetric_into(sum, &mut work.mu, Some(vectors.as_mut()), stack) {
        return error;
    }
    let eigenvalue = work.mu[0];
    let dof = largest_component(vectors.as_ref());
    let rounding = 16.0 * n as f64 * f64::EPSILON * work.mu[n - 1];
    if eigenvalue < -rounding {
        return EigenError::NotDefinite { shift, dof, eigenvalue };
    }
    EigenError::SharedNullVector { dof, energy_ratio: eigenvalue.max(0.0) }
}

fn largest_component(vectors: MatRef<'_, f64>) -> usize {
    let size = |i: usize| vectors[(i, 0)].abs();
    (0..vectors.nrows()).fold(0, |best, i| if size(i) > size(best) { i } else { best })
}

/// The first equation whose diagonal of `K + shift M` is not positive.
fn diagonal_at_fault(pencil: Pencil<'_>, shift: f64) -> EigenError {
    let entry = |i: usize, j: usize| pencil.stiffness[(i, j)] + shift * pencil.mass[(i, j)];
    let n = pencil.stiffness.nrows();
    let Some(dof) = (0..n).find(|&i| inverse_root(entry(i, i)).is_none()) else {
        return EigenError::OutOfRange;
    };
    let eigenvalue = entry(dof, dof);
    let coupled = (0..dof).any(|j| entry(dof, j) != 0.0) || (dof + 1..n).any(|i| entry(i, dof) != 0.0);
    if !eigenvalue.is_finite() {
        EigenError::OutOfRange
    } else if eigenvalue < 0.0 || coupled {
        EigenError::NotDefinite { shift, dof, eigenvalue }
    } else {
        EigenError::SharedNullVector { dof, energy_ratio: 0.0 }
    }
}
