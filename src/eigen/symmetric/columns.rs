//! The orthogonal matrix of a reduction, `Q = H_0 H_1 ... H_(n-2)`, one in each lane.

use pulp::Simd;

use super::reduction::dot;
use crate::eigen::lane_buffer::column_stride;
use crate::eigen::lanes::{Lanes, Real};

/// Columns worked on together.
const WIDE: usize = 4;

/// Writes `Q`, `n x n`, to `q`. `reduced` holds the vectors `v_k` in its columns, as
/// [`tridiagonalize`](super::reduction::tridiagonalize) leaves them.
///
/// Backwards, so that `H_k` meets a matrix that differs from the identity only below row `k + 1`: `4/3 n^3`
/// flops.
#[inline(always)]
pub(in crate::eigen) fn orthogonal<S: Simd>(
    lanes: Lanes<S>,
    reduced: &[Real<S>],
    tau: &[Real<S>],
    n: usize,
    q: &mut [Real<S>],
) {
    let ld = column_stride(n);
    let q = &mut q[..n * ld];
    q.fill(lanes.zero());
    for (j, column) in q.chunks_exact_mut(ld).enumerate() {
        column[j] = lanes.splat(1.0);
    }
    for k in (0..n - 1).rev() {
        let v = &reduced[k * ld + k + 1..k * ld + n];
        let columns = &mut q[(k + 1) * ld..];
        let mut blocks = columns.chunks_exact_mut(WIDE * ld);
        for block in &mut blocks {
            let mut each = block.chunks_exact_mut(ld);
            let columns = std::array::from_fn(|_| &mut each.next().expect("columns")[k + 1..n]);
            reflect::<S, WIDE>(lanes, v, tau[k], columns);
        }
        for column in blocks.into_remainder().chunks_exact_mut(ld) {
            reflect::<S, 1>(lanes, v, tau[k], [&mut column[k + 1..n]]);
        }
    }
}

/// `x - tau v (v'x)` for each of the columns `x`.
#[inline(always)]
fn reflect<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    v: &[Real<S>],
    tau: Real<S>,
    columns: [&mut [Real<S>]; W],
) {
    let rows = v.len();
    let columns = columns.map(|column| &mut column[..rows]);
    let mut sums = [lanes.zero(); W];
    if W == 1 {
        sums[0] = dot(lanes, v, columns[0]);
    } else {
        for i in 0..rows {
            for c in 0..W {
                sums[c] = lanes.fma(v[i], columns[c][i], sums[c]);
            }
        }
    }
    let factors = sums.map(|sum| lanes.mul(tau, sum));
    for i in 0..rows {
        for c in 0..W {
            columns[c][i] = lanes.fnma(factors[c], v[i], columns[c][i]);
        }
    }
}
