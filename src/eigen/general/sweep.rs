//! One double-shift QR sweep on several Hessenberg matrices at once.
//!
//! The bulge moves down in blocks of [`BLOCK`] reflectors `P_k = I - v t'`, `v = (1, v2, v3)`, on rows and
//! columns `k, k+1, k+2`. Within a block only the window around the diagonal is updated; then the
//! reflectors of the block are applied to the rest of their rows and columns, so that an entry of the
//! matrix travels from the cache to the registers and back twice in a sweep, not six times.
//!
//! Two or three bulges in one sweep, each with its own double shift, take as many products and were
//! not faster up to n = 500: with blocks the sweep is bound by the arithmetic, no longer by the caches.

use pulp::Simd;

use super::super::lanes::{Lanes, Mask, Real};

/// Reflectors in a block.
pub(super) const BLOCK: usize = 16;

/// Rows or columns that the reflectors of a block are applied to at once.
const STRIP: usize = 4;

/// Hessenberg matrices in lanes, column by column, with at least `n + 1` rows and columns.
pub(super) struct LaneMatrix<'a, S: Simd> {
    pub entries: &'a mut [Real<S>],
    /// Distance between columns.
    pub stride: usize,
}

/// The active windows of all lanes, and their shifts.
pub(super) struct Windows<S: Simd> {
    /// First row of each window; infinite in idle lanes.
    pub top: Real<S>,
    /// Last row of each window; negative in idle lanes.
    pub bottom: Real<S>,
    pub shifts: Shifts<S>,
    pub lowest_top: usize,
    pub highest_bottom: usize,
}

/// Two shifts, both real or conjugate: `re1 + i im` and `re2 - i im`.
#[derive(Clone, Copy)]
pub(super) struct Shifts<S: Simd> {
    pub re1: Real<S>,
    pub re2: Real<S>,
    pub im: Real<S>,
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
        // A zero has no sign of its own: the sweeps of neighbours may have changed it.
        let beta = lanes.neg(lanes.copysign(length, lanes.add(x[0], lanes.zero())));
        let d = lanes.sub(x[0], beta);
        let one = lanes.splat(1.0);
        let over_d = lanes.keep(some, lanes.div(one, d));
        let over_beta = lanes.neg(lanes.keep(some, lanes.div(one, beta)));
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
    fn apply(self, lanes: Lanes<S>, x: [Real<S>; 3]) -> [Real<S>; 3] {
        let sum = lanes.fma(self.v3, x[2], lanes.fma(self.v2, x[1], x[0]));
        [lanes.fnma(sum, self.t1, x[0]), lanes.fnma(sum, self.t2, x[1]), lanes.fnma(sum, self.t3, x[2])]
    }
}

/// The reflectors of one block of steps, and the rows and columns around the diagonal that they work on.
struct Block<S: Simd> {
    reflectors: [Reflector<S>; BLOCK],
    /// Row of the first.
    start: usize,
    count: usize,
    /// One past the last row and column of the window.
    end: usize,
}

type Rows = std::ops::Range<usize>;

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
        let identity = Reflector::identity(lanes);
        let mut block = Block { reflectors: [identity; BLOCK], start: first, count: 0, end: 0 };
        let mut next = self.next_reflector(lanes, windows, first);
        while block.start < last {
            block.count = BLOCK.min(last - block.start);
            block.end = (block.start + block.count + 2).min(last + 1);
            for step in 0..block.count {
                block.reflectors[step] = next;
                next = self.step(lanes, windows, &block, step);
            }
            self.rest_of_rows(lanes, &block, block.end..last + 1);
            self.rest_of_columns(lanes, &block, first..block.start);
            block.start += block.count;
        }
    }

    /// Moves the bulge one row, updating the window only, and returns the next reflector.
    ///
    /// That one needs nine entries around the bulge. They come first, and its square root and divisions
    /// run while the rest of the window is updated.
    #[inline(always)]
    fn step(&mut self, lanes: Lanes<S>, windows: &Windows<S>, block: &Block<S>, step: usize) -> Reflector<S> {
        let (k, reflector, last) = (block.start + step, block.reflectors[step], windows.highest_bottom);
        let near = (k + 3).min(block.end);
        self.apply_to_columns(lanes, reflector, k, k..near);
        self.apply_to_rows(lanes, reflector, k, k + 1..(k + 4).min(last + 1));
        let mut next = Reflector::identity(lanes);
        if k + 1 < last {
            next = self.next_reflector(lanes, windows, k + 1);
        }
        self.apply_to_columns(lanes, reflector, k, near..block.end);
        self.apply_to_rows(lanes, reflector, k, block.start..k + 1);
        next
    }

    /// Applies a reflector of row `k` from the left to some columns.
    #[inline(always)]
    fn apply_to_columns(&mut self, lanes: Lanes<S>, reflector: Reflector<S>, k: usize, columns: Rows) {
        let columns = &mut self.entries[columns.start * self.stride..columns.end * self.stride];
        for column in columns.chunks_exact_mut(self.stride) {
            let column = &mut column[k..][..3];
            let updated = reflector.apply(lanes, [column[0], column[1], column[2]]);
            column.copy_from_slice(&updated);
        }
    }

    /// Applies a reflector of row `k` from the right to some rows.
    #[inline(always)]
    fn apply_to_rows(&mut self, lanes: Lanes<S>, reflector: Reflector<S>, k: usize, rows: Rows) {
        let (one, rest) = self.entries[k * self.stride..].split_at_mut(self.stride);
        let (two, three) = rest.split_at_mut(self.stride);
        let columns = one[rows.clone()].iter_mut().zip(&mut two[rows.clone()]).zip(&mut three[rows]);
        for ((a, b), c) in columns {
            [*a, *b, *c] = reflector.apply(lanes, [*a, *b, *c]);
        }
    }

    /// The reflector of row `k`: it begins the bulge where a window begins, moves it inside of the
    /// window, and is the identity outside.
    #[inline(always)]
    fn next_reflector(&mut self, lanes: Lanes<S>, windows: &Windows<S>, k: usize) -> Reflector<S> {
        let row = lanes.splat(k as f64);
        let begins = lanes.eq(row, windows.top);
        let mut x = [lanes.zero(); 3];
        if lanes.any(begins) {
            x = self.first_column(lanes, &windows.shifts, k).map(|x| lanes.keep(begins, x));
        }
        if k == 0 {
            return Reflector::annihilate(lanes, x).0;
        }
        let inside = lanes.and(lanes.gt(row, windows.top), lanes.lt(row, windows.bottom));
        // The third row is beyond the window for the last reflector.
        let whole = lanes.and(inside, lanes.lt(lanes.splat((k + 1) as f64), windows.bottom));
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

    /// The first column of `(H - s1) (H - s2)` for windows that begin in row `k`, scaled.
    #[inline(always)]
    fn first_column(&self, lanes: Lanes<S>, shifts: &Shifts<S>, k: usize) -> [Real<S>; 3] {
        let zero = lanes.zero();
        let (h11, h12, h22) = (self.at(k, k), self.at(k, k + 1), self.at(k + 1, k + 1));
        let far = lanes.sub(h11, shifts.re2);
        let h21 = self.at(k + 1, k);
        let s = lanes.add(lanes.add(lanes.abs(far), lanes.abs(shifts.im)), lanes.abs(h21));
        let inverse = lanes.keep(lanes.gt(s, zero), lanes.div(lanes.splat(1.0), s));
        let h21 = lanes.mul(h21, inverse);
        let product = lanes.mul(lanes.sub(h11, shifts.re1), lanes.mul(far, inverse));
        let v1 = lanes.fma(h21, h12, lanes.fma(shifts.im, lanes.mul(shifts.im, inverse), product));
        let sum = lanes.sub(lanes.sub(lanes.add(h11, h22), shifts.re1), shifts.re2);
        let v = [v1, lanes.mul(h21, sum), lanes.mul(h21, self.at(k + 2, k + 1))];
        let size = lanes.add(lanes.abs(v[0]), lanes.add(lanes.abs(v[1]), lanes.abs(v[2])));
        let inverse = lanes.keep(lanes.gt(size, zero), lanes.div(lanes.splat(1.0), size));
        v.map(|v| lanes.mul(v, inverse))
    }

    /// Applies a block from the left to the columns right of its window.
    #[inline(always)]
    fn rest_of_rows(&mut self, lanes: Lanes<S>, block: &Block<S>, columns: Rows) {
        let stride = self.stride;
        let reflectors = &block.reflectors[..block.count];
        let rows = block.start..block.start + block.count + 2;
        let columns = &mut self.entries[columns.start * stride..columns.end * stride];
        let mut strips = columns.chunks_exact_mut(STRIP * stride);
        for strip in &mut strips {
            let (a, rest) = strip.split_at_mut(stride);
            let (b, rest) = rest.split_at_mut(stride);
            let (c, d) = rest.split_at_mut(stride);
            let columns = [a, b, c, d].map(|column| &mut column[rows.clone()]);
            down(lanes, reflectors, columns);
        }
        for column in strips.into_remainder().chunks_exact_mut(stride) {
            down(lanes, reflectors, [&mut column[rows.clone()]]);
        }
    }

    /// Applies a block from the right to the rows above its window.
    #[inline(always)]
    fn rest_of_columns(&mut self, lanes: Lanes<S>, block: &Block<S>, rows: Rows) {
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
    for (i, &reflector) in reflectors.iter().enumerate() {
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
    for (j, &reflector) in reflectors.iter().enumerate() {
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
