//! `C = L^-1 K L^-T`, one in each lane, brought to the size of one.

use pulp::Simd;

use super::triangular::{Factor, Rows, times_inverse_transpose};
use crate::eigen::lane_buffer::column_stride;
use crate::eigen::lanes::{Lanes, MAX_LANES, Real};
use crate::eigen::symmetric::unit;

/// Puts the lower triangle of `unit L^-1 K L^-T` in the place of that of `k`. Returns the units, powers of two.
///
/// `Z = K L^-T` first, all of it; then `C = Z' L^-T` from its diagonal on: `n^3 / 2 + n^3 / 6` products.
#[inline(always)]
pub(super) fn congruence<S: Simd>(
    lanes: Lanes<S>,
    k: &mut [Real<S>],
    factor: Factor<'_, Real<S>>,
) -> [f64; MAX_LANES] {
    let (n, ld) = (factor.n, column_stride(factor.n));
    across_diagonal(k, n, |lower, upper| *upper = *lower);
    times_inverse_transpose(lanes, k, factor, Rows::All);
    across_diagonal(k, n, std::mem::swap);
    times_inverse_transpose(lanes, k, factor, Rows::Lower);
    let mut largest = lanes.zero();
    for (j, column) in k.chunks_exact(ld).enumerate() {
        for &entry in &column[j..n] {
            largest = lanes.max(lanes.abs(entry), largest);
        }
    }
    let mut units = [1.0; MAX_LANES];
    for (unit_of_lane, &largest) in units.iter_mut().zip(lanes.numbers(&largest)) {
        *unit_of_lane = if largest.is_finite() { unit(largest) } else { 1.0 };
    }
    let factors = lanes.load(&units);
    for (j, column) in k.chunks_exact_mut(ld).enumerate() {
        for entry in &mut column[j..n] {
            *entry = lanes.mul(*entry, factors);
        }
    }
    units
}

/// Calls `each` with all pairs `(i, j)` and `(j, i)`, `i > j`.
#[inline(always)]
fn across_diagonal<R>(a: &mut [R], n: usize, each: impl Fn(&mut R, &mut R)) {
    let ld = column_stride(n);
    for j in 0..n {
        let (front, back) = a[j * ld..].split_at_mut(ld);
        for (lower, row) in front[j + 1..n].iter_mut().zip(back.chunks_exact_mut(ld)) {
            each(lower, &mut row[j]);
        }
    }
}
