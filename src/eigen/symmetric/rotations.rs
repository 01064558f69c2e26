//! Eigenvalues and eigenvectors of symmetric tridiagonal matrices, one in each lane, by the implicit QL
//! iteration.
//!
//! The rotations of several sweeps are kept, then applied to a few rows of the eigenvectors at a time, two
//! sweeps in one pass: the rows stay in the cache, and each entry is read and written once for two sweeps.
//!
//! Source: G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition 2013, section 8.3.3; LAPACK's
//! `dsteqr`.

use std::ops::Range;

use pulp::Simd;

use super::windows::{NOTHING, SQUARE_OF_PRECISION, Windows, turn, upside_down};
use crate::eigen::lane_buffer::column_stride;
use crate::eigen::lanes::{Lanes, MAX_LANES, Real};

/// Sweeps kept before they are applied.
const SWEEPS: usize = 16;
/// Rows of eigenvectors worked on together where there are 32 vector registers, and where there are 16.
const MANY_ROWS: usize = 4;
const FEW_ROWS: usize = 2;
/// A pair of numbers whose squares sum to less than this is not rotated: underflow would spoil the rotation.
const NEGLIGIBLE_SQUARE: f64 = 1e-280;

/// Vectors that [`eigenvectors`] needs.
pub(in crate::eigen) fn work_vectors(n: usize) -> usize {
    2 * SWEEPS * n
}

/// Overwrites the `n` diagonal entries with the eigenvalues, in no order, and multiplies the `n` columns of
/// `x` by the eigenvectors. `below` holds the `n - 1` entries below the diagonal and is used up.
/// Returns which lanes did not converge.
///
/// The matrices must be of the size of one.
#[inline(always)]
pub(in crate::eigen) fn eigenvectors<S: Simd>(
    lanes: Lanes<S>,
    diagonal: &mut [Real<S>],
    below: &mut [Real<S>],
    x: &mut [Real<S>],
    work: &mut [Real<S>],
) -> [bool; MAX_LANES] {
    let n = diagonal.len();
    let below = &mut below[..n - 1];
    let turned = upside_down(lanes, diagonal);
    turn(lanes, diagonal, turned);
    turn(lanes, below, turned);
    let ld = column_stride(n);
    let (front, back) = x.split_at_mut(n / 2 * ld);
    for (a, b) in front.chunks_exact_mut(ld).zip(back.rchunks_exact_mut(ld)) {
        for (a, b) in a.iter_mut().zip(b) {
            (*a, *b) = (lanes.select(turned, *b, *a), lanes.select(turned, *a, *b));
        }
    }
    let mut kept = Kept { rotations: work, n, count: 0, rows: n..0 };
    let mut windows = Windows::new(n);
    loop {
        let (d, e) = (lanes.all_numbers(diagonal), lanes.all_numbers(below));
        let Some(rows) = windows.advance(lanes, d, |i| e[i] * e[i]) else { break };
        let shift = windows.shifts(lanes, d, |i| e[i] * e[i]);
        let (cosines, sines) = kept.next(lanes, rows.clone());
        let found = sweep(lanes, diagonal, below, rows, shift, &windows, (cosines, sines));
        windows.cut(lanes, found);
        if kept.count == SWEEPS {
            kept.apply(lanes, x);
        }
    }
    kept.apply(lanes, x);
    windows.failed
}

/// One QL sweep over `rows`, from the last one up. Returns where each window ends now.
#[inline(always)]
fn sweep<S: Simd>(
    lanes: Lanes<S>,
    diagonal: &mut [Real<S>],
    below: &mut [Real<S>],
    rows: Range<usize>,
    shift: Real<S>,
    windows: &Windows,
    (cosines, sines): (&mut [Real<S>], &mut [Real<S>]),
) -> Real<S> {
    let one = lanes.splat(1.0);
    let (precision, nothing) = (lanes.splat(SQUARE_OF_PRECISION), lanes.splat(NOTHING));
    let negligible = lanes.splat(NEGLIGIBLE_SQUARE);
    let (top, last) = (windows.tops(lanes), lanes.sub(windows.stops(lanes), one));
    let mut stops = windows.stops(lanes);
    let bottom = rows.end - 1;
    let (d, e) = (&mut diagonal[..=bottom], &mut below[..bottom]);
    let (mut cosine, mut sine) = (one, one);
    // The diagonal entry of the row below, without what its rotation has yet to add.
    let mut held = d[bottom];
    let mut g = lanes.sub(held, shift);
    let mut entry_below = lanes.zero();
    let mut was_active = lanes.lt(one, one);
    for i in (rows.start..bottom).rev() {
        let row = lanes.splat(i as f64);
        let active = lanes.and(lanes.le(top, row), lanes.lt(row, last));
        let (f, b) = (lanes.mul(sine, e[i]), lanes.mul(cosine, e[i]));
        let square = lanes.fma(g, g, lanes.mul(f, f));
        let certain = lanes.gt(square, negligible);
        let root = lanes.sqrt(square);
        let reciprocal = lanes.div(one, root);
        let r = lanes.select(certain, root, g);
        cosine = lanes.select(certain, lanes.mul(g, reciprocal), one);
        sine = lanes.keep(certain, lanes.mul(f, reciprocal));
        let inner = lanes.and(active, was_active);
        if let Some(e) = e.get_mut(i + 1) {
            *e = lanes.select(inner, r, *e);
        }
        let twice = lanes.mul(cosine, lanes.add(b, b));
        let change = lanes.fma(lanes.sub(d[i], held), sine, twice);
        let p = lanes.mul(sine, change);
        let new_entry = lanes.add(held, p);
        d[i + 1] = lanes.select(active, new_entry, d[i + 1]);
        cosines[i] = lanes.select(active, cosine, one);
        sines[i] = lanes.keep(active, sine);
        // Above the window of a lane every step begins anew.
        g = lanes.select(active, lanes.fma(cosine, change, lanes.neg(b)), lanes.sub(d[i], shift));
        held = lanes.select(active, lanes.sub(d[i], p), d[i]);
        (cosine, sine) = (cosines[i], lanes.select(active, sine, one));
        // The top of a window keeps these two; the next step overwrites them elsewhere.
        d[i] = held;
        e[i] = lanes.select(active, g, e[i]);
        let bound = lanes.fma(precision, lanes.abs(lanes.mul(new_entry, entry_below)), nothing);
        let cut = lanes.and(inner, lanes.le(lanes.mul(r, r), bound));
        stops = lanes.select(cut, lanes.splat((i + 2) as f64), stops);
        (entry_below, was_active) = (new_entry, active);
    }
    stops
}

/// Rotations not yet applied.
struct Kept<'a, R> {
    /// For each sweep `n` cosines and `n` sines.
    rotations: &'a mut [R],
    n: usize,
    count: usize,
    /// The rows of all sweeps together.
    rows: Range<usize>,
}

impl<R: Copy> Kept<'_, R> {
    /// Cosines and sines of a new sweep, filled with those of no rotation.
    #[inline(always)]
    fn next<S: Simd<f64s = R>>(&mut self, lanes: Lanes<S>, rows: Range<usize>) -> (&mut [R], &mut [R]) {
        self.rows = self.rows.start.min(rows.start)..self.rows.end.max(rows.end);
        let sweep = &mut self.rotations[2 * self.count * self.n..][..2 * self.n];
        self.count += 1;
        let (cosines, sines) = sweep.split_at_mut(self.n);
        cosines.fill(lanes.splat(1.0));
        sines.fill(lanes.zero());
        (cosines, sines)
    }

    /// Applies all sweeps to the columns of `x`.
    #[inline(always)]
    fn apply<S: Simd<f64s = R>>(&mut self, lanes: Lanes<S>, x: &mut [R]) {
        let n = self.n;
        let mut row = if self.count == 0 { n } else { 0 };
        while row < n {
            if S::REGISTER_COUNT >= 32 && n - row >= MANY_ROWS {
                self.apply_to_rows::<S, MANY_ROWS>(lanes, x, row);
                row += MANY_ROWS;
            } else if n - row >= FEW_ROWS {
                self.apply_to_rows::<S, FEW_ROWS>(lanes, x, row);
                row += FEW_ROWS;
            } else {
                self.apply_to_rows::<S, 1>(lanes, x, row);
                row += 1;
            }
        }
        (self.count, self.rows) = (0, n..0);
    }

    #[inline(always)]
    fn apply_to_rows<S: Simd<f64s = R>, const ROWS: usize>(&self, lanes: Lanes<S>, x: &mut [R], row: usize) {
        let n = self.n;
        let ld = column_stride(n);
        let columns = &mut x[self.rows.start * ld..self.rows.end * ld];
        let range = self.rows.start..self.rows.end - 1;
        let used = &self.rotations[..2 * self.count * n];
        let (pairs, single) = used.as_chunks::<1>().0.split_at(self.count / 2 * 4 * n);
        for pair in pairs.as_flattened().chunks_exact(4 * n) {
            let (first, second) = pair.split_at(2 * n);
            let sweeps = [first, second].map(|sweep| Sweep::of(sweep, n, &range));
            two_sweeps::<S, ROWS>(lanes, columns, ld, row, sweeps);
        }
        for sweep in single.as_flattened().chunks_exact(2 * n) {
            one_sweep::<S, ROWS>(lanes, columns, ld, row, Sweep::of(sweep, n, &range));
        }
    }
}

/// The rotations of one sweep between neighbouring columns.
#[derive(Clone, Copy)]
struct Sweep<'a, R> {
    cosines: &'a [R],
    sines: &'a [R],
}

impl<'a, R> Sweep<'a, R> {
    #[inline(always)]
    fn of(sweep: &'a [R], n: usize, range: &Range<usize>) -> Self {
        let (cosines, sines) = sweep.split_at(n);
        Self { cosines: &cosines[range.clone()], sines: &sines[range.clone()] }
    }
}

/// Rotates `right` and `left`; what `left` becomes goes on to the next rotation.
#[inline(always)]
fn rotate<S: Simd, const ROWS: usize>(
    lanes: Lanes<S>,
    (c, s): (Real<S>, Real<S>),
    left: [Real<S>; ROWS],
    right: &mut [Real<S>; ROWS],
) -> [Real<S>; ROWS] {
    let mut next = left;
    for r in 0..ROWS {
        next[r] = lanes.fnma(s, right[r], lanes.mul(c, left[r]));
        right[r] = lanes.fma(s, left[r], lanes.mul(c, right[r]));
    }
    next
}

/// Some rows of a column.
#[inline(always)]
fn part<R, const ROWS: usize>(x: &mut [R], start: usize) -> &mut [R; ROWS] {
    x[start..].first_chunk_mut::<ROWS>().expect("rows of a column")
}

#[inline(always)]
fn one_sweep<S: Simd, const ROWS: usize>(
    lanes: Lanes<S>,
    columns: &mut [Real<S>],
    ld: usize,
    row: usize,
    sweep: Sweep<'_, Real<S>>,
) {
    let count = sweep.cosines.len();
    let mut right = *part::<_, ROWS>(columns, count * ld + row);
    for i in (0..count).rev() {
        let left = *part::<_, ROWS>(columns, i * ld + row);
        let next = rotate(lanes, (sweep.cosines[i], sweep.sines[i]), left, &mut right);
        *part::<_, ROWS>(columns, (i + 1) * ld + row) = right;
        right = next;
    }
    *part::<_, ROWS>(columns, row) = right;
}

/// The second sweep follows one column behind the first.
#[inline(always)]
fn two_sweeps<S: Simd, const ROWS: usize>(
    lanes: Lanes<S>,
    columns: &mut [Real<S>],
    ld: usize,
    row: usize,
    [first, second]: [Sweep<'_, Real<S>>; 2],
) {
    let count = first.cosines.len();
    let rotation = |sweep: Sweep<'_, Real<S>>, i: usize| (sweep.cosines[i], sweep.sines[i]);
    let mut right = *part::<_, ROWS>(columns, count * ld + row);
    let left = *part::<_, ROWS>(columns, (count - 1) * ld + row);
    let mut next = rotate(lanes, rotation(first, count - 1), left, &mut right);
    let mut behind = right;
    right = next;
    for i in (0..count - 1).rev() {
        let left = *part::<_, ROWS>(columns, i * ld + row);
        next = rotate(lanes, rotation(first, i), left, &mut right);
        let last = rotate(lanes, rotation(second, i + 1), right, &mut behind);
        *part::<_, ROWS>(columns, (i + 2) * ld + row) = behind;
        (behind, right) = (last, next);
    }
    let last = rotate(lanes, rotation(second, 0), right, &mut behind);
    *part::<_, ROWS>(columns, ld + row) = behind;
    *part::<_, ROWS>(columns, row) = last;
}
