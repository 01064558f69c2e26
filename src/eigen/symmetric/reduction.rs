//! Householder reduction of symmetric matrices to tridiagonal form, one in each lane.
//!
//! ```text
//! Q' A Q = T,   Q = H_0 H_1 ... H_(n-2),   H_k = I - tau_k v_k v_k'
//! ```
//!
//! Step `k` needs `y = A v_k`, then changes `A` to `A - v_k w_k' - w_k v_k'`. The change is put off until the
//! next product passes over the same entries, so that each step reads and writes the rest of the triangle
//! once: from some size on it lies in the second cache, and its bandwidth is what counts.
//!
//! Source: G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition 2013, section 8.3.1.

use pulp::Simd;

use crate::eigen::lanes::{Lanes, Real};

/// Columns worked on together where there are 32 vector registers, and where there are 16.
const WIDE: usize = 4;
const NARROW: usize = 2;

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

/// Reduces the lower triangle of `a`, `n x n`, whose entries are at most about one.
///
/// `v_k` replaces column `k` below the diagonal, its first component (one) included.
/// `work`: `2 n` vectors.
#[inline(always)]
pub(in crate::eigen) fn tridiagonalize<S: Simd>(
    lanes: Lanes<S>,
    a: &mut [Real<S>],
    n: usize,
    out: &mut Reduced<'_, Real<S>>,
    work: &mut [Real<S>],
) {
    let (w, y) = work[..2 * n].split_at_mut(n);
    w.fill(lanes.zero());
    for k in 0..n {
        let (done, rest) = a[..n * n].split_at_mut(k * n);
        let (column, trailing) = rest.split_at_mut(n);
        let column = &mut column[k..];
        let previous = (k > 0).then(|| &done[(k - 1) * n + k..k * n]);
        if let Some(v) = previous {
            rank_two(lanes, column, v, &w[k..n]);
        }
        out.diagonal[k] = column[0];
        if k + 1 == n {
            return;
        }
        let u = &mut column[1..];
        (out.tau[k], out.below[k]) = reflector(lanes, u);
        let (u, tau) = (&*u, out.tau[k]);
        // In the first step nothing is pending: w is zero, and any v will do.
        let pending = Pending { v: previous.map_or(u, |v| &v[1..]), w: &w[k + 1..n] };
        let y = &mut y[k + 1..n];
        y.fill(lanes.zero());
        Triangle { entries: trailing, ld: n, first: k + 1 }.update_and_multiply(lanes, pending, u, y);
        next_w(lanes, u, tau, y, &mut w[k + 1..n]);
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

/// `A - v w' - w v'` is to be put in the place of `A`.
#[derive(Clone, Copy)]
struct Pending<'a, R> {
    v: &'a [R],
    w: &'a [R],
}

/// The lower triangle of what is not reduced yet: columns from `first` on, each of `ld` rows.
struct Triangle<'a, R> {
    entries: &'a mut [R],
    ld: usize,
    first: usize,
}

impl<R> Triangle<'_, R> {
    /// Does what is pending and adds `A u` to `y`.
    #[inline(always)]
    fn update_and_multiply<S: Simd<f64s = R>>(
        self,
        lanes: Lanes<S>,
        pending: Pending<'_, R>,
        u: &[R],
        y: &mut [R],
    ) where
        R: Copy,
    {
        if S::REGISTER_COUNT >= 32 {
            self.by_columns::<S, WIDE>(lanes, pending, u, y);
        } else {
            self.by_columns::<S, NARROW>(lanes, pending, u, y);
        }
    }

    /// Works on `W` columns at a time, so that the vectors pass through the registers once for all of them.
    #[inline(always)]
    fn by_columns<S: Simd<f64s = R>, const W: usize>(
        self,
        lanes: Lanes<S>,
        pending: Pending<'_, R>,
        u: &[R],
        y: &mut [R],
    ) where
        R: Copy,
    {
        let (ld, first) = (self.ld, self.first);
        let Pending { v, w } = pending;
        let mut entries = self.entries;
        let size = ld - first;
        let mut j = 0;
        while size - j >= W {
            let (block, rest) = entries.split_at_mut(W * ld);
            let columns = columns::<R, W>(block, ld, first + j);
            let vectors = Vectors { v: &v[j..], w: &w[j..], u: &u[j..] };
            wide::<S, W>(lanes, columns, vectors, &mut y[j..]);
            entries = rest;
            j += W;
        }
        for column in entries.chunks_exact_mut(ld) {
            let vectors = Vectors { v: &v[j..], w: &w[j..], u: &u[j..] };
            wide::<S, 1>(lanes, [&mut column[first + j..]], vectors, &mut y[j..]);
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

/// Parts of the three vectors that belong to the rows from the block's first one on.
#[derive(Clone, Copy)]
struct Vectors<'a, R> {
    v: &'a [R],
    w: &'a [R],
    u: &'a [R],
}

/// `W` columns, their triangle first, then the rows below it.
#[inline(always)]
fn wide<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    mut columns: [&mut [Real<S>]; W],
    vectors: Vectors<'_, Real<S>>,
    y: &mut [Real<S>],
) {
    let (v_top, v) = vectors.v.split_first_chunk::<W>().expect("W rows");
    let (w_top, w) = vectors.w.split_first_chunk::<W>().expect("W rows");
    let (u_top, u) = vectors.u.split_first_chunk::<W>().expect("W rows");
    let (y_top, y) = y.split_first_chunk_mut::<W>().expect("W rows");
    let mut sums = *y_top;
    for c in 0..W {
        let top = columns[c].first_chunk_mut::<W>().expect("W rows");
        for r in c..W {
            let entry = lanes.fnma(w_top[r], v_top[c], lanes.fnma(v_top[r], w_top[c], top[r]));
            top[r] = entry;
            sums[r] = lanes.fma(entry, u_top[c], sums[r]);
            if r > c {
                sums[c] = lanes.fma(entry, u_top[r], sums[c]);
            }
        }
    }
    let rows = y.len();
    let (v, w, u) = (&v[..rows], &w[..rows], &u[..rows]);
    let mut columns = columns.each_mut().map(|column| &mut column[W..W + rows]);
    for i in 0..rows {
        let (vi, wi, ui, mut yi) = (v[i], w[i], u[i], y[i]);
        for c in 0..W {
            let entry = lanes.fnma(wi, v_top[c], lanes.fnma(vi, w_top[c], columns[c][i]));
            columns[c][i] = entry;
            yi = lanes.fma(entry, u_top[c], yi);
            sums[c] = lanes.fma(entry, ui, sums[c]);
        }
        y[i] = yi;
    }
    *y_top = sums;
}
