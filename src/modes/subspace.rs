//! Spans of shapes: principal angles, which don't care in which basis a double eigenvalue was reported.

use faer::{Mat, MatRef, Side};

use super::ModesError;
use super::mac::Grams;
use crate::matrix::SymmetricMatrix;

/// Eigenvalue of a Gram matrix with unit diagonal below which its shapes are told to depend on each other:
/// some 1e-5 of angle, above what shapes with six digits leave.
const DEPENDENT: f64 = 1e-10;

/// The smallest squared cosine of the principal angles between span(A) and span(B): 1 where the smaller space
/// lies in the other, 0 where something in it is orthogonal to all of the other. For two single shapes it is
/// their MAC.
///
/// With Q_A, Q_B orthonormal bases (Q' W Q = I; W is `mass`, or the identity) it is the smallest singular
/// value of Q_A' W Q_B, squared; there are as many angles as the smaller space has dimensions. Shapes that
/// depend on others of their set, or have no mass, don't count; with none left the result is 0. Arguments as
/// for [`mac`](super::mac()).
///
/// Source: A. Bjoerck, G. H. Golub, "Numerical methods for computing angles between linear subspaces",
/// Mathematics of Computation 27 (1973) 579-594, doi:10.1090/S0025-5718-1973-0348991-3. Squared cosines near
/// 1 are exact to rounding; angles below 1e-8 are not told from zero.
///
/// # Errors
/// As [`mac`](super::mac()).
///
/// ```
/// // The same plane in two bases at 45 degrees: every single MAC is 1/2.
/// let a = faer::mat![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
/// let b = faer::mat![[1.0, -1.0], [1.0, 1.0], [0.0, 0.0]];
/// let same = modalsweep::modes::subspace_mac(a.as_ref(), b.as_ref(), None)?;
/// assert!((same - 1.0).abs() < 1e-14);
/// # Ok::<(), modalsweep::modes::ModesError>(())
/// ```
pub fn subspace_mac(
    a: MatRef<'_, f64>,
    b: MatRef<'_, f64>,
    mass: Option<&SymmetricMatrix>,
) -> Result<f64, ModesError> {
    let Grams { aa, ab, bb } = Grams::new(a, b, mass)?;
    Ok(smallest_squared_cosine(aa.as_ref(), ab.as_ref(), bb.as_ref()))
}

/// From the inner products A' W A, A' W B, B' W B.
pub(super) fn smallest_squared_cosine(aa: MatRef<'_, f64>, ab: MatRef<'_, f64>, bb: MatRef<'_, f64>) -> f64 {
    let (a, b) = (orthonormal(aa), orthonormal(bb));
    let cosines = a.transpose() * ab * &b;
    if cosines.nrows().min(cosines.ncols()) == 0 {
        return 0.0;
    }
    let squares = match cosines.nrows() <= cosines.ncols() {
        true => &cosines * cosines.transpose(),
        false => cosines.transpose() * &cosines,
    };
    let squares = squares.self_adjoint_eigenvalues(Side::Lower).expect("finite numbers have eigenvalues");
    squares[0].clamp(0.0, 1.0)
}

/// C, one row per shape, such that the columns of A C are an orthonormal basis of span(A): C' (A' W A) C = I.
pub(super) fn orthonormal(gram: MatRef<'_, f64>) -> Mat<f64> {
    let size = gram.nrows();
    if size == 0 {
        return Mat::new();
    }
    let inverse_length = |i: usize| if gram[(i, i)] > 0.0 { gram[(i, i)].sqrt().recip() } else { 0.0 };
    let scale: Vec<f64> = (0..size).map(inverse_length).collect();
    // Of two roundings of one number, the mean.
    let unit = Mat::from_fn(size, size, |i, j| 0.5 * (gram[(i, j)] + gram[(j, i)]) * scale[i] * scale[j]);
    let eigen = unit.self_adjoint_eigen(Side::Lower).expect("finite numbers have eigenvalues");
    let (vectors, values) = (eigen.U(), eigen.S().column_vector());
    let first = (0..size).find(|&k| values[k] > DEPENDENT).unwrap_or(size);
    Mat::from_fn(size, size - first, |i, k| scale[i] * vectors[(i, first + k)] / values[first + k].sqrt())
}
