//! Whether a dense matrix is symmetric: solvers of symmetric problems read the lower triangle alone.

use ndarray::ArrayView2;

use super::{EigenError, Operand};
use crate::matrix::SYMMETRY_TOLERANCE;

/// Checks all entries of a square matrix: finite, and `|a_ij - a_ji| <= tol max |a|` with the tolerance of
/// [`SYMMETRY_TOLERANCE`], which files with 10 digits keep. Cost: one pass over the matrix.
///
/// # Errors
/// [`EigenError::NonFinite`] with the first offender by rows, [`EigenError::NotSymmetric`] with the worst pair,
/// [`EigenError::NotSquare`].
///
/// ```
/// use modalsweep::eigen::{Operand, check_symmetric};
/// check_symmetric(ndarray::array![[2.0, -1.0], [-1.0, 2.0]].view(), Operand::Stiffness)?;
/// assert!(check_symmetric(ndarray::array![[2.0, -1.0], [0.0, 2.0]].view(), Operand::Stiffness).is_err());
/// # Ok::<(), modalsweep::eigen::EigenError>(())
/// ```
pub fn check_symmetric(values: ArrayView2<'_, f64>, matrix: Operand) -> Result<(), EigenError> {
    let (rows, cols) = values.dim();
    if rows != cols {
        return Err(EigenError::NotSquare { matrix, rows, cols });
    }
    let (mut largest, mut worst) = (0.0_f64, (0.0, 0, 0));
    for ((row, col), &value) in values.indexed_iter() {
        if !value.is_finite() {
            return Err(EigenError::NonFinite { matrix, row, col });
        }
        largest = largest.max(value.abs());
        // A mirror image above the diagonal that is not finite was met before.
        let difference = if col < row { (0.5 * value - 0.5 * values[[col, row]]).abs() } else { 0.0 };
        if difference > worst.0 {
            worst = (difference, row, col);
        }
    }
    let (difference, row, col) = worst;
    if difference <= 0.5 * SYMMETRY_TOLERANCE * largest {
        return Ok(());
    }
    let (lower, upper) = (values[[row, col]], values[[col, row]]);
    Err(EigenError::NotSymmetric { matrix, row, col, lower, upper })
}
