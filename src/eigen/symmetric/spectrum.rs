//! All stages for symmetric matrices that are already in lanes.

use pulp::Simd;

use super::columns::orthogonal;
use super::reduction::{self, Reduced, tridiagonalize};
use super::{root_free, rotations};
use crate::eigen::lane_buffer::{LaneBuffer, column_stride};
use crate::eigen::lanes::{Lanes, MAX_LANES, Real};

/// Memory besides the matrices themselves and their eigenvectors.
#[derive(Debug, Default)]
pub(in crate::eigen) struct SpectrumWork {
    numbers: LaneBuffer,
}

/// Eigenvalues in no order, and which lanes have none.
pub(in crate::eigen) struct LaneSpectrum<'a, R> {
    /// `n` of each lane.
    pub values: &'a [R],
    /// Lanes that did not converge or whose eigenvalues do not sum to the trace.
    pub failed: [bool; MAX_LANES],
}

/// Eigenvalues of the lower triangles of `a`, `n x n` with [`column_stride`], of the size of one; destroys `a`. Eigenvectors, in the
/// order of the eigenvalues, go to `vectors`, if given.
#[inline(always)]
pub(in crate::eigen) fn spectrum<'a, S: Simd>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    n: usize,
    vectors: Option<&mut [Real<S>]>,
    memory: &'a mut SpectrumWork,
) -> LaneSpectrum<'a, Real<S>> {
    let for_rotations = if vectors.is_some() { rotations::work_vectors(n) } else { 0 };
    let room = reduction::work_vectors(n).max(for_rotations);
    let (values, rest) = memory.numbers.reals::<S>(3 * n + room).split_at_mut(n);
    let (below, rest) = rest.split_at_mut(n);
    let (tau, work) = rest.split_at_mut(n);
    let trace = sum(lanes, a.iter().step_by(column_stride(n) + 1).take(n).copied());
    tridiagonalize(lanes, a, n, &mut Reduced { diagonal: values, below, tau }, work);
    let mut failed = match vectors {
        None => root_free::eigenvalues(lanes, values, below),
        Some(x) => {
            orthogonal(lanes, a, tau, n, x);
            rotations::eigenvectors(lanes, values, below, x, work)
        }
    };
    check_sums(lanes, values, trace, &mut failed);
    LaneSpectrum { values, failed }
}

#[inline(always)]
fn sum<S: Simd>(lanes: Lanes<S>, values: impl Iterator<Item = Real<S>>) -> Real<S> {
    values.fold(lanes.zero(), |sum, value| lanes.add(sum, value))
}

/// Marks the lanes whose eigenvalues do not sum to the trace, up to the rounding of the sums and
/// `n eps` times the largest for each eigenvalue, as if their errors were independent.
#[inline(always)]
fn check_sums<S: Simd>(lanes: Lanes<S>, values: &[Real<S>], trace: Real<S>, failed: &mut [bool; MAX_LANES]) {
    let n = values.len() as f64;
    let size = values.iter().fold(lanes.zero(), |size, &value| lanes.max(lanes.abs(value), size));
    let allowed = lanes.mul(lanes.splat(64.0 * f64::EPSILON * n * n.sqrt()), size);
    let error = lanes.abs(lanes.sub(sum(lanes, values.iter().copied()), trace));
    let results = lanes.numbers(&error).iter().zip(lanes.numbers(&allowed));
    for (failed, (error, allowed)) in failed.iter_mut().zip(results) {
        // The comparison also fails for NaN.
        *failed |= error.is_nan() || error > allowed;
    }
}
