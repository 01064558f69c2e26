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

use super::windows::{NOTHING, SQUARE_OF_PRECISION, Windows, turn, upside_down};
use crate::eigen::lanes::{Lanes, MAX_LANES, Real};

/// `p / r` below this counts as zero.
const VANISHING_COSINE: f64 = 1e-280;

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
    let turned = upside_down(lanes, diagonal);
    turn(lanes, diagonal, turned);
    turn(lanes, squares, turned);
    let mut windows = Windows::new(n);
    loop {
        let (d, e) = (lanes.all_numbers(diagonal), lanes.all_numbers(squares));
        let Some(rows) = windows.advance(lanes, d, |i| e[i]) else { return windows.failed };
        let shift = windows.shifts(lanes, d, |i| e[i]);
        let found = sweep(lanes, diagonal, squares, rows, shift, &windows);
        windows.cut(lanes, found);
    }
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
    for i in (rows.start..bottom).rev() {
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
        if let Some(e) = e.get_mut(i + 1) {
            *e = lanes.select(inner, new_square, *e);
        }
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
