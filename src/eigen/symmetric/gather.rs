//! From matrices in memory to lanes and back.

use pulp::Simd;

use crate::eigen::lanes::{Lanes, Real};
use crate::eigen::{EigenError, Operand};

/// Largest magnitude in the lower triangle of a column-major matrix of size `n`.
///
/// # Errors
/// [`EigenError::NonFinite`] with the position of the first NaN or infinity of the lower triangle.
#[inline(always)]
pub(in crate::eigen) fn largest(dense: &[f64], n: usize, matrix: Operand) -> Result<f64, EigenError> {
    // As integers, magnitudes keep their order, and infinity and NaN are above all others.
    let magnitude = |value: &f64| value.to_bits() & !(1 << 63);
    let mut largest = 0;
    for (j, column) in dense.chunks_exact(n).enumerate() {
        largest = column[j..].iter().map(magnitude).fold(largest, u64::max);
    }
    let largest = f64::from_bits(largest);
    if largest.is_finite() {
        return Ok(largest);
    }
    for (col, column) in dense.chunks_exact(n).enumerate() {
        if let Some(row) = (col..n).find(|&row| !column[row].is_finite()) {
            return Err(EigenError::NonFinite { matrix, row, col });
        }
    }
    Ok(largest)
}

/// The power of two that brings `largest` to between 1/2 and 2, as far as `f64` allows; 1 for zero.
#[inline(always)]
pub(in crate::eigen) fn unit(largest: f64) -> f64 {
    if largest == 0.0 {
        return 1.0;
    }
    // Beyond 1000 the product of a subnormal number and its unit, or its inverse, would leave the range.
    let exponent = largest.log2().round().clamp(-1000.0, 1000.0);
    (-exponent).exp2()
}

/// Writes the lower triangle of a column-major matrix of size `n`, times `unit`, into one lane.
#[inline(always)]
pub(in crate::eigen) fn fill_lane<S: Simd>(
    _lanes: Lanes<S>,
    target: &mut [Real<S>],
    lane: usize,
    dense: &[f64],
    n: usize,
    unit: f64,
) {
    let target: &mut [f64] = bytemuck::cast_slice_mut(target);
    let width = Lanes::<S>::COUNT;
    for (j, column) in dense.chunks_exact(n).enumerate() {
        let target = &mut target[(j * n + j) * width..(j + 1) * n * width];
        for (vector, value) in target.chunks_exact_mut(width).zip(&column[j..]) {
            vector[lane] = value * unit;
        }
    }
}
