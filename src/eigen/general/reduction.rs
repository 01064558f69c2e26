//! Householder reduction of several general matrices at once to upper Hessenberg form.
//!
//! Column `k` gives `v` and `tau`; then `A := (I - tau v v') A (I - tau v v')`. The product
//! `w = tau A v` of the next step is gathered while this step updates the columns, so that every entry is
//! read and written once a step (Golub and Van Loan, section 7.4, in another order).

use pulp::{Simd, WithSimd};

use super::super::lanes::{Lanes, Real};
use super::francis::stride;

/// Columns that are updated together.
const STRIP: usize = 4;

/// Matrices in lanes, overwritten by their Hessenberg forms; below the subdiagonal are zeros.
pub(super) struct Reduction<'a> {
    /// `stride(n)` x `n + 1`, interleaved.
    pub matrices: &'a mut [f64],
    /// `4 n` vectors.
    pub scratch: &'a mut [f64],
    /// Size of the largest matrix.
    pub n: usize,
}

impl WithSimd for Reduction<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (lanes, n, stride) = (Lanes(simd), self.n, stride(self.n));
        if n < 3 {
            return;
        }
        let a: &mut [Real<S>] = bytemuck::cast_slice_mut(self.matrices);
        let scratch: &mut [Real<S>] = bytemuck::cast_slice_mut(self.scratch);
        let (mut v, rest) = scratch.split_at_mut(n);
        let (mut w, rest) = rest.split_at_mut(n);
        let (mut next_v, rest) = rest.split_at_mut(n);
        let mut next_w = &mut rest[..n];
        let mut tau = reflector(lanes, &mut a[..n], v, 0);
        first_product(lanes, &a[..n * stride], stride, v, w);
        for k in 0..n - 2 {
            let step = Step { lanes, n, k, stride, tau, v, w };
            tau = step.run(a, next_v, next_w);
            (v, next_v) = (next_v, v);
            (w, next_w) = (next_w, w);
        }
    }
}

/// The reflector that makes column `k` zero below its subdiagonal, into `v`; its `tau`.
#[inline(always)]
#[allow(clippy::inline_always)]
fn reflector<S: Simd>(lanes: Lanes<S>, column: &mut [Real<S>], v: &mut [Real<S>], k: usize) -> Real<S> {
    /// Entries below 1e-145 are nothing beside a largest entry of at least 1e-90.
    const TINY: f64 = 1e-290;
    let alpha = column[k + 1];
    let mut rest = lanes.zero();
    for &x in &column[k + 2..] {
        rest = lanes.fma(x, x, rest);
    }
    let some = lanes.gt(rest, lanes.splat(TINY));
    let beta = lanes.neg(lanes.copysign(lanes.sqrt(lanes.fma(alpha, alpha, rest)), alpha));
    let d = lanes.sub(alpha, beta);
    let scale = lanes.keep(some, lanes.div(lanes.splat(1.0), d));
    v[..=k].fill(lanes.zero());
    v[k + 1] = lanes.keep(some, lanes.splat(1.0));
    for (v, x) in v[k + 2..].iter_mut().zip(&mut column[k + 2..]) {
        *v = lanes.mul(*x, scale);
        *x = lanes.zero();
    }
    column[k + 1] = lanes.select(some, beta, alpha);
    lanes.keep(some, lanes.neg(lanes.div(d, beta)))
}

/// `w = A v` for the first step.
#[inline(always)]
#[allow(clippy::inline_always)]
fn first_product<S: Simd>(lanes: Lanes<S>, a: &[Real<S>], stride: usize, v: &[Real<S>], w: &mut [Real<S>]) {
    w.fill(lanes.zero());
    for (column, &v) in a.chunks_exact(stride).zip(v) {
        for (w, &a) in w.iter_mut().zip(column) {
            *w = lanes.fma(a, v, *w);
        }
    }
}

/// One step: `A := (I - tau v v') (A - tau w v')`, with `w = A v`.
struct Step<'a, S: Simd> {
    lanes: Lanes<S>,
    n: usize,
    k: usize,
    stride: usize,
    tau: Real<S>,
    v: &'a [Real<S>],
    w: &'a [Real<S>],
}

#[allow(clippy::inline_always)]
impl<S: Simd> Step<'_, S> {
    /// Updates all columns right of `k`; returns the next reflector with its product `A v`.
    #[inline(always)]
    fn run(&self, a: &mut [Real<S>], next_v: &mut [Real<S>], next_w: &mut [Real<S>]) -> Real<S> {
        let Self { lanes, n, k, stride, .. } = *self;
        next_w.fill(lanes.zero());
        next_v.fill(lanes.zero());
        let first = &mut a[(k + 1) * stride..][..n];
        self.update(k + 1, [first], next_v, next_w);
        let mut tau = lanes.zero();
        if k + 3 < n {
            tau = reflector(lanes, &mut a[(k + 1) * stride..][..n], next_v, k + 1);
        }
        let mut col = k + 2;
        let mut strips = a[(k + 2) * stride..n * stride].chunks_exact_mut(STRIP * stride);
        for strip in &mut strips {
            let (one, rest) = strip.split_at_mut(stride);
            let (two, rest) = rest.split_at_mut(stride);
            let (three, four) = rest.split_at_mut(stride);
            let columns = [&mut one[..n], &mut two[..n], &mut three[..n], &mut four[..n]];
            self.update(col, columns, next_v, next_w);
            col += STRIP;
        }
        for column in strips.into_remainder().chunks_exact_mut(stride) {
            self.update(col, [&mut column[..n]], next_v, next_w);
            col += 1;
        }
        tau
    }

    /// Updates `W` columns from `col` on, and adds their part to the next product.
    #[inline(always)]
    fn update<const W: usize>(
        &self,
        col: usize,
        columns: [&mut [Real<S>]; W],
        next_v: &[Real<S>],
        next_w: &mut [Real<S>],
    ) {
        let Self { lanes, n, k, tau, v, w, .. } = *self;
        let (v, w, next_w) = (&v[..n], &w[..n], &mut next_w[..n]);
        for column in &columns {
            assert!(column.len() == n, "columns of n entries");
        }
        let (mut from_right, mut into_next) = ([lanes.zero(); W], [lanes.zero(); W]);
        for c in 0..W {
            from_right[c] = lanes.mul(tau, v[col + c]);
            into_next[c] = next_v[col + c];
        }
        for i in 0..=k {
            let mut sum = next_w[i];
            for c in 0..W {
                let value = lanes.fnma(w[i], from_right[c], columns[c][i]);
                columns[c][i] = value;
                sum = lanes.fma(value, into_next[c], sum);
            }
            next_w[i] = sum;
        }
        let mut dot = [lanes.zero(); W];
        for i in k + 1..n {
            for c in 0..W {
                let value = lanes.fnma(w[i], from_right[c], columns[c][i]);
                columns[c][i] = value;
                dot[c] = lanes.fma(v[i], value, dot[c]);
            }
        }
        let from_left = dot.map(|dot| lanes.mul(tau, dot));
        for i in k + 1..n {
            let mut sum = next_w[i];
            for c in 0..W {
                let value = lanes.fnma(v[i], from_left[c], columns[c][i]);
                columns[c][i] = value;
                sum = lanes.fma(value, into_next[c], sum);
            }
            next_w[i] = sum;
        }
    }
}
