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
    // The mirror image of a matrix by columns is one by rows, and as symmetric.
    match values.as_slice().or(values.t().as_slice()) {
        Some(entries) if is_symmetric(entries, rows) => Ok(()),
        _ => find_fault(values, matrix),
    }
}

/// Columns whose mirror images, as many rows, are read side by side: a cache line of each row.
const STRIP: usize = 8;

/// The verdict on `n x n` contiguous entries, without the place of what is wrong.
fn is_symmetric(entries: &[f64], n: usize) -> bool {
    // As integers, magnitudes keep their order, and infinity and NaN are above all others.
    let largest = entries.iter().fold(0, |largest, entry| (entry.to_bits() & !(1 << 63)).max(largest));
    let largest = f64::from_bits(largest);
    if !largest.is_finite() {
        return false;
    }
    let difference = |a: f64, b: f64| (0.5 * a - 0.5 * b).abs();
    let row = |i: usize| &entries[i * n..(i + 1) * n];
    let mut worst = [0.0_f64; STRIP];
    let strips = n / STRIP * STRIP;
    for start in (0..strips).step_by(STRIP) {
        let above: [&[f64]; STRIP] = std::array::from_fn(|k| row(start + k));
        for (i, below) in (start..n).map(|i| (i, &row(i)[start..start + STRIP])) {
            for ((worst, &entry), mirror) in worst.iter_mut().zip(below).zip(above) {
                *worst = worst.max(difference(entry, mirror[i]));
            }
        }
    }
    for i in strips..n {
        for j in strips..i {
            worst[0] = worst[0].max(difference(row(i)[j], row(j)[i]));
        }
    }
    worst.into_iter().fold(0.0, f64::max) <= 0.5 * SYMMETRY_TOLERANCE * largest
}

/// Entry by entry.
fn find_fault(values: ArrayView2<'_, f64>, matrix: Operand) -> Result<(), EigenError> {
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn one_entry_that_is_wrong_is_found_wherever_it_is() {
        for n in [1, 2, 7, 8, 9, 16, 19] {
            let good = Array2::from_shape_fn((n, n), |(i, j)| (1 + i * j) as f64 - 3.0 * (i + j) as f64);
            assert_eq!(check_symmetric(good.view(), Operand::Matrix), Ok(()));
            for (row, col) in (0..n).flat_map(|row| (0..n).map(move |col| (row, col))) {
                for wrong in [f64::NAN, f64::NEG_INFINITY, 1e3 + 0.5] {
                    let mut bad = good.clone();
                    bad[[row, col]] = wrong;
                    let found = [bad.view(), bad.t()].map(|view| check_symmetric(view, Operand::Matrix));
                    let slow = [bad.view(), bad.t()].map(|view| find_fault(view, Operand::Matrix));
                    assert_eq!(found.map(|found| found.is_ok()), [wrong.is_finite() && row == col; 2]);
                    assert_eq!(found, slow);
                }
            }
        }
    }
}
