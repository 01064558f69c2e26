//! From matrices in memory to lanes and back.

use pulp::Simd;

use crate::eigen::batch::largest;
use crate::eigen::lane_buffer::column_stride;
use crate::eigen::lanes::{Lanes, MAX_LANES, Real};
use crate::eigen::{EigenError, Matrices, Operand};

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

/// Copies the lower triangles of some matrices of size `n` into the lanes of `target`, each times its unit.
/// Returns the units. Lanes without a matrix, or whose matrix is not finite, are zero; an outcome that is
/// already an error stays.
#[inline(always)]
pub(in crate::eigen) fn gather<S: Simd>(
    lanes: Lanes<S>,
    (matrices, operand): (&dyn Matrices, Operand),
    unit: impl Fn(f64) -> f64,
    (n, members): (usize, &[usize]),
    (dense, target): (&mut Vec<f64>, &mut [Real<S>]),
    outcomes: &mut [Result<(), EigenError>],
) -> [f64; MAX_LANES] {
    dense.resize(n * n, 0.0);
    let mut units = [1.0; MAX_LANES];
    for lane in 0..Lanes::<S>::COUNT {
        let mut found = None;
        if let Some(&index) = members.get(lane) {
            matrices.copy_into(index, dense);
            let checked = largest(dense, |col| col..n, n, operand);
            outcomes[lane] = outcomes[lane].and(checked.map(|_| ()));
            found = checked.ok();
        }
        match found {
            Some(largest) => units[lane] = unit(largest),
            None => dense.fill(0.0),
        }
        fill_lane(lanes, target, lane, dense, n, units[lane]);
    }
    units
}

/// Writes the lower triangle of a column-major matrix of size `n`, times `unit`, into one lane.
#[inline(always)]
pub(in crate::eigen) fn fill_lane<S: Simd>(
    lanes: Lanes<S>,
    target: &mut [Real<S>],
    lane: usize,
    dense: &[f64],
    n: usize,
    unit: f64,
) {
    let target = lanes.all_numbers_mut(target);
    let (ld, width) = (column_stride(n), Lanes::<S>::COUNT);
    for (j, column) in dense.chunks_exact(n).enumerate() {
        let target = &mut target[(j * ld + j) * width..(j * ld + n) * width];
        for (vector, value) in target.chunks_exact_mut(width).zip(&column[j..]) {
            vector[lane] = value * unit;
        }
    }
}

/// Copies the eigenvalues of one lane, times `factor`, in ascending order.
#[inline(always)]
pub(in crate::eigen) fn write_values<S: Simd>(
    lanes: Lanes<S>,
    (values, lane): (&[Real<S>], usize),
    factor: f64,
    target: &mut [f64],
) {
    copy_lane(lanes, (values, lane), factor, target);
    target.sort_unstable_by(f64::total_cmp);
}

/// Copies the eigenvectors of one lane, times `factor`, in the ascending order of its eigenvalues.
#[inline(always)]
pub(in crate::eigen) fn write_vectors<S: Simd>(
    lanes: Lanes<S>,
    (values, vectors, lane): (&[Real<S>], &[Real<S>], usize),
    factor: f64,
    order: &mut Vec<usize>,
    target: &mut [f64],
) {
    let (n, width) = (values.len(), Lanes::<S>::COUNT);
    let ld = column_stride(n);
    let numbers = lanes.all_numbers(values);
    let value = |j: usize| numbers[j * width + lane];
    order.clear();
    order.extend(0..n);
    order.sort_unstable_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
    for (&j, target) in order.iter().zip(target.chunks_exact_mut(n)) {
        copy_lane(lanes, (&vectors[j * ld..][..n], lane), factor, target);
    }
}

#[inline(always)]
fn copy_lane<S: Simd>(
    lanes: Lanes<S>,
    (vectors, lane): (&[Real<S>], usize),
    factor: f64,
    target: &mut [f64],
) {
    let numbers = lanes.all_numbers(vectors);
    for (target, vector) in target.iter_mut().zip(numbers.chunks_exact(Lanes::<S>::COUNT)) {
        // Adding zero leaves no negative zero, whose sign would depend on the neighbours.
        *target = vector[lane] * factor + 0.0;
    }
}
