//! Which part of its tridiagonal matrix each lane works on.
//!
//! A small entry below the diagonal cuts a matrix in two. Every lane works on its uppermost part that is
//! larger than one row, and finds eigenvalues from its top down; one sweep in lanes runs over the
//! union of these parts, and masks keep each lane within its own.

use std::ops::Range;

use pulp::Simd;

use crate::eigen::lanes::{Lanes, MAX_LANES, Mask, Real};

/// An entry below the diagonal is negligible where its square is at most this times the product of its two
/// diagonal neighbours, or
pub(super) const SQUARE_OF_PRECISION: f64 = (f64::EPSILON / 2.0) * (f64::EPSILON / 2.0);
/// this, for matrices of the size of one.
pub(super) const NOTHING: f64 = SQUARE_OF_PRECISION * SQUARE_OF_PRECISION;

/// Sweeps without an eigenvalue after which a matrix is given up, as in LAPACK.
const SWEEPS_PER_EIGENVALUE: usize = 30;

/// The parts of all lanes.
pub(super) struct Windows {
    n: usize,
    /// First row of each lane's part; `n` for a lane that is done.
    pub top: [usize; MAX_LANES],
    /// One behind its last row.
    stop: [usize; MAX_LANES],
    /// Sweeps since the last eigenvalue.
    sweeps: [usize; MAX_LANES],
    /// Lanes that were given up.
    pub failed: [bool; MAX_LANES],
}

impl Windows {
    /// All lanes at the top of matrices of size `n`.
    #[inline(always)]
    pub fn new(n: usize) -> Self {
        let (zeros, no) = ([0; MAX_LANES], [false; MAX_LANES]);
        Self { n, top: zeros, stop: zeros, sweeps: zeros, failed: no }
    }

    /// Moves each lane to its next part. Returns the rows of all parts together, or `None` where all lanes are
    /// done. `square(i)` is the square of the number `i` below the diagonal, all lanes counted.
    #[inline(always)]
    pub fn advance<S: Simd>(
        &mut self,
        _lanes: Lanes<S>,
        diagonal: &[f64],
        square: impl Fn(usize) -> f64,
    ) -> Option<Range<usize>> {
        let width = Lanes::<S>::COUNT;
        let (mut first, mut stop) = (self.n, 0);
        for lane in 0..width {
            self.advance_lane(lane, |i| {
                let at = i * width + lane;
                let neighbours = (diagonal[at] * diagonal[at + width]).abs();
                square(at) <= SQUARE_OF_PRECISION * neighbours + NOTHING
            });
            if self.top[lane] < self.n {
                first = first.min(self.top[lane]);
                stop = stop.max(self.stop[lane]);
            }
        }
        (first < stop).then_some(first..stop)
    }

    #[inline(always)]
    fn advance_lane(&mut self, lane: usize, negligible: impl Fn(usize) -> bool) {
        let n = self.n;
        let (mut top, mut stop) = (self.top[lane], self.stop[lane]);
        while top < n {
            if stop <= top {
                stop = (top + 1..n).find(|&i| negligible(i - 1)).unwrap_or(n);
            }
            if stop - top > 1 && !negligible(top) {
                break;
            }
            top += 1;
        }
        self.sweeps[lane] = if top > self.top[lane] { 0 } else { self.sweeps[lane] + 1 };
        if top < n && self.sweeps[lane] > SWEEPS_PER_EIGENVALUE {
            self.failed[lane] = true;
            top = n;
        }
        (self.top[lane], self.stop[lane]) = (top, stop);
    }

    /// Takes the ends of the parts that a sweep found, which are not below the old ones.
    #[inline(always)]
    pub fn cut<S: Simd>(&mut self, lanes: Lanes<S>, stops: Real<S>) {
        for (stop, &found) in self.stop.iter_mut().zip(lanes.numbers(&stops)) {
            *stop = found as usize;
        }
    }

    /// Wilkinson's shift of each lane: the eigenvalue of the first two rows of its part that is closer to
    /// the first entry.
    #[inline(always)]
    pub fn shifts<S: Simd>(
        &self,
        lanes: Lanes<S>,
        diagonal: &[f64],
        square: impl Fn(usize) -> f64,
    ) -> Real<S> {
        let width = Lanes::<S>::COUNT;
        let (mut first, mut second, mut squares) = ([0.0; MAX_LANES], [0.0; MAX_LANES], [1.0; MAX_LANES]);
        for lane in 0..width {
            let at = self.top[lane] * width + lane;
            if at + width < diagonal.len() {
                (first[lane], second[lane], squares[lane]) = (diagonal[at], diagonal[at + width], square(at));
            }
        }
        let (first, second) = (lanes.load(&first), lanes.load(&second));
        let root = lanes.sqrt(lanes.load(&squares));
        let half = lanes.div(lanes.sub(second, first), lanes.add(root, root));
        let hypotenuse = lanes.sqrt(lanes.fma(half, half, lanes.splat(1.0)));
        let denominator = lanes.add(half, lanes.copysign(hypotenuse, half));
        lanes.sub(first, lanes.div(root, denominator))
    }

    /// First rows as numbers.
    #[inline(always)]
    pub fn tops<S: Simd>(&self, lanes: Lanes<S>) -> Real<S> {
        lanes.load(&self.top.map(|top| top as f64))
    }

    /// Ends as numbers.
    #[inline(always)]
    pub fn stops<S: Simd>(&self, lanes: Lanes<S>) -> Real<S> {
        lanes.load(&self.stop.map(|stop| stop as f64))
    }
}

/// Which lanes are to be turned upside down: the iteration finds the eigenvalues at the top first, and does so
/// best where a graded matrix is smallest there.
#[inline(always)]
pub(super) fn upside_down<S: Simd>(lanes: Lanes<S>, diagonal: &[Real<S>]) -> Mask<S> {
    lanes.gt(lanes.abs(diagonal[0]), lanes.abs(diagonal[diagonal.len() - 1]))
}

/// Reverses the order in some lanes.
#[inline(always)]
pub(super) fn turn<S: Simd>(lanes: Lanes<S>, values: &mut [Real<S>], turned: Mask<S>) {
    let (front, back) = values.split_at_mut(values.len() / 2);
    for (a, b) in front.iter_mut().zip(back.iter_mut().rev()) {
        (*a, *b) = (lanes.select(turned, *b, *a), lanes.select(turned, *a, *b));
    }
}
