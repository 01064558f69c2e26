//! One double-shift QR sweep on several Hessenberg matrices at once.
//!
//! The bulge moves down in blocks of [`BLOCK`] reflectors `P_k = I - v t'`, `v = (1, v2, v3)`, on rows and
//! columns `k, k+1, k+2`. Within the block only the window around the diagonal is updated; then the
//! reflectors of the block are applied to the rest of their rows and columns, so that an entry of the
//! matrix travels from the cache to the registers and back twice in a sweep, not six times.

use pulp::Simd;

use super::super::lanes::{Lanes, Mask, Real};

/// Reflectors in a block.
pub(super) const BLOCK: usize = 12;

/// Rows or columns that the reflectors of a block are applied to at once.
const STRIP: usize = 4;

/// Hessenberg matrices in lanes, column by column, with at least `n + 1` rows and columns.
pub(super) struct LaneMatrix<'a, S: Simd> {
    pub entries: &'a mut [Real<S>],
    /// Distance between columns.
    pub stride: usize,
}

/// The active windows of all lanes: rows `top..=bottom` of each, and the first column of their shifted
/// products.
pub(super) struct Windows<S: Simd> {
    pub top: Real<S>,
    pub bottom: Real<S>,
    pub first: [Real<S>; 3],
    pub lowest_top: usize,
    pub highest_bottom: usize,
}

/// `P = I - v t'` with `v = (1, v2, v3)`; all zero but `v1` stands for the identity.
#[derive(Clone, Copy)]
pub(super) struct Reflector<S: Simd> {
    v2: Real<S>,
    v3: Real<S>,
    t1: Real<S>,
    t2: Real<S>,
    t3: Real<S>,
}

#[allow(clippy::inline_always)]
impl<S: Simd> Reflector<S> {
    #[inline(always)]
    fn identity(lanes: Lanes<S>) -> Self {
        let zero = lanes.zero();
        Self { v2: zero, v3: zero, t1: zero, t2: zero, t3: zero }
    }

    /// `P (x1, x2, x3)' = (beta, 0, 0)'`; the identity where `x2 = x3 = 0`.
    #[inline(always)]
    fn annihilate(lanes: Lanes<S>, x: [Real<S>; 3]) -> (Self, Real<S>) {
        const TINY: f64 = 1e-250;
        let rest = lanes.fma(x[1], x[1], lanes.mul(x[2], x[2]));
        let square = lanes.fma(x[0], x[0], rest);
        let some = lanes.or(lanes.not(lanes.eq(x[1], lanes.zero())), lanes.not(lanes.eq(x[2], lanes.zero())));
        let small = lanes.and(some, lanes.lt(square, lanes.splat(TINY)));
        if !lanes.any(small) {
            return Self::of_length(lanes, x, lanes.sqrt(square), some);
        }
        // Squares below the range: the same with numbers 2^500 times as large.
        let up = lanes.select(small, lanes.splat(500_f64.exp2()), lanes.splat(1.0));
        let down = lanes.select(small, lanes.splat((-500_f64).exp2()), lanes.splat(1.0));
        let x = x.map(|x| lanes.mul(x, up));
        let square = lanes.fma(x[0], x[0], lanes.fma(x[1], x[1], lanes.mul(x[2], x[2])));
        let (reflector, beta) = Self::of_length(lanes, x, lanes.sqrt(square), some);
        (reflector, lanes.mul(beta, down))
    }

    #[inline(always)]
    fn of_length(lanes: Lanes<S>, x: [Real<S>; 3], length: Real<S>, some: Mask<S>) -> (Self, Real<S>) {
        let beta = lanes.neg(lanes.copysign(length, x[0]));
        let d = lanes.sub(x[0], beta);
        // One division for 1 / d and 1 / beta.
        let reciprocal = lanes.div(lanes.splat(1.0), lanes.mul(d, beta));
        let over_d = lanes.keep(some, lanes.mul(reciprocal, beta));
        let over_beta = lanes.neg(lanes.keep(some, lanes.mul(reciprocal, d)));
        let reflector = Self {
            v2: lanes.mul(x[1], over_d),
            v3: lanes.mul(x[2], over_d),
            t1: lanes.mul(d, over_beta),
            t2: lanes.mul(x[1], over_beta),
            t3: lanes.mul(x[2], over_beta),
        };
        (reflector, lanes.select(some, beta, x[0]))
    }

    /// `x - t (v' x)` on one triple; the same for rows and columns.
    #[inline(always)]
    fn apply(&self, lanes: Lanes<S>, x: [Real<S>; 3]) -> [Real<S>; 3] {
        let sum = lanes.fma(self.v3, x[2], lanes.fma(self.v2, x[1], x[0]));
        [lanes.fnma(sum, self.t1, x[0]), lanes.fnma(sum, self.t2, x[1]), lanes.fnma(sum, self.t3, x[2])]
    }
}

/// The reflectors of one block.
struct Block<S: Simd> {
    reflectors: [Reflector<S>; BLOCK],
    start: usize,
    count: usize,
}

#[allow(clippy::inline_always)]
impl<S: Simd> LaneMatrix<'_, S> {
    #[inline(always)]
    pub fn at(&self, row: usize, col: usize) -> Real<S> {
        self.entries[col * self.stride + row]
    }

    #[inline(always)]
    pub fn set(&mut self, row: usize, col: usize, value: Real<S>) {
        self.entries[col * self.stride + row] = value;
    }

    /// One sweep over the active windows of all lanes.
    #[inline(always)]
    pub fn sweep(&mut self, lanes: Lanes<S>, windows: &Windows<S>) {
        let (first, last) = (windows.lowest_top, windows.highest_bottom);
        let mut block = Block { reflectors: [Reflector::identity(lanes); BLOCK], start: first, count: 0 };
        while block.start < last {
            block.count = BLOCK.min(last - block.start);
            self.chase(lanes, windows, &mut block);
            let end = block.start + block.count;
            self.rest_of_rows(lanes, &block, (end + 2).min(last + 1)..last + 1);
            self.rest_of_columns(lanes, &block, first..block.start);
            block.start = end;
        }
    }

    /// Moves the bulge through one block, updating the window only.
    #[inline(always)]
    fn chase(&mut self, lanes: Lanes<S>, windows: &Windows<S>, block: &mut Block<S>) {
        let last = windows.highest_bottom;
        let window = block.start..(block.start + block.count + 2).min(last + 1);
        for step in 0..block.count {
            let k = block.start + step;
            let reflector = self.next_reflector(lanes, windows, k);
            block.reflectors[step] = reflector;
            for j in k..window.end {
                let column = &mut self.entries[j * self.stride + k..][..3];
                let updated = reflector.apply(lanes, [column[0], column[1], column[2]]);
                column.copy_from_slice(&updated);
            }
            let rows = window.start..(k + 4).min(last + 1);
            let (one, rest) = self.entries[k * self.stride..].split_at_mut(self.stride);
            let (two, three) = rest.split_at_mut(self.stride);
            let columns = one[rows.clone()].iter_mut().zip(&mut two[rows.clone()]).zip(&mut three[rows]);
            for ((a, b), c) in columns {
                [*a, *b, *c] = reflector.apply(lanes, [*a, *b, *c]);
            }
        }
    }

    /// The reflector of row `k`: it begins the bulge where a window begins, moves it inside of the
    /// window, and is the identity outside.
    #[inline(always)]
    fn next_reflector(&mut self, lanes: Lanes<S>, windows: &Windows<S>, k: usize) -> Reflector<S> {
        let row = lanes.splat(k as f64);
        let begins = lanes.eq(row, windows.top);
        let inside = lanes.and(lanes.gt(row, windows.top), lanes.lt(row, windows.bottom));
        // The third row is beyond the window for the last reflector.
        let whole = lanes.and(inside, lanes.lt(lanes.splat((k + 1) as f64), windows.bottom));
        let mut x = windows.first.map(|value| lanes.keep(begins, value));
        if k == 0 {
            return Reflector::annihilate(lanes, x).0;
        }
        let old = [0, 1, 2].map(|i| self.at(k + i, k - 1));
        x[0] = lanes.select(inside, old[0], x[0]);
        x[1] = lanes.select(inside, old[1], x[1]);
        x[2] = lanes.select(whole, old[2], x[2]);
        let (reflector, beta) = Reflector::annihilate(lanes, x);
        self.set(k, k - 1, lanes.select(inside, beta, old[0]));
        self.set(k + 1, k - 1, lanes.select(inside, lanes.zero(), old[1]));
        self.set(k + 2, k - 1, lanes.select(whole, lanes.zero(), old[2]));
        reflector
    }

    /// Applies a block from the left to the columns right of its window.
    #[inline(always)]
    fn rest_of_rows(&mut self, lanes: Lanes<S>, block: &Block<S>, columns: std::ops::Range<usize>) {
        let stride = self.stride;
        let reflectors = &block.reflectors[..block.count];
        let rows = block.start..block.start + block.count + 2;
        let mut strips =
            self.entries[columns.start * stride..columns.end * stride].chunks_exact_mut(STRIP * stride);
        for strip in &mut strips {
            let (a, rest) = strip.split_at_mut(stride);
            let (b, rest) = rest.split_at_mut(stride);
            let (c, d) = rest.split_at_mut(stride);
            let columns =
                [&mut a[rows.clone()], &mut b[rows.clone()], &mut c[rows.clone()], &mut d[rows.clone()]];
            down(lanes, reflectors, columns);
        }
        for column in strips.into_remainder().chunks_exact_mut(stride) {
            down(lanes, reflectors, [&mut column[rows.clone()]]);
        }
    }

    /// Applies a block from the right to the rows above its window.
    #[inline(always)]
    fn rest_of_columns(&mut self, lanes: Lanes<S>, block: &Block<S>, rows: std::ops::Range<usize>) {
        let stride = self.stride;
        let reflectors = &block.reflectors[..block.count];
        let columns = &mut self.entries[block.start * stride..(block.start + block.count + 2) * stride];
        let mut row = rows.start;
        while row + STRIP <= rows.end {
            across::<S, STRIP>(lanes, reflectors, columns, stride, row);
            row += STRIP;
        }
        for row in row..rows.end {
            across::<S, 1>(lanes, reflectors, columns, stride, row);
        }
    }
}

/// Reflectors one after the other down `W` columns, from their first row; each has two entries
/// more than there are reflectors.
#[inline(always)]
#[allow(clippy::inline_always)]
fn down<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    reflectors: &[Reflector<S>],
    mut columns: [&mut [Real<S>]; W],
) {
    let count = reflectors.len();
    for column in &columns {
        assert!(column.len() == count + 2, "two rows more than reflectors");
    }
    let mut x = [[lanes.zero(); 2]; W];
    for (x, column) in x.iter_mut().zip(&columns) {
        *x = [column[0], column[1]];
    }
    for (i, reflector) in reflectors.iter().enumerate() {
        for (x, column) in x.iter_mut().zip(&mut columns) {
            let [done, second, third] = reflector.apply(lanes, [x[0], x[1], column[i + 2]]);
            column[i] = done;
            *x = [second, third];
        }
    }
    for (x, column) in x.iter().zip(&mut columns) {
        column[count] = x[0];
        column[count + 1] = x[1];
    }
}

/// Reflectors one after the other along `W` rows; `columns` begins with the first column of the first.
#[inline(always)]
#[allow(clippy::inline_always)]
fn across<S: Simd, const W: usize>(
    lanes: Lanes<S>,
    reflectors: &[Reflector<S>],
    columns: &mut [Real<S>],
    stride: usize,
    row: usize,
) {
    let read = |columns: &[Real<S>], j: usize| -> [Real<S>; W] {
        let mut values = [lanes.zero(); W];
        values.copy_from_slice(&columns[j * stride + row..][..W]);
        values
    };
    let mut first = read(columns, 0);
    let mut second = read(columns, 1);
    for (j, reflector) in reflectors.iter().enumerate() {
        let third = read(columns, j + 2);
        let target = &mut columns[j * stride + row..][..W];
        for w in 0..W {
            let updated = reflector.apply(lanes, [first[w], second[w], third[w]]);
            target[w] = updated[0];
            first[w] = updated[1];
            second[w] = updated[2];
        }
    }
    let count = reflectors.len();
    columns[count * stride + row..][..W].copy_from_slice(&first);
    columns[(count + 1) * stride + row..][..W].copy_from_slice(&second);
}
