//! Eigenvalues of symmetric tridiagonal matrices, one in each lane, by the QL iteration without square
//! roots.
//!
//! With `s` an eigenvalue of the leading 2 x 2 matrix (Wilkinson's shift) one sweep replaces
//! `T - s I = Q L` by `L Q + s I`. Only squares of the entries below the diagonal and of the sines and
//! cosines of the rotations occur, so that no root is needed inside a sweep.
//!
//! Source: B. N. Parlett, The Symmetric Eigenvalue Problem, SIAM 1998, section 8.15 (the variant of Pal,
//! Walker and Kahan), doi:10.1137/1.9781611971163; LAPACK's `dsterf`.

use std::ops::Range;

use pulp::Simd;

use super::windows::{MAX_LANES, Windows};
use crate::eigen::lanes::{Lanes, Mask, Real};

/// An entry below the diagonal is negligible where its square is at most this times the product of its two
/// diagonal neighbours, or
pub(super) const SQUARE_OF_PRECISION: f64 = (f64::EPSILON / 2.0) * (f64::EPSILON / 2.0);
/// this, for matrices of the size of one.
pub(super) const NOTHING: f64 = SQUARE_OF_PRECISION * SQUARE_OF_PRECISION;
/// `p / r` below this counts as zero.
const VANISHING_COSINE: f64 = 1e-280;

/// Whether the entry below row `i` of a lane is negligible; `squares` as numbers.
#[inline(always)]
pub(super) fn is_negligible(diagonal: &[f64], squares: &[f64], at: usize, next: usize) -> bool {
    squares[at] <= SQUARE_OF_PRECISION * (diagonal[at] * diagonal[next]).abs() + NOTHING
}

/// Overwrites the `n` diagonal entries with the eigenvalues, in no order. `below` holds the `n - 1` entries
/// below the diagonal and is used up. Returns which lanes did not converge.
///
/// The matrices must be of the size of one.
#[inline(always)]
pub(in crate::eigen) fn eigenvalues<S: Simd>(
    lanes: Lanes<S>,
    diagonal: &mut [Real<S>],
    below: &mut [Real<S>],
) -> [bool; MAX_LANES] {
    let n = diagonal.len();
    let squares = &mut below[..n - 1];
    for entry in squares.iter_mut() {
        *entry = lanes.mul(*entry, *entry);
    }
    let turned = lanes.gt(lanes.abs(diagonal[0]), lanes.abs(diagonal[n - 1]));
    turn(lanes, diagonal, turned);
    turn(lanes, squares, turned);
    let mut windows = Windows::new(n);
    loop {
        let (d, squares) = (lanes.all_numbers(diagonal), lanes.all_numbers(below));
        let width = Lanes::<S>::COUNT;
        let rows = windows.advance(width, |i, lane| {
            let at = i * width + lane;
            is_negligible(d, squares, at, at + width)
        });
        let Some(rows) = rows else { return windows.failed };
        let shift = shifts(lanes, &windows, d, squares);
        let found = sweep(lanes, diagonal, below, rows, shift, &windows);
        windows.cut(lanes, found);
    }
}

/// Reverses the order in some lanes: the iteration finds the eigenvalues at the top first, and does so best
/// where a graded matrix is smallest there.
#[inline(always)]
pub(super) fn turn<S: Simd>(lanes: Lanes<S>, values: &mut [Real<S>], turned: Mask<S>) {
    let (front, back) = values.split_at_mut(values.len() / 2);
    for (a, b) in front.iter_mut().zip(back.iter_mut().rev()) {
        (*a, *b) = (lanes.select(turned, *b, *a), lanes.select(turned, *a, *b));
    }
}

/// Wilkinson's shifts, from the first two rows of each window.
#[inline(always)]
fn shifts<S: Simd>(lanes: Lanes<S>, windows: &Windows, d: &[f64], squares: &[f64]) -> Real<S> {
    let width = Lanes::<S>::COUNT;
    let (mut first, mut second, mut square) = ([0.0; MAX_LANES], [0.0; MAX_LANES], [1.0; MAX_LANES]);
    for lane in 0..width {
        let at = windows.top[lane] * width + lane;
        if at + width < d.len() {
            (first[lane], second[lane], square[lane]) = (d[at], d[at + width], squares[at]);
        }
    }
    let (first, second) = (lanes.load(&first), lanes.load(&second));
    let root = lanes.sqrt(lanes.load(&square));
    let half = lanes.div(lanes.sub(second, first), lanes.add(root, root));
    let hypotenuse = lanes.sqrt(lanes.fma(half, half, lanes.splat(1.0)));
    let denominator = lanes.add(half, lanes.copysign(hypotenuse, half));
    lanes.sub(first, lanes.div(root, denominator))
}

/// One QL sweep over `rows`, from the last one up. Returns where each window ends now.
#[inline(always)]
fn sweep<S: Simd>(
    lanes: Lanes<S>,
    diagonal: &mut [Real<S>],
    squares: &mut [Real<S>],
    rows: Range<usize>,
    shift: Real<S>,
    windows: &Windows,
) -> Real<S> {
    let one = lanes.splat(1.0);
    let (precision, nothing) = (lanes.splat(SQUARE_OF_PRECISION), lanes.splat(NOTHING));
    let vanishing = lanes.splat(VANISHING_COSINE);
    let (top, last) = (windows.tops(lanes), lanes.sub(windows.stops(lanes), one));
    let mut stops = windows.stops(lanes);
    let bottom = rows.end - 1;
    let (d, e) = (&mut diagonal[..=bottom], &mut squares[..bottom]);
    // `sine` and `cosine` are squares. Above the window of a lane they are those of no rotation.
    let (mut sine, mut cosine) = (lanes.zero(), one);
    let mut gamma = lanes.sub(d[bottom], shift);
    let mut p = lanes.mul(gamma, gamma);
    let mut below = lanes.zero();
    let mut was_active = lanes.lt(one, one);
    for i in rows.start..bottom {
        let i = rows.start + (bottom - 1 - i);
        let row = lanes.splat(i as f64);
        let active = lanes.and(lanes.le(top, row), lanes.lt(row, last));
        let (entry, square) = (d[i], e[i]);
        let r = lanes.add(p, square);
        let reciprocal = lanes.div(one, r);
        let ratio = lanes.div(r, p);
        let certain = lanes.gt(p, lanes.mul(r, vanishing));
        // What the rotation of this step leaves in the row below it.
        let inner = lanes.and(active, was_active);
        let new_square = lanes.mul(sine, r);
        e[i + 1..].first_mut().into_iter().for_each(|e| *e = lanes.select(inner, new_square, *e));
        let old_cosine = cosine;
        (cosine, sine) = (lanes.mul(p, reciprocal), lanes.mul(square, reciprocal));
        let old_gamma = gamma;
        let shifted = lanes.sub(entry, shift);
        gamma = lanes.fnma(sine, gamma, lanes.mul(cosine, shifted));
        gamma = lanes.select(active, gamma, shifted);
        let new_entry = lanes.add(old_gamma, lanes.sub(entry, gamma));
        d[i + 1] = lanes.select(active, new_entry, d[i + 1]);
        let factor = lanes.select(active, ratio, one);
        let limit = lanes.mul(old_cosine, square);
        let special = lanes.and(active, lanes.not(certain));
        p = lanes.select(special, limit, lanes.mul(lanes.mul(gamma, gamma), factor));
        cosine = lanes.select(active, cosine, one);
        // The top of a window keeps these two; the next step overwrites them elsewhere.
        d[i] = lanes.select(active, lanes.add(shift, gamma), entry);
        e[i] = lanes.select(active, lanes.mul(sine, p), square);
        let bound = lanes.fma(precision, lanes.abs(lanes.mul(new_entry, below)), nothing);
        let cut = lanes.and(inner, lanes.le(new_square, bound));
        stops = lanes.select(cut, lanes.splat((i + 2) as f64), stops);
        (below, was_active) = (new_entry, active);
    }
    stops
}
