//! Which part of its tridiagonal matrix each lane works on.
//!
//! A small entry below the diagonal cuts a matrix in two. Every lane works on its uppermost part that is
//! larger than one row, and finds eigenvalues from its top down; one sweep in lanes runs over the
//! union of these parts, and masks keep each lane within its own.

use pulp::Simd;

use crate::eigen::lanes::{Lanes, Real};

/// The most lanes of any instruction set.
pub(super) const MAX_LANES: usize = 8;

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

    /// Moves each lane to its next part; `negligible(i, lane)` tells whether the entry below row `i` is.
    /// Returns the rows of all parts together, or `None` where all lanes are done.
    #[inline(always)]
    pub fn advance(
        &mut self,
        count: usize,
        negligible: impl Fn(usize, usize) -> bool,
    ) -> Option<std::ops::Range<usize>> {
        let (mut first, mut stop) = (self.n, 0);
        for lane in 0..count {
            self.advance_lane(lane, |i| negligible(i, lane));
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
