//! Householder reduction of symmetric matrices to tridiagonal form, one in each lane.
//!
//! ```text
//! Q' A Q = T,   Q = H_0 H_1 ... H_(n-2),   H_k = I - tau_k v_k v_k'
//! ```
//!
//! Step `k` needs `y = A v_k`, then changes `A` to `A - v_k w_k' - w_k v_k'`. The changes are put off: every
//! `P`-th step applies `P` of them while its product passes over the same entries, the others only read. From
//! some size on the triangles lie in the second cache, and its bandwidth is what counts.
//!
//! Source: G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition 2013, section 8.3.1.

use pulp::Simd;

use crate::eigen::lane_buffer::column_stride;
use crate::eigen::lanes::{Lanes, Real};

/// Columns worked on together where there are 32 vector registers, and where there are 16.
const WIDE: usize = 4;
const NARROW: usize = 2;

/// Up to this size the triangles lie in the first cache, and putting changes off gains nothing.
const LARGEST_UPDATED_EACH_STEP: usize = 40;

/// A column whose part below the subdiagonal has a square below this is already reduced: the entries of
/// the matrix are of the size of one, and smaller squares would lose digits to underflow.
const NEGLIGIBLE_SQUARE: f64 = 1e-280;

/// What the reduction leaves besides the vectors `v_k`, which replace the lower triangle.
pub(in crate::eigen) struct Reduced<'a, R> {
    /// `n` diagonal entries of `T`.
    pub diagonal: &'a mut [R],
    /// `n - 1` entries below the diagonal of `T`, or more room.
    pub below: &'a mut [R],
    /// `n - 1` factors `tau_k`, or more room.
    pub tau: &'a mut [R],
}

/// Reduces the lower triangle of `a`, of size `n`, whose entries are at most about one.
///
/// `v_k` replaces column `k` below the diagonal, its first component (one) included.
/// `work`: [`work_vectors`] vectors.
#[inline(always)]
pub(in crate::eigen) fn tridiagonalize<S: Simd>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    n: usize,
    out: &mut Reduced<'_, Real<S>>,
    work: &mut [Real<S>],
) {
    if n <= LARGEST_UPDATED_EACH_STEP {
        reduce::<S, 1>(lanes, a, n, out, work);
    } else {
        reduce::<S, 2>(lanes, a, n, out, work);
    }
}

/// Vectors that [`tridiagonalize`] needs.
pub(in crate::eigen) fn work_vectors(n: usize) -> usize {
    3 * n
}

/// The reduction with at most `P` changes put off.
#[inline(always)]
fn reduce<S: Simd, const P: usize>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    n: usize,
    out: &mut Reduced<'_, Real<S>>,
    work: &mut [Real<S>],
) {
    let ld = column_stride(n);
    let (y, w) = work[..(P + 1) * n].split_at_mut(n);
    // Changes put off: those of the last steps, at most P.
    let mut waiting = 0;
    for k in 0..n {
        let (done, rest) = a[..n * ld].split_at_mut(k * ld);
        let (column, trailing) = rest.split_at_mut(ld);
        let column = &mut column[k..n];
        for p in 0..waiting {
            let v = &done[(k - waiting + p) * ld..];
            rank_two(lanes, column, &v[k..n], &w[p * n..][k..n]);
        }
        out.diagonal[k] = column[0];
        if k + 1 == n {
            return;
        }
        let u = &mut column[1..];
        (out.tau[k], out.below[k]) = reflector(lanes, u);
        let (u, tau) = (&*u, out.tau[k]);
        let y = &mut y[k + 1..n];
        y.fill(lanes.zero());
        let triangle = Triangle { entries: trailing, ld, first: k + 1 };
        if waiting == P {
            let v = std::array::from_fn(|p| &done[(k - P + p) * ld..][k + 1..n]);
            let w = std::array::from_fn(|p| &w[p * n..][k + 1..n]);
            triangle.update_and_multiply::<S, P>(lanes, Pending { v, w }, u, y);
            waiting = 0;
        } else {
            triangle.update_and_multiply::<S, 0>(lanes, Pending { v: [], w: [] }, u, y);
            for p in 0..waiting {
                let v = &done[(k - waiting + p) * ld..][k + 1..n];
                multiply_pending(lanes, v, &w[p * n..][k + 1..n], u, y);
            }
        }
        next_w(lanes, u, tau, y, &mut w[waiting * n..][k + 1..n]);
        waiting += 1;
    }
}

/// `x - v w_0 - w v_0`
#[inline(always)]
fn rank_two<S: Simd>(lanes: Lanes<S>, x: &mut [Real<S>], v: &[Real<S>], w: &[Real<S>]) {
    let (v0, w0) = (v[0], w[0]);
    for ((x, &v), &w) in x.iter_mut().zip(v).zip(w) {
        *x = lanes.fnma(w, v0, lanes.fnma(v, w0, *x));
    }
}

/// `y - v (w'u) - w (v'u)`
#[inline(always)]
fn multiply_pending<S: Simd>(
    lanes: Lanes<S>,
    v: &[Real<S>],
    w: &[Real<S>],
    u: &[Real<S>],
    y: &mut [Real<S>],
) {
    let (along_v, along_w) = (dot(lanes, w, u), dot(lanes, v, u));
    for ((y, &v), &w) in y.iter_mut().zip(v).zip(w) {
        *y = lanes.fnma(w, along_w, lanes.fnma(v, along_v, *y));
    }
}

/// Turns `x` into the `v` of a reflector `I - tau v v'` that maps it to `beta` times the first unit vector;
/// returns `(tau, beta)`.
#[inline(always)]
fn reflector<S: Simd>(lanes: Lanes<S>, x: &mut [Real<S>]) -> (Real<S>, Real<S>) {
    let alpha = x[0];
    let square = dot(lanes, &x[1..], &x[1..]);
    let needed = lanes.gt(square, lanes.splat(NEGLIGIBLE_SQUARE));
    let norm = lanes.sqrt(lanes.fma(alpha, alpha, square));
    let beta = lanes.neg(lanes.copysign(norm, alpha));
    let beta = lanes.select(needed, beta, alpha);
    let tau = lanes.keep(needed, lanes.div(lanes.sub(beta, alpha), beta));
    let scale = lanes.div(lanes.splat(1.0), lanes.sub(alpha, beta));
    let scale = lanes.keep(needed, scale);
    x[0] = lanes.splat(1.0);
    for value in &mut x[1..] {
        *value = lanes.mul(*value, scale);
    }
    (tau, beta)
}

/// `w = tau y - (tau^2 y'u / 2) u`, with `u'u = 2 / tau`
#[inline(always)]
fn next_w<S: Simd>(lanes: Lanes<S>, u: &[Real<S>], tau: Real<S>, y: &[Real<S>], w: &mut [Real<S>]) {
    let half = lanes.mul(lanes.splat(0.5), lanes.mul(tau, tau));
    let factor = lanes.mul(half, dot(lanes, y, u));
    for ((w, &y), &u) in w.iter_mut().zip(y).zip(u) {
        *w = lanes.fnma(factor, u, lanes.mul(tau, y));
    }
}

/// Four sums at a time: one would wait for each addition.
#[inline(always)]
pub(in crate::eigen) fn dot<S: Simd>(lanes: Lanes<S>, x: &[Real<S>], y: &[Real<S>]) -> Real<S> {
    let mut sums = [lanes.zero(); 4];
    let y = &y[..x.len()];
    let (x_blocks, x_rest) = x.as_chunks::<4>();
    let (y_blocks, y_rest) = y.as_chunks::<4>();
    for (x, y) in x_blocks.iter().zip(y_blocks) {
        for c in 0..4 {
            sums[c] = lanes.fma(x[c], y[c], sums[c]);
        }
    }
    for (c, (&x, &y)) in x_rest.iter().zip(y_rest).enumerate() {
        sums[c] = lanes.fma(x, y, sums[c]);
    }
    lanes.add(lanes.add(sums[0], sums[1]), lanes.add(sums[2], sums[3]))
}

/// `A` less `v w' + w v'` of each pair is to be put in the place of `A`.
#[derive(Clone, Copy)]
struct Pending<'a, R, const P: usize> {
    v: [&'a [R]; P],
    w: [&'a [R]; P],
}

impl<'a, R, const P: usize> Pending<'a, R, P> {
    /// Without the first rows.
    #[inline(always)]
    fn from(&self, row: usize) -> Self {
        Self { v: self.v.map(|v| &v[row..]), w: self.w.map(|w| &w[row..]) }
    }
}

/// The lower triangle of what is not reduced yet: columns from `first` on, each of `ld` rows.
struct Triangle<'a, R> {
    entries: &'a mut [R],
    ld: usize,
    first: usize,
}

impl<R: Copy> Triangle<'_, R> {
    /// Does what is pending and adds `A u` to `y`.
    #[inline(always)]
    fn update_and_multiply<S: Simd<f64s = R>, const P: usize>(
        self,
        lanes: Lanes<S>,
        pending: Pending<'_, R, P>,
        u: &[R],
        y: &mut [R],
    ) {
        if S::REGISTER_COUNT >= 32 {
            self.by_columns::<S, P, WIDE>(lanes, pending, u, y);
        } else {
            self.by_columns::<S, P, NARROW>(lanes, pending, u, y);
        }
    }

    /// Works on `W` columns at a time, so that the vectors pass through the registers once for all of them.
    #[inline(always)]
    fn by_columns<S: Simd<f64s = R>, const P: usize, const W: usize>(
        self,
        lanes: Lanes<S>,
        pending: Pending<'_, R, P>,
        u: &[R],
        y: &mut [R],
    ) {
        let (ld, first, mut entries) = (self.ld, self.first, self.entries);
        let mut j = 0;
        while y.len() - j >= W {
            let (block, rest) = entries.split_at_mut(W * ld);
            let columns = columns::<R, W>(block, ld, first + j);
            block_of_columns(lanes, columns, pending.from(j), &u[j..], &mut y[j..]);
            entries = rest;
            j += W;
        }
        for column in entries.chunks_exact_mut(ld) {
            block_of_columns(lanes, [&mut column[first + j..]], pending.from(j), &u[j..], &mut y[j..]);
            j += 1;
        }
    }
}

/// The columns of a block, from row `first` on.
#[inline(always)]
fn columns<R, const W: usize>(block: &mut [R], ld: usize, first: usize) -> [&mut [R]; W] {
    let mut columns = block.chunks_exact_mut(ld);
    std::array::from_fn(|_| &mut columns.next().expect("W columns")[first..])
}

/// `W` columns, their triangle first, then the rows below it. All vectors begin at the block's first row.
#[inline(always)]
fn block_of_columns<S: Simd, const P: usize, const W: usize>(
    lanes: Lanes<S>,
    mut columns: [&mut [Real<S>]; W],
    pending: Pending<'_, Real<S>, P>,
    u: &[Real<S>],
    y: &mut [Real<S>],
) {
    let (v_top, v) = split_all::<_, P, W>(pending.v);
    let (w_top, w) = split_all::<_, P, W>(pending.w);
    let (u_top, u) = u.split_first_chunk::<W>().expect("W rows");
    let (y_top, y) = y.split_first_chunk_mut::<W>().expect("W rows");
    let mut sums = *y_top;
    for c in 0..W {
        let top = columns[c].first_chunk_mut::<W>().expect("W rows");
        for r in c..W {
            for p in 0..P {
                top[r] = lanes.fnma(v_top[p][r], w_top[p][c], top[r]);
                top[r] = lanes.fnma(w_top[p][r], v_top[p][c], top[r]);
            }
            sums[r] = lanes.fma(top[r], u_top[c], sums[r]);
            if r > c {
                sums[c] = lanes.fma(top[r], u_top[r], sums[c]);
            }
        }
    }
    let rows = y.len();
    let (v, w, u) = (v.map(|v| &v[..rows]), w.map(|w| &w[..rows]), &u[..rows]);
    let columns = columns.each_mut().map(|column| &mut column[W..W + rows]);
    for i in 0..rows {
        let (vi, wi, ui, mut yi) = (v.map(|v| v[i]), w.map(|w| w[i]), u[i], y[i]);
        for c in 0..W {
            let mut entry = columns[c][i];
            for p in 0..P {
                entry = lanes.fnma(vi[p], w_top[p][c], entry);
                entry = lanes.fnma(wi[p], v_top[p][c], entry);
            }
            if P > 0 {
                columns[c][i] = entry;
            }
            yi = lanes.fma(entry, u_top[c], yi);
            sums[c] = lanes.fma(entry, ui, sums[c]);
        }
        y[i] = yi;
    }
    *y_top = sums;
}

/// The first `W` rows of each vector, and the others.
#[inline(always)]
fn split_all<R: Copy, const P: usize, const W: usize>(vectors: [&[R]; P]) -> ([[R; W]; P], [&[R]; P]) {
    let top = vectors.map(|vector| *vector.first_chunk::<W>().expect("W rows"));
    (top, vectors.map(|vector| &vector[W..]))
}
