//! Hessenberg reduction of one matrix, in blocks: for sizes at which several matrices don't fit the
//! caches.
//!
//! A panel of [`PANEL`] columns gives reflectors `V` and `Y = A V T`, reading the rest of the matrix once a
//! column; then `A := (I - V T' V') (A - Y V')` by matrix products (Quintana-Orti and van de Geijn
//! 2006, as in LAPACK's `dlahr2`). Columns are padded to whole vectors.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use pulp::{Simd, WithSimd};

use super::super::InstructionSet;
use super::super::lane_buffer::LaneBuffer;
use super::super::lanes::{Lanes, Real};

/// Columns of a panel; 16 are as fast, 32 slower.
const PANEL: usize = 8;

/// Numbers of the widest vector: columns start and end at its multiples.
const WIDEST: usize = 8;

/// Columns of the matrix that are multiplied at once.
const STRIP: usize = 8;

/// Memory for one matrix.
#[derive(Debug, Default)]
pub(super) struct Hessenberg {
    matrix: LaneBuffer,
    /// `V`, `Y` and room for products, one after the other.
    panel: LaneBuffer,
}

/// Distance between the columns of a padded matrix: whole vectors, no large power of two.
fn padded(n: usize) -> usize {
    let rows = n.next_multiple_of(WIDEST);
    if rows.is_multiple_of(64) { rows + WIDEST } else { rows }
}

impl Hessenberg {
    /// Room for a matrix of size `n`; its column `j` begins at `j` times the second result. The rows
    /// beyond `n` must be zero.
    pub fn matrix(&mut self, n: usize) -> (&mut [f64], usize) {
        let stride = padded(n);
        self.matrix.reals::<pulp::Scalar>(n * stride);
        (&mut self.matrix.numbers()[..n * stride], stride)
    }

    /// Reduces the matrix; below its subdiagonal are zeros.
    pub fn reduce(&mut self, n: usize, set: InstructionSet) {
        let stride = padded(n);
        self.panel.reals::<pulp::Scalar>(4 * PANEL * stride);
        let a = &mut self.matrix.numbers()[..n * stride];
        let (v, rest) = self.panel.numbers()[..4 * PANEL * stride].split_at_mut(PANEL * stride);
        let (y, products) = rest.split_at_mut(PANEL * stride);
        let mut start = 0;
        while start + 2 < n {
            let count = PANEL.min(n - 2 - start);
            let first_row = (start + 1) / WIDEST * WIDEST;
            let (v, y) = (&mut v[..count * stride], &mut y[..count * stride]);
            v.fill(0.0);
            let mut t = [[0.0; PANEL]; PANEL];
            set.run(Panel { a, v, y, t: &mut t, n, stride, start, first_row });
            let block = Block { v, t: &t, n, stride, start, count, first_row, set };
            block.rows_above(a, y, products);
            block.trailing(a, y, products);
            start += count;
        }
    }
}

/// The reflectors of one panel.
struct Panel<'a> {
    a: &'a mut [f64],
    v: &'a mut [f64],
    y: &'a mut [f64],
    /// `T` by columns.
    t: &'a mut [[f64; PANEL]; PANEL],
    n: usize,
    stride: usize,
    start: usize,
    /// Multiple of the vector length at or above the first row that the reflectors touch.
    first_row: usize,
}

impl WithSimd for Panel<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = Lanes(simd);
        let Self { a, v, y, t, n, stride, start, first_row } = self;
        let rows = first_row..stride;
        let count = v.len() / stride;
        for j in 0..count {
            let column = start + j;
            let (done_v, new_v) = v.split_at_mut(j * stride);
            let (done_y, new_y) = y.split_at_mut(j * stride);
            let (new_v, new_y) = (&mut new_v[..stride], &mut new_y[..stride]);
            let target = &mut a[column * stride..][..stride];
            let mut weights = [0.0; PANEL];
            // From the right: a -= Y V(column, :)'.
            for (weight, done) in weights.iter_mut().zip(done_v.chunks_exact(stride)) {
                *weight = -done[column];
            }
            add_columns(lanes, &mut target[rows.clone()], done_y, (stride, first_row), &weights[..j]);
            // From the left: a -= V T' V' a.
            let mut products = [0.0; PANEL];
            inner_products(lanes, done_v, (stride, first_row), &target[rows.clone()], &mut products[..j]);
            for (i, weight) in weights[..j].iter_mut().enumerate() {
                *weight = -(0..=i).map(|l| t[i][l] * products[l]).sum::<f64>();
            }
            add_columns(lanes, &mut target[rows.clone()], done_v, (stride, first_row), &weights[..j]);
            let tau = reflector(&mut target[..n], &mut new_v[..n], column + 1);
            // Y := tau (A v - Y V' v)
            new_y.fill(0.0);
            let right = &a[(column + 1) * stride..n * stride];
            add_columns(lanes, &mut new_y[rows.clone()], right, (stride, first_row), &new_v[column + 1..n]);
            inner_products(lanes, done_v, (stride, first_row), &new_v[rows.clone()], &mut products[..j]);
            for (weight, product) in weights.iter_mut().zip(&products[..j]) {
                *weight = -product;
            }
            add_columns(lanes, &mut new_y[rows.clone()], done_y, (stride, first_row), &weights[..j]);
            new_y[rows.clone()].iter_mut().for_each(|y| *y *= tau);
            let (before, column) = t.split_at_mut(j);
            for (i, entry) in column[0][..j].iter_mut().enumerate() {
                let along = before[i..].iter().zip(&products[i..]).map(|(t, product)| t[i] * product);
                *entry = -tau * along.sum::<f64>();
            }
            t[j][j] = tau;
        }
    }
}

/// The reflector that makes a column zero below row `pivot`, into `v`; its `tau`.
fn reflector(column: &mut [f64], v: &mut [f64], pivot: usize) -> f64 {
    /// Entries below 1e-145 are nothing beside a largest entry of at least 1e-90.
    const TINY: f64 = 1e-290;
    let rest = super::balance::sum_of_squares(&column[pivot + 1..]);
    let alpha = column[pivot];
    if rest <= TINY {
        column[pivot + 1..].fill(0.0);
        return 0.0;
    }
    let beta = -(alpha * alpha + rest).sqrt().copysign(alpha);
    let scale = 1.0 / (alpha - beta);
    v[pivot] = 1.0;
    for (v, x) in v[pivot + 1..].iter_mut().zip(&mut column[pivot + 1..]) {
        *v = *x * scale;
        *x = 0.0;
    }
    column[pivot] = beta;
    (beta - alpha) / beta
}

/// `target += sum of weight_j column_j`, where column `j` begins at `j stride + first`.
#[inline(always)]
#[allow(clippy::inline_always)]
fn add_columns<S: Simd>(
    lanes: Lanes<S>,
    target: &mut [f64],
    columns: &[f64],
    (stride, first): (usize, usize),
    weights: &[f64],
) {
    let target: &mut [Real<S>] = bytemuck::cast_slice_mut(target);
    let mut strips = columns.chunks_exact(STRIP * stride);
    let mut weights = weights.chunks_exact(STRIP);
    for (strip, weights) in strips.by_ref().zip(weights.by_ref()) {
        add_strip::<S, STRIP>(lanes, target, strip, (stride, first), weights);
    }
    let done = columns.len() / (STRIP * stride) * STRIP;
    for (column, &weight) in columns[done * stride..].chunks_exact(stride).zip(weights.remainder()) {
        add_strip::<S, 1>(lanes, target, column, (stride, first), &[weight]);
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
fn add_strip<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    target: &mut [Real<S>],
    columns: &[f64],
    (stride, first): (usize, usize),
    weights: &[f64],
) {
    let mut factors = [lanes.zero(); W];
    let mut sources: [&[Real<S>]; W] = [&[]; W];
    for w in 0..W {
        factors[w] = lanes.splat(weights[w]);
        sources[w] = &bytemuck::cast_slice(&columns[w * stride + first..(w + 1) * stride])[..target.len()];
    }
    for (i, target) in target.iter_mut().enumerate() {
        let mut sum = *target;
        for w in 0..W {
            sum = lanes.fma(factors[w], sources[w][i], sum);
        }
        *target = sum;
    }
}

/// `products_j = column_j' x`, where column `j` begins at `j stride + first`.
#[inline(always)]
#[allow(clippy::inline_always)]
fn inner_products<S: Simd>(
    lanes: Lanes<S>,
    columns: &[f64],
    (stride, first): (usize, usize),
    x: &[f64],
    products: &mut [f64],
) {
    let x: &[Real<S>] = bytemuck::cast_slice(x);
    let mut pairs = columns.chunks_exact(2 * stride);
    for (two, products) in pairs.by_ref().zip(products.chunks_exact_mut(2)) {
        let one: &[Real<S>] = &bytemuck::cast_slice(&two[first..stride])[..x.len()];
        let other: &[Real<S>] = &bytemuck::cast_slice(&two[stride + first..])[..x.len()];
        let mut sums = [lanes.zero(); 2];
        for ((a, b), &x) in one.iter().zip(other).zip(x) {
            sums = [lanes.fma(*a, x, sums[0]), lanes.fma(*b, x, sums[1])];
        }
        products[0] = lanes.sum(sums[0]);
        products[1] = lanes.sum(sums[1]);
    }
    if let (Some(product), false) = (products.last_mut(), pairs.remainder().is_empty()) {
        let column: &[Real<S>] = bytemuck::cast_slice(&pairs.remainder()[first..stride]);
        let mut sum = lanes.zero();
        for (a, &x) in column.iter().zip(x) {
            sum = lanes.fma(*a, x, sum);
        }
        *product = lanes.sum(sum);
    }
}

/// `target_j = sum of weights[j][i] source_i` for matrices with columns of `stride` rows.
struct Combination<'a> {
    source: &'a [f64],
    target: &'a mut [f64],
    weights: &'a [[f64; PANEL]; PANEL],
    stride: usize,
    count: usize,
}

impl WithSimd for Combination<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { source, target, weights, stride, count } = self;
        target.fill(0.0);
        for (target, weights) in target.chunks_exact_mut(stride).zip(weights) {
            add_columns(Lanes(simd), target, source, (stride, 0), &weights[..count]);
        }
    }
}

/// A finished panel.
struct Block<'a> {
    v: &'a [f64],
    t: &'a [[f64; PANEL]; PANEL],
    n: usize,
    stride: usize,
    start: usize,
    count: usize,
    first_row: usize,
    set: InstructionSet,
}

impl Block<'_> {
    fn reflectors(&self) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(self.v, self.stride, self.count)
    }

    fn combine(&self, source: &[f64], weights: &[[f64; PANEL]; PANEL], target: &mut [f64]) {
        let (stride, count) = (self.stride, self.count);
        self.set.run(Combination { source, target, weights, stride, count });
    }

    /// `Y` of the rows above the panel, and these rows of all columns right of the panel's first.
    fn rows_above(&self, a: &mut [f64], y: &mut [f64], room: &mut [f64]) {
        let Self { n, stride, start, count, first_row, .. } = *self;
        if first_row == 0 {
            return;
        }
        let (room, product) = room[..2 * count * stride].split_at_mut(count * stride);
        let a = MatMut::from_column_major_slice_mut(a, stride, n);
        let mut above = a.submatrix_mut(0, start + 1, first_row, n - start - 1);
        let v = self.reflectors().subrows(start + 1, n - start - 1);
        let target = MatMut::from_column_major_slice_mut(room, stride, count).subrows_mut(0, first_row);
        matmul(target, Accum::Replace, above.as_ref(), v, 1.0, Par::Seq);
        self.combine(room, self.t, product);
        for (y, product) in y.chunks_exact_mut(stride).zip(product.chunks_exact(stride)) {
            y[..first_row].copy_from_slice(&product[..first_row]);
        }
        let y = MatRef::from_column_major_slice(y, stride, count).subrows(0, first_row);
        matmul(above.as_mut(), Accum::Add, y, v.transpose(), -1.0, Par::Seq);
    }

    /// `A := (I - V T' V') (A - Y V')` for the columns right of the panel, from `first_row` on.
    fn trailing(&self, a: &mut [f64], y: &[f64], room: &mut [f64]) {
        let Self { n, stride, start, count, first_row, .. } = *self;
        let (first, rows) = (start + count, stride - first_row);
        let (v_t, room) = room.split_at_mut(count * stride);
        let mut transposed = [[0.0; PANEL]; PANEL];
        for (i, weights) in transposed.iter_mut().enumerate() {
            *weights = std::array::from_fn(|l| self.t[l][i]);
        }
        self.combine(self.v, &transposed, v_t);
        let v_t = MatRef::from_column_major_slice(v_t, stride, count).subrows(first_row, rows);
        let a = MatMut::from_column_major_slice_mut(a, stride, n);
        let mut a = a.submatrix_mut(first_row, first, rows, n - first);
        let y = MatRef::from_column_major_slice(y, stride, count).subrows(first_row, rows);
        let v = self.reflectors();
        matmul(a.as_mut(), Accum::Add, y, v.subrows(first, n - first).transpose(), -1.0, Par::Seq);
        let products = &mut room[..count * (n - first)];
        let mut products = MatMut::from_column_major_slice_mut(products, count, n - first);
        let v = v.subrows(first_row, rows);
        matmul(products.as_mut(), Accum::Replace, v.transpose(), a.as_ref(), 1.0, Par::Seq);
        matmul(a, Accum::Add, v_t, products.as_ref(), -1.0, Par::Seq);
    }
}
